// SPDX-License-Identifier: GPL-2.0
/* kernel.c - waiting and time of kernel.h. */
#include <time.h>
#include "kernel.h"

_Thread_local bool *shim_killed;
struct pid shim_process;

u64 shim_us(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec * 1000000ull + ts.tv_nsec / 1000;
}

void shim_queue_init(wait_queue_head_t *q)
{
	pthread_condattr_t attr;

	pthread_condattr_init(&attr);
	pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
	pthread_cond_init(&q->c, &attr);
	pthread_condattr_destroy(&attr);
	pthread_mutex_init(&q->m, NULL);
	q->turn = 0;
}

void shim_wake(wait_queue_head_t *q)
{
	pthread_mutex_lock(&q->m);
	q->turn++;
	pthread_cond_broadcast(&q->c);
	pthread_mutex_unlock(&q->m);
}

unsigned int shim_turn(wait_queue_head_t *q)
{
	unsigned int turn;

	pthread_mutex_lock(&q->m);
	turn = q->turn;
	pthread_mutex_unlock(&q->m);
	return turn;
}

bool shim_sleep(wait_queue_head_t *q, unsigned int turn, u64 until_us)
{
	struct timespec ts = { until_us / 1000000, until_us % 1000000 * 1000 };
	int err = 0;

	pthread_mutex_lock(&q->m);
	while (q->turn == turn && !err)
		err = until_us == ~0ull ? pthread_cond_wait(&q->c, &q->m) :
		      pthread_cond_timedwait(&q->c, &q->m, &ts);
	pthread_mutex_unlock(&q->m);
	return !err;
}
