# lab: nics 2
# lab: file tests/tools/caselib.sh
# lab: file build/bin/xmd-seqtest
# full only: two hosts' worth of domains take minutes here, and supervisor has one die in the same ways
# alone: silences are measured, of two driver domains
#
# Two driver domains with a NIC each under one supervisor, and a guest of each with streams and numbered datagrams.
#
#	peer ---- wire  ---- drv  ---- g1	crashes and comes back
#	     \--- wire2 ---- drv2 ---- g2	must not notice: nothing lost, no gap, nothing touched
#
# Then both crash in the same moment, and both come back.
. /case/caselib.sh
GAP_MS=1500
panics=${XMD_PANICS:-1}
[ -z "$FULL" ] || panics=${XMD_PANICS:-10}
# What a host with two processors, both emulated, costs g2 when dom0 builds a domain; an outage takes eight at least.
calm=2000

drv_start xmd 'on_crash = "preserve"' 'on_watchdog = "preserve"'
drv_start xmd drv2 'on_crash = "preserve"' 'on_watchdog = "preserve"'
supervise 'stable = 2' 'crash_limit = 20'
wait_until 20 "xmdctl status | grep -q '^drv2 .* watched'" || fail "drv2 is not taken charge of: $(xmdctl status)"
guest_start g1 stock pv
guest_start g2 stock pv drv2
tool xmd-seqtest peer g1 g2
for g in g1 g2; do
    neighbours_fixed $g
    # its fq_codel drops what has waited too long, which is meant for another kind of waiting
    on $g 'tc qdisc replace dev eth0 root pfifo limit 10000'
done

# What there is of drv2 and its vif in xenstore, but for the heartbeat, and of both kernels: which boot, which interface
second() {
    g2_id=$(xl domid g2)
    xenstore-ls -fp | grep -e "/domain/$drv2_id/" -e "^/libxl/$g2_id/" -e "/domain/$g2_id/device/" |
        grep -v -e /heartbeat -e /data/lab-agent | sort
    on drv2 'cat /proc/sys/kernel/random/boot_id'
    on g2 'cat /sys/class/net/eth0/ifindex /sys/class/net/eth0/carrier_changes'
    xmdctl vifs drv2 | awk '{ print $1, $2, $3, $4, $5, $6, $7 }' # not the counters
}
messages() { on "$1" 'dmesg | grep -ciE "warn|bug:|error|oops|call trace"' || true; }
panic() { timeout 30 on "$1" 'echo c > /proc/sysrq-trigger' > /dev/null 2>&1 & }
count_of() { xmdctl --json status | sed -n 's/.*"name": "'"$1"'",.*"restarts": \([0-9]*\),.*/\1/p'; }

said_drv2=$(messages drv2) said_g2=$(messages g2)
for g in g1 g2; do
    streams_start $g 1 100000
    seq_start $g tx 100 --size 600 --sndbuf 400000
done
seq_start g2 rx 100 --size 600
sleep 2
second > /logs/second-before.txt

note "drv panics $panics times"
for i in $(seq "$panics"); do
    sleep 2
    panic drv
    back_again "$i" 100 drv
    xmdctl history drv | tail -n 1
    [ "$(xl domid drv)" = "$drv_id" ] || fail "drv is back as domain $(xl domid drv), not $drv_id"
done
sleep 4

note "what became of g2"
second > /logs/second-after.txt
for way in tx rx; do
    seq_report g2 $way
    [ "$seq_lost$seq_duplicates" = 00 ] || fail "g2 $way: $seq_lost datagrams were lost, $seq_duplicates came twice"
    [ "$seq_longest" -lt $calm ] || fail "g2 $way: a gap of $seq_longest ms"
done
streams_end g2
[ "$gap" -lt $calm ] || fail "a pause of $gap ms in a stream of g2"
diff /logs/second-before.txt /logs/second-after.txt || fail "drv2, g2 or its vif is not as it was"
[ "$(count_of drv2)" = 0 ] || fail "drv2 was restarted: $(xmdctl history)"
[ "$(messages drv2)" = "$said_drv2" ] || fail "drv2: its kernel complains: $(on drv2 dmesg | tail -n 5)"
[ "$(messages g2)" = "$said_g2" ] || fail "g2: its kernel complains: $(on g2 dmesg | tail -n 5)"

if [ -z "$FULL" ]; then
    streams_end g1
    exit 0
fi
note "both panic at once"
seq_start g2 tx 100 --size 600 --sndbuf 400000
sleep 2
panic drv
panic drv2
back_again $((panics + 1)) 150 drv
back_again 1 100 drv2
xmdctl history | tail -n 2
[ "$(xl domid drv) $(xl domid drv2)" = "$drv_id $drv2_id" ] || fail "they are back as domains $(xl domid drv), $(xl domid drv2)"
sleep 4
for g in g1 g2; do
    seq_report $g tx
    [ "$seq_lost" = 0 ] || fail "$seq_lost datagrams that $g had sent were lost"
    wait_until 20 "vifs_connected $(xl domid $g)" || fail "the vif of $g is not connected: $(xmdctl vifs drv; xmdctl vifs drv2)"
done
streams_end g1
metric both_back "$(xmdctl --json history | sed -n 's/.*"ms": \([0-9]*\),.*/\1/p' | tail -n 2 | sort -n | tail -n 1)" ms
