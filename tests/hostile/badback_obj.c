// SPDX-License-Identifier: GPL-2.0
/*
 * badback_obj.c - a driver domain that attacks a guest by the object ring of its vif.
 *
 * Whatever it does, the vif must carry frames, what the guest's own administrator asks of
 * ethtool must come back in time, and the guest must listen to the next far end, as if
 * xmd-backend had been started anew.  In the life that was attacked it goes on (O_OPEN), or
 * leaves the ring alone with a line in its log (O_DEAF).
 *
 * Some attacks wait for a call: in the guest, "ethtool -S" has to be run over and over.
 */
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "farend.h"
#include "flip.h"
#include "forge.h"

#define TIMES (XMD_OBJRING_WRONG + 4)	/* more than are borne */
#define LONGEST (XMD_OBJRING_SLOT - XPC_HEADER)

static struct far far;

/* -------------------------------------------------------------------- messages */

struct forgery {
	uint8_t wire, kind, id, zero;
	enum epoch epoch;
	uint32_t object, seq, ms, len;	/* seq of CHANGE: from the right one; len 0: the right one */
	uint32_t version;		/* of CHANGE likewise */
	int32_t result;
	uint64_t mask;			/* 0: no update */
	uint8_t body[24];		/* the first bytes of it */
	uint16_t n;			/* bytes of it, without mask */
};

static unsigned int forge_body(const struct forgery *f, uint8_t *p)
{
	unsigned int at = 0;

	if (f->mask) {
		put(p, f->mask, XPC_MASK);
		at = XPC_MASK;
	}
	memcpy(p + at, f->body, sizeof(f->body));
	return at + f->n;
}

static unsigned int forge(const struct forgery *f, uint8_t *msg)
{
	uint32_t had = f->kind == XPC_CHANGE ? far.version[f->id == XPC_ID_xmd_port_object] : 0;
	unsigned int len;

	memset(msg, 0, XMD_OBJRING_SLOT);
	len = XPC_HEADER + forge_body(f, msg + XPC_HEADER);
	forge_header(msg, &(struct header){
		f->wire, f->kind, f->id, f->zero, f->len ? f->len : len, forge_epoch(far.epoch, f->epoch),
		f->object, had + f->seq, had ? had + 1 + f->version : f->version, f->result, f->ms });
	return len;
}

#define VIF(member) .kind = XPC_CHANGE, .id = XPC_ID_xmd_vif_object, .mask = XPC_xmd_vif_object_##member
#define PORT(member) .kind = XPC_CHANGE, .id = XPC_ID_xmd_port_object, .mask = XPC_xmd_port_object_##member
#define BYTES(...) .body = { __VA_ARGS__ }, .n = sizeof((uint8_t []){ __VA_ARGS__ })
#define ANSWER .kind = XPC_ANSWER, .id = 1

