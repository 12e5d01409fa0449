// SPDX-License-Identifier: GPL-2.0
/* vif_kern.c - a vif and the kernel half; see vif_impl.h */
#include "vif_impl.h"

#include "confine.h"
#include "wants.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <xmd/xs_names.h>

static const char *advice(int err)
{
	switch (err) {
	case -EPERM:
	case -EACCES:
		return ": Xen refused a grant or an event channel between two guests; if Xen"
		       " runs with XSM in SILO mode (xsm=silo) a driver domain cannot work:"
		       " check 'xl dmesg' and boot Xen without it";
	case -ENOENT:
		return ": the guest's grant or event channel does not exist; see dmesg here";
	case -ENOSPC:
		return ": the kernel half serves as many vifs as it can";
	case -EPROTO:
		return ": the guest's ring indices cannot be";
	default:
		return "";
	}
}

/* What went wrong with the guest's side; ends in state Closed and in hotplug-error. */
static void vif_give_up(struct vif *v, struct vif_env *env, const char *reason, const char *hint)
{
	if (log_allowed(&v->budget, env->now(), v->name))
		log_warn("%s: cannot connect: %s%s", v->name, reason, hint);
	snprintf(v->error, sizeof(v->error), "%.*s", (int)sizeof(v->error) - 1, reason);
}

/* What cannot be understood is no limit, as with xen-netback. */
static int read_rate(struct vif *v, struct vif_env *env, struct xmd_vif_rate *rate)
{
	char text[STORE_VALUE_MAX] = "";
	int err = store_read_text(env->store, v->back, XS_BACK_RATE, text);

	memset(rate, 0, sizeof(*rate));
	if (!err)
		err = negotiate_rate(text, rate);
	if (err == -EINVAL && !v->said_rate)
		log_err("%s: key %s of %s: \"%s\" is not BYTES,MICROSECONDS: it runs without a limit",
			v->name, XS_BACK_RATE, v->back, text);
	v->said_rate = err == -EINVAL;
	return err == -ENOENT || err == -EINVAL ? 0 : err;
}

static void note_rate(struct vif *v, struct vif_env *env, const struct xmd_vif_rate *rate)
{
	bool changed = memcmp(rate, &v->rate, sizeof(*rate));

	v->rate = *rate;
	if (!changed || !log_allowed(&v->budget, env->now(), v->name))
		return;
	if (rate->usecs)
		log_info("%s: may send %" PRIu32 " bytes in %" PRIu32 " us", v->name, rate->bytes,
			 rate->usecs);
	else
		log_info("%s: may send without a limit", v->name);
}

int vif_follow_rate(struct vif *v, struct vif_env *env)
{
	struct xmd_vif_limit l = { .id = { .domid = v->domid, .handle = v->handle } };
	int err = read_rate(v, env, &l.rate);

	if (err || !memcmp(&l.rate, &v->rate, sizeof(l.rate)))
		return err;
	err = env->kern->ops->limit(env->kern, &l);
	if (!err)
		note_rate(v, env, &l.rate);
	return err;
}

/* Since it was offered, somebody may have changed what it asks for. */
static int read_confine(struct vif *v, struct vif_env *env, struct xmd_vif_connect *c,
			char reason[REASON_MAX])
{
	const struct vif_policy *p = env->objs ? &env->objs->policy : NULL;
	uint32_t may = obj_may(v, env), ignore;
	int err = c->adopt ? 0 : wants_check(env->store, v->back, p, may, &ignore, reason);

	if (may & XMD_MAY_SPOOF)
		c->features |= XMD_VIF_ANY_SOURCE;
	if (!err)
		err = confine_read(env->store, v->back, p,
				   (c->adopt ? v->confine_keys : CONFINE_KEYS) & ~confine_ignored(may),
				   &c->confine);
	v->confine_keys = CONFINE_KEYS;
	return err;
}

static void note_confine(struct vif *v, struct vif_env *env, const struct xmd_vif_confine *c)
{
	if ((!c->vlan && !c->n_addrs && !*c->segment) || !log_allowed(&v->budget, env->now(), v->name))
		return;
	log_info("%s: VLAN %u (0: none), private segment \"%s\", %u addresses (0: any)", v->name,
		 c->vlan, c->segment, c->n_addrs);
}

int vif_read_keys(struct vif *v, struct vif_env *env, struct xmd_vif_connect *c, bool adopt)
{
	char reason[REASON_MAX];
	int err;

	memset(c, 0, sizeof(*c));
	c->id.domid = v->domid;
	c->id.handle = v->handle;
	err = negotiate_read(env->store, v->back, v->front, c, reason);
	c->adopt = adopt;
	if (!err)
		err = read_confine(v, env, c, reason);
	if (vif_is_refusal(err)) {
		vif_give_up(v, env, reason, "");
		return 1;
	}
	return err ? err : read_rate(v, env, &c->rate);
}

/* netif.h calls the key mtu advisory; an administrator finds here what that means now. */
static void tell_of_jumbo(struct vif *v, struct vif_env *env, const struct xmd_vif_connect *c)
{
	uint32_t port;

	if (env->objs && !env->objs->port_known)
		obj_read_port(env);
	port = env->objs && env->objs->port_known ? env->objs->port.port.mtu : 0;
	if (port <= c->mtu || !log_allowed(&v->budget, env->now(), v->name))
		return;
	if (c->features & XMD_VIF_SG)
		log_info("%s: its mtu is %u and the port's %u: frames up to the port's reach it, if"
			 " it has set that itself", v->name, c->mtu, port);
	else
		log_warn("%s: its mtu is %u and the port's %u: longer frames do not reach it, as its"
			 " frontend has no feature-sg; they are dropped, and counted in"
			 " /sys/kernel/debug/xmd/back/vifs", v->name, c->mtu, port);
}

int vif_connect_kernel(struct vif *v, struct vif_env *env, const struct xmd_vif_connect *c)
{
	char reason[REASON_MAX];
	int err = env->kern->ops->connect(env->kern, c);

	switch (err) {
	case 0:
		v->kern = KERN_SERVING;
		v->unspoken = v->unset = false;
		break;
	case -EEXIST:
		/* A row that we had not seen: not these rings, so away with it first. */
		v->kern = KERN_STALE;
		return 0;
	case -ENODEV:
	case -EBUSY:
	case -EAGAIN:
	case -EINPROGRESS:
	case -ENOMEM:
	case -EINTR:
	case -ESHUTDOWN:
		return err;
	default:
		snprintf(reason, sizeof(reason), "the kernel half answered \"%s\"",
			 strerror(-err));
		vif_give_up(v, env, reason, advice(err));
		return 1;
	}
	if (log_allowed(&v->budget, env->now(), v->name))
		log_info("%s: rings %s", v->name, c->adopt ? "adopted" : "connected");
	note_confine(v, env, &c->confine);
	tell_of_jumbo(v, env, c);
	memset(&v->rate, 0, sizeof(v->rate));
	note_rate(v, env, &c->rate);
	return 0;
}

int vif_disconnect(struct vif *v, struct vif_env *env)
{
	struct xmd_vif_id id = { .domid = v->domid, .handle = v->handle };
	int err;

	obj_end(v, env);
	ctrl_end(v, env);
	err = env->kern->ops->disconnect(env->kern, &id);

	/* ENOENT: it was not connected, which is what we want. */
	if (err && err != -ENOENT)
		return err;
	if (log_allowed(&v->budget, env->now(), v->name))
		log_info("%s: rings disconnected", v->name);
	v->kern = KERN_NONE;
	v->row_unchecked = false;
	return 0;
}
