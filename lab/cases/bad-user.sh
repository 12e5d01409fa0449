# lab: file tests/tools/caselib.sh
# lab: file build/bin/xmd-gaptcp
# lab: file build/bin/xmd-hostile-user
# lab: file lab/cases/bad-device.sh
# alone: how soon a bad user half is killed is looked at
#
# A hostile program in place of each user half: the kernel halves refuse, frames flow on, and the
# real user half takes over again afterwards. In short also, in the same boot: bad-device.sh.
. /case/caselib.sh

drv_start xmd
guest_start g1 stock pv
guest_start g2 stock pv
tool xmd-gaptcp peer g1
tool xmd-hostile-user drv
bad=0

# hostile ATTACK...: prints its table
hostile() {
	before=$(drv_log_lines)
	on drv "xmd-hostile-user $*" || { bad=$((bad + 1)); echo "    $*: NOT as the contract says"; }
	drv_log "$before" | sed 's/^/    drv: /' | tail -n 8
}

# in_place HALF ATTACK...: the attack instead of the real half, then the real one again
in_place() {
	half=$1
	shift
	half_stop "$half"
	hostile "$@"
	half_cont "$half"
	reachable peer "$IP_g1" || fail "$*: g1 is cut off"
}

watch_start g1 peer "$PEER_IP" 5001 100000 200 500
note "beside the real ones"
hostile nic-second back-second

note "/dev/xmd/nic0"
in_place xmd-userdriver nic-calls
in_place xmd-userdriver nic-flood
in_place xmd-userdriver nic-wrong-answers
in_place xmd-userdriver nic-silence

note "/dev/xmd/back"
# For as long as the real one is away nobody pets the watchdog, which follows this host down to 2 s;
# xmd-backend reads the least when it starts.
own=/local/domain/$drv_id/data/xmd-backend
xenstore-write "$own/watchdog" 60
old=$(half_pid xmd-backend)
on drv "kill -9 $old"
wait_until 10 "[ \"\$(xenstore-read $own/pid)\" != $old ] && [ \"\$(xenstore-read $own/state)\" = serving ]" || fail "xmd-backend is not back"
in_place xmd-backend back-calls
in_place xmd-backend back-flood

note "frames flowed all the time"
on g1 'kill $(pidof xmd-gaptcp)'
watch_end 5001
metric longest_pause "$gap" ms
[ "$gap" -le "${XMD_GAP_MAX:-1000}" ] || fail "the stream paused for $gap ms"

note "no upcall is read: the link change is asked for, nobody answers"
half_stop xmd-userdriver
on drv 'xmd-hostile-user nic-deaf' > /run/lab/deaf 2>&1 &
sleep 1
wire down
sleep 3
wire up
wait_until 20 'grep -q failed /run/lab/deaf' || fail "nic-deaf does not end"
cat /run/lab/deaf
grep -q ' 0 failed' /run/lab/deaf || bad=$((bad + 1))
half_cont xmd-userdriver
wait_until 10 "on drv 'grep -q 1 /sys/class/net/eth0/carrier'" || fail "the carrier does not come back"
reachable peer "$IP_g1" 5 || fail "g1 is cut off"

note "it leaves the NIC stopped: the real user half starts it again"
half_stop xmd-userdriver
hostile nic-stopped
half_cont xmd-userdriver
wait_until 10 "on peer 'ping -c 1 -W 1 $IP_g1'" || fail "the NIC stays stopped"
for g in g1 g2; do reachable peer "$(addr $g)" || fail "$g is cut off"; done
! on drv dmesg | grep -E 'BUG:|WARNING:|Oops|general protection|Call Trace' ||
	fail "the driver domain's kernel complains"
[ $bad = 0 ] || fail "$bad attacks did not end as the contract says"

if [ -z "$FULL" ]; then
	booted=1
	. /case/bad-device.sh
fi
