// SPDX-License-Identifier: GPL-2.0
/*
 * filter.c - who may come in: RAL/RAH, MTA and RCTL (chapters 3.2.1, 13.5).
 *
 * RAL/RAH 0 is the station address, 1 to 15 take the first multicast addresses, which
 * they match exactly; the rest is hashed into the MTA.
 */
#include <string.h>

#include "driver.h"

#define ETHERNET_MTU	1500u

/* RCTL.MO = 0: bits 47 to 36 of the address, that is the last byte and the high half
 * of the one before; the upper 7 bits pick the word, the lower 5 the bit.  The other values
 * of MO look at bits further in front, where addresses of one protocol are alike. */
unsigned int filter_mta_hash(const struct xmd_mac *mac)
{
	return (mac->addr[4] >> 4 | mac->addr[5] << 4) & 0xfff;
}

static void set_rar(struct image *s, unsigned int i, const struct xmd_mac *mac)
{
	const uint8_t *m = mac->addr;

	s->ral[i] = m[0] | m[1] << 8 | m[2] << 16 | (uint32_t)m[3] << 24;
	s->rah[i] = m[4] | m[5] << 8 | RAH_AV;
}

static void set_multicast(const struct xmd_adapter *a, struct image *want)
{
	for (unsigned int i = 0; i < a->n_mc; i++) {
		unsigned int hash = filter_mta_hash(&a->mc[i]);

		if (i + 1 < RAR_ENTRIES)
			set_rar(want, i + 1, &a->mc[i]);
		else
			want->mta[hash >> 5] |= 1u << (hash & 31);
	}
}

/* VLANs are not looked at: which of them guests want is for the switch to know. */
void filter_compute(const struct xmd_adapter *a, struct image *want)
{
	want->reg[IMG_RCTL] = RCTL_BAM;
	if (a->promisc)
		want->reg[IMG_RCTL] |= RCTL_UPE;
	if (a->promisc || a->allmulti)
		want->reg[IMG_RCTL] |= RCTL_MPE;
	/* frames of more than 1522 bytes are dropped else (13.4.22) */
	if (a->mtu > ETHERNET_MTU)
		want->reg[IMG_RCTL] |= RCTL_LPE;
	set_rar(want, 0, settings_mac(a));
	if (!a->allmulti)
		set_multicast(a, want);
}
