// SPDX-License-Identifier: GPL-2.0
/* check_config.c - the xl configuration of a driver domain: see check.h.  Read as xl itself does. */
#include "check.h"

#include <libxl.h>
#include <libxlutil.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define DIR		"/etc/xen"
#define MEMORY_LEAST	48	/* MB, with the kernel of xmd-mkimage */

struct domain_config {
	XLU_Config *cfg;
	const char *path;
	char name[64];
};

/* A file that xl would not take: what it says of it goes to @said, to be freed. */
static XLU_Config *parse(const char *path, const char *text, char **said)
{
	size_t size = 0;
	FILE *out;
	XLU_Config *cfg;

	*said = NULL;
	out = open_memstream(said, &size);
	if (!out)
		return NULL;
	cfg = xlu_cfg_init(out, path);
	if (cfg && xlu_cfg_readdata(cfg, text, (int)strlen(text))) {
		xlu_cfg_destroy(cfg);
		cfg = NULL;
	}
	fclose(out);
	return cfg;
}

static const char *string(const XLU_Config *cfg, const char *key)
{
	const char *val = NULL;

	return xlu_cfg_get_string(cfg, key, &val, 1) || !val ? "" : val;
}

static long integer(const XLU_Config *cfg, const char *key, long missing)
{
	long n = missing;

	return xlu_cfg_get_long(cfg, key, &n, 1) ? missing : n;
}

/* ------------------------------------------------------------ the devices */

/* "03:00.0,seize=1" or "BDF=0000:03:00.0" to "0000:03:00.0" */
static bool to_bdf(const char *entry, char bdf[16])
{
	unsigned int domain = 0, bus, dev, fn;

	if (!strncmp(entry, "bdf=", 4) || !strncmp(entry, "BDF=", 4))
		entry += 4;
	if (sscanf(entry, "%4x:%2x:%2x.%1x", &domain, &bus, &dev, &fn) != 4) {
		domain = 0;
		if (sscanf(entry, "%2x:%2x.%1x", &bus, &dev, &fn) != 3)
			return false;
	}
	snprintf(bdf, 16, "%04x:%02x:%02x.%1x", domain & 0xffff, bus & 0xff, dev & 0x1f, fn & 7);
	return true;
}

/* Return: entry @i of pci=, or NULL */
static const char *pci_entry(const XLU_Config *cfg, int i)
{
	XLU_ConfigList *list;
	int n;

	if (xlu_cfg_get_list(cfg, "pci", &list, &n, 1) || i >= n)
		return NULL;
	return xlu_cfg_get_listitem(list, i);
}

/* Another file that wants the same one. */
static void check_twice(struct report *r, const struct domain_config *d, const char *bdf)
{
	char *names = fact_names(&r->facts, DIR), *rest = names, *name, *text, *said, path[300], other[16];
	const char *entry;
	XLU_Config *cfg;
	int i;

	while ((name = next_line(&rest))) {
		snprintf(path, sizeof(path), DIR "/%.200s", name);
		if (!strcmp(path, d->path) || strlen(name) < 5 || strcmp(name + strlen(name) - 4, ".cfg"))
			continue;
		text = fact_file(&r->facts, "%s", path);
		cfg = text ? parse(path, text, &said) : NULL;
		for (i = 0; cfg && (entry = pci_entry(cfg, i)); i++) {
			if (!to_bdf(entry, other) || strcmp(other, bdf) || !strcmp(string(cfg, "name"), d->name))
				continue;
			find(r, WARNING, "config-pci-twice", d->path, "%s has %s, too: only one of the two domains can run", path, bdf);
			remedy(r, "take it out of one of them");
		}
		if (cfg)
			xlu_cfg_destroy(cfg);
		if (text)
			free(said);
		free(text);
	}
	free(names);
}

static void check_pci(struct report *r, const struct domain_config *d)
{
	const char *entry = pci_entry(d->cfg, 0);
	char bdf[16], list[256];
	int i;

	if (!entry) {
		candidate_nics(r, list, sizeof(list));
		find(r, FAULT, "config-pci", d->path, "it has no pci= line, so no NIC");
		remedy(r, "write pci = [\"%s\"]; network cards here: %s", *list ? strtok(list, " ") : "0000:03:00.0",
		       *list ? "xmdctl check names them all" : "none");
		return;
	}
	for (i = 0; (entry = pci_entry(d->cfg, i)); i++) {
		if (!to_bdf(entry, bdf)) {
			find(r, FAULT, "config-pci", d->path, "\"%.60s\" is no PCI device", entry);
			remedy(r, "write it as pci = [\"0000:03:00.0\"]; lspci -D shows them");
			continue;
		}
		check_twice(r, d, bdf);
		check_nic(r, bdf);
	}
	if (i > 1) {
		find(r, NOTE, "config-pci", d->path, "it has %d PCI devices: after a crash it gets them before it boots, which takes longer", i);
		remedy(r, "one driver domain for each NIC, if that matters");
	}
}

/* -------------------------------------------------------------- its end */

static void check_end(struct report *r, const struct domain_config *d, const char *key,
		      const char *what)
{
	const char *val = string(d->cfg, key);
	bool restart = !strncmp(val, "restart", 7) || !strcmp(val, "coredump-restart") ||
		       !strcmp(val, "rename-restart");

	if (!strcmp(val, "preserve")) {
		well(r, what, d->path, "%s = \"preserve\"", key);
		return;
	}
	if (restart)
		find(r, FAULT, what, d->path, "%s = \"%s\": xl itself would create it anew, with another domid that its guests do not know, and xmd-supervisor keeps away", key, val);
	else
		find(r, WARNING, what, d->path, "%s = \"%s\"%s: xmd-supervisor has to wait for xl, and nothing is left of the dead one to look at", key,
		     *val ? val : "destroy", *val ? "" : " (nothing is said)");
	remedy(r, "write %s = \"preserve\" in %s, and create the domain anew with the next occasion", key, d->path);
}

