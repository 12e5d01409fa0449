// SPDX-License-Identifier: GPL-2.0
/*
 * selftest.c - the two steps of a self-test that need an interrupt and the rings.
 *
 * The user half does all the rest: it decides when, and it puts the PHY into loopback
 * and takes it out again.  Both are downcalls of xpc/objects.h.
 */
#include <linux/delay.h>
#include <linux/etherdevice.h>
#include <linux/sched/signal.h>
#include "priv.h"

#define LOOP_FRAMES	32u
#define LOOP_LEN	1024u
#define LOOP_TRIES	15u
#define WAIT_MS		100u

/* We run in the user half's task.  A killed one has to be gone before the next can come. */
static bool slept_a_ms(void)
{
	usleep_range(1000, 1500);
	return !fatal_signal_pending(current);
}

/* Ask the NIC for a link interrupt; what follows from it is one look at the PHY too many. */
int xmd_test_irq(void *ctx)
{
	struct xmd_nic *nic = ctx;
	u64 before = READ_ONCE(nic->irqs);
	unsigned int i;

	if (!test_bit(XMD_RUNNING, &nic->bits))
		return -ENETDOWN;
	xmd_write(nic, ICS, INT_LSC | (nic->link_irq ? INT_OTHER : 0));
	for (i = 0; i < WAIT_MS && READ_ONCE(nic->irqs) == before && slept_a_ms(); i++)
		;
	return READ_ONCE(nic->irqs) == before ? -EIO : 0;
}

/* From ourselves to ourselves, EtherType of the Configuration Testing Protocol. */
static void fill(const struct xmd_nic *nic, struct xmd_buf *b, unsigned int nr)
{
	struct ethhdr *eth = b->data;
	u8 *p = b->data;
	unsigned int i;

	ether_addr_copy(eth->h_dest, nic->mac);
	ether_addr_copy(eth->h_source, nic->mac);
	eth->h_proto = htons(ETH_P_LOOPBACK);
	for (i = ETH_HLEN; i < LOOP_LEN; i++)
		p[i] = i * 7 + nr;
	b->len = LOOP_LEN;
	b->frame_len = LOOP_LEN;
}

static bool is_ours(const struct xmd_nic *nic, const struct xmd_buf *b)
{
	const struct ethhdr *eth = b->data;
	const u8 *p = b->data;
	unsigned int i = ETH_HLEN;

	if (b->frame_len != LOOP_LEN || b->frag || eth->h_proto != htons(ETH_P_LOOPBACK) ||
	    !ether_addr_equal(eth->h_source, nic->mac))
		return false;
	while (i < LOOP_LEN && p[i] == (u8)(i * 7 + p[ETH_HLEN] - ETH_HLEN * 7))
		i++;
	return i == LOOP_LEN;
}

/* Frames came from the wire, or from the loop.  Nobody but the poll writes loop_seen. */
static void loop_rx_return(void *ctx, struct xmd_buf **frames, unsigned int n)
{
	struct xmd_nic *nic = ctx;
	unsigned int i;

	for (i = 0; i < n; i++) {
		WRITE_ONCE(nic->loop_seen, nic->loop_seen + is_ours(nic, frames[i]));
		xmd_buf_put(nic, frames[i]);
	}
}

static bool loop_once(struct xmd_nic *nic)
{
	unsigned int i, n, taken, before = READ_ONCE(nic->loop_seen);
	struct xmd_buf *frames[LOOP_FRAMES];

	n = xmd_buf_get(nic, frames, LOOP_FRAMES);
	for (i = 0; i < n; i++)
		fill(nic, frames[i], i);
	local_bh_disable();
	taken = max(xmd_nic_tx_post(nic, frames, n), 0);
	for (i = taken; i < n; i++)
		xmd_buf_put(nic, frames[i]);
	local_bh_enable();
	for (i = 0; i < WAIT_MS && READ_ONCE(nic->loop_seen) - before < taken && slept_a_ms(); i++)
		;
	return taken && READ_ONCE(nic->loop_seen) - before >= taken;
}

/* A chip hears itself at once; QEMU's receives nothing for a second after each START. */
static int loop_some(struct xmd_nic *nic)
{
	unsigned int tries = LOOP_TRIES;

	while (tries-- && !fatal_signal_pending(current))
		if (loop_once(nic))
			return 0;
	return -EIO;
}

/* Frames go out and must come back unchanged.  Guests' frames are lost meanwhile. */
int xmd_test_loopback(void *ctx)
{
	struct xmd_nic *nic = ctx;
	const struct xmd_nic_ops ops = {
		.rx_return = loop_rx_return,
		.host_tx = nic->host.ops->host_tx,
	};
	const struct xmd_client taker = { .ops = &ops, .ctx = nic };

	return test_bit(XMD_RUNNING, &nic->bits) ? xmd_nic_divert(nic, &taker, loop_some) :
		-ENETDOWN;
}
