// SPDX-License-Identifier: GPL-2.0
/* obj_msg.c - the messages of a guest's object ring; see obj_impl.h */
#include "obj_impl.h"

#include <errno.h>
#include <string.h>
#include <xmd/xs_names.h>

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

/* What the guest knows: said in HELLO, or of version 1, whose fingerprint there was. */
static int read_hello(struct obj *o, const uint8_t *body, uint32_t len)
{
	uint32_t fp;

	if (o->ring.version > 1)
		return xpc_abi_get(&o->abi, &xpc_vif_objects, body, len);
	if (len != 4)
		return -EBADMSG;
	fp = body[0] | body[1] << 8 | body[2] << 16 | (uint32_t)body[3] << 24;
	if (fp != XMD_OBJRING_V1_FINGERPRINT)
		return -EPROTONOSUPPORT;
	xpc_abi_first(&o->abi, &xpc_vif_objects);
	return 0;
}

static void welcome(struct vif *v, struct vif_env *env)
{
	struct obj *o = v->obj;
	struct xpc_msg m = { .kind = XPC_WELCOME };
	unsigned int i;

	for (i = 0; i < o->t.n_objects; i++)
		o->object[i].known = o->abi.members[i];
	xpc_begin(&o->t, env->now() * US_PER_MS);
	/* the tracker's own has no body */
	o->t.welcome = false;
	m.epoch = o->t.epoch;
	tell(o, &m, o->ring.version > 1 ? (int)xpc_abi_put(&xpc_vif_objects, o->out + XPC_HEADER) : 0);
}

/* Each HELLO is a new user of the tracker. */
static int take_hello(struct vif *v, struct vif_env *env, const struct xpc_msg *m)
{
	struct obj *o = v->obj;
	int err = m->epoch ? -EBADMSG : read_hello(o, o->in + XPC_HEADER, m->len - XPC_HEADER);

	xpc_close(&o->t);
	obj_forget_ask(env->objs, o);
	if (!err)
		welcome(v, env);
	if (err != -EPROTONOSUPPORT)
		return err;
	refuse_hello(o, err);
	if (log_allowed(&v->budget, env->now(), v->name))
		log_warn("%s: its frontend knows less of the object ring than any release has had: no object ring",
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
		err = obj_apply(v, env, want);
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
	struct xpc_struct own;
	struct xpc_msg m = { .kind = XPC_ANSWER, .id = call->id, .seq = call->seq,
			     .epoch = o->t.epoch, .result = result };
	int n = 0;

	if (!result)
		n = xpc_encode_struct(xpc_abi_args(&o->abi, out, &own), &o->args, o->out + XPC_HEADER,
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
	/* it has given up waiting, and we cannot */
	if (o->asked) {
		answer(o, m, type->out, -EBUSY);
		return 0;
	}
	memset(&o->args, 0, sizeof(o->args));
	err = xpc_decode_struct(type->in, &o->args, o->in + XPC_HEADER, m->len - XPC_HEADER);
	result = err ? err : xpc_serve_vif_objects_down[taken.call](&asked, &o->args);
	if (result == OBJ_LATER) {
		o->asked = OBJ_ASKED;
		o->call = *m;
		o->answer = type->out;
	} else {
		answer(o, m, type->out, result);
	}
	return err;
}

void obj_send_answer(struct obj *o)
{
	o->asked = OBJ_FREE;
	if (!o->result)
		obj_fill_answer(o);
	answer(o, &o->call, o->answer, o->result);
}

int obj_take(struct vif *v, struct vif_env *env, int len)
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
		return take_hello(v, env, &m);
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
