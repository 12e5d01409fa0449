/* SPDX-License-Identifier: GPL-2.0 */
/*
 * user.h - attacks on the device files, each a row of a printed table.
 *
 * A row runs one call and compares errno (0: success) with up to three values that
 * the contract (xmd/backdev.h) allows.
 */
#ifndef HOSTILE_USER_H
#define HOSTILE_USER_H

#include <stddef.h>

struct allowed {
	int err[3];	/* unused ones repeat the first */
};

#define ONE(a) ((struct allowed){ { a, a, a } })
#define TWO(a, b) ((struct allowed){ { a, b, a } })
#define THREE(a, b, c) ((struct allowed){ { a, b, c } })

/* One row; @ret is what the call returned, errno what it left. */
void row(const char *what, struct allowed want, long ret);
/* A row whose verdict was reached otherwise. */
void row_text(const char *what, const char *want, const char *seen, int ok);

/* Run @fn in a child; *ms: how long it lived.  Returns its wait status. */
int in_child(void (*fn)(void), unsigned int *ms);
unsigned long now_ms(void);
/* Open, or say why not and exit with 2. */
int must_open(const char *path);

#define NIC_DEV "/dev/xmd/nic0"
#define BACK_DEV "/dev/xmd/back"
/* Not mapped in any process: the first page.  A variable, because the compiler
 * rightly refuses such calls when it sees through them. */
extern void *volatile bad_pointer;

/* user_nic.c */
void nic_calls(void);		/* every call wrong, none that stops the NIC */
void nic_stopped(void);		/* wrong starts; leaves the NIC stopped */
void nic_silence(void);
void nic_deaf(void);
void nic_wrong_answers(void);
void nic_second_open(void);
void nic_flood(void);

/* user_back.c */
void back_calls(void);
void back_second_open(void);
void back_flood(void);

#endif
