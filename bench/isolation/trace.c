// SPDX-License-Identifier: GPL-2.0
/* trace.c - see inject.h */
#include <dirent.h>
#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "inject.h"

#define LOOK_MS	50

double now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec + t.tv_nsec * 1e-9;
}

/* ---- memory ---- */

/* By /proc: the driver domain's own kernel has no process_vm_readv(). */
bool memory_read(const struct target *p, uint64_t at, void *to, size_t n)
{
	return pread(p->mem, to, n, at) == (ssize_t)n;
}

/* A word at a time, as only that may write to code. A thread has to be stopped. */
bool memory_write(const struct target *p, uint64_t at, const void *from, size_t n)
{
	const uint8_t *bytes = from;
	pid_t tid = 0;

	for (unsigned int i = 0; i < p->threads; i++)
		if (p->thread[i].stopped)
			tid = p->thread[i].tid;
	while (n) {
		uint64_t word = at & ~7ull, skip = at & 7;
		size_t some = 8 - skip < n ? 8 - skip : n;
		long value;

		errno = 0;
		value = ptrace(PTRACE_PEEKDATA, tid, word, NULL);
		if (errno)
			return false;
		memcpy((uint8_t *)&value + skip, bytes, some);
		if (ptrace(PTRACE_POKEDATA, tid, word, value))
			return false;
		at += some;
		bytes += some;
		n -= some;
	}
	return true;
}

/* Much at once; where /proc does not let code be written to, as memory_write() does it. */
bool memory_patch(const struct target *p, uint64_t at, const void *from, size_t n)
{
	return pwrite(p->mem, from, n, at) == (ssize_t)n || memory_write(p, at, from, n);
}

void registers(const struct thread *t, struct user_regs_struct *r)
{
	if (ptrace(PTRACE_GETREGS, t->tid, NULL, r))
		end(GONE, "its registers cannot be read: %s", strerror(errno));
}

void set_registers(const struct thread *t, const struct user_regs_struct *r)
{
	if (ptrace(PTRACE_SETREGS, t->tid, NULL, r))
		end(GONE, "its registers cannot be written: %s", strerror(errno));
}

/* ---- /proc/PID/maps ---- */

struct mapping {
	struct area a;
	char mode[8];
	unsigned long long offset;
	char name[256];
};

static FILE *maps(pid_t pid)
{
	char path[64];
	FILE *f;

	snprintf(path, sizeof(path), "/proc/%d/maps", pid);
	f = fopen(path, "re");
	if (!f)
		end(GONE, "%s: %s", path, strerror(errno));
	return f;
}

static bool next_mapping(FILE *f, struct mapping *m)
{
	char line[512];

	if (!fgets(line, sizeof(line), f))
		return false;
	m->name[0] = 0;
	return sscanf(line, "%lx-%lx %7s %llx %*s %*s %255[^\n]", &m->a.from, &m->a.to, m->mode, &m->offset, m->name) >= 4;
}

bool find_area(pid_t pid, const char *name, struct area *a)
{
	FILE *f = maps(pid);
	struct mapping m;
	bool found = false;

	while (!found && next_mapping(f, &m)) {
		found = !strcmp(m.name, name);
		*a = m.a;
	}
	fclose(f);
	return found;
}

bool area_at(pid_t pid, uint64_t at, struct area *a)
{
	FILE *f = maps(pid);
	struct mapping m;
	bool found = false;

	while (!found && next_mapping(f, &m)) {
		found = at >= m.a.from && at < m.a.to;
		*a = m.a;
	}
	fclose(f);
	return found;
}

/* The name under which the program itself is mapped, and what it is linked to begin at */
static void program(struct target *p, char name[256])
{
	FILE *f = maps(p->pid);
	struct mapping m;
	Elf64_Ehdr e;
	Elf64_Phdr h;
	bool found = false;

	/* whoever has a sanitizer has other things below */
	snprintf(name, 256, "/proc/%d/exe", p->pid);
	char exe[256] = "";
	if (readlink(name, exe, sizeof(exe) - 1) < 0)
		end(GONE, "%s: %s", name, strerror(errno));
	while (!found && next_mapping(f, &m))
		found = !strcmp(m.name, exe) && !m.offset;
	fclose(f);
	if (!found || !memory_read(p, m.a.from, &e, sizeof(e)) || memcmp(e.e_ident, ELFMAG, SELFMAG))
		end(GONE, "process %d has no program", p->pid);
	p->base = e.e_type == ET_DYN ? m.a.from : 0;
	/* of the first segment */
	if (p->base && memory_read(p, m.a.from + e.e_phoff, &h, sizeof(h)) && h.p_type == PT_LOAD)
		p->base -= h.p_vaddr;
	strcpy(name, exe);
}

/* The writable mappings of the file, and the one without a name that follows directly: .bss */
bool global_byte(const struct target *p, uint64_t n, uint64_t *at, uint64_t *all)
{
	struct target again = *p;
	struct mapping m;
	char name[256];
	uint64_t behind = 0;
	bool found = false;
	FILE *f;

	program(&again, name);
	f = maps(p->pid);
	*all = 0;
	while (next_mapping(f, &m)) {
		bool own = !strcmp(m.name, name);

		if (m.mode[1] == 'w' && (own || (!m.name[0] && m.a.from == behind))) {
			if (!found && n < *all + (m.a.to - m.a.from)) {
				*at = m.a.from + (n - *all);
				found = true;
			}
			*all += m.a.to - m.a.from;
		}
		if (own)
			behind = m.a.to;
	}
	fclose(f);
	return found;
}

