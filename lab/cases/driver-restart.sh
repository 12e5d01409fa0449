# lab: file tests/tools/caselib.sh
# lab: file build/bin/xmd-seqtest
# lab: file xenstore-schema/check
# lab: file xenstore-schema/check.awk
# lab: file xenstore-schema/list.awk
# lab: file xenstore-schema/keys.list
# alone: streams pause for as long as a restart takes, and the watchdog counts
#
# The driver domain dies again and again under two guests, each with a TCP stream each way, and comes back:
# by a panic, by "xl destroy", by a hang that only Xen's watchdog notices, and while a vif is being attached. All
# streams end whole; no interface goes away, no vif is attached anew; numbered datagrams show what was lost; the store is as
# it was. With XMD_FULL=1 nothing has become more from the third restart to the last, either: watches, grants, event
# channels, files, memory.
#
# XMD_SECOND=pv|pvh  what the second guest is. In short a PV one.
# XMD_PANICS, XMD_DESTROYED, XMD_HANGS, XMD_ATTACHING  how many of each; a hundred restarts take about 40 minutes:
#
#	lab/lab run --timeout 4500 --env XMD_FULL=1 --env XMD_PANICS=70 lab/cases/driver-restart.sh
#
# XMD_BUSY=N  so many busy processes take the processors from the lab from the first restart to the last: each is slow then,
# but it comes back, and with the first try:
#
#	lab/lab run --timeout 900 --env XMD_BUSY=4 --env XMD_PANICS=3 --env XMD_DESTROYED=0 --env XMD_HANGS=0 \
#	    --env XMD_ATTACHING=0 lab/cases/driver-restart.sh
#
# XMD_ONE_CHANNEL=1  guests are offered no event channel for each direction; GUEST_KERNEL=6.12 in the environment of
# lab/lab gives them another kernel than the driver domain's.
. /case/caselib.sh
GAP_MS=1500
panics=1 destroyed=1 hangs=1 attaching=1 second=pv
[ -z "$FULL" ] || panics=30 destroyed=10 hangs=10 attaching=10 second=pvh
# QEMU resets a PVH guest in every second run or so of this length (lab/lab, emulator_fault)
second=${XMD_SECOND:-$second}
panics=${XMD_PANICS:-$panics} destroyed=${XMD_DESTROYED:-$destroyed}
hangs=${XMD_HANGS:-$hangs} attaching=${XMD_ATTACHING:-$attaching}
busy=${XMD_BUSY:-} patience=100 hogs=
[ -z "$busy" ] || patience=300

[ -z "${XMD_ONE_CHANNEL:-}" ] || LAB_EXTRA=xmd.backend=--no-split-event-channels
drv_start xmd 'on_crash = "preserve"' 'on_watchdog = "preserve"'
LAB_EXTRA=
# Each life is short here, and its end no reason to wait before the next
supervise 'stable = 1' 'crash_limit = 20'
guest_start g1 stock pv
guest_start g2 stock "$second"
for g in g1 g2; do
    ports=$(xenstore-list "/local/domain/$(xl domid $g)/device/vif/0" | grep ^event-channel | tr '\n' ' ')
    note "$g: Linux $(on $g 'uname -r'), $ports"
    [ -z "${XMD_ONE_CHANNEL:-}" ] || [ "$ports" = "event-channel " ] || fail "$g has not one event channel"
done
tool xmd-seqtest peer g1 g2
neighbours_fixed g1
neighbours_fixed g2
# its fq_codel drops what has waited too long, which is meant for another kind of waiting
on g1 'tc qdisc replace dev eth0 root pfifo limit 10000'
# a stream from the wire may find drv dead at every one of its attempts for a quarter of an hour
on peer 'echo 100 > /proc/sys/net/ipv4/tcp_retries2'

