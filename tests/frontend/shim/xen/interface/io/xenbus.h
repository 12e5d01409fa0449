/* SPDX-License-Identifier: GPL-2.0 */
/* Xen's own header (libxen-dev) under the name that the kernel's copy has. */
#include <xen/io/xenbus.h>
