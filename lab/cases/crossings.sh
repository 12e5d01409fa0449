# lab: file tests/tools/caselib.sh
# lab: file tests/tools/killer.sh
# lab: file build/bin/xmd-gaptcp
# lab: file lab/cases/no-stock.sh
# lab: file lab/cases/kill-anytime.sh
#
# How often the two halves of the e1000 driver meet: at bring-up, while nothing happens, and under
# TCP as fast as it goes. What travels with the frames must not be in here.
#
# In short also, in the same boot: no-stock.sh and kill-anytime.sh.
. /case/caselib.sh
secs=${XMD_SECONDS:-10}
[ -z "$FULL" ] || secs=60

# messages and ioctls so far
crossings() {
	on drv "awk '/^user/ { sub(\"ioctls=\", \"\", \$NF); n += \$NF }
		/^crossed/ { sub(\"n=\", \"\", \$3); n += \$3 } END { print n }' /sys/kernel/debug/xmd/nic0/dump"
}
frames() { on drv "sed -n 's/^tx frames=\([0-9]*\).*/\1/p' /sys/kernel/debug/xmd/nic0/dump"; }

drv_start xmd
on drv 'mount -t debugfs none /sys/kernel/debug' 2> /dev/null || true
up=$(crossings)
metric crossings_until_serving "$up" ''
[ "$up" -le 40 ] || fail "$up crossings to bring the NIC up"
guest_start g1 stock pv
reachable g1 "$PEER_IP" || fail "no traffic"

sleep 3
before=$(crossings)
sleep "$secs"
idle=$(($(crossings) - before))
metric "crossings_in_${secs}_idle_seconds" "$idle" ''

on peer 'iperf3 -s -D'
before=$(crossings) sent=$(frames)
on g1 "iperf3 -c $PEER_IP -t 10" > /run/lab/iperf || fail "iperf3: $(cat /run/lab/iperf)"
busy=$(($(crossings) - before))
metric frames_in_10_s_of_TCP $(($(frames) - sent)) ''
metric crossings_in_10_s_of_TCP "$busy" ''
# the watchdog every two seconds: one batch of registers, one report of counters
[ "$busy" -le 20 ] || fail "$busy crossings during a transfer: something crosses with the frames"

if [ -z "$FULL" ]; then
	booted=1
	. /case/no-stock.sh
	. /case/kill-anytime.sh
fi
