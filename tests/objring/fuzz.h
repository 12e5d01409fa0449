/* SPDX-License-Identifier: GPL-2.0 */
/* fuzz.h - the input of a fuzzer, byte by byte; zeros when it is at its end. */
#ifndef TEST_FUZZ_H
#define TEST_FUZZ_H

#include "objring.h"

static const __u8 *at;
static size_t left;

static __u8 byte(void)
{
	if (!left)
		return 0;
	left--;
	return *at++;
}

static __u32 word(void)
{
	__u32 a = byte(), b = byte();

	return a | b << 8;
}

/* Some bytes into the page, from anywhere below @below on. */
static void scribble(struct xmd_objring *page, unsigned int below)
{
	unsigned int n = byte() % 16, to = word() % below;

	for (; n; n--, to = (to + 1) % 4096)
		((__u8 *)page)[to] = byte();
}

#endif
