# lab: file tests/tools/caselib.sh
# lab: file build/bin/xmd-gaptcp
# lab: file build/bin/xmd-vlantap
# full only: chip transfers the same both ways
#
# Two unmodified guests at the same time, one PV and one PVH: nothing is lost or changed on the
# way, whatever the direction, the protocol, the tag or the length.
#
#	peer ---- wire ---- drv ---- g1 (PV)
#	                        \--- g2 (PVH)
. /case/caselib.sh
mb=${XMD_MB:-20}
[ -z "$FULL" ] || mb=200
bytes=$((mb * 1000 * 1000))

drv_start "$DRV_KIND"
guest_start g1 stock pv
guest_start g2 stock pvh
tool xmd-gaptcp peer g1 g2
tool xmd-vlantap peer

# both LINE...: runs two commands at the same time; both must succeed
both() {
	eval "$1" & one=$!
	eval "$2" & two=$!
	wait $one || fail "$1"
	wait $two || fail "$2"
}

note "TCP, both guests at the same time, each way"
both "transfer g1 peer $PEER_IP 5001 $bytes" "transfer g2 peer $PEER_IP 5002 $bytes"
both "transfer peer g1 $IP_g1 5003 $bytes" "transfer peer g2 $IP_g2 5004 $bytes"
note "TCP, guest to guest, both ways at the same time"
both "transfer g1 g2 $IP_g2 5005 $bytes" "transfer g2 g1 $IP_g1 5006 $bytes"
note "TCP over IPv6"
both "transfer g1 peer $PEER_IP6 5007 $bytes" "transfer peer g2 $IP6_g2 5008 $bytes"
transfer g1 g2 "$IP6_g2" 5009 $bytes

note "the driver domain itself"
tool xmd-gaptcp drv
transfer drv peer "$PEER_IP" 5010 5000000
transfer peer drv "$DRV_IP" 5011 5000000
transfer g1 drv "$DRV_IP" 5012 5000000
transfer drv g2 "$IP_g2" 5013 5000000

note "frames exactly full"
full g1 peer "$PEER_IP"
full peer g1 "$IP_g1"
full g2 peer "$PEER_IP6"
full peer g2 "$IP6_g2"
full g1 g2 "$IP_g2"
full g2 g1 "$IP6_g1"

note "VLAN 5: to the wire, from the wire, guest to guest; full frames carry 1518 bytes"
for g in g1 g2; do
	on $g "modprobe 8021q && ip link add link eth0 name eth0.5 type vlan id 5 &&
		ip addr add 10.78.0.${g#g}/24 dev eth0.5 && ip link set eth0.5 up" ||
		fail "no VLAN device in $g"
done
vlan_start 5 10.78.0.9/24
for g in g1 g2; do
	on $g 'ping -c 3 -i 0.2 -W 5 -M do -s 1472 10.78.0.9' > /run/lab/ping ||
		{ cat /run/lab/ping; fail "$g: tagged frames do not reach the wire and come back"; }
done
full g1 g2 10.78.0.2
transfer g1 g2 10.78.0.2 5014 5000000
transfer g2 g1 10.78.0.1 5015 5000000
# segments from the wire must not be merged for a guest that looks for no tag
transfer g1 peer 10.78.0.9 5016 5000000
transfer peer g1 10.78.0.1 5017 5000000
! reachable g1 10.78.0.77 1 || fail "an address that nobody has answers"
