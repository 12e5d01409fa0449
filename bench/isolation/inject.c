// SPDX-License-Identifier: GPL-2.0
/*
 * inject.c - xmd-inject, see inject.h and usage().  The report is one line of JSON:
 *
 *   {"result":"injected","type":T,"site":"0x...","did":TEXT,"at_ms":N}
 *
 * result: injected, not-reached, differs (other code than expected), gone (the process ended first), failed;
 * at_ms is CLOCK_MONOTONIC, and the kernel's log gets the line "xmd-inject: TYPE" at that moment if it takes one.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "inject.h"

#define BREAK	0xcc

static struct fault fault = { .hold_ms = 3000 };

static void report(const char *result, const char *did, double at)
{
	printf("{\"result\":\"%s\",\"type\":\"%s\",\"site\":\"0x%lx\",\"did\":\"%s\",\"at_ms\":%.0f}\n", result,
	       fault.type ? fault.type : "", fault.site, did, at * 1000);
	fflush(stdout);
}

/* All texts are ours, or strerror()'s: nothing in them has to be escaped. */
void end(int status, const char *fmt, ...)
{
	static const char *const results[] = { "injected", "", "", "not-reached", "differs", "gone", "failed" };
	char text[256];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	if (status == USAGE)
		fprintf(stderr, "xmd-inject: %s\n", text);
	else
		report(results[status], text, now());
	exit(status);
}

static _Noreturn void usage(int status)
{
	fputs("usage: xmd-inject fault --pid N|--name PROGRAM --type T --site ADDR --old HEX --new HEX|-\n"
	      "                        [--seed S] [--delay MS] [--within MS] [--hold MS]\n"
	      "       xmd-inject cover --pid N|--name PROGRAM --blocks FILE [--seconds S]\n"
	      "  fault  after --delay (0) waits up to --within (5000) ms for the site to be reached, and puts the\n"
	      "         fault in: see xmd-sites plan for types and sites; --hold: how long a delay is (3000)\n"
	      "  cover  prints the addresses of FILE that are reached within --seconds (10)\n"
	      "Exit status: 0 done, 2 usage, 3 the site was not reached, 4 other code is there, 5 no process, 6 failed\n",
	      status ? stderr : stdout);
	exit(status);
}

/* The kernel's log has it between what others say: so it is known who noticed first, and when. */
static void mark(const char *text)
{
	char line[300];
	int fd = open("/dev/kmsg", O_WRONLY | O_CLOEXEC);
	int n = snprintf(line, sizeof(line), "<5>xmd-inject: %s\n", text);

	if (fd < 0)
		return;
	if (write(fd, line, n) != n)
		fprintf(stderr, "xmd-inject: /dev/kmsg: %s\n", strerror(errno));
	close(fd);
}

static unsigned int hex(const char *name, const char *text, uint8_t *bytes, bool *any)
{
	unsigned int n = strlen(text) / 2;

	if (!n || n > INSN_MAX || strlen(text) % 2)
		end(USAGE, "%s takes 1 to %d bytes, not '%s'", name, INSN_MAX, text);
	for (unsigned int i = 0; i < n; i++) {
		char pair[3] = { text[2 * i], text[2 * i + 1], 0 }, *stop;

		any[i] = !strcmp(pair, "..");
		bytes[i] = any[i] ? 0 : strtoul(pair, &stop, 16);
		if (!any[i] && *stop)
			end(USAGE, "%s takes hexadecimal bytes, not '%s'", name, text);
	}
	return n;
}

/* By the name of its file: the kernel's name for it may be another, and cut off */
static pid_t by_name(const char *name)
{
	DIR *d = opendir("/proc");
	char path[300], exe[300];
	struct dirent *e;
	pid_t found = 0;

	while (d && !found && (e = readdir(d))) {
		ssize_t n;

		if (!atoi(e->d_name))
			continue;
		snprintf(path, sizeof(path), "/proc/%s/exe", e->d_name);
		n = readlink(path, exe, sizeof(exe) - 1);
		if (n <= 0)
			continue;
		exe[n] = 0;
		if (!strcmp(strrchr(exe, '/') ? strrchr(exe, '/') + 1 : exe, name))
			found = atoi(e->d_name);
	}
	if (d)
		closedir(d);
	if (!found)
		end(GONE, "there is no %s", name);
	return found;
}

