// SPDX-License-Identifier: GPL-2.0
/*
 * main.c - xmd-supervisor: driver domains that die come back under their guests.
 *
 * A daemon in dom0.  It may be stopped, killed and started again at any time: driver
 * domains and guests do not notice, and what died meanwhile is brought back then.
 */
#include "control.h"
#include "files.h"
#include "log.h"
#include "notify.h"
#include "probe.h"
#include "supervise.h"

#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>
#include <xmd/version.h>

#ifndef CONFIG_PATH
#define CONFIG_PATH	"/etc/xen/xmd-supervisor.conf"
#endif
#define REQUEST_MS	2000	/* for a client to say what it wants, and to read the answer */
#define STORE_WAIT_MS	500	/* between two tries to reach xenstored */
#define STORE_SAY_MS	60000	/* between two lines about it */

enum exit_code { EXIT_OK = 0, EXIT_BROKEN = 1, EXIT_USAGE = 2, EXIT_CANNOT = 3 };

static void usage(FILE *to)
{
	fputs("usage: xmd-supervisor [options]\n"
	      "Brings driver domains back, with the same domid and under their guests, when they\n"
	      "crash, hang or are destroyed. In charge of each domain with driver_domain=1 in which\n"
	      "xmd-backend runs. xmdctl(8) shows and commands; xmd-supervisor(8) has the rest.\n"
	      "  --config FILE  (default " CONFIG_PATH ", which need not be there)\n"
	      "  --check        only read the configuration: say \"ok\", or all that is wrong with it\n"
	      "  --verbose      log every step, libxl's own words with them\n"
	      "  --version, --help\n"
	      "Waits for xenstored if there is none yet.\n"
	      "exit status: 0 ended on request, 1 connection to xenstored broken (restart it),\n"
	      "  2 usage or configuration, 3 cannot work here (the log says why)\n", to);
}

struct options {
	const char *config;
	bool check;
};

