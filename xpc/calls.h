/* SPDX-License-Identifier: GPL-2.0 */
/* calls.h - what the generated stubs stand on: xpc/kern/ and xpc/user/ have it. */
#ifndef XPC_CALLS_H
#define XPC_CALLS_H

#include "wire.h"

struct xpc;		/* the kernel's end, xpc/kern/xpc_kern.h */
struct xpc_user;	/* the user half's end, xpc/user/xpc_user.h */
struct xpc_guest;	/* the guest's end, frontend/obj.c */

/*
 * xpc_upcall - ask the user half and wait for its answer.  Process context, no lock held.
 * @call: XPC_UP_NAME; @in, @out: pointers to the arguments that go each way
 *
 * Return: what the handler returned, or
 *   -EHOSTDOWN    no user half, and none came within XPC_HOLD_MS
 *   -EOWNERDEAD   the user half died over it, and none came in time to be asked again
 *   -ETIMEDOUT    it did not answer in time and was given up
 *   -ESHUTDOWN    the kernel half itself is going away
 *   -EINTR        a fatal signal came; the answer will be thrown away
 *   -ERANGE, -EILSEQ  an argument is not as declared
 */
int xpc_upcall(struct xpc *x, unsigned int call, const void *const *in, void *const *out);

/* xpc_raise - have it asked soon, once, however often raised until then.  Any context. */
void xpc_raise(struct xpc *x, unsigned int call);

/* xpc_downcall - ask the kernel half.  Return: what its handler returned, or -errno */
int xpc_downcall(struct xpc_user *x, unsigned int call, const void *const *in,
		 void *const *out);

/* xpc_guestcall - ask the driver domain.  Return: what its handler returned, or -errno */
int xpc_guestcall(struct xpc_guest *x, unsigned int call, const void *const *in,
		  void *const *out);

#endif /* XPC_CALLS_H */
