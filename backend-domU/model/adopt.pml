/* SPDX-License-Identifier: GPL-2.0 */
/*
 * adopt.pml - a model of the adoption of a guest's rings, checked by tests/model.
 *
 * A guest with a TX ring and an RX ring, the backend of backend-domU/kern/, a NIC; the driver
 * domain dies at any moment, during an adoption as well, CRASHES times at most.  The next
 * one finds what is in the guest's memory, and nothing else.
 *
 *   Here            There
 *   bring_up        vif_start: start_rings, xmd_back_ports_bind, napi_enable; vif_publish
 *   finish_tx, _rx  finish_pushes: xmd_intent_finish_tx, _rx
 *   interrupt, eoi  xmd_back_tx_event, xmd_back_rx_event; send_eoi
 *   poll_rings      xmd_back_poll, poll_rings
 *   tx_provide      xmd_back_tx_provide, xmd_nic_flush, one_batch
 *   read_batch      look, parse_ring, consume, xmd_fifo_open
 *   push_nic        push_nic, xmd_nic_tx_provide
 *   tx_return       xmd_back_tx_return: xmd_intent_store, xmd_fifo_answer, and the push
 *   tx_arm          xmd_tx_arm
 *   rx_return       xmd_back_rx_return: xmd_rx_return_batch, that is xmd_back_rx_posted,
 *                   fill_batch, run_copies, push_slots; arm
 *   nic             the NIC; switch_tx_return, xmd_fifo_done, switch_state, xmd_wait_wake
 *   wire            xmd_rx_enqueue, backlog_add
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
 * copied (tx.c), so that a crash may lose what was answered; frames that are given up, and
 * answered DROPPED, because the NIC keeps them for XMD_NIC_LATE_S; guests that misbehave.
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
 *       OKAY means sent tx_take: it has been on the wire before
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
 * NO_LAST_LOOK, RX_BEFORE_COPY, RX_NO_ARM and those of a drain do.
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

#ifndef SEED_FAULT
#define SEED_FAULT 0
#endif
#ifndef CRASHES
#define CRASHES 1
#endif
#ifndef DRAINS
#define DRAINS 0
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

/* ------------------------------------------------------------------------ the poll */

/* As many as the NIC takes, none while it is stopped (-EAGAIN). */
inline push_nic()
{
	do
	:: len(to_nic) > 0 && nic_state == RUNNING && len(nic_ring) < NIC_RING ->
		to_nic ? f;
#if SEED_FAULT == RESPOND_BEFORE_SENT
		status[f] = OKAY;
#endif
		nic_ring ! f
	:: len(to_nic) > 0 && nic_state == NO_CARRIER ->
		to_nic ? f;
		status[f] = DROPPED
	:: else -> break
	od;
	f = 0
}

inline park(id, what)
{
#if SEED_FAULT == PARKED_RESPONSE
	tx_slot[slot(id)] = what + id
#else
	skip
#endif
}

/* Whole frames only: the guest may have published a part of the last one. */
inline read_batch()
{
	seen = tx_req_prod;
	assert(seen >= cons && seen - rsp <= RING);
	do
	:: cons < seen && cons + slots_of(cons) <= seen ->
		assert(tx_slot[slot(cons)] == cons && first_of(cons) == cons);
		assert(slots_of(cons) == 1 || tx_slot[slot(cons + 1)] ==
		       (is_extra(cons + 1) -> EXTRA + cons - 1 : cons + 1));
		if
		:: bad(cons) -> status[cons] = ERROR; park(cons, ERROR)
		:: else -> to_nic ! cons
		fi;
		cons = cons + slots_of(cons)
	:: else -> break
	od
}

