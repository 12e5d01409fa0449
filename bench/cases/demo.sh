# SPDX-License-Identifier: GPL-2.0
# lab: file bench/cases/measure.sh
#
# What `make demo` shows: a stock guest whose packets cross the split driver, who drives
# what in which domain. bench/demo runs it once with our driver domain (MODE=xmd) and once
# with the stock one.

: "${MODE:=xmd}" "${SECS:=3}"
. /case/measure.sh

say() { printf '\n== %s\n' "$*"; }

modules() { # the network modules of the driver domain, on one line
	on drv "awk '/^(xmd_|e1000|xen_netback|bridge)/ { printf \"%s \", \$1 }' /proc/modules"
}

programs() { on drv "ps -o comm | grep -E '^(xmd-|xl)' | sort -u | tr '\n' ' '"; }

on peer 'iperf3 -s -D' || fail "iperf3 server does not start on the peer"

mode=$MODE
say "driver domain ($mode)"
drv_start "$mode"
guest_start g1 stock pv
if [ "$mode" = xmd ]; then
	echo "-- the driver domain's configuration"; cat "$LAB_STATE/drv.cfg"
	echo "-- the guest's configuration"; cat "$LAB_STATE/g1.cfg"
	xl list
	say "the guest's ping to a machine on the wire"
	on g1 "ping -c 3 $PEER_IP" || fail "no ping through the split driver"
fi
say "TCP through the $mode driver domain, $SECS s each way"
tx=$(tcp_mbps g1 "") || fail "no TCP to the wire"
rx=$(tcp_mbps g1 -R) || fail "no TCP from the wire"
echo "guest to wire $tx Mb/s, wire to guest $rx Mb/s"
# for the table that bench/demo prints when both kinds have run
printf '%s\n' "$(modules)" "$(programs)" "$(on g1 'ethtool -i eth0 | sed -n "s/driver: //p"')" "$tx" "$rx" > /logs/facts
