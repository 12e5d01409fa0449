# full only: its disks take minutes to make, and DKMS builds in emulated domains; tests/packages installs and upgrades in roots
# lab: disks debian
# lab: file tests/tools/caselib.sh
# lab: file build/bin/xmd-seqtest
# lab: file lab/images/disk-boot
# alone: silences are measured, on disks
#
# The packages of the domains, upgraded under traffic. The driver domain is a Debian 12 with systemd on a disk, as INSTALL.md has
# it, with xmd-driver-domain and xmd-dkms; of the two guests g1 is the lab's own, and g2 a Debian 12 with xmd-front-dkms
# (lab/domain-disks). While each has a TCP stream and numbered datagrams each way:
#
#   xmd-driver-domain and xmd-dkms, later versions with the same modules' source: programs are started anew, modules lie there
#   xmd-front-dkms: the module lies there
#   xmd-driver-domain and xmd-dkms, whose xmd_nic is another: nothing is started anew, and the package says so;
#     "xmdctl restart drv" in dom0 then boots the domain with it
#
# Then g2 is rebooted, and has the later xmd_front. What was typed is in session.txt, with what came of it.
#
# Not as on hardware: dom0 is the lab's own, and instead of pygrub a script of the lab's finds the kernel on the disk; the first
# version of the packages was installed where the disk was made.
. /case/caselib.sh
session=/logs/session.txt told=/run/lab/told
boot_s=${LAB_START_TIMEOUT:-400}
evidence() {
    for d in drv g2; do
        timeout 20 on $d 'journalctl -o short-monotonic -b --no-pager' > /logs/journal-$d.txt 2>&1
        timeout 20 on $d 'cat /var/lib/dkms/*/*/build/make.log /var/log/apt/term.log' > /logs/apt-$d.txt 2>&1
    done
    for what in status vifs stats history logs; do echo "== xmdctl $what"; xmdctl $what; done > /logs/xmdctl.txt 2>&1
}
fail() { evidence || true; echo "FAIL: $*"; touch "$LAB_STATE/failed"; exit 1; }
now_s() { cut -d ' ' -f 1 /proc/uptime; }
seconds_since() { echo "$(now_s) $1" | awk '{ printf "%.0f", $1 - $2 }'; }
# type_in WHERE COMMAND [LINES]: as an administrator types it there. The last LINES of what it says are shown.
type_in() {
    status=0 since=$(now_s)
    printf '(%s) # %s\n' "$1" "$2" | tee -a $session
    on "$1" "$2" > $told 2>&1 < /dev/null || status=$?
    cat $told >> $session
    tail -n "${3:-8}" $told | sed 's/^/    /'
    took=$(seconds_since "$since")
    [ $status = 0 ] || fail "$1: $2: status $status: $(tail -n 40 $told)"
    printf '    [took %s s]\n' "$took" | tee -a $session
}
says() { grep -qE -- "$1" $told || fail "that does not say '$1': $(cat $told)"; } # PATTERN
get() { on "$1" "$2" || fail "$1: $2"; } # WHERE COMMAND

# ---- domains with disks

# the last for ext4's checksums: the kernel has no /sbin/modprobe here to ask for it
modprobe -a virtio_blk xen-blkback ext4 crc32c_generic
disk_of() { # NAME
    for d in /sys/block/vd*; do
        if [ "$(cat "$d/serial")" = "$1" ]; then echo "/dev/${d##*/}"; return; fi
    done
    fail "there is no disk $1"
}
disk_config() { # NAME MEMORY DISK WORDS
    cat <<END2
name = "$1"
type = "pv"
bootloader = "/case/disk-boot"
memory = $2
vcpus = 1
tsc_mode = "native"
disk = ["phy:$(disk_of "$3"),xvda1,w"]
extra = "root=/dev/xvda1 ro $KERNEL_WORDS $4"
END2
}
LAB_CREATE_TIMEOUT=300
{
    disk_config drv 512 debian-drv swiotlb=1024
    lines 'driver_domain = 1' "pci = [\"$NIC\"]" 'on_crash = "preserve"' 'on_watchdog = "preserve"'
} | create drv
drv_id=$(xl domid drv)
# As xmd-supervisor does for a domain that was too slow: beside other work this host starved drv for longer than the two seconds
# that its watchdog has at least, in the middle of an upgrade. Domains that hang are other cases' business.
xenstore-write "/local/domain/$drv_id/data/xmd-backend/watchdog" "${XMD_WATCHDOG:-60}"
ready_or_dead "$boot_s" drv "[ \"\$(xs /local/domain/$drv_id/data/xmd-backend/state)\" = serving ]"
ready_or_dead "$boot_s" drv "timeout 20 on drv true"
note "$(get drv '. /etc/os-release; echo "drv: $PRETTY_NAME, Linux $(uname -r), systemd: $(systemctl is-system-running --wait)"')"

