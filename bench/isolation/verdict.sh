# shellcheck shell=sh disable=SC2154,SC2034  # caselib.sh, workload.sh; the case's own
# SPDX-License-Identifier: GPL-2.0
# One fault: put in, watched, judged, and what is left of it taken away, so that the next finds everything as it was.
#
# Verdicts, worst first: host, guest, human, cut, control, nothing. A fault whose site was not reached, or an attack that
# could not begin, is "not-injected".
# wall: ms of dom0's clock (now_ms).

results=/logs/results.jsonl
stuck=

# Which domain is the driver domain now. The store is asked, as xl takes a second to start on an emulated host.
drv_domid() {
	if [ "$(xs "/local/domain/${prepared:-none}/name")" = drv ]; then echo "$prepared"; else xl domid drv 2> /dev/null; fi
}

drv_prepare() {
	prepared=$(xl domid drv)
	on drv '[ -d /sys/kernel/debug/xmd ] || mount -t debugfs none /sys/kernel/debug 2> /dev/null; true'
	put drv /case/drv-state /usr/bin/drv-state
	put_prepare
}

# xl's, or the supervisor's, new one has nothing of ours; it may not be through with its start
drv_prepare_again() {
	timeout 5 on drv true 2> /dev/null || return 0
	drv_tools || true
	(drv_prepare) || return 0
	prepared=$(drv_domid)
}

state() { timeout 20 on drv drv-state 2> /dev/null || echo gone; }

sleep_ms() { sleep "$(($1 / 1000)).$(printf %03d $(($1 % 1000)))"; }
json_field() { echo "$2" | sed -n "s/.*\"$1\":\"\([^\"]*\)\".*/\1/p"; }

# ---- watching ----

restarts() { if [ "$MODE" = xmd ]; then xmdctl status drv 2> /dev/null | sed -n 's/^drv .* watched  *[0-9][0-9]*  *\([0-9]*\).*/\1/p'; fi; }
line_count() { if [ -e "$1" ]; then wc -l < "$1"; else echo 0; fi; }
marks() { wc -l "$LOG_DIR"/*.recv > /run/lab/marks; }

# The programs that should run do, and serve. Sets $s_state
serves() {
	# without our program in it, one that has come for another would be taken for gone
	[ "$(drv_domid)" = "$prepared" ] || drv_prepare_again
	s_state=$(state)
	# the supervisor's has the same domid
	[ "$s_state" != gone ] || { drv_prepare_again; s_state=$(state); }
	case $MODE in
	xmd)
		[ "$(field phase "$s_state")" = live ] && [ "$(field backend_pid "$s_state")" != - ] &&
			[ "$(field carrier "$s_state")" = 1 ] && [ "$(xs "/local/domain/$prepared/data/xmd-backend/state")" = serving ]
		;;
	*) [ "$s_state" != gone ] && [ "$(field carrier "$s_state")" = 1 ] ;;
	esac
}

# All at once: each that does not answer takes its second
all_reachable() {
	r_all=
	for g in $guests; do r_all="$r_all $(addr "$g")"; done
	on peer "for a in $r_all; do ping -c 1 -W 1 \$a > /dev/null 2>&1 & pids=\"\$pids \$!\"; done
		for p in \$pids; do wait \$p || exit 1; done"
}

# Who has named a fault first after the mark in the kernel's log, and how many ms after it: WHO, ms, line. Ordinary lines,
# of a vif that comes or a half that serves, are in nobody's row of the table. An attacker has to connect first: its time
# begins at the last connect before that line.
noticed() {
	timeout 20 on drv dmesg 2> /dev/null | awk -v connects="vif${attacker_id:-none}[.]0: (connected,|Guest Rx ready)" '
		NR == FNR { if (split($0, row, "\t") == 3 && row[2] == "line") { name[++rows] = row[1]; pattern[rows] = row[3] } next }
		/xmd-inject:/ { split($0, a, /[][ ]+/); zero = a[2]; who = ""; next }
		zero && !who && $0 ~ connects { split($0, a, /[][ ]+/); zero = a[2] }
		zero && !who {
			for (i = 1; i <= rows && !who; i++) if ($0 ~ pattern[i]) who = name[i]
			split($0, a, /[][ ]+/); ms = (a[2] - zero) * 1000; line = $0
			sub(/^[^]]*\] */, "", line); gsub(/["\\]/, "", line)
		}
		END { if (who) printf "%s %.0f %s\n", who, ms, substr(line, 1, 100) }' /case/watchers -
}

