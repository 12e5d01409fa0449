/* SPDX-License-Identifier: GPL-2.0 */
/*
 * objring.pml - a model of the object ring, include/xmd/objring.h, checked by tests/model.
 *
 * Three parties: the guest's frontend, the far end of the ring in xmd-backend (the user half,
 * and home of the object), and the kernel half, where settings are in force.  One object with
 * two members: g is the guest's, which alone knows what its administrator wishes; d is the
 * driver domain's, and follows something that changes by itself (a link).
 *
 *   Here            There
 *   attach          attach, open_ring, set_up_objects of backend-domU/user/obj.c
 *   far_life        obj_work, take_turn; obj_follow, obj_end for must_attach
 *   hello           take_hello
 *   propose         take_proposal: consider and apply (XMD_VIF_SET), then the ACK
 *   put_copy        tell_pending
 *   guest_look      objguest_work of xpc/objguest.c: look_at_life, receive, send_next
 *   guest_life      look_at_life: drop_messages, a step a message, then say_hello_again
 *   guest_apply     take: take_welcome, take_copy, take_ack
 *   begin_ring      objguest_stop, objguest_start, and the keys
 *   timeouts        look_at_clock
 *
 * A message in a ring is in the guest's memory and outlives whoever put it there; a message
 * that was taken dies with who took it.  Slots, indices and the barriers between them are
 * taken for granted: putting and taking are one step each.  An event is not: it is a flag,
 * each side looks only when it is set, and one that is sent to a port that nobody has bound is
 * lost, but Xen sets one for whoever binds it.
 *
 * The user half dies, the driver domain dies (with both halves, and comes back under the
 * same domid), the kernel half breaks the vif off and connects it again, between any two
 * steps; together CRASHES times at most.  MOVES times (0 or 1) the guest moves to another
 * driver domain, whose kernel half knows nothing, while the old one still writes to the old
 * page; or it dies and begins anew, without wishes.  TIMEOUTS times the guest waits no
 * longer, and says HELLO again.  Nothing depends on that: a run that gets stuck without it is
 * found.  RESYNC is left out, since the model shows that nobody needs it (copy_taken).
 *
 * Properties:
 *   lost update      the_end: what the guest wishes and policy grants is in force; d is known.
 *                    copy_taken, acked: the guest misses no version in between
 *   old epoch        propose, welcome, copy_taken, acked: of the far end that began the epoch
 *   equal when quiet the_end: guest, home and kernel half have the same, of the same version
 *   stale page       likewise: from the page that is granted now
 *   no deadlock      the_end: when nobody can do anything, nothing is left to do; there is no
 *                    cycle, either (tests/model/run)
 *   data path        data_path: no lock of the kernel half outlives a step of it
 *
 * -DSEED_FAULT=NAME makes one of them fail.
 */
#define TAKE_STALE	1	/* the home takes proposals based on an old version */
#define TAKE_OLD	2	/* ... of another epoch */
#define APPLY_OLD	3	/* the guest applies what is of another epoch */
#define SAME_EPOCHS	4	/* each life numbers its epochs from 1 */
#define SAME_LIFE	5	/* a far end attaches without counting life */
#define NO_REPLAY	6	/* the guest proposes when it is told to, not after a STATE */
#define HOME_DEFAULTS	7	/* a new user half does not ask what is in force */
#define OLD_PAGE	8	/* a copied message is applied after the page was changed */
#define KEEP_LIFE	9	/* the guest compares life with the old page's */
#define NO_ROOM_EVENT	10	/* no event for a message taken out of a ring */
#define NO_LIFE_EVENT	11	/* no event when a far end has attached */
#define LOCK_KEPT	12	/* the kernel half's lock is kept until the guest is answered */
#define KEYS_FIRST	13	/* the keys are written, then the page is cleared */
#define GO_ON		14	/* the vif was broken off, and the far end does not attach anew */
#define REFUSED_ONCE	15	/* a refused wish is not asked again in another epoch */
#define KEEP_PROPOSAL	16	/* WELCOME does not end the proposal that was under way */
#define ONE_LOOK	17	/* the far end looks for the guest's keys once */
#define DROP_LATE	18	/* the guest says HELLO, then drops what is of the life before */

#ifndef SEED_FAULT
#define SEED_FAULT 0
#endif
#ifndef CRASHES
#define CRASHES 2
#endif
#ifndef MOVES
#define MOVES 0
#endif
#ifndef WISHES
#define WISHES 2		/* of the guest's administrator */
#endif
#ifndef LINKS
#define LINKS 1			/* changes of what d follows */
#endif
#ifndef TIMEOUTS
#define TIMEOUTS 0
#endif
#define SLOTS 2
#define DEFAULT 0		/* of g, when a kernel half connects the vif */
#define EPOCHS 8		/* of one life, in an epoch's number */

