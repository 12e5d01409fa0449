# lab: file tests/tools/caselib.sh
# lab: file build/bin/xmd-gaptcp
# lab: file build/bin/xmd-vlantap
# full only: tests/backend-kern has its tags, addresses and segments, and as-configured what is refused
#
# vlan= and ip= of a vif, and a bridge= without the wire: g1 and g3 are on VLAN 7 and know of no tags, g2 is on none. Each hears
# its own network only, whatever tags it sends; g1 sends from the addresses of its ip= only. All that is so again when the driver
# domain has panicked. What the wire carries is captured at its other end: /logs/wire-keys.pcap.
#
#	peer ---- wire ---- drv ---- g1   vlan=7, ip=...
#	 |   \-- VLAN 7         |--- g3   vlan=7
#	 untagged               \--- g2
#
# Xen 4.17's xl does not know vlan=: the key is written before the guests run.
. /case/caselib.sh
drv_start xmd 'on_crash = "preserve"' 'on_watchdog = "preserve"'
supervise 'stable = 2'
tool xmd-vlantap peer
tool xmd-gaptcp peer
# shellcheck disable=SC2016  # for the far side
peer_run=$(on peer 'echo $RUN')
pcap=$peer_run/keys.pcap
on peer "exec tcpdump -Z root -i wire -s 160 -U -w $pcap" > /logs/tcpdump.txt 2>&1 &
capture=$!
vlan_start 7 10.79.0.9/24
on peer 'ip addr add fd79::9/64 dev v7 nodad'

# keyed NAME VLAN WORD: a guest whose vif has vlan=, and this in its line
keyed() {
    { guest_config "$1" stock pv; echo "vif = [\"backend=drv,bridge=xenbr0,mac=$(mac "$1")$3\"]"; } > "/run/lab/$1.cfg"
    xl create -p "/run/lab/$1.cfg" > /run/lab/xl 2>&1 || fail "xl create $1: $(cat /run/lab/xl)"
    id=$(xl domid "$1")
    xenstore-write "/local/domain/$drv_id/backend/vif/$id/0/vlan" "$2" "/libxl/$id/device/vif/0/vlan" "$2"
    xl unpause "$1"
    wait_until 60 "vifs_connected $id" || fail "$1: its vif does not connect: $(xmdctl vifs drv)"
    on "$1" 'until ip -4 addr show dev eth0 | grep -q inet; do sleep 0.1; done' || fail "$1 has no address"
}
keyed g1 7 ",ip=10.79.0.11 fd79::11 10.77.0.11"
keyed g3 7p ""
guest_start g2 stock pv
for g in g1 g2 g3; do
    on $g "ip addr add 10.79.0.1${g#g}/24 dev eth0 && ip addr add fd79::1${g#g}/64 dev eth0 nodad" || fail "$g: no further address"
done
tool xmd-gaptcp g1 g2 g3

# counter GUEST WORD: of its first vif
counter() {
    on drv "[ -d /sys/kernel/debug/xmd ] || mount -t debugfs debugfs /sys/kernel/debug
        sed -n '/^xmd-vif$(xl domid "$1")\.0 /,/^  polls /p' /sys/kernel/debug/xmd/back/vifs" |
        awk -v w="$2" '$1 == "polls" { for (i = 1; i < NF; i++) if ($i == w) print $(i + 1) }'
}
# grows GUEST WORD 'COMMAND': which fails, and is counted
grows() {
    was=$(counter "$1" "$2")
    ! on "$1" "$3" > /run/lab/out 2>&1 || { cat /run/lab/out; fail "$1 may: $3"; }
    now=$(counter "$1" "$2")
    echo "$1: $2 $was, $now: $3"
    [ "$now" -gt "$was" ] || fail "$1: $2 stays $now: $3"
}
unreachable() { ! reachable "$1" "$2" 1 || fail "$1 reaches $2"; }

