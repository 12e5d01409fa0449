// SPDX-License-Identifier: GPL-2.0
/*
 * configure.c - from the settings in force to those wanted, or back.
 *
 *   1. settings_check: whatever cannot be is refused before a register is touched.
 *   2. The least that does it: registers that differ, the PHY only if another link is wanted,
 *      a restart only for what the chip or the kernel half takes at no other time.
 *   3. A step that fails: the old settings again, by the way that adoption goes.
 *
 * Killed between: the kernel half has not committed @want, and the next user half comes to the
 * old settings.  It could not do otherwise: a setting is in force when everybody says so.
 */
#include <errno.h>

#include "driver.h"
#include "handlers.h"

/* The PHY loses its link for it, so only if it must. */
static int change_link(struct driver *d)
{
	struct reg_batch b;

	if (phy_as_wanted(d))
		return 0;
	batch_init(&b, d, EXIT_PHY);
	phy_add_setup(d, &b);
	log_msg(MSG_LINK, "link settings changed: %s", d->adapter.autoneg ?
		"autonegotiation starts anew" : "forced speed and duplex");
	return batch_run(&b);
}

/* Forcing pause, or letting go of it, needs no new link: what the partner offers is known. */
static int change_pause(struct driver *d, const struct xmd_adapter *old)
{
	const struct xmd_adapter *a = &d->adapter;

	if (a->pause_autoneg == old->pause_autoneg && a->pause_rx == old->pause_rx &&
	    a->pause_tx == old->pause_tx)
		return 0;
	return link_check(d);
}

static int change(struct driver *d, const struct xmd_adapter *old)
{
	int err = image_apply(d);

	if (!err)
		err = change_link(d);
	return err ? err : change_pause(d, old);
}

static int change_stopped(struct driver *d)
{
	uint64_t began_ms = driver_now_ms();
	int err = driver_stop_nic(d);

	if (!err)
		err = bringup(d, false);
	if (!err)
		log_msg(MSG_DRV, "restarted with %u transmit, %u receive descriptors, MTU %u: %llu ms",
			d->adapter.tx_ring, d->adapter.rx_ring, d->adapter.mtu,
			(unsigned long long)(driver_now_ms() - began_ms));
	return err;
}

/* There is nothing to change, and nothing that could fail: what is wanted is what the NIC
 * comes back to.  But for the rings: whether there is memory for them is seen at START. */
static int configure_gone(struct driver *d, const struct xmd_adapter *want)
{
	if (want->tx_ring != d->adapter.tx_ring || want->rx_ring != d->adapter.rx_ring)
		return -ENODEV;
	settings_copy(&d->adapter, want);
	return 0;
}

static int undo(struct driver *d, const struct xmd_adapter *old, int err)
{
	int why;

	settings_copy(&d->adapter, old);
	if (err == -ENODEV)
		return err;
	log_warn("configure: a step failed; going back to the settings before");
	why = back_in_service(d, err);
	if (why != err || d->exit_code)
		log_err("configure: no way back; the next process has to find it");
	return why;
}

int drv_configure(struct driver *d, const struct xmd_adapter *want)
{
	const struct xmd_adapter old = d->adapter;
	int err = settings_check(d, want);

	if (err || settings_equal(&old, want))
		return err;
	if (d->state != DRIVER_RUNNING)
		return configure_gone(d, want);
	settings_copy(&d->adapter, want);
	err = settings_need_restart(d, &old, want) ? change_stopped(d) : change(d, &old);
	if (err)
		err = undo(d, &old, err);
	msglvl_set(d->adapter.msg_level);
	return driver_settled(d, err);
}
