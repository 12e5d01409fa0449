// SPDX-License-Identifier: GPL-2.0
#include "common.h"
#include "flip.h"
#include "objring.h"

static void *flipper(void *arg)
{
	struct flipper *f = arg;

	while (!atomic_load_explicit(&f->stop, memory_order_relaxed))
		f->once(f->arg);
	return NULL;
}

void flip_start(struct flipper *f, void (*once)(void *arg), void *arg)
{
	f->once = once;
	f->arg = arg;
	atomic_init(&f->stop, false);
	if (pthread_create(&f->thread, NULL, flipper, f))
		broken("no thread");
}

void flip_stop(struct flipper *f)
{
	atomic_store(&f->stop, true);
	pthread_join(f->thread, NULL);
}

void objflip(void *arg)
{
	struct objflip *f = arg;
	volatile uint8_t *slot = f->out[rnd() % XMD_OBJRING_SLOTS].byte;
	uint32_t x = rnd();

	switch (f->what) {
	case SLOT_BYTES:
		slot[x % 64] ^= x >> 24;
		break;
	case LENGTHS:	/* one that a change can have, or any */
		*(volatile uint32_t *)(slot + 4) = x & 1 ? XPC_HEADER + XPC_MASK + (x >> 1) % 8 : x >> (x % 32);
		break;
	case INDICES:
		*(volatile uint32_t *)f->index[x & 1] += x & 6 ? 0 : 1;
		break;
	case PAGE_WORDS:
		((volatile uint32_t *)f->page)[f->from + x % (PAGE / 4 - f->from)] = rnd();
		break;
	}
}
