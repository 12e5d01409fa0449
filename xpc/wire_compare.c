// SPDX-License-Identifier: GPL-2.0
/* wire_compare.c - in what two structs differ, and how one becomes like the other; see wire.h. */
#include "field.h"

static bool same_struct(const struct xpc_struct *s, const __u8 *a, const __u8 *b);

static bool same_array(const struct xpc_field *f, const __u8 *a, const __u8 *b, unsigned int n)
{
	if (f->element == XPC_TEXT)
		return !strncmp((const char *)a, (const char *)b, f->max);
	if (f->element != XPC_SUB)
		return !memcmp(a, b, n * f->size);
	for (; n; n--, a += f->size, b += f->size)
		if (!same_struct(f->sub, a, b))
			return false;
	return true;
}

static bool same_list(const struct xpc_field *f, const void *a, const void *b)
{
	unsigned int n = xpc_length_of(f, a);

	if (n != xpc_length_of(f, b))
		return false;
	for (; n; n--, a = xpc_next_in(f, a), b = xpc_next_in(f, b))
		if (!same_array(f, a, b, 1))
			return false;
	return true;
}

static bool same_field(const struct xpc_field *f, const __u8 *a, const __u8 *b)
{
	const void *pa = a + f->offset, *pb = b + f->offset;

	switch (f->shape) {
	case XPC_ONE:
		return same_array(f, pa, pb, 1);
	case XPC_FIXED:
		return same_array(f, pa, pb, f->max);
	case XPC_COUNTED_ARRAY:
		return xpc_count_in(f, a) == xpc_count_in(f, b) &&
		       same_array(f, pa, pb, xpc_elements_in(f, a));
	case XPC_LINKED:
		return same_list(f, *(const void *const *)pa, *(const void *const *)pb);
	default:
		return true;
	}
}

static bool same_struct(const struct xpc_struct *s, const __u8 *a, const __u8 *b)
{
	return !xpc_diff(s, a, b);
}

__u64 xpc_diff(const struct xpc_struct *s, const void *a, const void *b)
{
	__u64 mask = 0;
	unsigned int i;

	for (i = 0; i < s->n; i++)
		if (!same_field(&s->field[i], a, b))
			mask |= 1ull << i;
	return mask;
}

int xpc_copy(const struct xpc_struct *s, __u64 mask, void *dst, const void *src, void *scratch)
{
	int n = xpc_encode_update(s, mask, src, scratch, XPC_MSG_MAX);

	return n < 0 ? n : xpc_decode_update(s, 0, dst, scratch, n, NULL);
}

__u64 xpc_writable(const struct xpc_struct *s, __u8 by)
{
	__u64 mask = 0;
	unsigned int i;

	for (i = 0; i < s->n; i++)
		if (s->field[i].by & by)
			mask |= 1ull << i;
	return mask & s->mask;
}
