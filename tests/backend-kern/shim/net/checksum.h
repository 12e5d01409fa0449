/* SPDX-License-Identifier: GPL-2.0 */
/* The kernel's sums of 16-bit words, as slow as they can be understood. */
#ifndef SHIM_NET_CHECKSUM_H
#define SHIM_NET_CHECKSUM_H
#include <string.h>
#include <linux/types.h>

#define __force
#define __wsum u32

__attribute__((weak)) unsigned long sim_summed;	/* bytes */

static inline u32 csum_partial(const void *p, int len, u32 sum)
{
	u64 all = sum;
	u16 word;

	sim_summed += len;
	for (int i = 0; i < len; i += 2) {
		word = 0;
		memcpy(&word, (const u8 *)p + i, len - i < 2 ? 1 : 2);
		all += word;
	}
	while (all >> 32)
		all = (u32)all + (all >> 32);
	return all;
}

static inline u16 csum_fold(u32 sum)
{
	sum = (sum & 0xffff) + (sum >> 16);
	return ~(sum + (sum >> 16));
}

static inline u16 ip_fast_csum(const void *ip, unsigned int words)
{
	return csum_fold(csum_partial(ip, words * 4, 0));
}
#endif
