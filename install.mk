# SPDX-License-Identifier: GPL-2.0
#
# make install-driver-domain   in a driver domain, after "make modules user"
# make install-guest           in a guest that takes our frontend, after "make modules"
# make install-dom0            in dom0, after "make -C supervisor"
# make install-image           where images of driver domains are made (dom0 is a good place), after
#                              "make image-programs": xmd-mkimage and what it builds from
# make uninstall-...           takes away what these installed, but for configurations
#
# DESTDIR=DIR  install below DIR, for a package: then nothing is done to the running system
# PREFIX=DIR   programs, man pages, units, rules (default /usr)
# KVER=VERSION the modules' kernel (default: the running one)
# MODULES=     none: DKMS builds them where they are used

PREFIX  ?= /usr
SYSCONF ?= /etc
UNITS   := $(PREFIX)/lib/systemd/system
MAN     := $(PREFIX)/share/man
MODULES := /lib/modules/$(KVER)/updates/xmd
EXAMPLES := $(PREFIX)/share/doc/xmd/examples

DRV_MODULES := xmd_nic xmd_back
DRV_UNITS   := userdriver/xmd-userdriver.service $(addprefix backend-domU/user/,xmd-backend.service xmd-capture.service)
DRV_INSTALL := backend-domU/install

# What is installed where: FILE:TARGET[:MODE].  The same lists for install and uninstall.
# $(1): names of modules.  None with MODULES=.
built    = $(if $(MODULES),$(foreach m,$(1),build/modules/$(KVER)/$m.ko:$(MODULES)/$m.ko))
# $(1): source folder, $(2): pages
pages    = $(foreach p,$(2),$(1)/$p:$(MAN)/man$(patsubst .%,%,$(suffix $p))/$p)

DRV_FILES := $(call built,$(DRV_MODULES)) \
	build/bin/xmd-userdriver:$(PREFIX)/sbin/xmd-userdriver:755 \
	build/bin/xmd-backend:$(PREFIX)/sbin/xmd-backend:755 \
	build/bin/xmd-capture:$(PREFIX)/sbin/xmd-capture:755 \
	$(call pages,userdriver,xmd-userdriver.8) \
	$(call pages,backend-domU/user,xmd-backend.8 xmd-capture.8 xmd-policy.conf.5) \
	$(call pages,kerndriver,xmd_nic.4) \
	$(call pages,backend-domU/kern,xmd_back.4) \
	$(foreach u,$(DRV_UNITS),$u:$(UNITS)/$(notdir $u)) \
	userdriver/60-xmd-userdriver.rules:$(PREFIX)/lib/udev/rules.d/60-xmd-userdriver.rules \
	$(DRV_INSTALL)/60-xmd.rules:$(PREFIX)/lib/udev/rules.d/60-xmd.rules \
	$(DRV_INSTALL)/xmd-nic.link:$(PREFIX)/lib/systemd/network/60-xmd-nic.link \
	$(DRV_INSTALL)/xmd-modules-load.conf:$(PREFIX)/lib/modules-load.d/xmd-driver-domain.conf \
	$(DRV_INSTALL)/xmd-modprobe.conf:$(PREFIX)/lib/modprobe.d/xmd-driver-domain.conf \
	$(DRV_INSTALL)/xmd-initramfs:$(PREFIX)/share/initramfs-tools/modules.d/xmd-driver-domain \
	$(DRV_INSTALL)/xmd-sysusers.conf:$(PREFIX)/lib/sysusers.d/xmd-driver-domain.conf \
	$(DRV_INSTALL)/policy.conf.example:$(EXAMPLES)/policy.conf

GUEST_FILES := $(call built,xmd_front) \
	$(call pages,frontend,xmd_front.7) \
	frontend/install/xmd-modules-load.conf:$(PREFIX)/lib/modules-load.d/xmd-guest.conf \
	frontend/install/xmd-modprobe.conf:$(PREFIX)/lib/modprobe.d/xmd-guest.conf \
	frontend/install/xmd-initramfs:$(PREFIX)/share/initramfs-tools/modules.d/xmd-guest

