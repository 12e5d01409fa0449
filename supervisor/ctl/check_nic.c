// SPDX-License-Identifier: GPL-2.0
/* check_nic.c - a NIC that is, or is to be, a driver domain's: see check.h */
#include "check.h"
#include "chips.h"

#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define PCI		"/sys/bus/pci/devices/"
#define CLASS_NETWORK	0x02
#define CONFIG_BYTES	256
#define PCI_STATUS	0x06
#define STATUS_CAPS	0x10
#define PCI_CAPS	0x34
#define CAP_MSI		0x05
#define CAP_MSIX	0x11
#define CAPS_MAX	48	/* in 256 bytes; a device may answer with a circle */

static unsigned long number(struct report *r, const char *bdf, const char *file)
{
	char *text = fact_file(&r->facts, PCI "%.16s/%s", bdf, file);
	unsigned long n = text ? strtoul(text, NULL, 0) : 0;

	free(text);
	return n;
}

static bool is_nic(struct report *r, const char *bdf)
{
	return number(r, bdf, "class") >> 16 == CLASS_NETWORK;
}

void candidate_nics(struct report *r, char *list, size_t room)
{
	char *names = fact_names(&r->facts, "/sys/bus/pci/devices"), *rest = names, *bdf;
	size_t n = 0;

	*list = '\0';
	while ((bdf = next_line(&rest)))
		if (is_nic(r, bdf) && n + 20 < room)
			n += (size_t)snprintf(list + n, room - n, "%s%.16s", n ? " " : "", bdf);
	free(names);
}

/* ---------------------------------------------------- what it is, and whose */

static void check_chip(struct report *r, const char *bdf)
{
	unsigned long vendor = number(r, bdf, "vendor"), device = number(r, bdf, "device");
	const struct chip *chip = chip_find(vendor, device);

	if (chip) {
		well(r, "nic-chip", bdf, "it is an %s", chip->name);
	} else if (!is_nic(r, bdf)) {
		char list[256];

		candidate_nics(r, list, sizeof(list));
		find(r, FAULT, "nic-chip", bdf, "PCI device %04lx:%04lx is no network card", vendor, device);
		remedy(r, "network cards here: %s", *list ? list : "none");
	} else {
		find(r, FAULT, "nic-chip", bdf, "xmd_nic has no driver for PCI device %04lx:%04lx", vendor, device);
		remedy(r, "take another card: %s", CHIPS_TEXT);
	}
}

/* Is one of its interfaces the way to everywhere? */
static bool has_route(struct report *r, const char *interfaces)
{
	char *route = fact_file(&r->facts, "/proc/net/route"), *rest = route, *line, name[32], dest[16];
	bool found = false;

	while ((line = next_line(&rest)))
		if (sscanf(line, "%31s %15s", name, dest) == 2 && !strcmp(dest, "00000000"))
			found |= has_word(interfaces, name);
	free(route);
	return found;
}

static bool is_up(struct report *r, const char *bdf, char *interfaces)
{
	char *copy = strdup(interfaces), *rest = copy, *name, *flags;
	bool up = false;

	while ((name = next_line(&rest))) {
		flags = fact_file(&r->facts, PCI "%.16s/net/%.31s/flags", bdf, name);
		up |= flags && strtoul(flags, NULL, 0) & 1;
		free(flags);
	}
	free(copy);
	return up;
}

/* Of dom0's, by a driver that is not pciback. */
static void check_use(struct report *r, const char *bdf, const char *driver)
{
	char *net = fact_names(&r->facts, PCI "%.16s/net", bdf);
	bool planned = r->planned_nic != NULL;

	if (net && has_route(r, net)) {
		find(r, FAULT, "nic-use", bdf, "%.*s is the way by which dom0 itself reaches the network", (int)strcspn(net, "\n"), net);
		remedy(r, "give dom0 another card first, or take another one for the driver domain; \"ip route\" shows who uses it");
	} else if (net && is_up(r, bdf, net)) {
		find(r, planned ? FAULT : WARNING, "nic-use", bdf, "dom0 uses it: %.*s is up", (int)strcspn(net, "\n"), net);
		remedy(r, "take it out of /etc/network/interfaces or NetworkManager, and: ip link set %.*s down", (int)strcspn(net, "\n"), net);
	} else if (planned) {
		well(r, "nic-use", bdf, "dom0's driver %s has it, and nobody uses it", driver ? driver : "(none)");
	}
	if (!planned) {
		find(r, FAULT, "nic-bound", bdf, "%s%s has it, not xen-pciback", driver ? "dom0's driver " : "no driver", driver ? driver : "");
		remedy(r, "xl pci-assignable-add %s", bdf);
	}
	free(net);
}

