// SPDX-License-Identifier: GPL-2.0
/* badback_ring.c - responses, indices and buffers that no backend may hand out. */
#include <stdlib.h>
#include <sys/mman.h>

#include "badback.h"
#include "flip.h"

#define PAIR(hi, lo) ((unsigned int)(hi) << 16 | (uint16_t)(lo))
#define HI(arg) ((arg) >> 16)
#define LO(arg) ((int16_t)(arg))
#define TYPE_XDP 5u		/* of newer netif.h */
#define NOT_ITS_OWN 0x10000u	/* tx_id: one that is not under way */

/* ------------------------------------------------------------------------ tx */

static void need_tx(struct back *b, netif_tx_request_t *req)
{
	if (!tx_take(b, req, 3000))
		broken("the guest sends nothing: is a ping running?");
}

static void tx_id(struct back *b, unsigned int id)
{
	netif_tx_request_t req;

	need_tx(b, &req);
	tx_answer(b, id == NOT_ITS_OWN ? req.id ^ 0x80 : id, NETIF_RSP_OKAY);
	tx_publish(b);
}

static void tx_twice(struct back *b, unsigned int arg)
{
	netif_tx_request_t first, second;

	(void)arg;
	need_tx(b, &first);
	need_tx(b, &second);
	tx_answer(b, first.id, NETIF_RSP_OKAY);
	tx_answer(b, first.id, NETIF_RSP_OKAY);
	tx_publish(b);
}

static void tx_status(struct back *b, unsigned int status)
{
	netif_tx_request_t req;

	for (unsigned int i = 0; i < 8; i++) {
		need_tx(b, &req);
		tx_answer(b, req.id, (int16_t)status);
		tx_publish(b);
	}
}

static void tx_reverse(struct back *b, unsigned int n)
{
	netif_tx_request_t req[16];

	for (unsigned int i = 0; i < n; i++)
		need_tx(b, &req[i]);
	for (unsigned int i = n; i-- > 0;)
		tx_answer(b, req[i].id, NETIF_RSP_OKAY);
	tx_publish(b);
}

static void tx_prod(struct back *b, unsigned int ahead)
{
	b->tx.sring->rsp_prod += ahead;
	back_kick(b);
}

/* A response for which there is no request. */
static void tx_early(struct back *b, unsigned int id)
{
	back_serve(b, 200);
	tx_answer(b, id, NETIF_RSP_OKAY);
	tx_publish(b);
}

static void tx_hold(struct back *b, unsigned int ms)
{
	(void)b;
	sleep_ms(ms);
}

/*
 * Answered while the frames are still mapped.  All are taken before the first is answered: a
 * frontend that sees a page kept may send nothing any more.
 */
static void tx_held(struct back *b, unsigned int n)
{
	netif_tx_request_t req[16];
	void *page[16];

	for (unsigned int i = 0; i < n; i++) {
		need_tx(b, &req[i]);
		page[i] = xengnttab_map_grant_ref(b->xgt, b->front_domid, req[i].gref, PROT_READ);
	}
	for (unsigned int i = 0; i < n; i++)
		tx_answer(b, req[i].id, NETIF_RSP_OKAY);
	tx_publish(b);
	sleep_ms(1000);
	for (unsigned int i = 0; i < n; i++)
		if (page[i])
			xengnttab_unmap(b->xgt, page[i], 1);
}

static void tx_req_event(struct back *b, unsigned int n)
{
	for (unsigned int i = 0; i < n; i++) {
		b->tx.sring->req_event = rnd();
		back_serve(b, 20);
	}
}

/* ------------------------------------------------------------------------ rx */

static const uint8_t tcp4[60] = {
	0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 2, 0, 0, 0, 0, 1, 8, 0,
	0x45, 0, 0, 46, 0, 0, 0, 0, 64, 6, 0, 0, 10, 78, 0, 2, 10, 78, 0, 1,
	0, 9, 0, 9, 0, 0, 0, 1, 0, 0, 0, 0, 0x50, 0x10,
};

