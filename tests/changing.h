/* SPDX-License-Identifier: GPL-2.0 */
/*
 * changing.h - pages that change while they are read, for fuzzers
 *
 * Built with CHANGING_CFLAGS (changing.mk), each load of the code under test is announced before it is
 * done; one from a guest's page may then find something else than the load before it did.  What it finds
 * depends only on the seed, so an input does the same each time.  memcpy is one that is made of such loads.
 * To be included once, by the fuzzer, which says which pages are a guest's: changing_page().
 */
#ifndef TEST_CHANGING_H
#define TEST_CHANGING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Return: where the guest can write the byte at @p; NULL: it is nothing of a guest's */
static uint8_t *changing_page(const void *p);

static uint32_t changing_seed;
static unsigned int changing_rate;	/* of 256 loads so many find something new */
static unsigned long changed;

/* Loads of these are not announced. */
#define QUIET __attribute__((no_sanitize("coverage")))

QUIET static uint32_t changing_next(void)
{
	changing_seed ^= changing_seed << 13;
	changing_seed ^= changing_seed >> 17;
	return changing_seed ^= changing_seed << 5;
}

QUIET static void changing_load(const void *from, unsigned int n)
{
	static bool looking;
	uint32_t how;
	uint8_t *p;

	if (!changing_rate || looking)
		return;
	looking = true;
	p = changing_page(from);
	looking = false;
	if (!p)
		return;
	how = changing_next();
	if ((how & 0xff) >= changing_rate)
		return;
	changed++;
	p += (how >> 8) % n;
	switch (how >> 16 & 3) {
	case 0:
		*p ^= 1u << (how >> 18 & 7);
		return;
	case 1:
		*p += how & 1u << 18 ? 1 : -1;
		return;
	case 2:
		*p = how & 1u << 18 ? 0xff : 0;
		return;
	default:
		*p = how >> 24;
	}
}

void *changing_memcpy(void *to, const void *from, size_t n);
void __sanitizer_cov_load1(const void *p);
void __sanitizer_cov_load2(const void *p);
void __sanitizer_cov_load4(const void *p);
void __sanitizer_cov_load8(const void *p);
void __sanitizer_cov_load16(const void *p);

void __sanitizer_cov_load1(const void *p) { changing_load(p, 1); }
void __sanitizer_cov_load2(const void *p) { changing_load(p, 2); }
void __sanitizer_cov_load4(const void *p) { changing_load(p, 4); }
void __sanitizer_cov_load8(const void *p) { changing_load(p, 8); }
void __sanitizer_cov_load16(const void *p) { changing_load(p, 16); }

/* Not to be made a call of memcpy again, nor aligned. */
__attribute__((no_sanitize("alignment")))
void *changing_memcpy(void *to, const void *from, size_t n)
{
	const volatile uint8_t *s = from;
	volatile uint8_t *d = to;

	for (; n >= 8; n -= 8, s += 8, d += 8)
		*(volatile uint64_t *)d = *(const volatile uint64_t *)s;
	while (n--)
		*d++ = *s++;
	return to;
}

#endif
