// SPDX-License-Identifier: GPL-2.0
/* main.c - xpc-gen: from the declaration of shared objects to their marshaling. */
#include <stdlib.h>
#include "gen.h"

static const char usage[] =
	"usage: xpc-gen FILE.h -o PREFIX [-r RELEASED | -u STRUCT NAME] [-- CFLAGS]\n"
	"\n"
	"Reads the objects and calls declared in FILE.h (xpc/annot.h) and writes\n"
	"  PREFIX_xpc.h   ids, masks, stubs, handlers, static asserts\n"
	"  PREFIX_xpc.c   tables; for both ends\n"
	"  PREFIX_kern.c  the kernel's end of the calls\n"
	"  PREFIX_user.c  the user half's end of the calls\n"
	"or, if guests may write something, instead of the last two\n"
	"  PREFIX_home.c  the driver domain's end of the calls\n"
	"  PREFIX_guest.c the guest's end of the calls\n"
	"  PREFIX_abi.txt what of it older and newer ends rely on, a line each; the lines of\n"
	"                 RELEASED have to be among them\n"
	"With -u the upcall xmd_CALL is handled by NAME_CALL(struct STRUCT *ctx, ...).\n"
	"Exit status: 0 written; 1 a wrong declaration, told as FILE:LINE: reason; 2 usage\n";

void complain(struct gen *g, const struct where *at, const char *fmt, ...)
{
	va_list ap;

	fprintf(stderr, "%s:%u: ", at->file, at->line);
	va_start(ap, fmt);
	vfprintf(stderr, fmt, ap);
	va_end(ap);
	fputc('\n', stderr);
	g->errors++;
}

/* "a/objects.h": objects */
static void set_base(struct gen *g, const char *path)
{
	const char *slash = strrchr(path, '/');

	snprintf(g->base, sizeof(g->base), "%s", slash ? slash + 1 : path);
	g->base[strcspn(g->base, ".")] = '\0';
}

int main(int argc, char **argv)
{
	const char *prefix = NULL;
	struct gen *g;
	int ret = 1, rest = 4;

	if (argc >= 6 && !strcmp(argv[4], "-r"))
		rest = 6;
	else if (argc >= 7 && !strcmp(argv[4], "-u"))
		rest = 7;
	if (argc < 4 || strcmp(argv[2], "-o") || (argc > rest && strcmp(argv[rest], "--"))) {
		fputs(usage, argc == 2 && !strcmp(argv[1], "--help") ? stdout : stderr);
		return argc == 2 && !strcmp(argv[1], "--help") ? 0 : 2;
	}
	prefix = argv[3];
	g = calloc(1, sizeof(*g));
	if (!g) {
		perror("xpc-gen");
		return 1;
	}
	g->path = argv[1];
	g->released = rest == 6 ? argv[5] : NULL;
	g->ctx = rest == 7 ? argv[5] : NULL;
	g->prefix = rest == 7 ? argv[6] : NULL;
	set_base(g, argv[1]);
	if (parse(g, argv + rest + 1, argc > rest + 1 ? argc - rest - 1 : 0)) {
		check_all(g);
		if (!g->errors)
			ret = emit(g, prefix);
	}
	while (g->n_records)
		free(g->record[--g->n_records]);
	while (g->n_calls)
		free(g->call[--g->n_calls]);
	free(g->record);
	free(g->call);
	free(g);
	return ret;
}
