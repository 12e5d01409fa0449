// SPDX-License-Identifier: GPL-2.0
/*
 * attack_obj.c - a guest that attacks the object ring of its vif.
 *
 * Whatever it does, its vif must carry frames all the time, and of the object nothing may
 * have changed that it may not change.  The ring itself goes on, or is shut with a reason.
 */
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "attack.h"
#include "flip.h"
#include "forge.h"
#include "objfront.h"

#define TIMES (XMD_OBJRING_WRONG + 4)	/* more than are borne */

static struct obj obj;

/* -------------------------------------------------------------------- messages */

enum body {
	NOTHING, MTU_AS_IT_IS, MTU_0, MTU_MAX, MTU_9000, PROMISC, PROMISC_2, OTHER_MAC, RX_USECS_MAX,
	MAY_ALL, MTU_MAX_MAX, MC_49, MC_CUT, MC_MAX, VLAN_4096, MASK_ALL, MASK_0, MASK_UNKNOWN, CUT,
	TOO_LONG, JUNK, KNOWN, KNOWS_NOTHING, ONE, EEPROM_512,
};

struct forgery {
	uint8_t wire, kind, id, zero;
	enum epoch epoch;
	uint32_t object, seq, ms, len;	/* len 0: the right one */
	int version;			/* from the one that we have been told */
	int32_t result;
	enum body body;
};

/* An update of one member of @bytes bytes. */
static unsigned int member(uint8_t *p, uint64_t mask, uint64_t val, unsigned int bytes)
{
	put(p, mask, XPC_MASK);
	put(p + XPC_MASK, val, bytes);
	return XPC_MASK + bytes;
}

#define VIF(m) XPC_xmd_vif_object_##m

static unsigned int fill_body(uint8_t *p, enum body body)
{
	uint64_t mac = 0;

	switch (body) {
	case NOTHING:
		return 0;
	case MTU_AS_IT_IS:
		return member(p, VIF(mtu), obj.vif.mtu, 4);
	case MTU_0:
		return member(p, VIF(mtu), 0, 4);
	case MTU_MAX:
		return member(p, VIF(mtu), 0xffffffff, 4);
	case MTU_9000:
		return member(p, VIF(mtu), 9000, 4);
	case PROMISC:
		return member(p, VIF(promisc), 1, 1);
	case PROMISC_2:
		return member(p, VIF(promisc), 2, 1);
	case OTHER_MAC:
		memcpy(&mac, victim_mac[0] | victim_mac[5] ? victim_mac : (const uint8_t *)"\x02hello", 6);
		return member(p, VIF(mac), mac, 6);
	case RX_USECS_MAX:
		return member(p, VIF(rx_usecs), 0xffffffff, 4);
	case MAY_ALL:
		return member(p, VIF(may), 0x7f, 4);
	case MTU_MAX_MAX:
		return member(p, VIF(mtu_max), 65535, 4);
	case MC_49:
		member(p, VIF(mc), XMD_OBJ_MC_MAX + 1, 2);
		return XPC_MASK + 2 + 6 * (XMD_OBJ_MC_MAX + 1);
	case MC_CUT:
		member(p, VIF(mc), XMD_OBJ_MC_MAX, 2);
		return XPC_MASK + 2 + 6;
	case MC_MAX:
		return member(p, VIF(mc), 0xffff, 2);
	case VLAN_4096:
		return member(p, VIF(vlan), 4096u << 16 | 1, 4);
	case MASK_ALL:
		put(p, ~0ull, XPC_MASK);
		return 200;
	case MASK_0:
		return member(p, 0, 0, 0);
	case MASK_UNKNOWN:
		return member(p, 1ull << 63, 1, 4);
	case CUT:
		return member(p, VIF(mtu), 1500, 4) - 2;
	case TOO_LONG:
		return member(p, VIF(mtu), obj.vif.mtu, 4) + 1;
	case JUNK:
		for (unsigned int i = 0; i < 300; i++)
			p[i] = rnd();
		return 300;
	case KNOWN:
		return xpc_abi_put(&xpc_vif_objects, p);
	case KNOWS_NOTHING:
		put(p, 0x0202, 8);
		return 8;
	case ONE:
		put(p, 1, 4);
		return 4;
	case EEPROM_512:
		put(p, 511, 4);
		put(p + 4, 0xffffffff, 4);
		return 8;
	}
	return 0;
}

