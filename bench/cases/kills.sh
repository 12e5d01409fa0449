# SPDX-License-Identifier: GPL-2.0
# lab: file bench/cases/measure.sh
#
# What the user half, and its loss, cost the frames: TCP streams of a stock PV guest, in turn
# undisturbed, with xmd-userdriver killed every second, and with no user half at all (the same
# kernel half, and nothing that crosses).
#
# SECS    seconds of each stream (default 5)
# TURNS   streams of each kind and direction (default 5)
. /case/measure.sh
: "${TURNS:=5}"

killer='while :; do sleep 1; kill -9 $(pidof xmd-userdriver) 2> /dev/null; done'

# The driver domain's init does not start xmd-userdriver again meanwhile.
hold=/run/xmd/hold/xmd-userdriver
without="mkdir -p ${hold%/*} && touch $hold && kill -9 \$(pidof xmd-userdriver)"
with="rm $hold; until grep -q phase=live /sys/kernel/debug/xmd/nic0/dump; do usleep 20000; done"

# measure NAME: one more stream, kept under that name
measure() {
	value=$(tcp_mbps g1 "$(flags_of "${1##*.}")") || fail "no result"
	keep "$value" "$1"
}

on peer 'iperf3 -s -D' || fail "iperf3 server does not start on the peer"
drv_start xmd
on drv 'mount -t debugfs none /sys/kernel/debug' 2> /dev/null || true
guest_start g1 stock pv
on g1 "ping -q -c 3 -W 2 $PEER_IP" > /dev/null || fail "guest cannot reach the peer"
for turn in $(seq "$TURNS"); do
	for way in tx rx; do
		measure quiet.$way
		on drv "$killer" &
		measure killed.$way
		on drv 'pkill -f "[k]ill -9"' || true
		wait $! 2> /dev/null || true
		sleep 1
		on drv "$without" || fail "xmd-userdriver cannot be kept away"
		measure alone.$way
		on drv "$with" || fail "xmd-userdriver does not come back"
	done
done
for way in tx rx; do
	metric "xmd.undisturbed.tcp_$way" "$(median quiet.$way)" Mb/s
	metric "xmd.killed_every_second.tcp_$way" "$(median killed.$way)" Mb/s
	metric "xmd.no_user_half.tcp_$way" "$(median alone.$way)" Mb/s
	metric "xmd.undisturbed_to_no_user_half.tcp_$way" "$(ratio quiet.$way alone.$way)" ''
	metric "xmd.killed_to_undisturbed.tcp_$way" "$(ratio killed.$way quiet.$way)" ''
done
