// SPDX-License-Identifier: GPL-2.0
/* driver.c - the life of the user half: hello, bring-up or adoption, upcalls, watchdog. */
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "driver.h"
#include "handlers.h"

#define BAR_LEN_MIN 0x6000u	/* the last register we touch is below */

/* The third hang without this time of quiet before it resets the PHY as well, which costs
 * the link. */
#define HANG_QUIET_MS 60000u
#define HANGS_BLAME_PHY 3u

/* Copper parts with one port and the EERD layout of regs.h. */
static const uint16_t known_devices[] = {
	0x100e, 0x1015, 0x1016, 0x1017, 0x101e,		/* 82540EM, EP */
	0x100f, 0x1026,					/* 82545EM, GM */
};

uint64_t driver_now_ms(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec * 1000ull + ts.tv_nsec / 1000000;
}

int driver_fail(struct driver *d, enum exit_code code, const char *fmt, ...)
{
	char text[384];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	log_err("%s", text);
	d->exit_code = code;
	return -EIO;
}

int driver_downcall_failed(struct driver *d, const char *what, int err)
{
	if (err == -ENODEV)
		return err;
	if (err == -EIO)
		return driver_fail(d, EXIT_KERNEL,
			"%s: the kernel half has given this process up (EIO); start a new one",
			what);
	driver_fail(d, EXIT_KERNEL, "%s refused by the kernel half: %s", what, strerror(-err));
	return err;
}

void driver_init(struct driver *d, struct nic_port *port, const struct options *opt)
{
	memset(d, 0, sizeof(*d));
	d->port = port;
	d->opt = opt;
}

static bool known_device(const struct xmd_info *info)
{
	for (unsigned int i = 0; i < sizeof(known_devices) / sizeof(known_devices[0]); i++) {
		if (info->vendor == 0x8086 && info->device == known_devices[i])
			return true;
	}
	return false;
}

static int check_info(struct driver *d)
{
	const struct xmd_info *info = &d->info;

	if (!known_device(info))
		return driver_fail(d, EXIT_HELLO,
			"PCI device %04x:%04x is none of the 8254x family that this program drives",
			info->vendor, info->device);
	if (info->bar_len < BAR_LEN_MIN)
		return driver_fail(d, EXIT_HELLO,
			"the register space is %u bytes, too short for an 8254x", info->bar_len);
	if (info->phase != XMD_NIC_STOPPED && info->phase != XMD_NIC_RUNNING)
		return driver_fail(d, EXIT_HELLO, "INFO tells unknown phase %u", info->phase);
	d->sticky_stats = stats_sticky(info);
	return 0;
}

int driver_hello(struct driver *d)
{
	int err = crossing_hello(d);

	if (err)
		return err;
	err = port_info(d->port, &d->info);
	return err ? driver_downcall_failed(d, "XMD_NIC_INFO", err) : check_info(d);
}

/* Registers read all ones or zero.  Said once; main calls driver_tick more often then. */
static void gone(struct driver *d)
{
	if (d->state != DRIVER_GONE)
		log_warn("the NIC does not answer (registers read all ones or zero): trying again every %u ms",
			 GONE_RETRY_MS);
	d->state = DRIVER_GONE;
	d->image.known = false;
	if (d->link.up)
		link_report_down(d);
}

int driver_settled(struct driver *d, int err)
{
	if (err == -ENODEV)
		gone(d);
	return err;
}

/* What is left of @err for the main loop: whether the process has to end. */
static int fatal(const struct driver *d, int err)
{
	return d->exit_code ? (err ? err : -EIO) : 0;
}

int driver_stop_nic(struct driver *d)
{
	int err = port_stop(d->port);

	if (err)
		return driver_downcall_failed(d, "XMD_NIC_STOP", err);
	d->stopped = true;
	return 0;
}

/* What can be done while upcalls may come already: a line on a console is slow, too. */
static int after_ready(struct driver *d, uint64_t began_ms)
{
	if (d->state != DRIVER_RUNNING)
		return 0;
	bringup_log(d, d->info.phase == XMD_NIC_RUNNING ? "adopted the running" : "brought up",
		    began_ms);
	return d->doubt_eeprom ? driver_settled(d, eeprom_warn_if_damaged(d)) : 0;
}

