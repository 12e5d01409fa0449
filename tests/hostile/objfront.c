// SPDX-License-Identifier: GPL-2.0
/* objfront.c - see objfront.h. */
#include <errno.h>
#include <poll.h>
#include <stdlib.h>

#include "objfront.h"

void obj_share(struct vif *v, struct obj *o)
{
	xenevtchn_port_or_error_t port;

	memset(o, 0, sizeof(*o));
	o->page = vif_share_page(v, v->back_domid, &o->ref, true);
	objring_new(&o->ring, o->page, XMD_OBJRING_VERSION);
	port = xenevtchn_bind_unbound_port(v->xce, v->back_domid);
	if (port < 0)
		broken("no event channel for domain %u: %s", v->back_domid, strerror(errno));
	o->port = port;
}

void obj_publish(struct vif *v, const struct obj *o)
{
	vif_writef(v, "xmd-obj-ring-ref", o->ref);
	vif_writef(v, "xmd-event-channel-obj", o->port);
	vif_writef(v, "xmd-obj-version", XMD_OBJRING_VERSION);
}

void obj_kick(struct vif *v, struct obj *o)
{
	xenevtchn_notify(v->xce, o->port);
}

bool obj_send(struct vif *v, struct obj *o, const void *msg, unsigned int len)
{
	if (objring_send(&o->ring, msg, len))
		return false;
	obj_kick(v, o);
	return true;
}

void obj_header(struct obj *o, uint8_t *msg, unsigned int kind, unsigned int id, unsigned int body)
{
	struct xpc_msg m = { .kind = kind, .id = id, .len = XPC_HEADER + body, .epoch = o->epoch };

	if (kind == XPC_HELLO)
		m.epoch = 0;
	if (kind == XPC_PROPOSE && id)
		m.version = o->version[(id - 1) % 2];
	xpc_put_header(&m, msg);
}

/* ------------------------------------------------------------------ receiving */

static void take_copy(struct obj *o, const struct xpc_msg *m, const uint8_t *body)
{
	const struct xpc_struct *s;
	void *copy;

	if (m->id != XPC_ID_xmd_vif_object && m->id != XPC_ID_xmd_port_object)
		return;
	s = m->id == XPC_ID_xmd_vif_object ? &xpc_struct_xmd_vif_object : &xpc_struct_xmd_port_object;
	copy = m->id == XPC_ID_xmd_vif_object ? (void *)&o->vif : (void *)&o->port_seen;
	if (xpc_decode_update(s, 0, copy, body, m->len - XPC_HEADER, NULL))
		broken("the driver domain's own message cannot be decoded");
	o->version[m->id - 1] = m->version;
	if (m->kind == XPC_STATE)
		o->known[m->id - 1] = true;
}

static void take(struct obj *o, const uint8_t *msg, unsigned int len)
{
	struct xpc_msg m;

	if (xpc_get_header(&m, msg, len))
		broken("the driver domain's own message has a wrong header");
	if (m.kind == XPC_WELCOME) {
		o->epoch = m.epoch;
		o->known[0] = o->known[1] = false;
	}
	if (m.epoch != o->epoch && m.epoch)
		return;
	o->told++;
	if (m.kind == XPC_STATE || m.kind == XPC_CHANGE)
		take_copy(o, &m, msg + XPC_HEADER);
	o->acks += m.kind == XPC_ACK;
	o->answers += m.kind == XPC_ANSWER;
	if (m.kind == XPC_ACK || m.kind == XPC_ANSWER)
		o->result = m.result;
	if (m.kind == XPC_ACK && !m.result && m.id)
		o->version[(m.id - 1) % 2] = m.version;
}

/* Sleep until somebody signals, at most @ms. */
static void wait_event(struct vif *v, unsigned int ms)
{
	struct pollfd p = { .fd = xenevtchn_fd(v->xce), .events = POLLIN };
	xenevtchn_port_or_error_t port;

	if (poll(&p, 1, ms) != 1)
		return;
	port = xenevtchn_pending(v->xce);
	if (port >= 0)
		xenevtchn_unmask(v->xce, port);
}

bool obj_collect(struct vif *v, struct obj *o, unsigned int ms, bool known)
{
	uint64_t end = now_ms() + ms;
	uint8_t msg[XMD_OBJRING_SLOT];
	int n;

	for (;;) {
		while ((n = objring_receive(&o->ring, msg)) > 0) {
			take(o, msg, n);
			obj_kick(v, o);
		}
		if (known && o->known[0] && o->known[1])
			return true;
		if (now_ms() >= end)
			return !known;
		wait_event(v, 10);
	}
}

/* ---------------------------------------------------------------------- sending */

static bool send_when_room(struct vif *v, struct obj *o, const void *msg, unsigned int len)
{
	for (unsigned int i = 0; i < 200; i++) {
		if (obj_send(v, o, msg, len))
			return true;
		obj_collect(v, o, 20, false);
	}
	return false;
}

bool obj_hello(struct vif *v, struct obj *o)
{
	uint8_t msg[XPC_HEADER + XPC_ABI_MAX];
	uint32_t len = xpc_abi_put(&xpc_vif_objects, msg + XPC_HEADER);

	for (unsigned int i = 0; i < 500 && !objring_life(&o->ring); i++)
		sleep_ms(10);
	o->life = objring_life(&o->ring);
	if (!o->life)
		return false;
	o->epoch = 0;
	o->known[0] = o->known[1] = false;
	obj_header(o, msg, XPC_HELLO, 0, len);
	return send_when_room(v, o, msg, XPC_HEADER + len) && obj_collect(v, o, 5000, true);
}

bool obj_probe(struct vif *v, struct obj *o)
{
	uint8_t msg[XPC_HEADER];

	if (objring_closed(&o->ring))
		return false;
	obj_collect(v, o, 50, false);
	o->known[0] = false;
	obj_header(o, msg, XPC_RESYNC, XPC_ID_xmd_vif_object, 0);
	/* what stands before it is taken at some 50 messages a second */
	if (send_when_room(v, o, msg, sizeof(msg)) && obj_collect(v, o, 3000, true))
		return true;
	/* its last HELLO may have ended the epoch */
	return !objring_closed(&o->ring) && obj_hello(v, o);
}
