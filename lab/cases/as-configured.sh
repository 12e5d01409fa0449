# lab: file tests/tools/caselib.sh
#
# What an administrator sets is in force, or refused with a reason, and stays so when the driver domain dies: jumbo frames
# for guests that have only set their own MTU, ring size and coalescing of the port; bridge=, ip=, script= and gatewaydev=
# of a vif. And what is no longer there leaves nothing behind: of two guests with one MAC one goes, and the other keeps
# its frames; a vif whose guest has gone behind xl's back is removed.
#
#	peer ---- wire ---- drv ---- g1   stays to the end
#	                        \--- g2   gets vifs that cannot be, and one with g1's MAC
#
# --env XMD_PARTS='port vifs mac gone' runs these, or some, in this order.
. /case/caselib.sh
drv_start xmd 'on_crash = "preserve"' 'on_watchdog = "preserve"'
supervise 'stable = 2'
guest_start g1 stock pv
guest_start g2 stock pv
mark() { said_drv=$(wc -l < /logs/guest-drv.log); }
drv_said() { tail -n +$((said_drv + 1)) /logs/guest-drv.log | tr -d '\r'; }

# ---- the port's settings ----

jumbo() { # WHEN
    note "$1: frames of 9000 bytes"
    full g1 peer "$PEER_IP" 9000
    full peer g1 "$IP_g1" 9000
    full g1 g2 "$IP_g2" 9000
    full g2 peer "$PEER_IP6" 9000
}
# What the port is set to: "9000 256 512 200"
port() {
    on drv 'echo $(cat /sys/class/net/eth0/mtu) $(ethtool -g eth0 | sed -n "/Current/,\$s/^[RT]X:[[:space:]]*//p") \
        $(ethtool -c eth0 | sed -n "s/^rx-usecs:[[:space:]]*//p")'
}
part_port() {
    on drv 'ip link set eth0 mtu 9000 && ethtool -G eth0 rx 512 tx 128 && ethtool -C eth0 rx-usecs 200' || fail "drv: the port is not set"
    want=$(port)
    echo "MTU, rx and tx descriptors, rx-usecs: $want"
    [ "$want" = "9000 512 128 200" ] || fail "the port is not as it was set: $want"
    on peer 'ip link set wire mtu 9000'
    for g in g1 g2; do on $g 'ip link set eth0 mtu 9000' || fail "$g: mtu 9000"; done
    jumbo "as set"
    on drv 'echo c > /proc/sysrq-trigger' > /dev/null 2>&1 &
    back_again 1 100
    drv_tools
    eventually 10 "[ \"\$(port)\" = \"$want\" ]" || fail "after the restart the port is set to $(port), not $want"
    for g in g1 g2; do wait_until 30 "reachable peer $(addr $g) 1" || fail "$g is not reached after the restart"; done
    jumbo "after a restart of the driver domain"
    on drv 'ip link set eth0 mtu 1500'
    on peer 'ip link set wire mtu 1500'
    for g in g1 g2; do on $g 'ip link set eth0 mtu 1500'; done
}

# ---- what a vif asks for that we do not have ----

g2_id=$(xl domid g2) g1_id=$(xl domid g1)
back=/local/domain/$drv_id/backend/vif
ln -sf /bin/true /etc/xen/scripts/vif-other
# attach DEVID WORD...: to g2, in the background; its backend's directory is there on return
attach() {
    dev=$1
    shift
    (status=0; xl network-attach g2 backend=drv "mac=00:16:3e:77:01:0$dev" "$@" > "/run/lab/xl.$dev" 2>&1 || status=$?
        echo "status=$status" >> "/run/lab/xl.$dev") &
    wait_until 10 "xenstore-exists $back/$g2_id/$dev/mac" || fail "xl network-attach $*: $(cat "/run/lab/xl.$dev")"
}
# refused DEVID KEY: with a reason that names the key
refused() {
    dir=$back/$g2_id/$1
    wait_until 8 "[ \"\$(xs $dir/hotplug-status)\" = error ]" ||
        fail "$2: is not refused: hotplug-status \"$(xs "$dir/hotplug-status")\", state $(xs "$dir/state")"
    why=$(xs "$dir/hotplug-error") || fail "$2: no reason in hotplug-error"
    echo "$2: $why"
    echo "$why" | grep -q "$2" || fail "hotplug-error does not name $2: $why"
    drv_said | grep -a "vif.*$g2_id.*$2" || fail "the log does not say that $2 is refused: $(drv_said | tail -n 3)"
}
xl_failed() { # DEVID KEY
    wait_until 40 "grep -q ^status= /run/lab/xl.$1" || fail "$2: xl network-attach does not end"
    ! grep -q ^status=0 "/run/lab/xl.$1" || fail "$2: xl says nothing of it: $(cat "/run/lab/xl.$1")"
    head -n 2 "/run/lab/xl.$1"
    # libxl keeps a device whose attach has failed
    xl network-detach g2 "$1" > /run/lab/xl 2>&1 || fail "$2: xl network-detach of the refused vif: $(cat /run/lab/xl)"
    wait_until 10 "! xenstore-exists $back/$g2_id/$1" || fail "$2: the directory of the refused vif stays"
}

