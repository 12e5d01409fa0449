/* SPDX-License-Identifier: GPL-2.0 */
/* privileges.h - what the process may still do once the device file is open. */
#ifndef XMD_USERDRIVER_PRIVILEGES_H
#define XMD_USERDRIVER_PRIVILEGES_H

#include "driver.h"

/* Root, and most system calls, unless the NIC is simulated.
 * Return: 0, or -1 with the reason logged. */
int privileges_drop(const struct options *opt);

#endif /* XMD_USERDRIVER_PRIVILEGES_H */
