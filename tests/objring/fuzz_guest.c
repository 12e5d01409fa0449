// SPDX-License-Identifier: GPL-2.0
/*
 * fuzz_guest.c - the guest's end against a driver domain that writes anything into the page.
 *
 * The input is a list of moves: of the guest's own (wishes, calls, time) and of the other
 * side's (bytes into the page, whole messages with a right header).
 */
#include <stdint.h>
#include <stdlib.h>
#include "fuzz.h"
#include "objguest.h"

/* As the far end would have it, but for what the input says. */
static void message(struct xmd_objring *page, const struct objguest *g)
{
	struct xpc_msg m = { .kind = byte() % (XPC_KINDS + 1), .id = byte() % 4, .epoch = byte() & 1 ?
			     g->replicas.epoch : word(), .seq = byte(), .version = byte(),
			     .result = -(__s32)byte() };
	__u8 *slot = page->tell[page->tell_prod % XMD_OBJRING_SLOTS].byte;
	unsigned int i, n = word() % (XMD_OBJRING_SLOT - XPC_HEADER + 1);

	m.len = XPC_HEADER + n;
	xpc_put_header(&m, slot);
	for (i = 0; i < n; i++)
		slot[XPC_HEADER + i] = byte();
	page->tell_prod++;
}

static void state(struct xmd_objring *page, const struct objguest *g, __u8 id)
{
	static const struct xmd_vif_object vif = { .mtu = 1500, .mtu_max = 1500 };
	static const struct xmd_port_object port = { .mtu = 1500 };
	struct xpc_msg m = { .kind = XPC_STATE, .id = id, .epoch = g->replicas.epoch,
			     .version = byte() };
	__u8 *slot = page->tell[page->tell_prod % XMD_OBJRING_SLOTS].byte;
	int n = id == 1 ? xpc_encode_update(&xpc_struct_xmd_vif_object, ~0ull, &vif,
					    slot + XPC_HEADER, XMD_OBJRING_SLOT - XPC_HEADER) :
		xpc_encode_update(&xpc_struct_xmd_port_object, ~0ull, &port, slot + XPC_HEADER,
				  XMD_OBJRING_SLOT - XPC_HEADER);

	m.len = XPC_HEADER + n;
	xpc_put_header(&m, slot);
	page->tell_prod++;
}

/* What the other end says that it knows, with some bytes of the input's in it. */
static void welcome(struct xmd_objring *page)
{
	__u8 *slot = page->tell[page->tell_prod % XMD_OBJRING_SLOTS].byte;
	struct xpc_msg m = { .kind = XPC_WELCOME, .len = XPC_HEADER, .epoch = 1 + byte() };
	unsigned int i, n = byte() % 8;

	m.len += page->version > 1 ? xpc_abi_put(&xpc_vif_objects, slot + XPC_HEADER) : 0;
	for (i = 0; i < n; i++)
		slot[XPC_HEADER + byte() % XPC_ABI_MAX] = byte();
	if (n == 4)
		m.len = XPC_HEADER + byte() % (2 * XPC_ABI_MAX);
	xpc_put_header(&m, slot);
	page->tell_prod++;
}

static void wish(struct objguest *g)
{
	struct xmd_vif_object want = { .mtu = word(), .promisc = byte() & 1, .n_mc = byte() % 60,
				       .n_vlans = byte() % 40, .rx_usecs = word() };

	objguest_wish(g, word() & xpc_writable(&xpc_struct_xmd_vif_object, XPC_BY_GUEST), &want);
}

static void check(const struct objguest *g)
{
	__u8 buf[XMD_OBJRING_SLOT];

	/* whatever was told, the copies hold what can be */
	if (g->replica[0].known && xpc_encode_update(&xpc_struct_xmd_vif_object, ~0ull, &g->vif,
						     buf, sizeof(buf)) < 0)
		abort();
	if (g->replica[1].known && xpc_encode_update(&xpc_struct_xmd_port_object, ~0ull, &g->port,
						     buf, sizeof(buf)) < 0)
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct xmd_objring page;
	static struct objguest g;
	struct xmd_vif_counters vif;
	struct xmd_port_counters port;
	void *const out[] = { &vif, &port };
	__u64 now = 1;
	int result;

	at = data;
	left = size;
	objguest_init(&g);
	objguest_start(&g, &page, 1 + size % 2);
	page.life = 1;
	while (left) {
		switch (byte() % 11) {
		case 0:
			scribble(&page, 4096);
			break;
		case 1:
		case 2:
			message(&page, &g);
			break;
		case 3:
			state(&page, &g, 1);
			break;
		case 4:
			state(&page, &g, 2);
			break;
		case 5:
			wish(&g);
			break;
		case 6:
			objguest_ask(&g, XPC_DOWN_xmd_obj_counters, NULL, out, now);
			break;
		case 7:
			page.ask_cons = page.ask_prod;
			break;
		case 8:
			page.life += byte() & 1;
			objguest_result(&g, &result);
			break;
		case 9:
			welcome(&page);
			break;
		default:
			now += word();
		}
		/* not so fast that it does not look */
		now += 1000 / XMD_OBJRING_LOOKS;
		objguest_work(&g, now);
		check(&g);
	}
	objguest_stop(&g);
	return 0;
}