#if SEED_FAULT == OUT_OF_ORDER
/* TX responses carry their request's id, so the guest is content with any order. */
#define a_frame_done	(status[0] | status[1] | status[2] | status[4] | status[6] | status[7])
inline answer()
{
	old = rsp;
	do
	:: f < 8 && status[f] != 0 ->
		tx_slot[slot(rsp)] = status[f] + f;
		rsp++;
		if
		:: slots_of(f) == 2 -> tx_slot[slot(rsp)] = status[f] + f + 1; rsp++
		:: else
		fi;
		status[f] = 0
	:: f < 8 && status[f] == 0 -> f++
	:: else -> break
	od;
	f = 0
}
#else
#define a_frame_done	(rsp < cons && status[rsp] != 0)
/* The done prefix: xmd_fifo_ready. */
inline ready()
{
	old = rsp;
	at = rsp;
	upto = rsp;
#if SEED_FAULT == HALF_FRAME
	if
	:: slots_of(upto) == 2 -> status[upto + 1] = status[upto]
	:: else
	fi;
	upto++
#else
	do
	:: upto < cons && status[upto] != 0 -> upto = upto + slots_of(upto)
	:: else -> break
	od
#endif
}

inline answer()
{
	if
	:: is_extra(at) -> tx_slot[slot(at)] = RSP_NULL + id_of(tx_slot[slot(at)])
	:: else -> tx_slot[slot(at)] = status[first_of(at)] + at
	fi;
	at++;
	if
	:: SEED_FAULT == HALF_FRAME -> status[at - 1] = 0
	:: SEED_FAULT != HALF_FRAME && (at == upto || first_of(at) == at) -> status[first_of(at - 1)] = 0
	:: else
	fi;
	rsp = (at == upto -> upto : rsp)
}
#endif

inline publish()
{
	assert(tx_rsp_prod < rsp && rsp <= tx_req_prod);
	tx_rsp_prod = rsp
}

inline tx_return()
{
	if
#if SEED_FAULT == OUT_OF_ORDER
	:: atomic { a_frame_done -> answer(); publish() }
#else
	:: atomic { a_frame_done ->
			ready();
			tx_begun = upto;
#if SEED_FAULT != NO_INTENT && SEED_FAULT != INTENT_LATE
			tx_intent = upto
#endif
		}
		atomic { answer() }
#if SEED_FAULT == INTENT_LATE
		tx_intent = upto;
#endif
		do
		:: atomic { at < upto -> answer() }
		:: atomic { at == upto -> publish(); at = 0; upto = 0; break }
		od;
#endif
		atomic {
			tell_guest_tx(passes(tx_rsp_event, old, rsp));
#if SEED_FAULT == HALF_FRAME
			more = more || a_frame_done;
#endif
			old = 0
		}
	:: else
	fi
}

/* While frames wait for the NIC it is the NIC that schedules the poll, not the guest. */
inline tx_arm()
{
	if
	:: len(to_nic) == 0 && !saw ->
		tx_req_event = seen + 1;
#if SEED_FAULT != NO_LAST_LOOK
		more = more || tx_req_prod != seen
#endif
	:: else
	fi
}

/* Whatever a dead one has left in the buffer. */
inline copy()
{
	f = 0;
	do
	:: f < n ->
		in_hand ? frame;
		assert(rx_at + f >= rx_rsp_prod && rx_at + f < rx_req_prod);
		assert(rx_slot[slot(rx_at + f)] == rx_at + f);
		buffer[slot(rx_at + f)] = frame;
		f = f + rx_slots_of(frame)
	:: else -> break
	od;
	f = 0;
	frame = 0
}

/* Which slots of the push are extra-info. */
inline mark_extra()
{
	rx_map = 0;
	do
	:: f < n ->
		rx_map = rx_map | (is_rx_extra(rx_at + f) -> bit(slot(rx_at + f)) : 0);
		f++
	:: else -> break
	od;
	f = 0
}

inline write_response()
{
	rx_slot[slot(at)] = (is_rx_extra(at) -> RX_EXTRA : OKAY + id_of(rx_slot[slot(at)]) +
			     (is_rx_extra(at + 1) -> FOLLOWS : 0));
	at++
}

inline push_slots()
{
	at = rx_at;
	do
	:: at < rx_at + n -> write_response()
	:: else -> break
	od
}

inline rx_publish()
{
	assert(rx_rsp_prod < at && at <= rx_req_prod);
	rx_rsp_prod = at;
	old = rx_at;
	rx_at = at;
	at = 0
}

