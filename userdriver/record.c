// SPDX-License-Identifier: GPL-2.0
/* record.c - see record.h: a port around the real one. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "record.h"

struct recorder {
	struct nic_port port;		/* first */
	struct nic_port *real;
	struct xpc_link link;
	FILE *file;			/* NULL: full, or stopped */
	long left;			/* bytes */
	uint64_t began_ms;
	char buf[65536];		/* of its own, for stdio asks the system for none then */
};

static struct recorder *of(struct nic_port *port)
{
	return (struct recorder *)port;
}

static void add_hex(struct recorder *r, const void *data, size_t n)
{
	const uint8_t *p = data;

	for (size_t i = 0; r->file && i < n; i++)
		r->left -= fprintf(r->file, "%02x", p[i]);
}

/* Return: is it recorded? */
static bool begin(struct recorder *r, char what, int ret)
{
	if (!r->file)
		return false;
	r->left -= fprintf(r->file, "%llu %c %d ",
			   (unsigned long long)(driver_now_ms() - r->began_ms), what, ret);
	return true;
}

static void end(struct recorder *r)
{
	if (!r->file)
		return;
	fputc('\n', r->file);
	if (r->left > 0 && !fflush(r->file))
		return;
	log_warn("the recording ends here: %s", r->left > 0 ? "it cannot be written" : "it is full");
	record_stop(&r->port);
}

static void record(struct recorder *r, char what, int ret, const void *data, size_t n)
{
	if (begin(r, what, ret))
		add_hex(r, data, n);
	end(r);
}

static int rec_info(struct nic_port *port, struct xmd_info *info)
{
	int ret = of(port)->real->ops->info(of(port)->real, info);

	record(of(port), 'I', ret, info, sizeof(*info));
	return ret;
}

static int rec_regs(struct nic_port *port, struct xmd_regs *regs)
{
	const struct xmd_reg_op *op = (const struct xmd_reg_op *)(uintptr_t)regs->ops;
	struct xmd_reg_op asked[XMD_REG_BATCH_MAX];
	struct recorder *r = of(port);
	int ret;

	for (unsigned int i = 0; i < regs->n && i < XMD_REG_BATCH_MAX; i++)
		asked[i] = op[i];
	ret = r->real->ops->regs(r->real, regs);
	if (begin(r, 'R', ret))
		r->left -= fprintf(r->file, "%u", regs->failed);
	for (unsigned int i = 0; r->file && i < regs->n; i++)
		r->left -= fprintf(r->file, " %x,%x,%x,%x,%x=%x", asked[i].op, asked[i].reg,
				   asked[i].mask, asked[i].val, asked[i].usecs, op[i].val);
	end(r);
	return ret;
}

static int rec_stop(struct nic_port *port)
{
	int ret = of(port)->real->ops->stop(of(port)->real);

	record(of(port), 'S', ret, NULL, 0);
	return ret;
}

static int rec_start(struct nic_port *port, const struct xmd_start *start)
{
	int ret = of(port)->real->ops->start(of(port)->real, start);

	record(of(port), 'A', ret, start, sizeof(*start));
	return ret;
}

static int rec_fd(struct nic_port *port)
{
	return of(port)->real->ops->fd(of(port)->real);
}

static void rec_close(struct nic_port *port)
{
	record_stop(port);
	of(port)->real->ops->close(of(port)->real);
	free(port);
}

static const struct nic_port_ops rec_ops = {
	.info = rec_info, .regs = rec_regs, .stop = rec_stop, .start = rec_start, .fd = rec_fd,
	.close = rec_close,
};

static struct recorder *of_link(struct xpc_link *link)
{
	return (struct recorder *)((char *)link - offsetof(struct recorder, link));
}

static int rec_read(struct xpc_link *link, void *buf)
{
	struct recorder *r = of_link(link);
	int n = r->real->link->read(r->real->link, buf);

	record(r, '<', n, buf, n > 0 ? n : 0);
	return n;
}

static int rec_write(struct xpc_link *link, const void *buf, __u32 len)
{
	struct recorder *r = of_link(link);
	int ret = r->real->link->write(r->real->link, buf, len);

	record(r, '>', ret, buf, len);
	return ret;
}

void record_stop(struct nic_port *port)
{
	if (of(port)->file)
		fclose(of(port)->file);
	of(port)->file = NULL;
}

struct nic_port *record_open(struct nic_port *real, const char *path)
{
	struct recorder *r = calloc(1, sizeof(*r));

	if (!r)
		return NULL;
	r->file = fopen(path, "we");
	if (!r->file) {
		free(r);
		return NULL;
	}
	setvbuf(r->file, r->buf, _IOFBF, sizeof(r->buf));
	r->port.ops = &rec_ops;
	r->port.link = &r->link;
	r->real = real;
	r->link = (struct xpc_link){ rec_read, rec_write };
	r->left = RECORD_MAX;
	r->began_ms = driver_now_ms();
	fprintf(r->file, "# xmd-userdriver, objects %08x\n",
		xpc_objects.fingerprint);
	return &r->port;
}
