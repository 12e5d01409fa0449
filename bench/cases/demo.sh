# SPDX-License-Identifier: GPL-2.0
#
# What `make demo` shows: a stock guest whose packets cross the split driver, who drives
# what in which domain, and the same traffic through the stock driver domain.

: "${SECS:=3}"

say() { printf '\n== %s\n' "$*"; }

# Mb/s that arrived at the far end.
mbps() { # WHERE FLAGS
	on "$1" "iperf3 -c $PEER_IP -t $SECS -O 1 -f k $2" |
		awk '/receiver/ { for (i = 2; i <= NF; i++) if ($i == "Kbits/sec") v = $(i - 1) }
			END { if (v == "") exit 1; printf "%.0f\n", v / 1000 }'
}

modules() { # the network modules of the driver domain, on one line
	on drv "awk '/^(xmd_|e1000|xen_netback|bridge)/ { printf \"%s \", \$1 }' /proc/modules"
}

programs() { on drv "ps -o comm | grep -E '^(xmd-|xl)' | sort -u | tr '\n' ' '"; }

on peer 'iperf3 -s -D' || fail "iperf3 server does not start on the peer"

for mode in xmd stock; do
	say "driver domain ($mode)"
	drv_start "$mode"
	guest_start g1 stock pv
	if [ "$mode" = xmd ]; then
		echo "-- the driver domain's configuration"; cat "$LAB_STATE/drv.cfg"
		echo "-- the guest's configuration"; cat "$LAB_STATE/g1.cfg"
		xl list
		say "the guest's ping to a machine on the wire"
		on g1 "ping -c 3 $PEER_IP" || fail "no ping through the split driver"
		say "the guest's own network driver"
		on g1 'ethtool -i eth0 | head -n 1'
	fi
	eval "mods_$mode=\$(modules) progs_$mode=\$(programs)"
	say "TCP through the $mode driver domain, $SECS s each way"
	tx=$(mbps g1 "") || fail "no TCP to the wire"
	rx=$(mbps g1 -R) || fail "no TCP from the wire"
	echo "guest to wire $tx Mb/s, wire to guest $rx Mb/s"
	metric "$mode.guest.tcp_tx" "$tx" Mb/s
	metric "$mode.guest.tcp_rx" "$rx" Mb/s
	eval "tx_$mode=$tx rx_$mode=$rx"
	guest_stop g1
	drv_stop
done
on peer 'killall iperf3'

# shellcheck disable=SC2154  # set by the evals above
{
say "who drives what"
printf '%-34s %-26s %s\n' "" xmd stock
row() { printf '%-34s %-26s %s\n' "$@"; }
row "driver domain, kernel modules" "$mods_xmd" "$mods_stock"
row "driver domain, user processes" "$progs_xmd" "$progs_stock"
row "guest (unmodified)" xen-netfront xen-netfront
row "TCP guest to wire, Mb/s" "$tx_xmd" "$tx_stock"
row "TCP wire to guest, Mb/s" "$rx_xmd" "$rx_stock"
}
