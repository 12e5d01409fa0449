# shellcheck shell=sh disable=SC2154  # caselib.sh and isolation-lib.sh set variables
# SPDX-License-Identifier: GPL-2.0
# lab: file tests/tools/caselib.sh
# lab: file bench/isolation/workload.sh
# lab: file bench/isolation/verdict.sh
# lab: file bench/isolation/drv-state
# lab: file bench/isolation/watchers
# lab: file build/bin/xmd-seqtest
# lab: file build/bin/xmd-inject
# lab: optional build/isolation/plan
# lab: optional build/isolation/blocks
# lab: optional build/isolation/lab/xmd_poke.ko
#
# One batch of the isolation campaign, see bench/isolation/campaign: a driver domain, two guests with the stock
# frontend and one with xmd_front, traffic that checks itself, a control operation every second; and one fault after
# the other. A line for each in /logs/results.jsonl, as soon as it is known.
#
# MODE      stock or xmd
# WHERE     userdriver, backend, nic-kernel, back-kernel
# MODULE    for the kernel halves: which, of those that MODE has there
# COVER     seconds: only find out what runs, into /logs/covered
# OBSERVE   seconds after each fault (default 4)
# LIMIT     seconds until everything must be back by itself (default 60)
# QUIET     seconds that are watched before the first fault (default 10)
. /case/caselib.sh
: "${MODE:=xmd}" "${WHERE:=userdriver}" "${COVER:=}" "${OBSERVE:=4}" "${LIMIT:=60}" "${QUIET:=10}"
guests="g1 g2 g3"
. /case/workload.sh
. /case/verdict.sh

extra=
case $WHERE in *-kernel) extra='xmd.modules=open' ;; esac
LAB_DRV_EXTRA=$extra
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
drv_prepare
workload_start

if [ -n "$COVER" ]; then
	cover "$COVER" > /logs/covered
	workload_end
	exit 0
fi

baseline
quiet_look
# fields as plan.c has them
tab=$(printf '\t')
while IFS=$tab read -r number type site at old new seed delay text <&4; do
	note "$number: $type at $site"
	one_fault
	[ -z "$stuck" ] || break
done 4< /case/plan
[ -n "$stuck" ] || workload_end
