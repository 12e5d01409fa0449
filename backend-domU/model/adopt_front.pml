/* SPDX-License-Identifier: GPL-2.0 */
/* Of adopt.pml: the NIC, the wire and the guest. */

/* --------------------------------------------------------------- the NIC and the wire */

inline wake()
{
	sched = sched || waiting;
	waiting = false
}

active proctype nic()
{
	byte f;
#if SEED_FAULT == LATE_TICKET
	byte at;
#endif

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
		if
#if SEED_FAULT == LATE_TICKET
		:: given_up(f) ->
			at = rsp;
			do
			:: at < cons && slot(at) != slot(f) -> at++
			:: else -> break
			od;
			if
			:: at < cons -> status[at] = OKAY
			:: else
			fi;
			at = 0
#else
		:: given_up(f)
#endif
		:: !given_up(f) -> status[f] = OKAY; park(f, OKAY)
		fi;
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
	:: atomic { wire_next <= RX && napi_on && !is_held && len(backlog) < BACKLOG ->
		sched = sched || (len(backlog) == 0 && !rx_locked);
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
			       (status_of(what) == OKAY && forgotten & bit(id_of(what))) ||
			       (status_of(what) == DROPPED && given_up(first_of(id_of(what)))));
			assert(bad(id_of(what)) || (sent & bit(first_of(id_of(what)))) ||
			       (given_up(first_of(id_of(what))) && (status_of(what) == DROPPED ||
								    forgotten & bit(id_of(what)))));
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
