// SPDX-License-Identifier: GPL-2.0
/* cover.c - see inject.h */
#include <stdlib.h>
#include <string.h>

#include "inject.h"

#define BREAK	0xcc
#define SPAN	4096u

struct block {
	uint64_t at;
	uint8_t old;
	bool armed, reached;
};

static int order(const void *a, const void *b)
{
	const struct block *x = a, *y = b;

	return x->at < y->at ? -1 : x->at > y->at;
}

/* Lines "ADDRESS<tab>BYTES..." */
static size_t read_blocks(const char *path, struct block **blocks)
{
	FILE *f = fopen(path, "re");
	size_t n = 0, room = 0;
	char line[512], *end_of;

	if (!f)
		end(USAGE, "cannot read %s", path);
	while (fgets(line, sizeof(line), f)) {
		if (n == room) {
			room = room ? room * 2 : 1024;
			*blocks = realloc(*blocks, room * sizeof(**blocks));
			if (!*blocks)
				end(FAILED, "out of memory");
		}
		(*blocks)[n] = (struct block){ .at = strtoull(line, &end_of, 16) };
		if (end_of == line)
			end(USAGE, "%s: '%s' is no address", path, line);
		n++;
	}
	fclose(f);
	qsort(*blocks, n, sizeof(**blocks), order);
	return n;
}

static void put(const struct target *p, const struct block *b, uint8_t byte)
{
	if (!memory_write(p, p->base + b->at, &byte, 1))
		end(FAILED, "code at 0x%lx cannot be written", b->at);
}

static struct block *block_at(const struct target *p, struct block *blocks, size_t n, uint64_t at)
{
	struct block key = { .at = at - p->base };

	return bsearch(&key, blocks, n, sizeof(key), order);
}

/* Reached a second time by another thread before the first was seen: only run on. */
static void reached(struct target *p, struct block *blocks, size_t n, const struct stop *s)
{
	struct block *b = s->trap ? block_at(p, blocks, n, s->at) : NULL;

	if (!b || !b->armed)
		return;
	put(p, b, b->old);
	b->armed = false;
	b->reached = true;
}

/* Sets all, or takes away what is left, some thousand bytes at once: who watches it takes a process that
 * stands for a second for hung. */
static void put_all(const struct target *p, struct block *blocks, size_t n, bool set)
{
	uint8_t code[SPAN], *byte;
	size_t i, end_of;

	for (i = 0; i < n; i = end_of) {
		uint64_t first = blocks[i].at;

		for (end_of = i; end_of < n && blocks[end_of].at - first < SPAN; end_of++)
			;
		if (!memory_read(p, p->base + first, code, blocks[end_of - 1].at - first + 1))
			end(DIFFERS, "there is no code at 0x%lx", first);
		for (size_t k = i; k < end_of; k++) {
			byte = code + (blocks[k].at - first);
			if (set) {
				blocks[k].old = *byte;
				*byte = BREAK;
				blocks[k].armed = true;
			} else if (blocks[k].armed) {
				*byte = blocks[k].old;
			}
		}
		if (!memory_patch(p, p->base + first, code, blocks[end_of - 1].at - first + 1))
			end(FAILED, "code at 0x%lx cannot be written", first);
	}
}

static struct block *looked_at;
static size_t n_looked_at;

/* However this ends: each stop costs the process time, and who waits for it may have ended it for that. */
static void print_reached(void)
{
	for (size_t i = 0; i < n_looked_at; i++)
		if (looked_at[i].reached)
			printf("0x%lx\n", looked_at[i].at);
	free(looked_at);
}

void cover(struct target *p, const char *path, double seconds)
{
	struct block *blocks = NULL;
	size_t n = read_blocks(path, &blocks);
	double until = now() + seconds;
	struct stop s;

	looked_at = blocks;
	n_looked_at = n;
	atexit(print_reached);
	target_halt(p);
	put_all(p, blocks, n, true);
	target_run(p);
	while (target_wait(p, until, &s)) {
		reached(p, blocks, n, &s);
		thread_run(s.t, false);
	}
	target_halt(p);
	put_all(p, blocks, n, false);
	target_close(p);
}
