// SPDX-License-Identifier: GPL-2.0
/* fsm.c - see fsm.h.  One function per state of our own node. */
#include "fsm.h"

/* The frontend has written its keys and wants to be, or is, connected. */
static bool front_ready(const struct vif_view *v)
{
	return v->front == STATE_INITIALISED || v->front == STATE_CONNECTED;
}

static enum vif_step offer(const struct vif_view *v)
{
	if (v->refused)
		return v->said ? STEP_WAIT : STEP_REFUSE;
	return STEP_OFFER;
}

/* The toolstack has just made the directory. */
static enum vif_step in_initialising(const struct vif_view *v)
{
	/* The directory was replaced while nobody looked: the rings are of the old one. */
	if (v->kern != KERN_NONE)
		return STEP_DISCONNECT;
	if (!v->online)
		return STEP_CLOSED;
	if (v->front == STATE_GONE || v->front == STATE_HIDDEN)
		return STEP_WAIT;
	return offer(v);
}

static enum vif_step in_init_wait(const struct vif_view *v)
{
	/* Killed after the kernel had connected, before Connected was written? */
	if (v->kern != KERN_NONE &&
	    !(v->kern == KERN_SERVING && v->online && front_ready(v)))
		return STEP_DISCONNECT;
	if (!v->online)
		return STEP_CLOSED;
	if (v->settling)
		return STEP_WAIT;
	if (v->kern == KERN_SERVING)
		return STEP_PUBLISH;
	if (front_ready(v))
		return STEP_CONNECT;
	if (v->front == STATE_CLOSING)
		return STEP_CLOSING;
	if (v->front == STATE_CLOSED || v->front == STATE_GONE)
		return STEP_CLOSED;
	return STEP_WAIT;
}

static enum vif_step in_connected(const struct vif_view *v)
{
	if (!v->online || v->kern == KERN_FAULT || v->kern == KERN_STALE)
		return STEP_CLOSING;
	if (front_ready(v) && v->kern == KERN_SERVING)
		return v->told ? STEP_WAIT : STEP_TELL;
	if (front_ready(v))
		return STEP_ADOPT;
	/* Restored by the supervisor, which still has to let us read the guest's nodes. */
	if (v->front == STATE_HIDDEN && v->kern == KERN_NONE)
		return STEP_WAIT;
	return STEP_CLOSING;
}

static enum vif_step in_closing(const struct vif_view *v)
{
	if (v->kern != KERN_NONE)
		return STEP_DISCONNECT;
	/* It is closing too and will say Closed; a detach does not wait for it. */
	if (v->online && v->front == STATE_CLOSING)
		return STEP_WAIT;
	return STEP_CLOSED;
}

static enum vif_step in_closed(const struct vif_view *v)
{
	if (v->kern != KERN_NONE)
		return STEP_DISCONNECT;
	/* libxl must have seen Closed, or it reports the missing node as a failure. */
	if (!v->online)
		return v->settling ? STEP_WAIT : STEP_REMOVE;
	return v->front == STATE_INITIALISING ? offer(v) : STEP_WAIT;
}

enum vif_step fsm_next(const struct vif_view *v)
{
	if (!v->present)
		return v->kern == KERN_NONE ? STEP_FORGET : STEP_DISCONNECT;
	if (v->orphan)
		return v->kern == KERN_NONE ? STEP_REMOVE : STEP_DISCONNECT;

	switch (v->own) {
	case STATE_INITIALISING:
		return in_initialising(v);
	case STATE_INIT_WAIT:
	case STATE_INITIALISED:
		return in_init_wait(v);
	case STATE_CONNECTED:
		return in_connected(v);
	case STATE_CLOSING:
		return in_closing(v);
	case STATE_CLOSED:
		return in_closed(v);
	default:
		/* Nobody writes anything else here; start again from Closed. */
		return v->kern == KERN_NONE ? STEP_CLOSED : STEP_DISCONNECT;
	}
}

const char *fsm_step_name(enum vif_step step)
{
	static const char *const name[STEPS] = {
		"wait", "refuse", "offer", "connect", "adopt", "publish", "tell",
		"closing", "disconnect", "closed", "remove", "forget",
	};

	return step < STEPS ? name[step] : "?";
}

const char *fsm_state_name(enum xb_state state)
{
	static const char *const name[STATES] = {
		"gone", "Initialising", "InitWait", "Initialised", "Connected",
		"Closing", "Closed", "Reconfiguring", "Reconfigured", "hidden",
	};

	return state < STATES ? name[state] : "?";
}
