/* SPDX-License-Identifier: GPL-2.0 */
/*
 * fake_xen.h - as much of Xen as two processes need to be each other's frontend and backend:
 * xenstore, granted pages and event channels in memory that both have, behind the functions
 * of libxenstore, libxengnttab and libxenevtchn.  Domains trust each other with their domid.
 */
#ifndef HOSTILE_FAKE_XEN_H
#define HOSTILE_FAKE_XEN_H

#define FAKE_DRV 1	/* the domid of whose backend/vif/5/0 */
#define FAKE_GUEST 5	/* has device/vif/0 */

/* Before the first fork. */
void fake_xen_begin(void);
/* Which domain this process is from now on. */
void fake_xen_be(unsigned int domid);

#endif
