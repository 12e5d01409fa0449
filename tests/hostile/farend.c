// SPDX-License-Identifier: GPL-2.0
/* farend.c - see farend.h. */
#include <stdlib.h>
#include <sys/mman.h>

#include "farend.h"

static const struct xpc_struct *type_of(unsigned int which)
{
	return which ? &xpc_struct_xmd_port_object : &xpc_struct_xmd_vif_object;
}

static const void *copy_of(const struct far *f, unsigned int which)
{
	return which ? (const void *)&f->port_told : &f->vif;
}

/* ------------------------------------------------------------------------- life */

static void set_up_objects(struct far *f)
{
	f->vif = (struct xmd_vif_object){ .mtu = 1500, .mtu_max = 1500, .rx_usecs_max = 10000 };
	f->port_told = (struct xmd_port_object){
		.link = 1, .duplex = 1, .speed = 1000, .mtu = 1500, .driver = "hostile", .version = "1",
	};
	f->version[0] = f->version[1] = 1;
}

bool far_open(struct far *f, struct back *b)
{
	unsigned int ref = back_front_number(b, "xmd-obj-ring-ref");
	unsigned int port = back_front_number(b, "xmd-event-channel-obj");
	xenevtchn_port_or_error_t local;

	memset(f, 0, sizeof(*f));
	f->b = b;
	set_up_objects(f);
	if (!ref || !port)
		return false;
	f->page = xengnttab_map_grant_ref(b->xgt, b->front_domid, ref, PROT_READ | PROT_WRITE);
	if (!f->page)
		return false;
	if (objring_attach(&f->ring, f->page))
		goto err_attach;
	local = xenevtchn_bind_interdomain(b->xce, b->front_domid, port);
	if (local < 0)
		goto err_attach;
	f->port = local;
	f->bound = true;
	f->epoch = objring_life(&f->ring) << 16;
	far_kick(f);
	return true;

err_attach:
	far_close(f);
	return false;
}

void far_close(struct far *f)
{
	if (f->bound)
		xenevtchn_unbind(f->b->xce, f->port);
	f->bound = false;
	if (f->page)
		xengnttab_unmap(f->b->xgt, f->page, 1);
	f->page = NULL;
}

void far_kick(struct far *f)
{
	if (f->bound)
		xenevtchn_notify(f->b->xce, f->port);
}

/* --------------------------------------------------------------------- speaking */

bool far_put(struct far *f, const void *msg, unsigned int len)
{
	uint64_t end = now_ms() + 1000;
	int err;

	while ((err = objring_send(&f->ring, msg, len)) == -EAGAIN && now_ms() < end)
		back_wait(f->b, 2);
	far_kick(f);
	return !err;
}

bool far_say(struct far *f, struct xpc_msg m, const void *body, unsigned int len)
{
	uint8_t msg[XMD_OBJRING_SLOT];

	m.len = XPC_HEADER + len;
	xpc_put_header(&m, msg);
	if (len)
		memcpy(msg + XPC_HEADER, body, len);
	return far_put(f, msg, m.len);
}

bool far_welcome(struct far *f)
{
	uint8_t body[XPC_ABI_MAX];
	unsigned int len = f->ring.version > 1 ? xpc_abi_put(&xpc_vif_objects, body) : 0;

	return far_say(f, (struct xpc_msg){ .kind = XPC_WELCOME, .epoch = ++f->epoch }, body, len);
}

static bool far_update(struct far *f, struct xpc_msg m, unsigned int which, uint64_t mask)
{
	uint8_t body[XMD_OBJRING_SLOT - XPC_HEADER];
	int n = xpc_encode_update(type_of(which), mask, copy_of(f, which), body, sizeof(body));

	if (n < 0)
		broken("an object of our own cannot be packed");
	m.id = which + 1;
	m.epoch = f->epoch;
	m.version = f->version[which];
	return far_say(f, m, body, n);
}

bool far_state(struct far *f, unsigned int which)
{
	return far_update(f, (struct xpc_msg){ .kind = XPC_STATE }, which, ~0ull);
}

bool far_change(struct far *f, unsigned int which, uint64_t mask)
{
	uint32_t before = f->version[which]++;

	return far_update(f, (struct xpc_msg){ .kind = XPC_CHANGE, .seq = before }, which, mask);
}

