// SPDX-License-Identifier: GPL-2.0
/* vif.c - the honest part: xenbus states, rings, pages, one port (see vif.h). */
#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>

#include "frame.h"
#include "vif.h"

#define WAIT_MS 10000u

/* ------------------------------------------------------------------ xenstore */

static char *read_key(struct vif *v, const char *dir, const char *key)
{
	char path[400];
	unsigned int len;

	snprintf(path, sizeof(path), "%s/%s", dir, key);
	return xs_read(v->xs, XBT_NULL, path, &len);
}

static void read_mac(struct vif *v)
{
	char *s = read_key(v, v->front, "mac");
	uint8_t *m = v->mac;

	if (!s || sscanf(s, "%hhx:%hhx:%hhx:%hhx:%hhx:%hhx",
			 &m[0], &m[1], &m[2], &m[3], &m[4], &m[5]) != 6)
		broken("%s/mac cannot be read: is there a vif %u?", v->front, v->handle);
	free(s);
}

void vif_open(struct vif *v)
{
	char *s;

	v->xs = xs_open(0);
	v->xce = xenevtchn_open(NULL, 0);
	v->xgs = xengntshr_open(NULL, 0);
	if (!v->xs || !v->xce || !v->xgs)
		broken("cannot open %s: load xen-evtchn and xen-gntalloc, be root",
		       !v->xs ? "xenstore" : !v->xce ? "evtchn" : "gntalloc");
	snprintf(v->front, sizeof(v->front), "device/vif/%u", v->handle);
	s = read_key(v, v->front, "backend");
	if (!s)
		broken("%s/backend cannot be read: is there a vif %u?", v->front, v->handle);
	snprintf(v->back, sizeof(v->back), "%s", s);
	free(s);
	s = read_key(v, v->front, "backend-id");
	v->back_domid = s ? strtoul(s, NULL, 10) : 0;
	free(s);
	read_mac(v);
}

int vif_write(struct vif *v, const char *key, const void *val, size_t len)
{
	char path[128];

	snprintf(path, sizeof(path), "%s/%s", v->front, key);
	return xs_write(v->xs, XBT_NULL, path, val, len) ? 0 : errno;
}

int vif_writef(struct vif *v, const char *key, unsigned long val)
{
	char text[24];

	snprintf(text, sizeof(text), "%lu", val);
	return vif_write(v, key, text, strlen(text));
}

void vif_rm(struct vif *v, const char *key)
{
	char path[128];

	snprintf(path, sizeof(path), "%s/%s", v->front, key);
	xs_rm(v->xs, XBT_NULL, path);
}

void vif_state(struct vif *v, enum xenbus_state state)
{
	int err = vif_writef(v, "state", state);

	if (err)
		broken("writing %s/state: %s", v->front, strerror(err));
}

enum xenbus_state vif_back_state(struct vif *v)
{
	char *s = read_key(v, v->back, "state");
	enum xenbus_state state = s ? strtoul(s, NULL, 10) : XenbusStateUnknown;

	free(s);
	return state > XenbusStateReconfigured ? XenbusStateUnknown : state;
}

bool vif_wait_back(struct vif *v, unsigned int mask, unsigned int ms)
{
	uint64_t end = now_ms() + ms;

	while (!(mask & (1u << vif_back_state(v)))) {
		if (now_ms() >= end)
			return false;
		sleep_ms(10);
	}
	return true;
}

static void walk_to_closed(struct vif *v)
{
	/* In InitWait a backend need not follow us down. */
	unsigned int ms = vif_back_state(v) == XenbusStateInitWait ? 500 : WAIT_MS;

	vif_state(v, XenbusStateClosing);
	vif_wait_back(v, STATE(Closing) | STATE(Closed), ms);
	vif_state(v, XenbusStateClosed);
	vif_wait_back(v, STATE(Closed), ms);
}

/* Whatever an earlier frontend left there, but for the toolstack's own keys. */
static void forget_keys(struct vif *v)
{
	static const char *const toolstack[] = {
		"backend", "backend-id", "handle", "mac", "mtu", "state", "trusted",
	};
	unsigned int n = 0;
	char **keys = xs_directory(v->xs, XBT_NULL, v->front, &n);

	for (unsigned int i = 0; keys && i < n; i++) {
		bool ours = true;

		for (unsigned int j = 0; j < sizeof(toolstack) / sizeof(toolstack[0]); j++)
			ours &= strcmp(keys[i], toolstack[j]) != 0;
		if (ours)
			vif_rm(v, keys[i]);
	}
	free(keys);
}

