// SPDX-License-Identifier: GPL-2.0
/* obj_home.c - the objects vif and port at home, and what policy makes of them; see obj_impl.h */
#include "obj_impl.h"

#include <errno.h>
#include <string.h>
#include <xmd/xs_names.h>

#define DEFAULT_MTU	1500u

/* What can be said of anything declared fits into a slot. */
_Static_assert(XPC_MAX_xmd_vif_object <= XMD_OBJRING_SLOT, "the object vif in a slot");
_Static_assert(XPC_MAX_xmd_port_object <= XMD_OBJRING_SLOT, "the object port in a slot");
_Static_assert(XMD_OBJ_MC_MAX == XMD_SET_MC_MAX, "as many addresses as the kernel half takes");
_Static_assert(XMD_OBJ_VLANS_MAX == XMD_SET_VLANS_MAX, "as many VLANs as the kernel half takes");
_Static_assert(XMD_OBJ_BYTES_MAX == XMD_ASK_MAX, "as many bytes as the kernel half gives");

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
	uint32_t mtu = env->objs->port_known ? env->objs->port.port.mtu : DEFAULT_MTU;

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

static void refuse_to_guess(int err, struct vif *v, struct vif_env *env, const char *what)
{
	if (err && log_allowed(&v->budget, env->now(), v->name))
		log_err("%s: %s cannot be told: %s", v->name, what, strerror(-err));
}

int obj_apply(struct vif *v, struct vif_env *env, const struct xmd_vif_object *want)
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
	err = obj_apply(v, env, &want);
	if (!err && mask)
		err = xpc_commit(&o->t, &o->object[XPC_OBJECT_xmd_vif_object], mask, &want);
	o->in_force = !err;
	if (err && log_allowed(&v->budget, env->now(), v->name))
		log_err("%s: its settings cannot be put in force: %s", v->name, strerror(-err));
}

/*
 * Filters go, as nobody can say any more what they are to let in; of the rest the MAC is the
 * one that others can be harmed by.
 */
void obj_unspoken(struct vif *v, struct vif_env *env)
{
	struct xmd_vif_object want = { .n_mc = 0 };
	struct policy_limits limits;
	struct xmd_vif_info row;
	int err = kern_row(env->kern, v->domid, v->handle, &row);

	if (err)
		return;
	read_limits(v, env, &limits);
	want.mtu = row.mtu;
	memcpy(want.mac.addr, row.mac, sizeof(want.mac.addr));
	if (!policy_take_back(&limits, &want) && v->unset)
		return;
	err = obj_apply(v, env, &want);
	v->unset = !err;
	if (err && log_allowed(&v->budget, env->now(), v->name))
		log_err("%s: settings from an object ring that is no more are still in force: %s",
			v->name, strerror(-err));
}

void obj_refresh_vif(struct vif *v, struct vif_env *env)
{
	struct obj *o = v->obj;
	struct xmd_vif_object want;
	int err;

	read_limits(v, env, &o->limits);
	put_in_force(v, env);
	want = o->vif;
	want.may = o->limits.may & POLICY_TOLD & (o->ring.version > 1 ? ~0u : XMD_MAY_V1);
	want.mtu_max = policy_mtu_max(&o->limits);
	want.rx_usecs_max = o->limits.rx_usecs_max;
	err = xpc_commit(&o->t, &o->object[XPC_OBJECT_xmd_vif_object],
			 xpc_writable(&xpc_struct_xmd_vif_object, XPC_BY_USER), &want);
	refuse_to_guess(err, v, env, "its object");
}

/* As the kernel half tells it, but for what a guest of version 1 would refuse. */
static void fill_port(const struct vif_env *env, const struct obj *o, struct xmd_port_object *port)
{
	*port = env->objs->port.port;
	port->mtu = port_mtu(env);
	if (o->ring.version > 1)
		return;
	port->advertise &= XMD_PORT_V1;
	port->partner &= XMD_PORT_V1;
	if (port->eeprom_len > XMD_OBJ_EEPROM_V1)
		port->eeprom_len = XMD_OBJ_EEPROM_V1;
	if (port->regs_len > 4 * XMD_OBJ_REGS_MAX)
		port->regs_len = 4 * XMD_OBJ_REGS_MAX;
}

static void refresh_port(struct vif *v, struct vif_env *env)
{
	struct obj *o = v->obj;
	struct xmd_port_object want;

	fill_port(env, o, &want);
	refuse_to_guess(xpc_commit(&o->t, &o->object[XPC_OBJECT_xmd_port_object], ~0ull, &want),
			v, env, "the port");
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
	obj_refresh_vif(v, env);
	v->obj->due = env->now();
}

int obj_set_up(struct vif *v, struct vif_env *env, struct obj *o)
{
	struct xmd_vif_info row;
	int err = kern_row(env->kern, v->domid, v->handle, &row);

	if (err)
		return err;
	/* MTU and MAC as they are in force; filters as none, which the first obj_refresh_vif() makes
	 * true in the kernel half, and its guest says the rest
	 */
	o->vif = (struct xmd_vif_object){ .mtu = row.mtu, .mtu_max = row.mtu };
	memcpy(o->vif.mac.addr, row.mac, 6);
	fill_port(env, o, &o->port);
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
