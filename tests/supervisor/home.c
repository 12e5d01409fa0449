// SPDX-License-Identifier: GPL-2.0
/* home.c - see home.h */
#include "home.h"

#include "files.h"

#include <assert.h>
#include <errno.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static char home[64];

static void broken(const char *what)
{
	fprintf(stderr, "%s: %s: %s\n", home, what, strerror(errno));
	abort();
}

void at_home(void)
{
	strcpy(home, "/tmp/xmd-test.XXXXXX");
	if (!mkdtemp(home) || chdir(home) || mkdir(RUN_DIR, 0700))
		broken("cannot make a directory in /tmp");
}

static int drop(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
	(void)st;
	(void)type;
	(void)ftw;
	return remove(path);
}

void leave_home(void)
{
	if (chdir("/") || nftw(home, drop, 16, FTW_DEPTH | FTW_PHYS))
		broken("cannot remove it");
}

char *slurp(const char *path)
{
	FILE *f = fopen(path, "re");
	char *text = NULL;
	size_t room = 0;

	if (!f)
		return NULL;
	if (getdelim(&text, &room, '\0', f) < 0) {
		free(text);
		text = strdup("");
	}
	fclose(f);
	return text;
}

void spew(const char *path, const char *text)
{
	FILE *f = fopen(path, "we");

	assert(f);
	fputs(text, f);
	fclose(f);
}
