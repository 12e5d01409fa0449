// SPDX-License-Identifier: GPL-2.0
/* kept.c - see kept.h */
#include "kept.h"

#include "log.h"

#include <dirent.h>
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define STAMP	sizeof("YYYYMMDDThhmmssZ")

void kept_path(char path[KEPT_PATH], const char *dir, const char *name, const char *ext, time_t when)
{
	char stamp[STAMP];
	struct tm tm;

	gmtime_r(&when, &tm);
	strftime(stamp, sizeof(stamp), "%Y%m%dT%H%M%SZ", &tm);
	if (mkdir(dir, 0750) && errno != EEXIST)
		log_warn("cannot make %s: %s", dir, strerror(errno));
	snprintf(path, KEPT_PATH, "%.255s/%.64s-%s%.8s", dir, name, stamp, ext);
}

static const char *whose, *what;

static int is_ours(const struct dirent *e)
{
	const char *file = e->d_name;
	size_t n = strlen(whose);

	return !strncmp(file, whose, n) && file[n] == '-' &&
	       strlen(file + n + 1) == STAMP - 1 + strlen(what) &&
	       file[n + 1 + 8] == 'T' && !strcmp(file + n + STAMP, what);
}

/* Names have their time in them: the first are the oldest. */
void kept_prune(const char *dir, const char *name, const char *ext, int n, const char *spare)
{
	struct dirent **e;
	char path[600];
	int i, found;

	whose = name;
	what = ext;
	found = scandir(dir, &e, is_ours, alphasort);
	for (i = 0; i < found; i++) {
		snprintf(path, sizeof(path), "%.255s/%s", dir, e[i]->d_name);
		if (i < found - n && (!spare || strcmp(path, spare)) && unlink(path))
			log_warn("cannot remove %s: %s", path, strerror(errno));
		free(e[i]);
	}
	if (found >= 0)
		free(e);
}
