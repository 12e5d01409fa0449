// SPDX-License-Identifier: GPL-2.0
/* ctrl.c - see ctrl.h */
#include "ctrl.h"

#include "vif.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <bucket.h>
#include <xen/xen.h>
#include <xen/grant_table.h>
#include <xen/event_channel.h>
#include <xen/io/netif.h>
#include <xmd/xs_names.h>

#define PAGE		4096u
#define RING		__CONST_RING_SIZE(xen_netif_ctrl, PAGE)
#define COST_MS		(1000u / XMD_CTRL_RATE)
#define CREDIT_MAX	(XMD_CTRL_BURST * COST_MS)
#define TURN		4u	/* messages of one guest before the others have a turn */
/*
 * A list takes hundreds of hypercalls and a grace period, and the watchdog is petted by the same
 * thread: of its time all guests' lists together have one part in REST + 1.  Who comes too early
 * for that stands in line, or who is asked first would have all of it.
 */
#define REST		3u

_Static_assert(sizeof(struct xmd_gref) == sizeof(struct xen_netif_gref), "struct xmd_gref");
_Static_assert(XMD_GREF_READONLY == XEN_NETIF_CTRLF_GREF_readonly, "XMD_GREF_READONLY");
_Static_assert(XMD_CTRL_ADD_GREF_MAPPING == XEN_NETIF_CTRL_TYPE_ADD_GREF_MAPPING, "ADD");
_Static_assert(XMD_STAGE_PAGES * sizeof(struct xmd_gref) <= PAGE, "a list is one page");

struct ctrl {
	struct xen_netif_ctrl_sring *ring;
	uint32_t done;		/* requests taken, and answered */
	uint32_t local;		/* our end of the event channel */
	bool masked;		/* its events wait for unmask */
	uint64_t due;		/* ms; 0: no need */
	struct xpc_bucket work;	/* for messages, and events that bring none */
	struct ctrl *behind;	/* in the line, env->ctrl_line */
	bool paid;		/* for its next message, that waits for its turn */
};

bool ctrl_offered(const struct vif_env *env)
{
	return env->objs && env->objs->bus && !env->offer.no_staging;
}

static void leave_line(struct ctrl *c, struct vif_env *env)
{
	struct ctrl **at = &env->ctrl_line;

	while (*at && *at != c)
		at = &(*at)->behind;
	if (*at)
		*at = c->behind;
	c->behind = NULL;
}

static void stand_in_line(struct ctrl *c, struct vif_env *env)
{
	struct ctrl **at = &env->ctrl_line;

	while (*at && *at != c)
		at = &(*at)->behind;
	*at = c;
}

void ctrl_end(struct vif *v, struct vif_env *env)
{
	struct ctrl *c = v->ctrl;

	v->ctrl_tried = false;
	v->ctrl = NULL;
	if (!c)
		return;
	leave_line(c, env);
	env->objs->bus->ops->unbind(env->objs->bus, c->local);
	env->objs->bus->ops->unmap(env->objs->bus, c->ring);
	free(c);
}

/* ------------------------------------------------------------------ attach */

/* Return: 0; 1 the guest has no control ring; -errno */
static int read_keys(struct vif *v, struct vif_env *env, uint32_t *ref, uint32_t *evtchn)
{
	int err = store_read_u32(env->store, v->front, XS_FRONT_CTRL_RING_REF, ref);

	if (err)
		return err == -ENOENT ? 1 : err;
	err = store_read_u32(env->store, v->front, XS_FRONT_EVENT_CHANNEL_CTRL, evtchn);
	return err || *evtchn ? err : -EINVAL;
}

/* What nobody has answered yet is still to be done, whoever read it before us. */
static int open_ring(struct vif *v, struct vif_env *env, uint32_t ref, uint32_t evtchn)
{
	struct bus *bus = env->objs->bus;
	struct ctrl *c = calloc(1, sizeof(*c));
	void *page;
	int err = c ? bus->ops->map(bus, v->domid, ref, &page) : -ENOMEM;

	if (err)
		goto err_map;
	c->ring = page;
	c->done = __atomic_load_n(&c->ring->rsp_prod, __ATOMIC_RELAXED);
	err = bus->ops->bind(bus, v->domid, evtchn, &c->local);
	if (err)
		goto err_bind;
	c->work = (struct xpc_bucket){ .at = env->now(), .has = CREDIT_MAX };
	c->due = env->now();
	v->ctrl = c;
	return 0;

err_bind:
	bus->ops->unmap(bus, page);
err_map:
	free(c);
	return err;
}

