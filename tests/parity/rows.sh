# shellcheck shell=sh disable=SC2016
# What Linux's e1000 offers through ip and ethtool, one row each.  Runs in a driver domain;
# lab/cases/ethtool-parity.sh runs it in a stock one and in ours and compares.
#
# row NAME COMMANDS: $d is the interface.  What must differ (values that count or carry a
# name) is cut off here; what differs and should not is in reasons.txt, with its reason.
d=eth0
# what ethtool wants to be told before it writes into a device's EEPROM: its ids
magic=$(sed 's/^0x//' /sys/class/net/$d/device/device /sys/class/net/$d/device/vendor | tr -d '\n')
row() {
	echo "## $1"
	d=$d magic=0x$magic sh -c "$2" 2>&1
	echo "exit $?"
}
# link comes back after its settings were changed
settle='sleep 1; i=0; while [ $i -lt 40 ] && ! ethtool $d | grep -q "detected: yes"; do sleep 0.2; i=$((i + 1)); done;'
mode='ethtool $d | grep "Speed\|Duplex\|Auto-neg\|Link det"'

row 'driver info' 'ethtool -i $d | grep supports'
row 'link' 'ethtool $d | grep -v "MDI-X\|PHYAD"'
row 'speed 100 full, forced' 'ethtool -s $d autoneg off speed 100 duplex full; sleep 3; '"$mode"
row 'speed 10 half, forced' 'ethtool -s $d autoneg off speed 10 duplex half; sleep 3; '"$mode"
row 'speed 1000, forced' 'ethtool -s $d autoneg off speed 1000 duplex full > /dev/null'
row 'advertise 100 full only' 'ethtool -s $d autoneg on advertise 0x008; '"$settle"' ethtool $d | grep -A1 "Advertised link"'
row 'advertise all' 'ethtool -s $d autoneg on advertise 0x02f; '"$settle$mode"
row 'MDI-X' 'ethtool -s $d mdix on && ethtool $d | grep MDI-X; ethtool -s $d mdix auto; '"$settle"' ethtool $d | grep MDI-X'
row 'autonegotiation again' 'ethtool -r $d; '"$settle$mode"
row 'register dump' 'ethtool -d $d raw on | wc -c'
row 'EEPROM' 'ethtool -e $d'
row 'EEPROM, part' 'ethtool -e $d offset 0x7c length 4'
row 'EEPROM write' 'old=$(ethtool -e $d offset 0x10 length 1 | awk "/^0x0010/ { print \"0x\" \$2 }"); ethtool -E $d magic $magic offset 0x10 value 0x5a && ethtool -e $d offset 0x10 length 1; s=$?; ethtool -E $d magic $magic offset 0x10 value $old > /dev/null 2>&1; exit $s'
row 'EEPROM write, wrong magic' 'ethtool -E $d magic 1 offset 0x10 value 0x5a'
row 'rings' 'ethtool -g $d'
row 'rings set' 'ethtool -G $d rx 512 tx 128; ethtool -g $d | tail -n 8'
row 'rings too small' 'ethtool -G $d rx 1; ethtool -g $d | tail -n 8'
row 'rings back' 'ethtool -G $d rx 256 tx 256; ethtool -g $d | tail -n 8'
row 'coalescing' 'ethtool -c $d | grep -v "n/a$\|^$"'
row 'coalescing set' 'ethtool -C $d rx-usecs 100; ethtool -c $d | grep rx-usecs:'
row 'coalescing too long' 'ethtool -C $d rx-usecs 20000'
row 'coalescing adaptive' 'ethtool -C $d rx-usecs 3; ethtool -c $d | grep "rx-usecs:\|Adaptive"'
row 'pause' 'ethtool -a $d'
row 'pause off' 'ethtool -A $d autoneg off rx off tx off; '"$settle"' ethtool -a $d'
row 'pause on' 'ethtool -A $d autoneg on rx on tx on; '"$settle"' ethtool -a $d'
row 'features' 'ethtool -k $d | grep -v "off \[fixed\]"'
row 'TSO off, on' 'ethtool -K $d tso off; ethtool -k $d | grep tcp-seg; ethtool -K $d tso on; ethtool -k $d | grep tcp-seg'
row 'checksums off, on' 'ethtool -K $d rx off; ethtool -k $d | grep rx-check; ethtool -K $d rx on; ethtool -k $d | grep rx-check'
row 'statistics' 'ethtool -S $d | sed "s/:.*//"'
row 'self-test, online' 'ethtool -t $d online'
row 'self-test, offline' 'ethtool -t $d offline'
row 'works after the self-test' "$settle"'ping -c 2 -W 5 10.77.0.1 > /dev/null'
row 'identify' 'ethtool -p $d 1'
row 'wake-on-LAN' 'ethtool $d | grep Wake'
row 'wake-on-LAN set' 'ethtool -s $d wol gu; ethtool $d | grep Wake'
row 'wake-on-LAN off' 'ethtool -s $d wol d; ethtool $d | grep Wake'
row 'wake-on-LAN, what it has not' 'ethtool -s $d wol s 2> /dev/null'
row 'message level' 'ethtool -s $d msglvl 0x37; ethtool $d | grep -A1 "Current message"'
row 'address' 'ip link set $d address 00:16:3e:77:00:99; ip -o link show $d | grep -o "link/ether [0-9a-f:]*"'
row 'address of a group' 'ip link set $d address 01:16:3e:77:00:99'
row 'address back' 'ip link set $d address 00:16:3e:77:00:02; ip -o link show $d | grep -o "link/ether [0-9a-f:]*"'
row 'MTU 1400' 'ip link set $d mtu 1400; ip -o link show $d | grep -o "mtu [0-9]*"'
row 'MTU 9000' 'ip link set $d mtu 9000; ip -o link show $d | grep -o "mtu [0-9]*"'
row 'MTU 16110' 'ip link set $d mtu 16110; ip -o link show $d | grep -o "mtu [0-9]*"'
row 'MTU too large' 'ip link set $d mtu 16111'
row 'MTU 1500' 'ip link set $d mtu 1500; '"$settle"' ip -o link show $d | grep -o "mtu [0-9]*"'
row 'MTU range' 'ip -o -d link show $d | grep -o "minmtu [0-9]* maxmtu [0-9]*"'
row 'promiscuous' 'sleep 1; ip link set $d promisc on; ip -o -d link show $d | grep -o "<.*PROMISC"; ip link set $d promisc off'
row 'all multicast' 'ip link set $d allmulticast on; ip -o link show $d | grep -o ALLMULTI; ip link set $d allmulticast off'
row 'multicast address' 'ip maddr add 33:33:00:00:00:77 dev $d; ip maddr show dev $d | grep -c 00:77; ip maddr del 33:33:00:00:00:77 dev $d'
row 'VLAN' 'ip link add link $d name v5 type vlan id 5; ip -o link show v5 | grep -o "v5@eth0"; ip link del v5'
row 'down and up' 'ip link set $d down; ip link set $d up; sleep 1; '"$settle"' sleep 1; ip -o link show $d | grep -o "state [A-Z]*"'
row 'works in the end' "$settle"'ping -c 2 -W 5 10.77.0.1 > /dev/null'
