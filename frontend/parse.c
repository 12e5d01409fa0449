// SPDX-License-Identifier: GPL-2.0
/*
 * From slots of the RX ring to the description of a frame, and other checks.  parse.h says
 * what each outcome means; xen/interface/io/netif.h, "Guest receive", is the format.
 */
#include <linux/string.h>
#include "parse.h"

struct rx_reader {
	const void *slots;
	u32 next;
	u32 prod;
};

/* The only places that read a response: each word once, never again. */
static void copy_rx(const void *slots, u32 idx, union xmd_rx_slot *s)
{
	const volatile u32 *from = (const volatile u32 *)slots + (idx % XMD_RING) * 2;

	s->word[0] = from[0];
	s->word[1] = from[1];
}

static u32 copy_tx(const void *slots, u32 idx)
{
	return *((const volatile u32 *)slots + (idx % XMD_RING) * 3);
}

static bool next_slot(struct rx_reader *r, union xmd_rx_slot *s)
{
	if (r->next == r->prod)
		return false;
	copy_rx(r->slots, r->next++, s);
	return true;
}

static int verdict(struct xmd_rx_frame *f, int v, int reason)
{
	f->verdict = v;
	f->reason = reason;
	return v;
}

static void blame(struct xmd_rx_frame *f, int reason)
{
	if (!f->reason)
		f->reason = reason;
}

/* Hash and XDP were not negotiated; ignoring them harms nobody. */
static void note_extra(struct xmd_rx_frame *f, const struct xen_netif_extra_info *e)
{
	if (e->type != XEN_NETIF_EXTRA_TYPE_GSO)
		return;
	if (f->gso_type != XEN_NETIF_GSO_TYPE_NONE ||
	    (e->u.gso.type != XEN_NETIF_GSO_TYPE_TCPV4 &&
	     e->u.gso.type != XEN_NETIF_GSO_TYPE_TCPV6) ||
	    e->u.gso.size < XMD_GSO_MIN) {
		blame(f, XMD_RX_BAD_GSO);
		return;
	}
	f->gso_type = e->u.gso.type;
	f->gso_size = e->u.gso.size;
}

/* Each type may appear once, so a chain longer than the types never ends by itself. */
static int read_extras(struct rx_reader *r, struct xmd_rx_frame *f)
{
	unsigned int n = 0;
	union xmd_rx_slot s;

	do {
		if (!next_slot(r, &s))
			return verdict(f, XMD_RX_PARTIAL, 0);
		if (n++ == XEN_NETIF_EXTRA_TYPE_MAX - 1 ||
		    s.extra.type == XEN_NETIF_EXTRA_TYPE_NONE ||
		    s.extra.type >= XEN_NETIF_EXTRA_TYPE_MAX)
			return verdict(f, XMD_RX_FAULT, XMD_FAULT_RX_EXTRA);
		note_extra(f, &s.extra);
	} while (s.extra.flags & XEN_NETIF_EXTRA_FLAG_MORE);
	return XMD_RX_OK;
}

/* @slot: where the response was; a negative status says that the frame is none. */
static int note_frag(struct xmd_rx_frame *f, u32 slot, const struct xen_netif_rx_response *rsp)
{
	if (rsp->id != slot)
		return verdict(f, XMD_RX_FAULT, XMD_FAULT_RX_ID);
	if (rsp->status <= 0) {
		blame(f, XMD_RX_BAD_STATUS);
	} else {
		if ((u32)rsp->offset + (u16)rsp->status > XMD_GRANT)
			return verdict(f, XMD_RX_FAULT, XMD_FAULT_RX_PAGE);
		f->len += rsp->status;
	}
	if (f->nfrags < XMD_SLOTS)
		f->frag[f->nfrags] = (struct xmd_rx_frag){
			.slot = slot, .off = rsp->offset,
			.len = rsp->status > 0 ? rsp->status : 0,
		};
	else
		blame(f, XMD_RX_BAD_SLOTS);
	if (f->nfrags == XMD_RUNAWAY)
		return verdict(f, XMD_RX_FAULT, XMD_FAULT_RX_RUNAWAY);
	f->nfrags++;
	return XMD_RX_OK;
}

