/* SPDX-License-Identifier: GPL-2.0 */
/*
 * annot.h - what C cannot say about a shared object, for xpc/gen.
 *
 * To the compiler these are nothing; only the generator, which reads the declarations
 * with libclang, sees them.
 *
 *   on a struct    XPC_OBJECT(id)          tracked; id 1 to 255, for ever
 *   on a field     XPC_BY(who)             who may write it: kernel, user, guest, or a
 *                                          list of them ("kernel,user"); required
 *                  XPC_RANGE(low, high)    numbers (and each element of an array) outside
 *                                          are refused by every decoder
 *                  XPC_STRING              char[N]: NUL-terminated, printable
 *                  XPC_COUNTED(field)      array of which the first @field elements count;
 *                                          @field is of the same struct and stands before it
 *                  XPC_LIST(max)           pointer to the first of at most max elements,
 *                                          linked by their member "next"
 *                  XPC_OPAQUE              pointer of this side: not followed, not sent
 *   on a function  XPC_UPCALL(id, ms)      kernel to user; answered within ms milliseconds
 *                  XPC_DOWNCALL(id)        user to kernel
 *   on an argument XPC_OUT                 filled in by the other side; all others go there
 *
 * A fixed array, a struct by value and an array of structs need no annotation.
 */
#ifndef XPC_ANNOT_H
#define XPC_ANNOT_H

#ifdef XPC_GEN
#define XPC_NOTE(text)		__attribute__((annotate("xpc:" text)))
#else
#define XPC_NOTE(text)
#endif

#define XPC_OBJECT(id)		XPC_NOTE("object " #id)
#define XPC_BY(who...)		XPC_NOTE("by " #who)
#define XPC_RANGE(low, high)	XPC_NOTE("range " #low " " #high)
#define XPC_STRING		XPC_NOTE("string")
#define XPC_COUNTED(field)	XPC_NOTE("counted " #field)
#define XPC_LIST(max)		XPC_NOTE("list " #max)
#define XPC_OPAQUE		XPC_NOTE("opaque")
#define XPC_UPCALL(id, ms)	XPC_NOTE("upcall " #id " " #ms)
#define XPC_DOWNCALL(id)	XPC_NOTE("downcall " #id)
#define XPC_OUT			XPC_NOTE("out")

#endif /* XPC_ANNOT_H */