#define refuses(wish)	(wish == 2)	/* policy */

mtype = { NOTHING, HELLO, WELCOME, STATE, CHANGE, PROPOSE, ACK };
mtype = { OK, STALE, PERM, AGAIN };

/* ------------------------------------------------------------- the guest's memory */

/* kind, epoch, version, g; and for the properties: of which far end */
chan ask[1 + MOVES] = [SLOTS] of { mtype, byte, byte, byte, byte };
/* kind, epoch, version, g, d, version before or result; likewise */
chan tell[1 + MOVES] = [SLOTS] of { mtype, byte, byte, byte, byte, byte, byte };
byte life[1 + MOVES];

byte page;			/* that the guest uses */
byte published, granted;	/* page that the keys name; domain it is granted to */
bool ev_guest, ev_far;		/* events pending */
bool bound;			/* the port, by a far end */

#define tell_guest()	ev_guest = true
#define tell_far()	ev_far = ev_far || bound

/* ----------------------------------------------------------------- the kernel half */

byte force = DEFAULT;		/* g, as frames see it */
byte link;			/* what d follows */
byte served;			/* page beside whose rings the vif is connected */
bool broken_off;		/* it was connected anew, and nobody has looked */
bool locked;			/* the kernel half's lock, beyond a step */
byte domain;			/* which driver domain: 0, or 1 after a move */

/* ------------------------------------------------------------- the user half, the home */

byte who;			/* which far end; never the same twice.  0: none yet */
byte epoch, hellos;
byte g, d, version;
byte sent;			/* the version that the guest has been told */
bool whole, dirty;
byte far_page;

/* --------------------------------------------------------------- the guest's frontend */

byte wish = DEFAULT;
byte my_life, my_epoch, my_g, my_d, my_version, my_who;
bool known, hello_due, proposing;
byte dropping;			/* messages yet to be taken and not heard */
byte proposed;
byte refused;			/* 0: none */

mtype has = NOTHING;		/* copied out of tell[] */
byte has_epoch, has_version, has_g, has_d, has_x, has_who, has_page;

byte crashes = CRASHES, moves = MOVES, wishes = WISHES, links = LINKS, timeouts = TIMEOUTS;
bool kill_far;

/* ---------------------------------------------------------------------- the far end */

mtype hand = NOTHING;		/* taken out of ask[] */
byte hand_epoch, hand_version, hand_g, hand_who;
byte result;

inline forget_hand()
{
	hand = NOTHING; hand_epoch = 0; hand_version = 0; hand_g = 0; hand_who = 0; result = 0
}

/* A far end begins: its memory is new, or as good as new.  Rings that are others than before
 * are those of a new vif for the kernel half. */
inline attach()
{
	atomic { granted == domain || SEED_FAULT == ONE_LOOK ->
		far_page = published;
		force = (served == published -> force : DEFAULT);
		served = published;
		broken_off = false;
		who++;
		epoch = 0; hellos = 0;
		g = (SEED_FAULT == HOME_DEFAULTS -> DEFAULT : force);
		d = link;
		version = 1; sent = 0; whole = false; dirty = false
	}
#if SEED_FAULT == ONE_LOOK
	granted == domain;	/* what it looked at cannot be mapped before, or never */
#endif
	atomic { life[far_page] = life[far_page] + (SEED_FAULT == SAME_LIFE && life[far_page] -> 0 : 1) }
	atomic {
		bound = true;
		ev_far = true;
		ev_guest = (SEED_FAULT == NO_LIFE_EVENT -> ev_guest : true)
	}
}

inline hello()
{
	hellos++;
	epoch = (SEED_FAULT == SAME_EPOCHS -> 0 : life[far_page] * EPOCHS) + hellos;
	whole = true;
	dirty = false;
	tell[far_page] ! WELCOME, epoch, 0, 0, 0, 0, who;
	tell_guest()
}

#define is_current	(hand_epoch == epoch && epoch || SEED_FAULT == TAKE_OLD)
#define is_based	(hand_version == version || SEED_FAULT == TAKE_STALE)

inline acknowledge()
{
	tell[far_page] ! ACK, epoch, version, 0, 0, result, who;
	locked = false;
	tell_guest()
}

