// SPDX-License-Identifier: GPL-2.0
/* badback.c - the honest part: xenbus states, rings, echo (see badback.h). */
#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>

#include "badback.h"
#include <xen/grant_table.h>	/* behind stdint.h, which it needs */

#define WAIT_MS 10000u
#define FRAME_MAX 1514u

/* ------------------------------------------------------------------ xenstore */

static char *read_key(struct back *b, const char *dir, const char *key)
{
	char path[400];
	unsigned int len;

	snprintf(path, sizeof(path), "%s/%s", dir, key);
	return xs_read(b->xs, XBT_NULL, path, &len);
}

/* A number; 0 if the key is not there. */
static unsigned int read_number(struct back *b, const char *dir, const char *key)
{
	char *s = read_key(b, dir, key);
	unsigned int n = s ? strtoul(s, NULL, 10) : 0;

	free(s);
	return n;
}

void back_open(struct back *b)
{
	char *s;

	b->xs = xs_open(0);
	b->xce = xenevtchn_open(NULL, 0);
	b->xgt = xengnttab_open(NULL, 0);
	if (!b->xs || !b->xce || !b->xgt)
		broken("cannot open %s: load xen-evtchn and xen-gntdev, be root",
		       !b->xs ? "xenstore" : !b->xce ? "evtchn" : "gntdev");
	snprintf(b->dir, sizeof(b->dir), "backend/vif/%u/%u", b->front_domid, b->handle);
	s = read_key(b, b->dir, "frontend");
	if (!s)
		broken("%s/frontend cannot be read: is there such a vif?", b->dir);
	snprintf(b->front, sizeof(b->front), "%s", s);
	free(s);
}

void back_write(struct back *b, const char *key, const char *val)
{
	char path[128];

	snprintf(path, sizeof(path), "%s/%s", b->dir, key);
	if (!val)
		xs_rm(b->xs, XBT_NULL, path);
	else if (!xs_write(b->xs, XBT_NULL, path, val, strlen(val)))
		broken("writing %s: %s", path, strerror(errno));
}

void back_state(struct back *b, enum xenbus_state state)
{
	char text[12];

	snprintf(text, sizeof(text), "%u", state);
	back_write(b, "state", text);
}

enum xenbus_state back_own_state(struct back *b)
{
	return read_number(b, b->dir, "state");
}

bool back_online(struct back *b)
{
	return read_number(b, b->dir, "online");
}

enum xenbus_state back_front_state(struct back *b)
{
	unsigned int state = read_number(b, b->front, "state");

	return state > XenbusStateReconfigured ? XenbusStateUnknown : state;
}

unsigned int back_front_number(struct back *b, const char *key)
{
	return read_number(b, b->front, key);
}

bool back_wait_front(struct back *b, unsigned int mask, unsigned int ms)
{
	uint64_t end = now_ms() + ms;

	while (!(mask & (1u << back_front_state(b)))) {
		if (now_ms() >= end)
			return false;
		sleep_ms(10);
	}
	return true;
}

void back_close(struct back *b)
{
	const unsigned int down = STATE(Closing) | STATE(Closed) | STATE(Initialising) | STATE(Unknown);

	if (b->mapped) {
		xengnttab_unmap(b->xgt, b->tx.sring, 1);
		xengnttab_unmap(b->xgt, b->rx.sring, 1);
		xenevtchn_unbind(b->xce, b->tx_port);
		if (b->rx_port != b->tx_port)
			xenevtchn_unbind(b->xce, b->rx_port);
		b->mapped = false;
	}
	back_state(b, XenbusStateClosing);
	back_wait_front(b, down, 3000);
	back_state(b, XenbusStateClosed);
	back_wait_front(b, down & ~STATE(Closing), 1000);
}

void back_offer(struct back *b, const struct bad *a)
{
	static const char *const offer[] = {
		"feature-rx-copy", "feature-sg", "feature-gso-tcpv4", "feature-gso-tcpv6",
		"feature-ipv6-csum-offload", "feature-split-event-channels",
	};
	enum xenbus_state now = back_own_state(b);

	if (now != XenbusStateInitialising && now != XenbusStateInitWait && now != XenbusStateClosed)
		back_close(b);
	for (unsigned int i = 0; i < sizeof(offer) / sizeof(offer[0]); i++)
		back_write(b, offer[i], "1");
	back_write(b, "feature-xmd-obj", a && a->flags & A_OBJ ? "2" : NULL);
	if (a && a->key)
		back_write(b, a->key, a->val);
	back_write(b, "hotplug-status", "connected");
	back_state(b, XenbusStateInitWait);
}

/* --------------------------------------------------------- pages, rings, ports */

