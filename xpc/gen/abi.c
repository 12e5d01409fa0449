// SPDX-License-Identifier: GPL-2.0
/*
 * abi.c - a file that guests are built from: numbers, what may be appended, and what was released
 *
 * What a receiver of the wire relies on is written down, a line for each object, member, call,
 * argument and part of a struct.  A record has those that were released: each has to be there as it was.
 */
#include <stdlib.h>
#include "gen.h"

/* ------------------------------------------------------------------------- numbers */

static bool is_added(const struct notes *n)
{
	return n->set & NOTE_ADDED;
}

unsigned int first_members(const struct record *r)
{
	unsigned int i, n = 0;

	for (i = 0; i < r->n; i++)
		n += !is_added(&r->member[i].notes);
	return n;
}

static bool goes(const struct member *arg, bool out)
{
	return !(arg->notes.set & NOTE_OUT) == !out;
}

unsigned int first_args(const struct call *c, bool out)
{
	unsigned int i, n = 0;

	for (i = 0; i < c->n; i++)
		n += goes(&c->arg[i], out) && !is_added(&c->arg[i].notes);
	return n;
}

/* Whoever does not get it has 0. */
static void check_zero(struct gen *g, const struct member *m)
{
	bool has_zero = m->element == XPC_INT ? (long long)m->low <= 0 && (long long)m->high >= 0 :
			!m->low;

	if (is_added(&m->notes) && is_number(m) && !m->plain_char && !has_zero)
		complain(g, &m->at, "%s: XPC_ADDED, but 0 is not in its range", m->name);
}

/* @before: what stands before it of its kind, or NULL */
static void check_last(struct gen *g, const struct member *before, const struct member *m)
{
	check_zero(g, m);
	if (before && is_added(&before->notes) && !is_added(&m->notes))
		complain(g, &m->at, "%s: not XPC_ADDED, but behind %s, which is", m->name,
			 before->name);
}

static void check_object(struct gen *g, const struct record *r)
{
	unsigned int i;

	for (i = 0; i < r->n; i++) {
		const struct member *m = &r->member[i];

		if (!(m->notes.set & NOTE_NR))
			complain(g, &m->at, "%s: XPC_NR is missing", m->name);
		else if (m->notes.nr != i)
			complain(g, &m->at, "%s: XPC_NR(%u) on member %u", m->name, m->notes.nr, i);
		check_last(g, i ? m - 1 : NULL, m);
	}
}

/* What others are made of does not grow: nothing says where it ends. */
static void check_part(struct gen *g, const struct record *r)
{
	unsigned int i;

	for (i = 0; i < r->n; i++)
		if (r->member[i].notes.set & (NOTE_NR | NOTE_ADDED))
			complain(g, &r->member[i].at, "%s: struct %s is no object and does not grow",
				 r->member[i].name, r->name);
}

static void check_args(struct gen *g, const struct call *c, bool out)
{
	const struct member *before = NULL;
	unsigned int i;

	for (i = 0; i < c->n; i++) {
		if (!goes(&c->arg[i], out))
			continue;
		check_last(g, before, &c->arg[i]);
		before = &c->arg[i];
	}
}

static void check_number(struct gen *g, const struct call *c, unsigned int nr)
{
	if (c->notes.id != nr)
		complain(g, &c->at, "%s: XPC_DOWNCALL(%u) on call %u", c->name, c->notes.id, nr);
	check_args(g, c, false);
	check_args(g, c, true);
}

/* ---------------------------------------------------------------------- what it is */

