# lab: file tests/tools/caselib.sh
# lab: file build/bin/xmd-gaptcp
# full only: eight guests take minutes to boot here
#
# How little memory a driver domain needs: 64 MB, and eight guests with a TCP stream each way, all at once. What cases
# bring along is not brought here, as the image has none of it; the lab's shell and agent are in, and are told apart.
#
#	peer ---- wire ---- drv ---- g1 ... g8
#
# XMD_MB=64  what it has; XMD_GUESTS=8; XMD_SECONDS=20 of load
. /case/caselib.sh
guests=$(seq "${XMD_GUESTS:-8}")
LAB_DRV_MEMORY=${XMD_MB:-64}
drv_tools() { :; }

# left NAME: KiB of drv's memory
left() { on drv "awk '/^$1:/ { print \$2 }' /proc/meminfo"; }

drv_start xmd
metric drv_memory "$LAB_DRV_MEMORY" MB
metric drv_total "$(left MemTotal)" KiB
metric drv_of_the_lab "$(on drv 'du -sk /usr/bin /usr/lib/x86_64-linux-gnu /lib64 2> /dev/null | awk "{ n += \$1 } END { print n }"')" KiB
metric available_without_guests "$(left MemAvailable)" KiB
for n in $guests; do
	guest_start "g$n" stock pv 'memory = 160'
	tool xmd-gaptcp "g$n"
done
tool xmd-gaptcp peer
metric available_with_guests "$(left MemAvailable)" KiB

# shellcheck disable=SC2016  # for the far side; without starting a process there
# alone: eight guests
on drv 'least=99999999
	while read -r _ < /proc/uptime; do
		while read -r name kb _; do [ "$name" != MemAvailable: ] || break; done < /proc/meminfo
		[ "$kb" -ge "$least" ] || { least=$kb; echo "$kb"; }
		sleep 0.2
	done' > /run/lab/least &
for n in $guests; do
	watch_start "g$n" peer "$PEER_IP" "500$n" "${XMD_SECONDS:-20}" 5000
	watch_start peer "g$n" "$(addr "g$n")" "600$n" "${XMD_SECONDS:-20}" 5000
done
for n in $guests; do
	watch_end "500$n"
	watch_end "600$n"
done
metric available_least "$(tail -n 1 /run/lab/least)" KiB
! on drv dmesg | grep -iE 'out of memory|oom-kill|page allocation failure' || fail "the driver domain had too little memory"
for n in $guests; do reachable peer "$(addr "g$n")" || fail "g$n is not reached"; done
