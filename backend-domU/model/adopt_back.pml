/* SPDX-License-Identifier: GPL-2.0 */
/* Of adopt.pml: the poll of a vif. */

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
#if LATES
		late = false;
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
#if LATES
		:: !bad(cons) && is_shut -> status[cons] = DROPPED; dropped = dropped | bit(cons)
#endif
		:: !bad(cons) && !is_shut -> to_nic ! cons
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

#if LATES
inline give_up()
{
	f = rsp;
	do
	:: f < cons ->
		if
		:: status[f] == 0 -> status[f] = DROPPED; dropped = dropped | bit(f)
		:: else
		fi;
		f = f + slots_of(f)
	:: else -> break
	od;
	do
	:: len(to_nic) > 0 -> to_nic ? f
	:: else -> break
	od;
	f = 0;
	late = true
}
#endif

inline publish()
{
	assert(tx_rsp_prod < rsp && rsp <= tx_req_prod);
	tx_rsp_prod = rsp
}

inline tx_return()
{
#if LATES
	if
	:: atomic { lates > 0 && nic_state == RUNNING && rsp < cons -> lates--; give_up() }
	:: true
	fi;
#endif
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

/* Under ring_lock; frames may come meanwhile. */
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