void vif_reset(struct vif *v)
{
	char *own = read_key(v, v->front, "state");
	bool fresh = own && own[0] == '1' && vif_back_state(v) == XenbusStateInitWait;

	free(own);
	if (!fresh)
		walk_to_closed(v);
	forget_keys(v);
	vif_state(v, XenbusStateInitialising);
	if (!vif_wait_back(v, STATE(InitWait), WAIT_MS))
		broken("backend stays in state %u instead of InitWait", vif_back_state(v));
}

/* ------------------------------------------------------- pages, rings, port */

void *vif_share_page(struct vif *v, unsigned int domid, uint32_t *ref, bool writable)
{
	void *page = xengntshr_share_pages(v->xgs, domid, 1, ref, writable);

	if (!page)
		broken("no page to grant to domain %u: %s", domid, strerror(errno));
	return page;
}

void vif_share(struct vif *v)
{
	netif_tx_sring_t *txs = vif_share_page(v, v->back_domid, &v->tx_ring_ref, true);
	netif_rx_sring_t *rxs = vif_share_page(v, v->back_domid, &v->rx_ring_ref, true);
	xenevtchn_port_or_error_t port;

	XEN_FRONT_RING_INIT(&v->tx, txs, PAGE);
	XEN_FRONT_RING_INIT(&v->rx, rxs, PAGE);
	for (unsigned int i = 0; i < TX_PAGES; i++)
		v->tx_page[i] = vif_share_page(v, v->back_domid, &v->tx_ref[i], false);
	for (unsigned int i = 0; i < RX_PAGES; i++)
		v->rx_page[i] = vif_share_page(v, v->back_domid, &v->rx_ref[i], true);
	port = xenevtchn_bind_unbound_port(v->xce, v->back_domid);
	if (port < 0)
		broken("no event channel for domain %u: %s", v->back_domid, strerror(errno));
	v->port = port;
	memset(&v->tally, 0, sizeof(v->tally));
}

void vif_publish(struct vif *v)
{
	vif_writef(v, "tx-ring-ref", v->tx_ring_ref);
	vif_writef(v, "rx-ring-ref", v->rx_ring_ref);
	vif_writef(v, "event-channel", v->port);
	vif_writef(v, "request-rx-copy", 1);
	vif_writef(v, "feature-rx-notify", 1);
	vif_writef(v, "feature-sg", 1);
	vif_writef(v, "feature-gso-tcpv4", 1);
}

void vif_connect(struct vif *v)
{
	vif_reset(v);
	vif_share(v);
	vif_publish(v);
	vif_state(v, XenbusStateConnected);
	if (!vif_wait_back(v, STATE(Connected), WAIT_MS))
		broken("backend stays in state %u instead of Connected", vif_back_state(v));
	rx_fill(v);
}

void vif_close(struct vif *v)
{
	walk_to_closed(v);
	/* The pages and the port go with the process. */
}

/* Sleep until the backend signals, at most @ms. */
static void wait_event(struct vif *v, unsigned int ms)
{
	struct pollfd p = { .fd = xenevtchn_fd(v->xce), .events = POLLIN };
	xenevtchn_port_or_error_t port;

	if (poll(&p, 1, ms) != 1)
		return;
	port = xenevtchn_pending(v->xce);
	if (port >= 0)
		xenevtchn_unmask(v->xce, port);
}

/* ----------------------------------------------------------------------- tx */

netif_tx_request_t *tx_slot(struct vif *v)
{
	unsigned int id = v->tx.req_prod_pvt % SLOTS;
	netif_tx_request_t *r = RING_GET_REQUEST(&v->tx, v->tx.req_prod_pvt);

	v->tx.req_prod_pvt++;
	v->tally.asked++;
	r->id = id;
	r->gref = v->tx_ref[id % TX_PAGES];
	r->offset = 0;
	r->flags = 0;
	r->size = 0;
	return r;
}

netif_tx_request_t *tx_frame(struct vif *v, const void *frame, unsigned int len,
			     unsigned int flags)
{
	netif_tx_request_t *r = tx_slot(v);

	memcpy(v->tx_page[r->id % TX_PAGES], frame, len > PAGE ? PAGE : len);
	r->size = len;
	r->flags = flags;
	return r;
}

