/* SPDX-License-Identifier: GPL-2.0 */
/*
 * annot.h - what C cannot say about a shared object, for xpc/gen.
 *
 * To the compiler these are nothing; only the generator, which reads the declarations
 * with libclang, sees them.
 *
 *   on a struct    XPC_OBJECT(id)          tracked; id 1 to 255, for ever
 *                  XPC_EACH(n)             there are n of it (one a queue), numbered from 0; the
 *                                          k-th has the place XPC_OBJECT_NAME + k
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
 *   with guests    XPC_NR(n)               on each member of an object: its number, for ever
 *                  XPC_ADDED               on a member, an argument, an object or a call that the
 *                                          first release did not have
 *
 * In a file in which a guest writes members and the kernel half none, the user half (of the
 * driver domain) is the home, and the guest stands where the user half stands in others: a
 * downcall is guest to user half.  There are no upcalls: nobody waits for a guest.
 *
 * Such a file is an ABI: a guest and its driver domain are built by different people at different
 * times (include/xmd/objring.h).  Its objects, members, calls and arguments only grow at their
 * end: members are numbered from 0 and calls from 1, in order, and what was released is never
 * declared otherwise; the generator holds it against a record of that, FILE.released.  What is
 * new is XPC_ADDED: an end that does not get it has 0 there, which has to be in its range
 * and to mean "as before".  A struct that is no object does not even grow.
 *
 * A fixed array, a struct by value and an array of structs need no annotation, nor does
 * the member "next" of a list's element.  Numbers have a size that is the same everywhere:
 * __u8 to __u64, __s8 to __s64, bool, enum; not long, not a plain char.  What stands in
 * an annotation is a number or a macro that is one, not an expression.
 *
 * Arguments are numbers and pointers to structs: "const struct s *" goes there,
 * "struct s * XPC_OUT" comes back.  Functions stand inside of #ifdef XPC_GEN, since the
 * two sides have them with one more argument: xpc_call_NAME(x, ...) makes the call,
 * NAME(ctx, ...) is the handler that whoever is called has to write.
 *
 * A struct with a list is not part of another one.  Whatever fills it has memory for the
 * longest list behind it: struct NAME_store, generated, whose first member is the struct.
 */
#ifndef XPC_ANNOT_H
#define XPC_ANNOT_H

#ifdef XPC_GEN
#define XPC_NOTE(text)		__attribute__((annotate("xpc:" text)))
#else
#define XPC_NOTE(text)
#endif

#define XPC_STR_(x...)		#x
#define XPC_STR(x...)		XPC_STR_(x)

#define XPC_OBJECT(id)		XPC_NOTE("object " XPC_STR(id))
#define XPC_EACH(n)		XPC_NOTE("each " XPC_STR(n))
#define XPC_BY(who...)		XPC_NOTE("by " #who)
#define XPC_RANGE(low, high)	XPC_NOTE("range " XPC_STR(low) "," XPC_STR(high))
#define XPC_STRING		XPC_NOTE("string")
#define XPC_COUNTED(field)	XPC_NOTE("counted " #field)
#define XPC_LIST(max)		XPC_NOTE("list " XPC_STR(max))
#define XPC_OPAQUE		XPC_NOTE("opaque")
#define XPC_UPCALL(id, ms)	XPC_NOTE("upcall " XPC_STR(id) "," XPC_STR(ms))
#define XPC_DOWNCALL(id)	XPC_NOTE("downcall " XPC_STR(id))
#define XPC_OUT			XPC_NOTE("out")
#define XPC_NR(n)		XPC_NOTE("nr " XPC_STR(n))
#define XPC_ADDED		XPC_NOTE("added")

#endif /* XPC_ANNOT_H */
