// SPDX-License-Identifier: GPL-2.0
/* proc.c - see proc.h; who starts the process again is xmd-init, as in user.c. */
#include <elf.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/personality.h>
#include <sys/ptrace.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "proc.h"
#include "world.h"

#define HARDLY_MS	500	/* as image/init.h has it: who has not lived so long */
#define PAUSE_MS	100	/* waits so long */
#define AT_ONCE_US	100000	/* of the processor, in the ms in which it begins to run: who needs more spins, however slow this machine */
#define CALLS_MS	20u	/* so many of them take a ms, of the processor, too */
#define STACK_WORDS	4096

static const char *program;
static struct target target;
static enum { GONE_, RUNS, WAITS, HELD } state;
static pid_t pid;
static clockid_t clock_of;
static uint64_t began, due, held_until, may_use_us, spun_us;
static bool inside;
unsigned int user_starts;

static struct brk {
	uint64_t at;
	uint8_t was;
	bool set;
} *brks;
static unsigned int n_brks;
static void (*on_hit)(unsigned int i);

void proc_program(const char *path) { program = path; }
struct target *proc_target(void) { return &target; }
bool proc_lives(void) { return state != GONE_; }
bool proc_get(uint64_t at, void *to, size_t n) { return memory_read(&target, at, to, n); }
bool proc_put(uint64_t at, const void *from, size_t n) { return memory_write(&target, at, from, n); }

/* -------------------------------------------------------------------------------- its life */

static void said(const char *how, int what)
{
	uint64_t now = world_ms();
	char text[120];

	snprintf(text, sizeof(text), "xmd-init: xmd-userdriver %s %d after %llu ms, starting it again", how, what,
		 (unsigned long long)(now - began));
	observe_line(SAID_WARN, text);
}

/* @status: wait(2)'s */
static void ended(int status)
{
	uint64_t now = world_ms();

	state = GONE_;
	close(target.mem);
	n_brks = 0;
	if (WIFSIGNALED(status))
		said("was ended by signal", WTERMSIG(status));
	else
		said("ended with status", WEXITSTATUS(status));
	calls_end();
	due = now + (now - began < HARDLY_MS ? PAUSE_MS : 0);
}

static void end_by(int sig)
{
	int status;

	if (state == GONE_)
		return;
	kill(pid, sig);
	/* whatever it stands in front of */
	if (sig != SIGKILL)
		kill(pid, SIGKILL);
	while (waitpid(pid, &status, __WALL) == pid && !WIFEXITED(status) && !WIFSIGNALED(status))
		;
	ended(sig == SIGKILL ? SIGKILL : sig);
}

void proc_kill(void) { end_by(SIGKILL); }

static uint64_t processor_us(void)
{
	struct timespec t;

	return clock_gettime(clock_of, &t) ? 0 : t.tv_sec * 1000000ull + t.tv_nsec / 1000;
}

static void go(int sig)
{
	target.thread[0].stopped = false;
	state = RUNS;
	ptrace(PTRACE_SYSCALL, pid, NULL, (long)sig);
}

static void fresh(void) { may_use_us = processor_us() + AT_ONCE_US; }

/* Without its vDSO, each clock_gettime() is a system call; its canary is the same each time, as all else is. */
static void tame(void)
{
	static const uint8_t canary[16];
	static uint64_t words[STACK_WORDS];
	struct user_regs_struct r;
	const uint64_t ignore = AT_IGNORE;
	size_t n = sizeof(words), i;

	registers(target.thread, &r);
	while (n && !proc_get(r.rsp, words, n))
		n /= 2;
	n /= 8;
	for (i = 1; i < n && words[i]; i++)
		;	/* arguments */
	for (i++; i < n && words[i]; i++)
		;	/* the environment */
	for (i++; i + 1 < n && words[i] != AT_NULL; i += 2)
		if ((words[i] == AT_SYSINFO_EHDR && !proc_put(r.rsp + i * 8, &ignore, 8)) ||
		    (words[i] == AT_RANDOM && !proc_put(words[i + 1], canary, sizeof(canary))))
			end(FAILED, "its clock and its canary cannot be taken away");
}

static void child(void)
{
	char *const arguments[] = { "xmd-userdriver", NULL }, *const environment[] = { NULL };
	sigset_t none;

	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	personality(ADDR_NO_RANDOMIZE);
	ptrace(PTRACE_TRACEME, 0, NULL, NULL);
	execve(program, arguments, environment);
	_exit(127);
}

static void start(void)
{
	int status;

	began = world_ms();
	user_starts++;
	pid = fork();
	if (!pid)
		child();
	if (pid < 0 || waitpid(pid, &status, __WALL) != pid || !WIFSTOPPED(status)) {
		fprintf(stderr, "xmd-userfaults: %s does not run\n", program);
		exit(3);
	}
	ptrace(PTRACE_SETOPTIONS, pid, NULL, PTRACE_O_TRACESYSGOOD | PTRACE_O_EXITKILL);
	target_map(&target, pid);
	target.thread[0] = (struct thread){ .tid = pid, .stopped = true };
	target.threads = 1;
	clock_getcpuclockid(pid, &clock_of);
	spun_us = 0;
	tame();
	calls_begin();
	fresh();
	go(0);
}

/* ------------------------------------------------------------------------------ breakpoints */

