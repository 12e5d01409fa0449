# lab: file tests/tools/caselib.sh
# lab: file build/bin/xmd-seqtest
# lab: file build/bin/xmd-gaptcp
# alone: silences are measured
#
# What the driver domain depends on goes away for a while, and nobody may take that for its end: the cable, for 12 s (60)
# under load; xenstored, stopped for 40 s with four busy processes beside the lab, which take the processors from all of
# Xen (with XMD_FULL=1 for 15, 40 and 120 s, alone and so); xmd-backend, killed when it has drained the domain. Each
# time it is the same boot of the driver domain afterwards, nothing was restarted, and attaching works. Last the other
# way round: it does panic, while two guests write what the supervisor reads as fast as they can; it is back in the
# usual time.
#
#	peer ---- wire ---- drv ---- g1   datagrams and a TCP stream each way
#	                        \--- g2   a stream from g1, another to g1, which need no wire
#
# --env XMD_PARTS='wire xenstored drained scribble slow' runs these, or some; slow is not of the short form: the domain
# takes 25 s to serve, which is too long for its watchdog, and is given more time.
. /case/caselib.sh
GAP_MS=1500
pulled=12 stalls=40 slack=${XMD_SLACK:-4000}
[ -z "$FULL" ] || pulled=60 stalls="15 40 120"

# one that can be changed under it
cp "$(drv_ramdisk)" /root/drv.cpio
drv_start xmd 'on_crash = "preserve"' 'on_watchdog = "preserve"' 'ramdisk = "/root/drv.cpio"'
supervise 'stable = 2'
guest_start g1 stock pv
guest_start g2 stock pv 'on_crash = "restart"'
tool xmd-seqtest peer g1
tool xmd-gaptcp g1 g2
neighbours_fixed g1
# its fq_codel drops what has waited too long, which is meant for another kind of waiting
on g1 'tc qdisc replace dev eth0 root pfifo limit 10000'
# a stream may find no wire at many of its attempts
on peer 'echo 100 > /proc/sys/net/ipv4/tcp_retries2'
on g1 'echo 100 > /proc/sys/net/ipv4/tcp_retries2'

# lived WHEN: the driver domain is in the same boot, its user halves are the same processes, nobody has restarted it
life() { on drv 'cat /proc/sys/kernel/random/boot_id; pidof xmd-backend xmd-userdriver' | tr '\n' ' '; }
restarts() { xmdctl --json history | grep -c '"ms"' || true; }
born=$(life)
lived() {
    [ "$(restarts)" = 0 ] || fail "$1: the driver domain was restarted: $(xmdctl history; tail -n 5 /logs/supervisor.log)"
    now=$(life) || fail "$1: the driver domain does not answer"
    [ "$now" = "$born" ] || fail "$1: it was $born, is $now: $(tail -n 5 /logs/guest-drv.log)"
}
# xmd-backend's or the supervisor's log since the last mark
mark() { said_drv=$(wc -l < /logs/guest-drv.log) said_super=$(wc -l < /logs/supervisor.log); }
drv_said() { tail -n +$((said_drv + 1)) /logs/guest-drv.log; }
supervisor_said() { tail -n +$((said_super + 1)) /logs/supervisor.log; }

attach_detach() { # WHEN
    xl network-attach g2 backend=drv mac=00:16:3e:77:01:01 > /run/lab/xl 2>&1 || fail "$1: xl network-attach: $(cat /run/lab/xl)"
    wait_until 20 "vifs_connected $(xl domid g2)" || fail "$1: the second vif does not connect: $(xmdctl vifs drv)"
    xl network-detach g2 1 > /run/lab/xl 2>&1 || fail "$1: xl network-detach: $(cat /run/lab/xl)"
}

# Guest to guest, all the time, and what it is asked for at the end
neighbours_start() {
    watch_start g1 g2 "$IP_g2" 5001 100000 "$slack" 100
    watch_start g2 g1 "$IP_g1" 5002 100000 "$slack" 100
}
neighbours_end() { # WHEN
    for g in g1 g2; do on $g "pkill -f 'gaptcp [s]end'" || fail "$1: the streams between the guests have ended"; done
    for port in 5001 5002; do
        watch_end $port
        metric "$2_longest_pause_$port" "$gap" ms
        [ "$gap" -le "$slack" ] || fail "$1: guest to guest paused for $gap ms"
    done
}

