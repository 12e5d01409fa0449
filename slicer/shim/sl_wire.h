/* SPDX-License-Identifier: GPL-2.0 */
/*
 * sl_wire.h - what both halves of a sliced driver agree on beside slice_objects.h.
 *
 * Pointers.  A pointer travels as REGION << 40 | OFFSET, 0 being NULL.  A region is something that both halves
 * have under an address of their own:
 *
 *   1        the net_device with the driver's private struct behind it; each half has one, same layout
 *   2        the pci_dev, likewise
 *   16 + n   BAR n, mapped by the kernel half; the user half's address only names it, a register access is a downcall
 *   32 + n   DMA memory n, likewise: the user half computes with addresses in it and does not read it
 *   128 + n  a function or a variable of file scope, by its place in sl_symbols[]
 *
 * A pointer that points into nothing of this does not travel: it becomes NULL, is counted and told.
 *
 * Kernel calls of the user half are sl_api(op, ...), one of enum sl_op; what they may do is checked in kern/sl_api.c.
 */
#ifndef SLICER_SHIM_WIRE_H
#define SLICER_SHIM_WIRE_H

enum { SL_NETDEV = 1, SL_PCIDEV = 2, SL_BAR = 16, SL_BARS = 6, SL_DMA = 32, SL_DMAS = 32, SL_SYMBOL = 128 };

#define SL_SHIFT	40
#define SL_OFFSET	((1ull << SL_SHIFT) - 1)

/* Addresses of regions in the user half. */
#define SL_BASE		0x200000000000ull
#define SL_EACH		34

/* What a pointer that came may point to. */
enum sl_kind { SL_IO, SL_DATA, SL_FN, SL_OBJECT };

/* Of sl_io: this, and the width in bytes. */
enum { SL_IO_READ = 0, SL_IO_WRITE = 16 };

enum sl_op {
	SL_ALLOC_ETHERDEV, SL_FREE_NETDEV, SL_REGISTER_NETDEV, SL_UNREGISTER_NETDEV, SL_ATTACH, SL_DETACH, SL_CARRIER,
	SL_QUEUE, SL_NAPI_ADD, SL_NAPI_ENABLE, SL_NAPI_DISABLE, SL_PCI_ENABLE, SL_PCI_DISABLE, SL_PCI_REQUEST,
	SL_PCI_RELEASE, SL_PCI_MASTER, SL_PCI_IOMAP, SL_PCI_IOUNMAP, SL_PCI_READ, SL_PCI_WRITE, SL_REQUEST_IRQ,
	SL_FREE_IRQ, SL_DMA_ALLOC, SL_DMA_FREE, SL_INIT_WORK, SL_SCHEDULE, SL_CANCEL, SL_LOCK, SL_UNLOCK, SL_RTNL,
	SL_SYNCHRONIZE, SL_OPS
};

struct xpc_struct;

/* An object that is kept in step: slice_sync.h has these. */
struct sl_sync {
	unsigned int object, size;
	const struct xpc_struct *type;
	void (*fill)(void *object);
	void (*apply)(const void *object, unsigned long long mask);
	unsigned long long look;
};
extern const struct sl_sync sl_syncs[];

struct sl_symbol { unsigned int id; void *at; unsigned int size; _Bool function; };
extern const struct sl_symbol sl_symbols[];

#endif
