# shellcheck shell=sh
# What a case can call. It runs in dom0; "on" (a program) reaches every other place. lab/README.md has the list.

PEER_IP=10.77.0.1   PEER_IP6=fd77::1
DRV_IP=10.77.0.2    DRV_IP6=fd77::2
NIC=${NIC:-$(sed 's/.*lab.nic=\([^ ]*\).*/\1/' /proc/cmdline)}
# The second NIC, its wire and its driver domain, drv2: "# lab: nics 2" in a case
PEER2_IP=10.78.0.1  PEER2_IP6=fd78::1
DRV2_IP=10.78.0.2   DRV2_IP6=fd78::2
NIC2=$(sed -n 's/.*lab.nic2=\([^ ]*\).*/\1/p' /proc/cmdline)
LAB_STATE=/run/lab
export PEER_IP PEER_IP6 DRV_IP DRV_IP6 NIC PEER2_IP PEER2_IP6 DRV2_IP DRV2_IP6 NIC2
PATH=$PATH:/usr/lib/xen-bin

# ---- verdicts ------------------------------------------------------------------------------------------------

fail() { echo "FAIL: $*"; touch $LAB_STATE/failed; exit 1; }
skip() { echo "SKIP: $*"; exit 77; }
case $- in *i*) fail() { echo "FAIL: $*"; return 1; } ;; esac      # do not end a person's shell
note() { echo "-- $*"; }

# metric NAME VALUE UNIT: printed, and collected in metrics.csv
metric() {
    printf 'metric: %-40s %12s %s\n' "$1" "$2" "$3"
    echo "$CASE,$1,$2,$3" >> /logs/metrics.csv
}

# wait_until SECONDS 'COMMAND': runs COMMAND every tenth of a second until it succeeds; fails when time is up
wait_until() {
    wait_end=$(($(date +%s) + $1 + 1))
    until eval "$2" > /dev/null 2>&1; do
        [ "$(date +%s)" -lt $wait_end ] || return 1
        sleep 0.1
    done
}

# ---- addresses -----------------------------------------------------------------------------------------------

# A guest whose name ends in a number 1..89 has the address 10 + number; others get the next from 100 up.
guest_number() {
    n=$(echo "$1" | sed -n 's/^[^0-9]*\([1-8]\{0,1\}[0-9]\)$/\1/p')
    if [ -n "$n" ]; then echo $((10 + n)); return; fi
    until mkdir $LAB_STATE/lock 2>/dev/null; do sleep 0.01; done
    grep -qs "^$1\$" $LAB_STATE/guests || echo "$1" >> $LAB_STATE/guests
    n=$(grep -n "^$1\$" $LAB_STATE/guests | cut -d: -f1)
    rmdir $LAB_STATE/lock
    echo $((99 + n))
}
# drv_of GUEST: the driver domain that its vif is on: drv, unless guest_start was told drv2
drv_of() { if [ -e "$LAB_STATE/on-drv2.$1" ]; then echo drv2; else echo drv; fi; }
net_of() { if [ -e "$LAB_STATE/on-drv2.$1" ]; then echo 78; else echo 77; fi; }
addr() {
    case $1 in
    peer) echo $PEER_IP ;;
    drv)  echo $DRV_IP ;;
    drv2) echo $DRV2_IP ;;
    *)    echo "10.$(net_of "$1").0.$(guest_number "$1")" ;;
    esac
}
addr6() {
    case $1 in
    peer) echo $PEER_IP6 ;;
    drv)  echo $DRV_IP6 ;;
    drv2) echo $DRV2_IP6 ;;
    *)    echo "fd$(net_of "$1")::$(guest_number "$1")" ;;
    esac
}
mac() { printf '00:16:3e:%s:00:%02x\n' "$(net_of "$1")" "$(guest_number "$1")"; }
# The peer as a guest reaches it
peer_addr()  { if [ "$(drv_of "$1")" = drv ]; then echo $PEER_IP; else echo $PEER2_IP; fi; }
peer_addr6() { if [ "$(drv_of "$1")" = drv ]; then echo $PEER_IP6; else echo $PEER2_IP6; fi; }
wire_of()    { if [ "$(drv_of "$1")" = drv ]; then echo wire; else echo wire2; fi; }
# $IP_g1, $IP6_g1 and so on are there from the start, so that guest_start may run in the background
for n in 1 2 3 4 5 6 7 8 9; do eval "IP_g$n=$(addr g$n) IP6_g$n=$(addr6 g$n)"; done

