# full only: a driver that xmd-slicer cut in two has to be built first: slicer/shim/build 8139too slicer/notes/8139too build/sliced
# lab: nic rtl8139
# lab: optional build/sliced/mii.ko build/sliced/kern/sl_8139too.ko build/sliced/user-half
# Linux's 8139too, sliced: its kernel half in a PV driver domain with that NIC, its own functions in a process beside it.
# On top the stock bridge and netback, so that a guest has the wire by it, too.
[ -e /case/user-half ] || skip "build/sliced is not there: slicer/shim/build 8139too slicer/notes/8139too build/sliced"

drv_config stock | create drv
drv_id=$(xl domid drv)
for f in mii.ko sl_8139too.ko user-half; do put drv /case/$f /root/$f; done
on drv 'insmod /root/mii.ko
    (while :; do
        [ ! -e /dev/sl_8139too ] || /root/user-half /dev/sl_8139too
        sleep 0.1
    done) > /dev/console 2>&1 < /dev/null &
    insmod /root/sl_8139too.ko sl_revision=16' || fail "the kernel half does not load"
ready_or_dead "${LAB_START_TIMEOUT:-60}" drv "drv_serves stock $drv_id"
drv_tools drv

note "the link, as its own functions see it"
on drv 'ethtool eth0' > /tmp/link.txt
grep -q 'Speed: 100Mb/s' /tmp/link.txt && grep -q 'Link detected: yes' /tmp/link.txt || fail "$(cat /tmp/link.txt)"
on drv 'ethtool -S eth0' | grep -q rx_lost_in_ring || fail "no statistics"
on drv 'ethtool -i eth0' | grep -q 8139too || fail "no driver information"
on peer "ping -c 3 -i 0.2 -W 5 $DRV_IP" || fail "no answer to ping"

# Both ways, the same numbers; their SHA-256 is known. Who receives has an input that does not end: with its end nc would
# end the connection for both.
receive='f=/tmp/input.$$; mkfifo $f; nc'
want=$(seq 1 1200000 | sha256sum)
from_wire() { # HOST ADDRESS
    on peer 'seq 1 1200000 | nc -l -p 5001' < /dev/null &
    wait_until 10 "on peer 'ss -ltn | grep -q :5001'"
    [ "$(on "$1" "$receive $2 5001 <> \$f | sha256sum; rm \$f")" = "$want" ] || fail "$1: TCP from the wire was damaged"
}
to_wire() {
    on peer "$receive -l -p 5002 <> \$f | sha256sum; rm \$f" < /dev/null > /tmp/sum &
    to_wire_pid=$!
    wait_until 10 "on peer 'ss -ltn | grep -q :5002'"
    on "$1" "seq 1 1200000 | nc $2 5002"
    wait $to_wire_pid
    [ "$(cat /tmp/sum)" = "$want" ] || fail "$1: TCP to the wire was damaged"
}
note "TCP both ways"
from_wire drv "$PEER_IP"
to_wire drv "$PEER_IP"

note "the user half is killed while frames flow"
from_wire drv "$PEER_IP" & flow=$!
sleep 0.5
on drv 'kill -9 $(pidof user-half)'
wait $flow || fail "the flow did not survive it"
wait_until 10 "on drv 'ethtool -S eth0 > /dev/null'" || fail "no other user half serves"
on drv 'ethtool eth0' | grep -q 'Speed: 100Mb/s' || fail "the new user half does not know the link"

note "a guest on it"
guest_start g1 stock pv
on peer "ping -c 3 -i 0.2 -W 5 $IP_g1" || fail "no answer of the guest"
from_wire g1 "$PEER_IP"
to_wire g1 "$PEER_IP"
on drv 'dmesg' > /logs/drv-dmesg.txt
! grep -E 'BUG:|WARNING:|Call Trace' /logs/drv-dmesg.txt || fail "the kernel complains"
