// SPDX-License-Identifier: GPL-2.0
/* sites.c - xmd-sites, see sites.h and usage() */
#include <errno.h>
#include <getopt.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "sites.h"

void die(const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	fputs("xmd-sites: ", stderr);
	vfprintf(stderr, fmt, ap);
	fputc('\n', stderr);
	va_end(ap);
	exit(1);
}

void *grown(void *array, size_t n, size_t size)
{
	/* at each power of two */
	if (n & (n - 1))
		return array;
	array = realloc(array, (n ? n * 2 : 1) * size);
	if (!array)
		die("out of memory");
	return array;
}

static _Noreturn void usage(int status)
{
	fputs("usage: xmd-sites blocks [--names ELF] [--only FILE] ELF\n"
	      "       xmd-sites list [--seed S] [--names ELF] [--only FILE] ELF\n"
	      "       xmd-sites plan [--seed S] [--faults N] [--first N] [--types A,B,...] [--covered FILE]\n"
	      "                      [--names ELF] [--only FILE] ELF\n"
	      "  blocks  the first instruction of each block of code: what coverage is measured by\n"
	      "  list    every fault in text that there can be\n"
	      "  plan    the faults of a campaign; the same seed gives the same\n"
	      "  --names    take the names of functions from that file, whose code must be the same\n"
	      "  --only     only the functions in that list\n"
	      "  --covered  only in blocks that run: addresses as xmd-inject or xmd_poke have found them\n",
	      status ? stderr : stdout);
	exit(status);
}

static uint64_t number(const char *name, const char *text, uint64_t most)
{
	char *end;
	uint64_t v;

	errno = 0;
	v = strtoull(text, &end, 0);
	if (errno || end == text || *end || *text == '-' || v > most)
		die("--%s takes a number up to %" PRIu64 ", not '%s'", name, most, text);
	return v;
}

static const struct option options[] = {
	{ "seed", 1, NULL, 's' }, { "faults", 1, NULL, 'f' }, { "first", 1, NULL, 'F' }, { "types", 1, NULL, 't' },
	{ "covered", 1, NULL, 'c' }, { "names", 1, NULL, 'n' }, { "only", 1, NULL, 'o' }, { "help", 0, NULL, 'h' }, { 0 },
};

int main(int argc, char **argv)
{
	struct wanted w = { .seed = 1, .first = 1, .faults = 1 };
	const char *names = NULL, *only = NULL, *what;
	struct image m;
	int o;

	while ((o = getopt_long(argc, argv, "h", options, NULL)) != -1) {
		switch (o) {
		case 's': w.seed = number("seed", optarg, UINT64_MAX); break;
		case 'f': w.faults = number("faults", optarg, 1000000); break;
		case 'F': w.first = number("first", optarg, 1000000); break;
		case 't': w.types = optarg; break;
		case 'c': w.covered = optarg; break;
		case 'n': names = optarg; break;
		case 'o': only = optarg; break;
		case 'h': usage(0);
		default: usage(2);
		}
	}
	if (optind + 2 != argc)
		usage(2);
	what = argv[optind];
	image_open(&m, argv[optind + 1]);
	if (names)
		image_names(&m, names);
	if (only)
		image_only(&m, only);
	if (!m.n_functions)
		die("%s names no functions", names ? names : argv[optind + 1]);
	if (!strcmp(what, "blocks"))
		list_blocks(&m);
	else if (!strcmp(what, "list"))
		list_sites(&m, w.seed);
	else if (!strcmp(what, "plan"))
		plan(&m, &w);
	else
		usage(2);
	return 0;
}