units="xmd-userdriver xmd-backend xmd-capture"
pids() { on drv "for u in $units; do systemctl show -P MainPID \$u; done" | tr '\n' ' '; }
units_run() { # [" (deleted)"]: of drv, as the package installed them, or one before it, and none has died
    get drv "systemctl is-active $units" > $told
    [ "$(grep -cx active $told)" = 3 ] || fail "units of drv: $(cat $told)"
    get drv "for u in $units; do echo \$u \$(systemctl show -P NRestarts \$u) \$(readlink /proc/\$(systemctl show -P MainPID \$u)/exe); done" > $told
    for u in $units; do grep -qxF "$u 0 /usr/sbin/$u${1:-}" $told || fail "it is not the package's $u that runs, or it has died: $(cat $told)"; done
}
failed_units() {
    [ -z "$(on "$1" 'systemctl --failed --no-legend')" ] || fail "$1: $(on "$1" 'systemctl --failed --no-legend; systemctl status "xmd*"')"
}
# loaded WHERE MODULE, there WHERE MODULE: the version of the loaded one, and of the one that the next start will load
loaded() { get "$1" "cat /sys/module/$2/version"; }
there() { get "$1" "modinfo -F version $2"; }
has() { # WHERE PACKAGE: its version, if it is installed
    get "$1" "dpkg-query -W -f '\${db:Status-Abbrev}\${Version}' $2" | sed -n 's/^ii *//p'
}

note "it is the packages' doing that the NIC and the vifs are xmd's"
version=$(has drv xmd-driver-domain)
[ -n "$version" ] && [ "$(has drv xmd-dkms)" = "$version" ] || fail "the packages are not installed"
units_run
failed_units drv
for m in xmd_nic xmd_back; do
    get drv "modinfo -n $m" | grep /updates/dkms/ || fail "$m is not DKMS's"
    [ "$(loaded drv $m)" = "$version" ] || fail "$m: $(loaded drv $m) is loaded"
done
on drv 'for d in /sys/class/net/*/device/driver; do echo "${d%/device*} is driven by $(basename "$(readlink "$d")")"; done' | tee -a $session > $told
cat $told
says 'is driven by xmd_nic$'
port=$(sed -n 's|.*/\([^ ]*\) is driven by xmd_nic$|\1|p' $told)
[ "$(get drv "cat /sys/class/net/$port/address")" = 00:16:3e:77:00:02 ] || fail "$port has the address $(get drv "cat /sys/class/net/$port/address"), not its NIC's"
! get drv lsmod | grep -E '^xen_netback ' || fail "xen-netback is loaded"
get drv 'ls -l /dev/xmd; free -m' >> $session

supervise 'serve_timeout = 300'
guest_start g1
{
    disk_config g2 512 debian-guest "net.ifnames=0 lab.ip=$IP_g2/24"
    lines "vif = [\"backend=drv,mac=$(mac g2)\"]"
} | create g2
ready_or_dead "$boot_s" g2 "timeout 20 on g2 true"
ready_or_dead 60 g2 "vifs_connected $(xl domid g2)"
[ "$(get g2 'basename $(readlink /sys/class/net/eth0/device/driver)')" = xmd_front ] || fail "g2's vif is driven by $(get g2 'readlink /sys/class/net/eth0/device/driver')"
[ "$(has g2 xmd-front-dkms)" = "$version" ] && [ "$(loaded g2 xmd_front)" = "$version" ] || fail "g2 has xmd_front $(loaded g2 xmd_front)"
failed_units g2
for g in g1 g2; do
    on $g "until ping -c 1 -W 1 $PEER_IP > /dev/null; do :; done; ping -c 3 $PEER_IP" > $told 2>&1 || fail "$g does not reach the peer: $(cat $told)"
    says '3 received'
done

# ---- traffic