/* name, what it is, what may become of the ring; then what is not 0 of the message */
#define FORGERIES \
	X(wire, "obj-wire-99", "wire version 99", O_DEAF, PORT(link), .wire = 99, BYTES(1)) \
	X(zero, "obj-reserved", "a reserved byte is 1", O_DEAF, PORT(link), .zero = 1, BYTES(1)) \
	X(kind_0, "obj-kind-0", "kind 0", O_DEAF, .kind = 0) \
	X(kind_13, "obj-kind-13", "the first kind that is none", O_DEAF, .kind = XPC_KINDS) \
	X(kind_255, "obj-kind-255", "kind 255", O_DEAF, .kind = 255) \
	X(hello, "obj-told-hello", "HELLO to the guest", O_DEAF, .kind = XPC_HELLO, .epoch = ZERO, \
	  BYTES(1, 2, 3, 4)) \
	X(propose, "obj-told-propose", "PROPOSE to the guest", O_DEAF, .kind = XPC_PROPOSE, .id = 1, \
	  .mask = XPC_xmd_vif_object_mtu, BYTES(0, 5, 0, 0)) \
	X(call, "obj-told-call", "CALL to the guest", O_DEAF, .kind = XPC_CALL, .id = 1, .seq = 1, .ms = 1000) \
	X(resync, "obj-told-resync", "RESYNC to the guest", O_DEAF, .kind = XPC_RESYNC, .id = 1) \
	X(ready, "obj-told-ready", "READY, which is for user halves", O_DEAF, .kind = XPC_READY) \
	X(lock, "obj-told-lock", "LOCK, likewise", O_DEAF, .kind = XPC_LOCK, .id = 1, .ms = 1000) \
	X(len_0, "obj-len-0", "length 0", O_DEAF, PORT(link), .len = XPC_HEADER << 16, BYTES(1)) \
	X(len_31, "obj-len-31", "one byte less than a header", O_DEAF, PORT(link), .len = 31, BYTES(1)) \
	X(len_505, "obj-len-505", "one byte more than a slot", O_DEAF, PORT(link), .len = 505, BYTES(1)) \
	X(len_4g, "obj-len-4g", "length 2^32 - 1", O_DEAF, PORT(link), .len = ~0u, BYTES(1)) \
	X(len_504, "obj-len-504", "a slot's length, and zeros", O_DEAF, PORT(link), .len = 504, BYTES(1)) \
	X(object, "obj-object-1", "another vif's object", O_DEAF, PORT(link), .object = 1, BYTES(1)) \
	X(object_max, "obj-object-max", "object 2^32 - 1", O_DEAF, PORT(link), .object = ~0u, BYTES(1)) \
	X(id_0, "obj-id-0", "object type 0", O_DEAF, .kind = XPC_CHANGE, .mask = 1, BYTES(1)) \
	X(id_3, "obj-id-3", "object type 3", O_DEAF, .kind = XPC_STATE, .id = 3, .mask = 1, BYTES(1)) \
	X(id_255, "obj-id-255", "object type 255", O_DEAF, .kind = XPC_CHANGE, .id = 255, .mask = 1, BYTES(1)) \
	X(epoch_0, "obj-epoch-0", "epoch 0", O_DEAF, PORT(link), .epoch = ZERO, BYTES(0)) \
	X(epoch_old, "obj-epoch-old", "the epoch before", O_OPEN, PORT(link), .epoch = BEFORE, BYTES(0)) \
	X(epoch_new, "obj-epoch-new", "the next epoch", O_OPEN, PORT(link), .epoch = AFTER, BYTES(0)) \
	X(epoch_life, "obj-epoch-life", "an epoch of the next life", O_OPEN, PORT(link), .epoch = OTHER_LIFE, \
	  BYTES(0)) \
	X(welcome_0, "obj-welcome-0", "WELCOME to no epoch", O_DEAF, .kind = XPC_WELCOME, .epoch = ZERO) \
	X(welcome_same, "obj-welcome-same", "WELCOME to the epoch that is", O_DEAF, .kind = XPC_WELCOME) \
	X(welcome_body, "obj-welcome-body", "WELCOME of who knows hardly anything", O_DEAF, .kind = XPC_WELCOME, .epoch = AFTER, \
	  BYTES(1)) \
	X(refusal, "obj-refusal", "refuses a HELLO that nobody said", O_DEAF, .kind = XPC_ACK, .epoch = ZERO, \
	  .result = -EPROTONOSUPPORT) \
	X(ack, "obj-ack", "ACK of what was not proposed", O_DEAF, .kind = XPC_ACK, .id = 1, .version = 2) \
	X(ack_port, "obj-ack-port", "ACK of the port", O_DEAF, .kind = XPC_ACK, .id = 2, .version = 2) \
	X(answer, "obj-answer", "ANSWER to a call never made", O_OPEN, ANSWER, .seq = 0x7fff0000) \
	X(answer_junk, "obj-answer-255", "ANSWER to a call that is none", O_OPEN, .kind = XPC_ANSWER, .id = 255, \
	  .seq = 0x7fff0000, BYTES(1, 2, 3)) \
	X(own, "obj-not-its-own", "CHANGE of what only the guest may write", O_DEAF, VIF(mtu), BYTES(0x78, 5, 0, 0)) \
	X(lists, "obj-not-its-lists", "likewise of its lists", O_DEAF, VIF(mc), BYTES(0, 0)) \
	X(mtu_0, "obj-port-mtu-0", "MTU 0", O_DEAF, PORT(mtu), BYTES(0, 0, 0, 0)) \
	X(mtu_4g, "obj-port-mtu-4g", "MTU 2^32 - 1", O_DEAF, PORT(mtu), BYTES(255, 255, 255, 255)) \
	X(mtu_max_0, "obj-mtu-max-0", "an MTU of 0 would be granted", O_DEAF, VIF(mtu_max), BYTES(0, 0, 0, 0)) \
	X(mtu_max_64k, "obj-mtu-max-64k", "one of 65536 would be", O_DEAF, VIF(mtu_max), BYTES(0, 0, 1, 0)) \
	X(usecs, "obj-usecs-max", "an hour between two events would be", O_DEAF, VIF(rx_usecs_max), \
	  BYTES(255, 255, 255, 255)) \
	X(may, "obj-may-80", "grants what only a later release knows", O_OPEN, VIF(may), BYTES(0x80, 0, 0, 0)) \
	X(promisc, "obj-promisc-2", "a bool that is 2", O_DEAF, VIF(promisc), BYTES(2)) \
	X(link, "obj-link-2", "a link that is 2", O_DEAF, PORT(link), BYTES(2)) \
	X(duplex, "obj-duplex-255", "a duplex that is 255", O_DEAF, PORT(duplex), BYTES(255)) \
	X(advertise, "obj-modes-ff", "link modes of a later release", O_OPEN, PORT(advertise), BYTES(0xff)) \
	X(eeprom, "obj-eeprom-64k", "an EEPROM of 65535 bytes", O_OPEN, PORT(eeprom_len), BYTES(255, 255)) \
	X(regs, "obj-regs-64k", "registers of 65535 bytes", O_OPEN, PORT(regs_len), BYTES(255, 255)) \
	X(name_nul, "obj-name-nul", "a name with a NUL in it", O_DEAF, PORT(driver), BYTES(3, 0, 'a', 0, 'b')) \
	X(name_esc, "obj-name-escape", "a name that would clear the screen", O_DEAF, PORT(driver), \
	  BYTES(4, 0, 27, '[', '2', 'J')) \
	X(name_16, "obj-name-16", "a name that has no room for its NUL", O_DEAF, PORT(driver), \
	  BYTES(16, 0, 'a', 'b', 'c', 'd', 'e', 'f', 'g', 'h', 'i', 'j', 'k', 'l', 'm', 'n', 'o', 'p')) \
	X(name_64k, "obj-name-64k", "a name of 65535 bytes, two of which are there", O_DEAF, PORT(version), \
	  BYTES(255, 255, 'a', 'b')) \
	X(mask_63, "obj-mask-63", "member 63, of a later release", O_OPEN, .kind = XPC_CHANGE, .id = 2, .mask = 1ull << 63, BYTES(1)) \
	X(mask_all, "obj-mask-all", "all 64 members", O_DEAF, .kind = XPC_CHANGE, .id = 2, .mask = ~0ull, .n = 200) \
	X(part, "obj-state-part", "a STATE of one member", O_DEAF, .kind = XPC_STATE, .id = 2, \
	  .mask = XPC_xmd_port_object_link, BYTES(1)) \
	X(none, "obj-body-none", "a CHANGE without a body", O_DEAF, .kind = XPC_CHANGE, .id = 2) \
	X(cut, "obj-body-cut", "an update that ends too early", O_DEAF, PORT(mtu), BYTES(0, 5)) \
	X(longer, "obj-body-long", "a byte behind the update", O_DEAF, PORT(link), BYTES(1, 1))

