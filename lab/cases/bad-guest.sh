# lab: file tests/tools/caselib.sh
# lab: file build/bin/xmd-gaptcp
# lab: file build/bin/xmd-hostile-front
# alone: attackers take all the processor there is
#
# A guest attacks the backend in every way of tests/hostile, one after the other, while another
# guest works on. Only the culprit may suffer, the driver domain's log must say why, and nothing
# may be left over.
#
#	peer ---- wire ---- drv ---- victim    stock frontend, a TCP stream all the time
#	                        \--- attacker  no frontend in its kernel: xmd-hostile-front
#
# --env XMD_ATTACKS='tx-* extra-*' runs a part; --env XMD_ATTACK_SECONDS=10 makes those by
# repetition longer.
. /case/caselib.sh
seconds=${XMD_ATTACK_SECONDS:-1}
[ -z "$FULL" ] || seconds=${XMD_ATTACK_SECONDS:-10}
# One of each kind; with --env XMD_FULL=1 all of "xmd-hostile-front list", some 12 minutes,
# but for those on the object ring: bad-guest-objects.sh is this case with only those.
objects=${objects:-}
[ -n "$FULL$objects" ] || objects=some
short_objects="obj-wire-99 obj-stale obj-event-storm obj-page-withdrawn"
attacks=${short:-"tx-cross-page tx-size-65535 tx-slots-endless tx-prod-300 rx-gref-readonly extra-type-77
	flip-all event-storm gso-size-0 vanish-traffic pages-withdrawn port-closed keys-garbage stage-bad-lists
	stage-flip-pages stage-vanish $short_objects"}
[ -z "$FULL" ] || attacks=*
attacks=${XMD_ATTACKS:-$attacks}

drv_start "$DRV_KIND"
guest_start g1 stock pv
guest_start g2 none pv
victim=g1 attacker=g2
tool xmd-gaptcp peer $victim
tool xmd-hostile-front $attacker

# front ARGUMENT...: the hostile frontend
front() {
	on $attacker "xmd-hostile-front -i $(addr $attacker) -p $PEER_IP -t $seconds -v $(mac $victim) $*"
}

# What vifs can hold in the driver domain: their rows, their interrupts, their ports.
holdings() {
	on drv 'echo vifs $(grep -c "fault" /sys/kernel/debug/xmd/back/vifs) irqs $(grep -c xmd-vif /proc/interrupts)'
	echo "ports $(lsevtchn "$drv_id" 2> /dev/null | wc -l)"
}
pool_free() { on drv "sed -n 's/.*pool .*free=\([0-9]*\).*/\1/p' /sys/kernel/debug/xmd/nic0/dump"; }
memory_free() { on drv "awk '/^MemAvailable/ { print \$2 }' /proc/meminfo"; }
on drv 'mount -t debugfs none /sys/kernel/debug' 2> /dev/null || true

# Once round before anything is counted, so that what is allocated at first use is there.
front probe || { on drv 'cat /sys/kernel/debug/xmd/back/vifs'; fail "the attacker's vif does not even work when it behaves"; }
holdings > /run/lab/holdings-before
memory_before=$(memory_free)
pool_before=$(pool_free)

# The victim must be reached after each attack, and the driver domain must live. What its kernel has
# said since the last time is in /run/lab/said then.
after() {
	on peer "ping -q -c 1 -W 5 $IP_g1" > /dev/null || reachable peer "$IP_g1" 3 ||
		fail "$1: the victim is cut off"
	on drv 'dmesg -c' > /run/lab/said || fail "$1: the driver domain is gone"
	! grep -E 'BUG:|WARNING:|Oops|general protection|Call Trace' /run/lab/said ||
		fail "$1: the driver domain's kernel complains"
}

# What xmd-backend has said of object rings since run_attack began: its log is drv's console.
backend_said() { tail -n +$((console + 1)) /logs/guest-drv.log | grep -a 'object ring' | grep -av 'attached, life'; }

bad=0 count=0 said=0 shut=0
run_attack() {
	console=$(wc -l < /logs/guest-drv.log)
	front "$1" > /run/lab/attack && status=0 || status=$?
	line=$(grep "^$1 " /run/lab/attack | head -n 1)
	echo "${line:-$(cat /run/lab/attack)}"
	case $status in
	0) ;;
	1) bad=$((bad + 1)); grep -v "^$1 " /run/lab/attack || true ;;
	*) cat /run/lab/attack; bad=$((bad + 1)) ;;
	esac
	after "$1"
	count=$((count + 1))
	case $line in
	*'object ring shut'*)
		# a guest has only so many lines in its log
		why=$(backend_said | tail -n 1)
		[ -z "$why" ] || { said=$((said + 1)); echo "    drv: $why"; }
		shut=$((shut + 1))
		;;
	*'backend state 4,'*) ;;	# cut off or not, it is the guest's own doing
	*'cut off: as expected')
		why=$(grep xmd /run/lab/said | grep -v -E ': (connected|disconnected)' | head -n 1)
		[ -z "$why" ] || { said=$((said + 1)); echo "    drv: $why"; }
		[ -n "$why" ] || [ "$DRV_KIND" = stock ] ||
			{ echo "    drv says NOTHING about why"; bad=$((bad + 1)); }
		;;
	esac
}

watch_start $victim peer "$PEER_IP" 5001 100000 1000 200
streaming=$!
note "attacks"
after 'nothing done yet'
set -f	# the patterns of XMD_ATTACKS are for attacks, not for files
for attack in $(on $attacker 'xmd-hostile-front list' | grep -v 'not in all' | cut -d' ' -f1); do
	case $attack in
	obj-*) [ -n "$objects" ] || continue ;;
	*) [ "$objects" != only ] || continue ;;
	esac
	for pattern in $attacks; do
		case $attack in
		$pattern) run_attack "$attack"; break ;;
		esac
	done
done
set +f
[ $count -gt 0 ] || fail "no attack is called $attacks"
[ $shut = 0 ] || [ $said -gt 0 ] || fail "xmd-backend has shut $shut object rings and never says why"

note "gone with all it had: destroyed while it sends"
on $attacker "xmd-hostile-front -i $(addr $attacker) -p $PEER_IP -t 20 flip-size" > /run/lab/attack 2>&1 &
sleep 3
guest_stop $attacker
after "destroyed"
wait_until 20 "! xl list | grep -q null" || fail "the attacker's pages are held for ever: $(xl list)"

note "nothing is left over"
guest_start g2 none pv
tool xmd-hostile-front g2
front probe || fail "a new guest in the attacker's place gets no network"
holdings > /run/lab/holdings-after
cmp -s /run/lab/holdings-before /run/lab/holdings-after || {
	diff /run/lab/holdings-before /run/lab/holdings-after || true
	bad=$((bad + 1)); echo "    something is LEFT OVER"
}
metric pool_free_before "$pool_before" buffers
metric pool_free_after "$(pool_free)" buffers
metric memory_lost $((memory_before - $(memory_free))) KiB
[ $((memory_before - $(memory_free))) -lt 4096 ] || { echo "    memory is LEFT OVER"; bad=$((bad + 1)); }

note "the victim's stream"
on $victim 'kill $(pidof xmd-gaptcp)'
wait $streaming 2> /dev/null || true
watch_end 5001
metric attacks "$count" ''
metric attacks_explained_in_log "$said" ''
metric victim_longest_pause "$gap" ms
metric victim_rate "$(field mbps "$report")" Mb/s
[ $bad = 0 ] || fail "$bad of $count attacks did not end as they must"