static void check_bound(struct report *r, const char *bdf)
{
	char *driver = fact_link(&r->facts, PCI "%.16s/driver", bdf);

	if (driver && !strcmp(driver, "pciback"))
		well(r, "nic-bound", bdf, "xen-pciback has it");
	else
		check_use(r, bdf, driver);
	free(driver);
}

/* -------------------------------------------------------- at the next boot */

/* One number of a device, hexadecimal, and what stands behind it; "*" is any. */
static bool part(const char **at, unsigned long want, char end)
{
	char *rest;
	bool is = **at == '*' || (strtoul(*at, &rest, 16) == want && rest != *at);

	if (!is)
		return false;
	*at = **at == '*' ? *at + 1 : rest;
	return *(*at)++ == end;
}

/* "(0000:03:00.0)(04:00.*)", as xen-pciback reads it */
static bool list_has(const char *list, const char *bdf)
{
	unsigned int domain, bus, dev, fn;
	const char *end = list + strcspn(list, " \t\n"), *at = list, *dot;

	if (sscanf(bdf, "%x:%x:%x.%x", &domain, &bus, &dev, &fn) != 4)
		return false;
	while ((at = strchr(at, '(')) && at++ < end) {
		const char *entry = at;

		dot = strchr(entry, '.');
		if (!dot || dot > end)
			return false;
		/* of domain 0, if none is said */
		if (memchr(entry, ':', (size_t)(dot - entry)) == memrchr(entry, ':', (size_t)(dot - entry)) ?
		    domain : !part(&entry, domain, ':'))
			continue;
		if (part(&entry, bus, ':') && part(&entry, dev, '.') && part(&entry, fn, ')'))
			return true;
	}
	return false;
}

static bool words_hide(const char *text, const char *word, const char *bdf)
{
	const char *at = text;

	while (at && (at = strstr(at, word))) {
		at += strlen(word);
		if (list_has(at, bdf))
			return true;
	}
	return false;
}

/* "options xen-pciback hide=..." of modprobe.d(5) */
static bool line_hides(const char *line, const char *bdf)
{
	char options[8], module[16];

	return sscanf(line, " %7s %15s", options, module) == 2 && !strcmp(options, "options") &&
	       (!strcmp(module, "xen-pciback") || !strcmp(module, "xen_pciback")) && words_hide(line, " hide=", bdf);
}

static bool file_hides(struct report *r, const char *dir, const char *bdf)
{
	char *names = fact_names(&r->facts, "%s", dir), *rest = names, *name, *text, *lines, *line;
	bool found = false;
	size_t len;

	while (!found && (name = next_line(&rest))) {
		len = strlen(name);
		/* modprobe reads no others */
		if (len < 5 || strcmp(name + len - 5, ".conf"))
			continue;
		text = lines = fact_file(&r->facts, "%s/%.200s", dir, name);
		while (!found && (line = next_line(&lines)))
			found = line_hides(line, bdf);
		free(text);
	}
	free(names);
	return found;
}

static bool is_hidden(struct report *r, const char *bdf)
{
	static const char *const dir[] = {
		"/etc/modprobe.d", "/run/modprobe.d", "/usr/local/lib/modprobe.d", "/usr/lib/modprobe.d", "/lib/modprobe.d",
	};
	char *words = fact_file(&r->facts, "/proc/cmdline");
	bool hidden = words_hide(words, "pciback.hide=", bdf);
	unsigned int i;

	free(words);
	for (i = 0; !hidden && i < sizeof(dir) / sizeof(dir[0]); i++)
		hidden = file_hides(r, dir[i], bdf);
	return hidden;
}

static void check_hidden(struct report *r, const char *bdf)
{
	if (is_hidden(r, bdf)) {
		well(r, "nic-hidden", bdf, "it is kept for xen-pciback at boot");
		return;
	}
	find(r, WARNING, "nic-hidden", bdf, "nothing keeps it for xen-pciback at the next boot: dom0's own driver may take it");
	remedy(r, "echo \"options xen-pciback hide=(%s)\" > /etc/modprobe.d/xmd-nic.conf; echo xen-pciback > /etc/modules-load.d/xen-pciback.conf; keep its driver away with a line \"softdep DRIVER pre: xen-pciback\"; update-initramfs -u", bdf);
}

/* ----------------------------------------------------- reset and interrupt */

