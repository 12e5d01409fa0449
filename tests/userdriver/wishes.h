/* SPDX-License-Identifier: GPL-2.0 */
/* wishes.h - changes of settings that several tests wish for. */
#ifndef XMD_TEST_WISHES_H
#define XMD_TEST_WISHES_H

#include <string.h>

#include "bench.h"

#define ITR_50US 195u

#define WISH(name, ...) static inline void name(struct xmd_adapter *a) { __VA_ARGS__; }

WISH(wish_promisc, a->promisc = 1)
WISH(wish_allmulti, a->allmulti = 1)

static inline void wish_multicast(struct xmd_adapter *a)
{
	a->n_mc = 40;
	for (unsigned int i = 0; i < a->n_mc; i++)
		a->mc[i] = (struct xmd_mac){ { 0x01, 0x00, 0x5e, 0x01, i, 3 * i } };
}

WISH(wish_mac, a->mac = (struct xmd_mac){ { 0x02, 0x11, 0x22, 0x33, 0x44, 0x55 } })
WISH(wish_rings, a->tx_ring = 512; a->rx_ring = 1024)
WISH(wish_mtu_9000, a->mtu = 9000)
WISH(wish_mtu_4000, a->mtu = 4000)
WISH(wish_forced_100_full, a->autoneg = 0; a->forced = XMD_ADV_100F)
WISH(wish_forced_10_half, a->autoneg = 0; a->forced = XMD_ADV_10H)
WISH(wish_advertise_100, a->advertise = XMD_ADV_100F | XMD_ADV_100H)
WISH(wish_mdix, a->mdix = XMD_MDIX)
WISH(wish_no_pause, a->pause_rx = a->pause_tx = 0)
WISH(wish_forced_pause_tx, a->pause_autoneg = 0; a->pause_rx = 0)
WISH(wish_usecs, a->rx_usecs = 50)
WISH(wish_adaptive, a->itr_mode = XMD_ITR_ADAPTIVE)
WISH(wish_wol, a->wol = XMD_WOL_UCAST | XMD_WOL_BCAST)

static inline void wish_kernels(struct xmd_adapter *a)
{
	a->rx_csum = 0;
	a->msg_level = 0;
}

static inline void wish_much(struct xmd_adapter *a)
{
	wish_multicast(a);
	wish_mac(a);
	wish_rings(a);
	wish_mtu_9000(a);
	wish_forced_100_full(a);
	wish_usecs(a);
	wish_wol(a);
}

#endif /* XMD_TEST_WISHES_H */