streams_start g1 1 100000

part_wire() {
    note "the cable is pulled for $pulled s"
    mark
    neighbours_start
    seq_start g1 tx 1000 --size 1400 --sndbuf 400000
    seq_start g1 rx 300 --size 1400
    sleep 3
    wire down
    out=$(now_ms)
    wait_until 10 "on drv 'grep -q 0 /sys/class/net/eth0/carrier'" || fail "drv does not see that the wire is gone"
    sleep $pulled
    wire up
    out=$(($(now_ms) - out))
    sleep 6
    lived "the wire was gone for $pulled s"
    for way in tx rx; do
        seq_report g1 $way
        metric "wire_${way}_behind" $((seq_longest - out)) ms
        [ "$seq_longest" -ge $((pulled * 1000 - 2000)) ] || fail "$way: the wire was never gone: the longest gap is $seq_longest ms"
        [ "$seq_longest" -le $((out + 2 * slack)) ] || fail "$way: the traffic goes on only after $((seq_longest - out)) ms with a wire"
        [ "$seq_duplicates" = 0 ] || fail "$way: $seq_duplicates datagrams came twice"
    done
    neighbours_end "without a wire" wire
    drv_said | grep -a xmd || true
}

# stall SECONDS [busy]: xenstored answers nobody for so long
stall() {
    note "xenstored is stopped for $1 s${2:+, and the host is busy}"
    mark
    hogs=
    if [ -n "${2:-}" ]; then
        for _ in 1 2 3 4; do
            on peer 'while :; do :; done' &
            hogs="$hogs $!"
        done
    fi
    kill -STOP "$(cat /run/xenstored.pid)"
    sleep "$1"
    kill -CONT "$(cat /run/xenstored.pid)"
    sleep 4
    # shellcheck disable=SC2086  # a list of numbers
    [ -z "$hogs" ] || kill $hogs
    supervisor_said
    lived "xenstored was stopped for $1 s"
    [ "$1" -lt 30 ] || supervisor_said | grep -qi -e xenstore -e starved || fail "the supervisor does not say what it saw"
    attach_detach "after $1 s without xenstored"
}

part_xenstored() {
    neighbours_start
    seq_start g1 tx 100 --size 600 --sndbuf 400000
    seq_start g1 rx 100 --size 600
    for s in $stalls; do
        [ -z "$FULL" ] || stall "$s"
        stall "$s" busy
    done
    for way in tx rx; do
        seq_report g1 $way
        [ "$seq_longest" -le $((2 * slack)) ] || fail "$way: no frames for $seq_longest ms"
        [ "$seq_duplicates" = 0 ] || fail "$way: $seq_duplicates datagrams came twice"
    done
    neighbours_end "without xenstored" stall
}

own=/local/domain/$drv_id/data/xmd-backend
flows() { reachable peer "$IP_g1" 1; }
is() { [ "$(xs "$own/state")" = "$1" ]; }
# drained_and_killed: what its successor says must be true
drained_and_killed() {
    old=$(xs "$own/pid")
    xenstore-write "$own/control" drain
    wait_until 10 "is drained" || fail "it does not drain: $(xs "$own/state")"
    on drv "kill -9 $old"
    wait_until 10 "[ \"\$(xs $own/pid)\" != $old ] && ! is starting" || fail "no xmd-backend any more: $(xs "$own/state")"
    sleep 1
    state=$(xs "$own/state")
    note "it was drained and killed, its successor says \"$state\""
    case $state in
    serving) wait_until 5 flows || fail "xmd-backend says \"serving\", and nothing flows" ;;
    drain*) ! on peer "ping -c 2 -i 0.2 -W 1 $IP_g1" > /dev/null || fail "xmd-backend says \"$state\", and frames flow" ;;
    *) fail "what is \"$state\"?" ;;
    esac
}
part_drained() {
    note "xmd-backend is killed when it has drained the domain"
    drained_and_killed
    xenstore-write "$own/control" resume
    wait_until 10 "is serving && flows" || fail "it does not resume: $(xs "$own/state")"
    if [ -n "$FULL" ]; then
        drained_and_killed
        wait_until 40 "is serving && flows" || fail "a drain that nobody wants any more does not end: $(xs "$own/state")"
    fi
    drained_and_killed
    had=$(restarts)
    timeout 60 xmdctl restart drv || fail "xmdctl restart: $?; $(tail -n 3 /logs/supervisor.log)"
    [ "$(restarts)" = $((had + 1)) ] || fail "there was no restart: $(xmdctl history)"
    wait_until 20 flows || fail "nothing flows after the restart"
    xmdctl history | tail -n 1
}