/* The kernel half first: what is acknowledged is in force. */
inline propose()
{
	atomic {
		assert(hand_who == who);
		if
		:: !is_based -> result = STALE; whole = true
		:: is_based && refuses(hand_g) -> result = PERM
		:: is_based && !refuses(hand_g) && broken_off && SEED_FAULT != GO_ON -> result = AGAIN
		:: else ->
			result = OK;
			force = (broken_off -> force : hand_g);
			locked = (SEED_FAULT == LOCK_KEPT)
		fi
	}
	atomic {
		if
		:: result == OK ->
			assert(hand_version == version);
			g = hand_g;
			version++;
			sent = version
		:: else
		fi;
		acknowledge()
	}
}

inline handle()
{
	if
	:: atomic { hand == HELLO -> hello() }
	:: hand == PROPOSE && is_current -> propose()
	:: atomic { hand != HELLO && !is_current }	/* dropped */
	fi;
	atomic { forget_hand() }
}

inline put_copy()
{
	tell[far_page] ! (whole -> STATE : CHANGE), epoch, version, g, d, (whole -> 0 : sent), who;
	whole = false;
	dirty = false;
	sent = version;
	tell_guest()
}

#define can_take	(len(ask[far_page]) > 0 && len(tell[far_page]) < SLOTS)
#define can_tell	((whole || dirty) && epoch && len(tell[far_page]) < SLOTS)
#define must_attach	(broken_off && SEED_FAULT != GO_ON || \
			 far_page != published && SEED_FAULT != ONE_LOOK)

inline far_life()
{
	attach();
	do
	:: atomic { ev_far && can_take ->
		ask[far_page] ? hand, hand_epoch, hand_version, hand_g, hand_who;
		ev_guest = (SEED_FAULT == NO_ROOM_EVENT -> ev_guest : true)
		}
		handle()
	:: atomic { ev_far && can_tell -> put_copy() }
	:: atomic { ev_far && !can_take && !can_tell -> ev_far = false }
	:: atomic { d != link ->
		d = link;
		version++;
		dirty = !whole;
		ev_far = true
		}
	:: must_attach -> bound = false; attach()
	od
}

inline far_dies()
{
	kill_far = false;
	bound = false;
	ev_far = false;
	forget_hand()
}

active proctype far_end()
{
again:	{
		far_life()
	} unless {
		atomic { kill_far -> far_dies() }
	};
	goto again
}

/* ------------------------------------------------------------------------- the guest */

inline forget_message()
{
	has = NOTHING;
	has_epoch = 0; has_version = 0; has_g = 0; has_d = 0; has_x = 0; has_who = 0; has_page = 0
}

inline forget_epoch()
{
	my_epoch = 0; my_who = 0;
	my_g = 0; my_d = 0; my_version = 0;
	known = false;
	proposing = false;
	proposed = 0
}

/* Another life: whatever was said to the one before, and by it, is void. */
inline guest_life()
{
	my_life = life[page];
	forget_epoch();
	dropping = SLOTS;
	hello_due = true
}

inline welcome()
{
	assert(has_page == page);
	if
	:: SEED_FAULT == KEEP_PROPOSAL && proposing -> known = false
	:: else -> forget_epoch()
	fi;
	my_epoch = has_epoch;
	my_who = has_who;
	refused = (SEED_FAULT == REFUSED_ONCE -> refused : 0)
}

inline copy_taken()
{
	assert(has_who == my_who && has_page == page);
	assert(has == STATE || has_x == my_version);
	my_g = has_g;
	my_d = has_d;
	my_version = has_version;
	known = true
}

inline acked()
{
	assert(has_who == my_who && has_page == page && known);
	proposing = false;
	if
	:: has_x == OK ->
		assert(has_version == my_version + 1);
		my_g = proposed;
		my_version++
	:: has_x == STALE -> known = false	/* a STATE follows */
	:: else -> refused = proposed		/* PERM, AGAIN */
	fi;
	proposed = 0
}

#define is_mine		(has_epoch == my_epoch && my_epoch || SEED_FAULT == APPLY_OLD)

inline guest_apply()
{
	if
	:: has == WELCOME -> welcome()
	:: has == STATE && is_mine -> copy_taken()
	:: has == CHANGE && is_mine && known -> copy_taken()
	:: has == ACK && is_mine && proposing -> acked()
	:: else
	fi;
	forget_message()
}

#define wants	(known && !proposing && wish != my_g && wish != refused && \
		 (SEED_FAULT != NO_REPLAY || told))