#define X(id, name, what, expect, ...) F_##id,
enum { FORGERIES };
#undef X
#define X(id, name, what, expect, ...) [F_##id] = { __VA_ARGS__ },
static const struct forgery forgeries[] = { FORGERIES };
#undef X

static void forged(struct back *b, unsigned int which)
{
	uint8_t msg[XMD_OBJRING_SLOT];

	(void)b;
	for (unsigned int i = 0; i < TIMES; i++) {
		forge(&forgeries[which], msg);
		/* the length that is to be believed stands in the message */
		if (!far_put(&far, msg, XMD_OBJRING_SLOT))
			return;
		far_await(&far, 0, 5);
	}
}

static void junk(struct back *b, unsigned int kind)
{
	uint8_t body[LONGEST];

	(void)b;
	for (unsigned int i = 0; i < TIMES; i++) {
		unsigned int len = 1 + rnd() % LONGEST;

		for (unsigned int k = 0; k < len; k++)
			body[k] = rnd();
		if (!far_say(&far, (struct xpc_msg){ .kind = kind, .id = 1 + i % 2, .epoch = far.epoch,
						     .seq = kind == XPC_CHANGE ? far.version[i % 2] : 0,
						     .version = far.version[i % 2] + 1 }, body, len))
			return;
		far_await(&far, 0, 5);
	}
}

/* ---------------------------------------------------------------------- HELLO */

enum meets { SILENCE, REFUSED, NO_STATES, STATES_FIRST, ONE_STATE, WELCOMES };

