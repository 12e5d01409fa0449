// SPDX-License-Identifier: GPL-2.0
/*
 * From slots of a guest's TX ring to the description of a frame.  parse.h says
 * what each outcome means; xen/interface/io/netif.h, "Guest transmit", is the format.
 */
#include <linux/string.h>
#include <linux/if_ether.h>
#include "xmd/backdev.h"
#include "parse.h"

struct tx_reader {
	const void *slots;
	u32 next;
	u32 prod;
	u16 *ids;
};

static bool next_slot(struct tx_reader *r, union xmd_tx_slot *s)
{
	if (r->next == r->prod)
		return false;
	xmd_slot_copy(r->slots, r->next, s);
	r->ids[r->next % XMD_TX_RING] = s->req.id;
	r->next++;
	return true;
}

static int verdict(struct xmd_tx_frame *f, int v, int reason)
{
	f->verdict = v;
	f->reason = reason;
	return v;
}

/* Hash and XDP extra-info were not negotiated; ignoring them harms nobody. */
static int note_extra(struct xmd_tx_frame *f, const struct xen_netif_extra_info *e)
{
	switch (e->type) {
	case XEN_NETIF_EXTRA_TYPE_GSO:
		if (f->gso_type != XEN_NETIF_GSO_TYPE_NONE)
			return XMD_BAD_GSO;
		if (e->u.gso.type != XEN_NETIF_GSO_TYPE_TCPV4 &&
		    e->u.gso.type != XEN_NETIF_GSO_TYPE_TCPV6)
			return XMD_BAD_GSO;
		f->gso_type = e->u.gso.type;
		f->gso_size = e->u.gso.size;
		return f->gso_size < XMD_GSO_SIZE_MIN ? XMD_BAD_GSO : XMD_BAD_NONE;
	case XEN_NETIF_EXTRA_TYPE_MCAST_ADD:
	case XEN_NETIF_EXTRA_TYPE_MCAST_DEL:
		f->verdict = XMD_TX_DUMMY;
		return XMD_BAD_NONE;
	default:
		return XMD_BAD_NONE;
	}
}

/* Each type may appear once, so a chain longer than the types never ends by itself. */
static int read_extras(struct tx_reader *r, struct xmd_tx_frame *f)
{
	union xmd_tx_slot s;
	int bad;

	do {
		if (!next_slot(r, &s))
			return verdict(f, XMD_TX_PARTIAL, 0);
		if (f->nextra == XEN_NETIF_EXTRA_TYPE_MAX - 1)
			return verdict(f, XMD_TX_FAULT, XMD_FAULT_EXTRA_ENDLESS);
		if (s.extra.type == XEN_NETIF_EXTRA_TYPE_NONE ||
		    s.extra.type >= XEN_NETIF_EXTRA_TYPE_MAX)
			return verdict(f, XMD_TX_FAULT, XMD_FAULT_EXTRA_TYPE);
		f->nextra++;
		bad = note_extra(f, &s.extra);
		if (bad && !f->reason)
			f->reason = bad;
	} while (s.extra.flags & XEN_NETIF_EXTRA_FLAG_MORE);
	return XMD_TX_OK;
}

static void set_frag(struct xmd_tx_frame *f, const struct xen_netif_tx_request *req)
{
	struct xmd_tx_frag *frag;

	if (f->nfrags < XMD_TX_FRAGS) {
		frag = &f->frag[f->nfrags];
		frag->gref = req->gref;
		frag->off = req->offset;
		frag->len = req->size;
	}
	f->nfrags++;
}

/* The slots behind the first, as far as more_data goes; @rest: the sum of their sizes. */
static int read_frags(struct tx_reader *r, struct xmd_tx_frame *f, u16 flags, u32 *rest)
{
	union xmd_tx_slot s;

	while (flags & XEN_NETTXF_more_data) {
		if (!next_slot(r, &s))
			return verdict(f, XMD_TX_PARTIAL, 0);
		if (f->nfrags == XMD_TX_RUNAWAY)
			return verdict(f, XMD_TX_FAULT, XMD_FAULT_TOO_MANY_SLOTS);
		set_frag(f, &s.req);
		*rest += s.req.size;
		flags = s.req.flags;
	}
	return XMD_TX_OK;
}

