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
#include "notify.h"
#include "sandbox.h"

#include <errno.h>
#include <getopt.h>
#include <limits.h>
#include <poll.h>
#include <pwd.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <time.h>
#include <unistd.h>
#include <xmd/version.h>
#include <xmd/xs_names.h>

enum exit_code {
	EXIT_OK = 0,		/* --help, --version, SIGTERM */
	EXIT_BROKEN = 1,	/* connection to xenstore or kernel half broken: restart */
	EXIT_USAGE = 2,
	EXIT_CANNOT = 3,	/* cannot work here: no xenstore, no permission */
};

#define OPEN_RETRY_MS 10	/* the one before us is dying, or the module is being loaded */
#define OPEN_LATER_MS 100
#define OPEN_SOON 200		/* times, before it is that */
#define FAILED_START_MS 100	/* as long as a start at least takes that comes to nothing */
#define SLACK_NS 5000000ul
#define NOBODY "65534"	/* a number: a small driver domain has no list of users */

struct options {
	const char *device;
	const char *user;
	struct offer offer;
	bool objects;
	const char *policy;
	bool check;
};

enum source { SOURCE_SIGNALS, SOURCE_STORE, SOURCE_KERN, SOURCE_ANSWER, SOURCE_BUS, SOURCES };

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
	      "  --no-split-event-channels\n"
	      "                 do not offer them an event channel for each direction\n"
	      "  --no-staging   do not offer them pages that stay mapped (a control ring)\n"
	      "  --no-objects   do not offer object rings to the guests\n"
	      "  --policy FILE  what guests may ask for (default " POLICY_FILE ")\n"
	      "  --check        only read the policy file: say \"ok\", or all that is wrong with it\n"
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
		{ "no-split-event-channels", no_argument, NULL, 's' },
		{ "no-staging", no_argument, NULL, 'c' },
		{ "no-objects", no_argument, NULL, 'o' },
		{ "policy", required_argument, NULL, 'p' },
		{ "check", no_argument, NULL, 'C' },
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
			o->offer.gso = false;
			break;
		case 's':
			o->offer.one_channel = true;
			break;
		case 'c':
			o->offer.no_staging = true;
			break;
		case 'o':
			o->objects = false;
			break;
		case 'p':
			o->policy = optarg;
			break;
		case 'C':
			o->check = true;
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

/* Descriptors that are not open yet are negative: poll leaves them out. */
static int loop_open(struct pollfd fd[SOURCES])
{
	sigset_t set;
	int i;

	sigemptyset(&set);
	sigaddset(&set, SIGTERM);
	sigaddset(&set, SIGINT);
	/* Before the thread that pets the watchdog, so that it has them blocked too. */
	sigprocmask(SIG_BLOCK, &set, NULL);
	for (i = 0; i < SOURCES; i++)
		fd[i] = (struct pollfd){ .fd = -1, .events = POLLIN };
	fd[SOURCE_SIGNALS].fd = signalfd(-1, &set, SFD_NONBLOCK | SFD_CLOEXEC);
	if (fd[SOURCE_SIGNALS].fd >= 0)
		return 0;
	log_err("cannot set up the event loop: %s", strerror(errno));
	return -errno;
}

/* Sleep until something happens or @until.  Return: the signal that ends us, or 0. */
static int loop_wait(struct pollfd fd[SOURCES], uint64_t until)
{
	struct signalfd_siginfo si;
	uint64_t now = now_ms();
	int ms = until <= now ? 0 : until - now < INT_MAX ? (int)(until - now) : INT_MAX;

	if (poll(fd, SOURCES, ms) < 0 && errno != EINTR)
		log_err("poll: %s", strerror(errno));
	if (!fd[SOURCE_SIGNALS].revents)
		return 0;
	return read(fd[SOURCE_SIGNALS].fd, &si, sizeof(si)) == sizeof(si) ? (int)si.ssi_signo : 0;
}

/* ------------------------------------------------------------- start */

static void introduce(struct store *s, const char *state)
{
	int err = backend_introduce(s, XMD_VERSION, state);

	if (err)
		log_warn("cannot write %s: %s", XS_DIR_OWN, strerror(-err));
}

static bool worth_waiting(int err)
{
	return err == ENOENT || err == ENODEV || err == ENXIO || err == EBUSY;
}

/*
 * The module may be loaded after us, and the process before us may still be dying.
 * Return: -1 open, otherwise an exit code.
 */
static int wait_for_kern(struct pollfd fd[SOURCES], struct store *s, const char *device,
			 struct kern **k)
{
	bool said = false;
	unsigned int tries;

	for (tries = 1;; tries++) {
		*k = kern_open(device);
		if (*k)
			return -1;
		if (!worth_waiting(errno)) {
			log_err("cannot open %s: %s; start xmd-backend as root",
				device, strerror(errno));
			return EXIT_CANNOT;
		}
		if (!said && (errno != EBUSY || tries >= OPEN_SOON)) {
			log_warn("%s: %s: waiting; %s", device, strerror(errno),
				 errno == EBUSY ? "is another xmd-backend running?" :
				 "is xmd_back.ko loaded?");
			introduce(s, "waiting");
			notify("READY=1\nSTATUS=waiting for the kernel half");
			said = true;
		}
		if (loop_wait(fd, now_ms() + (tries < OPEN_SOON ? OPEN_RETRY_MS : OPEN_LATER_MS)))
			return EXIT_OK;
	}
}

