#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# The program itself, as a user or a restart loop sees it: exit codes, one line a
# failure, signals, --help.  usage: test_program.sh PROGRAM
prog=$1
passed=0 failed=0
out=$(mktemp) || exit 1
trap 'rm -f "$out"' EXIT

# expect STATUS TEXT ARGUMENT...: status and text of a run that ends by itself
expect() {
	want=$1 text=$2
	shift 2
	timeout 10 "$prog" "$@" > "$out" 2>&1
	status=$?
	if [ $status = "$want" ] && grep -q -e "$text" "$out"; then
		passed=$((passed + 1))
		return
	fi
	failed=$((failed + 1))
	echo "FAILED: $prog $*: status $status, wanted $want and '$text'; it said:"
	cat "$out"
}

# ends_on SIGNAL ARGUMENT...: runs until the signal, then status 0
ends_on() {
	signal=$1
	shift
	"$prog" "$@" > "$out" 2>&1 &
	pid=$!
	sleep 1
	kill -"$signal" $pid
	wait $pid
	status=$?
	if [ $status = 0 ] && grep -q 'the NIC runs on' "$out"; then
		passed=$((passed + 1))
		return
	fi
	failed=$((failed + 1))
	echo "FAILED: $prog $*, SIG$signal: status $status, wanted 0; it said:"
	cat "$out"
}

# counts_on_usr1 ARGUMENT...: SIGUSR1 logs the crossings and ends nothing
counts_on_usr1() {
	"$prog" "$@" > "$out" 2>&1 &
	pid=$!
	sleep 1
	kill -USR1 $pid
	sleep 1
	kill -TERM $pid
	wait $pid
	status=$?
	if [ $status = 0 ] && grep -q '^crossed .* sent=' "$out" && grep -q '^upcall ' "$out"; then
		passed=$((passed + 1))
		return
	fi
	failed=$((failed + 1))
	echo "FAILED: $prog $*, SIGUSR1: status $status; it said:"
	cat "$out"
}

expect 0 'Usage: xmd-userdriver' --help
expect 0 'objects [0-9a-f]\{8\}$' --version
expect 0 '^ok$' --check --tx-ring 128
expect 2 '64, 128, 256' --check --tx-ring 65
expect 2 "'--bogus'" --bogus
expect 2 "no fault is called 'nonsense'" --simulate=flap,nonsense
expect 1 '/nonexistent: No such file' --device /nonexistent
expect 3 'the same build' --simulate=version
expect 3 'HELLO' --device /dev/null
expect 4 'EERD.DONE' --simulate=eerd-stuck
expect 4 'not 0xbaba' --simulate=eeprom-checksum
expect 5 'PHYID1' --simulate=phy-dead
expect 6 'CTRL.RST' --simulate=reset-stuck
expect 9 'XMD_NIC_START' --simulate=start-refused
expect 7 'given this process up' --simulate=lost
ends_on TERM --simulate
ends_on INT --simulate=running
ends_on HUP --simulate=flap,tx-hang
ends_on TERM --simulate=all-ones
counts_on_usr1 --simulate

# A recording, replayed: the same; with a register's answer changed: told where
rec=$(mktemp)
timeout 3 "$prog" --simulate --user 0 --record "$rec" 2> /dev/null
expect 0 'replay: as recorded' --replay "$rec" --user 0
sed -i '0,/ R 0 /s/ 2,1000,ffff,30,0=/ 2,1000,ffff,28,0=/' "$rec"
expect 6 'replay, line .*register 0x1000' --replay "$rec" --user 0
expect 2 'No such file' --replay /nonexistent
for f in "$(dirname "$0")"/recordings/*; do
	[ ! -e "$f" ] || expect 0 'replay: as recorded' --replay "$f" --user 0
done
rm -f "$rec"

echo "$passed passed, $failed failed"
[ $failed = 0 ]
