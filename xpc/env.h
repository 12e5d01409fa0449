/* SPDX-License-Identifier: GPL-2.0 */
/* env.h - what the kernel and the C library call by different names. */
#ifndef XPC_ENV_H
#define XPC_ENV_H

#include <linux/types.h>

#ifdef __KERNEL__
#include <linux/errno.h>
#include <linux/kernel.h>
#include <linux/stddef.h>
#include <linux/string.h>
#else
#include <errno.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#endif

#endif /* XPC_ENV_H */
