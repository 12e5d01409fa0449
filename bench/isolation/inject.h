/* SPDX-License-Identifier: GPL-2.0 */
/*
 * inject.h - xmd-inject: puts one fault into a process that runs.
 *
 *   trace.c    a process under ptrace, all of its threads; its memory; breakpoints
 *   act.c      what is done when the site is reached: text, data, behaviour
 *   calls.c    messages: the next system call that carries one
 *   cover.c    which blocks run at all
 *   inject.c   the command; device/userfaults.c is another
 *
 * A fault is only put in when the site has been reached: a breakpoint stands there first. When the fault is in, the
 * process is left alone. An x86-64 program, position independent or not.
 */
#ifndef XMD_ISOLATION_INJECT_H
#define XMD_ISOLATION_INJECT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/types.h>
#include <sys/user.h>

#ifndef INSN_MAX
#define INSN_MAX	15
#endif
#define THREADS_MAX	64

/* Exit status */
enum { DONE = 0, USAGE = 2, NOT_REACHED = 3, DIFFERS = 4, GONE = 5, FAILED = 6 };

_Noreturn void end(int status, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
uint64_t mix(uint64_t a, uint64_t b);
double now(void);	/* CLOCK_MONOTONIC, s */

/* ---- trace.c ---- */

struct thread {
	pid_t tid;
	bool stopped;
	int status;	/* of the stop, to be given back; 0: none of its own */
};

struct target {
	pid_t pid;
	int mem;		/* to read it by, and to write much */
	struct thread thread[THREADS_MAX];
	unsigned int threads;
	uint64_t base;		/* to be added to an address of the ELF file */
};

struct area {
	uint64_t from, to;
};

/* What has stopped: */
struct stop {
	struct thread *t;
	bool trap;		/* at a breakpoint: */
	uint64_t at;
	bool call;		/* before or after a system call */
};

void target_map(struct target *p, pid_t pid);		/* only its memory; who traces it has its threads */
void target_open(struct target *p, pid_t pid);		/* all threads run on */
void target_close(struct target *p);			/* they run on without us */
void target_halt(struct target *p);			/* all threads stopped */
void target_run(struct target *p);			/* all that are stopped */
/* Lets @t go on; @calls: until its next system call. */
void thread_run(struct thread *t, bool calls);
/* The next that stops, and what it was is passed on when it runs again; false: nothing until @until. */
bool target_wait(struct target *p, double until, struct stop *s);

bool memory_read(const struct target *p, uint64_t at, void *to, size_t n);
bool memory_write(const struct target *p, uint64_t at, const void *from, size_t n);
bool memory_patch(const struct target *p, uint64_t at, const void *from, size_t n);
void registers(const struct thread *t, struct user_regs_struct *r);
void set_registers(const struct thread *t, const struct user_regs_struct *r);

/* A mapping by its name in /proc/PID/maps; @at: the one that has it */
bool find_area(pid_t pid, const char *name, struct area *a);
bool area_at(pid_t pid, uint64_t at, struct area *a);
/* What the program itself can write: .data, .bss; by the @n-th byte of it */
bool global_byte(const struct target *p, uint64_t n, uint64_t *at, uint64_t *all);

/* ---- act.c ---- */

struct fault {
	const char *type;
	uint64_t site;			/* in the ELF file */
	unsigned int len;
	uint8_t old[INSN_MAX], new[INSN_MAX];
	bool any_old[INSN_MAX], any_new[INSN_MAX];
	uint64_t seed;
	unsigned int hold_ms;		/* for "delay" */
	char did[200];			/* for the report */
};

bool known_type(const char *type);
/* @t stands at the site, whose bytes are the old ones; all others are stopped. */
void act(struct target *p, struct thread *t, struct fault *f);

/* ---- calls.c ---- */

bool is_message(const char *type);
/* As act(), with the next message of the first thread.  false: it has sent and received none. */
bool act_on_message(struct target *p, struct fault *f, double until);

/* ---- cover.c ---- */

/* Prints the addresses of @path (as "xmd-sites blocks" has them) that are reached within @seconds. */
void cover(struct target *p, const char *path, double seconds);

#endif /* XMD_ISOLATION_INJECT_H */
