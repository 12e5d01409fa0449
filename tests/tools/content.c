// SPDX-License-Identifier: GPL-2.0
/*
 * content.c - bytes that both ends know: splitmix64 of the position, so that any place of
 * a stream can be computed without the bytes before it.
 *
 * The bytes of a word are in the order of the machine: both ends are of one kind.
 */
#include <string.h>

#include "traffic.h"

uint64_t content_word(uint64_t seed, uint64_t n)
{
	uint64_t z = seed * 0x9e3779b97f4a7c15ull + n * 0xbf58476d1ce4e5b9ull;

	z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9ull;
	z = (z ^ (z >> 27)) * 0x94d049bb133111ebull;
	return z ^ (z >> 31);
}

static uint8_t content_byte(uint64_t seed, uint64_t at)
{
	uint64_t w = content_word(seed, at / 8);

	return ((uint8_t *)&w)[at % 8];
}

void content_fill(uint8_t *buf, uint64_t seed, uint64_t at, size_t len)
{
	for (; len && at % 8; at++, len--)
		*buf++ = content_byte(seed, at);
	for (; len >= 8; buf += 8, at += 8, len -= 8) {
		uint64_t w = content_word(seed, at / 8);

		memcpy(buf, &w, 8);
	}
	for (; len; at++, len--)
		*buf++ = content_byte(seed, at);
}

size_t content_differs(const uint8_t *buf, uint64_t seed, uint64_t at, size_t len, size_t *first)
{
	static uint8_t want[CHUNK];
	size_t n = 0;

	content_fill(want, seed, at, len);
	if (!memcmp(buf, want, len))
		return 0;
	for (size_t i = 0; i < len; i++)
		if (buf[i] != want[i] && !n++)
			*first = i;
	return n;
}
