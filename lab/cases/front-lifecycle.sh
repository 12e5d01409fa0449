# lab: file tests/tools/caselib.sh
# lab: file build/bin/xmd-gaptcp
# full only: saving, restoring and unloading: front-restart and front-objects have the frontend reconnect
#
# What a guest with our own frontend goes through by itself, each with a TCP stream each way: its
# module is unloaded and loaded again; it is checkpointed, so that it sleeps and wakes where it was;
# it is saved and restored, as another domain, where its grants and event channels are no more; a PVH
# guest is migrated while it runs, to the host that it is on, so that for a moment there are two vifs
# with its address. The streams end whole, what it had asked the device for is in force again, its
# kernel does not complain.
#
# XMD_GUEST=pvh has another kind of guest, XMD_FRONT=stock xen-netfront, for comparison.
. /case/caselib.sh
rounds=1
[ -z "$FULL" ] || rounds=10
front=${XMD_FRONT:-xmd} module=xmd_front
[ "$front" = xmd ] || module=xen-netfront
WATCH_TIMEOUT=120
# Guests' programs are started so that they need nobody to talk to: see "asleep".
# shellcheck disable=SC2016
own='</dev/null >/dev/null 2>&1 &'

drv_start xmd
guest_start g1 "$front" "${XMD_GUEST:-pv}"
tool xmd-gaptcp peer g1
neighbours_fixed g1
on peer 'echo 100 > /proc/sys/net/ipv4/tcp_retries2'
on g1 'echo 100 > /proc/sys/net/ipv4/tcp_retries2'
warnings g1 > /run/lab/warnings

# The content is checked as it arrives. Both of the guest's ends write to files of its own.
port=5100
flow_start() { # SECONDS
	port=$((port + 2))
	on peer "xmd-gaptcp recv $port -g 1500 2>&1" > /run/lab/flow.tx &
	on g1 "setsid sh -c 'exec xmd-gaptcp recv $((port + 1)) -g 1500 > /tmp/flow.rx 2>&1' $own"
	listens peer $port tcp /run/lab/flow.tx
	listens g1 $((port + 1)) tcp /run/lab/flow.tx
	on g1 "setsid sh -c 'exec xmd-gaptcp send $PEER_IP $port -t $1 -r 200' $own"
	on peer "xmd-gaptcp send $IP_g1 $((port + 1)) -t $1 -r 200" > /run/lab/flow.sent 2>&1 &
}
flow_end() {
	for way in tx rx; do
		wait_until $WATCH_TIMEOUT "flow $way | grep -q content=" || fail "the stream $way does not end: $(flow $way)"
		report=$(flow $way | tail -n 1)
		[ "$(field content "$report")" = ok ] || fail "the stream $way was damaged: $report"
		echo "$1 $way: $report"
		metric "$1_${way}_pause" "$(field max_gap_ms "$report")" ms
	done
}
flow() { if [ "$1" = tx ]; then cat /run/lab/flow.tx; else on g1 'cat /tmp/flow.rx'; fi; }

# asleep COMMAND...: runs COMMAND, which has the guest sleep. A PV guest cannot be saved with pages of
# another domain mapped, and the agent that "on" talks to has some: so it ends before, and begins again
# when it is told that the guest is back.
sleeps=0
asleep() {
	sleeps=$((sleeps + 1))
	on g1 "setsid sh -c 'sleep 0.3; pkill -x agent; until [ \"\$(xenstore-read data/lab-awake)\" = $sleeps ]; do
		sleep 0.2; done; exec agent serve vchan' $own"
	sleep 2
	"$@" > /run/lab/xl 2>&1 || fail "$*: $(cat /run/lab/xl)"
	g1_id=$(xl domid g1) || fail "g1 is gone"
	xenstore-write "/local/domain/$g1_id/data/lab-awake" $sleeps
	eventually 30 "on g1 true" || fail "g1 does not answer after '$*': $(tail -n 5 /logs/guest-g1.log)"
	eventually 30 "vifs_connected $g1_id" || fail "g1 is not connected after '$*'"
}
# without -s it would be ssh that runs the other end
migrate() { xl migrate -s '' g1 'xl migrate-receive'; }
save_and_restore() { xl save g1 /root/g1.save && xl restore /root/g1.save && rm /root/g1.save; }

