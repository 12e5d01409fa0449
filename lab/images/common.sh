# shellcheck shell=sh
# Sourced by every /init of the lab, and by the driver domain's after-start.
export PATH=/usr/sbin:/usr/bin HOME=/root

# word NAME: the value of NAME=value on the kernel's command line
word() {
    for w in $(cat /proc/cmdline); do
        case $w in "$1"=*) echo "${w#*=}" ;; esac
    done
}

[ -e /proc/mounts ] || mount -t proc proc /proc

# mounts NAME: what any program expects; xmd-init has done the first
mounts() {
    if ! [ -e /sys/kernel ]; then
        mount -t sysfs sys /sys
        mount -t devtmpfs dev /dev 2>/dev/null
        mount -t tmpfs run /run
    fi
    mkdir -p /dev/pts /dev/shm
    mount -t devpts pts /dev/pts
    mkdir -p /run/xen /run/xenstored /run/lock /run/lab
    ln -s /run/lock /var/lock
    ln -s /proc/self/fd /dev/fd
    hostname "$1"
    ip link set lo up
}

base_system() {
    mounts "$1"
    xen_devices
}

# What programs that speak to Xen, or to other domains, need beyond xenstore.
# The driver domain's own kernel has what it needs of that.
xen_devices() {
    [ -e "/lib/modules/$(uname -r)/modules.dep" ] || return 0
    modprobe -a xen-evtchn xen-gntdev xen-gntalloc xen-privcmd xenfs
    mount -t xenfs xenfs /proc/xen
}

# wait_for TEST...: until "test TEST..." holds
wait_for() {
    until test "$@"; do sleep 0.02; done
}

# address DEV: gives DEV the addresses named on the command line. No duplicate address detection: it takes a second.
# In words that busybox understands, too, and which may be said twice.
address() {
    echo 0 > "/proc/sys/net/ipv6/conf/$1/accept_dad"
    ip link set "$1" up
    for a in $(word lab.ip); do ip addr add "$a" dev "$1" 2> /dev/null; done
    for a in $(word lab.ip6); do ip -6 addr add "$a" dev "$1" 2> /dev/null; done
    true
}

# What "on NAME ..." in dom0 talks to.
start_agent() {
    agent serve vchan &
}

# Process 1 has nothing more to do than to reap what others leave behind.
idle() {
    while :; do
        wait
        sleep 3600 &
    done
}
