# SPDX-License-Identifier: GPL-2.0
#
# What the user half, and its loss, cost the frames: TCP streams of a stock PV guest, in turn
# undisturbed, with xmd-userdriver killed every second, and with no user half at all (the same
# kernel half, and nothing that crosses).
#
# SECS    seconds of each stream (default 5)
# TURNS   streams of each kind and direction (default 5)

: "${SECS:=5}" "${TURNS:=5}"

mbps() { # FLAGS
	on g1 "iperf3 -c $PEER_IP -t $SECS -O 1 -f k $1" |
		awk '/receiver/ { for (i = 2; i <= NF; i++) if ($i == "Kbits/sec") v = $(i - 1) }
			END { if (v == "") exit 1; printf "%.1f\n", v / 1000 }'
}

# median NAME: of the values in /run/lab/NAME
median() { sort -n "/run/lab/$1" | awk '{ v[NR] = $1 } END { print (v[int((NR + 1) / 2)] + v[int(NR / 2) + 1]) / 2 }'; }

killer='while :; do sleep 1; kill -9 $(pidof xmd-userdriver) 2> /dev/null; done'

# Who starts xmd-userdriver again sleeps in between.
without='p=$(pidof xmd-userdriver) && awk "/^PPid/ { print \$2 }" /proc/$p/status > /run/keeper &&
	kill -STOP $(cat /run/keeper) && kill -9 $p'
with='kill -CONT $(cat /run/keeper); until grep -q "phase=live" /sys/kernel/debug/xmd/nic0/dump; do usleep 20000; done'

on peer 'iperf3 -s -D' || fail "iperf3 server does not start on the peer"
drv_start xmd
on drv 'mount -t debugfs none /sys/kernel/debug' 2> /dev/null || true
guest_start g1 stock pv
on g1 "ping -q -c 3 -W 2 $PEER_IP" > /dev/null || fail "guest cannot reach the peer"
for turn in $(seq "$TURNS"); do
	for way in tx rx; do
		flags=
		[ $way = tx ] || flags=-R
		mbps "$flags" >> /run/lab/quiet.$way || fail "no result"
		on drv "$killer" &
		mbps "$flags" >> /run/lab/killed.$way || fail "no result"
		on drv 'pkill -f "[k]ill -9"' || true
		wait $! 2> /dev/null || true
		sleep 1
		on drv "$without" || fail "xmd-userdriver cannot be kept away"
		mbps "$flags" >> /run/lab/alone.$way || fail "no result"
		on drv "$with" || fail "xmd-userdriver does not come back"
	done
done
for way in tx rx; do
	quiet=$(median quiet.$way) killed=$(median killed.$way) alone=$(median alone.$way)
	metric "xmd.undisturbed.tcp_$way" "$quiet" Mb/s
	metric "xmd.killed_every_second.tcp_$way" "$killed" Mb/s
	metric "xmd.no_user_half.tcp_$way" "$alone" Mb/s
	metric "xmd.undisturbed_to_no_user_half.tcp_$way" "$(echo "$quiet $alone" | awk '{ printf "%.3f", $1 / $2 }')" ''
	metric "xmd.killed_to_undisturbed.tcp_$way" "$(echo "$killed $quiet" | awk '{ printf "%.3f", $1 / $2 }')" ''
done
