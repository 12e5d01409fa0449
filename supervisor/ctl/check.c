// SPDX-License-Identifier: GPL-2.0
/* check.c - "xmdctl check": see check.h */
#include "check.h"
#include "ctl.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static void suggest(struct report *r)
{
	char list[256];

	candidate_nics(r, list, sizeof(list));
	find(r, NOTE, "none", "host", "no driver domain runs, and none is configured in /etc/xen");
	remedy(r, "xmdctl create drv --nic BDF --dry-run, with one of: %s", *list ? list : "(no network card was found)");
}

static void check_all(struct report *r)
{
	unsigned int n = check_configs(r, NULL);

	if (!(n + check_running(r, NULL)))
		suggest(r);
}

/* Return: whether there is anything of that name */
static bool check_one(struct report *r, const char *name, const char *config)
{
	char *text = config ? fact_file(&r->facts, "%s", config) : NULL;
	unsigned int n = text ? 1 : 0;

	if (text)
		check_config(r, config, text);
	else if (!config)
		n = check_configs(r, name);
	free(text);
	return (name && check_running(r, name)) || n;
}

int run_check(const struct args *a)
{
	const char *name = a->n > 1 ? a->word[1] : NULL;
	struct report r = { .facts = { .root = a->root } };
	bool there = true;
	int ret;

	if (check_host(&r) || a->root) {
		check_units(&r);
		if (name || a->config)
			there = check_one(&r, name, a->config);
		else
			check_all(&r);
	}
	report_print(&r, a->json, true);
	ret = report_count(&r, FAULT) ? EXIT_FAILED : EXIT_OK;
	if (!there)
		ret = fail(EXIT_FAILED, "%s: no such driver domain, running or in /etc/xen", name ? name : a->config);
	else if (!a->json)
		printf("%u errors, %u warnings, %u notes\n", report_count(&r, FAULT), report_count(&r, WARNING),
		       report_count(&r, NOTE));
	report_free(&r);
	return ret;
}
