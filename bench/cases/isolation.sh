# shellcheck shell=sh disable=SC2154  # caselib.sh and isolation-lib.sh set variables
# SPDX-License-Identifier: GPL-2.0
# lab: file tests/tools/caselib.sh
# lab: file bench/isolation/workload.sh
# lab: file bench/isolation/put.sh
# lab: file bench/isolation/verdict.sh
# lab: file bench/isolation/drv-state
# lab: file bench/isolation/watchers
# lab: file build/bin/xmd-seqtest
# lab: file build/bin/xmd-inject
# lab: optional build/isolation/plan
# lab: optional build/isolation/blocks
# lab: optional build/isolation/lab/xmd_poke.ko
# lab: optional build/bin/xmd-hostile-front
#
# One batch of the isolation campaign, see bench/isolation/campaign: a driver domain, two guests with the stock
# frontend and one with xmd_front, traffic that checks itself, a control operation every second; and one fault after
# the other. A line for each in /logs/results.jsonl, as soon as it is known.
#
# MODE      stock or xmd
# WHERE     userdriver, backend, nic-kernel, back-kernel; guest: attacks by a fourth guest
# MODULE    for the kernel halves: which, of those that MODE has there
# COVER     seconds: only find out what runs, into /logs/covered
# OBSERVE   seconds after each fault (default 4)
# LIMIT     seconds until everything must be back by itself (default 60)
# QUIET     seconds that are watched before the first fault (default 10)
. /case/caselib.sh
: "${MODE:=xmd}" "${WHERE:=userdriver}" "${COVER:=}" "${OBSERVE:=4}" "${LIMIT:=60}" "${QUIET:=10}"
guests="g1 g2 g3"
. /case/workload.sh
. /case/put.sh
. /case/verdict.sh

case $WHERE in *-kernel) LAB_DRV_EXTRA='xmd.modules=open' ;; esac
domains_start
[ "$WHERE" != guest ] || attacker_start
drv_prepare
workload_start

if [ -n "$COVER" ]; then
	cover "$COVER" /case/blocks > /logs/covered
	workload_end
	exit 0
fi

[ "$WHERE" != guest ] || honest || fail "$attacker's vif does not even work when it behaves"
baseline
quiet_look
each_fault /case/plan
[ -n "$stuck" ] || workload_end
