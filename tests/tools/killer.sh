#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# killer.sh TIMES KILL|STOP - runs in the driver domain.  Takes xmd-userdriver away at random
# moments of what it may be doing, and looks each time whether the next one serves, and whether
# the settings are those that the administrator was told to be in force.
#
# Prints a line a time, and a summary; exit status 1 if anything was wrong.
times=$1 how=$2
d=eth0 dump=/sys/kernel/debug/xmd/nic0/dump
bad=0 worst=0 worst_reset=0 undone=0 held=0 stood=0 noticed=0

now() { read -r up _ < /proc/uptime; t=${up%.*}${up#*.}0; }
phase() { while read -r what phase epoch _; do [ "$what" != user ] || return 0; done < $dump; }
# Does the NIC stand?
stands() { grep -q '^nic phase=stopped' $dump; }
random() { echo $(($(od -An -N2 -tu2 /dev/urandom) % $1)); }
rings() { ethtool -g $d | awk '/^Current/ { c = 1 } c && /^(RX|TX):/ { printf "%s ", $2 }'; }
mac() { cat /sys/class/net/$d/address; }
mtu() { cat /sys/class/net/$d/mtu; }
settings() { echo "$(rings)$(mac) $(mtu)"; }

# What the settings should be if the command succeeds is in $want
activity() {
	want=$(settings)
	# shellcheck disable=SC2046
	set -- $(settings)
	case $(random 6) in
	0)	doing='nothing but traffic'; command=true ;;
	1)	n=$((64 << $(random 4))) m=$((64 << $(random 4)))
		doing='ring resize' command="ethtool -G $d rx $n tx $m" want="$n $m $3 $4" ;;
	2)	a=00:16:3e:77:00:$(printf %02x $((16 + $(random 200))))
		doing='MAC change' command="ip link set $d address $a" want="$1 $2 $a $4" ;;
	3)	n=$((1400 + $(random 100)))
		doing='MTU change' command="ip link set $d mtu $n" want="$1 $2 $3 $n" ;;
	4)	doing='self-test' command="ethtool -t $d online" ;;
	5)	doing='bring-up again' command="ethtool -t $d offline" ;;
	esac
}

i=0
while [ $i -lt "$times" ]; do
	i=$((i + 1))
	before=$(settings)
	activity
	until pid=$(pidof xmd-userdriver) && phase && [ "$phase" = phase=live ]; do usleep 10000; done
	old=$epoch
	$command > /tmp/said 2>&1 &
	child=$!
	usleep $(($(random 250) * 1000))
	kill -"$how" "$pid"
	now; start=$t
	if [ "$how" = STOP ]; then
		was=running; ! stands || was=stopped
		while [ -e /proc/"$pid"/exe ]; do usleep 10000; done
		now
		doing="$doing, the NIC $was, noticed after $((t - start))"
		if [ $was = stopped ]; then
			stood=$((stood + 1))
			[ $((t - start)) -le $noticed ] || noticed=$((t - start))
		fi
		start=$t
	fi
	until phase; [ "$epoch" != "$old" ] && [ "$phase" = phase=live ]; do
		now
		[ $((t - start)) -lt 10000 ] || { echo "$i $doing: no new user half"; exit 1; }
		usleep 10000
	done
	now; took=$((t - start))
	case $doing in
	'bring-up again'*) [ $took -le $worst_reset ] || worst_reset=$took ;;
	*) [ $took -le $worst ] || worst=$took ;;
	esac
	wait $child; status=$?
	is=$(settings)
	case $doing in self-test* | 'bring-up again'*) ;; *) [ $status != 0 ] || before=$want ;; esac
	verdict=ok
	[ "$is" = "$before" ] || { verdict="WRONG: $before expected"; bad=$((bad + 1)); }
	[ $status = 0 ] && held=$((held + 1)) || undone=$((undone + 1))
	echo "$i $doing: $took ms, status $status, $is $verdict"
done
echo "times=$times bad=$bad worst_ms=$worst worst_in_reset_ms=$worst_reset succeeded=$held failed=$undone stood=$stood noticed_ms=$noticed"
[ $bad = 0 ]
