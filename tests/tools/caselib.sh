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

# listens WHERE PORT [tcp|udp LOG]: waits until xmd-gaptcp, or xmd-seqtest, listens there
listens() {
	# shellcheck disable=SC2086  # which of them there is
	wait_until 60 "on $1 'grep -q :$(printf %04X "$2") /proc/net/${3:-tcp}6'" ||
		fail "nothing listens at $1 port $2: $(cat ${4:-/run/lab/*.$2} 2>&1)"
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

# half_stop NAME / half_cont NAME: take a user half away, for as long as a hostile one stands in its
# place; init starts none that is held
half_stop() {
	on drv "mkdir -p /run/xmd/hold && touch /run/xmd/hold/$1 && p=\$(pidof $1) && kill -9 \$p &&
		while [ -e /proc/\$p/exe ]; do sleep 0.02; done" || fail "$1 cannot be stopped"
}
half_cont() {
	on drv "rm /run/xmd/hold/$1"
	wait_until 10 "on drv 'pidof $1'" || fail "$1 is not started again"
}

# drv_log_lines: how many lines our modules have logged; drv_log FROM: those behind line FROM
drv_log_lines() { on drv "dmesg | grep -c xmd" || true; }
drv_log() { on drv "dmesg | grep xmd | tail -n +$(($1 + 1))" || true; }

# vlan_start VID ADDRESS: the peer has that address on a VLAN of the wire, as interface vVID
vlan_start() {
	on peer "exec xmd-vlantap wire $1 v$1" &
	wait_until 10 "on peer 'ip addr add $2 dev v$1 && ip link set v$1 up'" || fail "the peer has no VLAN $1"
}

# reachable WHERE ADDRESS [COUNT]: ping answers
reachable() { on "$1" "ping -c ${3:-2} -i 0.2 -W 5 $2" > /dev/null; }

# full FROM TO ADDRESS [MTU]: frames of exactly so many bytes (1500), not to be cut; and datagrams
# that must be
full() {
	case $3 in *:*) most=$((${4:-1500} - 48)) ;; *) most=$((${4:-1500} - 28)) ;; esac
	for size in 0 1 18 $((most - 1)) $most; do
		on "$1" "ping -c 2 -i 0.2 -W 5 -M do -s $size $3" > /run/lab/ping ||
			{ cat /run/lab/ping; fail "$1 to $2: no answer to $size bytes"; }
	done
	on "$1" "ping -c 2 -i 0.2 -W 5 -s 20000 $3" > /run/lab/ping ||
		{ cat /run/lab/ping; fail "$1 to $2: no answer to 20000 bytes in fragments"; }
	echo "$1 to $2 at $3: $most bytes in a full frame, 20000 in fragments"
}

# ---- traffic that outlives the driver domain ----
#
# xmd-seqtest between a guest and the peer, in the background, while the case does what it likes
# to drv, which is never asked. tx is guest to peer, rx peer to guest. What the two ends say is in
# $LOG_DIR/NAME.send and NAME.recv as it happens, exit=STATUS last; NAME.csv is what arrived when.
# A stream is called stream_GUEST_tx1, numbered datagrams seq_GUEST_tx. These functions remember
# things in variables: not to be called with & or in $().

LOG_DIR=${LOG_DIR:-/logs}
IPV=4				# 6: what is started from now on goes by IPv6
GAP_MS=200			# longer silences are reported, each with what it cost
BUCKET_MS=100			# of the CSV
TRAFFIC_TIMEOUT=180		# s for the ends to end; TCP may wait that long after an outage
# shellcheck disable=SC2016
here='${RUN:-/run}'		# a folder at the far side, of this run: for its shell to read
next_port=7001

# way GUEST tx|rx: sets $t_from, $t_to and $t_addr
way() {
	case $2$IPV in
	tx4) t_from=$1 t_to=peer t_addr=$(peer_addr "$1") ;;
	tx6) t_from=$1 t_to=peer t_addr=$(peer_addr6 "$1") ;;
	rx4) t_from=peer t_to=$1 t_addr=$(addr "$1") ;;
	rx6) t_from=peer t_to=$1 t_addr=$(addr6 "$1") ;;
	*) fail "'$2' is neither tx nor rx, or IPv$IPV neither 4 nor 6" ;;
	esac
}

# new_port: sets $t_port; never to the same twice, as what is left of an old sender may still come
new_port() {
	t_port=$next_port
	next_port=$((next_port + 1))
}