/* A_HELLO: what the guest is told before it was ever served. */
static void hello(struct back *b, unsigned int with)
{
	uint64_t end = now_ms() + b->seconds * 1000u + 2000;

	while (now_ms() < end) {
		if (with == STATES_FIRST) {
			far_state(&far, 0);
			far_state(&far, 1);
		}
		if (!far_await(&far, XPC_HELLO, 500))
			continue;
		if (with == REFUSED) {
			far_say(&far, (struct xpc_msg){ .kind = XPC_ACK, .result = -EPROTONOSUPPORT }, NULL, 0);
			return;
		}
		for (unsigned int i = 0; with == WELCOMES && i < 100; i++)
			far_welcome(&far);
		if (with != SILENCE)
			far_welcome(&far);
		if (with == ONE_STATE)
			far_state(&far, 0);
	}
}

/* Nothing of what it asks is taken, HELLO neither: its ring is full soon. */
static void never_taken(struct back *b, unsigned int ms)
{
	(void)b;
	sleep_ms(ms);
}

/* ---------------------------------------------------------------------- answers */

enum reply { NEVER, LATE, TWICE, OTHER_SEQ, OTHER_CALL, POSITIVE, SMALLEST, CUT, LONGER, ERROR_AND_BODY,
	     JUNK, OTHER_EPOCH };

static void reply(enum reply how)
{
	struct xpc_msg m = { .kind = XPC_ANSWER, .id = far.last.id, .seq = far.last.seq, .epoch = far.epoch };
	unsigned int len = sizeof(struct xmd_vif_counters) + sizeof(struct xmd_port_counters);
	uint8_t body[LONGEST];

	for (unsigned int i = 0; i < sizeof(body); i++)
		body[i] = rnd();
	m.seq += how == OTHER_SEQ;
	m.id ^= how == OTHER_CALL ? 2 : 0;
	m.epoch += how == OTHER_EPOCH;
	m.result = how == POSITIVE ? 1 : how == SMALLEST ? INT_MIN : how == ERROR_AND_BODY ? -EPERM : 0;
	len = how == CUT ? len - 1 : how == LONGER ? len + 1 : how == JUNK ? LONGEST : len;
	if (how == POSITIVE || how == SMALLEST)
		len = 0;
	far_say(&far, m, body, len);
	if (how == TWICE)
		far_say(&far, m, body, len);
}

static void reply_eeprom(void)
{
	const struct xpc_call_type *call = &xpc_vif_objects.down[XPC_DOWN_xmd_obj_eeprom];
	struct xpc_msg m = { .kind = XPC_ANSWER, .id = far.last.id, .seq = far.last.seq, .epoch = far.epoch };
	struct xpc_args_xmd_obj_eeprom args = { 0 };
	uint8_t body[LONGEST];
	int n;

	if (far.last.id != call->id) {
		far_answer(&far);
		return;
	}
	if (xpc_decode_struct(call->in, &args, far.in + XPC_HEADER, far.last.len - XPC_HEADER))
		broken("the guest's own call cannot be decoded");
	args.bytes.n = args.n;
	n = xpc_encode_struct(call->out, &args, body, sizeof(body));
	far_say(&far, m, body, n < 0 ? 0 : n);
}

/* All of an EEPROM that is as large as can be said, and each answer takes so long. */
static void slow_eeprom(struct back *b, unsigned int ms)
{
	uint64_t end = now_ms() + b->seconds * 1000u + 2000;

	far.port_told.eeprom_len = 65535;
	far_change(&far, 1, XPC_xmd_port_object_eeprom_len);
	while (now_ms() < end) {
		if (!far_await(&far, XPC_CALL, 500))
			continue;
		sleep_ms(ms);
		reply_eeprom();
	}
	far.port_told.eeprom_len = 0;
	far_change(&far, 1, XPC_xmd_port_object_eeprom_len);
}

static void answers(struct back *b, unsigned int how)
{
	(void)b;
	/* a wrong one costs the guest as long as none: it waits */
	for (unsigned int i = 0; i < 2; i++) {
		if (!far_await(&far, XPC_CALL, 10000))
			broken("the guest asks nothing: is ethtool -S running?");
		if (how == LATE)
			sleep_ms(XMD_OBJRING_ANSWER_MS + 500);
		if (how == NEVER)
			far_await(&far, XPC_HELLO, XMD_OBJRING_ANSWER_MS + 1000);
		else
			reply(how);
		if (far.last.kind == XPC_HELLO)
			far_answer(&far);
	}
}

/* A MAC that the guest has not: it asks for its own. */
static bool provoke(void)
{
	far.vif.mac.addr[0] = 2;
	far.vif.mac.addr[5]++;
	if (!far_change(&far, 0, XPC_xmd_vif_object_mac))
		return false;
	return far_await(&far, XPC_PROPOSE, 2000);
}

