// SPDX-License-Identifier: GPL-2.0
/*
 * Pages that a guest has granted once and for all (xmd/stage.h):
 * mapped here, and found by their grant reference in O(1).  xmd-backend speaks with the guest
 * and hands over lists (backdev.h); tx.c and rx.c look here before they ask Xen for a copy, and
 * if there is nothing, as right after an adoption, they ask Xen.
 *
 * What is in these pages may change at any time: they are copied from once, and only the copy
 * is looked at.  A guest cannot take back what is mapped, so neither reading nor writing faults;
 * one that was granted for reading only is never written to.
 *
 * The account: XMD_STAGE_PAGES a vif, stage_pages together, because each takes memory of
 * Xen's (an entry of its table, and of the IOMMU's tables up to a page) that nobody else is asked
 * for.  First come, first served; who comes too late is served by grant copies.
 *
 * Readers hold the RCU read lock (softirq).  Writers hold back.ctl: an entry is complete before it
 * is in its chain, and used again or unmapped a grace period after it has left it.
 */
#include <linux/hash.h>
#include <linux/mm.h>
#include <linux/module.h>
#include <linux/vmalloc.h>
#include "back.h"

#define CHAIN_BITS	10
#define CHAIN_MAX	8u	/* a guest may choose its references, but not how long we search */

static unsigned int stage_pages = 8192;
module_param(stage_pages, uint, 0644);
MODULE_PARM_DESC(stage_pages, "pages of all guests together that may be kept mapped; 0: none");

struct xmd_stage {
	u8 *area;			/* XMD_STAGE_PAGES addresses, one for each entry */
	u16 chain[1 << CHAIN_BITS];	/* first entry + 1; 0: none */
	unsigned int used;		/* entries in chains */
	struct {
		u32 ref;
		grant_handle_t handle;
		u16 next;		/* entry + 1 */
		bool writable;
		bool taken;		/* mapped, or not to be used any more */
		bool leaving;
	} page[XMD_STAGE_PAGES];
};

static u8 *address(const struct xmd_stage *s, unsigned int i)
{
	return s->area + i * XMD_RING_PAGE;
}

/* Return: entry + 1; 0: there is none. */
static unsigned int find(const struct xmd_stage *s, u32 ref)
{
	unsigned int i = READ_ONCE(s->chain[hash_32(ref, CHAIN_BITS)]);

	while (i && s->page[i - 1].ref != ref)
		i = READ_ONCE(s->page[i - 1].next);
	return i;
}

/* Where the page is that @ref grants; NULL: it is not mapped, or not to be written to. */
u8 *xmd_stage_lookup(const struct xmd_vif *v, u32 ref, bool write)
{
	const struct xmd_stage *s = smp_load_acquire(&v->stage);
	unsigned int i = s ? find(s, ref) : 0;

	return i && (s->page[i - 1].writable || !write) ? address(s, i - 1) : NULL;
}

/* back.ctl held from here on. */

static int stage_open(struct xmd_vif *v)
{
	struct xmd_stage *s;

	if (v->stage)
		return 0;
	s = vzalloc(sizeof(*s));
	if (!s)
		return -ENOMEM;
	s->area = xmd_back_area(XMD_STAGE_PAGES);
	if (!s->area) {
		vfree(s);
		return -ENOMEM;
	}
	smp_store_release(&v->stage, s);
	return 0;
}

static unsigned int chain_length(const struct xmd_stage *s, u32 ref)
{
	unsigned int i = s->chain[hash_32(ref, CHAIN_BITS)], n = 0;

	for (; i; i = s->page[i - 1].next)
		n++;
	return n;
}

/* One that nobody can find any more. */
static void unmap(struct xmd_vif *v, unsigned int i)
{
	struct xmd_stage *s = v->stage;

	s->page[i].leaving = false;
	s->page[i].taken = !xmd_back_unmap(v, address(s, i), s->page[i].handle);
	back.staged -= !s->page[i].taken;
	s->used -= !s->page[i].taken;
}

static void leave_chain(struct xmd_stage *s, unsigned int i)
{
	u16 *link = &s->chain[hash_32(s->page[i].ref, CHAIN_BITS)];

	while (*link != i + 1)
		link = &s->page[*link - 1].next;
	WRITE_ONCE(*link, s->page[i].next);
}