static void need_rx(netif_rx_response_t *rsp)
{
	if (!rsp)
		broken("the guest gives no buffers");
}

/* @arg: PAIR(offset, status) */
static void rx_place(struct back *b, unsigned int arg)
{
	for (unsigned int i = 0; i < 8; i++) {
		netif_rx_response_t *rsp = rx_frame(b, tcp4, sizeof(tcp4), 0);

		need_rx(rsp);
		rsp->offset = HI(arg);
		rsp->status = LO(arg);
		rx_publish(b);
	}
}

/* Two responses whose ids are exchanged, or one that is @id. */
static void rx_id(struct back *b, unsigned int id)
{
	netif_rx_response_t *rsp = rx_frame(b, tcp4, sizeof(tcp4), 0);

	need_rx(rsp);
	rsp->id = id == NOT_ITS_OWN ? rsp->id ^ 1 : id;
	rx_publish(b);
}

static void rx_prod(struct back *b, unsigned int ahead)
{
	b->rx.sring->rsp_prod += ahead;
	back_kick(b);
}

/* @arg: PAIR(how many, flags of all) */
static void rx_chain(struct back *b, unsigned int arg)
{
	for (unsigned int i = 0; i < HI(arg); i++)
		if (!rx_frame(b, tcp4, sizeof(tcp4), LO(arg)))
			break;
	rx_publish(b);
}

/* The rest of the packet comes never: one without an end, as long as the guest lets it. */
static void rx_endless(struct back *b, unsigned int flags)
{
	uint64_t end = now_ms() + b->seconds * 1000u;

	while (now_ms() < end) {
		if (!rx_frame(b, tcp4, sizeof(tcp4), flags))
			continue;
		rx_publish(b);
	}
}

/* An extra-info in the next slot, which takes a buffer, too. */
static struct netif_extra_info *rx_extra(struct back *b, unsigned int type, unsigned int flags)
{
	struct netif_extra_info *e;
	netif_rx_request_t req;

	if (!rx_take(b, &req, 200))
		return NULL;
	e = (void *)rx_response(b);
	memset(e, 0, sizeof(*e));
	e->type = type;
	e->flags = flags;
	return e;
}

/* @arg: PAIR(how many, type) */
static void rx_extras(struct back *b, unsigned int arg)
{
	need_rx(rx_frame(b, tcp4, sizeof(tcp4), NETRXF_extra_info));
	for (unsigned int i = 0; i < HI(arg); i++)
		if (!rx_extra(b, LO(arg), i + 1 < HI(arg) ? XEN_NETIF_EXTRA_FLAG_MORE : 0))
			break;
	rx_publish(b);
}

/* The last one says that there is more, and what follows is a frame. */
static void rx_extra_open(struct back *b, unsigned int type)
{
	need_rx(rx_frame(b, tcp4, sizeof(tcp4), NETRXF_extra_info));
	rx_extra(b, type, XEN_NETIF_EXTRA_FLAG_MORE);
	rx_publish(b);
	sleep_ms(100);
	rx_chain(b, PAIR(4, 0));
}

static void gso(struct back *b, const uint8_t *f, unsigned int len, unsigned int type,
		unsigned int size)
{
	netif_rx_response_t *rsp;
	struct netif_extra_info *e;

	rsp = rx_frame(b, f, len, NETRXF_extra_info | NETRXF_csum_blank | NETRXF_data_validated);
	need_rx(rsp);
	e = rx_extra(b, XEN_NETIF_EXTRA_TYPE_GSO, 0);
	if (e) {
		e->u.gso.size = size;
		e->u.gso.type = type;
		e->u.gso.features = type;
	}
	rx_publish(b);
}

/* @arg: PAIR(type, size) */
static void rx_gso(struct back *b, unsigned int arg)
{
	for (unsigned int i = 0; i < 8; i++)
		gso(b, tcp4, sizeof(tcp4), HI(arg), (uint16_t)arg);
}

