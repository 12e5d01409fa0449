// SPDX-License-Identifier: GPL-2.0
/* abi.c - what a guest and its driver domain know of each other; see abi.h. */
#include <xmd/objring.h>
#include "abi.h"

enum { LOWEST, HIGHEST, CALLS, OBJECTS, FEATURES, LIST = 8 };

#define OUR_FEATURES	0u
#define FIRST_TO_SAY	2u		/* version in which it is said at all */

static __u64 low_bits(unsigned int n)
{
	return n < 64 ? (1ull << n) - 1 : ~0ull;
}

__u32 xpc_abi_put(const struct xpc_proto *proto, void *body)
{
	__u8 *p = body;
	unsigned int i;

	memset(p, 0, LIST);
	p[LOWEST] = FIRST_TO_SAY;
	p[HIGHEST] = XMD_OBJRING_VERSION;
	p[CALLS] = proto->n_down;
	p[OBJECTS] = proto->n_objects;
	for (i = 0; i < proto->n_objects; i++) {
		p[LIST + 2 * i] = proto->object[i].id;
		p[LIST + 2 * i + 1] = proto->object[i].type->n;
	}
	return LIST + 2 * i;
}

/* Which of ours @id is, or -1. */
static int place_of(const struct xpc_proto *proto, __u8 id)
{
	unsigned int i;

	for (i = 0; i < proto->n_objects; i++)
		if (proto->object[i].id == id)
			return i;
	return -1;
}

static bool has_first(const struct xpc_abi *abi, const struct xpc_proto *proto)
{
	unsigned int i;

	for (i = 0; i < proto->n_objects; i++) {
		__u64 first = low_bits(proto->object[i].type->first);

		if (proto->object[i].added && !abi->members[i])
			continue;
		if (first & ~abi->members[i])
			return false;
	}
	return abi->calls >= proto->first_down;
}

static int get_objects(struct xpc_abi *abi, const struct xpc_proto *proto, const __u8 *p, __u8 n)
{
	unsigned int i, before = 0;
	int at;

	for (i = 0; i < n; i++, p += 2) {
		if (p[0] <= before)
			return -EBADMSG;
		before = p[0];
		at = place_of(proto, p[0]);
		if (at >= 0)
			abi->members[at] = low_bits(p[1]) & low_bits(proto->object[at].type->n);
	}
	return 0;
}

int xpc_abi_get(struct xpc_abi *abi, const struct xpc_proto *proto, const void *body, __u32 len)
{
	struct xpc_abi a = { .version = XMD_OBJRING_VERSION };
	const __u8 *p = body;
	int err;

	if (len < LIST || p[LOWEST] > p[HIGHEST] || p[OBJECTS] > XPC_ABI_OBJECTS ||
	    len < LIST + 2u * p[OBJECTS])
		return -EBADMSG;
	if (p[HIGHEST] < FIRST_TO_SAY || p[LOWEST] > XMD_OBJRING_VERSION)
		return -EPROTONOSUPPORT;
	if (p[HIGHEST] < a.version)
		a.version = p[HIGHEST];
	a.calls = p[CALLS] < proto->n_down ? p[CALLS] : proto->n_down;
	a.features = (p[FEATURES] | p[FEATURES + 1] << 8 | p[FEATURES + 2] << 16 |
		      (__u32)p[FEATURES + 3] << 24) & OUR_FEATURES;
	err = get_objects(&a, proto, p + LIST, p[OBJECTS]);
	if (err)
		return err;
	if (!has_first(&a, proto))
		return -EPROTONOSUPPORT;
	*abi = a;
	return 0;
}

void xpc_abi_first(struct xpc_abi *abi, const struct xpc_proto *proto)
{
	unsigned int i;

	*abi = (struct xpc_abi){ .version = 1, .calls = proto->first_down };
	for (i = 0; i < proto->n_objects; i++)
		if (!proto->object[i].added)
			abi->members[i] = low_bits(proto->object[i].type->first);
}

const struct xpc_struct *xpc_abi_args(const struct xpc_abi *abi, const struct xpc_struct *s,
				      struct xpc_struct *own)
{
	if (abi->version > 1 || s->n == s->first)
		return s;
	*own = *s;
	own->n = s->first;
	own->mask &= low_bits(s->first);
	return own;
}

void xpc_abi_clear(const struct xpc_struct *s, __u64 mask, void *obj)
{
	unsigned int i;

	for (i = 0; i < s->n; i++)
		if (mask >> i & 1)
			memset((__u8 *)obj + s->field[i].offset, 0,
			       (__u32)s->field[i].size * s->field[i].max);
}