int ctrl_follow(struct vif *v, struct vif_env *env, bool serving)
{
	uint32_t ref, evtchn;
	int err;

	if (!serving) {
		ctrl_end(v, env);
		return 0;
	}
	if (v->ctrl_tried || !ctrl_offered(env))
		return 0;
	err = read_keys(v, env, &ref, &evtchn);
	if (store_broken(err))
		return err;
	v->ctrl_tried = true;
	if (!err)
		err = open_ring(v, env, ref, evtchn);
	if (err < 0 && log_allowed(&v->budget, env->now(), v->name))
		log_warn("%s: no control ring (%s, %s): %s; its vif is served without", v->name,
			 XS_FRONT_CTRL_RING_REF, XS_FRONT_EVENT_CHANNEL_CTRL, strerror(-err));
	return 0;
}

/* ---------------------------------------------------------------- messages */

/* The list is copied once; what the guest does to its page meanwhile is its own affair. */
static int stage(struct vif *v, struct vif_env *env, const struct xen_netif_ctrl_request *q,
		 uint32_t *data)
{
	struct bus *bus = env->objs->bus;
	struct xmd_gref list[XMD_STAGE_PAGES];
	struct xmd_vif_stage s = {
		.id = { .domid = v->domid, .handle = v->handle },
		.n = q->data[2], .del = q->type == XMD_CTRL_DEL_GREF_MAPPING,
		.grefs = (uintptr_t)list,
	};
	uint32_t size = s.n * (uint32_t)sizeof(list[0]);
	void *page;
	int ret;

	if (q->data[0] || !s.n || s.n > XMD_STAGE_PAGES)
		return -EINVAL;
	ret = bus->ops->map(bus, v->domid, q->data[1], &page);
	if (ret)
		return ret;
	memcpy(list, page, size);
	ret = env->kern->ops->stage(env->kern, &s);
	if (ret >= 0 && s.del) {
		memcpy(page, list, size);
		*data = (uint32_t)ret;
	}
	bus->ops->unmap(bus, page);
	return ret;
}

static uint32_t answer(struct vif *v, struct vif_env *env, const struct xen_netif_ctrl_request *q,
		       uint32_t *data)
{
	int ret;

	switch (q->type) {
	case XMD_CTRL_GET_GREF_MAPPING_SIZE:
		*data = q->data[0] ? 0 : XMD_STAGE_PAGES;
		return q->data[0] ? XEN_NETIF_CTRL_STATUS_INVALID_PARAMETER :
				    XEN_NETIF_CTRL_STATUS_SUCCESS;
	case XMD_CTRL_ADD_GREF_MAPPING:
	case XMD_CTRL_DEL_GREF_MAPPING:
		ret = stage(v, env, q, data);
		break;
	default:
		return XEN_NETIF_CTRL_STATUS_NOT_SUPPORTED;
	}
	if (ret < 0 && log_allowed(&v->budget, env->now(), v->name))
		log_warn("%s: a list of %u pages to be %s is refused: %s", v->name, q->data[2],
			 q->type == XMD_CTRL_ADD_GREF_MAPPING ? "kept mapped" : "let go",
			 strerror(-ret));
	return ret < 0 ? XEN_NETIF_CTRL_STATUS_INVALID_PARAMETER : XEN_NETIF_CTRL_STATUS_SUCCESS;
}

