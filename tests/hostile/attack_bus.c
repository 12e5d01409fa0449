// SPDX-License-Identifier: GPL-2.0
/* attack_bus.c - frontends that lie in xenstore, or are gone without a word. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "attack.h"
#include "frame.h"

#define CONNECTED (1u << XenbusStateConnected)
#define MID_TRAFFIC 100u	/* vanish: not a state of its own */

static void fill_ring(struct vif *v)
{
	uint8_t f[1514];
	unsigned int len = frame_udp4(v, f, 1400);

	while (tx_unanswered(v) < SLOTS)
		tx_frame(v, f, len, 0);
	tx_push(v);
}

/* The process ends here: the kernel closes the port and takes the pages back. */
static void vanish(struct vif *v, unsigned int at)
{
	vif_reset(v);
	if (at == XenbusStateInitialising)
		_exit(OK);
	vif_share(v);
	vif_publish(v);
	vif_state(v, at == XenbusStateInitialised ? XenbusStateInitialised : XenbusStateConnected);
	if (at == XenbusStateInitialised)
		_exit(OK);
	vif_wait_back(v, CONNECTED, 5000);
	if (at == MID_TRAFFIC)
		fill_ring(v);
	if (at == XenbusStateClosing)
		vif_state(v, XenbusStateClosing);
	_exit(OK);
}

/* Connected is claimed, and the process is gone before the backend can have looked. */
static void vanish_early(struct vif *v, unsigned int arg)
{
	(void)arg;
	vif_reset(v);
	vif_share(v);
	vif_publish(v);
	vif_state(v, XenbusStateConnected);
	_exit(OK);
}

static void pages_withdrawn(struct vif *v, unsigned int arg)
{
	static uint8_t own[3][PAGE] __attribute__((aligned(4096)));

	(void)arg;
	fill_ring(v);
	xengntshr_unshare(v->xgs, v->tx.sring, 1);
	xengntshr_unshare(v->xgs, v->rx.sring, 1);
	for (unsigned int i = 0; i < TX_PAGES; i++)
		xengntshr_unshare(v->xgs, v->tx_page[i], 1);
	for (unsigned int i = 0; i < RX_PAGES; i++)
		xengntshr_unshare(v->xgs, v->rx_page[i], 1);
	for (unsigned int i = 0; i < 100; i++)
		xenevtchn_notify(v->xce, v->port);
	sleep_ms(500);
	/* Whoever looks at the rings from here on sees ours, which nobody answers. */
	XEN_FRONT_RING_INIT(&v->tx, (netif_tx_sring_t *)own[0], PAGE);
	XEN_FRONT_RING_INIT(&v->rx, (netif_rx_sring_t *)own[1], PAGE);
	for (unsigned int i = 0; i < TX_PAGES; i++)
		v->tx_page[i] = own[2];
	memset(&v->tally, 0, sizeof(v->tally));
}

static void port_closed(struct vif *v, unsigned int arg)
{
	(void)arg;
	fill_ring(v);
	xenevtchn_unbind(v->xce, v->port);
	sleep_ms(500);
	memset(&v->tally, 0, sizeof(v->tally));
}

#define BIG 2000u	/* xenstored takes 2048 from a guest */

struct lie {
	const char *key;
	const char *val;	/* NULL: the key is missing; "*": BIG bytes of 'A' */
};

/* With none of these may the backend say Connected. */
static const struct lie refused[] = {
	{ "tx-ring-ref", NULL }, { "tx-ring-ref", "" }, { "tx-ring-ref", "abc" },
	{ "tx-ring-ref", "-1" }, { "tx-ring-ref", "16777215" }, { "tx-ring-ref", "4294967295" },
	{ "tx-ring-ref", "4294967296" }, { "tx-ring-ref", "99999999999999999999999" },
	{ "tx-ring-ref", "*" }, { "rx-ring-ref", NULL }, { "rx-ring-ref", "x" },
	{ "rx-ring-ref", "16777215" }, { "rx-ring-ref", "*" }, { "event-channel", NULL },
	{ "event-channel", "" }, { "event-channel", "-3" }, { "event-channel", "0" },
	{ "event-channel", "99999" }, { "event-channel", "4294967295" },
	{ "event-channel", "*" }, { "request-rx-copy", "0" }, { "request-rx-copy", NULL },
	{ "multi-queue-num-queues", "0" }, { "multi-queue-num-queues", "2" },
	{ "multi-queue-num-queues", "4294967295" }, { "state", "banana" }, { "state", "*" },
	{ "state", "" }, { "state", "99" }, { "state", "-4" }, { "state", "2" }, { "state", "7" },
};

