// SPDX-License-Identifier: GPL-2.0
/*
 * attack_stage.c - pages that stay mapped in the driver domain (include/xmd/stage.h), and the
 * control ring: what a guest says there, and what it does to pages that are in use.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <xmd/stage.h>

#include "attack.h"
#include "flip.h"
#include "frame.h"

#define CTRL_SLOTS 128u
#define PAGES (TX_PAGES + RX_PAGES)

struct ctrl {
	struct xen_netif_ctrl_sring *ring;
	struct xmd_gref *list;
	uint32_t ring_ref, list_ref, prod;
	evtchn_port_t port;
};

static union xen_netif_ctrl_sring_entry *slot(struct ctrl *c, uint32_t i)
{
	return (union xen_netif_ctrl_sring_entry *)c->ring->ring + i % CTRL_SLOTS;
}

static void fill_list(struct vif *v, struct ctrl *c)
{
	for (unsigned int i = 0; i < PAGES; i++)
		c->list[i] = i < TX_PAGES ?
			(struct xmd_gref){ .ref = v->tx_ref[i], .flags = XMD_GREF_READONLY } :
			(struct xmd_gref){ .ref = v->rx_ref[i - TX_PAGES] };
}

static void put(struct vif *v, struct ctrl *c, uint16_t type, uint32_t n)
{
	slot(c, c->prod)->req = (struct xen_netif_ctrl_request){
		.id = c->prod, .type = type, .data = { 0, c->list_ref, n },
	};
	__atomic_store_n(&c->ring->req_prod, ++c->prod, __ATOMIC_RELEASE);
	xenevtchn_notify(v->xce, c->port);
}

static bool answered(struct ctrl *c)
{
	return __atomic_load_n(&c->ring->rsp_prod, __ATOMIC_ACQUIRE) == c->prod;
}

/* Return: status; the attack ends here if there is none. */
static uint32_t ask(struct vif *v, struct ctrl *c, uint16_t type, uint32_t n)
{
	uint64_t end = now_ms() + 20000;

	put(v, c, type, n);
	while (!answered(c)) {
		if (now_ms() > end) {
			printf("no answer on the control ring\n");
			exit(FAILED);
		}
		sleep_ms(5);
	}
	return slot(c, c->prod - 1)->rsp.status;
}

static void check(bool ok, const char *what)
{
	if (ok)
		return;
	printf("%s\n", what);
	exit(FAILED);
}

/* As xmd_front does, up to where all its pages are mapped. */
static void begin(struct vif *v, struct ctrl *c)
{
	xenevtchn_port_or_error_t port;

	vif_reset(v);
	vif_share(v);
	memset(c, 0, sizeof(*c));
	c->ring = vif_share_page(v, v->back_domid, &c->ring_ref, true);
	c->list = vif_share_page(v, v->back_domid, &c->list_ref, true);
	SHARED_RING_INIT(c->ring);
	port = xenevtchn_bind_unbound_port(v->xce, v->back_domid);
	if (port < 0)
		broken("no event channel for domain %u: %s", v->back_domid, strerror(errno));
	c->port = port;
	vif_publish(v);
	vif_writef(v, "ctrl-ring-ref", c->ring_ref);
	vif_writef(v, "event-channel-ctrl", c->port);
	vif_state(v, XenbusStateConnected);
	if (!vif_wait_back(v, STATE(Connected), 10000))
		broken("backend stays in state %u instead of Connected", vif_back_state(v));
	rx_fill(v);
	if (ask(v, c, XMD_CTRL_GET_GREF_MAPPING_SIZE, 0) == XEN_NETIF_CTRL_STATUS_NOT_SUPPORTED) {
		printf("this backend keeps no pages mapped\n");
		vif_close(v);
		exit(OK);
	}
	fill_list(v, c);
	check(!ask(v, c, XMD_CTRL_ADD_GREF_MAPPING, PAGES), "an honest list is refused");
	check(vif_probe(v), "no frames through pages that stay mapped");
}

static void end(struct vif *v)
{
	check(vif_probe(v), "no frames afterwards");
	vif_close(v);
}

static void send_some(struct vif *v, unsigned int n)
{
	uint8_t frame[1514] = { 0 };

	frame_udp4(v, frame, 1472);
	while (n-- && tx_unanswered(v) < SLOTS - 32)
		tx_frame(v, frame, 1514, 0);
	tx_push(v);
}

