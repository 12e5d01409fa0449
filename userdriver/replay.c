// SPDX-License-Identifier: GPL-2.0
/*
 * replay.c - see record.h: a port that answers from a recording.
 *
 * The recording says what the user half was waiting for: where a message comes next, it has been
 * woken by one; where anything else does, its two seconds were over.
 */
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "record.h"

struct replay {
	struct nic_port port;		/* first */
	struct xpc_link link;
	FILE *file;
	char *line;			/* the next one, NULL: at the end */
	size_t size;
	unsigned int nr;
	char what;
	int ret;
	const char *rest;		/* behind ret */
	bool differs;
};

static struct replay *of(struct nic_port *port)
{
	return (struct replay *)port;
}

static void next(struct replay *r)
{
	int at = 0;

	r->what = 0;
	while (getline(&r->line, &r->size, r->file) > 0) {
		r->nr++;
		if (r->line[0] == '#')
			continue;
		if (sscanf(r->line, "%*u %c %d %n", &r->what, &r->ret, &at) == 2)
			r->rest = r->line + at;
		return;
	}
}

/* Return: -EIO */
static int differs(struct replay *r, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
static int differs(struct replay *r, const char *fmt, ...)
{
	char text[256];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	if (!r->differs && r->what)
		log_err("replay, line %u: %s", r->nr, text);
	r->differs |= r->what;
	return -EIO;
}

static size_t hex(const char *text, void *data, size_t max)
{
	uint8_t *p = data;
	unsigned int byte;
	size_t n = 0;

	while (n < max && sscanf(text + 2 * n, "%2x", &byte) == 1)
		p[n++] = byte;
	return n;
}

static bool same(struct replay *r, const void *data, size_t n)
{
	uint8_t was[XPC_MSG_MAX];

	return n <= sizeof(was) && hex(r->rest, was, sizeof(was)) == n && !memcmp(was, data, n);
}

static int rep_info(struct nic_port *port, struct xmd_info *info)
{
	struct replay *r = of(port);
	int ret = r->ret;

	if (r->what != 'I' || hex(r->rest, info, sizeof(*info)) != sizeof(*info))
		return differs(r, "INFO is asked for, recorded is '%c'", r->what);
	next(r);
	return ret;
}

static int rep_regs(struct nic_port *port, struct xmd_regs *regs)
{
	struct xmd_reg_op *op = (struct xmd_reg_op *)(uintptr_t)regs->ops;
	struct replay *r = of(port);
	int ret = r->ret, at = 0;
	const char *p = r->rest;

	if (r->what != 'R' || sscanf(p, "%u%n", &regs->failed, &at) != 1)
		return differs(r, "registers are asked for, recorded is '%c'", r->what);
	for (unsigned int i = 0; i < regs->n; i++) {
		unsigned int code, reg, mask, val, usecs, result;

		p += at;
		if (sscanf(p, " %x,%x,%x,%x,%x=%x%n", &code, &reg, &mask, &val, &usecs, &result,
			   &at) != 6)
			return differs(r, "%u register operations, recorded are %u", regs->n, i);
		if (code != op[i].op || reg != op[i].reg || mask != op[i].mask || val != op[i].val ||
		    usecs != op[i].usecs)
			return differs(r,
				"operation %u is %u of register %#x, mask %#x, value %#x; recorded %u of %#x, %#x, %#x",
				i, op[i].op, op[i].reg, op[i].mask, op[i].val, code, reg, mask, val);
		op[i].val = result;
	}
	next(r);
	return ret;
}

static int rep_stop(struct nic_port *port)
{
	int ret = of(port)->ret;

	if (of(port)->what != 'S')
		return differs(of(port), "STOP, recorded is '%c'", of(port)->what);
	next(of(port));
	return ret;
}

static int rep_start(struct nic_port *port, const struct xmd_start *start)
{
	int ret = of(port)->ret;

	if (of(port)->what != 'A' || !same(of(port), start, sizeof(*start)))
		return differs(of(port), "START, recorded is '%c', or other settings",
			       of(port)->what);
	next(of(port));
	return ret;
}

static int rep_fd(struct nic_port *port)
{
	(void)port;
	return -1;
}

static void rep_close(struct nic_port *port)
{
	fclose(of(port)->file);
	free(of(port)->line);
	free(port);
}

static const struct nic_port_ops rep_ops = {
	.info = rep_info, .regs = rep_regs, .stop = rep_stop, .start = rep_start, .fd = rep_fd,
	.close = rep_close,
};

static struct replay *of_link(struct xpc_link *link)
{
	return (struct replay *)((char *)link - offsetof(struct replay, link));
}

static int rep_read(struct xpc_link *link, void *buf)
{
	struct replay *r = of_link(link);
	int ret = r->ret;

	if (r->what != '<')
		return r->what ? differs(r, "a message is read, recorded is '%c'", r->what) : 0;
	if (ret > 0 && (ret > (int)XPC_MSG_MAX || hex(r->rest, buf, ret) != (size_t)ret))
		return differs(r, "the message is damaged");
	next(r);
	return ret;
}

static int rep_write(struct xpc_link *link, const void *buf, __u32 len)
{
	struct replay *r = of_link(link);
	int ret = r->ret;

	if (r->what != '>' || !same(r, buf, len))
		return differs(r, "a message of %u bytes is sent, recorded is '%c' %.40s", len,
			       r->what, r->rest ? r->rest : "");
	next(r);
	return ret;
}

struct nic_port *replay_open(const char *path)
{
	struct replay *r = calloc(1, sizeof(*r));

	if (!r)
		return NULL;
	r->file = fopen(path, "re");
	if (!r->file) {
		free(r);
		return NULL;
	}
	r->port.ops = &rep_ops;
	r->link = (struct xpc_link){ rep_read, rep_write };
	r->port.link = &r->link;
	next(r);
	return &r->port;
}

int replay_run(struct driver *d)
{
	struct replay *r = of(d->port);
	int err = driver_start(d);

	while (!err && r->what && !r->differs)
		err = r->what == '<' ? driver_upcalls(d) : driver_tick(d);
	/* where it ended in the middle of something, the rest is nobody's fault */
	if (!r->differs)
		log_info("replay: as recorded, %u lines", r->nr);
	return r->differs ? -EIO : 0;
}