/* ----------------------------------------------------------------- image */

static void check_file(struct report *r, const struct domain_config *d, const char *key)
{
	const char *path = string(d->cfg, key);

	if (!*path || fact_there(&r->facts, "%s", path))
		return;
	find(r, FAULT, "config-image", d->path, "%s = \"%.200s\": there is no such file", key, path);
	remedy(r, "xmd-mkimage --out /var/lib/xmd/%s makes vmlinux and initramfs.cpio: write their paths as kernel= and ramdisk=", d->name);
}

static void check_image(struct report *r, const struct domain_config *d)
{
	unsigned int before = r->n;

	if (!*string(d->cfg, "kernel") && !*string(d->cfg, "bootloader")) {
		find(r, FAULT, "config-image", d->path, "it has neither kernel= nor bootloader=");
		remedy(r, "xmd-mkimage --out /var/lib/xmd/%s makes vmlinux and initramfs.cpio: write their paths as kernel= and ramdisk=", d->name);
	}
	check_file(r, d, "kernel");
	check_file(r, d, "ramdisk");
	if (r->n == before)
		well(r, "config-image", d->path, "what it boots is there");
}

static void check_type(struct report *r, const struct domain_config *d)
{
	const char *type = string(d->cfg, "type");

	if (!*type)
		type = *string(d->cfg, "builder") ? string(d->cfg, "builder") : "pv";
	if (!strcmp(type, "pv") || !strcmp(type, "generic")) {
		well(r, "config-type", d->path, "a PV domain");
	} else if (!strcmp(type, "pvh")) {
		find(r, FAULT, "config-type", d->path, "type = \"pvh\": a PVH domain cannot have PCI devices");
		remedy(r, "write type = \"pv\"");
	} else {
		find(r, FAULT, "config-type", d->path, "type = \"%.20s\": only PV driver domains are brought back", type);
		remedy(r, "write type = \"pv\"; xmd-mkimage makes what it boots");
	}
}

static void check_size(struct report *r, const struct domain_config *d)
{
	long mb = integer(d->cfg, "memory", 0), max = integer(d->cfg, "maxmem", mb);

	if (mb < MEMORY_LEAST) {
		find(r, FAULT, "config-memory", d->path, "memory = %ld: it cannot even boot with that", mb);
		remedy(r, "write memory = 96, or 176 with Debian's kernel");
	} else if (max > mb) {
		find(r, WARNING, "config-memory", d->path, "maxmem is more than memory: a driver domain is not to be ballooned");
		remedy(r, "take the line maxmem out");
	} else {
		well(r, "config-memory", d->path, "%ld MB", mb);
	}
}

static void check_driver_domain(struct report *r, const struct domain_config *d)
{
	if (integer(d->cfg, "driver_domain", 0)) {
		well(r, "config-driver-domain", d->path, "driver_domain = 1");
		return;
	}
	find(r, FAULT, "config-driver-domain", d->path, "driver_domain = 1 is missing: xl does not let it serve, and xmd-supervisor does not look after it");
	remedy(r, "write driver_domain = 1 in %s, and create the domain anew", d->path);
}

/* ------------------------------------------------------------------ all */

void check_config(struct report *r, const char *path, const char *text)
{
	struct domain_config d = { .path = path };
	char *said;

	d.cfg = parse(path, text, &said);
	if (!d.cfg) {
		find(r, FAULT, "config-syntax", path, "xl cannot read it: %.*s", said ? (int)strcspn(said, "\n") : 1, said ? said : "?");
		remedy(r, "correct that line; man 5 xl.cfg");
		free(said);
		return;
	}
	free(said);
	snprintf(d.name, sizeof(d.name), "%s", string(d.cfg, "name"));
	check_driver_domain(r, &d);
	check_type(r, &d);
	check_end(r, &d, "on_crash", "config-on-crash");
	check_end(r, &d, "on_watchdog", "config-on-watchdog");
	check_image(r, &d);
	check_size(r, &d);
	check_pci(r, &d);
	xlu_cfg_destroy(d.cfg);
}

/* Of that name, by its file's or by what it says; with NULL: a driver domain's. */
static bool is_meant(const char *file, const char *path, const char *text, const char *name)
{
	XLU_Config *cfg;
	char *said;
	bool is;

	if (name && !strncmp(file, name, strlen(name)) && !strcmp(file + strlen(name), ".cfg"))
		return true;
	cfg = parse(path, text, &said);
	free(said);
	/* One that xl cannot read may have been meant as one. */
	if (!cfg)
		return !name && strstr(text, "driver_domain");
	is = name ? !strcmp(string(cfg, "name"), name) : integer(cfg, "driver_domain", 0);
	xlu_cfg_destroy(cfg);
	return is;
}

unsigned int check_configs(struct report *r, const char *domain)
{
	char *names = fact_names(&r->facts, DIR), *rest = names, *name, *text, path[300];
	unsigned int n = 0;
	size_t len;

	while ((name = next_line(&rest))) {
		len = strlen(name);
		if (len < 5 || strcmp(name + len - 4, ".cfg"))
			continue;
		snprintf(path, sizeof(path), DIR "/%.200s", name);
		text = fact_file(&r->facts, "%s", path);
		if (text && is_meant(name, path, text, domain)) {
			check_config(r, path, text);
			n++;
		}
		free(text);
	}
	free(names);
	return n;
}