inline fill_batch()
{
	rx_seen = rx_req_prod;
	assert(rx_seen >= rx_at && rx_seen - rx_at <= RING);
	do
	:: len(backlog) > 0 ->
		backlog ? < frame >;
		if
		:: n + rx_slots_of(frame) <= rx_seen - rx_at ->
			backlog ? frame;
			in_hand ! frame;
			n = n + rx_slots_of(frame)
		:: else -> break
		fi
	:: else -> break
	od;
#if DRAINS
	rx_starved = (n == 0);
#endif
	frame = 0
}

inline rx_unlock()
{
	d_step { rx_locked = false; rx_seen = 0 }
}

/* Under rx_lock: backlog_add waits. */
inline rx_return()
{
	if
	:: atomic { len(backlog) > 0 -> rx_locked = true; fill_batch() }
		if
		:: n > 0 ->
#if SEED_FAULT == RX_BEFORE_COPY
			atomic { push_slots(); rx_publish(); rx_at = old }
			atomic { copy(); rx_at = old + n }
#else
			atomic { copy() }
			atomic {
#if SEED_FAULT != RX_EXTRA_FORGOTTEN
				mark_extra();
#endif
				rx_begun = rx_at + n;
				at = rx_at
			}
#if SEED_FAULT != NO_INTENT && SEED_FAULT != INTENT_LATE
			rx_intent = rx_at + n;
#endif
			atomic { write_response() }
#if SEED_FAULT == INTENT_LATE
			rx_intent = rx_at + n;
#endif
			do
			:: atomic { at < rx_at + n -> write_response() }
			:: atomic { at == rx_at + n -> rx_publish(); break }
			od;
#endif
			atomic {
				tell_guest_rx(passes(rx_rsp_event, old, rx_at));
				more = len(backlog) > 0;
				old = 0; n = 0;
				rx_unlock()
			}
		:: else ->
#if SEED_FAULT != RX_NO_ARM
			rx_req_event = rx_seen + 1;
#endif
#if SEED_FAULT != RX_NO_ARM && SEED_FAULT != NO_LAST_LOOK
			more = rx_req_prod != rx_seen;
#endif
			rx_unlock()
		fi
	:: else
	fi
}

inline tx_provide()
{
	push_nic();
	if
	:: len(to_nic) == 0 && !looked && !saw -> read_batch(); looked = true; push_nic()
	:: else
	fi
}

inline poll_rings()
{
	skip;
end:	do
#if DRAINS
	:: atomic { sched && napi_on ->
			sched = false;
			in_poll = true;
			saw = is_draining && SEED_FAULT != DRAIN_READS
		}
		atomic { tx_provide() }
#else
	:: atomic { sched && napi_on -> sched = false; tx_provide() }
#endif
#if TX
		if
		/* in line before the second try, so that a NIC that starts now finds us there */
		:: len(to_nic) > 0 ->
			waiting = true;
			atomic { tx_provide() }
		:: else
		fi;
#endif
#if RX
		rx_return();
#endif
#if TX
		tx_return();
		tx_arm();
#endif
		atomic {
			if
			:: more -> sched = true
			:: else ->
#if TX
				eoi(tx_pending, tx_masked);
#else
				eoi(rx_pending, rx_masked);
#endif
			fi;
			more = false;
			looked = false;
#if DRAINS
			saw = false;
			in_poll = false;
#endif
			seen = 0
		}
	od
}

active proctype poll()
{
	byte f, old, n, frame, at, upto;
	bool more, looked;
#if DRAINS
	bool saw;
#endif

again:	{
		poll_rings()
	} unless {
		d_step {
			kill_poll ->
			kill_poll = false;
			f = 0; old = 0; n = 0; frame = 0; at = 0; upto = 0;
#if DRAINS
			saw = false;
#endif
			more = false; looked = false
		}
	};
	goto again
}