enum ack { ACK_NEVER, ACK_VERSION, ACK_TWICE, ACK_POSITIVE, ACK_SMALLEST, ACK_STALE };

static void acks(struct back *b, unsigned int how)
{
	(void)b;
	for (unsigned int i = 0; i < 3; i++) {
		if (!provoke())
			return;	/* deaf by now */
		switch (how) {
		case ACK_NEVER:
			far_await(&far, XPC_HELLO, XMD_OBJRING_ANSWER_MS + 1000);
			if (far.last.kind == XPC_HELLO)
				far_answer(&far);
			break;
		case ACK_VERSION:
			far.version[0] += 76;
			far_acknowledge(&far, 0);
			far.version[0] -= 76;
			break;
		case ACK_TWICE:
			far_answer(&far);
			far_acknowledge(&far, 0);
			break;
		case ACK_STALE:
			far_acknowledge(&far, -ESTALE);	/* and no STATE */
			break;
		default:
			far_acknowledge(&far, how == ACK_POSITIVE ? 5 : INT_MIN);
		}
	}
	far_await(&far, 0, 500);
}

/* ------------------------------------------------------------------- floods */

enum flood {
	LINK_FLAPS, STATES, EPOCHS, OLD, ANSWERS, FORCED_RESYNC, REFUSALS, TAKEN_BACK, LIVES, CLOSINGS, MTU_MAX,
};

/* Asked for once more as often as policy seems to change, and refused each time. */
static void refuse_all(void)
{
	if (far.last.kind == XPC_PROPOSE)
		far_acknowledge(&far, -EPERM);
}

static void flood_once(enum flood what, unsigned int i)
{
	static const struct forgery old = { PORT(link), .epoch = BEFORE, BYTES(0) };
	static const struct forgery answer = { ANSWER, .seq = 0x7fff0000 };
	uint8_t msg[XMD_OBJRING_SLOT], body[XPC_MASK] = { 0 };
	unsigned int len;

	switch (what) {
	case LINK_FLAPS:
		far.port_told.link ^= 1;
		far_change(&far, 1, XPC_xmd_port_object_link);
		break;
	case STATES:
		far.version[i % 2]++;
		far_state(&far, i % 2);
		break;
	case EPOCHS:
		if (far_welcome(&far) && far_state(&far, 0))
			far_state(&far, 1);
		break;
	case OLD:
	case ANSWERS:
		len = forge(what == OLD ? &old : &answer, msg);
		far_put(&far, msg, len);
		break;
	case FORCED_RESYNC:
		far_say(&far, (struct xpc_msg){ .kind = XPC_CHANGE, .id = 2, .epoch = far.epoch, .seq = rnd() | 1,
						.version = 7 }, body, sizeof(body));
		break;
	case REFUSALS:
		far.vif.mac.addr[0] = 2;
		far.vif.may ^= 1;
		far_change(&far, 0, XPC_xmd_vif_object_may | XPC_xmd_vif_object_mac);
		if (far_await(&far, XPC_PROPOSE, 50))
			refuse_all();
		break;
	case TAKEN_BACK:
		/* each granted, and taken back */
		far.vif.mac.addr[0] = 2;
		far_change(&far, 0, XPC_xmd_vif_object_mac);
		break;
	case LIVES:
		far.page->life += 1 + i % 3;
		break;
	case CLOSINGS:
		/* seen to work, ended, begun anew */
		far.page->closed = XMD_OBJRING_OPEN;
		far.page->life++;
		far_kick(&far);
		if (far_await(&far, XPC_HELLO, 200))
			far_answer(&far);
		far_await(&far, 0, 20);
		far.page->closed = rnd();
		break;
	case MTU_MAX:
		/* an MTU that is in force, refused, and no answer to the smaller one */
		far.vif.mtu = 1400;
		far.vif.mtu_max = 1000;
		far.vif.may ^= 1;
		if (far_welcome(&far) && far_state(&far, 0))
			far_state(&far, 1);
		if (far_await(&far, XPC_PROPOSE, 200))
			refuse_all();
		far_await(&far, XPC_PROPOSE, 500);
		break;
	}
	far_kick(&far);
	far_await(&far, 0, 0);
}

static void flood(struct back *b, unsigned int what)
{
	uint64_t end = now_ms() + b->seconds * 1000u;
	unsigned int n = 0;

	while (now_ms() < end)
		flood_once(what, n++);
	/* as it should be, for who looks next */
	far.port_told.link = 1;
	far.vif.mtu_max = 1500;
	far.page->closed = XMD_OBJRING_OPEN;
	printf("                   %u times in %u s\n", n, b->seconds);
}

