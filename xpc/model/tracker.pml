/* SPDX-License-Identifier: GPL-2.0 */
/*
 * tracker.pml - a model of xpc/tracker.c and xpc/replica.c, checked by tests/model.
 *
 * One object, one upcall, one lock.  The object is a number to which both halves add one,
 * each on top of what it has seen, so that an update that is lost leaves it smaller than the
 * number of updates that were committed.
 *
 *   Here            There
 *   commit          xpc_commit
 *   propose         xpc_take, take_propose
 *   hello, ready    take_hello, take_ready, ask_again
 *   next            xpc_next, put_copy, put_call
 *   apply           xpc_replica_take, take_copy
 *   drop_user       drop_user, ask_next
 *   tick            xpc_tick (LOST, then the kill), end_held
 *   answer          take_answer
 *   k_lock          xpc_kern_lock of xpc/kern/, xpc_lock
 *   u_lock          take_lock
 *
 * A function of tracker.c is one step, since its caller holds a spinlock.  Time is not
 * modelled: whatever may pass a deadline may do so at any moment.  Messages to the home can
 * be under way when their sender dies and arrive later, as on a ring between domains; on the
 * device file they cannot, so the model is the harder case.  A copy that the dead one had
 * read may come to the next one, likewise.
 *
 * The user half dies or hangs between any two of its steps, CRASHES times at most.  The
 * kernel half dies at most once; it takes the user half and all messages along, and its
 * objects begin anew: what has to outlive that is kept by the guests' frontends.
 *
 * Properties:
 *   lost update      assert in commit, propose: the number is that of the commits
 *   old epoch        assert in propose, answer, apply: of this life
 *   equal when quiet assert in user_idle
 *   no deadlock      every process ends (spin's invalid end states)
 *   data path        assert in data_path: nobody sleeps with the spinlock
 *
 * -DSEED_FAULT=N makes one of them fail: 1 the home takes stale proposals; 2 it takes those
 * of an old epoch; 3 a commit waits for the user half's lock with the spinlock held; 4 the
 * replica does not look at the epoch; 5 a dead holder's lock is not broken; 6 what changed
 * while a copy is read is forgotten; 7 an answer is not held against its seq.
 */
#ifndef SEED_FAULT
#define SEED_FAULT 0
#endif
#ifndef CRASHES
#define CRASHES 2		/* of the user half */
#endif
#ifndef COMMITS
#define COMMITS 2		/* of the kernel half */
#endif
#ifndef PROPOSALS
#define PROPOSALS 2		/* of all user halves together, accepted or not */
#endif
#ifndef CALLS
#define CALLS 1
#endif
#define TRIES_MAX 2

mtype = { NONE, OPENED, REPLAYING, LIVE };			/* LOST: dies at once */
mtype = { FREE, KERNEL, USER };
mtype = { IDLE, RAISED, READ, DONE };
mtype = { NOTHING, WELCOME, STATE, CHANGE, CALL };
mtype = { OK, STALE, RESET, BUSY };

/* ------------------------------------------------------------------------- the home */

mtype phase = NONE;
byte epoch;
byte value, version, sent;
bool dirty, whole, welcome;
mtype holder = FREE;

mtype slot = IDLE;
bool wanted;			/* the caller still waits for it */
byte seq, tries;

/* -------------------------------------------------------- what the properties need */

byte commits;			/* that value has to be equal to */
byte life;			/* which user half; never the same twice */
bool slept_with_spinlock;

/* ---------------------------------------------------------------- what is under way */

chan to_home = [1] of { byte, byte, byte, byte };	/* epoch, version, value, life */
chan answers = [1] of { byte, byte };			/* seq, life */
mtype verdict;						/* of the write() under way */
bool answered;						/* verdict is there */

mtype got = NOTHING;					/* what the user half has just read */
byte left_epoch, left_value, left_version;		/* a copy that a dead one had read */
bool left_over;

byte crashes = CRASHES, proposals = PROPOSALS;
bool kill_user, kill_kernel, home_died;

byte to_commit = COMMITS;
byte calls = CALLS;
bool committer_done, caller_done;
#define finished	(committer_done && caller_done && crashes == 0)

inline drop_user()
{
	if
	:: slot == READ && wanted -> slot = RAISED
	:: slot == READ && !wanted -> slot = IDLE
	:: else
	fi;
	if
	:: holder == USER && SEED_FAULT != 5 -> holder = FREE
	:: else
	fi;
	welcome = false;
	phase = NONE
}

inline commit(new)
{
	assert(holder != USER);
	value = new;
	version++;
	commits++;
	dirty = (SEED_FAULT == 6 && got == STATE -> dirty : true);
	assert(value == commits)
}

