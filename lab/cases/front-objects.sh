# lab: file tests/tools/caselib.sh
# alone: how soon a guest follows the wire is looked at
#
# What a guest sees of the device behind its vif. A table of three columns, each cell what ip and ethtool print there:
#
#	stock	a stock guest on a stock driver domain (xen-netfront, xen-netback, Linux's e1000)
#	ours	a guest with xmd_front on ours, as policy has it when nobody says anything, and then with "all" granted
#	device	the driver domain's own eth0 on the same NIC
#
# Then the wire is pulled and put back, and last xmd-backend and the driver domain die: what only the guest's frontend
# knew must be in force again without anybody doing anything.
#
#	peer ---- wire ---- drv ---- g1 (PV, xmd_front)
#	                        \--- g2 (PV, xen-netfront: is not to be disturbed)
. /case/caselib.sh

# name | command; $d is the interface. One line comes of each: what follows says how it is shortened.
cat > /run/lab/rows <<'END'
driver|ethtool -i $d | grep ^driver
link|ethtool $d | grep -E "Speed|Duplex|Auto-neg|Link det"
modes|ethtool $d | grep -A1 "Advertised link"
pause|ethtool -a $d | grep -E "RX|TX"
own counters|ethtool -S $d | grep -cE "^ *[tr]x_"
vif's counters|ethtool -S $d | grep -cE "^ *vif_"
port's counters|ethtool -S $d | grep -cE "^ *(port_|gprc)"
rings|ethtool -g $d | grep -E "^[RT]X:"
offloads|ethtool -k $d | grep -E "^(tx-checksumming|tcp-seg|rx-checksumming)"
TSO off, on|ethtool -K $d tso off && ethtool -K $d tso on && ethtool -k $d | grep ^tcp-seg
coalescing|ethtool -c $d | grep ^rx-usecs:
coalescing set|ethtool -C $d rx-usecs 200 && ethtool -c $d | grep ^rx-usecs:
identify|ethtool -p $d 1 && echo blinked
registers|ethtool -d $d raw on | wc -c | grep -v "^0$"
EEPROM|ethtool -e $d offset 0 length 16 | tail -n 1
MTU 1400|ip link set $d mtu 1400 && ip -o link show $d | grep -o "mtu [0-9]*"
MTU 1500|ip link set $d mtu 1500 && ip -o link show $d | grep -o "mtu [0-9]*"
another MAC|m=$(cat /sys/class/net/$d/address) && ip link set $d address 02:00:00:00:00:77 && cat /sys/class/net/$d/address && ip link set $d address $m
group|ip maddr add 01:00:5e:01:02:03 dev $d && ip maddr show dev $d | grep -c 01:00:5e:01:02:03
VLAN|ip link add link $d name v7 type vlan id 7 && ip -o link show v7 | grep -o "v7@"; ip link del v7
END

# rows WHERE FILE: each row's output, in one line, with "exit N" if it failed
rows() {
	on "$1" 'modprobe 8021q; d=eth0; export d; while IFS="|" read -r name command; do
		out=$(sh -c "$command" 2>&1 < /dev/null); status=$?
		[ $status = 0 ] || out="$out (exit $status)"
		echo "$name|$(echo "$out" | tr -s " \t\n" " " | sed "s/^ //; s/ $//; s/netlink error: //")"
	done' < /run/lab/rows > "$2" || fail "$1: the rows do not run to the end"
}

cell() { awk -F'|' -v name="$2" '$1 == name { print $2 }' "$1"; }

# expect FILE ROW REGEX: that cell is so
expect() {
	cell "$1" "$2" | grep -qE "$3" || fail "$(basename "$1"), $2: \"$(cell "$1" "$2")\" is not $3"
}

# back_dir GUEST: its backend directory; allow GUEST WORDS: what policy grants it, in both places (xenstore-schema/README.md)
back_dir() { xs "/local/domain/$(xl domid "$1")/device/vif/0/backend"; }
allow() {
	xenstore-write "$(back_dir "$1")/xmd-allow" "$2" "/libxl/$(xl domid "$1")/device/vif/0/xmd-allow" "$2"
	sleep 0.5
}
# kernel_row GUEST: what xmd_back.ko has of it
kernel_row() {
	on drv '[ -d /sys/kernel/debug/xmd ] || mount -t debugfs debugfs /sys/kernel/debug
		grep -A1 "^xmd-vif'"$(xl domid "$1")"'\.0 " /sys/kernel/debug/xmd/back/vifs'
}
# live GUEST: the object ring serves
live() { on "$1" 'ethtool -i eth0 | grep -q "firmware-version: xmd_nic"'; }