# ---- domains -------------------------------------------------------------------------------------------------

# For domains' kernel command lines. The TSC frequency is given because a PVH guest would else look for it in a timer
# that it does not have: 100000 port reads, which take 5 seconds here.
# Not run: self-tests of ciphers, and what prepares for tracing and module signatures; a second and a half of each start.
KERNEL_WORDS="console=hvc0 loglevel=6 mitigations=off clocksource=xen cryptomgr.notests noreplace-smp \
initcall_blacklist=crypto_kdf108_init,init_kprobe_trace,load_system_certificate_list \
tsc_early_khz=$(xl info | awk '$1 == "cpu_mhz" { print int($3 * 1000) }')"
LAB_EXTRA=      # more words, for domains made from now on

# Where guests have kernel and ramdisk: GUEST_KVER is theirs if it is another than the driver domain's, see lab/lab
guest_images() { echo "/images${GUEST_KVER:+/guest-$GUEST_KVER}"; }

# What a driver domain boots. With xmd it is the product's image with the product's own kernel, and the lab's programs on
# top; LAB_DRV_KERNEL=debian in a case, or by --env, has it boot Debian's kernel. Stock always does.
drv_flavour() { # stock|xmd
    if [ "${1:-xmd}" = stock ]; then echo stock; else echo "${LAB_DRV_KERNEL:-own}"; fi
}
drv_kernel() { # [stock|xmd]
    case $(drv_flavour "${1:-}") in own) echo /images/own/vmlinux ;; *) echo /images/vmlinux ;; esac
}
drv_ramdisk() { echo "/images/drv-$(drv_flavour "${1:-}").cpio"; } # [stock|xmd]
# Debian's kernel takes what is missing to ours
drv_memory() { case $(drv_flavour "${1:-}") in own) echo "${LAB_DRV_MEMORY:-96}" ;; *) echo 176 ;; esac; }

# drv_config [stock|xmd] [drv|drv2]: prints the xl config of the driver domain
drv_config() {
    case ${2:-drv} in
    drv)  drv_nic=$NIC drv_ip=$DRV_IP drv_ip6=$DRV_IP6 ;;
    drv2) drv_nic=$NIC2 drv_ip=$DRV2_IP drv_ip6=$DRV2_IP6 ;;
    esac
    cat <<END
name = "${2:-drv}"
type = "pv"
kernel = "$(drv_kernel "${1:-}")"
ramdisk = "$(drv_ramdisk "${1:-}")"
memory = $(drv_memory "${1:-}")
vcpus = 1
tsc_mode = "native"
driver_domain = 1
pci = ["$drv_nic"]
extra = "$KERNEL_WORDS swiotlb=1024 lab.ip=$drv_ip/24 lab.ip6=$drv_ip6/64 $LAB_EXTRA ${LAB_DRV_EXTRA:-}"
END
}

# guest_config NAME [stock|xmd|none] [pv|pvh]: prints the xl config of a guest. The word is the frontend it loads.
guest_config() {
    cat <<END
name = "$1"
type = "${3:-pv}"
kernel = "$(guest_images)/vmlinux"
ramdisk = "$(guest_images)/guest.cpio"
memory = 192
vcpus = 1
tsc_mode = "native"
vif = ["backend=$(drv_of "$1"),bridge=xenbr0,mac=$(mac "$1")"]
extra = "$KERNEL_WORDS lab.name=$1 lab.front=${2:-stock} lab.ip=$(addr "$1")/24 lab.ip6=$(addr6 "$1")/64 $LAB_EXTRA"
END
}
# create NAME: xl create of $LAB_STATE/NAME.cfg after the further lines on stdin
create() {
    cat > "$LAB_STATE/$1.cfg"
    timeout "${LAB_CREATE_TIMEOUT:-120}" xl create "$LAB_STATE/$1.cfg" > "/logs/$1-create.log" 2>&1 ||
        { status=$?; cat "/logs/$1-create.log"; fail "xl create $1: status $status (124, 143: not through in time)"; }
}