static int map(struct xmd_vif *v, unsigned int i, const struct xmd_gref *g)
{
	struct xmd_stage *s = v->stage;
	bool writable = !(g->flags & XMD_GREF_READONLY);
	u16 *chain = &s->chain[hash_32(g->ref, CHAIN_BITS)];
	int err;

	if (back.staged >= stage_pages || chain_length(s, g->ref) >= CHAIN_MAX)
		return -ENOSPC;
	err = xmd_back_map(v, address(s, i), g->ref, writable ? 0 : GNTMAP_readonly,
			   &s->page[i].handle);
	if (err)
		return err == -ENOENT ? -ENXIO : err;
	s->page[i].ref = g->ref;
	s->page[i].writable = writable;
	s->page[i].next = *chain;
	s->page[i].taken = true;
	s->used++;
	back.staged++;
	smp_store_release(chain, i + 1);
	return 0;
}

/* @at: where to look for a free entry first, and then next.  Return: 1 mapped, 0 it was, -errno */
static int add(struct xmd_vif *v, const struct xmd_gref *g, unsigned int *at)
{
	struct xmd_stage *s = v->stage;
	unsigned int i = find(s, g->ref);
	int err;

	if (g->flags & ~XMD_GREF_READONLY)
		return -EINVAL;
	if (i)
		return s->page[i - 1].writable == !g->flags ? 0 : -EINVAL;
	while (*at < XMD_STAGE_PAGES && s->page[*at].taken)
		++*at;
	if (*at == XMD_STAGE_PAGES)
		return -ENOSPC;
	err = map(v, *at, g);
	return err ? err : 1;
}

/* Those with a 0 as status.  Return: how many. */
static int del_all(struct xmd_vif *v, struct xmd_gref *g, unsigned int n)
{
	unsigned int i, at;
	int done = 0;

	for (i = 0; v->stage && i < n; i++) {
		at = g[i].status ? 0 : find(v->stage, g[i].ref);
		if (!g[i].status)
			g[i].status = at ? XEN_NETIF_CTRL_STATUS_SUCCESS :
					   XEN_NETIF_CTRL_STATUS_INVALID_PARAMETER;
		if (!at)
			continue;
		leave_chain(v->stage, at - 1);
		v->stage->page[at - 1].leaving = true;
		done++;
	}
	if (!done)
		return 0;
	/* whoever has found one of them has done with it after this */
	synchronize_net();
	for (i = 0; i < XMD_STAGE_PAGES; i++)
		if (v->stage->page[i].leaving)
			unmap(v, i);
	return done;
}

static int add_all(struct xmd_vif *v, struct xmd_gref *g, unsigned int n)
{
	unsigned int i, at = 0;
	int ret = stage_open(v);

	if (ret)
		return ret;
	for (i = 0; i < n; i++) {
		ret = add(v, &g[i], &at);
		if (ret < 0)
			break;
		g[i].status = !ret;
	}
	if (i == n)
		return 0;
	pr_notice_ratelimited("xmd_back: %s: of %u pages that its guest wants to be kept mapped the %u. cannot be (%d): none of them is; there are %u of %u of all guests\n",
			      v->name, n, i + 1, ret, back.staged, stage_pages);
	del_all(v, g, i);
	return ret;
}

int xmd_vif_stage(const struct xmd_vif_id *id, struct xmd_gref *g, unsigned int n, bool del)
{
	struct xmd_vif *v;
	unsigned int i;
	int ret = -ENOENT;

	mutex_lock(&back.ctl);
	v = xmd_vif_find(id);
	if (v && !del)
		ret = xmd_vif_serves(v) ? add_all(v, g, n) : -EINVAL;
	for (i = 0; v && del && i < n; i++)
		g[i].status = 0;
	if (v && del)
		ret = del_all(v, g, n);
	mutex_unlock(&back.ctl);
	return ret;
}

/* No reader is left. */
void xmd_stage_close(struct xmd_vif *v)
{
	struct xmd_stage *s = v->stage;
	unsigned int i;

	if (!s)
		return;
	for (i = 0; i < XMD_STAGE_PAGES; i++)
		if (s->page[i].taken)
			unmap(v, i);
	if (!s->used)
		vunmap(s->area);
	/* what Xen has kept stays on the account, too */
	v->stage = NULL;
	vfree(s);
}

unsigned int xmd_stage_used(const struct xmd_vif *v)
{
	return v->stage ? v->stage->used : 0;
}