static unsigned int forge(const struct forgery *f, uint8_t *msg)
{
	unsigned int len;

	memset(msg, 0, XMD_OBJRING_SLOT);
	len = XPC_HEADER + fill_body(msg + XPC_HEADER, f->body);
	forge_header(msg, &(struct header){
		f->wire, f->kind, f->id, f->zero, f->len ? f->len : len, forge_epoch(obj.epoch, f->epoch),
		f->object, f->seq, f->version + (f->kind == XPC_PROPOSE ? obj.version[0] : 0), f->result, f->ms });
	return len;
}

/* name, what it is, what may become of the ring; then what is not 0 of the message */
#define PROPOSAL .kind = XPC_PROPOSE, .id = XPC_ID_xmd_vif_object
#define CALL(call) .kind = XPC_CALL, .id = (call) + 1, .seq = 7, .ms = 1000
#define FORGERIES \
	X(wire_0, "obj-wire-99", "wire version 99", O_SHUT, PROPOSAL, .wire = 99) \
	X(zero, "obj-reserved", "a reserved byte is 1", O_SHUT, PROPOSAL, .zero = 1) \
	X(kind_0, "obj-kind-0", "kind 0", O_SHUT, .kind = 0) \
	X(kind_13, "obj-kind-13", "the first kind that is none", O_SHUT, .kind = XPC_KINDS) \
	X(kind_255, "obj-kind-255", "kind 255", O_SHUT, .kind = 255) \
	X(welcome, "obj-forged-welcome", "WELCOME from the guest", O_OPEN_OR_SHUT, .kind = XPC_WELCOME) \
	X(state, "obj-forged-state", "STATE from the guest", O_OPEN_OR_SHUT, .kind = XPC_STATE, .id = 1, \
	  .version = 99, .body = MAY_ALL) \
	X(change, "obj-forged-change", "CHANGE from the guest", O_OPEN_OR_SHUT, .kind = XPC_CHANGE, \
	  .id = 1, .seq = 1, .version = 2, .body = MAY_ALL) \
	X(ack, "obj-forged-ack", "ACK from the guest", O_OPEN_OR_SHUT, .kind = XPC_ACK, .id = 1, .version = 99) \
	X(answer, "obj-forged-answer", "ANSWER from the guest", O_OPEN_OR_SHUT, .kind = XPC_ANSWER, \
	  .id = 1, .seq = 1) \
	X(ready, "obj-kind-ready", "READY, which is for user halves", O_OPEN_OR_SHUT, .kind = XPC_READY) \
	X(lock, "obj-kind-lock", "LOCK, likewise", O_OPEN_OR_SHUT, .kind = XPC_LOCK, .id = 1, .ms = 1000) \
	X(unlock, "obj-kind-unlock", "UNLOCK, likewise", O_OPEN_OR_SHUT, .kind = XPC_UNLOCK, .id = 1) \
	X(len_1, "obj-len-1", "length 1", O_SHUT, PROPOSAL, .len = 1) \
	X(len_31, "obj-len-31", "one byte less than a header", O_SHUT, PROPOSAL, .len = 31) \
	X(len_505, "obj-len-505", "one byte more than a slot", O_SHUT, PROPOSAL, .len = 505) \
	X(len_4g, "obj-len-4g", "length 2^32 - 1", O_SHUT, PROPOSAL, .len = 0xffffffff) \
	X(len_504, "obj-len-504", "a slot's length, and zeros", O_OPEN_OR_SHUT, PROPOSAL, \
	  .body = MTU_AS_IT_IS, .len = 504) \
	X(object, "obj-object-1", "another vif's object", O_OPEN_OR_SHUT, PROPOSAL, .object = 1, \
	  .body = MTU_AS_IT_IS) \
	X(object_max, "obj-object-max", "object 2^32 - 1", O_OPEN_OR_SHUT, PROPOSAL, .object = ~0u, \
	  .body = MTU_AS_IT_IS) \
	X(id_0, "obj-id-0", "object type 0", O_OPEN_OR_SHUT, .kind = XPC_PROPOSE, .body = MTU_AS_IT_IS) \
	X(id_3, "obj-id-3", "object type 3", O_OPEN_OR_SHUT, .kind = XPC_PROPOSE, .id = 3, .body = MTU_AS_IT_IS) \
	X(id_255, "obj-id-255", "object type 255", O_OPEN_OR_SHUT, .kind = XPC_PROPOSE, .id = 255, \
	  .body = MTU_AS_IT_IS) \
	X(resync_9, "obj-resync-9", "RESYNC of type 9", O_OPEN_OR_SHUT, .kind = XPC_RESYNC, .id = 9) \
	X(port, "obj-write-port", "the port, which is only to be read", O_OPEN_OR_SHUT, .kind = XPC_PROPOSE, \
	  .id = XPC_ID_xmd_port_object, .body = JUNK) \
	X(epoch_0, "obj-epoch-0", "epoch 0", O_OPEN_OR_SHUT, PROPOSAL, .epoch = ZERO, .body = MTU_9000) \
	X(epoch_old, "obj-epoch-old", "the epoch before", O_OPEN, PROPOSAL, .epoch = BEFORE, .body = MTU_9000) \
	X(epoch_new, "obj-epoch-new", "the next epoch", O_OPEN, PROPOSAL, .epoch = AFTER, .body = MTU_9000) \
	X(epoch_life, "obj-epoch-life", "an epoch of the next life", O_OPEN, PROPOSAL, .epoch = OTHER_LIFE, \
	  .body = MTU_9000) \
	X(stale, "obj-stale", "based on the version before", O_OPEN, PROPOSAL, .version = -1, .body = MTU_AS_IT_IS) \
	X(early, "obj-early", "based on a version to come", O_OPEN, PROPOSAL, .version = 1, .body = MTU_AS_IT_IS) \
	X(mtu_0, "obj-mtu-0", "MTU 0", O_OPEN_OR_SHUT, PROPOSAL, .body = MTU_0) \
	X(mtu_4g, "obj-mtu-4g", "MTU 2^32 - 1", O_OPEN_OR_SHUT, PROPOSAL, .body = MTU_MAX) \
	X(mtu_9000, "obj-mtu-9000", "a larger MTU than configured", O_OPEN, PROPOSAL, .body = MTU_9000) \
	X(promisc, "obj-promisc", "promiscuous, which policy refuses", O_OPEN, PROPOSAL, .body = PROMISC) \
	X(promisc_2, "obj-promisc-2", "a bool that is 2", O_OPEN_OR_SHUT, PROPOSAL, .body = PROMISC_2) \
	X(mac, "obj-mac", "the victim's address (-v)", O_OPEN, PROPOSAL, .body = OTHER_MAC) \
	X(usecs, "obj-usecs", "an hour between two events", O_OPEN_OR_SHUT, PROPOSAL, .body = RX_USECS_MAX) \
	X(may, "obj-may", "grants itself all", O_OPEN_OR_SHUT, PROPOSAL, .body = MAY_ALL) \
	X(mtu_max, "obj-mtu-max", "grants itself any MTU", O_OPEN_OR_SHUT, PROPOSAL, .body = MTU_MAX_MAX) \
	X(mc_49, "obj-mc-49", "one multicast address more than there may be", O_OPEN_OR_SHUT, PROPOSAL, \
	  .body = MC_49) \
	X(mc_cut, "obj-mc-cut", "48 multicast addresses, and one is there", O_OPEN_OR_SHUT, PROPOSAL, .body = MC_CUT) \
	X(mc_max, "obj-mc-max", "65535 multicast addresses", O_OPEN_OR_SHUT, PROPOSAL, .body = MC_MAX) \
	X(vlan, "obj-vlan-4096", "VLAN 4096", O_OPEN_OR_SHUT, PROPOSAL, .body = VLAN_4096) \
	X(mask_all, "obj-mask-all", "all 64 members", O_OPEN_OR_SHUT, PROPOSAL, .body = MASK_ALL) \
	X(mask_0, "obj-mask-0", "no member at all", O_OPEN_OR_SHUT, PROPOSAL, .body = MASK_0) \
	X(mask_63, "obj-mask-63", "member 63", O_OPEN_OR_SHUT, PROPOSAL, .body = MASK_UNKNOWN) \
	X(empty, "obj-body-none", "an update without a body", O_OPEN_OR_SHUT, PROPOSAL) \
	X(cut, "obj-body-cut", "an update that ends too early", O_OPEN_OR_SHUT, PROPOSAL, .body = CUT) \
	X(longer, "obj-body-long", "a byte behind the update", O_OPEN_OR_SHUT, PROPOSAL, .body = TOO_LONG) \
	X(junk, "obj-body-junk", "random bytes as update", O_OPEN_OR_SHUT, PROPOSAL, .body = JUNK) \
	X(hello, "obj-hello-short", "HELLO without a body", O_OPEN_OR_SHUT, .kind = XPC_HELLO, \
	  .epoch = ZERO) \
	X(hello_fp, "obj-hello-other", "HELLO of who knows nothing", O_OPEN_OR_SHUT, .kind = XPC_HELLO, \
	  .epoch = ZERO, .body = KNOWS_NOTHING) \
	X(hello_epoch, "obj-hello-epoch", "HELLO with an epoch", O_OPEN_OR_SHUT, .kind = XPC_HELLO, \
	  .body = KNOWN) \
	X(call_0, "obj-call-0", "call 0", O_OPEN_OR_SHUT, .kind = XPC_CALL, .seq = 1, .ms = 1000) \
	X(call_255, "obj-call-255", "call 255", O_OPEN_OR_SHUT, .kind = XPC_CALL, .id = 255, .seq = 1, .ms = 1000) \
	X(call_seq, "obj-call-seq-0", "a call without a number", O_OPEN_OR_SHUT, .kind = XPC_CALL, .id = 1, \
	  .ms = 1000) \
	X(call_led, "obj-identify", "the LED, which policy refuses", O_OPEN, CALL(XPC_DOWN_xmd_obj_identify), \
	  .body = ONE) \
	X(call_regs, "obj-regs", "registers, which policy refuses", O_OPEN, CALL(XPC_DOWN_xmd_obj_regs)) \
	X(call_eeprom, "obj-eeprom", "EEPROM far beyond its end", O_OPEN_OR_SHUT, CALL(XPC_DOWN_xmd_obj_eeprom), \
	  .body = EEPROM_512) \
	X(call_args, "obj-call-junk", "junk as arguments", O_OPEN_OR_SHUT, CALL(XPC_DOWN_xmd_obj_counters), .body = JUNK)

