/* SPDX-License-Identifier: GPL-2.0 */
/*
 * tracker.h - the home of objects and the questions to the other side.
 *
 * Told here with the kernel half as the home and the user half as its peer.  Between a guest
 * and its driver domain the home is xmd-backend, and the peer the guest's frontend.
 *
 * Pure code with the clock (microseconds, of any origin) as an argument, also built on the
 * host.  The caller holds one lock around each function; none of them sleeps or calls back.
 *
 * The life of the user half:
 *
 *         open          HELLO, same fingerprint       READY, all copies read
 *   NONE ------> OPENED -----------------> REPLAYING -----------------------> LIVE
 *    ^             |                           |                               |
 *    |             +------ too slow, silent ---+--- deadline, wrong messages --+
 *    |                                         v
 *    +------------- close -------------------- LOST (and close from each of the others)
 *
 *   NONE       nobody has the device open
 *   OPENED     open, HELLO awaited for XPC_SILENCE_MS
 *   REPLAYING  gets the copies of all objects, brings the device in line with them and says
 *              READY, within XPC_REPLAY_MS; updates pass, calls are held
 *   LIVE       calls are asked
 *   LOST       every message is refused; the caller kills the process
 *
 * Objects.  The home holds the committed copy and its version.  xpc_commit is the home's own
 * change; PROPOSE is the user half's and carries the version that it is based on: if there
 * is a newer one, it is refused (ESTALE) and the copy is sent once more.  What the user half
 * has not been sent yet is a mask for each object, so there is no queue that could overflow.
 * HELLO begins a new epoch: all copies are sent again, messages of older epochs are refused
 * (ECONNRESET).
 *
 * Calls.  There is one slot for each type of upcall:
 *
 *   slot: IDLE --ask, raise--> RAISED --read--> READ --answer--> DONE --result--> IDLE
 *                                ^               |                 (raised: IDLE at once)
 *                                +-- user half dies
 *
 * The time allowed by XPC_UPCALL runs from when the call can be read by somebody who is
 * LIVE.  If it passes, the user half is LOST and the call fails with ETIMEDOUT.  A call
 * whose user half died for other reasons is asked again of the next one, if that one is LIVE
 * within XPC_HOLD_MS of the call's begin and this was not the second already; otherwise it
 * fails with EOWNERDEAD, or EHOSTDOWN if nobody was ever asked.  Raised questions have
 * nobody who waits; they stay until somebody answers.
 *
 * Standing still.  A deadline is for the worst that a call may take.  Where the device itself waits
 * for the user half, everybody who needs it does, so there each step counts: a message or an ioctl.
 * A user half that owes something (HELLO, READY, an answer, to read a call) and makes no step while
 * it is stopped, sleeps or uses the processor is LOST after XPC_STILL_MS; who owes nothing is asked
 * whether it lives.  What the host keeps from it does not count, and moves all its deadlines: time
 * in which it was ready to run and did not, or waited in the kernel, or nobody looked.  One that
 * came back after standing still may do so three times as long, and so may who comes after one that
 * was killed for it (unless it was stopped); that fades.
 *
 * Doubt.  A user half that answers with an error may be right, or damaged: whoever comes after it is
 * not, and costs no frame.  So with @second its word is not taken for it: it is LOST, and the call is
 * asked of the next one, whose answer counts.  If that is an error, too, nobody doubts for
 * XPC_DOUBT_MS, twice as long with each time up to XPC_DOUBT_MAX_MS.  What is refused for what it
 * asks is thus refused by two, once in a while.  One that takes the processor for XPC_SPIN_MS is
 * doubted, too.  While the kernel half knows that the device is @away nobody is.
 *
 * Combolocks, one an object.  While only the kernel half is involved, the caller's own
 * spinlock is the lock, and a commit is one critical section.  Whoever needs more than one
 * step becomes the holder: the user half by LOCK, for a limited time, or a task of the
 * kernel half, which may sleep for it (xpc/kern/).  While the user half is the holder the
 * kernel half's commits are refused with EBUSY; while a task of the kernel half is, so are
 * proposals of members that both may write, but not of the user half's own: it has to be
 * able to report what it sees while it does what that task asked of it.  The user half has
 * its uncommitted changes in its own memory, so when it dies the lock is broken and they
 * are gone.
 */
#ifndef XPC_TRACKER_H
#define XPC_TRACKER_H

#include "wire.h"

