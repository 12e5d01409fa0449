/* SPDX-License-Identifier: GPL-2.0 */
/* field.h - how a table's field is found in memory; for wire.c, wire_compare.c and dump.c. */
#ifndef XPC_FIELD_H
#define XPC_FIELD_H

#include "wire.h"

/* xpc_value_at - a number, sign-extended if it has a sign */
__u64 xpc_value_at(const struct xpc_field *f, const void *p);

/* xpc_elements_in - of an XPC_COUNTED array in @obj, not more than it has room for */
unsigned int xpc_elements_in(const struct xpc_field *f, const void *obj);

/* xpc_count_in - likewise as it says itself */
__u64 xpc_count_in(const struct xpc_field *f, const void *obj);

/* xpc_length_of - a list of our own; not further than one more than there may be: a ring has no end */
unsigned int xpc_length_of(const struct xpc_field *f, const void *first);

/* xpc_next_in - what follows @element in a list, or NULL */
const void *xpc_next_in(const struct xpc_field *f, const void *element);

#endif /* XPC_FIELD_H */