# A counter that names a fault and is higher than before: WHO, and which. When it moved nobody knows.
counted() { # STATE-BEFORE STATE-AFTER
	awk -v was="$(field counters "$1")" -v is="$(field counters "$2")" '
		BEGIN { n = split(was, a, ","); for (i = 1; i <= n; i++) { split(a[i], b, ":"); old[b[1]] = b[2] }
			n = split(is, a, ","); for (i = 1; i <= n; i++) { split(a[i], b, ":"); new[b[1]] = b[2] } }
		split($0, row, "\t") == 3 && row[2] == "counter" && row[3] in old && new[row[3]] + 0 > old[row[3]] + 0 {
			print row[1], "counter", row[3]; exit }' /case/watchers
}

# Sets $cut_G (ms), $lost, $corrupt and $ended, the flows whose connection did not survive
account() {
	awk -v guests="$guests" '
		function longest(guest, ms) { if (ms > cut[guest] + 0) cut[guest] = ms }
		FNR == 1 { n = split(FILENAME, path, "/"); flow = path[n]; sub(/[.]recv$/, "", flow); split(flow, ends, "-") }
		FILENAME == ARGV[1] { n = split($2, path, "/"); mark[path[n]] = $1; next }
		/^exit=/ { ended = ended " " flow }
		FNR <= mark[flow ".recv"] + 0 { next }
		/^gap:/ {
			for (i = 2; i <= NF; i++) { split($i, word, "="); value[word[1]] = word[2] }
			longest(ends[1], int(value["ms"])); longest(ends[2], int(value["ms"]))
			lost += value["lost"]; split("", value)
		}
		/^corrupt:/ || /^stream:.* corrupt=[1-9]/ { corrupt++ }
		END {
			printf "lost=%d corrupt=%d ended=\"%s\"", lost, corrupt, ended
			for (n = split(guests, g, " "); n; n--) printf " cut_%s=%d", g[n], cut[g[n]]
			print ""
		}' /run/lab/marks "$LOG_DIR"/*.recv > /run/lab/account
	. /run/lab/account
}

# The connections that did not survive, anew
flows_again() {
	for f in $ended; do
		mv "$LOG_DIR/$f.recv" "$LOG_DIR/$f.recv.$number"
		mv "$LOG_DIR/$f.send" "$LOG_DIR/$f.send.$number"
		# its other end may still try
		signal_file touch "$(flow_from "$f")" "$f.end"
		sleep 0.5
		flow_start "$(flow_from "$f")" "$(flow_to "$f")" "$(flow_kind "$f")"
	done
}

# ---- what must be as before ----

ports() { lsevtchn "$(drv_domid)" 2> /dev/null | wc -l; }
nodes() {
	xenstore-ls -f "/local/domain/$(drv_domid)/backend" 2> /dev/null | sed "s/ = .*//; s,/vif/$attacker_id/,/vif/attacker/," |
		sort | sha256sum | cut -d ' ' -f 1
}
harm_of() { # GUEST
	has_died "$1" && echo "$1 has died"
	timeout 10 on "$1" dmesg 2> /dev/null | grep -E 'WARNING:|BUG:|Oops|Call Trace|general protection' | head -n 1
}
# An attacker's own is no harm
guest_harm() {
	h_pids=
	for g in $guests; do
		harm_of "$g" > "/run/lab/harm.$g" &
		h_pids="$h_pids $!"
	done
	for p in $h_pids; do wait "$p" || true; done
	for g in $guests; do cat "/run/lab/harm.$g"; done
}
dom0_harm() { dmesg | grep -E 'WARNING:|BUG:|Oops|Call Trace|general protection' | head -n 1; }

# What there is when nothing happens; the control operations stand still meanwhile
snapshot() {
	ops_pause || fail "the control operations do not end"
	now_state=$(state) now_ports=$(ports) now_nodes=$(nodes)
	ops_go
}

baseline() {
	snapshot
	was_state=$now_state was_ports=$now_ports was_nodes=$now_nodes
	was_guests=$(guest_harm) was_dom0=$(dom0_harm)
}

grown() { # NAME, more than PERCENT and AMOUNT
	g_was=$(field "$1" "$was_state") g_is=$(field "$1" "$now_state")
	case $g_was$g_is in *[!0-9]* | '') return 1 ;; esac
	[ $((g_is - g_was)) -gt "$3" ] && [ $((g_is * 100)) -gt $((g_was * (100 + $2))) ]
}

