# lab: file tests/tools/caselib.sh
# lab: file build/bin/xmd-seqtest
#
# Guests with our frontend under TCP streams each way, while
#   - xmd-backend is killed: nothing of it may be seen;
#   - the driver domain is destroyed and created by plain xl, with another domid, and a script
#     rewrites two keys: the frontend offers its rings to the new one;
#   - the same back and forth between xmd and xen-netback.
# The streams end whole, the interface stays, its kernel does not complain.
. /case/caselib.sh
GAP_MS=1500
kills=4 moves=2
[ -z "$FULL" ] || { kills=100 moves=100; }

# move_vif GUEST OLD NEW: the guest's vif 0 was served by domain OLD and is to be by NEW
move_vif() {
	id=$(xl domid "$1")
	front=/local/domain/$id/device/vif/0 back=/local/domain/$3/backend/vif/$id/0
	xenstore-write $front/backend "$back" $front/backend-id "$3"
	xenstore-chmod -r $front "n$id" "r$3"
	xenstore-write "$back/frontend" $front "$back/frontend-id" "$id" "$back/handle" 0 \
		"$back/mac" "$(mac "$1")" "$back/bridge" br0 "$back/script" /etc/xen/scripts/vif-bridge \
		"$back/type" vif "$back/hotplug-status" "" "$back/online" 1 "$back/state" 1
	xenstore-chmod -r "$back" "n$3" "r$id"
	# for libxl: where it looks when the vif is detached
	if xenstore-exists "/libxl/$id/device/vif/0/backend"; then
		xenstore-write "/libxl/$id/device/vif/0/backend" "$back" "/libxl/$id/device/vif/0/backend-id" "$3"
	fi
}

face() { on "$1" 'cat /sys/class/net/eth0/ifindex /sys/class/net/eth0/carrier_changes' | tr '\n' ' '; }
complaints() { on "$1" 'dmesg | grep -E "BUG:|WARNING:|Oops|Call Trace|general protection|xmd_front.*(rror|misbehaves)"' || true; }

# follows GUEST: its vif is connected to the present drv, and it is reached
follows() {
	wait_until 30 "vifs_connected $(xl domid "$1")" ||
		fail "$1 does not connect: front $(xs "/local/domain/$(xl domid "$1")/device/vif/0/state") back $(xs "$(xs "/local/domain/$(xl domid "$1")/device/vif/0/backend")/state")"
	wait_until 30 "reachable peer $(addr "$1") 1" || fail "$1 is not reached"
}

drv_start xmd
guest_start g1 xmd pv
guest_start g2 xmd pvh
tool xmd-seqtest peer g1 g2
for g in g1 g2; do
	neighbours_fixed $g
	eval "face_$g='$(face $g)'"
	streams_start $g 1 100000
done

note "xmd-backend killed $kills times"
for i in $(seq $kills); do
	sleep 1
	old=$(half_pid xmd-backend)
	on drv "kill -9 $old"
	wait_until 10 "[ -n \"\$(half_pid xmd-backend)\" ] && [ \"\$(half_pid xmd-backend)\" != $old ]" ||
		fail "xmd-backend is not started again"
done
for g in g1 g2; do follows $g; done

kind=xmd
for i in $(seq $moves); do
	# every other time to Linux's backend and back
	if [ $((i % 2)) = 0 ]; then [ $kind = xmd ] && kind=stock || kind=xmd; fi
	note "moves to a new $kind driver domain"
	old=$drv_id
	drv_stop
	drv_start $kind
	[ "$drv_id" != "$old" ] || fail "drv has the same domid again"
	for g in g1 g2; do move_vif $g "$old" "$drv_id"; done
	for g in g1 g2; do follows $g; done
	sleep 2
done

for g in g1 g2; do
	streams_end $g
	eval "was=\$face_$g"
	[ "$(face $g)" = "$was" ] || fail "$g: interface index and carrier changes were $was, are $(face $g)"
	said=$(complaints $g)
	[ -z "$said" ] || fail "$g: its kernel complains: $said"
	on $g '[ -d /sys/kernel/debug/xmd ] || mount -t debugfs debugfs /sys/kernel/debug
		cat /sys/kernel/debug/xmd/front/vifs'
done

note "and it is detached as ever"
for g in g1 g2; do
	id=$(xl domid $g)
	xl network-detach $g 0 > /run/lab/xl 2>&1 || fail "$g: xl network-detach: $(cat /run/lab/xl)"
	wait_until 10 "! on $g 'test -e /sys/class/net/eth0'" || fail "$g: eth0 stays"
done
