# full only: its disk takes a quarter of an hour to make; tests/packages installs, tests/booted runs the units, and supervisor dies
# lab: dom0 debian
# lab: file tests/tools/caselib.sh
# lab: file build/bin/xmd-seqtest
# alone: silences are measured, on a disk
#
# From Debian's packages alone, as an administrator does it: dom0 is a Debian 12 with systemd, xen-system-amd64 and what that
# starts, oxenstored for one (lab/dom0-disk), and has nothing of xmd but three packages in /root. apt installs them, xmd-mkimage
# makes the image, xmdctl create the driver domain of it, two stock guests are created by xl and ping the peer; then the driver
# domain panics, and comes back by itself under a ping of each. Then each of the three packages is upgraded to a later version
# (lab/dom0-disk), the driver domain panics again, is upgraded to the image of the later xmd-mkimage, and panics while the
# supervisor is started anew: under a TCP stream and numbered datagrams each way, of both guests. What was typed is in
# session.txt, with all that came of it, and behind each command the seconds since the first.
#
# Not as on hardware: QEMU has loaded Xen, there is no GRUB; what the packages depend on is installed, as dom0 has no network; and
# the kernel that xmd-mkimage would compile has been compiled, for the same xmd-mkimage in a root like this one.
. /case/caselib.sh
session=/logs/session.txt typed=0 told=/run/lab/told allowed=0
# What tells why, into the logs of this case
evidence() {
    for unit in xmd-supervisor xen; do journalctl -o short-monotonic -b -u $unit; done > /logs/journal.txt 2>&1
    for what in status vifs stats history logs; do echo "== xmdctl $what"; xmdctl $what; done > /logs/xmdctl.txt 2>&1
    xl dmesg > /logs/xl-dmesg.txt
}
fail() { evidence || true; echo "FAIL: $*"; touch "$LAB_STATE/failed"; exit 1; }
now_s() { cut -d ' ' -f 1 /proc/uptime; }
since() { echo "$(now_s) $began" | awk '{ printf "%.0f", $1 - $2 }'; }
# type_in COMMAND [LINES]: as an administrator in dom0 types it. The last LINES of what it says are shown.
type_in() {
    typed=$((typed + 1)) status=0
    printf '# %s\n' "$1" | tee -a $session
    (eval "$1") > $told 2>&1 < /dev/null || status=$?
    cat $told >> $session
    tail -n "${2:-8}" $told | sed 's/^/    /'
    [ $status = 0 ] || [ $status = "$allowed" ] || fail "$1: status $status: $(tail -n 40 $told)"
    printf '    [%s s]\n' "$(since)" | tee -a $session
}
says() { # PATTERN
    grep -qE -- "$1" $told || fail "that does not say '$1': $(cat $told)"
}
no_xmd() { ! find /usr /etc /lib /opt /var/lib/xmd -xdev -name '*xmd*' ! -path '/etc/systemd/system/lab*' 2> /dev/null | grep .; }

note "$(. /etc/os-release; echo "$PRETTY_NAME"), Linux $(uname -r), Xen $(xl info | awk '$1 == "xen_version" { print $3 }'), systemd: $(systemctl is-system-running || true)"
no_xmd || fail "something of xmd is there before it is installed"
systemctl --failed --no-legend
pidof oxenstored > /dev/null || fail "Debian starts another xenstored than it used to: $(pgrep -a xenstored)"
driver=$(basename "$(readlink "/sys/bus/pci/devices/$NIC/driver")")
[ "$driver" = e1000 ] || fail "the NIC is not dom0's own, as on any Debian: its driver is '$driver'"
export DEBIAN_FRONTEND=noninteractive
# an administrator's guests: nothing in their configurations is for xmd but the name of the driver domain
for g in g1 g2; do guest_config $g | sed 's/bridge=xenbr0,//' > /etc/xen/$g.cfg; done
grep -h '^vif' /etc/xen/g?.cfg

