# lab: file tests/tools/caselib.sh
# lab: file build/bin/xmd-gaptcp
# full only: front-stock is this on the stock backend, and front-restart and front-objects load xmd_front on ours
#
# First light of our own frontend: two guests that load xmd_front.ko, one PV and one PVH, and
# what a network user does: ping, IPv6, TCP each way, full frames, groups; then the vif is
# detached and attached. Its kernel must have nothing to complain about.
#
#	peer ---- wire ---- drv ---- g1 (PV,  xmd_front)
#	                        \--- g2 (PVH, xmd_front)
#
# front-stock.sh is the same with xen-netback at the other end.
. /case/caselib.sh
bytes=2000000
[ -z "$FULL" ] || bytes=500000000

complaints() { on "$1" 'dmesg | grep -E "BUG:|WARNING:|Oops|Call Trace|general protection|xmd_front.*(rror|misbehaves)"' || true; }

# vifs WHERE: the text dump of the frontend
vifs() {
	on "$1" '[ -d /sys/kernel/debug/xmd ] || mount -t debugfs debugfs /sys/kernel/debug
		cat /sys/kernel/debug/xmd/front/vifs'
}

# filter GUEST 0|1: until the frontend asks for that; backends without multicast control are never asked
filter() {
	[ "$(xs "$(xs "/local/domain/$(xl domid "$1")/device/vif/0/backend")/feature-dynamic-multicast-control")" = 1 ] || return 0
	wait_until 10 "[ \"\$(xs /local/domain/$(xl domid "$1")/device/vif/0/request-multicast-control)\" = $2 ]" ||
		fail "$1: request-multicast-control does not become $2: $(vifs "$1")"
}

drv_start "$DRV_KIND"
guest_start g1 xmd pv
guest_start g2 xmd pvh
tool xmd-gaptcp peer g1 g2

for g in g1 g2; do
	on $g 'ethtool -i eth0' > /run/lab/info || fail "$g: ethtool -i"
	grep -q '^driver: xmd_front$' /run/lab/info || fail "$g: driver is $(head -n 1 /run/lab/info)"
	on $g 'ethtool eth0 | grep -q "Link detected: yes"' || fail "$g: no link"
	! on $g 'grep -q xen_netfront /proc/modules' || fail "$g: xen-netfront is loaded"
	reachable peer "$(addr $g)" 3 || fail "no IPv4 to $g: $(vifs $g)"
	reachable peer "$(addr6 $g)" 3 || fail "no IPv6 to $g: $(vifs $g)"
	on $g "ping -c 2 -i 0.2 -W 5 -M do -s 1472 $PEER_IP" > /dev/null || fail "$g: no full frame goes through"
	on $g "ping -c 2 -i 0.2 -W 5 -s 20000 $PEER_IP" > /dev/null || fail "$g: no fragments go through"
done
reachable g1 "$IP_g2" 3 || fail "no IPv4 from g1 to g2"
reachable g2 "$IP6_g1" 3 || fail "no IPv6 from g2 to g1"

note "TCP, each way"
transfer g1 peer "$PEER_IP" 5001 $bytes
transfer peer g1 "$IP_g1" 5002 $bytes
transfer g2 peer "$PEER_IP6" 5003 $bytes
transfer peer g2 "$IP6_g2" 5004 $bytes
transfer g1 g2 "$IP_g2" 5005 $bytes
transfer g2 g1 "$IP6_g1" 5006 $bytes

if [ "$DRV_KIND" = stock ]; then
	vifs g1 | grep -q 'stage pages 0 old 0 on 0 ' || fail "g1 has staging grants with xen-netback: $(vifs g1)"
else
	note "staging grants"
	for g in g1 g2; do
		vifs $g | grep -q 'stage pages 512 old 0 on 1 ' || fail "$g: no staging grants: $(vifs $g)"
		staged $g | grep -q 'pages 512 of_all [0-9]* tx [1-9][0-9]* rx [1-9]' ||
			fail "drv: $g's pages are not used: $(staged $g)"
	done
fi

note "groups"
for g in g1 g2; do
	filter $g 1
	# a neighbour is asked for by multicast
	on peer "ip -6 neigh flush dev wire" || true
	reachable peer "$(addr6 $g)" || fail "$g is not found by neighbour discovery"
	on $g 'ip link set eth0 allmulticast on'
	filter $g 0
	on $g 'ip link set eth0 allmulticast off'
	filter $g 1
	reachable peer "$(addr6 $g)" || fail "$g is not reached after allmulticast"
done

note "down and up"
on g1 'ip link set eth0 down && ip link set eth0 up' || fail "g1: eth0 does not go down and up"
on g1 'net-up eth0'
wait_until 20 "reachable peer $IP_g1 1" || fail "g1 is not reached after down and up"

note "detach and attach"
for g in g1 g2; do
	id=$(xl domid $g)
	xl network-detach $g 0 > /run/lab/xl 2>&1 || fail "$g: xl network-detach: $(cat /run/lab/xl)"
	wait_until 10 "! xenstore-exists /local/domain/$id/device/vif/0" || fail "$g: the vif stays"
	wait_until 10 "! on $g 'test -e /sys/class/net/eth0'" || fail "$g: eth0 stays"
	xl network-attach $g backend=drv bridge=xenbr0 "mac=$(mac $g)" > /run/lab/xl 2>&1 ||
		fail "$g: xl network-attach: $(cat /run/lab/xl)"
	wait_until 20 "vifs_connected $id" || fail "$g: the vif does not connect again"
	on $g 'net-up eth0'
	wait_until 20 "reachable peer $(addr $g) 1" || fail "$g is not reached after detach and attach"
done
transfer g1 peer "$PEER_IP" 5007 1000000

for g in g1 g2; do
	vifs $g
	said=$(complaints $g)
	[ -z "$said" ] || fail "$g: its kernel complains: $said"
done
