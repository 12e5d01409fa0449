/* SPDX-License-Identifier: GPL-2.0 */
/*
 * port.h - what is carried from a driver domain that ends to the one behind it
 *
 * xmd-backend keeps in data/xmd-backend/port-settings what was set with ip and ethtool, and in
 * private-segments which names for bridge= are segments without the wire, in closed-vlans which VLANs are for vifs
 * with vlan= alone.  All go with the domain, so what stands there is kept in RUN_DIR/NAME.port, NAME.segments and
 * NAME.vlans whenever it is another.
 */
#ifndef XMD_SUPERVISOR_PORT_H
#define XMD_SUPERVISOR_PORT_H

#include "store.h"

#define PORT_TEXT_MAX	512	/* bytes with the NUL: SAVED_MAX of backend-domU/user/saved.h */
#define PORT_SEGMENTS_MAX 2048	/* POLICY_PRIVATE_MAX of policy.h there */
#define PORT_VLANS_MAX	2048	/* POLICY_VLANS_MAX */

#define PORT_KEEP_MS	10000	/* between two changes that are kept, as each is a line in the log */

/*
 * What domain @domid, called @name, has there.  The domain writes it: any text, or none.
 * Return: whether that was another than before
 */
bool port_keep(struct store *s, uint32_t domid, const char *name);
/* Before domain @domid, the next one called @name, runs. */
void port_give(struct store *s, uint32_t domid, const char *name);

#endif
