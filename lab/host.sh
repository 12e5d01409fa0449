#!/bin/bash
# The inner half of "lab run" and "lab shell": runs inside fresh network, mount and process namespaces, so that
# nothing of it can collide with another run or outlive this one. Makes the wire, starts QEMU and the two ends of
# the command channel, runs the case. Everything it needs to know comes in variables from lab/lab:
#   IMAGES CASE_DIR LOGS RUN (sockets) MODE=run|shell NICS=1|2 NIC_MODEL ICOUNT CAPTURE LAB_MEM LAB_QEMU_ARGS
#   DOM0 (a folder of lab/dom0-disk, or empty: the lab's own dom0) DISKS (a folder of lab/domain-disks, or empty)
set -eu
mount -t sysfs sysfs /sys            # the sysfs of this network namespace
# the host's own tools first, then busybox for what it does not have (killall, nc ...)
mkdir -p "$RUN/bin" "$RUN/busybox"
"$IMAGES/sysroot/bin/busybox" --install -s "$RUN/busybox"
export PATH=$RUN/bin:/usr/sbin:/usr/bin:/sbin:/bin:$RUN/busybox
NIC=0000:00:02.0
NIC_MODEL=${NIC_MODEL:-e1000}
# so that the user half knows whose it is: the others say so by themselves
[ "$NIC_MODEL" != e1000e ] || NIC_MODEL+=,subsys_ven=0x1af4,subsys=0x1100

# The wire: the NIC's other end is a tap with this kernel's own TCP behind it, offloads as they come.
ip link set lo up
ip tuntap add wire mode tap
echo 0 > /proc/sys/net/ipv6/conf/wire/accept_dad 2>/dev/null || true
ip addr add 10.77.0.1/24 dev wire
ip -6 addr add fd77::1/64 dev wire nodad
ip link set wire up

# A second NIC, for a second driver domain: another wire to the same peer. Interrupts of slots 19 and above go to other
# lines than those of the slots below, where the first NIC and virtio are.
second=() nic2=
case ${NICS:-1} in
1) ;;
2)
    ip tuntap add wire2 mode tap
    echo 0 > /proc/sys/net/ipv6/conf/wire2/accept_dad 2>/dev/null || true
    ip addr add 10.78.0.1/24 dev wire2
    ip -6 addr add fd78::1/64 dev wire2 nodad
    ip link set wire2 up
    second=(-netdev "tap,id=wire2,ifname=wire2,script=no,downscript=no"
        -device "$NIC_MODEL,id=nic2,netdev=wire2,addr=19.0,mac=00:16:3e:78:00:02")
    nic2=lab.nic2=0000:00:19.0
    ;;
*)  echo "FAIL: '# lab: nics $NICS': one or two"; exit 1 ;;
esac

# "lab-monitor COMMAND" for the peer: QEMU's monitor, whose answers go to a log.
mkfifo "$RUN/monitor.in" "$RUN/monitor.out"
cat > "$RUN/bin/lab-monitor" <<END
#!/bin/sh
exec 9> "$RUN/monitor.lock" && flock 9
echo "\$*" > "$RUN/monitor.in"
END
chmod +x "$RUN/bin/lab-monitor"
cat "$RUN/monitor.out" > "$LOGS/qemu-monitor.log" &

# -smap: with it the PV guests' iret faults under this emulation. -rdtscp: PVH guests would need it decoded.
# eager-fpu: this emulation runs AVX instructions without looking at CR0.TS, so with Xen's lazy switching the vector
# registers of one domain turn up in another: crashes all over user space.
# ioapic_ack=old: by the other method an interrupt of the NIC that its domain does not answer, because it hangs or has
# died, stays in service at the local APIC and keeps back all interrupts of lower vectors of that CPU, dom0's with them.
# The IOMMU is what makes Xen allow passthrough at all.
# --icount: an instruction is 2 ns of virtual time. sleep=on, because the peer lives in real time: with "off", waiting for
# it would be skipped, and its TCP would seem to need no time or for ever. No ERMS and FSRM: with them kernels clear and
# copy by "rep stosb" and "rep movsb", which count once a byte here and hardly at all on hardware; what they take without
# (rep stosq) still counts once for eight bytes.
model=max,-smap,-rdtscp,-xsave,-avx,-avx2,-pku,-mpx
if [ -n "${ICOUNT:-}" ]; then
    cpus=(-accel tcg,thread=single -smp 1 -icount "shift=1,sleep=on")
    model+=,-erms,-fsrm
else
    cpus=(-accel "tcg,thread=multi" -smp 2)
fi
if [ "$MODE" = shell ]; then
    console=(-chardev "stdio,id=com1,mux=off,signal=off,logfile=$LOGS/xen-dom0.log" -serial chardev:com1)
else
    # what is written to xen.in is typed at Xen's console (three times Ctrl-A: debug keys), see xen_says in lab/lab
    mkfifo "$RUN/xen.in" "$RUN/xen.out"
    cat "$RUN/xen.out" > "$LOGS/xen-dom0.log" &
    console=(-chardev "pipe,id=com1,path=$RUN/xen" -serial chardev:com1)
