// SPDX-License-Identifier: GPL-2.0
/* check_host.c - Xen, its words at boot, and dom0: see check.h */
#include "check.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define HOST	"host"

/* What Xen was booted with, and what "xl info" says. */
struct xen {
	char *info;
	char words[2048], caps[256], version[16];
};

static bool check_dom0(struct report *r)
{
	char *caps = fact_file(&r->facts, "/proc/xen/capabilities");
	bool dom0 = caps && strstr(caps, "control_d");

	if (dom0) {
		well(r, "dom0", HOST, "this is dom0");
	} else if (!caps && fact_there(&r->facts, "/sys/hypervisor/type")) {
		find(r, FAULT, "dom0", HOST, "nothing is mounted on /proc/xen");
		remedy(r, "mount -t xenfs xenfs /proc/xen (Xen's boot scripts do so: is the service \"xen\", on Fedora \"proc-xen.mount\", enabled?)");
	} else {
		find(r, FAULT, "dom0", HOST, "this is not dom0 of a Xen host");
		remedy(r, "run it in dom0; on a host without Xen: apt install xen-system-amd64, and reboot into GRUB's entry with Xen");
	}
	free(caps);
	return dom0;
}

static bool check_xenstored(struct report *r)
{
	char *name = fact_node(&r->facts, "/local/domain/0/name");

	if (name) {
		well(r, "xenstored", HOST, "xenstored answers");
	} else {
		find(r, FAULT, "xenstored", HOST, "xenstored does not answer, or does not know dom0");
		remedy(r, "systemctl start xen (Debian), or systemctl start xenstored xen-init-dom0 (Fedora); and run this as root");
	}
	free(name);
	return name != NULL;
}

static bool check_toolstack(struct report *r, struct xen *x)
{
	char major[8] = "", minor[8] = "";

	x->info = fact_xl(&r->facts, "info");
	if (!x->info) {
		find(r, FAULT, "xl", HOST, "\"xl info\" fails");
		remedy(r, "run \"xl info\" and see what it says; as root, with xen-utils installed for the Xen that runs");
		return false;
	}
	fact_field(x->info, "xen_commandline", x->words, sizeof(x->words));
	fact_field(x->info, "virt_caps", x->caps, sizeof(x->caps));
	fact_field(x->info, "xen_major", major, sizeof(major));
	fact_field(x->info, "xen_minor", minor, sizeof(minor));
	snprintf(x->version, sizeof(x->version), "%.7s.%.7s", major, minor);
	if (atoi(major) > 4 || (atoi(major) == 4 && atoi(minor) >= 17)) {
		well(r, "xl", HOST, "Xen %s, and xl answers", x->version);
	} else {
		find(r, WARNING, "xl", HOST, "Xen %s: nobody has tried xmd with anything before 4.17", x->version);
		remedy(r, "use Debian 12 (Xen 4.17) or later");
	}
	return true;
}

/* ------------------------------------------------------------- the parts */

/* The last of what stands behind @name among Xen's words counts. */
static bool boot_word(const struct xen *x, const char *name, char *value, size_t room)
{
	size_t len = strlen(name);
	const char *at = x->words;
	bool found = false;

	while (*at) {
		at += strspn(at, " ");
		if (!strncmp(at, name, len) && at[len] == '=') {
			snprintf(value, room, "%.*s", (int)strcspn(at + len + 1, " "), at + len + 1);
			found = true;
		}
		at += strcspn(at, " ");
	}
	return found;
}

static bool is_off(const char *words)
{
	static const char *const off[] = { "off", "no", "0", "false", "disable" };
	size_t i, len;

	for (i = 0; i < sizeof(off) / sizeof(off[0]); i++) {
		len = strlen(off[i]);
		if (!strncmp(words, off[i], len) && (!words[len] || words[len] == ','))
			return true;
	}
	return false;
}

static void check_iommu(struct report *r, const struct xen *x)
{
	char word[64];

	if (strstr(x->caps, "pv_directio") || (strstr(x->caps, "directio") && !strstr(x->caps, "hvm_directio"))) {
		well(r, "iommu", HOST, "Xen has an IOMMU for PV domains");
		return;
	}
	if (boot_word(x, "iommu", word, sizeof(word)) && is_off(word)) {
		find(r, FAULT, "iommu", HOST, "Xen was booted with iommu=%s", word);
		remedy(r, "take iommu=%s out of GRUB_CMDLINE_XEN in /etc/default/grub, update-grub, reboot", word);
		return;
	}
	if (boot_word(x, "iommu", word, sizeof(word)) && strstr(word, "no-pv")) {
		find(r, FAULT, "iommu", HOST, "iommu=%s: PV domains may have no PCI device", word);
		remedy(r, "take no-pv out of GRUB_CMDLINE_XEN in /etc/default/grub, update-grub, reboot");
		return;
	}
	find(r, FAULT, "iommu", HOST, "Xen has found no IOMMU: no domain but dom0 can have a PCI device");
	remedy(r, "enable VT-d (Intel) or AMD-Vi / IOMMU (AMD) in the firmware's setup; then \"xl dmesg | grep -i iommu\"");
}

