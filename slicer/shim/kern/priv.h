/* SPDX-License-Identifier: GPL-2.0 */
/* priv.h - of sl.c, sl_api.c and sl_io.c */
#ifndef SLICER_SHIM_PRIV_H
#define SLICER_SHIM_PRIV_H

#include <linux/miscdevice.h>
#include "slice_kern.h"

struct sl_region { void *at; u64 len; dma_addr_t dma; };

struct sl {
	struct xpc xpc;
	struct miscdevice misc;
	struct net_device *netdev;
	struct pci_dev *pdev;
	struct sl_region region[SL_SYMBOL];
	struct task_struct *serving;	/* the user half's, in a downcall */
	struct task_struct *rtnl;	/* holds it around an upcall */
	struct mutex sync;		/* now, was */
	u8 *now, *was;
	struct delayed_work tick;
	unsigned int quiet;		/* locks of the user half; in its context, or when it is gone */
	bool irq_off, napi_off, irq_on, napi_on;
	u64 lost_pointers, refused;
};
extern struct sl sl;

void sl_quiet_end(void);
void sl_regions_forget(void);

#endif
