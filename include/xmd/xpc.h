/* SPDX-License-Identifier: GPL-2.0 WITH Linux-syscall-note */
/*
 * xpc.h - what passes between the kernel halves and the user halves.
 *
 *   device file        kernel half          user half        open by
 *   /dev/xmd/nic0      kerndriver/          userdriver/      one process at a time
 *   /dev/xmd/back      backend-domU/kern/   backend-domU/user/   one at a time
 *
 * /dev/xmd/nic0 carries the messages of xpc/wire.h: one a read(), one a write(), and poll()
 * says when there is one to read.  Objects and calls are declared in xpc/objects.h, the
 * life of a user half (opened, replaying, live, lost) is in xpc/tracker.h.  A user half that
 * is lost is sent SIGKILL, so that whoever supervises it starts a new one; frames flow on in
 * each of these states if the NIC was started before.
 *
 * What is no object, registers and the two steps that arm and disarm the NIC, are ioctls:
 * done when they return, result in errno.  Before HELLO they fail with EPROTO, of a lost
 * user half with EIO.
 *
 * A NIC can vanish while both halves live (dom0 cleared its PCI COMMAND register, it was
 * pulled): then no register answers, the kernel half takes the carrier down, and REGS and
 * START fail with ENODEV.  When it answers again the way back is STOP, reset, START; if it
 * answers again before the user half noticed, the upcall tx_hang asks for that.
 *
 * Every number in this file is in the byte order of the machine: both ends run on it.
 * A field named reserved is 0 when written and is checked to be.
 */
#ifndef XMD_XPC_H
#define XMD_XPC_H

#include <linux/types.h>
#include <linux/ioctl.h>

#define XMD_XPC_VERSION	1u	/* of the second half, /dev/xmd/back; nic0 has a fingerprint */
#define XMD_ETH_ALEN	6

/* ------------------------------------------------------------ /dev/xmd/nic0 */

/* Where the NIC stands, kept by the kernel half and told in INFO. */
enum xmd_nic_phase {
	XMD_NIC_STOPPED = 0,	/* DMA and interrupts off; reset is allowed */
	XMD_NIC_RUNNING = 1,	/* rings live: adopt it, do not reset it */
};

/**
 * struct xmd_info - what the kernel half knows of the NIC
 * @phase:   enum xmd_nic_phase
 * @bar_len: bytes of register space
 * @tx_ring, @rx_ring: descriptors of the rings that run, 0 while STOPPED
 * @vendor, @device, @subvendor, @subdevice, @revision: from PCI configuration
 */
struct xmd_info {
	__u32 phase;
	__u32 bar_len;
	__u32 tx_ring;
	__u32 rx_ring;
	__u16 vendor;
	__u16 device;
	__u16 subvendor;
	__u16 subdevice;
	__u8 revision;
	__u8 reserved[7];
};

/*
 * Register access: a batch of guarded operations, done in order, stopped at the
 * first that fails.  Each is checked against the table in kerndriver/guard.c
 * before any of the batch is done: a register that is not in the table, a read of
 * a write-only one, or a bit outside the writable mask refuses the whole batch
 * with EPERM and touches nothing; an operation that is malformed or times out of
 * range does so with EINVAL.  @failed names the operation that failed.  EINTR: a
 * signal came, the operations before @failed are done.
 *
 * A SET of RCTL that changes nothing is not written (QEMU stops receiving for a second
 * at each write).  What RCTL and TCTL hold while STOPPED is overwritten by START.
 */
enum xmd_reg_op_code {
	XMD_REG_READ = 1,	/* val = reg */
	XMD_REG_SET = 2,	/* reg = (reg & ~mask) | (val & mask); mask ~0: no read first */
	XMD_REG_WAIT = 3,	/* until (reg & mask) == val, at most usecs; val = last read;
				 * otherwise ETIMEDOUT */
	XMD_REG_DELAY = 4,	/* sleep at least usecs */
};

#define XMD_REG_BATCH_MAX 128u		/* operations in one batch */
#define XMD_REG_WAIT_MAX_US 20000u	/* usecs of one operation */
#define XMD_REG_BATCH_MAX_US 50000u	/* sum of usecs over a batch */

struct xmd_reg_op {
	__u16 op;		/* enum xmd_reg_op_code */
	__u16 reserved;
	__u32 reg;		/* byte offset in BAR 0, a multiple of 4 */
	__u32 mask;
	__u32 val;		/* in and out */
	__u32 usecs;		/* WAIT and DELAY */
};

