/* SPDX-License-Identifier: GPL-2.0 */
/*
 * slice_kern.h - before the source of a kernel half made by xmd-slicer; sl.c, sl_api.c and sl_io.c are behind it.
 *
 * One device a module: the user half is one process, and knows one.
 */
#ifndef SLICER_SHIM_KERN_H
#define SLICER_SHIM_KERN_H

#include <linux/module.h>
#include <linux/netdevice.h>
#include <linux/etherdevice.h>
#include <linux/pci.h>
#include "sl_wire.h"
#include "xpc_kern.h"
#include "slice_objects_xpc.h"

enum { SL_PROBE = 1, SL_REMOVE, SL_RTNL_HELD };

int sl_start(void);
void sl_stop(void);
struct xpc *sl_xpc(void);
struct net_device *sl_netdev(void);

u64 sl_wire(const void *p);
void *sl_ptr(u64 wire, enum sl_kind kind);
/* Are there @size bytes at @p, in something that both halves have? */
bool sl_is(const void *p, size_t size);
void sl_set_address(struct net_device *dev, const u8 *addr);

/* Around an upcall.  -EDEADLK: called back while the user half waits for a downcall. */
int sl_up_begin(const char *name, int flags, const void *first);
void sl_up_end(const char *name, int flags, int err);
void sl_push(void);

struct sl_bytes *sl_bytes(const void *from, size_t n);
void sl_bytes_back(void *to, const struct sl_bytes *in, const struct sl_bytes *out, int err);
void sl_bytes_free(struct sl_bytes *b);
static inline void *sl_bytes_open(const struct sl_bytes *b)
{
	return b->n ? (void *)b->b : NULL;
}
static inline void sl_bytes_close(void *p, const struct sl_bytes *in, struct sl_bytes *out)
{
	if (out)
		*out = *in;
}

#undef module_init
#undef module_exit
#define module_init(fn)						\
	static int __init sl_init_module(void)			\
	{							\
		int err = sl_start();				\
								\
		if (!err) {					\
			err = fn();				\
			if (err)				\
				sl_stop();			\
		}						\
		return err;					\
	}							\
	int init_module(void) __attribute__((alias("sl_init_module")))
#define module_exit(fn)						\
	static void __exit sl_exit_module(void)			\
	{							\
		fn();						\
		sl_stop();					\
	}							\
	void cleanup_module(void) __attribute__((alias("sl_exit_module")))

#endif