/* ADD and DEL of nonsense, all the time, while frames go. */
static void flood(struct vif *v, unsigned int what)
{
	uint64_t stop;
	struct ctrl c;

	begin(v, &c);
	for (stop = now_ms() + v->seconds * 1000u; now_ms() < stop; ) {
		for (unsigned int i = 0; what == 1 && i < XMD_STAGE_PAGES; i++)
			c.list[i] = (struct xmd_gref){ .ref = rnd() % 4096, .flags = rnd() % 4 };
		while (c.prod - c.ring->rsp_prod < CTRL_SLOTS)
			put(v, &c, what == 2 ? (uint16_t)rnd() :
			    rnd() & 1 ? XMD_CTRL_ADD_GREF_MAPPING : XMD_CTRL_DEL_GREF_MAPPING,
			    what == 2 ? rnd() : PAGES);
		send_some(v, 32);
		tx_collect(v, 20);
	}
	end(v);
}

/* Lists that cannot be: nothing of them counts, and what was mapped stays. */
static void bad_lists(struct vif *v, unsigned int arg)
{
	static const struct xmd_gref bad[] = {
		{ .ref = 0 }, { .ref = ~0u }, { .ref = 1u << 31 }, { .flags = 2 }, { .flags = ~0 },
	};
	struct ctrl c;

	(void)arg;
	begin(v, &c);
	for (unsigned int i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		fill_list(v, &c);
		c.list[PAGES - 1] = bad[i];
		check(ask(v, &c, XMD_CTRL_ADD_GREF_MAPPING, PAGES), "a wrong entry is taken");
	}
	/* a page that is granted for reading, to be written to */
	c.list[0] = (struct xmd_gref){ .ref = v->tx_ref[0] };
	check(ask(v, &c, XMD_CTRL_ADD_GREF_MAPPING, 1), "flags change behind its back");
	check(ask(v, &c, XMD_CTRL_ADD_GREF_MAPPING, 0), "an empty list is taken");
	check(ask(v, &c, XMD_CTRL_ADD_GREF_MAPPING, XMD_STAGE_PAGES + 1), "too long a list is taken");
	c.list_ref = ~0u;
	check(ask(v, &c, XMD_CTRL_ADD_GREF_MAPPING, 1), "a list that is not granted is taken");
	end(v);
}

static void change_page(void *arg)
{
	struct vif *v = arg;

	((volatile uint32_t *)v->tx_page[rnd() % TX_PAGES])[rnd() % (PAGE / 4)] = rnd();
	((volatile uint32_t *)v->rx_page[rnd() % RX_PAGES])[rnd() % (PAGE / 4)] = rnd();
}

/* Headers and all change while they are read. */
static void flip_pages(struct vif *v, unsigned int arg)
{
	uint64_t stop;
	struct flipper f;
	struct ctrl c;

	(void)arg;
	begin(v, &c);
	flip_start(&f, change_page, v);
	for (stop = now_ms() + v->seconds * 1000u; now_ms() < stop; ) {
		uint8_t frame[3000] = { 0 };
		unsigned int len = frame_udp4(v, frame, 1472);

		for (unsigned int i = 0; i < 16 && tx_unanswered(v) < SLOTS - 8; i++) {
			tx_frame(v, frame, len, NETTXF_csum_blank | NETTXF_data_validated |
				 NETTXF_extra_info);
			tx_extra(v, XEN_NETIF_EXTRA_TYPE_GSO, 0)->u.gso.size = 500;
		}
		tx_push(v);
		tx_collect(v, 20);
		rx_collect(v, 5);
	}
	flip_stop(&f);
	tx_collect(v, 2000);
	end(v);
}

static void change_list(void *arg)
{
	struct ctrl *c = arg;

	c->list[rnd() % PAGES].ref = rnd() % 4096;
	c->list[rnd() % PAGES].flags = rnd() % 4;
}

static void flip_list(struct vif *v, unsigned int arg)
{
	struct flipper f;
	struct ctrl c;

	(void)arg;
	begin(v, &c);
	flip_start(&f, change_list, &c);
	for (unsigned int i = 0; i < 10 * v->seconds; i++)
		ask(v, &c, i & 1 ? XMD_CTRL_ADD_GREF_MAPPING : XMD_CTRL_DEL_GREF_MAPPING, PAGES);
	flip_stop(&f);
	end(v);
}

/* Let go of, and mapped again, with rings full of frames. */
static void del_in_use(struct vif *v, unsigned int arg)
{
	struct ctrl c;

	(void)arg;
	begin(v, &c);
	for (unsigned int i = 0; i < 8 * v->seconds; i++) {
		fill_list(v, &c);
		send_some(v, 200);
		check(!ask(v, &c, i & 1 ? XMD_CTRL_ADD_GREF_MAPPING : XMD_CTRL_DEL_GREF_MAPPING,
			   PAGES), "a list of its own pages is refused");
		rx_collect(v, 10);
		tx_collect(v, 200);
	}
	end(v);
}