# lines LINE...: each on a line of its own
lines() { for line; do echo "$line"; done; }

xs() { xenstore-read "$@" 2>/dev/null; }

# has_died NAME: the domain is gone, or it has crashed and is only kept
has_died() {
    d=$(xl domid "$1" 2>/dev/null) || return 0
    xl list "$d" | awk 'NR == 2 { exit !($5 ~ /[cds]/) }'
}

# ready_or_dead SECONDS NAME 'COMMAND': waits for COMMAND, gives up when the domain dies. Dom0 has other things to do
# meanwhile (it is the driver domain's PCI configuration space, for one), so it looks rarely and xl is asked last.
ready_or_dead() {
    ready_end=$(($(date +%s) + $1 + 1)) ready_look=0
    until eval "$3" > /dev/null 2>&1; do
        ready_look=$((ready_look + 1))
        if [ $((ready_look % 10)) = 0 ] && has_died "$2"; then
            tail -n 20 "/logs/guest-$2.log"
            fail "domain $2 died while it started"
        fi
        if [ "$(date +%s)" -ge $ready_end ]; then
            tail -n 20 "/logs/guest-$2.log"
            fail "domain $2 not ready after $1 s, waited for: $3"
        fi
        sleep 0.2
    done
}

# drv_serves KIND DOMID [NAME]
drv_serves() {
    case $1 in
    stock) [ "$(xs "/local/domain/$2/data/lab-serving")" = 1 ] ;;
    xmd)   [ "$(xs "/local/domain/$2/data/xmd-backend/state")" = serving ] &&
           on "${3:-drv}" 'grep -q 1 /sys/class/net/eth0/carrier' ;;
    esac
}

# drv_start [xmd|stock] [drv|drv2] [xl-config-line ...]: creates the driver domain and waits until it serves. Its domid
# is then in $drv_id or $drv2_id.
drv_start() {
    drv_kind=xmd drv_name=drv
    case ${1:-} in xmd | stock) drv_kind=$1; shift ;; esac
    case ${1:-} in drv | drv2) drv_name=$1; shift ;; esac
    [ "$drv_name" = drv ] || [ -n "$NIC2" ] || fail "there is one NIC only: a case with $drv_name says '# lab: nics 2'"
    [ -e "$(drv_ramdisk "$drv_kind")" ] || fail "there is no image $(drv_ramdisk "$drv_kind"): the build has not made it"
    { drv_config "$drv_kind" "$drv_name"; lines "$@"; } | create "$drv_name"
    drv_domid=$(xl domid "$drv_name") || fail "$drv_name is gone right after its creation"
    eval "${drv_name}_id=$drv_domid"
    ready_or_dead "${LAB_START_TIMEOUT:-60}" "$drv_name" "drv_serves $drv_kind $drv_domid $drv_name"
    drv_tools "$drv_name"
}

# drv_tools [NAME]: brings what cases use into the driver domain (ip, tc, ethtool, iperf3 ...). drv_start has done it; a
# driver domain that was created again comes without.
drv_tools() { on "${1:-drv}" 'cd / && cpio -idu 2>/dev/null' < /images/drv-tools.cpio; }

# supervise [LINE...]: starts xmd-supervisor with these lines as its configuration; it is in charge of "drv" on return
supervise() {
    mkdir -p /var/log
    lines "$@" > /root/supervisor.conf
    [ -e /usr/bin/xmd-supervisor ] || fail "xmd-supervisor is not in the image of dom0: the build has not made it"
    xmd-supervisor --config /root/supervisor.conf >> /logs/supervisor.log 2>&1 &
    supervisor_pid=$!
    wait_until 20 "xmdctl status | grep -q '^drv '" || fail "xmd-supervisor does not take charge: $(tail -n 3 /logs/supervisor.log)"
}