# Sets $left: what is not as before
compare_states() {
	left=$attacker_left
	for w in mac mtu rings; do
		[ "$(field $w "$now_state")" = "$(field $w "$was_state")" ] || left="$left $w"
	done
	c_usecs=$(field usecs "$now_state")
	[ "$c_usecs" = "$(cat $ops_state.usecs 2> /dev/null)" ] || left="$left usecs"
	[ "$now_ports" -le "$was_ports" ] || left="$left event-channels:$((now_ports - was_ports))"
	[ "$now_nodes" = "$was_nodes" ] || [ "$domain_again" = 1 ] || left="$left xenstore"
	! grown userdriver_fds 0 0 || left="$left userdriver-descriptors"
	! grown backend_fds 0 0 || left="$left backend-descriptors"
	! grown userdriver_kb 50 500 || left="$left userdriver-memory"
	! grown backend_kb 50 500 || left="$left backend-memory"
	c_was=$(field free_kb "$was_state") c_is=$(field free_kb "$now_state")
	[ $((c_was - c_is)) -lt 2000 ] 2> /dev/null || left="$left memory:$((c_was - c_is))"
	c_was=$(field frames "$was_state") c_is=$(field frames "$now_state")
	[ "$c_is" -ge "$c_was" ] 2> /dev/null || [ "$domain_again" = 1 ] || left="$left counters"
	[ "$(field harm "$now_state")" = "$(field harm "$was_state")" ] || left="$left kernel-log"
}

# ---- one fault ----

json_text() { printf %s "$1" | tr -cd 'a-zA-Z0-9 .,:;_+/()=<>#%*[]-'; }

write_result() {
	{
		printf '{"n":%s,"kind":"%s","where":"%s","type":"%s","site":"%s","at":"%s","old":"%s","new":"%s",' \
			"$number" "$MODE" "$WHERE" "$type" "$(json_text "$site")" "$at" "$old" "$new"
		printf '"code":"%s","seed":%s,"delay_ms":%s,"result":"%s","did":"%s","verdict":"%s"' \
			"$(json_text "$text")" "$seed" "$delay" "$result" "$(json_text "$did")" "$verdict"
		[ "$verdict" = not-injected ] || printf ',"noticed_ms":%s,"noticed_by":"%s","noticed_what":"%s","recovered_by":"%s","cut_ms":{"g1":%s,"g2":%s,"g3":%s},"lost":%s,"corrupt":%s,"connections":"%s","control":"%s","left":"%s","why":"%s","seconds":%s' \
			"${noticed_ms:-null}" "$noticed_by" "$(json_text "$noticed_what")" "$recovered_by" "$cut_g1" "$cut_g2" "$cut_g3" "$lost" \
			"$corrupt" "${ended# }" "$(json_text "$control")" "${left# }" "$(json_text "$why")" "$(((now - began) / 1000))"
		echo '}'
	} >> $results
	note "$number: $verdict${why:+: $why}${left:+; left:$left}${noticed_by:+; noticed by $noticed_by after ${noticed_ms:-?} ms: $noticed_what}; cut $cut_g1 $cut_g2 $cut_g3 ms"
}

# Worst first
judge() {
	why=
	j_guest=$(guest_harm) j_dom0=$(dom0_harm)
	j_cut=$cut_g1
	[ "$cut_g2" -le "$j_cut" ] || j_cut=$cut_g2
	[ "$cut_g3" -le "$j_cut" ] || j_cut=$cut_g3
	if [ "$j_dom0" != "$was_dom0" ]; then
		verdict=host why=$j_dom0
	elif [ "$j_guest" != "$was_guests" ]; then
		verdict=guest why=$j_guest
	elif [ "$corrupt" -gt 0 ]; then
		verdict=guest why="wrong data: $corrupt"
	elif [ -n "$stuck" ]; then
		verdict=human why=$stuck
	elif [ $j_cut -gt "$GAP_MS" ]; then
		verdict=cut
	elif [ -n "$control" ]; then
		verdict=control
	else
		verdict=nothing
	fi
	was_dom0=$j_dom0 was_guests=$j_guest
}

who_recovered() {
	recovered_by=-
	if [ "$(restarts)" != "$before_restarts" ] || [ "$(drv_domid)" != "$before_id" ]; then
		domain_again=1
		recovered_by=xmd-supervisor
		[ "$MODE" = xmd ] || recovered_by=xl
	elif ! same_halves "$before" "$after"; then
		recovered_by=xmd-init
	fi
}

# One that does not run is no other
same_halves() { # STATE-BEFORE STATE-AFTER
	for h in userdriver backend; do
		h_pid=$(field ${h}_pid "$2")
		case $h_pid in
		[0-9]*) [ "$h_pid" = "$(field ${h}_pid "$1")" ] || return 1 ;;
		esac
	done
}


