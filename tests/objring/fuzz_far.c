// SPDX-License-Identifier: GPL-2.0
/*
 * fuzz_far.c - xmd-backend against a guest that writes anything into the page of its object
 * ring, with another guest beside it.
 */
#include "fuzz.h"
#include "hub.h"

#include <stdlib.h>
#include <string.h>
#include <tracker.h>

static void message(struct xmd_objring *page, __u32 epoch)
{
	struct xpc_msg m = { .kind = byte() % (XPC_KINDS + 1), .id = byte() % 5,
			     .epoch = byte() & 3 ? epoch : word(), .seq = byte(),
			     .version = byte() % 4 };
	__u8 *slot = page->ask[page->ask_prod % XMD_OBJRING_SLOTS].byte;
	unsigned int i, n = word() % (XMD_OBJRING_SLOT - XPC_HEADER + 1);

	m.len = XPC_HEADER + n;
	xpc_put_header(&m, slot);
	for (i = 0; i < n; i++)
		slot[XPC_HEADER + i] = byte();
	page->ask_prod++;
}

static void hello(struct xmd_objring *page)
{
	__u8 *slot = page->ask[page->ask_prod % XMD_OBJRING_SLOTS].byte;
	struct xpc_msg m = { .kind = XPC_HELLO, .len = XPC_HEADER };
	unsigned int i, n = byte() % 8;

	m.len += xpc_abi_put(&xpc_vif_objects, slot + XPC_HEADER);
	/* it may lie: with 4 it is cut off, or longer */
	for (i = 0; i < n; i++)
		slot[XPC_HEADER + byte() % XPC_ABI_MAX] = byte();
	if (n == 4)
		m.len = XPC_HEADER + byte() % (2 * XPC_ABI_MAX);
	xpc_put_header(&m, slot);
	page->ask_prod++;
}

/* What a kernel half could refuse must never be asked of it. */
static void check(struct host *h)
{
	const struct xmd_vif_settings *s = host_settings(h, 0);
	unsigned int i;

	if (s->mtu < 68 || s->mtu > 1500 || s->n_mc > XMD_SET_MC_MAX ||
	    s->n_vlans > XMD_SET_VLANS_MAX || s->flags & XMD_SET_PROMISC ||
	    memcmp(s->mac, "\x00\x16\x3e\x00\x05\x00", 6))
		abort();
	for (i = 0; i < s->n_mc; i++)
		if (!(s->mc[i][0] & 1))
			abort();
	for (i = 0; i < s->n_vlans; i++)
		if (s->vlan[i] > 4095)
			abort();
	if (h->w.sim.asked || world_back_state(&h->w, 0) != STATE_CONNECTED)
		abort();
}

/* One host for all inputs; for each a new xmd-backend and a new page. */
static struct host *begin(__u32 version)
{
	static struct host *h;
	struct objring r;

	if (!h) {
		h = host_new();
		host_attach_mute(h, 0);
		host_attach(h, 2);
	}
	world_backend_kill(&h->w);
	objring_new(&r, &h->party[0].page, version);
	world_backend_up(&h->w);
	host_run(h, TICK_MS);
	return h;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct host *h = begin(1 + size % 4 / 3);
	struct xmd_objring *page = &h->party[0].page;
	struct xmd_vif_object want = { .mtu = 1000 + size % 100 };

	at = data;
	left = size;
	hello(page);
	hub_send(&h->hub, 0);
	host_run(h, TICK_MS);
	while (left) {
		switch (byte() % 6) {
		case 0:
			scribble(page, 2080);
			break;
		case 1:
			page->tell_cons = page->tell_prod;
			break;
		case 2:
			hello(page);
			break;
		default:
			message(page, (page->life << 16) + 1 + byte() % 3);
		}
		hub_send(&h->hub, 0);
		host_run(h, TICK_MS);
		check(h);
	}
	if (host_wish(h, 2, XPC_xmd_vif_object_mtu, &want))
		abort();
	return 0;
}
