// SPDX-License-Identifier: GPL-2.0
/* init_keep.c - see init.h */
#define _GNU_SOURCE
#include "init.h"

#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>

/* The device comes while we wait: often at first, as all guests wait with us. */
#define LOOK_SOON_MS	2
#define LOOK_LATE_MS	20
#define SOON_MS		1000
#define LONG_MS		3000
#define HELD_MS		50

void keep_began(struct keep *k, pid_t pid, uint64_t now)
{
	k->pid = pid;
	k->began = now;
	k->waits = k->said_waiting = k->was_held = false;
}

static const char *how(int status, char *text, size_t room)
{
	const char *name = WIFSIGNALED(status) ? sigabbrev_np(WTERMSIG(status)) : NULL;

	if (!WIFSIGNALED(status))
		snprintf(text, room, "ended with status %d", WEXITSTATUS(status));
	else if (name)
		snprintf(text, room, "was ended by SIG%s", name);
	else
		snprintf(text, room, "was ended by signal %d", WTERMSIG(status));
	return text;
}

static unsigned int pause_ms(const struct keep *k)
{
	unsigned int ms = KEEP_PAUSE_MS, n;

	for (n = KEEP_PATIENCE; n < k->in_a_row && ms < KEEP_PAUSE_MOST; n++)
		ms *= 2;
	return ms;
}

static bool power_of_two(unsigned int n)
{
	return !(n & (n - 1));
}

/* What goes on like this is said with the 16th, the 32nd time and so on, for ever. */
static void say_end(const struct keep *k, int status, uint64_t lived)
{
	char text[48];

	how(status, text, sizeof(text));
	if (k->in_a_row == KEEP_LOOP)
		init_say(SAY_ERR, "%s is in a crash loop: %u times in a row it has not lived for"
			 " %u s; it %s", k->name, k->in_a_row, KEEP_SETTLED_MS / 1000, text);
	else if (k->in_a_row < KEEP_PATIENCE)
		init_say(SAY_NOTICE, "%s %s after %llu ms, starting it again", k->name, text,
			 (unsigned long long)lived);
	else if (power_of_two(k->in_a_row))
		init_say(SAY_ERR, "%s is still in a crash loop: %u times by now; it %s",
			 k->name, k->in_a_row, text);
}

void keep_ended(struct keep *k, int status, uint64_t now)
{
	uint64_t lived = now - k->began;

	k->pid = 0;
	if (lived >= KEEP_SETTLED_MS)
		k->in_a_row = 0;
	if (k->in_a_row < UINT_MAX)
		k->in_a_row++;
	k->due = lived >= KEEP_HARDLY_MS ? now : now + pause_ms(k);
	say_end(k, status, lived);
}

bool keep_refused(struct keep *k, int status, uint64_t now)
{
	if (!k->refused_status || !WIFEXITED(status) || WEXITSTATUS(status) != k->refused_status)
		return false;
	memmove(k->refused + 1, k->refused, sizeof(k->refused) - sizeof(k->refused[0]));
	k->refused[0] = now;
	if (!k->refused[KEEP_REFUSED - 1] || now - k->refused[KEEP_REFUSED - 1] > KEEP_REFUSED_MS)
		return false;
	init_say(SAY_ERR, "%u times within %u s the kernel half has refused %s what it has to grant: it is damaged;"
		 " this domain ends, so that it is started anew", KEEP_REFUSED, KEEP_REFUSED_MS / 1000, k->name);
	return true;
}

void keep_waits(struct keep *k, uint64_t now)
{
	if (!k->waits)
		k->waits_since = now;
	k->waits = true;
	k->due = now + (now - k->waits_since < SOON_MS ? LOOK_SOON_MS : LOOK_LATE_MS);
	if (now - k->waits_since >= LONG_MS && !k->said_waiting) {
		k->said_waiting = true;
		init_say(SAY_WARN, "%s is not there after %u s, %s waits for it: has this domain a NIC?",
			 k->device, LONG_MS / 1000, k->name);
	}
}

void keep_held(struct keep *k, uint64_t now)
{
	if (!k->was_held)
		init_say(SAY_NOTICE, "%s is not started: somebody holds it", k->name);
	k->was_held = true;
	k->due = now + HELD_MS;
}

int keep_wait_ms(const struct keep *k, unsigned int n, uint64_t now)
{
	uint64_t first = UINT64_MAX;

	for (; n--; k++)
		if (!k->pid && k->due < first)
			first = k->due;
	if (first == UINT64_MAX)
		return -1;
	return first <= now ? 0 : first - now > INT_MAX ? INT_MAX : (int)(first - now);
}
