// SPDX-License-Identifier: GPL-2.0
/* random.c - values at random; see random.h. */
#include <string.h>
#include "random.h"

static __u64 state = 1;

void random_seed(__u64 seed)
{
	state = seed * 2 + 1;
}

/* xorshift64* */
static __u64 next(void)
{
	state ^= state >> 12;
	state ^= state << 25;
	state ^= state >> 27;
	return state * 0x2545f4914f6cdd1dull;
}

__u64 random_below(__u64 n)
{
	return n ? next() % n : 0;
}

static __u64 number(__u64 low, __u64 high)
{
	__u64 width = high - low;

	switch (random_below(4)) {
	case 0:
		return low;
	case 1:
		return high;
	default:
		return low + (width == ~0ull ? next() : random_below(width + 1));
	}
}

static void text(char *p, unsigned int size)
{
	unsigned int i, n = number(0, size - 1);

	memset(p, 0, size);
	for (i = 0; i < n; i++)
		p[i] = number(0x20, 0x7e);
}

static void element(const struct xpc_field *f, void *p)
{
	__u64 v = number(f->low, f->high);

	if (f->element == XPC_SUB)
		random_struct(f->sub, p);
	else if (f->element == XPC_TEXT)
		text(p, f->max);
	else
		memcpy(p, &v, f->size);		/* on a little-endian machine */
}

static void array(const struct xpc_field *f, __u8 *p, unsigned int n)
{
	for (; n; n--, p += f->size)
		element(f, p);
}

static void list(const struct xpc_field *f, __u8 *obj)
{
	unsigned int i, n = number(0, f->max);
	void **end = (void **)(obj + f->offset);

	for (i = 0; i < n; i++) {
		*end = obj + f->store + i * f->size;
		element(f, *end);
		end = (void **)((__u8 *)*end + f->sub->next);
	}
	*end = NULL;
}

void random_struct(const struct xpc_struct *s, void *obj)
{
	const struct xpc_field *f;
	__u8 *p = obj, n;
	unsigned int i;

	for (i = 0; i < s->n; i++) {
		f = &s->field[i];
		switch (f->shape) {
		case XPC_ONE:
		case XPC_COUNT:
			element(f, p + f->offset);
			break;
		case XPC_FIXED:
			array(f, p + f->offset, f->max);
			break;
		case XPC_COUNTED_ARRAY:
			/* the counts of the tests have fewer than 256 elements to count */
			n = p[f[-f->back].offset];
			array(f, p + f->offset, n);
			break;
		case XPC_LINKED:
			list(f, p);
			break;
		}
	}
}
