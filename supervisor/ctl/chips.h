/* SPDX-License-Identifier: GPL-2.0 */
/* chips.h - which NICs xmd_nic drives, for advice only */
#ifndef XMD_CTL_CHIPS_H
#define XMD_CTL_CHIPS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <xmd/nicchips.h>

#define CHIPS_TEXT "Intel 82540EM, 82545EM, 82544GC, 82574L or another of include/xmd/nicchips.h"

static const struct chip {
	uint16_t device;	/* of Intel's */
	const char *name;
	bool legacy;		/* xmd_nic uses its legacy interrupt */
	bool quiet;		/* xmd-supervisor silences it by its registers, see quiet.c */
} chips[] = {
#define ROW(id, text, family, memory, frame, flags) \
	{ id, "Intel " text, !((flags) & XMD_HAS_MSI), true },
	XMD_NIC_CHIPS(ROW)
#undef ROW
};

static inline const struct chip *chip_find(unsigned long vendor, unsigned long device)
{
	size_t i;

	for (i = 0; i < sizeof(chips) / sizeof(chips[0]); i++)
		if (vendor == 0x8086 && chips[i].device == device)
			return &chips[i];
	return NULL;
}

#endif