/*
 * Where each data slot lies.  Later ones may be empty, of which neither page nor offset
 * counts: they are answered with the others, and nothing more.
 */
static int judge_frags(struct xmd_tx_frame *f)
{
	unsigned int i, n = 0;

	for (i = 0; i < f->nfrags; i++) {
		struct xmd_tx_frag frag = f->frag[i];

		if ((u32)frag.off + frag.len > XMD_RING_PAGE && frag.len)
			return XMD_BAD_CROSS_PAGE;
		if (frag.len)
			f->frag[n++] = frag;
	}
	f->nfrags = n;
	return XMD_BAD_NONE;
}

/*
 * The first slot carries the size of the whole packet; what it holds itself is
 * what the others leave.
 */
static int judge(struct xmd_tx_frame *f, u32 rest)
{
	int bad;

	if (f->nfrags > XMD_TX_FRAGS)
		return XMD_BAD_SLOTS;
	if (f->len < ETH_HLEN)
		return XMD_BAD_SHORT;
	if (rest >= f->len)
		return XMD_BAD_SIZES;
	if (f->len - rest > XMD_RING_PAGE)
		return XMD_BAD_CROSS_PAGE;
	f->frag[0].len = f->len - rest;
	bad = judge_frags(f);
	return bad ? bad : f->reason;
}

int xmd_tx_parse(const void *slots, u32 cons, u32 prod, struct xmd_tx_frame *f, u16 *ids)
{
	struct tx_reader r = { .slots = slots, .next = cons, .prod = prod, .ids = ids };
	union xmd_tx_slot s;
	u32 rest = 0;
	int bad;

	memset(f, 0, offsetof(struct xmd_tx_frame, frag));
	f->first = cons;
	if (!next_slot(&r, &s))
		return verdict(f, XMD_TX_PARTIAL, 0);
	f->len = s.req.size;
	f->flags = s.req.flags & (XEN_NETTXF_csum_blank | XEN_NETTXF_data_validated);
	set_frag(f, &s.req);
	if ((s.req.flags & XEN_NETTXF_extra_info) && read_extras(&r, f))
		return f->verdict;
	if (read_frags(&r, f, s.req.flags, &rest))
		return f->verdict;
	f->nslots = r.next - cons;
	if (f->verdict == XMD_TX_DUMMY)
		return verdict(f, XMD_TX_DUMMY, 0);
	bad = judge(f, rest);
	return verdict(f, bad ? XMD_TX_BAD : XMD_TX_OK, bad);
}

unsigned int xmd_tx_plan(const struct xmd_tx_frame *f, u32 from, u32 to,
			 struct xmd_tx_piece *p)
{
	u32 head = xmd_tx_head(f), used = from, fill = f->room + from, done, take;
	unsigned int frag = 0, buf = 0, n = 0;

	if (f->nfrags == 1 && f->room + to <= XMD_RING_PAGE) {
		p[0] = (struct xmd_tx_piece){ 0, 0, from, fill, to - from };
		return 1;
	}
	for (; used >= f->frag[frag].len; frag++)
		used -= f->frag[frag].len;

	for (done = from; done < to && n < XMD_TX_PIECES; done += take) {
		take = f->frag[frag].len - used;
		if (take > to - done)
			take = to - done;
		if (take > XMD_RING_PAGE - fill) {
			if (done < head) {
				take = head - done;
			} else {
				buf++;
				fill = 0;
			}
		}
		p[n++] = (struct xmd_tx_piece){ frag, buf, used, fill, take };
		fill += take;
		used += take;
		if (used == f->frag[frag].len) {
			frag++;
			used = 0;
		}
	}
	return n;
}
