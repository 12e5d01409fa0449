# full only: five minutes until the first fault is in, most of them to find out which code runs; the host has faults of a simulated NIC
# shellcheck shell=sh disable=SC2034,SC2154  # workload.sh, put.sh and verdict.sh read and set them
# lab: file tests/tools/caselib.sh
# lab: file bench/isolation/workload.sh
# lab: file bench/isolation/put.sh
# lab: file bench/isolation/verdict.sh
# lab: file bench/isolation/drv-state
# lab: file bench/isolation/watchers
# lab: file build/bin/xmd-seqtest
# lab: optional build/bin/xmd-inject
# lab: optional build/isolation/short/xmd_poke.ko
# lab: optional build/isolation/short/blocks-userdriver build/isolation/short/faults-userdriver
# lab: optional build/isolation/short/blocks-backend build/isolation/short/faults-backend
# lab: optional build/isolation/short/blocks-nic-kernel build/isolation/short/faults-nic-kernel
# lab: optional build/isolation/short/blocks-back-kernel build/isolation/short/faults-back-kernel
# alone: what is cut off for 200 ms is counted
#
# A short isolation campaign (bench/README.md), with a fixed seed: faults in the user halves and kernel halves while guests
# work. By none in a user half may a guest or the host be harmed, or a human be needed, and it leaves nothing behind; a
# kernel half may harm no host. First "bench/isolation/short", which finds the faults.
#
# With --env XMD_FULL=1 40 in user halves and 6 in kernel halves, some ten minutes; --env FAULTS="backend:3" is another choice.
. /case/caselib.sh
MODE=xmd WHERE=userdriver
: "${OBSERVE:=2}" "${LIMIT:=60}" "${QUIET:=4}" "${OP_EVERY:=0.3}" "${LOOK:=5}"
if [ -n "$FULL" ]; then wanted="userdriver:20 backend:20 nic-kernel:3 back-kernel:3"; else wanted="userdriver:4 backend:4 nic-kernel:1 back-kernel:1"; fi
wanted=${FAULTS:-$wanted}
guests="g1 g2 g3"
. /case/workload.sh
. /case/put.sh
. /case/verdict.sh
LAB_DRV_EXTRA='xmd.modules=open'

module_of() { case $1 in nic-kernel) echo xmd_nic ;; back-kernel) echo xmd_back ;; esac; }
name_of() { echo "${1%:*}"; }

# One after the other: with breakpoints in all of it at once a driver domain is too slow for Xen's watchdog
what_runs() {
	for w in $wanted; do
		name=$(name_of "$w")
		place_is "$name" "$(module_of "$name")"
		# xmd-inject is there already
		case $name in *-kernel) put_prepare ;; esac
		cover "$LOOK" "/case/blocks-$name" > "/logs/covered-$name"
	done
}

[ -e /case/faults-userdriver ] || fail "there are no faults: bench/isolation/short finds them"
domains_start
drv_prepare
workload_start
what_runs
baseline
quiet_look
for w in $wanted; do
	place_is "$(name_of "$w")" "$(module_of "$(name_of "$w")")"
	put_prepare
	awk -F '\t' 'NR == FNR { runs[$1] = 1; next } $1 in runs' "/logs/covered-$WHERE" "/case/faults-$WHERE" | cut -f 2- |
		head -n "${w#*:}" > /run/lab/plan
	[ -s /run/lab/plan ] || fail "$WHERE: none of its faults is in code that runs"
	each_fault /run/lab/plan
	[ -z "$stuck" ] || break
done

put_in() { grep '"result":"injected"' $results | grep -c "\"where\":\"$1" || true; }
metric faults_in_user_halves $(($(put_in userdriver) + $(put_in backend))) ''
metric faults_in_kernel_halves $(($(put_in nic-kernel) + $(put_in back-kernel))) ''
bad=$(grep '"where":"\(userdriver\|backend\)"' $results | grep -E '"verdict":"(host|guest|human)"|"left":"[^"]' || true)
[ -z "$bad" ] || fail "a fault in a user half did harm, or left something behind: $bad"
bad=$(grep '"verdict":"host"' $results || true)
[ -z "$bad" ] || fail "a fault harmed the host: $bad"
# a kernel half may take its domain along: what comes after that is not tried
[ -z "$stuck" ] || { note "a fault in a kernel half needs a human: $stuck"; exit 0; }
for w in $wanted; do
	[ $(($(put_in "$(name_of "$w")") * 2)) -ge "${w#*:}" ] || fail "$w: less than half of them were put in: is bench/isolation/short of another build?"
done
workload_end
