// SPDX-License-Identifier: GPL-2.0
/* How far it is. */
#include <string.h>
#include <unistd.h>

#include "base.h"

#define BAR 40

void progress(struct progress *p, size_t n)
{
	unsigned int percent = p->all ? 100 * n / p->all : 100;
	unsigned int full = percent * BAR / 100;

	p->n = n;
	if (p->quiet || !p->all)
		return;
	if (isatty(2)) {
		fprintf(stderr, "\r%s [%.*s%*s] %zu/%zu ", p->what, (int)full, "########################################",
			(int)(BAR - full), "", n, p->all);
	} else if (percent / 10 > p->last) {
		p->last = percent / 10;
		fprintf(stderr, "%s: %zu of %zu\n", p->what, n, p->all);
	}
}

void progress_end(struct progress *p)
{
	if (!p->quiet && p->all && isatty(2))
		fputc('\n', stderr);
}
