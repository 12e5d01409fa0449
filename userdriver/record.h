/* SPDX-License-Identifier: GPL-2.0 */
/*
 * record.h - everything that crosses between the halves, in a file, and a user half run against one.
 *
 * A line for each crossing, in its order; the first number is ms since the start, the second what
 * the crossing returned:
 *
 *	MS I ERR HEX			XMD_NIC_INFO, struct xmd_info
 *	MS R ERR FAILED OP,REG,MASK,VAL,USECS=RESULT ...	XMD_NIC_REGS, in hexadecimal
 *	MS S ERR			XMD_NIC_STOP
 *	MS A ERR HEX			XMD_NIC_START, struct xmd_start
 *	MS < LEN HEX			a message from the kernel half; LEN 0: none waited
 *	MS > ERR HEX			a message to it
 *
 * There are no frames in it, as none cross: settings, addresses and the EEPROM are.  It ends at
 * RECORD_MAX bytes.  Replayed, the user half gets the answers that were recorded, and the first
 * thing that it does otherwise is said and ends it.
 */
#ifndef XMD_USERDRIVER_RECORD_H
#define XMD_USERDRIVER_RECORD_H

#include "driver.h"

#define RECORD_MAX (4u << 20)

/* Around @real, which it closes with itself.  Return: NULL with errno set */
struct nic_port *record_open(struct nic_port *real, const char *path);
void record_stop(struct nic_port *port);	/* what follows is not recorded */

struct nic_port *replay_open(const char *path);
/* From start to the end of the recording.  Return: 0, or -EIO: it did otherwise (said) */
int replay_run(struct driver *d);

#endif /* XMD_USERDRIVER_RECORD_H */
