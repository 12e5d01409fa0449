// SPDX-License-Identifier: GPL-2.0
/* obj.c - the far end of a vif's object ring; see obj.h */
#include "obj.h"

#include "negotiate.h"
#include "vif.h"

#include <bucket.h>
#include <errno.h>
#include <inttypes.h>
#include <objring.h>
#include <stdlib.h>
#include <string.h>
#include <tracker.h>
#include <xmd/xs_names.h>

#define COST_MS		(1000u / XMD_OBJRING_RATE)	/* of a message */
#define EMPTY_COST_MS	(XMD_OBJRING_EMPTY * COST_MS)	/* of an event that brings none */
#define CREDIT_MAX	(XMD_OBJRING_BURST * COST_MS)
#define TURN		8u	/* messages of one guest before the others have a turn */
#define DEFAULT_MTU	1500u
#define US_PER_MS	1000u

/* What can be said of anything declared fits into a slot. */
_Static_assert(XPC_MAX_xmd_vif_object <= XMD_OBJRING_SLOT, "the object vif in a slot");
_Static_assert(XPC_MAX_xmd_port_object <= XMD_OBJRING_SLOT, "the object port in a slot");
_Static_assert(XMD_OBJ_MC_MAX == XMD_SET_MC_MAX, "as many addresses as the kernel half takes");
_Static_assert(XMD_OBJ_VLANS_MAX == XMD_SET_VLANS_MAX, "as many VLANs as the kernel half takes");
_Static_assert(XMD_OBJ_BYTES_MAX == XMD_ASK_MAX, "as many bytes as the kernel half gives");

struct obj {
	struct objring ring;
	void *page;
	uint32_t local;			/* our end of the event channel */
	bool masked;			/* its events wait for unmask */
	bool blinking;			/* the LED, for this guest */
	bool in_force;			/* the kernel half has what @vif says */
	uint64_t due;			/* ms; 0: no need */
	struct xpc_bucket work;		/* for messages, and events that bring none */
	uint32_t wrong;			/* messages in this life */
	struct policy_limits limits;	/* as they stood at the last look, that is: after each
					 * change of xmd-allow */
	struct xpc_tracker t;
	struct xpc_object object[2];
	struct xmd_vif_object vif;
	struct xmd_port_object port;
	uint8_t in[XMD_OBJRING_SLOT];
	uint8_t out[XPC_MSG_MAX], scratch[XPC_MSG_MAX];
	union vif_objects_down_args args;
};

/* Context of a guest's call. */
struct asked {
	struct vif *v;
	struct vif_env *env;
};

/* ---------------------------------------------------------------- policy */

static uint32_t may_by_file(struct vif *v, struct vif_env *env)
{
	char name[STORE_VALUE_MAX];
	uint8_t mac[6];

	if (store_read_mac(env->store, v->back, XS_BACK_MAC, mac))
		return 0;
	if (store_read_text(env->store, v->back, XS_BACK_VIFNAME, name))
		name[0] = '\0';
	return policy_lookup(&env->objs->policy, mac, name);
}

uint32_t obj_may(struct vif *v, struct vif_env *env)
{
	char text[STORE_VALUE_MAX], bad[POLICY_NAME];
	uint32_t may = 0;
	int err = store_read_text(env->store, v->back, XS_BACK_XMD_ALLOW, text);

	if (err == -ENOENT)
		return env->objs ? may_by_file(v, env) : 0;
	if (!err)
		err = policy_words(text, &may, bad);
	else
		strcpy(bad, "");
	if (err && log_allowed(&v->budget, env->now(), v->name))
		log_err("%s: key %s of %s: \"%s\" is not a thing to be allowed: nothing is",
			v->name, XS_BACK_XMD_ALLOW, v->back, bad);
	return err ? 0 : may;
}

static uint32_t port_mtu(const struct vif_env *env)
{
	uint32_t mtu = env->objs->port_known ? env->objs->port.mtu : DEFAULT_MTU;

	return mtu < 68 ? 68 : mtu > 65535 ? 65535 : mtu;
}

