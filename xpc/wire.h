/* SPDX-License-Identifier: GPL-2.0 */
/*
 * wire.h - the messages in which objects and calls travel, and the code that packs and
 * unpacks them.  The same in the kernel, in a user half and in a guest.
 *
 * A message is a header of XPC_HEADER bytes and a body; all numbers are little-endian and
 * without padding.  Nothing in it is a pointer or a size of the sender's memory.
 *
 *   offset size
 *        0    1  wire version, XPC_WIRE_VERSION
 *        1    1  kind, enum xpc_kind
 *        2    1  id: type of object or number of the call, as declared (XPC_OBJECT, ...)
 *        3    1  0
 *        4    4  length of the message, header included; at most XPC_MSG_MAX
 *        8    4  epoch: which life of the user half this belongs to; 0 in HELLO
 *       12    4  object: which one of its type, 0 if there is only one
 *       16    4  seq: of a call, repeated in its answer; in CHANGE the version before
 *       20    4  version of the object; in PROPOSE the one that it is based on
 *       24    4  result of an ANSWER: 0 or -errno, two's complement
 *       28    4  milliseconds that a CALL has left; that a LOCK is wanted for at most
 *
 *   kind       way           id object seq version result ms   body
 *   HELLO      to the home   -  -      -   -       -      -    fingerprint, 4 bytes; see below
 *   WELCOME    from the home -  -      -   -       -      -    - ; to a guest, see below
 *   STATE      from the home x  x      -   x       -      -    update, all fields
 *   CHANGE     from the home x  x      x   x       -      -    update
 *   READY      to the home   -  -      -   -       -      -    -
 *   PROPOSE    to the home   x  x      -   x       -      -    update
 *   LOCK       to the home   x  x      -   -       -      x    -
 *   UNLOCK     to the home   x  x      -   -       -      -    -
 *   CALL       both          x  -      x   -       -      x    arguments that go there
 *   ANSWER     both          x  -      x   -       x      -    XPC_OUT arguments, if result 0
 *   ACK        from the home x  x      -   x       x      -    -
 *   RESYNC     to the home   x  x      -   -       -      -    -
 *
 * ACK and RESYNC exist between domains only (include/xmd/objring.h): within one, a message
 * is answered by what write() returns.
 *
 * Fields with "-" are 0, and a message in which they are not is refused.
 *
 * An update is a mask of 8 bytes, bit i for the i-th member of the struct as declared,
 * and behind it the members whose bit is set, in this order.  Arguments have no mask:
 * they are all there.  A member is
 *
 *   number           as many bytes as its type has (bool: 1)
 *   XPC_STRING       length without NUL, 2 bytes; so many bytes from 0x20 to 0x7e
 *   fixed array      its elements
 *   XPC_COUNTED      number of elements, 2 bytes; so many elements
 *   XPC_LIST         number of elements, 2 bytes; so many elements, the first one first
 *   struct           its members, all of them
 *   XPC_OPAQUE       nothing, and its bit is 0
 *   the count of an XPC_COUNTED: nothing, its bit is 0; it is what stands before the array
 *
 * An array whose one element changed travels whole: the longest is smaller than a page,
 * and settings change seldom.
 *
 * The fingerprint is a hash of all declarations.  Two halves that differ in it were not
 * built from the same declarations and do not talk: HELLO is refused.  A guest and its driver
 * domain need not be of one build, and tell each other what they know instead (abi.h).  In
 * what crosses between them, members and arguments behind those that the receiver knows are
 * ignored, and arguments that the sender did not know yet are 0.
 *
 * Errors of every decoder, all of which leave the destination as it was:
 *   -EBADMSG  too short, too long, a field that should be 0, an unknown kind
 *   -ERANGE   a number outside of its range, too many elements, too long a string
 *   -EILSEQ   a string with a byte that is not printable
 *   -EPERM    a member that the sender may not write
 *   -EPROTONOSUPPORT  another wire version
 */
#ifndef XPC_WIRE_H
#define XPC_WIRE_H

#include "env.h"

#define XPC_WIRE_VERSION 1u
#define XPC_HEADER	32u	/* bytes */
#define XPC_MSG_MAX	4096u	/* bytes, header included */
#define XPC_MASK	8u	/* bytes in front of an update */
#define XPC_FIELDS_MAX	64u	/* members of a struct: bits of the mask */
#define XPC_DEPTH_MAX	4u	/* structs in structs; the generator refuses more */

enum xpc_kind {
	XPC_HELLO = 1,
	XPC_WELCOME,
	XPC_STATE,
	XPC_CHANGE,
	XPC_READY,
	XPC_PROPOSE,
	XPC_LOCK,
	XPC_UNLOCK,
	XPC_CALL,
	XPC_ANSWER,
	XPC_ACK,
	XPC_RESYNC,
	XPC_KINDS
};

/* A header, unpacked. */
struct xpc_msg {
	__u8 kind;
	__u8 id;
	__u32 len;
	__u32 epoch;
	__u32 object;
	__u32 seq;
	__u32 version;
	__s32 result;
	__u32 ms;
};

/* ------------------------------------------------- what the generator writes down */

enum xpc_by { XPC_BY_KERNEL = 1, XPC_BY_USER = 2, XPC_BY_GUEST = 4, XPC_BY_NEWER = 8 };

enum xpc_element { XPC_UINT, XPC_INT, XPC_TEXT, XPC_SUB };