#define X(id, name, what, expect, ...) F_##id,
enum { FORGERIES };
#undef X
#define X(id, name, what, expect, ...) [F_##id] = { __VA_ARGS__ },
static const struct forgery forgeries[] = { FORGERIES };
#undef X

static void forged(struct vif *v, unsigned int which)
{
	uint8_t msg[XMD_OBJRING_SLOT];

	for (unsigned int i = 0; i < TIMES && !objring_closed(&obj.ring); i++) {
		forge(&forgeries[which], msg);
		/* the length that is to be believed stands in the message */
		obj_send(v, &obj, msg, XMD_OBJRING_SLOT);
		obj_collect(v, &obj, 60, false);
	}
}

/* --------------------------------------------------------------------- indices */

static void index_ask(struct vif *v, unsigned int ahead)
{
	obj.page->ask_prod += ahead;
	obj_kick(v, &obj);
	sleep_ms(500);
}

/* The far end looks for room when it has something to say. */
static void index_tell(struct vif *v, unsigned int ahead)
{
	struct forgery f = { PROPOSAL, .version = -1, .body = MTU_AS_IT_IS };
	uint8_t msg[XMD_OBJRING_SLOT];

	obj.page->tell_cons += ahead;
	obj_send(v, &obj, msg, forge(&f, msg));
	sleep_ms(500);
}