# A guest that looks for the vif being attached while there is no driver domain gives it up, and says so; it is attached anew.
# What may differ: that, the pid, beats and control of xmd-backend, the rings of the new domain with dom0, when it was begun,
# and that rings were adopted.
nodes() {
    xenstore-ls -fp | grep -v -e '/data/xmd-backend/\(pid\|heartbeat\|control\|watchdog\)' -e '/ring-ref = ' -e '/start_time' \
        -e '/data/lab-agent' -e '/event-channel = .*(n1,r0)' -e '/console/\(tty\|port\)' -e '/store/port' -e '/pci-op-ref' -e '/xmd-rings' -e '/error/device = ' -e '/error/device/vif = ' -e '/error/device/vif/1' | sort
}
# The interface in the guest: its index and how often its carrier has changed
face() { on "$1" 'cat /sys/class/net/eth0/ifindex /sys/class/net/eth0/carrier_changes' | tr '\n' ' '; }
messages() { on "$1" 'dmesg | grep -v -e "vif vif-1: " -e "probe of vif-1 failed" | grep -ciE "warn|bug:|error|oops|call trace"' || true; }

for g in g1 g2; do
    eval "face_$g='$(face $g)' messages_$g='$(messages $g)'"
done
streams_start g1 1 100000
streams_start g2 1 100000
seq_start g1 tx 100 --size 600 --sndbuf 400000
sleep 1
nodes > /logs/before.txt

n=0
# died HOW: waits until it is back, and tells how long that took
died() {
    n=$((n + 1))
    back_again $n $patience
    xmdctl history | tail -n 1
    [ "$(xl domid drv)" = "$drv_id" ] || fail "drv is back as domain $(xl domid drv), not $drv_id"
}

# ---- what must not become more ----

