// SPDX-License-Identifier: GPL-2.0
/* Locks taken and let go, by the member or variable; of a parameter, what callers give. */
#include <string.h>

#include "priv.h"

static void add_lock(struct mdl_fn *f, const struct mdl_arg *a, const char *lock, bool release)
{
	size_t n = f->n_locks, i;

	for (i = 0; i < n; i++)
		if (f->locks[i].lock == lock && f->locks[i].call == a->callee && f->locks[i].line == a->line)
			return;
	*GROW(f->locks, n) = (struct mdl_lock){ lock, a->callee, a->line, release };
	f->n_locks = n;
}

/* Members that callers pass as this parameter. */
static bool from_callers(struct mdl_priv *p, struct mdl_fn *f, const struct mdl_arg *a, const char *param, bool release)
{
	bool any = false;
	size_t i;

	for (i = 0; i < p->n_passes; i++) {
		const struct raw_pass *pass = &p->passes[i];

		if (strncmp(pass->sink, "&f:", 3) || internf("p:%s#%u", pass->callee, pass->i) != param)
			continue;
		add_lock(f, a, intern(pass->sink + 3), release);
		any = true;
	}
	return any;
}

static void param_lock(struct mdl_priv *p, struct mdl_fn *f, const struct mdl_arg *a, const char *param, bool release)
{
	const char *hash = strrchr(param, '#');
	unsigned int i = hash ? strtoul(hash + 1, NULL, 10) : 0;

	if (from_callers(p, f, a, param, release))
		return;
	if (i < f->n_params)
		add_lock(f, a, internf("param %s %s", f->params[i].type, f->params[i].name), release);
}

static void look(struct mdl_priv *p, struct mdl_fn *f, const struct mdl_arg *a)
{
	const char *action = table_lookup(p->s, "locks", a->callee, 1), *what, *end;
	bool release;

	if (!action || a->i || *a->callee == '*')
		return;
	release = !strcmp(action, "release");
	what = bare(a->what);
	if (!strncmp(what, "f:", 2)) {
		add_lock(f, a, intern(what + 2), release);
	} else if (!strncmp(what, "v:", 2)) {
		end = strchrnul(what, '@');
		add_lock(f, a, intern_n(what + 2, end - what - 2), release);
	} else if (!strncmp(what, "p:", 2)) {
		param_lock(p, f, a, what, release);
	} else if (!strncmp(what, "l:", 2)) {
		add_lock(f, a, internf("local %s", strrchr(what, ':') + 1), release);
	}
}

void link_locks(struct mdl *m)
{
	unsigned int i, j;

	for (i = 0; i < m->n_fns; i++)
		for (j = 0; j < m->fns[i].n_args; j++)
			look(m->priv, &m->fns[i], &m->fns[i].args[j]);
}
