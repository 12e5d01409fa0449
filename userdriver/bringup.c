// SPDX-License-Identifier: GPL-2.0
/*
 * bringup.c - from reset to XMD_NIC_START (chapter 14), and adoption without a reset.
 *
 * Bring-up is a few full batches: everything that does not depend on the EEPROM or on
 * the PHY's answers goes with the reset.  RCTL and TCTL are not written here at all but
 * handed to XMD_NIC_START, which enables in the same write.
 *
 * Adoption reads all that is ours and writes what differs from the settings.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "driver.h"
#include "handlers.h"

#define DESCRIPTOR_BYTES 16u

/* Counters first, before the reset clears them; then the split of the packet memory, which
 * takes effect with the reset (13.4.16).  The EEPROM, unless the address is known. */
static int reset_and_probe(struct driver *d, bool reset_phy, struct phy_state *phy)
{
	struct stats_reading stats;
	struct reg_batch b;
	int err;

	batch_init(&b, d, EXIT_REGISTER);
	stats_add_read(&b, &stats);
	batch_set(&b, PBA, PBA_RX_MASK, flow_pba_kib(d, d->adapter.mtu), "reset, PBA");
	d->family->add_reset(&b);
	led_add_after_reset(d, &b);
	if (reset_phy)
		phy_add_hard_reset(&b);
	batch_subject(&b, EXIT_PHY);
	phy_add_examine(&b, phy);
	batch_subject(&b, EXIT_EEPROM);
	err = mac_valid(settings_mac(&d->adapter)) ? batch_run(&b) : eeprom_probe(d, &b);
	if (err)
		return err;
	/* before the first bring-up they counted somebody else's frames */
	if (!d->first)
		stats_accumulate(d, &stats);
	return phy_check(d, phy);
}

static int start(struct driver *d, const struct image *image)
{
	const struct xmd_adapter *a = &d->adapter;
	struct xmd_start msg = {
		.tx_ring = a->tx_ring, .rx_ring = a->rx_ring,
		.rctl = image->reg[IMG_RCTL], .tctl = image->reg[IMG_TCTL],
	};
	int err;

	memcpy(msg.mac, settings_mac(a)->addr, sizeof(msg.mac));
	err = port_start(d->port, &msg);
	if (err)
		return driver_ioctl_failed(d, "XMD_NIC_START", err);
	d->image = *image;
	d->stopped = false;
	d->first = false;
	return 0;
}

/*
 * Is the link to be given up?  PSTATUS latches a loss until it is read, across the death of whoever
 * read it last and of its domain: where it tells of none, the link has outlived our reset.
 *
 * A PHY without a link is set up afresh when we come to it, and not by each reset after that: it
 * may be negotiating, which would begin anew each time and never end.
 */
static bool needs_setup(const struct driver *d, bool reset_phy, const struct phy_state *phy)
{
	return reset_phy || !phy_as_wanted(d) ||
	       (!(phy->status & PHY_STATUS_LINK) && d->state != DRIVER_RUNNING);
}

int bringup(struct driver *d, bool reset_phy)
{
	struct phy_state phy;
	struct image want;
	struct reg_batch b;
	int err;

	d->stopped = true;
	d->link_kept = false;
	d->image.known = false;
	d->pause = 0;
	err = reset_and_probe(d, reset_phy, &phy);
	if (err)
		return err;
	image_compute(d, &want);
	batch_init(&b, d, EXIT_PHY);
	if (needs_setup(d, reset_phy, &phy))
		phy_add_setup(d, &b);
	else
		d->link_kept = phy.latched & PHY_STATUS_LINK;
	batch_subject(&b, EXIT_REGISTER);
	image_add_write(&b, &d->image, &want, false);
	err = batch_run(&b);
	if (!err)
		err = led_adopt(d);
	if (!err)
		err = start(d, &want);
	/* what the latch told is told by no later look: guests hear of both */
	if (!err && d->link.up && !d->link_kept)
		err = link_report_down(d);
	d->counters.link_kept += d->link_kept;
	return err ? err : link_check(d);
}

/* What a running NIC has that only a restart can change. */
struct fixed {
	uint32_t tdlen, rdlen, pba;
};

static void add_fixed(struct reg_batch *b, struct fixed *f)
{
	batch_read(b, TDLEN, &f->tdlen, "adoption, TDLEN");
	batch_read(b, RDLEN, &f->rdlen, "adoption, RDLEN");
	batch_read(b, PBA, &f->pba, "adoption, PBA");
}

static bool fixed_as_wanted(const struct driver *d, const struct fixed *f)
{
	const struct xmd_adapter *a = &d->adapter;

	return f->tdlen == a->tx_ring * DESCRIPTOR_BYTES &&
	       f->rdlen == a->rx_ring * DESCRIPTOR_BYTES &&
	       (f->pba & PBA_RX_MASK) == flow_pba_kib(d, a->mtu);
}

static int restart(struct driver *d)
{
	int err = driver_stop_nic(d);

	return err ? err : bringup(d, false);
}

