# shellcheck shell=sh disable=SC2154  # caselib.sh sets t_* and seq_*
# SPDX-License-Identifier: GPL-2.0
# lab: file tests/tools/caselib.sh
# lab: file build/bin/xmd-seqtest
# lab: file build/bin/xmd-domtime
#
# The outage of a driver domain as its guests and the wire see it: numbered datagrams each way for
# every guest and a TCP stream each way for the first, while something happens to the driver domain
# and it is brought back: ours by xmd-supervisor, the stock one by what plain xl can do.
#
# One kind a boot. Each event has traffic of its own, and a folder of its own in the logs. An event
# that fails ends the case; bench/run goes on behind it with another boot.
#
#	event ---- noticed -- destroyed -- created -- (vifs) restored -- serves -- adopted      xmd
#	  |                                created -- serves -- (vifs) attached                stock
#	  '--- first frame, of any guest, either way; the last guest's is "all back"
#
# MODE     stock or xmd
# GUESTS   how many
# EVENTS   of the list below, in this order
# RATE     datagrams a second, each way and guest (default 100)
# STREAM   bytes a second of each TCP stream (default 500000)
# INSNS    1: the lab counts instructions (--icount): those of dom0 and the driver domain at each step

# shellcheck source=/dev/null
. /case/caselib.sh

: "${MODE:=xmd}" "${GUESTS:=1}" "${EVENTS:=none}" "${RATE:=100}" "${STREAM:=500000}" "${INSNS:=}"
# seconds: quiet traffic before and after; what has no outage of its own; until it must be back
: "${BEFORE:=3}" "${AFTER:=4}" "${CALM:=8}" "${LIMIT:=120}"
LOGS=$LOG_DIR
names=$(for i in $(seq "$GUESTS"); do echo "g$i"; done)

# Each row says of which kind, at which event, with how many guests.
metric() {
	printf 'metric: %-40s %12s %s\n' "$1" "$2" "$3"
	echo "$CASE,$MODE.$event.$GUESTS.$1,$2,$3" >> "$LOGS/metrics.csv"
}

# ---- clocks, in ms since 1970 ----

