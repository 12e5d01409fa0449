/* SPDX-License-Identifier: GPL-2.0 */
/* The kernel's types, as far as the files tested here use them. */
#ifndef SHIM_LINUX_TYPES_H
#define SHIM_LINUX_TYPES_H
#include_next <linux/types.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef uint8_t u8;
typedef uint16_t u16;
typedef uint32_t u32;
typedef uint64_t u64;
typedef int16_t s16;
typedef int32_t s32;
typedef long long s64;
typedef u64 dma_addr_t;
#endif