static void tell(struct vif *v, const struct lie *lie)
{
	char big[BIG];
	int err = 0;

	memset(big, 'A', sizeof(big));
	if (!lie->val)
		vif_rm(v, lie->key);
	else if (!strcmp(lie->val, "*"))
		err = vif_write(v, lie->key, big, sizeof(big));
	else
		err = vif_write(v, lie->key, lie->val, strlen(lie->val));
	if (err)
		broken("%s = %s: %s", lie->key, lie->val, strerror(err));
}

/* Closed is a state that the backend may follow; no lie leaves it Connected. */
static void keys_garbage(struct vif *v, unsigned int arg)
{
	unsigned int wrong = 0;

	(void)arg;
	vif_reset(v);
	vif_share(v);
	for (unsigned int i = 0; i < sizeof(refused) / sizeof(refused[0]); i++) {
		const struct lie *lie = &refused[i];

		vif_reset(v);
		vif_publish(v);
		tell(v, lie);
		if (strcmp(lie->key, "state"))
			vif_state(v, XenbusStateConnected);
		if (!vif_wait_back(v, CONNECTED, 300))
			continue;
		printf("keys-garbage: Connected with %s = %.40s\n", lie->key,
		       lie->val ? lie->val : "(missing)");
		wrong++;
	}
	_exit(wrong ? FAILED : OK);
}

static void keys_binary(struct vif *v, unsigned int arg)
{
	static const char *const keys[] = { "tx-ring-ref", "event-channel", "state", "feature-sg" };
	uint8_t junk[1024];

	(void)arg;
	for (unsigned int i = 0; i < sizeof(junk); i++)
		junk[i] = i * 7;
	for (unsigned int i = 0; i < 4; i++) {
		vif_reset(v);
		vif_write(v, keys[i], junk, sizeof(junk));
		sleep_ms(200);
	}
	_exit(OK);
}

/* Directories where values are expected, and as many nodes as the quota allows. */
static void keys_flood(struct vif *v, unsigned int n)
{
	char key[40];
	unsigned int i;

	for (i = 0; i < n; i++) {
		snprintf(key, sizeof(key), "queue-%u/tx-ring-ref", i);
		if (vif_writef(v, key, i))
			break;
	}
	printf("keys-flood: %u nodes written\n", i);
	sleep_ms(500);
	for (i = 0; i < n; i++) {
		snprintf(key, sizeof(key), "queue-%u", i);
		vif_rm(v, key);
	}
}

/* Every write is an event for whoever watches the directory. */
static void keys_storm(struct vif *v, unsigned int n)
{
	for (unsigned int i = 0; i < n; i++) {
		vif_writef(v, "state", XenbusStateConnected);
		vif_writef(v, "tx-ring-ref", v->tx_ring_ref + i % 2);
	}
	vif_writef(v, "tx-ring-ref", v->tx_ring_ref);
}

static void state_flap(struct vif *v, unsigned int n)
{
	static const unsigned char states[] = { 1, 4, 3, 5, 4, 6, 1, 2, 0, 4, 7, 8, 99, 6, 5, 1 };

	for (unsigned int i = 0; i < n; i++) {
		vif_writef(v, "state", states[i % sizeof(states)]);
		if (i % 3 == 0)
			sleep_ms(i % 40);
	}
	_exit(OK);
}

static void reconnect_storm(struct vif *v, unsigned int n)
{
	vif_reset(v);
	vif_share(v);
	for (unsigned int i = 0; i < n; i++) {
		vif_publish(v);
		vif_state(v, XenbusStateConnected);
		vif_wait_back(v, CONNECTED, 2000);
		vif_reset(v);
		XEN_FRONT_RING_INIT(&v->tx, v->tx.sring, PAGE);
		XEN_FRONT_RING_INIT(&v->rx, v->rx.sring, PAGE);
	}
	_exit(OK);
}

