// SPDX-License-Identifier: GPL-2.0
/* wire_header.c - the header of a message, and which fields of it a kind has; see wire.h. */
#include "wire.h"

#define FIELDS	10

/* In their order; together XPC_HEADER. */
static const __u8 bytes_of[FIELDS] = { 1, 1, 2, 4, 4, 4, 4, 4, 4, 4 };

void xpc_put_header(const struct xpc_msg *msg, void *buf)
{
	const __u32 v[FIELDS] = {
		XPC_WIRE_VERSION, msg->kind, msg->id, msg->len, msg->epoch, msg->object, msg->seq,
		msg->version, (__u32)msg->result, msg->ms,
	};
	__u8 *p = buf;
	unsigned int i, k;

	for (i = 0; i < FIELDS; i++)
		for (k = 0; k < bytes_of[i]; k++)
			*p++ = v[i] >> (8 * k);
}

enum { ID = 1, OBJECT = 2, SEQ = 4, VERSION = 8, RESULT = 16, MS = 32, BODY = 64 };

/* The fields that a kind has; the table in wire.h. */
static const __u8 has[XPC_KINDS] = {
	[XPC_HELLO] = BODY,
	[XPC_WELCOME] = BODY,
	[XPC_STATE] = ID | OBJECT | VERSION | BODY,
	[XPC_CHANGE] = ID | OBJECT | SEQ | VERSION | BODY,
	[XPC_PROPOSE] = ID | OBJECT | VERSION | BODY,
	[XPC_LOCK] = ID | OBJECT | MS,
	[XPC_UNLOCK] = ID | OBJECT,
	[XPC_CALL] = ID | SEQ | MS | BODY,
	[XPC_ANSWER] = ID | SEQ | RESULT | BODY,
	[XPC_ACK] = ID | OBJECT | VERSION | RESULT,
	[XPC_RESYNC] = ID | OBJECT,
};

static bool fields_fit(const struct xpc_msg *m)
{
	unsigned int found = (m->id ? ID : 0) | (m->object ? OBJECT : 0) | (m->seq ? SEQ : 0) |
			     (m->version ? VERSION : 0) | (m->result ? RESULT : 0) |
			     (m->ms ? MS : 0) | (m->len > XPC_HEADER ? BODY : 0);

	return !(found & ~has[m->kind]);
}

int xpc_get_header(struct xpc_msg *msg, const void *buf, __u32 len)
{
	const __u8 *p = buf;
	__u32 v[FIELDS] = { 0 };
	struct xpc_msg m;
	unsigned int i, k;

	if (len < XPC_HEADER || len > XPC_MSG_MAX)
		return -EBADMSG;
	for (i = 0; i < FIELDS; i++)
		for (k = 0; k < bytes_of[i]; k++)
			v[i] |= (__u32)*p++ << (8 * k);
	if (v[0] != XPC_WIRE_VERSION)
		return -EPROTONOSUPPORT;
	m = (struct xpc_msg){
		.kind = v[1], .id = v[2], .len = v[3], .epoch = v[4], .object = v[5],
		.seq = v[6], .version = v[7], .result = (__s32)v[8], .ms = v[9],
	};
	if (!v[1] || v[1] >= XPC_KINDS || v[2] > 0xff || v[3] != len || !fields_fit(&m))
		return -EBADMSG;
	*msg = m;
	return 0;
}

const char *xpc_kind_name(unsigned int kind)
{
	static const char * const name[XPC_KINDS] = {
		"?", "HELLO", "WELCOME", "STATE", "CHANGE", "READY", "PROPOSE", "LOCK",
		"UNLOCK", "CALL", "ANSWER", "ACK", "RESYNC",
	};

	return name[kind < XPC_KINDS ? kind : 0];
}
