/* SPDX-License-Identifier: GPL-2.0 */
/*
 * objguest.h - the guest's end of an object ring: replicas, wishes, calls.
 *
 * Pure code with the clock (milliseconds, of any origin) as an argument, also built on the
 * host.  The caller holds one lock around each function; none of them sleeps or calls back.
 *
 *            new page        life is not 0         WELCOME, all STATEs
 *   NO_RING --------> ALONE ---------------> HELLO -------------------> LIVE
 *      ^                                      ^ |                        |
 *      |                 another life, or no  | | refused, too much      |
 *      |                 answer in time       | v that is wrong          |
 *      |                                      DEAF <---------------------+
 *      +--- objguest_stop, from each of the others
 *
 * Wishes are what this guest wants of its vif.  They stay when rings and far ends go; in LIVE
 * each that the home has otherwise is proposed, one member at a time, so that one which
 * policy refuses does not take others with it.
 */
#ifndef XPC_OBJGUEST_H
#define XPC_OBJGUEST_H

#include "abi.h"
#include "bucket.h"
#include "objring.h"
#include "replica.h"
#include "vif_objects_xpc.h"

#define OBJGUEST_TRIES	2u	/* far ends that one call may meet */
#define OBJGUEST_OBJECTS XPC_OBJECT_N_vif_objects

enum objguest_phase { OBJGUEST_NO_RING, OBJGUEST_ALONE, OBJGUEST_HELLO, OBJGUEST_LIVE,
		      OBJGUEST_DEAF };

/* What objguest_work has found; a set. */
enum objguest_news {
	OBJGUEST_NOTIFY = 1,	/* send an event */
	OBJGUEST_PORT = 2,	/* the port's copy has changed */
	OBJGUEST_VIF = 4,	/* what the driver domain says of the vif has changed */
	OBJGUEST_ANSWERED = 8,	/* a call is done, or a wish was granted or refused */
	OBJGUEST_UP = 16,	/* LIVE now */
	OBJGUEST_DOWN = 32,	/* LIVE no longer */
	OBJGUEST_LATER = 64,	/* too many looks: leave the event masked until the next */
};

enum objguest_call { OBJGUEST_IDLE, OBJGUEST_ASKED, OBJGUEST_SENT, OBJGUEST_DONE };

struct objguest {
	struct objring ring;
	struct xpc_replicas replicas;
	struct xpc_replica replica[OBJGUEST_OBJECTS];
	struct xpc_abi abi;			/* of the home, since its WELCOME */
	struct xmd_vif_object vif;		/* as at home */
	struct xmd_port_object port;

	struct xmd_vif_object wish;
	__u64 wished;				/* members of wish that count */
	__s16 refused[XPC_FIELDS_MAX];		/* -errno, as policy is now */

	enum objguest_phase phase;
	__u64 now;				/* at the last look */
	struct xpc_bucket looks;		/* at the page */
	bool later;				/* the last one was one too many */
	__u32 life;				/* that HELLO was said to */
	__u64 hello_at;				/* when to say it again */
	__u32 hello_wait;
	__u64 resync;				/* objects to be asked for, by place */

	__u64 proposed;				/* the member under way, 0: none */
	struct xmd_vif_object proposal;
	__u64 propose_until;

	enum objguest_call call_state;
	unsigned int call, tries;
	__u32 seq;
	int result;
	void *const *out;
	__u64 call_until;
	__u8 args[64];				/* of the call, packed */
	__u32 args_len;

	__u32 wrong;				/* messages, in this life */
	const char *why;			/* DEAF: in words, for the log */
	__u64 n_in, n_out, n_old, n_lives;
	__u8 in[XMD_OBJRING_SLOT], out_msg[XMD_OBJRING_SLOT];
};

/* objguest_init - once; no ring, no wishes */
void objguest_init(struct objguest *g);

/*
 * objguest_start - @page is filled anew, to be granted then; wishes stay
 * @offered: the highest version that the driver domain speaks, at least 1
 */
void objguest_start(struct objguest *g, struct xmd_objring *page, __u32 offered);

/* objguest_stop - the page is not touched any more.  A call that waits fails with -EOWNERDEAD. */
void objguest_stop(struct objguest *g);

/*
 * objguest_work - all that is to be done now; after an event, a wish, a call, or when it is due
 *
 * More than XMD_OBJRING_LOOKS a second look at deadlines only.  Return: set of enum objguest_news
 */
unsigned int objguest_work(struct objguest *g, __u64 now);

/* objguest_due - when to call objguest_work without an event; ~0: never */
__u64 objguest_due(const struct objguest *g);

/*
 * objguest_wish - from now on the members @mask of @want are wished for
 *
 * A member that was refused is asked for again, if the wish is another one now.
 * Return: 0; -ERANGE, -EPERM: not as declared, nothing is changed.
 */
int objguest_wish(struct objguest *g, __u64 mask, const struct xmd_vif_object *want);

/* objguest_forget - members @mask are wished for no longer; what is at home stays */
void objguest_forget(struct objguest *g, __u64 mask);

/*
 * objguest_wish_result - Return: 0, all of @mask is in force; -EINPROGRESS, not yet;
 * -EHOSTDOWN, there is nobody LIVE; -EOPNOTSUPP, the home does not know one; else how one was
 * refused
 */
int objguest_wish_result(const struct objguest *g, __u64 mask);

/*
 * objguest_ask - begin a call, XPC_DOWN_NAME; @out must stay until it is done or given up
 *
 * Return: 0; -EBUSY one is under way; -EHOSTDOWN nobody is LIVE; -EOPNOTSUPP the home does not
 * know it; or as xpc_encode_args
 */
int objguest_ask(struct objguest *g, unsigned int call, const void *const *in,
		 void *const *out, __u64 now);

/* objguest_result - Return: true if the call is done, with @result; then the next may begin */
bool objguest_result(struct objguest *g, int *result);
void objguest_give_up(struct objguest *g);

const char *objguest_phase_name(const struct objguest *g);

#endif /* XPC_OBJGUEST_H */
