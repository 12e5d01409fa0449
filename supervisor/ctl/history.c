// SPDX-License-Identifier: GPL-2.0
/* history.c - "xmdctl history": what the supervisor has written of each restart */
#include "ctl.h"
#include "out.h"

#include "files.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define RECORD_MAX	1024

/* A line of the file to a record.  Return: whether it is one, and of @name. */
static bool to_record(char *line, const char *name, char record[RECORD_MAX])
{
	static const char *const field[] = {
		"time", "name", "kind", "cause", "result", "domid", "ms", "steps",
	};
	char when[TIME_TEXT], *save = NULL, *word;
	size_t n = 0;
	unsigned int i;

	out_time((time_t)strtoll(line, NULL, 10), when);
	for (i = 0, word = strtok_r(line, "\t\n", &save); word && i < 8;
	     i++, word = strtok_r(NULL, "\t\n", &save)) {
		if (i == 1 && name && strcmp(word, name))
			return false;
		n += (size_t)snprintf(record + n, RECORD_MAX - n, "%s%s=%s", i ? "\t" : "",
				      field[i], i ? word : when);
		if (n >= RECORD_MAX)
			return false;
	}
	/* JSON has each member always */
	if (i == 7)
		snprintf(record + n, RECORD_MAX - n, "\t%s=", field[7]);
	return i >= 7;
}

/* Return: how many; -errno */
static int print_file(const char *path, const char *name, bool first)
{
	char line[RECORD_MAX * 3 / 4], record[RECORD_MAX];
	FILE *f = fopen(path, "re");
	int n = 0;

	if (!f)
		return errno == ENOENT ? 0 : -errno;
	while (fgets(line, sizeof(line), f))
		if (to_record(line, name, record))
			out_record(record, first && !n), n++;
	fclose(f);
	return n;
}

int run_history(const struct args *a)
{
	const char *name = a->n > 1 ? a->word[1] : NULL;
	int n = print_file(HISTORY_PATH, name, true);

	if (n < 0)
		return fail(EXIT_CANNOT, HISTORY_PATH ": %s", strerror(-n));
	if (!n && name && !file_exists(name, ".state"))
		return fail(EXIT_FAILED, "%s has no history, and is not in charge of xmd-supervisor", name);
	out_list_end(!n);
	return EXIT_OK;
}
