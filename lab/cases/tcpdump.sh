# lab: file tests/tools/caselib.sh
# lab: file build/bin/xmd-gaptcp
#
# "xmdctl tcpdump": a guest's frames in dom0, by a filter and without, while much passes; what it is told where there is
# nothing to be seen; and that nothing is left of it, however it ends.
. /case/caselib.sh
drv_start xmd
guest_start g1 stock pv
tool xmd-gaptcp g1 peer
vif=xmdvif$(xl domid g1).0
bytes=4000000
[ -z "$FULL" ] || bytes=100000000
up() { on drv "[ \$((\$(cat /sys/class/net/$vif/flags) & 1)) = 1 ]"; }
listeners() { on drv 'pidof xmd-capture | wc -w'; }
nothing_is_left() {
    wait_until 10 '! up' || fail "$1: the mirror is still up"
    [ "$(listeners)" = 1 ] || fail "$1: processes of xmd-capture: $(listeners)"
    [ -z "$(xenstore-list "/local/domain/$drv_id/xmd-capture" 2> /dev/null)" ] || fail "$1: keys are left"
}
# look NAME xmdctl's arguments: in the background; it listens when this returns
look() {
    look_name=$1
    shift
    xmdctl tcpdump "$@" > "/logs/$look_name.txt" 2> "/logs/$look_name.err" &
    looker=$!
    wait_until 10 up || fail "nobody listens: $(cat "/logs/$look_name.err")"
}
wait_until 10 '[ "$(listeners)" = 1 ]' || fail "no xmd-capture runs"
up && fail "the mirror is up by itself"

note "pings, as tcpdump shows them"
look icmp g1 --count 6 icmp
on g1 "ping -c 3 -i 0.2 $PEER_IP" > /dev/null || fail "g1 does not reach the peer"
wait $looker || fail "xmdctl tcpdump: $?: $(cat /logs/icmp.err)"
cat /logs/icmp.txt
[ "$(grep -c "$IP_g1 > $PEER_IP: ICMP echo request" /logs/icmp.txt)" = 3 ] || fail "its requests: $(cat /logs/icmp.txt)"
[ "$(grep -c "$PEER_IP > $IP_g1: ICMP echo reply" /logs/icmp.txt)" = 3 ] || fail "the replies: $(cat /logs/icmp.txt)"
nothing_is_left "counted"

note "who listens has no rights"
look rights g1 --write /logs/rights.pcap
on drv 'for p in $(pidof xmd-capture); do grep -E "^(Uid|CapEff|Seccomp):" /proc/$p/status | tr -s "\t\n" "  "; echo; done' > /logs/status.txt
grep -q 'Uid: 65534 65534 65534 65534 CapEff: 0000000000000000 Seccomp: 2' /logs/status.txt || fail "$(cat /logs/status.txt)"
kill -INT $looker
wait $looker || fail "interrupted: status $?"
nothing_is_left "interrupted"

note "$bytes bytes, all of it"
look tcp g1 --write /logs/tcp.pcap "tcp port 5001"
began=$(now_ms)
transfer g1 peer "$PEER_IP" 5001 $bytes
metric transfer_while_listened $(($(now_ms) - began)) ms
sleep 2
kill -INT $looker
wait $looker || fail "interrupted: status $?"
cat /logs/tcp.err
tcpdump -Z root -n -q -r /logs/tcp.pcap "src host $IP_g1 and tcp dst port 5001" 2> /dev/null | awk '{ n += $NF } END { print n + 0 }' > /logs/seen.txt
missed=$(sed -n 's/.*xmdctl: \([0-9]*\) frames were not shown.*/\1/p' /logs/tcp.err)
metric missed "${missed:-0}" frames
[ -n "$missed" ] || [ "$(cat /logs/seen.txt)" -ge $bytes ] || fail "of $bytes bytes $(cat /logs/seen.txt) were seen, and none was missed"
[ "$(cat /logs/seen.txt)" -gt 10000 ] || fail "next to nothing was seen: $(cat /logs/seen.txt)"
rm /logs/tcp.pcap
nothing_is_left "a transfer"

note "what is not there"
refused() { # PATTERN GUEST...
    want=$1 status=0
    shift
    xmdctl tcpdump "$@" > /logs/refused.txt 2>&1 || status=$?
    [ $status != 0 ] && grep -q "$want" /logs/refused.txt || fail "xmdctl tcpdump $*: status $status, $(cat /logs/refused.txt)"
}
refused 'there is no domain g9' g9
refused 'g1/3: no such vif' g1/3
refused 'syntax error' g1 frob frob
guest_start g2 none pv
refused 'no such vif any more, or it is not connected' g2
nothing_is_left "refused"

note "killed; two at a time; the guest goes"
look killed g1
kill -9 $looker
wait_until 10 '! up' || fail "killed: the mirror is still up"
look one g1
xmdctl tcpdump g1 --count 1 icmp > /logs/two.txt 2>&1 &
two=$!
wait_until 10 '[ "$(listeners)" = 3 ]' || fail "two at a time: $(listeners), $(cat /logs/two.txt)"
on g1 "ping -c 2 -i 0.2 $PEER_IP" > /dev/null
wait $two || fail "the second: $(cat /logs/two.txt)"
up || fail "the mirror went down with the second"
guest_stop g1
wait $looker && fail "the guest has gone, and it did not say so"
grep -q 'no such vif any more' /logs/one.err || fail "the guest has gone: $(cat /logs/one.err)"
wait_until 10 '[ "$(listeners)" = 1 ]' || fail "processes are left: $(listeners)"
