// SPDX-License-Identifier: GPL-2.0
/* objring.c - messages in and out of a shared page; see objring.h. */
#include "objring.h"

#ifdef __KERNEL__
#include <asm/barrier.h>
#include <linux/compiler.h>
#else
#define virt_mb()	__atomic_thread_fence(__ATOMIC_SEQ_CST)
#define virt_rmb()	__atomic_thread_fence(__ATOMIC_ACQUIRE)
#define virt_wmb()	__atomic_thread_fence(__ATOMIC_RELEASE)
#define READ_ONCE(x)	(*(const volatile __typeof__(x) *)&(x))
#define WRITE_ONCE(x, v) (*(volatile __typeof__(x) *)&(x) = (v))
#endif

/* Four indices: two that we write, two that we look at. */
static __u32 *my_prod(const struct objring *r)
{
	return r->end == OBJRING_FAR ? &r->page->tell_prod : &r->page->ask_prod;
}

static __u32 *my_cons(const struct objring *r)
{
	return r->end == OBJRING_FAR ? &r->page->ask_cons : &r->page->tell_cons;
}

static __u32 its_prod(const struct objring *r)
{
	return READ_ONCE(*(r->end == OBJRING_FAR ? &r->page->ask_prod : &r->page->tell_prod));
}

static __u32 its_cons(const struct objring *r)
{
	return READ_ONCE(*(r->end == OBJRING_FAR ? &r->page->tell_cons : &r->page->ask_cons));
}

static struct xmd_objring_slot *slot_out(const struct objring *r, __u32 i)
{
	return &(r->end == OBJRING_FAR ? r->page->tell : r->page->ask)[i % XMD_OBJRING_SLOTS];
}

static struct xmd_objring_slot *slot_in(const struct objring *r, __u32 i)
{
	return &(r->end == OBJRING_FAR ? r->page->ask : r->page->tell)[i % XMD_OBJRING_SLOTS];
}

void objring_new(struct objring *r, struct xmd_objring *page, __u32 offered)
{
	memset(page, 0, sizeof(*page));
	page->version = offered < XMD_OBJRING_VERSION ? offered : XMD_OBJRING_VERSION;
	*r = (struct objring){ .page = page, .end = OBJRING_GUEST, .version = page->version };
}

/* Return: messages that wait, or -EPROTO */
static int ready(const struct objring *r)
{
	__u32 n = its_prod(r) - r->in_cons;

	return n > XMD_OBJRING_SLOTS ? -EPROTO : (int)n;
}

int objring_attach(struct objring *r, struct xmd_objring *page)
{
	__u32 life = READ_ONCE(page->life) + 1;

	*r = (struct objring){ .page = page, .end = OBJRING_FAR, .news = true,
			       .version = READ_ONCE(page->version) };
	r->in_cons = READ_ONCE(page->ask_cons);
	r->out_prod = READ_ONCE(page->tell_prod);
	if (!r->version || r->version > XMD_OBJRING_VERSION)
		return -EPROTONOSUPPORT;
	if (ready(r) < 0 || objring_room(r) < 0) {
		WRITE_ONCE(page->closed, XMD_OBJRING_BAD_INDEX);
		return -EPROTO;
	}
	WRITE_ONCE(page->closed, XMD_OBJRING_OPEN);
	/* closed before life, because a guest that sees a new life takes the ring as open */
	virt_wmb();
	WRITE_ONCE(page->life, life ? life : 1);
	return 0;
}

void objring_end_far(struct objring *r, enum xmd_objring_closed why)
{
	WRITE_ONCE(r->page->closed, why);
	r->page = NULL;
	r->news = true;
}

int objring_room(const struct objring *r)
{
	__u32 used = r->out_prod - its_cons(r);

	return used > XMD_OBJRING_SLOTS ? -EPROTO : (int)(XMD_OBJRING_SLOTS - used);
}

int objring_send(struct objring *r, const void *msg, __u32 len)
{
	int room = objring_room(r);

	if (room <= 0)
		return room ? room : -EAGAIN;
	if (len > XMD_OBJRING_SLOT)
		return -EMSGSIZE;
	/* the index before the slot, because it says that the slot is no longer read */
	virt_mb();
	memcpy(slot_out(r, r->out_prod)->byte, msg, len);
	/* the slot before the index, because that says that it is written */
	virt_wmb();
	WRITE_ONCE(*my_prod(r), ++r->out_prod);
	r->news = true;
	return 0;
}

/* The length in the header of wire.h; whether it is right is xpc_get_header's affair. */
static __u32 length_of(const __u8 *msg)
{
	return msg[4] | msg[5] << 8 | msg[6] << 16 | (__u32)msg[7] << 24;
}

int objring_receive(struct objring *r, void *buf)
{
	int n = ready(r);
	__u32 len;

	if (n <= 0)
		return n;
	/* the index before the slot, because it says that the slot is written */
	virt_rmb();
	memcpy(buf, slot_in(r, r->in_cons)->byte, XMD_OBJRING_SLOT);
	/* the copy before the index, because that gives the slot back */
	virt_mb();
	WRITE_ONCE(*my_cons(r), ++r->in_cons);
	r->news = true;
	len = length_of(buf);
	return len < XPC_HEADER || len > XMD_OBJRING_SLOT ? -EBADMSG : (int)len;
}

bool objring_waiting(const struct objring *r)
{
	return ready(r) != 0;
}

__u32 objring_life(const struct objring *r)
{
	return READ_ONCE(r->page->life);
}

__u32 objring_closed(const struct objring *r)
{
	return READ_ONCE(r->page->closed);
}
