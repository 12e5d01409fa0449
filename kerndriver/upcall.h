/* SPDX-License-Identifier: GPL-2.0 */
/*
 * upcall.h - the questions to the user half and its state of health (xpc.h).
 *
 * Pure code with the clock as an argument, also built on the host.  The caller holds
 * one lock around each call.
 *
 *   slot:   IDLE --raise--> RAISED --read--> READ --answer--> IDLE
 *                             ^                |
 *                             +--- answer, raised again meanwhile
 *
 * A deadline runs from the raise (or from HELLO, if that is later) to the answer.
 */
#ifndef XMD_KERNDRIVER_UPCALL_H
#define XMD_KERNDRIVER_UPCALL_H

#include <linux/types.h>
#include <xmd/xpc.h>

enum xmd_up_phase {
	XMD_UP_NONE,		/* nobody has the file open */
	XMD_UP_OPENED,		/* open, HELLO outstanding; NONE in the words of xpc.h */
	XMD_UP_LIVE,
	XMD_UP_LOST,
};

enum xmd_up_state { XMD_SLOT_IDLE, XMD_SLOT_RAISED, XMD_SLOT_READ };

struct xmd_up_slot {
	enum xmd_up_state state;
	bool again;		/* raised while READ: one more turn after the answer */
	__u32 seq;
	__u64 deadline;		/* ms; valid in LIVE, unless IDLE */
	__u64 raised, answered;	/* counters for the dump */
};

/* All zero is its initial state. */
struct xmd_upcalls {
	struct xmd_up_slot slot[XMD_UP_TYPES];
	enum xmd_up_phase phase;
	const char *why_lost;	/* NULL unless LOST */
	__u32 epoch;
	__u32 seq;
	__u32 wrong;		/* wrong answers of this user half */
	__u32 lost;		/* user halves lost so far */
	__u64 heard;		/* ms: last sign of life */
};

void xmd_up_open(struct xmd_upcalls *u, __u64 now);

/** xmd_up_hello - Return: 0, -EPROTO (said already), -EIO (LOST) */
int xmd_up_hello(struct xmd_upcalls *u, __u64 now);

/** xmd_up_heard - a downcall came.  Return: 0, -EPROTO (no HELLO yet), -EIO (LOST) */
int xmd_up_heard(struct xmd_upcalls *u, __u64 now);

/** xmd_up_raise - Return: true if there is something new to read */
bool xmd_up_raise(struct xmd_upcalls *u, enum xmd_upcall_type type, __u64 now);

/** xmd_up_pending - is there something to read? */
bool xmd_up_pending(const struct xmd_upcalls *u);

/** xmd_up_read - Return: true if @msg was filled */
bool xmd_up_read(struct xmd_upcalls *u, __u64 now, struct xmd_upcall *msg);

/**
 * xmd_up_answer - @ans NULL: a write that is no struct xmd_answer at all
 *
 * Return: 0; -EINVAL: a wrong answer; the last of XMD_WRONG_ANSWERS_MAX makes it LOST.
 */
int xmd_up_answer(struct xmd_upcalls *u, const struct xmd_answer *ans, __u64 now);

/**
 * xmd_up_tick - look at deadlines and silence; to be called a few times a second
 *
 * Return: true if there is something new to read or the phase became LOST.
 */
bool xmd_up_tick(struct xmd_upcalls *u, __u64 now);

void xmd_up_lose(struct xmd_upcalls *u, const char *why);

/** xmd_up_close - the file is closed; questions not answered wait for the next user half */
void xmd_up_close(struct xmd_upcalls *u);

const char *xmd_up_phase_name(enum xmd_up_phase phase);
const char *xmd_up_type_name(enum xmd_upcall_type type);

#endif /* XMD_KERNDRIVER_UPCALL_H */
