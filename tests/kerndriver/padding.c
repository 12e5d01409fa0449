// SPDX-License-Identifier: GPL-2.0
/*
 * padding.c - compiled with -Werror=padded: a hole that the compiler leaves in a struct that is
 * copied to user space or to a guest tells what was in the kernel's memory before.
 */
/* the guests' order, and the halves' objects, whose holes xmd_nic_port() clears */
#pragma GCC diagnostic ignored "-Wpadded"
#include "../../xpc/vif_objects.h"
#include "../../xpc/objects.h"
#pragma GCC diagnostic error "-Wpadded"
#include <xmd/backdev.h>
#include <xmd/nicdev.h>
#include <xmd/objring.h>
