// SPDX-License-Identifier: GPL-2.0
/*
 * notes.c - a file of annotations: what C does not say of this driver, one a line.
 *
 *   stay FUNCTION                   goes to the kernel half, whatever the roots say
 *   length FUNCTION ARGUMENT WAY EXPR   the argument points to EXPR bytes (C, in terms of the other arguments);
 *                                   WAY: in, out or both
 *   global VARIABLE TYPE [N]        a variable of file scope that both halves need: __u8 to __s64, N of them
 *   local MEMBER                    each half has its own, and they are not kept in step
 *   rtnl FUNCTION                   the kernel half takes the rtnl lock around the upcall
 *
 * # begins a comment.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include "slice.h"

static const char *const words[] = { "stay", "length", "global", "local", "rtnl" };

static bool known(const char *word)
{
	unsigned int i;

	for (i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (!strcmp(words[i], word))
			return true;
	return false;
}

static bool take(struct slice *sl, char *line, unsigned int nr, const char *path)
{
	char *w[3] = { NULL }, *rest = line;
	struct note *n;
	unsigned int i;

	for (i = 0; i < 3; i++) {
		rest += strspn(rest, " \t");
		w[i] = *rest ? rest : NULL;
		rest += strcspn(rest, " \t");
		if (*rest)
			*rest++ = '\0';
	}
	if (!w[0])
		return true;
	if (!w[1] || !known(w[0])) {
		fprintf(stderr, "%s:%u: %s: not an annotation\n", path, nr, w[0]);
		return false;
	}
	n = realloc(sl->notes, (sl->n_notes + 1) * sizeof(*n));
	if (!n)
		return false;
	sl->notes = n;
	n += sl->n_notes++;
	*n = (struct note){ intern(w[0]),
			    intern(w[1]),
			    w[2] ? intern(w[2]) : NULL,
			    intern(rest + strspn(rest, " \t")),
			    nr,
			    false };
	return true;
}

bool notes_read(struct slice *sl, const char *path)
{
	FILE *f = fopen(path, "r");
	char line[512];
	unsigned int nr = 0;
	bool ok = f;

	if (!f)
		fprintf(stderr, "%s: %s\n", path, strerror(errno));
	while (f && fgets(line, sizeof(line), f)) {
		line[strcspn(line, "#\n")] = '\0';
		ok &= take(sl, line, ++nr, path);
	}
	if (f)
		fclose(f);
	return ok;
}

const struct note *note_find(const struct slice *sl, const char *word, const char *a, const char *b)
{
	unsigned int i;

	for (i = 0; i < sl->n_notes; i++) {
		struct note *n = &sl->notes[i];

		if (!strcmp(n->word, word) && !strcmp(n->a, a) &&
		    (!b || (n->b && !strcmp(n->b, b)))) {
			n->used = true;
			return n;
		}
	}
	return NULL;
}
