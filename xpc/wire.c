// SPDX-License-Identifier: GPL-2.0
/*
 * wire.c - packs and unpacks what the tables of the generator describe; see wire.h.
 * wire_header.c has the header, wire_compare.c how structs differ.
 *
 * A message is unpacked in two walks over it: the first, without a destination, checks
 * all of it, the second cannot fail.  Structs are walked by recursion; how deep they are
 * is known when the tables are made (XPC_DEPTH_MAX).
 */
#include "field.h"

struct sink {
	__u8 *p;
	__u32 left;
	int err;
};

struct source {
	const __u8 *p;
	__u32 left;
	bool longer;			/* it may end behind what we know */
};

/* ------------------------------------------------------------------------ numbers */

__u64 xpc_value_at(const struct xpc_field *f, const void *p)
{
	bool sign = f->element == XPC_INT;

	switch (f->size) {
	case 1:
		return sign ? (__u64)*(const __s8 *)p : *(const __u8 *)p;
	case 2:
		return sign ? (__u64)*(const __s16 *)p : *(const __u16 *)p;
	case 4:
		return sign ? (__u64)*(const __s32 *)p : *(const __u32 *)p;
	default:
		return *(const __u64 *)p;
	}
}

static void set_value(const struct xpc_field *f, void *p, __u64 v)
{
	switch (f->size) {
	case 1:
		*(__u8 *)p = v;
		break;
	case 2:
		*(__u16 *)p = v;
		break;
	case 4:
		*(__u32 *)p = v;
		break;
	default:
		*(__u64 *)p = v;
	}
}

static bool allowed(const struct xpc_field *f, __u64 v)
{
	if (f->element == XPC_INT)
		return (__s64)v >= (__s64)f->low && (__s64)v <= (__s64)f->high;
	return v >= f->low && v <= f->high;
}

static void put(struct sink *to, __u64 v, unsigned int bytes)
{
	if (to->left < bytes) {
		to->err = -EMSGSIZE;
		return;
	}
	to->left -= bytes;
	for (; bytes; bytes--, v >>= 8)
		*to->p++ = v;
}

static int get(struct source *from, unsigned int bytes, __u64 *v)
{
	unsigned int i;

	if (from->left < bytes)
		return -EBADMSG;
	*v = 0;
	for (i = 0; i < bytes; i++)
		*v |= (__u64)from->p[i] << (8 * i);
	from->p += bytes;
	from->left -= bytes;
	return 0;
}

static int get_number(struct source *from, const struct xpc_field *f, void *p)
{
	unsigned int unused = 64 - 8 * f->size;
	__u64 v;
	int err = get(from, f->size, &v);

	if (err)
		return err;
	if (f->element == XPC_INT)
		v = (__u64)((__s64)(v << unused) >> unused);
	if (!allowed(f, v))
		return -ERANGE;
	if (p)
		set_value(f, p, v);
	return 0;
}

/* ------------------------------------------------------------------- walking lists */

static const struct xpc_field *count_of(const struct xpc_field *f)
{
	return f - f->back;
}

__u64 xpc_count_in(const struct xpc_field *f, const void *obj)
{
	const struct xpc_field *count = count_of(f);

	return xpc_value_at(count, (const __u8 *)obj + count->offset);
}

/* For walks over memory of our own, which may not keep to its bounds. */
unsigned int xpc_elements_in(const struct xpc_field *f, const void *obj)
{
	__u64 n = xpc_count_in(f, obj);

	return n > f->max ? f->max : n;
}

const void *xpc_next_in(const struct xpc_field *f, const void *element)
{
	return *(const void *const *)((const __u8 *)element + f->sub->next);
}

unsigned int xpc_length_of(const struct xpc_field *f, const void *first)
{
	unsigned int n = 0;

	for (; first && n <= f->max; first = xpc_next_in(f, first))
		n++;
	return n;
}

/* Link @n elements of the memory behind @obj, and have the pointer at @p begin with them. */
static void link_store(const struct xpc_field *f, void *obj, void *p, unsigned int n)
{
	__u8 *element = (__u8 *)obj + f->store;
	void **end = p;

	for (; n; n--, element += f->size) {
		*end = element;
		end = (void **)(element + f->sub->next);
	}
	*end = NULL;
}

/* ------------------------------------------------------------------------ encoding */

static void put_struct(struct sink *to, const struct xpc_struct *s, __u64 mask, const __u8 *obj);

