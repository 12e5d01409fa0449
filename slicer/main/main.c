// SPDX-License-Identifier: GPL-2.0
/* xmd-slicer: options that all commands have, then the command. */
#include <getopt.h>
#include <glob.h>
#include <string.h>
#include <unistd.h>

#include "../base/base.h"
#include "../kbuild/kbuild.h"

static const char usage_text[] =
"usage: xmd-slicer [OPTION ...] COMMAND [ARGUMENT ...]\n"
"\n"
"Splits Linux drivers, on paper or as source, into a half that must stay in the kernel and one that need not.\n"
"\n"
"  facts MODULE|FOLDER ...     read the source of modules: what later commands work on\n"
"  explain DRIVER FUNCTION     which half it is in, and why: the chain of calls from where the kernel enters\n"
"  slice DRIVER [OPTION ...]   the two halves and what is between them ('slice --help')\n"
"  study [OPTION ...]          the figures, for all drivers ('study --help')\n"
"\n"
"  --linux DIR     the kernel's source (build/linux; unpacked from Debian's linux-source-6.1 if not there)\n"
"  --headers DIR   its configuration (the newest /usr/src/linux-headers-6.1*-amd64)\n"
"  --cache DIR     where facts are kept (build/slicer)\n"
"  --tables DIR    what is known of the kernel (slicer/tables)\n"
"  -j N            read N units at a time (the number of processors)\n"
"  -q, --quiet     no progress bar\n"
"  -h, --help\n";

static const char *newest_headers(void)
{
	const char *best = "/usr/src/linux-headers-6.1";
	glob_t g;
	size_t i;

	if (glob("/usr/src/linux-headers-6.1.*-amd64", 0, NULL, &g))
		return best;
	for (i = 0; i < g.gl_pathc; i++) {
		const char *p = g.gl_pathv[i];

		if (!strstr(p, "-rt-") && !strstr(p, "-cloud-") && strverscmp(p, best) > 0)
			best = intern(p);
	}
	globfree(&g);
	return best;
}

static const char *absolute(const char *path)
{
	char *real = realpath(path, NULL), here[4096];
	const char *out = path;

	if (real)
		out = intern(real);
	else if (path[0] != '/' && getcwd(here, sizeof(here)))
		out = internf("%s/%s", here, path);
	free(real);
	return out;
}

enum { OPT_LINUX = 256, OPT_HEADERS, OPT_CACHE, OPT_TABLES };

static void options(struct slicer *s, int argc, char **argv)
{
	static const struct option longs[] = {
		{ "linux", required_argument, NULL, OPT_LINUX }, { "headers", required_argument, NULL, OPT_HEADERS },
		{ "cache", required_argument, NULL, OPT_CACHE }, { "tables", required_argument, NULL, OPT_TABLES },
		{ "quiet", no_argument, NULL, 'q' }, { "help", no_argument, NULL, 'h' }, { NULL, 0, NULL, 0 }
	};
	int c;

	while ((c = getopt_long(argc, argv, "+j:qh", longs, NULL)) != -1)
		switch (c) {
		case OPT_LINUX: s->linux_tree = absolute(optarg); break;
		case OPT_HEADERS: s->headers = absolute(optarg); break;
		case OPT_CACHE: s->cache = absolute(optarg); break;
		case OPT_TABLES: s->tables = absolute(optarg); break;
		case 'j': s->jobs = strtoul(optarg, NULL, 10); break;
		case 'q': s->quiet = true; break;
		case 'h': fputs(usage_text, stdout); exit(0);
		default: fputs(usage_text, stderr); exit(2);
		}
}

static const struct command { const char *name; int (*run)(struct slicer *s, int argc, char **argv); } commands[] = {
	{ "facts", facts_command }, { "explain", explain_command }, { "study", study_command },
#ifdef HAVE_SLICE
	{ "slice", slice_command },
#endif
};

int main(int argc, char **argv)
{
	struct slicer s = { .linux_tree = ROOT "/build/linux", .headers = newest_headers(),
			    .cache = ROOT "/build/slicer", .tables = ROOT "/slicer/tables",
			    .jobs = sysconf(_SC_NPROCESSORS_ONLN) };
	size_t i;

	options(&s, argc, argv);
	argc -= optind;
	argv += optind;
	for (i = 0; argc && i < sizeof(commands) / sizeof(commands[0]); i++)
		if (!strcmp(commands[i].name, argv[0])) {
			bool help = argc > 1 && (!strcmp(argv[1], "--help") || !strcmp(argv[1], "-h"));

			if (!help && kb_prepare(&s))
				return 1;
			optind = 0;	/* the command's own options */
			return commands[i].run(&s, argc, argv);
		}
	if (argc)
		fprintf(stderr, "xmd-slicer: no command %s\n", argv[0]);
	fputs(usage_text, stderr);
	return 2;
}
