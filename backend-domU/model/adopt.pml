/* SPDX-License-Identifier: GPL-2.0 */
/*
 * adopt.pml - a model of the adoption of a guest's rings, checked by tests/model.
 *
 * A guest with a TX ring and an RX ring, the backend of backend-domU/kern/, a NIC; the driver
 * domain dies at any moment, during an adoption as well, CRASHES times at most.  The next
 * one finds what is in the guest's memory, and nothing else.
 *
 * This file says what it is about and holds the state; adopt_back.pml is the poll
 * of a vif, adopt_life.pml a domain that comes up, adopt_front.pml NIC, wire and guest.
 *
 *   Here            There
 *   bring_up        vif_start: start_rings, xmd_back_ports_bind, napi_enable; vif_publish
 *   finish_tx, _rx  finish_pushes: xmd_intent_finish_tx, _rx
 *   interrupt, eoi  xmd_back_tx_event, xmd_back_rx_event; send_eoi
 *   poll_rings      xmd_back_poll, poll_rings
 *   tx_provide      xmd_back_tx_provide, xmd_nic_flush, one_batch
 *   read_batch      look, parse_ring, consume, xmd_fifo_open
 *   push_nic        push_nic, xmd_nic_tx_provide
 *   give_up         xmd_tx_watch: xmd_fifo_cut, nic_late; nic_shut
 *   tx_return       xmd_back_tx_return: xmd_intent_store, xmd_fifo_answer, and the push
 *   tx_arm          xmd_tx_arm
 *   rx_return       xmd_back_rx_return: xmd_rx_return_batch, that is xmd_back_rx_posted,
 *                   fill_batch, run_copies, push_slots; arm
 *   nic             the NIC; switch_tx_return, xmd_fifo_done, switch_state, xmd_wait_wake
 *   wire            xmd_rx_enqueue, backlog_add.  The NIC's poll then does rx_return itself
 *                   (xmd_rx_serve): under the same lock, so who does it makes no difference
 *   rx_locked       ring_lock; rx_lock is held for what is one step here
 *   drain           xmd_back_drain, xmd_back_health; what xmd-backend and the supervisor do
 *   guest_tx        of an unmodified netfront: xennet_start_xmit, xennet_tx_buf_gc
 *   guest_rx        likewise: xennet_alloc_rx_buffers, xennet_poll
 *
 * A step is an access to memory that somebody else looks at; what is private goes with it.
 * Stores are seen in the order in which they are made: that the barriers work is taken for
 * granted.  Indices begin at 0 and do not overflow; slots are used again.  Where there is
 * a choice the model is the harder case: the guest publishes slot by slot, and looks for
 * responses only when it is told; an interrupt comes at once, so that none comes late and
 * repairs what was missed.  A frame that leaves the NIC after its domain's death is one
 * whose domain died a moment later.
 *
 * A TX frame has the id of its first slot.  Frame 1 is refused by the backend, so frames are
 * not done in the order of the ring; frame 2 has an extra-info slot, frame 4 a second one.  A
 * frame from the wire has the number of the response that it ought to get, 1, 2, 4, 5, of
 * which 2 and 5 have an extra-info slot behind it; those that die with a driver domain
 * before they were answered are lost, and their numbers are given again.
 *
 * Not modelled: frames to other guests and to the driver domain itself, where done means
 * copied (tx.c), so that a crash may lose what was answered; guests that misbehave.
 *
 * Frames that the NIC keeps are given up, LATES times at most, and at any moment: all that was
 * not answered is answered DROPPED.  What the NIC has of it may be sent all the same, and comes
 * back for nobody; until then further frames are dropped at once.
 *
 * A push is cut anywhere: the intent, each response and the rsp_prod that covers them are a
 * step each, and so is what an adopter does to finish one (intent.h).  That a slot itself is
 * torn is a matter for tests/backend-kern/test_adopt.c.
 *
 * A drain, DRAINS times at most, is called off at any moment, or ends in a planned death once
 * the driver domain has said that nothing is pending.  It is then as good as no death: that
 * is what it is for.
 *
 * The NIC takes frames, or keeps them, as soon as it runs; LATE_CARRIER is one that says
 * -ENETDOWN until it has negotiated (XMD_LINK_DUE in kerndriver/tx.c).
 *
 * Properties:
 *   TX: all answered    the_end: each request, whoever died
 *       once            tx_take: nothing twice, nothing that was not asked for, in order
 *       OKAY means sent tx_take: it has been on the wire before, but for what was given up and
 *                       whose status a crash has made forgotten; DROPPED means given up
 *       twice on wire   nic: only what was sent and not about to be answered when a domain
 *                       died, so all of it between intent and req_prod, and once for each
 *                       death; nothing at all after a drain
 *       requests only   read_batch: no response is taken for a request, no later slot for a
 *                       first one, no index is more than a ring away
 *   RX: one answer      rx_take: to each buffer, in its slot
 *       no late data    copy: the buffer is still the backend's
 *       no duplicates   rx_take: each frame in one response at most, in order
 *       errors          rx_take: only of a push that was finished by who adopted it, and
 *                       finish_tx, _rx: only what had begun is finished
 *       nothing lost    drained: no frame that could have gone to the guest
 *   no stall            the_end: when nobody has anything to do, nothing is left to do.  There
 *                       is no cycle, either (tests/model/run), so every run gets there
 *   unmodified guest    guest_tx and guest_rx know neither stage nor crashes
 *
 * -DSEED_FAULT=NAME makes one of them fail; without a crash only RESPOND_BEFORE_SENT,
 * NO_LAST_LOOK, RX_BEFORE_COPY, RX_NO_ARM, LATE_TICKET and those of a drain do.
 */