/* Where nothing is said at boot, Xen's own configuration decides. */
static bool built_with_silo(struct report *r)
{
	char version[64] = "", *info = fact_xl(&r->facts, "info"), *config;
	bool silo;

	fact_field(info, "xen_version", version, sizeof(version));
	config = fact_file(&r->facts, "/boot/xen-%.40s.config", version);
	if (!config) {
		version[strcspn(version, ".") + 1 + strcspn(version + strcspn(version, ".") + 1, ".")] = '\0';
		config = fact_file(&r->facts, "/boot/xen-%.40s-amd64.config", version);
	}
	silo = config && strstr(config, "CONFIG_XSM_SILO_DEFAULT=y");
	free(config);
	free(info);
	return silo;
}

static void check_xsm(struct report *r, const struct xen *x)
{
	char *said = fact_xl(&r->facts, "dmesg"), mode[32] = "";
	bool told = boot_word(x, "xsm", mode, sizeof(mode));

	if (!strcmp(mode, "silo") || (said && strstr(said, "XSM SILO mode")) ||
	    (!told && built_with_silo(r))) {
		find(r, FAULT, "xsm", HOST, "XSM is in SILO mode: Xen forbids grants and event channels between two guests, so no driver domain of any kind works");
		remedy(r, "%s GRUB_CMDLINE_XEN in /etc/default/grub, update-grub, reboot",
		       told ? "write xsm=dummy in place of xsm=silo in" : "add xsm=dummy to");
	} else if (!strcmp(mode, "flask")) {
		find(r, NOTE, "xsm", HOST, "XSM runs with FLASK: whether the driver domain may do its work is up to your policy");
		remedy(r, "allow it grants, event channels and its PCI device; \"xl dmesg | grep avc\" has what was denied");
	} else {
		well(r, "xsm", HOST, "XSM does not keep guests apart");
	}
	free(said);
}

static void check_pciback(struct report *r)
{
	if (fact_there(&r->facts, "/sys/bus/pci/drivers/pciback")) {
		well(r, "pciback", HOST, "xen-pciback is there");
		return;
	}
	if (r->planned_nic) {
		well(r, "pciback", HOST, "xen-pciback is not loaded yet");
		return;
	}
	find(r, FAULT, "pciback", HOST, "dom0 has not loaded xen-pciback, which hands PCI devices to domains");
	remedy(r, "modprobe xen-pciback, as xmdctl create does, and for each boot: echo xen-pciback > /etc/modules-load.d/xen-pciback.conf");
}

static void check_memory(struct report *r, const struct xen *x)
{
	char word[64];
	unsigned long had;

	if (fact_field(x->info, "free_memory", word, sizeof(word)) && r->need_mb) {
		had = strtoul(word, NULL, 10);
		if (had < r->need_mb) {
			find(r, FAULT, "memory", HOST, "%lu MB are free, and the domain needs %u", had, r->need_mb);
			remedy(r, "make dom0 smaller: xl mem-set 0 MB now, and dom0_mem=MBM,max:MBM in GRUB_CMDLINE_XEN for each boot; or shut a guest down");
			return;
		}
	}
	if (!boot_word(x, "dom0_mem", word, sizeof(word))) {
		find(r, WARNING, "memory", HOST, "dom0 has all the memory that nobody else takes: making the driver domain anew may have to wait until it gives some back");
		remedy(r, "add dom0_mem=2048M,max:2048M, say, to GRUB_CMDLINE_XEN in /etc/default/grub, update-grub, reboot");
		return;
	}
	well(r, "memory", HOST, "dom0 has its own memory (dom0_mem=%s)", word);
}

bool check_host(struct report *r)
{
	struct xen x = { .info = NULL };
	bool works;

	if (!check_dom0(r) || !check_xenstored(r))
		return false;
	works = check_toolstack(r, &x);
	if (works) {
		check_iommu(r, &x);
		check_xsm(r, &x);
		check_memory(r, &x);
	}
	check_pciback(r);
	free(x.info);
	return works;
}
