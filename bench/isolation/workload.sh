# shellcheck shell=sh disable=SC2154  # caselib.sh, lab.sh
# SPDX-License-Identifier: GPL-2.0
# What goes on in the background of the isolation campaign, for as long as a host lives:
#
#   numbered datagrams   each guest to the peer and back, g1 to g2, g3 to g1
#   checked streams      g1 to the peer, the peer to g2, g1 to g2, g3 to the peer
#   control operations   each second or two: statistics, moderation (stock: the driver's message level); attach of a second vif to g2, its detach
#
# Flows are named FROM-TO-KIND; their receivers' logs are $LOG_DIR/NAME.recv.
: "${RATE:=20}" "${STREAM:=20000}" "${OP_EVERY:=1}"
SETTLE_MS=500
ops=/logs/ops
ops_state=/run/lab/ops

address_of() { if [ "$1" = peer ]; then echo "$PEER_IP"; else addr "$1"; fi; }

flow_start() { # FROM TO seq|tcp
	f_name=$1-$2-$3
	new_port
	signal_file rm "$1" "$f_name.end"
	signal_file rm "$2" "$f_name.over"
	case $3 in
	seq)
		keep "$f_name.recv" "$2" "xmd-seqtest recv $t_port --until $here/$f_name.over --gaps $GAP_MS --settle $SETTLE_MS"
		listens "$2" "$t_port" udp "$LOG_DIR/$f_name.recv"
		keep "$f_name.send" "$1" "xmd-seqtest send $(address_of "$2") $t_port --rate $RATE --until $here/$f_name.end"
		;;
	tcp)
		keep "$f_name.recv" "$2" "xmd-seqtest stream-recv $t_port --seed $t_port --gaps $GAP_MS"
		listens "$2" "$t_port" tcp "$LOG_DIR/$f_name.recv"
		keep "$f_name.send" "$1" "xmd-seqtest stream-send $(address_of "$2") $t_port --seed $t_port --rate $STREAM \
			--until $here/$f_name.end"
		;;
	esac
	touch "/run/lab/flow.$f_name"
}

flows() { for f_file in /run/lab/flow.*; do echo "${f_file#*/flow.}"; done; }
flow_from() { echo "${1%%-*}"; }
flow_to() { f_rest=${1#*-}; echo "${f_rest%%-*}"; }
flow_kind() { echo "${1##*-}"; }

# ---- the control operations ----

# The last value that was confirmed is in $ops_state.usecs: it must be in force whatever happens then.
op() { # 0 to 3
	case $1 in
	0) op_name=statistics; timeout 20 on drv 'ethtool -S eth0 && ethtool eth0' ;;
	1)
		op_name=moderation
		if [ "$MODE" = stock ]; then
			# Linux's e1000 has no moderation to be set for this chip
			op_name=messages
			timeout 20 on drv "ethtool -s eth0 msglvl $((l_n + $(now_ms) % 2))"
			return
		fi
		if [ "$(cat $ops_state.usecs 2> /dev/null)" = 100 ]; then op_usecs=200; else op_usecs=100; fi
		timeout 20 on drv "ethtool -C eth0 rx-usecs $op_usecs" && echo $op_usecs > $ops_state.usecs
		;;
	2) op_name=attach; timeout 40 xl network-attach g2 backend=drv bridge=xenbr0 mac=00:16:3e:77:02:01 ;;
	3) op_name=detach; timeout 40 xl network-detach g2 1 ;;
	esac
}

# After a failed attach there may be half a vif: that it can be taken away is looked at, but no failure of its own.
# Two at a time, or a fault would be watched for as long as all four take, one after the other; nobody pauses with a
# vif that has only been attached.
ops_loop() { # FIRST, an even one: it and the next in turn
	l_n=$1
	while [ ! -e $ops_state.stop ]; do
		if [ "$l_n" = "$1" ] && [ -e $ops_state.pause ]; then
			touch "$ops_state.paused.$1"
			sleep 0.2
			continue
		fi
		rm -f "$ops_state.paused.$1"
		op_start=$(now_ms) op_status=0
		op "$l_n" > "/run/lab/op.said.$1" 2>&1 || op_status=$?
		[ $op_status = 0 ] || op_text=$(tail -n 1 "/run/lab/op.said.$1" | tr -cd 'a-zA-Z0-9 .:_/-')
		case $l_n in
		2) op_attached=$op_status ;;
		3) [ $op_attached = 0 ] || op_status=0 ;;
		esac
		echo "$op_start $(now_ms) $op_status $op_name ${op_text:-}" >> $ops
		op_text=
		if [ "$l_n" = "$1" ]; then l_n=$(($1 + 1)); else l_n=$1; fi
		if [ -e $ops_state.hurry ]; then sleep 0.1; else sleep "$OP_EVERY"; fi
	done
}

