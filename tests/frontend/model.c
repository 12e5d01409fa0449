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
	if (m->served && m->served == m->ring)
		m->mapped_dead = true;
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
	};

	if (!m->front)
		return false;
	m->steps++;
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

static void map_rings(struct model *m)
{
	m->served = m->key_ring;
	/* grants that were ended cannot be mapped */
	m->mapped_dead = m->served != m->ring;
}

static bool set_back(struct model *m, int state)
{
	m->back = state;
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
		map_rings(m);
		if (m->mapped_dead) {
			m->served = 0;
			return set_back(m, XenbusStateClosing);
		}
		return set_back(m, XenbusStateConnected);
	case XenbusStateClosing:
		if (m->back >= XenbusStateClosing)
			return false;
		m->served = 0;
		return set_back(m, XenbusStateClosing);
	case XenbusStateClosed:
		if (m->back == XenbusStateClosed)
			return false;
		m->served = 0;
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
		map_rings(m);
		if (m->mapped_dead) {
			m->served = 0;
			return set_back(m, XenbusStateClosing);
		}
		return set_back(m, XenbusStateConnected);
	case XenbusStateConnected:
		if (m->online && ready && m->served == m->key_ring)
			return false;
		if (m->online && ready && !m->served) {
			map_rings(m);
			return !m->mapped_dead || set_back(m, XenbusStateClosing);
		}
		return set_back(m, XenbusStateClosing);
	case XenbusStateClosing:
		if (m->served) {
			m->served = 0;
			return true;
		}
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
	return m->kind == MODEL_NETBACK ? netback(m) : xmd(m);
}

void model_time(struct model *m)
{
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
	m->served = 0;
	m->mapped_dead = false;
}

void model_return(struct model *m, bool adopts)
{
	m->running = true;
	m->online = true;
	m->served = 0;
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
	       m->ring && m->served == m->ring && m->carrier;
}
