// SPDX-License-Identifier: GPL-2.0
/* check.c - what a declaration must be like beyond being C. */
#include "gen.h"

/* ------------------------------------------------------------------ single members */

static void only(struct gen *g, const struct where *at, const char *name,
		 const struct notes *n, unsigned int allowed, const char *what)
{
	unsigned int wrong = n->set & ~allowed;

	if (wrong)
		complain(g, at, "%s: %s does not belong on %s", name, note_name(wrong), what);
}

static bool below(__u64 a, bool a_neg, __u64 b, bool b_neg)
{
	if (a_neg != b_neg)
		return a_neg;
	return a < b;
}

static void check_range(struct gen *g, struct member *m)
{
	const struct notes *n = &m->notes;
	bool sign = m->element == XPC_INT;

	if (!(n->set & NOTE_RANGE))
		return;
	if (!is_number(m) || m->plain_char || !m->size) {
		complain(g, &m->at, "%s: XPC_RANGE on what is not a number", m->name);
		return;
	}
	if (below(n->high, n->high_neg, n->low, n->low_neg))
		complain(g, &m->at, "%s: XPC_RANGE is empty", m->name);
	if (below(n->low, n->low_neg, m->low, sign) ||
	    below(m->high, false, n->high, n->high_neg))
		complain(g, &m->at, "%s: XPC_RANGE is wider than its type", m->name);
	m->low = n->low;
	m->high = n->high;
}

static void check_string(struct gen *g, struct member *m)
{
	if (!m->plain_char || m->shape != XPC_FIXED) {
		complain(g, &m->at, "%s: XPC_STRING on what is not an array of char", m->name);
		return;
	}
	only(g, &m->at, m->name, &m->notes, NOTE_STRING | NOTE_BY | NOTE_NR | NOTE_ADDED, "a string");
	if (m->max < 2 || m->max > XPC_MSG_MAX)
		complain(g, &m->at, "%s: a string of %u bytes", m->name, m->max);
	m->shape = XPC_ONE;
	m->element = XPC_TEXT;
}

static void check_pointer(struct gen *g, struct record *r, struct member *m)
{
	unsigned int kind = m->notes.set & (NOTE_OPAQUE | NOTE_LIST);

	if (!strcmp(m->name, "next") && m->sub == r && !(kind & NOTE_LIST)) {
		r->next = m - r->member;
		m->shape = XPC_SKIPPED;
		return;
	}
	if (!kind) {
		complain(g, &m->at, "%s: pointer without XPC_LIST or XPC_OPAQUE", m->name);
		return;
	}
	if (kind == (NOTE_OPAQUE | NOTE_LIST))
		complain(g, &m->at, "%s: both XPC_LIST and XPC_OPAQUE", m->name);
	if (kind & NOTE_OPAQUE) {
		only(g, &m->at, m->name, &m->notes, NOTE_OPAQUE, "a pointer that is not sent");
		m->shape = XPC_SKIPPED;
		return;
	}
	only(g, &m->at, m->name, &m->notes, NOTE_LIST | NOTE_BY, "a list");
	m->shape = XPC_LINKED;
	m->max = m->notes.list_max;
	r->has_list = true;
	if (m->element != XPC_SUB)
		complain(g, &m->at, "%s: a list of what is not a struct", m->name);
}

static void check_sub(struct gen *g, const struct record *r, const struct member *m)
{
	if (m->sub->busy && m->sub == r) {
		complain(g, &m->at, "%s: struct %s in itself", m->name, r->name);
		return;
	}
	if (m->sub->has_list)
		complain(g, &m->at, "%s: struct %s has a list and cannot be part of another",
			 m->name, m->sub->name);
	if (m->shape == XPC_LINKED && m->sub->next < 0 && !m->sub->busy)
		complain(g, &m->at, "%s: struct %s has no member \"struct %s *next\"", m->name,
			 m->sub->name, m->sub->name);
	if (m->shape != XPC_LINKED && m->sub->notes.set & NOTE_OBJECT)
		complain(g, &m->at, "%s: an object as part of another struct", m->name);
}

static void check_counted(struct gen *g, struct record *r, struct member *m)
{
	const char *name = m->notes.counted;
	struct member *count = NULL;
	unsigned int i;

	if (m->shape != XPC_FIXED) {
		complain(g, &m->at, "%s: XPC_COUNTED on what is not an array", m->name);
		return;
	}
	for (i = 0; i < r->n; i++)
		if (!strcmp(r->member[i].name, name))
			count = &r->member[i];
	if (!count || count == m) {
		complain(g, &m->at, "%s: XPC_COUNTED(%s): no such member before it", m->name, name);
		return;
	}
	if (count->shape == XPC_COUNT) {
		complain(g, &m->at, "%s: %s counts another array already", m->name, name);
		return;
	}
	if (count->shape != XPC_ONE || count->element != XPC_UINT || !count->size ||
	    count->plain_char || count->pointer) {
		complain(g, &m->at, "%s: its count %s is not an unsigned number", m->name, name);
		return;
	}
	if (count->notes.set & NOTE_RANGE && count->high > m->max)
		complain(g, &m->at, "%s: %u elements, but %s may be %llu", m->name, m->max, name,
			 count->high);
	if (count->notes.by != m->notes.by)
		complain(g, &m->at, "%s: XPC_BY differs from that of its count %s", m->name, name);
	if (count->high > m->max)
		count->high = m->max;
	count->shape = XPC_COUNT;
	m->back = m - count;
	m->shape = XPC_COUNTED_ARRAY;
}

