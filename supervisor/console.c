// SPDX-License-Identifier: GPL-2.0
/* console.c - see console.h */
#include "console.h"

#include "kept.h"
#include "log.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>
#include <xen/io/console.h>

/* ----------------------------------------------------------------- grab */

/* The ring was the domain's to write: the index is one place in it, and nothing more. */
static void take_ring(struct console *c, const char page[CONSOLE_PAGE])
{
	const struct xencons_interface *ring = (const struct xencons_interface *)page;
	XENCONS_RING_IDX prod = ring->out_prod;
	unsigned int i, at;

	c->n = prod < CONSOLE_RING ? prod : CONSOLE_RING;
	for (i = 0; i < c->n; i++) {
		at = (prod - c->n + i) & (CONSOLE_RING - 1);
		c->ring[i] = ring->out[at];
	}
}

void console_grab(struct console *c, struct store *s, const char *name, uint32_t domid)
{
	_Static_assert(sizeof(((struct xencons_interface *)0)->out) == CONSOLE_RING, "the ring's size");
	_Alignas(8) char page[CONSOLE_PAGE];
	char path[160], dir[64];
	struct stat st;
	uint32_t frame;

	c->n = 0;
	snprintf(dir, sizeof(dir), "/local/domain/%u/console", domid);
	if (!store_read_u32(s, dir, "ring-ref", &frame) && !console_map(domid, frame, page))
		take_ring(c, page);
	snprintf(path, sizeof(path), CONSOLE_DIR "/guest-%.64s.log", name);
	c->log = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	if (c->log >= 0 && !fstat(c->log, &st) && S_ISREG(st.st_mode)) {
		c->end = st.st_size;
	} else if (c->log >= 0) {
		close(c->log);
		c->log = -1;
	}
}

/* ----------------------------------------------------------------- keep */

/* Nothing of it may do anything to a terminal. */
static void put_text(FILE *f, const char *text, size_t n)
{
	size_t i;

	for (i = 0; i < n; i++) {
		unsigned char ch = (unsigned char)text[i];

		if (ch == '\n' || ch == '\t' || (ch >= ' ' && ch < 127))
			putc(ch, f);
		else if (ch != '\r')
			fprintf(f, "\\x%02x", ch);
	}
	if (n && text[n - 1] != '\n')
		putc('\n', f);
}

static void put_log(FILE *f, const struct console *c)
{
	size_t room = c->end < CONSOLE_TAIL ? (size_t)c->end : CONSOLE_TAIL;
	char *text = room ? malloc(room) : NULL;
	ssize_t n = text ? pread(c->log, text, room, c->end - (off_t)room) : 0;

	if (n > 0) {
		fputs("--- the end of xenconsoled's file\n", f);
		put_text(f, text, (size_t)n);
	}
	free(text);
}

static void put(FILE *f, const struct console *c)
{
	if (c->log >= 0)
		put_log(f, c);
	if (c->n) {
		fputs("--- what its console's ring held\n", f);
		put_text(f, c->ring, c->n);
	}
}

void console_keep(struct console *c, const char *name, uint32_t domid, const char *cause)
{
	char path[KEPT_PATH], when[32];
	time_t now = time(NULL);
	struct tm tm;
	FILE *f = NULL;
	bool begun;

	if (!c->n && (c->log < 0 || !c->end))
		goto out;
	gmtime_r(&now, &tm);
	strftime(when, sizeof(when), "%Y-%m-%dT%H:%M:%S+00:00", &tm);
	kept_path(path, LOG_DIR, name, ".log", now);
	f = fopen(path, "we");
	if (!f) {
		log_warn("cannot keep its last words in %s: %s", path, strerror(errno));
		goto out;
	}
	fchmod(fileno(f), 0640);
	fprintf(f, "time=%s\tname=%s\tdomid=%u\tcause=%s\n", when, name, domid, cause);
	/* The disk may be full: less than this line is no death that can be told of. */
	begun = !fflush(f);
	if (begun)
		put(f, c);
	if (!begun || fflush(f))
		log_warn("cannot write %s: %s", path, strerror(errno));
	else
		log_info("its last words are in %s (xmdctl logs %s)", path, name);
	fclose(f);
	if (begun)
		kept_prune(LOG_DIR, name, ".log", CONSOLE_KEPT, path);
	else
		unlink(path);
out:
	if (c->log >= 0)
		close(c->log);
	c->log = -1;
	c->n = 0;
}