/* What the driver domain has written there is no memory of its own. */
static void far_indices(struct vif *v, unsigned int val)
{
	struct xmd_objring keep = *obj.page;

	obj.page->life += val;
	obj.page->ask_cons += val;
	obj.page->tell_prod += val;
	obj.page->closed = val;
	for (unsigned int i = 0; i < 20; i++) {
		obj_kick(v, &obj);
		sleep_ms(20);
	}
	obj.page->life = keep.life;
	obj.page->ask_cons = keep.ask_cons;
	obj.page->tell_prod = keep.tell_prod;
	obj.page->closed = keep.closed;
}

/* ----------------------------------------------------------------------- floods */

/* As fast as there is room; answers are taken only if @collect. */
static unsigned int flood(struct vif *v, const struct forgery *f, bool collect)
{
	uint64_t end = now_ms() + v->seconds * 1000u;
	uint32_t before = obj.ring.out_prod;
	uint8_t msg[XMD_OBJRING_SLOT];

	while (now_ms() < end && !objring_closed(&obj.ring)) {
		unsigned int len = forge(f, msg);

		while (obj_send(v, &obj, msg, len))
			;
		obj_kick(v, &obj);
		if (collect)
			obj_collect(v, &obj, 0, false);
	}
	return obj.ring.out_prod - before;
}