static void *map_ring(struct back *b, const char *key)
{
	char *s = read_key(b, b->front, key);
	void *page;

	if (!s)
		return NULL;
	page = xengnttab_map_grant_ref(b->xgt, b->front_domid, strtoul(s, NULL, 10),
				       PROT_READ | PROT_WRITE);
	free(s);
	return page;
}

static bool bind(struct back *b, const char *key, evtchn_port_t *port)
{
	unsigned int remote = read_number(b, b->front, key);
	xenevtchn_port_or_error_t local;

	if (!remote)
		return false;
	local = xenevtchn_bind_interdomain(b->xce, b->front_domid, remote);
	if (local < 0)
		return false;
	*port = local;
	return true;
}

static bool bind_ports(struct back *b)
{
	if (bind(b, "event-channel-tx", &b->tx_port))
		return bind(b, "event-channel-rx", &b->rx_port);
	if (!bind(b, "event-channel", &b->tx_port))
		return false;
	b->rx_port = b->tx_port;
	return true;
}

bool back_connect(struct back *b)
{
	netif_tx_sring_t *txs;
	netif_rx_sring_t *rxs;

	if (!back_wait_front(b, STATE(Initialised) | STATE(Connected), WAIT_MS))
		return false;
	txs = map_ring(b, "tx-ring-ref");
	rxs = map_ring(b, "rx-ring-ref");
	if (!txs || !rxs || !bind_ports(b))
		return false;
	/* Rings that somebody has served before are gone on with. */
	BACK_RING_ATTACH(&b->tx, txs, txs->rsp_prod, PAGE);
	BACK_RING_ATTACH(&b->rx, rxs, rxs->rsp_prod, PAGE);
	b->mapped = true;
	back_state(b, XenbusStateConnected);
	return true;
}

void back_kick(struct back *b)
{
	xenevtchn_notify(b->xce, b->tx_port);
	if (b->rx_port != b->tx_port)
		xenevtchn_notify(b->xce, b->rx_port);
}

void back_wait(struct back *b, unsigned int ms)
{
	struct pollfd p = { .fd = xenevtchn_fd(b->xce), .events = POLLIN };
	xenevtchn_port_or_error_t port;

	if (poll(&p, 1, ms) != 1)
		return;
	port = xenevtchn_pending(b->xce);
	if (port >= 0)
		xenevtchn_unmask(b->xce, port);
}

/* ----------------------------------------------------------------------- tx */

static unsigned int tx_there(struct back *b)
{
	unsigned int n = *(volatile RING_IDX *)&b->tx.sring->req_prod - b->tx.req_cons;

	xen_rmb(); /* requests after req_prod, because it vouches for them */
	return n > SLOTS ? 0 : n;
}

bool tx_wait(struct back *b, unsigned int n, unsigned int ms)
{
	uint64_t end = now_ms() + ms;

	while (tx_there(b) < n) {
		if (now_ms() >= end)
			return false;
		b->tx.sring->req_event = b->tx.req_cons + n;
		back_wait(b, 10);
	}
	return true;
}

bool tx_take(struct back *b, netif_tx_request_t *req, unsigned int ms)
{
	if (!tx_wait(b, 1, ms))
		return false;
	RING_COPY_REQUEST(&b->tx, b->tx.req_cons, req);
	b->tx.req_cons++;
	b->taken++;
	return true;
}

void tx_answer(struct back *b, unsigned int id, int status)
{
	netif_tx_response_t *rsp = RING_GET_RESPONSE(&b->tx, b->tx.rsp_prod_pvt);

	b->tx.rsp_prod_pvt++;
	rsp->id = id;
	rsp->status = status;
	b->answered++;
}

void tx_publish(struct back *b)
{
	RING_PUSH_RESPONSES(&b->tx);
	back_kick(b);
}

/* ----------------------------------------------------------------------- rx */

bool rx_take(struct back *b, netif_rx_request_t *req, unsigned int ms)
{
	uint64_t end = now_ms() + ms;

	for (;;) {
		unsigned int n = *(volatile RING_IDX *)&b->rx.sring->req_prod - b->rx.req_cons;

		if (n && n <= SLOTS)
			break;
		if (now_ms() >= end)
			return false;
		b->rx.sring->req_event = b->rx.req_cons + 1;
		back_wait(b, 10);
	}
	xen_rmb(); /* requests after req_prod, because it vouches for them */
	RING_COPY_REQUEST(&b->rx, b->rx.req_cons, req);
	b->rx.req_cons++;
	return true;
}

netif_rx_response_t *rx_response(struct back *b)
{
	b->sent++;
	return RING_GET_RESPONSE(&b->rx, b->rx.rsp_prod_pvt++);
}