/* Called as soon as the member was read: the ones before it are known. */
void check_member(struct gen *g, struct record *r, struct member *m)
{
	only(g, &m->at, m->name, &m->notes, NOTE_BY | NOTE_RANGE | NOTE_STRING | NOTE_COUNTED |
	     NOTE_LIST | NOTE_OPAQUE | NOTE_NR | NOTE_ADDED, "a member");
	if (m->pointer) {
		check_pointer(g, r, m);
	} else if (m->notes.set & (NOTE_LIST | NOTE_OPAQUE)) {
		complain(g, &m->at, "%s: %s on what is not a pointer", m->name,
			 note_name(m->notes.set & (NOTE_LIST | NOTE_OPAQUE)));
	}
	if (m->notes.set & NOTE_STRING)
		check_string(g, m);
	else if (m->plain_char && m->shape != XPC_SKIPPED)
		complain(g, &m->at, "%s: char without XPC_STRING; for numbers use __u8 or __s8",
			 m->name);
	if (m->shape == XPC_FIXED && !m->max)
		complain(g, &m->at, "%s: array without a size", m->name);
	if (m->element == XPC_SUB && m->sub && m->shape != XPC_SKIPPED)
		check_sub(g, r, m);
	check_range(g, m);
	if (m->notes.set & NOTE_COUNTED)
		check_counted(g, r, m);
	if (m->shape == XPC_SKIPPED)
		return;
	if (r->notes.set & NOTE_OBJECT && !m->notes.by)
		complain(g, &m->at, "%s: XPC_BY is missing: who may write it?", m->name);
	if (!(r->notes.set & NOTE_OBJECT) && m->notes.set & NOTE_BY)
		complain(g, &m->at, "%s: XPC_BY, but struct %s is not an object", m->name, r->name);
}

/* ------------------------------------------------------------------- whole structs */

static unsigned long wire_size(const struct member *m)
{
	unsigned long one = m->element == XPC_SUB ? (m->sub ? m->sub->wire_max : 0) : m->size;

	switch (m->shape) {
	case XPC_COUNT:
	case XPC_SKIPPED:
		return 0;
	case XPC_COUNTED_ARRAY:
	case XPC_LINKED:
		return 2 + m->max * one;
	case XPC_FIXED:
		return m->max * one;
	default:
		return m->element == XPC_TEXT ? 2 + m->max - 1 : one;
	}
}

void check_record(struct gen *g, struct record *r)
{
	unsigned long bytes = 0;
	unsigned int i;

	only(g, &r->at, r->name, &r->notes, NOTE_OBJECT | NOTE_EACH | NOTE_ADDED, "a struct");
	for (i = 0; i < r->n; i++) {
		const struct member *m = &r->member[i];

		bytes += wire_size(m);
		if (m->sub && m->shape != XPC_SKIPPED && m->sub->depth > r->depth)
			r->depth = m->sub->depth;
	}
	r->depth++;
	r->wire_max = bytes > XPC_MSG_MAX ? XPC_MSG_MAX + 1 : bytes;
	if (!bytes)
		complain(g, &r->at, "struct %s: no member that travels", r->name);
	if (r->depth > XPC_DEPTH_MAX)
		complain(g, &r->at, "struct %s: structs in structs, more than %u deep", r->name,
			 XPC_DEPTH_MAX);
	if (bytes + XPC_HEADER + XPC_MASK > XPC_MSG_MAX)
		complain(g, &r->at, "struct %s: a message of up to %lu bytes, more than %u",
			 r->name, bytes + XPC_HEADER + XPC_MASK, XPC_MSG_MAX);
}

/* ----------------------------------------------------------------------- functions */

static void check_arg_pointer(struct gen *g, struct member *m)
{
	bool out = m->notes.set & NOTE_OUT;

	if (m->plain_char || (m->element != XPC_SUB && !m->size))
		complain(g, &m->at, "%s: a pointer to what is neither a struct nor a number",
			 m->name);
	else if (out && m->to_const)
		complain(g, &m->at, "%s: XPC_OUT on a pointer to const", m->name);
	else if (!out && !m->to_const)
		complain(g, &m->at, "%s: pointer argument that is neither const nor XPC_OUT",
			 m->name);
	else if (!out && m->element != XPC_SUB)
		complain(g, &m->at, "%s: a number that goes there is passed by value", m->name);
}