/* Return: -1 go on, otherwise an exit code. */
static int parse_options(int argc, char **argv, struct options *o)
{
	static const struct option known[] = {
		{ "config", required_argument, NULL, 'c' },
		{ "check", no_argument, NULL, 'C' },
		{ "verbose", no_argument, NULL, 'v' },
		{ "version", no_argument, NULL, 'V' },
		{ "help", no_argument, NULL, 'h' },
		{ NULL, 0, NULL, 0 },
	};
	int c;

	while ((c = getopt_long(argc, argv, "c:vh", known, NULL)) != -1) {
		switch (c) {
		case 'c':
			o->config = optarg;
			break;
		case 'C':
			o->check = true;
			break;
		case 'v':
			log_set_level(LOG_LEVEL_DEBUG);
			break;
		case 'V':
			puts("xmd-supervisor " XMD_VERSION);
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
		fprintf(stderr, "xmd-supervisor: unexpected argument \"%s\"\n", argv[optind]);
		return EXIT_USAGE;
	}
	return -1;
}

static void complain(void *arg, bool fatal, const char *text)
{
	(void)arg;
	if (fatal)
		log_err("%s", text);
	else
		log_warn("%s", text);
}

/* A file that was named must be there; the default one need not. */
static int read_config(struct config *c, const struct options *o)
{
	const char *path = o->config ? o->config : CONFIG_PATH;
	int err;

	config_defaults(c);
	err = config_read_all(c, path, complain, NULL);
	if (err == -ENOENT && !o->config)
		return 0;
	if (err == -ENOENT)
		log_err("%s: %s", path, strerror(-err));
	return err;
}

/* --------------------------------------------------------------- set up */

/* Two supervisors would bring the same domain back twice. */
static int claim_run_dir(void)
{
	struct flock whole = { .l_type = F_WRLCK, .l_whence = SEEK_SET };
	int fd;

	if (mkdir(RUN_DIR, 0750) && errno != EEXIST) {
		log_err("cannot make " RUN_DIR ": %s; start xmd-supervisor as root in dom0",
			strerror(errno));
		return -errno;
	}
	fd = open(RUN_DIR "/running", O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	/* Not flock(2): a worker or the probe, which may outlive us, would inherit that. */
	if (fd >= 0 && !fcntl(fd, F_SETLK, &whole))
		return fd;
	if (fd >= 0 && (errno == EAGAIN || errno == EACCES))
		log_err("another xmd-supervisor is running");
	else
		log_err("cannot %s " RUN_DIR "/running: %s", fd < 0 ? "open" : "lock", strerror(errno));
	return -1;
}

static int listen_here(void)
{
	struct sockaddr_un at = { .sun_family = AF_UNIX, .sun_path = SOCKET_PATH ".new" };
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

	/* It gets its name once it takes calls: who finds the name is not turned away. */
	unlink(at.sun_path);
	if (fd >= 0 && !bind(fd, (struct sockaddr *)&at, sizeof(at)) &&
	    !chmod(at.sun_path, 0600) && !listen(fd, 8) && !rename(at.sun_path, SOCKET_PATH))
		return fd;
	log_err("cannot listen at " SOCKET_PATH ": %s", strerror(errno));
	return -1;
}

static int take_signals(void)
{
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGTERM);
	sigaddset(&set, SIGINT);
	sigaddset(&set, SIGHUP);
	sigaddset(&set, SIGCHLD);
	/* Before libxenstore starts its thread, so that the thread has them blocked too. */
	sigprocmask(SIG_BLOCK, &set, NULL);
	signal(SIGPIPE, SIG_IGN);
	return signalfd(-1, &set, SFD_NONBLOCK | SFD_CLOEXEC);
}

/* ----------------------------------------------------------------- loop */

static void reap(struct supervisor *s)
{
	int status;
	pid_t pid;

	while ((pid = waitpid(-1, &status, WNOHANG)) > 0)
		supervise_reaped(s, pid, status);
}

/* Return: whether s->config is what is in the file now. */
static bool read_again(struct supervisor *s, const struct options *o)
{
	struct config c;

	notify_reloading();
	if (read_config(&c, o)) {
		log_warn("going on with the configuration of before");
		notify("READY=1\nSTATUS=its configuration is wrong: going on with that of before");
		return false;
	}
	notify("READY=1\nSTATUS=");
	s->config = c;
	log_info("configuration read again");
	return true;
}

/* Return: whether we are to end. */
static bool take_signal(struct supervisor *s, int signals, const struct options *o)
{
	struct signalfd_siginfo si;

	while (read(signals, &si, sizeof(si)) == sizeof(si)) {
		if (si.ssi_signo != SIGHUP && si.ssi_signo != SIGCHLD)
			return true;
		if (si.ssi_signo == SIGHUP && read_again(s, o))
			supervise_reconfigured(s);
	}
	reap(s);
	return false;
}

/* One request a connection.  Only root can connect, and is given a moment to speak. */
static void serve_client(struct supervisor *s, int listener)
{
	const struct timeval limit = { .tv_sec = REQUEST_MS / 1000 };
	char line[REQUEST_MAX];
	struct pollfd p;
	ssize_t n;
	int fd = accept4(listener, NULL, NULL, SOCK_CLOEXEC);

	if (fd < 0)
		return;
	setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof(limit));
	p = (struct pollfd){ .fd = fd, .events = POLLIN };
	n = poll(&p, 1, REQUEST_MS) > 0 ? read(fd, line, sizeof(line) - 1) : 0;
	if (n > 0 && line[n - 1] == '\n') {
		line[n] = '\0';
		if (!supervise_request(s, line, fd))
			return;
	}
	close(fd);
}