# connects KEY WORD...: attached, connected, and gone again
connects() {
    key=$1
    shift
    xl network-attach g2 backend=drv mac=00:16:3e:77:01:01 "$@" > /run/lab/xl 2>&1 || fail "$key: xl network-attach $*: $(cat /run/lab/xl)"
    wait_until 20 "vifs_connected $g2_id" || fail "$key: does not connect"
    xl network-detach g2 1 > /run/lab/xl 2>&1 || fail "$key: xl network-detach: $(cat /run/lab/xl)"
}
part_vifs() {
    note "refused"
    mark
    attach 1 bridge=br-internal
    attach 2 bridge=xenbr0 ip=10.77.0.777
    attach 3 bridge=xenbr0 script=vif-other
    attach 4 bridge=xenbr0 gatewaydev=eth7
    dev=0
    for key in bridge ip script gatewaydev; do dev=$((dev + 1)); refused $dev $key; done
    dev=0
    for key in bridge ip script gatewaydev; do dev=$((dev + 1)); xl_failed $dev $key; done

    note "granted: the usual bridge, none, and what the policy says may be ignored"
    connects bridge bridge=xenbr0
    connects bridge
    own=/local/domain/$drv_id/data/xmd-backend
    old=$(xs "$own/pid")
    on drv "mkdir -p /etc/xmd &&
        echo 'default ignore-bridge ignore-ip ignore-script ignore-gatewaydev' > /etc/xmd/policy.conf && kill -9 $old" || fail "no policy"
    wait_until 10 "[ \"\$(xs $own/pid)\" != $old ] && [ \"\$(xs $own/state)\" = serving ]" || fail "xmd-backend is not back"
    mark
    connects bridge bridge=br-internal ip=10.77.0.777 script=vif-other gatewaydev=eth7
    drv_said | grep -a xmd-backend || true
}

# ---- two guests with one MAC, and one of them goes ----

part_mac() {
    note "g2 has a vif with g1's MAC, and is destroyed"
    xl network-attach g2 backend=drv "mac=$(mac g1)" > /run/lab/xl 2>&1 || fail "xl network-attach: $(cat /run/lab/xl)"
    wait_until 20 "vifs_connected $g2_id" || fail "the vif with g1's MAC does not connect"
    guest_stop g2
    wait_until 20 "! xenstore-exists $back/$g2_id" || fail "g2's vifs stay"
    wait_until 10 "reachable peer $IP_g1 1" || fail "g1 is cut off when g2 has gone"
    # frames with g1's MAC as source from the wire: who has 10.77.0.99?
    own=$(on peer 'cat /sys/class/net/wire/address')
    on peer "ip neigh replace $IP_g1 lladdr $(mac g1) dev wire nud permanent"
    on peer "ip link set wire address $(mac g1) && { ping -c 5 -i 0.2 -W 1 10.77.0.99 > /dev/null; ip link set wire address $own; }" ||
        fail "the peer's address does not change"
    on peer "ping -c 5 -i 0.2 -W 2 $IP_g1" > /run/lab/ping || true
    got=$(sed -n 's/.* \([0-9]*\) received.*/\1/p' /run/lab/ping)
    [ "${got:-0}" -ge 4 ] || { cat /run/lab/ping; fail "g1 has lost its address to somebody on the wire"; }
}

# ---- a vif whose guest is no more ----

# unknown_to_xl GUEST: destroyed, and libxl does not know that there was a vif, as when it was just making one
unknown_to_xl() {
    xenstore-rm "/libxl/$(xl domid "$1")/device/vif"
    guest_stop "$1"
}
# removed DOMID: its vif, half a minute after its guest
removed() {
    # the directory above is dom0's
    wait_until 60 "! xenstore-exists $back/$1/0" ||
        fail "the vif of domain $1, which is no more, stays: state $(xs "$back/$1/0/state"), online $(xs "$back/$1/0/online")"
    drv_said | grep -a "vif $1/" || fail "the log does not say that the vif of domain $1 was removed"
}
part_gone() {
    note "a guest goes that has not started yet, and one that is connected"
    guest_config g3 > /run/lab/g3.cfg
    xl create -p /run/lab/g3.cfg > /run/lab/xl 2>&1 || fail "xl create -p: $(cat /run/lab/xl)"
    g3_id=$(xl domid g3)
    wait_until 10 "[ \"\$(xs $back/$g3_id/0/state)\" = 2 ]" || fail "g3's vif is not offered"
    mark
    unknown_to_xl g3
    unknown_to_xl g1
    removed "$g3_id"
    removed "$g1_id"
    wait_until 20 "! xl list | grep -q null" || fail "its pages are held for ever: $(xl list)"
}

for part in ${XMD_PARTS:-port vifs mac gone}; do part_$part; done
! on drv dmesg | grep -E 'BUG:|WARNING:|Oops|general protection|Call Trace' || fail "the driver domain's kernel complains"
