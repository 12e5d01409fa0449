// SPDX-License-Identifier: GPL-2.0
/* capture_main.c - xmd-capture: see capture.h and xmd-capture(8) */
#include "capture.h"

#include "filter_capture.h"
#include "log.h"
#include "sandbox.h"

#include <errno.h>
#include <getopt.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>
#include <xmd/version.h>
#include <xmd/xs_names.h>

#ifndef STORE_HERE
#define STORE_HERE	store_dev_open(STORE_DEVICE)
#endif
#define NOBODY		65534u
#define LISTENER_NICE	10	/* guests' frames come first */

enum exit_code { EXIT_OK = 0, EXIT_BROKEN = 1, EXIT_USAGE = 2, EXIT_CANNOT = 3 };

static struct store *store;
static int signals = -1;
static int alive[2];		/* a pipe: closed at our end when we are gone */

/* ------------------------------------------------------------- mirrors */

/* Return: 0, 1 it was so before, negative errno */
static int set_up(const char *dev, bool up)
{
	struct ifreq r = { .ifr_flags = 0 };
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0), ret = 0;

	snprintf(r.ifr_name, sizeof(r.ifr_name), "%s", dev);
	if (fd < 0 || ioctl(fd, SIOCGIFFLAGS, &r))
		ret = -errno;
	else if (!(r.ifr_flags & IFF_UP) == !up)
		ret = 1;
	else {
		r.ifr_flags = (short)(r.ifr_flags ^ IFF_UP);
		ret = ioctl(fd, SIOCSIFFLAGS, &r) ? -errno : 0;
	}
	if (fd >= 0)
		close(fd);
	return ret;
}

static int raise_mirror(const char *dev)
{
	return set_up(dev, true);
}

static void lower_mirror(const char *dev)
{
	int err = set_up(dev, false);

	/* it may have gone with its vif */
	if (err < 0 && err != -ENODEV)
		log_warn("%s stays up: %s", dev, strerror(-err));
}

/* ----------------------------------------------------------- processes */

static int give_up_rights(void)
{
	const struct sandbox box = {
		.uid = NOBODY, .gid = NOBODY, .filter = sandbox_filter,
		.filter_len = sizeof(sandbox_filter) / sizeof(sandbox_filter[0]),
	};
	const char *what;
	int err = sandbox_enter(&box, &what);

	if (err < 0)
		log_err("%s: %s", what, strerror(-err));
	return err < 0 ? err : 0;
}

static pid_t begin(uint32_t id, const char *dev, int err)
{
	pid_t pid = fork();
	sigset_t none;

	if (pid)
		return pid < 0 ? -errno : pid;
	/* A signal ends it, also while it waits for room and looks at nothing else. */
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	/* Nothing of ours is its: not the way to xenstore, and not the pipe's other end. */
	dup2(alive[0], STDERR_FILENO + 1);
	syscall(SYS_close_range, STDERR_FILENO + 2u, ~0u, 0u);
	if (setpriority(PRIO_PROCESS, 0, LISTENER_NICE))
		log_warn("nice: %s", strerror(errno));
	_exit(capture_listen(id, dev, err, STDERR_FILENO + 1, give_up_rights));
}

static const struct capture_ops ops = {
	.raise = raise_mirror, .lower = lower_mirror, .begin = begin,
};

static void reap(struct captures *c)
{
	int status;
	pid_t pid;

	while ((pid = waitpid(-1, &status, WNOHANG)) > 0) {
		if (status)
			log_warn("a process that listened has failed: wait status 0x%x",
				 (unsigned int)status);
		captures_ended(c, pid);
	}
}

/* ------------------------------------------------------------- the loop */

static int drain_store(struct captures *c)
{
	struct store_event ev;
	bool any = false;
	int err;

	while (!(err = store->ops->next_event(store, &ev))) {
		store_event_free(&ev);
		any = true;
	}
	if (err != -EAGAIN)
		return err;
	return any ? captures_look(c, store) : 0;
}

/* Return: the signal that ends us, or 0 */
static int take_signal(struct captures *c)
{
	struct signalfd_siginfo si;

	if (read(signals, &si, sizeof(si)) != sizeof(si))
		return 0;
	if (si.ssi_signo != SIGCHLD)
		return (int)si.ssi_signo;
	reap(c);
	return 0;
}

static int serve(struct captures *c)
{
	struct pollfd fd[] = {
		{ .fd = signals, .events = POLLIN },
		{ .fd = store->ops->fd(store), .events = POLLIN },
	};
	int err = store->ops->watch(store, XS_DIR_CAPTURES, CAPTURE_TOKEN);

	/* The answer may have brought events along. */
	while (!err && !(err = drain_store(c))) {
		if (poll(fd, 2, -1) < 0 && errno != EINTR)
			err = -errno;
		if (!err && fd[0].revents && take_signal(c))
			return EXIT_OK;
	}
	log_err("xenstore: %s; to be started again", strerror(-err));
	return EXIT_BROKEN;
}

static int open_signals(void)
{
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGTERM);
	sigaddset(&set, SIGINT);
	sigaddset(&set, SIGCHLD);
	sigprocmask(SIG_BLOCK, &set, NULL);
	return signalfd(-1, &set, SFD_NONBLOCK | SFD_CLOEXEC);
}

static void usage(FILE *to)
{
	fputs("usage: xmd-capture [--verbose]\n"
	      "Shows dom0 what passes at a vif of this driver domain, when \"xmdctl tcpdump\" asks for it.\n"
	      "  --version, --help\n"
	      "exit status: 0 ended on request, 1 connection broken (restart it), 2 usage,\n"
	      "  3 cannot work here (the log says why)\n", to);
}

/* Return: -1 go on, otherwise an exit code */
static int parse_options(int argc, char **argv)
{
	static const struct option known[] = {
		{ "verbose", no_argument, NULL, 'v' },
		{ "version", no_argument, NULL, 'V' },
		{ "help", no_argument, NULL, 'h' },
		{ NULL, 0, NULL, 0 },
	};
	int c;

	while ((c = getopt_long(argc, argv, "vh", known, NULL)) != -1) {
		switch (c) {
		case 'v':
			log_set_level(LOG_LEVEL_DEBUG);
			break;
		case 'V':
			puts("xmd-capture " XMD_VERSION);
			return EXIT_OK;
		case 'h':
			usage(stdout);
			return EXIT_OK;
		default:
			usage(stderr);
			return EXIT_USAGE;
		}
	}
	if (optind == argc)
		return -1;
	fprintf(stderr, "xmd-capture: unexpected argument \"%s\"\n", argv[optind]);
	usage(stderr);
	return EXIT_USAGE;
}

int main(int argc, char **argv)
{
	static struct captures c = { .ops = &ops };
	int ret = parse_options(argc, argv);

	if (ret >= 0)
		return ret;
	sandbox_close_inherited();
	log_begin("xmd-capture", false);
	signals = open_signals();
	store = STORE_HERE;
	if (!store || signals < 0 || pipe(alive)) {
		log_err("cannot work here: %s; is this a Xen domain, and are you root?", strerror(errno));
		return EXIT_CANNOT;
	}
	ret = serve(&c);
	captures_stop(&c);
	return ret;
}
