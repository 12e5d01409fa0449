/* SPDX-License-Identifier: GPL-2.0 */
/*
 * life.h - a fault's life, whatever it is put into: the domain serves and is used; after it, all must come back by itself
 * and be as before; a line of JSON as bench/isolation/campaign has them, with "simulated", "back_ms" and "told" beside.
 */
#ifndef DEVICE_LIFE_H
#define DEVICE_LIFE_H

#include <stdbool.h>
#include <stdint.h>

#define LIMIT_MS	60000u		/* until all must be back by itself */
#define CPU_S		20u		/* of a fault's process */

struct outcome {
	const char *verdict;
	char why[160], left[160], state[160];
	uint64_t back_ms;
	unsigned int starts;		/* of user halves, when it was put in */
	bool human, another;		/* another user half has come by itself */
};

void life_begin(void);			/* until all serve, and each operation has gone well; or exit(3) */
void life_pass(void);			/* a ms */
/* NULL: the kernel half does not crash.  Else it is to @run; when the domain has died of it, domain_dies() has been called */
extern void (*life_guard)(void (*run)(void));
extern void (*life_forget)(void);	/* NULL, or: a domain has died, and its memory is nobody's */
unsigned int life_restarts(void);	/* of the domain, until now */
extern unsigned int life_ops;		/* in turn: OPS; with one more, the change of the rings is one of them */
bool life_op(unsigned int which);	/* one of world.h, beside those that come by themselves */
/* From here on: what failed before is forgotten, silences begin anew */
void life_mark(struct outcome *o);
/* Until nobody is cut off, all operations go well, and it stays so; or 60 s after @removed, ms */
void life_come_back(struct outcome *o, uint64_t removed);
/* @refresh: what the fault was put into goes, and another comes; sets left. NULL: nothing to do */
void life_judge(struct outcome *o, void (*refresh)(struct outcome *o));

/* A line: what was put in is printed first */
void life_text(const char *name, const char *s);
void life_not_injected(const char *result, const char *did);
void life_report(const char *did, const struct outcome *o);
/* What the process could not say itself: it has crashed, a lock was taken twice, it does not end; @status: wait(2)'s */
void life_no_word(int status);

#endif /* DEVICE_LIFE_H */
