# shellcheck shell=sh
# SPDX-License-Identifier: GPL-2.0
# lab: file bench/cases/measure.sh
#
# Two guests alike but for their network driver, xen-netfront (stock) and xmd_front (xmd), on one
# driver domain: each measurement is taken with both, in turn, so that what drifts drifts for both.
#
# MODE    of the driver domain: stock or xmd
# SECS    seconds of each stream (default 5)
# TURNS   how often each is measured (default 3; the table shows medians)

. /case/measure.sh
: "${MODE:=xmd}" "${TURNS:=3}"

# both NAME UNIT FUNCTION ARGUMENT...: the guests in turn; who is first changes
both() {
	name=$1 unit=$2 measure=$3
	shift 3
	pair="g1 g2"
	[ $((turn % 2)) = 0 ] || pair="g2 g1"
	for g in $pair; do
		value=$("$measure" "$g" "$@") || fail "$name: $g has no result"
		kind=stock
		[ "$g" = g1 ] || kind=xmd
		metric "$kind.$MODE-back.$name" "$value" "$unit"
	done
}

on peer 'iperf3 -s -D' || fail "iperf3 server does not start on the peer"
drv_start "$MODE"
guest_start g1 stock pv
guest_start g2 xmd pv
for g in g1 g2; do
	on "$g" "ping -q -c 3 -W 2 $PEER_IP" > /dev/null || fail "$g cannot reach the peer"
done
for turn in $(seq "$TURNS"); do
	both tcp_tx Mb/s tcp_mbps ""
	both tcp_rx Mb/s tcp_mbps -R
	both rtt_avg ms rtt_ms
done