# keep FILE WHERE COMMAND: in the background, its output in $LOG_DIR/FILE
keep() {
	: > "$LOG_DIR/$1"
	{
		t_status=0
		on "$2" "exec $3" >> "$LOG_DIR/$1" 2>&1 || t_status=$?
		echo "exit=$t_status" >> "$LOG_DIR/$1"
	} &
}

# kept FILE: waits until that command has ended; it must have ended well
kept() {
	wait_until "$TRAFFIC_TIMEOUT" "grep -q ^exit= '$LOG_DIR/$1'" ||
		fail "$1 has not ended after $TRAFFIC_TIMEOUT s: $(tail -n 5 "$LOG_DIR/$1")"
	[ "$(tail -n 1 "$LOG_DIR/$1")" = exit=0 ] || fail "$1: $(tail -n 5 "$LOG_DIR/$1")"
}

# signal_file touch|rm WHERE NAME: the file that an end looks for
signal_file() {
	case $1 in
	touch) on "$2" "touch $here/$3" ;;
	rm) on "$2" "rm -f $here/$3" ;;
	esac || fail "$1 $3: $2 does not answer"
}

# csv NAME: from where it was received into $LOG_DIR
csv() { on "$t_to" "cat $here/$1.csv" > "$LOG_DIR/$1.csv" || fail "$t_to does not answer"; }

stream_start() { # GUEST tx|rx NUMBER RATE
	t_name=stream_$1_$2$3
	way "$1" "$2"
	new_port
	keep "$t_name.recv" "$t_to" "xmd-seqtest stream-recv $t_port --seed $t_port \
		--gaps $GAP_MS --bucket $BUCKET_MS $here/$t_name.csv"
	listens "$t_to" "$t_port" tcp "$LOG_DIR/$t_name.recv"
	keep "$t_name.send" "$t_from" "xmd-seqtest stream-send $t_addr $t_port --seed $t_port \
		--rate $4 --until $here/streams_$1.end"
}

stream_end() { # GUEST tx|rx NUMBER
	t_name=stream_$1_$2$3
	way "$1" "$2"
	kept "$t_name.send"
	kept "$t_name.recv"
	t_sent=$(grep ^stream: "$LOG_DIR/$t_name.send")
	t_got=$(grep ^stream: "$LOG_DIR/$t_name.recv")
	[ "$(field bytes "$t_got")" -gt 0 ] || fail "$t_name: nothing arrived"
	for t_word in bytes sha256; do
		[ "$(field $t_word "$t_sent")" = "$(field $t_word "$t_got")" ] ||
			fail "$t_name: the ends differ: sent $t_sent, received $t_got"
	done
	csv "$t_name"
	t_pause=$(field longest_pause_ms "$t_got")
	[ "$t_pause" -le "$gap" ] || gap=$t_pause
	echo "$t_name: $t_got"
	metric "${t_name}_received" "$(field bytes "$t_got")" bytes
	metric "${t_name}_longest_pause" "$t_pause" ms
}

# streams_start GUEST [N [RATE]]: N (1) streams each way, each of RATE bytes/s (0: all it can)
streams_start() {
	signal_file rm "$1" "streams_$1.end"
	signal_file rm peer "streams_$1.end"
	for t_i in $(seq "${2:-1}"); do
		stream_start "$1" tx "$t_i" "${3:-0}"
		stream_start "$1" rx "$t_i" "${3:-0}"
	done
	eval "streams_of_$1=${2:-1}"
}

# streams_end GUEST: ends them; every byte must have arrived as it was sent, by the SHA-256 of
# both ends too. Sets $gap to the longest pause of all (ms).
streams_end() {
	signal_file touch "$1" "streams_$1.end"
	signal_file touch peer "streams_$1.end"
	gap=0
	eval "t_count=\$streams_of_$1"
	for t_i in $(seq "$t_count"); do
		stream_end "$1" tx "$t_i"
		stream_end "$1" rx "$t_i"
	done
}