static void read_limits(struct vif *v, struct vif_env *env, struct policy_limits *l)
{
	*l = (struct policy_limits){ .may = obj_may(v, env), .port_mtu = port_mtu(env),
				     .rx_usecs_max = XMD_RX_USECS_MAX_VIF };
	if (store_read_mac(env->store, v->back, XS_BACK_MAC, l->mac))
		memset(l->mac, 0, sizeof(l->mac));
	if (store_read_u32(env->store, v->back, XS_BACK_MTU, &l->mtu) || l->mtu < 68 ||
	    l->mtu > 65535)
		l->mtu = DEFAULT_MTU;
}

/* ------------------------------------------------------------- the objects */

static void refuse_to_guess(int err, struct vif *v, const char *what)
{
	if (err)
		log_err("%s: %s cannot be told: %s", v->name, what, strerror(-err));
}

static int apply(struct vif *v, struct vif_env *env, const struct xmd_vif_object *want)
{
	struct xmd_vif_settings s = {
		.id = { .domid = v->domid, .handle = v->handle }, .mtu = want->mtu,
		.rx_usecs = want->rx_usecs, .n_mc = want->n_mc, .n_vlans = want->n_vlans,
		.flags = (uint16_t)((want->filter ? XMD_SET_FILTER : 0) |
				    (want->promisc ? XMD_SET_PROMISC : 0) |
				    (want->allmulti ? XMD_SET_ALLMULTI : 0) |
				    (want->vlan_filter ? XMD_SET_VLANS : 0)),
	};
	int err;

	memcpy(s.mac, want->mac.addr, sizeof(s.mac));
	memcpy(s.mc, want->mc, sizeof(s.mc));
	memcpy(s.vlan, want->vlan, sizeof(s.vlan));
	err = env->kern->ops->set(env->kern, &s);
	/* broken off meanwhile: it will be connected anew, or not */
	return err == -ENOENT ? -EAGAIN : err;
}

/*
 * What policy does not grant any more must not stay in force, nor what the kernel half has
 * from an xmd-backend before this one, which nobody here knows.
 */
static void put_in_force(struct vif *v, struct vif_env *env)
{
	struct obj *o = v->obj;
	struct xmd_vif_object want = o->vif;
	uint64_t mask = policy_take_back(&o->limits, &want);
	int err;

	if (!mask && o->in_force)
		return;
	err = apply(v, env, &want);
	if (!err && mask)
		err = xpc_commit(&o->t, &o->object[XPC_OBJECT_xmd_vif_object], mask, &want);
	o->in_force = !err;
	if (err && log_allowed(&v->budget, env->now(), v->name))
		log_err("%s: its settings cannot be put in force: %s", v->name, strerror(-err));
}

/* What the driver domain says of the vif, as policy stands now. */
static void refresh_vif(struct vif *v, struct vif_env *env)
{
	struct obj *o = v->obj;
	struct xmd_vif_object want;
	int err;

	read_limits(v, env, &o->limits);
	put_in_force(v, env);
	want = o->vif;
	want.may = o->limits.may;
	want.mtu_max = policy_mtu_max(&o->limits);
	want.rx_usecs_max = o->limits.rx_usecs_max;
	err = xpc_commit(&o->t, &o->object[XPC_OBJECT_xmd_vif_object],
			 xpc_writable(&xpc_struct_xmd_vif_object, XPC_BY_USER), &want);
	refuse_to_guess(err, v, "its object");
}

/* Strings travel as printable characters or not at all. */
static void copy_text(char *to, size_t size, const char *from)
{
	size_t i;

	memset(to, 0, size);
	for (i = 0; i + 1 < size && from[i] >= ' ' && from[i] <= '~'; i++)
		to[i] = from[i];
}

static void fill_port(const struct vif_env *env, struct xmd_port_object *o)
{
	const struct xmd_port_info *p = &env->objs->port;

	*o = (struct xmd_port_object){
		.link = !!p->link, .duplex = !!p->duplex, .autoneg = !!p->autoneg,
		.speed = p->speed > 65535 ? 65535 : (uint16_t)p->speed,
		.advertise = p->advertise & 0x2f, .partner = p->partner & 0x2f,
		.pause_autoneg = !!p->pause_autoneg, .pause_rx = !!p->pause_rx,
		.pause_tx = !!p->pause_tx, .mtu = port_mtu(env),
		.eeprom_len = p->eeprom_len > 512 ? 512 : p->eeprom_len,
		.regs_len = p->regs_len > 4 * XMD_OBJ_REGS_MAX ? 4 * XMD_OBJ_REGS_MAX : p->regs_len,
		.chip_vendor = p->vendor, .chip_device = p->device, .chip_revision = p->revision,
	};
	copy_text(o->driver, sizeof(o->driver), p->driver);
	copy_text(o->version, sizeof(o->version), p->version);
}

