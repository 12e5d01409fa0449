# SPDX-License-Identifier: GPL-2.0
# lab: file bench/cases/measure.sh
# lab: file build/bin/xmd-hostile-front
#
# What a hostile guest costs its neighbour: TCP streams of a stock PV guest while another guest
# attacks the backend, in turn with the same while that guest only spins, which costs what any
# guest with work to do costs on this host. And what the driver domain computes because of the
# attack, without any stream: there are too few of those to tell 0.95 from 1.
#
# SECS     seconds of each stream (default 5)
# TURNS    streams of each kind and direction (default 3)
# ATTACKS  by the names of "xmd-hostile-front list"
. /case/measure.sh
: "${TURNS:=3}"
: "${ATTACKS:=obj-flood-hello obj-flood-propose obj-flood-call obj-event-storm obj-flip-slots event-storm}"
busy=$((SECS + WARM + 3))

# while_it NAME COMMAND DO...: what DO prints while g2 runs COMMAND
while_it() {
	name=$1
	rm -f /run/lab/over
	{ on g2 "exec $2" > /run/lab/said 2>&1 || true; touch /run/lab/over; } &
	shift 2
	sleep 2		# an attack connects first
	value=$("$@") || fail "no result beside $name"
	[ ! -e /run/lab/over ] || fail "$name was over too soon: $(cat /run/lab/said)"
	wait $!
}

# beside NAME COMMAND: a stream each way while g2 runs that, kept as NAME.WAY
beside() {
	for way in tx rx; do
		while_it "$1" "$2" tcp_mbps g1 "$(flags_of $way)"
		echo "$1 $way: $value Mb/s"
		keep "$value" "$1.$way"
	done
}

# What the driver domain has computed, in seconds
cpu() { xl list drv | awk 'END { print $NF }'; }

# In percent of a processor, for as long as a stream takes
cpu_percent() {
	before=$(cpu)
	sleep $((SECS + WARM))
	echo "$before $(cpu)" | awk -v secs=$((SECS + WARM)) '{ printf "%.1f\n", ($2 - $1) / secs * 100 }'
}

# quietly NAME COMMAND: the same without any stream
quietly() {
	while_it "$1" "$2" cpu_percent
	metric "xmd.$1.drv_cpu" "$value" %
}

on peer 'iperf3 -s -D' || fail "iperf3 server does not start on the peer"
drv_start xmd
guest_start g1 stock pv
guest_start g2 none pv
put g2 /case/xmd-hostile-front /usr/bin/xmd-hostile-front
on g1 "ping -q -c 3 -W 2 $PEER_IP" > /dev/null || fail "guest cannot reach the peer"
hostile="xmd-hostile-front -i $(addr g2) -p $PEER_IP -v $(mac g1)"
on g2 "$hostile probe" || fail "the attacker's vif does not even work when it behaves"
spin="timeout $busy sh -c 'while :; do :; done'"
quietly nothing "sleep $busy"
quietly spinning "$spin"
for attack in $ATTACKS; do
	quietly "$attack" "$hostile -t $busy $attack"
done
for turn in $(seq "$TURNS"); do
	beside nothing "sleep $busy"
	beside spinning "$spin"
	for attack in $ATTACKS; do
		beside "$attack" "$hostile -t $busy $attack"
	done
done
for way in tx rx; do
	for what in nothing spinning $ATTACKS; do
		metric "xmd.$what.tcp_$way" "$(median "$what.$way")" Mb/s
	done
	for what in $ATTACKS; do
		metric "xmd.$what.to_spinning_tcp_$way" "$(ratio "$what.$way" "spinning.$way")" ''
	done
done