fi
[ -z "${CAPTURE:-}" ] || cpus+=(-object "filter-dump,id=capture,netdev=wire,file=$LOGS/wire.pcap")
shell=
[ "$MODE" != shell ] || shell=lab.shell

words="mitigations=off clocksource=xen lab.nic=$NIC $nic2 $shell"
if [ -n "${DOM0:-}" ]; then
    # what the case writes is gone with QEMU
    disk=(-drive "file=$DOM0/disk,format=raw,if=none,id=disk,snapshot=on,cache=unsafe" -device "virtio-blk-pci,drive=disk")
    xen=$DOM0/xen dom0="$DOM0/vmlinuz console=hvc0 root=/dev/vda ro $words,$DOM0/initrd" boot_s=240
else
    disk=() xen=$IMAGES/xen dom0="$IMAGES/vmlinux console=hvc0 loglevel=6 $words,$IMAGES/dom0.cpio" boot_s=60
fi

# Disks of domains: which is which in dom0, the serial number says.
for name in ${DISKS:+debian-drv debian-guest}; do
    disk+=(-drive "file=$DISKS/$name,format=raw,if=none,id=$name,snapshot=on,cache=unsafe" -device "virtio-blk-pci,drive=$name,serial=$name")
done

# shellcheck disable=SC2086  # LAB_QEMU_ARGS is a list of words
qemu=(${LAB_QEMU:-qemu-system-x86_64} -name xmd-lab -M q35 -cpu "$model" -m "${LAB_MEM:-3072}" -nodefaults
    -display none -no-reboot
    -netdev "tap,id=wire,ifname=wire,script=no,downscript=no" "${cpus[@]}"
    -device "intel-iommu,intremap=on"
    -device "$NIC_MODEL,id=nic,netdev=wire,addr=02.0,mac=00:16:3e:77:00:02" "${second[@]}"
    -device "virtio-serial-pci"
    -chardev "socket,id=dom0,path=$RUN/dom0.sock,server=on,wait=off"
    -device "virtserialport,chardev=dom0,nr=1"
    -chardev "socket,id=peer,path=$RUN/peer.sock,server=on,wait=off"
    -device "virtserialport,chardev=peer,nr=2"
    -fsdev "local,id=images,path=$IMAGES,security_model=none,readonly=on"
    -device "virtio-9p-pci,fsdev=images,mount_tag=images"
    -fsdev "local,id=case,path=$CASE_DIR,security_model=none"
    -device "virtio-9p-pci,fsdev=case,mount_tag=case"
    -fsdev "local,id=logs,path=$LOGS,security_model=none"
    -device "virtio-9p-pci,fsdev=logs,mount_tag=logs"
    -chardev "pipe,id=monitor,path=$RUN/monitor" -mon chardev=monitor
    "${console[@]}" "${disk[@]}" ${LAB_QEMU_ARGS:-}
    -kernel "$xen"
    -append "console=com1 com1=115200,8n1 dom0_mem=1024M,max:1024M dom0_max_vcpus=1 loglvl=info guest_loglvl=info spec-ctrl=no,eager-fpu ioapic_ack=old bootscrub=0 noreboot ${LAB_XEN_ARGS:-}"
    -initrd "$dom0")

"$AGENT" serve "$RUN/peer.sock" 2>> "$LOGS/peer-agent.log" < /dev/null &
if [ "$MODE" = shell ]; then
    stty raw -echo 2>/dev/null || true
    exec "${qemu[@]}"
fi
"${qemu[@]}" > "$LOGS/qemu.log" 2>&1 < /dev/null &
"$AGENT" hub "$RUN/hub" "dom0=$RUN/dom0.sock" 2>> "$LOGS/host-hub.log" < /dev/null &
until [ -S "$RUN/hub" ]; do sleep 0.02; done
export LAB_HUB=$RUN/hub

# On a busy machine it happens that Xen's scheduler (credit2 of 4.17) leaves dom0 in its run queue with both processors
# idle, and as nothing else is left to happen, for ever. The debug key that prints dom0's registers pauses dom0 for it,
# and has it scheduled anew.
unstick() {
    timeout $boot_s "$AGENT" on dom0 true || true        # it boots
    while sleep 15; do
        timeout 15 "$AGENT" on dom0 true || [ -e "$RUN/quiet" ] || {
            echo "lab: dom0 does not answer: nudged by a debug key"
            for key in $'\001' $'\001' $'\001' 0 $'\001' $'\001' $'\001'; do
                printf %s "$key" 1<> "$RUN/xen.in"
                sleep 0.5
            done
        }
    done
}
[ -n "${ICOUNT:-}" ] || unstick < /dev/null 2> /dev/null &
exec "$AGENT" on dom0 'exec sh /case/run-case 2>&1' < /dev/null
