/* SPDX-License-Identifier: GPL-2.0 WITH Linux-syscall-note */
/*
 * backdev.h - /dev/xmd/back: what passes between the two halves of the network backend,
 * backend-domU/kern/ and backend-domU/user/
 *
 * The file is open by one process at a time.  All is said by ioctls; read() gives events
 * (struct xmd_vif_event), and poll() says when there are any.
 *
 * Every number is in the byte order of the machine: both ends run on it.  A field named
 * reserved is 0 when written and is checked to be.
 */
#ifndef XMD_BACKDEV_H
#define XMD_BACKDEV_H

#include <linux/if_ether.h>
#include <linux/ioctl.h>
#include <linux/types.h>
#include "../../xpc/objects.h"
#include "stage.h"

#define XMD_XPC_VERSION	1u	/* of this file; checked by CONNECT */

/* struct xmd_vif_connect.features: what the guest can take and sends (netif.h) */
#define XMD_VIF_SG		0x0001	/* feature-sg */
#define XMD_VIF_GSO_TCPV4	0x0002	/* feature-gso-tcpv4 */
#define XMD_VIF_GSO_TCPV6	0x0004	/* feature-gso-tcpv6 */
#define XMD_VIF_NO_CSUM_V4	0x0008	/* feature-no-csum-offload: complete IPv4 checksums */
#define XMD_VIF_CSUM_V6		0x0010	/* feature-ipv6-csum-offload: blank IPv6 ones are fine */
#define XMD_VIF_RX_NOTIFY	0x0020	/* feature-rx-notify */
#define XMD_VIF_ANY_SOURCE	0x0040	/* not the guest's: policy lets it send frames with
					 * other source addresses than its own */
#define XMD_VIF_FEATURES	0x007f

#define XMD_VIF_QUEUES_MAX 1u

struct xmd_vif_queue {
	__u32 tx_ref;		/* grant reference of the TX ring page */
	__u32 rx_ref;
	__u32 tx_evtchn;		/* the guest's event channel; equal: one for both */
	__u32 rx_evtchn;
};

/* Names a vif everywhere. */
struct xmd_vif_id {
	__u16 domid;
	__u16 reserved;
	__u32 handle;
};

#define XMD_RATE_USECS_MIN 1000u
#define XMD_RATE_BURST 65535u	/* bytes: no frame is longer */

/**
 * struct xmd_vif_rate - how much a guest may send, to whomever
 * @bytes: in each interval; at least 1
 * @usecs: how long an interval is, at least XMD_RATE_USECS_MIN; 0, and @bytes 0: no limit
 *
 * Counted are frames as the guest hands them over, with segmentation offload up to 65535
 * bytes long.  A frame goes as long as any credit is left; what is behind it waits in the
 * guest's ring until @bytes an interval have paid for it.  So frames longer than @bytes pass,
 * too, and a frame of n bytes delays the next one by at most n / @bytes + 1 intervals.
 * Credit that is not used is kept up to the larger of @bytes and XMD_RATE_BURST.  In N
 * intervals in a row a guest sends at most N * @bytes, what was kept, and one frame.
 */
struct xmd_vif_rate {
	__u32 bytes;
	__u32 usecs;
};

#define XMD_ADDRS_MAX	16u
#define XMD_SEGMENT_MAX	32u	/* bytes of a name, with the NUL */

/* An address, and how many of its bits count. */
struct xmd_vif_addr {
	__u8 addr[16];		/* IPv4: the first four, the others 0 */
	__u8 bits;
	__u8 v6;
	__u8 reserved[2];
};

/**
 * struct xmd_vif_confine - with whom a guest may speak, and as whom
 * @vlan:    1 to 4094: an access port of that VLAN (kern/vlan.h); 0: none
 * @n_addrs: of @addr; not 0: only frames from these addresses pass (kern/source.h)
 * @segment: it hears, and is heard by, vifs with the same name alone; not together with @vlan.
 *	     "": on the NIC's network
 */
struct xmd_vif_confine {
	__u16 vlan;
	__u16 n_addrs;
	char segment[XMD_SEGMENT_MAX];
	struct xmd_vif_addr addr[XMD_ADDRS_MAX];
};

