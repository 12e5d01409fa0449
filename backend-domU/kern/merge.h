/* SPDX-License-Identifier: GPL-2.0 */
/*
 * merge.h - joining TCP segments from the wire into one GSO frame for a guest
 *
 * A guest pays for each frame, not for each byte, and so does who copies to it.  Segments of
 * one connection that follow each other in a batch become one frame, which fills page after
 * page.  The rules are those of Linux' GRO: headers equal but for what counts on, checksums
 * right, so that cutting the frame again would give the same segments (where DF is set, but
 * for IPv4's identification).
 *
 * Of Linux only sums; compiled on the host for tests.
 */
#ifndef XMD_BACK_MERGE_H
#define XMD_BACK_MERGE_H

#include <linux/types.h>
#include "csum.h"

/**
 * struct xmd_merge - a frame to which segments may be added
 * @head:  the frame; NULL: none
 * @tail:  its last buffer
 * @l4:	   where its headers are
 * @mss:   payload of the first segment
 * @seq:   that the next segment must have
 * @id:	   likewise, IPv4's identification, where it counts
 * @dst:   the caller's own: where it goes
 * @closed: nothing may be added any more
 * @pseudo: sum of the pseudo header without its length
 */
struct xmd_merge {
	struct xmd_buf *head;
	struct xmd_buf *tail;
	struct xmd_l4 l4;
	u32 seq;
	u16 mss;
	u16 id;
	s16 dst;
	bool closed;
	u32 pseudo;
};

/**
 * xmd_merge_start - begin with @b, a frame of one buffer that has no other owner
 *
 * Return: whether it is a TCP segment with data and right checksums.  Then @m->head is
 * set.  A frame whose checksums were found right carries XMD_F_CSUM_VALID, otherwise
 * nothing of it was changed.
 */
bool xmd_merge_start(struct xmd_merge *m, struct xmd_buf *b);

enum xmd_merged {
	XMD_MERGED_NOT,		/* nothing was changed, but for XMD_F_CSUM_VALID */
	XMD_MERGED,		/* @b is a part of the frame */
	XMD_MERGED_COPIED,	/* its bytes are, @b is the caller's, and empty */
};

enum xmd_merged xmd_merge_add(struct xmd_merge *m, struct xmd_buf *b);

/* Bring the headers of the frame up to date.  Return: the frame; @m is empty then. */
struct xmd_buf *xmd_merge_finish(struct xmd_merge *m);

#endif /* XMD_BACK_MERGE_H */