struct netif_extra_info *tx_extra(struct vif *v, unsigned int type, unsigned int flags)
{
	struct netif_extra_info *e = (void *)tx_slot(v);

	memset(e, 0, sizeof(*e));
	e->type = type;
	e->flags = flags;
	return e;
}

void tx_push(struct vif *v)
{
	RING_PUSH_REQUESTS(&v->tx);
	xenevtchn_notify(v->xce, v->port);
}

static void count(struct tally *t, int status)
{
	switch (status) {
	case NETIF_RSP_OKAY:
		t->okay++;
		break;
	case NETIF_RSP_ERROR:
		t->error++;
		break;
	case NETIF_RSP_DROPPED:
		t->dropped++;
		break;
	case NETIF_RSP_NULL:
		t->null++;
		break;
	default:
		t->other++;
	}
}

unsigned int tx_unanswered(const struct vif *v)
{
	const struct tally *t = &v->tally;

	return t->asked - t->okay - t->error - t->dropped - t->null - t->other;
}

bool tx_collect(struct vif *v, unsigned int ms)
{
	uint64_t end = now_ms() + ms;

	while (tx_unanswered(v)) {
		RING_IDX prod = *(volatile RING_IDX *)&v->tx.sring->rsp_prod;

		xen_rmb(); /* responses after rsp_prod, because it vouches for them */
		for (; v->tx.rsp_cons != prod && tx_unanswered(v); v->tx.rsp_cons++)
			count(&v->tally, RING_GET_RESPONSE(&v->tx, v->tx.rsp_cons)->status);
		v->tx.sring->rsp_event = v->tx.rsp_cons + 1;
		xen_mb(); /* rsp_event before the next look at rsp_prod: else we sleep over it */
		if (v->tx.rsp_cons != *(volatile RING_IDX *)&v->tx.sring->rsp_prod)
			continue;
		if (!tx_unanswered(v) || now_ms() >= end)
			break;
		wait_event(v, 10);
	}
	return !tx_unanswered(v);
}

/* ----------------------------------------------------------------------- rx */

static void rx_request(struct vif *v)
{
	unsigned int id = v->rx.req_prod_pvt % SLOTS;
	netif_rx_request_t *r = RING_GET_REQUEST(&v->rx, v->rx.req_prod_pvt);

	v->rx.req_prod_pvt++;
	r->id = id;
	r->pad = 0;
	r->gref = v->rx_ref[id % RX_PAGES];
}

void rx_fill(struct vif *v)
{
	while (v->rx.req_prod_pvt - v->rx.rsp_cons < RX_PAGES)
		rx_request(v);
	RING_PUSH_REQUESTS(&v->rx);
	xenevtchn_notify(v->xce, v->port);
}

static void rx_one(struct vif *v)
{
	netif_rx_response_t rsp;
	const uint8_t *frame;

	RING_COPY_RESPONSE(&v->rx, v->rx.rsp_cons, &rsp);
	v->rx.rsp_cons++;
	if (rsp.status <= 0 || rsp.offset + rsp.status > (int)PAGE) {
		v->rx_errors++;
		return;
	}
	v->rx_frames++;
	frame = v->rx_page[rsp.id % RX_PAGES] + rsp.offset;
	if (frame_is_arp_reply(frame, rsp.status, v->peer_ip, v->peer_mac))
		v->arp_seen = true;
}

void rx_collect(struct vif *v, unsigned int ms)
{
	uint64_t end = now_ms() + ms;

	do {
		RING_IDX prod = *(volatile RING_IDX *)&v->rx.sring->rsp_prod;

		xen_rmb(); /* responses after rsp_prod, because it vouches for them */
		while (v->rx.rsp_cons != prod)
			rx_one(v);
		v->rx.sring->rsp_event = v->rx.rsp_cons + 1;
		rx_fill(v);
		if (v->arp_seen)
			return;
		if (v->rx.rsp_cons == *(volatile RING_IDX *)&v->rx.sring->rsp_prod)
			wait_event(v, 10);
	} while (now_ms() < end);
}

bool vif_probe(struct vif *v)
{
	uint8_t frame[64];

	v->arp_seen = false;
	for (unsigned int i = 0; i < 5 && !v->arp_seen; i++) {
		tx_frame(v, frame, frame_arp(v, frame), 0);
		tx_push(v);
		rx_collect(v, 500);
	}
	return tx_collect(v, 500) && v->arp_seen;
}