DOM0_FILES := build/bin/xmd-supervisor:$(PREFIX)/sbin/xmd-supervisor:755 \
	build/bin/xmdctl:$(PREFIX)/sbin/xmdctl:755 \
	$(call pages,supervisor,xmd-supervisor.8 xmdctl.8 xmd-supervisor.conf.5) \
	supervisor/xmd-supervisor.service:$(UNITS)/xmd-supervisor.service \
	supervisor/xmd-supervisor.conf.example:$(EXAMPLES)/xmd-supervisor.conf \
	$(foreach f,drv.cfg hook xmd-metrics.service xmd-metrics.timer,supervisor/examples/$f:$(EXAMPLES)/$f)

# The modules are built for the image's kernel there: their source comes along.
IMAGE_SHARE := $(PREFIX)/share/xmd
IMAGE_SOURCE := Makefile install.mk $(wildcard image/kernel.config image/*.sh image/slim.c image/extract-vmlinux \
	image/patches/*.patch kerndriver/*.[ch] kerndriver/Kbuild \
	backend-domU/kern/*.[ch] backend-domU/kern/Kbuild xpc/*.[ch] xpc/kern/* xpc/generated/* include/xmd/*)
IMAGE_FILES := image/xmd-mkimage:$(PREFIX)/bin/xmd-mkimage:755 \
	$(call pages,image,xmd-mkimage.8 xmd-init.8) \
	$(foreach p,xmd-init xmd-userdriver xmd-backend xmd-capture,build/image/$p:$(PREFIX)/lib/xmd/image/$p:755) \
	$(foreach f,$(IMAGE_SOURCE),$f:$(IMAGE_SHARE)/$f$(if $(findstring extract,$f),:755))

# $(1): a list of the above.  A unit names its program by the path that it has here.
install_files = @for f in $(1); do \
		IFS=: read -r from to mode <<< "$$f"; \
		[ -e "$$from" ] || { echo "$$from is not there: see the head of install.mk for what to make first" >&2; exit 1; }; \
		install -D -m "$${mode:-644}" "$$from" "$(DESTDIR)$$to" || exit 1; \
		case $$to in *.service) sed -i 's|=/usr/sbin/|=$(PREFIX)/sbin/|' "$(DESTDIR)$$to" ;; esac; \
		echo "installed $(DESTDIR)$$to"; \
	done

# Nothing but these files: a configuration beside an example is its owner's.
uninstall_files = @for f in $(1); do \
		IFS=: read -r from to mode <<< "$$f"; \
		[ ! -e "$(DESTDIR)$$to" ] || { rm "$(DESTDIR)$$to" && echo "removed $(DESTDIR)$$to"; }; \
	done; \
	for d in $(MODULES) $(EXAMPLES) $(dir $(EXAMPLES)) $(SYSCONF)/xmd; do \
		rmdir --ignore-fail-on-non-empty "$(DESTDIR)$$d" 2> /dev/null || true; \
	done

# Index of the modules, which may be another kernel's than the running one.  A package does that when
# it is installed.
run_depmod = @if [ -z "$(DESTDIR)" ] || [ -e "$(DESTDIR)/lib/modules/$(KVER)/modules.order" ]; then \
		depmod $(if $(DESTDIR),-b "$(DESTDIR)") $(KVER) && echo "depmod for $(KVER) done"; \
	fi

# The running system: only without DESTDIR, and only what is there and runs.
running = [ -n "$(DESTDIR)" ] || [ ! -d /run/systemd/system ] ||
reload_units = @$(running) { systemctl daemon-reload && echo "systemd has read its units again"; }
reload_rules = @$(running) { udevadm control --reload && echo "udev has read its rules again"; }
add_users = @[ -n "$(DESTDIR)" ] || ! command -v systemd-sysusers > /dev/null || \
		{ systemd-sysusers $(PREFIX)/lib/sysusers.d/xmd-driver-domain.conf && echo "user xmd-backend is there"; }
enable = @[ -n "$(DESTDIR)" ] || ! command -v systemctl > /dev/null || \
		{ systemctl -q enable $(1) && echo "$(1) starts with the next boot"; }
disable = @[ -n "$(DESTDIR)" ] || ! command -v systemctl > /dev/null || \
		{ systemctl -q disable $(1) 2> /dev/null && echo "$(1) does not start any more" || true; }
# What modprobe.d keeps away must be kept away there, too.
update_ramdisk = @if [ -z "$(DESTDIR)" ] && command -v update-initramfs > /dev/null && \
		[ -e "/boot/initrd.img-$(KVER)" ]; then \
		update-initramfs -u -k $(KVER) && echo "initial ramdisk of $(KVER) made anew"; \
	else \
		echo "if this system boots with an initial ramdisk, make it anew: it has to know $(1)"; \
	fi

# They share the index of the modules, the initial ramdisk and systemd's view of the units: one after
# the other.  Of all goals, as make 4.4 takes a list for whose prerequisites it means, not for them.
.NOTPARALLEL:
.PHONY: install-driver-domain install-guest install-dom0 install-image \
	uninstall-driver-domain uninstall-guest uninstall-dom0 uninstall-image

install-driver-domain:
	$(call install_files,$(DRV_FILES))
	$(run_depmod)
	$(add_users)
	$(reload_units)
	$(reload_rules)
	$(call enable,xmd-backend.service xmd-capture.service)
	$(call update_ramdisk,$(PREFIX)/lib/modprobe.d/xmd-driver-domain.conf)
	@echo "Driver domain: xmd_nic, xmd_back and Xen's watchdog are loaded at boot, xmd_nic before e1000 and e1000e; xen-netback" \
		"is kept away. What guests may ask for: $(SYSCONF)/xmd/policy.conf. Reboot this domain."

uninstall-driver-domain:
	$(call disable,xmd-backend.service xmd-capture.service)
	$(call uninstall_files,$(DRV_FILES))
	$(run_depmod)
	$(reload_units)
	$(reload_rules)
	$(call update_ramdisk,that $(PREFIX)/lib/modprobe.d/xmd-driver-domain.conf is gone)
	@echo "Driver domain: xmd is gone, but for $(SYSCONF)/xmd and the user xmd-backend. Reboot this domain."

install-guest:
	$(call install_files,$(GUEST_FILES))
	$(run_depmod)
	$(call update_ramdisk,$(PREFIX)/lib/modprobe.d/xmd-guest.conf)
	@echo "Guest: xmd_front is loaded at boot, before xen-netfront, and drives the vifs. Reboot this guest."

uninstall-guest:
	$(call uninstall_files,$(GUEST_FILES))
	$(run_depmod)
	$(call update_ramdisk,that $(PREFIX)/lib/modprobe.d/xmd-guest.conf is gone)
	@echo "Guest: xmd_front is gone: xen-netfront drives the vifs from the next boot on."

install-dom0:
	$(call install_files,$(DOM0_FILES))
	$(reload_units)
	@echo "dom0: \"systemctl enable --now xmd-supervisor\" starts it; $(EXAMPLES)/xmd-supervisor.conf" \
		"has what can be set in $(SYSCONF)/xen/xmd-supervisor.conf."

uninstall-dom0:
	@$(running) systemctl -q disable --now xmd-supervisor.service 2> /dev/null || true
	$(call uninstall_files,$(DOM0_FILES))
	$(reload_units)
	@echo "dom0: xmd-supervisor is gone, but for its configuration; driver domains and guests go on."

install-image:
	$(call install_files,$(IMAGE_FILES))
	@git describe --always --dirty 2> /dev/null > $(DESTDIR)$(IMAGE_SHARE)/VERSION || true
	@echo "\"xmd-mkimage --out DIR\" makes a driver domain's kernel and initramfs; the first time takes minutes."

uninstall-image:
	$(call uninstall_files,$(IMAGE_FILES))
	@rm -f $(DESTDIR)$(IMAGE_SHARE)/VERSION
	@for d in $(IMAGE_SHARE) $(PREFIX)/lib/xmd; do \
		[ ! -d "$(DESTDIR)$$d" ] || find "$(DESTDIR)$$d" -depth -type d -empty -delete; \
	done
	@echo "xmd-mkimage is gone; images that it made, and ~/.cache/xmd, are their owners'."
