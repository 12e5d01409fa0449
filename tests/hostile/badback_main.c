// SPDX-License-Identifier: GPL-2.0
/*
 * badback_main.c - xmd-hostile-back: a backend that attacks the frontend of a guest.
 *
 * It runs in a domain that is the backend of a guest's vif; a plain guest will do:
 *	driver_domain=1 in its configuration, xen-evtchn and xen-gntdev loaded.
 * In the other guest, ping anything by that vif.  One line an attack: what was tried,
 * what became of the vif, the verdict.  Whether that guest is well, and what it says
 * of a device that it disabled, is for the caller to look at.
 */
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "badback.h"

#define OFF 4	/* the frontend does not connect: attach the vif anew, and try again */

static const struct bad *const tables[] = { response_attacks, xenbus_attacks,
					   object_attacks, NULL };

static const struct bad *find(const char *name)
{
	for (unsigned int t = 0; tables[t]; t++)
		for (const struct bad *a = tables[t]; a->name; a++)
			if (!strcmp(a->name, name))
				return a;
	return NULL;
}

static void print_outcome(struct back *b, const struct bad *a, bool alive, bool ok)
{
	printf("%-18s taken %u answered %u sent %u echoed %u, frontend state %u, ", a->name,
	       b->taken, b->answered, b->sent, b->echoed, back_front_state(b));
	printf("vif %s: %s\n", alive ? "carries frames" : "is disabled",
	       ok ? "as expected" : "NOT AS EXPECTED");
}

/* Every attack starts with a vif that was seen to carry frames, but for lies in the offer. */
static int attack(struct back *b, const struct bad *a)
{
	bool alive, ok;

	back_offer(b, a);
	if (!back_connect(b)) {
		if (a && a->key) {
			print_outcome(b, a, false, true);
			return OK;
		}
		printf("the vif stays off: frontend state %u\n", back_front_state(b));
		return OFF;
	}
	alive = back_probe(b, 10000);
	if (!a || (!alive && !a->key)) {
		printf("%s: taken %u echoed %u, not readable %u, neither ARP nor ping %u, no room for %u\n",
		       alive ? "the vif carries frames" : "the vif carries NO FRAMES: is a ping running?",
		       b->taken, b->echoed, b->unreadable, b->other, b->no_room);
		return alive ? OK : OFF;
	}
	if (a->flags & A_OBJ)
		return object_attack(b, a);
	if (a->run) {
		a->run(b, a->arg);
		alive = back_probe(b, 6000);
	}
	ok = a->expect & (alive ? B_ALIVE : B_DISABLED);
	print_outcome(b, a, alive, ok);
	if (a->key)
		back_write(b, a->key, NULL);	/* the next offer has all that is honest */
	back_close(b);
	return ok ? OK : FAILED;
}

static int in_child(struct back *b, const struct bad *a)
{
	pid_t pid = fork();
	int status;

	if (pid < 0)
		return BROKEN;
	if (!pid) {
		alarm(60 + b->seconds);
		_exit(attack(b, a));
	}
	if (waitpid(pid, &status, 0) != pid || !WIFEXITED(status)) {
		printf("killed by signal %d\n", WTERMSIG(status));
		return BROKEN;
	}
	status = WEXITSTATUS(status);
	if (a && a->flags & A_GONE && status != OFF)
		printf("%-18s %s: %s\n", a->name, a->what, status == OK ? "done" : "BROKEN");
	return status;
}

/* A vif that the toolstack is about to make: it waits for InitWait. */
static int await(struct back *b, const struct bad *a)
{
	char path[64];

	snprintf(path, sizeof(path), "%s/frontend", b->dir);
	for (unsigned int i = 0; i < 600; i++) {
		struct xs_handle *xs = xs_open(0);
		unsigned int len;
		char *s = xs ? xs_read(xs, XBT_NULL, path, &len) : NULL;

		if (xs)
			xs_close(xs);
		free(s);
		if (s) {
			back_open(b);
			back_offer(b, a);
			return OK;
		}
		sleep_ms(50);
	}
	broken("no %s", b->dir);
}

/* The toolstack detaches: follow it, and remove the directory. */
static int leave(struct back *b)
{
	for (unsigned int i = 0; i < 400 && back_online(b); i++)
		sleep_ms(50);
	back_wait_front(b, STATE(Closed) | STATE(Unknown), 3000);
	back_state(b, XenbusStateClosed);
	/* libxl waits for that state first, then for the directory to go: it must see both */
	sleep_ms(2000);
	return xs_rm(b->xs, XBT_NULL, b->dir) ? OK : BROKEN;
}

static void list(void)
{
	for (unsigned int t = 0; tables[t]; t++)
		for (const struct bad *a = tables[t]; a->name; a++)
			printf("%-18s %s\n", a->name, a->what);
}

static int usage(void)
{
	fputs("usage: xmd-hostile-back -f FRONT_DOMID [-d HANDLE] [-t SECONDS] COMMAND\n"
	      "  ATTACK          this attack; list prints them\n"
	      "  probe           does the vif carry frames?\n"
	      "  await [ATTACK]  a vif that is being attached; with what ATTACK offers\n"
	      "  leave           a vif that is being detached\n"
	      "  -t  length of attacks by repetition (default 2)\n"
	      "  exit: 0 as expected, 1 the frontend failed, 2 the test could not be made,\n"
	      "        4 the frontend stays off: attach the vif anew\n", stderr);
	return BROKEN;
}

static int run(struct back *b, const char *command, const char *name)
{
	const struct bad *a = name ? find(name) : NULL;

	if (!strcmp(command, "await"))
		return name && !a ? usage() : await(b, a);
	a = find(command);
	if (!a && strcmp(command, "leave") && strcmp(command, "probe"))
		return usage();
	back_open(b);
	if (!strcmp(command, "leave"))
		return leave(b);
	return in_child(b, a);
}

int main(int argc, char **argv)
{
	struct back b = { .seconds = 2 };
	int c;

	while ((c = getopt(argc, argv, "f:d:t:")) != -1) {
		if (c == 'f')
			b.front_domid = atoi(optarg);
		else if (c == 'd')
			b.handle = atoi(optarg);
		else if (c == 't')
			b.seconds = atoi(optarg);
		else
			return usage();
	}
	setvbuf(stdout, NULL, _IOLBF, 0);
	if (optind < argc && !strcmp(argv[optind], "list")) {
		list();
		return OK;
	}
	if (optind == argc || !b.front_domid)
		return usage();
	snprintf(b.dir, sizeof(b.dir), "backend/vif/%u/%u", b.front_domid, b.handle);
	return run(&b, argv[optind], argv[optind + 1]);
}
