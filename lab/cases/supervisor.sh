# lab: file tests/tools/caselib.sh
# lab: file build/bin/xmd-seqtest
# alone: deadlines of a supervisor on a quiet host, and on one that is slow by its own doing
#
# xmd-supervisor and xmdctl under a guest's traffic: a hang that the domain's own beats tell, a planned restart, a NIC that
# answers dom0 and is away for its domain, an upgrade, an upgrade to an image that does not serve, the supervisor itself killed in the middle of a restart, a
# domain that dies again and again until it is given
# up, and is had back, and one that is destroyed and meant to be.
. /case/caselib.sh
GAP_MS=1500
kills=2
[ -z "$FULL" ] || kills=12

drv_start xmd 'on_crash = "preserve"' 'on_watchdog = "preserve"'
supervise 'stable = 2' 'crash_limit = 5' 'serve_timeout = 25' 'drain_timeout = 10'
guest_start g1 stock pv
tool xmd-seqtest peer g1
neighbours_fixed g1
# its fq_codel drops what has waited too long, which is meant for another kind of waiting
on g1 'tc qdisc replace dev eth0 root pfifo limit 10000'
# a stream from the wire may find drv dead at many of its attempts
on peer 'echo 100 > /proc/sys/net/ipv4/tcp_retries2'
streams_start g1 1 200000
n=0
last() { xmdctl history | tail -n 1; }

note "it hangs, and its beats have shown what is usual"
# eight of them, two seconds each
sleep 20
paused=$(now_ms)
xl pause drv
wait_until 40 "xmdctl status | grep -q '^drv .* restarting'" || fail "that it hangs is not noticed: $(xmdctl status)"
metric hang_noticed $(($(now_ms) - paused)) ms
n=$((n + 1))
back_again $n 60
last | tee /logs/hang.txt
for step in quiet destroyed created unpaused nic 'vifs restored' serves adopted; do
    grep -q "$step [0-9]" /logs/hang.txt || fail "the history does not say when it was $step"
done

note "planned: drained first"
seq_start g1 tx 200 --size 600 --sndbuf 400000
seq_start g1 rx 200 --size 600
sleep 2
xmdctl restart drv || fail "xmdctl restart: $?; $(tail -n 3 /logs/supervisor.log)"
n=$((n + 1))
back_again $n 5
last
sleep 4
seq_report g1 tx
[ "$seq_lost$seq_duplicates" = 00 ] || fail "of the datagrams to the wire $seq_lost were lost, $seq_duplicates came twice"
metric planned_gap "$seq_longest" ms
seq_report g1 rx
metric planned_lost_from_wire "$seq_lost" datagrams

nic_key=/local/domain/$(xl domid drv)/data/xmd-backend/nic
if [ -n "$FULL" ]; then
    note "no register of its NIC answers anybody: it is left alone"
    command=$(setpci -s "$NIC" COMMAND) deaths=$(xmdctl history | wc -l)
    setpci -s "$NIC" COMMAND=0
    wait_until 30 "[ \"\$(xenstore-read $nic_key)\" = away ]" || fail "it does not say that its NIC is away: $(xenstore-read "$nic_key")"
    sleep 16
    setpci -s "$NIC" COMMAND="$command"
    wait_until 30 "[ \"\$(xenstore-read $nic_key)\" = answers ]" || fail "it does not say that its NIC is back: $(xenstore-read "$nic_key")"
    wait_until 20 "on peer 'ping -c 1 -W 1 $IP_g1'" || fail "no traffic after the NIC came back"
    [ "$(xmdctl history | wc -l)" = "$deaths" ] || fail "it was restarted for a NIC that was away: $(xmdctl history)"
fi

note "it says so of a NIC that answers dom0"
# a kernel half that is wrong cannot be had to order: its word can
xenstore-write "$nic_key" away
wait_until 40 "xmdctl status | grep -q '^drv .* restarting'" || fail "it is left alone: $(xmdctl status)"
n=$((n + 1))
back_again $n 60
last | tee /logs/away.txt
grep -q 'does not reach its NIC, which answers dom0' /logs/away.txt || fail "another reason was found"

note "to the same image, and to one that is none"
xmdctl upgrade drv --kernel "$(drv_kernel)" --ramdisk "$(drv_ramdisk)" || fail "xmdctl upgrade to a good image: $?"
n=$((n + 1))
back_again $n 5
last
status=0
xmdctl upgrade drv --ramdisk /images/guest.cpio > /logs/upgrade.txt 2>&1 || status=$?
cat /logs/upgrade.txt
[ $status = 1 ] || fail "xmdctl upgrade to a guest's image ended with status $status"
grep -q "old one does again" /logs/upgrade.txt || fail "it did not go back to the old image"
n=$((n + 1))
back_again $n 5
xmdctl upgrade drv --ramdisk /no/such/file 2> /dev/null && fail "an image that is not there is taken"

