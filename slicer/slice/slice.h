/* SPDX-License-Identifier: GPL-2.0 */
/*
 * slice.h - one driver, cut in two.
 *
 *   kernel   what interrupts, their bottom halves and data supply reach, and what must not sleep:
 *            the closure of the roots over direct and indirect calls, through kernel libraries too
 *   glue     module_init and module_exit, when nothing else is in them: they stay with the kernel half
 *   user     the rest
 *
 *            kernel                                   user
 *          +--------+   upcall: an entry point      +--------+
 *          |  root  |  --------------------------->  | entry  |
 *          |   |    |                                |   |    |
 *          |   v    |   downcall: f calls g          |   v    |
 *          |   g <--|------------------------------- |   f    |
 *          +--------+                                +--------+
 *
 * There is no upcall from the kernel half: what it calls is in it.  A member of a struct is on a side because
 * functions of that side touch it; library functions count for the side that calls them.
 */
#ifndef SLICER_SLICE_H
#define SLICER_SLICE_H

#include <stdio.h>
#include "../model/model.h"

enum half { HALF_NONE, HALF_KERNEL, HALF_USER, HALF_GLUE };

/* What a side does with a member. */
enum { M_READ = 1, M_WRITE = 2, M_LOCK = 4, M_ESCAPES = 8 };

enum class {
	CLASS_NONE, CLASS_KERNEL_OBJECT, CLASS_MIXED, CLASS_REGISTERS, CLASS_DMA, CLASS_KERNEL_PRIVATE,
	CLASS_USER_PRIVATE, CLASS_CONSTANT, CLASS_BOTH_WRITE, CLASS_KERNEL_WRITES, CLASS_USER_WRITES, CLASS_COUNT
};

struct slice_options { bool timers_stay, atomic_stay, work_stay; };

/* One line of a file of annotations: WORD A B C, see notes.c. */
struct note { const char *word, *a, *b, *rest; unsigned int line; bool used; };

struct downcall { struct mdl_fn *from, *to; bool indirect; };

struct slice {
	struct slicer *s;
	struct mdl *m;
	struct slice_options opt;
	struct note *notes;	unsigned int n_notes;
	unsigned char *half;		/* enum half, by function */
	mdl_set klib, ulib;		/* library functions that a side calls */
	struct mdl_closure kernel;	/* why: via */
	unsigned char *k, *u;		/* by member: M_... of each side */
	unsigned char *cls;		/* enum class, by member */
	bool *kept;			/* by member: the user half's state from one call to another */
	struct downcall *down;	unsigned int n_down;
	unsigned int upward;		/* calls from the kernel half to the user half: 0, or the tool is wrong */
	FILE *say;			/* readable report, or NULL */
	const char *dir;		/* for files */
};

/* slice.c */
struct slice *slice_open(struct slicer *s, const char *module, struct slice_options opt, const char *notes);
void slice_close(struct slice *sl);
FILE *slice_file(const struct slice *sl, const char *name);
static inline bool in_kernel(const struct slice *sl, const struct mdl_fn *f) { return sl->half[f->id] == HALF_KERNEL; }
static inline bool in_user(const struct slice *sl, const struct mdl_fn *f) { return sl->half[f->id] == HALF_USER; }
/* Mine, by file and line; free() it.  @n functions. */
struct mdl_fn **slice_order(const struct slice *sl, unsigned int *n);
/* The functions of the user half that @f reaches, itself included; free() it. */
mdl_set slice_up_closure(const struct slice *sl, struct mdl_fn *f);

/* notes.c.  Return: false after saying what is wrong */
bool notes_read(struct slice *sl, const char *path);
/* The note WORD A B, B NULL: any; NULL: none.  It counts as used. */
const struct note *note_find(const struct slice *sl, const char *word, const char *a, const char *b);

/* patterns.c */
bool is_lock_call(const char *callee);
bool is_unlock_call(const char *callee);
bool is_bit_or_atomic(const char *callee);
bool is_pure(const char *callee);		/* computes, without asking the kernel */
bool is_harmless(const char *callee);		/* a copy in the other half does the same: registers, delays, log */
bool is_kernel_object(const char *canon);
bool is_lock_type(const char *canon);
bool is_noise(const char *callee);		/* compiler's and kernel's checks, no call to speak of */

/* members.c */
void members_side(struct slice *sl);
unsigned int access_of(const struct slice *sl, const struct mdl_fn *f, const struct mdl_member *m);
/* num bool enum array:num ... and beyond the facts' kinds: lock atomic kobj iomem dma dmamem */
const char *member_kind(const struct slice *sl, const struct mdl_member *m);
bool member_is_number(const struct slice *sl, const struct mdl_member *m);
bool member_crosses(const struct slice *sl, const struct mdl_member *m);	/* has to be in step */
const char *class_name(enum class c);
void members_report(struct slice *sl);

/* cut.c */
void cut_find(struct slice *sl);
/* Might the user half have a copy of kernel-half function @f as well? */
bool cut_can_copy(const struct slice *sl, struct mdl_fn *f);
void cut_report(struct slice *sl);

/* hw.c: locks, registers, DMA by side.  missing.c: what C does not say. */
void hw_report(struct slice *sl);
void missing_report(struct slice *sl);

#endif