static void put_text(struct sink *to, const struct xpc_field *f, const char *text)
{
	__u32 n = strnlen(text, f->max);

	if (n == f->max) {
		to->err = -ERANGE;
		return;
	}
	put(to, n, 2);
	while (n--)
		put(to, (__u8)*text++, 1);
}

static void put_element(struct sink *to, const struct xpc_field *f, const void *p)
{
	if (f->element == XPC_SUB)
		put_struct(to, f->sub, f->sub->mask, p);
	else if (f->element == XPC_TEXT)
		put_text(to, f, p);
	else
		put(to, xpc_value_at(f, p), f->size);
}

static void put_array(struct sink *to, const struct xpc_field *f, const __u8 *p, unsigned int n)
{
	for (; n && !to->err; n--, p += f->size)
		put_element(to, f, p);
}

static void put_counted(struct sink *to, const struct xpc_field *f, const void *obj, const void *p)
{
	__u64 n = xpc_count_in(f, obj);

	if (!allowed(count_of(f), n)) {
		to->err = -ERANGE;
		return;
	}
	put(to, n, 2);
	put_array(to, f, p, n);
}

static void put_list(struct sink *to, const struct xpc_field *f, const void *first)
{
	unsigned int n = xpc_length_of(f, first);

	if (n > f->max) {
		to->err = -ERANGE;
		return;
	}
	put(to, n, 2);
	for (; n && !to->err; n--, first = xpc_next_in(f, first))
		put_element(to, f, first);
}

/* @p: the member itself, @obj: the struct that it is a member of */
static void put_field(struct sink *to, const struct xpc_field *f, const void *obj, const void *p)
{
	switch (f->shape) {
	case XPC_ONE:
		put_element(to, f, p);
		break;
	case XPC_FIXED:
		put_array(to, f, p, f->max);
		break;
	case XPC_COUNTED_ARRAY:
		put_counted(to, f, obj, p);
		break;
	case XPC_LINKED:
		put_list(to, f, *(const void *const *)p);
		break;
	}
}

static void put_struct(struct sink *to, const struct xpc_struct *s, __u64 mask, const __u8 *obj)
{
	unsigned int i;

	for (i = 0; i < s->n && !to->err; i++)
		if (mask >> i & 1)
			put_field(to, &s->field[i], obj, obj + s->field[i].offset);
}

/* ------------------------------------------------------------------------ decoding */

static int get_struct(struct source *from, const struct xpc_struct *s, __u64 mask, __u8 *obj);

static int get_text(struct source *from, const struct xpc_field *f, char *text)
{
	__u64 n, i;
	int err = get(from, 2, &n);

	if (err)
		return err;
	if (n >= f->max)
		return -ERANGE;
	if (n > from->left)
		return -EBADMSG;
	for (i = 0; i < n; i++)
		if (from->p[i] < 0x20 || from->p[i] > 0x7e)
			return -EILSEQ;
	if (text) {
		memset(text, 0, f->max);
		memcpy(text, from->p, n);
	}
	from->p += n;
	from->left -= n;
	return 0;
}

static int get_element(struct source *from, const struct xpc_field *f, void *p)
{
	if (f->element == XPC_SUB)
		return get_struct(from, f->sub, f->sub->mask, p);
	if (f->element == XPC_TEXT)
		return get_text(from, f, p);
	return get_number(from, f, p);
}

static int get_array(struct source *from, const struct xpc_field *f, __u8 *p, unsigned int n)
{
	int err = 0;

	for (; n && !err; n--) {
		err = get_element(from, f, p);
		p = p ? p + f->size : NULL;
	}
	return err;
}

static int get_counted(struct source *from, const struct xpc_field *f, __u8 *obj, __u8 *p)
{
	const struct xpc_field *count = count_of(f);
	__u64 n;
	int err = get(from, 2, &n);

	if (err)
		return err;
	if (!allowed(count, n))
		return -ERANGE;
	if (obj) {
		set_value(count, obj + count->offset, n);
		memset(p + n * f->size, 0, (f->max - n) * f->size);
	}
	return get_array(from, f, p, n);
}

static int get_list(struct source *from, const struct xpc_field *f, __u8 *obj, void *p)
{
	__u64 n;
	int err = get(from, 2, &n);

	if (err)
		return err;
	if (n > f->max)
		return -ERANGE;
	if (obj)
		link_store(f, obj, p, n);
	return get_array(from, f, obj ? obj + f->store : NULL, n);
}