# upgrade_to FLAVOUR: to that kernel, with its image and the memory that it needs
upgrade_to() {
    LAB_DRV_KERNEL=$1
    xmdctl upgrade drv --kernel "$(drv_kernel)" --ramdisk "$(drv_ramdisk)" --memory "$(drv_memory)" ||
        fail "xmdctl upgrade to the $1 kernel: $?; $(tail -n 3 /logs/supervisor.log)"
    n=$((n + 1))
    back_again $n 5
    last
    on drv 'uname -r'
    reachable g1 "$(peer_addr g1)" || fail "g1 does not reach the peer through the $1 kernel"
}
if [ -n "$FULL" ] && [ -e /images/drv-debian.cpio ]; then
    note "to Debian's kernel, and back"
    upgrade_to debian
    on drv 'uname -r' | grep -q -e '-amd64$' || fail "that is not Debian's: $(on drv 'uname -r')"
    upgrade_to own
    on drv 'uname -r' | grep -q -e '-xmd$' || fail "that is not our own: $(on drv 'uname -r')"
fi

note "the supervisor is killed in the middle, $kills times"
for i in $(seq $kills); do
    on drv 'echo c > /proc/sysrq-trigger' > /dev/null 2>&1 &
    # the moments are spread over the time that it takes in the lab
    sleep "$(awk "BEGIN { print 0.2 + 2.8 * ($i - 0.5) / $kills }")"
    pkill -KILL xmd-supervisor || fail "there was no supervisor"
    supervise 'stable = 2' 'crash_limit = 5' 'serve_timeout = 25'
    wait_until 60 "xmdctl status | grep -q '^drv .* watched' && vifs_connected $(xl domid g1)" ||
        fail "killed at moment $i: not brought back: $(xmdctl status; tail -n 3 /logs/supervisor.log)"
    [ "$(xl domid drv)" = "$drv_id" ] || fail "drv is domain $(xl domid drv) now"
    sleep 3
done

note "it dies again and again, before it has served for long"
cat > /root/hook << 'END'
#!/bin/sh
echo "$@" >> /logs/hook.txt
END
chmod +x /root/hook
pkill xmd-supervisor
wait_until 5 '! pgrep xmd-supervisor'
supervise 'stable = 60' 'crash_limit = 3' 'serve_timeout = 25' 'hook = /root/hook'
is() { xmdctl status | grep -q "^drv .* $1"; }
restarts() { xmdctl --json status | sed -n 's/.*"name": "drv",.*"restarts": \([0-9]*\),.*/\1/p'; }
crashes=0
until is "given up"; do
    crashes=$((crashes + 1)) had=$(restarts)
    [ $crashes -le 4 ] || fail "it is brought back again and again: $(xmdctl history)"
    timeout 30 on drv 'echo c > /proc/sysrq-trigger' > /dev/null 2>&1 &
    loop_end=$(($(date +%s) + 90))
    until is "given up" || { [ "$(restarts)" -gt "$had" ] && is watched; }; do
        [ "$(date +%s)" -lt $loop_end ] || fail "neither back nor given up: $(xmdctl status; tail -n 3 /logs/supervisor.log)"
        sleep 1
    done
done
last
[ $crashes -ge 2 ] || fail "given up after the first crash"
for event in down up given-up; do
    grep -q "^$event drv $drv_id " /logs/hook.txt || fail "the hook has not heard of '$event': $(cat /logs/hook.txt)"
done
xmdctl restart drv || fail "xmdctl restart of one that was given up: $?; $(tail -n 3 /logs/supervisor.log)"
is watched || fail "it is not back: $(xmdctl status)"
[ "$(xl domid drv)" = "$drv_id" ] || fail "drv is domain $(xl domid drv) now"
vifs_connected "$(xl domid g1)" || fail "g1 is not connected: $(xmdctl vifs drv)"

note "destroyed: left alone when that is the policy, and after a shutdown"
streams_end g1
pkill xmd-supervisor
wait_until 5 '! pgrep xmd-supervisor'
supervise 'on_destroy = leave'
xl destroy drv > /dev/null 2>&1
wait_until 10 '! xmdctl status | grep -q ^drv' || fail "it is still in charge"
gone drv || fail "it was brought back"
xmdctl restart drv 2> /logs/restart.txt && fail "restarted what is not there"
grep -q "not in charge" /logs/restart.txt || fail "$(cat /logs/restart.txt)"