static void compare(const struct target *p)
{
	uint8_t is[INSN_MAX];

	if (!memory_read(p, p->base + fault.site, is, fault.len))
		end(DIFFERS, "there is no code");
	for (unsigned int i = 0; i < fault.len; i++)
		if (!fault.any_old[i] && is[i] != fault.old[i])
			end(DIFFERS, "byte %u is 0x%02x", i, is[i]);
}

static void put(const struct target *p, uint8_t byte)
{
	if (!memory_write(p, p->base + fault.site, &byte, 1))
		end(FAILED, "the site cannot be written");
}

/* The thread that comes to the site, all others stopped; NULL: none does. The breakpoint is gone. */
static struct thread *reach(struct target *p, double until)
{
	struct stop s;
	uint8_t was;

	target_halt(p);
	compare(p);
	memory_read(p, p->base + fault.site, &was, 1);
	put(p, BREAK);
	target_run(p);
	while (target_wait(p, until, &s)) {
		if (s.trap && s.at == p->base + fault.site) {
			pid_t tid = s.t->tid;

			target_halt(p);
			put(p, was);
			for (unsigned int i = 0; i < p->threads; i++)
				if (p->thread[i].tid == tid)
					return p->thread + i;
		}
		thread_run(s.t, false);
	}
	target_halt(p);
	put(p, was);
	return NULL;
}

static void inject(pid_t pid, unsigned int delay_ms, unsigned int within_ms)
{
	struct target p;
	struct thread *t;
	double at;

	usleep(delay_ms * 1000);
	target_open(&p, pid);
	t = reach(&p, now() + within_ms / 1000.0);
	if (!t) {
		target_close(&p);
		end(NOT_REACHED, "not within %u ms", within_ms);
	}
	at = now();
	mark(fault.type);
	if (!is_message(fault.type)) {
		act(&p, t, &fault);
	} else if (!act_on_message(&p, &fault, now() + within_ms / 1000.0)) {
		target_close(&p);
		end(NOT_REACHED, "no message within %u ms", within_ms);
	}
	target_close(&p);
	report("injected", fault.did, at);
}

static const struct option options[] = {
	{ "pid", 1, NULL, 'p' }, { "name", 1, NULL, 'n' }, { "type", 1, NULL, 't' }, { "site", 1, NULL, 's' },
	{ "old", 1, NULL, 'o' }, { "new", 1, NULL, 'N' }, { "seed", 1, NULL, 'S' }, { "delay", 1, NULL, 'd' },
	{ "within", 1, NULL, 'w' }, { "hold", 1, NULL, 'H' }, { "blocks", 1, NULL, 'b' }, { "seconds", 1, NULL, 'T' },
	{ "help", 0, NULL, 'h' }, { 0 },
};

static uint64_t number(const char *text)
{
	char *stop;
	uint64_t v = strtoull(text, &stop, 0);

	if (stop == text || *stop || *text == '-')
		end(USAGE, "'%s' is no number", text);
	return v;
}

int main(int argc, char **argv)
{
	unsigned int delay = 0, within = 5000, seconds = 10;
	const char *name = NULL, *blocks = NULL, *new = NULL;
	struct target p;
	pid_t pid = 0;
	int o;

	while ((o = getopt_long(argc, argv, "h", options, NULL)) != -1) {
		switch (o) {
		case 'p': pid = number(optarg); break;
		case 'n': name = optarg; break;
		case 't': fault.type = optarg; break;
		case 's': fault.site = number(optarg); break;
		case 'o': fault.len = hex("--old", optarg, fault.old, fault.any_old); break;
		case 'N': new = optarg; break;
		case 'S': fault.seed = number(optarg); break;
		case 'd': delay = number(optarg); break;
		case 'w': within = number(optarg); break;
		case 'H': fault.hold_ms = number(optarg); break;
		case 'b': blocks = optarg; break;
		case 'T': seconds = number(optarg); break;
		case 'h': usage(0);
		default: usage(USAGE);
		}
	}
	if (optind + 1 != argc || (!pid && !name))
		usage(USAGE);
	if (!pid)
		pid = by_name(name);
	if (!strcmp(argv[optind], "cover") && blocks) {
		target_open(&p, pid);
		cover(&p, blocks, seconds);
		return DONE;
	}
	if (strcmp(argv[optind], "fault") || !fault.type || !fault.len || !new)
		usage(USAGE);
	if (!known_type(fault.type))
		end(USAGE, "no type of fault '%s'", fault.type);
	if (strcmp(new, "-") && hex("--new", new, fault.new, fault.any_new) != fault.len)
		end(USAGE, "--new is not as long as --old");
	inject(pid, delay, within);
	return DONE;
}
