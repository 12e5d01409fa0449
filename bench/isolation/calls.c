// SPDX-License-Identifier: GPL-2.0
/*
 * calls.c - see inject.h.  A message is what a read() brings, and what a write() or an ioctl() takes along;
 * what goes to standard output and error is a log.
 *
 *   message        a bit of it is flipped
 *   message-lost   it is not sent, and the sender is told that it was
 *   message-twice  it is sent twice
 *   message-swap   it is sent after the next one to the same descriptor
 *
 * Only the first thread's count: others have none for anybody. A call is made to do nothing by a descriptor that does not exist: its number must stay, as the filter of system
 * calls sees it after us.
 */
#include <string.h>
#include <sys/ioctl.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>

#include "inject.h"

#define MESSAGE_MAX	4096

struct call {
	struct user_regs_struct r;	/* as it was made */
	uint64_t buf;
	size_t len;
};

bool is_message(const char *type)
{
	return !strncmp(type, "message", 7) &&
	       (!type[7] || !strcmp(type, "message-lost") || !strcmp(type, "message-twice") || !strcmp(type, "message-swap"));
}

static bool is_entry(pid_t tid)
{
	struct __ptrace_syscall_info info = { 0 };

	return ptrace(PTRACE_GET_SYSCALL_INFO, tid, sizeof(info), &info) > 0 && info.op == PTRACE_SYSCALL_INFO_ENTRY;
}

/* Runs @t to the next stop at a system call, before it or behind it; the others just run. */
static bool next_stop(struct target *p, pid_t tid, double until, struct thread **t)
{
	struct stop s;

	for (unsigned int i = 0; i < p->threads; i++)
		if (p->thread[i].stopped)
			thread_run(p->thread + i, p->thread[i].tid == tid);
	while (target_wait(p, until, &s)) {
		if (s.t->tid == tid && s.call) {
			*t = s.t;
			return true;
		}
		thread_run(s.t, s.t->tid == tid);
	}
	return false;
}

/* Before the next call: the one that it is in when we come is over first. */
static bool next_entry(struct target *p, pid_t tid, double until, struct thread **t)
{
	do {
		if (!next_stop(p, tid, until, t))
			return false;
	} while (!is_entry(tid));
	return true;
}

/* What a call is about to send: false: it sends nothing. */
static bool sends(const struct user_regs_struct *r, struct call *c)
{
	*c = (struct call){ .r = *r };
	if ((int)r->rdi <= 2)
		return false;
	if (r->orig_rax == SYS_write) {
		c->buf = r->rsi;
		c->len = r->rdx;
	} else if (r->orig_rax == SYS_ioctl) {
		c->buf = r->rdx;
		c->len = _IOC_DIR((unsigned int)r->rsi) == _IOC_NONE ? 0 : _IOC_SIZE((unsigned int)r->rsi);
	} else {
		return false;
	}
	return true;
}

static bool flip_in(struct target *p, struct fault *f, uint64_t buf, size_t len, const char *what)
{
	size_t at = mix(f->seed, 4) % len;
	uint8_t byte;

	if (!memory_read(p, buf + at, &byte, 1))
		return false;
	byte ^= 1u << mix(f->seed, 3) % 8;
	if (!memory_write(p, buf + at, &byte, 1))
		return false;
	snprintf(f->did, sizeof(f->did), "byte %zu of %zu that %s", at, len, what);
	return true;
}

/* The next message of any way, and its system call is over or about to be made. */
static bool corrupt(struct target *p, pid_t tid, struct fault *f, double until)
{
	struct user_regs_struct r;
	struct thread *t;
	struct call c;

	while (next_entry(p, tid, until, &t)) {
		registers(t, &r);
		if (sends(&r, &c) && c.len)
			return flip_in(p, f, c.buf, c.len, r.orig_rax == SYS_write ? "write() took" : "ioctl() took");
		if (!next_stop(p, tid, until, &t))
			return false;
		if (r.orig_rax != SYS_read || (int)r.rdi <= 2)
			continue;
		registers(t, &r);
		if ((long)r.rax > 0 && r.rax <= MESSAGE_MAX)
			return flip_in(p, f, r.rsi, r.rax, "read() brought");
	}
	return false;
}