int driver_start(struct driver *d)
{
	uint64_t began_ms = driver_now_ms();
	struct xmd_adapter committed;
	int err = driver_hello(d);

	if (err)
		return fatal(d, driver_settled(d, err));
	committed = d->committed;
	err = drv_adopt(d, &committed);
	/* what was committed while we adopted it */
	crossing_follow(d);
	if (!d->exit_code)
		err = crossing_ready(d);
	if (!d->exit_code)
		err = after_ready(d, began_ms);
	return fatal(d, err);
}

/* ------------------------------------------------------------ upcalls */

/* Frames that nobody listens to, or that the other end keeps waiting, are not the PHY's fault. */
static int blame(struct driver *d, uint64_t now, bool *phy)
{
	struct reg_batch b;
	uint32_t status;
	int err;

	*phy = false;
	batch_init(&b, d, EXIT_REGISTER);
	batch_read(&b, STATUS, &status, "hang, STATUS");
	err = batch_run(&b);
	if (err || !d->link.up || !(status & STATUS_LU) || status & STATUS_TXOFF)
		return err;
	d->hangs = d->hangs && now - d->last_hang_ms < HANG_QUIET_MS ? d->hangs + 1 : 1;
	d->last_hang_ms = now;
	*phy = d->hangs >= HANGS_BLAME_PHY;
	return 0;
}

static int recover_hang(struct driver *d)
{
	uint64_t now = driver_now_ms();
	bool blame_phy;
	int err = blame(d, now, &blame_phy);

	if (err)
		return err;
	log_warn("the kernel half asks for a reset of the NIC, as after a transmit hang%s",
		 blame_phy ? "; again and again, so the PHY is reset too" : "");
	err = driver_stop_nic(d);
	if (!err)
		err = bringup(d, blame_phy);
	if (!err)
		log_info("the NIC runs again after %llu ms",
			 (unsigned long long)(driver_now_ms() - now));
	return err;
}

/* Also what the kernel half asks for when a lost NIC answers again. */
int drv_tx_hang(struct driver *d)
{
	return driver_settled(d, d->state == DRIVER_GONE ? bringup_again(d) : recover_hang(d));
}

int drv_alive(struct driver *d)
{
	(void)d;
	return 0;
}

int driver_upcalls(struct driver *d)
{
	int ret = 1;

	for (unsigned int i = 0; i < MESSAGES_AT_ONCE && ret > 0 && !d->exit_code; i++)
		ret = crossing_serve(d);
	return fatal(d, driver_settled(d, ret > 0 ? 0 : ret));
}

/* ------------------------------------------------------------ the watchdog */

static int watchdog(struct driver *d)
{
	struct stats_reading stats;
	struct link_reading link;
	struct reg_batch b;
	int err;

	/* The link first: once read, a counter is cleared and must not be lost. */
	batch_init(&b, d, EXIT_PHY);
	link_add_read(&b, &link);
	batch_subject(&b, EXIT_REGISTER);
	stats_add_read(&b, &stats);
	err = batch_run(&b);
	if (err)
		return err;
	stats_accumulate(d, &stats);
	err = crossing_report_counters(d);
	if (!err)
		err = moderation_follow(d, WATCHDOG_MS);
	return err ? err : link_update(d, &link);
}

int driver_tick(struct driver *d)
{
	int err = d->state == DRIVER_GONE ? bringup_again(d) : watchdog(d);

	if (!err)
		crossing_follow(d);
	return fatal(d, driver_settled(d, err));
}

unsigned int driver_tick_ms(const struct driver *d)
{
	return d->state == DRIVER_GONE ? GONE_RETRY_MS : WATCHDOG_MS;
}

/* What the registers counted since the last watchdog is not left to be lost. */
void driver_end(struct driver *d)
{
	drv_refresh_counters(d);
	crossing_end(d);
}
