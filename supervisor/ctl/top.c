// SPDX-License-Identifier: GPL-2.0
/* top.c - "xmdctl top": rates of each vif, live */
#include "counters.h"
#include "ctl.h"
#include "out.h"
#include "patience.h"
#include "records.h"

#include "store.h"

#include <errno.h>
#include <inttypes.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <time.h>
#include <unistd.h>

struct sample {
	struct drv_counters d[DRVS_MAX];
	char reason[DRVS_MAX][COUNTERS_REASON];
	unsigned int n;
	uint64_t us;
};

static uint64_t now_us(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (uint64_t)t.tv_sec * 1000000 + (uint64_t)t.tv_nsec / 1000;
}

static void sample_free(struct sample *s)
{
	unsigned int i;

	for (i = 0; i < s->n; i++)
		counters_free(&s->d[i]);
	s->n = 0;
}

static void put_back(void);

/* EXIT_FAILED, and nothing said: there is no such domain. */
static int sample_take(struct store *s, const char *name, struct sample *to)
{
	struct drv_name drv[DRVS_MAX];
	int i, n = find_drvs(s, name, drv);

	memset(to, 0, sizeof(*to));
	to->us = now_us();
	if (n < 0) {
		/* What is said on the other screen is gone with it. */
		put_back();
		return fail(EXIT_CANNOT, "xenstore: %s", strerror(-n));
	}
	if (!n && name)
		return EXIT_FAILED;
	for (i = 0; i < n; i++) {
		strcpy(to->d[i].name, drv[i].name);
		to->d[i].domid = drv[i].domid;
		if (counters_read(s, drv[i].domid, &to->d[i], to->reason[i]) == EXIT_OK)
			to->reason[i][0] = '\0';
	}
	to->n = (unsigned int)n;
	return EXIT_OK;
}

/* A second; one that began anew in between begins at 0. */
static uint64_t rate(const struct counters *now, const struct counters *then, const char *name,
		     uint64_t us)
{
	uint64_t a = counter_of(now, name), b = then ? counter_of(then, name) : a;

	return a > b && us ? (uint64_t)((double)(a - b) * 1e6 / (double)us) : 0;
}

static const struct drv_counters *same(const struct sample *s, const struct drv_counters *d)
{
	unsigned int i;

	for (i = 0; i < s->n; i++)
		if (s->d[i].domid == d->domid)
			return &s->d[i];
	return NULL;
}

static void human(uint64_t n, char text[12])
{
	static const char unit[] = " kMGT";
	unsigned int u = 0;
	double v = (double)n;

	while (v >= 10000 && u < 4) {
		v /= 1000;
		u++;
	}
	snprintf(text, 12, "%.0f%c", v, unit[u]);
	if (text[strlen(text) - 1] == ' ')
		text[strlen(text) - 1] = '\0';
}

static void print_head(const struct drv_counters *d, const struct drv_counters *then,
		       const char *reason, uint64_t us)
{
	uint64_t unwell = counter_of(&d->self, "unwell_ms");

	if (*reason) {
		printf("%s (domain %u): %s\n", d->name, d->domid, reason);
		return;
	}
	printf("%s (domain %u): ", d->name, d->domid);
	if (counter_of(&d->nic, "link"))
		printf("link %" PRIu64 " Mb/s", counter_of(&d->nic, "speed"));
	else
		printf("no link");
	printf(", %s, %" PRIu64 " frames on their way, %" PRIu64 " crossings/s, %u vifs\n",
	       counter_of(&d->self, "stuck") ? "STUCK" : counter_of(&d->self, "draining") ? "draining" :
	       unwell ? "NIC NOT SERVED" : "well", counter_of(&d->self, "pending"),
	       rate(&d->nic, then ? &then->nic : NULL, "crossings", us), d->n_vifs);
}

static void print_vif(struct store *s, const struct drv_counters *d, const struct counters *c,
		      const struct counters *then, uint64_t us)
{
	static const char *const shown[] = {
		"tx_frames", "tx_bytes", "tx_drops", "rx_frames", "rx_bytes", "rx_drops",
	};
	struct vif_facts f;
	char text[12];
	unsigned int i;

	vif_facts(s, d->domid, c->guest, c->handle, &f);
	printf("  %-16.16s %5u/%-3u", f.guest_name, c->guest, c->handle);
	for (i = 0; i < 6; i++) {
		human(rate(c, then, shown[i], us), text);
		printf(" %10s", text);
	}
	printf("  %s\n", f.error[0] ? f.error : counter_of(c, "fault") ? "broken off" : "");
}

static int no_such(const char *name)
{
	return fail(EXIT_FAILED, "there is no driver domain %s", name);
}