/* Names are those of the file: this is no reason to ask a name service at each start. */
static struct passwd *find_name(const char *user)
{
	FILE *f = fopen("/etc/passwd", "re");
	struct passwd *pw = NULL;

	if (!f)
		return NULL;
	while ((pw = fgetpwent(f)) && strcmp(pw->pw_name, user))
		;
	fclose(f);
	return pw;
}

static int find_user(const char *user, struct sandbox *box)
{
	const struct passwd *pw;

	if (!parse_u32(user, &box->uid)) {
		box->gid = box->uid;
		return 0;
	}
	pw = find_name(user);
	if (!pw)
		return -ENOENT;
	box->uid = pw->pw_uid;
	box->gid = pw->pw_gid;
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

static int serve(struct pollfd fd[SOURCES], struct backend *b)
{
	int err = backend_start(b);

	/* first what guests' frames wait for, then who we are */
	if (!err)
		err = backend_work(b);
	if (!err) {
		introduce(b->env.store, "starting");
		err = backend_serving(b);
	}
	if (!err) {
		log_info("serving, version " XMD_VERSION);
		notify("READY=1\nSTATUS=serving");
	}
	while (!err) {
		if (loop_wait(fd, backend_due(b))) {
			notify("STOPPING=1");
			pet_disarm(&b->pulse.pet);
			backend_announce(b->env.store, "stopped");
			log_info("ended on request; connected vifs stay connected");
			return EXIT_OK;
		}
		err = backend_work(b);
	}
	log_err("ending: %s; to be started again", strerror(-err));
	return EXIT_BROKEN;
}

static void complain(void *arg, bool fatal, const char *text)
{
	(void)arg;
	if (fatal)
		log_err("policy file %s", text);
	else
		log_warn("policy file %s", text);
}

/* Return: an exit code */
static int check(const struct options *o)
{
	static struct vif_policy p;

	if (policy_load_all(&p, o->policy, complain, NULL))
		return EXIT_USAGE;
	puts("ok");
	return EXIT_OK;
}

/* A vif without an object ring is a whole one: none of this is a reason not to serve. */
static void open_objects(const struct options *o, struct obj_host *objs)
{
	const char *what;

	if (policy_load_all(&objs->policy, o->policy, complain, NULL))
		log_err("policy file %s: no rule of it counts", o->policy);
	if (!o->objects)
		return;
	objs->bus = bus_xen_open(&what);
	if (!objs->bus)
		log_warn("%s: %s: no object rings for guests, and a vif whose guest is no more stays"
			 " until it is detached; are xen-gntdev.ko and xen-evtchn.ko loaded?", what,
			 strerror(errno));
}

static int run(struct pollfd fd[SOURCES], const struct options *o, struct backend *b,
	       uint64_t began)
{
	int ret;

	b->env.store = store_dev_open(STORE_DEVICE);
	if (!b->env.store) {
		log_err("no xenstore: %s; is this a Xen domain, is /dev/xen/xenbus there and"
			" readable?", strerror(errno));
		return EXIT_CANNOT;
	}
	ret = wait_for_kern(fd, b->env.store, o->device, &b->env.kern);
	if (ret >= 0)
		return ret;
	pet_open(&b->pulse.pet);
	open_objects(o, b->env.objs);
	/* Timers of about the same time are one wake-up: see PET_IDLE_MS. */
	prctl(PR_SET_TIMERSLACK, SLACK_NS);
	if (lock_up(o->user))
		return EXIT_CANNOT;
	/* behind the lock, so that it holds for the thread, and before the first question */
	b->pulse.pet.start_ms = (unsigned int)(now_ms() - began);
	pet_start(&b->pulse.pet, b->env.kern, b->env.now);
	b->env.store = pet_watch_store(&b->pulse.pet, b->env.store);
	if (!b->env.store)
		return EXIT_CANNOT;
	fd[SOURCE_STORE].fd = b->env.store->ops->fd(b->env.store);
	fd[SOURCE_KERN].fd = b->env.kern->ops->fd(b->env.kern);
	fd[SOURCE_ANSWER].fd = b->env.kern->ops->answer_fd(b->env.kern);
	if (b->env.objs->bus)
		fd[SOURCE_BUS].fd = b->env.objs->bus->ops->fd(b->env.objs->bus);
	return serve(fd, b);
}

int main(int argc, char **argv)
{
	struct options o = { .device = KERN_DEVICE, .user = NOBODY, .offer = { .gso = true },
			     .objects = true, .policy = POLICY_FILE };
	static struct obj_host objs;
	struct backend b = { .env = { .now = now_ms, .settle_ms = VIF_SETTLE_MS } };
	struct pollfd fd[SOURCES];
	uint64_t began = now_ms();
	int ret = parse_options(argc, argv, &o);

	if (ret >= 0)
		return ret;
	sandbox_close_inherited();
	log_begin("xmd-backend", false);
	if (o.check)
		return check(&o);
	notify_open();
	if (loop_open(fd))
		return EXIT_CANNOT;
	b.env.offer = o.offer;
	b.env.objs = &objs;
	ret = run(fd, &o, &b, began);
	backend_stop(&b);
	if (objs.bus)
		objs.bus->ops->close(objs.bus);
	kern_close(b.env.kern);
	close(fd[SOURCE_SIGNALS].fd);
	/* The next one is started at once, and may fare no better. */
	if (ret != EXIT_OK && now_ms() - began < FAILED_START_MS)
		poll(NULL, 0, FAILED_START_MS);
	return ret;
}
