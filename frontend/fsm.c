// SPDX-License-Identifier: GPL-2.0
/* fsm.c - see fsm.h.  One function per phase. */
#include "fsm.h"

static enum xmd_front_step close_once(const struct xmd_front_view *v)
{
	return v->own == XenbusStateClosed ? XMD_STEP_WAIT : XMD_STEP_CLOSE;
}

static enum xmd_front_step in_idle(const struct xmd_front_view *v)
{
	switch (v->backend) {
	case XenbusStateInitialising:
		return v->own == XenbusStateInitialising ? XMD_STEP_WAIT : XMD_STEP_REOPEN;
	case XenbusStateInitWait:
		if (v->hasty || (v->own == XenbusStateClosed && v->settling))
			return XMD_STEP_WAIT;
		return XMD_STEP_CONNECT;
	case XenbusStateConnected:
		/* With rings that are no more; it has to see us Closed. */
	case XenbusStateClosing:
		return close_once(v);
	case XenbusStateClosed:
		if (!v->online)
			return close_once(v);
		if (v->hasty || v->own == XenbusStateInitialising)
			return XMD_STEP_WAIT;
		return XMD_STEP_REOPEN;
	default:
		return XMD_STEP_WAIT;
	}
}

static enum xmd_front_step in_offered(const struct xmd_front_view *v)
{
	switch (v->backend) {
	case XenbusStateConnected:
		return XMD_STEP_SERVE;
	case XenbusStateClosing:
	case XenbusStateClosed:
		return XMD_STEP_CLOSE;
	default:
		return XMD_STEP_WAIT;
	}
}

static enum xmd_front_step in_served(const struct xmd_front_view *v)
{
	switch (v->backend) {
	case XenbusStateUnknown:
		return v->phase == XMD_LOST ? XMD_STEP_WAIT : XMD_STEP_LOSE;
	case XenbusStateInitialising:
	case XenbusStateInitWait:
		return XMD_STEP_RESET;
	case XenbusStateConnected:
		return XMD_STEP_RETURNED;
	case XenbusStateClosing:
	case XenbusStateClosed:
		return XMD_STEP_CLOSE;
	default:
		return XMD_STEP_WAIT;
	}
}

enum xmd_front_step xmd_front_next(const struct xmd_front_view *v)
{
	switch (v->phase) {
	case XMD_IDLE:
		return in_idle(v);
	case XMD_OFFERED:
		return in_offered(v);
	case XMD_SERVED:
	case XMD_LOST:
		return in_served(v);
	default:
		if (v->backend == XenbusStateUnknown)
			return XMD_STEP_FORGIVE;
		return close_once(v);
	}
}