GAP_MS=1500
# not more: what a guest's traffic costs in emulation is as much again as DKMS does
both_stream 10000
apt() { # WHERE FOLDER PACKAGE...: upgraded to what lies in FOLDER
    where=$1 folder=$2 files=
    shift 2
    for p; do files="$files ./$folder/${p}_*.deb"; done
    type_in "$where" "cd /root && DEBIAN_FRONTEND=noninteractive apt-get install -y$files" 60
    for p; do
        [ "$(has "$where" "$p")" = "$version+$folder" ] || fail "$p was not upgraded: $(has "$where" "$p")"
        ! get "$where" "dpkg -V $p" | grep -v '^missing .*/usr/share/\(doc\|man\)' || fail "$p: files are others than the package's"
    done
    get "$where" 'dpkg --audit' > $told
    [ ! -s $told ] || fail "dpkg --audit: $(cat $told)"
}

note "xmd-driver-domain and xmd-dkms of a later version, the same modules"
was=$(pids)
both_count 10
apt drv later xmd-driver-domain xmd-dkms
metric drv_upgrade "$took" s
is=$(pids)
for i in 1 2 3; do
    [ "$(echo "$was" | cut -d ' ' -f $i)" != "$(echo "$is" | cut -d ' ' -f $i)" ] || fail "not all of $units were started anew: $was, now $is"
done
units_run
eventually 20 "[ \"\$(xs /local/domain/$drv_id/data/xmd-backend/state)\" = serving ]" || fail "the upgraded xmd-backend does not serve"
[ "$(xs "/local/domain/$drv_id/data/xmd-backend/version")" = "$version+later" ] || fail "it is xmd-backend $(xs "/local/domain/$drv_id/data/xmd-backend/version") that serves"
for u in $units; do get drv "$u --version" | grep -qF "$version+later" || fail "$u --version: $(get drv "$u --version")"; done
for m in xmd_nic xmd_back; do
    [ "$(there drv $m) $(loaded drv $m)" = "$version+later $version" ] || fail "$m: $(there drv $m) lies there, $(loaded drv $m) is loaded"
done
failed_units drv
vifs_connected "$(xl domid g1)" && vifs_connected "$(xl domid g2)" || fail "not all vifs are connected"
both_counted drv_later tx rx
xmdctl status | tee -a $session
[ "$(xl domid drv)" = "$drv_id" ] && ! xmdctl history drv | grep recover || fail "the upgrade has cost a restart: $(xmdctl history drv)"

note "xmd-front-dkms of a later version, in the guest"
both_count 10
apt g2 later xmd-front-dkms
metric front_upgrade "$took" s
[ "$(there g2 xmd_front) $(loaded g2 xmd_front)" = "$version+later $version" ] || fail "xmd_front: $(there g2 xmd_front) lies there, $(loaded g2 xmd_front) is loaded"
failed_units g2
both_counted front_later tx rx

note "xmd-driver-domain and xmd-dkms of the next version, whose xmd_nic is another"
was=$(pids)
both_count 10
apt drv next xmd-driver-domain xmd-dkms
grep 'reboot this domain soon' $session || fail "the package does not say that the domain wants a reboot"
[ "$(pids)" = "$was" ] || fail "programs were started anew beside another module: $was, now $(pids)"
units_run ' (deleted)'
both_counted drv_next tx rx

note "which xmdctl restart does"
both_count 10
xmdctl status >> $session
type_in dom0 "xmdctl restart drv"
metric restart "$took" s
back_again 1 60
xmdctl history drv | tee -a $session
[ "$(xl domid drv)" = "$drv_id" ] || fail "it has come back with another domid"
xmdctl --json history drv | grep -q '2 of 2 vifs adopted' || fail "not all vifs were adopted: $(xmdctl --json history drv)"
ready_or_dead "$boot_s" drv "timeout 20 on drv true"
for m in xmd_nic xmd_back; do
    [ "$(there drv $m) $(loaded drv $m)" = "$version+next $version+next" ] || fail "$m: $(there drv $m) lies there, $(loaded drv $m) is loaded"
done
units_run
get drv 'systemctl is-system-running --wait' > $told || true
failed_units drv
both_counted restart tx
for g in g1 g2; do streams_end $g; done

note "g2 is rebooted"
was=$(xl domid g2)
on g2 "systemctl --no-block reboot" || true
wait_until "$boot_s" "[ \"\$(xl domid g2)\" != $was ]" || fail "g2 does not reboot: $(xl list)"
ready_or_dead "$boot_s" g2 "timeout 20 on g2 true"
ready_or_dead 60 g2 "vifs_connected $(xl domid g2)"
[ "$(loaded g2 xmd_front)" = "$version+later" ] || fail "g2 has loaded xmd_front $(loaded g2 xmd_front)"
on g2 "ping -c 3 -W 5 $PEER_IP" > $told 2>&1 || fail "g2 does not reach the peer: $(cat $told)"
says '3 received'
failed_units g2
evidence
