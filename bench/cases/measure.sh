# shellcheck shell=sh
# SPDX-License-Identifier: GPL-2.0
# What several benchmarks measure with. A case says "# lab: file bench/cases/measure.sh" and
# begins with ". /case/measure.sh". SECS is how many seconds of a stream count; the WARM before
# them do not.
: "${SECS:=5}" "${WARM:=1}"

# tcp_mbps WHERE FLAGS: of a stream to the peer, or with -R from it, what was received
tcp_mbps() {
	# with -f k the unit is always Kbits/sec
	on "$1" "iperf3 -c $PEER_IP -t $SECS -O $WARM -f k $2" |
		awk '/receiver/ { for (i = 2; i <= NF; i++) if ($i == "Kbits/sec") v = $(i - 1) }
			END { if (v == "") exit 1; printf "%.1f\n", v / 1000 }'
}

# rtt_ms WHERE: to the peer and back, the mean of fifty
rtt_ms() {
	on "$1" "ping -q -c 50 -i 0.05 $PEER_IP" |
		awk -F'[=/]' '/min\/avg/ { v = $6 } END { if (v == "") exit 1; print v }'
}

# flags_of tx|rx: of the stream, as the guest sees it
flags_of() { [ "$1" = tx ] || echo -R; }

# keep VALUE NAME: one of several; median NAME, ratio NAME OF: of what was kept
keep() { echo "$1" >> "/run/lab/$2"; }
median() { sort -n "/run/lab/$1" | awk '{ v[NR] = $1 } END { print (v[int((NR + 1) / 2)] + v[int(NR / 2) + 1]) / 2 }'; }
ratio() { echo "$(median "$1") $(median "$2")" | awk '{ printf "%.3f", $1 / $2 }'; }