# dash and date know no fractions of a second, busybox's own shell does
clock() { # WHERE
	# shellcheck disable=SC2016
	seen=$(on "$1" 'ash -c "echo \$EPOCHREALTIME"') || fail "$1 does not tell the time"
	echo $((${seen%.*}${seen#*.} / 1000))
}

# Here, without a process, by the clock of now_ms
wall() { echo $((wall_base + $(now_ms))); }

# How far WHERE's clock is ahead of ours. Within half of what the question takes, some 30 ms.
ahead() { # WHERE
	asked=$(wall)
	there=$(clock "$1")
	echo $((there - (asked + $(wall)) / 2))
}

# ---- traffic ----

traffic_start() {
	for g in $names; do
		seq_start "$g" tx "$RATE"
		seq_start "$g" rx "$RATE"
	done
	streams_start g1 1 "$STREAM"
	for place in peer $names; do
		offset=$(ahead "$place")
		eval "ahead_$place=\$offset"
	done
	sleep "$BEFORE"
}

# The flows that way, as logs of receivers, that have not ended a silence of MS or more
silent() { # tx|rx|'*' MS
	# shellcheck disable=SC2086,SC2231
	for log in "$LOG_DIR"/seq_*_$1.recv "$LOG_DIR"/stream_*_$1*.recv; do
		found=$(longest "$log")
		found=${found% *}
		[ "${found:-0}" -ge "$2" ] || echo "$log"
	done
}

# Waits until there are none. Of datagrams that is said when they have settled, 2 s later.
resumed() { # tx|rx|'*' MS
	resumed_end=$(($(date +%s) + LIMIT))
	while [ -n "$(silent "$1" "$2")" ]; do
		[ "$(date +%s)" -lt $resumed_end ] || return 1
		sleep 1
	done
}

# The longest silence of what FILE says, if it is one that is reported: "MS ENDED", ENDED by the
# clock of where it was received
longest() { # FILE
	awk '/^gap:/ {
		for (i = 2; i <= NF; i++) { n = index($i, "="); v[substr($i, 1, n - 1)] = substr($i, n + 1) }
		if (v["ms"] + 0 > most) { most = v["ms"] + 0; ended = v["ended_wall_s"] }
	}
	END { if (most) printf "%d %.0f\n", most, ended * 1000 }' "$1"
}

max() { if [ "$1" -gt "$2" ]; then echo "$1"; else echo "$2"; fi; }

# The flow that seq_report has just ended must have gone on to its end; with virtual time its ends have different
# clocks.
went_on() { # NAME
	[ -z "$INSNS" ] || return 0
	s=$(field seconds "$t_sent") r=$(field seconds "$t_got")
	[ $((${s%.*} - ${r%.*})) -le 2 ] || fail "$1 has not come back: sent for $s s, received for $r s"
}

flow_report() { # GUEST tx|rx
	seq_report "$1" "$2"
	went_on "seq_$1_$2"
	case $2 in
	tx) tx_gap=$(max "$tx_gap" "$seq_longest") tx_lost=$((tx_lost + seq_lost)) ;;
	rx) rx_gap=$(max "$rx_gap" "$seq_longest") rx_lost=$((rx_lost + seq_lost)) ;;
	esac
	duplicates=$((duplicates + seq_duplicates))
	found=$(longest "$LOG_DIR/seq_$1_$2.recv")
	[ -n "$found" ] || return 0
	# the peer's clock is another than virtual time
	[ -z "$INSNS" ] || [ "$2" = rx ] || return 0
	eval "offset=\$ahead_$t_to"
	back=$((${found#* } - offset - zero))
	[ $back -gt 0 ] || return 0
	metric "seq_$1_$2_back" $back ms
	[ "${first:-$back}" -lt $back ] || first=$back
	[ "${last:-$back}" -gt $back ] || last=$back
}

# tcp_pause tx|rx: of the first guest's stream, which has ended
tcp_pause() { field longest_pause_ms "$(grep ^stream: "$LOG_DIR/stream_g1_${1}1.recv")"; }

# Ends the traffic. The gaps are the longest of any guest's, what was lost is of all together.
traffic_end() {
	tx_gap=0 rx_gap=0 tx_lost=0 rx_lost=0 duplicates=0 first='' last=''
	for g in $names; do
		flow_report "$g" tx
		flow_report "$g" rx
	done
	streams_end g1
	metric tx_gap "$tx_gap" ms
	metric rx_gap "$rx_gap" ms
	metric tcp_tx_pause "$(tcp_pause tx)" ms
	metric tcp_rx_pause "$(tcp_pause rx)" ms
	metric tx_lost $tx_lost datagrams
	metric rx_lost $rx_lost datagrams
	metric duplicates $duplicates datagrams
	[ -z "$first" ] || step first_frame "$first"
	[ -z "$last" ] || step all_back "$last"
	case $event in planned | panic | destroy | hang) boot_steps ;; esac
	while IFS=, read -r name ms; do metric "$name" "$ms" ms; done < "$LOG_DIR/steps.csv"
}

# ---- instructions ----

guest_ids() { for g in $names; do xl domid "$g"; done; }

# Samples what all domains but the guests have computed: some 0.5 M instructions a second for that
insns_begin() {
	[ -n "$INSNS" ] || return 0
	# shellcheck disable=SC2046
	/case/xmd-domtime watch 20 $(guest_ids) > "/run/lab/domtime" &
	sampler=$!
}

# insn.csv as steps.csv, in millions since the event
insns_end() {
	[ -n "$INSNS" ] || return 0
	kill "$sampler"
	wait "$sampler" 2> /dev/null || true
	cp /run/lab/domtime "$LOG_DIR/"
	awk -F '[, ]' -v zero="$zero" '
		function at(ms,   i) {	# between two samples as if evenly
			for (i = 2; i < n && wall[i] < ms; i++) ;
			return ns[i - 1] + (ns[i] - ns[i - 1]) * (ms - wall[i - 1]) / (wall[i] - wall[i - 1])
		}
		FNR == NR { if (NF == 2 && (!n || $1 > wall[n])) { wall[++n] = $1; ns[n] = $2 } next }
		n > 1 { printf "%s,%.1f\n", $1, (at(zero + $2) - at(zero)) / 2e6 }' \
		/run/lab/domtime "$LOG_DIR/steps.csv" > "$LOG_DIR/insn.csv"
	while IFS=, read -r name m; do metric "insn_$name" "$m" Minsn; done < "$LOG_DIR/insn.csv"
}

# ---- the new kernel ----

# When it began, came to /init, and had its modules, the last of them when the NIC was there: by its
# own log, in microseconds since it began.
boot_steps() {
	asked=$(wall)
	up=$(on drv 'cat /proc/uptime') || fail "the new driver domain does not say how long it is up"
	there=$(((asked + $(wall)) / 2))
	on drv 'timeout 1 cat /dev/kmsg' > "$LOG_DIR/kmsg" || true
	awk -F '[,;]' -v up="$up" -v there=$((there - zero)) '
		function said(name) { at[name] = there - up * 1000 + $3 / 1000 }
		BEGIN { split(up, word, " "); up = word[1] }
		$3 !~ /^[0-9]+$/ { next }
		!("kernel" in at) { said("kernel") }
		/Run \/[a-z\/]*init as init process/ { said("init") }
		/xmd-init.*modules loaded/ { said("modules") }
		END {
			n = split("kernel init modules", name, " ")
			for (i = 1; i <= n; i++)
				if (name[i] in at)
					printf "%s,%.0f\n", name[i], at[name[i]]
		}' "$LOG_DIR/kmsg" >> "$LOG_DIR/steps.csv"
}

# ---- what happens ----

# From here on times count.
begin() { zero=$(wall); }

# step NAME [MS]: of coming back; now, or that long after the event
step() { echo "$1,${2:-$(($(wall) - zero))}" >> "$LOG_DIR/steps.csv"; }

panic() { timeout 30 on drv 'echo c > /proc/sysrq-trigger' > /dev/null 2>&1 & }

kill_half() { # NAME
	old=$(half_pid "$1")
	[ -n "$old" ] || fail "there is no $1 to be killed"
	begin
	timeout 20 on drv "kill -9 $old" || fail "$1 is not killed"
	sleep "$CALM"
	new=$(half_pid "$1")
	case $new in '' | "$old") fail "$1 was not started again" ;; esac
}

# Without bus mastering it reads zeros for descriptors, does what they say, which is nothing, and
# cannot report them as done. Given back, it goes on with new ones; those stay as they are.
nic_hang() {
	command=$(setpci -s "$NIC" COMMAND)
	without=$(printf %04x $((0x$command & ~4)))
	begin
	setpci -s "$NIC" "COMMAND=$without"
	sleep 0.5
	setpci -s "$NIC" "COMMAND=$command"
	resumed tx 500 || fail "no guest's silence of half a second has ended: the NIC does not hang, or for good"
}

# ---- ours: xmd-supervisor does it ----

restarts() {
	timeout 10 xmdctl --json status |
		sed -n 's/.*"name": "drv".*"state": "watched".*"restarts": \([0-9]*\),.*/\1/p'
}

# Looks once a second: dom0 has a lot to do meanwhile.
supervised() {
	end=$(($(date +%s) + LIMIT))
	until count=$(restarts); [ -n "$count" ] && [ "$count" -gt "$had" ]; do
		[ "$(date +%s)" -lt $end ] ||
			fail "drv is not back after $LIMIT s: $(xmdctl status; tail -n 3 "$LOGS/supervisor.log")"
		sleep 1
	done
	[ "$count" -eq $((had + 1)) ] || note "it took $((count - had)) restarts; the steps are those of the last"
	resumed '*' "$GAP_MS" || note "after another $LIMIT s not every flow has"
	history_steps
}

# The history's steps are in ms since the supervisor knew, or since drv was drained, and its log
# says when the last of them was done, in UTC as dom0 has no other.
history_steps() {
	timeout 10 xmdctl --json history > "$LOG_DIR/history.json"
	steps=$(sed -n 's/.*"steps": "\([^"]*\)".*/\1/p' "$LOG_DIR/history.json" | tail -n 1)
	said=$(grep 'vifs adopted after' "$LOGS/supervisor.log" | tail -n 1)
	echo "$said" | awk -v zero=$((zero % 86400000)) -v steps="$steps" '{
		split($1, t, ":")
		known = t[1] * 3600000 + t[2] * 60000 + t[3] * 1000 - $(NF - 1) - zero
		if (known < -43200000)
			known += 86400000
		n = split(steps, step, ", ")
		printf "%s,%.0f\n", step[1] ~ /^drained/ ? "drained" : "noticed", known
		for (i = 1; i <= n; i++) {
			words = split(step[i], w, " ")
			if (w[1] != "drained")
				printf "%s,%.0f\n", w[words - 1], known + w[words]
		}
	}' >> "$LOG_DIR/steps.csv"
}

