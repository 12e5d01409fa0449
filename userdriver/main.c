// SPDX-License-Identifier: GPL-2.0
/* main.c - descriptors and the loop that waits on them; the driving is in driver.c. */
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include "driver.h"
#include "options.h"
#include "privileges.h"
#include "record.h"
#include "sim/sim.h"

#define FAILED_START_MS 100	/* as long as a start at least takes that comes to nothing */

enum source { SOURCE_DEVICE, SOURCE_SIGNAL, SOURCES };

struct loop {
	struct pollfd fd[SOURCES];
	unsigned int tick_ms;
	uint64_t tick_at;	/* the next one, driver_now_ms() */
	bool end;
};

/* The signals are blocked first, before bring-up, so that none ends us half way. */
static int loop_open(struct loop *loop)
{
	sigset_t set;
	int fd;

	sigemptyset(&set);
	sigaddset(&set, SIGTERM);
	sigaddset(&set, SIGINT);
	sigaddset(&set, SIGHUP);
	sigaddset(&set, SIGUSR1);
	if (sigprocmask(SIG_BLOCK, &set, NULL))
		return -1;
	fd = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
	loop->fd[SOURCE_SIGNAL] = (struct pollfd){ .fd = fd, .events = POLLIN };
	return fd < 0 ? -1 : 0;
}

static void on_signal(struct loop *loop, const struct driver *d)
{
	struct signalfd_siginfo info;

	if (read(loop->fd[SOURCE_SIGNAL].fd, &info, sizeof(info)) != sizeof(info))
		return;
	if (info.ssi_signo == SIGUSR1) {
		crossing_log(d);
		return;
	}
	log_info("signal %u: ending, the NIC runs on", info.ssi_signo);
	loop->end = true;
}

static int on_device(struct driver *d, short events)
{
	if (!(events & POLLIN))
		return driver_fail(d, EXIT_KERNEL, "the kernel half hung up");
	return driver_upcalls(d);
}

/* At full multiples, as xmd-backend's looks and heartbeats: the domain wakes once for both. */
static uint64_t next_tick(const struct loop *loop, uint64_t now)
{
	return (now / loop->tick_ms + 1) * loop->tick_ms;
}

/* Return: how long nothing has to be done without being asked, in ms */
static int until_tick(struct loop *loop, const struct driver *d)
{
	uint64_t now = driver_now_ms();

	if (loop->tick_ms != driver_tick_ms(d)) {
		loop->tick_ms = driver_tick_ms(d);
		loop->tick_at = next_tick(loop, now);
	}
	return loop->tick_at > now ? loop->tick_at - now : 0;
}

static int tick(struct loop *loop, struct driver *d)
{
	loop->tick_at = next_tick(loop, driver_now_ms());
	return driver_tick(d);
}

static int loop_run(struct loop *loop, struct driver *d)
{
	int err = 0;

	while (!loop->end && !err) {
		int wait = until_tick(loop, d);
		int n = poll(loop->fd, SOURCES, wait);

		if (n < 0 && errno != EINTR)
			return driver_fail(d, EXIT_SYSTEM, "poll: %s", strerror(errno));
		if (n > 0 && loop->fd[SOURCE_SIGNAL].revents)
			on_signal(loop, d);
		if (n > 0 && loop->fd[SOURCE_DEVICE].revents)
			err = on_device(d, loop->fd[SOURCE_DEVICE].revents);
		if (!err && !until_tick(loop, d))
			err = tick(loop, d);
	}
	return err;
}

static struct nic_port *open_port(const struct options *opt)
{
	struct nic_port *port;

	if (opt->simulate)
		return sim_open(opt->faults);
	port = port_dev_open(opt->device);
	if (!port)
		log_err("%s: %s%s", opt->device, strerror(errno),
			errno == ENOENT ? " (is xmd_nic.ko loaded, and did it find a NIC?)" :
			errno == EBUSY ? " (another xmd-userdriver has it open)" : "");
	return port;
}

/* The recorder around it, if that was asked for. */
static struct nic_port *open_recorded(const struct options *opt)
{
	struct nic_port *port = opt->replay ? replay_open(opt->replay) : open_port(opt), *around;

	if (!port && opt->replay)
		log_err("--replay %s: %s", opt->replay, strerror(errno));
	if (!port || !opt->record)
		return port;
	around = record_open(port, opt->record);
	if (!around) {
		log_err("--record %s: %s", opt->record, strerror(errno));
		port->ops->close(port);
	}
	return around;
}

static int drive(struct loop *loop, struct driver *d)
{
	int err;

	if (d->opt->replay)
		return replay_run(d) ? (int)EXIT_REGISTER : EXIT_OK;
	err = driver_start(d);

	loop->fd[SOURCE_DEVICE] = (struct pollfd){ d->port->ops->fd(d->port), POLLIN, 0 };
	if (!err)
		err = loop_run(loop, d);
	/* what is read at the end, no watchdog of a replay would read */
	if (d->opt->record)
		record_stop(d->port);
	if (!err)
		driver_end(d);
	return err ? (int)d->exit_code : EXIT_OK;
}

static int run(const struct options *opt, struct driver *d)
{
	struct loop loop = { .tick_ms = 0 };
	struct nic_port *port;
	int status;

	if (opt->verbose)
		log_set_level(LOG_LEVEL_DEBUG);
	if (loop_open(&loop)) {
		log_err("signalfd: %s", strerror(errno));
		return EXIT_SYSTEM;
	}
	port = open_recorded(opt);
	if (!port)
		return opt->simulate || opt->replay ? EXIT_USAGE : EXIT_DEVICE;
	driver_init(d, port, opt);
	status = privileges_drop(opt) ? EXIT_SYSTEM : drive(&loop, d);
	port->ops->close(port);
	return status;
}

int main(int argc, char **argv)
{
	static struct driver driver;
	struct options opt;
	uint64_t began_ms;
	int status;

	log_begin("xmd-userdriver", false);
	switch (options_parse(&opt, argc, argv)) {
	case OPTIONS_DONE:
		return EXIT_OK;
	case OPTIONS_WRONG:
		return EXIT_USAGE;
	case OPTIONS_RUN:
		break;
	}
	began_ms = driver_now_ms();
	status = run(&opt, &driver);
	/* The next one is started at once, and may fare no better. */
	if (status > EXIT_USAGE && driver_now_ms() - began_ms < FAILED_START_MS)
		poll(NULL, 0, FAILED_START_MS);
	return status;
}
