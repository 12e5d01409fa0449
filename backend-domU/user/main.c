// SPDX-License-Identifier: GPL-2.0
/*
 * main.c - xmd-backend: everything about vifs that goes through xenstore.
 *
 * Start: xenstore, then /dev/xmd/back (waits for it), then the loop.  See
 * xmd-backend(8).  Dies on a broken connection: what runs it starts a new one, and
 * connected vifs do not notice.
 */
#include "backend.h"
#include "filter_backend.h"
#include "sandbox.h"

#include <errno.h>
#include <getopt.h>
#include <pwd.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/signalfd.h>
#include <sys/timerfd.h>
#include <time.h>
#include <unistd.h>
#include <xmd/xs_names.h>

#ifndef XMD_VERSION
#define XMD_VERSION "0.1"
#endif

enum exit_code {
	EXIT_OK = 0,		/* --help, --version, SIGTERM */
	EXIT_BROKEN = 1,	/* connection to xenstore or kernel half broken: restart */
	EXIT_USAGE = 2,
	EXIT_CANNOT = 3,	/* cannot work here: no xenstore, no permission */
};

#define OPEN_RETRY_MS 100
#define NOBODY "65534"	/* a number: a small driver domain has no list of users */

struct options {
	const char *device;
	const char *user;
	bool gso;
};

struct loop {
	int epoll;
	int signals;
	int timer;
};

static uint64_t now_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (uint64_t)t.tv_sec * 1000 + (uint64_t)t.tv_nsec / 1000000;
}

static void usage(FILE *to)
{
	fputs("usage: xmd-backend [options]\n"
	      "Serves the vifs of this driver domain: xenstore on one side, xmd_back.ko on the other.\n"
	      "  --device PATH  the kernel half (default " KERN_DEVICE ")\n"
	      "  --user USER    become USER (name or number) when everything is open; default\n"
	      "                 nobody (" NOBODY "), 0 stays root\n"
	      "  --no-gso       do not offer segmentation offload to the guests\n"
	      "  --verbose      log every step\n"
	      "  --version, --help\n"
	      "exit status: 0 ended on request, 1 connection broken (restart it), 2 usage,\n"
	      "  3 cannot work here (the log says why)\n", to);
}

/* Return: -1 go on, otherwise an exit code. */
static int parse_options(int argc, char **argv, struct options *o)
{
	static const struct option known[] = {
		{ "device", required_argument, NULL, 'd' },
		{ "user", required_argument, NULL, 'u' },
		{ "no-gso", no_argument, NULL, 'g' },
		{ "verbose", no_argument, NULL, 'v' },
		{ "version", no_argument, NULL, 'V' },
		{ "help", no_argument, NULL, 'h' },
		{ NULL, 0, NULL, 0 },
	};
	int c;

	while ((c = getopt_long(argc, argv, "vh", known, NULL)) != -1) {
		switch (c) {
		case 'd':
			o->device = optarg;
			break;
		case 'u':
			o->user = optarg;
			break;
		case 'g':
			o->gso = false;
			break;
		case 'v':
			log_set_level(LOG_LEVEL_DEBUG);
			break;
		case 'V':
			puts("xmd-backend " XMD_VERSION);
			return EXIT_OK;
		case 'h':
			usage(stdout);
			return EXIT_OK;
		default:
			usage(stderr);
			return EXIT_USAGE;
		}
	}
	if (optind < argc) {
		fprintf(stderr, "xmd-backend: unexpected argument \"%s\"\n", argv[optind]);
		usage(stderr);
		return EXIT_USAGE;
	}
	return -1;
}

/* ------------------------------------------------------------- the loop */

static int watch_fd(struct loop *l, int fd)
{
	struct epoll_event ev = { .events = EPOLLIN, .data.fd = fd };

	return epoll_ctl(l->epoll, EPOLL_CTL_ADD, fd, &ev);
}

static int loop_open(struct loop *l)
{
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGTERM);
	sigaddset(&set, SIGINT);
	/* Before libxenstore starts its thread, so that the thread has them blocked too. */
	sigprocmask(SIG_BLOCK, &set, NULL);
	l->epoll = epoll_create1(EPOLL_CLOEXEC);
	l->signals = signalfd(-1, &set, SFD_NONBLOCK | SFD_CLOEXEC);
	l->timer = timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK | TFD_CLOEXEC);
	if (l->epoll < 0 || l->signals < 0 || l->timer < 0 ||
	    watch_fd(l, l->signals) || watch_fd(l, l->timer)) {
		log_err("cannot set up the event loop: %s", strerror(errno));
		return -errno;
	}
	return 0;
}

static void arm_timer(struct loop *l, uint64_t at)
{
	struct itimerspec t = { { 0, 0 }, { 0, 0 } };

	/* All zero would switch it off instead of firing at once. */
	t.it_value.tv_sec = (time_t)(at / 1000);
	t.it_value.tv_nsec = (long)(at % 1000) * 1000000 + 1;
	timerfd_settime(l->timer, TFD_TIMER_ABSTIME, &t, NULL);
}

/* Sleep until something happens or @until.  Return: the signal that ends us, or 0. */
static int loop_wait(struct loop *l, uint64_t until)
{
	struct epoll_event ev[4];
	struct signalfd_siginfo si;
	uint64_t ticks;

	arm_timer(l, until);
	if (epoll_wait(l->epoll, ev, 4, -1) < 0 && errno != EINTR)
		log_err("epoll_wait: %s", strerror(errno));
	while (read(l->timer, &ticks, sizeof(ticks)) > 0)
		;
	return read(l->signals, &si, sizeof(si)) == sizeof(si) ? (int)si.ssi_signo : 0;
}

