// SPDX-License-Identifier: GPL-2.0
/* xmdctl.c - look at driver domains, make them, and command; the commands are in ctl/ */
#include "ctl.h"
#include "log.h"
#include "move.h"
#include "out.h"

#include <errno.h>
#include <getopt.h>
#include <limits.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <xmd/capture.h>
#include <xmd/version.h>

#define ANSWER_S	15	/* for what needs no waiting */

int fail(int status, const char *fmt, ...)
{
	va_list ap;

	fflush(stdout);
	fputs("xmdctl: ", stderr);
	va_start(ap, fmt);
	vfprintf(stderr, fmt, ap);
	va_end(ap);
	fputc('\n', stderr);
	return status;
}

/* -------------------------------------------------------------- requests */

struct printed {
	bool any;
};

static void print(void *arg, char *record)
{
	struct printed *p = arg;

	out_record(record, !p->any);
	p->any = true;
}

static int request(unsigned int seconds, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
static int request(unsigned int seconds, const char *fmt, ...)
{
	struct printed p = { false };
	char line[1024];
	va_list ap;
	int ret;

	va_start(ap, fmt);
	vsnprintf(line, sizeof(line), fmt, ap);
	va_end(ap);
	ret = ask_supervisor(seconds, line, print, &p);
	if (ret == EXIT_OK || p.any)
		out_list_end(!p.any);
	return ret;
}

static int run_restart(const struct args *a)
{
	return request(0, "restart\t%s", a->word[1]);
}

static int run_retry(const struct args *a)
{
	return request(ANSWER_S, "retry\t%s", a->word[1]);
}

static int run_release(const struct args *a)
{
	return request(ANSWER_S, "release\t%s", a->word[1]);
}

/* Where the supervisor will look for it, which is not where we are. */
static const char *absolute(const char *path, char buf[PATH_MAX])
{
	return strcmp(path, "-") ? realpath(path, buf) : path;
}

static int run_upgrade(const struct args *a)
{
	char k[PATH_MAX], r[PATH_MAX];
	const char *kernel = absolute(a->kernel, k), *ramdisk = kernel ? absolute(a->ramdisk, r) : NULL;

	if (!ramdisk)
		return fail(EXIT_FAILED, "%s: %s", kernel ? a->ramdisk : a->kernel, strerror(errno));
	if (!strcmp(kernel, "-") && !strcmp(ramdisk, "-") && !*a->memory)
		return fail(EXIT_USAGE, "upgrade needs --kernel, --ramdisk or --memory");
	if (!is_word(kernel) || !is_word(ramdisk))
		return fail(EXIT_USAGE, "a path is too long or has a tab in it");
	/* A supervisor from before it knew of memory understands it without. */
	return request(0, "upgrade\t%s\t%s\t%s%s%s", a->word[1], kernel, ramdisk,
		       *a->memory ? "\t" : "", a->memory);
}

/* ----------------------------------------------------------------- move */

static struct {
	bool all, any, json;
} moved;

static void tell_json(const struct vif_ref *v, uint32_t to, int err)
{
	out_begin(!moved.any);
	moved.any = true;
	out_number("guest", v->guest);
	out_number("vif", v->handle);
	out_number("from", v->from);
	out_number("to", err ? v->from : to);
	out_text("error", err ? strerror(-err) : "");
	out_end();
}

static void tell_move(const struct vif_ref *v, uint32_t to, int err)
{
	if (moved.json)
		tell_json(v, to, err);
	if (err) {
		moved.all = false;
		fail(EXIT_FAILED, "vif %u of domain %u stays as it is: %s", v->handle, v->guest,
		     strerror(-err));
	} else if (moved.json) {
		;
	} else if (v->from == to) {
		printf("vif %u of domain %u: domain %u is its backend already\n", v->handle,
		       v->guest, to);
	} else {
		printf("vif %u of domain %u: from domain %u to %u\n", v->handle, v->guest, v->from,
		       to);
	}
	/* An xenstored that stops at the next one ends us there. */
	fflush(stdout);
}

static int run_move(const struct args *a)
{
	char reason[MOVE_REASON];
	struct store *s = open_store();
	int err;

	if (!s)
		return EXIT_CANNOT;
	moved.all = true;
	moved.json = a->json;
	err = move_vifs(s, a->word[1], a->word + 2, (unsigned int)a->n - 2, tell_move, reason);
	store_close(s);
	if (!err || moved.any)
		out_list_end(!moved.any);
	if (err)
		return fail(EXIT_FAILED, "%s", reason);
	return moved.all ? EXIT_OK : EXIT_FAILED;
}

/* ------------------------------------------------------------- commands */

#define MANY	1000

static const struct command {
	const char *name;
	int least, most;	/* words behind it */
	const char *options;	/* those that are for it, --json apart */
	int (*run)(const struct args *a);
	const char *help;
} commands[] = {
	{ "status", 0, 1, "", run_status,
	  "[DOMAIN]       the driver domains in charge, and how they are; of one, all there is to know" },
	{ "vifs", 1, 1, "", run_vifs, "DOMAIN           its vifs, whose they are, and what they count" },
	{ "stats", 0, 1, "", run_stats, "[DOMAIN]        the counters of the NIC and of each vif" },
	{ "metrics", 0, 0, "", run_metrics, "             the same of all, for Prometheus" },
	{ "top", 0, 1, "oi", run_top,
	  "[DOMAIN] [--interval S] [--once]\n"
	  "                        a live table of rates; q ends it" },
	{ "history", 0, 1, "", run_history, "[DOMAIN]      the restarts, oldest first" },
	{ "logs", 1, 2, "", run_logs,
	  "DOMAIN [N]       its deaths; the last words of the last one, or of the one numbered N" },
	{ "tcpdump", 1, MANY, "Nsw", run_tcpdump,
	  "GUEST[/VIF] [--count N] [--snap BYTES] [--write FILE] [FILTER ...]\n"
	  "                        what passes at a vif, as tcpdump(8) shows it; FILE may be -" },
	{ "check", 0, 1, "cR", run_check,
	  "[DOMAIN] [--config FILE] [--root DIR]\n"
	  "                        what is wrong with this host and its driver domains, with the remedy" },
	{ "create", 1, 1, "kmrnfdcR", run_create,
	  "DOMAIN --nic BDF [--memory MB] [--kernel FILE] [--ramdisk FILE]\n"
	  "                        [--config FILE] [--force] [--dry-run]\n"
	  "                        check the host, give it the NIC, write its configuration, start it" },
	{ "restart", 1, 1, "", run_restart,
	  "DOMAIN        drain it, create it anew, go on: nothing is lost; or bring\n"
	  "                        back one that was given up" },
	{ "upgrade", 1, 1, "kmr", run_upgrade,
	  "DOMAIN [--kernel FILE] [--ramdisk FILE] [--memory MB]\n"
	  "                        the same with another image; back to the old one if the\n"
	  "                        new one does not serve in time" },
	{ "retry", 1, 1, "", run_retry, "DOMAIN          bring back one that was given up, without waiting for it;\n"
	  "                        or take charge again of one that was released" },
	{ "release", 1, 1, "", run_release, "DOMAIN        leave it alone from now on, for xl shutdown or destroy" },
	{ "move", 1, MANY, "", run_move,
	  "DOMAIN [GUEST[/VIF] ...]\n"
	  "                        make DOMAIN the backend of these vifs, or of all whose\n"
	  "                        driver domain is no more; needs no xmd-supervisor, but\n"
	  "                        guests that load xmd_front" },
};

#define N_COMMANDS (sizeof(commands) / sizeof(commands[0]))

static void usage(FILE *to)
{
	size_t i;

	fputs("usage: xmdctl [--json] COMMAND\n", to);
	for (i = 0; i < N_COMMANDS; i++)
		fprintf(to, "  %s %s\n", commands[i].name, commands[i].help);
	fputs("  --json                an array of objects instead of a table\n"
	      "  --version, --help\n"
	      "exit status: 0 done, 1 refused, failed, or an error was found, 2 usage,\n"
	      "  3 no xmd-supervisor, or no xenstored, is running\n", to);
}

static int wrong(const char *what, const char *of)
{
	fail(EXIT_USAGE, "%s%s; see xmdctl --help", what, of);
	return EXIT_USAGE;
}

static int run(const struct args *a, const char *given)
{
	const struct command *c;
	int i;

	for (c = commands; c < commands + N_COMMANDS && strcmp(a->word[0], c->name); c++)
		;
	if (c == commands + N_COMMANDS)
		return wrong("there is no command ", a->word[0]);
	if (a->n - 1 < c->least)
		return wrong("which domain? say so behind ", c->name);
	if (a->n - 1 > c->most)
		return wrong("too many words behind ", c->name);
	/* Words of a filter are tcpdump's, and one may be all of it. */
	for (i = 1; i < a->n && (i == 1 || c->run != run_tcpdump); i++)
		if (!is_word(a->word[i]))
			return wrong("that is no name of a domain", "");
	if (given[strspn(given, c->options)])
		return wrong("an option that does not go with ", c->name);
	return c->run(a);
}

/* 1 to @most */
static bool take_number(const char *text, uint32_t most, unsigned int *n)
{
	return !parse_u32(text, n) && *n && *n <= most;
}

/* @given: a letter for each option that is not for all commands.  Return: -1, or an exit code */
static int take_option(struct args *a, int c, char *given)
{
	double s;
	char *end;

	switch (c) {
	case 'j':
		a->json = true;
		out_json(true);
		return -1;
	case 'h':
		usage(stdout);
		return EXIT_OK;
	case 'V':
		puts("xmdctl " XMD_VERSION);
		return EXIT_OK;
	case '?':
		usage(stderr);
		return EXIT_USAGE;
	}
	if (!strchr(given, c))
		given[strlen(given)] = (char)c;	/* zero behind it */
	switch (c) {
	case 'k':
		a->kernel = optarg;
		break;
	case 'r':
		a->ramdisk = optarg;
		break;
	case 'm':
		a->memory = optarg;
		if (!is_memory(optarg))
			return wrong("--memory is a number of MB, from 16 to 65536, not ", optarg);
		break;
	case 'n':
		a->nic = optarg;
		if (!is_bdf(optarg))
			return wrong("--nic is a PCI device like 0000:03:00.0 (lspci -D shows them), not ", optarg);
		break;
	case 'c':
		a->config = optarg;
		break;
	case 'R':
		a->root = optarg;
		break;
	case 'd':
		a->dry_run = true;
		break;
	case 'f':
		a->force = true;
		break;
	case 'o':
		a->once = true;
		break;
	case 'N':
		if (!take_number(optarg, UINT_MAX, &a->count))
			return wrong("--count is a number of frames, not ", optarg);
		break;
	case 's':
		if (!take_number(optarg, XMD_CAPTURE_BYTES, &a->snap))
			return wrong("--snap is a number of bytes, from 1 to 65568, not ", optarg);
		break;
	case 'w':
		a->write = optarg;
		break;
	case 'i':
		s = strtod(optarg, &end);
		if (!(s >= 0.2 && s <= 3600) || *end)
			return wrong("--interval is a number of seconds, from 0.2 to 3600, not ", optarg);
		a->interval_ms = (unsigned int)(s * 1000);
		break;
	}
	return -1;
}

static int command(int argc, char **argv)
{
	static const struct option known[] = {
		{ "json", no_argument, NULL, 'j' },
		{ "kernel", required_argument, NULL, 'k' },
		{ "ramdisk", required_argument, NULL, 'r' },
		{ "memory", required_argument, NULL, 'm' },
		{ "nic", required_argument, NULL, 'n' },
		{ "config", required_argument, NULL, 'c' },
		{ "root", required_argument, NULL, 'R' },
		{ "dry-run", no_argument, NULL, 'd' },
		{ "force", no_argument, NULL, 'f' },
		{ "once", no_argument, NULL, 'o' },
		{ "interval", required_argument, NULL, 'i' },
		{ "count", required_argument, NULL, 'N' },
		{ "snap", required_argument, NULL, 's' },
		{ "write", required_argument, NULL, 'w' },
		{ "version", no_argument, NULL, 'V' },
		{ "help", no_argument, NULL, 'h' },
		{ NULL, 0, NULL, 0 },
	};
	struct args a = { .kernel = "-", .ramdisk = "-", .memory = "", .interval_ms = 1000 };
	char given[16] = "";
	int c, ret;

	log_begin("xmdctl", false);
	while ((c = getopt_long(argc, argv, "jh", known, NULL)) != -1) {
		ret = take_option(&a, c, given);
		if (ret >= 0)
			return ret;
	}
	if (optind == argc) {
		usage(stderr);
		return EXIT_USAGE;
	}
	a.word = argv + optind;
	a.n = argc - optind;
	return run(&a, given);
}

/* What was said and did not arrive, as on a disk that is full, was not done. */
int main(int argc, char **argv)
{
	int ret = command(argc, argv);

	if (!fflush(stdout) && !ferror(stdout))
		return ret;
	return ret == EXIT_OK ? fail(EXIT_FAILED, "stdout: %s", strerror(errno)) : ret;
}
