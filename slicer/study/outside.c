// SPDX-License-Identifier: GPL-2.0
/* What is outside the class's interface, and how many chips there are. */
#include <string.h>

#include "study.h"

static void count(struct slicer *s, const char *kind, const char *name, struct row *r)
{
	const char *what[8];
	unsigned int i, n = table_all(s, "outside", internf("%s:%s", kind, name), 1, what, 8);

	for (i = 0; i < n; i++) {
		double *to = !strcmp(what[i], "params") ? &r->params : !strcmp(what[i], "sysfs") ? &r->sysfs :
			     !strcmp(what[i], "proc") ? &r->proc : !strcmp(what[i], "debugfs") ? &r->debugfs :
			     !strcmp(what[i], "ioctl") ? &r->ioctl : &r->private_ioctl;

		++*to;
	}
}

static void add_bus(struct row *r, const char *type)
{
	const char *end = strstr(type, "_device_id");
	const char *bus = end ? intern_n(type, end - type) : type;
	char list[300], *rest = list, *b;

	snprintf(list, sizeof(list), "%s", r->bus);
	while ((b = strsep(&rest, ",")))
		if (!strcmp(b, bus))
			return;
	r->bus = strcmp(r->bus, "-") ? internf("%s,%s", r->bus, bus) : bus;
}

/* A table ends with an empty element. */
static void count_chips(const struct mdl_table *t, struct row *r)
{
	size_t n = strlen(t->type);

	if (n < 9 || strcmp(t->type + n - 9, "device_id"))
		return;
	add_bus(r, t->type);
	if (strncmp(t->var, "__mod", 5))
		r->chips += t->n > 1 ? t->n - 1 : t->n;
}

void fill_outside(struct slicer *s, const struct mdl *m, struct row *r)
{
	struct map seen = { 0 };
	unsigned int i, j;

	r->bus = "-";
	for (i = 0; i < m->n_tables; i++) {
		count(s, "table", m->tables[i].type, r);
		count_chips(&m->tables[i], r);
	}
	for (i = 0; i < m->n_fns; i++) {
		const struct mdl_fn *f = &m->fns[i];

		if (!mdl_mine(f))
			continue;
		for (j = 0; j < f->n_kcalls; j++) {
			void **at = map_at(&seen, f->kcalls[j].callee);

			if (!*at) {
				count(s, "call", f->kcalls[j].callee, r);
				r->kernel_functions++;
			}
			*at = (void *)1;
		}
		for (j = 0; j < f->n_entries; j++)
			count(s, "entry", f->entries[j].name, r);
	}
	map_free(&seen);
}
