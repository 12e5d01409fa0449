// SPDX-License-Identifier: GPL-2.0
/*
 * settings.c - what a setting may be, and what it is if nobody says.
 *
 * A setting is checked here, completely, before a register is touched: what passes can fail
 * only because the NIC or the kernel half fails.
 */
#include <errno.h>
#include <string.h>

#include "driver.h"

#define OVERHEAD	18u	/* header and a VLAN tag */
#define MTU_MIN		68u
#define USECS_MAX	10000u
#define RING_MIN	64u
#define RING_MAX	1024u
#define WOL_KNOWN	(XMD_WOL_PHY | XMD_WOL_UCAST | XMD_WOL_MCAST | XMD_WOL_BCAST | \
			 XMD_WOL_MAGIC)
#define ADV_FORCEABLE	(XMD_ADV_10H | XMD_ADV_10F | XMD_ADV_100H | XMD_ADV_100F)
#define MSG_DEFAULT	7u	/* NETIF_MSG_DRV, PROBE and LINK, as Linux's drivers have it */

/* Settings come first in the object, states behind them. */
#define SETTINGS_LEN	offsetof(struct xmd_adapter, link)

bool mac_valid(const struct xmd_mac *mac)
{
	uint8_t any = 0;

	for (unsigned int i = 0; i < XMD_MAC_LEN; i++)
		any |= mac->addr[i];
	return any && !(mac->addr[0] & 1);
}

bool mac_equal(const struct xmd_mac *a, const struct xmd_mac *b)
{
	return !memcmp(a->addr, b->addr, XMD_MAC_LEN);
}

const struct xmd_mac *settings_mac(const struct xmd_adapter *a)
{
	return mac_valid(&a->mac) ? &a->mac : &a->perm_mac;
}

/* What speed and duplex on the command line come to: one of them alone narrows what is
 * advertised, 10 or 100 with both is forced. */
static unsigned int advertise_of(const struct options *opt)
{
	static const struct { unsigned int bit, speed; int duplex; } mode[] = {
		{ XMD_ADV_10H, 10, 0 }, { XMD_ADV_10F, 10, 1 }, { XMD_ADV_100H, 100, 0 },
		{ XMD_ADV_100F, 100, 1 }, { XMD_ADV_1000F, 1000, 1 },
	};
	unsigned int bits = 0;

	for (unsigned int i = 0; i < sizeof(mode) / sizeof(mode[0]); i++) {
		if ((!opt->speed || opt->speed == mode[i].speed) &&
		    (opt->duplex < 0 || opt->duplex == mode[i].duplex))
			bits |= mode[i].bit;
	}
	return bits;
}

/* Half duplex, if the chip is not to do that (XMD_ERR_HALF). */
static unsigned int never(const struct driver *d)
{
	return d->chip->flags & XMD_ERR_HALF ? XMD_ADV_10H | XMD_ADV_100H : 0;
}

void settings_default(const struct driver *d, struct xmd_adapter *a)
{
	const struct options *opt = d->opt;
	bool forced = opt->speed && opt->speed < 1000 && opt->duplex >= 0 && !opt->advertise;

	a->tx_ring = opt->tx_ring;
	a->rx_ring = opt->rx_ring;
	a->mtu = a->mtu ? a->mtu : 1500;
	a->autoneg = !forced;
	a->advertise = forced ? XMD_ADV_ALL : opt->advertise ? opt->advertise : advertise_of(opt);
	a->advertise &= ~never(d);
	a->forced = forced ? advertise_of(opt) : 0;
	a->mdix = XMD_MDIX_AUTO;
	a->pause_autoneg = 1;
	a->pause_rx = opt->pause_rx;
	a->pause_tx = opt->pause_tx;
	a->itr_mode = opt->adaptive ? XMD_ITR_ADAPTIVE : XMD_ITR_FIXED;
	a->rx_usecs = opt->irq_rate ? 1000000 / opt->irq_rate : 0;
	if (d->chip->flags & XMD_LACKS_ITR) {
		a->itr_mode = XMD_ITR_FIXED;
		a->rx_usecs = 0;
	}
	a->rx_csum = opt->rx_csum;
	a->msg_level = a->msg_level ? a->msg_level : MSG_DEFAULT;
}

