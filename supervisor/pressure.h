/* SPDX-License-Identifier: GPL-2.0 */
/*
 * pressure.h - is this host so busy that nobody's punctuality says anything?
 *
 * From /proc/stat: the hypervisor kept from dom0 more than half of the processor time that dom0
 * wanted (steal).  From /proc/pressure, where the kernel has it: nearly always somebody waited for
 * a processor, or nobody got on for want of memory.
 */
#ifndef XMD_SUPERVISOR_PRESSURE_H
#define XMD_SUPERVISOR_PRESSURE_H

#include <stdbool.h>

#define HOST_WHY	64

/* Call it every few seconds: shares are of the time in between. */
bool host_starved(char why[HOST_WHY]);

#endif