part_scribble() {
    note "two guests write what the supervisor reads, and the driver domain panics"
    mark
    # a hundred nodes at once, which is a hundred events
    # shellcheck disable=SC2016  # for the far side
    scribble='words=; for i in $(seq 100); do words="$words data/xmd-backend/$i $i"; done
        xenstore-write data/xmd-backend/state serving data/xmd-backend/heartbeat 1
        while :; do xenstore-write $words; done'
    scribblers=
    for g in g1 g2; do
        on $g "$scribble" &
        scribblers="$scribblers $!"
    done
    sleep 2
    had=$(restarts)
    on drv 'echo c > /proc/sysrq-trigger' > /dev/null 2>&1 &
    back=yes
    wait_until 60 "[ \"\$(restarts)\" = $((had + 1)) ]" || back=no
    # shellcheck disable=SC2086  # a list of numbers
    kill $scribblers
    [ $back = yes ] || fail "not back after 60 s: $(tail -n 3 /logs/supervisor.log)"
    took=$(xmdctl --json history | sed -n 's/.*"ms": \([0-9]*\),.*/\1/p' | tail -n 1)
    metric restart_beside_writers "$took" ms
    xmdctl history | tail -n 1
    [ "$took" -le "${XMD_RESTART_MAX:-40000}" ] || fail "it took $took ms to be back"
    [ "$(supervisor_said | wc -l)" -le 20 ] || fail "the supervisor's log is full of it: $(supervisor_said | tail -n 3)"
    xmdctl status | grep -q "^drv .* watched" || fail "$(xmdctl status)"
    [ "$(xmdctl --json status | grep -c '"name"')" = 1 ] || fail "it is in charge of a guest: $(xmdctl status)"
}

part_slow() {
    note "the driver domain takes 25 s to serve"
    mark
    # the NIC's user half is late; the program itself is somewhere else
    mkdir -p /root/slow/usr/sbin /root/slow/lab
    (cd /root/slow && cpio -idu usr/sbin/xmd-userdriver < /root/drv.cpio 2> /dev/null
        mv usr/sbin/xmd-userdriver lab/
        printf '#!/bin/sh\nsleep 25\nexec /lab/xmd-userdriver "$@"\n' > usr/sbin/xmd-userdriver
        chmod +x usr/sbin/xmd-userdriver
        find . | cpio -o -H newc 2> /dev/null) >> /root/drv.cpio
    had=$(restarts)
    on drv 'echo c > /proc/sysrq-trigger' > /dev/null 2>&1 &
    wait_until 200 "xmdctl status | grep -q '^drv .* watched' && [ \"\$(restarts)\" -gt $had ] && is serving" ||
        fail "not back after 200 s: $(xmdctl history; tail -n 3 /logs/supervisor.log)"
    supervisor_said
    xmdctl history
    supervisor_said | grep -qi "slow" || fail "the supervisor says nothing of a slow start"
    ! supervisor_said | grep -q "given up" || fail "it was given up for being slow"
    wait_until 20 flows || fail "nothing flows"
}

parts="wire xenstored drained scribble"
[ -z "$FULL" ] || parts="$parts slow"
for part in ${XMD_PARTS:-$parts}; do part_$part; done
wait_until 20 flows || fail "nothing flows at the end"
streams_end g1