void settings_copy(struct xmd_adapter *to, const struct xmd_adapter *from)
{
	memcpy(to, from, SETTINGS_LEN);
}

static bool same_lists(const struct xmd_adapter *a, const struct xmd_adapter *b)
{
	return a->n_mc == b->n_mc && !memcmp(a->mc, b->mc, a->n_mc * sizeof(a->mc[0]));
}

#define SAME(field) (a->field == b->field)

bool settings_equal(const struct xmd_adapter *a, const struct xmd_adapter *b)
{
	return SAME(tx_ring) && SAME(rx_ring) && SAME(mtu) && mac_equal(&a->mac, &b->mac) &&
	       SAME(autoneg) && SAME(advertise) && SAME(forced) && SAME(mdix) &&
	       SAME(pause_autoneg) && SAME(pause_rx) && SAME(pause_tx) && SAME(itr_mode) &&
	       SAME(rx_usecs) && SAME(wol) && SAME(msg_level) && SAME(rx_csum) &&
	       SAME(promisc) && SAME(allmulti) && same_lists(a, b);
}

/* The rings are the kernel half's and change between STOP and START; the split of the packet
 * memory takes effect with a reset only (13.4.16). */
bool settings_need_restart(const struct driver *d, const struct xmd_adapter *a,
			   const struct xmd_adapter *b)
{
	return !SAME(tx_ring) || !SAME(rx_ring) ||
	       flow_pba_kib(d, a->mtu) != flow_pba_kib(d, b->mtu);
}

static int refuse(int err, const char *what, unsigned long val, const char *why)
{
	log_warn("configure: %s %lu refused: %s", what, val, why);
	return err;
}

static int check_rings(const struct xmd_adapter *w)
{
	const struct { const char *name; uint32_t n; } ring[] = {
		{ "transmit ring of", w->tx_ring }, { "receive ring of", w->rx_ring },
	};

	for (unsigned int i = 0; i < 2; i++) {
		if (ring[i].n < RING_MIN || ring[i].n > RING_MAX || ring[i].n & (ring[i].n - 1))
			return refuse(-EINVAL, ring[i].name, ring[i].n,
				      "64, 128, 256, 512 or 1024 descriptors");
	}
	return 0;
}

static int check_forced(const struct driver *d, const struct xmd_adapter *w)
{
	bool one = w->forced && !(w->forced & (w->forced - 1));

	if (w->forced == XMD_ADV_1000F)
		return refuse(-EINVAL, "speed", 1000,
			      "copper needs autonegotiation for it (IEEE 802.3, 40.5.1)");
	if (w->forced & never(d))
		return refuse(-EOPNOTSUPP, "forced mode", w->forced,
			      "this chip hangs at half duplex (an erratum)");
	if (!one || w->forced & ~ADV_FORCEABLE)
		return refuse(-EINVAL, "forced mode", w->forced, "10 or 100 Mb/s, half or full");
	if (w->mdix != XMD_MDIX_AUTO)
		return refuse(-EINVAL, "MDI mode", w->mdix,
			      "the PHY takes it from autonegotiation, or is MDI when forced");
	return 0;
}

static int check_link(const struct driver *d, const struct xmd_adapter *w)
{
	if (w->mdix < XMD_MDI || w->mdix > XMD_MDIX_AUTO)
		return refuse(-EINVAL, "MDI mode", w->mdix, "MDI, MDI-X or automatic");
	if (w->autoneg > 1)
		return refuse(-EINVAL, "autonegotiation", w->autoneg, "0 or 1");
	if (!w->autoneg)
		return check_forced(d, w);
	if (!w->advertise || w->advertise & ~XMD_ADV_ALL)
		return refuse(-EINVAL, "advertised modes", w->advertise,
			      "at least one, and none but 10 and 100 half and full, 1000 full");
	return 0;
}

