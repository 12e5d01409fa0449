/* SPDX-License-Identifier: GPL-2.0 */
/* One access, neither torn nor repeated, as in the kernel. */
#ifndef XMD_SHIM_COMPILER_H
#define XMD_SHIM_COMPILER_H

#define READ_ONCE(x)	(*(const volatile __typeof__(x) *)&(x))
#define WRITE_ONCE(x, v) (*(volatile __typeof__(x) *)&(x) = (v))

#endif /* XMD_SHIM_COMPILER_H */