static void object_events(struct back *b, unsigned int arg)
{
	uint64_t end = now_ms() + b->seconds * 1000u;

	(void)arg;
	do {
		for (unsigned int i = 0; i < 1000; i++)
			far_kick(&far);
	} while (now_ms() < end);
}

/* ------------------------------------------------------------------- the page */

static void tell_prod(struct back *b, unsigned int ahead)
{
	(void)b;
	/* all is read, so that each step is a wrong one */
	for (unsigned int i = 0; i < 100 && far.page->tell_cons != far.page->tell_prod; i++)
		sleep_ms(10);
	far.page->tell_prod += ahead;
	far_kick(&far);
	sleep_ms(500);
}

/* The guest looks for room each time.  To take anything now would set it right. */
static void ask_cons(struct back *b, unsigned int ahead)
{
	(void)b;
	far.page->ask_cons += ahead;
	far_kick(&far);
	sleep_ms(500);
}

/* What the guest has written there is no memory of its own. */
static void guest_indices(struct back *b, unsigned int val)
{
	struct xmd_objring keep = *far.page;

	(void)b;
	far.page->version += val;
	far.page->ask_prod += val;
	far.page->tell_cons += val;
	for (unsigned int i = 0; i < 20; i++) {
		far_kick(&far);
		sleep_ms(20);
	}
	far.page->version = keep.version;
	far.page->ask_prod = far.ring.in_cons;
	far.page->tell_cons = far.ring.out_prod;
}

static void life_is(struct back *b, unsigned int life)
{
	uint32_t keep = far.page->life;

	far.page->life = life;
	far_kick(&far);
	sleep_ms(b->seconds * 1000u);
	far.page->life = keep;
	far_kick(&far);
}

static void closed_is(struct back *b, unsigned int closed)
{
	(void)b;
	far.page->closed = closed;
	far_kick(&far);
	sleep_ms(500);
	far.page->closed = XMD_OBJRING_OPEN;
}

static void race(struct back *b, unsigned int what)
{
	uint64_t end = now_ms() + b->seconds * 1000u;
	/* not what the guest writes once only, nor what the next far end needs */
	struct objflip bytes = { .what = what, .page = far.page, .out = far.page->tell, .from = 3,
				 .index = { &far.page->ask_cons, &far.page->tell_prod } };
	struct flipper flip;

	far.torn = true;
	flip_start(&flip, objflip, &bytes);
	while (now_ms() < end) {
		far_change(&far, 1, XPC_xmd_port_object_speed);
		far_await(&far, 0, 5);
	}
	flip_stop(&flip);
}

/* --------------------------------------------------------------- taken away */

enum gone { PAGE_GONE, PORT_GONE, BOTH_GONE };

static void taken_away(struct back *b, unsigned int what)
{
	far_await(&far, XPC_CALL, 5000);
	if (what != PAGE_GONE) {
		xenevtchn_unbind(b->xce, far.port);
		far.bound = false;
	}
	if (what != PORT_GONE)
		far_close(&far);
	sleep_ms(XMD_OBJRING_ANSWER_MS + 1000);
}

/* In the middle of a call the process ends, and the store says Connected. */
static void vanish(struct back *b, unsigned int arg)
{
	(void)b;
	(void)arg;
	far_await(&far, XPC_CALL, 5000);
	_exit(OK);
}

/* Closed, and the page is kept mapped, its channel bound, for a while. */
static void page_kept(struct back *b, unsigned int ms)
{
	back_close(b);
	sleep_ms(ms);
	far.page->life++;
	far.page->closed = 99;
	far_kick(&far);
	_exit(OK);
}

static void keys_storm(struct back *b, unsigned int n)
{
	static const char *const words[] = { "1", "2", "0", "banana", "-1", "4294967295", "" };

	for (unsigned int i = 0; i < n; i++)
		back_write(b, "feature-xmd-obj", words[i % (sizeof(words) / sizeof(words[0]))]);
	back_write(b, "feature-xmd-obj", "2");
}

/* ----------------------------------------------------------------------- judging */

/* As an xmd-backend that was started anew would do it, with indices that can be. */
static bool next_life(struct back *b)
{
	struct xmd_objring *p = far.page;

	if (p && p->ask_prod - p->ask_cons > XMD_OBJRING_SLOTS)
		p->ask_cons = p->ask_prod;
	if (p && p->tell_prod - p->tell_cons > XMD_OBJRING_SLOTS)
		p->tell_prod = p->tell_cons;
	far_close(&far);
	return far_open(&far, b) && far_hello(&far, 5000);
}

