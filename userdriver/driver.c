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

uint64_t driver_now_ms(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec * 1000ull + ts.tv_nsec / 1000000;
}

static int fail(struct driver *d, enum exit_code code, const char *fmt, va_list ap)
{
	char text[768];

	vsnprintf(text, sizeof(text), fmt, ap);
	log_err("%s", text);
	d->exit_code = code;
	return -EIO;
}

int driver_fail(struct driver *d, enum exit_code code, const char *fmt, ...)
{
	va_list ap;
	int err;

	va_start(ap, fmt);
	err = fail(d, code, fmt, ap);
	va_end(ap);
	return err;
}

int driver_nonsense(struct driver *d, const char *fmt, ...)
{
	va_list ap;
	int err;

	va_start(ap, fmt);
	err = fail(d, EXIT_REFUSED, fmt, ap);
	va_end(ap);
	d->nonsense = true;
	return err;
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

/* No error of any call of a kernel's, or that it does not know its own ioctl */
static bool impossible(int err)
{
	return err == -ENOTTY || err < -EHWPOISON || err > 0;
}

int driver_ioctl_failed(struct driver *d, const char *what, int err)
{
	int ret = driver_downcall_failed(d, what, err);

	/* rings that are too long for its memory were somebody's wish */
	if (err != -ENODEV && err != -EIO && err != -ENOMEM)
		d->exit_code = EXIT_REFUSED;
	d->nonsense |= impossible(err);
	return ret;
}

void driver_init(struct driver *d, struct nic_port *port, const struct options *opt)
{
	memset(d, 0, sizeof(*d));
	d->port = port;
	d->opt = opt;
}

static int check_info(struct driver *d)
{
	const struct xmd_info *info = &d->info;

	d->chip = xmd_chip_find(info->vendor, info->device);
	if (!d->chip)
		return driver_fail(d, EXIT_HELLO,
			"PCI device %04x:%04x is none that this program drives, which are" XMD_CHIP_NAMES,
			info->vendor, info->device);
	d->family = family_of(d->chip);
	d->phy_kind = d->family->phys[0];
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
	return err ? driver_ioctl_failed(d, "XMD_NIC_INFO", err) : check_info(d);
}

/* Registers read all ones or zero.  Said once; main calls driver_tick more often then. */
static void gone(struct driver *d)
{
	if (d->state != DRIVER_GONE) {
		log_warn("the NIC does not answer (registers read all ones or zero): trying again every %u ms, later every %u",
			 GONE_RETRY_MS, WATCHDOG_MS);
		d->gone_looks = 0;
	}
	d->gone_looks++;
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
static int fatal(struct driver *d, int err)
{
	if (d->nonsense)
		d->exit_code = EXIT_REFUSED;
	return d->exit_code ? (err ? err : -EIO) : 0;
}

int driver_stop_nic(struct driver *d)
{
	int err = port_stop(d->port);

	if (err)
		return driver_ioctl_failed(d, "XMD_NIC_STOP", err);
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

static int reset_hung(struct driver *d, bool reset_phy)
{
	uint64_t began = driver_now_ms();
	int err = driver_stop_nic(d);

	if (!err)
		err = bringup(d, reset_phy);
	if (!err)
		log_info("the NIC runs again after %llu ms",
			 (unsigned long long)(driver_now_ms() - began));
	return err;
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
	return reset_hung(d, blame_phy);
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

	d->glances = 0;
	for (unsigned int i = 0; i < MESSAGES_AT_ONCE && ret > 0 && !d->exit_code; i++)
		ret = crossing_serve(d);
	return fatal(d, driver_settled(d, ret > 0 ? 0 : ret));
}

/* ------------------------------------------------------------ the watchdog */

/*
 * Of a NIC that has counted nothing lately four registers say whether that is still so: any frame is
 * in one of them, also one that was missed.  Errors without a frame, and a PHY that changed its mind
 * twice without an interrupt, are left to the next whole look.
 * Return: whether nothing else is to be done.
 */
static bool glance(struct driver *d, int *err)
{
	uint64_t missed_before = d->counters.mpc;
	uint32_t received, sent, missed, status;
	struct reg_batch b;

	if (!d->glances)
		return false;
	d->glances--;
	batch_init(&b, d, EXIT_REGISTER);
	batch_read(&b, GPRC, &received, "statistics");
	batch_read(&b, GPTC, &sent, "statistics");
	batch_read(&b, MPC, &missed, "statistics");
	batch_read(&b, STATUS, &status, "link, reading STATUS");
	*err = batch_run(&b);
	if (*err)
		return true;
	stats_add_frames(d, received, sent, missed);
	return !received && !sent && d->counters.mpc == missed_before && status == d->status_seen;
}

/*
 * The NIC counts frames that it had no place for, has descriptors, and has used none since the last
 * look: it has stopped to receive, which nobody else sees; from outside it looks like silence.
 */
static int look_at_reception(struct driver *d, uint64_t missed)
{
	uint32_t rdh, rdt;
	struct reg_batch b;
	int err;

	if (d->counters.mpc == missed) {
		d->missing = false;
		return 0;
	}
	batch_init(&b, d, EXIT_REGISTER);
	batch_read(&b, RDH, &rdh, "reception, RDH");
	batch_read(&b, RDT, &rdt, "reception, RDT");
	err = batch_run(&b);
	if (err)
		return err;
	if (d->missing && rdh == d->rdh && rdh != rdt) {
		d->missing = false;
		log_warn("the NIC receives nothing, and misses frames although there are descriptors for them: resetting it");
		return reset_hung(d, false);
	}
	d->missing = true;
	d->rdh = rdh;
	return 0;
}

static int whole_look(struct driver *d)
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
		err = link_update(d, &link);
	if (link.status != d->status_seen)
		d->glances = 0;
	d->status_seen = link.status;
	return err;
}

static int watchdog(struct driver *d)
{
	const struct xmd_counters before = d->counters;
	int err = 0;

	if (glance(d, &err))
		return err;
	d->glances = WATCHDOG_GLANCES;
	err = whole_look(d);
	if (err || memcmp(&before, &d->counters, sizeof(before)) || !d->link.up)
		d->glances = 0;
	return err ? err : look_at_reception(d, before.mpc);
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
	return d->state == DRIVER_GONE && d->gone_looks < GONE_RETRIES ? GONE_RETRY_MS : WATCHDOG_MS;
}

/* What the registers counted since the last watchdog is not left to be lost. */
void driver_end(struct driver *d)
{
	drv_refresh_counters(d);
	crossing_end(d);
}