static void refresh_port(struct vif *v, struct vif_env *env)
{
	struct obj *o = v->obj;
	struct xmd_port_object want;

	fill_port(env, &want);
	refuse_to_guess(xpc_commit(&o->t, &o->object[XPC_OBJECT_xmd_port_object], ~0ull, &want),
			v, "the port");
}

void obj_read_port(struct vif_env *env)
{
	struct xmd_port_info info;

	if (!env->objs)
		return;
	env->objs->port_known = !env->kern->ops->port(env->kern, &info);
	if (env->objs->port_known)
		env->objs->port = info;
	else
		memset(&env->objs->port, 0, sizeof(env->objs->port));
}

void obj_tell_port(struct vif *v, struct vif_env *env)
{
	if (!v->obj)
		return;
	refresh_port(v, env);
	refresh_vif(v, env);
	v->obj->due = env->now();
}

static int set_up_objects(struct vif *v, struct vif_env *env, struct obj *o)
{
	struct xmd_vif_info row;
	int err = kern_row(env->kern, v->domid, v->handle, &row);

	if (err)
		return err;
	/* MTU and MAC as they are in force; filters as none, which the first refresh_vif() makes
	 * true in the kernel half, and its guest says the rest
	 */
	o->vif = (struct xmd_vif_object){ .mtu = row.mtu, .mtu_max = row.mtu };
	memcpy(o->vif.mac.addr, row.mac, 6);
	fill_port(env, &o->port);
	o->object[XPC_OBJECT_xmd_vif_object].type =
		&xpc_vif_objects.object[XPC_OBJECT_xmd_vif_object];
	o->object[XPC_OBJECT_xmd_vif_object].copy = &o->vif;
	o->object[XPC_OBJECT_xmd_port_object].type =
		&xpc_vif_objects.object[XPC_OBJECT_xmd_port_object];
	o->object[XPC_OBJECT_xmd_port_object].copy = &o->port;
	o->t.object = o->object;
	o->t.n_objects = 2;
	o->t.scratch = o->scratch;
	/* unlike any number of a life before: objring.h */
	o->t.epoch = objring_life(&o->ring) << 16;
	return xpc_tracker_init(&o->t, &xpc_vif_objects);
}

/* ------------------------------------------------------------------- life */

/* Everything but what the page says. */
static void release(struct vif *v, struct vif_env *env)
{
	struct obj *o = v->obj;
	struct xmd_port_ask off = { .what = XMD_ASK_IDENTIFY };

	if (o->blinking)
		env->kern->ops->ask(env->kern, &off);
	env->objs->bus->ops->unbind(env->objs->bus, o->local);
	env->objs->bus->ops->unmap(env->objs->bus, o->page);
	free(o);
	v->obj = NULL;
}

static void end_ring(struct vif *v, struct vif_env *env, enum xmd_objring_closed why)
{
	objring_end_far(&v->obj->ring, why);
	env->objs->bus->ops->notify(env->objs->bus, v->obj->local);
	release(v, env);
}

void obj_end(struct vif *v, struct vif_env *env)
{
	v->obj_tried = false;
	if (v->obj)
		end_ring(v, env, XMD_OBJRING_DISCONNECTED);
}

void obj_leave(struct vif *v, struct vif_env *env)
{
	if (v->obj)
		release(v, env);
}

/* The guest's doing: a line for its log and ours, and that was it until it connects anew. */
static void break_off(struct vif *v, struct vif_env *env, enum xmd_objring_closed why)
{
	if (log_allowed(&v->budget, env->now(), v->name))
		log_warn("%s: object ring ended: %s; its vif goes on", v->name,
			 why == XMD_OBJRING_BAD_INDEX ? "an index of it cannot be" :
			 "too many messages are not as declared");
	end_ring(v, env, why);
}

