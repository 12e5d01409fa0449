/* SPDX-License-Identifier: GPL-2.0 */
#ifndef SHIM_BITOPS_H
#define SHIM_BITOPS_H
#include <stdbool.h>
#include <stddef.h>

#define BITS_PER_LONG		64
#define __set_bit(n, p)		((p)[(n) / BITS_PER_LONG] |= 1ul << (n) % BITS_PER_LONG)
#define set_bit(n, p)		__set_bit(n, p)
#define DECLARE_BITMAP(name, bits)	unsigned long name[((bits) + BITS_PER_LONG - 1) / BITS_PER_LONG]
#define test_bit(n, p)		((p)[(n) / BITS_PER_LONG] >> (n) % BITS_PER_LONG & 1)
#endif
