// SPDX-License-Identifier: GPL-2.0
/* fuzz_words.c - any text as command line, as options and as list of modules: what comes out lies in it */
#include "init.h"

#include <stdlib.h>
#include <string.h>

static char text[INIT_LINE], line[INIT_LINE];

void init_say(enum init_level level, const char *fmt, ...)
{
	(void)level;
	(void)fmt;
}

static void check(int good)
{
	if (!good)
		abort();
}

static int lies_in(const char *s)
{
	return s >= text && s + strlen(s) < text + sizeof(text);
}

static void args_check(const struct args *a)
{
	check(a->n >= 1 && a->n <= INIT_ARGS && !a->v[a->n]);
	for (unsigned int i = 1; i < a->n; i++)
		check(lies_in(a->v[i]));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	size_t n = size < INIT_LINE - 1 ? size : INIT_LINE - 1;
	struct args a, b;
	struct words w = { .backend = &a, .userdriver = &b };
	char out[64], *at = text;
	struct module m;

	memcpy(line, data, n);
	line[n] = 0;
	args_init(&a, "a");
	args_init(&b, "b");
	strcpy(text, line);
	words_parse(text, &w);
	args_check(&a);
	args_check(&b);
	args_init(&a, "a");
	strcpy(text, line);
	conf_parse(text, "file", &a);
	args_check(&a);
	strcpy(text, line);
	while (module_next(&at, &m)) {
		check(lies_in(m.path) && lies_in(m.params) && *m.path);
		module_params(&m, line, out, sizeof(out));
		check(strlen(out) < sizeof(out));
	}
	return 0;
}
