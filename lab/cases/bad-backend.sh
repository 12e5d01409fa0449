# lab: file tests/tools/caselib.sh
# lab: file build/bin/xmd-hostile-back
# full only: the desk of tests/hostile has a backend attack the same frontend, under sanitizers; bad-guest attacks on real Xen
# alone: attackers take all the processor there is
#
# A backend attacks a guest's frontend in every way of tests/hostile, one after the other. The
# guest may disable that device, and then its log must say why; nothing else in it may suffer.
# The attacks obj-* are on the object ring: that device carries frames whatever they do. All the
# time the guest's administrator asks ethtool of the device, and must hear something in time.
#
#	peer ---- wire ---- drv ---- g1 eth0    what must go on working
#	                    bad ---- g1 eth1    xmd-hostile-back in a plain guest is its backend
#
# --env XMD_ATTACKS='tx-* key-*' runs a part; --env XMD_ATTACK_SECONDS=10 makes those by
# repetition longer; --env XMD_FRONT=stock tries xen-netfront; --env XMD_TRUSTED=0 says in the
# vif's configuration that its backend is not trusted.
. /case/caselib.sh
seconds=${XMD_ATTACK_SECONDS:-2}
[ -z "$FULL" ] || seconds=${XMD_ATTACK_SECONDS:-10}
# One of each kind, the host's tests/hostile has more; with --env XMD_FULL=1 all of "xmd-hostile-back list", some 50 minutes.
attacks="tx-id-max tx-reverse rx-len-max rx-gso-headers rx-held scribble grants-kept key-mtu-minus obj-name-escape obj-call-silence
	obj-scribble"
front=${XMD_FRONT:-xmd}
[ -z "$FULL" ] || attacks="*"
attacks=${XMD_ATTACKS:-$attacks}
mac1=00:16:3e:77:02:01
# ms: a call of the object ring has 3.5 s (frontend/obj.c), two ask at a time here, one behind the other under RTNL: 7 s
# on a fast machine. What this finds are faults that take minutes, so a slow one has its time.
patience=${XMD_PATIENCE:-25000}

drv_start "$DRV_KIND"
guest_start g1 "$front" pv
guest_start bad none pv 'driver_domain = 1' 'vif = []'
tool xmd-hostile-back bad
g1_id=$(xl domid g1)
hostile() { on bad "xmd-hostile-back -f $g1_id -d 1 -t $seconds $*"; }
channels() { lsevtchn "$g1_id" | wc -l; }

# The name of the second interface, which may be another after each attach
second() { on g1 "grep -l $mac1 /sys/class/net/*/address" | cut -d/ -f5; }

attached=
attach() { # [ATTACK]: its lie is in what the backend offers first
	hostile await "$@" > /run/lab/await 2>&1 &
	waiter=$!
	xl network-attach g1 backend=bad bridge=xenbr0 mac=$mac1 ${XMD_TRUSTED:+trusted=$XMD_TRUSTED} > /run/lab/xl 2>&1 ||
		fail "xl network-attach: $(cat /run/lab/xl /run/lab/await)"
	wait $waiter || fail "await: $(cat /run/lab/await)"
	wait_until 10 '[ -n "$(second)" ]' || fail "the guest has no second interface"
	on g1 "ip addr add 10.78.0.1/24 dev $(second) && ip link set $(second) up"
	attached=1
}
detach() {
	hostile leave > /run/lab/leave 2>&1 &
	waiter=$!
	xl network-detach g1 1 > /run/lab/xl 2>&1 || echo "    xl network-detach: $(cat /run/lab/xl)"
	wait $waiter || true
	wait_until 20 "! xenstore-exists /local/domain/$g1_id/device/vif/1" || fail "the second vif does not go away"
	attached=
}

