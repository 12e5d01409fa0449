// SPDX-License-Identifier: GPL-2.0
/*
 * plan.c - see sites.h.  A line a fault, with tabs:
 *
 *   number  type  function+offset  address  old bytes  new bytes  seed  delay (ms)  instruction
 *
 * ".." is a byte that the loader has changed: whatever it is, and it stays. New bytes "-": a fault in data or
 * behaviour, which happens when this instruction is reached. "none" does nothing: what a campaign finds without faults.
 */
#include <stdlib.h>
#include <string.h>

#include "sites.h"

#define DELAY_MS	1500

static const char *const program_types[] = {
	"stack", "heap", "globals", "register", "message", "message-lost", "message-twice", "message-swap", "spin", "stop",
	"exit", "delay", "none",
};
static const char *const module_types[] = { "register", "stack", "spin", "none" };

struct choice {
	const struct function *f;
	uint64_t at;
};

/* Blocks that run */
struct covered {
	uint64_t *at;
	size_t n;
	bool all;
};

struct list {
	struct choice *c;
	size_t n;
};

static csh engine(void)
{
	csh cs;

	if (cs_open(CS_ARCH_X86, CS_MODE_64, &cs) || cs_option(cs, CS_OPT_DETAIL, CS_OPT_ON) ||
	    cs_option(cs, CS_OPT_SKIPDATA, CS_OPT_ON))
		die("capstone does not start");
	return cs;
}

static int by_number(const void *a, const void *b)
{
	uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

	return x < y ? -1 : x > y;
}

static struct covered read_covered(const char *path)
{
	struct covered v = { .all = !path };
	FILE *f = path ? fopen(path, "r") : NULL;
	char line[128], *end;

	if (!path)
		return v;
	if (!f)
		die("cannot read %s", path);
	while (fgets(line, sizeof(line), f)) {
		uint64_t at = strtoull(line, &end, 16);

		if (end == line || (*end != '\n' && *end != ' ' && *end != '\t'))
			die("%s: '%s' is no address", path, line);
		v.at = grown(v.at, v.n, sizeof(*v.at));
		v.at[v.n++] = at;
	}
	fclose(f);
	if (!v.n)
		die("%s: nothing runs", path);
	qsort(v.at, v.n, sizeof(*v.at), by_number);
	return v;
}

static bool runs(const struct covered *v, uint64_t at)
{
	return v->all || bsearch(&at, v->at, v->n, sizeof(at), by_number);
}

/* ---- printing ---- */

static void print_bytes(const uint8_t *bytes, const bool *any, unsigned int n)
{
	for (unsigned int i = 0; i < n; i++)
		if (any && any[i])
			fputs("..", stdout);
		else
			printf("%02x", bytes[i]);
	putchar('\t');
}

static void print_site(const struct site *s)
{
	printf("%s\t%s+0x%" PRIx64 "\t0x%" PRIx64 "\t", s->type, s->f->name, s->at - s->f->at, s->at);
	print_bytes(s->old, s->any, s->len);
	if (s->changes)
		print_bytes(s->new, s->all ? NULL : s->any, s->len);
	else
		fputs("-\t", stdout);
}

/* ---- each instruction once ---- */

struct walk {
	const struct image *m;
	csh cs;
	void (*each)(const struct code *c, size_t i, void *arg);
	void *arg;
};

static void walk(const struct walk *w)
{
	struct code c;

	for (size_t k = 0; k < w->m->n_functions; k++) {
		if (!w->m->functions[k].only || !code_open(&c, w->m, w->m->functions + k, w->cs))
			continue;
		for (size_t i = 0; i < c.n; i++)
			w->each(&c, i, w->arg);
		code_close(&c);
	}
}

static void print_block(const struct code *c, size_t i, void *arg)
{
	struct site s;

	(void)arg;
	/* one that cannot be a site is still the first of a block whose others can */
	if (!c->leader[i] || !c->in[i].id)
		return;
	site_of(c, i, &s);
	printf("0x%" PRIx64 "\t", s.at);
	print_bytes(s.old, s.any, s.len);
	printf("%s+0x%" PRIx64 "\n", s.f->name, s.at - s.f->at);
}

void list_blocks(const struct image *m)
{
	walk(&(struct walk){ m, engine(), print_block, NULL });
}

static void print_sites(const struct code *c, size_t i, void *seed)
{
	struct site s;

	for (unsigned int t = 0; t < TEXT_TYPES; t++) {
		if (!mutate(c, i, t, *(uint64_t *)seed, &s))
			continue;
		print_site(&s);
		printf("%s\n", s.text);
	}
}