/* Receive buffers that are pages for reading only: no write to them, and no fault. */
static void receive_into_readonly(struct vif *v, unsigned int arg)
{
	uint32_t keep[RX_PAGES];
	struct ctrl c;

	(void)arg;
	begin(v, &c);
	memcpy(keep, v->rx_ref, sizeof(keep));
	for (unsigned int i = 0; i < RX_PAGES; i++)
		v->rx_ref[i] = v->tx_ref[i % TX_PAGES];
	/* those that are posted already are used up by answers */
	for (unsigned int i = 0; i < RX_PAGES + 8; i++) {
		uint8_t frame[64];

		v->arp_seen = false;
		tx_frame(v, frame, frame_arp(v, frame), 0);
		tx_push(v);
		rx_collect(v, i < RX_PAGES ? 100 : 20);
	}
	check(v->rx_errors, "frames are received into pages that are granted for reading");
	memcpy(v->rx_ref, keep, sizeof(keep));
	for (unsigned int i = 0; i < RX_PAGES; i++) {
		uint8_t frame[64];

		v->arp_seen = false;
		tx_frame(v, frame, frame_arp(v, frame), 0);
		tx_push(v);
		rx_collect(v, 50);
	}
	tx_collect(v, 1000);
	end(v);
}

/* The rings' own pages, the list's, the control ring's: mapped twice, and frames land in them. */
static void own_rings(struct vif *v, unsigned int arg)
{
	struct ctrl c;

	(void)arg;
	begin(v, &c);
	c.list[0] = (struct xmd_gref){ .ref = v->tx_ring_ref };
	c.list[1] = (struct xmd_gref){ .ref = v->rx_ring_ref };
	c.list[2] = (struct xmd_gref){ .ref = c.ring_ref };
	c.list[3] = (struct xmd_gref){ .ref = c.list_ref };
	ask(v, &c, XMD_CTRL_ADD_GREF_MAPPING, 4);
	v->rx_ref[0] = v->tx_ring_ref;
	v->rx_ref[1] = v->rx_ring_ref;
	v->rx_ref[2] = c.ring_ref;
	for (unsigned int i = 0; i < 2 * RX_PAGES; i++) {
		uint8_t frame[64];

		v->arp_seen = false;
		tx_frame(v, frame, frame_arp(v, frame), 0);
		tx_push(v);
		rx_collect(v, 20);
	}
	if (vif_back_state(v) != XenbusStateUnknown)
		vif_close(v);
}

static void bad_index(struct vif *v, unsigned int ahead)
{
	struct ctrl c;

	begin(v, &c);
	c.ring->req_prod = c.ring->rsp_prod + ahead;
	xenevtchn_notify(v->xce, c.port);
	sleep_ms(500);
	end(v);
}

static void vanish(struct vif *v, unsigned int arg)
{
	struct ctrl c;

	(void)arg;
	begin(v, &c);
	send_some(v, 200);
	put(v, &c, XMD_CTRL_ADD_GREF_MAPPING, PAGES);
	_exit(OK);
}

const struct attack stage_attacks[] = {
	{ "stage-flood", "lists by the hundred, while frames go", flood, 0, 0, A_OWN },
	{ "stage-flood-junk", "the same, of random references", flood, 1, 0, A_OWN },
	{ "stage-flood-types", "messages of any type", flood, 2, 0, A_OWN },
	{ "stage-bad-lists", "lists with one entry that cannot be", bad_lists, 0, 0, A_OWN },
	{ "stage-flip-pages", "mapped pages change while they are read", flip_pages, 0, 0, A_OWN },
	{ "stage-flip-list", "lists change while they are read", flip_list, 0, 0, A_OWN },
	{ "stage-del-in-use", "pages are let go with frames in them", del_in_use, 0, 0, A_OWN },
	{ "stage-readonly-rx", "pages for reading posted for reception", receive_into_readonly,
	  0, 0, A_OWN },
	{ "stage-own-rings", "the rings' pages as pages for frames", own_rings, 0, 0, A_OWN },
	{ "stage-index", "129 messages in a ring of 128", bad_index, CTRL_SLOTS + 1, 0, A_OWN },
	{ "stage-vanish", "gone with all of it mapped", vanish, 0, 0, A_OWN },
	{ 0 }
};
