# shellcheck shell=sh disable=SC2154  # lab.sh sets what guest_start and drv_start have made
# SPDX-License-Identifier: GPL-2.0
# lab: file build/bin/xmd-flow
# lab: file bench/cases/frames.sh
#
# What guests leave each other: the shares of guests that all stream, with one among them that floods,
# the round trip of an idle guest beside four that stream, and what a guest, its neighbours and dom0
# get when the wire brings one guest several times what it can take. Times, not instructions: for a
# quiet machine.
#
# MODE    stock or xmd
# GUESTS  how many, at least 5
# SECS    seconds of each stream (default 8)
: "${MODE:=xmd}" "${GUESTS:=5}" "${SECS:=8}"
. /case/frames.sh
names=$(for i in $(seq "$GUESTS"); do echo "g$i"; done)
# datagrams a second from the wire to one guest, until well beyond what any driver domain takes here
rates="1000 2000 4000 8000 16000 32000 64000"

number_of() { echo "${1#g}"; }

# stream GUEST tx|rx [FLAG...]: Mb/s that were received, into /run/lab/mbps.GUEST
stream() {
	g=$1
	[ "$2" = tx ] || set -- "$@" -R
	shift 2
	on "$g" "iperf3 -c $PEER_IP -p $((5200 + $(number_of "$g"))) -t $SECS -O 1 -f k $*" > "/run/lab/iperf.$g" 2>&1 || true
	# of several streams the sum, which comes last
	awk '/receiver/ { for (i = 2; i <= NF; i++) if ($i == "Kbits/sec") v = $(i - 1) } END { print v / 1000 }' \
		"/run/lab/iperf.$g" > "/run/lab/mbps.$g"
}

# together tx|rx GUEST...: all at once; sets $jain, $sum, and $each, Mb/s in their order
together() {
	dir=$1
	shift
	pids=
	for g; do
		stream "$g" "$dir" &
		pids="$pids $!"
	done
	for p in $pids; do wait "$p"; done
	each=$(for g; do cat "/run/lab/mbps.$g"; done | tr '\n' ' ')
	jain=$(echo "$each" | awk '{ for (i = 1; i <= NF; i++) { s += $i; q += $i * $i } print q ? s * s / (NF * q) : 0 }')
	sum=$(echo "$each" | awk '{ for (i = 1; i <= NF; i++) s += $i; print s + 0 }')
}

shares() { # NAME tx|rx GUEST...
	what=$1
	shift
	together "$@"
	metric "$MODE.$what.jain" "$jain" ''
	metric "$MODE.$what.sum" "$sum" Mb/s
	i=0
	for v in $each; do
		i=$((i + 1))
		metric "$MODE.$what.guest$i" "$v" Mb/s
	done
}

# Four share; then the first floods and three stream: what those three keep of their three quarters
flooded() { # NAME COMMAND, of g1
	on g1 "exec timeout $((SECS + 6)) $2" > "/run/lab/flood" 2>&1 &
	flood=$!
	sleep 2
	shares "$1" tx g2 g3 g4
	wait $flood || true
	metric "$MODE.$1.kept" "$(echo "$sum $four" | awk '{ print $2 ? $1 / ($2 * 3 / 4) : 0 }')" ''
}

# ping GUEST: the median of a hundred, in ms
ping_ms() {
	on "$1" "ping -c 100 -i 0.05 $PEER_IP" | sed -n 's/.*time=\([0-9.]*\) ms/\1/p' | sort -n |
		awk '{ v[NR] = $1 } END { print v[int((NR + 1) / 2)] }'
}

latency() {
	idle=$(ping_ms g5)
	for g in g1 g2 g3 g4; do stream $g tx & done
	sleep 2
	beside=$(ping_ms g5)
	wait
	metric "$MODE.ping.idle" "$idle" ms
	metric "$MODE.ping.beside" "$beside" ms
	metric "$MODE.ping.ratio" "$(echo "$beside $idle" | awk '{ print $1 / $2 }')" ''
}

# How long dom0 needs for what an administrator would ask, in ms; in the background, while the flood is on
dom0_answers() {
	sleep 2
	began=$(now_ms)
	timeout 60 xl list > /dev/null || true
	echo $(($(now_ms) - began)) > /run/lab/answered
}

overload() {
	peak=0
	for r in $rates; do
		offered "$r"
		metric "$MODE.offered.$r" "$delivered" pps
		metric "$MODE.sent.$r" "$sent" pps
		[ "$delivered" -le $peak ] || peak=$delivered
	done
	metric "$MODE.overload.peak" "$peak" pps
	together tx g2 g3
	alone=$sum
	dom0_answers &
	asking=$!
	together tx g2 g3 &
	beside=$!
	offered $((peak * 4))
	wait $asking
	wait $beside
	others=$(cat /run/lab/mbps.g2 /run/lab/mbps.g3 | awk '{ s += $1 } END { print s }')
	metric "$MODE.overload.with_neighbours" "$delivered" pps
	metric "$MODE.overload.sent" "$sent" pps
	metric "$MODE.overload.neighbours_kept" "$(echo "$others $alone" | awk '{ print $2 ? $1 / $2 : 0 }')" ''
	metric "$MODE.overload.dom0_answers" "$(cat /run/lab/answered)" ms
	offered $((peak * 4))
	metric "$MODE.overload.delivered" "$(echo "$delivered $peak" | awk '{ print $1 / $2 }')" ''
}

drv_start "$MODE"
for g in $names; do
	guest_start "$g" stock pv
	on "$g" "ping -q -c 2 -W 2 $PEER_IP" > /dev/null || fail "$g cannot reach the peer"
	on peer "iperf3 -s -D -p $((5200 + $(number_of "$g")))" || fail "no iperf3 server on the peer"
done
frames_prepare
# shellcheck disable=SC2086
for way in tx rx; do
	shares "all_$way" $way $names
	shares "four_$way" $way g1 g2 g3 g4
	[ $way = rx ] || four=$sum
done
flooded flood64 "iperf3 -u -b 0 -l 18 -c $PEER_IP -p 5201 -t $((SECS + 4))"
flooded flood_tso "iperf3 -c $PEER_IP -p 5201 -P 8 -t $((SECS + 4))"
latency
overload