#define ADOPT_FROM_ZERO		1	/* the rings are taken for new ones */
#define ADOPT_FROM_REQ_PROD	2	/* ... for empty ones */
#define NO_KICK_OURSELVES	3	/* no look at the rings after adoption */
#define NO_KICK_GUEST		4	/* no event to the guest after adoption */
#define RESPOND_BEFORE_SENT	5	/* done when the NIC has it, not when it has sent it */
#define OUT_OF_ORDER		6	/* answered in the order in which they are done */
#define PARKED_RESPONSE		7	/* response written when done, published in its turn */
#define NO_INTENT		8	/* responses, a crash, and nobody knows */
#define HALF_FRAME		9	/* each slot published by itself */
#define NO_LAST_LOOK		10	/* armed, and not looked again */
#define LATE_CARRIER		11	/* the NIC runs, says -ENETDOWN, then has a carrier */
#define RX_BEFORE_COPY		12	/* the buffer is answered, then filled */
#define RX_NO_ARM		13	/* no event asked for when there are no buffers */
#define INTENT_LATE		14	/* stored behind the first response */
#define NO_FINISH		15	/* a torn push is published as it was found */
#define STALE_INTENT		16	/* a ring is taken with the intent of the page's last life */
#define CLEARED_FIRST		17	/* who adopts forgets the intent, then publishes */
#define TX_EXTRA_FORGOTTEN	18	/* a finished extra-info slot gets an id */
#define RX_EXTRA_FORGOTTEN	19	/* nothing says which slots of a push are extra-info */
#define DRAIN_READS		20	/* requests are taken while draining */
#define DRAIN_NO_GRACE		21	/* a poll that has not seen the drain goes on */
#define DRAIN_NO_WAIT		22	/* death while something is pending */
#define DRAIN_NO_KICK		23	/* called off, and nobody looks at the rings */
#define RX_NOT_HELD		24	/* frames come in while draining */
#define LATE_TICKET		25	/* what comes back late is taken for what is in its slot now */

#ifndef SEED_FAULT
#define SEED_FAULT 0
#endif
#ifndef CRASHES
#define CRASHES 1
#endif
#ifndef DRAINS
#define DRAINS 0
#endif
#ifndef LATES
#define LATES 0
#endif
#ifndef TX
#define TX 4			/* requests, at most 8, not 3 nor 5: half a frame is never sent */
#endif
#ifndef RX
#define RX 0			/* buffers, and slots of frames from the wire: 0, 1, 3, 4 or 6 */
#endif
#define RING 4			/* slots */
#define NIC_RING 2		/* frames */
#define BACKLOG 2		/* frames */

#define slot(i)		((i) % RING)
#define slots_of(id)	((id) == 2 || (id) == 4 -> 2 : 1)
#define first_of(id)	((id) == 3 || (id) == 5 -> (id) - 1 : (id))
#define is_extra(id)	((id) == 3)
#define bad(id)		((id) == 1)
#define bit(id)		(1 << (id))