enum xpc_shape {
	XPC_ONE,
	XPC_FIXED,		/* array of max */
	XPC_COUNT,		/* how many there are in the array behind; has no bytes */
	XPC_COUNTED_ARRAY,
	XPC_LINKED,		/* list of at most max */
	XPC_SKIPPED		/* XPC_OPAQUE, or the "next" of a list */
};

struct xpc_struct;

struct xpc_field {
	const char *name;
	const struct xpc_struct *sub;	/* XPC_SUB only */
	__u64 low, high;		/* of a number, two's complement for XPC_INT */
	__u32 store;			/* XPC_LINKED: where in NAME_store the elements are */
	__u16 offset;
	__u16 size;			/* of an element, in memory */
	__u16 max;			/* elements; of XPC_TEXT bytes with NUL */
	__u8 element;			/* enum xpc_element */
	__u8 shape;			/* enum xpc_shape */
	__u8 by;			/* set of enum xpc_by */
	__u8 back;			/* XPC_COUNTED_ARRAY: so many fields before is its count */
};

struct xpc_struct {
	const char *name;
	const struct xpc_field *field;
	__u64 mask;			/* the fields that have bytes */
	__u32 wire_max;			/* bytes of all fields at their longest */
	__u16 size;
	__u16 next;			/* offset of "next", if it is the element of a list */
	__u16 n;
	__u16 first;			/* with grows: members of the first release */
	bool grows;			/* other ends may have more members, or less */
};

struct xpc_object_type {
	const struct xpc_struct *type;
	__u32 store_size;		/* sizeof(struct NAME_store), or of the struct */
	__u8 id;
	bool added;			/* not of the first release */
	__u16 index;			/* which one of its type */
};

struct xpc_call_type {
	const char *name;
	const struct xpc_struct *in, *out;	/* of struct xpc_args_NAME */
	__u32 ms;			/* to answer; 0: a downcall, done when it returns */
	__u32 buf;			/* where in the memory for requests it has its place */
	__u8 id;
};

/* Called with the arguments in a struct xpc_args_NAME. */
typedef int (*xpc_serve_fn)(void *ctx, void *args);

/* All that was declared in one file. */
struct xpc_proto {
	const char *name;
	const struct xpc_object_type *object;
	const struct xpc_call_type *up, *down;
	__u32 fingerprint;
	__u32 up_bytes;			/* memory for one request of each upcall */
	__u32 up_args, down_args;	/* bytes of the largest struct xpc_args_NAME */
	__u8 n_objects, n_up, n_down;
	__u8 first_down;		/* downcalls of the first release; ids 1 to that */
	__u8 home, peer;		/* enum xpc_by: where the objects are at home, where replicas */
};

/* ------------------------------------------------------------ packing, unpacking */

/* xpc_put_header - @msg->len is the whole length; @buf has XPC_HEADER bytes */
void xpc_put_header(const struct xpc_msg *msg, void *buf);

/* xpc_get_header - Return: 0, or why @len bytes at @buf are no message */
int xpc_get_header(struct xpc_msg *msg, const void *buf, __u32 len);

/*
 * xpc_encode_update - the members of @obj in @mask (others than s->mask are left out)
 *
 * What it makes has passed the checks of the decoder, so that a value out of range is
 * an error of the side that made it.  Return: bytes, or -EMSGSIZE, -ERANGE, -EILSEQ.
 */
int xpc_encode_update(const struct xpc_struct *s, __u64 mask, const void *obj, void *buf,
		      __u32 size);

/*
 * xpc_decode_update - into @dst, a struct NAME_store if it has lists; NULL: check only
 * @by: the sender; each member must be one that it may write.  0: any.  With XPC_BY_NEWER
 *	members that we do not know are ignored
 * @mask: the members that came
 */
int xpc_decode_update(const struct xpc_struct *s, __u8 by, void *dst, const void *buf,
		      __u32 len, __u64 *mask);

/*
 * Arguments of a call, @s being the in or the out of its struct xpc_call_type.  The
 * caller has them all over the place, @arg[i] pointing to the i-th; the side that is
 * called has them in one struct xpc_args_NAME.
 */
int xpc_encode_args(const struct xpc_struct *s, const void *const *arg, void *buf, __u32 size);
int xpc_decode_args(const struct xpc_struct *s, void *const *arg, const void *buf, __u32 len);
int xpc_encode_struct(const struct xpc_struct *s, const void *obj, void *buf, __u32 size);
int xpc_decode_struct(const struct xpc_struct *s, void *dst, const void *buf, __u32 len);

/* xpc_diff - Return: the members in which two structs differ */
__u64 xpc_diff(const struct xpc_struct *s, const void *a, const void *b);

/*
 * xpc_copy - @dst gets the members @mask of @src, by way of a message in @scratch
 * (XPC_MSG_MAX), so that only what could be sent is copied.  Errors as xpc_encode_update.
 */
int xpc_copy(const struct xpc_struct *s, __u64 mask, void *dst, const void *src, void *scratch);

/* xpc_writable - Return: the members that @by may write */
__u64 xpc_writable(const struct xpc_struct *s, __u8 by);

/* xpc_dump (dump.c) - a line "NAME VALUE..." for each member.  Return: length, at most @size - 1 */
int xpc_dump(const struct xpc_struct *s, const void *obj, char *text, __u32 size);

const char *xpc_kind_name(unsigned int kind);

#endif /* XPC_WIRE_H */