/* A status other than OKAY is forgotten. */
inline finish_tx()
{
	do
	:: atomic { at < tx_end ->
			assert(at < tx_begun);
			if
			:: extra && SEED_FAULT != TX_EXTRA_FORGOTTEN ->
				tx_slot[slot(at)] = RSP_NULL + id_of(tx_slot[slot(at)]);
				extra = false
			:: else ->
				extra = is_extra(id_of(tx_slot[slot(at)]) + 1);
				forgotten = forgotten | bit(id_of(tx_slot[slot(at)]) & 7);
				tx_slot[slot(at)] = OKAY + id_of(tx_slot[slot(at)])
			fi;
			at++
		}
	:: atomic { at >= tx_end -> extra = false; break }
	od
}

inline finish_rx()
{
	do
	:: atomic { at < rx_end ->
			assert(at < rx_begun);
			lost = lost | bit(at);
			extra = at + 1 < rx_end && rx_map & bit(slot(at + 1));
			rx_slot[slot(at)] = ERROR + id_of(rx_slot[slot(at)]) + (extra -> FOLLOWS : 0);
			at++
		}
		atomic {
			if
			:: extra -> rx_slot[slot(at)] = RX_EXTRA; at++; extra = false
			:: else
			fi
		}
	:: atomic { at >= rx_end -> at = 0; break }
	od
}

inline forget_intents()
{
	tx_intent = tx_end;
	rx_intent = rx_end;
	rx_map = 0
}

/*
 * Xen raises an event as soon as a port is bound; before napi_enable it schedules nothing,
 * and masks the channel.
 */
inline adopt()
{
	skip;
end:	do
	:: atomic { stage == DOWN && !kill_poll ->
			tx_end = tx_done_to;
			rx_end = rx_done_to;
			at = tx_rsp_prod
		}
#if SEED_FAULT != NO_FINISH
		finish_tx();
		at = rx_rsp_prod;
		finish_rx();
#endif
#if SEED_FAULT == CLEARED_FIRST
		atomic { forget_intents() }
#endif
		atomic {
			tx_rsp_prod = tx_end;
			rx_rsp_prod = rx_end
		}
		atomic {
#if SEED_FAULT == ADOPT_FROM_ZERO
			rsp = 0; rx_at = 0;
#elif SEED_FAULT == ADOPT_FROM_REQ_PROD
			rsp = tx_req_prod; rx_at = rx_req_prod;
#else
			rsp = tx_end; rx_at = rx_end;
#endif
			forget_intents();
			tx_end = 0;
			rx_end = 0;
			at = 0;
			cons = rsp;
			wire_next = rx_rsp_prod + 1;
			assert(tx_req_prod - rsp <= RING && rx_req_prod - rx_at <= RING);
			stage = BOUND;
#if TX
			interrupt(tx_pending, tx_masked)
#else
			interrupt(rx_pending, rx_masked)
#endif
		}
	:: atomic { stage == BOUND ->
		sched = sched || SEED_FAULT != NO_KICK_OURSELVES;
		stage = PUBLISHED
	}
	:: atomic { stage == PUBLISHED ->
#if TX
		tell_guest_tx(SEED_FAULT != NO_KICK_GUEST);
#else
		tell_guest_rx(SEED_FAULT != NO_KICK_GUEST);
#endif
		stage = UP
	}
	od
}

active proctype bring_up()
{
	byte at, tx_end, rx_end;
	bool extra;

again:	{
		adopt()
	} unless {
		d_step {
			kill_up ->
			kill_up = false;
			at = 0; tx_end = 0; rx_end = 0;
			extra = false
		}
	};
	goto again
}

/* --------------------------------------------------------------- the NIC and the wire */

inline wake()
{
	sched = sched || waiting;
	waiting = false
}