cd /root
began=$(now_s)
type_in "apt-get install -y ./xmd-supervisor_*.deb ./xmd-image-tools_*.deb ./xmd-doc_*.deb" 4
installed=$(since)
type_in "xmd-mkimage --out /var/lib/xmd/drv"
made=$(since)
# what Debian does not do by itself is told, and create does it
allowed=1
type_in "xmdctl check" 40
allowed=0
says '^1 error'
says 'modprobe xen-pciback'
says "create drv --nic BDF.*$NIC"
type_in "xmdctl create drv --nic $NIC" 30
says 'drv serves'
drv_id=$(xl domid drv)
serves=$(since)
type_in "xl create /etc/xen/g1.cfg"
type_in "xl create /etc/xen/g2.cfg"
for g in g1 g2; do ready_or_dead 120 $g "vifs_connected $(xl domid $g)"; done
first=
for g in g1 g2; do
    on $g "until ping -c 1 -W 1 $PEER_IP > /dev/null; do :; done; ping -c 3 $PEER_IP" > $told 2>&1 || fail "$g does not reach the peer: $(cat $told)"
    [ -n "$first" ] || first=$(since)
    printf '# (%s) ping -c 3 %s\n%s\n' $g "$PEER_IP" "$(cat $told)" | tee -a $session
    says '3 received'
done
commands=$typed
metric apt_install "$installed" s
metric mkimage $((made - installed)) s
metric install_to_serving "$serves" s
metric install_to_first_ping "$first" s
metric commands_to_first_ping "$commands" commands

note "nothing but what the packages brought runs here"
for program in xmd-supervisor xmdctl xmd-mkimage; do
    dpkg -S "$(command -v $program)" | grep -q '^xmd-' || fail "$program is no package's"
done
# documentation may be left out by dpkg's configuration, but nothing is changed
changed=$(dpkg -V xmd-supervisor xmd-image-tools | grep -v '^missing .*/usr/share/doc' || true)
[ -z "$changed" ] || fail "files of the packages were changed: $changed"
main=$(systemctl show -P MainPID xmd-supervisor)
[ "$(readlink "/proc/$main/exe")" = /usr/sbin/xmd-supervisor ] || fail "systemd does not run the package's xmd-supervisor"

note "the driver domain panics, under a ping of each guest"
wait_until 30 "xmdctl status | grep -q '^drv .* watched'" || fail "xmd-supervisor is not in charge: $(xmdctl status)"
type_in "xmdctl status" 20
type_in "xmdctl check" 40
says '^0 errors'
for g in g1 g2; do on $g "ping -i 0.2 -c 200 $PEER_IP" > /logs/ping-$g.txt 2>&1 & eval "ping_$g=$!"; done
sleep 5
died=$(now_s)
type_in "xl sysrq drv c"
back_again 1 120
echo "back, says xmdctl status: $(echo "$(now_s) $died" | awk '{ printf "%.1f", $1 - $2 }') s after the panic" | tee -a $session
for g in g1 g2; do
    eval "wait \$ping_$g" || fail "$g: ping: $(tail -n 3 /logs/ping-$g.txt)"
    # seq without a gap, and the longest time between two answers that came
    summary=$(grep received /logs/ping-$g.txt)
    longest=$(sed -n 's/.*time=\([0-9.]*\) ms/\1/p' /logs/ping-$g.txt | sort -n | tail -n 1)
    echo "$g, a ping each 0.2 s across the panic: $summary; the slowest answer took $longest ms" | tee -a $session
    metric "ping_lost_$g" "$(echo "$summary" | awk '{ print $1 - $4 }')" of-200
    metric "ping_slowest_$g" "$longest" ms
    # rings that were adopted lose nothing; a vif that was attached anew would have lost all that came later
    echo "$summary" | awk '{ exit !($4 >= 195) }' || fail "$g has lost its vif: $summary"
    on $g "ping -c 3 $PEER_IP" > $told 2>&1 || fail "$g does not reach the peer after the panic"
    says '3 received'
done
type_in "xmdctl status" 20
type_in "xmdctl history drv" 20
says 'crashed'
xmdctl --json history drv | grep -q '2 of 2 vifs adopted' || fail "not all vifs were adopted: $(xmdctl --json history drv)"
type_in "xmdctl logs drv" 12
says 'panic|Call Trace'
[ "$(xl domid drv)" = "$drv_id" ] || fail "it has come back with another domid"
systemctl is-active xmd-supervisor xen || fail "a unit does not run"

# ---- upgrades, under traffic of both guests ----

