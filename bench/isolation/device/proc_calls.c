// SPDX-License-Identifier: GPL-2.0
/*
 * proc_calls.c - see proc.h. The device file, the clock, waiting and the log are the world's; memory is the kernel's; who
 * the process is, is not looked at. Once it has its filter of system calls, another one ends it, as that does.
 */
#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/syscall.h>
#include <time.h>

#include <xmd/nicdev.h>
#include "proc.h"
#include "world.h"
#include "xpc_user.h"

#define SCMP_SYS(name) SYS_##name
#include "../../../userdriver/allowed.h"

#define DEVICE	"/dev/xmd/nic0"
#define FD_DEV	70
#define FD_SIG	71
#define POLLED	4u

static bool opened, filtered;
static struct pollfd polled[POLLED];
static unsigned int n_polled;
static uint64_t polled_at, poll_until;

static struct fault *fault;
static bool fault_done, kept;
static struct proc_call keeps;
static uint8_t keeps_bytes[XPC_MSG_MAX];

/* ------------------------------------------------------------------------------ the device */

static long regs(uint64_t at)
{
	static struct xmd_reg_op ops[XMD_REG_BATCH_MAX];
	struct xmd_regs r;
	uint64_t theirs;
	size_t bytes;
	long err;

	if (!proc_get(at, &r, sizeof(r)))
		return -EFAULT;
	theirs = r.ops;
	bytes = (r.n < XMD_REG_BATCH_MAX ? r.n : XMD_REG_BATCH_MAX) * sizeof(*ops);
	if (bytes && !proc_get(theirs, ops, bytes))
		return -EFAULT;
	r.ops = (uintptr_t)ops;
	err = half_ioctl(XMD_NIC_REGS, &r);
	r.ops = theirs;
	if (proc_lives() && ((bytes && !proc_put(theirs, ops, bytes)) || !proc_put(at, &r, sizeof(r))))
		return -EFAULT;
	return err;
}

static long device_ioctl(uint32_t cmd, uint64_t at)
{
	uint8_t arg[sizeof(struct xmd_info) + sizeof(struct xmd_start)] = { 0 };
	size_t n = _IOC_SIZE(cmd);
	long err;

	if (cmd == XMD_NIC_REGS)
		return regs(at);
	if (n > sizeof(arg) || (_IOC_DIR(cmd) & _IOC_WRITE && !proc_get(at, arg, n)))
		return -EFAULT;
	err = half_ioctl(cmd, arg);
	if (!err && _IOC_DIR(cmd) & _IOC_READ && !proc_put(at, arg, n))
		return -EFAULT;
	return err;
}

static long device_read(uint64_t at, uint64_t len)
{
	struct xpc_link *link = crossing_link();
	uint8_t message[XPC_MSG_MAX];
	int n;

	if (len < XPC_MSG_MAX)
		return -EINVAL;
	n = link->read(link, message);
	if (n > 0 && !proc_put(at, message, n))
		return -EFAULT;
	return n ? n : -EAGAIN;
}

static long device_write(const uint8_t *message, uint64_t len)
{
	struct xpc_link *link = crossing_link();
	int err = link->write(link, message, len <= XPC_MSG_MAX ? len : XPC_MSG_MAX + 1);

	return err ? err : (long)len;
}

static long do_call(const struct proc_call *c)
{
	static uint8_t message[XPC_MSG_MAX + 1];
	uint64_t n = c->arg[2] <= XPC_MSG_MAX ? c->arg[2] : XPC_MSG_MAX;

	if (c->nr == SYS_ioctl)
		return device_ioctl(c->arg[1], c->arg[2]);
	if (c->nr == SYS_read)
		return device_read(c->arg[1], c->arg[2]);
	if (n && !proc_get(c->arg[1], message, n))
		return -EFAULT;
	return device_write(message, c->arg[2]);
}

/* -------------------------------------------------------------------- messages that go wrong */

void calls_fault(struct fault *f)
{
	fault = f;
	fault_done = kept = false;
}

bool calls_fault_done(void) { return fault_done; }

static uint64_t size_of(const struct proc_call *c)
{
	if (c->nr != SYS_ioctl)
		return c->arg[2] <= XPC_MSG_MAX ? c->arg[2] : XPC_MSG_MAX;
	return _IOC_DIR((uint32_t)c->arg[1]) == _IOC_NONE ? 0 : _IOC_SIZE((uint32_t)c->arg[1]);
}