/**
 * struct xmd_vif_connect - map a guest's rings and serve them
 * @version:  XMD_XPC_VERSION
 * @adopt:    1: start from rsp_prod of the shared rings instead of from 0, and treat
 *	      what lies between as requests not yet looked at
 * @n_queues: 1 to XMD_VIF_QUEUES_MAX
 * @mtu:      bytes, 68 to 65535, as the guest was told; frames to the guest are not larger
 *	      than mtu + 18, or with SG than the NIC's MTU + 18, if that is more
 * @mac:      the guest's address; of several vifs with one the latest gets the frames (fdb.h)
 * @rate:     from the first frame on; XMD_VIF_RATE changes it
 * @confine:  from the first frame to the last
 *
 * Errors: EEXIST connected already, EINVAL a field out of range, ENOENT/EPERM/EIO the
 * grant or event channel was refused by Xen (the kernel log says which), ENOSPC too
 * many vifs, EPROTO ring indices that cannot be (more than a ring between them), EINPROGRESS
 * the NIC has frames still that it sent before it was disconnected: try again (not with adopt).
 */
struct xmd_vif_connect {
	__u32 version;
	struct xmd_vif_id id;
	__u32 features;
	__u32 mtu;
	__u8 mac[ETH_ALEN];
	__u8 adopt;
	__u8 n_queues;
	struct xmd_vif_queue queue[XMD_VIF_QUEUES_MAX];
	struct xmd_vif_rate rate;
	struct xmd_vif_confine confine;
};

/* Why a vif was broken off; told in the event, in LIST and in the kernel log. */
enum xmd_vif_fault {
	XMD_FAULT_NONE = 0,
	XMD_FAULT_RING_INDEX = 1,	/* req_prod further ahead than the ring is long */
	XMD_FAULT_EXTRA_ENDLESS = 2,	/* extra-info chain longer than its types */
	XMD_FAULT_EXTRA_TYPE = 3,	/* unknown extra-info type */
	XMD_FAULT_TOO_MANY_SLOTS = 4,	/* far over XEN_NETIF_NR_SLOTS_MIN, a runaway chain */
	XMD_FAULT_CROSS_PAGE = 5,	/* offset + size over the page */
	XMD_FAULT_BAD_SIZE = 6,		/* slots longer than the packet they belong to */
	XMD_FAULT_GONE = 7,		/* event channel or ring page withdrawn */
	XMD_FAULTS
};

/**
 * struct xmd_vif_info - one row of the kernel's table
 * @id: in: list the first vif behind this one (domid 0xffff: from the start); out: whose row
 */
struct xmd_vif_info {
	struct xmd_vif_id id;
	__u32 fault;			/* enum xmd_vif_fault; not NONE: no longer served */
	__u32 features;
	__u32 mtu;
	__u8 mac[ETH_ALEN];
	__u8 reserved[2];
	struct xmd_vif_queue queue[XMD_VIF_QUEUES_MAX];
	struct xmd_vif_rate rate;
	__u32 reserved2;		/* named, so that it is cleared */
	__u64 tx_frames, tx_bytes, tx_errors, tx_drops;
	__u64 rx_frames, rx_bytes, rx_errors, rx_drops;
	__u64 tx_spoofed;		/* frames dropped for their source address */
	__u64 rx_filtered;		/* flooded frames that this vif's filters kept away */
	__u64 rx_too_long;		/* of rx_drops: longer than this guest takes */
	__u64 tx_tagged;		/* of tx_drops: with a VLAN tag that it may not send */
	__u64 tx_ip_spoofed;		/* of tx_drops: not from one of its addresses */
};

/* struct xmd_vif_settings.flags */
#define XMD_SET_FILTER		0x01	/* of what floods take only what is said below; without:
					 * everything, as for a guest that says nothing */
#define XMD_SET_PROMISC		0x02	/* with FILTER: all that floods, after all */
#define XMD_SET_ALLMULTI	0x04	/* with FILTER: all multicast */
#define XMD_SET_VLANS		0x08	/* with FILTER: of tagged frames only those of vlan[] */
#define XMD_SET_FLAGS		0x0f

#define XMD_SET_MC_MAX		48u
#define XMD_SET_VLANS_MAX	32u
#define XMD_RX_USECS_MAX_VIF	10000u

/**
 * struct xmd_vif_settings - what a guest may choose, checked against policy
 * @mtu:      bytes, 68 to 65535; as in CONNECT
 * @mac:      replaces the vif's address in the switch
 * @flags:    XMD_SET_*
 * @rx_usecs: least time between two events for received frames, 0 to XMD_RX_USECS_MAX_VIF
 * @mc, @vlan: the first n_mc and n_vlans count
 *
 * Errors: ENOENT unknown vif, EINVAL a field out of range, EADDRINUSE another vif or the
 * driver domain has this address.
 */
