/* SPDX-License-Identifier: GPL-2.0 */
/*
 * objfront.h - the guest's end of an object ring (include/xmd/objring.h), in user space and
 * beside a vif of vif.h: honest until an attack says otherwise.
 *
 * It knows of the objects what a guest is told, and sends what it is asked to: whole
 * messages of its own, or bytes that are none.
 */
#ifndef HOSTILE_OBJFRONT_H
#define HOSTILE_OBJFRONT_H

#include "vif.h"

#include "abi.h"
#include "objring.h"
#include "vif_objects_xpc.h"

struct obj {
	struct xmd_objring *page;
	uint32_t ref;
	evtchn_port_t port;
	struct objring ring;

	uint32_t life;		/* that HELLO was said to */
	uint32_t epoch;		/* of the last WELCOME; 0: none */
	bool known[2];		/* a STATE came: of vif, of port */
	uint32_t version[2];
	struct xmd_vif_object vif;
	struct xmd_port_object port_seen;
	unsigned int told;	/* messages of this epoch, the next two included */
	unsigned int acks, answers;
	int result;		/* of the last of them */
};

/* Page and port, and one that the keys may name; nothing told yet. */
void obj_share(struct vif *v, struct obj *o);
/* The keys, to be written before Connected. */
void obj_publish(struct vif *v, const struct obj *o);
void obj_kick(struct vif *v, struct obj *o);

/* A message whose length may be another than @len says; false: no room. */
bool obj_send(struct vif *v, struct obj *o, const void *msg, unsigned int len);
/* Fill in a header of ours: epoch, version, length. */
void obj_header(struct obj *o, uint8_t *msg, unsigned int kind, unsigned int id, unsigned int body);

/* Take what has been told within @ms; stops when both objects are known, if @known. */
bool obj_collect(struct vif *v, struct obj *o, unsigned int ms, bool known);

/* HELLO to both STATEs; false: nobody answers. */
bool obj_hello(struct vif *v, struct obj *o);
/* Does the far end still answer?  RESYNC to STATE, or else HELLO. */
bool obj_probe(struct vif *v, struct obj *o);

#endif
