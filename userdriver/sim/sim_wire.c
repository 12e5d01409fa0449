// SPDX-License-Identifier: GPL-2.0
/*
 * sim_wire.c - frames in the transmit ring, on their way at the speed of the link; the other end,
 * which may say PAUSE; and the kernel half's watch over them.
 *
 * QEMU's NIC has neither: its frames are gone as soon as TDT is written.  As on the chip, without
 * a link or under XOFF (STATUS.TXOFF) the head stands still, and goes on from there afterwards.
 * A reset empties the ring; START puts in again what was not sent.
 *
 * The watch is that of kerndriver/watch.c: what is slow, paused or without a link has not hung.
 */
#include "sim.h"

#define OVERHEAD	20u	/* bytes: preamble and gap */
#define HANG_MS		2000u
#define HANG_10_MS	8000u
#define LINK_DUE_MS	5000u
#define NO_LINK_MS	1000u

void sim_tx_fill(struct sim *sim, unsigned int frames, unsigned int bytes)
{
	sim->tx.waiting += frames;
	sim->tx.bytes = bytes;
	sim_tx_ring(sim);
}

/* Where head and tail are; at START the head is 0. */
void sim_tx_ring(struct sim *sim)
{
	if (sim->phase == XMD_NIC_RUNNING)
		*sim_reg(sim, TDT) = (*sim_reg(sim, TDH) + sim->tx.waiting) % sim->started.tx_ring;
}

/* The other end: be silent for @ms, 0: go on.  Heard by whoever was told to. */
void sim_pause(struct sim *sim, unsigned int ms)
{
	sim->tx.paused_until_ms = sim_now_ms(sim) + ms;
	if (*sim_reg(sim, STATUS) & STATUS_LU)
		sim_count(sim, ms ? XOFFRXC : XONRXC, 1);
}

/* A chip that forgets what it heard hears it again: the other end repeats it. */
static bool paused(struct sim *sim)
{
	uint32_t *status = sim_reg(sim, STATUS);

	*status &= ~STATUS_TXOFF;
	if (*status & STATUS_LU && *sim_reg(sim, CTRL) & CTRL_RFCE &&
	    sim_now_ms(sim) < sim->tx.paused_until_ms)
		*status |= STATUS_TXOFF;
	return *status & STATUS_TXOFF;
}

static unsigned int speed(struct sim *sim)
{
	uint32_t bits = *sim_reg(sim, STATUS) & STATUS_SPEED;

	return bits == STATUS_SPEED_10 ? 10 : bits == STATUS_SPEED_100 ? 100 : 1000;
}

static void send_for(struct sim *sim, uint64_t ms)
{
	struct sim_tx *tx = &sim->tx;
	uint64_t frame_us = (tx->bytes + OVERHEAD) * 8ull / speed(sim), n;

	tx->us += ms * 1000;
	n = frame_us ? tx->us / frame_us : tx->waiting;
	n = n < tx->waiting ? n : tx->waiting;
	tx->waiting -= n;
	tx->sent += n;
	tx->us = tx->waiting ? tx->us - n * frame_us : 0;
	*sim_reg(sim, TDH) = (*sim_reg(sim, TDH) + n) % sim->started.tx_ring;
	sim_count(sim, GPTC, n);
}

/* Frames for a link that is not there are dropped; what the FIFO has of them goes by a reset. */
static void give_back(struct sim *sim, uint64_t now)
{
	struct sim_tx *tx = &sim->tx;

	if (now - tx->started_ms < LINK_DUE_MS || now - tx->moved_ms < NO_LINK_MS)
		return;
	tx->aborted += tx->waiting;
	tx->waiting = 0;
	sim->phase = XMD_NIC_STOPPED;
	tx->asked++;
	sim_raise(sim, XPC_UP_xmd_tx_hang);
}

static void watch(struct sim *sim, uint64_t now)
{
	struct sim_tx *tx = &sim->tx;

	if (!sim->adapter->link) {
		give_back(sim, now);
		return;
	}
	if (paused(sim) || tx->sent != tx->seen) {
		tx->seen = tx->sent;
		tx->moved_ms = now;
	}
	if (now - tx->moved_ms < (speed(sim) > 10 ? HANG_MS : HANG_10_MS))
		return;
	tx->moved_ms = now;
	tx->asked++;
	sim_raise(sim, XPC_UP_xmd_tx_hang);
}

void sim_tx_pass_time(struct sim *sim)
{
	uint64_t now = sim_now_ms(sim), ms = now - sim->tx.now_ms;
	bool sends = !paused(sim) && *sim_reg(sim, STATUS) & STATUS_LU &&
		     *sim_reg(sim, TCTL) & TCTL_EN;

	sim->tx.now_ms = now;
	if (sim->phase != XMD_NIC_RUNNING || !sim->tx.waiting) {
		sim->tx.moved_ms = now;
		return;
	}
	if (sends && !sim->tx.stuck)
		send_for(sim, ms);
	if (sim->tx.waiting)
		watch(sim, now);
}
