/* SPDX-License-Identifier: GPL-2.0 */
/*
 * batch.h - register operations collected into as few crossings as possible.
 *
 * Operations are added one by one; a batch that is full (XMD_REG_BATCH_MAX, or its
 * waits would exceed XMD_REG_BATCH_MAX_US) is sent by itself.  The first error sticks:
 * what is added afterwards is ignored and batch_run returns the error, so that callers
 * check once, at the end.  Values read are valid only after batch_run returned 0.
 */
#ifndef XMD_USERDRIVER_BATCH_H
#define XMD_USERDRIVER_BATCH_H

#include <stdint.h>

#include <xmd/nicdev.h>

struct driver;

struct reg_batch {
	struct driver *d;
	int exit_code;		/* enum exit_code for what is added from now on */
	int error;
	unsigned int n;
	unsigned int usecs;
	struct xmd_reg_op op[XMD_REG_BATCH_MAX];
	uint32_t *out[XMD_REG_BATCH_MAX];	/* where val goes, or NULL */
	const char *what[XMD_REG_BATCH_MAX];	/* step, for the log line */
	uint8_t code[XMD_REG_BATCH_MAX];	/* exit_code when it was added */
	/* what a wait is for, as it went to the kernel half; of others the mask is 0 */
	struct { uint32_t mask, val; } want[XMD_REG_BATCH_MAX];
};

void batch_init(struct reg_batch *b, struct driver *d, int exit_code);

/* What follows belongs to another subject: a failure of it exits with @exit_code. */
static inline void batch_subject(struct reg_batch *b, int exit_code)
{
	b->exit_code = exit_code;
}

void batch_read(struct reg_batch *b, uint32_t reg, uint32_t *out, const char *what);
void batch_write(struct reg_batch *b, uint32_t reg, uint32_t val, const char *what);
void batch_set(struct reg_batch *b, uint32_t reg, uint32_t mask, uint32_t val,
	       const char *what);
void batch_delay(struct reg_batch *b, unsigned int usecs);

/* Wait until (reg & mask) == val in op; the last value read goes to @out. */
struct reg_wait {
	uint32_t reg, mask, val;
	unsigned int usecs;
};
void batch_wait(struct reg_batch *b, const struct reg_wait *w, uint32_t *out,
		const char *what);

/* Send what is left.  Return: 0, -ENODEV (device gone), or as driver_fail. */
int batch_run(struct reg_batch *b);

/* Is there a NIC behind the registers?  Return: 0 or -ENODEV. */
int batch_device_alive(struct driver *d);

#endif /* XMD_USERDRIVER_BATCH_H */
