// SPDX-License-Identifier: GPL-2.0
/* args.c - how arguments and results of a call cross. */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include "emit.h"

static const struct {
	const char *c, *wire;
} numbers[] = {
	{ "u8", "__u8" },
	{ "u16", "__u16" },
	{ "u32", "__u32" },
	{ "u64", "__u64" },
	{ "s8", "__s8" },
	{ "s16", "__s16" },
	{ "s32", "__s32" },
	{ "s64", "__s64" },
	{ "int", "__s32" },
	{ "unsigned int", "__u32" },
	{ "unsigned", "__u32" },
	{ "bool", "__u8" },
	{ "_Bool", "__u8" },
	{ "long", "__s64" },
	{ "unsigned long", "__u64" },
	{ "size_t", "__u64" },
	{ "ssize_t", "__s64" },
	{ "loff_t", "__s64" },
	{ "char", "__u8" },
	{ "unsigned char", "__u8" },
	{ "unsigned short", "__u16" },
	{ "short", "__s16" },
	{ "gfp_t", "__u32" },
	{ "__be16", "__u16" },
	{ "netdev_tx_t", "__s32" },
	{ "irqreturn_t", "__s32" },
};

/* What of an operation's struct only names one that both halves have. */
static const char *const handles[] = {
	"net_device",	"pci_dev",    "device",	     "work_struct",
	"delayed_work", "timer_list", "napi_struct", "device_driver",
};

static const char *number_of(const char *type)
{
	unsigned int i;

	type += !strncmp(type, "const ", 6) ? 6 : 0;
	for (i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++)
		if (!strcmp(numbers[i].c, type))
			return numbers[i].wire;
	if (!strcmp(type, "pm_message_t") || !strncmp(type, "struct ", 7) ||
	    !strncmp(type, "union ", 6))
		return NULL;
	return !strncmp(type, "enum ", 5) ? "__u32" : "__u64";
}

/* "const struct T *": T into @rec */
static bool points_to_struct(const char *type, char *rec, size_t size)
{
	const char *p = type + (!strncmp(type, "const ", 6) ? 6 : 0);
	size_t n;

	if (strncmp(p, "struct ", 7))
		return false;
	p += 7;
	n = strspn(p, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_");
	snprintf(rec, size, "%.*s", (int)n, p);
	p += n;
	p += *p == ' ';
	return !strcmp(p, "*") || !strcmp(p, "*const") || !strcmp(p, "*restrict");
}

static bool is_handle(const struct emit *e, const char *rec)
{
	unsigned int i;

	for (i = 0; i < sizeof(handles) / sizeof(handles[0]); i++)
		if (!strcmp(handles[i], rec))
			return true;
	for (i = 0; i < e->sl->m->n_records; i++)
		if (!strcmp(e->sl->m->records[i].name, rec))
			return true;
	return is_embedded(e, rec);
}

/* $0, $1: the arguments */
static void expand(const struct mdl_fn *f, const char *expr, char *to, size_t size)
{
	size_t n = 0;

	for (; *expr && n + 1 < size; expr++) {
		if (*expr == '$' && isdigit((unsigned char)expr[1]) &&
		    expr[1] - '0' < (int)f->n_params) {
			n += snprintf(to + n, size - n, "%s", f->params[expr[1] - '0'].name);
			n = n < size ? n : size - 1;
			expr++;
		} else {
			to[n++] = *expr;
		}
	}
	to[n] = '\0';
}

/* How many bytes are behind a pointer to what is no struct. */
static void bytes_of(const struct emit *e, const struct mdl_fn *f, unsigned int i, struct arg *a)
{
	const struct note *note = note_find(e->sl, "length", f->name, a->name);
	const char *expr = NULL, *way = "both";
	char key[300];
	unsigned int k;

	for (k = 0; k < f->n_entries && !expr; k++) {
		snprintf(key, sizeof(key), "%s#%u", f->entries[k].name, i);
		expr = table_lookup(e->sl->s, "contract", key, 2);
		way = expr ? table_lookup(e->sl->s, "contract", key, 1) : way;
	}
	if (note) {
		expr = note->rest + strcspn(note->rest, " \t");
		way = note->rest;
	}
	if (!expr)
		return;
	a->kind = ARG_BYTES;
	a->only_in = !strncmp(way, "in", 2);
	expand(f, expr, a->size, sizeof(a->size));
}

void arg_of(const struct emit *e, const struct mdl_fn *f, unsigned int i, struct arg *a)
{
	char rec[120];

	memset(a, 0, sizeof(*a));
	a->name = f->params[i].name;
	a->type = f->params[i].type;
	a->kind = ARG_LOST;
	if (!strpbrk(a->type, "*[")) {
		a->number = number_of(a->type);
		a->kind = a->number ? ARG_NUMBER : ARG_LOST;
	} else if (points_to_struct(a->type, rec, sizeof(rec))) {
		a->kind = is_handle(e, rec) ? ARG_HANDLE : ARG_BYTES;
		a->only_in = !strncmp(a->type, "const ", 6);
		snprintf(a->size, sizeof(a->size), "sizeof(*%s)", a->name);
	} else {
		bytes_of(e, f, i, a);
	}
}

const char *return_type(const struct mdl_fn *f, bool *lost)
{
	*lost = strchr(f->ret, '*') || (!strncmp(f->ret, "struct ", 7));
	return *lost || !strcmp(f->ret, "void") ? NULL : "__s64";
}

bool is_entry(const struct emit *e, const struct mdl_fn *f)
{
	return in_user(e->sl, f) && f->n_entries;
}

bool is_down(const struct emit *e, const struct mdl_fn *f)
{
	unsigned int i;

	for (i = 0; i < e->sl->n_down; i++)
		if (e->sl->down[i].to == f)
			return !cut_can_copy(e->sl, e->sl->down[i].to);
	return false;
}

bool has_entry(const struct mdl_fn *f, const char *name)
{
	unsigned int i;

	for (i = 0; i < f->n_entries; i++)
		if (!strcmp(f->entries[i].name, name))
			return true;
	return false;
}
