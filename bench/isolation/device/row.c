// SPDX-License-Identifier: GPL-2.0
/* row.c - see row.h */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "life.h"
#include "row.h"

#define FIELDS	9

enum { NUMBER, TYPE, SITE, AT, OLD, NEW, SEED, DELAY, CODE };

static unsigned int hex(const char *text, uint8_t *bytes, bool *any)
{
	unsigned int n = strlen(text) / 2;

	if (n > INSN_MAX)
		return 0;
	for (unsigned int i = 0; i < n; i++) {
		char pair[3] = { text[2 * i], text[2 * i + 1], 0 };

		any[i] = !strcmp(pair, "..");
		bytes[i] = any[i] ? 0 : strtoul(pair, NULL, 16);
	}
	return n;
}

bool row_parse(struct row *r, char *line)
{
	char *field[FIELDS];
	unsigned int n = 0;

	line[strcspn(line, "\n")] = '\0';
	for (char *f; n < FIELDS && (f = strsep(&line, "\t")); n++)
		field[n] = f;
	if (n < FIELDS)
		return false;
	*r = (struct row){
		.number = field[NUMBER], .type = field[TYPE], .site = field[SITE], .old_text = field[OLD], .new_text = field[NEW],
		.code = field[CODE], .at = strtoull(field[AT], NULL, 16), .seed = strtoull(field[SEED], NULL, 10),
		.delay_ms = strtoull(field[DELAY], NULL, 10), .changes = strcmp(field[NEW], "-"),
	};
	r->len = hex(r->old_text, r->old, r->any_old);
	return r->len && (!r->changes || hex(r->new_text, r->new, r->any_new) == r->len);
}

void row_header(const struct row *r, const char *where, const char *module)
{
	printf("{\"n\":%s,\"kind\":\"xmd\",\"where\":\"%s\",\"module\":\"%s\",\"simulated\":true,\"type\":\"%s\"", r->number, where,
	       module, r->type);
	life_text("site", r->site);
	printf(",\"at\":\"0x%llx\",\"old\":\"%s\",\"new\":\"%s\"", (unsigned long long)r->at, r->old_text, r->new_text);
	life_text("code", r->code);
	printf(",\"seed\":%llu,\"delay_ms\":%llu", (unsigned long long)r->seed, (unsigned long long)r->delay_ms);
}

static void each(const struct row_of *of, char *line)
{
	int status;
	pid_t pid;

	if (!of->parse(line)) {
		fprintf(stderr, "%s: this is no line of a plan: %s\n", of->program, line);
		exit(2);
	}
	fflush(stdout);
	pid = fork();
	if (!pid)
		of->one();
	if (pid < 0 || waitpid(pid, &status, 0) != pid) {
		perror(of->program);
		exit(3);
	}
	if (!status)
		return;
	of->header();
	of->no_word(status);
	fflush(stdout);
}

void row_each(const struct row_of *of)
{
	static char line[1024];

	while (fgets(line, sizeof(line), stdin))
		each(of, line);
}

unsigned int row_blocks(const char *path, uint64_t **at)
{
	FILE *f = fopen(path, "r");
	unsigned int n = 0;
	char line[256];

	if (!f) {
		perror(path);
		exit(2);
	}
	for (*at = NULL; fgets(line, sizeof(line), f); n++) {
		*at = realloc(*at, (n + 1) * sizeof(**at));
		if (!*at)
			exit(3);
		(*at)[n] = strtoull(line, NULL, 16);
	}
	fclose(f);
	return n;
}