static const struct forgery floods[] = {
	{ .kind = XPC_HELLO, .epoch = ZERO, .body = KNOWN },
	{ .kind = XPC_RESYNC, .id = XPC_ID_xmd_vif_object },
	{ PROPOSAL, .body = MTU_AS_IT_IS },
	{ CALL(XPC_DOWN_xmd_obj_counters) },
	{ PROPOSAL, .epoch = BEFORE, .body = MTU_AS_IT_IS },
};

static void message_flood(struct vif *v, unsigned int which)
{
	unsigned int most = XMD_OBJRING_BURST + XMD_OBJRING_RATE * (v->seconds + 2) + XMD_OBJRING_SLOTS;
	unsigned int n = flood(v, &floods[which], true);

	printf("                     %u messages in %u s\n", n, v->seconds);
	if (n > most) {
		printf("                     NOT AS EXPECTED: at most %u\n", most);
		_exit(FAILED);
	}
	sleep_ms(200);
	obj_collect(v, &obj, 300, false);
}

static void never_taken(struct vif *v, unsigned int which)
{
	flood(v, &floods[which], false);
}

static void event_storm(struct vif *v, unsigned int arg)
{
	uint64_t end = now_ms() + v->seconds * 1000u;

	(void)arg;
	do {
		for (unsigned int i = 0; i < 1000; i++)
			obj_kick(v, &obj);
	} while (now_ms() < end);
}

/* ------------------------------------------------ bytes that change while being read */

static void race(struct vif *v, unsigned int what)
{
	struct forgery f = { PROPOSAL, .body = MTU_AS_IT_IS };
	struct objflip bytes = { .what = what, .page = obj.page, .out = obj.page->ask,
				 .index = { &obj.page->ask_prod, &obj.page->tell_cons } };
	struct flipper flip;
	uint64_t end = now_ms() + v->seconds * 1000u;
	uint8_t msg[XMD_OBJRING_SLOT];

	flip_start(&flip, objflip, &bytes);
	while (now_ms() < end) {
		obj_send(v, &obj, msg, forge(&f, msg));
		obj_kick(v, &obj);
		/* what is told is not looked at: it may be our own doing */
		obj.page->tell_cons = obj.ring.in_cons = obj.page->tell_prod;
		sleep_ms(2);
	}
	flip_stop(&flip);
	sleep_ms(300);
}

/* -------------------------------------------------------------- page, port and keys */

