# lab: file tests/tools/caselib.sh
# lab: file build/bin/xmd-gaptcp
# nic: e1000e
# nic full: e1000-82544gc e1000-82545em
#
# What another chip could do otherwise, in one boot each (lab/lab run --nic MODEL): data both ways
# without and with IPv6 and jumbo frames, what ethtool asks of the user half, the user half killed
# under traffic, the driver domain panicked under a stock guest.
. /case/caselib.sh
kills=3 panics=1 bytes=4000000
[ -z "$FULL" ] || kills=10 panics=3 bytes=50000000

drv_start xmd 'on_crash = "preserve"' 'on_watchdog = "preserve"'
guest_start g1 stock pv
tool xmd-gaptcp peer g1
supervise "stable = 2" "crash_limit = 20"

note "the chip"
on drv 'cat /sys/class/net/eth0/device/device; grep xmd_nic /proc/interrupts; ethtool -i eth0; ethtool -c eth0 | grep rx-usecs:'
id=$(on drv 'cat /sys/class/net/eth0/device/device')
if [ "$id" = 0x10d3 ]; then
	on drv 'grep -c "xen.*msi.*xmd_nic" /proc/interrupts | grep -qx 2' || fail "the 82574L has no MSI-X vectors"
fi

moved() { # a transfer each way, SHA-256 compared
	transfer g1 peer "$PEER_IP" "$1" $bytes
	transfer peer g1 "$IP_g1" $(($1 + 1)) $bytes
}
note "TCP each way, over IPv4 and IPv6"
moved 5001
transfer g1 peer "$PEER_IP6" 5003 $bytes
transfer peer g1 "$IP6_g1" 5004 $bytes
on g1 "ping -c 3 -i 0.2 -s 1 $PEER_IP" > /dev/null || fail "short frames do not come through"

note "EEPROM, registers, LED, offline self-test, ring size"
on drv 'ethtool -e eth0 offset 0 length 128 > /tmp/eeprom && grep -qi "00 16 3e 77 00 02" /tmp/eeprom' ||
	fail "the EEPROM does not begin with the address"
on drv 'ethtool -d eth0 > /dev/null && ethtool -p eth0 1 && ethtool -G eth0 rx 512' || fail "ethtool -d, -p or -G"
moved 5005

note "the user half killed $kills times during a transfer"
watch_start g1 peer "$PEER_IP" 5010 $((kills * 2))
for _ in $(seq $kills); do
	old=$(half_pid xmd-userdriver)
	on drv "kill -9 $old"
	wait_until 5 "[ \"\$(half_pid xmd-userdriver)\" != $old ]" || fail "no new xmd-userdriver"
	sleep 1
done
watch_end 5010
metric gap_with_kills "$gap" ms

note "the link goes and comes"
wire down
wait_until 10 "on drv 'grep -q 0 /sys/class/net/eth0/carrier'" || fail "the carrier stays"
wire up
wait_until 10 "on drv 'grep -q 1 /sys/class/net/eth0/carrier'" || fail "the carrier does not come back"

note "the driver domain panics $panics times"
for i in $(seq $panics); do
	on drv 'echo c > /proc/sysrq-trigger' > /dev/null 2>&1 &
	back_again "$i" 60
	moved $((5020 + 2 * i))
done
lost=$(on drv 'mount -t debugfs none /sys/kernel/debug 2>/dev/null; sed -n "s/^watch irqs_lost=\([0-9]*\).*/\1/p" /sys/kernel/debug/xmd/nic0/dump')
metric interrupts_lost "$lost" ""
