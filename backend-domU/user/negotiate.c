// SPDX-License-Identifier: GPL-2.0
/* negotiate.c - see negotiate.h.  Semantics of the keys: xen/io/netif.h. */
#include "negotiate.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <xmd/objring.h>
#include <xmd/xs_names.h>

#define DEFAULT_MTU 1500
#define MIN_MTU 68
#define MAX_MTU 65535
#define RATE_BYTES_MANY (1ull << 48)	/* in the longest interval 65 GB/s */

int negotiate_offer(struct store *s, const char *back, const struct offer *o, bool objects,
		    bool ctrl)
{
	const struct { const char *key; bool on; uint32_t val; } offer[] = {
		{ XS_BACK_FEATURE_RX_COPY, true, 1 },
		{ XS_BACK_FEATURE_SG, true, 1 },
		{ XS_BACK_FEATURE_SPLIT_EVENT_CHANNELS, !o->one_channel, 1 },
		{ XS_BACK_FEATURE_IPV6_CSUM_OFFLOAD, true, 1 },
		{ XS_BACK_FEATURE_GSO_TCPV4, o->gso, 1 },
		{ XS_BACK_FEATURE_GSO_TCPV6, o->gso, 1 },
		{ XS_BACK_FEATURE_CTRL_RING, ctrl, 1 },
		{ XS_BACK_FEATURE_XMD_OBJ, objects, XMD_OBJRING_VERSION },
	};
	unsigned int i;
	int err;

	for (i = 0; i < sizeof(offer) / sizeof(offer[0]); i++) {
		if (offer[i].on)
			err = store_write_u32(s, back, offer[i].key, offer[i].val);
		else
			err = store_remove(s, back, offer[i].key);
		if (err)
			return err;
	}
	err = store_remove(s, back, XS_BACK_HOTPLUG_ERROR);
	if (err)
		return err;
	return store_write_text(s, back, XS_BACK_HOTPLUG_STATUS, "connected");
}

/* One sentence about @dir/@key; passes @err through. */
static int complain(char reason[REASON_MAX], const char *dir, const char *key, int err)
{
	const char *what = err == -ENOENT ? "is missing" :
			   err == -EACCES ? "is missing or not readable for this domain" :
			   err == -EINVAL ? "has a wrong value" : strerror(-err);

	snprintf(reason, REASON_MAX, "key %s %s (%s/%s)", key, what, dir, key);
	return err;
}

static int need_u32(struct store *s, const char *dir, const char *key, uint32_t *val,
		    char reason[REASON_MAX])
{
	int err = store_read_u32(s, dir, key, val);

	return err ? complain(reason, dir, key, err) : 0;
}

static int need_evtchn(struct store *s, const char *front, const char *key, uint32_t *evtchn,
		     char reason[REASON_MAX])
{
	int err = need_u32(s, front, key, evtchn, reason);

	if (!err && !*evtchn)
		err = complain(reason, front, key, -EINVAL);
	return err;
}

/*
 * A key that is missing below a directory that the guest made unreadable gives
 * -EACCES; only -ENOENT means that the key is not there.
 */
static int read_evtchns(struct store *s, const char *front, struct xmd_vif_queue *q,
		      char reason[REASON_MAX])
{
	int err = store_read_u32(s, front, XS_FRONT_EVENT_CHANNEL_TX, &q->tx_evtchn);

	if (err == -ENOENT) {
		err = need_evtchn(s, front, XS_FRONT_EVENT_CHANNEL, &q->tx_evtchn, reason);
		q->rx_evtchn = q->tx_evtchn;
		return err;
	}
	if (!err && !q->tx_evtchn)
		err = -EINVAL;
	if (err)
		return complain(reason, front, XS_FRONT_EVENT_CHANNEL_TX, err);
	return need_evtchn(s, front, XS_FRONT_EVENT_CHANNEL_RX, &q->rx_evtchn, reason);
}

int negotiate_read_queue(struct store *s, const char *front, struct xmd_vif_queue *q,
			 char reason[REASON_MAX])
{
	int err = need_u32(s, front, XS_FRONT_TX_RING_REF, &q->tx_ref, reason);

	if (err)
		return err;
	err = need_u32(s, front, XS_FRONT_RX_RING_REF, &q->rx_ref, reason);
	if (err)
		return err;
	return read_evtchns(s, front, q, reason);
}

static int need_value(struct store *s, const char *front, const char *key, uint32_t missing,
		      char reason[REASON_MAX])
{
	uint32_t val;
	int err = store_read_u32_or(s, front, key, missing, &val);

	if (!err && val != 1)
		err = -EINVAL;
	return err ? complain(reason, front, key, err) : 0;
}