#define room	len(ask[page]) < SLOTS
#define may_talk	(!dropping || SEED_FAULT == DROP_LATE)
#define idle	(has == NOTHING && !dropping && life[page] == my_life && len(tell[page]) == 0 && \
		 !(hello_due && room) && !(wants && room))

/* It looks at life now and then, in which order is left open: it may be an old look. */
inline guest_look()
{
	if
	:: has != NOTHING -> guest_apply()
	:: has == NOTHING && !dropping && life[page] != my_life -> guest_life()
	:: dropping && len(tell[page]) > 0 ->
		tell[page] ? has, has_epoch, has_version, has_g, has_d, has_x, has_who;
		forget_message();
		dropping--;
		ev_far = ev_far || bound
	:: dropping && len(tell[page]) == 0 -> dropping = 0
	:: has == NOTHING && !dropping && len(tell[page]) > 0 ->
		tell[page] ? has, has_epoch, has_version, has_g, has_d, has_x, has_who;
		has_page = page;
		ev_far = (SEED_FAULT == NO_ROOM_EVENT -> ev_far : ev_far || bound)
	:: has == NOTHING && may_talk && hello_due && room ->
		ask[page] ! HELLO, 0, 0, 0, 0;
		hello_due = false;
		tell_far()
	:: has == NOTHING && !dropping && wants && room ->
		ask[page] ! PROPOSE, my_epoch, my_version, wish, my_who;
		proposing = true;
		proposed = wish;
		told = false;
		tell_far()
	:: idle -> ev_guest = false
	fi
}

/* Another driver domain: what the old one said, or says yet, is nobody's business. */
inline begin_ring()
{
	page++;
	forget_epoch();
	hello_due = false;
	dropping = 0;
	refused = 0;
	my_life = (SEED_FAULT == KEEP_LIFE -> my_life : 0);
	if
	:: SEED_FAULT != OLD_PAGE -> forget_message()
	:: else
	fi
}

active proctype guest()
{
	bool told;		/* by the administrator, since the last proposal */

end:	do
	:: atomic { ev_guest -> guest_look() }
	:: atomic { wishes > 0 -> wishes--; wish++; told = true; ev_guest = true }
	:: atomic { wishes > 0 -> wishes = 0 }
	/* nothing came in time */
	:: atomic { timeouts > 0 && proposing ->
		timeouts--;
		forget_epoch();
		hello_due = true;
		ev_guest = true
		}
	:: atomic { timeouts > 0 && my_life && !known && !hello_due ->
		timeouts--;
		hello_due = true;
		ev_guest = true
		}
	:: atomic { timeouts > 0 -> timeouts = 0 }
	:: atomic { moves > 0 ->
		moves--;
		begin_ring();
		if
		:: domain != granted
		:: domain == granted -> wish = DEFAULT; told = false	/* it died */
		fi;
		published = page;
		granted = domain
		}
#if SEED_FAULT == KEYS_FIRST
		atomic { life[page] = 0 }
#endif
	od
}

/* ------------------------------------------------------------------ what may happen */

inline kernel_anew()
{
	force = DEFAULT;
	served = published;
	broken_off = false;
	locked = false
}

active proctype fate()
{
	do
	:: atomic { crashes > 0 && !kill_far ->
		crashes--;
		if
		:: kill_far = true			/* the user half */
		:: kill_far = true; kernel_anew()	/* the driver domain */
		:: force = DEFAULT; broken_off = true	/* the vif */
		fi
		}
	:: atomic { crashes > 0 -> crashes = 0 }
	:: atomic { links > 0 -> links--; link++ }
#if MOVES
	:: atomic { moves > 0 && domain == 0 && !kill_far -> domain = 1; kill_far = true; kernel_anew() }
#endif
	:: atomic { crashes == 0 && links == 0 -> break }
	od
}

#if MOVES
/* The old driver domain still has the old page, and talks. */
active proctype old_domain()
{
	byte n = 2;

end:	do
	:: atomic { n > 0 && granted == 1 && len(tell[0]) < SLOTS ->
		n--;
		tell[0] ! STATE, EPOCHS + 1, 9, 9, 9, 0, 0;
		ev_guest = true
		}
	od
}
#endif

/* Frames: they may be asked to wait for a lock of the kernel half within a step, only. */
active proctype data_path()
{
end:	do
	:: atomic { locked -> assert(!locked) }
	od
}

active proctype the_end()
{
	timeout;
	assert(bound && far_page == page && known && !proposing && my_epoch == epoch);
	assert(my_g == g && my_d == d && my_version == version && d == link);
	assert(force == g);
	assert(g == wish || refuses(wish))
}