active proctype nic()
{
	byte f;

end:	do
	:: atomic { len(nic_ring) > 0 && !on_wire ->
		nic_ring ? < f >;
		assert(!bad(f));
		assert(!(sent & bit(f)) || (twice & bit(f)));
		twice = twice & ~bit(f);
		sent = sent | bit(f);
		on_wire = true;
		f = 0
	}
	:: atomic { on_wire ->
		nic_ring ? f;
		on_wire = false;
		status[f] = OKAY;
		park(f, OKAY);
		waiting = false;
		sched = true;
		f = 0
	}
	:: atomic { stage != DOWN && nic_state == STOPPED ->
		nic_state = (SEED_FAULT == LATE_CARRIER -> NO_CARRIER : RUNNING);
		wake()
	}
	:: atomic { nic_state == NO_CARRIER -> nic_state = RUNNING; wake() }
	od
}

#if RX
/* Frames that nobody takes are not even numbered. */
active proctype wire()
{
end:	do
	:: atomic { wire_next <= RX && napi_on && !rx_locked && !is_held && len(backlog) < BACKLOG ->
		sched = sched || len(backlog) == 0;
		backlog ! wire_next;
		wire_next = wire_next + rx_slots_of(wire_next)
	}
	od
}
#endif

/* ----------------------------------------------------------------------- the guest */

#if TX
inline tx_take()
{
	do
	:: tx_got < tx_rsp_prod ->
		what = tx_slot[slot(tx_got)];
		if
		:: status_of(what) == RSP_NULL ->
			assert(is_extra(tx_got) && id_of(what) == EXTRA + tx_got - 2);
			answered = answered | bit(tx_got)
		:: else ->
			assert(status_of(what) != 0 && id_of(what) < tx_req_prod);
			assert(!(answered & bit(id_of(what))));
			answered = answered | bit(id_of(what));
			assert(status_of(what) == (bad(id_of(what)) -> ERROR : OKAY) ||
			       (status_of(what) == OKAY && forgotten & bit(id_of(what))));
			assert(bad(id_of(what)) || (sent & bit(first_of(id_of(what)))));
#if SEED_FAULT != OUT_OF_ORDER
			assert(id_of(what) == tx_got && !is_extra(tx_got))
#endif
		fi;
		tx_got++
	:: else -> break
	od;
	what = 0
}

active proctype guest_tx()
{
	byte what;

end:	do
	:: atomic { tx_req_prod < TX && tx_req_prod - tx_got < RING ->
		tx_slot[slot(tx_req_prod)] = (is_extra(tx_req_prod) -> EXTRA + tx_req_prod - 2 : tx_req_prod);
		tx_req_prod++
	}
		atomic {
			if
			:: tx_req_event == tx_req_prod -> interrupt(tx_pending, tx_masked)
			:: else
			fi
		}
	:: atomic { tx_event -> tx_event = false; tx_take() }
		do
		:: tx_rsp_event = tx_got + 1;
			if
			:: atomic { tx_got != tx_rsp_prod -> tx_take() }
			:: else -> break
			fi
		od
	od
}
#endif

#if RX
inline rx_take()
{
	do
	:: rx_got < rx_rsp_prod ->
		what = rx_slot[slot(rx_got)];
		assert(id_of(what) == rx_got);
		if
		:: status_of(what) == OKAY -> assert(buffer[slot(rx_got)] == rx_got + 1)
		:: else -> assert(status_of(what) == ERROR && lost & bit(rx_got))
		fi;
		buffer[slot(rx_got)] = 0;
		rx_got++;
		if
		:: what & FOLLOWS ->
			assert(rx_got < rx_rsp_prod && rx_slot[slot(rx_got)] == RX_EXTRA);
			rx_got++
		:: else
		fi
	:: else -> break
	od;
	what = 0
}

active proctype guest_rx()
{
	byte what;

end:	do
	:: atomic { rx_req_prod < RX && rx_req_prod - rx_got < RING ->
		rx_slot[slot(rx_req_prod)] = rx_req_prod;
		rx_req_prod++
	}
		atomic {
			if
			:: rx_req_event == rx_req_prod -> interrupt(rx_pending, rx_masked)
			:: else
			fi
		}
	:: atomic { rx_event -> rx_event = false; rx_take() }
		do
		:: rx_rsp_event = rx_got + 1;
			if
			:: atomic { rx_got != rx_rsp_prod -> rx_take() }
			:: else -> break
			fi
		od
	od
}
#endif

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