# Grants in use and event channels, by Xen. A copy that is going on uses a grant, too: so the least of three looks.
grants() {
    for _ in 1 2 3; do
        xl dmesg -c > /dev/null
        xl debug-keys g
        xl dmesg -c | awk '
            /grant-table for remote d/ { dom = $0; sub(/.*remote /, "", dom); sub(/ .*/, "", dom); n[dom] += 0 }
            /\[0x[0-9a-f]+\]/ && dom != "" { n[dom]++ }
            END { for (d in n) print d, n[d] }'
    done | awk '!($1 in least) || $2 < least[$1] { least[$1] = $2 } END { for (d in least) print "grants in use of", d, least[d] }' | sort
}
memory() { # WHERE: KiB; what sockets hold, and files in memory, counted as free
    # shellcheck disable=SC2016  # for the far side
    on "$1" 'awk "/^(MemAvailable|Shmem):/ { n += \$2 }
        /^(TCP|UDP):/ { for (i = 2; i < NF; i++) if (\$i == \"mem\") n += 4 * \$(i + 1) }
        END { print n }" /proc/meminfo /proc/net/sockstat'
}
# the probe and the workers of xmd-supervisor are younger
files_of() { find "/proc/$(pgrep -o -x "$1")/fd" -type l | wc -l; }
size_of() { awk '/^VmRSS/ { print $2 }' "/proc/$(pgrep -o -x "$1")/status"; }

# counts: must be the same each time
counts() {
    grants
    for d in 0 $ids; do echo "event channels of d$d: $(lsevtchn "$d" | grep -c Interdomain)"; done
    for d in $ids; do xenstore-control quota "$d" | sed -nE "s/^(nodes|watches|transactions)/d$d &/p"; done
    echo "nodes: $(xenstore-ls -f | wc -l)"
    rm -f /run/lab/xenstored        # it would add to it
    xenstore-control memreport /run/lab/xenstored > /dev/null 2>&1 || true
    echo "watches of all: $(grep -c 'struct watch' /run/lab/xenstored 2> /dev/null)"
    for p in xenstored xenconsoled xmd-supervisor; do echo "files of $p: $(files_of $p)"; done
    echo "processes xmd-supervisor: $(pgrep -c xmd-supervisor), xl: $(pgrep -c -x xl || true)"
    echo "files in dom0: $(find /run/xmd /run/xen /var/lib/xen -type f | wc -l)"
    echo "domains: $(xl list | awk 'NR > 1 { printf "%s %s, ", $1, $2 }')"
    # shellcheck disable=SC2016  # for the far side
    on drv '[ -d /sys/kernel/debug/xmd ] || mount -t debugfs debugfs /sys/kernel/debug
        echo "drv: vif interrupts $(grep -c xmd-vif /proc/interrupts), files of xmd-backend $(ls /proc/$(pidof xmd-backend)/fd | wc -l)"
        sed -n "s/^vifs \([0-9]*\) .*/drv: vifs of the kernel half \1/p" /sys/kernel/debug/xmd/back/vifs
        true'
    for g in g1 g2; do on $g "echo $g: interrupts \$(wc -l < /proc/interrupts)"; done
}
# amounts: KiB, each with how much of it may go, or come (-), in all the restarts
amounts() {
    echo "xen_free $(xl info | awk '/^free_memory/ { print $3 * 1024 }') 2048"
    echo "dom0_free $(memory dom0) 8192"
    echo "drv_free $(memory drv) 3072"
    echo "g1_free $(memory g1) 4096"
    # netfront of 6.1 loses the 256 pages of its receive ring at each detach, whatever the backend
    echo "g2_free $(memory g2) $((4096 + 1100 * (attaching + 2)))"
    echo "xenstored -$(size_of xenstored) 1024"
    echo "supervisor -$(size_of xmd-supervisor) 512"
}

# No stream waits for its timer to try once more: what an outage has held up is through.
streams_flow() { ! on peer 'ss -Htno state established' | grep -q 'timer:(on,[^,]*,[1-9]'; }
# look_for_leaks N: after restart N, when the streams flow again, which takes them up to two minutes
look_for_leaks() {
    look_end=$(($(date +%s) + 150))
    until streams_flow || [ "$(date +%s)" -ge $look_end ]; do sleep 2; done
    sleep 3
    # see nodes(); the guest's own, and counted as such
    xenstore-rm "/local/domain/$(xl domid g2)/error/device" 2> /dev/null || true
    counts > "/logs/counts-$1.txt"
    amounts > "/logs/amounts-$1.txt"
    first_look=${first_look:-$1} last_look=$1
}
# rested: drv is back, and has the two vifs only. A look at the third and the 53rd, for a look waits long.
# Five restarts show little, and the looks take as long as they: not in short.
rested() {
    [ -n "$FULL" ] || return 0
    case $n in 3 | 53) look_for_leaks "$n" ;; esac
}

leaks() {
    [ -n "$FULL" ] || return 0
    [ "$last_look" != "$first_look" ] || { note "$n restarts: too few to tell what becomes more"; return; }
    note "restart $last_look beside restart $first_look"
    diff "/logs/counts-$first_look.txt" "/logs/counts-$last_look.txt" || leak=1
    while read -r name after limit; do
        before=$(sed -n "s/^$name \([^ ]*\) .*/\1/p" "/logs/amounts-$first_look.txt")
        metric "lost_$name" $((before - after)) KiB
        [ $((before - after)) -le "$limit" ] || { leak=1; echo "$name: $((before - after)) KiB, more than $limit"; }
    done < "/logs/amounts-$last_look.txt"
    [ -z "${leak:-}" ] || fail "something has become more with each restart, or less"
}

# ---- the case ----

ids="$drv_id $(xl domid g1) $(xl domid g2)"

# pause a random time up to 2 s, so that each finds another moment
moment() { sleep "$(awk 'BEGIN { srand('"$(od -An -N3 -tu4 /dev/urandom)"'); print 0.5 + 1.5 * rand() }')"; }

[ -z "$busy" ] || signal_file rm peer hogs.end
for _ in $(seq ${busy:-0}); do
    on peer "while [ ! -e $here/hogs.end ]; do :; done" &
    hogs="$hogs $!"
done
for i in $(seq "$panics"); do
    moment
    on drv 'echo c > /proc/sysrq-trigger' > /dev/null 2>&1 &
    died
    rested
done
for i in $(seq "$destroyed"); do
    moment
    xl destroy drv > /dev/null 2>&1
    died
    rested
done
for i in $(seq "$hangs"); do
    moment
    # It does not run any more, and says nothing of it.
    xl pause drv
    died
    rested
done
# When the backend's directory goes away under it, xl says that it is "unable to add device" and leaves the rest to
# others: the vif is completed when the driver domain is back.
told=0
for i in $(seq "$attaching"); do
    moment
    (sleep 0.$((i % 10)); on drv 'echo c > /proc/sysrq-trigger' > /dev/null 2>&1) &
    xl network-attach g2 backend=drv mac=00:16:3e:77:01:01 >> /logs/attach.log 2>&1 || told=$((told + 1))
    died
    g2_id=$(xl domid g2)
    # xl's first transaction fails if the domain ends in it ("Cannot allocate memory"): then there is nothing to be completed
    if ! xenstore-exists "/libxl/$g2_id/device/vif/1"; then
        note "nothing was attached: $(grep transaction /logs/attach.log | tail -n 1)"
        xl network-attach g2 backend=drv mac=00:16:3e:77:01:01 >> /logs/attach.log 2>&1 || fail "xl network-attach: $(tail -n 2 /logs/attach.log)"
    fi
    wait_until 30 "vifs_connected $g2_id" || fail "the vif that was being attached does not connect: $(xmdctl vifs drv)"
    xl network-detach g2 1 >> /logs/attach.log 2>&1 || fail "it does not detach: $(tail -n 2 /logs/attach.log)"
    rested
done
metric attach_told_of_failure "$told" times
# What such an attach can leave behind, seen once in a hundred: a guest that has given the vif up, and of the vif no more in
# libxl's record than the paths of its two ends.
half() {
    xl network-attach g2 backend=drv mac=00:16:3e:77:01:01 >> /logs/attach.log 2>&1 || fail "xl network-attach: $(tail -n 2 /logs/attach.log)"
    wait_until 30 "vifs_connected $g2_id" || fail "the vif does not connect: $(xmdctl vifs drv)"
    on g2 'echo vif-1 > /sys/bus/xen/drivers/vif/unbind'
    front=/local/domain/$g2_id/device/vif/1 record=/libxl/$g2_id/device/vif/1
    for key in $(xenstore-list "$front" | grep -e ring-ref -e event-channel); do xenstore-rm "$front/$key"; done
    for key in $(xenstore-list "$record" | grep -v -e '^frontend$' -e '^backend$'); do xenstore-rm "$record/$key"; done
    xenstore-write "$front/state" 5
    on drv 'echo c > /proc/sysrq-trigger' > /dev/null 2>&1 &
    died
    wait_until 30 "vifs_connected $g2_id" || fail "the vif that libxl knew half does not connect: $(xmdctl vifs drv; tail -n 3 /logs/supervisor.log)"
    [ "$(xs "$front/mac")" = 00:16:3e:77:01:01 ] || fail "it has another address: $(xs "$front/mac")"
    xl network-detach g2 1 >> /logs/attach.log 2>&1 || fail "it does not detach: $(tail -n 2 /logs/attach.log)"
}
[ "$attaching" = 0 ] || { note "a vif of which libxl knows half"; half; }
# the programs over there do not end with who has asked for them
[ -z "$hogs" ] || signal_file touch peer hogs.end
for hog in $hogs; do wait "$hog" || true; done

wait_until 20 "vifs_connected $(xl domid g1) && vifs_connected $(xl domid g2)" || fail "a vif is not connected at the end"
sleep 3
[ -z "$FULL" ] || [ "$n" = "${last_look:-}" ] || look_for_leaks "$n"
nodes > /logs/after.txt
diff /logs/before.txt /logs/after.txt > /logs/nodes.diff || { cat /logs/nodes.diff; fail "xenstore is not as it was"; }
xenstore-ls -fp | sh /case/check --domid "$drv_id" > /logs/schema.txt || { cat /logs/schema.txt; fail "xenstore is not as the schema says"; }
# What each place on the way says of frames that it dropped
{ on g1 'grep Udp: /proc/net/snmp; ip -s link show eth0; tc -s qdisc show dev eth0'
  on drv 'mount -t debugfs none /sys/kernel/debug; cat /sys/kernel/debug/xmd/back/vifs'
  on peer 'ip -s link show wire; grep Udp: /proc/net/snmp'; } > /logs/drops.txt 2>&1 || true
seq_report g1 tx
for g in g1 g2; do
    streams_end $g
    eval "was=\$face_$g said=\$messages_$g"
    [ "$(face $g)" = "$was" ] || fail "$g: interface index and carrier changes were $was, are $(face $g)"
    [ "$(messages $g)" = "$said" ] || fail "$g: its kernel complains: $(on $g dmesg | tail -n 5)"
done
[ "$seq_lost" = 0 ] || fail "$seq_lost datagrams that g1 had sent were lost"
leaks
xmdctl --json history | sed -n 's/.*"ms": \([0-9]*\),.*/\1/p' | sort -n > /logs/outages.txt
metric restarts "$(wc -l < /logs/outages.txt)" times
metric restart_median "$(sed -n "$((($(wc -l < /logs/outages.txt) + 1) / 2))p" /logs/outages.txt)" ms
metric restart_longest "$(tail -n 1 /logs/outages.txt)" ms
