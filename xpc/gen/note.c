// SPDX-License-Identifier: GPL-2.0
/* note.c - the annotations of annot.h, one by one. */
#include <stdlib.h>
#include "gen.h"

static const struct {
	const char *word;
	const char *macro;
} words[] = {
	{ "object", "XPC_OBJECT" },
	{ "by", "XPC_BY" },
	{ "range", "XPC_RANGE" },
	{ "string", "XPC_STRING" },
	{ "counted", "XPC_COUNTED" },
	{ "list", "XPC_LIST" },
	{ "opaque", "XPC_OPAQUE" },
	{ "upcall", "XPC_UPCALL" },
	{ "downcall", "XPC_DOWNCALL" },
	{ "out", "XPC_OUT" },
	{ "nr", "XPC_NR" },
	{ "added", "XPC_ADDED" },
	{ "each", "XPC_EACH" },
};

#define N_WORDS (sizeof(words) / sizeof(words[0]))

const char *note_name(unsigned int bit)
{
	unsigned int i;

	for (i = 0; i < N_WORDS; i++)
		if (bit & 1u << i)
			return words[i].macro;
	return "?";
}

/* A number in C, with a sign and a suffix perhaps, from *@text up to a comma or the end. */
static bool number(const char **text, __u64 *v, bool *neg)
{
	const char *p = *text;
	char *end;

	p += strspn(p, " (");
	*neg = *p == '-';
	p += *neg;
	if (*p < '0' || *p > '9')
		return false;
	errno = 0;
	*v = strtoull(p, &end, 0);
	if (errno)
		return false;
	end += strspn(end, "uUlL");
	end += strspn(end, " )");
	if (*end && *end != ',')
		return false;
	*neg = *neg && *v;
	*v = *neg ? -*v : *v;
	*text = *end ? end + 1 : end;
	return true;
}

static void numbers_wanted(struct gen *g, const struct where *at, const char *macro,
			   const char *args)
{
	complain(g, at, "%s(%s): not a number", macro, args);
}

static void note_range(struct gen *g, const struct where *at, struct notes *n, const char *args)
{
	const char *p = args;

	if (!number(&p, &n->low, &n->low_neg) || !number(&p, &n->high, &n->high_neg))
		numbers_wanted(g, at, "XPC_RANGE", args);
}

static void one_number(struct gen *g, const struct where *at, const char *macro,
		       const char **args, unsigned int max, unsigned int *out)
{
	const char *start = *args;
	bool neg;
	__u64 v;

	if (!number(args, &v, &neg))
		numbers_wanted(g, at, macro, start);
	else if (neg || !v || v > max)
		complain(g, at, "%s: %s%llu is not between 1 and %u", macro, neg ? "-" : "",
			 neg ? -v : v, max);
	else
		*out = v;
}

static void note_nr(struct gen *g, const struct where *at, struct notes *n, const char *args)
{
	const char *p = args;
	bool neg;
	__u64 v;

	if (!number(&p, &v, &neg) || neg || v >= XPC_FIELDS_MAX)
		complain(g, at, "XPC_NR(%s): not a number from 0 to %u", args, XPC_FIELDS_MAX - 1);
	else
		n->nr = v;
}

static void note_by(struct gen *g, const struct where *at, struct notes *n, const char *args)
{
	static const char * const who[] = { "kernel", "user", "guest" };
	char copy[NAME_MAX_], *word, *rest = NULL;
	unsigned int i;

	snprintf(copy, sizeof(copy), "%s", args);
	for (word = strtok_r(copy, ", ", &rest); word; word = strtok_r(NULL, ", ", &rest)) {
		for (i = 0; i < 3 && strcmp(word, who[i]); i++)
			;
		if (i == 3)
			complain(g, at, "XPC_BY(%s): \"%s\" is not kernel, user or guest", args,
				 word);
		else
			n->by |= 1u << i;
	}
	if (!n->by)
		complain(g, at, "XPC_BY(%s): nobody", args);
}

static void take_args(struct gen *g, const struct where *at, struct notes *n, unsigned int bit,
		      const char *args)
{
	switch (bit) {
	case NOTE_BY:
		note_by(g, at, n, args);
		break;
	case NOTE_RANGE:
		note_range(g, at, n, args);
		break;
	case NOTE_COUNTED:
		snprintf(n->counted, sizeof(n->counted), "%s", args);
		break;
	case NOTE_NR:
		note_nr(g, at, n, args);
		break;
	case NOTE_EACH:
		one_number(g, at, "XPC_EACH", &args, OBJECTS_MAX, &n->each);
		break;
	case NOTE_LIST:
		one_number(g, at, "XPC_LIST", &args, 65535, &n->list_max);
		break;
	case NOTE_OBJECT:
	case NOTE_DOWNCALL:
		one_number(g, at, note_name(bit), &args, 255, &n->id);
		break;
	case NOTE_UPCALL:
		one_number(g, at, "XPC_UPCALL, id", &args, 255, &n->id);
		one_number(g, at, "XPC_UPCALL, ms", &args, 60000, &n->ms);
		break;
	}
}

void note_add(struct gen *g, const struct where *at, struct notes *notes, const char *text)
{
	size_t len = strcspn(text, " ");
	unsigned int i, bit;

	for (i = 0; i < N_WORDS; i++)
		if (strlen(words[i].word) == len && !strncmp(words[i].word, text, len))
			break;
	if (i == N_WORDS) {
		complain(g, at, "unknown annotation \"%s\"", text);
		return;
	}
	bit = 1u << i;
	if (notes->set & bit)
		complain(g, at, "%s twice", words[i].macro);
	notes->set |= bit;
	take_args(g, at, notes, bit, text[len] ? text + len + 1 : "");
}
