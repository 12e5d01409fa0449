# lab: file tests/tools/caselib.sh
# full only: bad-user does the same in its own boot
# alone: how soon it is noticed is looked at
#
# The device itself misbehaves: its registers vanish (memory decoding and bus mastering are
# switched off from dom0), and its link flaps. The driver domain lives, says what it sees, and
# the guests' frames flow again when the device does.
. /case/caselib.sh
flaps=${XMD_FLAPS:-5}
[ -z "$FULL" ] || flaps=20

if [ -z "${booted:-}" ]; then
	drv_start xmd
	guest_start g1 stock pv
	guest_start g2 stock pv
fi
reachable peer "$IP_g1" || fail "no traffic before anything is done"

carrier() { wait_until 10 "on drv 'grep -q $1 /sys/class/net/eth0/carrier'" || fail "the carrier does not become $1 $2"; }

note "the link flaps $flaps times"
before=$(drv_log_lines)
for i in $(seq "$flaps"); do
	wire down
	carrier 0 "($i)"
	wire up
	carrier 1 "($i)"
done
start=$(now_ms)
wait_until 15 "on peer 'ping -c 1 -W 1 $IP_g1'" || fail "no traffic after $flaps flaps"
metric traffic_after_flaps $(($(now_ms) - start)) ms
drv_log "$before" | tail -n 4

note "the link flaps faster than anybody can look"
for i in $(seq 20); do wire down; wire up; done
carrier 1 "after the fast ones"
wait_until 15 "on peer 'ping -c 1 -W 1 $IP_g1'" || fail "no traffic after the fast flaps"

note "the registers vanish for 4 seconds"
command=$(setpci -s "$NIC" COMMAND)
before=$(drv_log_lines)
setpci -s "$NIC" COMMAND=0
sleep 1
! on peer "ping -c 1 -W 1 $IP_g1" > /dev/null || fail "frames pass a device that is switched off"
reachable g1 "$IP_g2" 3 || fail "guest to guest needs no NIC, and fails without it"
on drv true || fail "the driver domain died"
sleep 3
drv_log "$before" > /run/lab/said
cat /run/lab/said
[ -s /run/lab/said ] || fail "the driver domain says nothing about a device that is gone"

note "and come back"
setpci -s "$NIC" COMMAND="$command"
start=$(now_ms)
wait_until 20 "on peer 'ping -c 1 -W 1 $IP_g1'" || fail "the traffic does not come back with the device"
metric traffic_after_device_was_gone $(($(now_ms) - start)) ms
for g in g1 g2; do reachable peer "$(addr $g)" 3 || fail "$g is cut off"; done
! on drv dmesg | grep -E 'BUG:|WARNING:|Oops|general protection|Call Trace' ||
	fail "the driver domain's kernel complains"