static void check_reset(struct report *r, const char *bdf)
{
	const struct chip *chip = chip_find(number(r, bdf, "vendor"), number(r, bdf, "device"));
	char *methods = fact_file(&r->facts, PCI "%.16s/reset_method", bdf);
	bool can = fact_there(&r->facts, PCI "%.16s/reset", bdf);

	/* the supervisor empties it on purpose while the domain is in its charge */
	if (chip && chip->quiet) {
		well(r, "nic-reset", bdf, "xmd-supervisor silences it by its registers%s", can ? "" : "; it has no reset of its own");
	} else if (can) {
		well(r, "nic-reset", bdf, "it can be reset (%.*s)", methods ? (int)strcspn(methods, "\n") : 1, methods ? methods : "?");
	} else {
		find(r, WARNING, "nic-reset", bdf, "Linux knows no way to reset it: after a crash of its domain it may go on with DMA and interrupts until that is back");
		remedy(r, "put it into a slot whose bus can be reset alone, or take a card with FLR (lspci -vv: FLReset+)");
	}
	free(methods);
}

/* Return: 1, 0; -1: cannot be read */
static int has_msi(struct report *r, const char *bdf)
{
	uint8_t c[CONFIG_BYTES];
	char path[FACT_PATH];
	unsigned int at, i;
	ssize_t n;
	int fd;

	snprintf(path, sizeof(path), "%s" PCI "%.16s/config", r->facts.root ? r->facts.root : "", bdf);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return -1;
	n = read(fd, c, sizeof(c));
	close(fd);
	if (n < CONFIG_BYTES)
		return -1;
	if (!(c[PCI_STATUS] & STATUS_CAPS))
		return 0;
	for (at = c[PCI_CAPS] & 0xfcu, i = 0; at >= 0x40 && i < CAPS_MAX; i++, at = c[at + 1] & 0xfcu)
		if (c[at] == CAP_MSI || c[at] == CAP_MSIX)
			return 1;
	return 0;
}

static bool words_say(const char *info, const char *word)
{
	char words[2048];

	return fact_field(info, "xen_commandline", words, sizeof(words)) && has_word(words, word);
}

static void check_interrupt(struct report *r, const char *bdf)
{
	const struct chip *chip = chip_find(number(r, bdf, "vendor"), number(r, bdf, "device"));
	bool legacy = (chip && chip->legacy) || has_msi(r, bdf) != 1;
	char *info = fact_xl(&r->facts, "info");

	if (!legacy) {
		well(r, "nic-interrupt", bdf, "it has message signalled interrupts");
	} else if (words_say(info, "ioapic_ack=old")) {
		well(r, "nic-interrupt", bdf, "its interrupt is a legacy one, and Xen acknowledges these early (ioapic_ack=old)");
	} else {
		find(r, WARNING, "nic-interrupt", bdf, "its interrupt is a legacy one: a domain that dies while it is asserted can keep other devices' interrupts back for minutes");
		remedy(r, "add ioapic_ack=old to GRUB_CMDLINE_XEN in /etc/default/grub, update-grub, reboot");
	}
	free(info);
}

/* " 16:  1234  0  xen-pirq  -ioapic-level  ehci_hcd:usb1, pciback[0000:03:00.0]" */
static void check_shared(struct report *r, const char *bdf)
{
	char *text = fact_file(&r->facts, "/proc/interrupts"), *rest = text, *line, *who;
	unsigned long irq = number(r, bdf, "irq");

	while (irq && (line = next_line(&rest))) {
		if (strtoul(line, NULL, 10) != irq || !strchr(line, ':'))
			continue;
		who = strrchr(line, ' ');
		/* the last word is what dom0 itself has there */
		if (!who || strstr(line, "pciback") || strstr(line, "net/") || !strstr(line, "level"))
			continue;
		find(r, WARNING, "nic-shared", bdf, "it shares interrupt %lu with dom0's \"%s\": each waits for the other", irq, who + 1);
		remedy(r, "put one of them into another slot, or let dom0 do without that device");
	}
	free(text);
}

void check_nic(struct report *r, const char *bdf)
{
	char list[256];

	if (!fact_there(&r->facts, PCI "%.16s", bdf)) {
		candidate_nics(r, list, sizeof(list));
		find(r, FAULT, "nic", bdf, "there is no such PCI device");
		remedy(r, "network cards here: %s", *list ? list : "none");
		return;
	}
	check_chip(r, bdf);
	check_bound(r, bdf);
	check_hidden(r, bdf);
	check_reset(r, bdf);
	check_interrupt(r, bdf);
	check_shared(r, bdf);
}
