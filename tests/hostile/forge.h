/* SPDX-License-Identifier: GPL-2.0 */
/* forge.h - messages of the object ring (xpc/wire.h) with whatever values one likes. */
#ifndef FORGE_H
#define FORGE_H

#include <stdint.h>

/* The lowest @bytes (at most 8) of @val, little-endian. */
void put(uint8_t *p, uint64_t val, unsigned int bytes);

enum epoch { MINE, ZERO, BEFORE, AFTER, OTHER_LIFE };

uint32_t forge_epoch(uint32_t mine, enum epoch epoch);

struct header {
	uint8_t wire, kind, id, zero;	/* wire 0: the right one */
	uint32_t len, epoch, object, seq, version, result, ms;
};

/* @msg has room for XPC_HEADER bytes. */
void forge_header(uint8_t *msg, const struct header *h);

#endif