void check_arg(struct gen *g, struct member *m)
{
	if (!m->name[0])
		complain(g, &m->at, "an argument without a name");
	if (!strcmp(m->name, "x") || !strcmp(m->name, "ctx"))
		complain(g, &m->at, "%s: a name that the generated functions use", m->name);
	only(g, &m->at, m->name, &m->notes, NOTE_RANGE | NOTE_OUT | NOTE_ADDED, "an argument");
	if (m->pointer) {
		check_arg_pointer(g, m);
	} else {
		if (m->notes.set & NOTE_OUT)
			complain(g, &m->at, "%s: XPC_OUT on what is not a pointer", m->name);
		if (m->element == XPC_SUB || m->plain_char || m->shape != XPC_ONE)
			complain(g, &m->at, "%s: neither a number nor a pointer to a struct",
				 m->name);
	}
	check_range(g, m);
}

void check_call(struct gen *g, struct call *c)
{
	unsigned int ways = c->notes.set & (NOTE_UPCALL | NOTE_DOWNCALL), i;
	unsigned long in = 0, out = 0, most;

	only(g, &c->at, c->name, &c->notes, NOTE_UPCALL | NOTE_DOWNCALL | NOTE_ADDED, "a function");
	if (!ways)
		complain(g, &c->at, "%s: neither XPC_UPCALL nor XPC_DOWNCALL", c->name);
	else if (ways == (NOTE_UPCALL | NOTE_DOWNCALL))
		complain(g, &c->at, "%s: both XPC_UPCALL and XPC_DOWNCALL", c->name);
	for (i = 0; i < c->n; i++)
		*(c->arg[i].notes.set & NOTE_OUT ? &out : &in) += wire_size(&c->arg[i]);
	most = (in > out ? in : out) + XPC_HEADER;
	if (most > XPC_MSG_MAX)
		complain(g, &c->at, "%s: a message of up to %lu bytes, more than %u", c->name, most,
			 XPC_MSG_MAX);
	c->in_max = in;
	c->out_max = out;
}

/* ------------------------------------------------------------------------ all of it */

/* Numbers of objects have a byte on the wire, and so have those of each way's calls. */
static void check_counts(struct gen *g)
{
	unsigned int i, objects = 0;

	for (i = 0; i < g->n_records; i++) {
		const struct record *r = g->record[i];

		if (r->notes.set & NOTE_EACH && !(r->notes.set & NOTE_OBJECT))
			complain(g, &r->at, "struct %s: XPC_EACH on what is not an object", r->name);
		if (r->notes.set & NOTE_EACH && g->guest)
			complain(g, &r->at, "struct %s: XPC_EACH in what a guest has", r->name);
		objects += copies_of(r);
		if (objects > OBJECTS_MAX) {
			complain(g, &r->at, "struct %s: more than %u objects with this one", r->name,
				 OBJECTS_MAX);
			return;
		}
	}
}

static void check_ids(struct gen *g)
{
	unsigned int i, k;

	for (i = 0; i < g->n_records; i++)
		for (k = 0; k < i; k++)
			if (g->record[i]->notes.id && g->record[i]->notes.id == g->record[k]->notes.id)
				complain(g, &g->record[i]->at,
					 "struct %s: id %u is that of struct %s",
					 g->record[i]->name, g->record[i]->notes.id,
					 g->record[k]->name);
	for (i = 0; i < g->n_calls; i++)
		for (k = 0; k < i; k++)
			if (!((g->call[i]->notes.set ^ g->call[k]->notes.set) & NOTE_UPCALL) &&
			    g->call[i]->notes.id == g->call[k]->notes.id)
				complain(g, &g->call[i]->at, "%s: id %u is that of %s",
					 g->call[i]->name, g->call[i]->notes.id, g->call[k]->name);
}

static unsigned int writers(const struct gen *g)
{
	unsigned int i, k, by = 0;

	for (i = 0; i < g->n_records; i++)
		for (k = 0; k < g->record[i]->n; k++)
			by |= g->record[i]->member[k].notes.by;
	return by;
}

/* annot.h: nobody waits for a guest. */
static void check_guest(struct gen *g)
{
	unsigned int i;

	for (i = 0; i < g->n_calls; i++)
		if (g->call[i]->notes.set & NOTE_UPCALL)
			complain(g, &g->call[i]->at, "%s: XPC_UPCALL to a guest", g->call[i]->name);
	check_abi(g);
}

/* Both halves are of one build: nothing of theirs has a number or an age. */
static void check_one_build(struct gen *g)
{
	unsigned int i, k;

	for (i = 0; i < g->n_records; i++)
		for (k = 0; k < g->record[i]->n; k++)
			if (g->record[i]->member[k].notes.set & (NOTE_NR | NOTE_ADDED))
				complain(g, &g->record[i]->member[k].at,
					 "%s: XPC_NR and XPC_ADDED are for what guests write",
					 g->record[i]->member[k].name);
}

void check_all(struct gen *g)
{
	struct where at = { .line = 1 };

	g->guest = (writers(g) & (XPC_BY_GUEST | XPC_BY_KERNEL)) == XPC_BY_GUEST;
	if (g->guest)
		check_guest(g);
	else
		check_one_build(g);
	check_ids(g);
	check_counts(g);
	snprintf(at.file, sizeof(at.file), "%s", g->path);
	if (!g->errors && !g->n_records && !g->n_calls)
		complain(g, &at, "nothing is declared here");
}