inline propose(m_epoch, m_version, m_value, m_life)
{
	if
	:: m_epoch != epoch && SEED_FAULT != 2 -> verdict = RESET
	:: (m_epoch == epoch || SEED_FAULT == 2) && (phase == NONE || phase == OPENED) ->
		verdict = RESET
	:: else ->
		if
		:: m_version != version && SEED_FAULT != 1 ->
			whole = true;
			verdict = STALE
		/* the number is a member that both may write */
		:: (m_version == version || SEED_FAULT == 1) && holder == KERNEL -> verdict = BUSY
		:: else ->
			assert(m_life == life);
			value = m_value;
			version++;
			commits++;
			sent = version;
			verdict = OK;
			assert(value == commits)
		fi
	fi;
	/* nobody waits for the verdict on a dead one's message */
	answered = (m_life == life);
	verdict = (answered -> verdict : 0)
}

inline answer(m_seq, m_life)
{
	if
	:: slot == READ && (m_seq == seq || SEED_FAULT == 7) ->
		assert(m_life == life);
		slot = (wanted -> DONE : IDLE)
	:: else
	fi
}

/* The messages that arrive; write() is this and the wait for the verdict. */
active proctype home()
{
	byte e, v, n, l;

end:	do
	:: atomic { to_home ? e, v, n, l -> propose(e, v, n, l); e = 0; v = 0; n = 0; l = 0 }
	:: atomic { answers ? e, l -> answer(e, l); e = 0; l = 0 }
	od
}

/* Deadlines.  LOST is followed by the kill, so they are one step here. */
active proctype tick()
{
end:	do
	:: atomic { crashes > 0 && phase != NONE && !kill_user && !home_died ->
		crashes--;
		kill_user = true
	}
	/* the call was held long enough for a user half to come */
	:: atomic { slot == RAISED && phase != LIVE && wanted && !home_died -> slot = DONE }
	od
}

/* ------------------------------------------------------------------- the user half */

byte my_epoch, my_value, my_version, my_seq;
bool known;
byte got_epoch, got_value, got_version, got_from;

inline hello()
{
	phase = REPLAYING;
	epoch++;
	welcome = true;
	whole = true
}

inline ready()
{
	phase = LIVE;
	if
	:: slot == RAISED && tries >= TRIES_MAX -> slot = DONE
	:: slot == RAISED && tries < TRIES_MAX -> seq++
	:: else
	fi
}

inline put_copy()
{
	got = (whole -> STATE : CHANGE);
	got_epoch = epoch;
	got_value = value;
	got_version = version;
	got_from = sent;
	whole = false;
	dirty = false;
	sent = version
}

/* read(): one message into the user half's hand */
inline next()
{
	if
	:: left_over ->
		got = STATE;
		got_epoch = left_epoch;
		got_value = left_value;
		got_version = left_version;
		left_over = false
	:: !left_over && welcome ->
		got = WELCOME;
		got_epoch = epoch;
		welcome = false
	:: !left_over && !welcome && (whole || dirty) -> put_copy()
	:: else ->
		got = CALL;
		slot = READ;
		tries++;
		my_seq = seq
	fi
}

#define readable	(left_over || welcome || whole || dirty || \
			 (phase == LIVE && slot == RAISED))

inline apply()
{
	if
	:: got == WELCOME ->
		my_epoch = got_epoch;
		known = false
	:: got == STATE && (got_epoch == my_epoch || SEED_FAULT == 4) ->
		assert(got_epoch == epoch);
		my_value = got_value;
		my_version = got_version;
		known = true
	:: got == CHANGE && got_epoch == my_epoch ->
		assert(known && got_from == my_version);
		my_value = got_value;
		my_version = got_version
	:: else
	fi;
	if
	:: got != CALL -> got = NOTHING
	:: else
	fi
}

/* Nothing is under way and nothing is to be sent: both have the same.  Only a step of the
 * user half makes it quiet, so it is enough to look after each. */
inline user_idle()
{
	if
	:: phase == LIVE && !readable && got == NOTHING && len(to_home) == 0 ->
		assert(my_value == value && my_version == version && my_epoch == epoch)
	:: else
	fi
}

/* PROPOSE, and UNLOCK if there was a LOCK.  The verdict comes later, or never. */
inline write_proposal()
{
	atomic {
		proposals > 0 ->
		proposals--;
		answered = false;
		to_home ! my_epoch, my_version, my_value + 1, life
	}
	atomic {
		answered ->
		answered = false;
		if
		:: verdict == OK ->
			my_value++;
			my_version++
		:: else
		fi;
		verdict = 0;
		user_idle()
	}
}

