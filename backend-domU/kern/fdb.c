// SPDX-License-Identifier: GPL-2.0
/* Which MAC address is behind which port of the switch; the rules are in fdb.h. */
#include <linux/string.h>
#include "fdb.h"

static u16 *bucket_of(struct xmd_fdb *fdb, const u8 *mac, u16 fid)
{
	return &fdb->bucket[(hsiphash(mac, ETH_ALEN, &fdb->key) + fid) % XMD_FDB_BUCKETS];
}

static struct xmd_fdb_entry *find(const struct xmd_fdb *fdb, const u8 *mac, u16 fid)
{
	struct xmd_fdb *f = (struct xmd_fdb *)fdb;
	u16 i = *bucket_of(f, mac, fid);

	while (i && (f->e[i].fid != fid || memcmp(f->e[i].mac, mac, ETH_ALEN)))
		i = f->e[i].next;
	return i ? &f->e[i] : NULL;
}

static struct xmd_fdb_entry *insert(struct xmd_fdb *fdb, const u8 *mac, u16 fid, u16 port)
{
	u16 *bucket = bucket_of(fdb, mac, fid), i = fdb->free;
	struct xmd_fdb_entry *e = &fdb->e[i];

	if (!i)
		return NULL;
	fdb->free = e->next;
	memcpy(e->mac, mac, ETH_ALEN);
	e->fid = fid;
	e->port = port;
	e->used = 1;
	e->fixed = 0;
	e->next = *bucket;
	*bucket = i;
	return e;
}

static void erase(struct xmd_fdb *fdb, struct xmd_fdb_entry *e)
{
	u16 *link = bucket_of(fdb, e->mac, e->fid), i = e - fdb->e;

	while (*link != i)
		link = &fdb->e[*link].next;
	*link = e->next;
	if (!e->fixed)
		fdb->learned[e->port]--;
	e->used = 0;
	e->next = fdb->free;
	fdb->free = i;
}

void xmd_fdb_init(struct xmd_fdb *fdb, const hsiphash_key_t *key)
{
	unsigned int i;

	memset(fdb, 0, sizeof(*fdb));
	fdb->key = *key;
	for (i = 1; i < XMD_FDB_ENTRIES; i++)
		fdb->e[i].next = i + 1;
	fdb->free = 1;
}

static bool claims(const struct xmd_fdb *fdb, unsigned int port, const u8 *mac, u16 fid)
{
	return fdb->claim[port].nr && fdb->claim[port].fid == fid &&
	       !memcmp(fdb->claim[port].mac, mac, ETH_ALEN);
}

/* Return: the port whose claim counts, or -1.  The host's is the first to be looked at. */
static int rightful(const struct xmd_fdb *fdb, const u8 *mac, u16 fid)
{
	int best = claims(fdb, XMD_PORT_HOST, mac, fid) ? (int)XMD_PORT_HOST : -1;
	unsigned int i;

	for (i = XMD_PORT_VIF0; i < XMD_PORTS; i++)
		if (claims(fdb, i, mac, fid) && (best < (int)XMD_PORT_VIF0 ||
					    fdb->claim[i].nr > fdb->claim[best].nr))
			best = i;
	return best;
}

/* A claim to @mac has come or gone. */
static void settle(struct xmd_fdb *fdb, const u8 *mac, u16 fid)
{
	struct xmd_fdb_entry *e = find(fdb, mac, fid);
	int port = rightful(fdb, mac, fid);

	if (port < 0) {
		if (e && e->fixed)
			erase(fdb, e);
		return;
	}
	if (e && !e->fixed && port == XMD_PORT_HOST)
		return;		/* again when it is forgotten */
	if (e && !e->fixed)
		fdb->learned[e->port]--;
	if (!e)
		e = insert(fdb, mac, fid, port);
	if (!e)
		return;	/* cannot be: a claim a port fits */
	e->port = port;
	e->fixed = 1;
}

/* A learned address is nobody's any more, or the host's. */
static void forget(struct xmd_fdb *fdb, struct xmd_fdb_entry *e)
{
	bool host = claims(fdb, XMD_PORT_HOST, e->mac, e->fid);

	erase(fdb, e);
	if (host)
		settle(fdb, fdb->claim[XMD_PORT_HOST].mac, fdb->claim[XMD_PORT_HOST].fid);
}

int xmd_fdb_holder(const struct xmd_fdb *fdb, const u8 *mac, u16 fid)
{
	const struct xmd_fdb_entry *e = find(fdb, mac, fid);

	return e && e->fixed ? e->port : -1;
}

