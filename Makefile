# SPDX-License-Identifier: GPL-2.0
#
# make demo    the main job, in the lab: packages, build, boot, traffic, a table
# make test    all tests: host-side ones, then the lab's
# make loc     lines of code in the kernel halves and in the user halves
#
# make image   the driver domain's own kernel and initramfs, in build/image/own: see image/xmd-mkimage --help
#
# make slicer  build/bin/xmd-slicer, which splits Linux drivers (slicer/README.md); needs libclang 19
#
# make deps    install the Debian packages that building needs ("make test" installs its own)
# make modules xmd_nic.ko, xmd_back.ko, xmd_front.ko for KVER (default: the running kernel)
# make user    xmd-userdriver, xmd-backend, xmd-supervisor, xmdctl
# make install-driver-domain, install-guest, install-dom0, uninstall-...: see install.mk
# make deb     Debian packages, in build/deb (needs debhelper, dh-dkms)
#
# Everything that is built goes to build/; the source tree stays clean.

SHELL := /bin/bash
.DEFAULT_GOAL := all
ROOT  := $(CURDIR)
BUILD := $(ROOT)/build

# The running kernel's, if its headers are here. Otherwise the newest of the distribution's own kernel,
# on Debian 12 that is 6.1 and not the backport; or the newest there is.
HEADERS := /usr/src/linux-headers-
RUNNING := $(shell uname -r)
newest   = $(shell ls -d $(1) 2>/dev/null | grep -vE -- '-(common|rt-amd64|cloud-amd64)$$' | sort -V | tail -n 1)
KVER ?= $(notdir $(firstword $(wildcard $(HEADERS)$(RUNNING)) $(call newest,$(HEADERS)6.1.*-amd64) \
	$(call newest,$(HEADERS)*-amd64)))
override KVER := $(patsubst linux-headers-%,%,$(KVER))
KDIR ?= /usr/src/linux-headers-$(KVER)

.PHONY: all deps modules module-source user slicer image image-programs deb host-tests lab-tests test demo loc clean
all: modules user

# One out-of-tree build for all modules, so that xmd_back sees xmd_nic's symbols.
# The kernel build writes beside its sources: give it a mirror of links under build/.
MODSRC := $(BUILD)/modsrc/$(KVER)
MODULE_DIRS := kerndriver backend-domU/kern frontend
modules:
	@test -d "$(KDIR)" || { echo "no kernel headers in $(KDIR): run 'make deps', or give KVER=..." >&2; exit 1; }
	@mkdir -p $(MODSRC) $(BUILD)/modules/$(KVER)
	@for d in $(MODULE_DIRS); do \
		mkdir -p $(MODSRC)/$$d; \
		find $(MODSRC)/$$d -type l -delete; \
		ln -sf $(ROOT)/$$d/* $(MODSRC)/$$d/; \
	done
	@ln -sf $(ROOT)/xpc/*.[ch] $(ROOT)/xpc/kern/*.[ch] $(ROOT)/xpc/generated/objects_* $(MODSRC)/kerndriver/
	@[ ! -d $(MODSRC)/frontend ] || ln -sf $(ROOT)/xpc/*.[ch] $(ROOT)/xpc/generated/vif_objects_* $(MODSRC)/frontend/
	@printf 'obj-m += %s\n' "$(MODULE_DIRS:%=%/)" > $(MODSRC)/Kbuild
	$(MAKE) -C $(KDIR) M=$(MODSRC) XMD_ROOT=$(ROOT) W=1 $(MODFLAGS) modules
	@cp -u $(MODULE_DIRS:%=$(MODSRC)/%/*.ko) $(BUILD)/modules/$(KVER)/

# The same, complete in itself, below DEST: what DKMS builds from.
module-source:
	@for d in $(MODULE_DIRS); do install -D -m 644 -t $(DEST)/$$d $(ROOT)/$$d/*.[ch] $(ROOT)/$$d/Kbuild || exit 1; done
	@[ ! -d $(DEST)/kerndriver ] || install -m 644 -t $(DEST)/kerndriver \
		xpc/*.[ch] xpc/kern/*.[ch] xpc/generated/objects_*.[ch]
	@[ ! -d $(DEST)/frontend ] || install -m 644 -t $(DEST)/frontend xpc/*.[ch] xpc/generated/vif_objects_*.[ch]
	@install -D -m 644 -t $(DEST)/include/xmd include/xmd/*.h
	@install -D -m 644 -t $(DEST)/xpc xpc/*.h
	@printf 'obj-m += %s\n' "$(MODULE_DIRS:%=%/)" > $(DEST)/Kbuild

user:
	$(MAKE) -C userdriver
	$(MAKE) -C backend-domU/user
	$(MAKE) -C supervisor

slicer:
	$(MAKE) -C slicer

# Static, for the image of the driver domain: build/image/
image-programs:
	$(MAKE) -f image/programs.mk

image: image-programs
	image/xmd-mkimage

deps:
	tests/install-deps --build

include install.mk

# In a copy, so that the source tree stays clean.  DEB_VERSION: another one than the changelog has.
DEB := $(BUILD)/deb
DEB_VERSION ?=
deb:
	@command -v dh > /dev/null || { echo "no debhelper here: apt-get build-dep $(ROOT)" >&2; exit 1; }
	@mkdir -p $(DEB)/xmd
	@tar -C $(ROOT) -c --exclude=./build --exclude=./.git . | tar -C $(DEB)/xmd -x
	@[ -z "$(DEB_VERSION)" ] || sed -i '1s/(.*)/($(DEB_VERSION))/' $(DEB)/xmd/debian/changelog
	cd $(DEB)/xmd && env -u MAKEFLAGS -u MFLAGS dpkg-buildpackage -us -uc -b -Jauto

test:
	@tests/run

host-tests:
	@tests/run --host

lab-tests:
	@tests/run --lab

demo:
	@bench/demo

loc:
	@tests/loc
	@[ ! -e build/image/own/manifest ] || { echo; image/figures; }

clean:
	rm -rf $(BUILD)/modsrc $(BUILD)/modules $(BUILD)/bin $(BUILD)/obj $(BUILD)/tests