static bool copy(struct back *b, uint32_t ref, unsigned int offset, void *data, unsigned int len,
		 bool to_guest)
{
	xengnttab_grant_copy_segment_t seg = { .len = len };

	if (to_guest) {
		seg.source.virt = data;
		seg.dest.foreign.ref = ref;
		seg.dest.foreign.domid = b->front_domid;
		seg.flags = GNTCOPY_dest_gref;
	} else {
		seg.source.foreign.ref = ref;
		seg.source.foreign.offset = offset;
		seg.source.foreign.domid = b->front_domid;
		seg.dest.virt = data;
		seg.flags = GNTCOPY_source_gref;
	}
	return !xengnttab_grant_copy(b->xgt, 1, &seg) && seg.status == GNTST_okay;
}

netif_rx_response_t *rx_frame(struct back *b, const void *data, unsigned int len, unsigned int flags)
{
	netif_rx_request_t req;
	netif_rx_response_t *rsp;
	bool ok;

	if (!rx_take(b, &req, 200))
		return NULL;
	ok = !len || copy(b, req.gref, 0, (void *)data, len, true);
	rsp = rx_response(b);
	rsp->id = req.id;
	rsp->offset = 0;
	rsp->flags = flags;
	rsp->status = ok ? (int)len : NETIF_RSP_ERROR;
	return rsp;
}

void rx_publish(struct back *b)
{
	RING_PUSH_RESPONSES(&b->rx);
	back_kick(b);
}

/* -------------------------------------------------------------- honest work */

static void swap(uint8_t *a, uint8_t *b, unsigned int n)
{
	for (unsigned int i = 0; i < n; i++) {
		uint8_t t = a[i];

		a[i] = b[i];
		b[i] = t;
	}
}

/* Turn an ARP request or a ping round: offsets of RFC 826, 791 and 792. */
static bool turn(uint8_t *f, unsigned int len)
{
	static const uint8_t mac[6] = { 0xfe, 0xff, 0xff, 0xff, 0xff, 0xff };

	if (len >= 42 && f[12] == 8 && f[13] == 6 && f[21] == 1) {
		f[21] = 2;
		swap(f + 22, f + 32, 10);
		memcpy(f + 22, mac, 6);
	} else if (len >= 42 && f[12] == 8 && f[13] == 0 && f[14] == 0x45 && f[23] == 1 && f[34] == 8) {
		unsigned int sum = (f[36] << 8 | f[37]) + 0x0800;

		sum += sum >> 16;	/* type 8 becomes 0 */
		f[34] = 0;
		f[36] = sum >> 8;
		f[37] = sum;
		swap(f + 26, f + 30, 4);
	} else {
		return false;
	}
	memcpy(f, f + 6, 6);
	memcpy(f + 6, mac, 6);
	return true;
}

static void echo(struct back *b, const netif_tx_request_t *req)
{
	uint8_t f[FRAME_MAX];

	if (req->size > FRAME_MAX || !copy(b, req->gref, req->offset, f, req->size, false)) {
		b->unreadable++;
	} else if (!turn(f, req->size)) {
		b->other++;
	} else if (!rx_frame(b, f, req->size, NETRXF_data_validated)) {
		b->no_room++;
	} else {
		rx_publish(b);
		b->echoed++;
	}
}

/* Extra-info slots have no id of their own. */
static bool serve_extras(struct back *b)
{
	struct netif_extra_info extra;
	netif_tx_request_t slot;

	do {
		if (!tx_take(b, &slot, 100))
			return false;
		memcpy(&extra, &slot, sizeof(extra));
		tx_answer(b, 0, NETIF_RSP_NULL);
	} while (extra.flags & XEN_NETIF_EXTRA_FLAG_MORE);
	return true;
}

/* A packet with all its slots; only those of one slot are looked into. */
static void serve_packet(struct back *b, netif_tx_request_t *req)
{
	if (!(req->flags & (NETTXF_more_data | NETTXF_extra_info)))
		echo(b, req);
	tx_answer(b, req->id, NETIF_RSP_OKAY);
	if (req->flags & NETTXF_extra_info && !serve_extras(b))
		return;
	while (req->flags & NETTXF_more_data && tx_take(b, req, 100))
		tx_answer(b, req->id, NETIF_RSP_OKAY);
}

void back_serve(struct back *b, unsigned int ms)
{
	uint64_t end = now_ms() + ms;
	netif_tx_request_t req;

	do {
		if (!tx_take(b, &req, 50))
			continue;
		serve_packet(b, &req);
		tx_publish(b);
	} while (now_ms() < end);
}

bool back_probe(struct back *b, unsigned int ms)
{
	RING_IDX had = b->rx.sring->req_prod;
	unsigned int echoed = b->echoed;
	uint64_t end = now_ms() + ms;

	/* The first may have waited in the ring for long. */
	while (b->echoed < echoed + 3 || b->rx.sring->req_prod == had) {
		if (now_ms() >= end || back_front_state(b) > XenbusStateConnected)
			return false;
		back_serve(b, 50);
	}
	return true;
}
