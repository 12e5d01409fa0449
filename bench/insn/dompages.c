// SPDX-License-Identifier: GPL-2.0
/*
 * dompages.c - xmd-dompages: which pages of the machine are whose, for insncount.c. Runs in dom0, for
 * PV domains only (frames of one with translated memory have other numbers).
 *
 *   xmd-dompages WHO=DOMID ... < PAGES    PAGES: hexadecimal numbers, as insncount's "pages" writes them;
 *                                         prints "mfn WHO PAGE 1" for each that is one of theirs
 */
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <xencall.h>
#define __XEN_TOOLS__ 1
#include <xen/xen.h>
#include <xen/domctl.h>

#define BATCH	1024u		/* the most that Xen takes at once */
#define MOST	(1u << 20)

/* Xen answers with XTAB for a page that is not the domain's. */
static int ask(xencall_handle *call, struct xen_domctl *ctl, uint64_t *array, unsigned int n, unsigned int domid)
{
	memset(ctl, 0, sizeof(*ctl));
	ctl->cmd = XEN_DOMCTL_getpageframeinfo3;
	ctl->interface_version = XEN_DOMCTL_INTERFACE_VERSION;
	ctl->domain = domid;
	ctl->u.getpageframeinfo3.num = n;
	set_xen_guest_handle_raw(ctl->u.getpageframeinfo3.array, (xen_pfn_t *)array);
	return xencall1(call, __HYPERVISOR_domctl, (uintptr_t)ctl);
}

static bool batch(xencall_handle *call, const uint64_t *page, unsigned int n, unsigned int who, unsigned int domid)
{
	struct xen_domctl *ctl = xencall_alloc_buffer(call, sizeof(*ctl));
	uint64_t *array = xencall_alloc_buffer(call, BATCH * sizeof(*array));
	bool good = ctl && array;
	unsigned int i;

	if (good) {
		memcpy(array, page, n * sizeof(*page));
		good = ask(call, ctl, array, n, domid) == 0;
	}
	for (i = 0; good && i < n; i++)
		if ((array[i] & XEN_DOMCTL_PFINFO_LTAB_MASK) != XEN_DOMCTL_PFINFO_XTAB)
			printf("mfn %u %llx 1\n", who, (unsigned long long)page[i]);
	xencall_free_buffer(call, array);
	xencall_free_buffer(call, ctl);
	return good;
}

int main(int argc, char **argv)
{
	static uint64_t page[MOST];
	xencall_handle *call = xencall_open(NULL, 0);
	unsigned int n = 0, at, who, domid;
	unsigned long long number;
	int i;

	while (n < MOST && scanf("%llx", &number) == 1)
		page[n++] = number;
	if (!call || argc < 2) {
		fprintf(stderr, "usage: xmd-dompages WHO=DOMID ... < PAGES, in dom0\n");
		return 2;
	}
	for (i = 1; i < argc; i++) {
		if (sscanf(argv[i], "%u=%u", &who, &domid) != 2)
			return 2;
		for (at = 0; at < n; at += BATCH)
			if (!batch(call, page + at, n - at < BATCH ? n - at : BATCH, who, domid)) {
				perror(argv[i]);
				return 1;
			}
	}
	xencall_close(call);
	return 0;
}
