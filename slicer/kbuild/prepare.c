// SPDX-License-Identifier: GPL-2.0
/*
 * The kernel's source where it is expected: Debian's package, unpacked once, and the few sources that the build
 * would make from others.
 */
#include <errno.h>
#include <fts.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "manifest.h"

#define TARBALL "/usr/src/linux-source-6.1.tar.xz"

static int run(const char *const *argv)
{
	int status;
	pid_t pid = fork();

	if (!pid) {
		execvp(argv[0], (char *const *)argv);
		_exit(127);
	}
	return pid < 0 || waitpid(pid, &status, 0) < 0 || status ? -1 : 0;
}

static int unpack(struct slicer *s)
{
	const char *fresh = internf("%s.new", s->linux_tree);
	const char *const argv[] = { "tar", "xf", TARBALL, "-C", fresh, "--strip-components", "1", "--no-same-owner",
		"--exclude=*/Documentation/*", "--exclude=*/drivers/gpu/*", "--exclude=*/tools/testing/*", NULL };

	if (access(TARBALL, R_OK)) {
		fprintf(stderr, "xmd-slicer: no kernel's source in %s, and no %s: install linux-source-6.1\n",
			s->linux_tree, TARBALL);
		return -1;
	}
	if (!s->quiet)
		fprintf(stderr, "xmd-slicer: unpacking %s\n", TARBALL);
	make_dirs(internf("%s/", fresh));
	if (run(argv) || rename(fresh, s->linux_tree)) {
		fprintf(stderr, "xmd-slicer: %s could not be unpacked to %s\n", TARBALL, fresh);
		return -1;
	}
	return 0;
}

/* x.h_shipped is what x.h would be made anew to, with tools that the build does not need. */
static void copy_shipped(const char *from)
{
	const char *to = internf("%.*s", (int)(strlen(from) - strlen("_shipped")), from);
	size_t n = 0;
	char *text;
	FILE *f;

	if (!access(to, F_OK) || !(text = read_whole(from, &n)))
		return;
	f = fopen(to, "w");
	if (f) {
		fwrite(text, 1, n, f);
		fclose(f);
	}
	free(text);
}

/* BLIST_ flags by name, as drivers/scsi/Makefile has sed make them */
static void scsi_flags(struct slicer *s)
{
	const char *from = internf("%s/include/scsi/scsi_devinfo.h", s->linux_tree);
	const char *to = internf("%s/drivers/scsi/scsi_devinfo_tbl.c", s->linux_tree);
	static const char mark[] = "define BLIST_";
	char *text = access(to, F_OK) ? read_whole(from, NULL) : NULL, *p;
	FILE *f = text ? fopen(to, "w") : NULL;

	for (p = text; f && (p = strstr(p, mark));) {
		p += sizeof(mark) - 1;
		fprintf(f, "BLIST_FLAG_NAME(%.*s),\n", (int)strspn(p, "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_"), p);
	}
	if (f)
		fclose(f);
	free(text);
}

static void make_sources(struct slicer *s)
{
	char *dirs[] = { (char *)internf("%s/drivers", s->linux_tree), NULL };
	static const char end[] = "_shipped";
	FTS *fts = fts_open(dirs, FTS_PHYSICAL | FTS_NOCHDIR | FTS_NOSTAT, NULL);
	FTSENT *e;

	while (fts && (e = fts_read(fts))) {
		size_t n = strlen(e->fts_path), k = sizeof(end) - 1;

		if (e->fts_info != FTS_D && n > k && !strcmp(e->fts_path + n - k, end))
			copy_shipped(e->fts_path);
	}
	if (fts)
		fts_close(fts);
	scsi_flags(s);
}

int kb_prepare(struct slicer *s)
{
	const char *stamp = internf("%s/.slicer", s->linux_tree);
	FILE *f;

	if (access(internf("%s/include/config/auto.conf", s->headers), R_OK)) {
		fprintf(stderr, "xmd-slicer: no configuration in %s: install linux-headers-amd64 of Linux 6.1, or give "
			"--headers\n", s->headers);
		return -1;
	}
	if (access(internf("%s/Makefile", s->linux_tree), R_OK) && unpack(s))
		return -1;
	if (!access(stamp, F_OK))
		return 0;
	make_sources(s);
	f = fopen(stamp, "w");
	if (f)
		fclose(f);
	return 0;
}
