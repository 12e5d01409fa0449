/* SPDX-License-Identifier: GPL-2.0 */
/*
 * vif.h - a netif frontend in user space: honest until an attack says otherwise.
 *
 *   xenstore   device/vif/H   state, tx-ring-ref, rx-ring-ref, event-channel
 *   gntalloc   two ring pages, TX_PAGES and RX_PAGES of frames
 *   evtchn     one port for both rings
 *
 * It runs in a guest whose xen-netfront has let go of the vif.  tx means guest to
 * wire, as everywhere.  A function that cannot do its honest work ends the process
 * with BROKEN.
 */
#ifndef HOSTILE_VIF_H
#define HOSTILE_VIF_H

#include "common.h"

#define TX_PAGES 32u
#define RX_PAGES 64u

/* What the backend answered to TX requests, counted by status. */
struct tally {
	unsigned int okay, error, dropped, null, other;
	unsigned int asked;	/* slots published */
};

struct vif {
	unsigned int handle;
	unsigned int back_domid;
	char front[64];		/* device/vif/H, relative to our own domain */
	char back[256];
	uint8_t mac[6], peer_mac[6];
	uint8_t ip[4], peer_ip[4];
	unsigned int seconds;	/* how long an attack by repetition goes on */

	struct xs_handle *xs;
	xenevtchn_handle *xce;
	xengntshr_handle *xgs;
	evtchn_port_t port;
	uint32_t tx_ring_ref, rx_ring_ref;
	netif_tx_front_ring_t tx;
	netif_rx_front_ring_t rx;
	uint8_t *tx_page[TX_PAGES], *rx_page[RX_PAGES];
	uint32_t tx_ref[TX_PAGES], rx_ref[RX_PAGES];
	struct tally tally;
	unsigned int rx_frames, rx_errors;
	bool arp_seen;
};

/* xenstore: our own directory */
void vif_open(struct vif *v);
int vif_write(struct vif *v, const char *key, const void *val, size_t len);
int vif_writef(struct vif *v, const char *key, unsigned long val);
void vif_rm(struct vif *v, const char *key);
void vif_state(struct vif *v, enum xenbus_state state);
/* The backend's state; XenbusStateUnknown when its directory is gone. */
enum xenbus_state vif_back_state(struct vif *v);
/* Wait until the backend is in a state of @mask (bit n: state n); false: it is not. */
bool vif_wait_back(struct vif *v, unsigned int mask, unsigned int ms);

/* Close whatever stood before and go to Initialising; the backend to InitWait. */
void vif_reset(struct vif *v);
/* Rings, pages, port; nothing told to the backend yet. */
void vif_share(struct vif *v);
/* The keys that a stock frontend writes between Initialising and Connected. */
void vif_publish(struct vif *v);
/* reset, share, publish, Connected, and the backend Connected too. */
void vif_connect(struct vif *v);
/* A page that @domid may use: its address, *ref its grant reference. */
void *vif_share_page(struct vif *v, unsigned int domid, uint32_t *ref, bool writable);
/* Closing, Closed, rings unmapped. */
void vif_close(struct vif *v);

/* TX ring.  tx_slot fills the next slot and returns it; tx_push publishes and kicks. */
netif_tx_request_t *tx_slot(struct vif *v);
/* One frame in one slot, copied to the slot's own page. */
netif_tx_request_t *tx_frame(struct vif *v, const void *frame, unsigned int len,
			     unsigned int flags);
struct netif_extra_info *tx_extra(struct vif *v, unsigned int type, unsigned int flags);
void tx_push(struct vif *v);
/* Take responses until none is missing or @ms are over; true: none is missing. */
bool tx_collect(struct vif *v, unsigned int ms);
unsigned int tx_unanswered(const struct vif *v);

/* RX ring */
void rx_fill(struct vif *v);
/* Take what arrived within @ms, put the buffers back; stops at the ARP answer. */
void rx_collect(struct vif *v, unsigned int ms);

/* Ask the peer by ARP, up to five times: does the vif carry frames both ways? */
bool vif_probe(struct vif *v);

#endif