static void print_sample(struct store *s, const struct sample *now, const struct sample *then, const char *name)
{
	uint64_t us = now->us - then->us;
	unsigned int i, j;

	printf("  %-16s %9s %10s %10s %10s %10s %10s %10s\n", "guest", "vif", "tx frames", "tx bytes",
	       "tx drops", "rx frames", "rx bytes", "rx drops  (a second)");
	for (i = 0; i < now->n; i++) {
		const struct drv_counters *d = &now->d[i], *old = same(then, d);

		print_head(d, old, now->reason[i], us);
		for (j = 0; j < d->n_vifs; j++)
			print_vif(s, d, &d->vif[j],
				  old ? counters_of_vif(old, d->vif[j].guest, d->vif[j].handle) : NULL, us);
	}
	if (!now->n && name)
		printf("%s is not there\n", name);
	else if (!now->n)
		printf("no driver domain runs\n");
}

/* ------------------------------------------------------------- terminal */

static struct termios before;
static bool raw;

static void put_back(void)
{
	static const char end[] = "\033[?25h\033[?1049l";

	if (raw)
		tcsetattr(0, TCSANOW, &before);
	if (raw && write(1, end, sizeof(end) - 1) < 0)
		raw = false;
	raw = false;
}

static void ended(int signal)
{
	put_back();
	_exit(128 + signal);
}

static void take(void)
{
	static const char begin[] = "\033[?1049h\033[?25l";
	struct termios t = before;

	t.c_lflag &= (tcflag_t)~(ICANON | ECHO);
	tcsetattr(0, TCSANOW, &t);
	raw = write(1, begin, sizeof(begin) - 1) > 0;
}

/* ^Z: the shell's terminal is as it was, and ours again when we go on. */
static void stopped(int sig)
{
	sigset_t this;

	put_back();
	signal(sig, SIG_DFL);
	sigemptyset(&this);
	sigaddset(&this, sig);
	raise(sig);
	sigprocmask(SIG_UNBLOCK, &this, NULL);
	signal(sig, stopped);
	if (!tcgetattr(0, &before))
		take();
}

static bool take_terminal(void)
{
	static const int ends[] = { SIGINT, SIGTERM, SIGHUP, SIGQUIT };
	unsigned int i;

	if (!isatty(1) || tcgetattr(0, &before))
		return false;
	for (i = 0; i < sizeof(ends) / sizeof(ends[0]); i++)
		signal(ends[i], ended);
	signal(SIGTSTP, stopped);
	atexit(put_back);
	patience_ends(put_back);
	take();
	return true;
}

/* Return: whether q was pressed, or the input has ended */
static bool wait_key(unsigned int ms)
{
	struct pollfd p = { .fd = 0, .events = POLLIN };
	uint64_t end = now_us() + ms * 1000ull, now;
	char key;

	while ((now = now_us()) < end) {
		if (poll(&p, 1, (int)((end - now) / 1000) + 1) <= 0)
			continue;
		if (read(0, &key, 1) != 1 || key == 'q' || key == 'Q')
			return true;
	}
	return false;
}

static void pause_ms(unsigned int ms)
{
	const struct timespec t = { ms / 1000, (long)(ms % 1000) * 1000000 };

	nanosleep(&t, NULL);
}

static int loop(struct store *s, const struct args *a, struct sample two[2])
{
	const char *name = a->n > 1 ? a->word[1] : NULL;
	bool screen = !a->once && take_terminal();
	unsigned int at = 1;
	int ret;

	for (;; at = !at) {
		if (screen && wait_key(a->interval_ms))
			return EXIT_OK;
		if (!screen)
			pause_ms(a->interval_ms);
		sample_free(&two[at]);
		ret = sample_take(s, name, &two[at]);
		if (ret == EXIT_CANNOT)
			return ret;
		/* One that is being brought back has no name for a moment. */
		if (ret && !screen)
			return no_such(name);
		if (screen)
			printf("\033[H\033[J");
		print_sample(s, &two[at], &two[!at], name);
		if (screen)
			printf("\n  q ends\n");
		fflush(stdout);
		if (a->once)
			return EXIT_OK;
	}
}

int run_top(const struct args *a)
{
	struct store *s;
	struct sample *two;
	int ret;

	if (a->json)
		return fail(EXIT_USAGE, "top is for people; see xmdctl --json stats");
	s = open_store();
	if (!s)
		return EXIT_CANNOT;
	two = calloc(2, sizeof(*two));
	ret = two ? sample_take(s, a->n > 1 ? a->word[1] : NULL, &two[0]) : fail(EXIT_FAILED, "%s", strerror(ENOMEM));
	if (ret == EXIT_OK)
		ret = loop(s, a, two);
	else if (ret == EXIT_FAILED && two)
		ret = no_such(a->word[1]);
	put_back();
	if (two) {
		sample_free(&two[0]);
		sample_free(&two[1]);
	}
	free(two);
	store_close(s);
	return ret;
}