# seq_start GUEST tx|rx RATE [OPTION...]: RATE datagrams a second; OPTIONs of "xmd-seqtest send"
seq_start() {
	t_name=seq_$1_$2 t_rate=$3
	way "$1" "$2"
	new_port
	shift 3
	signal_file rm "$t_from" "$t_name.end"
	signal_file rm "$t_to" "$t_name.over"
	keep "$t_name.recv" "$t_to" "xmd-seqtest recv $t_port --until $here/$t_name.over \
		--gaps $GAP_MS --bucket $BUCKET_MS $here/$t_name.csv"
	listens "$t_to" "$t_port" udp "$LOG_DIR/$t_name.recv"
	keep "$t_name.send" "$t_from" "xmd-seqtest send $t_addr $t_port --rate $t_rate \
		--until $here/$t_name.end --log /dev/stdout $*"
}

# seq_report GUEST tx|rx: ends them; nothing may be corrupt, what else may be is for the case to
# say. Sets $seq_sent, $seq_lost (of all that were sent), $seq_duplicates, $seq_reordered,
# $seq_longest (ms) and $seq_gaps; seq_gap has a line for each gap.
seq_report() {
	t_name=seq_$1_$2
	way "$1" "$2"
	signal_file touch "$t_from" "$t_name.end"
	kept "$t_name.send"
	signal_file touch "$t_to" "$t_name.over"
	kept "$t_name.recv"
	t_sent=$(grep ^sent: "$LOG_DIR/$t_name.send")
	t_got=$(grep ^seq: "$LOG_DIR/$t_name.recv")
	csv "$t_name"
	seq_sent=$(field sent "$t_sent")
	seq_lost=$((seq_sent - $(field distinct "$t_got")))
	seq_duplicates=$(field duplicates "$t_got")
	seq_reordered=$(field reordered "$t_got")
	seq_longest=$(field longest_gap_ms "$t_got")
	seq_gaps=$(field gaps "$t_got")
	grep ^gap: "$LOG_DIR/$t_name.recv" || true
	echo "$t_name: $t_sent; $t_got"
	[ "$(field distinct "$t_got")" -gt 0 ] || fail "$t_name: nothing arrived"
	metric "${t_name}_sent" "$seq_sent" datagrams
	metric "${t_name}_lost" "$seq_lost" datagrams
	metric "${t_name}_duplicates" "$seq_duplicates" datagrams
	metric "${t_name}_longest_gap" "$seq_longest" ms
}

# seq_gap GUEST tx|rx N: the line of the Nth gap, as in: field lost "$(seq_gap g1 tx 1)"
seq_gap() { grep ^gap: "$LOG_DIR/seq_$1_$2.recv" | sed -n "$3p"; }

# neighbours_fixed GUEST: it and the peer keep each other's MAC, so that what is lost in an outage,
# and how long that is, is not the doing of ARP and neighbour discovery
neighbours_fixed() {
	t_wire=$(wire_of "$1")
	t_mac=$(on peer "cat /sys/class/net/$t_wire/address")
	on "$1" "ip neigh replace $(peer_addr "$1") lladdr $t_mac dev eth0 nud permanent &&
		ip neigh replace $(peer_addr6 "$1") lladdr $t_mac dev eth0 nud permanent" &&
		on peer "ip neigh replace $(addr "$1") lladdr $(mac "$1") dev $t_wire nud permanent &&
		ip neigh replace $(addr6 "$1") lladdr $(mac "$1") dev $t_wire nud permanent" ||
		fail "no neighbour entries for $1 and the peer"
}

# ---- both guests' traffic across something that is done to the way of it ----

# both_stream [BYTES/S]: g1 and g2 stream, one each way and 50 kB/s each, or as many, until streams_end. Needs GAP_MS.
both_stream() {
	tool xmd-seqtest peer g1 g2
	for t_g in g1 g2; do
		neighbours_fixed $t_g
		# fq_codel drops what has waited too long, which is meant for another kind of waiting
		on $t_g 'tc qdisc replace dev eth0 root pfifo limit 10000'
	done
	# a stream from the wire may find the driver domain dead at many of its attempts
	on peer 'echo 100 > /proc/sys/net/ipv4/tcp_retries2'
	for t_g in g1 g2; do streams_start $t_g 1 "${1:-50000}"; done
}

# both_count [N]: from here on both send, and are sent, 50 datagrams a second, or N
both_count() {
	for t_g in g1 g2; do
		seq_start $t_g tx "${1:-50}" --size 600 --sndbuf 400000
		seq_start $t_g rx "${1:-50}" --size 600
	done
	sleep 2
}

