/* SPDX-License-Identifier: GPL-2.0 */
/* half.h - the kernel half, for those that are compiled as kernel code. */
#ifndef DEVICE_HALF_H
#define DEVICE_HALF_H

struct xmd_nic *half_nic(void);

#endif /* DEVICE_HALF_H */