# ---- the stock one: xl, and what an administrator can have waiting in dom0 ----
#
# What xenstore says is waited for, so that nothing is polled and nothing comes late.

events_open() {
	rm -f "$LAB_STATE/events"
	mkfifo "$LAB_STATE/events"
	timeout $((LIMIT * 2)) xenstore-watch @releaseDomain @introduceDomain /local/domain > "$LAB_STATE/events" 2> /dev/null &
	watcher=$!
	exec 3< "$LAB_STATE/events"
	# each watch fires once by itself
	for _ in 1 2 3; do read -r path <&3 || fail "xenstore-watch does not start"; done
}

events_close() {
	exec 3<&-
	kill $watcher 2> /dev/null || true
	wait $watcher 2> /dev/null || true
}

# came PATH: a stock driver domain serves, and it is not the old one
came() {
	id=${1#/local/domain/}
	id=${id%%/*}
	[ "$id" != "$drv_id" ] && drv_serves stock "$id"
}

# Until a new one serves. Its NIC is silenced as soon as the old one is known to be dead, as
# xmd-supervisor does it.
serving() {
	while read -r path <&3; do
		case $path in
		@releaseDomain)
			if [ -n "$dead" ]; then
				grep -q ^destroyed, "$LOG_DIR/steps.csv" || step destroyed
			elif has_died drv; then
				step noticed
				dead=1
				nic_quiet
			fi
			;;
		@introduceDomain)
			[ -z "$dead" ] || grep -q ^created, "$LOG_DIR/steps.csv" || step created
			;;
		*/data/lab-serving)
			if came "$path"; then
				step serves
				drv_id=$id
				return
			fi
			;;
		esac
	done
	fail "no new driver domain serves after $((LIMIT * 2)) s: $(tail -n 5 "$LOGS/drv-create.log" /var/log/xen/xl-drv.log 2>&1)"
}

destroy_and_create() {
	timeout 60 xl destroy drv || fail "xl destroy drv"
	step destroyed
	dead=1
	nic_quiet
	timeout "$LIMIT" xl create "$LAB_STATE/drv.cfg" >> "$LOGS/drv-create.log" 2>&1 &
}

# The backend is gone, so xl takes only the frontend away, at once. A new one must not come before
# the guest has seen the old one go: it would take it for the same.
reattach() { # GUEST MAC
	timeout 60 xl network-detach "$1" 0 &&
		timeout 20 on "$1" 'while [ -e /sys/class/net/eth0 ]; do sleep 0.02; done' &&
		timeout 60 xl network-attach "$1" backend=drv bridge=xenbr0 mac="$2" &&
		timeout 20 on "$1" net-up
}

reattach_all() {
	for g in $names; do
		eval "with=\$mac_$g"
		reattach "$g" "$with" > "$LOG_DIR/reattach.$g" 2>&1 &
		eval "reattaching_$g=\$!"
	done
	for g in $names; do
		eval "reattaching=\$reattaching_$g"
		wait "$reattaching" || fail "$g's vif is not attached anew: $(cat "$LOG_DIR/reattach.$g")"
	done
	step attached
}

by_xl() { # COMMAND: what happens
	dead=
	events_open
	begin
	$1
	serving
	events_close
	reattach_all
	cp /var/log/xen/xl-drv*.log "$LOG_DIR/" 2> /dev/null || true
	resumed '*' "$GAP_MS" || note "after another $LIMIT s not every flow has"
}

# ---- the list ----

happen() {
	case $MODE.$event in
	*.none) begin; sleep "$CALM" ;;
	xmd.kill_userdriver) kill_half xmd-userdriver ;;
	xmd.kill_backend) kill_half xmd-backend ;;
	*.nic_hang) nic_hang ;;
	xmd.planned)
		begin
		timeout $((LIMIT + 30)) xmdctl restart drv || fail "xmdctl restart drv: $(tail -n 3 "$LOGS/supervisor.log")"
		supervised
		;;
	xmd.panic) begin; panic; supervised ;;
	xmd.destroy) begin; timeout 60 xl destroy drv || note "xl destroy: status $?"; supervised ;;
	xmd.hang) begin; xl pause drv; supervised ;;
	stock.planned | stock.destroy) by_xl destroy_and_create ;;
	stock.panic) by_xl panic ;;
	*) fail "'$event' is nothing that can happen to a driver domain of kind $MODE" ;;
	esac
}

