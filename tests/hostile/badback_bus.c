// SPDX-License-Identifier: GPL-2.0
/* badback_bus.c - backends that lie in xenstore, or are gone without a word. */
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include "badback.h"

static void state_flap(struct back *b, unsigned int n)
{
	static const char *const states[] = {
		"1", "4", "2", "5", "4", "6", "banana", "2", "0", "4", "7", "8", "99", "", "-4", "6", "3",
	};

	for (unsigned int i = 0; i < n; i++) {
		back_write(b, "state", states[i % (sizeof(states) / sizeof(states[0]))]);
		if (i % 3 == 0)
			sleep_ms(i % 40);
	}
	back_close(b);
	_exit(OK);
}

/* InitWait again and again, with and without a look at what the frontend makes of it. */
static void offer_storm(struct back *b, unsigned int n)
{
	for (unsigned int i = 0; i < n; i++) {
		back_state(b, XenbusStateInitWait);
		sleep_ms(i % 4 * 50);
		back_state(b, XenbusStateConnected);
		sleep_ms(i % 3 * 50);
	}
	back_close(b);
	_exit(OK);
}

static void closed_at_once(struct back *b, unsigned int arg)
{
	(void)arg;
	back_state(b, XenbusStateClosed);
	back_wait_front(b, STATE(Closed) | STATE(Initialising), 2000);
	_exit(OK);
}

/* The process ends: ports are closed, pages unmapped, and the store says Connected. */
static void vanish(struct back *b, unsigned int arg)
{
	(void)b;
	(void)arg;
	_exit(OK);
}

/* Closed, and the guest's pages, the rings too, are kept for a while. */
static void grants_kept(struct back *b, unsigned int ms)
{
	netif_tx_request_t tx;
	netif_rx_request_t rx;

	for (unsigned int i = 0; i < 4 && tx_take(b, &tx, 1000); i++)
		xengnttab_map_grant_ref(b->xgt, b->front_domid, tx.gref, PROT_READ);
	for (unsigned int i = 0; i < 32 && rx_take(b, &rx, 100); i++)
		xengnttab_map_grant_ref(b->xgt, b->front_domid, rx.gref, PROT_READ | PROT_WRITE);
	b->mapped = false;	/* not to be given back, either */
	back_close(b);
	sleep_ms(ms);
	_exit(OK);
}

static void carrier(struct back *b, unsigned int n)
{
	static const char *const words[] = { "0", "1", "banana", "-1", "", "99999999999999999999", "0" };

	for (unsigned int i = 0; i < n; i++) {
		back_write(b, "carrier", words[i % (sizeof(words) / sizeof(words[0]))]);
		sleep_ms(i % 20);
	}
	back_write(b, "carrier", "1");
}

static void keys_storm(struct back *b, unsigned int n)
{
	for (unsigned int i = 0; i < n; i++) {
		back_write(b, "state", "4");
		back_write(b, "carrier", "1");
		back_write(b, "feature-sg", i % 2 ? "0" : "1");
	}
}

#define LONG "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"
#define LIE(name, key, val) { name, key " = " val, NULL, 0, B_ANY, 0, key, val }

const struct bad xenbus_attacks[] = {
	{ "state-flap", "300 states in no order", state_flap, 300, 0, A_GONE, NULL, NULL },
	{ "offer-storm", "InitWait and Connected 30 times", offer_storm, 30, 0, A_GONE, NULL, NULL },
	{ "closed-at-once", "Closed without Closing", closed_at_once, 0, 0, A_GONE, NULL, NULL },
	{ "vanish", "gone in Connected", vanish, 0, 0, A_GONE, NULL, NULL },
	{ "grants-kept", "pages kept mapped for 5 s after Closed", grants_kept, 5000, 0, A_GONE, NULL, NULL },
	{ "carrier-flap", "carrier 0, 1, banana, -1 ...", carrier, 140, B_ALIVE, 0, NULL, NULL },
	{ "keys-storm", "3000 writes to keys", keys_storm, 1000, B_ALIVE, 0, NULL, NULL },
	LIE("key-carrier", "carrier", "banana"),
	LIE("key-mtu-minus", "mtu", "-1"),
	LIE("key-mtu-huge", "mtu", "4294967295"),
	LIE("key-mtu-0", "mtu", "0"),
	LIE("key-sg", "feature-sg", "banana"),
	LIE("key-gso", "feature-gso-tcpv4", "-1"),
	LIE("key-gso6", "feature-gso-tcpv6", "99999999999999999999"),
	LIE("key-csum", "feature-no-csum-offload", "xyzzy"),
	LIE("key-split", "feature-split-event-channels", "banana"),
	LIE("key-split-2", "feature-split-event-channels", "2"),
	LIE("key-queues-0", "multi-queue-max-queues", "0"),
	LIE("key-queues-minus", "multi-queue-max-queues", "-1"),
	LIE("key-queues-huge", "multi-queue-max-queues", "4294967295"),
	LIE("key-queues-text", "multi-queue-max-queues", LONG),
	LIE("key-multicast", "feature-multicast-control", "banana"),
	LIE("key-ctrl-ring", "feature-ctrl-ring", "1"),
	LIE("key-headroom", "feature-xdp-headroom", "1"),
	{ "key-rx-copy-0", "feature-rx-copy = 0", NULL, 0, B_ANY, 0, "feature-rx-copy", "0" },
	{ "key-rx-copy-none", "no feature-rx-copy", NULL, 0, B_ANY, 0, "feature-rx-copy", NULL },
	{ 0 }
};