#define XPC_SILENCE_MS	3000u	/* without a sign of life: the alive call is asked */
#define XPC_REPLAY_MS	5000u	/* from HELLO to READY */
#define XPC_HOLD_MS	3000u	/* that a call waits for a user half to come */
#define XPC_LOCK_MS	1000u	/* longest time that the user half may hold a lock */
#define XPC_WRONG_MAX	8u	/* wrong messages; with this one it is LOST */
#define XPC_TRIES_MAX	2u	/* user halves that one call may meet */
#define XPC_STILL_MS	750u	/* without a step while the device waits, at least */
#define XPC_STILL_MAX_MS 3000u	/* and at most */
#define XPC_GARBLED_MAX	3u	/* times that a call may be garbled in a row: xpc_sound */
#define XPC_SPIN_MS	10000u	/* that it may run for more than half of the time */
#define XPC_DOUBT_MS	10000u	/* between doubts that were wrong, at least */
#define XPC_DOUBT_MAX_MS 3600000u	/* and at most */
#define XPC_LOOK_MS	250u	/* what one look can tell of */

enum xpc_phase { XPC_NONE, XPC_OPENED, XPC_REPLAYING, XPC_LIVE, XPC_LOST };

enum xpc_holder { XPC_FREE, XPC_KERNEL, XPC_USER };

struct xpc_object {
	const struct xpc_object_type *type;
	void *copy;			/* committed; a struct NAME_store */
	__u32 object;			/* which one of its type */
	__u32 version;
	__u32 sent;			/* version that the user half has been told */
	__u64 known;			/* members that the user half knows: others are not sent */
	__u64 dirty;			/* members changed since */
	bool whole;			/* the whole copy is to be sent */
	__u8 holder;			/* enum xpc_holder */
	__u64 until;			/* XPC_USER: when its time is over */
};

enum xpc_slot_state { XPC_IDLE, XPC_RAISED, XPC_READ, XPC_DONE };
enum xpc_slot_owner { XPC_NOBODY, XPC_RAISER, XPC_CALLER };

/* Latency is from ask or raise to the answer, in microseconds. */
struct xpc_stat {
	__u64 asked, answered, failed, bytes;
	__u64 us_sum;
	__u32 us_min, us_max;
};

struct xpc_slot {
	__u8 state;			/* enum xpc_slot_state */
	__u8 owner;			/* enum xpc_slot_owner */
	bool again;			/* raised while in use: one more turn */
	__u8 tries;
	__u32 seq;
	__u32 len;			/* of the request */
	int result;			/* DONE; of a call that is asked again because of it, too */
	bool doubted;
	__u8 garbled;			/* EBADMSG so many times in a row */
	__u64 began, deadline;
	void *const *out;		/* of the caller */
	struct xpc_stat stat;
};

struct xpc_tracker {
	const struct xpc_proto *proto;
	struct xpc_object *object;	/* memory of the caller: n_objects */
	struct xpc_slot *slot;		/* proto->n_up */
	__u8 *request;			/* proto->up_bytes */
	__u8 *scratch;			/* XPC_MSG_MAX */
	__u8 *reply;			/* answer of a downcall; NULL if none has XPC_OUT */
	__u32 reply_len;
	unsigned int n_objects;
	unsigned int alive;		/* the upcall that asks whether it lives; n_up: none */
	bool second;			/* errors are doubted */
	bool away;			/* the device: any user half would say so */

	__u8 phase;			/* enum xpc_phase */
	bool welcome;			/* to be sent */
	bool shut;
	const char *why_lost;		/* NULL unless LOST; why_call belongs behind it */
	const char *why_call;		/* the call that was not answered, or "" */
	__u32 epoch;
	__u32 seq;
	__u32 wrong;			/* messages of this user half */
	__u64 heard;
	__u64 replay_until;
	bool moved;			/* has made a step since the last look */
	__u32 still, slow;		/* us without a step; the longest that it came back from, fading */
	__u64 ran;			/* as seen in the last look */
	__u64 spun;			/* us in which it ran for more than half of the time */
	__u64 doubt_from;		/* us: no doubt before */
	__u32 doubt_ms;			/* the pause after the last one */

	__u32 lost;			/* user halves so far */
	__u32 stale, old_epoch, broken_locks;
	struct {
		__u64 n, bytes;
	} crossed[XPC_KINDS];
};

/*
 * What can be seen of the user half's process.
 * @urgent: the device waits for it
 * @inside: it is in one of its steps, which is ours to end
 * @ran:    processor time that it has had, us
 * @us:     since the last look
 * @late:   of these, how much later than meant it was, us
 */
enum xpc_process { XPC_RUNS, XPC_SLEEPS, XPC_STOPPED, XPC_WAITS };
struct xpc_signs {
	__u8 process;			/* enum xpc_process; RUNS: or would, WAITS: for the kernel */
	bool urgent, inside;
	__u64 ran;
	__u64 us, late;
};

/* What a message from the user half was. */
struct xpc_taken {
	struct xpc_msg msg;
	struct xpc_object *object;	/* PROPOSE: it changed */
	__u64 mask;			/* in these members */
	unsigned int call;		/* CALL: number of the downcall, to be served */
};

