# lab: file tests/tools/caselib.sh
# lab: file build/bin/xmd-seqtest
# full only: front-restart and front-stock have most of it
# alone: how long a restart takes is looked at
#
# Guests with our frontend go from xmd_back to xen-netback and back under TCP streams each way:
# the driver domain is destroyed, one of the other kind is created by plain xl, which has another
# domid, and "xmdctl move" has the vifs follow it. The streams end whole, the interfaces stay,
# kernels do not complain. front-restart.sh goes from xmd to xmd, and counts what was lost.
. /case/caselib.sh
GAP_MS=1500
moves=2
[ -z "$FULL" ] || moves=20

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

kind=xmd
for i in $(seq $moves); do
	if [ $kind = xmd ]; then kind=stock; else kind=xmd; fi
	note "a new driver domain, $kind"
	old=$drv_id
	drv_stop
	drv_start $kind
	[ "$drv_id" != "$old" ] || fail "drv has the same domid again"
	xmdctl move drv || fail "xmdctl move: $?"
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