/* Copy, check, use; the answer takes the place of its request. */
static void take_one(struct vif *v, struct vif_env *env)
{
	struct ctrl *c = v->ctrl;
	union xen_netif_ctrl_sring_entry *slot = &c->ring->ring[c->done % RING];
	const volatile uint32_t *from = (const volatile uint32_t *)slot;
	union {
		uint32_t word[sizeof(struct xen_netif_ctrl_request) / 4];
		struct xen_netif_ctrl_request q;
	} copy;
	struct xen_netif_ctrl_response r = { 0 };
	unsigned int i;

	for (i = 0; i < sizeof(copy) / 4; i++)
		copy.word[i] = from[i];
	r.id = copy.q.id;
	r.type = copy.q.type;
	r.status = answer(v, env, &copy.q, &r.data);
	memcpy(slot, &r, sizeof(r));
	c->done++;
	/* the answer before the index that publishes it */
	__atomic_store_n(&c->ring->rsp_prod, c->done, __ATOMIC_RELEASE);
}

enum turn { TURN_IDLE, TURN_MORE, TURN_NO_CREDIT, TURN_BROKEN };

/* Return: more than RING: it cannot be */
static uint32_t waiting(const struct ctrl *c)
{
	return __atomic_load_n(&c->ring->req_prod, __ATOMIC_ACQUIRE) - c->done;
}

/* Those in line have paid: so each of them goes as soon as it is the first. */
static bool may_take(struct ctrl *c, struct vif_env *env, uint64_t now)
{
	c->paid = c->paid || xpc_bucket_spend(&c->work, now, COST_MS, CREDIT_MAX);
	if (!c->paid)
		return false;
	if (now < env->ctrl_next || (env->ctrl_line && env->ctrl_line != c)) {
		stand_in_line(c, env);
		return false;
	}
	leave_line(c, env);
	c->paid = false;
	return true;
}

/* Drain, arm, look again. */
static enum turn take_turn(struct vif *v, struct vif_env *env, bool *news)
{
	struct ctrl *c = v->ctrl;
	uint64_t began;
	unsigned int i;

	for (i = 0; i < TURN; i++) {
		if (!waiting(c)) {
			leave_line(c, env);
			__atomic_store_n(&c->ring->req_event, c->done + 1, __ATOMIC_SEQ_CST);
			/* req_event before req_prod: the guest does it the other way round */
			__atomic_thread_fence(__ATOMIC_SEQ_CST);
			if (!waiting(c) && c->masked && !i &&
			    !xpc_bucket_spend(&c->work, env->now(), COST_MS, CREDIT_MAX))
				return TURN_NO_CREDIT;
			if (!waiting(c))
				return TURN_IDLE;
		}
		if (waiting(c) > RING)
			return TURN_BROKEN;
		began = env->now();
		if (!may_take(c, env, began))
			return TURN_NO_CREDIT;
		take_one(v, env);
		env->ctrl_next = env->now() + REST * (env->now() - began);
		*news = true;
	}
	return TURN_MORE;
}

static uint64_t later(uint64_t a, uint64_t b)
{
	return a > b ? a : b;
}

void ctrl_work(struct vif *v, struct vif_env *env)
{
	struct bus *bus = env->objs->bus;
	struct ctrl *c = v->ctrl;
	bool news = false;
	enum turn turn = take_turn(v, env, &news);

	c->due = 0;
	if (news)
		bus->ops->notify(bus, c->local);
	if (turn == TURN_BROKEN) {
		if (log_allowed(&v->budget, env->now(), v->name))
			log_warn("%s: control ring ended: an index cannot be; its vif goes on",
				 v->name);
		ctrl_end(v, env);
		v->ctrl_tried = true;
		return;
	}
	if (turn == TURN_NO_CREDIT)
		c->due = c->paid ? env->ctrl_next :
				   later(xpc_bucket_due(&c->work, COST_MS), env->ctrl_next);
	else if (turn == TURN_MORE)
		c->due = env->now();
	/* until then its events would only wake us */
	if (c->masked && turn == TURN_IDLE) {
		c->masked = false;
		bus->ops->unmask(bus, c->local);
	}
}

uint64_t ctrl_due(const struct vif *v)
{
	return v->ctrl ? v->ctrl->due : 0;
}

bool ctrl_event(struct vif *v, uint32_t local)
{
	return v->ctrl && v->ctrl->local == local && (v->ctrl->masked = true);
}