# both_counted WHAT WAY...: they end; of those of these ways (tx, rx) none may be lost. What came of them goes into $session.
both_counted() {
	t_what=$1 t_all=0 t_lost=0 t_twice=0 t_longest=0
	shift
	sleep 3
	for t_g in g1 g2; do
		for t_w in tx rx; do
			seq_report $t_g $t_w
			t_all=$((t_all + seq_sent)) t_lost=$((t_lost + seq_lost)) t_twice=$((t_twice + seq_duplicates))
			[ "$seq_longest" -le "$t_longest" ] || t_longest=$seq_longest
			echo "$t_what: $t_g, $t_w: $seq_lost of $seq_sent datagrams lost, $seq_duplicates twice, longest gap $seq_longest ms" >> "$session"
			case " $* " in *" $t_w "*) [ "$seq_lost" = 0 ] || fail "$t_what: of $t_g's datagrams ($t_w) $seq_lost were lost" ;; esac
		done
	done
	t_what=$(echo "$t_what" | tr -cs 'a-z0-9\n' _)
	metric "${t_what}_datagrams" "$t_all" datagrams
	metric "${t_what}_lost" "$t_lost" datagrams
	metric "${t_what}_twice" "$t_twice" datagrams
	metric "${t_what}_longest_gap" "$t_longest" ms
}

# ---- the guest's end of a vif ----

# eventually SECONDS 'COMMAND': as wait_until, but looks once a second, for what takes its time
# while dom0 has other things to do
eventually() {
	ev_end=$(($(date +%s) + $1))
	until eval "$2" > /dev/null 2>&1; do
		[ "$(date +%s)" -lt $ev_end ] || return 1
		sleep 1
	done
}

# moment: a random time of half a second to two, so that each restart finds another moment
moment() { sleep "$(awk 'BEGIN { srand('"$(od -An -N3 -tu4 /dev/urandom)"'); print 0.5 + 1.5 * rand() }')"; }

# index_of GUEST: of its interface; another one was made if that is another one
index_of() { on "$1" 'cat /sys/class/net/eth0/ifindex' || echo none; }

# warnings GUEST: all that its kernel has said of trouble
warnings() {
	on "$1" 'dmesg -r' > "/run/lab/dmesg.$1" || fail "$1 does not answer"
	grep -E 'WARNING:|BUG:|Oops|Call Trace|general protection|^<[0-4]>.*(xmd|vif|eth0|xenbus|grant)' \
		"/run/lab/dmesg.$1" || true
}

# front_dump GUEST: the text dump of xmd_front; front_count GUEST WORD: a number in it
front_dump() {
	on "$1" '[ -d /sys/kernel/debug/xmd ] || mount -t debugfs debugfs /sys/kernel/debug
		cat /sys/kernel/debug/xmd/front/vifs'
}
front_count() { front_dump "$1" | sed -n "s/.* $2 \([0-9]*\).*/\1/p" | head -n 1; }

# in_force GUEST: what its frontend has asked for and is in force in drv, from xmd_back's dump:
# "mtu N flags 0xN rx_usecs N multicast N vlans N"; nothing if there is no such vif
in_force() {
	on drv "[ -d /sys/kernel/debug/xmd ] || mount -t debugfs debugfs /sys/kernel/debug
		sed -n '/^xmd-vif$(xl domid "$1")\.0 /{s/.* mtu \([0-9]*\) .*/mtu \1/p;n;s/^ *set //p;}' \
		/sys/kernel/debug/xmd/back/vifs" | tr '\n' ' ' | sed 's/ *$//'
}

# staged GUEST: "staged pages N of_all N tx N rx N", of its pages that drv keeps mapped, in frames' pieces
staged() {
	on drv "[ -d /sys/kernel/debug/xmd ] || mount -t debugfs debugfs /sys/kernel/debug
		sed -n '/^xmd-vif$(xl domid "$1")\.0 /,/ staged /s/^ *\(staged .*\)/\1/p' /sys/kernel/debug/xmd/back/vifs"
}

# limit_of GUEST [HANDLE]: of what it may send, as in force in drv: "bytes N usecs N", 0 and 0 without a limit
limit_of() {
	on drv "[ -d /sys/kernel/debug/xmd ] || mount -t debugfs debugfs /sys/kernel/debug
		sed -n '/^xmd-vif$(xl domid "$1")\.${2:-0} /,/^  rate /s/^  rate \(bytes [0-9]* usecs [0-9]*\).*/\1/p' \
		/sys/kernel/debug/xmd/back/vifs"
}
