// SPDX-License-Identifier: GPL-2.0
/* act.c - see inject.h */
#include <signal.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "inject.h"

#define STACK_MOST	2048	/* above the stack pointer: what functions that have not returned keep there */

static void say(struct fault *f, const char *what, uint64_t at, uint8_t was, uint8_t is)
{
	snprintf(f->did, sizeof(f->did), "%s 0x%lx: 0x%02x became 0x%02x", what, at, was, is);
}

/* Flips the bit of byte @at that the seed says. */
static void flip(const struct target *p, struct fault *f, const char *what, uint64_t at)
{
	uint8_t was, is;

	if (!memory_read(p, at, &was, 1))
		end(FAILED, "%s 0x%lx cannot be read", what, at);
	is = was ^ 1u << mix(f->seed, 3) % 8;
	if (!memory_write(p, at, &is, 1))
		end(FAILED, "%s 0x%lx cannot be written", what, at);
	say(f, what, at, was, is);
}

static void text(struct target *p, struct thread *t, struct fault *f)
{
	uint8_t bytes[INSN_MAX];

	(void)t;
	memcpy(bytes, f->old, f->len);
	if (!memory_read(p, p->base + f->site, bytes, f->len))
		end(FAILED, "the site cannot be read");
	for (unsigned int i = 0; i < f->len; i++)
		if (!f->any_new[i])
			bytes[i] = f->new[i];
	if (!memory_write(p, p->base + f->site, bytes, f->len))
		end(FAILED, "the site cannot be written");
	snprintf(f->did, sizeof(f->did), "text changed");
}

static void stack(struct target *p, struct thread *t, struct fault *f)
{
	struct user_regs_struct r;
	struct area a;

	registers(t, &r);
	if (!area_at(p->pid, r.rsp, &a))
		end(FAILED, "the thread has no stack");
	if (a.to - r.rsp > STACK_MOST)
		a.to = r.rsp + STACK_MOST;
	flip(p, f, "stack", r.rsp + mix(f->seed, 4) % (a.to - r.rsp));
}

static void heap(struct target *p, struct thread *t, struct fault *f)
{
	struct area a;

	(void)t;
	if (!find_area(p->pid, "[heap]", &a))
		end(FAILED, "the process has no heap");
	flip(p, f, "heap", a.from + mix(f->seed, 4) % (a.to - a.from));
}

static void globals(struct target *p, struct thread *t, struct fault *f)
{
	uint64_t at, all;

	(void)t;
	global_byte(p, 0, &at, &all);
	if (!all || !global_byte(p, mix(f->seed, 4) % all, &at, &all))
		end(FAILED, "the program has no writable data");
	flip(p, f, "global", at);
}

static void flip_register(struct target *p, struct thread *t, struct fault *f)
{
	static const struct { const char *name; size_t at; } table[] = {
#define REG(name) { #name, offsetof(struct user_regs_struct, name) }
		REG(rax), REG(rbx), REG(rcx), REG(rdx), REG(rsi), REG(rdi), REG(rbp), REG(rsp), REG(r8), REG(r9), REG(r10),
		REG(r11), REG(r12), REG(r13), REG(r14), REG(r15),
#undef REG
	};
	unsigned int n = mix(f->seed, 4) % (sizeof(table) / sizeof(*table)), bit = mix(f->seed, 3) % 64;
	struct user_regs_struct r;

	(void)p;
	registers(t, &r);
	*(unsigned long long *)((char *)&r + table[n].at) ^= 1ull << bit;
	set_registers(t, &r);
	snprintf(f->did, sizeof(f->did), "bit %u of %s", bit, table[n].name);
}

/* Jumps to itself, whoever comes here. */
static void spin(struct target *p, struct thread *t, struct fault *f)
{
	static const uint8_t jump[2] = { 0xeb, 0xfe };

	(void)t;
	if (!memory_write(p, p->base + f->site, jump, sizeof(jump)))
		end(FAILED, "the site cannot be written");
	snprintf(f->did, sizeof(f->did), "spins");
}

/* It is sent now, and stops it when it runs on. */
static void stop_it(struct target *p, struct thread *t, struct fault *f)
{
	(void)t;
	kill(p->pid, SIGSTOP);
	snprintf(f->did, sizeof(f->did), "stopped");
}

/* As if this were exit_group(0) */
static void leave(struct target *p, struct thread *t, struct fault *f)
{
	static const uint8_t call[2] = { 0x0f, 0x05 };
	struct user_regs_struct r;

	if (!memory_write(p, p->base + f->site, call, sizeof(call)))
		end(FAILED, "the site cannot be written");
	registers(t, &r);
	r.rax = SYS_exit_group;
	r.rdi = 0;
	set_registers(t, &r);
	snprintf(f->did, sizeof(f->did), "exits with status 0");
}

/* This thread only; the others go on. */
static void delay(struct target *p, struct thread *t, struct fault *f)
{
	for (unsigned int i = 0; i < p->threads; i++)
		if (p->thread + i != t)
			thread_run(p->thread + i, false);
	usleep(f->hold_ms * 1000);
	snprintf(f->did, sizeof(f->did), "held for %u ms", f->hold_ms);
}

static void none(struct target *p, struct thread *t, struct fault *f)
{
	(void)p;
	(void)t;
	snprintf(f->did, sizeof(f->did), "nothing");
}

static const struct {
	const char *type;
	void (*act)(struct target *p, struct thread *t, struct fault *f);
} acts[] = {
	{ "bitflip", text }, { "source", text }, { "dest", text }, { "branch-delete", text }, { "branch-invert", text },
	{ "delete", text }, { "loop", text }, { "init", text }, { "pointer", text }, { "interface", text }, { "leak", text },
	{ "retval", text }, { "stack", stack }, { "heap", heap }, { "globals", globals }, { "register", flip_register },
	{ "spin", spin }, { "stop", stop_it }, { "exit", leave }, { "delay", delay }, { "none", none },
};

bool known_type(const char *type)
{
	for (size_t i = 0; i < sizeof(acts) / sizeof(*acts); i++)
		if (!strcmp(acts[i].type, type))
			return true;
	return is_message(type);
}

void act(struct target *p, struct thread *t, struct fault *f)
{
	for (size_t i = 0; i < sizeof(acts) / sizeof(*acts); i++)
		if (!strcmp(acts[i].type, f->type))
			acts[i].act(p, t, f);
}