/* Whoever brought it up died before he could report what the EEPROM says. */
static int probe_running(struct driver *d)
{
	struct reg_batch b;
	int err;

	if (!d->first)
		return 0;
	batch_init(&b, d, EXIT_EEPROM);
	err = eeprom_probe(d, &b);
	if (!err)
		d->first = false;
	return err;
}

/* A NIC that runs: everything is read, the link included. */
static int survey(struct driver *d, struct fixed *fixed, struct link_reading *link)
{
	struct phy_state phy;
	struct reg_batch b;
	int err;

	batch_init(&b, d, EXIT_PHY);
	phy_add_examine(&b, &phy);
	link_add_read(&b, link);
	batch_subject(&b, EXIT_REGISTER);
	add_fixed(&b, fixed);
	led_add_adopt(d, &b);
	d->image.known = false;
	image_add_read(&b, &d->image);
	err = batch_run(&b);
	if (err)
		return err;
	d->image.known = true;
	/* the link bit latches: the first reading tells of a loss since the last user half */
	link->bmsr_latched = phy.latched;
	d->pause = d->image.reg[IMG_CTRL] & (CTRL_RFCE | CTRL_TFCE);
	return phy_check(d, &phy);
}

/* Frames flow on meanwhile. */
static int converge(struct driver *d)
{
	struct link_reading link;
	struct fixed fixed;
	struct reg_batch b;
	int err = survey(d, &fixed, &link);

	if (err)
		return err;
	if (!fixed_as_wanted(d, &fixed))
		return restart(d);
	err = probe_running(d);
	if (!err)
		err = led_adopt(d);
	if (!err && !phy_as_wanted(d)) {
		batch_init(&b, d, EXIT_PHY);
		phy_add_setup(d, &b);
		err = batch_run(&b);
	}
	if (!err)
		err = image_apply(d);
	return err ? err : link_update(d, &link);
}

int back_in_service(struct driver *d, int err)
{
	int again;

	if (err == -ENODEV)
		return err;
	d->exit_code = EXIT_OK;
	again = d->stopped ? bringup(d, false) : converge(d);
	return again ? again : err;
}

int driver_handled(struct driver *d, int err)
{
	if (d->exit_code)
		err = back_in_service(d, err);
	return driver_settled(d, err);
}

void bringup_log(const struct driver *d, const char *how, uint64_t began_ms)
{
	const uint8_t *mac = settings_mac(&d->adapter)->addr;

	log_msg(MSG_PROBE, "%s %s (%04x:%04x), %02x:%02x:%02x:%02x:%02x:%02x, link %s, epoch %u, %lu crossings, %llu ms",
		how, d->chip->name, d->info.vendor, d->info.device, mac[0], mac[1], mac[2], mac[3], mac[4],
		mac[5], !d->link.up ? "down" : d->link_kept ? "kept" : "up", d->xpc.replicas.epoch, crossing_count(d),
		(unsigned long long)(driver_now_ms() - began_ms));
}

/* Rings that run are taken as they are. */
static void first_settings(struct driver *d)
{
	const struct xmd_adapter saved = d->adapter;

	settings_default(d, &d->adapter);
	if (saved.restored)
		settings_restore(d, &saved);
	if (d->info.phase != XMD_NIC_RUNNING)
		return;
	d->adapter.tx_ring = d->info.tx_ring;
	d->adapter.rx_ring = d->info.rx_ring;
}

static void introduce(struct xmd_adapter *a)
{
	a->phy_addr = MDIC_INTERNAL_PHY;
	memset(a->user_version, 0, sizeof(a->user_version));
	memcpy(a->user_version, XMD_VERSION, sizeof(XMD_VERSION));
}

int drv_adopt(struct driver *d, const struct xmd_adapter *committed)
{
	bool running = d->info.phase == XMD_NIC_RUNNING;
	int err;

	d->adapter = *committed;
	introduce(&d->adapter);
	d->stopped = !running;
	/* nobody lived long enough to report any */
	d->unreported = !mac_valid(&committed->mac);
	d->first = d->unreported;
	if (d->first)
		first_settings(d);
	msglvl_set(d->adapter.msg_level);
	d->link.up = committed->link;
	d->link.speed = committed->speed;
	d->link.full_duplex = committed->duplex;
	/* whoever stopped it may have died while writing the EEPROM */
	d->doubt_eeprom = !running && !d->first;
	err = running ? converge(d) : bringup(d, false);
	if (err)
		return driver_settled(d, err);
	d->state = DRIVER_RUNNING;
	return 0;
}

/* One cheap crossing a try, until a NIC is there again; then everything from the start, because
 * it may come out of a power cycle.  Settings, the address too, are those that were in force. */
int bringup_again(struct driver *d)
{
	uint64_t began_ms = driver_now_ms();
	int err = batch_device_alive(d);

	if (!err) {
		log_info("the NIC answers again");
		err = driver_stop_nic(d);
	}
	if (err)
		return err;
	err = bringup(d, false);
	if (err)
		return err;
	d->state = DRIVER_RUNNING;
	bringup_log(d, "brought up", began_ms);
	return 0;
}
