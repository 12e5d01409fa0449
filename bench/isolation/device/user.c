// SPDX-License-Identifier: GPL-2.0
/*
 * user.c - xmd-userdriver as it is: its port is half.c's device file, its clock the simulated one; and xmd-init's part that
 * decides (image/init_keep.c) starts it again, or ends the domain.
 */
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "../../../image/init.h"
#include "../../../userdriver/handlers.h"
#include "../../../userdriver/options.h"
#include "world.h"

#define FAILED_MS	100	/* as userdriver/main.c has it, before it ends */

static struct driver driver;
static struct keep keep = { .name = "xmd-userdriver", .refused_status = EXIT_REFUSED };
static bool alive, inside;
static uint64_t due, tick_at;
static unsigned int tick_ms;
unsigned int user_starts;

int __wrap_clock_gettime(clockid_t clock, struct timespec *ts);
void __wrap_log_line(enum log_level level, const char *fmt, ...);

int __wrap_clock_gettime(clockid_t clock, struct timespec *ts)
{
	(void)clock;
	*ts = (struct timespec){ world_us / 1000000, world_us % 1000000 * 1000 };
	return 0;
}

void __wrap_log_line(enum log_level level, const char *fmt, ...)
{
	char text[800] = "xmd-userdriver: ";
	size_t n = strlen(text);
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text + n, sizeof(text) - n, fmt, ap);
	va_end(ap);
	if (level < LOG_LEVEL_DEBUG)
		observe_line(level <= LOG_LEVEL_WARN ? SAID_WARN : SAID_INFO, text);
}

/* ------------------------------------------------------------------------------- the port */

static int port_info_(struct nic_port *p, struct xmd_info *info) { (void)p; return half_ioctl(XMD_NIC_INFO, info); }
static int port_regs_(struct nic_port *p, struct xmd_regs *regs) { (void)p; return half_ioctl(XMD_NIC_REGS, regs); }
static int port_stop_(struct nic_port *p) { (void)p; return half_ioctl(XMD_NIC_STOP, NULL); }
static int port_fd_(struct nic_port *p) { (void)p; return -1; }
static void port_close_(struct nic_port *p) { (void)p; }

static int port_start_(struct nic_port *p, const struct xmd_start *start)
{
	struct xmd_start s = *start;

	(void)p;
	return half_ioctl(XMD_NIC_START, &s);
}

static const struct nic_port_ops ops = { port_info_, port_regs_, port_stop_, port_start_, port_fd_, port_close_ };
static struct nic_port port = { .ops = &ops };

/* -------------------------------------------------------------------------------- its life */

void init_say(enum init_level level, const char *fmt, ...)
{
	char text[600] = "xmd-init: ";
	size_t n = strlen(text);
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text + n, sizeof(text) - n, fmt, ap);
	va_end(ap);
	observe_line(level <= SAY_NOTICE ? SAID_WARN : SAID_INFO, text);
}

static void end(void)
{
	uint64_t now = world_ms();
	int status = driver.exit_code << 8;

	if (!alive)
		return;
	alive = false;
	keep_ended(&keep, status, now);
	crossing_end(&driver);
	half_close();
	due = keep.due + (keep.due > now ? FAILED_MS : 0);
	if (keep_refused(&keep, status, now))
		domain_dies("xmd-init");
}

static int start(void)
{
	if (half_open())
		return 0;
	alive = true;
	keep_began(&keep, 1, world_ms());
	user_starts++;
	tick_ms = 0;
	port.link = crossing_link();
	driver_init(&driver, &port, &options_default);
	return driver_start(&driver);
}

static int turn(void)
{
	int err = 0;

	if (tick_ms != driver_tick_ms(&driver)) {
		tick_ms = driver_tick_ms(&driver);
		tick_at = world_ms() + tick_ms;
	}
	if (crossing_pending())
		err = driver_upcalls(&driver);
	if (err || world_ms() < tick_at)
		return err;
	tick_at = world_ms() + tick_ms;
	return driver_tick(&driver);
}

void user_pass(void)
{
	int err = 0;

	if (inside)
		return;
	inside = true;
	if (alive && crossing_lost())
		end();
	else if (alive)
		err = turn();
	else if (world_ms() >= due)
		err = start();
	if (err)
		end();
	inside = false;
}

void user_end(void)
{
	end();
	due = UINT64_MAX;
}

void user_begin(void) { due = world_ms(); }
bool user_runs(void) { return alive; }

/* It takes no time but in ioctls. */
enum user_does user_does(uint64_t *ran_us)
{
	*ran_us = 0;
	return USER_SLEEPS;
}