void list_sites(const struct image *m, uint64_t seed)
{
	walk(&(struct walk){ m, engine(), print_sites, &seed });
}

/* ---- the choice ---- */

struct collect {
	const struct image *m;
	csh cs;
	const struct wanted *w;
	struct covered covered;
	struct list text[TEXT_TYPES], any;
};

static void add(struct list *l, const struct code *c, size_t i)
{
	l->c = grown(l->c, l->n, sizeof(*l->c));
	l->c[l->n++] = (struct choice){ c->f, c->in[i].address };
}

static void collect(const struct code *c, size_t i, void *arg)
{
	struct collect *o = arg;
	struct site s;

	if (!c->usable[i] || !runs(&o->covered, c->in[code_leader(c, i)].address))
		return;
	add(&o->any, c, i);
	for (unsigned int t = 0; t < TEXT_TYPES; t++)
		if (mutate(c, i, t, o->w->seed, &s))
			add(&o->text[t], c, i);
}

static int text_type(const char *name)
{
	for (int t = 0; t < TEXT_TYPES; t++)
		if (!strcmp(text_types[t], name))
			return t;
	return -1;
}

static bool know(const struct image *m, const char *name)
{
	const char *const *types = m->module ? module_types : program_types;
	size_t n = m->module ? sizeof(module_types) / sizeof(*types) : sizeof(program_types) / sizeof(*types);

	for (size_t i = 0; i < n; i++)
		if (!strcmp(types[i], name))
			return true;
	return text_type(name) >= 0;
}

/* The types in turn; without @text those that there are */
static size_t types_of(const struct image *m, const char *text, const char *types[64])
{
	size_t n = 0;

	if (text) {
		for (char *t = strtok(strdup(text), ","); t && n < 64; t = strtok(NULL, ",")) {
			if (!know(m, t))
				die("no type of fault '%s' for a %s", t, m->module ? "module" : "program");
			types[n++] = t;
		}
		return n;
	}
	for (n = 0; n < TEXT_TYPES; n++)
		types[n] = text_types[n];
	if (m->module)
		for (size_t i = 0; i < sizeof(module_types) / sizeof(*module_types); i++)
			types[n++] = module_types[i];
	else
		for (size_t i = 0; i < sizeof(program_types) / sizeof(*program_types); i++)
			types[n++] = program_types[i];
	return n;
}

static void print_fault(const struct collect *o, unsigned int number, const char *type, const struct list *l)
{
	const struct wanted *w = o->w;
	uint64_t seed = mix(w->seed, number);
	struct choice choice = l->c[seed % l->n];
	struct code c;
	struct site s;
	size_t i = 0;
	int t = text_type(type);

	code_open(&c, o->m, choice.f, o->cs);
	while (c.in[i].address != choice.at)
		i++;
	site_of(&c, i, &s);
	s.type = type;
	if (t >= 0)
		mutate(&c, i, t, w->seed, &s);
	printf("%u\t", number);
	print_site(&s);
	printf("%" PRIu64 "\t%u\t%s\n", mix(seed, 1) >> 32, (unsigned int)(mix(seed, 2) % DELAY_MS), s.text);
	code_close(&c);
}

/*
 * Each type gets the same number of faults; of a type, each instruction that runs is as likely as the other.
 * Number and seed alone say what is chosen, so that a campaign can begin anywhere.
 */
void plan(const struct image *m, const struct wanted *w)
{
	struct collect o = { .m = m, .cs = engine(), .w = w, .covered = read_covered(w->covered) };
	const char *types[64];
	size_t n = types_of(m, w->types, types);

	walk(&(struct walk){ m, o.cs, collect, &o });
	if (!o.any.n)
		die("there is no instruction that runs");
	for (size_t i = 0; i < n; ) {
		int t = text_type(types[i]);

		if (t < 0 || o.text[t].n) {
			i++;
			continue;
		}
		fprintf(stderr, "xmd-sites: there is no site for %s\n", types[i]);
		memmove(types + i, types + i + 1, (--n - i) * sizeof(*types));
	}
	for (unsigned int k = 0; n && k < w->faults; k++) {
		unsigned int number = w->first + k;
		const char *type = types[number % n];
		int t = text_type(type);

		print_fault(&o, number, type, t < 0 ? &o.any : &o.text[t]);
	}
}
