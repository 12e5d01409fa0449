/* SPDX-License-Identifier: GPL-2.0 */
/*
 * quiet.h - a NIC whose driver domain has just died: no DMA, and above all no interrupt.
 *
 * A legacy interrupt is a level: a NIC that has something to report asserts it until its
 * driver has read the cause, and now there is no driver.  When xen-pciback next enables
 * the device for anybody, its own handler in dom0 is called over and over, "nobody cared"
 * after 100,000 times; until then dom0 does nothing else.  A function-level reset would
 * end it.  Where there is none (Linux offers no "reset" for the device in sysfs), 8254x
 * NICs have their interrupts masked at the device.
 */
#ifndef XMD_SUPERVISOR_QUIET_H
#define XMD_SUPERVISOR_QUIET_H

/*
 * @bdf: "0000:00:02.0".  No domain that runs may own it.  Harmless when it was quiet
 * already.  What goes wrong is logged, and is no reason to stop.
 */
void quiet_device(const char *bdf);

#endif