/* ---- threads ---- */

static struct thread *thread_of(struct target *p, pid_t tid)
{
	for (unsigned int i = 0; i < p->threads; i++)
		if (p->thread[i].tid == tid)
			return p->thread + i;
	return NULL;
}

static struct thread *add_thread(struct target *p, pid_t tid)
{
	if (p->threads == THREADS_MAX)
		end(FAILED, "process %d has more than %d threads", p->pid, THREADS_MAX);
	p->thread[p->threads] = (struct thread){ .tid = tid };
	return p->thread + p->threads++;
}

static void forget(struct target *p, struct thread *t)
{
	*t = p->thread[--p->threads];
}

/* Until no new one has come meanwhile */
static void seize_all(struct target *p)
{
	char path[64];
	struct dirent *e;
	bool more = true;

	snprintf(path, sizeof(path), "/proc/%d/task", p->pid);
	while (more) {
		DIR *d = opendir(path);

		if (!d)
			end(GONE, "%s: %s", path, strerror(errno));
		more = false;
		while ((e = readdir(d))) {
			pid_t tid = atoi(e->d_name);

			if (!tid || thread_of(p, tid))
				continue;
			if (ptrace(PTRACE_SEIZE, tid, NULL, PTRACE_O_TRACECLONE | PTRACE_O_TRACESYSGOOD)) {
				/* it is traced as a new thread already, or it has ended */
				if (errno == ESRCH && tid != p->pid)
					continue;
				end(GONE, "process %d cannot be traced: %s", tid, strerror(errno));
			}
			add_thread(p, tid);
			more = true;
		}
		closedir(d);
	}
}

void target_map(struct target *p, pid_t pid)
{
	char name[256];

	*p = (struct target){ .pid = pid };
	snprintf(name, sizeof(name), "/proc/%d/mem", pid);
	p->mem = open(name, O_RDWR | O_CLOEXEC);
	if (p->mem < 0)
		end(GONE, "%s: %s", name, strerror(errno));
	program(p, name);
}

void target_open(struct target *p, pid_t pid)
{
	sigset_t child;

	sigemptyset(&child);
	sigaddset(&child, SIGCHLD);
	sigprocmask(SIG_BLOCK, &child, NULL);
	target_map(p, pid);
	seize_all(p);
}

/* What waitpid() has said of a thread; true: it is worth telling */
static bool take_status(struct target *p, pid_t tid, int status, struct stop *s)
{
	struct thread *t = thread_of(p, tid);
	struct user_regs_struct r;
	uint8_t byte;

	if (WIFEXITED(status) || WIFSIGNALED(status)) {
		if (t)
			forget(p, t);
		if (tid == p->pid)
			end(GONE, "the process has ended");
		return false;
	}
	if (!t)
		t = add_thread(p, tid);
	t->stopped = true;
	t->status = 0;
	*s = (struct stop){ .t = t };
	if (status >> 16)
		return true;	/* an event: of clone, of PTRACE_INTERRUPT */
	if (WSTOPSIG(status) == (SIGTRAP | 0x80)) {
		s->call = true;
		return true;
	}
	if (WSTOPSIG(status) != SIGTRAP) {
		t->status = WSTOPSIG(status);
		return true;
	}
	registers(t, &r);
	/* a breakpoint may be gone by now: the instruction is executed again in any case */
	s->at = r.rip - 1;
	s->trap = memory_read(p, s->at, &byte, 1);
	r.rip = s->at;
	set_registers(t, &r);
	return true;
}

bool target_wait(struct target *p, double until, struct stop *s)
{
	const struct timespec look = { .tv_nsec = LOOK_MS * 1000000 };
	sigset_t child;
	int status;

	/* blocked in target_open(), so that none is missed */
	sigemptyset(&child);
	sigaddset(&child, SIGCHLD);
	while (now() < until) {
		pid_t tid = waitpid(-1, &status, __WALL | WNOHANG);

		if (tid > 0 && take_status(p, tid, status, s))
			return true;
		if (tid < 0)
			end(GONE, "the process has ended");
		if (!tid)
			sigtimedwait(&child, NULL, &look);
	}
	return false;
}

void thread_run(struct thread *t, bool calls)
{
	t->stopped = false;
	if (ptrace(calls ? PTRACE_SYSCALL : PTRACE_CONT, t->tid, NULL, t->status) && errno != ESRCH)
		end(FAILED, "thread %d does not go on: %s", t->tid, strerror(errno));
	t->status = 0;
}

void target_run(struct target *p)
{
	for (unsigned int i = 0; i < p->threads; i++)
		if (p->thread[i].stopped)
			thread_run(p->thread + i, false);
}

static unsigned int running(const struct target *p)
{
	unsigned int n = 0;

	for (unsigned int i = 0; i < p->threads; i++)
		n += !p->thread[i].stopped;
	return n;
}

void target_halt(struct target *p)
{
	double until = now() + 5;
	struct stop s;

	for (unsigned int i = 0; i < p->threads; i++)
		if (!p->thread[i].stopped)
			ptrace(PTRACE_INTERRUPT, p->thread[i].tid, NULL, NULL);
	while (running(p))
		if (!target_wait(p, until, &s))
			end(FAILED, "process %d does not stop", p->pid);
}

void target_close(struct target *p)
{
	target_halt(p);
	for (unsigned int i = 0; i < p->threads; i++)
		ptrace(PTRACE_DETACH, p->thread[i].tid, NULL, p->thread[i].status);
	close(p->mem);
}
