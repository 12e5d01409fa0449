// SPDX-License-Identifier: GPL-2.0
/* probe.c - see probe.h */
#include "probe.h"

#include "log.h"
#include "store.h"
#include "worker.h"

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define ALIVE_MS	10000	/* the loop turns every half second */
#define RESTART_MS	1000	/* a probe that ends is not started more often */

/* One writer for each. */
static struct shared {
	_Atomic uint64_t asked;	/* ms; 0: nothing is owed */
	_Atomic uint64_t alive;	/* ms; the supervisor's last turn */
} *shared;

static pid_t probe;
static uint64_t started;

static void wait_ms(unsigned int ms)
{
	struct timespec t = { ms / 1000, (long)(ms % 1000) * 1000000 };

	nanosleep(&t, NULL);
}

/* --------------------------------------------------------- the process */

/* Says that something is late, once and then every PROBE_AGAIN_MS, and that it is not any more. */
struct teller {
	uint64_t since, said;
};

static bool due(struct teller *t, uint64_t since, uint64_t now, unsigned int after)
{
	if (!since || now - since <= after)
		return false;
	if (t->since == since && now - t->said < PROBE_AGAIN_MS)
		return false;
	t->since = since;
	t->said = now;
	return true;
}

static void *look_on(void *arg)
{
	struct teller store = { .said = 0 }, loop = { .said = 0 };
	uint64_t now, asked, alive;

	(void)arg;
	for (;;) {
		wait_ms(PROBE_MS);
		asked = atomic_load(&shared->asked);
		alive = atomic_load(&shared->alive);
		now = now_ms();
		if (due(&store, asked, now, PROBE_STUCK_MS))
			log_warn("xenstored has not answered for %llu s: waiting for it; no driver domain is called hung or restarted meanwhile",
				 (unsigned long long)(now - asked) / 1000);
		if (due(&loop, alive, now, ALIVE_MS))
			log_warn("xmd-supervisor has waited for %llu s in a call (%s): driver domains are not looked after meanwhile",
				 (unsigned long long)(now - alive) / 1000,
				 asked && now - asked > PROBE_STUCK_MS ? "xenstored does not answer" :
				 "libxl, or this host is starved");
	}
	return NULL;
}

/* An answer of any kind will do. */
static int ask(struct store *s)
{
	char name[STORE_VALUE_MAX];
	int err;

	atomic_store(&shared->asked, now_ms());
	err = store_read_text(s, "/local/domain/0", "name", name);
	atomic_store(&shared->asked, 0);
	return err;
}

static int run_probe(void)
{
	struct store *s = NULL;
	pthread_t thread;

	if (pthread_create(&thread, NULL, look_on, NULL))
		return 1;
	for (;;) {
		if (!s)
			s = store_xs_open();
		if (s && store_broken(ask(s))) {
			store_close(s);
			s = NULL;
		}
		wait_ms(PROBE_MS);
	}
}

static void launch(void)
{
	pid_t parent = getpid();

	started = now_ms();
	atomic_store(&shared->asked, 0);
	probe = fork();
	if (probe < 0)
		log_warn("cannot start the probe: %s; nobody tells when xenstored does not answer",
			 strerror(errno));
	if (probe)
		return;
	/* Whoever looks for the supervisor by its name finds one. */
	prctl(PR_SET_NAME, "xmd-probe");
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	/* What ends the supervisor ends it by that. */
	_exit(getppid() == parent ? run_probe() : 1);
}

/* ------------------------------------------------------ the supervisor */

void probe_start(void)
{
	shared = mmap(NULL, sizeof(*shared), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS,
		      -1, 0);
	if (shared == MAP_FAILED) {
		shared = NULL;
		log_warn("no memory for the probe: nobody tells when xenstored does not answer");
		return;
	}
	atomic_store(&shared->alive, now_ms());
	launch();
}

void probe_stop(void)
{
	if (probe > 0) {
		kill(probe, SIGKILL);
		waitpid(probe, NULL, 0);
	}
	probe = 0;
	if (shared)
		munmap(shared, sizeof(*shared));
	shared = NULL;
}

bool probe_reaped(pid_t pid)
{
	if (!probe || pid != probe)
		return false;
	log_warn("the probe of xenstored has ended: starting another");
	probe = 0;
	/* The next turn tries again, see probe_alive(). */
	atomic_store(&shared->asked, 0);
	return true;
}

uint64_t probe_silent_ms(void)
{
	uint64_t asked = shared ? atomic_load(&shared->asked) : 0, now = now_ms();

	return asked && now > asked ? now - asked : 0;
}

void probe_alive(void)
{
	uint64_t now = now_ms();

	if (!shared)
		return;
	atomic_store(&shared->alive, now);
	if (probe <= 0 && now - started >= RESTART_MS)
		launch();
}