int xmd_front_rx_parse(const void *slots, u32 cons, u32 prod, struct xmd_rx_frame *f)
{
	struct rx_reader r = { .slots = slots, .next = cons, .prod = prod };
	union xmd_rx_slot s;

	memset(f, 0, offsetof(struct xmd_rx_frame, frag));
	f->first = cons;
	if (!next_slot(&r, &s))
		return verdict(f, XMD_RX_PARTIAL, 0);
	f->flags = s.rsp.flags & (XEN_NETRXF_csum_blank | XEN_NETRXF_data_validated);
	if (note_frag(f, cons % XMD_RING, &s.rsp))
		return f->verdict;
	if (s.rsp.flags & XEN_NETRXF_extra_info) {
		u16 flags = s.rsp.flags;

		if (read_extras(&r, f))
			return f->verdict;
		s.rsp.flags = flags;
	}
	while (s.rsp.flags & XEN_NETRXF_more_data) {
		if (!next_slot(&r, &s))
			return verdict(f, XMD_RX_PARTIAL, 0);
		if (note_frag(f, (r.next - 1) % XMD_RING, &s.rsp))
			return f->verdict;
	}
	f->nslots = r.next - cons;
	if (f->len < XMD_ETH_HEADER)
		blame(f, XMD_RX_BAD_SHORT);
	return verdict(f, f->reason ? XMD_RX_BAD : XMD_RX_OK, f->reason);
}

bool xmd_front_tx_answer(const void *slots, u32 cons, u32 *id, s16 *status)
{
	union {
		u32 word;
		struct xen_netif_tx_response rsp;
	} copy = { .word = copy_tx(slots, cons) };

	*status = copy.rsp.status;
	if (copy.rsp.status == XEN_NETIF_RSP_NULL) {
		*id = XMD_RING;
		return false;
	}
	*id = copy.rsp.id < XMD_RING ? copy.rsp.id : XMD_RING + 1;
	return copy.rsp.id < XMD_RING;
}

int xmd_front_backend_domain(const char *path)
{
	static const char head[] = "/local/domain/", tail[] = "/backend/";
	unsigned int domid = 0, digits = 0;

	if (strncmp(path, head, sizeof(head) - 1))
		return -1;
	for (path += sizeof(head) - 1; *path >= '0' && *path <= '9' && digits < 6; path++, digits++)
		domid = domid * 10 + (*path - '0');
	if (!digits || domid > 0xffff || strncmp(path, tail, sizeof(tail) - 1))
		return -1;
	return domid;
}

unsigned int xmd_front_mtu_limit(bool sg, unsigned int key)
{
	unsigned int max = sg ? XMD_MTU_SG : XMD_MTU_PLAIN;

	if (key >= XMD_MTU_MIN && key < max)
		max = key;
	return max < XMD_MTU_PLAIN ? XMD_MTU_PLAIN : max;
}

const char *xmd_front_fault_text(unsigned int fault)
{
	static const char * const text[XMD_FAULTS] = {
		[XMD_FAULT_NONE] = "none",
		[XMD_FAULT_TX_PROD] = "more TX responses than requests",
		[XMD_FAULT_TX_ID] = "TX response for no request",
		[XMD_FAULT_TX_GRANT] = "TX page answered, but still in use",
		[XMD_FAULT_RX_PROD] = "more RX responses than requests",
		[XMD_FAULT_RX_ID] = "RX response with another slot's id",
		[XMD_FAULT_RX_GRANT] = "RX page answered, but still in use",
		[XMD_FAULT_RX_PAGE] = "RX response that reaches over its page",
		[XMD_FAULT_RX_RUNAWAY] = "RX frame without an end",
		[XMD_FAULT_RX_EXTRA] = "RX extra info of no known type, or without an end",
	};

	return fault < XMD_FAULTS ? text[fault] : "?";
}

const char *xmd_front_rx_bad_name(unsigned int reason)
{
	static const char * const name[XMD_RX_REASONS] = {
		"good", "status", "short", "slots", "gso",
	};

	return reason < XMD_RX_REASONS ? name[reason] : "?";
}