struct keys {
	uint32_t ref, port;
};

/* Return: 0; 1 the guest has no object ring; -errno with a reason */
static int read_keys(struct vif *v, struct vif_env *env, struct keys *k, char reason[REASON_MAX])
{
	uint32_t version;
	int err = store_read_u32(env->store, v->front, XS_FRONT_XMD_OBJ_RING_REF, &k->ref);
	const char *key = XS_FRONT_XMD_OBJ_RING_REF;

	if (err == -ENOENT)
		return 1;
	if (!err) {
		key = XS_FRONT_XMD_EVENT_CHANNEL_OBJ;
		err = store_read_u32(env->store, v->front, key, &k->port);
		if (!err && !k->port)
			err = -EINVAL;
	}
	if (!err) {
		key = XS_FRONT_XMD_OBJ_VERSION;
		err = store_read_u32_or(env->store, v->front, key, 1, &version);
		if (!err && version != XMD_OBJRING_VERSION)
			err = -EINVAL;
	}
	if (err)
		snprintf(reason, REASON_MAX, "key %s of %s: %s", key, v->front, strerror(-err));
	return err;
}

static int open_ring(struct vif *v, struct vif_env *env, const struct keys *k, struct obj *o,
		     char reason[REASON_MAX])
{
	struct bus *bus = env->objs->bus;
	const char *what = "mapping its page";
	int err = bus->ops->map(bus, v->domid, k->ref, &o->page);

	if (err)
		goto err_map;
	what = "its page";
	err = objring_attach(&o->ring, o->page);
	if (err)
		goto err_attach;
	what = "its objects";
	err = set_up_objects(v, env, o);
	if (err)
		goto err_objects;
	what = "binding its event channel";
	err = bus->ops->bind(bus, v->domid, k->port, &o->local);
	if (err)
		goto err_objects;
	return 0;

err_objects:
	/* the guest, which may have seen a new life, is not left saying HELLO */
	objring_end_far(&o->ring, XMD_OBJRING_TROUBLE);
err_attach:
	bus->ops->unmap(bus, o->page);
err_map:
	snprintf(reason, REASON_MAX, "%s: %s", what, strerror(-err));
	return err;
}

static int attach(struct vif *v, struct vif_env *env)
{
	char reason[REASON_MAX] = "no memory";
	struct obj *o = NULL;
	struct keys k;
	int err = read_keys(v, env, &k, reason);

	if (err > 0 || store_broken(err)) {
		v->obj_tried = !store_broken(err);
		return err > 0 ? 0 : err;
	}
	v->obj_tried = true;
	if (!env->objs->port_known)
		obj_read_port(env);
	if (!err) {
		o = calloc(1, sizeof(*o));
		err = o ? open_ring(v, env, &k, o, reason) : -ENOMEM;
	}
	if (err) {
		if (log_allowed(&v->budget, env->now(), v->name))
			log_warn("%s: no object ring: %s; its vif is served without", v->name,
				 reason);
		free(o);
		return 0;
	}
	v->obj = o;
	o->work = (struct xpc_bucket){ .at = env->now(), .has = CREDIT_MAX };
	o->due = env->now();
	refresh_vif(v, env);
	log_debug("%s: object ring attached, life %u", v->name, objring_life(&o->ring));
	return 0;
}

int obj_follow(struct vif *v, struct vif_env *env, bool serving)
{
	if (!env->objs || !env->objs->bus)
		return 0;
	if (!serving) {
		obj_end(v, env);
		return 0;
	}
	if (!v->obj)
		return v->obj_tried ? 0 : attach(v, env);
	refresh_vif(v, env);
	if (xpc_pending(&v->obj->t))
		v->obj->due = env->now();
	return 0;
}

/* ---------------------------------------------------------------- messages */

/* There is room: a message is taken only then. */
static void tell(struct obj *o, struct xpc_msg *m, int len)
{
	m->len = XPC_HEADER + (uint32_t)len;
	xpc_put_header(m, o->out);
	objring_send(&o->ring, o->out, m->len);
}

