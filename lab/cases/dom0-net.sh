# full only: driver-restart and supervisor bring guests back in the same way, and attach-detach attaches
# lab: file tests/tools/caselib.sh
# lab: file build/bin/xmd-gaptcp
# lab: file build/bin/xmd-seqtest
# alone: silences are measured
#
# dom0's own network through the driver domain, as OPERATIONS.md has it: attached, transfers with equal sums, streams that
# outlive a panic, which dom0 mends while it has no network; and detached.
. /case/caselib.sh
GAP_MS=1500

drv_start xmd 'on_crash = "preserve"' 'on_watchdog = "preserve"'
supervise 'stable = 2'
guest_start g1 stock pv
tool xmd-gaptcp dom0 peer
tool xmd-seqtest dom0 peer
modprobe xen-netfront

note "attached: dom0 is a guest of it like any other"
xl network-attach 0 backend=drv "mac=$(mac dom0)" > /logs/attach.txt 2>&1 || fail "xl network-attach 0: $(cat /logs/attach.txt)"
wait_until 20 'vifs_connected 0' || fail "dom0's vif does not connect: $(xmdctl vifs drv)"
ip addr add "$(addr dom0)/24" dev eth0
ip link set eth0 up
wait_until 10 'reachable dom0 $PEER_IP 1' || fail "dom0 does not reach the peer"
reachable dom0 "$IP_g1" || fail "dom0 does not reach g1"
xmdctl vifs drv | tee /logs/vifs.txt
grep -q Domain-0 /logs/vifs.txt || fail "xmdctl vifs does not name it"
transfer dom0 peer "$PEER_IP" 5001 4000000
transfer peer dom0 "$(addr dom0)" 5002 4000000

note "the driver domain panics, and dom0 brings back its own network"
neighbours_fixed dom0
# its fq_codel drops what has waited too long, which is meant for another kind of waiting
tc qdisc replace dev eth0 root pfifo limit 10000
on peer 'echo 100 > /proc/sys/net/ipv4/tcp_retries2'
streams_start dom0 1 200000
sleep 2
on drv 'echo c > /proc/sysrq-trigger' > /dev/null 2>&1 &
back_again 1 60
xmdctl history drv | tail -n 1
vifs_connected 0 || fail "dom0's vif is not connected: $(xmdctl vifs drv)"
reachable dom0 "$PEER_IP" 3 || fail "dom0 does not reach the peer any more"
reachable dom0 "$IP_g1" 3 || fail "dom0 does not reach g1 any more"
sleep 2
streams_end dom0
metric dom0_pause "$gap" ms
transfer dom0 peer "$PEER_IP" 5003 4000000

note "detached"
xl network-detach 0 0 || fail "xl network-detach 0 0: $?"
wait_until 10 '! ls /sys/class/net | grep -q eth0' || fail "the interface is still there"
reachable g1 "$PEER_IP" 3 || fail "g1 does not reach the peer"
