/* SPDX-License-Identifier: GPL-2.0 */
/* test.h - what all tests of this folder include. */
#ifndef XPC_TEST_H
#define XPC_TEST_H

#include "../check.h"
#include "decl_xpc.h"

#endif /* XPC_TEST_H */
