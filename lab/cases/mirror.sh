# lab: file tests/tools/caselib.sh
# lab: file build/bin/xmd-gaptcp
# lab: file build/bin/xmd-listen
# full only: tests/backend-kern listens at mirrors under traffic, and has 50 vifs come and go
#
# A mirror of each vif in the driver domain: who listens sees the guest's unicast frames, "ip -s link"
# counts them as netback does, nothing of the driver domain answers there, and vifs that come and go
# leave none behind.
. /case/caselib.sh
drv_start xmd
guest_start g1 stock pv
guest_start g2 stock pv
tool xmd-gaptcp g1 peer
tool xmd-listen drv
vif=xmdvif$(xl domid g1).0
mirrors() { on drv 'ls /sys/class/net | grep -c ^xmdvif'; }
count() { on drv "cat /sys/class/net/$vif/statistics/$1"; }
listen() { # SECONDS: in the background, to /logs/listen.txt; listening on return
    on drv "rm -f /tmp/heard; xmd-listen $vif $1 $(mac g1) 2> /tmp/heard" > /logs/listen.txt &
    listener=$!
    wait_until 10 "on drv 'grep -q listening /tmp/heard'" || fail "nobody listens: $(on drv 'cat /tmp/heard')"
}
heard() { field "$1" "$(cat /logs/listen.txt)"; }

wait_until 5 '[ "$(mirrors)" = 2 ]' || fail "the mirrors: $(on drv 'ls /sys/class/net')"
[ "$(on drv "cat /sys/class/net/$vif/operstate")" = down ] || fail "the mirror is up by itself"

note "8 MB from the guest, with somebody who listens"
rx=$(count rx_bytes) tx=$(count tx_packets)
on drv "ip link set $vif up"
listen 40
transfer g1 peer "$PEER_IP" 5001 8000000
on g2 "ping -c 5 -i 0.2 $IP_g1" > /dev/null || fail "g2 does not reach g1"
wait $listener
echo "heard: $(cat /logs/listen.txt)"
[ $(($(heard from) + $(heard missed))) -gt 100 ] || fail "nothing of what g1 has sent: $(cat /logs/listen.txt)"
[ "$(heard missed)" -gt 0 ] || [ "$(heard bytes)" -ge 8000000 ] || fail "not all of it: $(cat /logs/listen.txt)"
[ "$(heard to)" -gt 100 ] || fail "nothing of what g1 has got: $(cat /logs/listen.txt)"
[ "$(heard other)" -lt 10 ] || fail "frames of others: $(cat /logs/listen.txt)"
metric missed "$(heard missed)" frames
rx=$(($(count rx_bytes) - rx)) tx=$(($(count tx_packets) - tx))
[ $rx -ge 8000000 ] && [ $tx -gt 100 ] || fail "counted: $rx bytes from g1, $tx frames to it"
on drv "ip -s link show $vif"
[ "$(count rx_fifo_errors)" = 0 ] || fail "copies were lost for want of memory"

note "of the driver domain's network there is nothing in it"
[ -z "$(on drv "ip -o addr show dev $vif")" ] || fail "it has an address: $(on drv "ip addr show dev $vif")"
[ -z "$(on drv "ip -6 route show dev $vif table all")" ] || fail "it has a route"

note "down again: nobody sees anything, and frames go on"
on drv "ip link set $vif down"
on g1 "ping -c 3 -i 0.2 $PEER_IP" > /dev/null || fail "g1 does not reach the peer"
on drv "xmd-listen $vif 2 $(mac g1)" > /logs/listen.txt 2>&1 || true
[ "$(heard frames)" = 0 ] || grep -q 'down' /logs/listen.txt || fail "frames at a mirror that is down: $(cat /logs/listen.txt)"

note "vifs that come and go, one of them listened to, leave none behind"
for i in 1 2 3 4 5; do
    xl network-attach g1 backend=drv mac=00:16:3e:77:01:0$i
    wait_until 10 '[ "$(mirrors)" = 3 ]' || fail "attached, and no mirror: $(on drv 'ls /sys/class/net')"
    [ $((i % 2)) = 0 ] || on drv "ip link set xmdvif$(xl domid g1).1 up"
    xl network-detach g1 1
    wait_until 10 '[ "$(mirrors)" = 2 ]' || fail "detached, and the mirror stays: $(on drv 'ls /sys/class/net')"
done
guest_stop g2
wait_until 10 '[ "$(mirrors)" = 1 ]' || fail "g2 is gone, its mirror is not"
reachable g1 "$PEER_IP" 3 || fail "g1 does not reach the peer"