/* ------------------------------------------------------------- start */

static bool worth_waiting(int err)
{
	return err == ENOENT || err == ENODEV || err == ENXIO || err == EBUSY;
}

/*
 * The module may be loaded after us, and the process before us may still be dying.
 * Return: -1 open, otherwise an exit code.
 */
static int wait_for_kern(struct loop *l, struct store *s, const char *device, struct kern **k)
{
	bool said = false;

	for (;;) {
		*k = kern_open(device);
		if (*k)
			return -1;
		if (!worth_waiting(errno)) {
			log_err("cannot open %s: %s; start xmd-backend as root",
				device, strerror(errno));
			return EXIT_CANNOT;
		}
		if (!said) {
			log_warn("%s: %s: waiting; %s", device, strerror(errno),
				 errno == EBUSY ? "is another xmd-backend running?" :
				 "is xmd_back.ko loaded?");
			backend_announce(s, XMD_VERSION, "waiting");
			said = true;
		}
		if (loop_wait(l, now_ms() + OPEN_RETRY_MS))
			return EXIT_OK;
	}
}

static struct store *open_store(uint32_t *domid)
{
	struct store *s = store_xs_open();
	int err;

	if (!s) {
		log_err("no xenstore: %s; is this a Xen domain, is /dev/xen/xenbus there and"
			" readable?", strerror(errno));
		return NULL;
	}
	err = store_read_u32(s, XS_DIR_HOME, XS_HOME_DOMID, domid);
	if (!err)
		return s;
	log_err("key domid of our own home: %s", strerror(-err));
	store_close(s);
	return NULL;
}

static int find_user(const char *user, struct sandbox *box)
{
	struct passwd *pw = getpwnam(user);
	uint32_t id;

	if (pw)
		id = pw->pw_uid;
	else if (parse_u32(user, &id))
		return -ENOENT;
	box->uid = id;
	box->gid = pw ? pw->pw_gid : id;
	return 0;
}

static int lock_up(const char *user)
{
	struct sandbox box = {
		.filter = sandbox_filter,
		.filter_len = sizeof(sandbox_filter) / sizeof(sandbox_filter[0]),
	};
	const char *what = "looking it up";
	int err = find_user(user, &box);

	if (!err)
		err = sandbox_enter(&box, &what);
	if (err > 0)
		log_warn("this kernel has no seccomp filters: going on without");
	if (err < 0)
		log_err("cannot run as user \"%s\", %s: %s", user, what, strerror(-err));
	return err < 0 ? err : 0;
}

/* ------------------------------------------------------------- serving */

static int serve(struct loop *l, struct backend *b)
{
	int err = backend_start(b);

	if (!err)
		err = backend_work(b);
	if (!err)
		err = backend_announce(b->env.store, XMD_VERSION, "serving");
	if (!err)
		log_info("serving, version " XMD_VERSION);
	while (!err) {
		if (loop_wait(l, backend_due(b))) {
			backend_announce(b->env.store, XMD_VERSION, "stopped");
			log_info("ended on request; connected vifs stay connected");
			return EXIT_OK;
		}
		err = backend_work(b);
	}
	log_err("ending: %s; to be started again", strerror(-err));
	return EXIT_BROKEN;
}

static int run(struct loop *l, const struct options *o, struct backend *b)
{
	uint32_t domid;
	int ret;

	b->env.store = open_store(&domid);
	if (!b->env.store)
		return EXIT_CANNOT;
	log_debug("this is domain %u", domid);
	ret = backend_announce(b->env.store, XMD_VERSION, "starting");
	if (ret)
		log_warn("cannot write %s: %s", XS_DIR_OWN, strerror(-ret));
	ret = wait_for_kern(l, b->env.store, o->device, &b->env.kern);
	if (ret >= 0)
		return ret;
	pulse_open(&b->pulse);
	if (lock_up(o->user))
		return EXIT_CANNOT;
	if (watch_fd(l, b->env.store->ops->fd(b->env.store)) ||
	    watch_fd(l, b->env.kern->ops->fd(b->env.kern))) {
		log_err("cannot wait for events: %s", strerror(errno));
		return EXIT_CANNOT;
	}
	return serve(l, b);
}

int main(int argc, char **argv)
{
	struct options o = { .device = KERN_DEVICE, .user = NOBODY, .gso = true };
	struct backend b = { .env = { .now = now_ms, .settle_ms = VIF_SETTLE_MS } };
	struct loop l;
	int ret = parse_options(argc, argv, &o);

	if (ret >= 0)
		return ret;
	sandbox_close_inherited();
	/* The journal takes the level from the beginning of the line. */
	log_set_prefixed(getenv("JOURNAL_STREAM") != NULL);
	if (loop_open(&l))
		return EXIT_CANNOT;
	b.env.gso = o.gso;
	ret = run(&l, &o, &b);
	backend_stop(&b);
	kern_close(b.env.kern);
	/* not store_close(): libxenstore cancels its thread, for which libc opens a library */
	close(l.timer);
	close(l.signals);
	close(l.epoll);
	return ret;
}
