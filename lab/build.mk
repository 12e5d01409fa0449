# Builds everything the lab boots, below build/lab/. Called by "lab/lab build" with OUT and KVER set, in the
# repository's top folder; APT_OPTIONS say where the kernel comes from when that is not Debian 12 itself. An image is made again when one of its inputs is newer.
#
#   $(OUT)/debs/   packages as downloaded       $(OUT)/sysroot/   the same, unpacked
#   $(OUT)/xen     the hypervisor               $(OUT)/vmlinux    the kernel, uncompressed (PV, PVH and dom0)
#   $(OUT)/*.cpio  one initramfs per role

SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DELETE_ON_ERROR:
.ONESHELL:

IMAGES := dom0 guest drv-stock drv-tools
XMD_BUILD := build/modules/$(KVER)/xmd_nic.ko build/modules/$(KVER)/xmd_back.ko \
             build/image/xmd-init build/image/xmd-userdriver build/image/xmd-backend build/image/xmd-capture
# Without the driver domain's own parts there is nothing to put into its image; "lab" says so when it is asked for.
ifeq ($(words $(wildcard $(XMD_BUILD))),$(words $(XMD_BUILD)))
IMAGES += drv-own drv-debian
endif

all: $(OUT)/xen $(OUT)/vmlinux $(IMAGES:%=$(OUT)/%.cpio)

# Packages that are only unpacked, never installed: the host needs neither Xen nor this kernel.
$(OUT)/sysroot/.done:
	echo "lab: fetching Xen, Linux $(KVER) and tools"
	rm -rf $(OUT)/sysroot; mkdir -p $(OUT)/debs $(OUT)/sysroot
	cd $(OUT)/debs
	hypervisor=$$(apt-cache depends xen-system-amd64 | awk '$$1 == "Depends:" && $$2 ~ /^xen-hypervisor-[0-9]/ { print $$2 }')
	utils=$$(apt-cache depends xen-system-amd64 | awk '$$1 == "Depends:" && $$2 ~ /^xen-utils-[0-9]/ { print $$2 }')
	{ apt-get -q $(APT_OPTIONS) download linux-image-$(KVER)
	  apt-get -q download $$hypervisor $$utils xen-utils-common busybox-static; } \
	    > apt.log 2>&1 || { cat apt.log >&2; exit 1; }
	for package in linux-image-$(KVER) $$hypervisor $$utils xen-utils-common busybox-static; do
	    dpkg -x "$$(ls -t "$$package"_*.deb | head -1)" ../sysroot
	done
	find ../sysroot -name '*.ko.xz' -exec xz -d {} +
	/sbin/depmod -b ../sysroot $(KVER)
	touch ../sysroot/.done

$(OUT)/xen: $(OUT)/sysroot/.done
	gunzip -c $(OUT)/sysroot/boot/xen-*.gz > $@

$(OUT)/vmlinux: $(OUT)/sysroot/.done image/extract-vmlinux
	image/extract-vmlinux $(OUT)/sysroot/boot/vmlinuz-$(KVER) > $@

# The same file runs on the host and in every image.
$(OUT)/agent: $(wildcard lab/agent/*.c) lab/agent/agent.h
	gcc -O2 -Wall -Wextra -D_GNU_SOURCE -o $@ $(filter %.c,$^) -lxenvchan -lxenctrl -lxenstore -lxengnttab -lxenevtchn \
	    -lxenforeignmemory -lxencall -lxendevicemodel -lxentoollog -lxentoolcore

COMMON := lab/images/pack lab/images/common.sh $(OUT)/sysroot/.done $(OUT)/agent

# Programs of other parts that run in dom0 go in when they have been built.
DOM0_PROGRAMS := $(wildcard build/bin/xmd-supervisor build/bin/xmdctl)
$(OUT)/dom0.cpio: lab/images/dom0.init lab/images/dom0.block $(DOM0_PROGRAMS) $(COMMON)
	lab/images/pack dom0 $(OUT) $(KVER) $@

GUEST_PROGRAMS := $(wildcard build/modules/$(KVER)/xmd_front.ko)
$(OUT)/guest.cpio: lab/images/guest.init $(GUEST_PROGRAMS) $(COMMON)
	lab/images/pack guest $(OUT) $(KVER) $@

$(OUT)/drv-stock.cpio: lab/images/drv-stock.init lab/images/drv-stock.vif $(COMMON)
	lab/images/pack drv-stock $(OUT) $(KVER) $@

$(OUT)/drv-tools.cpio: $(COMMON)
	lab/images/pack drv-tools $(OUT) $(KVER) $@

# The product's image, and what the lab adds: a kernel unpacks one archive after the other. xmd-mkimage knows by itself
# what has changed, and leaves what has not.
$(OUT)/drv-lab.cpio: lab/images/drv-after-start $(COMMON)
	lab/images/pack drv-lab $(OUT) $(KVER) $@

.PHONY: FORCE
$(OUT)/own/initramfs.cpio: FORCE
	image/xmd-mkimage --module xen-gntalloc --out $(OUT)/own

$(OUT)/debian/initramfs.cpio: FORCE $(OUT)/sysroot/.done
	image/xmd-mkimage --kernel debian=$(KVER) --root $(OUT)/sysroot --module xen-gntalloc --out $(OUT)/debian

$(OUT)/drv-%.cpio: $(OUT)/%/initramfs.cpio $(OUT)/drv-lab.cpio
	cat $^ > $@
	echo "lab: packed drv-$* ($$(du -h "$@" | cut -f1)), its kernel has $$(du -h $(OUT)/$*/vmlinux | cut -f1)"
