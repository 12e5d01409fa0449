// SPDX-License-Identifier: GPL-2.0
/* schedule.c - when to send the next one, and when to end. */
#include <time.h>
#include <unistd.h>

#include "traffic.h"

/*
 * A sender that was late makes up for so much and not for more: after an outage it goes on at its
 * rate, instead of overrunning the path with all that the outage held back.
 */
#define MADE_UP 0.1

volatile sig_atomic_t stopped;

static void stop(int sig)
{
	(void)sig;
	stopped = 1;
}

/* Without SA_RESTART: whoever waits looks again. */
void stop_on_signals(void)
{
	struct sigaction a = { .sa_handler = stop };

	sigaction(SIGTERM, &a, NULL);
	sigaction(SIGINT, &a, NULL);
}

static double read_clock(clockid_t clock)
{
	struct timespec t;

	clock_gettime(clock, &t);
	return t.tv_sec + t.tv_nsec / 1e9;
}

double now(void)
{
	return read_clock(CLOCK_MONOTONIC);
}

double wall(void)
{
	return read_clock(CLOCK_REALTIME);
}

void nap(double seconds)
{
	struct timespec t = { .tv_sec = seconds };

	t.tv_nsec = (seconds - t.tv_sec) * 1e9;
	nanosleep(&t, NULL);
}

bool ended(struct ending *e, double t)
{
	if (e->file && !e->seen && t >= e->looked + LOOK) {
		e->looked = t;
		e->seen = !access(e->file, F_OK);
	}
	return stopped || e->seen || (e->at && t >= e->at);
}

bool pace_wait(struct pace *p, struct ending *e)
{
	for (;;) {
		double t = now();

		if (ended(e, t))
			return false;
		if (!p->next)
			p->next = t;
		if (p->next < t - MADE_UP)
			p->next = t - MADE_UP;
		if (p->next <= t)
			break;
		nap(p->next - t < LOOK ? p->next - t : LOOK);
	}
	p->next += p->step;
	return true;
}
