// SPDX-License-Identifier: GPL-2.0
/*
 * dompages.c - xmd-dompages: which pages of the machine are whose, for insncount.c. Runs in dom0, for
 * PV domains only (frames of one with translated memory have other numbers).
 *
 *   xmd-dompages WHO=DOMID ...     prints "mfn WHO FIRST COUNT" for each run of pages
 */
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <xencall.h>
#include <xenctrl.h>
#include <xen/xen.h>
#include <xen/domctl.h>

#define BATCH 1024u		/* the most that Xen takes at once */

struct run {
	unsigned int who;
	unsigned long first, count;
};

static void print_run(const struct run *r)
{
	if (r->count)
		printf("mfn %u %lx %lx\n", r->who, r->first, r->count);
}

static void add(struct run *r, unsigned long mfn)
{
	if (r->count && r->first + r->count == mfn) {
		r->count++;
		return;
	}
	print_run(r);
	r->first = mfn;
	r->count = 1;
}

/* Xen answers with XTAB for a page that is not the domain's. */
static int ask(xencall_handle *call, struct xen_domctl *ctl, uint64_t *array, unsigned int domid)
{
	memset(ctl, 0, sizeof(*ctl));
	ctl->cmd = XEN_DOMCTL_getpageframeinfo3;
	ctl->interface_version = XEN_DOMCTL_INTERFACE_VERSION;
	ctl->domain = domid;
	ctl->u.getpageframeinfo3.num = BATCH;
	set_xen_guest_handle_raw(ctl->u.getpageframeinfo3.array, (xen_pfn_t *)array);
	return xencall1(call, __HYPERVISOR_domctl, (uintptr_t)ctl);
}

static bool pages(xencall_handle *call, unsigned int who, unsigned int domid, unsigned long most)
{
	struct xen_domctl *ctl = xencall_alloc_buffer(call, sizeof(*ctl));
	uint64_t *array = xencall_alloc_buffer(call, BATCH * sizeof(*array));
	struct run run = { .who = who };
	unsigned long mfn, i;
	bool good = ctl && array;

	for (mfn = 0; good && mfn <= most; mfn += BATCH) {
		for (i = 0; i < BATCH; i++)
			array[i] = mfn + i;
		good = ask(call, ctl, array, domid) == 0;
		for (i = 0; good && i < BATCH; i++)
			if ((array[i] & XEN_DOMCTL_PFINFO_LTAB_MASK) != XEN_DOMCTL_PFINFO_XTAB)
				add(&run, mfn + i);
	}
	print_run(&run);
	xencall_free_buffer(call, array);
	xencall_free_buffer(call, ctl);
	return good;
}

int main(int argc, char **argv)
{
	xencall_handle *call = xencall_open(NULL, 0);
	xc_interface *xc = xc_interface_open(NULL, NULL, 0);
	unsigned long most;
	int i;

	if (!call || !xc || xc_maximum_ram_page(xc, &most)) {
		perror("xmd-dompages");
		return 1;
	}
	for (i = 1; i < argc; i++) {
		unsigned int who, domid;

		if (sscanf(argv[i], "%u=%u", &who, &domid) != 2 || !pages(call, who, domid, most)) {
			perror(argv[i]);
			return 1;
		}
	}
	xc_interface_close(xc);
	xencall_close(call);
	return 0;
}