struct xmd_regs {
	__u32 n;		/* in: operations, 1 to XMD_REG_BATCH_MAX */
	__u32 failed;		/* out: index of the operation that failed, n if none */
	__u64 ops;		/* in: address of n struct xmd_reg_op, updated in place */
};

/**
 * struct xmd_start - give the kernel half the NIC to run.  From STOPPED only (EBUSY)
 * @tx_ring, @rx_ring: descriptors, powers of two from 64 to 1024
 * @rctl: receive control bits beyond those the kernel half owns (guard.h)
 * @tctl: transmit control bits likewise
 * @mac:  the station address in use; unicast, not zero (EADDRNOTAVAIL)
 *
 * The kernel half programs descriptor bases, lengths, heads and tails, sends again
 * what it had accepted and not seen done, enables receive, transmit and interrupts.
 * Transmit descriptors are delayed by TIDV and TADV; a TIDV of 0 is made 1 (13.4.44).
 * Errors: EINVAL a ring size or reserved, EPERM a bit of @rctl or @tctl that is not the
 * user half's (guard.h), ENOMEM the pool is too small for the ring, ENODEV.
 */
struct xmd_start {
	__u32 tx_ring;
	__u32 rx_ring;
	__u32 rctl;
	__u32 tctl;
	__u8 mac[XMD_ETH_ALEN];
	__u8 reserved[2];
};

#define XMD_NIC_INFO	_IOR('x', 0x01, struct xmd_info)
#define XMD_NIC_REGS	_IOWR('x', 0x02, struct xmd_regs)
/* Stop DMA and interrupts, keep what was accepted.  Idempotent. */
#define XMD_NIC_STOP	_IO('x', 0x03)
#define XMD_NIC_START	_IOW('x', 0x04, struct xmd_start)

/* ------------------------------------------------------------ /dev/xmd/back */

/* struct xmd_vif_connect.features: what the guest can take and sends (netif.h) */
#define XMD_VIF_SG		0x0001	/* feature-sg */
#define XMD_VIF_GSO_TCPV4	0x0002	/* feature-gso-tcpv4 */
#define XMD_VIF_GSO_TCPV6	0x0004	/* feature-gso-tcpv6 */
#define XMD_VIF_NO_CSUM_V4	0x0008	/* feature-no-csum-offload: complete IPv4 checksums */
#define XMD_VIF_CSUM_V6		0x0010	/* feature-ipv6-csum-offload: blank IPv6 ones are fine */
#define XMD_VIF_RX_NOTIFY	0x0020	/* feature-rx-notify */
#define XMD_VIF_FEATURES	0x003f

#define XMD_VIF_QUEUES_MAX 1u

struct xmd_vif_queue {
	__u32 tx_ref;		/* grant reference of the TX ring page */
	__u32 rx_ref;
	__u32 tx_port;		/* the guest's event channel; equal: one for both */
	__u32 rx_port;
};

/* Names a vif everywhere. */
struct xmd_vif_id {
	__u16 domid;
	__u16 reserved;
	__u32 handle;
};

/**
 * struct xmd_vif_connect - map a guest's rings and serve them
 * @version:  XMD_XPC_VERSION
 * @adopt:    1: start from rsp_prod of the shared rings instead of from 0, and treat
 *	      what lies between as requests not yet looked at
 * @n_queues: 1 to XMD_VIF_QUEUES_MAX
 * @mtu:      bytes, 68 to 65535; frames to the guest are not larger than mtu + 18
 * @mac:      the guest's address; entered into the switch for good
 *
 * Errors: EEXIST connected already, EINVAL a field out of range, ENOENT/EPERM/EIO the
 * grant or event channel was refused by Xen (the kernel log says which), ENOSPC too
 * many vifs, EPROTO ring indices that cannot be (more than a ring between them).
 */
struct xmd_vif_connect {
	__u32 version;
	struct xmd_vif_id id;
	__u32 features;
	__u32 mtu;
	__u8 mac[XMD_ETH_ALEN];
	__u8 adopt;
	__u8 n_queues;
	struct xmd_vif_queue queue[XMD_VIF_QUEUES_MAX];
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
	__u8 mac[XMD_ETH_ALEN];
	__u8 reserved[2];
	struct xmd_vif_queue queue[XMD_VIF_QUEUES_MAX];
	__u64 tx_frames, tx_bytes, tx_errors, tx_drops;
	__u64 rx_frames, rx_bytes, rx_errors, rx_drops;
};

/* What read() on /dev/xmd/back gives: 16 bytes, one a vif that has something to say. */
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
 *	       that takes frames
 */
struct xmd_back_health {
	__u32 unwell_ms;
	__u32 pending;
};

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

#endif /* XMD_XPC_H */
