# lab: file tests/tools/caselib.sh
# full only: tests/backend-kern has rates in its own time, and as-configured what is in force after a restart
# alone: rates are measured
#
# A vif with rate= sends what it may, a vif without what it can, both at the same time and whatever
# becomes of xmd-backend; the limit is followed when it is changed, and a vif attached later has its own.
#
#	peer ---- wire ---- drv ---- g1   rate=2MB/s
#	                        \--- g2   no limit; later a second vif, rate=1MB/s
. /case/caselib.sh
limit=2000	# KB/s
secs=5
[ -z "$FULL" ] || secs=30

# send GUEST PORT SECONDS [ADDRESS]: by TCP as fast as it goes; prints the KB/s that arrived. Four
# streams, so that there is always one with something to send when the next interval begins.
send() {
	on peer "iperf3 -s -1 -p $2" > /dev/null &
	wait_until 10 "on peer 'ss -ltn | grep -q :$2'" || fail "no iperf3 server on the peer"
	on "$1" "iperf3 -c ${4:-$PEER_IP} -p $2 -P 4 -t $3 -f k" > "/run/lab/iperf.$2" ||
		fail "iperf3 from $1: $(cat "/run/lab/iperf.$2")"
	awk '$1 == "[SUM]" && /receiver/ { print int($6 / 8) }' "/run/lab/iperf.$2"
}

# kept_to KB/S LIMIT WHO
kept_to() {
	[ "$1" -ge $(($2 * 75 / 100)) ] && [ "$1" -le $(($2 * 110 / 100)) ] ||
		fail "$3: $1 KB/s arrived, the limit is $2: $(on drv 'cat /sys/kernel/debug/xmd/back/vifs')"
}

# in_time 'bytes N usecs N' GUEST [HANDLE]: until that limit is in force
in_time() {
	wait_until 10 "[ \"\$(limit_of $2 ${3:-0})\" = '$1' ]" ||
		fail "$2, vif ${3:-0}: '$(limit_of "$2" "${3:-0}")' is in force, not '$1'"
}

drv_start xmd
guest_start g1 stock pv "vif = [\"backend=drv,bridge=xenbr0,mac=$(mac g1),rate=2MB/s\"]"
guest_start g2 stock pv
back=/local/domain/$drv_id/backend/vif/$(xl domid g1)/0
[ "$(xs "$back/rate")" = 100000,50000 ] || fail "xl has made of rate=2MB/s: $(xs "$back/rate")"
in_time 'bytes 100000 usecs 50000' g1
in_time 'bytes 0 usecs 0' g2

note "both at the same time"
send g2 5202 $secs > /run/lab/kbs.g2 &
other=$!
kbs=$(send g1 5201 $secs) || { echo "$kbs"; exit 1; }
wait $other || fail "g2 could not send: $(cat /run/lab/kbs.g2)"
metric limited "$kbs" KB/s
metric unlimited "$(cat /run/lab/kbs.g2)" KB/s
kept_to "$kbs" $limit g1
[ "$(cat /run/lab/kbs.g2)" -ge $((limit * 2)) ] || fail "g2 has no limit, but $(cat /run/lab/kbs.g2) KB/s arrived"
reachable g2 "$IP_g1" || fail "no IPv4 from g2 to g1"

note "xmd-backend is killed"
own=/local/domain/$drv_id/data/xmd-backend
old=$(xs "$own/pid")
on drv "kill -9 $old" || fail "xmd-backend is not there: $old"
wait_until 10 "[ \"\$(xs $own/pid)\" != $old ] && [ \"\$(xs $own/state)\" = serving ]" ||
	fail "xmd-backend does not serve 10 s after it was killed"
in_time 'bytes 100000 usecs 50000' g1
kbs=$(send g1 5203 3) || { echo "$kbs"; exit 1; }
metric limited_after_kill "$kbs" KB/s
kept_to "$kbs" $limit "g1, after xmd-backend was killed"

note "the limit is changed, is nonsense, and is taken away"
xenstore-write "$back/rate" 25000,50000
in_time 'bytes 25000 usecs 50000' g1
xenstore-write "$back/rate" 2MB/s
in_time 'bytes 0 usecs 0' g1
wait_until 5 "grep -aq 'key rate of .*\"2MB/s\" is not' /logs/guest-drv.log" || fail "nothing in the log of rate = 2MB/s"
xenstore-write "$back/rate" 25000,50000
in_time 'bytes 25000 usecs 50000' g1
xenstore-rm "$back/rate"
in_time 'bytes 0 usecs 0' g1

note "xl network-attach with rate=1MB/s"
g2_id=$(xl domid g2)
xl network-attach g2 backend=drv bridge=xenbr0 mac=00:16:3e:77:01:01 rate=1MB/s > /run/lab/xl 2>&1 ||
	fail "xl network-attach: $(cat /run/lab/xl)"
wait_until 10 "vifs_connected $g2_id" || fail "the second vif does not connect"
in_time 'bytes 50000 usecs 50000' g2 1
in_time 'bytes 0 usecs 0' g2
on peer 'ip addr add 10.79.0.1/24 dev wire'
on g2 'ip addr add 10.79.0.2/24 dev eth1 && ip link set eth1 up' || fail "g2: eth1 does not come up"
wait_until 10 "reachable g2 10.79.0.1 1" || fail "g2 does not reach the peer by its second vif"
kbs=$(send g2 5204 3 10.79.0.1) || { echo "$kbs"; exit 1; }
metric limited_attached "$kbs" KB/s
kept_to "$kbs" 1000 "g2's second vif"
xl network-detach g2 1 > /run/lab/xl 2>&1 || fail "xl network-detach: $(cat /run/lab/xl)"
