// SPDX-License-Identifier: GPL-2.0
/* report.c - the findings of check.h, and how they are shown */
#include "check.h"
#include "out.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

static const char *const verdict_name[] = { "ok", "note", "warning", "error" };

static struct finding *add(struct report *r, enum verdict v, const char *check, const char *subject)
{
	struct finding *more = realloc(r->finding, (r->n + 1) * sizeof(*more));

	if (!more)
		abort();
	r->finding = more;
	more += r->n++;
	*more = (struct finding){ .verdict = v, .check = check };
	snprintf(more->subject, sizeof(more->subject), "%s", subject);
	return more;
}

void well(struct report *r, const char *check, const char *subject, const char *fmt, ...)
{
	struct finding *f = add(r, WELL, check, subject);
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(f->text, sizeof(f->text), fmt, ap);
	va_end(ap);
}

void find(struct report *r, enum verdict v, const char *check, const char *subject,
	  const char *fmt, ...)
{
	struct finding *f = add(r, v, check, subject);
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(f->text, sizeof(f->text), fmt, ap);
	va_end(ap);
}

void remedy(struct report *r, const char *fmt, ...)
{
	struct finding *f = &r->finding[r->n - 1];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(f->remedy, sizeof(f->remedy), fmt, ap);
	va_end(ap);
}

unsigned int report_count(const struct report *r, enum verdict v)
{
	unsigned int i, n = 0;

	for (i = 0; i < r->n; i++)
		n += r->finding[i].verdict == v;
	return n;
}

static void print_json(const struct report *r)
{
	unsigned int i;

	for (i = 0; i < r->n; i++) {
		const struct finding *f = &r->finding[i];

		out_begin(i == 0);
		out_text("check", f->check);
		out_text("result", verdict_name[f->verdict]);
		out_text("subject", f->subject);
		out_text("finding", f->text);
		out_text("remedy", f->remedy);
		out_end();
	}
	out_list_end(!r->n);
}

void report_print(const struct report *r, bool json, bool all)
{
	unsigned int i;

	if (json) {
		print_json(r);
		return;
	}
	for (i = 0; i < r->n; i++) {
		const struct finding *f = &r->finding[i];

		if (f->verdict == WELL && !all)
			continue;
		printf("%-8s%s: %s\n", verdict_name[f->verdict], f->subject, f->text);
		if (f->remedy[0])
			printf("        remedy: %s\n", f->remedy);
	}
}

void report_free(struct report *r)
{
	facts_close(&r->facts);
	free(r->finding);
	r->finding = NULL;
	r->n = 0;
}
