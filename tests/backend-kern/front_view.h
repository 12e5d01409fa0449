/* SPDX-License-Identifier: GPL-2.0 */
#ifndef TEST_FRONT_VIEW_H
#define TEST_FRONT_VIEW_H

#include <linux/types.h>

int front_drops(const void *slots, u32 from, u32 to);

#endif
