/* SPDX-License-Identifier: GPL-2.0 */
/* Included after linux/compiler_types.h: what sparse would check, as annotations that libclang shows. */
#undef __iomem
#undef __user
#undef __percpu
#undef __rcu
#define __iomem  __attribute__((annotate("iomem")))
#define __user   __attribute__((annotate("user")))
#define __percpu __attribute__((annotate("percpu")))
#define __rcu    __attribute__((annotate("rcu")))