wall_base=$(($(clock dom0) - $(now_ms)))
case $MODE in
xmd)
	drv_start xmd 'on_crash = "preserve"' 'on_watchdog = "preserve"'
	supervise 'stable = 2' 'crash_limit = 20'
	;;
stock) drv_start stock 'on_crash = "restart"' ;;
esac
for g in $names; do
	guest_start "$g" stock pv
	eval "mac_$g=$(mac "$g")"
done
# shellcheck disable=SC2086
tool xmd-seqtest peer $names
for g in $names; do neighbours_fixed "$g"; done

for event in $EVENTS; do
	echo "$event" >> "$LOGS/begun"
	note "$MODE, $GUESTS guests: $event"
	LOG_DIR=$LOGS/$event
	mkdir "$LOG_DIR"
	: > "$LOG_DIR/steps.csv"
	if [ "$MODE" = xmd ]; then
		had=$(restarts)
		[ -n "$had" ] || fail "xmd-supervisor does not watch drv: $(xmdctl status)"
	fi
	traffic_start
	insns_begin
	happen
	sleep "$AFTER"
	traffic_end
	insns_end
	# for the plots
	echo "mode=$MODE event=$event guests=$GUESTS zero_ms=$zero ahead_peer=$ahead_peer ahead_g1=$ahead_g1" > "$LOG_DIR/event"
done
