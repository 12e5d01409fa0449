/* SPDX-License-Identifier: GPL-2.0 */
/* flip.h - memory that changes while the other end reads it. */
#ifndef FLIP_H
#define FLIP_H

#include <pthread.h>
#include <stdatomic.h>
#include <stdint.h>

struct xmd_objring;
struct xmd_objring_slot;

struct flipper {
	pthread_t thread;
	atomic_bool stop;
	void (*once)(void *arg);
	void *arg;
};

/* once(arg) over and over in a thread of its own, until flip_stop().  Without a thread: the end. */
void flip_start(struct flipper *f, void (*once)(void *arg), void *arg);
void flip_stop(struct flipper *f);

enum objflip_what { SLOT_BYTES, LENGTHS, INDICES, PAGE_WORDS };

/* Which part of an object ring's page, as seen by the end that attacks */
struct objflip {
	enum objflip_what what;
	struct xmd_objring *page;
	struct xmd_objring_slot *out;	/* the slots of what it sends */
	uint32_t *index[2];		/* its own */
	unsigned int from;		/* PAGE_WORDS: words before this one stay */
};

/* @arg: a struct objflip.  For flip_start(): one change. */
void objflip(void *arg);

#endif
