# lab: file tests/tools/caselib.sh
# lab: file build/bin/xmd-gaptcp
# full only: kill-anytime and front-restart kill them, too
# alone: pauses are measured
#
# The user halves are killed during a TCP transfer: the transfer must not pause longer than
# 200 ms more than it does without kills, and each half must serve again within 2 seconds:
# xmd-backend attaches a new vif, xmd-userdriver sees the link change.
. /case/caselib.sh
kills=${XMD_KILLS:-4}
[ -z "$FULL" ] || kills=20

drv_start xmd
guest_start g1 stock pv
guest_start g2 stock pv
tool xmd-gaptcp peer g1

# Both print how many ms after kill -9 a new one serves. They look without starting a process
# in the driver domain, which has its one processor full with the transfer.
kill_userdriver() {
	on drv '
	phase() { while read -r what phase epoch _; do [ "$what" != user ] || return 0; done < "$dump"; }
	now() { read -r up _ < /proc/uptime; t=${up%.*}${up#*.}0; }
	dump=/sys/kernel/debug/xmd/nic0/dump
	phase; old=$epoch; now; start=$t
	kill -9 $(pidof xmd-userdriver)
	until phase; [ "$phase $epoch" != "phase=live $old" ] && [ "$phase" = phase=live ]; do
		now; [ $((t - start)) -lt 5000 ] || exit 1
		sleep 0.02
	done
	now; echo $((t - start))' || fail "xmd-userdriver does not serve 5 s after it was killed"
}

kill_backend() {
	own=/local/domain/$drv_id/data/xmd-backend
	old=$(xs "$own/pid")
	on drv "kill -9 $old"
	start=$(now_ms)
	# pid before state: both are written at once
	until [ "$(xs "$own/pid")" != "$old" ] && [ "$(xs "$own/state")" = serving ]; do
		[ $(($(now_ms) - start)) -lt 5000 ] || fail "xmd-backend does not serve 5 s after it was killed"
		sleep 0.02
	done
	echo $(($(now_ms) - start))
}

on drv 'mount -t debugfs none /sys/kernel/debug' 2> /dev/null || true

note "the longest pause without kills"
watch_start g1 peer "$PEER_IP" 5001 $((kills * 2))
watch_end 5001
quiet=$gap
metric gap_without_kills "$quiet" ms

port=5002
for half in xmd-userdriver xmd-backend; do
	note "$half, killed $kills times during a transfer"
	worst=0
	watch_start g1 peer "$PEER_IP" $port $((kills * 2))
	for i in $(seq "$kills"); do
		took=$(kill_${half#xmd-}) || { echo "$took"; exit 1; }
		[ "$took" -le $worst ] || worst=$took
		sleep 1
	done
	watch_end $port
	metric "gap_with_${half}_killed" "$gap" ms
	metric "${half}_new_process" "$worst" ms
	[ "$gap" -le $((quiet + 200)) ] || fail "the transfer paused $gap ms, $quiet ms without kills"
	[ "$worst" -le 2000 ] || fail "$half took $worst ms to serve again"
	port=$((port + 1))
done

# attach: a second vif for g2; from $start until its backend is ready for the frontend
attach() {
	xl network-attach g2 backend=drv bridge=xenbr0 mac="$1" > /run/lab/attach 2>&1 &
	attaching=$!
	back=/local/domain/$drv_id/backend/vif/$(xl domid g2)/1
	until [ "$(xs "$back/hotplug-status")" = connected ]; do
		[ $(($(now_ms) - start)) -lt 15000 ] || fail "the new vif is not attached: $(cat /run/lab/attach)"
		sleep 0.02
	done
	took=$(($(now_ms) - start))
	wait $attaching || fail "xl network-attach: $(cat /run/lab/attach)"
}
detach() {
	xl network-detach g2 1 > /run/lab/attach 2>&1 || fail "xl network-detach: $(cat /run/lab/attach)"
}

note "a new vif right after xmd-backend was killed"
start=$(now_ms)
attach 00:16:3e:77:01:00
detach
metric attach_without_kill "$took" ms
usual=$took worst=0
for i in $(seq "$kills"); do
	old=$(half_pid xmd-backend)
	start=$(now_ms)
	on drv "kill -9 $old"
	attach "00:16:3e:77:01:$(printf %02x "$i")"
	[ "$took" -le "$worst" ] || worst=$took
	detach
done
metric attach_after_kill "$worst" ms
[ "$worst" -le $((2000 + usual)) ] || fail "a new vif took $worst ms after the kill, $usual ms without"

# carrier 0|1: waits for the driver domain to see it, adds up from $start
carrier() {
	until on drv "grep -q $1 /sys/class/net/eth0/carrier"; do
		[ $(($(now_ms) - start)) -lt 15000 ] || fail "the carrier does not become $1"
		sleep 0.02
	done
	took=$(($(now_ms) - start))
}

note "a link change right after xmd-userdriver was killed"
start=$(now_ms); wire down; carrier 0
metric link_down_without_kill "$took" ms
start=$(now_ms); wire up; carrier 1
metric link_up_without_kill "$took" ms
usual=$took worst_down=0 worst_up=0
for i in $(seq "$kills"); do
	old=$(half_pid xmd-userdriver)
	start=$(now_ms)
	on drv "kill -9 $old"
	wire down
	carrier 0
	[ "$took" -le "$worst_down" ] || worst_down=$took
	start=$(now_ms)
	wire up
	carrier 1
	[ "$took" -le "$worst_up" ] || worst_up=$took
done
metric link_down_seen_after_kill "$worst_down" ms
metric link_up_seen_afterwards "$worst_up" ms
[ "$worst_down" -le 2000 ] || fail "the link change was seen only $worst_down ms after the kill"

note "both at once, then everything works still"
on drv "kill -9 $(half_pid xmd-backend) $(half_pid xmd-userdriver)"
reachable peer "$IP_g1" || fail "g1 is cut off"
start=$(now_ms)
attach 00:16:3e:77:01:ff
detach
reachable g2 "$IP_g1" || fail "g2 does not reach g1"
