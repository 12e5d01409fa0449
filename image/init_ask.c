// SPDX-License-Identifier: GPL-2.0
/*
 * init_ask.c - xmd-init that is not process 1: poweroff, reboot, halt, which a kernel calls and a person; and --check.
 *
 * The image's kernel calls this for every helper that it would like (STATIC_USERMODEHELPER): there are none.
 */
#define _GNU_SOURCE
#include "init.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/reboot.h>
#include <unistd.h>
#include <xmd/version.h>

const struct way_out ways_out[] = {
	{ "poweroff", SIGUSR2, RB_POWER_OFF },
	{ "reboot", SIGTERM, RB_AUTOBOOT },
	{ "halt", SIGUSR1, RB_HALT_SYSTEM },
	{ NULL, 0, 0 },
};

static int usage(void)
{
	fputs("xmd-init: process 1 of the xmd driver domain's image, see xmd-init(8)\n"
	      "usage: xmd-init --check [DIR [COMMAND-LINE]] | --version\n", stderr);
	return 2;
}

/* ---- --check ---- */

static void check_module(const char *dir, const struct module *m, const char *line)
{
	char path[INIT_LINE], params[INIT_LINE];

	if (*m->path != '/')
		init_say(SAY_ERR, "/etc/xmd/modules: \"%s\" is no path: it begins with /", m->path);
	else if (!m->wait && snprintf(path, sizeof(path), "%s%s", dir, m->path) < (int)sizeof(path) &&
		 access(path, R_OK))
		init_say(SAY_ERR, "/etc/xmd/modules: %s: %s", m->path, strerror(errno));
	if (m->wait && *m->params)
		init_say(SAY_ERR, "/etc/xmd/modules: \"%s\" behind the path that is waited for", m->params);
	if (!module_params(m, line, params, sizeof(params)))
		init_say(SAY_ERR, "/etc/xmd/modules: %s: not all of its parameters fit", m->path);
}

static void check_modules(const char *dir, const char *line)
{
	static char text[INIT_LINE];
	char path[INIT_LINE], *at = text;
	struct module m;

	snprintf(path, sizeof(path), "%s/etc/xmd/modules", dir);
	/* an overlay has none: xmd-mkimage writes it */
	if (!read_text(path, text))
		return;
	while (module_next(&at, &m))
		check_module(dir, &m, line);
}

static void check_options(const char *dir, const char *file, struct args *a)
{
	static char text[2][INIT_LINE];
	static int n;
	char path[INIT_LINE];

	snprintf(path, sizeof(path), "%s/etc/xmd/%s", dir, file);
	args_init(a, file);
	read_text(path, text[n]);
	conf_parse(text[n++], path, a);
}

/* All that process 1 would complain of, in an image, an overlay, or where it runs. */
static int check(const char *dir, char *line)
{
	static char words_text[INIT_LINE];
	struct args backend, userdriver;
	struct words w = { .backend = &backend, .userdriver = &userdriver };
	char path[INIT_LINE];

	if (strlen(line) >= INIT_LINE)
		init_say(SAY_ERR, "the command line is too long");
	snprintf(words_text, sizeof(words_text), "%s", line);
	check_modules(dir, words_text);
	check_options(dir, "backend.conf", &backend);
	check_options(dir, "userdriver.conf", &userdriver);
	words_parse(words_text, &w);
	snprintf(path, sizeof(path), "%s/etc/xmd/after-start", dir);
	if (!access(path, F_OK) && access(path, X_OK))
		init_say(SAY_ERR, "%s is there and is no program: it is not run", path);
	if (init_complaints)
		return 2;
	puts("ok");
	return 0;
}

int not_process_1(int argc, char **argv)
{
	const char *name = argc ? strrchr(argv[0], '/') : NULL;

	name = name ? name + 1 : argc ? argv[0] : "";
	if (argc == 2 && !strcmp(argv[1], "--version"))
		return puts("xmd-init " XMD_VERSION) < 0;
	if (argc > 1 && argc < 5 && !strcmp(argv[1], "--check"))
		return check(argc > 2 ? argv[2] : "", argc > 3 ? argv[3] : (char[]){ "" });
	for (const struct way_out *w = ways_out; w->program; w++) {
		if (strcmp(name, w->program))
			continue;
		if (!kill(1, w->signal))
			return 0;
		fprintf(stderr, "%s: %s\n", name, strerror(errno));
		return 1;
	}
	return usage();
}
