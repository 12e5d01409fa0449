/* SPDX-License-Identifier: GPL-2.0 */
/* decl.h - every annotation of xpc/annot.h at least once, for the tests of this folder. */
#ifndef XPC_TEST_DECL_H
#define XPC_TEST_DECL_H

#include <linux/types.h>
#include "annot.h"
#include "env.h"

#define T_MC_MAX 5

enum t_colour { T_RED, T_GREEN, T_BLUE = 7 };

struct t_point {
	__s16 x XPC_RANGE(-100, 100);
	__s16 y;
};

struct t_line {
	struct t_point from, to;
	__u8 n XPC_RANGE(1, 3);
	__u32 weight[4] XPC_COUNTED(n);
	void *cookie XPC_OPAQUE;
};

struct t_node {
	struct t_node *next;
	__u32 value XPC_RANGE(10, 20);
	char name[8] XPC_STRING;
};

struct t_thing {
	__u8 u8 XPC_BY(kernel);
	__u16 u16 XPC_BY(user);
	__u32 u32 XPC_BY(kernel, user);
	__u64 u64 XPC_BY(guest);
	__s8 s8 XPC_BY(user);
	__s32 s32 XPC_BY(user) XPC_RANGE(-5, 0x10);
	__s64 s64 XPC_BY(user);
	bool flag XPC_BY(user);
	enum t_colour colour XPC_BY(user) XPC_RANGE(0, 7);
	char text[16] XPC_BY(user) XPC_STRING;
	__u16 fixed[3] XPC_BY(user) XPC_RANGE(0, 1000);
	__u16 n_points XPC_BY(kernel, user);
	struct t_point points[T_MC_MAX] XPC_BY(kernel, user) XPC_COUNTED(n_points);
	struct t_line line XPC_BY(user);
	struct t_point pair[2] XPC_BY(user);
	void *mine XPC_OPAQUE;
} XPC_OBJECT(1);

struct t_chain {
	__u32 before XPC_BY(user);
	struct t_node *nodes XPC_BY(user) XPC_LIST(4);
	struct t_node *others XPC_BY(kernel, user) XPC_LIST(2);
} XPC_OBJECT(200);

#ifdef XPC_GEN
int t_up(__u32 number XPC_RANGE(1, 9), const struct t_thing *thing, struct t_line *line XPC_OUT,
	 __u64 *big XPC_OUT) XPC_UPCALL(1, 500);
int t_poke(void) XPC_UPCALL(2, 100);
int t_alive(void) XPC_UPCALL(3, 100);
int t_give(const struct t_chain *chain) XPC_UPCALL(4, 100);
int t_down(__s16 n XPC_RANGE(-3, 3), struct t_chain *chain XPC_OUT) XPC_DOWNCALL(1);
int t_note(void) XPC_DOWNCALL(9);
#endif /* XPC_GEN */

#endif /* XPC_TEST_DECL_H */