# xenbus holds the module of a driver as long as a device is bound to it.
unload() {
	on g1 "echo vif-0 > /sys/bus/xen/devices/vif-0/driver/unbind && modprobe -r $module" || fail "the module is not unloaded"
}

# what is in force, and what the guest sees of the device
wished() {
	[ "$front" = xmd ] || return 0
	want="mtu 1400 flags 0x5 rx_usecs 100 multicast $(on g1 'ip maddr show dev eth0' | grep -c link) vlans 0"
	eventually 20 "[ \"\$(in_force g1)\" = \"$want\" ]" || fail "in force is \"$(in_force g1)\", not \"$want\""
	on g1 'ethtool eth0' | grep -q 'Speed: 1000Mb/s' || fail "the guest does not see the wire's speed: $(on g1 'ethtool eth0')"
}
wish() {
	[ "$front" = xmd ] || return 0
	on g1 'ip link set eth0 mtu 1400 allmulticast on && ethtool -C eth0 rx-usecs 100' || fail "a wish is refused"
}

note "its module is unloaded and loaded"
for i in $(seq $rounds); do
	flow_start 8
	sleep 1
	unload
	! on g1 'test -e /sys/class/net/eth0' || fail "eth0 has not gone with its module"
	[ "$i" != 1 ] || [ "$(xs "/local/domain/$drv_id/backend/vif/$(xl domid g1)/0/state")" != 4 ] ||
		fail "the backend is still connected"
	on g1 "modprobe $module && net-up" || fail "the module is not loaded again"
	neighbours_fixed g1
	flow_end unloaded
	memory=$(on g1 "awk '/^MemFree/ { print \$2 }' /proc/meminfo")
	first=${first:-$memory}
done
metric unloaded_lost_memory $((first - memory)) KiB
[ $((first - memory)) -lt 2048 ] || fail "each time the guest loses memory"
wish
wished

note "checkpointed: it goes on as the same domain"
was=$(xl domid g1)
index=$(index_of g1)
for i in $(seq $rounds); do
	flow_start 10
	asleep xl save -c g1 /root/g1.save
	[ "$(xl domid g1)" = "$was" ] || fail "g1 is another domain"
	rm /root/g1.save
	flow_end checkpointed
	wished
done

# another_domain WHAT COMMAND SECONDS: how long the streams last, which must be longer than COMMAND
another_domain() {
	note "$1"
	for i in $(seq $rounds); do
		was=$(xl domid g1)
		flow_start "$3"
		asleep "$2"
		[ "$(xl domid g1)" != "$was" ] || fail "g1 is still domain $was"
		! flow tx | grep -q content= || fail "the stream was over before g1 was another domain"
		flow_end "$1"
		wished
		eventually 10 "! xenstore-exists /local/domain/$drv_id/backend/vif/$was" ||
			fail "the vif of domain $was is still there"
	done
}
another_domain restored save_and_restore 20
# needs Xen to see what the guest writes meanwhile: without shadow paging, as Debian builds it, not of a PV guest
case ${XMD_GUEST:-pv} in
pv) note "not migrated: Xen cannot do that to a PV guest here (XMD_GUEST=pvh)" ;;
*) another_domain migrated migrate 60 ;;
esac
[ "$(index_of g1)" = "$index" ] || fail "eth0 has become another interface"

warnings g1 | diff /run/lab/warnings - || fail "its kernel complains"
note "and is unloaded after all that"
unload
warnings g1 | diff /run/lab/warnings - || fail "its kernel complains"
