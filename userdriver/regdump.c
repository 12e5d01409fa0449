// SPDX-License-Identifier: GPL-2.0
/*
 * regdump.c - what is the PHY's of "ethtool -d", in the place in which ethtool's decoder for
 * e1000 expects it: of 32 words an M88 PHY has 14, from the twelfth on.  The MAC's registers are
 * the kernel half's to read, so that they can be had without us (xmd/nicregs.h).
 *
 * ethtool(8) takes the dump for that of an e1000 by the driver's name and the version, which
 * the kernel half says: (1 << 24) | (revision << 16) | device.
 */
#include <errno.h>
#include <string.h>

#include "driver.h"
#include "handlers.h"

#define DUMP_WORDS 32u

enum { PHY_TYPE = 12, CABLE_LENGTH = 13, EXTENDED_10BT = 17, POLARITY = 18, CORRECTION = 20,
       IDLE_ERRORS = 21, RECEIVE_ERRORS = 22, MDIX_MODE = 23, LOCAL_RECEIVER = 24,
       REMOTE_RECEIVER = 25 };

struct phy_words {
	uint32_t pssr, pscr, gstatus, rx_errors;
};

static void add_phy(struct reg_batch *b, struct phy_words *p)
{
	const struct phy_kind *kind = b->d->phy_kind;

	phy_add_own(b);
	phy_add_read(b, kind->status, &p->pssr, "register dump, PSSR: no answer (MDIC.R)");
	phy_add_read(b, kind->control, &p->pscr, "register dump, PSCR: no answer (MDIC.R)");
	phy_add_read(b, PHY_GSTATUS, &p->gstatus, "register dump, GSTATUS: no answer (MDIC.R)");
	p->rx_errors = 0;
	if (kind->rx_errors)
		phy_add_read(b, kind->rx_errors, &p->rx_errors,
			     "register dump, RXERR: no answer (MDIC.R)");
	phy_add_disown(b);
}

/* One register holds several things that the decoder asks for by their own names. */
static void fill_phy(struct driver *d, const struct phy_words *p, uint32_t *val)
{
	d->idle_errors += p->gstatus & PHY_GSTATUS_IDLE_ERRORS;
	d->receive_errors += p->rx_errors & MDIC_DATA_MASK;
	val[PHY_TYPE] = d->phy_kind->dump_type;
	val[CABLE_LENGTH] = val[POLARITY] = val[MDIX_MODE] = p->pssr & MDIC_DATA_MASK;
	val[EXTENDED_10BT] = val[CORRECTION] = p->pscr & MDIC_DATA_MASK;
	val[IDLE_ERRORS] = d->idle_errors;
	val[RECEIVE_ERRORS] = d->receive_errors;
	val[LOCAL_RECEIVER] = val[REMOTE_RECEIVER] = p->gstatus & MDIC_DATA_MASK;
}

int drv_read_regs(struct driver *d, struct xmd_regdump *dump)
{
	struct phy_words phy;
	struct reg_batch b;
	int err;

	if (d->state != DRIVER_RUNNING)
		return -ENODEV;
	memset(dump, 0, sizeof(*dump));
	batch_init(&b, d, EXIT_PHY);
	add_phy(&b, &phy);
	err = batch_run(&b);
	if (err)
		return driver_handled(d, err);
	fill_phy(d, &phy, dump->val);
	dump->n = DUMP_WORDS;
	return 0;
}
