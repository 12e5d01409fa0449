# shellcheck shell=sh disable=SC2034,SC2154  # for those who read $delivered and $sent; lab.sh sets PEER_IP
# SPDX-License-Identifier: GPL-2.0
# Frames of 64 bytes from the wire to guest g1 at a rate, and how many a program there has got that does nothing else. A
# case says "# lab: file bench/cases/frames.sh" and "# lab: file build/bin/xmd-flow". SECS is how long they are sent.
flow=/usr/bin/xmd-flow

now_ms() { read -r up _ < /proc/uptime; echo "${up%.*}${up#*.}0"; }

frames_prepare() {
	put g1 /case/xmd-flow $flow
	# shellcheck disable=SC2016
	put peer /case/xmd-flow "$(on peer 'echo $RUN')/bin/xmd-flow"
}

# offered RATE: what arrives of so many a second, in $delivered, and what really was sent, in $sent: the wire may take
# fewer, and then it takes longer
port=6000
offered() {
	port=$((port + 1))
	on g1 "exec $flow frames-sink $port" > /run/lab/sunk 2>&1 &
	sinker=$!
	wait_until 20 "on g1 'grep -q :$(printf %04X $port) /proc/net/udp'" || fail "g1 does not listen"
	began=$(now_ms)
	on peer "\$RUN/bin/xmd-flow frames $(addr g1) $port $(($1 * SECS)) $1 64" > /dev/null || fail "the peer does not send"
	took=$(($(now_ms) - began))
	# the command's way there and back, and the sender's end, are no time of sending
	[ $took -gt $((SECS * 1000 + 1000)) ] || took=$((SECS * 1000))
	wait $sinker || true
	delivered=$(sed -n 's/^flow: frames=//p' /run/lab/sunk)
	delivered=$((${delivered:-0} * 1000 / took))
	sent=$(($1 * SECS * 1000 / took))
}
