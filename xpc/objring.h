/* SPDX-License-Identifier: GPL-2.0 */
/*
 * objring.h - messages in and out of the page that include/xmd/objring.h describes.
 *
 * Pure code, the same for both ends, in the guest's kernel and in a process of the driver
 * domain.  One task at a time for each ring.  The peer may write anything anywhere in the
 * page at any time: indices are kept here, slots are copied once.
 */
#ifndef XPC_OBJRING_H
#define XPC_OBJRING_H

#include <xmd/objring.h>
#include "wire.h"

enum objring_end { OBJRING_GUEST, OBJRING_FAR };

struct objring {
	struct xmd_objring *page;	/* shared; NULL: not attached */
	enum objring_end end;
	__u32 version;			/* that the page is written in */
	__u32 in_cons;			/* ours; published in the page */
	__u32 out_prod;
	bool news;			/* an index of ours has changed: an event is due */
};

/*
 * objring_new - the guest's end of @page, which is filled anew: before it is granted
 * @offered: the highest version that the far end speaks, at least 1
 */
void objring_new(struct objring *r, struct xmd_objring *page, __u32 offered);

/*
 * objring_attach - the far end of @page, as it is found; a new life begins
 *
 * Return: 0, and an event is due; -EPROTONOSUPPORT another version; -EPROTO indices that
 * cannot be.
 */
int objring_attach(struct objring *r, struct xmd_objring *page);

/* objring_end_far - say why, for good.  An event is due; the page is not touched again. */
void objring_end_far(struct objring *r, enum xmd_objring_closed why);

/* objring_room - Return: messages that can be sent now, 0 to 4; -EPROTO the peer's index cannot be */
int objring_room(const struct objring *r);

/* objring_send - Return: 0; -EAGAIN no room; -EMSGSIZE longer than a slot; -EPROTO */
int objring_send(struct objring *r, const void *msg, __u32 len);

/*
 * objring_receive - the next message, into @buf of XMD_OBJRING_SLOT bytes
 *
 * Return: its length, 32 to 504; 0 none; -EBADMSG one without a length that can be, taken
 * out all the same; -EPROTO the peer's index cannot be.
 */
int objring_receive(struct objring *r, void *buf);

/* objring_waiting - is there something to receive?  (-EPROTO counts) */
bool objring_waiting(const struct objring *r);

/* What the driver domain says; for the guest. */
__u32 objring_life(const struct objring *r);
__u32 objring_closed(const struct objring *r);

#endif /* XPC_OBJRING_H */
