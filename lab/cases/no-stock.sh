# full only: crossings does the same in its own boot
# Nothing of the stock path is in the driver domain: it is ours alone that carries the frames.
if [ -z "${booted:-}" ]; then
	drv_start xmd
	guest_start g1 stock pv
fi
on peer "ping -c 2 -i 0.2 -W 5 $(addr g1)" > /dev/null || fail "no traffic"

on drv 'cat /proc/modules' > /run/lab/modules
on drv 'ps' > /run/lab/ps
for module in e1000 xen_netback bridge tun veth; do
	! grep "^$module " /run/lab/modules || fail "the module $module is loaded in drv"
done
for program in xl devd brctl ovs-vswitchd; do
	! grep -w "$program" /run/lab/ps || fail "$program runs in drv"
done
for module in xmd_nic xmd_back; do
	grep "^$module " /run/lab/modules || fail "the module $module is not loaded in drv"
done
for program in xmd-userdriver xmd-backend; do
	grep -w "$program" /run/lab/ps || fail "$program does not run in drv"
done

note "who drives the NIC: xmd_nic, and the driver domain's eth0 is its"
on drv 'readlink /sys/class/net/eth0/device/driver' | grep -q xmd_nic || fail "eth0 is not xmd_nic's"

note "no user half runs as root, with capabilities or without a filter on its system calls"
for program in xmd-userdriver xmd-backend; do
	status=$(on drv "cat /proc/\$(pidof $program)/status")
	uid=$(echo "$status" | awk '/^Uid:/ { print $3 }')
	caps=$(echo "$status" | awk '/^CapEff:/ { print $2 }')
	filter=$(echo "$status" | awk '/^Seccomp:/ { print $2 }')
	echo "$program: uid $uid, capabilities $caps, seccomp mode $filter"
	[ "$uid" != 0 ] && [ "$caps" = 0000000000000000 ] && [ "$filter" = 2 ] ||
		fail "$program has uid $uid, capabilities $caps, seccomp mode $filter"
done