/* The next call that sends; @t stands before it. */
static bool next_sender(struct target *p, pid_t tid, double until, struct thread **t, struct call *c)
{
	struct user_regs_struct r;

	while (next_entry(p, tid, until, t)) {
		registers(*t, &r);
		if (sends(&r, c))
			return true;
	}
	return false;
}

/* Before the call: it does nothing, and returns as if it had. */
static bool swallow(struct target *p, struct thread **t, const struct call *c, double until)
{
	struct user_regs_struct r = c->r;

	r.rdi = (unsigned long long)-1;
	set_registers(*t, &r);
	if (!next_stop(p, (*t)->tid, until, t))
		return false;
	registers(*t, &r);
	r.rdi = c->r.rdi;
	r.rax = c->r.orig_rax == SYS_write ? c->r.rdx : 0;
	set_registers(*t, &r);
	return true;
}

/* Behind a call: @c is made once more; what it returns is what the caller gets. */
static bool repeat(struct target *p, struct thread **t, const struct call *c, double until)
{
	struct user_regs_struct r = c->r;

	r.rax = c->r.orig_rax;
	r.rip = c->r.rip - 2;
	r.orig_rax = (unsigned long long)-1;
	set_registers(*t, &r);
	return next_stop(p, (*t)->tid, until, t) && next_stop(p, (*t)->tid, until, t);
}

static void said(struct fault *f, const char *what, const struct call *c)
{
	if (c->r.orig_rax == SYS_write)
		snprintf(f->did, sizeof(f->did), "write() of %zu bytes %s", c->len, what);
	else
		snprintf(f->did, sizeof(f->did), "ioctl() 0x%llx %s", c->r.rsi, what);
}

/* @first was swallowed: it is sent when the next one to the same descriptor has been. */
static bool swap(struct target *p, struct thread **t, const struct call *first, double until)
{
	uint8_t one[MESSAGE_MAX], other[MESSAGE_MAX];
	struct user_regs_struct after;
	struct call c;
	bool good;

	if (first->len > MESSAGE_MAX || (first->len && !memory_read(p, first->buf, one, first->len)))
		return false;
	if (!swallow(p, t, first, until))
		return false;
	do {
		if (!next_sender(p, (*t)->tid, until, t, &c))
			return false;
	} while ((int)c.r.rdi != (int)first->r.rdi);
	if (!next_stop(p, (*t)->tid, until, t))
		return false;
	registers(*t, &after);
	/* in the same place: it may be another's by now */
	if (first->len && (!memory_read(p, first->buf, other, first->len) || !memory_write(p, first->buf, one, first->len)))
		return false;
	struct call again = c;
	again.r.orig_rax = first->r.orig_rax;
	again.r.rdi = first->r.rdi;
	again.r.rsi = first->r.rsi;
	again.r.rdx = first->r.rdx;
	good = repeat(p, t, &again, until) && (!first->len || memory_write(p, first->buf, other, first->len));
	set_registers(*t, &after);
	return good;
}

bool act_on_message(struct target *p, struct fault *f, double until)
{
	pid_t tid = p->pid;
	struct thread *t;
	struct call c;
	bool good;

	if (!strcmp(f->type, "message"))
		return corrupt(p, tid, f, until);
	if (!next_sender(p, tid, until, &t, &c))
		return false;
	if (!strcmp(f->type, "message-lost")) {
		said(f, "not made", &c);
		return swallow(p, &t, &c, until);
	}
	if (!strcmp(f->type, "message-twice")) {
		said(f, "made twice", &c);
		good = next_stop(p, tid, until, &t);
		return good && repeat(p, &t, &c, until);
	}
	said(f, "made after the next", &c);
	return swap(p, &t, &c, until);
}