broadcasts() {
    on "$1" "awk '\$1 == \"IpExt:\" { for (i = 2; i <= NF; i++) if (n[i] == \"InBcastPkts\") print \$i; else n[i] = \$i }' /proc/net/netstat"
}
# hears GUEST: what is broadcast on VLAN 7. One with a tag would not get as far as its IP.
hears() {
    was=$(broadcasts "$1")
    on peer 'ping -b -c 3 -i 0.3 -W 1 10.79.0.255' > /dev/null 2>&1 || true
    now=$(broadcasts "$1")
    echo "$1: $((now - was)) broadcasts"
    [ "$now" -gt "$was" ]
}

part=0
holds() { # WHEN
    note "$1: VLAN 7"
    part=$((part + 1))
    for g in g1 g3; do
        wait_until 20 "reachable $g 10.79.0.9 1" || fail "$g does not reach its VLAN"
        full $g peer 10.79.0.9
        reachable $g fd79::9 || fail "$g: no IPv6 on its VLAN"
    done
    full peer g3 10.79.0.13
    transfer g1 peer 10.79.0.9 50${part}1 5000000
    transfer peer g1 10.79.0.11 50${part}2 5000000
    transfer g3 peer fd79::9 50${part}3 2000000
    transfer g1 g3 10.79.0.13 50${part}4 5000000
    note "$1: without"
    wait_until 20 "reachable g2 $PEER_IP 1" || fail "g2 does not reach the peer"
    reachable g2 "$PEER_IP6" || fail "g2: no IPv6"
    transfer peer g2 "$IP_g2" 50${part}5 2000000
    for g in g1 g3; do unreachable $g "$PEER_IP"; unreachable $g "$DRV_IP"; unreachable $g "$IP_g2"; done
    for to in 10.79.0.9 10.79.0.11 fd79::13; do unreachable g2 $to; done
    hears g3 || fail "g3 does not hear a broadcast on its VLAN"
    ! hears g2 || fail "g2 hears VLAN 7"

    note "$1: tags of their own"
    for g in g1 g2; do
        on $g "modprobe 8021q; ip link show eth0.7 > /dev/null 2>&1 ||
            { ip link add link eth0 name eth0.7 type vlan id 7 && ip addr add 10.79.1.1${g#g}/24 dev eth0.7 && ip link set eth0.7 up; }"
        grows $g tagged 'ping -c 2 -i 0.3 -W 1 -I eth0.7 10.79.1.9'
    done

    note "$1: others' addresses"
    on g1 'ip addr add 10.79.0.99/24 dev eth0; ip addr add fd79::99/64 dev eth0 nodad; true' 2> /dev/null
    on g1 'ip neigh flush dev eth0'
    grows g1 ip_spoofed 'ping -c 2 -i 0.3 -W 1 -I 10.79.0.99 10.79.0.9'
    peer_mac=$(on peer 'cat /sys/class/net/wire/address')
    on g1 "ip neigh replace 10.79.0.9 lladdr $peer_mac dev eth0 nud permanent"
    grows g1 ip_spoofed 'ping -c 2 -i 0.3 -W 1 -I 10.79.0.99 10.79.0.9'
    on g1 'ip neigh del 10.79.0.9 dev eth0'
    grows g1 ip_spoofed 'ping -6 -c 2 -i 0.3 -W 1 -I fd79::99 fd79::9'
    was=$(counter g1 ip_spoofed)
    on peer 'ping -c 2 -i 0.3 -W 1 10.79.0.99; ping -6 -c 2 -i 0.3 -W 1 fd79::99' > /run/lab/out 2>&1 && fail "g1 answers for an address that is not its own"
    [ "$(counter g1 ip_spoofed)" -gt "$was" ] || fail "g1 did not even try"
    on g1 'ip addr del 10.79.0.99/24 dev eth0; ip addr del fd79::99/64 dev eth0'
    reachable g1 10.79.0.9 || fail "g1 has lost its own address, too"
}

# in short only what has been through the switch once more
[ -z "$FULL" ] || holds "as attached"
xmdctl stats drv | grep -a -E 'tx_tagged|tx_ip_spoofed' | head -n 4
note "the driver domain panics"
on drv 'echo c > /proc/sysrq-trigger' > /dev/null 2>&1 &
back_again 1 100
drv_tools
holds "after the restart"

note "a segment without the wire"
own=/local/domain/$drv_id/data/xmd-backend
old=$(xs "$own/pid")
on drv "mkdir -p /etc/xmd && printf '@private lab\n@vlans 9\ndefault none\n' > /etc/xmd/policy.conf && kill -9 $old" || fail "no policy"
wait_until 10 "[ \"\$(xs $own/pid)\" != $old ] && [ \"\$(xs $own/state)\" = serving ]" || fail "xmd-backend is not back"
for g in g1 g2; do
    xl network-attach $g backend=drv bridge=lab "mac=00:16:3e:79:01:0${g#g}" > /run/lab/xl 2>&1 || fail "xl network-attach $g: $(cat /run/lab/xl)"
    wait_until 20 "vifs_connected $(xl domid $g)" || fail "$g: its vif on the segment does not connect"
    on $g "until ip addr add 10.80.0.1${g#g}/24 dev eth1 2> /dev/null; do sleep 0.1; done; ip link set eth1 up"
done
on peer 'ip addr add 10.80.0.9/24 dev wire'
wait_until 20 'reachable g1 10.80.0.12 1' || fail "g1 and g2 do not hear each other on the segment"
unreachable g1 10.80.0.9
unreachable peer 10.80.0.11
note "... whose policy dies with the driver domain"
wait_until 30 'grep -qx lab /run/xmd/drv.segments' || fail "the segment's name is not kept: $(xs $own/private-segments)"
wait_until 30 'grep -qx 9 /run/xmd/drv.vlans' || fail "the VLAN is not kept: $(xs $own/closed-vlans)"
on drv 'echo c > /proc/sysrq-trigger' > /dev/null 2>&1 &
back_again 2 100
drv_tools
on drv '! grep -q lab /etc/xmd/policy.conf' 2> /dev/null || fail "the policy is still there: nothing is shown"
[ "$(xs $own/closed-vlans)" = 9 ] || fail "the VLAN that was closed is open: $(xs $own/closed-vlans)"
wait_until 20 'reachable g1 10.80.0.12 1' || fail "g1 and g2 do not hear each other on the segment any more"
unreachable g1 10.80.0.9
unreachable peer 10.80.0.11

note "the wire"
sleep 1
kill $capture
sleep 1
on peer "cat $pcap" > /logs/wire-keys.pcap
# captured 'FILTER': so many frames
captured() { on peer "tcpdump -nn -r $pcap '$1' 2> /dev/null" | wc -l; }
none() { # WHAT 'FILTER'
    n=$(captured "$2")
    echo "$1: $n frames"
    [ "$n" = 0 ] || { on peer "tcpdump -nn -e -r $pcap '$2' 2> /dev/null" | head -n 5; fail "$1: on the wire"; }
}
for g in g1 g3; do
    n=$(captured "ether src $(mac $g) and vlan 7")
    metric "tagged_$g" "$n" frames
    [ "$n" -gt 1000 ] || fail "of $g there are $n frames with tag 7"
    none "of $g without tag 7" "ether src $(mac $g) and not vlan 7"
    none "of $g with two tags" "ether src $(mac $g) and vlan and vlan"
done
n=$(captured "ether src $(mac g2)")
[ "$n" -gt 30 ] || fail "of g2 there are $n frames"
none "of g2 with a tag" "ether src $(mac g2) and vlan"
none "from g1 to g3" "ether src $(mac g1) and ether dst $(mac g3)"
none "IPv4 from 10.79.0.99" "vlan 7 and src host 10.79.0.99"
none "ARP from 10.79.0.99" "vlan 7 and arp src host 10.79.0.99"
none "IPv6 from fd79::99" "vlan 7 and src host fd79::99"
none "of the segment without the wire" "ether src 00:16:3e:79:01:01 or ether src 00:16:3e:79:01:02"
! on drv dmesg | grep -E 'BUG:|WARNING:|Oops|general protection|Call Trace' || fail "the driver domain's kernel complains"