note "stock"
drv_start stock
guest_start g1 stock pv
rows g1 /logs/objects-stock.txt
guest_stop g1
drv_stop

note "ours"
drv_start xmd 'on_crash = "preserve"' 'on_watchdog = "preserve"'
supervise 'stable = 2'
guest_start g1 xmd pv
guest_start g2 stock pv
wait_until 10 "live g1" || fail "no object ring: $(on g1 dmesg | tail -n 5; tail -n 5 /logs/guest-drv.log)"
rows g1 /logs/objects-policy.txt
allow g1 all
rows g1 /logs/objects-all.txt
rows drv /logs/objects-device.txt
allow g1 "mtu counters"

while IFS='|' read -r name _; do
	printf '%s\n' "$name"
	for column in stock policy all device; do
		printf '    %-8s %s\n' $column "$(cell /logs/objects-$column.txt "$name" | cut -c 1-150)"
	done
done < /run/lab/rows

for f in policy all; do
	f=/logs/objects-$f.txt
	expect $f driver 'driver: xmd_front'
	[ "$(cell $f link)" = "$(cell /logs/objects-device.txt link)" ] || fail "link: $(cell $f link)"
	expect $f link 'Speed: 1000Mb/s Duplex: Full .* Link detected: yes'
	[ "$(cell $f modes)" = "$(cell /logs/objects-device.txt modes)" ] || fail "modes: $(cell $f modes)"
	[ "$(cell $f pause)" = "$(cell /logs/objects-device.txt pause)" ] || echo "pause is what was negotiated: $(cell $f pause)"
	expect $f "vif's counters" '^10$'
	expect $f rings '^RX: 256 TX: 256 RX: 256 TX: 256$'
	expect $f 'coalescing set' 'rx-usecs: 200'
	expect $f 'MTU 1400' 'mtu 1400'
	expect $f group '^1$'
	expect $f VLAN 'v7@'
done
f=/logs/objects-policy.txt
expect $f "port's counters" '^0'	# what the others send is not its business
for row in identify registers EEPROM 'another MAC'; do
	expect $f "$row" '(Operation not permitted|exit)'
done
f=/logs/objects-all.txt
expect $f "port's counters" '^16$'
expect $f identify blinked
expect $f registers '^[1-9]'
expect $f EEPROM '0x0000: '
expect $f 'another MAC' '02:00:00:00:00:77'
[ "$(on g1 'ethtool -S eth0' | awk '/port_tx_frames/ { print $2 }')" -gt 0 ] || fail "the port has sent nothing"
grep -q 'policy refuses it' /logs/guest-drv.log || fail "no line in the driver domain says what was refused"

note "promiscuous mode"
on g1 'ip link set eth0 promisc on'
sleep 1
kernel_row g1 | grep -q 'set flags 0x[2367abef]' && fail "granted: $(kernel_row g1)"
on g1 'dmesg' | grep -q 'refuses the setting "promisc"' || fail "g1 does not say that it was refused"
allow g1 "mtu promisc"
wait_until 5 "kernel_row g1 | grep -q 'set flags 0x[2367abef]'" || fail "not granted: $(kernel_row g1)"
on g1 'ip link set eth0 promisc off'
allow g1 mtu

note "an MTU that is larger than configured"
on drv 'ip link set eth0 mtu 4000' || fail "drv: mtu 4000"
wait_until 5 "on g1 'ip link set eth0 mtu 4000'" || fail "g1: mtu 4000 is not granted: $(kernel_row g1)"
kernel_row g1 | grep -q 'mtu 4000' || fail "$(kernel_row g1)"
on g1 'ip link set eth0 mtu 1500'
on drv 'ip link set eth0 mtu 1500'

note "the wire"
before=$(on g2 'cat /sys/class/net/eth0/carrier_changes')
for place in drv g1; do
	on $place 'ip -ts monitor link dev eth0 > /run/links 2>&1 & echo $! > /run/links.pid'