ops_pause() {
	touch $ops_state.pause
	wait_until 120 "[ -e $ops_state.paused.0 ] && [ -e $ops_state.paused.2 ]"
}
ops_go() { rm -f $ops_state.hurry $ops_state.pause $ops_state.paused.*; }

# One of each has begun after that time and gone well.
ops_well_since() { # MS
	[ "$(awk -v since="$1" '$1 >= since && $3 == 0 { seen[$4] = 1 } END { for (s in seen) n++; print n + 0 }' $ops)" = 4 ]
}
ops_failed_since() { awk -v since="$1" '$2 >= since && $3 != 0 { print $4 ": status " $3 " " substr($0, index($0, $4) + length($4) + 1); exit }' $ops; }

# ---- what an administrator of the stock driver domain can have waiting in dom0 ----

# xl creates it again with another domid: vifs have to be attached anew. The backend is gone, so detaching is quick; a new
# one must not come before the guest has seen the old one go.
reattach() { # GUEST
	timeout 60 xl network-detach "$1" 0 &&
		timeout 20 on "$1" 'while [ -e /sys/class/net/eth0 ]; do sleep 0.02; done' &&
		timeout 60 xl network-attach "$1" backend=drv bridge=xenbr0 mac="$(mac "$1")" &&
		timeout 20 on "$1" net-up
}

administrator() {
	ad_id=$drv_id ad_quiet=
	while [ ! -e $ops_state.stop ]; do
		sleep 1
		ad_new=$(xl domid drv 2> /dev/null) || ad_new=
		if [ -z "$ad_new" ]; then
			# as xmd-supervisor does it
			[ -n "$ad_quiet" ] || nic_quiet
			ad_quiet=1
			continue
		fi
		ad_quiet=
		[ "$ad_new" != "$ad_id" ] && drv_serves stock "$ad_new" || continue
		for g in $guests; do
			reattach "$g" && neighbours_fixed "$g" || note "$g is not attached anew"
		done
		ad_id=$ad_new
	done
}

# ---- all of it ----

domains_start() {
	case $MODE in
	xmd)
		drv_start xmd 'on_crash = "preserve"' 'on_watchdog = "preserve"'
		supervise 'stable = 2' 'crash_limit = 20'
		;;
	stock) drv_start stock 'on_crash = "restart"' ;;
	esac
	guest_start g1 stock pv
	guest_start g2 stock pv
	if [ "$MODE" = xmd ]; then guest_start g3 xmd pv; else guest_start g3 stock pv; fi
	# shellcheck disable=SC2086
	tool xmd-seqtest peer $guests
	for g in $guests; do neighbours_fixed "$g"; done
}

workload_start() {
	rm -f "$ops_state".*
	: > $ops
	for g in $guests; do
		flow_start "$g" peer seq
		flow_start peer "$g" seq
	done
	flow_start g1 g2 seq
	flow_start g3 g1 seq
	flow_start g1 peer tcp
	flow_start peer g2 tcp
	flow_start g1 g2 tcp
	flow_start g3 peer tcp
	ops_loop 0 &
	ops_loop 2 &
	[ "$MODE" != stock ] || administrator > /logs/administrator.log 2>&1 &
	sleep 3
}

# What has arrived in all was what was sent: the streams' digests say so once more.
workload_end() {
	touch $ops_state.stop
	for f in $(flows); do
		signal_file touch "$(flow_from "$f")" "$f.end"
	done
	for f in $(flows); do
		wait_until "$TRAFFIC_TIMEOUT" "grep -q ^exit= $LOG_DIR/$f.send" || note "$f: the sender does not end"
		signal_file touch "$(flow_to "$f")" "$f.over"
	done
	for f in $(flows); do
		wait_until 20 "grep -q ^exit= $LOG_DIR/$f.recv" || note "$f: the receiver does not end"
		echo "$f: $(grep -E '^(seq|stream):' "$LOG_DIR/$f.recv")"
	done
}
