/* SPDX-License-Identifier: GPL-2.0 */
/*
 * guard.h - which registers the user half may touch.  Pure code, also built on the host.
 */
#ifndef XMD_KERNDRIVER_GUARD_H
#define XMD_KERNDRIVER_GUARD_H

#include <linux/types.h>
#include <xmd/nicchips.h>
#include <xmd/nicdev.h>
#include <xmd/nicregs.h>
#include "objects.h"

/**
 * struct xmd_guard - what decides beside the list of registers
 * @chip: which of the registers there are, and how much memory
 * @stopped: the NIC is STOPPED: bits that would pull the rings away are allowed too
 * @write_eeprom: the user half has been asked to write the EEPROM and has not answered yet
 * @pins: clocked into the EEPROM since it was selected, from the start bit on: as far as the code
 *	of the instruction, which says whether it only reads
 * @wake: bits of WUFC that were asked for
 * @last: of each row, what the user half wrote last since the reset; 0: nothing
 *
 * What is written is remembered instead of read back: some emulations do not keep all of it.
 */
struct xmd_guard {
	const struct xmd_chip *chip;
	bool stopped;
	bool write_eeprom;
	__u8 pins;
	__u32 wake;
	__u32 last[XMD_NIC_ROWS];
};

/**
 * xmd_guard_writable - the bits of register @reg that the user half may change
 *
 * Return: 0 also for a register that is unknown, absent or read-only.
 */
__u32 xmd_guard_writable(const struct xmd_guard *g, __u32 reg);

/**
 * xmd_guard_batch - check a whole batch before any of it is done
 * @n: operations, 1 to XMD_REG_BATCH_MAX, checked by the caller
 * @failed: index of the first operation refused; @n if none
 *
 * Return: 0; -EINVAL an operation that is malformed or times out of range;
 * -EPERM a register, a bit or a value that is not the user half's.
 */
int xmd_guard_batch(const struct xmd_guard *g, const struct xmd_reg_op *ops, __u32 n,
		    __u32 *failed);

/* xmd_guard_done - @op, which was checked, has been carried out */
void xmd_guard_done(struct xmd_guard *g, const struct xmd_reg_op *op);

/* xmd_guard_start - Return: true, or false: @reg does not hold what START wants */
bool xmd_guard_start(const struct xmd_guard *g, __u32 *reg);

/*
 * What the user half may do of what it is told by objects: @have is committed, @want what it is
 * being asked for by configure, NULL if it is not.
 *
 * xmd_guard_wake - bits of WUFC
 * xmd_guard_address - may START come with @mac: the committed one, or the one asked for
 * xmd_guard_found - may it tell, by the downcall found, the settings of the first bring-up: once,
 *	with the address of START, and with nothing that wakes but a magic packet
 */
__u32 xmd_guard_wake(const struct xmd_adapter *have, const struct xmd_adapter *want);
bool xmd_guard_address(const struct xmd_adapter *have, const struct xmd_adapter *want,
		       const __u8 *mac);
bool xmd_guard_found(const struct xmd_adapter *have, const struct xmd_adapter *found,
		     const __u8 *started);

#endif /* XMD_KERNDRIVER_GUARD_H */