note "each package is upgraded, while both guests stream and count"
GAP_MS=1500
both_stream
main_pid() { systemctl show -P MainPID xmd-supervisor; }
in_charge() { xmdctl status | grep -q "^drv .* watched  *[0-9][0-9]*  *$1 "; }
# said TEXT: when xmd-supervisor last wrote that, in seconds
said() { journalctl --no-pager -o short-unix -b -u xmd-supervisor | grep -e "$1" | tail -n 1 | cut -d ' ' -f 1; }
upgrade() { # PACKAGE
    main=$(main_pid)
    type_in "apt-get install -y ./later/$1_*.deb" 3
    case $(dpkg-query -W -f '${db:Status-Abbrev}${Version}' "$1") in "ii "*+later) ;; *) fail "$1 was not upgraded: $(dpkg-query -W "$1")" ;; esac
}

both_count
upgrade xmd-supervisor
wait_until 30 "in_charge 1" || fail "the upgraded xmd-supervisor is not in charge, or has forgotten the restart: $(xmdctl status)"
[ "$(main_pid)" != "$main" ] || fail "the upgrade leaves the old xmd-supervisor running"
[ "$(readlink "/proc/$(main_pid)/exe")" = /usr/sbin/xmd-supervisor ] || fail "it is not the upgraded program that runs"
# restarted when the new files are there; stopped before they are unpacked it would be away for longer. 8 s where half of
# dom0's time was stolen
away=$(echo "$(said 'in charge of domain .*as before') $(said ' ended; driver domains')" | awk '{ printf "%.0f", ($1 - $2) * 1000 }')
[ "$away" -gt 0 ] && [ "$away" -lt 30000 ] || fail "nobody was in charge for $away ms"
metric upgrade_away "$away" ms
for p in xmd-image-tools xmd-doc; do
    upgrade $p
    [ "$(main_pid)" = "$main" ] || fail "the upgrade of $p restarts xmd-supervisor"
done
systemctl is-active xmd-supervisor xen || fail "a unit does not run"
both_counted "the packages upgraded" tx rx

note "the upgraded supervisor takes a panic"
both_count
type_in "xl sysrq drv c"
back_again 2 120
both_counted "a panic, the later supervisor" tx

note "the driver domain gets the image of the upgraded xmd-mkimage"
type_in "xmd-mkimage --out /var/lib/xmd/new"
grep -q 'built from .*+later$' /var/lib/xmd/new/manifest || fail "its image is not of the later version: $(head -n 3 /var/lib/xmd/new/manifest)"
! cmp -s /var/lib/xmd/drv/initramfs.cpio /var/lib/xmd/new/initramfs.cpio || fail "the later image is the same"
both_count
type_in "xmdctl upgrade drv --kernel /var/lib/xmd/new/vmlinux --ramdisk /var/lib/xmd/new/initramfs.cpio"
back_again 3 60
both_counted "an upgrade of the image" tx
grep -q /var/lib/xmd/new/initramfs.cpio /run/xmd/drv.json || fail "the later image is not what it would be made of again"

note "it panics, and the supervisor is started anew while it is brought back"
both_count
main=$(main_pid)
type_in "xl sysrq drv c"
wait_until 20 "[ -e /run/xmd/drv.phase ]" || fail "the panic is not noticed: $(xmdctl status)"
sleep 1
type_in "systemctl restart xmd-supervisor"
[ -e /run/xmd/drv.phase ] || note "too late: it was back already"
[ "$(main_pid)" != "$main" ] || fail "xmd-supervisor was not started anew"
eventually 120 "xmdctl status | grep -q '^drv .* watched' && [ ! -e /run/xmd/drv.phase ]" || fail "drv is not back: $(xmdctl status)"
for g in g1 g2; do eventually 30 "vifs_connected $(xl domid $g)" || fail "$g is not connected: $(xmdctl vifs drv)"; done
both_counted "a panic, the supervisor started anew meanwhile" tx
[ "$(xl domid drv)" = "$drv_id" ] || fail "it has come back with another domid"
for g in g1 g2; do streams_end $g; done
type_in "xmdctl history drv" 20
[ "$(xmdctl --json history drv | grep -c '2 of 2 vifs adopted')" -ge 4 ] || fail "vifs were attached anew: $(xmdctl --json history drv)"
systemctl is-active xmd-supervisor xen || fail "a unit does not run"
