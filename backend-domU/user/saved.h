/* SPDX-License-Identifier: GPL-2.0 */
/*
 * saved.h - what an administrator set on the NIC with ip and ethtool outlives the domain
 *
 * The kernel half knows what was confirmed since the NIC was found (XMD_BACK_PORT).  It
 * is kept in xenstore as words, "mtu=9000 tx_ring=512 rx_ring=512", which xmd-supervisor carries
 * over to the domain that comes after this one; there it is given back before vifs are served.
 * Words are only ever added: who meets one it does not know says so and goes on.
 */
#ifndef XMD_BACKEND_SAVED_H
#define XMD_BACKEND_SAVED_H

#include "kern.h"
#include "store.h"

#define SAVED_MAX 512	/* bytes of text, with the NUL */

struct saved {
	struct xmd_port_settings port;	/* what stands in xenstore; mask: of it */
	bool read;			/* it has been read */
	bool given;			/* to the NIC that there is */
	bool unfinished;		/* which is at work on it */
};

/*
 * At the start, and after each change of the port: give back what is saved, or save what is new.
 * Return: 0; negative: a connection is broken
 */
int saved_look(struct saved *v, struct store *s, struct kern *k);

/* Words to settings, their groups in mask.  -EINVAL: one is not of its kind, in @bad */
int saved_parse(struct xmd_port_settings *p, const char *text, char bad[32]);
void saved_print(const struct xmd_port_settings *p, char text[SAVED_MAX]);

#endif
