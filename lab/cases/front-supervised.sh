# lab: file tests/tools/caselib.sh
# lab: file build/bin/xmd-seqtest
# full only: front-objects lets the driver domain die, too
# alone: thirty restarts, each as long as the host is slow
#
# The driver domain panics again and again under two guests, one with our own frontend and one
# with stock xen-netfront, each with a TCP stream each way, and xmd-supervisor brings it back. All
# streams end whole. What only the frontend of g1 knew is in force in the new driver domain without
# anybody in the guest doing anything: groups, all multicast or not, VLANs, MTU, moderation of events.
#
#	peer ---- wire ---- drv ---- g1 (xmd_front)
#	                        \--- g2 (stock)
#
# XMD_PANICS  how many; the list's thirty take about half an hour:
#
#	lab/lab run --timeout 3600 --env XMD_FULL=1 lab/cases/front-supervised.sh
. /case/caselib.sh
panics=2
[ -z "$FULL" ] || panics=30
panics=${XMD_PANICS:-$panics}
mtu=1400 usecs=200 joined=239.1.2.3 other=239.9.9.9

drv_start xmd 'on_crash = "preserve"' 'on_watchdog = "preserve"'
supervise 'stable = 2' 'crash_limit = 20'
guest_start g1 xmd pv
guest_start g2 stock pv
tool xmd-seqtest peer g1 g2
for g in g1 g2; do
	neighbours_fixed $g
	# its fq_codel drops what has waited too long, which is meant for another kind of waiting
	on $g 'tc qdisc replace dev eth0 root pfifo limit 10000'
	warnings $g > /run/lab/warnings.$g
done
# a stream from the wire may find drv dead at many of its attempts
on peer 'echo 100 > /proc/sys/net/ipv4/tcp_retries2; ip route replace 239.0.0.0/8 dev wire'

# face GUEST: the index of its interface, and how often its carrier has changed
face() { on "$1" 'cat /sys/class/net/eth0/ifindex /sys/class/net/eth0/carrier_changes' | tr '\n' ' '; }

# filtered: how many frames that flood have been kept away from g1
filtered() {
	on drv "[ -d /sys/kernel/debug/xmd ] || mount -t debugfs debugfs /sys/kernel/debug
		sed -n '/^xmd-vif$(xl domid g1)\.0 /,/ filtered /s/.* filtered \([0-9]*\).*/\1/p' \
		/sys/kernel/debug/xmd/back/vifs"
}

# wanted: until this is in force; the number of groups is that of the interface
wanted() {
	groups=$(on g1 'ip maddr show dev eth0' | grep -c link)
	flags=1		# XMD_SET_FILTER, _ALLMULTI, _VLANS
	[ $all = off ] || flags=$((flags + 4))
	[ $vlans = 0 ] || flags=$((flags + 8))
	want="mtu $mtu flags $(printf 0x%x $flags) rx_usecs $usecs multicast $groups vlans $vlans"
	eventually 20 "[ \"\$(in_force g1)\" = \"$want\" ]" ||
		fail "of g1's settings \"$(in_force g1)\" is in force, not \"$want\""
}

# groups_pass: what the filter lets through, as the peer sees it, and by its own count
groups_pass() {
	on peer "ping -c 3 -i 0.2 -W 5 -I wire $joined" > /run/lab/ping ||
		{ cat /run/lab/ping; fail "g1 does not get what is sent to the group that it has joined"; }
	grep -q "from $IP_g1" /run/lab/ping || { cat /run/lab/ping; fail "not g1 has answered"; }
	was=$(filtered)
	on peer "ping -c 10 -i 0.1 -W 1 -I wire $other" > /dev/null || true
	more=$(($(filtered) - was))
	case $all in
	on) [ $more -lt 10 ] || fail "with allmulticast, $more frames were kept away from g1" ;;
	off) [ $more -ge 10 ] || fail "only $more of 10 frames to another group were kept away from g1" ;;
	esac
}

note "what g1 wishes"
on g1 "echo 0 > /proc/sys/net/ipv4/icmp_echo_ignore_broadcasts
	ip addr add $joined/32 dev eth0 autojoin && ip maddr add 33:33:00:00:12:34 dev eth0 &&
	ip link set eth0 mtu $mtu && ethtool -C eth0 rx-usecs $usecs &&
	modprobe 8021q && ip link add link eth0 name eth0.5 type vlan id 5 && ip link set eth0.5 up" ||
	fail "g1's settings are refused"
vlans=0 all=off
! on g1 'ethtool -k eth0' | grep -q 'rx-vlan-filter: on' || vlans=1
wanted
groups_pass
on g1 'ip link set eth0 allmulticast on'
all=on
wanted
groups_pass
in_force g1

for g in g1 g2; do eval "face_$g='$(face $g)'"; done
streams_start g1 1 100000
streams_start g2 1 100000

for i in $(seq "$panics"); do
	moment
	on drv 'echo c > /proc/sysrq-trigger' > /dev/null 2>&1 &
	back_again "$i" 100
	xmdctl history | tail -n 1
	[ "$(xl domid drv)" = "$drv_id" ] || fail "drv is back as domain $(xl domid drv), not $drv_id"
	wanted
	eventually 20 "staged g1 | grep -q 'pages 512 .* tx [1-9].* rx [1-9]'" ||
		fail "g1's pages are not mapped again: $(staged g1)"
	groups_pass
	# the other way for the next one
	if [ $all = on ]; then all=off; else all=on; fi
	[ "$i" = "$panics" ] || on g1 "ip link set eth0 allmulticast $all"
done
in_force g1

on g1 'ethtool -c eth0' | grep -q "^rx-usecs:[[:space:]]*$usecs$" || fail "g1 has forgotten rx-usecs itself"
on g1 'ip link show eth0' | grep -q " mtu $mtu " || fail "g1 has another MTU: $(on g1 'ip link show eth0')"
for g in g1 g2; do
	streams_end $g
	eval "was=\$face_$g"
	metric carrier_changes_$g $(($(face $g | cut -d ' ' -f 2) - $(echo "$was" | cut -d ' ' -f 2))) times
	[ "$(face $g | cut -d ' ' -f 1)" = "${was%% *}" ] || fail "$g: eth0 has become another interface"
	warnings $g | diff /run/lab/warnings.$g - || fail "$g: its kernel complains"
done
[ "$(face g2)" = "$face_g2" ] || fail "g2: interface index and carrier changes were $face_g2, are $(face g2)"
front_dump g1
xmdctl --json history | sed -n 's/.*"ms": \([0-9]*\),.*/\1/p' | sort -n > /logs/outages.txt
metric restarts "$(wc -l < /logs/outages.txt)" times
metric restart_longest "$(tail -n 1 /logs/outages.txt)" ms
