# shellcheck shell=sh disable=SC2154,SC2016  # lab.sh sets guest_id and drv_id; $ for the peer
# SPDX-License-Identifier: GPL-2.0
# lab: file build/bin/xmd-flow
# lab: file build/bin/xmd-domtime
# lab: file build/bin/xmd-dompages
# lab: file build/bin/xmd-tracecount
#
# What the way of a byte, of a frame and of a question costs each domain, in instructions. For
# "lab/lab --icount", where a domain's CPU time, as Xen has it, counts them.
#
# A measurement begins when its receiver waits for the first frame and ends when it has seen the last:
# in it are the start of the sender's process (some 2 M instructions, of its domain) and whatever
# each domain does meanwhile without being asked, see "idle". What does not arrive counts for nothing.
#
# KIND       stock or xmd, the driver domain; with -front, guests have xmd_front instead of xen-netfront;
#            with -granted likewise, and a grant for each frame; with -listened somebody in dom0 looks at
#            the frames of each guest (xmdctl tcpdump); with -mitigated the driver domain's kernel has its
#            speculation mitigations on, which in the lab are off else
# ROUNDS     how often each is measured
# WORKLOADS  which, of the list below
# COUNTS     1: each once more, with Xen's tracing and QEMU's on, which cost the domains nothing that
#            would be measured there: hypercalls, events, switches, accesses of the NIC's registers
# PROFILE    FIFO of insncount.so on the peer: what was executed, into /logs/profile/WORKLOAD
: "${KIND:=xmd}" "${ROUNDS:=3}" "${WORKLOADS:=}" "${COUNTS:=}" "${PROFILE:=}"
# bytes of a stream; datagrams of 64-byte frames at full speed, and seconds of the others; questions; seconds
: "${BYTES:=60000000}" "${FRAMES:=12000}" "${SECS:=8}" "${ASKED:=1500}" "${IDLE:=10}"
: "${WORKLOADS:=idle tcp_tx tcp_rx tcp_inter udp64_tx_300 udp64_tx_1000 udp64_tx_full
	udp64_rx_300 udp64_rx_1000 udp64_rx_full udp64_inter_full rr rr_inter}"
front=stock
case $KIND in *-front | *-granted) front=xmd ;; esac
flow=/usr/bin/xmd-flow
port=5000

# ---- what is measured around a workload ----

# interrupts WHERE: so far
interrupts() { on "$1" "sed -n 's/^intr \([0-9]*\).*/\1/p' /proc/stat"; }

# By QEMU, for stock and ours alike: what drivers count themselves is not the same thing
nic_accesses() { on peer 'grep -c e1000-mmio $LOGS/qemu.log || true'; }
nic_trace() { # on|off
	on peer "lab-monitor trace-event memory_region_ops_read $1; lab-monitor trace-event memory_region_ops_write $1"
	sleep 0.5	# the monitor does it when it comes to it
}

wire_frames() { on peer 'cd /sys/class/net/wire/statistics; echo $(($(cat rx_packets) + $(cat tx_packets)))'; }

counts_begin() {
	for g in drv g1 g2; do interrupts $g > "/run/lab/intr.$g"; done
	wire_before=$(wire_frames)
	nic_before=$(nic_accesses)
	nic_trace on
	xentrace -D -S 1024 -e 0x0022f000 /run/lab/trace > /run/lab/xentrace.log 2>&1 &
	tracer=$!
	sleep 0.5
}

# count NAME VALUE: per thousand frames
count() { metric "$KIND.$what.$1" "$(echo "$2 $units" | awk '{ printf "%.1f", $1 / $2 * 1000 }')" "$unit"; }

# counts_end WORKLOAD FRAMES: FRAMES if none of them is on the wire; of none at all, all is per second
counts_end() {
	kill "$tracer"
	wait "$tracer" || true
	nic_trace off
	what=$1 units=$2 unit=per_1000_frames
	[ "$units" != wire ] || units=$(($(wire_frames) - wire_before))
	if [ "$what" = idle ]; then units=$((IDLE * 1000)) unit=per_second; fi
	count nic_accesses $(($(nic_accesses) - nic_before))
	/case/xmd-tracecount /run/lab/trace > /run/lab/counts
	for g in dom0 drv g1 g2; do
		case $g in
		dom0) id=0 ;;
		drv) id=$drv_id ;;
		*) eval "id=\$${g}_id" ;;
		esac
		for n in hypercalls grant_ops event_ops switches; do
			count "${n}_$g" "$(awk -v id="$id" -v n=$n '$1 == id && $2 == n { v = $3 } END { print v + 0 }' /run/lab/counts)"
		done
		[ $g = dom0 ] || count "interrupts_$g" $(($(interrupts $g) - $(cat /run/lab/intr.$g)))
	done
	awk '$2 == "lost" && $3 > 0 { print "-- xentrace has lost " $3 " records: its numbers are too low" }' /run/lab/counts
	rm -f /run/lab/trace
}

