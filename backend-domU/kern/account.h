/* SPDX-License-Identifier: GPL-2.0 */
/*
 * account.h - who may hold how many buffers of the NIC's pool (D11)
 *
 *   pool_bufs of xmd_nic.ko
 *   +------------------+-----------------------------------------+------------------+
 *   | receive ring,    | XMD_TX_MIN + XMD_RX_MIN for each of as  | shared: what is  |
 *   | its spare ones,  | many vifs as fit; reserved whether they | left, a quarter  |
 *   | rx_reserve, host | are attached or not                     | or more          |
 *   +------------------+-----------------------------------------+------------------+
 *                       <---------------- xmd_nic_bufs() -------------------------->
 *
 * Who may hold how much.  A vif has two accounts.  TX: frames that were read from its ring,
 * from the grant copy until the NIC has returned them (or the receiver's account took them),
 * and the segments into which they are cut.  RX: its backlog.  Each may hold its minimum,
 * and of the shared part as much as it leaves free:  over <= share - all over.  So with n
 * accounts that take what they can, a share of 1 / (n + 1) stays free for the next one.
 *
 * Who is guaranteed what.  The minimum needs nobody's consent: a newly attached vif has it,
 * though all others are full.  XMD_TX_MIN is the longest frame and one segment of it: with
 * that a guest's ring moves on, whatever it sends.  XMD_RX_MIN bridges a moment; a guest that
 * has posted buffers does not depend on it, because what does not fit into its account is
 * copied to it at once (backlog.c).  Vifs beyond those that fit live on the shared part alone;
 * xmd_account_open says so.  The left part is never lent: no account reaches into it.
 *
 * Who does not pay.  XMD_PASSING buffers are nobody's: for what is on its way for the time of
 * a poll only, segments that are copied to a guest (rx.c), and frames to other guests of a
 * vif whose account is full of what the NIC keeps; and for one segment on its way to the wire of
 * a vif whose account is full of what has still to be cut (deliver.c).
 *
 * Who pays.  A frame that floods is charged in full to each backlog that holds a reference,
 * and to its sender while the NIC has it: the accounts' sum is never below what is taken.
 * What was charged stays so until the buffer is back, even when its slot was answered
 * before (deliver.c), or its vif is gone (xmd_vif_put closes the account).  Until then the vif is
 * not connected anew (vif.c): nobody has two accounts.
 *
 * When it is full.  TX: the frame stays in the guest's ring (backpressure, tx_short).  RX: the
 * new frame is dropped (rx_refused; rx_full if a look without a lock has shown it); frames of a
 * backlog that does not move are dropped, the oldest first, after XMD_STALL_S (rx_aged), or
 * within XMD_TICK_IDLE_S when the account holds more than it might take today because others have
 * come (rx_evicted).
 */
#ifndef XMD_BACK_ACCOUNT_H
#define XMD_BACK_ACCOUNT_H

#include <linux/types.h>
#include "parse.h"
#include "xmd/nic.h"

#define XMD_TX_MIN	(XMD_TX_FRAGS + 2)
#define XMD_RX_MIN	8u
#define XMD_PASSING	(2 * XMD_BATCH)
#define XMD_VIF_MIN	(XMD_TX_MIN + XMD_RX_MIN)

struct xmd_vif;

/* TX: touched by the vif's poll; RX: under rx_lock. */
struct xmd_account {
	unsigned int min;	/* XMD_TX_MIN or XMD_RX_MIN; 0: nothing is guaranteed */
	int over;		/* what it has of the shared part */
};

/* How much there is to share out: at attach, and when the NIC was started anew. */
void xmd_account_size(void);

/* The accounts of a vif that is connected (back.ctl held), or freed (any context). */
void xmd_account_open(struct xmd_vif *v);
void xmd_account_close(struct xmd_vif *v);

/**
 * xmd_account_set - an account holds, or wants to, @held buffers
 *
 * Return: how many it may hold; less than @held: the caller takes no more than that.
 */
unsigned int xmd_account_set(struct xmd_account *a, unsigned int held);

/* Whether it has all that it may have now.  A hint, without a lock. */
bool xmd_account_full(const struct xmd_account *a, unsigned int held);

/* Whether it holds more of the shared part than it could take now. */
bool xmd_account_excess(const struct xmd_account *a);

#endif /* XMD_BACK_ACCOUNT_H */