static int get_field(struct source *from, const struct xpc_field *f, void *obj, void *p)
{
	switch (f->shape) {
	case XPC_ONE:
		return get_element(from, f, p);
	case XPC_FIXED:
		return get_array(from, f, p, f->max);
	case XPC_COUNTED_ARRAY:
		return get_counted(from, f, obj, p);
	case XPC_LINKED:
		return get_list(from, f, obj, p);
	default:
		return 0;
	}
}

static int get_struct(struct source *from, const struct xpc_struct *s, __u64 mask, __u8 *obj)
{
	unsigned int i;
	int err = 0;

	for (i = 0; i < s->n && !err; i++)
		if (mask >> i & 1)
			err = get_field(from, &s->field[i], obj,
					obj ? obj + s->field[i].offset : NULL);
	return err;
}

static int decode(const struct xpc_struct *s, __u64 mask, void *dst, struct source from)
{
	struct source again = from;
	int err = get_struct(&from, s, mask, NULL);

	if (err)
		return err;
	if (from.left && !from.longer)
		return -EBADMSG;
	return dst ? get_struct(&again, s, mask, dst) : 0;
}

/* The end of every encoder: what it made passes as its receiver will look at it. */
static int finish(const struct sink *to, const struct xpc_struct *s, __u64 mask, const __u8 *buf)
{
	int err = to->err;

	if (!err)
		err = decode(s, mask, NULL, (struct source){ buf, to->p - buf, false });
	return err ? err : to->p - buf;
}

int xpc_encode_update(const struct xpc_struct *s, __u64 mask, const void *obj, void *buf,
		      __u32 size)
{
	struct sink to = { .p = buf, .left = size };
	int n;

	mask &= s->mask;
	put(&to, mask, XPC_MASK);
	if (to.err)
		return to.err;
	put_struct(&to, s, mask, obj);
	n = finish(&to, s, mask, (__u8 *)buf + XPC_MASK);
	return n < 0 ? n : n + (int)XPC_MASK;
}

int xpc_decode_update(const struct xpc_struct *s, __u8 by, void *dst, const void *buf,
		      __u32 len, __u64 *mask)
{
	struct source from = { buf, len, false };
	__u64 m;
	int err = get(&from, XPC_MASK, &m);

	if (err)
		return err;
	/* what we do not know has higher numbers, and stands behind what we know */
	from.longer = by & XPC_BY_NEWER && s->n < XPC_FIELDS_MAX && m >> s->n;
	if (from.longer)
		m &= (1ull << s->n) - 1;
	by &= ~XPC_BY_NEWER;
	if (m & ~s->mask)
		return -EBADMSG;
	if (by && m & ~xpc_writable(s, by))
		return -EPERM;
	err = decode(s, m, dst, from);
	if (!err && mask)
		*mask = m;
	return err;
}

int xpc_encode_struct(const struct xpc_struct *s, const void *obj, void *buf, __u32 size)
{
	struct sink to = { .p = buf, .left = size };

	put_struct(&to, s, s->mask, obj);
	return finish(&to, s, s->mask, buf);
}

/* Of arguments those that are there: an older sender has not got what was added. */
static __u64 args_in(const struct xpc_struct *s, struct source from)
{
	unsigned int i;

	if (!s->grows)
		return s->mask;
	for (i = 0; i < s->n && (i < s->first || from.left); i++)
		if (get_field(&from, &s->field[i], NULL, NULL))
			return s->mask;		/* which decode() will find as well */
	return s->mask & ((1ull << i) - 1);
}

int xpc_decode_struct(const struct xpc_struct *s, void *dst, const void *buf, __u32 len)
{
	struct source from = { buf, len, s->grows };

	return decode(s, args_in(s, from), dst, from);
}

int xpc_encode_args(const struct xpc_struct *s, const void *const *arg, void *buf, __u32 size)
{
	struct sink to = { .p = buf, .left = size };
	unsigned int i;

	for (i = 0; i < s->n && !to.err; i++)
		put_field(&to, &s->field[i], arg[i], arg[i]);
	return finish(&to, s, s->mask, buf);
}

int xpc_decode_args(const struct xpc_struct *s, void *const *arg, const void *buf, __u32 len)
{
	struct source from = { buf, len, s->grows };
	__u64 mask = args_in(s, from);
	unsigned int i;
	int err = decode(s, mask, NULL, from);

	for (i = 0; i < s->n && !err && arg; i++)
		if (mask >> i & 1)
			err = get_field(&from, &s->field[i], arg[i], arg[i]);
		else
			memset(arg[i], 0, s->field[i].size);
	return err;
}
