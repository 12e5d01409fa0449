/* SPDX-License-Identifier: GPL-2.0 */
/*
 * proc.h - xmd-userdriver as a process of its own, the very file that is in the image: proc.c runs it with ptrace(2) in
 * simulated time, proc_calls.c answers its system calls. Between two of them it takes no time, unless it takes
 * the processor for longer than a ms; then the world goes on, a ms for each.
 */
#ifndef DEVICE_PROC_H
#define DEVICE_PROC_H

#include "../inject.h"

/* ---- proc.c ---- */
void proc_program(const char *path);
/* Breakpoints in the process that runs now, each for once; addresses of the ELF file, sorted. @hit: it stands there. */
void proc_break(const uint64_t *at, unsigned int n, void (*hit)(unsigned int i));
struct target *proc_target(void);	/* in @hit, or between two passes when it waits */
bool proc_lives(void);
void proc_hold(uint64_t ms);		/* in @hit: it does not go on for so long */
void proc_kill(void);			/* and xmd-init starts another */
bool proc_get(uint64_t at, void *to, size_t n);
bool proc_put(uint64_t at, const void *from, size_t n);

/* ---- proc_calls.c ---- */
struct proc_call {
	uint64_t nr, arg[6];
};

/* ANSWERED: with *ret; NATIVE: the kernel does it; WAITS: until calls_due(); FORBIDDEN: by the filter of system calls */
enum proc_answer { ANSWERED, NATIVE, WAITING, FORBIDDEN };
enum proc_answer calls_answer(const struct proc_call *c, long *ret);
bool calls_due(long *ret);
void calls_begin(void);			/* another process */
void calls_end(void);			/* it has ended */
/* The next message goes wrong, as ../calls.c has it. */
void calls_fault(struct fault *f);
bool calls_fault_done(void);

#endif /* DEVICE_PROC_H */
