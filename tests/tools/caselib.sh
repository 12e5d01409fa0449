# shellcheck shell=sh
# What several lab cases share. A case says "# lab: file tests/tools/caselib.sh", names the
# programs that it brings in the same way, and begins with ". /case/caselib.sh".

DRV_KIND=${XMD_DRV:-xmd}	# --env XMD_DRV=stock tries a case on the stock path
FULL=${XMD_FULL:-}		# --env XMD_FULL=1: the lengths of the acceptance list

# now_ms: milliseconds, in steps of 10, without starting a process
now_ms() {
	read -r up _ < /proc/uptime
	echo "${up%.*}${up#*.}0"
}

# tool PROGRAM WHERE...: puts /case/PROGRAM into the PATH of each place
tool() {
	prog=$1
	shift
	for place; do
		case $place in
		peer) put peer "/case/$prog" "$(on peer 'echo $RUN')/bin/$prog" ;;
		*) put "$place" "/case/$prog" "/usr/bin/$prog" ;;
		esac
	done
}

# field NAME LINE: the value of NAME=value in a line
field() {
	for word in $2; do
		case $word in "$1"=*) echo "${word#*=}" ;; esac
	done
}

# listens WHERE PORT: waits until xmd-gaptcp listens there
listens() {
	wait_until 20 "on $1 'grep -q :$(printf %04X "$2") /proc/net/tcp6'" ||
		fail "nothing listens at $1 port $2: $(cat /run/lab/*."$2" 2>&1)"
}

# transfer FROM TO ADDRESS PORT BYTES: random bytes by TCP; the SHA-256 of what arrived must
# be that of what was sent. Prints one line. May run in the background.
transfer() {
	seed=$(od -An -N4 -tu4 /dev/urandom | tr -d ' ')
	on "$2" "xmd-gaptcp recv $4 -s $seed -w 2> /tmp/recv.$4 | sha256sum; cat /tmp/recv.$4" \
		> "/run/lab/recv.$4" &
	receiver=$!
	listens "$2" "$4"
	on "$1" "xmd-gaptcp send $3 $4 -s $seed -b $5" > /dev/null || fail "$1 to $2: the sender failed"
	wait $receiver || true
	want=$(on peer "xmd-gaptcp gen $seed $5 | sha256sum")
	seen=$(head -n 1 "/run/lab/recv.$4")
	report=$(tail -n 1 "/run/lab/recv.$4")
	[ "$(field bytes "$report")" = "$5" ] && [ "$seen" = "$want" ] ||
		fail "$1 to $2 at $3: SHA-256 ${want%% *} sent, ${seen%% *} received; $report"
	echo "$1 to $2 at $3: $5 bytes, SHA-256 ${seen%% *}, $(field mbps "$report") Mb/s"
}

# watch_start FROM TO ADDRESS PORT SECONDS [MS [KB/S]]: a stream in the background whose longest
# pause is measured; pauses over MS (default 200) are listed. Without KB/S as fast as it goes.
watch_start() {
	on "$2" "xmd-gaptcp recv $4 -g ${6:-200} 2>&1" > "/run/lab/watch.$4" &
	listens "$2" "$4"
	on "$1" "xmd-gaptcp send $3 $4 -t $5${7:+ -r $7}" > "/run/lab/watch-sent.$4" 2>&1 &
}

# watch_end PORT: waits for the stream, prints its pauses, sets $gap (ms); the content must be right
watch_end() {
	wait_until "${WATCH_TIMEOUT:-60}" "grep -q content= /run/lab/watch.$1" ||
		fail "the stream at port $1 does not end: $(cat "/run/lab/watch.$1")"
	cat "/run/lab/watch.$1"
	report=$(tail -n 1 "/run/lab/watch.$1")
	[ "$(field content "$report")" = ok ] || fail "the stream at port $1 was damaged: $report"
	gap=$(field max_gap_ms "$report")
}

# half_pid NAME: the process id of a user half in drv, or nothing
half_pid() { on drv "pidof $1" 2> /dev/null || true; }

# half_stop NAME / half_cont NAME: take a user half away, and its keeper with it, for as long as
# a hostile one stands in its place
half_stop() {
	on drv "p=\$(pidof $1) && k=\$(awk '/PPid/ { print \$2 }' /proc/\$p/status) &&
		echo \$k > /run/keeper.$1 && kill -STOP \$k && kill -9 \$p &&
		while [ -e /proc/\$p/exe ]; do sleep 0.02; done" || fail "$1 cannot be stopped"
}
half_cont() {
	on drv "kill -CONT \$(cat /run/keeper.$1)" || fail "$1 has lost its keeper"
	wait_until 10 "on drv 'pidof $1'" || fail "$1 is not started again"
}

# drv_log_lines: how many lines our modules have logged; drv_log FROM: those behind line FROM
drv_log_lines() { on drv "dmesg | grep -c xmd" || true; }
drv_log() { on drv "dmesg | grep xmd | tail -n +$(($1 + 1))" || true; }

# reachable WHERE ADDRESS [COUNT]: ping answers
reachable() { on "$1" "ping -c ${3:-2} -i 0.2 -W 5 $2" > /dev/null; }
