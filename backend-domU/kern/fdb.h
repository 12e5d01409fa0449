/* SPDX-License-Identifier: GPL-2.0 */
/*
 * fdb.h - which MAC address is behind which port of the switch
 *
 *   port 0           the NIC (the wire)
 *   port 1           the host port: the driver domain's own net_device
 *   port 2 and up    vifs
 *
 * Two kinds of entries.  Fixed ones come from claims: nothing that a frame says changes
 * them.  Learned ones come from the source addresses of frames, since guests may bridge
 * behind their vif, and age.
 *
 * Claims.  Each port but the NIC's claims one address at most: a vif what the toolstack or
 * its policy says, the host port what the driver domain's net_device has, which its user
 * half may set.  A claim lives until its port makes another or goes, whoever holds the
 * address meanwhile.  Of several for one address
 *
 *   - a vif's latest holds: in a local migration the new vif comes before the old one goes;
 *   - the host's holds only while no vif has one, nor anybody has been seen with it for
 *     XMD_FDB_HOLD_S: no guest's address can be taken by what runs in the driver domain,
 *     nor that of a station behind a guest, nor the gateway's;
 *   - when the holder goes, the next one holds again.
 *
 * Rules for a source address that is known at another port already:
 *
 *   known as \ seen at     NIC              vif
 *   fixed                  refused          refused
 *   learned at the NIC     refreshed        refused until silent for XMD_FDB_HOLD_S
 *   learned at a vif       moves            refused until silent for XMD_FDB_HOLD_S
 *
 * so that a guest cannot take over another guest's, the host's or the gateway's
 * address while that one speaks, but a station that moved is followed after a while.
 *
 * An address is one in each network of its own, which fid says (802.1Q: filtering identifier):
 * 0 what is on the NIC's network, 1 to 4094 VLANs that are kept apart (vlan.h), from
 * XMD_FID_SEGMENT on segments of vifs alone.  Nothing that is said here of one address holds
 * between two of these: no entry, claim or rule of one is seen in another.
 *
 * The table is of fixed size.  Each port may learn so many addresses, and the sum of
 * all quotas fits: no guest can use up what another one needs.
 *
 * No locks (switch.c has the lock), and of Linux only hsiphash, because guests choose
 * addresses; compiled on the host for tests.
 */
#ifndef XMD_BACK_FDB_H
#define XMD_BACK_FDB_H

#include <linux/siphash.h>
#include <linux/types.h>
#include <linux/if_ether.h>

#define XMD_VIFS_MAX	256u
#define XMD_PORT_NIC	0u
#define XMD_PORT_HOST	1u
#define XMD_PORT_VIF0	2u
#define XMD_PORTS	(XMD_PORT_VIF0 + XMD_VIFS_MAX)

#define XMD_FDB_PER_VIF	16u	/* stations that a guest may bridge behind its vif */
#define XMD_FDB_PER_NIC	512u
#define XMD_FDB_ENTRIES	(XMD_FDB_PER_NIC + XMD_VIFS_MAX * (XMD_FDB_PER_VIF + 1) + 1)
#define XMD_FDB_BUCKETS	1024u	/* a power of two */
#define XMD_FDB_AGE_S	300u	/* as 802.1D recommends */
#define XMD_FDB_HOLD_S	15u

#define XMD_FID_SEGMENT	4096u

/* What xmd_fdb_decide may answer besides a port. */
#define XMD_TO_FLOOD	(-1)
#define XMD_TO_NOBODY	(-2)

struct xmd_fdb_entry {
	u8 mac[ETH_ALEN];
	u16 port;
	u16 next;	/* in its bucket, or in the list of free entries; 0: last */
	u16 fid : 13;
	u16 used : 1;
	u16 fixed : 1;
	u32 seen;	/* seconds */
};

struct xmd_fdb_claim {
	u64 nr;		/* the higher, the later; 0: none */
	u8 mac[ETH_ALEN];
	u16 fid;
};

struct xmd_fdb {
	hsiphash_key_t key;	/* so that a guest cannot aim at one bucket */
	u64 claims;		/* ever made */
	struct xmd_fdb_claim claim[XMD_PORTS];
	u16 free;
	u16 bucket[XMD_FDB_BUCKETS];
	u16 learned[XMD_PORTS];
	struct xmd_fdb_entry e[XMD_FDB_ENTRIES + 1];	/* e[0] is never used: index 0 ends lists */
};

void xmd_fdb_init(struct xmd_fdb *fdb, const hsiphash_key_t *key);

/**
 * xmd_fdb_claim - @mac belongs in @fid to @port, to which no other address does
 *
 * Return: the port that holds, or held until now, the same address by a claim of its own,
 * or at which it is known and so not the host's yet; else -1.  Who holds it from now on,
 * xmd_fdb_holder says.
 */
int xmd_fdb_claim(struct xmd_fdb *fdb, const u8 *mac, u16 fid, u16 port);

/* Whatever @port has claimed is not claimed by it any more. */
void xmd_fdb_unclaim(struct xmd_fdb *fdb, u16 port);

/* Return: the port that holds @mac by a claim, or -1. */
int xmd_fdb_holder(const struct xmd_fdb *fdb, const u8 *mac, u16 fid);

/* Forget all that is behind @port, its claim too. */
void xmd_fdb_forget_port(struct xmd_fdb *fdb, u16 port);

/* A frame from @mac came in at @port, now, in seconds.  Return: whether @mac is at @port. */
bool xmd_fdb_learn(struct xmd_fdb *fdb, const u8 *mac, u16 fid, u16 port, u32 now);

/* Return: the port, or -1. */
int xmd_fdb_lookup(const struct xmd_fdb *fdb, const u8 *mac, u16 fid, u32 now);

/* Drop what has aged.  To be called every few seconds. */
void xmd_fdb_sweep(struct xmd_fdb *fdb, u32 now);

/**
 * xmd_fdb_decide - where a frame goes; learns its source
 * @hdr: the frame, at least ETH_HLEN bytes
 * @fid: the network it is in
 * @src: the port it came from
 *
 * Return: a port other than @src, XMD_TO_FLOOD or XMD_TO_NOBODY.
 */
int xmd_fdb_decide(struct xmd_fdb *fdb, const u8 *hdr, u16 fid, u16 src, u32 now);

#endif /* XMD_BACK_FDB_H */