static int loop(struct supervisor *s, int signals, int listener, const struct options *o)
{
	struct pollfd p[] = {
		{ .fd = s->store->ops->fd(s->store), .events = POLLIN },
		{ .fd = signals, .events = POLLIN },
		{ .fd = listener, .events = POLLIN },
	};
	uint64_t due, now;
	int err;

	for (;;) {
		err = supervise_events(s);
		if (err) {
			log_err("connection to xenstored: %s", strerror(-err));
			return EXIT_BROKEN;
		}
		if (take_signal(s, signals, o))
			return EXIT_OK;
		due = supervise_tick(s);
		probe_alive();
		notify("WATCHDOG=1");
		/* Nobody takes its events meanwhile. */
		p[0].fd = supervise_blind(s) ? -1 : s->store->ops->fd(s->store);
		now = now_ms();
		poll(p, 3, due > now ? (int)(due - now) : 0);
		if (p[2].revents)
			serve_client(s, listener);
	}
}

/* Return: whether we are to end. */
static bool told_to_end(struct supervisor *s, int signals, const struct options *o, unsigned int ms)
{
	struct pollfd p = { .fd = signals, .events = POLLIN };
	struct signalfd_siginfo si;

	if (poll(&p, 1, (int)ms) <= 0)
		return false;
	while (read(signals, &si, sizeof(si)) == sizeof(si)) {
		if (si.ssi_signo == SIGTERM || si.ssi_signo == SIGINT)
			return true;
		if (si.ssi_signo == SIGHUP)
			read_again(s, o);
	}
	return false;
}

/*
 * Whatever starts xenstored here, and when: wait for it, and say so.
 * Return: false: told to end
 */
static bool reach_xen(struct supervisor *s, int signals, const struct options *o)
{
	uint64_t began = now_ms(), said = 0;

	for (;;) {
		s->store = store_xs_open();
		s->xl = s->store ? xl_open() : NULL;
		if (s->xl)
			break;
		if (!said || now_ms() - said >= STORE_SAY_MS) {
			/* nothing that waits for this service has to wait for Xen */
			notify("READY=1\nSTATUS=waiting for xenstored");
			said = now_ms();
			log_warn("no connection to %s: %s; waiting for it. Is this dom0, and xenstored about to start?",
				 s->store ? "Xen" : "xenstored", strerror(errno));
		}
		store_close(s->store);
		s->store = NULL;
		notify("WATCHDOG=1");
		probe_alive();
		if (told_to_end(s, signals, o, STORE_WAIT_MS))
			return false;
	}
	if (said)
		log_info("xenstored is there after %llu ms",
			 (unsigned long long)(now_ms() - began));
	return true;
}

int main(int argc, char **argv)
{
	struct supervisor s = { .n_seen = 0 };
	struct options o = { .config = NULL };
	int ret = parse_options(argc, argv, &o);
	int signals, listener;

	if (ret >= 0)
		return ret;
	log_begin("xmd-supervisor", true);
	if (read_config(&s.config, &o))
		return EXIT_USAGE;
	if (o.check) {
		puts("ok");
		return EXIT_OK;
	}
	notify_open();
	signals = take_signals();
	if (claim_run_dir() < 0)
		return EXIT_CANNOT;
	/* Before libxenstore has a thread here. */
	probe_start();
	if (signals < 0 || !reach_xen(&s, signals, &o)) {
		probe_stop();
		return signals < 0 ? EXIT_CANNOT : EXIT_OK;
	}
	listener = listen_here();
	if (listener < 0)
		return EXIT_CANNOT;
	log_info("version " XMD_VERSION " looks after driver domains");
	notify("READY=1\nSTATUS=");
	ret = supervise_start(&s) ? EXIT_BROKEN : loop(&s, signals, listener, &o);
	notify("STOPPING=1");
	log_info("ended; driver domains and guests go on, but nobody brings them back now");
	supervise_stop(&s);
	probe_stop();
	unlink(SOCKET_PATH);
	xl_close(s.xl);
	store_close(s.store);
	return ret;
}
