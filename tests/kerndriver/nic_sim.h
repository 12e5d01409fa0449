/* SPDX-License-Identifier: GPL-2.0 */
/*
 * nic_sim.h - around the kernel half's rings, interrupt, watch and state: an 8254x with a wire
 * and a partner, a user half that does what it is asked, a client, and time.
 */
#ifndef XMD_TEST_NIC_SIM_H
#define XMD_TEST_NIC_SIM_H

#include "priv.h"

struct nic_sim {
	struct xmd_nic *nic;
	bool other_told;		/* MSI-X: the vector has fired and nobody has cleared it */

	/* the NIC and its wire */
	unsigned int mbit;		/* what the link makes, collisions taken off */
	bool link, paused, stuck, gone;
	bool loop;			/* what is sent comes back */
	bool lose_irqs;			/* causes are set, nobody hears of them */
	bool blind;			/* the user half sees no link */
	bool line_held;			/* the line is asserted, whatever the mask says */
	u32 causes;			/* are there again as soon as ICR was read */
	bool overrun;			/* frames find no place, and each vector that is told is told again */
	bool unwritten;			/* what is received is said to be, and is not there */
	bool no_dd;			/* frames leave, and nobody is told */
	u32 fixed;			/* writes of this register are lost */
	u32 icr, ims;
	unsigned int link_back_ms;	/* the wire is in order, autonegotiation has still so long to go */
	unsigned int sent, resets, reads;
	unsigned int mac_resets, phy_resets;	/* by CTRL */
	unsigned int rst_us, eeprom_us;	/* so long they take; pins that somebody holds: for ever */
	u64 us;				/* slept in steps of microseconds, in sum */
	void (*at_open)(void);		/* what happens just before the mask opens */

	/* the line */
	bool other;			/* another device is on it */
	int depth;
	unsigned int irqs;		/* calls of the handler */
	bool throttles;			/* ITR is obeyed */
	u64 ns, irq_ns, other_ns;	/* by this clock, which sim_ns moves; of the last interrupt */

	unsigned int late_ms;		/* of each tick */

	/* the user half */
	bool dead;
	bool idle;			/* says that it lives, and does nothing */
	bool reset_costs_link;		/* for 2 s */
	unsigned int link_losses;	/* told to the kernel half */

	/* the client */
	unsigned int ok, aborted, received, states, free;
	void (*on_rx)(void);
};

extern struct nic_sim sim;
extern u16 sim_device;			/* of its chip, 82540EM; before sim_up */
extern bool sim_pcix, sim_no_msix;	/* likewise */

void sim_up(unsigned int ring);		/* probed, attached, started, with a link, at 1000 Mb/s */
void sim_down(void);
void sim_start(void);
void sim_wire(bool link);		/* plug, pull; autonegotiation is immediate */
int sim_post(unsigned int frames, unsigned int bytes);	/* Return: as xmd_nic_tx_provide, in sum */
void sim_fill(unsigned int bytes);	/* the ring, to the brim */
void sim_receive(unsigned int frames);
void sim_receive_this(const void *data, unsigned int len);	/* NULL: somebody's */
void sim_ns(unsigned int ns);		/* so much passes, for ITR and for jiffies */
u32 sim_register(u32 off);
void sim_polls(void);			/* run what is scheduled, without time */
unsigned int sim_in_ring(void);

#endif /* XMD_TEST_NIC_SIM_H */
