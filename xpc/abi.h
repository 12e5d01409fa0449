/* SPDX-License-Identifier: GPL-2.0 */
/*
 * abi.h - what a guest and its driver domain tell each other that they know
 *
 * They are built by different people at different times, from declarations of which one is the
 * beginning of the other (annot.h).  HELLO and WELCOME say how far each one's go:
 *
 *   offset size
 *        0    1  lowest version of the object ring that is spoken, from 2 on
 *        1    1  highest.  In force is the lower one of both highest ones
 *        2    1  calls known: numbers 1 to that
 *        3    1  n, objects known; at most XPC_ABI_OBJECTS
 *        4    4  features, a bit each; in force is what both have.  So far there are none
 *        8   2n  for each object its id and how many members of it are known, from number 0 on;
 *                ids count up
 *
 * What stands behind is a later version's and ignored.  A member that the other end does not
 * know is not sent to it, and one that it does not send is 0 here.  Who does not know all of
 * the first release is not talked to.
 *
 * Version 1 had a fingerprint of its declarations there, which were those of the first release.
 */
#ifndef XPC_ABI_H
#define XPC_ABI_H

#include "wire.h"

#define XPC_ABI_OBJECTS	16u		/* more than there are */
#define XPC_ABI_MAX	(8u + 2u * XPC_ABI_OBJECTS)	/* bytes */

/* What the other end knows of what we know. */
struct xpc_abi {
	__u8 version;			/* in force */
	__u8 calls;
	__u32 features;			/* in force */
	__u64 members[XPC_ABI_OBJECTS];	/* by place in struct xpc_proto; 0: not the object either */
};

/* xpc_abi_put - what we know, into @body of XPC_ABI_MAX bytes.  Return: how many they are */
__u32 xpc_abi_put(const struct xpc_proto *proto, void *body);

/*
 * xpc_abi_get - what the other end says that it knows
 *
 * Return: 0; -EBADMSG malformed; -EPROTONOSUPPORT no version in common, or less than the
 * first release
 */
int xpc_abi_get(struct xpc_abi *abi, const struct xpc_proto *proto, const void *body, __u32 len);

/* xpc_abi_first - what everybody knows; the other end is of version 1 */
void xpc_abi_first(struct xpc_abi *abi, const struct xpc_proto *proto);

/*
 * xpc_abi_args - @s as the other end takes it; @own has the memory
 *
 * Arguments behind those that it knows are ignored from version 2 on, and an error before.
 */
const struct xpc_struct *xpc_abi_args(const struct xpc_abi *abi, const struct xpc_struct *s,
				      struct xpc_struct *own);

/* xpc_abi_clear - members @mask of @obj, numbers, strings, arrays and structs, become 0 */
void xpc_abi_clear(const struct xpc_struct *s, __u64 mask, void *obj);

#endif /* XPC_ABI_H */
