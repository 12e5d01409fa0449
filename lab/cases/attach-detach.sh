# lab: file tests/tools/caselib.sh
# lab: file xenstore-schema/check
# lab: file xenstore-schema/check.awk
# lab: file xenstore-schema/list.awk
# lab: file xenstore-schema/keys.list
#
# Vifs come and go, guests come and go: nothing may be left over in xenstore, in Xen (grants, event
# channels, memory, dead domains) or in the driver domain (interrupts, memory, files, watches).
#
#	peer ---- wire ---- drv ---- g1   stays; a second vif is attached and detached
#	                        \--- g2   created and destroyed
#
# The picture before and after is taken in the same situation (g1 alone with one vif), so the two
# xenstore dumps must be equal to the letter; domids of g2 occur in neither.
. /case/caselib.sh
cycles=${XMD_CYCLES:-4} guests=${XMD_GUESTS:-1}
[ -z "$FULL" ] || { cycles=60 guests=20; }

drv_start "$DRV_KIND"
guest_start g1 stock pv
g1_id=$(xl domid g1)
back1=/local/domain/$drv_id/backend/vif/$g1_id/1
front1=/local/domain/$g1_id/device/vif/1

schema() {
	[ "$DRV_KIND" = xmd ] || return 0
	xenstore-ls -fp > /run/lab/store
	sh /case/check --domid "$drv_id" < /run/lab/store || fail "$1: the store is not as the list of keys says"
}

connected() { [ "$(xs $back1/state)" = 4 ] && [ "$(xs $front1/state)" = 4 ]; }

attach() {
	xl network-attach g1 backend=drv bridge=xenbr0 mac=00:16:3e:77:01:01 > /run/lab/xl 2>&1 ||
		fail "cycle $1: xl network-attach: $(cat /run/lab/xl)"
}

detach() {
	xl network-detach g1 1 > /run/lab/xl 2>&1 || fail "cycle $1: xl network-detach: $(cat /run/lab/xl)"
	! [ -s /run/lab/xl ] || fail "cycle $1: xl network-detach complains: $(cat /run/lab/xl)"
	! xenstore-exists $back1 || fail "cycle $1: $back1 is still there"
	! xenstore-exists $front1 || fail "cycle $1: $front1 is still there"
}

# Every third cycle the vif goes while it is still connecting.
vif_cycle() {
	attach "$1"
	if [ $(($1 % 3)) != 0 ]; then
		wait_until 10 connected || fail "cycle $1: the second vif does not connect: back $(xs $back1/state), front $(xs $front1/state)"
	fi
	detach "$1"
}

guest_cycle() {
	guest_start g2 stock pv
	[ $(($1 % 2)) = 0 ] || reachable peer "$IP_g2" || fail "guest cycle $1: g2 is not reached"
	guest_stop g2
}

# ---- the pictures --------------------------------------------------------------------------------

# Grants in use, event channels: what Xen itself knows of drv and g1
grants() {
	xl dmesg -c > /dev/null
	xl debug-keys g
	xl dmesg -c | awk '
		/grant-table for remote d/ { dom = $0; sub(/.*remote /, "", dom); sub(/ .*/, "", dom) }
		/\[0x[0-9a-f]+\]/ && dom != "" && dom != "d0" { n[dom]++ }
		END { for (d in n) print "grants in use of", d, n[d] }' | sort
}

channels() {
	for d in "$drv_id" "$g1_id"; do
		echo "event channels of d$d: $(lsevtchn "$d" | grep -c Interdomain)"
	done
}

in_drv() {
	on drv '[ -d /sys/kernel/debug/xmd ] || mount -t debugfs debugfs /sys/kernel/debug
		echo "vif interrupts: $(grep -c xmd-vif /proc/interrupts)"
		p=$(pidof xmd-backend) && echo "xmd-backend files: $(ls /proc/$p/fd | wc -l)"
		sed -n "s/^vifs \([0-9]*\) .* shared \([0-9]*\) of .*/kernel vifs: \1, shared buffers \2/p" /sys/kernel/debug/xmd/back/vifs
		true' 2> /dev/null
}

quotas() { xenstore-control quota "$drv_id" | grep -E 'nodes|watches|transactions'; }

picture() { # NAME
	sleep 1
	# but for the heartbeat, which says how much time has passed
	xenstore-ls -fp | grep -v /data/xmd-backend/heartbeat > "/run/lab/store-$1"
	{
		grants
		channels
		in_drv
		quotas
		echo "domains: $(xl list | awk 'NR > 1 { printf "%s ", $1 }')"
	} > "/run/lab/picture-$1"
	cp "/run/lab/store-$1" "/run/lab/picture-$1" /logs/
}

drv_memory() { on drv "echo 3 > /proc/sys/vm/drop_caches; awk '/^MemAvailable/ { print \$2 }' /proc/meminfo"; }
backend_memory() { on drv 'awk "/^VmRSS/ { print \$2 }" /proc/$(pidof xmd-backend)/status' 2> /dev/null || echo 0; }
xen_memory() { xl info | awk '/^free_memory/ { print $3 }'; }

# ---- the case ------------------------------------------------------------------------------------

note "once round, so that what is allocated at first use is there"
schema "g1 connected"
vif_cycle 1
guest_cycle 1
picture before
cat /run/lab/picture-before
memory=$(drv_memory) own=$(backend_memory) free=$(xen_memory)

note "$cycles times attach and detach"
start=$(now_ms)
for i in $(seq "$cycles"); do
	vif_cycle "$i"
done
metric attach_detach_cycle $((($(now_ms) - start) / cycles)) ms

note "$guests times create and destroy"
for i in $(seq "$guests"); do guest_cycle "$i"; done

picture after
note "before and after"
diff /run/lab/store-before /run/lab/store-after > /run/lab/diff ||
	{ cat /run/lab/diff; bad=1; echo "xenstore differs"; }
diff /run/lab/picture-before /run/lab/picture-after > /run/lab/diff ||
	{ cat /run/lab/diff; bad=1; echo "something is left over"; }
metric drv_memory_lost $((memory - $(drv_memory))) KiB
metric backend_memory_grown $(($(backend_memory) - own)) KiB
metric xen_memory_lost $((free - $(xen_memory))) MiB
[ $((memory - $(drv_memory))) -lt 3072 ] || { bad=1; echo "the driver domain lost memory"; }
[ $(($(backend_memory) - own)) -lt 256 ] || { bad=1; echo "xmd-backend has grown"; }
[ $((free - $(xen_memory))) -le 1 ] || { bad=1; echo "Xen lost memory"; }
[ -z "${bad:-}" ] || fail "something is left over"

note "and everything works still"
schema "afterwards"
attach last
wait_until 10 connected || fail "the last vif does not connect"
schema "two vifs"
detach last
reachable peer "$IP_g1" || fail "g1 is not reached any more"
