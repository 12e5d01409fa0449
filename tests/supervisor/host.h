/* SPDX-License-Identifier: GPL-2.0 */
/*
 * host.h - tests/backend-user/world.h, and what dom0 has of each vif besides: libxl's own
 * copy, and the two nodes that it adds to the guest's directory.
 *
 * The driver domain is domain DRV, its guests are 5 and 6 with two vifs each: vif I is
 * handle I % 2 of domain 5 + I / 2.
 */
#ifndef TEST_HOST_H
#define TEST_HOST_H

#include "world.h"

/* As world_init, and with the copies in /libxl. */
void host_init(struct world *w);

/* xl network-attach; @drv is in charge of it.  Only one of domain DRV comes to life. */
void host_attach(struct world *w, unsigned int i, enum front_mode mode);
void host_attach_to(struct world *w, unsigned int i, unsigned int drv);
/* Attached and connected, by an xmd-backend that runs from then on. */
void host_connect(struct world *w, unsigned int i);

/* At once: the vif is not there any more; the guest of the vif is not there any more. */
void host_detached(struct world *w, unsigned int i);
void host_guest_gone(struct world *w, unsigned int i);

/* Domain DRV is destroyed: its home, its kernel, and what it owned; and made anew. */
void host_drv_gone(struct world *w);
void host_drv_made(struct world *w);

/* A node of domain DRV's vif @i, of libxl's copy of it; NULL: not there. */
const char *host_copy(struct world *w, unsigned int i, const char *key);
void host_set_copy(struct world *w, unsigned int i, const char *key, const char *val);

/*
 * The store without what time changes, and whether rings were adopted.  @ours: also
 * without what only xmd-backend writes.  To be freed.
 */
char *host_dump(struct world *w, bool ours);

#endif