# Whose pages are whose, and where Xen idles, for the plugin: of those in which code has been executed
profile_map() {
	for a in 0 100000000; do on peer "lab-monitor gpa2hva 0x$a"; done
	sleep 1
	tr -d '\r' < /logs/qemu-monitor.log | sed -n 's/.*Host virtual address for 0x\([0-9a-f]*\).* is 0x\([0-9a-f]*\).*/\1 \2/p' |
		awk '{ v[$1] = $2 } END { print "ram", v["0"], v["100000000"] ? v["100000000"] : 0 }' > /logs/profile/map
	# idle_loop ends where the next symbol begins
	sort /proc/xen/xensyms | awk 'found && $1 != found { print "idle", found, $1; exit } $3 ~ /(^|#)idle_loop$/ { found = $1 }' >> /logs/profile/map
	on peer "echo map \$LOGS/profile/map > $PROFILE; echo pages \$LOGS/profile/pages > $PROFILE
		until [ -e \$LOGS/profile/pages ]; do sleep 0.1; done"
	/case/xmd-dompages 0=0 "1=$drv_id" "2=$g1_id" "3=$g2_id" < /logs/profile/pages >> /logs/profile/map
	for line in 'ram [0-9a-f]* [0-9a-f]*$' 'idle ffff' 'mfn 1 '; do
		grep -q "^$line" /logs/profile/map || fail "the map for the plugin has no '$line': $(head -n 3 /logs/profile/map)"
	done
	on peer "echo map \$LOGS/profile/map > $PROFILE"
}

profile_begin() { on peer "echo zero > $PROFILE"; }

profile_end() { # WORKLOAD UNITS UNIT
	on peer "echo dump \$LOGS/profile/$1.dump > $PROFILE; until [ -e \$LOGS/profile/$1.dump ]; do sleep 0.1; done"
	echo "$2 $3" > "/logs/profile/$1.units"
}

profile_open() {
	mkdir -p /logs/profile
	cat /proc/kallsyms > /logs/profile/syms.dom0
	cat /proc/xen/xensyms > /logs/profile/syms.xen
	for g in drv g1 g2; do on $g 'cat /proc/kallsyms' > "/logs/profile/syms.$g"; done
	profile_map
}

# What each domain has computed, into FILE
snap() { /case/xmd-domtime > "/run/lab/$1"; }

begin() {
	[ -z "$counting" ] || counts_begin
	[ -z "$PROFILE" ] || profile_begin
	snap before
}

# finish WORKLOAD UNITS UNIT FRAMES: the difference of both snaps, for each of so many
finish() {
	snap after
	[ -z "$PROFILE" ] || profile_end "$1" "$2" "$3"
	if [ -n "$counting" ]; then
		counts_end "$1" "$4"
		return
	fi
	# where dom0 has the peer send each frame, what that costs is not the traffic's
	case $1 in udp64_rx_[1-9]*) besides=1 ;; *) besides= ;; esac
	awk -v units="$2" -v ids="0 $drv_id $g1_id $g2_id" -v besides="$besides" '
		FNR == NR { a[$1] = $2; next }
		{ d[$1] = ($2 - a[$1]) / 2 }
		END {
			split(ids, id, " "); split("dom0 drv g1 g2", name, " ")
			for (i = besides ? 2 : 1; i <= 4; i++) { print name[i], d[id[i]] / units; all += d[id[i]] }
			print "all", all / units
			printf "seconds %.3f\n", d["now"] * 2 / 1e9
		}' /run/lab/before /run/lab/after > /run/lab/per
	while read -r name value; do
		unit=insn/$3
		[ "$name" != seconds ] || unit=s
		metric "$KIND.$1.$name" "$value" "$unit"
	done < /run/lab/per
}

# ---- workloads ----

# program WHERE: where xmd-flow is there
program() { if [ "$1" = peer ]; then echo "\$RUN/bin/xmd-flow"; else echo $flow; fi; }

# sender COUNT [RATE BYTES]: runs it at $from. The peer's clock is not the domains': there "ticked" is a
# rate by dom0's.
sender() {
	command="exec $(program "$from") $send $to_addr $port"
	case ${2:-} in
	ticked*) /run/lab/xmd-flow tick "$1" "${2#ticked}" | on "$from" "$command $1 stdin $3" ;;
	*) on "$from" "$command $*" ;;
	esac
}