static void print_outcome(const struct bad *a, const unsigned int *heard, bool open, bool again,
			  bool alive, bool ok)
{
	printf("%-18s hello %u propose %u call %u resync %u, object ring %s, the next %s, vif %s: %s\n", a->name,
	       heard[XPC_HELLO], heard[XPC_PROPOSE], heard[XPC_CALL], heard[XPC_RESYNC],
	       open ? "open" : "deaf", again ? "is heard" : "IS NOT HEARD",
	       alive ? "carries frames" : "is disabled", ok ? "as expected" : "NOT AS EXPECTED");
}

enum verdict object_attack(struct back *b, const struct bad *a)
{
	unsigned int heard[XPC_KINDS];
	bool open, again, alive, ok;

	if (!far_open(&far, b))
		broken("%s: the guest has no object ring", a->name);
	if (!(a->flags & A_HELLO) && !far_hello(&far, 5000))
		broken("%s: the guest does not listen before the attack", a->name);
	a->run(b, a->arg);
	open = far.page && far_listens(&far);
	memcpy(heard, far.heard, sizeof(heard));
	again = next_life(b);
	alive = back_probe(b, 6000);
	ok = a->expect & (open ? O_OPEN : O_DEAF) && again && alive;
	print_outcome(a, heard, open, again, alive, ok);
	far_close(&far);
	back_close(b);
	return ok ? OK : FAILED;
}

#define X(id, name, what, expect, ...) { name, what, forged, F_##id, expect, A_OBJ, NULL, NULL },
#define OBJ(name, what, run, arg, expect) { name, what, run, arg, expect, A_OBJ, NULL, NULL }
#define HELLO(name, what, with, expect) { name, what, hello, with, \
					  expect, A_OBJ | A_HELLO, NULL, NULL }
#define LIE(name, val) { name, "feature-xmd-obj = " val, NULL, 0, B_ALIVE, 0, "feature-xmd-obj", val }

