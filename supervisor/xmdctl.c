// SPDX-License-Identifier: GPL-2.0
/* xmdctl.c - look at the driver domains in charge, and command; see control.h */
#include "control.h"
#include "files.h"
#include "log.h"
#include "move.h"

#include <ctype.h>
#include <errno.h>
#include <getopt.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#define FIELDS_MAX	16
#define RECORD_MAX	1024
#define ANSWER_S	15	/* for what needs no waiting */

enum exit_code { EXIT_OK = 0, EXIT_FAILED = 1, EXIT_USAGE = 2, EXIT_CANNOT = 3 };

static bool json;

static void usage(FILE *to)
{
	fputs("usage: xmdctl [--json] COMMAND\n"
	      "  status                what is in charge, and how it is\n"
	      "  vifs DOMAIN           its vifs\n"
	      "  history [DOMAIN]      the restarts, oldest first\n"
	      "  restart DOMAIN        drain it, create it anew, go on: nothing is lost; or bring\n"
	      "                        back one that was given up\n"
	      "  upgrade DOMAIN [--kernel FILE] [--ramdisk FILE] [--memory MB]\n"
	      "                        the same with another image; back to the old one if the\n"
	      "                        new one does not serve in time\n"
	      "  retry DOMAIN          bring back one that was given up, without waiting for it\n"
	      "  release DOMAIN        leave it alone from now on, for xl shutdown or destroy\n"
	      "  move DOMAIN [GUEST[/VIF] ...]\n"
	      "                        make DOMAIN the backend of these vifs, or of all whose\n"
	      "                        driver domain is no more; needs no xmd-supervisor, but\n"
	      "                        guests that load xmd_front\n"
	      "  --json                an array of objects instead of a table\n"
	      "exit status: 0 done, 1 refused or failed, 2 usage, 3 no xmd-supervisor is running\n", to);
}

static int fail(int status, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
static int fail(int status, const char *fmt, ...)
{
	va_list ap;

	fputs("xmdctl: ", stderr);
	va_start(ap, fmt);
	vfprintf(stderr, fmt, ap);
	va_end(ap);
	fputc('\n', stderr);
	return status;
}

/* ------------------------------------------------------------- printing */

/* Numbers stay numbers. */
static bool is_number(const char *val)
{
	if (!*val || (val[0] == '0' && val[1]))
		return false;
	while (isdigit((unsigned char)*val))
		val++;
	return !*val;
}

static void put_json(const char *text)
{
	putchar('"');
	for (; *text; text++) {
		if (*text == '"' || *text == '\\')
			putchar('\\');
		if ((unsigned char)*text < ' ')
			printf("\\u%04x", *text);
		else
			putchar(*text);
	}
	putchar('"');
}

static void print_json(char *key[], char *val[], int n, bool first)
{
	int i;

	printf("%s\n  {", first ? "[" : ",");
	for (i = 0; i < n; i++) {
		printf(i ? ", " : " ");
		put_json(key[i]);
		printf(": ");
		if (is_number(val[i]))
			printf("%s", val[i]);
		else
			put_json(val[i]);
	}
	printf(" }");
}

static int width(const char *key)
{
	static const struct { const char *key; int width; } wide[] = {
		{ "name", 16 }, { "state", 12 }, { "last", 26 }, { "mac", 18 }, { "time", 20 },
		{ "kind", 10 }, { "cause", 26 }, { "rings", 10 }, { "result", 8 },
	};
	unsigned int i;

	for (i = 0; i < sizeof(wide) / sizeof(wide[0]); i++)
		if (!strcmp(key, wide[i].key))
			return wide[i].width;
	return (int)strlen(key) + 1;
}

static void print_row(char *key[], char *val[], int n, bool first)
{
	int i;

	for (i = 0; first && i < n; i++)
		printf("%-*s%s", width(key[i]), key[i], i < n - 1 ? " " : "\n");
	for (i = 0; i < n; i++)
		printf("%-*s%s", width(key[i]), val[i], i < n - 1 ? " " : "\n");
}

/* Cuts @line in place. */
static void print_record(char *line, bool first)
{
	char *key[FIELDS_MAX], *val[FIELDS_MAX], *save = NULL, *field;
	int n = 0;

	for (field = strtok_r(line, "\t\n", &save); field && n < FIELDS_MAX;
	     field = strtok_r(NULL, "\t\n", &save)) {
		char *eq = strchr(field, '=');

		if (!eq)
			continue;
		*eq = '\0';
		key[n] = field;
		val[n++] = eq + 1;
	}
	if (json)
		print_json(key, val, n, first);
	else
		print_row(key, val, n, first);
}

static void print_end(bool none)
{
	if (json)
		printf("%s\n]\n", none ? "[" : "");
}

/* -------------------------------------------------------------- history */

static bool print_restart(char *line, const char *name, bool first)
{
	static const char *const field[] = {
		"time", "name", "kind", "cause", "result", "domid", "ms", "steps",
	};
	char record[RECORD_MAX], when[24], *save = NULL, *word;
	size_t n = 0;
	unsigned int i;
	time_t t;

	t = (time_t)strtoll(line, NULL, 10);
	strftime(when, sizeof(when), "%Y-%m-%dT%H:%M:%S", localtime(&t));
	for (i = 0, word = strtok_r(line, "\t\n", &save); word && i < 8;
	     i++, word = strtok_r(NULL, "\t\n", &save)) {
		if (i == 1 && name && strcmp(word, name))
			return false;
		n += (size_t)snprintf(record + n, sizeof(record) - n, "%s%s=%s", i ? "\t" : "",
				      field[i], i ? word : when);
		if (n >= sizeof(record))
			return false;
	}
	if (i < 7)
		return false;
	print_record(record, first);
	return true;
}

static int history(const char *name)
{
	char line[RECORD_MAX * 3 / 4];
	bool first = true;
	FILE *f = fopen(HISTORY_PATH, "re");

	if (!f && errno != ENOENT)
		return fail(EXIT_CANNOT, HISTORY_PATH ": %s", strerror(errno));
	while (f && fgets(line, sizeof(line), f))
		if (print_restart(line, name, first))
			first = false;
	if (f)
		fclose(f);
	print_end(first);
	return EXIT_OK;
}

/* -------------------------------------------------------------- requests */

/* @seconds: for each line of the answer; 0: as long as it takes */
static FILE *call(unsigned int seconds)
{
	struct sockaddr_un at = { .sun_family = AF_UNIX, .sun_path = SOCKET_PATH };
	const struct timeval limit = { .tv_sec = seconds };
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	if (fd >= 0) {
		setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof(limit));
		setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof(limit));
	}
	if (fd >= 0 && !connect(fd, (struct sockaddr *)&at, sizeof(at)))
		return fdopen(fd, "r+");
	if (fd >= 0)
		close(fd);
	return NULL;
}

