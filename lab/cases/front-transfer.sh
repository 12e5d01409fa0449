# lab: file tests/tools/caselib.sh
# lab: file build/bin/xmd-gaptcp
# lab: file build/bin/xmd-seqtest
# lab: file build/bin/xmd-vlantap
# full only: front-smoke sends less by the same ways
#
# A guest with our own frontend: nothing is lost or changed on the way, whatever the direction,
# the protocol, the tag or the length: TCP, UDP, IPv6, VLAN, groups, jumbo frames.
#
#	peer ---- wire ---- drv ---- g1 (xmd_front)
#
# front-transfer-stock.sh is the same with xen-netback at the other end. XMD_GUEST=pvh has
# another kind of guest.
. /case/caselib.sh
mb=${XMD_MB:-20}
[ -z "$FULL" ] || mb=500
bytes=$((mb * 1000 * 1000))
joined=239.1.2.3 peers=239.1.2.4 nobodys=239.9.9.9

drv_start "$DRV_KIND"
# so that it may have jumbo frames once the port has them
guest_start g1 xmd "${XMD_GUEST:-pv}" "vif = [\"backend=drv,bridge=xenbr0,mac=$(mac g1),mtu=9000\"]"
tool xmd-gaptcp peer g1
tool xmd-seqtest peer g1
tool xmd-vlantap peer
warnings g1 > /run/lab/warnings
on g1 'ethtool -i eth0' | grep -q '^driver: xmd_front$' || fail "g1 has another frontend"
on g1 'ip link set eth0 mtu 1500' || fail "g1 may not have a smaller MTU than its own"

note "TCP, each way"
transfer g1 peer "$PEER_IP" 5001 $bytes
transfer peer g1 "$IP_g1" 5002 $bytes
note "TCP over IPv6"
transfer g1 peer "$PEER_IP6" 5003 $bytes
transfer peer g1 "$IP6_g1" 5004 $bytes
note "TCP both ways at the same time"
transfer g1 peer "$PEER_IP" 5005 $bytes & one=$!
transfer peer g1 "$IP_g1" 5006 $bytes & two=$!
wait $one || fail "from g1"
wait $two || fail "to g1"

note "UDP, each way at the same time"
for IPV in 4 6; do
	seq_start g1 tx 300 --size 1400
	seq_start g1 rx 300 --size 1400
	sleep 3
	seq_report g1 tx
	[ "$seq_lost$seq_duplicates" = 00 ] || fail "IPv$IPV from g1: $seq_lost lost, $seq_duplicates came twice"
	seq_report g1 rx
	[ "$seq_lost$seq_duplicates" = 00 ] || fail "IPv$IPV to g1: $seq_lost lost, $seq_duplicates came twice"
done
IPV=4

# With another MTU stock e1000 begins anew, and the card has its link a second later. Ours has to be
# there at once.
link_back() {
	[ "$DRV_KIND" = xmd ] || reachable g1 "$PEER_IP" 50 ||
		fail "no way to the peer 10 s after the card's MTU changed"
}

note "frames exactly full"
full g1 peer "$PEER_IP"
full peer g1 "$IP_g1"
full g1 peer "$PEER_IP6"
full peer g1 "$IP6_g1"

note "VLAN 5; full frames carry 1518 bytes"
on g1 'modprobe 8021q && ip link add link eth0 name eth0.5 type vlan id 5 &&
	ip addr add 10.78.0.1/24 dev eth0.5 && ip link set eth0.5 up' || fail "no VLAN device in g1"
vlan_start 5 10.78.0.9/24
on g1 'ping -c 3 -i 0.2 -W 5 10.78.0.9' > /run/lab/ping ||
	{ cat /run/lab/ping; fail "tagged frames do not reach the wire and come back"; }
on g1 'ping -c 3 -i 0.2 -W 5 -M do -s 1472 10.78.0.9' > /run/lab/ping ||
	{ cat /run/lab/ping; fail "full tagged frames do not reach the wire and come back"; }
transfer g1 peer 10.78.0.9 5010 5000000
transfer peer g1 10.78.0.1 5011 5000000
! reachable g1 10.78.0.77 1 || fail "an address that nobody has answers"
on g1 'ip link del eth0.5'

# group FROM DEV ADDRESS [ANSWERS]: somebody answers who has joined it
group() {
	on "$1" "ping -c 3 -i 0.2 -W 5 -I $2 $3" > /run/lab/ping ||
		{ cat /run/lab/ping; fail "nobody answers to $3 from $1"; }
	grep -q "bytes from ${4:-}" /run/lab/ping || { cat /run/lab/ping; fail "not $4 answers to $3"; }
}

# link_local WHERE DEV
link_local() { on "$1" "ip -6 -o addr show dev $2 scope link" | awk '{ sub(/\/.*/, "", $4); print $4; exit }'; }

note "groups"
on g1 "echo 0 > /proc/sys/net/ipv4/icmp_echo_ignore_broadcasts
	ip addr add $joined/32 dev eth0 autojoin" ||
	fail "g1 cannot join a group"
on peer "echo 0 > /proc/sys/net/ipv4/icmp_echo_ignore_broadcasts
	ip addr add $peers/32 dev wire autojoin" ||
	fail "the peer cannot join a group"
group peer wire $joined "$IP_g1"
group g1 eth0 $peers "$PEER_IP"
# all nodes of the link, the driver domain among them
group peer wire ff02::1 "$(link_local g1 eth0)"
group g1 eth0 ff02::1 "$(link_local peer wire)"
! on peer "ping -c 2 -i 0.2 -W 1 -I wire $nobodys" > /dev/null || fail "a group that nobody has joined answers"
on g1 "ip addr del $joined/32 dev eth0"
! on peer "ping -c 2 -i 0.2 -W 1 -I wire $joined" > /dev/null || fail "g1 still answers to a group that it has left"

note "jumbo frames"
on peer 'ip link set wire mtu 9000'
on drv 'ip link set eth0 mtu 9000'
[ "$DRV_KIND" = xmd ] || on drv 'ip link set xenbr0 mtu 9000'
on g1 'ip link set eth0 mtu 9000' || fail "g1 may not have its own MTU: $(front_dump g1)"
on g1 'ip link set eth0 mtu 9001' 2> /run/lab/mtu && fail "g1 has a larger MTU than its own"
cat /run/lab/mtu
# which it was told
warnings g1 > /run/lab/warnings
link_back
full g1 peer "$PEER_IP" 9000
full peer g1 "$IP6_g1" 9000
transfer g1 peer "$PEER_IP" 5007 $bytes
transfer peer g1 "$IP_g1" 5008 $bytes
note "and back"
on g1 'ip link set eth0 mtu 1500'
on peer 'ip link set wire mtu 1500'
on drv 'ip link set eth0 mtu 1500'
link_back
full g1 peer "$PEER_IP"
transfer peer g1 "$IP6_g1" 5009 5000000

front_dump g1
warnings g1 | diff /run/lab/warnings - || fail "its kernel complains"
