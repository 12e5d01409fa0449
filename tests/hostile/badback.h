/* SPDX-License-Identifier: GPL-2.0 */
/*
 * badback.h - a netif backend in user space: honest until an attack says otherwise.
 *
 *   xenstore   backend/vif/F/H of this domain: state, features, hotplug-status
 *   gntdev     the frontend's two ring pages; frames are copied, unless they are to be kept
 *   evtchn     the frontend's port, or its two
 *
 * Honest work is to answer each TX request and to send ARP requests and pings back as
 * replies, whoever is asked for: so a ping in the guest shows whether the vif carries
 * frames both ways.  tx means guest to wire, as everywhere.
 */
#ifndef HOSTILE_BADBACK_H
#define HOSTILE_BADBACK_H

#include "common.h"

#define B_ALIVE    0x01u	/* the vif carries frames afterwards */
#define B_DISABLED 0x02u	/* the frontend has disabled the device */
#define B_ANY	   0x03u

/* Of an object ring (A_OBJ), in the life that was attacked; the vif must carry frames. */
#define O_OPEN	   0x04u	/* the guest listens */
#define O_DEAF	   0x08u	/* it does not any more */
#define O_ANY	   0x0cu

#define A_GONE	   0x01u	/* does not come back to be judged, or judges itself */
#define A_OBJ	   0x02u	/* on an object ring, which was seen to work */
#define A_HELLO	   0x04u	/* with A_OBJ: what the guest's first HELLO meets is the attack */

struct back {
	unsigned int front_domid, handle;
	unsigned int seconds;	/* how long an attack by repetition goes on */
	char dir[48];		/* backend/vif/F/H, relative to our own domain */
	char front[256];

	struct xs_handle *xs;
	xenevtchn_handle *xce;
	xengnttab_handle *xgt;
	evtchn_port_t tx_port, rx_port;	/* maybe the same */
	bool mapped;		/* rings and ports are there; back_close gives them back */
	netif_tx_back_ring_t tx;
	netif_rx_back_ring_t rx;
	unsigned int taken, answered, sent;	/* requests, responses; RX responses */
	unsigned int echoed;			/* ARP and pings */
	unsigned int unreadable, other, no_room;	/* and frames that were not, and why */
};

struct bad {
	const char *name, *what;
	void (*run)(struct back *b, unsigned int arg);	/* NULL: the key is all */
	unsigned int arg;
	unsigned int expect;
	unsigned int flags;
	const char *key, *val;	/* written with the offer, or NULL; val NULL: not written */
};

/* Each table ends with a NULL name. */
extern const struct bad response_attacks[];	/* badback_ring.c: TX and RX responses */
extern const struct bad xenbus_attacks[];	/* badback_bus.c: keys, states, vanishing */
extern const struct bad object_attacks[];	/* badback_obj.c: the object ring */

/* An A_OBJ attack, on a vif that was seen to carry frames. */
enum verdict object_attack(struct back *b, const struct bad *a);

/* ------------------------------------------------------------------ xenstore */

void back_open(struct back *b);
void back_write(struct back *b, const char *key, const char *val);
void back_state(struct back *b, enum xenbus_state state);
enum xenbus_state back_own_state(struct back *b);
bool back_online(struct back *b);	/* false: the toolstack wants it to go */
enum xenbus_state back_front_state(struct back *b);	/* Unknown: it is gone */
/* A number of the frontend's directory; 0: there is none. */
unsigned int back_front_number(struct back *b, const char *key);
/* Wait until the frontend is in a state of @mask (bit n: state n); false: it is not. */
bool back_wait_front(struct back *b, unsigned int mask, unsigned int ms);

/* Down to Closed if need be, then features, and those of @a, and InitWait. */
void back_offer(struct back *b, const struct bad *a);
/* Map what the frontend has published, and be Connected; false: it did not come. */
bool back_connect(struct back *b);
/* Nothing mapped any more, Closing, Closed; whether the frontend follows or not. */
void back_close(struct back *b);

/* --------------------------------------------------------------------- rings */

/* Take the next TX request within @ms; false: there is none. */
bool tx_take(struct back *b, netif_tx_request_t *req, unsigned int ms);
/* Wait until @n are there to be taken. */
bool tx_wait(struct back *b, unsigned int n, unsigned int ms);
void tx_answer(struct back *b, unsigned int id, int status);
void tx_publish(struct back *b);

bool rx_take(struct back *b, netif_rx_request_t *req, unsigned int ms);
/* The next RX response, to be filled in. */
netif_rx_response_t *rx_response(struct back *b);
/* Take a buffer, put @len bytes there, answer it with @flags; its response, or NULL. */
netif_rx_response_t *rx_frame(struct back *b, const void *data, unsigned int len, unsigned int flags);
void rx_publish(struct back *b);
void back_kick(struct back *b);
/* Sleep until the frontend signals, at most @ms. */
void back_wait(struct back *b, unsigned int ms);

/* Honest work for @ms. */
void back_serve(struct back *b, unsigned int ms);
/* Honest work until the guest has been answered, and has given buffers back. */
bool back_probe(struct back *b, unsigned int ms);

#endif