static void page_withdrawn(struct vif *v, unsigned int arg)
{
	static struct xmd_objring own __attribute__((aligned(4096)));

	(void)arg;
	own = *obj.page;
	xengntshr_unshare(v->xgs, obj.page, 1);
	for (unsigned int i = 0; i < 100; i++)
		obj_kick(v, &obj);
	sleep_ms(500);
	obj.page = obj.ring.page = &own;	/* which nobody answers */
}

static void port_closed(struct vif *v, unsigned int arg)
{
	struct forgery f = { .kind = XPC_RESYNC, .id = XPC_ID_xmd_vif_object };
	uint8_t msg[XMD_OBJRING_SLOT];

	(void)arg;
	objring_send(&obj.ring, msg, forge(&f, msg));
	xenevtchn_unbind(v->xce, obj.port);
	sleep_ms(500);
}

struct lie {
	const char *key, *val;	/* val NULL: the key is missing */
};

static const struct lie lies[] = {
	{ "xmd-obj-ring-ref", NULL }, { "xmd-obj-ring-ref", "" }, { "xmd-obj-ring-ref", "banana" },
	{ "xmd-obj-ring-ref", "-1" }, { "xmd-obj-ring-ref", "16777215" },
	{ "xmd-obj-ring-ref", "4294967296" }, { "xmd-obj-ring-ref", "99999999999999999999999" },
	{ "xmd-event-channel-obj", NULL }, { "xmd-event-channel-obj", "" },
	{ "xmd-event-channel-obj", "banana" }, { "xmd-event-channel-obj", "0" },
	{ "xmd-event-channel-obj", "-3" }, { "xmd-event-channel-obj", "99999" },
	{ "xmd-event-channel-obj", "4294967295" }, { "xmd-obj-version", "0" },
	{ "xmd-obj-version", "99" }, { "xmd-obj-version", "banana" }, { "xmd-obj-version", "-1" },
};

/* One after the other: each time the vif must come, and the object ring must not. */
static void keys_garbage(struct vif *v, unsigned int arg)
{
	unsigned int wrong = 0;

	(void)arg;
	vif_share(v);
	obj_share(v, &obj);
	for (unsigned int i = 0; i < sizeof(lies) / sizeof(lies[0]); i++) {
		const struct lie *lie = &lies[i];

		vif_reset(v);
		XEN_FRONT_RING_INIT(&v->tx, v->tx.sring, PAGE);
		XEN_FRONT_RING_INIT(&v->rx, v->rx.sring, PAGE);
		objring_new(&obj.ring, obj.page, XMD_OBJRING_VERSION);
		vif_publish(v);
		obj_publish(v, &obj);
		if (lie->val)
			vif_write(v, lie->key, lie->val, strlen(lie->val));
		else
			vif_rm(v, lie->key);
		vif_state(v, XenbusStateConnected);
		if (!vif_wait_back(v, STATE(Connected), 3000)) {
			printf("obj-keys-garbage: the vif does not connect with %s = %s\n", lie->key,
			       lie->val ? lie->val : "(missing)");
			wrong++;
			continue;
		}
		sleep_ms(300);
		if (obj.page->life && !obj.page->closed && obj_hello(v, &obj)) {
			printf("obj-keys-garbage: an object ring with %s = %s\n", lie->key,
			       lie->val ? lie->val : "(missing)");
			wrong++;
		}
	}
	_exit(wrong ? FAILED : OK);
}

static void keys_storm(struct vif *v, unsigned int n)
{
	for (unsigned int i = 0; i < n; i++) {
		vif_writef(v, "xmd-obj-ring-ref", obj.ref + i % 2);
		vif_writef(v, "xmd-event-channel-obj", obj.port + i % 2);
	}
	obj_publish(v, &obj);
}

/* What stands in the keys and in the page when the far end first looks; @arg: which lie. */
enum offer { FOREIGN, READONLY, TX_RING, VIF_PORT, PAGE_VERSION, ASK_PROD, TELL_CONS, FAR_INDICES, FULL };

