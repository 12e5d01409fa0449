// SPDX-License-Identifier: GPL-2.0
/* dump.c - objects as text, for people; see wire.h.  The kernel half does without. */
#include "field.h"

struct text {
	char *p;
	__u32 size, n;
};

static __attribute__((format(printf, 2, 3))) void say(struct text *t, const char *fmt, ...)
{
	va_list ap;
	int n;

	va_start(ap, fmt);
	n = vsnprintf(t->p + t->n, t->size - t->n, fmt, ap);
	va_end(ap);
	if (n > 0)
		t->n += n;
	if (t->n >= t->size)
		t->n = t->size - 1;
}

static void dump_field(struct text *t, const struct xpc_field *f, const __u8 *obj);

static void dump_element(struct text *t, const struct xpc_field *f, const void *p)
{
	unsigned int i;

	switch (f->element) {
	case XPC_UINT:
		say(t, " %llu", (unsigned long long)xpc_value_at(f, p));
		break;
	case XPC_INT:
		say(t, " %lld", (long long)xpc_value_at(f, p));
		break;
	case XPC_TEXT:
		say(t, " \"%.*s\"", f->max - 1, (const char *)p);
		break;
	default:
		say(t, " {");
		for (i = 0; i < f->sub->n; i++)
			dump_field(t, &f->sub->field[i], p);
		say(t, " }");
	}
}

static void dump_array(struct text *t, const struct xpc_field *f, const __u8 *p, unsigned int n)
{
	for (; n; n--, p += f->size)
		dump_element(t, f, p);
}

static void dump_field(struct text *t, const struct xpc_field *f, const __u8 *obj)
{
	const void *p = obj + f->offset, *element;
	unsigned int n;

	switch (f->shape) {
	case XPC_ONE:
	case XPC_COUNT:
		dump_element(t, f, p);
		break;
	case XPC_FIXED:
		dump_array(t, f, p, f->max);
		break;
	case XPC_COUNTED_ARRAY:
		dump_array(t, f, p, xpc_elements_in(f, obj));
		break;
	case XPC_LINKED:
		element = *(const void *const *)p;
		for (n = 0; element && n < f->max; n++, element = xpc_next_in(f, element))
			dump_element(t, f, element);
		break;
	}
}

int xpc_dump(const struct xpc_struct *s, const void *obj, char *text, __u32 size)
{
	struct text t = { .p = text, .size = size };
	unsigned int i;

	if (!size)
		return 0;
	text[0] = '\0';
	for (i = 0; i < s->n; i++) {
		if (s->field[i].shape == XPC_SKIPPED)
			continue;
		say(&t, "%s", s->field[i].name);
		dump_field(&t, &s->field[i], obj);
		say(&t, "\n");
	}
	return t.n;
}