inline u_lock()
{
	atomic {
		if
		:: holder == FREE -> holder = USER
		:: else			/* EBUSY: proposes without */
		fi
	}
}

inline u_unlock()
{
	atomic {
		if
		:: holder == USER -> holder = FREE
		:: else
		fi
	}
}

inline user_life()
{
	atomic { phase == NONE -> phase = OPENED }
	atomic { phase == OPENED -> hello() }
	do
	:: atomic { readable && got == NOTHING -> next() }
	:: atomic { got != NOTHING && got != CALL -> apply(); user_idle() }
	:: atomic { got == CALL && len(answers) == 0 -> answers ! my_seq, life; got = NOTHING }
	:: atomic { phase == REPLAYING && known && !welcome && !whole && got == NOTHING -> ready() }
	:: known && got == NOTHING && proposals > 0 -> write_proposal()
	:: known && got == NOTHING && proposals > 0 -> u_lock(); write_proposal(); u_unlock()
	/* nothing left to do for anybody: the end of a run */
	:: atomic { finished && phase == LIVE && !readable && got == NOTHING && proposals == 0 ->
		user_idle(); break }
	od
}

/* What it had in its memory is gone; what it had read may reach the next one. */
inline user_dies()
{
	kill_user = false;
	if
	:: got == STATE && !home_died ->
		left_over = true;
		left_epoch = got_epoch;
		left_value = got_value;
		left_version = got_version
	:: else
	fi;
	got = NOTHING;
	got_epoch = 0; got_value = 0; got_version = 0; got_from = 0;
	my_epoch = 0; my_value = 0; my_version = 0; my_seq = 0;
	known = false;
	answered = false;
	verdict = 0;
	drop_user();
	life++
}

active proctype user_half()
{
again:	{
		user_life();
		goto done
	} unless {
		atomic { kill_user -> user_dies() }
	};
	goto again;
done:	skip
}

/* ------------------------------------------------------------------ the kernel half */

/* xpc_kern_lock: sleeps while the user half is the holder. */
inline k_lock()
{
#if SEED_FAULT == 3
	if
	:: atomic { holder == FREE -> holder = KERNEL }
	:: atomic { holder == USER -> slept_with_spinlock = true }
		atomic { holder == FREE -> holder = KERNEL; slept_with_spinlock = false }
	fi
#else
	atomic { holder == FREE -> holder = KERNEL }
#endif
}

inline committer_life()
{
	do
	:: to_commit > 0 ->
		if
		/* in one critical section, as a spinlock */
		:: atomic { holder == FREE -> commit(value + 1); to_commit-- }
		/* in several steps, as the holder */
		:: k_lock();
			seen = value;
			atomic { commit(seen + 1); to_commit--; seen = 0 }
			atomic { holder = FREE }
		fi
	:: else -> break
	od
}

active proctype committer()
{
	byte seen;

again:	{
		committer_life();
		committer_done = true;
		/* stays, since the kernel half may still die */
end:		false
	} unless {
		atomic { kill_kernel -> kill_kernel = false; seen = 0 }
	};
	goto again
}

/* A task in xpc_upcall. */
active proctype caller()
{
	if
	:: calls == 0
	:: atomic { slot == IDLE && calls > 0 ->
		calls--; slot = RAISED; wanted = true; seq++; tries = 0 }
		if
		:: atomic { slot == DONE -> slot = IDLE; wanted = false }
		/* the kernel half died, and the task with it */
		:: !wanted
		/* a fatal signal: gives up */
		:: atomic { slot == READ -> wanted = false }
		:: atomic { slot == RAISED -> slot = IDLE; wanted = false }
		fi
	fi;
	caller_done = true
}

/* Frames: it may be asked to wait for the spinlock, and for nothing else. */
active proctype data_path()
{
end:	do
	:: atomic { slept_with_spinlock -> assert(!slept_with_spinlock) }
	od
}

/* The domain dies and comes back: everything anew, nothing under way. */
active proctype power()
{
	byte e, v, n, l;

	if
	:: atomic { !home_died && !committer_done ->
		home_died = true;
		do
		:: to_home ? e, v, n, l
		:: answers ? e, l
		:: len(to_home) == 0 && len(answers) == 0 -> break
		od;
		e = 0; v = 0; n = 0; l = 0;
		epoch = 0; value = 0; version = 0; sent = 0; commits = 0;
		dirty = false; whole = false; welcome = false;
		holder = FREE; slot = IDLE; wanted = false;
		left_over = false;
		kill_user = true;
		kill_kernel = true;
		phase = NONE
	}
	atomic { !kill_user && !kill_kernel -> home_died = false }
	:: committer_done
	fi
}
