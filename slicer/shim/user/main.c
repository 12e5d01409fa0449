// SPDX-License-Identifier: GPL-2.0
/*
 * main.c - the process that a user half is: regions, objects in step, and one call after the other.
 *
 *   user-half [-v] /dev/DEVICE
 *
 * It is started again by whoever started it.  What it knows of the device is in the objects, which the kernel half
 * keeps: a new one gets them before the first call.
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdarg.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>
#include "user/xpc_user.h"
#include "../sl_wire.h"
#include "slice_objects_xpc.h"

#define HZ 250

void sl_shadows(const struct sl_pci *pci); /* api.c */
int sl_alive(void *ctx);
struct xpc_user *sl_xpc(void);
__u64 sl_wire(const void *p);
void *sl_ptr(__u64 wire, enum sl_kind kind);
void sl_down_begin(void);
void sl_down_end(const char *name, int err);
void sl_serve_begin(const char *name);
int sl_serve_end(void);
void sl_report_all(void);
void sl_log(const char *fmt, va_list ap);
void sl_refuse(const char *name) __attribute__((noreturn));

unsigned long jiffies;

static struct xpc_user user;
static struct xpc_link_fd fd_link;
static unsigned char replica[8][XPC_MSG_MAX] __attribute__((aligned(16)));
static bool verbose;
static unsigned int lost_pointers;

struct xpc_user *sl_xpc(void)
{
	return &user;
}

int sl_alive(void *ctx)
{
	(void)ctx;
	return 0;
}

/* -------------------------------------------------------------------------------------------- pointers */

static const __u64 end = SL_BASE + ((__u64)SL_SYMBOL << SL_EACH);

__u64 sl_wire(const void *p)
{
	__u64 at = (__u64)p;
	const struct sl_symbol *s;

	if (!p)
		return 0;
	if (at >= SL_BASE && at < end)
		return (at - SL_BASE) >> SL_EACH << SL_SHIFT | (at & ((1ull << SL_EACH) - 1));
	for (s = sl_symbols; s->at; s++)
		if (at - (__u64)s->at < s->size)
			return (__u64)(SL_SYMBOL + s->id) << SL_SHIFT | (at - (__u64)s->at);
	if (!lost_pointers++)
		fprintf(stderr, "a pointer %p that the kernel half does not know becomes NULL\n",
			p);
	return 0;
}

void *sl_ptr(__u64 wire, enum sl_kind kind)
{
	__u64 id = wire >> SL_SHIFT, off = wire & SL_OFFSET;
	const struct sl_symbol *s;

	(void)kind;
	if (!wire)
		return NULL;
	if (id < SL_SYMBOL)
		return (void *)(SL_BASE + (id << SL_EACH) + off);
	for (s = sl_symbols; s->at; s++)
		if (s->id == id - SL_SYMBOL)
			return (char *)s->at + off;
	return NULL;
}

/* ---------------------------------------------------------------------------------------------- messages */

/* A conversion of printk's, which has some that printf() has not: %pM is an Ethernet address.  Return: behind it */
static const char *one_value(const char *fmt, va_list ap)
{
	size_t n = 1 + strspn(fmt + 1, "-+ #0123456789."), length = strspn(fmt + n, "hlzt");
	char spec[32];
	const unsigned char *p;

	snprintf(spec, sizeof(spec), "%.*s", (int)(n + length + 1), fmt);
	fmt += n + length;
	if (*fmt == 'p' && fmt[1] == 'M') {
		p = va_arg(ap, const unsigned char *);
		fprintf(stderr, "%02x:%02x:%02x:%02x:%02x:%02x", p[0], p[1], p[2], p[3], p[4],
			p[5]);
		return fmt + 2;
	}
	if (*fmt == '%')
		fputc('%', stderr);
	else if (*fmt == 's' || *fmt == 'p')
		fprintf(stderr, spec, va_arg(ap, void *));
	else if (length && fmt[-1] != 'h')
		fprintf(stderr, spec, va_arg(ap, long));
	else if (*fmt)
		fprintf(stderr, spec, va_arg(ap, int));
	return *fmt ? fmt + 1 : fmt;
}

void sl_log(const char *fmt, va_list ap)
{
	/* KERN_SOH, level */
	if (fmt[0] == 1 && fmt[1])
		fmt += 2;
	while (*fmt)
		fmt = *fmt == '%' ? one_value(fmt, ap) : (fputc(*fmt, stderr), fmt + 1);
}

/* A function of the kernel, or of the kernel half, that has no business here. */
void sl_refuse(const char *name)
{
	fprintf(stderr,
		"%s: not in the user half; this is a fault of the slice or of its contracts\n",
		name);
	exit(3);
}

/* ----------------------------------------------------------------------------------------------- in step */

static void changed(void *ctx, unsigned int object, __u64 mask)
{
	const struct sl_sync *s;

	(void)ctx;
	for (s = sl_syncs; s->type; s++)
		if (s->object == object)
			s->apply(replica[object], mask & ~s->look);
}

