# lab: file tests/tools/caselib.sh
# lab: file tests/tools/killer.sh
# lab: file build/bin/xmd-gaptcp
# full only: crossings does the same in its own boot
# alone: pauses are measured
#
# xmd-userdriver is killed, and then made to hang, at random moments: in the middle of a ring
# resize, a change of MAC or MTU, a self-test, a reset, or just under traffic. Each time the next
# one serves, the settings are those that were confirmed, and the guest's stream goes on.
. /case/caselib.sh
times=${XMD_TIMES:-6}
[ -z "$FULL" ] || times=${XMD_TIMES:-200}
hangs=${XMD_HANGS:-$(((times + 3) / 4))}
[ -z "$FULL" ] || hangs=${XMD_HANGS:-200}

# of the lines "I DOING: N ms, ..."
median_ms() { sed -n 's/.*: \([0-9]*\) ms, .*/\1/p' "$1" | sort -n | awk '{ v[NR] = $1 } END { print v[int((NR + 1) / 2)] }'; }

if [ -z "${booted:-}" ]; then
	drv_start xmd
	guest_start g1 stock pv
fi
tool xmd-gaptcp peer g1
put drv /case/killer.sh /root/killer.sh
on drv 'mount -t debugfs none /sys/kernel/debug' 2> /dev/null || true

watch_start g1 peer "$PEER_IP" 5001 100000 2000 500
note "killed $times times"
on drv "sh /root/killer.sh $times KILL" > /run/lab/killed || { cat /run/lab/killed; fail "settings were lost"; }
cp /run/lab/killed /logs/killed.txt
tail -n 8 /run/lab/killed
metric new_user_half_worst "$(field worst_ms "$(tail -n 1 /run/lab/killed)")" ms
metric new_user_half_median "$(median_ms /run/lab/killed)" ms
metric new_user_half_worst_in_a_reset "$(field worst_in_reset_ms "$(tail -n 1 /run/lab/killed)")" ms

on g1 'kill $(pidof xmd-gaptcp)'
watch_end 5001
metric longest_pause_kills "$gap" ms
watch_start g1 peer "$PEER_IP" 5002 100000 2000 500

note "made to hang $hangs times"
on drv "sh /root/killer.sh $hangs STOP" > /run/lab/hung || { cat /run/lab/hung; fail "settings were lost"; }
cp /run/lab/hung /logs/hung.txt
tail -n 4 /run/lab/hung
metric after_a_hang_median "$(median_ms /run/lab/hung)" ms
metric after_a_hang_worst "$(field worst_ms "$(tail -n 1 /run/lab/hung)")" ms
metric hangs_with_the_nic_stopped "$(field stood "$(tail -n 1 /run/lab/hung)")" times
metric noticed_with_the_nic_stopped_worst "$(field noticed_ms "$(tail -n 1 /run/lab/hung)")" ms

note "the guest's stream"
on g1 'kill $(pidof xmd-gaptcp)'
watch_end 5002
metric longest_pause "$gap" ms
! on drv dmesg | grep -E 'BUG:|WARNING:|Oops|general protection|Call Trace' ||
	fail "the driver domain's kernel complains"
reachable peer "$IP_g1" 3 || fail "g1 is cut off"