# ethtool over and over in the guest, at whatever is the second interface at that moment. asked has
# how often, longest how long it took at most, in ms.
asking() {
	on g1 'cat > /tmp/asking' <<-'END'
		ms() { read -r up _ < /proc/uptime; echo "${up%.*}${up#*.}0"; }
		n=0
		echo 0 > /tmp/longest
		while :; do
			sleep 0.2
			d=$(grep -l "$1" /sys/class/net/*/address | cut -d/ -f5)
			[ -n "$d" ] || continue
			began=$(ms)
			ethtool "$d"
			ethtool -S "$d"
			ethtool -e "$d"
			took=$(($(ms) - began))
			[ "$took" -le "$(cat /tmp/longest)" ] || echo "$took" > /tmp/longest
			n=$((n + 1))
			echo $n > /tmp/asked
		done
	END
	on g1 "sh /tmp/asking $mac1 > /dev/null 2>&1 &"
}
# in_time ATTACK: sets $longest (ms) since the last time; what is asked now comes back, too
longest=0
in_time() {
	began=$(now_ms)
	# it may be gone by now
	on g1 "d=$(second); [ -z \"\$d\" ] || { ethtool \$d; ethtool -S \$d; ethtool -e \$d; } > /dev/null 2>&1; true"
	took=$(($(now_ms) - began))
	longest=$(on g1 'cat /tmp/longest; echo 0 > /tmp/longest')
	[ "$took" -le "$longest" ] || longest=$took
	[ "$longest" -le "$patience" ] || {
		bad=$((bad + 1))
		echo "    g1: ethtool took $longest ms"
	}
	[ "$longest" -le "$slowest" ] || slowest=$longest
}

# The guest must live, its other interface too. What its kernel has said is in /run/lab/said then.
after() {
	on g1 'dmesg -c' > /run/lab/said || fail "$1: the guest is gone"
	! grep -E 'BUG:|WARNING: CPU|Oops|general protection|Call Trace|NETDEV WATCHDOG' /run/lab/said ||
		fail "$1: the guest's kernel complains: $(tail -n 30 /run/lab/said)"
	on g1 "ping -q -c 1 -W 5 -I eth0 $PEER_IP" > /dev/null || reachable g1 "$PEER_IP" 3 ||
		fail "$1: the guest's other interface is cut off"
}

bad=0 count=0 off=0 said=0 again=0 slowest=0 deaf=0 deaf_said=0
judge() { # ATTACK STATUS
	line=$(grep "^$1 " /run/lab/attack | head -n 1)
	echo "${line:-$(cat /run/lab/attack)}"
	[ "$2" = 0 ] || { bad=$((bad + 1)); grep -v "^$1 " /run/lab/attack || true; }
	after "$1"
	in_time "$1"
	count=$((count + 1))
	case $line in
	*'object ring deaf'*)
		deaf=$((deaf + 1))
		why=$(grep 'object ring:.*a plain vif until' /run/lab/said | tail -n 1)
		[ -z "$why" ] || { deaf_said=$((deaf_said + 1)); echo "    g1: $why"; }
		;;
	esac
	case $line in
	*'vif is disabled'*)
		off=$((off + 1))
		why=$(grep -iE 'disabled|misbehaves|connecting to|does not support' /run/lab/said | head -n 1)
		if [ -n "$why" ]; then
			said=$((said + 1))
			echo "    g1: $why"
		else
			bad=$((bad + 1))
			echo "    g1 says NOTHING about why"
		fi
		# a device that was disabled stays so until it is attached anew
		detach
		;;
	esac
}

run_attack() {
	status=0
	[ -n "$attached" ] || attach "$1"
	hostile "$1" > /run/lab/attack || status=$?
	if [ $status = 4 ]; then	# what the one before has done to the vif
		again=$((again + 1))
		detach
		attach "$1"
		status=0
		hostile "$1" > /run/lab/attack || status=$?
	fi
	judge "$1" $status
}

channels_before=$(channels)
# with -c it would wait at its end for twice the longest round: a minute, where an attack kept frames
on g1 "while :; do ping -q -i 0.1 -w 20 10.78.0.2; sleep 0.5; done > /dev/null 2>&1 &"
asking
attach
hostile probe > /run/lab/attack || { cat /run/lab/attack; fail "the vif does not even work when its backend behaves"; }
after 'nothing done yet'

note "attacks"
set -f	# the patterns of XMD_ATTACKS are for attacks, not for files
for attack in $(on bad 'xmd-hostile-back list' | cut -d' ' -f1); do
	# xen-netfront has no object ring
	case $front:$attack in
	stock:obj-*) continue ;;
	esac
	for pattern in $attacks; do
		case $attack in
		$pattern) run_attack "$attack"; break ;;
		esac
	done
done
set +f
[ $count -gt 0 ] || fail "no attack is called $attacks"

note "nothing is left over"
[ -z "$attached" ] || detach
[ "$(channels)" = "$channels_before" ] ||
	{ bad=$((bad + 1)); echo "    event channels of g1: $channels_before before, $(channels) after"; }

note "the whole domain of the backend is gone, in the middle of it"
attach
hostile -t 20 scribble > /run/lab/attack 2>&1 &
sleep 5
guest_stop bad
after "destroyed"
wait_until 20 "! xl list | grep -q null" || fail "pages are held for ever: $(xl list)"
metric attacks "$count" ''
metric disabled "$off" ''
metric disabled_explained_in_log "$said" ''
metric object_ring_left_alone "$deaf" ''
metric object_ring_left_alone_explained_in_log "$deaf_said" ''
metric ethtool_longest "$slowest" ms
metric attached_anew_for_the_next "$again" ''
[ $bad = 0 ] || fail "$bad of $count attacks did not end as they must"