static void fail(const char *what, int err)
{
	fprintf(stderr, "%s: %s\n", what, strerror(-err));
	exit(1);
}

/* What this half has changed goes to the kernel half; when that had changed something else, again. */
static void report(const struct sl_sync *s, bool all)
{
	static unsigned char now[XPC_MSG_MAX] __attribute__((aligned(16)));
	int err, tries = 0;
	__u64 mask;

	memcpy(now, replica[s->object], s->size);
	s->fill(now);
	mask = xpc_diff(s->type, replica[s->object], now) & xpc_writable(s->type, XPC_BY_USER);
	if (all)
		mask = xpc_writable(s->type, XPC_BY_USER);
	if (!mask)
		return;
	do
		err = xpc_user_propose(&user, s->object, mask, now);
	while (err == -ESTALE && ++tries < 10);
	if (err)
		fail(s->type->name, err);
	/* the home's copy, when it came between, has overwritten them */
	if (tries)
		s->apply(now, mask);
}

/* Has the kernel half changed something?  A proposal of nothing tells. */
static void look(const struct sl_sync *s)
{
	int err = xpc_user_propose(&user, s->object, s->look, replica[s->object]);

	if (err && err != -ESTALE)
		fail(s->type->name, err);
}

void sl_down_begin(void)
{
	const struct sl_sync *s;

	for (s = sl_syncs; s->type; s++)
		report(s, false);
}

/* The kernel half has a new device: all that this half says of it, though it said the same of another one. */
void sl_report_all(void)
{
	const struct sl_sync *s;

	for (s = sl_syncs; s->type; s++)
		report(s, true);
}

void sl_down_end(const char *name, int err)
{
	const struct sl_sync *s;

	if (err)
		fprintf(stderr, "%s: %s\n", name, strerror(-err));
	if (err == -EIO)
		exit(1);
	for (s = sl_syncs; s->type; s++)
		look(s);
}

static unsigned long now_jiffies(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec * HZ + ts.tv_nsec / (1000000000 / HZ);
}

void sl_serve_begin(const char *name)
{
	struct sl_pci pci;

	jiffies = now_jiffies();
	if (verbose)
		fprintf(stderr, "%s\n", name);
	/* a probe comes with a device that was not there */
	if (!xpc_call_sl_pci_info(&user, &pci))
		sl_shadows(&pci);
}

int sl_serve_end(void)
{
	sl_down_begin();
	return 0;
}

/* ------------------------------------------------------------------------------------------------ regions */

/* net_device and pci_dev are memory; BARs and DMA memory are names: who touches them is ended by it. */
static void make_regions(void)
{
	unsigned int id;

	for (id = SL_NETDEV; id <= SL_PCIDEV; id++)
		if (mmap((void *)(SL_BASE + ((__u64)id << SL_EACH)), 1 << 20,
			 PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED_NOREPLACE,
			 -1, 0) == MAP_FAILED)
			fail("mmap", -errno);
}

static void begin(void)
{
	static void *copies[8];
	struct xpc_user_config cfg = {
		.proto = &xpc_slice_objects,
		.link = &fd_link.link,
		.replica = copies,
		.serve = xpc_serve_slice_objects_up,
		.changed = changed,
	};
	struct sl_pci pci = { .vendor = 0 };
	unsigned int i;
	int err;

	for (i = 0; i < 8; i++)
		copies[i] = replica[i];
	if (cfg.proto->n_objects > 8)
		fail("objects", -E2BIG);
	sl_shadows(&pci);
	err = xpc_user_init(&user, &cfg);
	err = err ? err : xpc_user_hello(&user);
	err = err ? err : xpc_call_sl_pci_info(&user, &pci);
	if (err)
		fail("hello", err);
	sl_shadows(&pci);
	err = xpc_user_ready(&user);
	if (err)
		fail("ready", err);
	fprintf(stderr, "serving\n");
}

int main(int argc, char **argv)
{
	struct pollfd p = { .events = POLLIN };
	int err;

	if (argc == 3 && !strcmp(argv[1], "-v"))
		verbose = true;
	else if (argc != 2) {
		fputs("usage: user-half [-v] DEVICE\n", stderr);
		return 2;
	}
	p.fd = open(argv[argc - 1], O_RDWR | O_NONBLOCK | O_CLOEXEC);
	if (p.fd < 0) {
		perror(argv[argc - 1]);
		return 1;
	}
	setvbuf(stderr, NULL, _IOLBF, 0);
	xpc_link_fd(&fd_link, p.fd);
	make_regions();
	begin();
	for (;;) {
		while ((err = xpc_user_dispatch(&user)) > 0)
			;
		if (err < 0)
			fail("dispatch", err);
		if (poll(&p, 1, -1) < 0 && errno != EINTR)
			fail("poll", -errno);
	}
}