/* Headers that are cut off anywhere, or say of themselves what is not so. */
static void rx_headers(struct back *b, unsigned int with_gso)
{
	uint64_t end = now_ms() + b->seconds * 1000u;
	uint8_t f[sizeof(tcp4)];

	for (unsigned int i = 0; now_ms() < end; i++) {
		unsigned int len = i < sizeof(f) ? i : 1 + rnd() % sizeof(f);

		memcpy(f, tcp4, sizeof(f));
		for (unsigned int n = i < sizeof(f) ? 0 : rnd() % 4; n > 0; n--)
			f[12 + rnd() % (sizeof(f) - 12)] = rnd();
		if (rnd() % 4 == 0)
			memcpy(f + 12, "\x86\xdd\x60", 3);
		if (with_gso)
			gso(b, f, len, 1 + rnd() % 2, rnd() % 3 ? 1 + rnd() % 9000 : rnd());
		else if (rx_frame(b, f, len, NETRXF_csum_blank | (rnd() & NETRXF_data_validated)))
			rx_publish(b);
	}
}

static void rx_random(struct back *b, unsigned int arg)
{
	uint64_t end = now_ms() + b->seconds * 1000u;

	(void)arg;
	while (now_ms() < end) {
		for (unsigned int n = 1 + rnd() % 30; n > 0; n--) {
			netif_rx_response_t *rsp = rx_frame(b, tcp4, sizeof(tcp4), rnd() % 16);

			if (!rsp)
				break;
			rsp->offset = rnd() % 2 ? rnd() % PAGE : 0;
			rsp->status = rnd() % 2 ? rnd() % 2000 : rnd();
		}
		rx_publish(b);
	}
}

/* Buffers answered while they are still mapped. */
static void rx_held(struct back *b, unsigned int n)
{
	netif_rx_request_t req;
	void *page[64];

	for (unsigned int i = 0; i < n; i++) {
		netif_rx_response_t *rsp;

		if (!rx_take(b, &req, 1000))
			broken("the guest gives no buffers");
		page[i] = xengnttab_map_grant_ref(b->xgt, b->front_domid, req.gref,
						  PROT_READ | PROT_WRITE);
		rsp = rx_response(b);
		rsp->id = req.id;
		rsp->offset = 0;
		rsp->flags = 0;
		rsp->status = 60;
	}
	rx_publish(b);
	sleep_ms(1000);
	for (unsigned int i = 0; i < n; i++)
		if (page[i])
			xengnttab_unmap(b->xgt, page[i], 1);
}

/* ----------------------------------------------- memory that changes, and noise */

static void flip_status(void *arg)
{
	struct back *b = arg;
	volatile netif_rx_response_t *rsp = &b->rx.sring->ring[rnd() % SLOTS].rsp;
	uint32_t x = rnd();

	rsp->status = x & 1 ? 60 : x >> 3;
	rsp->offset = x & 2 ? 0 : PAGE - 60;
	rsp->flags = x >> 20;
}

static void flip_all(void *arg)
{
	struct back *b = arg;

	((volatile uint32_t *)b->rx.sring)[rnd() % (PAGE / 4)] = rnd();
	((volatile uint32_t *)b->tx.sring)[rnd() % (PAGE / 4)] = rnd();
}

static void flip(struct back *b, unsigned int all)
{
	uint64_t end = now_ms() + b->seconds * 1000u;
	struct flipper f;

	flip_start(&f, all ? flip_all : flip_status, b);
	while (now_ms() < end) {
		rx_chain(b, PAIR(8, 0));
		back_serve(b, 10);
	}
	flip_stop(&f);
}

static void event_storm(struct back *b, unsigned int arg)
{
	uint64_t end = now_ms() + b->seconds * 1000u;

	(void)arg;
	do {
		for (unsigned int i = 0; i < 1000; i++)
			back_kick(b);
	} while (now_ms() < end);
}

#define MORE NETRXF_more_data
#define EXTRA NETRXF_extra_info