static void same_page_twice(struct vif *v, unsigned int arg)
{
	(void)arg;
	vif_reset(v);
	vif_share(v);
	vif_publish(v);
	vif_writef(v, "rx-ring-ref", v->tx_ring_ref);
	vif_state(v, XenbusStateConnected);
	if (vif_wait_back(v, CONNECTED, 1000))
		fill_ring(v);
	sleep_ms(500);
	_exit(OK);
}

/* Indices that stand far apart already when the backend first maps the ring. */
static void stale_ring(struct vif *v, unsigned int ahead)
{
	vif_reset(v);
	vif_share(v);
	v->tx.sring->req_prod = ahead;
	v->rx.sring->req_prod = ahead;
	v->tx.sring->rsp_prod = ahead / 3;
	vif_publish(v);
	vif_state(v, XenbusStateConnected);
	vif_wait_back(v, CONNECTED, 1000);
	xenevtchn_notify(v->xce, v->port);
	sleep_ms(500);
	_exit(OK);
}

static void mac_rewrite(struct vif *v, unsigned int arg)
{
	char mac[18];

	(void)arg;
	snprintf(mac, sizeof(mac), "%02x:%02x:%02x:%02x:%02x:%02x", v->mac[0], v->mac[1],
		 v->mac[2], v->mac[3], v->mac[4], v->mac[5]);
	vif_reset(v);
	vif_share(v);
	vif_publish(v);
	vif_write(v, "mac", "ff:ff:ff:ff:ff:ff", 17);
	vif_state(v, XenbusStateConnected);
	vif_wait_back(v, CONNECTED, 1000);
	vif_write(v, "mac", mac, 17);
	_exit(OK);
}

static void directory_deleted(struct vif *v, unsigned int arg)
{
	(void)arg;
	fill_ring(v);
	if (!xs_rm(v->xs, XBT_NULL, v->front))
		broken("cannot delete %s: %s", v->front, strerror(errno));
	sleep_ms(1000);
	_exit(OK);
}

const struct attack bus_attacks[] = {
	{ "vanish-initialising", "gone in Initialising", vanish, XenbusStateInitialising, 0, A_OWN },
	{ "vanish-initialised", "gone in Initialised", vanish, XenbusStateInitialised, 0, A_OWN },
	{ "vanish-early", "gone while the backend connects", vanish_early, 0, 0, A_OWN },
	{ "vanish-connected", "gone in Connected", vanish, XenbusStateConnected, 0, A_OWN },
	{ "vanish-traffic", "gone with a ring full of frames", vanish, MID_TRAFFIC, 0, A_OWN },
	{ "vanish-closing", "gone in Closing", vanish, XenbusStateClosing, 0, A_OWN },
	{ "pages-withdrawn", "every page unmapped and no longer granted", pages_withdrawn, 0,
	  E_ANY, 0 },
	{ "port-closed", "event channel closed while connected", port_closed, 0, E_ANY, 0 },
	{ "keys-garbage", "ring references, ports, queues and states that cannot be", keys_garbage,
	  0, 0, A_OWN },
	{ "keys-binary", "1024 bytes of junk in keys", keys_binary, 0, 0, A_OWN },
	{ "keys-flood", "as many nodes as the quota allows", keys_flood, 990, E_ANY, 0 },
	{ "keys-storm", "6000 writes to watched keys", keys_storm, 3000, E_ANY, 0 },
	{ "state-flap", "500 states in no order", state_flap, 500, 0, A_OWN },
	{ "reconnect-storm", "20 connects and disconnects", reconnect_storm, 20, 0, A_OWN },
	{ "same-page-twice", "one page as both rings", same_page_twice, 0, 0, A_OWN },
	{ "stale-ring-300", "ring that starts 300 ahead", stale_ring, 300, 0, A_OWN },
	{ "stale-ring-2g", "ring that starts 2^31 ahead", stale_ring, 1u << 31, 0, A_OWN },
	{ "mac-rewrite", "the broadcast address as its own", mac_rewrite, 0, 0, A_OWN },
	{ "directory-deleted", "its own xenstore directory removed", directory_deleted, 0, 0,
	  A_OWN | A_LAST },
	{ 0 }
};
