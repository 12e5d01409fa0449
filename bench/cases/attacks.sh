# SPDX-License-Identifier: GPL-2.0
# lab: file bench/cases/measure.sh
# lab: file build/bin/xmd-hostile-front
#
# What a hostile guest costs its neighbour: TCP streams of a stock PV guest while another guest
# attacks the backend, in turn with the same while that guest only spins, which costs what any
# guest with work to do costs on this host.
#
# SECS     seconds of each stream (default 5)
# TURNS    streams of each kind and direction (default 3)
# ATTACKS  by the names of "xmd-hostile-front list"
. /case/measure.sh
: "${TURNS:=3}"
: "${ATTACKS:=obj-flood-hello obj-flood-propose obj-flood-call obj-event-storm obj-flip-slots event-storm}"
busy=$((SECS + WARM + 3))

# beside NAME COMMAND: a stream each way while g2 runs that, kept as NAME.WAY
beside() {
	for way in tx rx; do
		rm -f /run/lab/over
		{ on g2 "exec $2" > /run/lab/said 2>&1 || true; touch /run/lab/over; } &
		sleep 2		# an attack connects first
		value=$(tcp_mbps g1 "$(flags_of $way)") || fail "no result beside $1"
		[ ! -e /run/lab/over ] || fail "$1 was over too soon: $(cat /run/lab/said)"
		keep "$value" "$1.$way"
		wait $!
	done
}

on peer 'iperf3 -s -D' || fail "iperf3 server does not start on the peer"
drv_start xmd
guest_start g1 stock pv
guest_start g2 none pv
put g2 /case/xmd-hostile-front /usr/bin/xmd-hostile-front
on g1 "ping -q -c 3 -W 2 $PEER_IP" > /dev/null || fail "guest cannot reach the peer"
hostile="xmd-hostile-front -i $(addr g2) -p $PEER_IP -v $(mac g1)"
on g2 "$hostile probe" || fail "the attacker's vif does not even work when it behaves"
for turn in $(seq "$TURNS"); do
	beside nothing "sleep $busy"
	beside spinning "timeout $busy sh -c 'while :; do :; done'"
	for attack in $ATTACKS; do
		beside "$attack" "$hostile -t $busy $attack"
	done
done
for way in tx rx; do
	for what in nothing spinning $ATTACKS; do
		echo "$what $way: $(sort -n "/run/lab/$what.$way" | tr '\n' ' ')"
		metric "xmd.$what.tcp_$way" "$(median "$what.$way")" Mb/s
	done
	for what in $ATTACKS; do
		metric "xmd.$what.to_spinning_tcp_$way" "$(ratio "$what.$way" "spinning.$way")" ''
	done
done
