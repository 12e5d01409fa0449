/* SPDX-License-Identifier: GPL-2.0 */
/*
 * xpc_kern.h - a tracker behind a device file: read, write, poll, and the calls that wait.
 *
 * The module has the file operations, since it has ioctls beside; those of this file are
 * called from them.  A read gives one whole message, a write takes one and has the result
 * as its errno (xpc_take in ../tracker.h).
 *
 *   spinlock   x->lock, a leaf, taken in interrupts too: all of x->t
 *   reading    one read at a time, so that there is one buffer
 *   writing    one write at a time, likewise; a downcall runs under it
 *
 * What a downcall or an ioctl of the user half needs must not be held while waiting for the
 * user half: no lock that a register batch, START or STOP takes.  ndo and ethtool
 * operations come with rtnl held, so nothing behind the file may take rtnl either.
 */
#ifndef XPC_KERN_H
#define XPC_KERN_H

#include <linux/fs.h>
#include <linux/mutex.h>
#include <linux/poll.h>
#include <linux/spinlock.h>
#include <linux/wait.h>
#include "calls.h"
#include "tracker.h"

struct device;
struct seq_file;

/**
 * struct xpc_kern_ops - in process context, no lock of this file held but writing
 * @changed: the user half has changed members @mask of an object
 * @phase:   it became LIVE or LOST, or has closed the file (NONE); from several contexts, so
 *	     that NONE can be told before LOST
 */
struct xpc_kern_ops {
	void (*changed)(void *ctx, unsigned int object, u64 mask);
	void (*phase)(void *ctx, enum xpc_phase phase);
};

/**
 * struct xpc_kern_config
 * @alive:   the upcall without arguments that asks whether it is alive (XPC_UP_NAME)
 * @initial: for each object of @proto what it holds at first; copied
 * @down:    handlers of the downcalls, generated
 * @ctx:     for handlers and operations
 * @second:  a user half that answers with an error is doubted (xpc/tracker.h)
 */
struct xpc_kern_config {
	const struct xpc_proto *proto;
	unsigned int alive;
	const void *const *initial;
	const xpc_serve_fn *down;
	const struct xpc_kern_ops *ops;
	void *ctx;
	struct device *dev;
	bool second;
};

struct xpc {
	spinlock_t lock;
	struct xpc_tracker t;
	struct xpc_kern_config cfg;
	wait_queue_head_t readers;	/* the user half */
	wait_queue_head_t callers;	/* for answers, slots and locks */
	struct mutex reading, writing;
	u8 (*page)[XPC_MSG_MAX];	/* enum in xpc_kern.c */
	void *args;
	unsigned long opened;		/* bit 0 */
	struct pid *opener;
	u64 ioctls;			/* crossings that are no messages */
	unsigned int inside;		/* of these, under way */
	u64 looked;			/* us; the last tick */
	unsigned int lock_failed;	/* in a row, and no user half had it */
};

int xpc_kern_init(struct xpc *x, const struct xpc_kern_config *cfg);
/* xpc_kern_shut - all calls fail, the user half is lost; before the module's own end */
void xpc_kern_shut(struct xpc *x, const char *why);
void xpc_kern_free(struct xpc *x);

/*
 * File operations.  xpc_kern_heard is for the begin of each ioctl: 0, -EPROTO, -EIO.  After 0
 * xpc_kern_done is for its end.
 */
/* xpc_kern_open - -EBUSY: somebody else has it; -ENODEV: shut */
int xpc_kern_open(struct xpc *x);
void xpc_kern_close(struct xpc *x);
/* These three as they are, with &struct xpc as the file's private_data. */
ssize_t xpc_kern_read(struct file *file, char __user *to, size_t len, loff_t *pos);
ssize_t xpc_kern_write(struct file *file, const char __user *from, size_t len, loff_t *pos);
__poll_t xpc_kern_poll(struct file *file, poll_table *wait);
int xpc_kern_heard(struct xpc *x);
void xpc_kern_done(struct xpc *x);

/*
 * xpc_kern_tick - deadlines; in process context, every XPC_LOOK_MS, or once a second
 * @urgent: the device waits for the user half, who may not stand still then
 * @late_ms: so much later than it was meant to come
 *
 * Return: whether something has a deadline
 */
bool xpc_kern_tick(struct xpc *x, bool urgent, unsigned int late_ms);

/* xpc_kern_sound - xpc_sound, and nobody waits for a lock that no user half has */
bool xpc_kern_sound(struct xpc *x);

/* xpc_kern_away - the device does not answer, or does again; any context */
void xpc_kern_away(struct xpc *x, bool away);

/* xpc_kern_doubt - xpc_doubt; process context.  Return: is it LOST for it? */
bool xpc_kern_doubt(struct xpc *x, const char *why);

/* xpc_unraise - what was raised has come about: not asked any more, unless it was read */
void xpc_unraise(struct xpc *x, unsigned int call);

/* Objects, by their place XPC_OBJECT_NAME.  get and commit in any context. */
void xpc_kern_get(struct xpc *x, unsigned int object, void *to);
/* Return: as xpc_commit; -EBUSY: the user half holds the lock */
int xpc_kern_commit(struct xpc *x, unsigned int object, u64 mask, const void *from);
/*
 * xpc_kern_lock - become the holder of an object's combolock, for a change in more than one
 * step, a call of the user half among them.  Sleeps while somebody else is.
 * Return: 0, -ETIMEDOUT after @ms, -EINTR a fatal signal
 */
int xpc_kern_lock(struct xpc *x, unsigned int object, unsigned int ms);
void xpc_kern_unlock(struct xpc *x, unsigned int object);

/* xpc_kern_show - for debugfs: life, crossings, each call, versions of the objects */
void xpc_kern_show(struct xpc *x, struct seq_file *m);

#endif /* XPC_KERN_H */