static void acknowledge(struct obj *o, uint8_t id, int result)
{
	struct xpc_msg m = { .kind = XPC_ACK, .id = id, .epoch = o->t.epoch, .result = result };

	if (id == XPC_ID_xmd_vif_object)
		m.version = o->object[XPC_OBJECT_xmd_vif_object].version;
	tell(o, &m, 0);
}

static void refuse_hello(struct obj *o, int result)
{
	struct xpc_msg m = { .kind = XPC_ACK, .result = result };

	tell(o, &m, 0);
}

/* Each HELLO is a new user of the tracker. */
static int take_hello(struct vif *v, struct vif_env *env, uint32_t len)
{
	struct obj *o = v->obj;
	struct xpc_taken taken;
	int err;

	xpc_close(&o->t);
	xpc_open(&o->t, env->now() * US_PER_MS);
	err = xpc_take(&o->t, o->in, len, env->now() * US_PER_MS, &taken);
	if (err != -EPROTONOSUPPORT)
		return err;
	refuse_hello(o, err);
	if (log_allowed(&v->budget, env->now(), v->name))
		log_warn("%s: its frontend's objects are declared otherwise than ours: no object ring; install the same version on both sides",
			 v->name);
	return 0;
}

/* A wish that can be decoded and is based on what there is: may it be, can it be? */
static int consider(struct vif *v, struct vif_env *env, uint64_t mask,
		    const struct xmd_vif_object *want)
{
	const char *what = "that";
	int err = policy_judge(&v->obj->limits, mask, want, &what);

	if (err == -EPERM && log_allowed(&v->budget, env->now(), v->name))
		log_warn("%s: policy refuses it %s; see %s in xmd-backend(8)", v->name, what,
			 XS_BACK_XMD_ALLOW);
	if (!err)
		err = apply(v, env, want);
	return err;
}

static int take_proposal(struct vif *v, struct vif_env *env, const struct xpc_msg *m)
{
	struct obj *o = v->obj;
	struct xpc_object *object = &o->object[XPC_OBJECT_xmd_vif_object];
	struct xmd_vif_object want = o->vif;
	struct xpc_taken taken;
	__u64 mask;
	int err = 0;

	if (m->id == XPC_ID_xmd_vif_object && m->version == object->version &&
	    !xpc_decode_update(&xpc_struct_xmd_vif_object, XPC_BY_GUEST, &want,
			       o->in + XPC_HEADER, m->len - XPC_HEADER, &mask))
		err = consider(v, env, mask, &want);
	if (err) {
		acknowledge(o, m->id, err);
		return 0;
	}
	err = xpc_take(&o->t, o->in, m->len, env->now() * US_PER_MS, &taken);
	if (err == -ECONNRESET)
		return 0;
	acknowledge(o, m->id, err);
	return err == -ESTALE ? 0 : err;
}

static int take_resync(struct obj *o, const struct xpc_msg *m)
{
	unsigned int i;

	for (i = 0; i < o->t.n_objects; i++)
		if (o->object[i].type->id == m->id) {
			o->object[i].whole = true;
			return 0;
		}
	return -ENOENT;
}

static void answer(struct obj *o, const struct xpc_msg *call, const struct xpc_struct *out,
		   int result)
{
	struct xpc_msg m = { .kind = XPC_ANSWER, .id = call->id, .seq = call->seq,
			     .epoch = o->t.epoch, .result = result };
	int n = 0;

	if (!result)
		n = xpc_encode_struct(out, &o->args, o->out + XPC_HEADER,
				      XMD_OBJRING_SLOT - XPC_HEADER);
	if (n < 0)
		m.result = n;
	tell(o, &m, n < 0 ? 0 : n);
}

static int take_call(struct vif *v, struct vif_env *env, const struct xpc_msg *m)
{
	struct obj *o = v->obj;
	struct asked asked = { v, env };
	const struct xpc_call_type *type;
	struct xpc_taken taken;
	int err, result;

	err = m->seq ? xpc_take(&o->t, o->in, m->len, env->now() * US_PER_MS, &taken) : -EINVAL;
	if (err)
		return err == -ECONNRESET ? 0 : err;
	type = &xpc_vif_objects.down[taken.call];
	memset(&o->args, 0, sizeof(o->args));
	err = xpc_decode_struct(type->in, &o->args, o->in + XPC_HEADER, m->len - XPC_HEADER);
	result = err ? err : xpc_serve_vif_objects_down[taken.call](&asked, &o->args);
	answer(o, m, type->out, result);
	return err;
}

