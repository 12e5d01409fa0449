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
	log_line("%s", text);
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
	d->link_log = (struct log_limit){ .burst = 6, .period_ms = 10000 };
	d->upcall_log = (struct log_limit){ .burst = 3, .period_ms = 10000 };
}

static bool known_device(const struct xmd_hello *hello)
{
	for (unsigned int i = 0; i < sizeof(known_devices) / sizeof(known_devices[0]); i++) {
		if (hello->vendor == 0x8086 && hello->device == known_devices[i])
			return true;
	}
	return false;
}

static int check_hello(struct driver *d)
{
	const struct xmd_hello *h = &d->hello;

	if (!known_device(h))
		return driver_fail(d, EXIT_HELLO,
			"PCI device %04x:%04x is none of the 8254x family that this program drives",
			h->vendor, h->device);
	if (h->bar_len < BAR_LEN_MIN)
		return driver_fail(d, EXIT_HELLO,
			"the register space is %u bytes, too short for an 8254x", h->bar_len);
	if (h->phase != XMD_NIC_STOPPED && h->phase != XMD_NIC_RUNNING)
		return driver_fail(d, EXIT_HELLO, "HELLO tells unknown phase %u", h->phase);
	d->sticky_stats = stats_sticky(h);
	return 0;
}

int driver_hello(struct driver *d)
{
	int err;

	d->hello.version = XMD_XPC_VERSION;
	err = port_hello(d->port, &d->hello);
	if (err == -EPROTONOSUPPORT)
		return driver_fail(d, EXIT_HELLO,
			"the kernel half does not speak version %u of xpc.h: xmd_nic.ko and xmd-userdriver must come from the same build",
			XMD_XPC_VERSION);
	if (err)
		return driver_fail(d, EXIT_HELLO, "XMD_NIC_HELLO: %s", strerror(-err));
	return check_hello(d);
}

/* Registers read all ones or zero.  Said once; main calls driver_tick more often then. */
static void gone(struct driver *d)
{
	if (d->state != DRIVER_GONE)
		log_line("the NIC does not answer (registers read all ones or zero): trying again every %u ms",
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

/* ------------------------------------------------------------ the crossing of xpc.h */

static int fetch_filter(struct driver *d, struct xmd_adapter *a)
{
	struct xmd_filter f = { .generation = 0 };
	int err = port_filter_get(d->port, &f);

	if (err)
		return driver_downcall_failed(d, "XMD_NIC_FILTER_GET", err);
	a->promisc = !!f.promisc;
	/* More addresses than the message holds cannot be true: take them all in. */
	a->allmulti = f.allmulti || f.n_mc > XMD_FILTER_MC_MAX;
	a->n_mc = a->allmulti ? 0 : f.n_mc;
	memcpy(a->mc, f.mc, a->n_mc * sizeof(a->mc[0]));
	log_debug("filter generation %u: promisc %u, allmulti %u, %u multicast addresses",
		  f.generation, f.promisc, f.allmulti, f.n_mc);
	return 0;
}

/* What this crossing can tell of the settings; the others are as the command line says.  Rings
 * that run are taken as they are. */
static int fetch_committed(struct driver *d, struct xmd_adapter *a)
{
	memset(a, 0, sizeof(*a));
	settings_default(a, d->opt);
	memcpy(a->mac.addr, d->hello.mac, XMD_MAC_LEN);
	if (d->hello.phase == XMD_NIC_RUNNING)
		a->tx_ring = a->rx_ring = 0;
	return fetch_filter(d, a);
}

static int filter_event(struct driver *d)
{
	struct xmd_adapter want = d->adapter;
	int err = fetch_filter(d, &want);

	return err ? driver_settled(d, err) : drv_configure(d, &want);
}

int driver_start(struct driver *d)
{
	struct xmd_adapter committed;
	int err = driver_hello(d);

	if (!err)
		err = stats_fetch_totals(d);
	if (!err)
		err = fetch_committed(d, &committed);
	if (!err)
		return fatal(d, drv_adopt(d, &committed));
	return fatal(d, driver_settled(d, err));
}

/* ------------------------------------------------------------ upcalls */

static int recover_hang(struct driver *d)
{
	uint64_t now = driver_now_ms();
	bool blame_phy;
	int err;

	d->hangs = d->hangs && now - d->last_hang_ms < HANG_QUIET_MS ? d->hangs + 1 : 1;
	d->last_hang_ms = now;
	blame_phy = d->hangs >= HANGS_BLAME_PHY;
	log_line("the kernel half asks for a reset of the NIC, as after a transmit hang%s",
		 blame_phy ? "; again and again, so the PHY is reset too" : "");
	err = driver_stop_nic(d);
	if (!err)
		err = bringup(d, blame_phy);
	if (!err)
		log_line("the NIC runs again after %llu ms",
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

static int handle_upcall(struct driver *d, const struct xmd_upcall *up)
{
	switch (up->type) {
	case XMD_UP_ALIVE:
		return drv_alive(d);
	case XMD_UP_LINK:
		return drv_link_event(d);
	case XMD_UP_FILTER:
		return filter_event(d);
	case XMD_UP_TX_HANG:
		return drv_tx_hang(d);
	}
	if (log_allowed(&d->upcall_log, driver_now_ms(), "unknown upcalls"))
		log_line("upcall of unknown type %u: answered with EOPNOTSUPP", up->type);
	return -EOPNOTSUPP;
}

static int answer_upcall(struct driver *d, const struct xmd_upcall *up, int result)
{
	const struct xmd_answer answer = {
		.type = up->type, .seq = up->seq, .result = result,
	};
	int err = port_answer(d->port, &answer);

	/* Too late, or withdrawn: whether that ends us is the kernel half's to say. */
	if (err == -EINVAL) {
		log_line("the answer to upcall %u (sequence %u) was not wanted any more",
			 up->type, up->seq);
		return 0;
	}
	return err ? driver_downcall_failed(d, "answering an upcall", err) : 0;
}

static int serve_upcall(struct driver *d, const struct xmd_upcall *up)
{
	int result = handle_upcall(d, up);
	int err = answer_upcall(d, up, result);

	return fatal(d, result ? result : err);
}

int driver_upcalls(struct driver *d)
{
	struct xmd_upcall up[UPCALLS_AT_ONCE];
	int n = port_read_upcall(d->port, up, UPCALLS_AT_ONCE);

	if (n < 0)
		return fatal(d, driver_settled(d, driver_downcall_failed(d, "reading upcalls", n)));
	for (int i = 0; i < n; i++) {
		int err = serve_upcall(d, &up[i]);

		if (err)
			return err;
	}
	return 0;
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
	err = stats_store(d);
	if (!err)
		err = moderation_follow(d, WATCHDOG_MS);
	return err ? err : link_update(d, &link, false);
}

int driver_tick(struct driver *d)
{
	int err = d->state == DRIVER_GONE ? bringup_again(d) : watchdog(d);

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
}