done
for _ in 1 2 3; do
	wire down
	wait_until 10 "on drv 'grep -q 0 /sys/class/net/eth0/carrier'" || fail "drv does not see that the wire is gone"
	wait_until 5 "on g1 'ethtool eth0 | grep -q \"Link detected: no\"'" || fail "g1 does not see that the wire is gone"
	wire up
	wait_until 20 "on drv 'grep -q 1 /sys/class/net/eth0/carrier'" || fail "drv does not see the wire"
	wait_until 5 "on g1 'ethtool eth0 | grep -q \"Link detected: yes\"'" || fail "g1 does not see the wire"
	sleep 1
done
for place in drv g1; do
	on $place 'kill $(cat /run/links.pid); cat /run/links' > /logs/links-$place.txt
done
[ "$(on g2 'cat /sys/class/net/eth0/carrier_changes')" = "$before" ] || fail "the stock guest's carrier has changed"
# [2026-01-02T03:04:05.678901] 2: eth0: <NO-CARRIER,...>: both clocks are Xen's
awk '
{ if (match($0, /T[0-9:.]+\]/)) { split(substr($0, RSTART + 1, RLENGTH - 2), t, ":"); at = t[1] * 3600 + t[2] * 60 + t[3] } }
/eth0: </ { now = /NO-CARRIER/ ? "down" : "up"; if (now == was[FILENAME]) next; was[FILENAME] = now
	if (!(FILENAME in n) && now == "up") next; n[FILENAME]++; when[FILENAME, n[FILENAME]] = at; what[n[FILENAME]] = now }
END {
	d = ARGV[1]; g = ARGV[2]
	if (n[d] < 6 || n[g] < 6) { print "changes: drv " n[d] + 0 ", g1 " n[g] + 0; exit 1 }
	for (i = 1; i <= 6; i++) { ms = (when[g, i] - when[d, i]) * 1000; printf "%s: g1 %.0f ms behind drv\n", what[i], ms
		if (ms > 300) bad = 1 }
	exit bad
}' /logs/links-drv.txt /logs/links-g1.txt || fail "the guest follows the wire too late"
wait_until 20 "reachable g1 $PEER_IP 1" || fail "g1 does not reach the peer"

# settings GUEST: those that only its frontend knows are in force
settings() {
	row=$(kernel_row "$1")
	echo "$row" | grep -q 'mtu 1400' && echo "$row" | grep -q 'rx_usecs 200' && echo "$row" | grep -q 'multicast [1-9]'
}
note "xmd-backend dies"
on g1 'ip link set eth0 mtu 1400; ethtool -C eth0 rx-usecs 200' || fail "g1: settings"
settings g1 || fail "not in force: $(kernel_row g1)"
for _ in 1 2 3 4 5; do
	on drv 'kill -9 $(pidof xmd-backend)'
	sleep 1
	wait_until 10 "on g1 'ethtool -S eth0' | grep -q 'vif_tx_frames: [1-9]'" || fail "g1's calls are not answered"
	settings g1 || fail "not in force: $(kernel_row g1)"
done
[ "$(on g1 'cat /sys/class/net/eth0/mtu')" = 1400 ] || fail "g1's MTU is another one"

note "the driver domain dies"
on drv 'echo c > /proc/sysrq-trigger' > /dev/null 2>&1 &
back_again 1 100
drv_tools
wait_until 20 "settings g1" || fail "not back: $(kernel_row g1; tail -n 20 /logs/guest-drv.log)"
wait_until 10 "live g1" || fail "no object ring any more: $(on g1 dmesg | tail -n 5)"
wait_until 20 "reachable g1 $PEER_IP 1" || fail "g1 does not reach the peer"
# what it had posted before, a ring full, goes by grant copies still
wait_until 20 "on g1 'ping -q -c 300 -i 0.01 $PEER_IP > /dev/null'; staged g1 | grep -q 'pages 512 .* rx [1-9]'" || fail "its pages are not mapped again: $(staged g1)"
[ "$(xs "$(back_dir g1)/xmd-allow")" = mtu ] || fail "xmd-allow was not written again"
for g in g1 g2; do
	said=$(on $g 'dmesg | grep -E "BUG:|WARNING:|Oops|Call Trace|general protection"' || true)
	[ -z "$said" ] || fail "$g: its kernel complains: $said"
done