/* Return: 0, or what is wrong with the message */
static int take(struct vif *v, struct vif_env *env, int len)
{
	struct obj *o = v->obj;
	struct xpc_msg m;
	int err = len < 0 ? len : xpc_get_header(&m, o->in, (uint32_t)len);

	if (err == -EPROTONOSUPPORT)
		refuse_hello(o, err);
	if (err)
		return err;
	if (m.object)
		return -EINVAL;
	if (m.kind == XPC_HELLO)
		return take_hello(v, env, m.len);
	if (m.epoch != o->t.epoch || xpc_heard(&o->t, env->now() * US_PER_MS)) {
		o->t.old_epoch++;
		return 0;
	}
	switch (m.kind) {
	case XPC_PROPOSE:
		return take_proposal(v, env, &m);
	case XPC_RESYNC:
		return take_resync(o, &m);
	case XPC_CALL:
		return take_call(v, env, &m);
	default:
		return -EINVAL;
	}
}

/* ------------------------------------------------------------------- work */

static bool spend(struct obj *o, uint64_t now, uint32_t cost)
{
	return xpc_bucket_spend(&o->work, now, cost, CREDIT_MAX);
}

/* What the home has to say, as far as there is room.  Return: room left, or -EPROTO */
static int tell_pending(struct obj *o, uint64_t now)
{
	int room = objring_room(&o->ring), n;

	while (room > 0 && xpc_pending(&o->t)) {
		n = xpc_next(&o->t, o->out, now * US_PER_MS);
		if (n <= 0)
			break;
		objring_send(&o->ring, o->out, (uint32_t)n);
		room = objring_room(&o->ring);
	}
	return room;
}

/* It has woken us, too, and for nothing. */
static bool for_an_empty_event(struct obj *o, uint64_t now)
{
	return !o->masked || spend(o, now, EMPTY_COST_MS);
}

enum turn { TURN_IDLE, TURN_MORE, TURN_NO_CREDIT, TURN_NO_CREDIT_EMPTY, TURN_BAD_INDEX, TURN_WRONG };

static enum turn take_turn(struct vif *v, struct vif_env *env)
{
	struct obj *o = v->obj;
	unsigned int i;
	int n, room;

	for (i = 0; i < TURN; i++) {
		room = tell_pending(o, env->now());
		if (room < 0)
			return TURN_BAD_INDEX;
		/* no room: the guest has to take something, and says so by an event */
		if (!room || !objring_waiting(&o->ring))
			return i || for_an_empty_event(o, env->now()) ? TURN_IDLE : TURN_NO_CREDIT_EMPTY;
		if (!spend(o, env->now(), COST_MS))
			return TURN_NO_CREDIT;
		n = objring_receive(&o->ring, o->in);
		if (n == -EPROTO)
			return TURN_BAD_INDEX;
		if (take(v, env, n) && ++o->wrong >= XMD_OBJRING_WRONG)
			return TURN_WRONG;
	}
	return tell_pending(o, env->now()) < 0 ? TURN_BAD_INDEX : TURN_MORE;
}

static void send_event(struct obj *o, struct bus *bus)
{
	if (o->ring.news)
		bus->ops->notify(bus, o->local);
	o->ring.news = false;
}

int obj_work(struct vif *v, struct vif_env *env)
{
	struct obj *o = v->obj;
	struct bus *bus = env->objs->bus;
	enum turn turn;

	o->due = 0;
	turn = take_turn(v, env);
	if (turn == TURN_BAD_INDEX || turn == TURN_WRONG) {
		break_off(v, env, turn == TURN_WRONG ? XMD_OBJRING_WRONG_MESSAGES :
			  XMD_OBJRING_BAD_INDEX);
		return 0;
	}
	send_event(o, bus);
	if (turn == TURN_NO_CREDIT)
		o->due = xpc_bucket_due(&o->work, COST_MS);
	else if (turn == TURN_NO_CREDIT_EMPTY)
		o->due = xpc_bucket_due(&o->work, EMPTY_COST_MS);
	else if (turn == TURN_MORE)
		o->due = env->now();
	/* until then its events would only wake us */
	if (o->masked && turn == TURN_IDLE) {
		o->masked = false;
		bus->ops->unmask(bus, o->local);
	}
	return 0;
}

