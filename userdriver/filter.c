// SPDX-License-Identifier: GPL-2.0
/*
 * filter.c - who may come in: RAL/RAH, MTA and RCTL.UPE/MPE (chapters 3.2.1, 13.5).
 *
 * RAL/RAH 0 is the station address, 1 to 15 take the first multicast addresses, which
 * they match exactly; the rest is hashed into the MTA.  Only words that change are written.
 *
 * RCTL is written only when a bit of it changes: QEMU's e1000 receives nothing for one
 * second after any write to RCTL.
 */
#include <errno.h>
#include <string.h>

#include "driver.h"

/* RCTL.MO = 0: bits 47 to 36 of the address, that is the last byte and the high half
 * of the one before; the upper 7 bits pick the word, the lower 5 the bit. */
unsigned int filter_mta_hash(const uint8_t mac[XMD_ETH_ALEN])
{
	return (mac[4] >> 4 | mac[5] << 4) & 0xfff;
}

static void set_rar(struct filter_shadow *s, unsigned int i, const uint8_t mac[XMD_ETH_ALEN])
{
	s->ral[i] = mac[0] | mac[1] << 8 | mac[2] << 16 | (uint32_t)mac[3] << 24;
	s->rah[i] = mac[4] | mac[5] << 8 | RAH_AV;
}

void filter_compute(const uint8_t mac[XMD_ETH_ALEN], const struct xmd_filter *f,
		    struct filter_shadow *want)
{
	unsigned int n = f->n_mc;

	memset(want, 0, sizeof(*want));
	set_rar(want, 0, mac);
	if (f->promisc)
		want->rctl |= RCTL_UPE;
	/* More addresses than the message holds cannot be true: take them all in. */
	if (f->allmulti || n > XMD_FILTER_MC_MAX) {
		want->rctl |= RCTL_MPE;
		return;
	}
	for (unsigned int i = 0; i < n; i++) {
		if (i + 1 < RAR_ENTRIES) {
			set_rar(want, i + 1, f->mc[i]);
		} else {
			unsigned int hash = filter_mta_hash(f->mc[i]);

			want->mta[hash >> 5] |= 1u << (hash & 31);
		}
	}
}

int filter_fetch(struct driver *d, struct filter_shadow *want)
{
	struct xmd_filter f = { .generation = 0 };
	int err = port_filter_get(d->port, &f);

	if (err)
		return driver_downcall_failed(d, "XMD_NIC_FILTER_GET", err);
	filter_compute(d->mac, &f, want);
	log_debug("filter generation %u: promisc %u, allmulti %u, %u multicast addresses",
		  f.generation, f.promisc, f.allmulti, f.n_mc);
	return 0;
}

/* For an adopted NIC: what its registers hold. */
void filter_add_read(struct reg_batch *b, struct filter_shadow *have)
{
	batch_read(b, REG_RCTL, &have->rctl, "filter, reading RCTL");
	for (unsigned int i = 0; i < RAR_ENTRIES; i++) {
		batch_read(b, REG_RAL(i), &have->ral[i], "filter, reading RAL");
		batch_read(b, REG_RAH(i), &have->rah[i], "filter, reading RAH");
	}
	for (unsigned int i = 0; i < MTA_WORDS; i++)
		batch_read(b, REG_MTA(i), &have->mta[i], "filter, reading MTA");
}

/* RAH.AV is off while the entry is half written: no stranger's address is ever valid. */
static void add_rar(struct reg_batch *b, unsigned int i, const struct filter_shadow *want)
{
	batch_write(b, REG_RAH(i), 0, "filter, RAH");
	batch_write(b, REG_RAL(i), want->ral[i], "filter, RAL");
	if (want->rah[i])
		batch_write(b, REG_RAH(i), want->rah[i], "filter, RAH");
}

/* Does not write RCTL: START or filter_update does.  Hash bits first: an address that
 * moves from an exact entry to a hash bit is received throughout. */
void filter_add_write(struct driver *d, struct reg_batch *b, const struct filter_shadow *want)
{
	const struct filter_shadow *have = &d->filter;

	for (unsigned int i = 0; i < MTA_WORDS; i++) {
		if (!have->known || have->mta[i] != want->mta[i])
			batch_write(b, REG_MTA(i), want->mta[i], "filter, MTA");
	}
	for (unsigned int i = 0; i < RAR_ENTRIES; i++) {
		if (!have->known || have->ral[i] != want->ral[i] ||
		    have->rah[i] != want->rah[i])
			add_rar(b, i, want);
	}
}

int filter_update(struct driver *d)
{
	struct filter_shadow want;
	struct reg_batch b;
	int err = filter_fetch(d, &want);

	if (err)
		return err;
	batch_init(&b, d, EXIT_REGISTER);
	/* Widen before the tables narrow, so that no wanted frame is lost between. */
	if (want.rctl & ~d->filter.rctl)
		batch_set(&b, REG_RCTL, RCTL_UPE | RCTL_MPE, want.rctl | d->filter.rctl,
			  "filter, RCTL");
	filter_add_write(d, &b, &want);
	if (d->filter.rctl & ~want.rctl)
		batch_set(&b, REG_RCTL, RCTL_UPE | RCTL_MPE, want.rctl, "filter, RCTL");
	err = batch_run(&b);
	if (err)
		return err;
	want.known = true;
	d->filter = want;
	return 0;
}
