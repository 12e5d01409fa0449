// SPDX-License-Identifier: GPL-2.0
/* logs.c - "xmdctl logs": what xmd-supervisor has kept of the deaths of a domain, see console.h */
#include "ctl.h"
#include "out.h"
#include "records.h"

#include "console.h"
#include "files.h"

#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define TEXT_MAX	(4 * (CONSOLE_TAIL + CONSOLE_RING) + 1024)
#define SUFFIX		"-YYYYMMDDThhmmssZ.log"

static const char *whose;

static int is_ours(const struct dirent *e)
{
	size_t n = strlen(whose);

	return !strncmp(e->d_name, whose, n) && strlen(e->d_name + n) == strlen(SUFFIX) &&
	       e->d_name[n] == '-' && e->d_name[n + 9] == 'T' &&
	       !strcmp(e->d_name + strlen(e->d_name) - 4, ".log");
}

/* Its first line to @record, what is behind it to @text, which may be NULL. */
static int read_death(const char *file, char record[RECORD_ROOM], char *text)
{
	char path[400], line[RECORD_ROOM / 2];
	FILE *f;
	size_t n;

	snprintf(path, sizeof(path), LOG_DIR "/%.255s", file);
	f = fopen(path, "re");
	if (!f)
		return fail(EXIT_FAILED, "%s: %s", path, strerror(errno));
	if (!fgets(line, sizeof(line), f)) {
		fclose(f);
		return fail(EXIT_FAILED, "%s: nothing can be read of it", path);
	}
	line[strcspn(line, "\n")] = '\0';
	snprintf(record, RECORD_ROOM, "%s", line);
	record_add(record, "file", "%s", path);
	if (text) {
		n = fread(text, 1, TEXT_MAX - 1, f);
		text[n] = '\0';
	}
	fclose(f);
	return EXIT_OK;
}

/* Return: how many could be read */
static int print_list(struct dirent **e, int n, bool json)
{
	char record[RECORD_ROOM], numbered[RECORD_ROOM + 32];
	int i, shown = 0;

	for (i = n - 1; i >= 0; i--) {
		if (read_death(e[i]->d_name, record, NULL))
			continue;
		snprintf(numbered, sizeof(numbered), "death=%d\t%s", n - i, record);
		out_record(numbered, !shown++);
	}
	if (!json && shown)
		putchar('\n');
	return shown;
}

static int print_one(const char *file, bool json, unsigned long number)
{
	static char text[TEXT_MAX];
	char record[RECORD_ROOM], val[300];
	int ret = read_death(file, record, text);
	static const char *const member[] = { "time", "name", "cause", "file" };
	unsigned int i;

	if (ret != EXIT_OK)
		return ret;
	if (!json) {
		printf("--- death %lu\n%s", number, text);
		return EXIT_OK;
	}
	out_begin(true);
	out_number("death", number);
	for (i = 0; i < 4; i++)
		if (record_get(record, member[i], val, sizeof(val)))
			out_text(member[i], val);
	out_number("domid", record_number(record, "domid"));
	out_text("text", text);
	out_end();
	out_list_end(false);
	return EXIT_OK;
}

int run_logs(const struct args *a)
{
	const char *name = a->word[1];
	uint32_t number = 1;
	struct dirent **e = NULL;
	int i, n, shown = 0, ret = EXIT_OK;

	if (a->n > 2 && (parse_u32(a->word[2], &number) || !number))
		return fail(EXIT_USAGE, "deaths are numbered from 1, the last one, on");
	whose = name;
	n = scandir(LOG_DIR, &e, is_ours, alphasort);
	if (n < 0 && errno != ENOENT)
		return fail(EXIT_CANNOT, LOG_DIR ": %s", strerror(errno));
	n = n < 0 ? 0 : n;
	if (!n && !file_exists(name, ".state"))
		ret = fail(EXIT_FAILED, "nothing is known of a death of %s, and it is not in charge of xmd-supervisor", name);
	else if (a->n > 2 && number > (uint32_t)n)
		ret = fail(EXIT_FAILED, "of %s %d deaths are kept", name, n);
	if (ret == EXIT_OK && a->n < 3)
		shown = print_list(e, n, a->json);
	if (ret == EXIT_OK && n && (a->n > 2 || !a->json)) {
		ret = print_one(e[n - (int)number]->d_name, a->json, number);
	} else if (ret == EXIT_OK) {
		out_list_end(!shown);
		ret = shown == n ? EXIT_OK : EXIT_FAILED;
	}
	for (i = 0; i < n; i++)
		free(e[i]);
	free(e);
	return ret;
}
