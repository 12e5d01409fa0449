/* SPDX-License-Identifier: GPL-2.0 WITH Linux-syscall-note */
/*
 * objring.h - the object ring: one page and one event channel beside the rings of a vif,
 * through which a guest sees the device behind it.
 *
 *    guest                          driver domain
 *  +-------------------------+    +------------------------------------------------+
 *  | ethtool, ip             |    |  xmd-backend              (user, no privileges) |
 *  |   |                     |    |    home of the objects, policy                  |
 *  | xmd_front.ko            |    |      |                          |               |
 *  |   replicas, wishes      |    |      | map, bind           ioctls of /dev/xmd/back
 *  |   |                     |    |      |                          |               |
 *  |   +-- ask[] ------------|----|----> |                    xmd_back.ko, xmd_nic.ko|
 *  |   +<- tell[] -----------|----|----- +                                           |
 *  +-------------------------+    +------------------------------------------------+
 *         one page, granted by the guest, and one event channel, offered by the guest
 *
 * Frames never wait for anything in here.  A vif works without an object ring, and goes on
 * when its object ring breaks.
 *
 * Setting up, by keys (xenstore-schema/keys.list)
 *
 *   backend   feature-xmd-obj = VERSION     with the other features, before InitWait.  The
 *                                           highest version that it speaks; absent: none
 *   guest     xmd-obj-ring-ref              grant reference of the page, and
 *             xmd-event-channel-obj         the event channel, allocated for the backend's
 *                                           domain; both with the other keys, or neither
 *             xmd-obj-version               that the page is written in, 1 to VERSION;
 *                                           absent: 1
 *
 * Both ends speak all versions from 1 on; the guest takes the lower one of VERSION and its own.
 * The guest fills the page with zeros, writes @version, and only then writes the keys.  The
 * backend looks at the keys once it serves the vif's own rings, maps and binds.  Keys that
 * are wrong, a page that cannot be mapped, an unknown version: a line in its log, and the
 * vif is served as one without object ring.
 *
 * The page
 *
 *   offset  size  written by     what
 *        0     4  guest          version      1 to XMD_OBJRING_VERSION; as the key says
 *        4     4  guest          ask_prod     messages put into ask[], ever
 *        8     4  guest          tell_cons    messages taken out of tell[], ever
 *       12    20  -              0
 *       32     4  driver domain  life         grows by one when a far end attaches; 0: none
 *                                             did so far.  Never 0 again
 *       36     4  driver domain  ask_cons     messages taken out of ask[], ever
 *       40     4  driver domain  tell_prod    messages put into tell[], ever
 *       44     4  driver domain  closed       enum xmd_objring_closed; not 0: it has ended
 *                                             this ring and looks at it no more
 *       48    16  -              0
 *       64  2016  guest          ask[4]       504 bytes each
 *     2080  2016  driver domain  tell[4]      504 bytes each
 *
 * All numbers are little-endian.  Indices count up for ever, modulo 2^32; slot i % 4 holds
 * message i.  For both directions prod - cons is 0 to 4, and a side that finds it otherwise
 * has a peer that is broken or hostile: the driver domain ends the ring (@closed), the guest
 * takes it as ended.  Each side keeps its own two indices in its own memory and never reads
 * them back, but for the one time when it attaches.
 *
 * A slot has one message as in xpc/wire.h: a header of 32 bytes, which has the length, and a
 * body; what lies behind it in the slot is undefined.  The reader copies the slot once, and
 * checks and uses the copy.
 *
 *   to send     wait for room; fill the slot; barrier; prod + 1; barrier; event
 *   to receive  read prod; barrier; copy the slot; barrier; cons + 1; event
 *
 * One event for several messages is enough.  An event says "an index, life or closed has
 * changed": whoever gets one looks at all of them.  Nobody sends one in answer to one
 * that changed nothing.
 *
 * Messages (kinds and header: xpc/wire.h; objects and calls: xpc/vif_objects.h)
 *
 *   kind       way    header besides kind, len, epoch           body
 *   HELLO      ask    epoch 0                                   what the guest knows
 *   WELCOME    tell   epoch: the new one                        what the home knows
 *   STATE      tell   id, version                               update, all members that both know
 *   CHANGE     tell   id, seq: version before, version          update
 *   PROPOSE    ask    id, version: based on                     update
 *   ACK        tell   id, version: of the home now, result      -
 *   RESYNC     ask    id                                        -
 *   CALL       ask    id, seq (not 0), ms                       arguments that go there
 *   ANSWER     tell   id, seq of the call, result               arguments that come back,
 *                                                               if result is 0
 *
 * READY, LOCK and UNLOCK are not for guests.  Nor is there a CALL to a guest: the driver
 * domain never waits for one.  The field object is 0: a guest has one vif here and one port,
 * and no way to name another's.
 *
 * HELLO begins an epoch: the far end answers WELCOME with a number that no epoch in this
 * page has had before, (life << 16) + n, and then STATE of each object.  Everything else
 * carries the epoch of the last WELCOME; what carries another one is dropped, by both sides,
 * without an answer.  An end that lacks something of the first release, or another wire version,
 * is answered by an ACK with id 0, epoch 0 and result -EPROTONOSUPPORT; there is no sense in a
 * HELLO before the next life then.
 *
 * The two ends are not of one build.  What they know is declared in xpc/vif_objects.h, to whose
 * end alone things are added; how far each one's declarations go stands in HELLO and WELCOME
 * (xpc/abi.h):
 *   - members and objects that the other end does not know are not sent to it.  Who gets some
 *     that it does not know ignores them in a STATE or CHANGE, and refuses a PROPOSE
 *   - a member that the other end does not have is 0 at the guest, and a wish for it fails with
 *     -EOPNOTSUPP there, as does a call that the home does not have; neither is sent
 *   - arguments behind those that the receiver knows are ignored; those that the sender
 *     did not know yet are 0.  Each new one is such that this is right
 *   - numbers are not reused, and what a number means does not change
 *
 * Version 1: HELLO has 4 bytes instead, XMD_OBJRING_V1_FINGERPRINT, and WELCOME none.  Either end
 * knows the first release then and nothing else, and is refused what it does not know.
 *
 * PROPOSE asks for new values of members that a guest may write.  The home answers with one
 * ACK each, in order:
 *   0          committed; @version is the one before plus one.  No CHANGE is sent for it
 *   -ESTALE    based on an older version than the home's; a STATE follows
 *   -EPERM     policy refuses it, or a member is not the guest's to write
 *   -ERANGE, -EILSEQ, -EBADMSG  not as declared; -EINVAL: as declared, but not as a whole
 *   other      the driver domain's kernel half refused it, or is not there (-EAGAIN)
 * A refused PROPOSE changes nothing.  A guest has one PROPOSE under way for an object.
 *
 * CHANGE has members only that the driver domain may write; STATE has all.
 *
 * RESYNC asks for a STATE of the object; for a guest that has got a CHANGE from a version
 * that it has not.
 *
 * CALL is answered by one ANSWER, calls in order.  -EPERM: policy; -EBUSY: another one uses
 * the port right now; others as the handler says.
 *
 * Life of the far end
 *
 *   xmd-backend dies, is killed, comes back; the driver domain is created anew under the
 *   same domid; the kernel half breaks the vif off and connects it again: each time the far
 *   end attaches to the page as it finds it.
 *     1. map the page, read its own two indices out of it; if ask_prod - ask_cons or
 *        tell_prod - tell_cons is above 4: end the ring
 *     2. closed = 0, life + 1 (0 is left out)
 *     3. bind the event channel, send an event
 *   It knows nothing of older epochs, so that what is still in ask[] is dropped as of another
 *   epoch; a HELLO in there is answered.  What the one before had told and the guest has not
 *   read yet is dropped by the guest, before it says HELLO.
 *
 *   The guest, whenever it looks:
 *
 *        life as before     life is another one
 *              |                  |
 *              v                  v
 *           go on        forget the epoch, calls and proposals that wait;
 *                        HELLO; take WELCOME and all STATEs; then, for each member of
 *                        its own that it wishes otherwise than the STATE says, a PROPOSE
 *
 *   So the home converges to what the guest's administrator has set, whoever died: the guest's
 *   frontend is where these wishes are kept, the home is where they are in force.  A refused
 *   wish is reported once and not asked again before the next epoch, another value, or news of what the guest may.
 *   A call that waited is asked once more in the new epoch if it may be (reading is), and
 *   fails with -EOWNERDEAD otherwise.
 *
 *   HELLO without WELCOME is repeated after XMD_OBJRING_HELLO_MS, doubled each time up to
 *   XMD_OBJRING_HELLO_MAX_MS.  A CALL or PROPOSE without an answer in XMD_OBJRING_ANSWER_MS
 *   fails with -ETIMEDOUT for whoever waits for it; the guest then begins with HELLO again.
 *
 * Life of the guest's end
 *
 *   A guest that begins anew (module loaded again, resumed, restored, another backend) makes
 *   a new page with a new grant and a new event channel: for the far end that is another
 *   ring.  A guest may say HELLO in the middle of an epoch; the objects keep their values.
 *
 *   The vif's own end (disconnect, detach, fault) is the end of the object ring: the far end
 *   sets @closed, sends an event and unmaps.
 *
 * What a guest can cost
 *
 *   The far end takes a message out of ask[] only if there is room for its answer in tell[],
 *   and not more than XMD_OBJRING_RATE a second, XMD_OBJRING_BURST at once.  Messages above
 *   that are not refused: they wait in the guest's own page.  Events are unmasked when the
 *   next message may be taken, so a storm of them costs one wakeup a message; one that brings
 *   none counts for XMD_OBJRING_EMPTY messages.  No memory is allocated for a message.
 *   XMD_OBJRING_WRONG messages in a life that are not as declared end the ring
 *   (XMD_OBJRING_WRONG_MESSAGES).
 *
 * What the driver domain can cost a guest
 *
 *   It can tell nonsense about a port, and refuse.  The guest checks all it is told against
 *   the declaration, takes at most 4 messages a look, and after XMD_OBJRING_WRONG wrong ones in
 *   a life leaves the ring alone until the next.  It looks not more than XMD_OBJRING_LOOKS times a
 *   second, XMD_OBJRING_BURST times at once, whatever happens in the page and however many
 *   events there are: what comes faster waits in the page, with the event masked.  The carrier is
 *   the one thing that acts on the guest by itself, and a driver domain can withhold frames anyway.
 */
