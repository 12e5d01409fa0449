// SPDX-License-Identifier: GPL-2.0
/* obj.c - the life of a vif's object ring; see obj.h */
#include "obj_impl.h"

#include "negotiate.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <xmd/xs_names.h>

/* Everything but what the page says. */
static void release(struct vif *v, struct vif_env *env)
{
	struct obj *o = v->obj;

	obj_forget_ask(env->objs, o);
	if (o->blinking)
		env->objs->led_off = true;
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

void obj_break_off(struct vif *v, struct vif_env *env, enum xmd_objring_closed why)
{
	if (log_allowed(&v->budget, env->now(), v->name))
		log_warn("%s: object ring ended: %s; its vif goes on", v->name,
			 why == XMD_OBJRING_BAD_INDEX ? "an index of it cannot be" :
			 "too many messages are not as declared");
	end_ring(v, env, why);
}

struct keys {
	uint32_t ref, evtchn;
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
		err = store_read_u32(env->store, v->front, key, &k->evtchn);
		if (!err && !k->evtchn)
			err = -EINVAL;
	}
	if (!err) {
		key = XS_FRONT_XMD_OBJ_VERSION;
		err = store_read_u32_or(env->store, v->front, key, 1, &version);
		if (!err && (!version || version > XMD_OBJRING_VERSION))
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
	err = obj_set_up(v, env, o);
	if (err)
		goto err_objects;
	what = "binding its event channel";
	err = bus->ops->bind(bus, v->domid, k->evtchn, &o->local);
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
	v->unspoken = true;
	v->unset = false;
	o->work = (struct xpc_bucket){ .at = env->now(), .has = CREDIT_MAX };
	o->due = env->now();
	obj_refresh_vif(v, env);
	log_debug("%s: object ring attached, life %u", v->name, objring_life(&o->ring));
	return 0;
}

int obj_follow(struct vif *v, struct vif_env *env, bool serving)
{
	int err = 0;

	if (!env->objs)
		return 0;
	if (!serving) {
		obj_end(v, env);
		return 0;
	}
	if (!v->obj) {
		if (env->objs->bus && !v->obj_tried)
			err = attach(v, env);
		if (!err && !v->obj && v->unspoken)
			obj_unspoken(v, env);
		return err;
	}
	obj_refresh_vif(v, env);
	if (xpc_pending(&v->obj->t))
		v->obj->due = env->now();
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