#define rx_slots_of(frame)	((frame) % 3 == 2 -> 2 : 1)
#define is_rx_extra(at)		((at) % 3 == 2)

/* RING_PUSH_*_AND_CHECK_NOTIFY: does the step from old to new pass the event? */
#define passes(event, old, new)	(event > old && event <= new)

/*
 * What a slot holds: a request is its id, a response has a status as well.  The id of a TX
 * request survives its response.  Extra-info in TX stays what it is, 8 and the index, and
 * gets a status; in RX it covers all, and the response before it says that it follows.
 */
#define OKAY	16
#define ERROR	32
#define DROPPED	48
#define RSP_NULL 64
#define EXTRA	8
#define RX_EXTRA 64
#define FOLLOWS	128
#define id_of(s)	((s) & 15)
#define status_of(s)	((s) & 112)

/* ------------------------------------------------- the guest's memory, and Xen's */

byte tx_slot[RING], rx_slot[RING];
byte tx_req_prod, tx_rsp_prod, tx_req_event = 1, tx_rsp_event = 1;
byte rx_req_prod, rx_rsp_prod, rx_req_event = 1, rx_rsp_event = 1;
byte buffer[RING];			/* posted; the frame in it, 0: none of this life */
#if SEED_FAULT == STALE_INTENT
byte tx_intent = 2, rx_intent = 1;
#else
byte tx_intent, rx_intent;		/* end; 0 asks for nothing */
#endif
byte rx_map;				/* struct xmd_intent.extra, a bit a slot */

/* xmd_intent_load */
#define done_to(intent, rsp, prod)	(intent > rsp && intent <= prod -> intent : rsp)
#define tx_done_to	done_to(tx_intent, tx_rsp_prod, tx_req_prod)
#define rx_done_to	done_to(rx_intent, rx_rsp_prod, rx_req_prod)

bool tx_event, rx_event;		/* pending at the guest */

/* A ring alone has its own event channel; both together share one. */
#define ONE_PORT	(TX && RX)

inline tell_guest_tx(yes)
{
	tx_event = tx_event || yes;
#if ONE_PORT
	rx_event = rx_event || yes
#endif
}

inline tell_guest_rx(yes)
{
	rx_event = rx_event || yes;
#if ONE_PORT
	tx_event = tx_event || yes
#endif
}

/* ----------------------------------------------------------------- the driver domain */

mtype = { DOWN, BOUND, PUBLISHED, UP };
mtype stage = UP;
#define is_bound	(stage != DOWN)
#define napi_on		(stage != DOWN && stage != BOUND)

bool kill_poll, kill_up;
bool sched;				/* the poll is scheduled */
#if DRAINS
mtype = { NO_DRAIN, FLAGGED, HELD, DRAINED };
mtype drain = NO_DRAIN;
bool in_poll;				/* who waits for a grace period waits for this */
bool rx_starved;
#define is_draining	(drain != NO_DRAIN)
#define is_held		((drain == HELD || drain == DRAINED) && SEED_FAULT != RX_NOT_HELD)
bool left;				/* frames that no buffers were posted for when it was over */
#else
#define saw		false
#define is_held		false
#endif
bool tx_masked, rx_masked;		/* from the interrupt to its EOI */
bool tx_pending, rx_pending;		/* meanwhile */
#if ONE_PORT
#define rx_pending	tx_pending
#define rx_masked	tx_masked
#endif

/* An event for the backend; to nobody, it is lost. */
inline interrupt(pending, masked)
{
	if
	:: !is_bound
	:: is_bound && masked -> pending = true
	:: is_bound && !masked -> masked = true; sched = sched || napi_on
	fi
}

inline eoi(pending, masked)
{
	masked = pending;
	sched = sched || pending;
	pending = false
}

byte rsp, cons, seen;			/* rsp_prod_pvt, req_cons, tx_seen */
byte status[8];				/* of the frame, as in the FIFO; 0: not done */
chan to_nic = [RING] of { byte };	/* nic_head */
bool waiting;				/* on back.waiters */
#if LATES
byte lates = LATES;
bool late;				/* nic_late */
byte dropped;				/* given up, a bit each */
#define is_shut		(late && len(nic_ring) > 0)
#define given_up(f)	(dropped & bit(f))
#else
#define is_shut		false
#define given_up(f)	false
#endif

