/* SPDX-License-Identifier: GPL-2.0 */
/*
 * attack.h - what an attack is and how its outcome is judged.
 *
 * An attack runs in a process of its own on a freshly connected vif that was seen
 * to carry frames.  What the backend may do with it is a set of E_* bits; anything
 * else is a failure.  Whatever happened, the vif must connect and carry frames again
 * afterwards: front.c tries that at once after each attack that cost the connection.
 */
#ifndef HOSTILE_ATTACK_H
#define HOSTILE_ATTACK_H

#include "vif.h"

#define E_OKAY   0x01u	/* a slot was answered NETIF_RSP_OKAY or _NULL */
#define E_ERROR  0x02u	/* a slot was answered NETIF_RSP_ERROR or _DROPPED */
#define E_FATAL  0x04u	/* the backend broke the vif off: it left Connected, or is deaf */
#define E_SILENT 0x08u	/* slots stay unanswered on a vif that otherwise lives */
#define E_REFUSED (E_ERROR | E_FATAL)
#define E_ANSWER (E_OKAY | E_ERROR | E_FATAL)
#define E_ANY    0x0fu

/* Of an object ring (A_OBJ); the vif itself must carry frames whatever happens. */
#define O_OPEN   0x10u	/* it answers afterwards */
#define O_SHUT   0x20u	/* the driver domain has ended it, with a reason */
#define O_DEAF   0x40u	/* neither */
#define O_NEVER  0x80u	/* it was not served at all */
#define O_OPEN_OR_SHUT (O_OPEN | O_SHUT)
#define O_ANY    0xf0u

#define A_OWN    0x01u	/* connects itself, judges itself */
#define A_LAST   0x02u	/* nothing can follow: never part of "all" */
#define A_OBJ    0x04u	/* on an object ring that was seen to work */
#define A_OFFER  0x08u	/* with A_OBJ: runs before Connected, and what it offers is the attack */

struct attack {
	const char *name;
	const char *what;
	void (*run)(struct vif *v, unsigned int arg);
	unsigned int arg;
	unsigned int expect;
	unsigned int flags;
};

/* Each table ends with a NULL name. */
extern const struct attack slot_attacks[];	/* attack_slot.c: requests and indices */
extern const struct attack race_attacks[];	/* attack_race.c: changed while being read */
extern const struct attack offload_attacks[];	/* attack_offload.c: GSO, checksums */
extern const struct attack bus_attacks[];	/* attack_bus.c: keys, states, vanishing */
extern const struct attack stage_attacks[];	/* attack_stage.c: pages that stay mapped */
extern const struct attack obj_attacks[];	/* attack_obj.c: the object ring */

/* An A_OBJ attack, on a vif that vif_open has opened. */
enum verdict obj_attack(struct vif *v, const struct attack *a);

extern uint8_t victim_mac[6];	/* whose address the spoofing attack uses */

#endif
