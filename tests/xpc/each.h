/* SPDX-License-Identifier: GPL-2.0 */
/* each.h - an object of which there is one for each queue, for test_each.c */
#ifndef XPC_TEST_EACH_H
#define XPC_TEST_EACH_H

#include <linux/types.h>
#include "annot.h"

struct e_card {
	__u32 mtu XPC_BY(kernel);
} XPC_OBJECT(1);

struct e_queue {
	__u32 len XPC_BY(kernel);
	__u32 seen XPC_BY(user);
} XPC_OBJECT(2) XPC_EACH(3);

struct e_last {
	__u32 a XPC_BY(kernel);
} XPC_OBJECT(3);

#ifdef XPC_GEN
int e_alive(void) XPC_UPCALL(1, 100);
#endif

#endif
