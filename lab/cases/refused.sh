# lab: file tests/tools/caselib.sh
# full only: tests/init has xmd-init do this as process 1 of namespaces
# alone: silences are measured by the supervisor
#
# A user half that says of its kernel half that it refuses what it has to grant (status 9), three times: xmd-init ends the domain,
# and xmd-supervisor starts it anew, with a kernel half that is whole.
. /case/caselib.sh
drv_start xmd 'on_crash = "preserve"' 'on_watchdog = "preserve"'
supervise 'stable = 2'
guest_start g1 stock pv
# in the place of the other from now on; the next domain has the right one
on drv 'printf "#!/bin/sh\nsleep 1\nexit 9\n" > /usr/sbin/x && chmod +x /usr/sbin/x && mv /usr/sbin/x /usr/sbin/xmd-userdriver && kill -9 $(pidof xmd-userdriver)'
back_again 1 60
xmdctl history | tail -n 1
grep -a "xmd-init: 3 times within 120 s the kernel half has refused xmd-userdriver" /logs/guest-drv.log ||
    fail "it does not say why: $(grep -a xmd-init /logs/guest-drv.log | tail -n 3)"
xmdctl logs drv | grep -aq "has refused" || fail "nor do its last words"
wait_until 20 "reachable peer $IP_g1 1" || fail "g1 is not reached"