struct xmd_vif_settings {
	struct xmd_vif_id id;
	__u32 mtu;
	__u32 rx_usecs;
	__u8 mac[ETH_ALEN];
	__u16 flags;
	__u16 n_mc;
	__u16 n_vlans;
	__u8 mc[XMD_SET_MC_MAX][ETH_ALEN];
	__u16 vlan[XMD_SET_VLANS_MAX];
};

/**
 * struct xmd_vif_limit - another limit for a vif that is connected
 *
 * Begins with an interval's credit.  The limit that is in force already changes nothing.
 * Errors: ENOENT unknown vif, EINVAL a field out of range.
 */
struct xmd_vif_limit {
	struct xmd_vif_id id;
	struct xmd_vif_rate rate;
};

/**
 * struct xmd_vlans - VLANs that are for vifs with this VLAN alone
 * @apart: bit N % 64 of word N / 64 is VLAN N's, 1 to 4094
 *
 * Other vifs and the driver domain neither get nor send frames with such a tag.  A VLAN that was
 * named here once, or by CONNECT, stays so until the module goes.  EINVAL: VLAN 0 or 4095.
 */
struct xmd_vlans {
	__u64 apart[64];
};

/**
 * struct xmd_vif_stage - pages of the guest to be kept mapped; stage.h
 * @n:	   1 to XMD_STAGE_PAGES
 * @del:   1: to be mapped no more; 0: to be mapped, all of them or none
 * @grefs: where they are: n struct xmd_gref.  With @del the status of each is written
 *
 * To where a page is mapped, and from there, frames are copied without Xen.  A grant reference
 * that is in none of these lists, or not any more, works as always: so nothing has to be told
 * for an adoption, and a guest may use those that it will add before it does.  One that is added
 * again, with the same flags, stays as it is.
 *
 * Errors: ENOENT unknown vif, EINVAL a field or a flag out of range, or twice with
 * different flags, ENOSPC too many of this vif or of all together (module parameter
 * stage_pages), EPERM/EIO/ENXIO Xen refuses one (the kernel log says which).
 */
struct xmd_vif_stage {
	struct xmd_vif_id id;
	__u32 n;
	__u32 del;
	__u64 grefs;
};

/* struct xmd_port_state.features, as ethtool -K names them */
#define XMD_FEATURE_SG		0x01u
#define XMD_FEATURE_TX_CSUM	0x02u
#define XMD_FEATURE_TSO		0x04u
#define XMD_FEATURE_RX_CSUM	0x08u
#define XMD_FEATURE_GSO		0x10u
#define XMD_FEATURE_GRO		0x20u
#define XMD_FEATURES		0x3fu
#define XMD_FEATURES_CHOSEN	0x80000000u	/* not all of them are on; SET: they are to be set */

/**
 * struct xmd_port_state - the NIC, as its two halves see it
 * @adapter:  its committed objects (xpc/objects.h); @link as the kernel half sees it
 * @counters: totals since the NIC was probed, as old as its user half's last look
 * @chosen:   XPC_xmd_adapter_*: members that somebody has set with ip and ethtool since the NIC was
 *	      probed (BACK_PORT), or that are to be put into force (SET), of XMD_PORT_MEMBERS
 * @crossings: messages and calls between the NIC's two halves
 * @features: XMD_FEATURE*
 * @result:   of the last SET; -EINPROGRESS it waits for a user half or is at work; 0 all is
 *	      in force; else the first error, and the kernel log names the members that were refused
 * @regs_len: bytes of XMD_ASK_REGS; @vendor, @device, @revision: from PCI configuration
 *
 * SET is for after a restart of the domain, once, when there is a NIC.  It does not wait for the
 * user half.  XMD_EVENT_PORT comes whenever BACK_PORT would tell something else.  The objects have
 * holes, which are zero.
 */
struct xmd_port_state {
	struct xmd_adapter adapter;
	__u8 reserved[8 - sizeof(struct xmd_adapter) % 8];
	struct xmd_counters counters;
	__u64 chosen;
	__u64 crossings;
	__u32 features;
	__s32 result;
	__u16 regs_len, vendor, device;
	__u8 revision, reserved2;
};

