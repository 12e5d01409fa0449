/* SPDX-License-Identifier: GPL-2.0 */
/*
 * gso.h - cutting a GSO frame in software, for a guest that cannot take one
 *
 * The slow way, for receivers without feature-gso-*; the NIC cuts for itself.
 * No Linux calls; compiled on the host for tests.
 */
#ifndef XMD_BACK_GSO_H
#define XMD_BACK_GSO_H

#include <linux/types.h>
#include "xmd/nic.h"

/* How many segments xmd_gso_cut makes of @b; 0 if one would not fit into a buffer. */
unsigned int xmd_gso_count(const struct xmd_buf *b);

/**
 * xmd_gso_cut - segment @i of @b
 * @b:	 a frame with XMD_F_GSO_*; read only, it may be shared
 * @seg: a single empty buffer; on return a frame with XMD_F_CSUM_BLANK
 *
 * Return: 0, or -EPROTO when the headers of @b are not TCP's.
 */
int xmd_gso_cut(const struct xmd_buf *b, unsigned int i, struct xmd_buf *seg);

#endif /* XMD_BACK_GSO_H */
