/* SPDX-License-Identifier: GPL-2.0 */
/* The kernel's own names for types, for kernel code that is compiled on the host. */
#ifndef XMD_SHIM_TYPES_H
#define XMD_SHIM_TYPES_H

#include_next <linux/types.h>
#include <stdbool.h>
#include <stddef.h>

typedef __u8 u8;
typedef __u16 u16;
typedef __u32 u32;
typedef __u64 u64;
typedef __u64 dma_addr_t;

#endif /* XMD_SHIM_TYPES_H */
