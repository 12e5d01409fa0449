# shellcheck shell=sh disable=SC2154  # frames.sh sets $delivered
# SPDX-License-Identifier: GPL-2.0
# lab: file bench/cases/measure.sh
# lab: file bench/cases/frames.sh
# lab: file build/bin/xmd-flow
#
# Throughput and round trip through a driver domain: the stock one (Linux e1000, bridge,
# xen-netback) or ours, with the same guest image and the same peer. Measured for a guest
# and for the driver domain itself. One kind a boot, so that neither finds what the other
# has left behind.
#
# MODE    stock or xmd
# SECS    seconds of each stream (default 5)
# WARM    seconds at the start of a stream that do not count (default 1)
. /case/measure.sh
. /case/frames.sh
: "${MODE:=xmd}"

# 18 bytes of UDP payload make an Ethernet frame of 64 bytes with its FCS.
UDP_LEN=18

# Packets that arrived, per second: iperf3's receiver line has lost/total. RATE in bits of payload
# a second, 0: as many as the sender can, which from the wire is several hundred times what any
# driver domain takes here.
udp_kpps() { # WHERE FLAGS RATE
	on "$1" "iperf3 -u -b $3 -l $UDP_LEN -c $PEER_IP -t $SECS -f k $2" |
		awk -v s="$SECS" '/receiver/ { for (i = 1; i <= NF; i++) if (split($i, a, "/") == 2 &&
				a[1] ~ /^[0-9]+$/ && a[2] ~ /^[0-9]+$/) v = a[2] - a[1] }
			END { if (v == "") exit 1; printf "%.2f\n", v / s / 1000 }'
}

measure() { # MODE PARTY WHERE
	one "$1.$2.tcp_tx" Mb/s tcp_mbps "$3" ""
	one "$1.$2.tcp_rx" Mb/s tcp_mbps "$3" -R
	one "$1.$2.udp64_tx" kpps udp_kpps "$3" "" 0
	one "$1.$2.udp64_rx4k" kpps udp_kpps "$3" -R $((4000 * UDP_LEN * 8))
	one "$1.$2.udp64_rx" kpps udp_kpps "$3" -R 0
	one "$1.$2.rtt_avg" ms rtt_ms "$3"
}

# one NAME UNIT FUNCTION ARGUMENT...: a failed measurement fails the run, it is no zero
one() {
	name=$1 unit=$2
	shift 2
	value=$("$@") || fail "$name: no result"
	metric "$name" "$value" "$unit"
}

on peer 'iperf3 -s -D' || fail "iperf3 server does not start on the peer"
drv_start "$MODE"
guest_start g1 stock pv
on g1 "ping -q -c 3 -W 2 $PEER_IP" > /dev/null || fail "$MODE: guest cannot reach the peer"
measure "$MODE" guest g1
# iperf3 asks a guest for more than the kernel does: what a program gets that only receives
frames_prepare
for rate in 8000 16000; do
	offered $rate
	metric "$MODE.guest.frames_rx$((rate / 1000))k" "$(echo $delivered | awk '{ print $1 / 1000 }')" kpps
done
measure "$MODE" drv drv