byte rx_at, rx_seen;			/* rsp_prod_pvt and, between batches, req_cons; rx_seen */
chan backlog = [BACKLOG] of { byte };
chan in_hand = [BACKLOG] of { byte };	/* rx_slot, rx_op */
bool rx_locked;

mtype = { STOPPED, NO_CARRIER, RUNNING };
mtype nic_state = RUNNING;
chan nic_ring = [NIC_RING] of { byte };
bool on_wire;				/* its first frame was sent; nobody knows yet */

/* -------------------------------------------------------- what the properties need */

byte sent;				/* frames that were on the wire, a bit each */
byte twice;				/* frames that may be once more */
byte answered;				/* requests, a bit each */
byte tx_got, rx_got;			/* rsp_cons of the guest */
byte wire_next = 1;			/* the next frame from the wire */
byte forgotten, lost;			/* TX requests, RX buffers of a push that was finished */
byte tx_begun, rx_begun;		/* pushes of whatever life reach so far */
byte crashes = CRASHES;

#include "adopt_back.pml"
#include "adopt_life.pml"
#include "adopt_front.pml"

/* ------------------------------------------------------------------------ the world */

/* All that it had is gone, its ports are unbound; the next one may send again what this one
 * has sent and not answered.  What it left in posted buffers is nobody's frame. */
inline crash()
{
	twice = sent & ~(bit(tx_done_to) - 1);
	assert(twice < bit(tx_req_prod));
	kill_poll = true;
	kill_up = true;
	stage = DOWN;
	sched = false;
	tx_pending = false; tx_masked = false;
	rx_pending = false; rx_masked = false;
	rsp = 0; cons = 0; seen = 0;
	rx_at = 0; rx_seen = 0; rx_locked = false;
	waiting = false;
#if LATES
	late = false;
	/* the others are asked for anew; of a push that is finished the status is forgotten */
	dropped = dropped & (bit(tx_done_to) - 1);
#endif
	do
	:: id < 8 -> status[id] = 0; id++
	:: else -> id = 0; break
	od;
	do
	:: rx_rsp_prod + id < rx_req_prod -> buffer[slot(rx_rsp_prod + id)] = 0; id++
	:: else -> break
	od;
#if DRAINS
	drain = NO_DRAIN;
	in_poll = false;
	rx_starved = false;
	left = false;
#endif
	do
	:: to_nic ? id
	:: nic_ring ? id
	:: backlog ? id
	:: in_hand ? id
	:: len(to_nic) + len(nic_ring) + len(backlog) + len(in_hand) == 0 -> break
	od;
	id = 0;
	on_wire = false;
	nic_state = STOPPED
}

#if DRAINS
/* pending(): of the backlog what its guest would take. */
#define nothing_pending	(cons == rsp && !rx_locked && (len(backlog) == 0 || rx_starved))

inline drained()
{
	/* but for what a death before the drain has left to be sent again */
	assert(!(sent & ~twice & ~(bit(tx_done_to) - 1)));
	assert(left || (len(backlog) == 0 && !rx_locked))
}
#endif

active proctype the_world()
{
	byte id;
#if DRAINS
	byte drains = DRAINS;
#endif

end:	do
	:: atomic { crashes > 0 && !kill_up && !kill_poll -> crashes--; crash() }
	:: atomic { crashes > 0 -> crashes = 0 }
#if DRAINS
	:: atomic { drains > 0 && drain == NO_DRAIN && stage == UP -> drains--; drain = FLAGGED }
	:: atomic { drain == FLAGGED && (!in_poll || SEED_FAULT == DRAIN_NO_GRACE) ->
			drain = HELD;
			sched = true
		}
	:: atomic { drain == HELD && (nothing_pending || SEED_FAULT == DRAIN_NO_WAIT) ->
			left = nothing_pending && len(backlog) > 0;
			drain = DRAINED
		}
	:: atomic { drain == DRAINED -> drained(); crash() }
	:: atomic { drain == HELD || drain == DRAINED ->
			drain = NO_DRAIN;
			left = false;
			sched = sched || SEED_FAULT != DRAIN_NO_KICK
		}
#endif
	od
}

/* Nobody can move. */
active proctype the_end()
{
	atomic { timeout ->
		assert(stage == UP);
		assert(tx_got == TX && answered == bit(TX) - 1);
		assert(rx_got == RX && len(backlog) == 0)
	}
}
