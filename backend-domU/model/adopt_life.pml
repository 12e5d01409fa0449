/* SPDX-License-Identifier: GPL-2.0 */
/* Of adopt.pml: a driver domain comes up and adopts. */

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
