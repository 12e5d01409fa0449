// SPDX-License-Identifier: GPL-2.0
/* main.c - the module */
#include <linux/module.h>
#include "obj.h"

MODULE_LICENSE("GPL");
MODULE_DESCRIPTION("Xen guest network driver that follows its backend");
