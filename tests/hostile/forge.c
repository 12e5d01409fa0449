// SPDX-License-Identifier: GPL-2.0
#include "forge.h"
#include "wire.h"

void put(uint8_t *p, uint64_t val, unsigned int bytes)
{
	for (unsigned int i = 0; i < bytes; i++)
		p[i] = val >> 8 * i;
}

uint32_t forge_epoch(uint32_t mine, enum epoch epoch)
{
	switch (epoch) {
	case ZERO:
		return 0;
	case BEFORE:
		return mine - 1;
	case AFTER:
		return mine + 1;
	case OTHER_LIFE:
		return mine + 0x10000;
	default:
		return mine;
	}
}

void forge_header(uint8_t *msg, const struct header *h)
{
	msg[0] = h->wire ? h->wire : XPC_WIRE_VERSION;
	msg[1] = h->kind;
	msg[2] = h->id;
	msg[3] = h->zero;
	put(msg + 4, h->len, 4);
	put(msg + 8, h->epoch, 4);
	put(msg + 12, h->object, 4);
	put(msg + 16, h->seq, 4);
	put(msg + 20, h->version, 4);
	put(msg + 24, h->result, 4);
	put(msg + 28, h->ms, 4);
}