void xmd_fdb_unclaim(struct xmd_fdb *fdb, u16 port)
{
	if (!fdb->claim[port].nr)
		return;
	fdb->claim[port].nr = 0;
	settle(fdb, fdb->claim[port].mac, fdb->claim[port].fid);
}

int xmd_fdb_claim(struct xmd_fdb *fdb, const u8 *mac, u16 fid, u16 port)
{
	const struct xmd_fdb_entry *e;
	int other;

	xmd_fdb_unclaim(fdb, port);
	e = find(fdb, mac, fid);
	other = e && (e->fixed || port == XMD_PORT_HOST) ? e->port : -1;
	memcpy(fdb->claim[port].mac, mac, ETH_ALEN);
	fdb->claim[port].fid = fid;
	fdb->claim[port].nr = ++fdb->claims;
	settle(fdb, mac, fid);
	return other;
}

void xmd_fdb_forget_port(struct xmd_fdb *fdb, u16 port)
{
	unsigned int i;

	xmd_fdb_unclaim(fdb, port);
	for (i = 1; i <= XMD_FDB_ENTRIES; i++)
		if (fdb->e[i].used && fdb->e[i].port == port)
			forget(fdb, &fdb->e[i]);
}

static u16 quota(u16 port)
{
	if (port == XMD_PORT_HOST)
		return 0;
	return port == XMD_PORT_NIC ? XMD_FDB_PER_NIC : XMD_FDB_PER_VIF;
}

/* The table in fdb.h; @e is known at another port than @port. */
static bool may_move(const struct xmd_fdb_entry *e, u16 port, u32 now)
{
	if (e->fixed || port == XMD_PORT_HOST)
		return false;
	if (port == XMD_PORT_NIC)
		return true;
	return now - e->seen > XMD_FDB_HOLD_S;
}

static bool is_station(const u8 *mac)
{
	static const u8 zero[ETH_ALEN];

	return !(mac[0] & 1) && memcmp(mac, zero, ETH_ALEN);
}

bool xmd_fdb_learn(struct xmd_fdb *fdb, const u8 *mac, u16 fid, u16 port, u32 now)
{
	struct xmd_fdb_entry *e = find(fdb, mac, fid);

	if (e && e->port == port) {
		e->seen = now;
		return true;
	}
	if (!is_station(mac) || (e && !may_move(e, port, now)))
		return false;
	if (fdb->learned[port] >= quota(port))
		return false;
	if (e)
		erase(fdb, e);
	e = insert(fdb, mac, fid, port);
	if (!e)
		return false;
	e->seen = now;
	fdb->learned[port]++;
	return true;
}

int xmd_fdb_lookup(const struct xmd_fdb *fdb, const u8 *mac, u16 fid, u32 now)
{
	const struct xmd_fdb_entry *e = find(fdb, mac, fid);

	if (!e || (!e->fixed && now - e->seen > XMD_FDB_AGE_S))
		return -1;
	return e->port;
}

void xmd_fdb_sweep(struct xmd_fdb *fdb, u32 now)
{
	unsigned int i;

	for (i = 1; i <= XMD_FDB_ENTRIES; i++) {
		struct xmd_fdb_entry *e = &fdb->e[i];

		if (e->used && !e->fixed && now - e->seen > (claims(fdb, XMD_PORT_HOST, e->mac, e->fid) ?
							     XMD_FDB_HOLD_S : XMD_FDB_AGE_S))
			forget(fdb, e);
	}
}

/* 802.1D 7.12.6: addresses that a bridge does not pass on (spanning tree, pause, LLDP). */
static bool is_link_local(const u8 *mac)
{
	static const u8 prefix[5] = { 0x01, 0x80, 0xc2, 0x00, 0x00 };

	return !memcmp(mac, prefix, sizeof(prefix)) && mac[5] < 0x10;
}

int xmd_fdb_decide(struct xmd_fdb *fdb, const u8 *hdr, u16 fid, u16 src, u32 now)
{
	const u8 *to = hdr, *from = hdr + ETH_ALEN;
	int port;

	if (!is_station(from))
		return XMD_TO_NOBODY;
	xmd_fdb_learn(fdb, from, fid, src, now);
	if (is_link_local(to)) {
		if (src == XMD_PORT_NIC)
			return XMD_PORT_HOST;
		return src == XMD_PORT_HOST ? (int)XMD_PORT_NIC : XMD_TO_NOBODY;
	}
	if (to[0] & 1)
		return XMD_TO_FLOOD;
	port = xmd_fdb_lookup(fdb, to, fid, now);
	if (port < 0)
		return XMD_TO_FLOOD;
	return port == src ? XMD_TO_NOBODY : port;
}
