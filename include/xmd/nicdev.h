/* SPDX-License-Identifier: GPL-2.0 WITH Linux-syscall-note */
/*
 * nicdev.h - /dev/xmd/nic0: what passes between kerndriver/ and userdriver/
 *
 * The file is open by one process at a time.  It carries the messages of xpc/wire.h: one a
 * read(), one a write(), and poll() says when there is one to read.  Objects and calls are
 * declared in xpc/objects.h, the life of a user half (opened, replaying, live, lost) is in
 * xpc/tracker.h.  A user half that is lost is sent SIGKILL, so that whoever supervises it
 * starts a new one; frames flow on in each of these states if the NIC was started before.
 *
 * Where they do not, because the NIC is stopped, hangs, has no link, or is in a self-test, a user half
 * that owes something may not stand still: without a message or an ioctl for XPC_STILL_MS (half
 * of that when it is stopped) it is lost.  What the host keeps from it is not counted.
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
 * The kernel half stops the NIC on its own, and raises tx_hang to have it reset and started, when
 * there are frames in the ring and has been no carrier for a second, but for the first five
 * after a START: they are dropped, as those that come later are.  It tells a NIC that hangs
 * from one that the link partner pauses (STATUS.TXOFF), for however long, and one that has no
 * link (STATUS.LU), of which it raises link_event.  It raises tx_hang, too, for a NIC whose heads are
 * not where its descriptors say, in either ring; and does not START one that has not taken the
 * addresses of its rings, or how to use them (ENODEV).
 *
 * Every number is in the byte order of the machine: both ends run on it.  A field named
 * reserved is 0 when written and is checked to be.
 */
#ifndef XMD_NICDEV_H
#define XMD_NICDEV_H

#include <linux/if_ether.h>
#include <linux/ioctl.h>
#include <linux/types.h>

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
 * first that fails.  Each is checked against the list in nicregs.h
 * before any of the batch is done: a register that is not in it or the kernel half's,
 * a bit outside of the writable mask, or a value that is not allowed now refuses the whole
 * batch with EPERM and touches nothing; an operation that is malformed or times out of
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
 * @rctl: receive control bits beyond those the kernel half owns: RCTL_USER of nicregs.h
 * @tctl: transmit control bits likewise
 * @mac:  the station address in use; unicast, not zero (EADDRNOTAVAIL), and the committed one or
 *	  that of the configure which is being asked for, if there is one (EPERM)
 *
 * The kernel half programs descriptor bases, lengths, heads and tails, sends again
 * what it had accepted and not seen done, enables receive, transmit and interrupts.
 * Registers with bounds (nicregs.h) have to be within them, as written since the last reset.
 * Errors: EINVAL a ring size or reserved, EPERM a bit of @rctl or @tctl that is not the user
 * half's, or a register out of bounds, ENOMEM the pool is too small for the ring, ENODEV.
 */
struct xmd_start {
	__u32 tx_ring;
	__u32 rx_ring;
	__u32 rctl;
	__u32 tctl;
	__u8 mac[ETH_ALEN];
	__u8 reserved[2];
};

#define XMD_NIC_INFO	_IOR('x', 0x01, struct xmd_info)
#define XMD_NIC_REGS	_IOWR('x', 0x02, struct xmd_regs)
/* Stop DMA and interrupts, keep what was accepted.  Idempotent. */
#define XMD_NIC_STOP	_IO('x', 0x03)
#define XMD_NIC_START	_IOW('x', 0x04, struct xmd_start)

#endif /* XMD_NICDEV_H */