static int read_features(struct store *s, const char *front, uint32_t *features,
			 char reason[REASON_MAX])
{
	static const struct { const char *key; uint32_t bit; } known[] = {
		{ XS_FRONT_FEATURE_SG, XMD_VIF_SG },
		{ XS_FRONT_FEATURE_GSO_TCPV4, XMD_VIF_GSO_TCPV4 },
		{ XS_FRONT_FEATURE_GSO_TCPV6, XMD_VIF_GSO_TCPV6 },
		{ XS_FRONT_FEATURE_NO_CSUM_OFFLOAD, XMD_VIF_NO_CSUM_V4 },
		{ XS_FRONT_FEATURE_IPV6_CSUM_OFFLOAD, XMD_VIF_CSUM_V6 },
		{ XS_FRONT_FEATURE_RX_NOTIFY, XMD_VIF_RX_NOTIFY },
	};
	uint32_t val;
	unsigned int i;
	int err;

	*features = 0;
	for (i = 0; i < sizeof(known) / sizeof(known[0]); i++) {
		err = store_read_u32_or(s, front, known[i].key, 0, &val);
		if (!err && val > 1)
			err = -EINVAL;
		if (err)
			return complain(reason, front, known[i].key, err);
		if (val)
			*features |= known[i].bit;
	}
	/* A segment to be cut does not fit into one slot. */
	if (!(*features & XMD_VIF_SG))
		*features &= ~(uint32_t)(XMD_VIF_GSO_TCPV4 | XMD_VIF_GSO_TCPV6);
	return 0;
}

static int read_back(struct store *s, const char *back, struct xmd_vif_connect *c,
		     char reason[REASON_MAX])
{
	int err = store_read_mac(s, back, XS_BACK_MAC, c->mac);

	if (err)
		return complain(reason, back, XS_BACK_MAC, err);
	err = store_read_u32_or(s, back, XS_BACK_MTU, DEFAULT_MTU, &c->mtu);
	if (!err && (c->mtu < MIN_MTU || c->mtu > MAX_MTU))
		err = -EINVAL;
	return err ? complain(reason, back, XS_BACK_MTU, err) : 0;
}

/* The toolstack made the directory for this guest: nobody else can have put it there. */
static int check_owner(struct store *s, const char *front, uint16_t domid,
		       char reason[REASON_MAX])
{
	unsigned int owner;
	int err = s->ops->owner(s, front, &owner);

	if (!err && owner == domid)
		return 0;
	if (err) {
		snprintf(reason, REASON_MAX, "frontend directory %s: %s", front, strerror(-err));
		return err;
	}
	snprintf(reason, REASON_MAX, "%s belongs to domain %u, not to %u", front, owner, domid);
	return -EINVAL;
}

/* Return: what is behind the digits; NULL: there are none.  More than @most is any such number. */
static const char *read_digits(const char *text, uint64_t most, uint64_t *val)
{
	const char *p = text;

	for (*val = 0; *p >= '0' && *p <= '9'; p++)
		if (*val <= most)
			*val = *val * 10 + (uint64_t)(*p - '0');
	return p == text ? NULL : p;
}

int negotiate_rate(const char *text, struct xmd_vif_rate *rate)
{
	uint64_t bytes, usecs;

	text = read_digits(text, RATE_BYTES_MANY, &bytes);
	if (!text || *text != ',')
		return -EINVAL;
	text = read_digits(text + 1, UINT32_MAX, &usecs);
	if (!text || *text || !usecs || usecs > UINT32_MAX)
		return -EINVAL;
	if (!bytes)
		bytes = 1;
	for (; usecs < XMD_RATE_USECS_MIN; usecs *= 2)
		bytes *= 2;
	for (; bytes > UINT32_MAX && usecs >= 2 * XMD_RATE_USECS_MIN; usecs /= 2)
		bytes /= 2;
	rate->bytes = bytes > UINT32_MAX ? UINT32_MAX : (uint32_t)bytes;
	rate->usecs = (uint32_t)usecs;
	return 0;
}

int negotiate_read(struct store *s, const char *back, const char *front,
		   struct xmd_vif_connect *c, char reason[REASON_MAX])
{
	int err = check_owner(s, front, c->id.domid, reason);

	if (!err)
		err = read_back(s, back, c, reason);
	if (!err)
		err = need_value(s, front, XS_FRONT_REQUEST_RX_COPY, 0, reason);
	if (!err)
		err = need_value(s, front, XS_FRONT_MULTI_QUEUE_NUM_QUEUES, 1, reason);
	if (!err)
		err = negotiate_read_queue(s, front, &c->queue[0], reason);
	if (!err)
		err = read_features(s, front, &c->features, reason);
	c->version = XMD_XPC_VERSION;
	c->adopt = 0;
	c->n_queues = 1;
	return err;
}
