# full only: front-stock uses the stock driver domain, too
# The lab itself, with nothing of ours on the path: a stock driver domain, a PV and a PVH guest.
drv_start stock
guest_start g1 stock pv
guest_start g2 stock pvh

for g in g1 g2; do
    on peer "ping -c 3 -i 0.2 -W 5 $(addr $g)"    || fail "no IPv4 to $g"
    on peer "ping -6 -c 3 -i 0.2 -W 5 $(addr6 $g)" || fail "no IPv6 to $g"
done
on g1 "ping -c 3 -i 0.2 -W 5 $IP_g2" || fail "no IPv4 from g1 to g2"

on peer 'iperf3 -s -1' > /dev/null &
wait_until 10 "on peer 'ss -ltn | grep -q :5201'" || fail "no iperf3 server on the peer"
on g1 "iperf3 -c $PEER_IP -t 3 -f m" > /tmp/iperf.txt || fail "iperf3 from g1"
metric tcp_to_wire "$(awk '/receiver/ { print $7 }' /tmp/iperf.txt)" Mb/s