uint64_t obj_due(const struct vif *v)
{
	return v->obj ? v->obj->due : 0;
}

bool obj_event(struct vif *v, uint32_t local)
{
	return v->obj && v->obj->local == local && (v->obj->masked = true);
}

/* ------------------------------------------------------- calls of a guest */

/* The one line that says why a guest did not get what it asked for. */
static int permit(const struct asked *a, uint32_t may, const char *what)
{
	if (a->v->obj->limits.may & may)
		return 0;
	if (log_allowed(&a->v->budget, a->env->now(), a->v->name))
		log_warn("%s: policy refuses it %s; see %s in xmd-backend(8)", a->v->name, what,
			 XS_BACK_XMD_ALLOW);
	return -EPERM;
}

int xmd_obj_counters(void *ctx, struct xmd_vif_counters *vif, struct xmd_port_counters *port)
{
	const struct asked *a = ctx;
	const struct xmd_port_info *p = &a->env->objs->port;
	struct xmd_vif_info row;
	int err = kern_row(a->env->kern, a->v->domid, a->v->handle, &row);

	if (err)
		return err;
	*vif = (struct xmd_vif_counters){
		.tx_frames = row.tx_frames, .tx_bytes = row.tx_bytes,
		.tx_errors = row.tx_errors, .tx_drops = row.tx_drops,
		.rx_frames = row.rx_frames, .rx_bytes = row.rx_bytes,
		.rx_errors = row.rx_errors, .rx_drops = row.rx_drops,
		.tx_spoofed = row.tx_spoofed, .rx_filtered = row.rx_filtered,
	};
	obj_read_port(a->env);
	*port = (struct xmd_port_counters){
		.rx_frames = p->rx_frames, .rx_bytes = p->rx_bytes,
		.rx_broadcast = p->rx_broadcast, .rx_multicast = p->rx_multicast,
		.tx_frames = p->tx_frames, .tx_bytes = p->tx_bytes,
		.tx_broadcast = p->tx_broadcast, .tx_multicast = p->tx_multicast,
		.rx_crc_errors = p->rx_crc_errors, .rx_missed = p->rx_missed,
		.rx_no_buffer = p->rx_no_buffer, .rx_length_errors = p->rx_length_errors,
		.tx_collisions = p->tx_collisions, .tx_late_collisions = p->tx_late_collisions,
		.rx_pause = p->rx_pause, .tx_pause = p->tx_pause,
	};
	return 0;
}

int xmd_obj_identify(void *ctx, __u32 on)
{
	const struct asked *a = ctx;
	struct xmd_port_ask q = { .what = XMD_ASK_IDENTIFY, .n = on };
	int err = permit(a, XMD_MAY_IDENTIFY, "the port's LED");

	if (!err)
		err = a->env->kern->ops->ask(a->env->kern, &q);
	if (!err)
		a->v->obj->blinking = on;
	return err;
}

int xmd_obj_regs(void *ctx, struct xmd_port_regs *regs)
{
	const struct asked *a = ctx;
	struct xmd_port_ask q = { .what = XMD_ASK_REGS, .n = XMD_ASK_MAX };
	int err = permit(a, XMD_MAY_REGS, "the port's registers");

	if (!err)
		err = a->env->kern->ops->ask(a->env->kern, &q);
	if (err)
		return err;
	regs->version = q.tag;
	regs->n = q.n / 4;
	memcpy(regs->val, q.data, regs->n * 4);
	return 0;
}

int xmd_obj_eeprom(void *ctx, __u32 offset, __u32 n, struct xmd_port_bytes *bytes)
{
	const struct asked *a = ctx;
	struct xmd_port_ask q = { .what = XMD_ASK_EEPROM, .offset = offset, .n = n };
	int err = permit(a, XMD_MAY_EEPROM, "the port's EEPROM");

	if (!err)
		err = a->env->kern->ops->ask(a->env->kern, &q);
	if (err)
		return err;
	bytes->magic = q.tag;
	bytes->n = n;
	memcpy(bytes->byte, q.data, n);
	return 0;
}