#ifndef XMD_OBJRING_H
#define XMD_OBJRING_H

#include <linux/types.h>

#define XMD_OBJRING_VERSION	2u
#define XMD_OBJRING_V1_FINGERPRINT 0x6e20658fu	/* the body of HELLO in version 1 */
#define XMD_OBJRING_SLOTS	4u	/* each way; a power of two */
#define XMD_OBJRING_SLOT	504u	/* bytes: the longest message */

#define XMD_OBJRING_RATE	50u	/* messages a second that the far end takes */
#define XMD_OBJRING_BURST	64u	/* and at once */
#define XMD_OBJRING_EMPTY	4u	/* messages that an event without any counts for */
#define XMD_OBJRING_LOOKS	200u	/* at the page, a second, by the guest; each takes up to 4 messages */
#define XMD_OBJRING_WRONG	8u	/* wrong messages; with this one it is over */

#define XMD_OBJRING_HELLO_MS	1000u
#define XMD_OBJRING_HELLO_MAX_MS 30000u
#define XMD_OBJRING_ANSWER_MS	3000u

/* Why the driver domain has ended a ring; for the guest's log. */
enum xmd_objring_closed {
	XMD_OBJRING_OPEN = 0,
	XMD_OBJRING_DISCONNECTED = 1,	/* with its vif */
	XMD_OBJRING_BAD_INDEX = 2,	/* more in a ring than it has slots */
	XMD_OBJRING_WRONG_MESSAGES = 3,
	XMD_OBJRING_TROUBLE = 4,	/* in the driver domain; its log says which */
};

struct xmd_objring_slot {
	__u8 byte[XMD_OBJRING_SLOT];
};

struct xmd_objring {
	/* the guest's */
	__u32 version;
	__u32 ask_prod;
	__u32 tell_cons;
	__u32 reserved_guest[5];
	/* the driver domain's */
	__u32 life;
	__u32 ask_cons;
	__u32 tell_prod;
	__u32 closed;
	__u32 reserved_far[4];
	/* the guest's */
	struct xmd_objring_slot ask[XMD_OBJRING_SLOTS];
	/* the driver domain's */
	struct xmd_objring_slot tell[XMD_OBJRING_SLOTS];
};

_Static_assert(sizeof(struct xmd_objring) == 4096, "one page");
_Static_assert(__builtin_offsetof(struct xmd_objring, life) == 32, "as in the table");
_Static_assert(__builtin_offsetof(struct xmd_objring, ask) == 64, "as in the table");
_Static_assert(__builtin_offsetof(struct xmd_objring, tell) == 2080, "as in the table");

#endif /* XMD_OBJRING_H */
