/* SPDX-License-Identifier: GPL-2.0 */
/*
 * quiet.h - a NIC whose driver domain has just died: no DMA, and above all no interrupt.
 *
 * A legacy interrupt is a level: a NIC that has something to report asserts it until its
 * driver has read the cause, and now there is no driver.  When xen-pciback next enables
 * the device for anybody, its own handler in dom0 is called over and over, "nobody cared"
 * after 100,000 times; until then dom0 does nothing else.
 *
 * A reset would end it, and take the link down: a NIC that comes back from D3hot, or from a reset
 * of its bus, negotiates anew, which is seconds.  So a NIC whose registers we know is masked at
 * the device and does no more DMA, and nobody else is to reset it either: xen-pciback when it lets
 * go of it, and libxl before it gives it to the next, both do by the ways that Linux has for the
 * device in its reset_method in sysfs (Linux 5.15).  These are switched off with the first such end
 * and stay so while its domain is in charge; what they were is kept in RUN_DIR, and put back then.
 * The next driver resets the chip itself before it uses it.  A xen-pciback with a reset of
 * its own (a file do_flr, SUSE's and XCP-ng's kernels) cannot be told.
 *
 * Another NIC is reset through sysfs.
 */
#ifndef XMD_SUPERVISOR_QUIET_H
#define XMD_SUPERVISOR_QUIET_H

#include <stdbool.h>

/*
 * @bdf: "0000:00:02.0".  No domain that runs may own it.  Harmless when it was quiet
 * already.  What goes wrong is logged, and is no reason to stop.
 */
void quiet_device(const char *bdf);

/* Whoever has it from now on is not ours: it may be reset again. */
void quiet_release(const char *bdf);

/*
 * Its domain says that no register of @bdf answers.  Do they answer dom0?  One is read, of a chip that we know.
 * Return: true: they do, so what is wrong is in that domain; false: they do not, or that cannot be found out
 */
bool quiet_answers(const char *bdf);

#endif