const struct bad object_attacks[] = {
	FORGERIES
	OBJ("obj-junk-state", "random bytes as STATE", junk, XPC_STATE, O_DEAF),
	OBJ("obj-junk-change", "random bytes as CHANGE", junk, XPC_CHANGE, O_DEAF),
	HELLO("obj-hello-silence", "HELLO is not answered", SILENCE, O_ANY),
	HELLO("obj-hello-refused", "HELLO is refused", REFUSED, O_DEAF),
	HELLO("obj-hello-welcome", "WELCOME, and never a STATE", NO_STATES, O_ANY),
	HELLO("obj-hello-state", "STATEs of no epoch before WELCOME", STATES_FIRST, O_ANY),
	HELLO("obj-hello-half", "WELCOME and one STATE of two", ONE_STATE, O_ANY),
	HELLO("obj-hello-100", "100 WELCOMEs", WELCOMES, O_ANY),
	OBJ("obj-never-taken", "nothing is taken for 20 s, the ring is full", never_taken, 20000, O_ANY),
	OBJ("obj-call-silence", "calls are never answered", answers, NEVER, O_OPEN),
	OBJ("obj-call-late", "calls are answered too late", answers, LATE, O_OPEN),
	OBJ("obj-eeprom-slow", "64 KB of EEPROM, each piece of it in time and late", slow_eeprom, 1000, O_OPEN),
	OBJ("obj-call-twice", "calls are answered twice", answers, TWICE, O_OPEN),
	OBJ("obj-call-seq", "with another call's number", answers, OTHER_SEQ, O_OPEN),
	OBJ("obj-call-id", "as another kind of call", answers, OTHER_CALL, O_OPEN),
	OBJ("obj-call-epoch", "in another epoch", answers, OTHER_EPOCH, O_OPEN),
	OBJ("obj-call-positive", "with a result above 0", answers, POSITIVE, O_OPEN),
	OBJ("obj-call-min", "with a result of -2^31", answers, SMALLEST, O_OPEN),
	OBJ("obj-call-cut", "with a byte too few", answers, CUT, O_OPEN),
	OBJ("obj-call-long", "with a byte behind what the guest knows", answers, LONGER, O_OPEN),
	OBJ("obj-call-both", "with an error and a body", answers, ERROR_AND_BODY, O_OPEN),
	OBJ("obj-call-junk", "with a slot full of random bytes", answers, JUNK, O_OPEN),
	OBJ("obj-ack-silence", "proposals are never answered", acks, ACK_NEVER, O_OPEN),
	OBJ("obj-ack-version", "granted, and the version jumps", acks, ACK_VERSION, O_OPEN),
	OBJ("obj-ack-twice", "granted twice", acks, ACK_TWICE, O_OPEN),
	OBJ("obj-ack-positive", "with a result above 0", acks, ACK_POSITIVE, O_OPEN),
	OBJ("obj-ack-min", "with a result of -2^31", acks, ACK_SMALLEST, O_OPEN),
	OBJ("obj-ack-stale", "stale, and no STATE follows", acks, ACK_STALE, O_OPEN),
	OBJ("obj-flood-link", "the link goes up and down as fast as it can", flood, LINK_FLAPS, O_OPEN),
	OBJ("obj-flood-state", "STATEs as fast as they are taken", flood, STATES, O_OPEN),
	OBJ("obj-flood-epoch", "epochs likewise", flood, EPOCHS, O_OPEN),
	OBJ("obj-flood-old", "messages of an old epoch likewise", flood, OLD, O_OPEN),
	OBJ("obj-flood-answer", "answers to no call likewise", flood, ANSWERS, O_OPEN),
	OBJ("obj-flood-resync", "CHANGEs that cannot be followed likewise", flood, FORCED_RESYNC, O_OPEN),
	OBJ("obj-flood-refuse", "what the guest wishes is refused over and over", flood, REFUSALS, O_OPEN),
	OBJ("obj-flood-back", "or granted and taken back", flood, TAKEN_BACK, O_OPEN),
	OBJ("obj-flood-life", "new lives in a tight loop", flood, LIVES, O_OPEN),
	OBJ("obj-flood-closed", "served, closed with garbage, served anew", flood, CLOSINGS, O_ANY),
	OBJ("obj-flood-mtu", "the MTU is refused, a smaller one not answered", flood, MTU_MAX, O_OPEN),
	OBJ("obj-event-storm", "events in a tight loop", object_events, 0, O_OPEN),
	OBJ("obj-tell-5", "tell_prod 5 ahead", tell_prod, 5, O_DEAF),
	OBJ("obj-tell-2g", "tell_prod 2^31 ahead", tell_prod, 1u << 31, O_DEAF),
	OBJ("obj-tell-back", "tell_prod moved back by one", tell_prod, ~0u, O_DEAF),
	OBJ("obj-ask-5", "ask_cons 5 ahead", ask_cons, 5, O_DEAF),
	OBJ("obj-ask-2g", "ask_cons 2^31 ahead", ask_cons, 1u << 31, O_DEAF),
	OBJ("obj-ask-back", "ask_cons moved back by 5", ask_cons, -5u, O_DEAF),
	OBJ("obj-guest-indices", "the guest's own indices written over", guest_indices, 1000, O_OPEN),
	OBJ("obj-life-0", "a life that is none", life_is, 0, O_OPEN),
	OBJ("obj-life-other", "another life, and nobody in it", life_is, 0x7fffffff, O_OPEN),
	OBJ("obj-closed-99", "closed with reason 99", closed_is, 99, O_DEAF),
	OBJ("obj-closed-max", "closed with reason 2^32 - 1", closed_is, ~0u, O_DEAF),
	OBJ("obj-flip-slots", "messages changed while being read", race, SLOT_BYTES, O_ANY),
	OBJ("obj-flip-length", "lengths changed while being read", race, LENGTHS, O_ANY),
	OBJ("obj-flip-index", "indices changed while being read", race, INDICES, O_ANY),
	OBJ("obj-scribble", "random words all over the page", race, PAGE_WORDS, O_ANY),
	OBJ("obj-page-gone", "page unmapped while a call waits", taken_away, PAGE_GONE, O_DEAF),
	OBJ("obj-port-gone", "event channel closed while a call waits", taken_away, PORT_GONE, O_ANY),
	OBJ("obj-both-gone", "both", taken_away, BOTH_GONE, O_DEAF),
	{ "obj-vanish", "gone while a call waits", vanish, 0, 0, A_OBJ | A_GONE, NULL, NULL },
	{ "obj-page-kept", "page kept mapped for 3 s after Closed", page_kept, 3000, 0, A_OBJ | A_GONE, NULL, NULL },
	{ "obj-keys-storm", "3000 writes to feature-xmd-obj", keys_storm, 3000, O_OPEN, A_OBJ, NULL, NULL },
	LIE("obj-key-0", "0"),
	LIE("obj-key-text", "banana"),
	LIE("obj-key-minus", "-1"),
	LIE("obj-key-huge", "4294967295"),
	LIE("obj-key-endless", "99999999999999999999"),
	{ 0 }
};
