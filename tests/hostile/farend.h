/* SPDX-License-Identifier: GPL-2.0 */
/*
 * farend.h - the driver domain's end of an object ring (include/xmd/objring.h), in user space
 * and beside a vif of badback.h: honest until an attack says otherwise.
 *
 * One object vif and one object port, which are what the fields say; everything that a guest
 * asks for is granted.
 */
#ifndef HOSTILE_FAREND_H
#define HOSTILE_FAREND_H

#include "badback.h"

#include "abi.h"
#include "objring.h"
#include "vif_objects_xpc.h"

struct far {
	struct back *b;
	struct objring ring;
	struct xmd_objring *page;	/* NULL: not mapped */
	evtchn_port_t port;
	bool bound;

	uint32_t epoch;			/* of the last WELCOME */
	uint32_t version[2];
	struct xmd_vif_object vif;
	struct xmd_port_object port_told;

	bool torn;			/* we have written over what the guest says */
	struct xpc_msg last;		/* what far_await has found, and its body */
	uint8_t in[XMD_OBJRING_SLOT];
	unsigned int heard[XPC_KINDS];	/* messages of the guest, by kind */
};

/* Map what the keys say, attach, bind: a new life, nothing said yet.  false: no such keys. */
bool far_open(struct far *f, struct back *b);
void far_close(struct far *f);
void far_kick(struct far *f);

/* Bytes as they are, when there is room; false: the guest gives none within a second. */
bool far_put(struct far *f, const void *msg, unsigned int len);
/* A message with the right length; epoch and all else as @m says. */
bool far_say(struct far *f, struct xpc_msg m, const void *body, unsigned int len);
bool far_welcome(struct far *f);
/* STATE of object 0, the vif, or 1, the port. */
bool far_state(struct far *f, unsigned int which);
/* CHANGE of the members @mask, from the version told last. */
bool far_change(struct far *f, unsigned int which, uint64_t mask);
bool far_acknowledge(struct far *f, int result);
/* What is right to say to f->last. */
void far_answer(struct far *f);

/*
 * Answer whatever comes within @ms; one of @kind is left in f->last, unanswered, and ends it.
 * Return: whether there was one; @kind 0: false.
 */
bool far_await(struct far *f, unsigned int kind, unsigned int ms);
/* HELLO to both STATEs.  false: the guest says nothing to this life. */
bool far_hello(struct far *f, unsigned int ms);
/* Does the guest listen, in this life?  What it cannot follow it must ask about. */
bool far_listens(struct far *f);

#endif
