/* SPDX-License-Identifier: GPL-2.0 */
/* nic.h includes it for static_assert, which C11 brings along. */
#include <assert.h>