bool far_acknowledge(struct far *f, int result)
{
	return far_say(f, (struct xpc_msg){ .kind = XPC_ACK, .id = XPC_ID_xmd_vif_object,
					    .epoch = f->epoch, .version = f->version[0],
					    .result = result }, NULL, 0);
}

static void grant(struct far *f)
{
	if (f->last.version != f->version[0]) {
		far_acknowledge(f, -ESTALE);
		far_state(f, 0);
		return;
	}
	if (xpc_decode_update(&xpc_struct_xmd_vif_object, XPC_BY_GUEST, &f->vif, f->in + XPC_HEADER,
			      f->last.len - XPC_HEADER, NULL) && !f->torn)
		broken("the guest's own proposal cannot be decoded");
	f->version[0]++;
	far_acknowledge(f, 0);
}

static void answer_call(struct far *f)
{
	static const union {
		struct xpc_args_xmd_obj_counters counters;
		struct xpc_args_xmd_obj_regs regs;
		struct xpc_args_xmd_obj_eeprom eeprom;
	} zeros;
	struct xpc_msg m = { .kind = XPC_ANSWER, .id = f->last.id, .seq = f->last.seq, .epoch = f->epoch };
	uint8_t body[XMD_OBJRING_SLOT - XPC_HEADER];
	int n;

	if (!m.id || m.id > xpc_vif_objects.n_down) {
		if (!f->torn)
			broken("the guest's own call is none");
		return;
	}
	n = xpc_encode_struct(xpc_vif_objects.down[m.id - 1].out, &zeros, body, sizeof(body));
	far_say(f, m, body, n < 0 ? 0 : n);
}

void far_answer(struct far *f)
{
	switch (f->last.kind) {
	case XPC_HELLO:
		if (far_welcome(f) && far_state(f, 0))
			far_state(f, 1);
		break;
	case XPC_RESYNC:
		far_state(f, f->last.id == XPC_ID_xmd_port_object);
		break;
	case XPC_PROPOSE:
		grant(f);
		break;
	case XPC_CALL:
		answer_call(f);
		break;
	default:
		if (!f->torn)
			broken("the guest says %s", xpc_kind_name(f->last.kind));
	}
}

/* -------------------------------------------------------------------- listening */

/* The next message of this epoch; false: none. */
static bool take(struct far *f)
{
	int n;

	while ((n = objring_receive(&f->ring, f->in)) > 0) {
		far_kick(f);
		if (xpc_get_header(&f->last, f->in, n)) {
			if (!f->torn)
				broken("the guest's own message has a wrong header");
			continue;
		}
		if (f->last.kind != XPC_HELLO && f->last.epoch != f->epoch)
			continue;
		f->heard[f->last.kind]++;
		return true;
	}
	return false;
}

bool far_await(struct far *f, unsigned int kind, unsigned int ms)
{
	uint64_t end = now_ms() + ms;

	do {
		while (take(f)) {
			if (f->last.kind == kind)
				return true;
			far_answer(f);
		}
		back_wait(f->b, 5);
	} while (now_ms() < end);
	return false;
}

bool far_hello(struct far *f, unsigned int ms)
{
	if (!far_await(f, XPC_HELLO, ms))
		return false;
	far_answer(f);
	return far_listens(f);
}

/* A CHANGE from a version that nobody has had, behind a STATE so that there is a version. */
bool far_listens(struct far *f)
{
	struct xpc_msg m = { .kind = XPC_CHANGE, .id = XPC_ID_xmd_port_object, .epoch = f->epoch };
	unsigned int hellos = f->heard[XPC_HELLO];
	uint8_t body[XPC_MASK] = { 0 };

	if (!far_state(f, 1))
		return false;
	m.seq = f->version[1] + 1000;
	m.version = m.seq + 1;
	if (!far_say(f, m, body, sizeof(body)))
		return false;
	/* events were many, perhaps: its kernel holds them back for a second then */
	if (!far_await(f, XPC_RESYNC, 3000))
		/* it has begun anew on its own: as good */
		return f->heard[XPC_HELLO] != hellos;
	far_answer(f);
	return true;
}