const struct bad response_attacks[] = {
	{ "tx-id-256", "TX response 256", tx_id, 256, B_DISABLED, 0, NULL, NULL },
	{ "tx-id-max", "TX response 65535", tx_id, 65535, B_DISABLED, 0, NULL, NULL },
	{ "tx-id-free", "TX response for what is not under way", tx_id, NOT_ITS_OWN, B_DISABLED, 0,
	  NULL, NULL },
	{ "tx-twice", "one request answered twice", tx_twice, 0, B_DISABLED, 0, NULL, NULL },
	{ "tx-early", "a response without a request", tx_early, 5, B_DISABLED, 0, NULL, NULL },
	{ "tx-status-77", "status 77", tx_status, 77, B_ANY, 0, NULL, NULL },
	{ "tx-status-min", "status -32768", tx_status, 0x8000, B_ANY, 0, NULL, NULL },
	{ "tx-status-null", "status of an extra-info", tx_status, NETIF_RSP_NULL, B_ANY, 0, NULL, NULL },
	{ "tx-status-error", "all dropped", tx_status, (uint16_t)NETIF_RSP_DROPPED, B_ALIVE, 0, NULL, NULL },
	{ "tx-reverse", "answers in reverse", tx_reverse, 8, B_ALIVE, 0, NULL, NULL },
	{ "tx-prod-300", "rsp_prod 300 ahead", tx_prod, 300, B_DISABLED, 0, NULL, NULL },
	{ "tx-prod-2g", "rsp_prod 2^31 ahead", tx_prod, 1u << 31, B_DISABLED, 0, NULL, NULL },
	{ "tx-prod-back", "rsp_prod moved back by one", tx_prod, ~0u, B_DISABLED, 0, NULL, NULL },
	{ "tx-hold", "no answer for 8 s", tx_hold, 8000, B_ALIVE, 0, NULL, NULL },
	{ "tx-held", "answered, but still mapped", tx_held, 4, B_ANY, 0, NULL, NULL },
	{ "tx-req-event", "random req_event", tx_req_event, 50, B_ALIVE, 0, NULL, NULL },
	{ "rx-id-other", "the id of another slot", rx_id, NOT_ITS_OWN, B_ANY, 0, NULL, NULL },
	{ "rx-id-256", "RX response 256", rx_id, 256, B_ANY, 0, NULL, NULL },
	{ "rx-id-max", "RX response 65535", rx_id, 65535, B_ANY, 0, NULL, NULL },
	{ "rx-cross-page", "offset 4000, 200 bytes", rx_place, PAIR(4000, 200), B_ANY, 0, NULL, NULL },
	{ "rx-offset-4096", "offset 4096, 60 bytes", rx_place, PAIR(4096, 60), B_ANY, 0, NULL, NULL },
	{ "rx-offset-max", "offset 65535, 60 bytes", rx_place, PAIR(65535, 60), B_ANY, 0, NULL, NULL },
	{ "rx-both-max", "offset 65535, 32767 bytes", rx_place, PAIR(65535, 32767), B_ANY, 0, NULL, NULL },
	{ "rx-len-4097", "4097 bytes", rx_place, PAIR(0, 4097), B_ANY, 0, NULL, NULL },
	{ "rx-len-max", "32767 bytes", rx_place, PAIR(0, 32767), B_ANY, 0, NULL, NULL },
	{ "rx-len-4096", "a whole page, over the MTU", rx_place, PAIR(0, 4096), B_ANY, 0, NULL, NULL },
	{ "rx-len-0", "0 bytes", rx_place, PAIR(0, 0), B_ANY, 0, NULL, NULL },
	{ "rx-len-1", "1 byte", rx_place, PAIR(0, 1), B_ANY, 0, NULL, NULL },
	{ "rx-len-13", "below an Ethernet header", rx_place, PAIR(0, 13), B_ANY, 0, NULL, NULL },
	{ "rx-error", "status -1", rx_place, PAIR(0, -1), B_ANY, 0, NULL, NULL },
	{ "rx-error-min", "status -32768", rx_place, PAIR(0, 0x8000), B_ANY, 0, NULL, NULL },
	{ "rx-prod-300", "rsp_prod 300 ahead", rx_prod, 300, B_DISABLED, 0, NULL, NULL },
	{ "rx-prod-2g", "rsp_prod 2^31 ahead", rx_prod, 1u << 31, B_DISABLED, 0, NULL, NULL },
	{ "rx-prod-back", "rsp_prod moved back by one", rx_prod, ~0u, B_DISABLED, 0, NULL, NULL },
	{ "rx-slots-19", "19 slots", rx_chain, PAIR(19, MORE), B_ANY, 0, NULL, NULL },
	{ "rx-slots-200", "200 slots at once", rx_chain, PAIR(200, MORE), B_ANY, 0, NULL, NULL },
	{ "rx-more-open", "more_data and no next slot", rx_chain, PAIR(1, MORE), B_ANY, 0, NULL, NULL },
	{ "rx-more-endless", "a packet without an end", rx_endless, MORE, B_ANY, 0, NULL, NULL },
	{ "rx-both-endless", "more_data and extra_info in every slot", rx_endless, MORE | EXTRA, B_ANY, 0,
	  NULL, NULL },
	{ "rx-extra-none", "extra_info and none there", rx_chain, PAIR(1, EXTRA), B_ANY, 0, NULL, NULL },
	{ "rx-extra-type-0", "extra-info of type 0", rx_extras, PAIR(1, 0), B_ANY, 0, NULL, NULL },
	{ "rx-extra-type-77", "extra-info of unknown type", rx_extras, PAIR(1, 77), B_ANY, 0, NULL, NULL },
	{ "rx-extra-type-255", "extra-info of unknown type", rx_extras, PAIR(1, 255), B_ANY, 0, NULL, NULL },
	{ "rx-extra-twice", "two GSO extra-infos", rx_extras, PAIR(2, XEN_NETIF_EXTRA_TYPE_GSO), B_ANY,
	  0, NULL, NULL },
	{ "rx-extra-200", "200 extra-infos", rx_extras, PAIR(200, XEN_NETIF_EXTRA_TYPE_GSO), B_ANY, 0,
	  NULL, NULL },
	{ "rx-extra-open", "extra-info that promises one more", rx_extra_open, XEN_NETIF_EXTRA_TYPE_GSO,
	  B_ANY, 0, NULL, NULL },
	{ "rx-extra-xdp", "XDP headroom, not negotiated", rx_extras, PAIR(1, TYPE_XDP),
	  B_ANY, 0, NULL, NULL },
	{ "rx-gso-size-0", "GSO of size 0", rx_gso, PAIR(1, 0), B_ANY, 0, NULL, NULL },
	{ "rx-gso-size-max", "GSO of size 65535", rx_gso, PAIR(1, 65535), B_ANY, 0, NULL, NULL },
	{ "rx-gso-type-0", "GSO of no type", rx_gso, PAIR(0, 1000), B_ANY, 0, NULL, NULL },
	{ "rx-gso-type-99", "GSO of unknown type", rx_gso, PAIR(99, 1000), B_ANY, 0, NULL, NULL },
	{ "rx-gso-type-6", "GSO for IPv6, frame of IPv4", rx_gso, PAIR(2, 1000), B_ANY, 0, NULL, NULL },
	{ "rx-gso-headers", "GSO and damaged headers", rx_headers, 1, B_ANY, 0, NULL, NULL },
	{ "rx-csum-headers", "blank checksum and damaged headers", rx_headers, 0, B_ANY, 0, NULL, NULL },
	{ "rx-random", "random offset, length, flags", rx_random, 0, B_ANY, 0, NULL, NULL },
	{ "rx-held", "answered, but still mapped", rx_held, 16, B_ANY, 0, NULL, NULL },
	{ "flip-rx", "responses changed while being read", flip, 0, B_ANY, 0, NULL, NULL },
	{ "scribble", "random words all over both ring pages", flip, 1, B_ANY, 0, NULL, NULL },
	{ "event-storm", "events in a tight loop", event_storm, 0, B_ALIVE, 0, NULL, NULL },
	{ 0 }
};