static void offer(struct vif *v, enum offer what)
{
	struct forgery f = { .kind = XPC_HELLO, .epoch = ZERO, .body = KNOWN };
	uint8_t msg[XMD_OBJRING_SLOT];
	uint32_t ref;

	switch (what) {
	case FOREIGN:
		vif_share_page(v, 0, &ref, true);
		vif_writef(v, "xmd-obj-ring-ref", ref);
		break;
	case READONLY:
		vif_share_page(v, v->back_domid, &ref, false);
		vif_writef(v, "xmd-obj-ring-ref", ref);
		break;
	case TX_RING:
		vif_writef(v, "xmd-obj-ring-ref", v->tx_ring_ref);
		break;
	case VIF_PORT:
		vif_writef(v, "xmd-event-channel-obj", v->port);
		break;
	case PAGE_VERSION:
		obj.page->version = 99;
		break;
	case ASK_PROD:
		obj.page->ask_prod = 1u << 31;
		break;
	case TELL_CONS:
		obj.page->tell_cons = 5;
		break;
	case FAR_INDICES:
		obj.page->ask_cons = obj.page->tell_prod = 0xfffffff0;
		break;
	case FULL:
		while (!objring_send(&obj.ring, msg, forge(&f, msg)))
			;
		break;
	}
}

/* ----------------------------------------------------------------------- judging */

static const char *outcome(unsigned int bits)
{
	return bits & O_NEVER ? "never served" : bits & O_SHUT ? "shut" : bits & O_OPEN ? "open" : "deaf";
}

/* Nothing that policy keeps from the guest has changed. */
static bool unchanged(const struct xmd_vif_object *was)
{
	const struct xmd_vif_object *is = &obj.vif;

	return was->may == is->may && was->mtu_max == is->mtu_max && was->mtu == is->mtu &&
	       was->promisc == is->promisc && !memcmp(&was->mac, &is->mac, sizeof(is->mac));
}

static unsigned int look(struct vif *v)
{
	if (!objring_life(&obj.ring))
		return O_NEVER;
	if (objring_closed(&obj.ring))
		return O_SHUT;
	if (obj_probe(v, &obj))
		return O_OPEN;
	return objring_closed(&obj.ring) ? O_SHUT : O_DEAF;
}

static void connect(struct vif *v, const struct attack *a)
{
	vif_reset(v);
	vif_share(v);
	obj_share(v, &obj);
	vif_publish(v);
	obj_publish(v, &obj);
	if (a->flags & A_OFFER)
		a->run(v, a->arg);
	vif_state(v, XenbusStateConnected);
	if (!vif_wait_back(v, STATE(Connected), 10000))
		broken("%s: backend stays in state %u instead of Connected", a->name, vif_back_state(v));
	rx_fill(v);
}

enum verdict obj_attack(struct vif *v, const struct attack *a)
{
	struct xmd_vif_object was;
	bool alive, same;
	unsigned int bits;

	connect(v, a);
	if (a->flags & A_OFFER)
		sleep_ms(1000);
	else if (!obj_hello(v, &obj))
		broken("%s: the object ring does not work before the attack (life %u, closed %u)",
		       a->name, obj.page->life, obj.page->closed);
	if (!vif_probe(v))
		broken("%s: no answer from the peer before the attack", a->name);
	was = obj.vif;
	if (!(a->flags & A_OFFER))
		a->run(v, a->arg);
	bits = look(v);
	same = !(bits & O_OPEN) || a->flags & A_OFFER || unchanged(&was);
	alive = vif_probe(v);
	printf("%-20s told %u acks %u answers %u result %d, object ring %s", a->name, obj.told, obj.acks,
	       obj.answers, obj.result, outcome(bits));
	if (bits & O_SHUT)
		printf(" (reason %u)", obj.page->closed);
	printf(", object %s, vif %s: %s\n", same ? "as it was" : "CHANGED",
	       alive ? "carries frames" : "IS CUT OFF",
	       bits & a->expect && same && alive ? "as expected" : "NOT AS EXPECTED");
	vif_close(v);
	return bits & a->expect && same && alive ? OK : FAILED;
}

