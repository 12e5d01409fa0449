# full only: what it promises every other case takes for granted
# The lab's own promises: what lab/README.md says that on, put, wire, metric and the address functions do.
# lab: file lab/cases/lab-self.sh
guest_config g1 none pv | sed '/^vif/d' > /tmp/g1.cfg
xl create -q /tmp/g1.cfg

note "on: output, errors, status, stdin"
[ "$(on g1 'echo out; echo err >&2' 2> /tmp/err)" = out ] || fail "stdout"
[ "$(cat /tmp/err)" = err ] || fail "stderr"
status=0; on g1 'exit 7' || status=$?
[ $status = 7 ] || fail "exit status $status, not 7"
for where in dom0 g1 peer; do
    head -c 3000000 /dev/urandom > /tmp/data
    on $where 'cat' < /tmp/data | cmp - /tmp/data || fail "3 MB through $where"
done
! on nobody true 2> /tmp/err || fail "a domain that does not exist"

note "on: many at a time, one of them slow to read, one without a reader"
on g1 'yes' | { sleep 3; head -1 > /dev/null; } &
on g1 'sleep 2; echo late' > /tmp/late &
late=$!
on g1 true || fail "held up by another command"
wait $late
[ "$(cat /tmp/late)" = late ] || fail "output of a background command"
on g1 'sleep 77' &
sleeper=$!
wait_until 5 "on g1 'pgrep -f \"sleep 77\"'" || fail "the command does not run"
kill $sleeper
wait_until 5 "! on g1 'pgrep -fx \"sleep 77\"'" || fail "a killed on leaves its command behind"
on g1 'sleep 60 &'
note "put"
put g1 /case/lab-self.sh /root/new/self
[ "$(on g1 'sha256sum < /root/new/self')" = "$(sha256sum < /case/lab-self.sh)" ] || fail "put"

note "addresses"
[ "$(addr g7) $(addr6 g7)" = "10.77.0.17 fd77::17" ] || fail "addr g7"
[ "$(addr web)" = 10.77.0.100 ] && [ "$(addr db)" = 10.77.0.101 ] && [ "$(addr web)" = 10.77.0.100 ] || fail "addr by name"

note "a domain that dies under a command"
on g1 'sleep 60' 2> /dev/null & victim=$!
sleep 1
xl destroy g1
status=0; wait $victim || status=$?
[ $status = 255 ] || fail "status $status, not 255"

note "wire"
drv_start stock
wire down
wait_until 10 "on drv 'grep 0 /sys/class/net/eth0/carrier'" || fail "still a carrier"
wire up
wait_until 10 "on drv 'grep 1 /sys/class/net/eth0/carrier'" || fail "no carrier again"
metric answer 42 pieces
grep -q '^lab-self,answer,42,pieces$' /logs/metrics.csv || fail "metrics.csv"
