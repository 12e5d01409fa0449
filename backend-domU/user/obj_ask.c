// SPDX-License-Identifier: GPL-2.0
/*
 * obj_ask.c - guests' questions that only the NIC's user half can answer; see obj_impl.h
 *
 * The kernel half has one of them at a time, and nobody here waits for it.  A guest has one,
 * and what it calls besides is EBUSY until that is answered; the others' stand in a line.
 * Who has stood there for OBJ_ASK_WAIT_MS gets EBUSY, before it gives up itself.
 */
#include "obj_impl.h"

#include <errno.h>
#include <string.h>

int obj_ask(struct obj_host *h, struct obj *o, const struct xmd_port_ask *q, uint64_t now)
{
	struct obj **at = &h->asks;

	o->ask = *q;
	o->asked_at = now;
	o->next_ask = NULL;
	while (*at)
		at = &(*at)->next_ask;
	*at = o;
	return OBJ_LATER;
}

/* The guest is gone or begins anew: what it asked for is not told to anybody. */
void obj_forget_ask(struct obj_host *h, struct obj *o)
{
	struct obj **at = &h->asks;

	while (*at && *at != o)
		at = &(*at)->next_ask;
	if (*at)
		*at = o->next_ask;
	if (h->asking == o)
		h->asking = NULL;
	o->asked = OBJ_FREE;
	if (h->under_way && h->identify_for == o)
		h->led_off = true;
	if (h->identify_for == o)
		h->identify_for = NULL;
}

static void settle(struct obj *o, int result)
{
	o->asked = OBJ_ANSWERED;
	o->result = result;
}

static void take_answer(struct obj_host *h, const struct xmd_port_ask *q, int result, uint64_t now)
{
	struct obj *o = h->asking;

	h->under_way = false;
	h->asking = NULL;
	h->identify_for = NULL;
	if (!o)
		return;
	o->ask = *q;
	settle(o, result);
	o->due = now;
}

/* Return: 0 the question is under way; -errno */
static int begin(struct obj_host *h, struct kern *k, const struct xmd_port_ask *q, struct obj *o)
{
	int err = k->ops->ask(k, q);

	h->under_way = !err;
	h->asking = err ? NULL : o;
	h->identify_for = !err && o && q->what == XMD_ASK_IDENTIFY ? o : NULL;
	return err;
}

static void turn_off(struct obj_host *h, struct kern *k)
{
	const struct xmd_port_ask off = { .what = XMD_ASK_IDENTIFY };
	int err = begin(h, k, &off, NULL);

	h->led_off = false;
	if (err)
		log_warn("the NIC's LED cannot be turned off: %s", strerror(-err));
}

/* The first in the line, with its answer if there is no asking. */
static void next_question(struct obj_host *h, struct kern *k, int err, uint64_t now)
{
	struct obj *o = h->asks;

	h->asks = o->next_ask;
	if (!err)
		err = begin(h, k, &o->ask, o);
	if (err) {
		settle(o, err);
		o->due = now;
	}
}

void obj_run_asks(struct vif_env *env)
{
	struct obj_host *h = env->objs;
	struct xmd_port_ask q;
	uint64_t now = env->now();
	int result;

	if (!h)
		return;
	if (h->under_way && !env->kern->ops->answer(env->kern, &q, &result))
		take_answer(h, &q, result, now);
	while (h->asks && now - h->asks->asked_at >= OBJ_ASK_WAIT_MS)
		next_question(h, env->kern, -EBUSY, now);
	if (!h->under_way && h->led_off)
		turn_off(h, env->kern);
	while (!h->under_way && h->asks)
		next_question(h, env->kern, 0, now);
}

uint64_t obj_asks_due(const struct vif_env *env)
{
	const struct obj_host *h = env->objs;

	return h && h->asks ? h->asks->asked_at + OBJ_ASK_WAIT_MS : 0;
}