#define X(id, name, what, expect, ...) { name, what, forged, F_##id, expect, A_OBJ },
#define OFFER(name, what, arg, expect) { name, what, (void (*)(struct vif *, unsigned int))offer, arg, \
					 expect, A_OBJ | A_OFFER }

const struct attack obj_attacks[] = {
	FORGERIES
	{ "obj-ask-5", "ask_prod 5 ahead", index_ask, 5, O_SHUT, A_OBJ },
	{ "obj-ask-2g", "ask_prod 2^31 ahead", index_ask, 1u << 31, O_SHUT, A_OBJ },
	{ "obj-ask-back", "ask_prod moved back by one", index_ask, ~0u, O_SHUT, A_OBJ },
	{ "obj-tell-5", "tell_cons 5 ahead", index_tell, 5, O_SHUT, A_OBJ },
	{ "obj-tell-2g", "tell_cons 2^31 ahead", index_tell, 1u << 31, O_SHUT, A_OBJ },
	{ "obj-tell-back", "tell_cons moved back by 5", index_tell, -5u, O_SHUT, A_OBJ },
	{ "obj-far-indices", "the driver domain's own indices written over", far_indices, 1000, O_OPEN, A_OBJ },
	{ "obj-flood-hello", "HELLO as fast as there is room", message_flood, 0, O_OPEN, A_OBJ },
	{ "obj-flood-resync", "RESYNC likewise", message_flood, 1, O_OPEN, A_OBJ },
	{ "obj-flood-propose", "PROPOSE likewise", message_flood, 2, O_OPEN, A_OBJ },
	{ "obj-flood-call", "counters likewise", message_flood, 3, O_OPEN, A_OBJ },
	{ "obj-flood-old", "messages of an old epoch likewise", message_flood, 4, O_OPEN, A_OBJ },
	{ "obj-never-taken", "questions, and no answer is taken", never_taken, 3, O_OPEN, A_OBJ },
	{ "obj-event-storm", "events in a tight loop", event_storm, 0, O_OPEN, A_OBJ },
	{ "obj-flip-slots", "messages changed while being read", race, SLOT_BYTES, O_ANY, A_OBJ },
	{ "obj-flip-length", "lengths changed while being read", race, LENGTHS, O_ANY, A_OBJ },
	{ "obj-flip-index", "indices changed while being read", race, INDICES, O_ANY, A_OBJ },
	{ "obj-scribble", "random words all over the page", race, PAGE_WORDS, O_ANY, A_OBJ },
	{ "obj-page-withdrawn", "page unmapped and no longer granted", page_withdrawn, 0, O_ANY, A_OBJ },
	{ "obj-port-closed", "event channel closed", port_closed, 0, O_ANY, A_OBJ },
	{ "obj-keys-storm", "6000 writes to its keys", keys_storm, 3000, O_ANY, A_OBJ },
	OFFER("obj-page-foreign", "a page granted to dom0", FOREIGN, O_NEVER),
	OFFER("obj-page-readonly", "a page granted read-only", READONLY, O_NEVER),
	OFFER("obj-page-tx", "the TX ring as page", TX_RING, O_NEVER),
	OFFER("obj-port-vif", "the vif's own event channel", VIF_PORT, O_NEVER | O_SHUT | O_DEAF),
	OFFER("obj-page-version", "a page of version 99", PAGE_VERSION, O_NEVER | O_SHUT),
	OFFER("obj-start-2g", "ask_prod at 2^31 from the start", ASK_PROD, O_NEVER | O_SHUT),
	OFFER("obj-start-tell", "tell_cons at 5 from the start", TELL_CONS, O_NEVER | O_SHUT),
	OFFER("obj-start-far", "the driver domain's indices at 2^32 - 16", FAR_INDICES, O_NEVER | O_SHUT),
	OFFER("obj-start-full", "a full ring of HELLO from the start", FULL, O_OPEN),
	{ "obj-keys-garbage", "references, ports and versions that cannot be", keys_garbage, 0, 0, A_OWN },
	{ 0 }
};