# flows FROM TO RECEIVE SEND COUNT [RATE BYTES]: sets $arrived
flows() {
	from=$1 to=$2 receive=$3 send=$4
	shift 4
	port=$((port + 1))
	if [ "$to" = peer ]; then to_addr=$PEER_IP; else to_addr=$(addr "$to"); fi
	on "$to" "exec $(program "$to") $receive $port" > "/run/lab/received.$port" 2>&1 &
	receiver=$!
	table=tcp
	case $receive in *frames*) table=udp ;; esac
	wait_until 30 "on $to 'grep -q :$(printf %04X $port) /proc/net/$table'" || fail "$receive does not start at $to"
	sleep 0.3
	begin
	sender "$@" > "/run/lab/sent.$port" 2>&1 ||
		fail "$send at $from: $(cat /run/lab/sent.$port)"
	wait $receiver || fail "$receive at $to: $(cat /run/lab/received.$port)"
	arrived=$(sed -n 's/^flow: [a-z]*=//p' "/run/lab/received.$port")
	[ "${arrived:-0}" -gt 0 ] || fail "nothing arrived: $(cat /run/lab/received.$port)"
}

# on_wire FROM TO FRAMES: "wire" if they can be counted there
on_wire() { case "$1 $2" in *peer*) echo wire ;; *) echo "$3" ;; esac; }

stream() { # WORKLOAD FROM TO
	flows "$2" "$3" sink send "$BYTES"
	[ "$arrived" = "$BYTES" ] || fail "$1: $arrived bytes of $BYTES arrived"
	finish "$1" "$arrived" byte "$(on_wire "$2" "$3" $((arrived / 1448)))"
}

# Those that are lost, at full speed above all, are the sender's cost, and a metric
frames() { # WORKLOAD FROM TO RATE
	n=$FRAMES
	case $4 in *[1-9]*) n=$((${4#ticked} * SECS)) ;; esac
	bytes=${1#udp}
	flows "$2" "$3" frames-sink frames "$n" "$4" "${bytes%%_*}"
	metric "$KIND.$1.lost" "$(echo "$n $arrived" | awk '{ print ($1 - $2) / $1 * 100 }')" %
	finish "$1" "$arrived" frame "$(on_wire "$2" "$3" "$arrived")"
}

questions() { # WORKLOAD FROM TO
	flows "$2" "$3" echo ask "$ASKED"
	finish "$1" "$arrived" question "$(on_wire "$2" "$3" $((2 * arrived)))"
}

nothing() {
	begin
	sleep "$IDLE"
	finish idle "$IDLE" second 0
}

workload() {
	case $1 in
	idle) nothing ;;
	tcp_tx) stream "$1" g1 peer ;;
	tcp_rx) stream "$1" peer g1 ;;
	tcp_inter) stream "$1" g1 g2 ;;
	udp*_tx_full) frames "$1" g1 peer 0 ;;
	udp64_tx_*) frames "$1" g1 peer "${1##*_}" ;;
	udp*_rx_full) frames "$1" peer g1 window ;;
	udp64_rx_*) frames "$1" peer g1 "ticked${1##*_}" ;;
	udp*_inter_full) frames "$1" g1 g2 window ;;
	rr) questions "$1" g1 peer ;;
	rr_inter) questions "$1" g1 g2 ;;
	*) fail "there is no workload '$1'" ;;
	esac
}

# Until the end of the case
listen_to() {
	xmdctl tcpdump "$1" --write /dev/null > "/logs/listen-$1.txt" 2>&1 &
	eval "mirror=xmdvif\$${1}_id.0"
	wait_until 30 "on drv 'ip link show $mirror' | grep -q '[<,]UP[,>]'" || fail "nobody listens: $(cat "/logs/listen-$1.txt")"
}

case $KIND in
*-granted) LAB_EXTRA=xmd.backend=--no-staging ;;
# the emulated processor says that it needs no retpolines
*-mitigated) LAB_DRV_EXTRA="mitigations=auto spectre_v2=retpoline" ;;
esac
drv_start "${KIND%%-*}"
LAB_EXTRA=
for g in g1 g2; do
	guest_start $g $front pv
	put $g /case/xmd-flow $flow
	eval "${g}_id=\$guest_id"
	on $g "ping -q -c 3 -W 2 $PEER_IP" > /dev/null || fail "$g cannot reach the peer"
done
on g1 "ping -q -c 2 -W 2 $(addr g2)" > /dev/null || fail "g1 cannot reach g2"
# shellcheck disable=SC2016
put peer /case/xmd-flow "$(on peer 'echo $RUN')/bin/xmd-flow"
cp /case/xmd-flow /run/lab/
[ -z "$PROFILE" ] || profile_open
case $KIND in *-listened) listen_to g1; listen_to g2 ;; esac
note "mitigations of the driver domain's kernel: $(on drv 'dmesg | grep "Spectre V"; grep . /sys/devices/system/cpu/vulnerabilities/*' | grep -v "Not affected" || true)"
sleep 3
counting=
for round in $(seq "$ROUNDS"); do
	note "$KIND, round $round of $ROUNDS"
	for w in $WORKLOADS; do workload "$w"; done
done
[ -n "$COUNTS" ] || exit 0
counting=1 PROFILE='' BYTES=$((BYTES / 4)) FRAMES=$((FRAMES / 3)) ASKED=$((ASKED / 3))
note "$KIND, counts"
for w in $WORKLOADS; do workload "$w"; done