static uint64_t address_of(const struct proc_call *c) { return c->nr == SYS_ioctl ? c->arg[2] : c->arg[1]; }
static const char *name_of(const struct proc_call *c) { return c->nr == SYS_ioctl ? "ioctl()" : c->nr == SYS_read ? "read()" : "write()"; }

static void flip(const struct proc_call *c, uint64_t len)
{
	uint64_t at = mix(fault->seed, 4) % len;
	uint8_t byte;

	if (!proc_get(address_of(c) + at, &byte, 1))
		return;
	byte ^= 1u << mix(fault->seed, 3) % 8;
	if (!proc_put(address_of(c) + at, &byte, 1))
		return;
	snprintf(fault->did, sizeof(fault->did), "byte %llu of %llu of %s", (unsigned long long)at, (unsigned long long)len,
		 name_of(c));
	fault_done = true;
}

static long as_if_done(const struct proc_call *c) { return c->nr == SYS_write ? (long)c->arg[2] : 0; }

/* What was kept is done behind the next one, with the bytes that it had. */
static void do_kept(void)
{
	uint64_t n = size_of(&keeps);
	static uint8_t now[XPC_MSG_MAX];

	kept = false;
	fault_done = true;
	if (keeps.nr == SYS_write) {
		device_write(keeps_bytes, keeps.arg[2]);
		return;
	}
	if (n && (!proc_get(address_of(&keeps), now, n) || !proc_put(address_of(&keeps), keeps_bytes, n)))
		return;
	do_call(&keeps);
	if (n && proc_lives())
		proc_put(address_of(&keeps), now, n);
}

static long sent_wrong(const struct proc_call *c)
{
	const char *how = fault->type + strlen("message-");
	long ret;

	if (kept) {
		ret = do_call(c);
		if (proc_lives())
			do_kept();
		return ret;
	}
	snprintf(fault->did, sizeof(fault->did), "%s of %llu bytes %s", name_of(c), (unsigned long long)size_of(c),
		 !strcmp(how, "lost") ? "not made" : !strcmp(how, "twice") ? "made twice" : "made after the next");
	if (!strcmp(how, "swap")) {
		kept = true;
		keeps = *c;
		if (size_of(c) && !proc_get(address_of(c), keeps_bytes, size_of(c)))
			kept = false;
		return as_if_done(c);
	}
	fault_done = true;
	if (!strcmp(how, "lost"))
		return as_if_done(c);
	do_call(c);
	return proc_lives() ? do_call(c) : 0;
}

static long device_call(const struct proc_call *c)
{
	bool wrong = fault && !fault_done, any = wrong && !strcmp(fault->type, "message");
	long ret;

	if (wrong && !any && c->nr != SYS_read)
		return sent_wrong(c);
	if (any && c->nr != SYS_read && size_of(c))
		flip(c, size_of(c));
	ret = do_call(c);
	if (any && c->nr == SYS_read && ret > 0)
		flip(c, ret);
	return ret;
}

/* ------------------------------------------------------------------------ clock, log, waiting */

static long tell_time(uint64_t at)
{
	struct timespec ts = { world_us / 1000000, world_us % 1000000 * 1000 };

	return proc_put(at, &ts, sizeof(ts)) ? 0 : -EFAULT;
}

static long chance(uint64_t at, uint64_t len)
{
	static const uint8_t none[64];
	uint64_t n = len < sizeof(none) ? len : sizeof(none);

	return n && !proc_put(at, none, n) ? -EFAULT : (long)n;
}

static long log_written(uint64_t at, uint64_t len)
{
	static char line[600];
	static size_t n;
	char text[600];
	uint64_t some = len < sizeof(text) ? len : sizeof(text);

	if (some && !proc_get(at, text, some))
		return -EFAULT;
	for (uint64_t i = 0; i < some; i++) {
		if (text[i] != '\n' && n < sizeof(line) - 1) {
			line[n++] = text[i];
			continue;
		}
		line[n] = '\0';
		n = 0;
		observe_line(SAID_INFO, line);
	}
	return len;
}

