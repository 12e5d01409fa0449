// SPDX-License-Identifier: GPL-2.0
/*
 * victim.c - a program for xmd-inject to try itself on: two threads, a heap, and numbered lines to descriptor 3,
 * every 2 ms, ten lines after each read of descriptor 4 (/dev/zero).  It ends by itself after 20 s.
 */
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define TABLE	64
#define ROUNDS	10000

static unsigned int table[TABLE] = { 1 };
volatile unsigned int sum, odd;
volatile int wanted, size = TABLE;

/* What no run comes to: nothing may be put in here. */
__attribute__((noinline)) static int never(int n)
{
	for (int i = 0; i < n; i++)
		table[i % TABLE] += i;
	return table[n % TABLE];
}

/* An error for odd numbers, a loop, a local, and a call with arguments. */
__attribute__((noinline)) static int check(unsigned int n)
{
	if (n % 2) {
		odd++;
		return -22;
	}
	return 0;
}

__attribute__((noinline)) static void work(unsigned int n)
{
	unsigned int local = 0;
	unsigned int *copy = malloc(sizeof(table));

	if (!copy)
		abort();
	memcpy(copy, table, sizeof(table));
	for (int i = 0; i < size; i++)
		local += copy[i] ^ n;
	free(copy);
	sum = local + check(n);
}

__attribute__((noinline)) static void say(unsigned int n)
{
	char line[16];
	int len = snprintf(line, sizeof(line), "%u\n", n);

	if (write(3, line, len) != len)
		_exit(3);
}

static void *beside(void *arg)
{
	const struct timespec nap = { .tv_nsec = 1000000 };

	for (;;) {
		work(0);
		nanosleep(&nap, NULL);
	}
	return arg;
}

int main(void)
{
	const struct timespec nap = { .tv_nsec = 2000000 };
	char zeros[4];
	pthread_t t;

	if (pthread_create(&t, NULL, beside, NULL))
		return 2;
	for (unsigned int n = 0; n < ROUNDS; n++) {
		if (n % 10 == 0 && read(4, zeros, sizeof(zeros)) != sizeof(zeros))
			return 4;
		work(n);
		say(n);
		if (wanted)
			sum = never(n);
		nanosleep(&nap, NULL);
	}
	return 0;
}
