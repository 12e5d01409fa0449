/* SPDX-License-Identifier: GPL-2.0 */
/*
 * guard.h - which registers the user half may touch.  Pure code, also built on the host.
 */
#ifndef XMD_KERNDRIVER_GUARD_H
#define XMD_KERNDRIVER_GUARD_H

#include <linux/types.h>
#include <xmd/nicdev.h>

/**
 * xmd_guard_writable - the bits of register @reg that the user half may change
 * @stopped: the NIC is STOPPED: bits that would pull the rings away are allowed too
 *
 * Return: 0 also for a register that is unknown or read-only.
 */
__u32 xmd_guard_writable(__u32 reg, bool stopped);

/**
 * xmd_guard_batch - check a whole batch before any of it is done
 * @n: operations, 1 to XMD_REG_BATCH_MAX, checked by the caller
 * @failed: index of the first operation refused; @n if none
 *
 * Return: 0; -EINVAL an operation that is malformed or times out of range;
 * -EPERM a register or a bit that is not the user half's.
 */
int xmd_guard_batch(const struct xmd_reg_op *ops, __u32 n, bool stopped, __u32 *failed);

#endif /* XMD_KERNDRIVER_GUARD_H */