static enum proc_answer begin_poll(const struct proc_call *c, long *ret)
{
	n_polled = c->arg[1] < POLLED ? c->arg[1] : POLLED;
	if (n_polled && !proc_get(c->arg[0], polled, n_polled * sizeof(*polled))) {
		*ret = -EFAULT;
		return ANSWERED;
	}
	polled_at = c->arg[0];
	poll_until = (int)c->arg[2] < 0 ? UINT64_MAX : world_ms() + (uint64_t)(int)c->arg[2];
	return calls_due(ret) ? ANSWERED : WAITING;
}

bool calls_due(long *ret)
{
	unsigned int ready = 0;

	for (unsigned int i = 0; i < n_polled; i++) {
		int fd = polled[i].fd, is = 0;

		if (fd == FD_DEV && opened)
			is = POLLOUT | (crossing_pending() ? POLLIN : 0);
		else if (fd >= 0 && fd != FD_SIG && fd > 2)
			is = POLLNVAL;
		polled[i].revents = is & (polled[i].events | POLLNVAL | POLLERR | POLLHUP);
		ready += !!polled[i].revents;
	}
	if (!ready && world_ms() < poll_until)
		return false;
	*ret = ready;
	if (n_polled && !proc_put(polled_at, polled, n_polled * sizeof(*polled)))
		*ret = -EFAULT;
	return true;
}

/* ---------------------------------------------------------------------------------- any call */

static bool allowed(const struct proc_call *c)
{
	for (const int *nr = calls; *nr != -1; nr++)
		if (c->nr == (uint64_t)*nr)
			return true;
	for (const unsigned long *cmd = ioctls; *cmd && c->nr == SYS_ioctl; cmd++)
		if ((uint32_t)c->arg[1] == *cmd)
			return true;
	return false;
}

static bool is_device(uint64_t path)
{
	char text[sizeof(DEVICE)] = "";

	return proc_get(path, text, sizeof(text)) && !memcmp(text, DEVICE, sizeof(DEVICE));
}

static long open_device(void)
{
	int err = opened ? -EBUSY : half_open();

	opened |= !err;
	return err ? err : FD_DEV;
}

static long close_fd(int fd)
{
	if (fd == FD_DEV && opened) {
		opened = false;
		half_close();
		return 0;
	}
	return fd == FD_SIG ? 0 : -EBADF;
}

/* Of descriptors, before the filter is there: others are not touched by what goes wrong. */
static enum proc_answer on_fd(const struct proc_call *c, long *ret)
{
	int fd = c->arg[0];

	if (fd == FD_DEV && opened)
		*ret = device_call(c);
	else if (fd == FD_SIG)
		*ret = c->nr == SYS_read ? -EAGAIN : -EINVAL;
	else if (c->nr == SYS_write && (fd == 1 || fd == 2))
		*ret = log_written(c->arg[1], c->arg[2]);
	else
		*ret = c->nr == SYS_ioctl && fd >= 0 && fd <= 2 ? -ENOTTY : -EBADF;
	return ANSWERED;
}

enum proc_answer calls_answer(const struct proc_call *c, long *ret)
{
	*ret = 0;
	if (filtered && !allowed(c))
		return FORBIDDEN;
	switch (c->nr) {
	case SYS_openat:
		if (!is_device(c->arg[1]))
			return NATIVE;
		*ret = open_device();
		return ANSWERED;
	case SYS_read:
	case SYS_write:
	case SYS_ioctl:
		return on_fd(c, ret);
	case SYS_close:
		*ret = close_fd(c->arg[0]);
		return ANSWERED;
	case SYS_clock_gettime:
		*ret = tell_time(c->arg[1]);
		return ANSWERED;
	case SYS_getrandom:
		*ret = chance(c->arg[0], c->arg[1]);
		return ANSWERED;
	case SYS_poll:
		return begin_poll(c, ret);
	case SYS_ppoll:
	case SYS_restart_syscall:
		*ret = -EINTR;
		return ANSWERED;
	case SYS_signalfd4:
		*ret = FD_SIG;
		return ANSWERED;
	case SYS_seccomp:
		filtered = true;
		return ANSWERED;
	case SYS_geteuid:
	case SYS_setgroups:
	case SYS_setresuid:
	case SYS_setresgid:
	case SYS_capset:
	case SYS_prctl:
		return ANSWERED;
	default:
		return NATIVE;
	}
}

void calls_begin(void) { opened = filtered = false; }

void calls_end(void)
{
	if (opened)
		half_close();
	opened = false;
}