static void say_member(FILE *f, const struct member *m)
{
	static const char * const shape[] = { "", "array", "count", "counted", "list", "skipped" };

	fprintf(f, " %s ", m->name);
	if (m->element == XPC_TEXT)
		fprintf(f, "text");
	else if (m->sub)
		fprintf(f, "struct %s", m->sub->name);
	else
		fprintf(f, "%c%u", m->element == XPC_INT ? 's' : 'u', 8 * m->size);
	if (m->shape != XPC_ONE)
		fprintf(f, " %s", shape[m->shape]);
	if (m->max != 1)
		fprintf(f, " of %u", m->max);
	if (m->shape == XPC_COUNTED_ARRAY)
		fprintf(f, " by %s", m->notes.counted);
	if (is_number(m) && m->element == XPC_INT)
		fprintf(f, ", %lld to %lld", (long long)m->low, (long long)m->high);
	else if (is_number(m))
		fprintf(f, ", %llu to %llu", m->low, m->high);
	if (m->notes.by)
		fprintf(f, ", from%s%s", m->notes.by & XPC_BY_GUEST ? " guest" : "",
			m->notes.by & XPC_BY_USER ? " home" : "");
	fprintf(f, "%s\n", is_added(&m->notes) ? ", added" : "");
}

static void say_record(FILE *f, const struct record *r)
{
	bool object = r->notes.set & NOTE_OBJECT;
	unsigned int i;

	if (object)
		fprintf(f, "object %u %s, %u members at first%s\n", r->notes.id, r->name,
			first_members(r), is_added(&r->notes) ? ", added" : "");
	else
		fprintf(f, "struct %s, %u members for ever\n", r->name, r->n);
	for (i = 0; i < r->n; i++) {
		if (object)
			fprintf(f, "object %u.%u", r->notes.id, i);
		else
			fprintf(f, "struct %s.%u", r->name, i);
		say_member(f, &r->member[i]);
	}
}

static void say_args(FILE *f, const struct call *c, bool out)
{
	unsigned int i, n = 0;

	for (i = 0; i < c->n; i++) {
		if (!goes(&c->arg[i], out))
			continue;
		fprintf(f, "call %u %s %u", c->notes.id, out ? "back" : "there", n++);
		say_member(f, &c->arg[i]);
	}
}

void emit_abi(FILE *f, const struct gen *g)
{
	unsigned int i;

	for (i = 0; i < g->n_records; i++)
		say_record(f, g->record[i]);
	for (i = 0; i < g->n_calls; i++) {
		const struct call *c = g->call[i];

		fprintf(f, "call %u %s, %u there and %u back at first%s\n", c->notes.id, c->name,
			first_args(c, false), first_args(c, true),
			is_added(&c->notes) ? ", added" : "");
		say_args(f, c, false);
		say_args(f, c, true);
	}
}

/* --------------------------------------------------------------------- what it was */

/* Is @line a line of @text? */
static bool has_line(const char *text, const char *line)
{
	size_t n = strlen(line);

	for (; text && *text; text = strchr(text, '\n'), text += !!text)
		if (!strncmp(text, line, n) && text[n] == '\n')
			return true;
	return false;
}

static void check_released(struct gen *g, const char *now)
{
	struct where at = { .line = 0 };
	FILE *f = fopen(g->released, "r");
	char line[256];

	snprintf(at.file, sizeof(at.file), "%s", g->released);
	if (!f)
		complain(g, &at, "cannot be read");
	while (f && fgets(line, sizeof(line), f)) {
		at.line++;
		line[strcspn(line, "\n")] = '\0';
		if (line[0] && line[0] != '#' && !has_line(now, line))
			complain(g, &at, "released, and declared otherwise now: %s", line);
	}
	if (f)
		fclose(f);
}

void check_abi(struct gen *g)
{
	char *now = NULL;
	unsigned int i;
	size_t size;
	FILE *mem;

	for (i = 0; i < g->n_records; i++)
		(g->record[i]->notes.set & NOTE_OBJECT ? check_object : check_part)(g, g->record[i]);
	for (i = 0; i < g->n_calls; i++)
		check_number(g, g->call[i], i + 1);
	if (!g->released)
		return;
	mem = open_memstream(&now, &size);
	if (!mem)
		return;
	emit_abi(mem, g);
	fclose(mem);
	check_released(g, now);
	free(now);
}