# back_again N SECONDS [NAME]: until "drv" has come back N times and is not about to do so again
back_again() {
    # dom0 has a lot to do meanwhile: it must not be busy with being asked
    back_end=$(($(date +%s) + $2))
    until xmdctl status | grep -q "^${3:-drv} .* watched  *[0-9][0-9]*  *$1 "; do
        [ "$(date +%s)" -lt $back_end ] || fail "${3:-drv} is not back: $(xmdctl status; tail -n 3 /logs/supervisor.log)"
        sleep 1
    done
}

# vifs_connected DOMID: the domain has vifs, and both ends of each are in state 4
vifs_connected() {
    vifs=$(xenstore-list "/local/domain/$1/device/vif" 2>/dev/null)
    [ -n "$vifs" ] || return 1
    for v in $vifs; do
        [ "$(xs "/local/domain/$1/device/vif/$v/state")" = 4 ] || return 1
        [ "$(xs "$(xs "/local/domain/$1/device/vif/$v/backend")/state")" = 4 ] || return 1
    done
}

# guest_start NAME [stock|xmd|none] [pv|pvh] [drv|drv2] [xl-config-line ...]: creates a guest with a vif on that driver
# domain and waits until it is Connected and has its addresses. "none" loads no frontend and does not wait for one.
guest_start() {
    guest=$1 front=stock type=pv
    shift
    case ${1:-} in stock | xmd | none) front=$1; shift ;; esac
    case ${1:-} in pv | pvh) type=$1; shift ;; esac
    case ${1:-} in
    drv)  rm -f "$LAB_STATE/on-drv2.$guest"; shift ;;
    drv2) touch "$LAB_STATE/on-drv2.$guest"; shift ;;
    esac
    if [ $front = xmd ] && ! [ -e "$(guest_images)/have-xmd-front" ]; then
        fail "there is no xmd_front.ko in the guest image: the build has not made it"
    fi
    { guest_config "$guest" $front $type; lines "$@"; } | create "$guest"
    eval "IP_$guest=$(addr "$guest") IP6_$guest=$(addr6 "$guest")"
    guest_id=$(xl domid "$guest") || fail "$guest is gone right after its creation"
    if [ $front = none ]; then
        on "$guest" true || fail "$guest does not answer"
        return
    fi
    ready_or_dead "${LAB_START_TIMEOUT:-60}" "$guest" "vifs_connected $guest_id"
    on "$guest" "until ip -4 addr show dev eth0 | grep -q inet; do sleep 0.02; done" || fail "$guest has no address"
}

gone() { ! xl domid "$1" > /dev/null 2>&1; }

drv_stop() { guest_stop drv; nic_quiet; }

# nic_quiet: masks the NIC's interrupts (register IMC) when no domain has it. It may still assert one, which nobody
# will ever take away, and its level keeps dom0 busy for half a minute when xen-pciback next enables the NIC.
nic_quiet() {
    bar=$(awk 'NR == 1 { print $1 }' "/sys/bus/pci/devices/$NIC/resource")
    setpci -s "$NIC" COMMAND=0402
    devmem $((bar + 0xd8)) 32 0xffffffff
    setpci -s "$NIC" COMMAND=0
}

# guest_stop NAME: xl destroy
guest_stop() {
    xl destroy "$1" || fail "xl destroy $1"
    wait_until 20 "gone $1" || fail "$1 does not go away"
}

# put WHERE LOCALFILE PATH: copies a file from dom0 (/case/... for what the case brought) to PATH, mode included
put() {
    mode=755
    [ -x "$2" ] || mode=644
    on "$1" "mkdir -p '$(dirname "$3")' && cat > '$3' && chmod $mode '$3'" < "$2"
}

# wire down|up: the cable at the passed-through NIC
wire() {
    case $1 in
    down) on peer 'lab-monitor set_link nic off' ;;
    up)   on peer 'lab-monitor set_link nic on' ;;
    *)    fail "wire: down or up" ;;
    esac
}
