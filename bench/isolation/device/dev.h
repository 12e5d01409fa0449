/* SPDX-License-Identifier: GPL-2.0 */
/*
 * dev.h - the NIC: an 82540EM with its rings, DMA and interrupts, and what can be wrong with it.
 *
 * Each member of struct dev_fault that is not zero is something wrong; all zero is a NIC as the manual has it.
 */
#ifndef DEVICE_DEV_H
#define DEVICE_DEV_H

#include <stdbool.h>
#include <stdint.h>

enum rx_length { RX_LEN_RIGHT, RX_LEN_ZERO, RX_LEN_SHORT, RX_LEN_MORE, RX_LEN_LESS, RX_LEN_OVER, RX_LEN_ONES };

struct dev_fault {
	/* registers: what is read is (value & ~zeros) | ones; of which register */
	uint32_t reg, ones, zeros;
	bool reg_fixed;			/* writes of it are lost */
	bool absent;			/* nobody answers, nothing is done */
	uint32_t absent_reads;
	bool power_cycled;		/* when it comes back, it knows nothing */
	uint32_t user_faults;		/* SIM_F_* of userdriver/sim: PHY, EEPROM, reset */

	/* interrupts */
	unsigned int irq_lose_of;	/* one of so many is lost; 1: all */
	bool irq_held;			/* the line is asserted, no cause is there */
	uint32_t irq_causes;		/* are there again as soon as they were read */

	/* transmit */
	bool tx_stop, tx_half;		/* no descriptor is fetched; the last one was, of a frame that goes on */
	bool tx_no_dd;			/* frames leave, nobody is told */
	unsigned int tx_dd_late_ms;
	unsigned int tx_early_ms;	/* DD, and so long after it the frame is fetched */
	bool tx_stray;			/* DD in a descriptor that was not done */

	/* receive */
	bool rx_stop;
	unsigned int rx_early_ms;	/* DD, and so long after it the frame is written */
	bool rx_twice;			/* DD again, in the descriptor that follows */
	bool rx_skip;			/* a descriptor is left out */
	bool rx_no_end;			/* EOP never comes */
	bool rx_ones;			/* what is written is all ones */
	uint8_t rx_errors;
	enum rx_length rx_length;
	unsigned int rx_of;		/* one frame of so many; 0 and 1: all */

	bool until_reset;		/* it ends with CTRL.RST, if that comes first */

	/* the wire */
	unsigned int flap_ms;		/* the cable in and out */
	bool no_cable, paused;
};
extern struct dev_fault dev_fault;
extern uint64_t dev_fault_until;	/* ms; 0: there is none */
extern uint64_t dev_fault_ended;	/* ms */

void dev_power_on(void);
uint32_t dev_read(uint32_t reg);
void dev_write(uint32_t reg, uint32_t val);
uint32_t dev_peek(uint32_t reg);	/* what it holds, whatever is wrong */
bool dev_line(void);			/* does it assert its interrupt? */
void dev_fault_end(void);
void dev_pass(void);			/* a millisecond */
/* From the wire.  Return: false, there is no descriptor for it, or it does not receive */
bool dev_receive(const uint8_t *frame, unsigned int len);
bool dev_link(void);
extern uint64_t dev_accesses;
extern unsigned int dev_touched;	/* times that what is wrong was met: set to 0 as it begins */
extern uint64_t dev_met_ms;		/* when it was first */

#endif /* DEVICE_DEV_H */