/* struct xmd_port_ask.what */
enum xmd_port_question {
	XMD_ASK_IDENTIFY = 1,	/* n: 1 blink, 0 as usual */
	XMD_ASK_REGS = 2,	/* tag: struct ethtool_regs.version; n bytes of data */
	XMD_ASK_EEPROM = 3,	/* n bytes at offset; tag: struct ethtool_eeprom.magic */
};

#define XMD_ASK_MAX 256u	/* bytes */

/**
 * struct xmd_port_ask - what only the NIC's user half can do; waits for it
 *
 * Errors: EINVAL malformed, ENODEV no NIC, else what the user
 * half says.
 */
struct xmd_port_ask {
	__u32 what;		/* enum xmd_port_question */
	__u32 offset;		/* bytes */
	__u32 n;		/* in and out; at most XMD_ASK_MAX */
	__u32 tag;		/* out */
	__u8 data[XMD_ASK_MAX];
};

/* What read() on /dev/xmd/back gives: 16 bytes, of a vif that has something to say.  With
 * XMD_EVENT_PORT as domid: the link or a setting of the port has changed, look at XMD_BACK_PORT. */
#define XMD_EVENT_PORT	0xffffu
struct xmd_vif_event {
	struct xmd_vif_id id;
	__u32 fault;			/* enum xmd_vif_fault */
	__u32 reserved;
};

/**
 * struct xmd_back_health - what a watchdog wants to know
 * @unwell_ms: for how long the NIC has not been served as it should, 0: it is (nic.h);
 *	       ~0 without a NIC
 * @pending:   frames that were taken from guests and not answered yet, or wait for a guest
 *	       that takes frames; and guests whose requests wait for buffers or for the NIC
 * @flags:     XMD_HEALTH_*: what xmd-backend has asked for, perhaps one before this one, and
 *	       whether frames move at all
 */
struct xmd_back_health {
	__u32 unwell_ms;
	__u32 pending;
	__u32 flags;
};

#define XMD_HEALTH_DRAINING	0x1	/* XMD_BACK_DRAIN 1 */
#define XMD_HEALTH_BLINKING	0x2	/* XMD_ASK_IDENTIFY 1 */
#define XMD_HEALTH_STUCK	0x4	/* not asked for: a poll was due all the time since the last
					 * question, with time for it, and none ran; or a NIC without frames has taken none
					 * for seconds, or has not returned one, or nobody has a buffer,
					 * or a guest's requests go no further.  Again and again: nothing mends it */
#define XMD_HEALTH_AWAY	0x8	/* no register of the NIC answers, and its user half waits for one that
				 * does, or it does not see the link that there is: no restart mends it, but where the
				 * NIC answers others */

#define XMD_VIF_CONNECT	_IOW('x', 0x21, struct xmd_vif_connect)
/* Unmap and forget.  ENOENT: unknown.  No event of this vif follows. */
#define XMD_VIF_DISCONNECT _IOW('x', 0x22, struct xmd_vif_id)
/* ENOENT: no vif behind this one. */
#define XMD_VIF_LIST	_IOWR('x', 0x23, struct xmd_vif_info)

#define XMD_BACK_HEALTH	_IOR('x', 0x24, struct xmd_back_health)
/*
 * 1: take nothing more from guests nor from the wire; what was taken goes its way, and
 * health.pending comes to 0.  0: go on.  EINVAL: another number.
 */
#define XMD_BACK_DRAIN	_IOW('x', 0x25, __u32)

#define XMD_VIF_SET	_IOW('x', 0x26, struct xmd_vif_settings)
/* ENODEV: there is no NIC (yet). */
#define XMD_BACK_PORT	_IOR('x', 0x27, struct xmd_port_state)
#define XMD_BACK_ASK	_IOWR('x', 0x28, struct xmd_port_ask)
#define XMD_VIF_RATE	_IOW('x', 0x29, struct xmd_vif_limit)
/* Return, with del: how many were mapped until now. */
#define XMD_VIF_STAGE	_IOW('x', 0x2a, struct xmd_vif_stage)
#define XMD_BACK_VLANS	_IOW('x', 0x2b, struct xmd_vlans)
/* ENODEV: there is no NIC (yet).  EINVAL: a member or a feature that is not to be set so. */
#define XMD_BACK_SETTINGS_SET _IOW('x', 0x31, struct xmd_port_state)

#endif /* XMD_BACKDEV_H */