static int request(unsigned int seconds, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
static int request(unsigned int seconds, const char *fmt, ...)
{
	char line[RECORD_MAX];
	bool first = true;
	va_list ap;
	FILE *f = call(seconds);

	if (!f)
		return fail(EXIT_CANNOT, SOCKET_PATH ": %s; %s", strerror(errno),
			    errno == EACCES ? "are you root?" : errno == EAGAIN ?
			    "xmd-supervisor does not answer, its log says what it waits for" :
			    "does xmd-supervisor run?");
	va_start(ap, fmt);
	vfprintf(f, fmt, ap);
	va_end(ap);
	fputc('\n', f);
	fflush(f);
	while (fgets(line, sizeof(line), f)) {
		if (!strncmp(line, "error ", 6)) {
			line[strcspn(line, "\n")] = '\0';
			if (!first)
				print_end(false);
			return fail(EXIT_FAILED, "%s", line + 6);
		}
		if (!strcmp(line, "ok\n")) {
			print_end(first);
			return EXIT_OK;
		}
		print_record(line, first);
		first = false;
	}
	if (ferror(f) && errno == EAGAIN)
		return fail(EXIT_CANNOT, "xmd-supervisor has not answered for %u s; its log says what it waits for",
			    seconds);
	return fail(EXIT_FAILED, "xmd-supervisor ended before it answered; see its log");
}

static bool is_word(const char *word)
{
	return *word && strlen(word) < 300 && !strpbrk(word, "\t\n");
}

/* Where the supervisor will look for it, which is not where we are. */
static const char *absolute(const char *path, char buf[4096])
{
	return strcmp(path, "-") ? realpath(path, buf) : path;
}

struct image {
	const char *kernel, *ramdisk, *memory;	/* "-": as it is; "" likewise */
};

static bool is_memory(const char *mb)
{
	unsigned long n = strtoul(mb, NULL, 10);

	return is_number(mb) && n >= 16 && n <= 65536;
}

static int upgrade(const char *name, const struct image *i)
{
	char k[4096], r[4096];
	const char *kernel_path = absolute(i->kernel, k), *ramdisk_path = absolute(i->ramdisk, r);

	if (!kernel_path || !ramdisk_path)
		return fail(EXIT_FAILED, "%s: %s", kernel_path ? i->ramdisk : i->kernel,
			    strerror(errno));
	if (!strcmp(kernel_path, "-") && !strcmp(ramdisk_path, "-") && !*i->memory)
		return fail(EXIT_USAGE, "upgrade needs --kernel, --ramdisk or --memory");
	if (*i->memory && !is_memory(i->memory))
		return fail(EXIT_USAGE, "--memory is a number of MB, from 16 to 65536");
	if (!is_word(kernel_path) || !is_word(ramdisk_path))
		return fail(EXIT_USAGE, "a path is too long or has a tab in it");
	/* A supervisor from before it knew of memory understands it without. */
	return request(0, "upgrade\t%s\t%s\t%s%s%s", name, kernel_path, ramdisk_path,
		       *i->memory ? "\t" : "", i->memory);
}

/* ----------------------------------------------------------------- move */

static bool all_moved;

static void tell_move(const struct vif_ref *v, uint32_t to, int err)
{
	if (err) {
		all_moved = false;
		fail(EXIT_FAILED, "vif %u of domain %u stays as it is: %s", v->handle, v->guest,
		     strerror(-err));
	} else if (v->from == to) {
		printf("vif %u of domain %u: domain %u is its backend already\n", v->handle,
		       v->guest, to);
	} else {
		printf("vif %u of domain %u: from domain %u to %u\n", v->handle, v->guest, v->from,
		       to);
	}
}

static int move(char **words, int n)
{
	char reason[MOVE_REASON];
	struct store *s;
	int err;

	s = store_xs_open();
	if (!s)
		return fail(EXIT_CANNOT, "xenstore: %s; are you root?", strerror(errno));
	all_moved = true;
	err = move_vifs(s, words[0], words + 1, (unsigned int)n - 1, tell_move, reason);
	store_close(s);
	if (err)
		return fail(EXIT_FAILED, "%s", reason);
	return all_moved ? EXIT_OK : EXIT_FAILED;
}

/* -------------------------------------------------------------------- */

static int run(const char *command, const char *name, const struct image *image)
{
	static const char *const simple[] = { "vifs", "restart", "retry", "release" };
	unsigned int i;

	if (name && !is_word(name))
		return fail(EXIT_USAGE, "that is no name of a domain");
	if (!strcmp(command, "history"))
		return history(name);
	if (!strcmp(command, "status") && !name)
		return request(ANSWER_S, "status");
	if (!strcmp(command, "upgrade") && name)
		return upgrade(name, image);
	for (i = 0; i < sizeof(simple) / sizeof(simple[0]); i++)
		if (!strcmp(command, simple[i]) && name)
			return request(strcmp(command, "restart") ? ANSWER_S : 0, "%s\t%s", command,
				       name);
	usage(stderr);
	return EXIT_USAGE;
}

int main(int argc, char **argv)
{
	static const struct option known[] = {
		{ "json", no_argument, NULL, 'j' },
		{ "kernel", required_argument, NULL, 'k' },
		{ "ramdisk", required_argument, NULL, 'r' },
		{ "memory", required_argument, NULL, 'm' },
		{ "help", no_argument, NULL, 'h' },
		{ NULL, 0, NULL, 0 },
	};
	struct image image = { "-", "-", "" };
	int c;

	log_begin("xmdctl", false);
	while ((c = getopt_long(argc, argv, "jh", known, NULL)) != -1) {
		switch (c) {
		case 'j':
			json = true;
			break;
		case 'k':
			image.kernel = optarg;
			break;
		case 'r':
			image.ramdisk = optarg;
			break;
		case 'm':
			image.memory = optarg;
			break;
		case 'h':
			usage(stdout);
			return EXIT_OK;
		default:
			usage(stderr);
			return EXIT_USAGE;
		}
	}
	if (argc - optind > 1 && !strcmp(argv[optind], "move"))
		return move(argv + optind + 1, argc - optind - 1);
	if (argc - optind < 1 || argc - optind > 2) {
		usage(stderr);
		return EXIT_USAGE;
	}
	return run(argv[optind], argv[optind + 1], &image);
}
