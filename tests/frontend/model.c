// SPDX-License-Identifier: GPL-2.0
/* model.c - see model.h */
#include <string.h>
#include "model.h"

void model_init(struct model *m, enum model_kind kind)
{
	memset(m, 0, sizeof(*m));
	m->kind = kind;
}

/* ---- the frontend, as main.c ---- */

static void set_front(struct model *m, int state)
{
	m->own = state;
	if (m->front)
		m->front = state;
}

static void withdraw(struct model *m)
{
	m->ring = 0;
	if (m->phase != XMD_DEAD)
		m->phase = XMD_IDLE;
}

static void say_closed(struct model *m)
{
	m->settling = true;
	set_front(m, XenbusStateClosed);
}

bool model_front(struct model *m)
{
	struct xmd_front_view v = {
		.phase = m->phase, .own = m->own, .backend = m->back,
		.online = m->back && m->online, .settling = m->settling, .hasty = m->hasty,
		.begun = m->back && m->wrong,
	};

	if (!m->front)
		return false;
	switch (xmd_front_next(&v)) {
	case XMD_STEP_CONNECT:
		m->ring = ++m->rings_made;
		m->key_ring = m->ring;
		m->hasty = true;
		m->phase = XMD_OFFERED;
		set_front(m, XenbusStateConnected);
		return true;
	case XMD_STEP_SERVE:
		m->phase = XMD_SERVED;
		m->carrier = true;
		return true;
	case XMD_STEP_LOSE:
		m->phase = XMD_LOST;
		return true;
	case XMD_STEP_RETURNED:
		if (m->phase == XMD_SERVED)
			return false;
		m->phase = XMD_SERVED;
		return true;
	case XMD_STEP_RESET:
		withdraw(m);
		say_closed(m);
		return true;
	case XMD_STEP_CLOSE:
		withdraw(m);
		m->carrier = false;
		if (!v.online)
			m->frames = 0;
		say_closed(m);
		return true;
	case XMD_STEP_REOPEN:
		set_front(m, XenbusStateInitialising);
		return true;
	case XMD_STEP_FORGIVE:
		m->phase = XMD_IDLE;
		return true;
	default:
		return false;
	}
}

/* ---- the backends ---- */

static bool set_back(struct model *m, int state)
{
	m->back = state;
	return true;
}

/*
 * Two steps, between which the frontend may do anything: map what the keys say; write
 * Connected.  Grants that were ended cannot be mapped.
 */
static bool connect_rings(struct model *m)
{
	if (m->key_ring != m->ring)
		return set_back(m, XenbusStateClosing);
	m->wrong = m->kind == MODEL_XMD && m->used == m->ring;
	m->served = m->used = m->ring;
	m->connecting = true;
	return true;
}

static bool disconnect(struct model *m)
{
	m->served = 0;
	m->wrong = false;
	return true;
}

/* frontend_changed() and set_backend_state() */
static bool netback(struct model *m)
{
	if (m->back == XenbusStateInitialising)
		return set_back(m, XenbusStateInitWait);
	switch (m->front) {
	case XenbusStateInitialising:
		return m->back == XenbusStateClosed && m->online && set_back(m, XenbusStateInitWait);
	case XenbusStateConnected:
		if (m->back == XenbusStateClosed)
			return set_back(m, XenbusStateInitWait);
		if (m->back != XenbusStateInitWait)
			return false;
		return connect_rings(m);
	case XenbusStateClosing:
		if (m->back >= XenbusStateClosing)
			return false;
		disconnect(m);
		return set_back(m, XenbusStateClosing);
	case XenbusStateClosed:
		if (m->back == XenbusStateClosed)
			return false;
		disconnect(m);
		return set_back(m, XenbusStateClosed);
	default:
		return false;
	}
}

/* backend-domU/user/fsm.c */
static bool xmd(struct model *m)
{
	bool ready = m->front == XenbusStateInitialised || m->front == XenbusStateConnected;

	switch (m->back) {
	case XenbusStateInitialising:
		if (!m->online)
			return set_back(m, XenbusStateClosed);
		return m->front && set_back(m, XenbusStateInitWait);
	case XenbusStateInitWait:
		if (!m->online || m->front == XenbusStateClosed || !m->front)
			return set_back(m, XenbusStateClosed);
		if (m->front == XenbusStateClosing)
			return set_back(m, XenbusStateClosing);
		if (!ready)
			return false;
		return connect_rings(m);
	case XenbusStateConnected:
		if (m->online && ready && m->served == m->key_ring)
			return false;
		return set_back(m, XenbusStateClosing);
	case XenbusStateClosing:
		if (m->served)
			return disconnect(m);
		if (m->online && m->front == XenbusStateClosing)
			return false;
		return set_back(m, XenbusStateClosed);
	case XenbusStateClosed:
		return m->online && m->front == XenbusStateInitialising &&
		       set_back(m, XenbusStateInitWait);
	default:
		return false;
	}
}

bool model_back(struct model *m)
{
	if (!m->running || !m->back)
		return false;
	if (m->connecting) {
		m->connecting = false;
		if (m->back == XenbusStateInitWait)
			return set_back(m, XenbusStateConnected);
	}
	return m->kind == MODEL_NETBACK ? netback(m) : xmd(m);
}

void model_time(struct model *m)
{
	/* more than any backend takes from mapping rings to saying so */
	if (!m->connecting)
		m->settling = false;
	m->hasty = false;
}

bool model_settle(struct model *m)
{
	for (int i = 0; i < 200; i++) {
		bool moved = model_front(m);

		if (model_back(m))
			moved = true;
		if (moved)
			continue;
		if (!m->settling && !m->hasty)
			return true;
		model_time(m);
	}
	return false;
}

/* ---- the world ---- */

void model_attach(struct model *m)
{
	m->front = m->back = m->own = XenbusStateInitialising;
	m->online = true;
	m->running = true;
}

void model_detach(struct model *m)
{
	m->online = false;
	m->back = XenbusStateClosing;
}

void model_crash(struct model *m)
{
	m->back = 0;
	m->running = false;
	m->connecting = false;
	disconnect(m);
	/* a domain takes longer to come back than this to be seen */
	model_front(m);
}

void model_return(struct model *m, bool adopts)
{
	m->running = true;
	m->online = true;
	if (adopts)
		m->served = m->key_ring;
	m->back = adopts ? XenbusStateConnected : XenbusStateInitialising;
}

/* as main.c's move() */
void model_move(struct model *m)
{
	model_crash(m);
	m->phase = XMD_IDLE;
	withdraw(m);
	m->settling = m->hasty = false;
	set_front(m, XenbusStateInitialising);
	model_return(m, false);
}

bool model_served(const struct model *m)
{
	return m->phase == XMD_SERVED && m->own == XenbusStateConnected &&
	       m->front == XenbusStateConnected && m->back == XenbusStateConnected &&
	       m->ring && m->served == m->ring && !m->wrong && m->carrier;
}