static int check_flags(const struct xmd_adapter *w)
{
	const struct { const char *name; uint8_t val; } flag[] = {
		{ "pause autonegotiation", w->pause_autoneg }, { "receiving pause", w->pause_rx },
		{ "sending pause", w->pause_tx }, { "moderation", w->itr_mode },
		{ "receive checksums", w->rx_csum },
		{ "promiscuous", w->promisc }, { "all multicast", w->allmulti },
	};

	for (unsigned int i = 0; i < sizeof(flag) / sizeof(flag[0]); i++) {
		if (flag[i].val > 1)
			return refuse(-EINVAL, flag[i].name, flag[i].val, "0 or 1");
	}
	return 0;
}

static int check_numbers(const struct driver *d, const struct xmd_adapter *w)
{
	if (w->mtu < MTU_MIN || w->mtu + OVERHEAD > d->chip->max_frame)
		return refuse(-EINVAL, "MTU", w->mtu, "less than 68 bytes, or more than the chip can");
	if (d->chip->flags & XMD_LACKS_ITR && (w->rx_usecs || w->itr_mode))
		return refuse(-EOPNOTSUPP, "moderation, us:", w->rx_usecs,
			      "this chip has no register for it (ITR)");
	if (w->rx_usecs > USECS_MAX)
		return refuse(-EINVAL, "moderation, us:", w->rx_usecs, "0 to 10000");
	if (w->wol & ~WOL_KNOWN || w->wol & ~d->adapter.wol_can)
		return refuse(-EOPNOTSUPP, "wake-on-LAN events", w->wol,
			      "the chip or its EEPROM has no such event");
	return 0;
}

/* All zero means the EEPROM's, if that is known. */
static int check_addresses(const struct driver *d, const struct xmd_adapter *w)
{
	static const struct xmd_mac zero;
	bool eeproms = mac_equal(&w->mac, &zero) && mac_valid(&d->adapter.perm_mac);

	if (!mac_valid(&w->mac) && !eeproms)
		return refuse(-EADDRNOTAVAIL, "station address beginning with", w->mac.addr[0],
			      "a unicast address, not zero");
	if (w->n_mc > XMD_MC_MAX)
		return refuse(-EINVAL, "multicast addresses:", w->n_mc, "128 at most");
	return 0;
}

int settings_check(const struct driver *d, const struct xmd_adapter *want)
{
	int err = check_rings(want);

	if (!err)
		err = check_link(d, want);
	if (!err)
		err = check_flags(want);
	if (!err)
		err = check_numbers(d, want);
	return err ? err : check_addresses(d, want);
}

static void take_saved(struct xmd_adapter *a, const struct xmd_adapter *saved)
{
	if (saved->restored & XPC_xmd_adapter_tx_ring) {
		a->tx_ring = saved->tx_ring;
		a->rx_ring = saved->rx_ring;
	}
	if (saved->restored & XPC_xmd_adapter_rx_usecs) {
		a->itr_mode = saved->itr_mode;
		a->rx_usecs = saved->rx_usecs;
	}
	if (saved->restored & XPC_xmd_adapter_pause_autoneg) {
		a->pause_autoneg = saved->pause_autoneg;
		a->pause_rx = saved->pause_rx;
		a->pause_tx = saved->pause_tx;
	}
	if (saved->restored & XPC_xmd_adapter_autoneg) {
		a->autoneg = saved->autoneg;
		a->advertise = saved->advertise;
		a->forced = saved->forced;
		a->mdix = saved->mdix;
	}
}

/* At the first bring-up, above the command line: what an administrator had set before the domain
 * was restarted.  All or nothing of it; what is refused here is asked for again, group by group. */
void settings_restore(struct driver *d, const struct xmd_adapter *saved)
{
	struct xmd_adapter want = d->adapter;

	take_saved(&want, saved);
	/* not known yet, and not among them */
	want.mac.addr[0] = 2;
	if (settings_check(d, &want))
		log_warn("saved settings are not what this NIC can have; it begins as the command line says");
	else
		take_saved(&d->adapter, saved);
}