/*
 * xpc_tracker_init - @t->object, slot, request, scratch, reply and alive are set already
 *
 * The copies must hold what can be sent: zeros are out of range for some members.  All members
 * are known; a home whose peers are not of its build says otherwise then.
 * Return: 0, or -ERANGE, -EILSEQ for a copy that does not.
 */
int xpc_tracker_init(struct xpc_tracker *t, const struct xpc_proto *proto);

/* ------------------------------------------------------------ the life of the user half */

void xpc_open(struct xpc_tracker *t, __u64 now);
void xpc_close(struct xpc_tracker *t);

/* xpc_begin - HELLO was fine: a new epoch, in which WELCOME and all copies are to be sent */
void xpc_begin(struct xpc_tracker *t, __u64 now);

/* xpc_heard - a sign of life beside the messages.  Return: 0, -EPROTO (no HELLO), -EIO (LOST) */
int xpc_heard(struct xpc_tracker *t, __u64 now);

/* xpc_tick - a few times a second.  Return: true if somebody may have to be woken */
bool xpc_tick(struct xpc_tracker *t, __u64 now);
void xpc_lose(struct xpc_tracker *t, const char *why);

/*
 * xpc_sound - false: a call came back garbled again and again, though both ends are of one build and each
 * time another user half was asked, too.  Then it is this end that may be damaged.
 */
bool xpc_sound(const struct xpc_tracker *t);

/* xpc_doubt - it has said or done what another might not.  Return: is it LOST for it? */
bool xpc_doubt(struct xpc_tracker *t, const char *why, __u64 now);

/* xpc_look - before xpc_tick, with what is seen.  Return: as xpc_tick */
bool xpc_look(struct xpc_tracker *t, const struct xpc_signs *s, __u64 now);

/* xpc_shut - the kernel half goes away: all calls fail */
void xpc_shut(struct xpc_tracker *t);

/*
 * xpc_take - one message from the user half, header and body
 *
 * Return: 0 done; or of the message, refused:
 *   -ESTALE based on an old version, the copy follows; -EBUSY locked by the kernel half;
 *   -ECONNRESET of an old epoch; -EPROTO not now; -EIO LOST;
 *   -EBADMSG, -ERANGE, -EILSEQ, -EPERM, -ENOENT, -EINVAL wrong, and counted: the last of
 *   XPC_WRONG_MAX makes it LOST
 */
int xpc_take(struct xpc_tracker *t, const void *buf, __u32 len, __u64 now,
	     struct xpc_taken *taken);

/*
 * xpc_next - the next message for the user half; @buf has XPC_MSG_MAX bytes
 *
 * Copies go before calls, so that a call meets a replica of its time.
 * Return: length, 0 if there is none, -EPROTO, -EIO as xpc_heard
 */
int xpc_next(struct xpc_tracker *t, void *buf, __u64 now);
bool xpc_pending(const struct xpc_tracker *t);

/* ------------------------------------------------------------------------------ objects */

/*
 * xpc_commit - the members @mask of @from become the committed copy's
 *
 * Return: 0; -EBUSY the user half holds the lock; -EPERM a member is not the kernel
 * half's; -ERANGE, -EILSEQ a value is not as declared.
 */
int xpc_commit(struct xpc_tracker *t, struct xpc_object *o, __u64 mask, const void *from);

/* xpc_lock - Return: 0 @who is the holder; -EBUSY somebody is */
int xpc_lock(struct xpc_object *o, enum xpc_holder who, __u64 until);
/* xpc_unlock - Return: 0, -EPERM @who is not the holder, or is no longer */
int xpc_unlock(struct xpc_object *o, enum xpc_holder who);

/* -------------------------------------------------------------------------------- calls */

/* xpc_ask - begin a call.  Return: 0, -EBUSY in use, -ESHUTDOWN, or as xpc_encode_args */
int xpc_ask(struct xpc_tracker *t, unsigned int call, const void *const *in, void *const *out,
	    __u64 now);

/* xpc_result - Return: true if the call is done; @result is what it returned */
bool xpc_result(struct xpc_tracker *t, unsigned int call, int *result, __u64 now);

/* xpc_give_up - the caller waits no longer; an answer that comes yet is thrown away, objects are told anew */
void xpc_give_up(struct xpc_tracker *t, unsigned int call, __u64 now);

/* xpc_raise_slot - Return: true if there is something new to read */
bool xpc_raise_slot(struct xpc_tracker *t, unsigned int call, __u64 now);

/* xpc_unraise_slot - what was raised has come about; it is not asked any more unless it was read */
void xpc_unraise_slot(struct xpc_tracker *t, unsigned int call, __u64 now);

/* The answer of a downcall with XPC_OUT arguments, to be read next. */
int xpc_reply(struct xpc_tracker *t, const struct xpc_msg *call, const struct xpc_struct *out,
	      const void *args);

const char *xpc_phase_name(unsigned int phase);

#endif /* XPC_TRACKER_H */
