/* SPDX-License-Identifier: GPL-2.0 */
/*
 * trace.h - a whole session between a guest and its driver domain, in a file
 *
 *   do COMMAND     something happens: to the guest, or on the driver domain's side
 *   ask HEX        a message of the guest's
 *   tell HEX       one of the driver domain's
 *
 * A trace is recorded once, of both ends as they were when their version of the contract was new,
 * and stays in traces/ for ever.  Later ends meet it one at a time: what the other one said is
 * played to them, and what they say is held against it.
 */
#ifndef TEST_TRACE_H
#define TEST_TRACE_H

#include "hub.h"

#define TRACE_LINES 512u

enum trace_what { TRACE_DO, TRACE_ASK, TRACE_TELL };

struct trace_line {
	enum trace_what what;
	char text[64];			/* TRACE_DO */
	__u8 msg[XMD_OBJRING_SLOT];
	__u32 len;
};

struct trace {
	struct trace_line line[TRACE_LINES];
	unsigned int n;
};

void trace_read(struct trace *t, const char *path);
void trace_write(const struct trace *t, const char *path);

/* What both ends of this build say to each other when all of session[] (trace.c) happens. */
void trace_record(struct trace *t, __u32 version);

/* How one is held against what was recorded; false: not as it was */
typedef bool (*trace_same)(const __u8 *was, __u32 was_len, const __u8 *is, __u32 len);

/*
 * The guest's end of this build against @t's driver domain, and the other way round.
 * @heard: what was played and what was said to it; NULL: no need
 */
void trace_play_guest(const struct trace *t, __u32 version, trace_same same, struct trace *heard);
void trace_play_far(const struct trace *t, __u32 version, trace_same same, struct trace *heard);

/* The first STATEs of @t's driver domain, as a new life of the far end of @page. */
void trace_play_on(const struct trace *t, struct objguest *g, struct xmd_objring *page);

#endif