static int by_address(const void *a, const void *b)
{
	uint64_t x = ((const struct brk *)a)->at, y = ((const struct brk *)b)->at;

	return x < y ? -1 : x > y;
}

void proc_break(const uint64_t *at, unsigned int n, void (*hit)(unsigned int i))
{
	static const uint8_t trap = 0xcc;

	brks = realloc(brks, (n + 1) * sizeof(*brks));
	on_hit = hit;
	for (n_brks = 0; n_brks < n; n_brks++) {
		struct brk *b = &brks[n_brks];

		*b = (struct brk){ .at = target.base + at[n_brks], .set = true };
		if (!proc_get(b->at, &b->was, 1) || !proc_put(b->at, &trap, 1))
			end(FAILED, "the site cannot be written");
	}
}

/* Return: false, it is none of ours */
static bool trapped(void)
{
	struct user_regs_struct r;
	struct brk key, *b;

	registers(target.thread, &r);
	key.at = r.rip - 1;
	b = bsearch(&key, brks, n_brks, sizeof(*brks), by_address);
	if (!b || !b->set)
		return false;
	b->set = false;
	proc_put(b->at, &b->was, 1);
	r.rip = b->at;
	set_registers(target.thread, &r);
	on_hit(b - brks);
	return true;
}

void proc_hold(uint64_t ms)
{
	state = HELD;
	held_until = ms == UINT64_MAX ? ms : world_ms() + ms;
}

/* ------------------------------------------------------------------------------------- calls */

static bool next_stop(int *status)
{
	const struct timespec ms = { .tv_nsec = 1000000 };
	sigset_t child;

	sigemptyset(&child);
	sigaddset(&child, SIGCHLD);
	for (;;) {
		if (waitpid(pid, status, __WALL | WNOHANG) == pid)
			return true;
		if (processor_us() >= may_use_us)
			return false;
		sigtimedwait(&child, NULL, &ms);
	}
}

/* Before a call that the kernel is not to do: it becomes none, and what is answered is put in its place. */
static bool skip(void)
{
	struct user_regs_struct r;
	int status;

	registers(target.thread, &r);
	r.orig_rax = ~0ull;
	set_registers(target.thread, &r);
	go(0);
	if (waitpid(pid, &status, __WALL) != pid || !WIFSTOPPED(status)) {
		ended(status);
		return false;
	}
	target.thread[0].stopped = true;
	return true;
}

static void answer(long ret)
{
	struct user_regs_struct r;

	registers(target.thread, &r);
	r.rax = ret;
	set_registers(target.thread, &r);
	fresh();
	go(0);
}

static void call(void)
{
	struct __ptrace_syscall_info info = { 0 };
	struct proc_call c;
	long ret = 0;

	if (ptrace(PTRACE_GET_SYSCALL_INFO, pid, sizeof(info), &info) <= 0 || info.op != PTRACE_SYSCALL_INFO_ENTRY) {
		go(0);
		return;
	}
	c.nr = info.entry.nr;
	for (unsigned int i = 0; i < 6; i++)
		c.arg[i] = info.entry.args[i];
	switch (calls_answer(&c, &ret)) {
	case NATIVE:
		go(0);
		break;
	case ANSWERED:
		/* the world has gone on meanwhile; it may have been given up */
		if (state != GONE_ && skip())
			answer(ret);
		break;
	case WAITING:
		if (skip())
			state = WAITS;
		break;
	case FORBIDDEN:
		end_by(SIGSYS);
		break;
	}
}

static void stopped(int status)
{
	if (WIFEXITED(status) || WIFSIGNALED(status)) {
		ended(status);
		return;
	}
	target.thread[0].stopped = true;
	if (WSTOPSIG(status) == (SIGTRAP | 0x80))
		call();
	else if (WSTOPSIG(status) == SIGTRAP && trapped()) {
		if (state != HELD)
			go(0);
	} else
		go(WSTOPSIG(status));
}

static void turn(void)
{
	unsigned int calls = 0;
	long ret = 0;
	int status;

	if (state == HELD) {
		if (world_ms() < held_until)
			return;
		fresh();
		go(0);
	} else if (state == WAITS) {
		if (!calls_due(&ret))
			return;
		answer(ret);
	} else {
		may_use_us += 1000;	/* it runs still */
	}
	while (state == RUNS && calls < CALLS_MS && !crossing_lost() && next_stop(&status)) {
		stopped(status);
		calls++;
	}
	/* simulated time, as all that is told of it: on a slow machine the same */
	if (state == RUNS)
		spun_us += 1000;
}

/* ----------------------------------------------------------------------- for the others */

void user_pass(void)
{
	if (inside)
		return;
	inside = true;
	if (state == GONE_ && world_ms() >= due)
		start();
	if (state != GONE_ && !crossing_lost())
		turn();
	if (state != GONE_ && crossing_lost())
		proc_kill();
	inside = false;
}

void user_end(void)
{
	end_by(SIGKILL);
	due = UINT64_MAX;
}

void user_begin(void) { due = world_ms(); }
bool user_runs(void) { return proc_lives(); }

enum user_does user_does(uint64_t *ran_us)
{
	*ran_us = spun_us;
	return state == HELD ? USER_STOPPED : state == RUNS ? USER_RUNS : USER_SLEEPS;
}
