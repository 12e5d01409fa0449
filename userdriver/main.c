// SPDX-License-Identifier: GPL-2.0
/* main.c - descriptors and the loop that waits on them; the driving is in driver.c. */
#include <errno.h>
#include <signal.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/signalfd.h>
#include <sys/timerfd.h>
#include <unistd.h>

#include "driver.h"
#include "options.h"
#include "privileges.h"
#include "sim/sim.h"

enum source { SOURCE_DEVICE, SOURCE_TIMER, SOURCE_SIGNAL, SOURCES };

struct loop {
	int epoll, timer, signal;
	unsigned int tick_ms;	/* as the timer is set */
	bool end;
};

static int watch(const struct loop *loop, int fd, enum source source)
{
	struct epoll_event ev = { .events = EPOLLIN, .data.u32 = source };

	return epoll_ctl(loop->epoll, EPOLL_CTL_ADD, fd, &ev);
}

static int set_timer(struct loop *loop, unsigned int ms)
{
	const struct timespec period = { ms / 1000, ms % 1000 * 1000000l };
	const struct itimerspec spec = { period, period };

	loop->tick_ms = ms;
	return timerfd_settime(loop->timer, 0, &spec, NULL);
}

/* The signals are blocked first, before bring-up, so that none ends us half way. */
static int loop_open(struct loop *loop)
{
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGTERM);
	sigaddset(&set, SIGINT);
	sigaddset(&set, SIGHUP);
	sigaddset(&set, SIGUSR1);
	if (sigprocmask(SIG_BLOCK, &set, NULL))
		return -1;
	loop->signal = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
	loop->timer = timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC | TFD_NONBLOCK);
	loop->epoll = epoll_create1(EPOLL_CLOEXEC);
	if (loop->signal < 0 || loop->timer < 0 || loop->epoll < 0)
		return -1;
	return watch(loop, loop->signal, SOURCE_SIGNAL) || watch(loop, loop->timer, SOURCE_TIMER);
}

static int on_signal(struct loop *loop, const struct driver *d)
{
	struct signalfd_siginfo info;

	if (read(loop->signal, &info, sizeof(info)) != sizeof(info))
		return 0;
	if (info.ssi_signo == SIGUSR1) {
		crossing_log(d);
		return 0;
	}
	log_line("signal %u: ending, the NIC runs on", info.ssi_signo);
	loop->end = true;
	return 0;
}

static int on_timer(struct loop *loop, struct driver *d)
{
	uint64_t missed;

	if (read(loop->timer, &missed, sizeof(missed)) != sizeof(missed))
		return 0;
	return driver_tick(d);
}

static int on_device(struct driver *d, uint32_t events)
{
	if (!(events & EPOLLIN) && events & (EPOLLERR | EPOLLHUP))
		return driver_fail(d, EXIT_KERNEL, "the kernel half hung up");
	return driver_upcalls(d);
}

static int dispatch(struct loop *loop, struct driver *d, const struct epoll_event *ev)
{
	switch ((enum source)ev->data.u32) {
	case SOURCE_DEVICE:
		return on_device(d, ev->events);
	case SOURCE_TIMER:
		return on_timer(loop, d);
	case SOURCE_SIGNAL:
		return on_signal(loop, d);
	case SOURCES:
		break;
	}
	return 0;
}

static int loop_run(struct loop *loop, struct driver *d)
{
	while (!loop->end) {
		struct epoll_event ev[SOURCES];
		int n, err = 0;

		if (loop->tick_ms != driver_tick_ms(d) && set_timer(loop, driver_tick_ms(d)))
			return driver_fail(d, EXIT_SYSTEM, "timerfd: %s", strerror(errno));
		n = epoll_wait(loop->epoll, ev, SOURCES, -1);
		if (n < 0 && errno != EINTR)
			return driver_fail(d, EXIT_SYSTEM, "epoll: %s", strerror(errno));
		for (int i = 0; i < n && !err; i++)
			err = dispatch(loop, d, &ev[i]);
		if (err)
			return err;
	}
	return 0;
}

static struct nic_port *open_port(const struct options *opt)
{
	struct nic_port *port;

	if (opt->simulate)
		return sim_open(opt->faults);
	port = port_dev_open(opt->device);
	if (!port)
		log_line("%s: %s%s", opt->device, strerror(errno),
			 errno == ENOENT ? " (is xmd_nic.ko loaded, and did it find a NIC?)" :
			 errno == EBUSY ? " (another xmd-userdriver has it open)" : "");
	return port;
}

static int drive(struct loop *loop, struct driver *d)
{
	int err = driver_start(d);

	if (!err && watch(loop, d->port->ops->fd(d->port), SOURCE_DEVICE))
		err = driver_fail(d, EXIT_SYSTEM, "epoll: %s", strerror(errno));
	if (!err)
		err = loop_run(loop, d);
	if (!err)
		driver_end(d);
	return err ? (int)d->exit_code : EXIT_OK;
}

int main(int argc, char **argv)
{
	static struct driver driver;
	struct loop loop = { .tick_ms = 0 };
	struct options opt;
	struct nic_port *port;
	int status;

	switch (options_parse(&opt, argc, argv)) {
	case OPTIONS_DONE:
		return EXIT_OK;
	case OPTIONS_WRONG:
		return EXIT_USAGE;
	case OPTIONS_RUN:
		break;
	}
	log_set_verbose(opt.verbose);
	if (loop_open(&loop)) {
		log_line("epoll, timerfd or signalfd: %s", strerror(errno));
		return EXIT_SYSTEM;
	}
	port = open_port(&opt);
	if (!port)
		return opt.simulate ? EXIT_USAGE : EXIT_DEVICE;
	driver_init(&driver, port, &opt);
	status = privileges_drop(&opt) ? EXIT_SYSTEM : drive(&loop, &driver);
	port->ops->close(port);
	return status;
}
