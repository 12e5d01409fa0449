/* SPDX-License-Identifier: GPL-2.0 */
/*
 * msglvl.h - lines that tell of no fault: each belongs to a class, and "ethtool -s DEV msglvl"
 * says which classes are told.  With --verbose all are.
 */
#ifndef XMD_USERDRIVER_MSGLVL_H
#define XMD_USERDRIVER_MSGLVL_H

#include "log.h"

/* The bits are NETIF_MSG_* of linux/netdevice.h. */
enum msg_class {
	MSG_DRV = 0x0001,	/* settings */
	MSG_PROBE = 0x0002,	/* bring-up and adoption */
	MSG_LINK = 0x0004,
	MSG_TIMER = 0x0008,	/* what the watchdog does */
};

void msglvl_set(uint32_t classes);
enum log_level msglvl_of(enum msg_class class);

#define log_msg(class, ...)	log_line(msglvl_of(class), __VA_ARGS__)

#endif /* XMD_USERDRIVER_MSGLVL_H */
