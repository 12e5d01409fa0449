# lab: file tests/tools/caselib.sh
# lab: file build/bin/xmd-seqtest
# lab: file xenstore-schema/check
# lab: file xenstore-schema/check.awk
# lab: file xenstore-schema/list.awk
# lab: file xenstore-schema/keys.list
#
# The driver domain dies again and again under a PV and a PVH guest, each with a TCP stream each way, and comes back:
# by a panic, by "xl destroy", by a hang that only Xen's watchdog notices, and while a vif is being attached. All
# streams end whole; no interface goes away, no vif is attached anew; numbered datagrams show what was lost.
. /case/caselib.sh
GAP_MS=1500
# how many of each
panics=1 destroyed=1 hangs=1 attaching=1
[ -z "$FULL" ] || panics=30 destroyed=10 hangs=10 attaching=10

drv_start xmd 'on_crash = "preserve"' 'on_watchdog = "preserve"'
supervise 'stable = 2' 'crash_limit = 20'
guest_start g1 stock pv
guest_start g2 stock pvh
tool xmd-seqtest peer g1 g2
neighbours_fixed g1
neighbours_fixed g2
# its fq_codel drops what has waited too long, which is meant for another kind of waiting
on g1 'tc qdisc replace dev eth0 root pfifo limit 10000'

# What may differ: the pid, beats and control of xmd-backend, the rings of the new domain with dom0, when it was begun,
# and that rings were adopted.
nodes() {
    xenstore-ls -fp | grep -v -e '/data/xmd-backend/\(pid\|heartbeat\|control\)' -e '/ring-ref = ' -e '/start_time' \
        -e '/data/lab-agent' -e '/event-channel = .*(n1,r0)' -e '/console/\(tty\|port\)' -e '/store/port' -e '/pci-op-ref' -e '/xmd-rings' | sort
}
# The interface in the guest: its index and how often its carrier has changed
face() { on "$1" 'cat /sys/class/net/eth0/ifindex /sys/class/net/eth0/carrier_changes' | tr '\n' ' '; }
messages() { on "$1" 'dmesg | grep -ciE "warn|bug:|error|oops|call trace"' || true; }

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
    back_again $n 100
    xmdctl history | tail -n 1
    [ "$(xl domid drv)" = "$drv_id" ] || fail "drv is back as domain $(xl domid drv), not $drv_id"
}
# pause a random time up to 2 s, so that each finds another moment
moment() { sleep "$(awk 'BEGIN { srand('"$(od -An -N3 -tu4 /dev/urandom)"'); print 0.5 + 1.5 * rand() }')"; }

for i in $(seq $panics); do
    moment
    on drv 'echo c > /proc/sysrq-trigger' > /dev/null 2>&1 &
    died
done
for i in $(seq $destroyed); do
    moment
    xl destroy drv > /dev/null 2>&1
    died
done
for i in $(seq $hangs); do
    moment
    # It does not run any more, and says nothing of it.
    xl pause drv
    died
done
# When the backend's directory goes away under it, xl says that it is "unable to add device" and leaves the rest to
# others: the vif is completed when the driver domain is back.
told=0
for i in $(seq $attaching); do
    moment
    (sleep 0.$((i % 10)); on drv 'echo c > /proc/sysrq-trigger' > /dev/null 2>&1) &
    xl network-attach g2 backend=drv mac=00:16:3e:77:01:01 >> /logs/attach.log 2>&1 || told=$((told + 1))
    died
    g2_id=$(xl domid g2)
    wait_until 30 "vifs_connected $g2_id" || fail "the vif that was being attached does not connect: $(xmdctl vifs drv)"
    xl network-detach g2 1 >> /logs/attach.log 2>&1 || fail "it does not detach: $(tail -n 2 /logs/attach.log)"
done
metric attach_told_of_failure "$told" times

wait_until 20 "vifs_connected $(xl domid g1) && vifs_connected $(xl domid g2)" || fail "a vif is not connected at the end"
sleep 3
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
xmdctl --json history | sed -n 's/.*"ms": \([0-9]*\),.*/\1/p' | sort -n > /logs/outages.txt
metric restarts "$(wc -l < /logs/outages.txt)" times
metric restart_median "$(sed -n "$((($(wc -l < /logs/outages.txt) + 1) / 2))p" /logs/outages.txt)" ms
metric restart_longest "$(tail -n 1 /logs/outages.txt)" ms
