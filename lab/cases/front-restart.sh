# lab: file tests/tools/caselib.sh
# lab: file build/bin/xmd-seqtest
# lab: file xenstore-schema/check
# lab: file xenstore-schema/check.awk
# lab: file xenstore-schema/list.awk
# lab: file xenstore-schema/keys.list
# alone: how long a restart takes is looked at
#
# A guest with our own frontend loses its backend again and again, under a TCP stream each way.
# First xmd-backend is killed, of which nothing must be seen. Then the driver domain is destroyed
# and created by plain xl, so that it is another domain, and "xmdctl move" has the guest's vif
# follow it; no xmd-supervisor runs. The streams end whole, the interface stays the same one, the
# guest's kernel has nothing to complain about; numbered datagrams show what was lost and what
# came twice.
#
# XMD_KILLS, XMD_MOVES  how many of each. The list's hundred of each take about an hour:
#
#	lab/lab run --timeout 6000 --env XMD_FULL=1 lab/cases/front-restart.sh
. /case/caselib.sh
GAP_MS=1500
kills=2 moves=1
[ -z "$FULL" ] || kills=100 moves=100
kills=${XMD_KILLS:-$kills} moves=${XMD_MOVES:-$moves}

drv_start xmd
guest_start g1 xmd pv
g1_id=$(xl domid g1)
tool xmd-seqtest peer g1
neighbours_fixed g1
# its fq_codel drops what has waited too long, which is meant for another kind of waiting
on g1 'tc qdisc replace dev eth0 root pfifo limit 10000'
# a stream from the wire may find drv dead at many of its attempts
on peer 'echo 100 > /proc/sys/net/ipv4/tcp_retries2'

index=$(index_of g1)
warnings g1 > /run/lab/warnings
streams_start g1 1 100000

kill_backend() {
	own=/local/domain/$drv_id/data/xmd-backend
	old=$(xs "$own/pid")
	on drv "kill -9 $old" || fail "xmd-backend is not there: $old"
	eventually 10 "[ \"\$(xs $own/pid)\" != $old ] && [ \"\$(xs $own/state)\" = serving ]" ||
		fail "xmd-backend does not serve 10 s after it was killed"
}

note "xmd-backend killed $kills times"
connects=$(front_count g1 connects)
seq_start g1 tx 100 --size 600 --sndbuf 400000
for i in $(seq "$kills"); do
	moment
	kill_backend
done
sleep 1
seq_report g1 tx
metric kills "$kills" times
metric kills_lost "$seq_lost" datagrams
metric kills_twice "$seq_duplicates" datagrams
[ "$(front_count g1 connects)" = "$connects" ] || fail "the vif was connected anew: $(front_dump g1)"
[ "$seq_lost$seq_duplicates" = 00 ] || fail "of the datagrams $seq_lost were lost, $seq_duplicates came twice"

# What an administrator does without a supervisor, as fast as it can be typed
renew() {
	old=$drv_id
	xl destroy drv > /run/lab/xl 2>&1 || fail "xl destroy drv: $(cat /run/lab/xl)"
	eventually 20 "gone drv" || fail "drv does not go away"
	nic_quiet
	timeout 120 xl create /run/lab/drv.cfg > /run/lab/xl 2>&1 || fail "xl create drv: $(cat /run/lab/xl)"
	drv_id=$(xl domid drv) || fail "drv is gone right after its creation"
	[ "$drv_id" != "$old" ] || fail "drv is domain $old again: nothing is tried here"
	xmdctl move drv > /run/lab/move 2>&1 || fail "xmdctl move drv: $(cat /run/lab/move)"
	cat /run/lab/move
	[ "$(cat /run/lab/move)" = "vif 0 of domain $g1_id: from domain $old to $drv_id" ] ||
		fail "xmdctl move has done something else"
	eventually 60 "vifs_connected $g1_id" ||
		fail "g1 is not connected to domain $drv_id: $(front_dump g1)"
}
# No stream waits for its timer to try once more: what the outage has held up is through.
streams_flow() { ! on peer 'ss -Htno state established' | grep -q 'timer:(on,[^,]*,[1-9]'; }

note "the driver domain made anew, with another domid, $moves times"
connects=$(front_count g1 connects)
seq_start g1 tx 100 --size 600 --sndbuf 400000
for i in $(seq "$moves"); do
	moment
	renew
	[ "$(index_of g1)" = "$index" ] || fail "eth0 has become another interface: $(front_dump g1)"
	[ "$i" = "$moves" ] || eventually 60 streams_flow || note "a stream is not through after a minute"
done
sleep 3
front_dump g1
seq_report g1 tx
metric moves "$moves" times
metric moves_lost "$seq_lost" datagrams
metric moves_twice "$seq_duplicates" datagrams
front_dump g1 | grep -q "domain $drv_id phase served" || fail "the frontend is not served by domain $drv_id"
[ "$(front_count g1 connects)" -ge $((connects + moves)) ] || fail "the frontend has not connected $moves times"
streams_end g1
metric carrier_changes "$(on g1 'cat /sys/class/net/eth0/carrier_changes')" times

warnings g1 | diff /run/lab/warnings - || fail "its kernel complains"
xmdctl move drv 2>&1 | { ! grep .; } || fail "there is still something to be moved"
xmdctl move drv g1/7 > /run/lab/move 2>&1 && fail "a vif that is not there was moved"
grep -q "no such vif" /run/lab/move || fail "xmdctl move drv g1/7: $(cat /run/lab/move)"
xenstore-ls -fp | sh /case/check --domid "$drv_id" > /logs/schema.txt ||
	{ cat /logs/schema.txt; fail "xenstore is not as the schema says"; }

note "and it is detached as ever"
xl network-detach g1 0 > /run/lab/xl 2>&1 || fail "xl network-detach: $(cat /run/lab/xl)"
eventually 10 "! on g1 'test -e /sys/class/net/eth0'" || fail "eth0 stays"
! xenstore-exists "/local/domain/$drv_id/backend/vif/$g1_id/0" || fail "the backend's directory stays"
[ "$seq_lost" = 0 ] || fail "$seq_lost datagrams that g1 had sent were lost while drv was made anew"