# By the supervisor, if the whole domain had to go: what the kernel's log said is gone with it
who_noticed() {
	noticed_ms='' noticed_by='' noticed_what=''
	n_said=$(noticed)
	if [ "$recovered_by" = xmd-supervisor ]; then
		noticed_by=xmd-supervisor
		noticed_what=$(tail -n +$((before_supervisor + 1)) /logs/supervisor.log | grep -m 1 'drv: .*bringing it back' | cut -c 1-100)
	elif [ -n "$n_said" ]; then
		noticed_by=${n_said%% *} n_said=${n_said#* }
		noticed_ms=${n_said%% *} noticed_what=${n_said#* }
	else
		n_said=$(counted "$before" "$after")
		noticed_by=${n_said%% *} noticed_what=${n_said#* }
	fi
}

# Where nothing is wrong nothing may be seen, or what is seen later is no fault's
quiet_look() {
	marks
	before=$(state)
	on drv 'echo "xmd-inject: nothing yet" > /dev/kmsg'
	sleep "$QUIET"
	after=$(state) recovered_by=-
	account
	who_noticed
	q_verdict=nothing
	for q_cut in "$cut_g1" "$cut_g2" "$cut_g3"; do [ "$q_cut" -le "$GAP_MS" ] || q_verdict=cut; done
	[ "$corrupt" = 0 ] || q_verdict=guest
	[ -z "$noticed_by" ] || q_verdict="$q_verdict, noticed"
	printf '{"quiet":%s,"kind":"%s","where":"%s","verdict":"%s","noticed_by":"%s","noticed_what":"%s","cut_ms":{"g1":%s,"g2":%s,"g3":%s},"lost":%s}\n' \
		"$QUIET" "$MODE" "$WHERE" "$q_verdict" "$noticed_by" "$(json_text "$noticed_what")" "$cut_g1" "$cut_g2" "$cut_g3" "$lost" >> $results
	note "quiet: $q_verdict: ${noticed_what:-nobody says anything}; cut $cut_g1 $cut_g2 $cut_g3 ms"
}

# What came late is waited for from its beginning. The control operations do not rest meanwhile: that is the most of
# what is done to a half with a fault in it. Sets $after.
watch() { # MS: of when it has been put in
	touch $ops_state.hurry
	while [ -z "$stuck" ]; do
		eventually "$LIMIT" 'serves && all_reachable' || { stuck="not back after $LIMIT s: $(json_text "$s_state")"; break; }
		after=$s_state since=$(now_ms)
		wait_until 90 "ops_well_since $since" || { stuck="control operations fail: $(ops_failed_since "$since")"; break; }
		w_rest=$(($1 + OBSERVE * 1000 - $(now_ms)))
		[ $w_rest -le 0 ] || sleep_ms $w_rest
		! serves || ! same_halves "$after" "$s_state" || break
		[ $(($(now_ms) - $1)) -lt $((LIMIT * 2000)) ] || stuck="it does not stay: $(json_text "$s_state")"
	done
	after=$s_state
}

# Nothing is asked for meanwhile, so that what is there is what is left
make_whole() {
	ops_pause || fail "the control operations do not end"
	refresh || stuck="what the fault was put into does not come back"
	now_state=$(state) now_ports=$(ports) now_nodes=$(nodes)
	compare_states
	ops_go
	was_state=$now_state was_ports=$now_ports was_nodes=$now_nodes
}

one_fault() {
	began=$(now_ms) domain_again=0 stuck='' control='' left='' noticed_ms='' noticed_by='' noticed_what='' recovered_by=-
	cut_g1=0 cut_g2=0 cut_g3=0
	before=$(state) before_restarts=$(restarts) before_id=$(drv_domid) before_supervisor=$(line_count /logs/supervisor.log)
	marks
	injected=$(now_ms)
	said=$(inject | tail -n 1)
	result=$(json_field result "$said") did=$(json_field did "$said")
	# it has been put in, and the process ended before that could be said
	[ "$result" != gone ] || [ "$(echo "$did" | grep -c 'has ended')" = 0 ] || result=injected
	if [ "$result" != injected ] && [ "$WHERE" != guest ]; then
		verdict=not-injected why=$did
		write_result
		serves || eventually 30 serves || true
		return
	fi
	# an attack has been watched while it went on
	if [ "$WHERE" = guest ]; then watch "$injected"; else watch "$(now_ms)"; fi
	who_recovered
	who_noticed
	control=$(ops_failed_since "$injected")
	account
	[ -n "$stuck" ] || make_whole
	now=$(now_ms)
	judge
	if [ "$result" != injected ] && [ "$verdict" = nothing ]; then verdict=not-injected why=$did; fi
	write_result
	[ -n "$stuck" ] || flows_again
}

# Of a plan, with fields as plan.c has them
each_fault() { # FILE
	tab=$(printf '\t')
	while IFS=$tab read -r number type site at old new seed delay text <&4; do
		note "$number: $type at $site"
		one_fault
		[ -z "$stuck" ] || break
	done 4< "$1"
}
