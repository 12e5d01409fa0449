/* SPDX-License-Identifier: GPL-2.0 */
/*
 * ctrl.h - the far end of a vif's control ring (netif.h), for staging grants only: xmd/stage.h.
 *
 * Messages are checked here, and what they ask for is done by the kernel half (XMD_VIF_STAGE).
 * What is mapped is the kernel half's to know, so a new xmd-backend goes on at the ring's rsp_prod.
 * A ring that breaks is ended; its vif goes on.
 */
#ifndef XMD_BACKEND_CTRL_H
#define XMD_BACKEND_CTRL_H

#include <stdbool.h>
#include <stdint.h>

struct ctrl;
struct vif;
struct vif_env;

/* Is a control ring offered to guests? */
bool ctrl_offered(const struct vif_env *env);

/*
 * The vif is served by the kernel half, or (@serving false) it is not.  Attaches once per connect,
 * if the guest has a ring.  Return: 0; negative: the connection to xenstore is broken.
 */
int ctrl_follow(struct vif *v, struct vif_env *env, bool serving);

/* Safe to call twice: this end of the ring is given up, its page is left as it is. */
void ctrl_end(struct vif *v, struct vif_env *env);

/* An event came, or ctrl_due has come. */
void ctrl_work(struct vif *v, struct vif_env *env);

/* ms; 0: no need */
uint64_t ctrl_due(const struct vif *v);

/* Whether @local is this vif's event channel; then it is to be worked on. */
bool ctrl_event(struct vif *v, uint32_t local);

#endif
