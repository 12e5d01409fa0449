// SPDX-License-Identifier: GPL-2.0
/* chance.c - see sites.h and inject.h */
#include <stdint.h>

uint64_t mix(uint64_t a, uint64_t b);

uint64_t mix(uint64_t a, uint64_t b)
{
	uint64_t z = a * 0x9e3779b97f4a7c15u + b + 0x632be59bd9b4e019u;

	z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9u;
	z = (z ^ z >> 27) * 0x94d049bb133111ebu;
	return z ^ z >> 31;
}
