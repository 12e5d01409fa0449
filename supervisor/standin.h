/* SPDX-License-Identifier: GPL-2.0 */
/*
 * standin.h - the PCI frontend of a domain that cannot speak for itself any more.
 *
 * When libxl takes a device away from a PV domain it asks the two ends, as if the domain
 * were alive, and gives a dead frontend ten seconds to answer; after that it leaves the
 * backend's nodes behind, where the next domain of the same domid would find them.
 * So somebody answers.  xen-pciback and libxl see what they always see:
 *
 *   libxl          backend/pci/DOMID/0/state    device/pci/0/state
 *   take it away   7 Reconfiguring
 *                                               7 Reconfiguring   <- us
 *   (xen-pciback)  8 Reconfigured
 *                                               4 Connected       <- us
 *   (xen-pciback)  4 Connected
 */
#ifndef XMD_SUPERVISOR_STANDIN_H
#define XMD_SUPERVISOR_STANDIN_H

#include <stdint.h>
#include <sys/types.h>

/* Start it for @domid, which is paused or dead.  Return: its process, or -1 (logged). */
pid_t standin_start(uint32_t domid);
void standin_stop(pid_t pid);

#endif
