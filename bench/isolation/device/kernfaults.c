// SPDX-License-Identifier: GPL-2.0
/*
 * kernfaults.c - xmd-kernfaults: faults of xmd-sites's plan in the kernel half of the driver, compiled for this machine, over a
 * simulated NIC and under the user half; xmd-backfaults: in that of the backend (../back). Each in a process of its own; a line
 * of JSON each.
 *
 * What the domain's memory is lies together (domain_data: see Makefile). When the half crashes, or hangs until Xen's watchdog
 * ends it, that is as it was before anything ran, its code is whole again, and life.c loads it anew, as xmd-supervisor does;
 * the NIC, the guests and time go on. What a wild pointer writes to may be theirs here, and is never there: who crashes behind
 * that is told as "damaged", and judged as nothing.
 */
#include <errno.h>
#include <getopt.h>
#include <setjmp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/personality.h>
#include <sys/resource.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <ucontext.h>
#include <unistd.h>

#include "dev.h"
#include "life.h"
#include "row.h"
#include "world.h"

#define WITHIN_MS	6000u	/* the site is reached */
#define OBSERVE_MS	4000u	/* what is left alone meanwhile */
#define REFRESH_MS	30000u
#define WATCHDOG_MS	2000u	/* Xen's, from the last heartbeat */
#define HANGS_MS	400	/* of the processor, for a millisecond of the world: it hangs */
#define SLEEPS_S	600	/* of real time; a fault takes some tenths of a second */
#define SANE_MS		600000u	/* all is over by then */
#define STACK_MOST	2048u	/* above the stack pointer */
#define DAMAGED		97	/* exit status: the simulation's own memory was written to */

extern unsigned char __start_domain_data[], __stop_domain_data[];
extern const unsigned char __executable_start[], etext[];
extern unsigned long jiffies;

enum { RUNS, CRASHED, HANGS };
static struct row row;
static sigjmp_buf back;
static volatile bool inside;		/* the domain runs: what crashes now is its kernel */
static unsigned char *pristine;
static size_t data_bytes;
static const char *died;
static uint64_t passes, passes_seen;
static volatile bool armed, hit;
#define PAGE		4096u
static unsigned char *site_pages;	/* of code: they alone can be written to, as a kernel's text cannot */
static unsigned char whole[2 * PAGE];	/* what they are without the fault */
static char did[120];
static uint64_t hit_ms;

/* ------------------------------------------------------------------------ the domain's death */

static void keep_pristine(void)
{
	data_bytes = (size_t)(__stop_domain_data - __start_domain_data);
	pristine = malloc(data_bytes);
	if (!pristine)
		exit(3);
	memcpy(pristine, __start_domain_data, data_bytes);
}

static void mend_code(void)
{
	memcpy(site_pages, whole, sizeof(whole));
	armed = false;
}

/* Time and what was counted are nobody's memory. */
static void forget_domain(void)
{
	uint64_t us = world_us;
	unsigned long j = jiffies;
	unsigned int starts = user_starts, off = irq_disabled_by_linux;

	memcpy(__start_domain_data, pristine, data_bytes);
	/* nothing tells the compiler that these are in it */
	asm volatile("" : : : "memory");
	world_us = us;
	jiffies = j;
	user_starts = starts;
	irq_disabled_by_linux = off;
	if (hit)
		mend_code();
	guests_again();
}

static void guard(void (*run)(void))
{
	int how = sigsetjmp(back, 1);

	if (how == RUNS) {
		passes++;
		inside = true;
		run();
	}
	inside = false;
	if (how == RUNS)
		return;
	forget_domain();
	if (how == HANGS)
		world_run(WATCHDOG_MS);
	domain_dies(how == HANGS ? "Xen's watchdog" : died);
}

/* The Linux under it finds that it is used wrongly: a lock that is taken twice, a buffer that is nobody's. */
void sim_abort(void)
{
	if (!inside || !hit || observing)
		_exit(DAMAGED);
	died = "a check of the kernel";
	siglongjmp(back, CRASHED);
}

/* What was left locked is waited for without a processor. */
static void on_sleep(int sig)
{
	(void)sig;
	_exit(DAMAGED);
}

static void on_time(int sig)
{
	(void)sig;
	if (inside && !observing && passes == passes_seen)
		siglongjmp(back, HANGS);
	passes_seen = passes;
}

/* ---------------------------------------------------------------------------------- the fault */

static void flip(const char *what, unsigned char *at)
{
	unsigned char was = *at;

	*at ^= 1u << mix(row.seed, 3) % 8;
	snprintf(did, sizeof(did), "%s 0x%lx: 0x%02x became 0x%02x", what, (unsigned long)at, was, *at);
}

static void flip_register(gregset_t r)
{
	static const struct { const char *name; int at; } table[] = {
		{ "rax", REG_RAX }, { "rbx", REG_RBX }, { "rcx", REG_RCX }, { "rdx", REG_RDX }, { "rsi", REG_RSI }, { "rdi", REG_RDI },
		{ "rbp", REG_RBP }, { "rsp", REG_RSP }, { "r8", REG_R8 }, { "r9", REG_R9 }, { "r10", REG_R10 }, { "r11", REG_R11 },
		{ "r12", REG_R12 }, { "r13", REG_R13 }, { "r14", REG_R14 }, { "r15", REG_R15 },
	};
	unsigned int n = mix(row.seed, 4) % (sizeof(table) / sizeof(*table)), bit = mix(row.seed, 3) % 64;

	r[table[n].at] ^= 1ll << bit;
	snprintf(did, sizeof(did), "bit %u of %s", bit, table[n].name);
}

static void change_code(void)
{
	for (unsigned int i = 0; i < row.len; i++)
		if (!row.any_new[i])
			((unsigned char *)row.at)[i] = row.new[i];
	snprintf(did, sizeof(did), "text changed");
}

static void act(gregset_t r)
{
	size_t bytes;
	unsigned char *state = half_memory(&bytes);

	if (!strcmp(row.type, "stack"))
		flip("stack", (unsigned char *)r[REG_RSP] + mix(row.seed, 4) % STACK_MOST);
	else if (!strcmp(row.type, "heap"))
		flip("state", state + mix(row.seed, 4) % bytes);
	else if (!strcmp(row.type, "globals"))
		flip("global", __start_domain_data + mix(row.seed, 4) % data_bytes);
	else if (!strcmp(row.type, "register"))
		flip_register(r);
	else if (!strcmp(row.type, "spin"))
		memcpy((void *)row.at, "\xeb\xfe", 2), snprintf(did, sizeof(did), "spins");
	else if (row.changes)
		change_code();
	else
		snprintf(did, sizeof(did), "nothing");
}

/* ---- which code runs: a breakpoint in each block, until it is reached ---- */

static uint64_t *blocks;
static unsigned char *were;
static unsigned int n_blocks;

static bool reached(uint64_t at)
{
	for (unsigned int i = 0; i < n_blocks; i++) {
		if (blocks[i] != at)
			continue;
		*(unsigned char *)at = were[i];
		printf("0x%lx\n", (unsigned long)at);
		return true;
	}
	return false;
}

static void on_signal(int sig, siginfo_t *info, void *context)
{
	greg_t *r = ((ucontext_t *)context)->uc_mcontext.gregs;
	static char text[80];

	if (sig == SIGTRAP && armed && (uint64_t)r[REG_RIP] == row.at + 1) {
		mend_code();
		r[REG_RIP] = row.at;
		hit = true;
		hit_ms = dev_met_ms = world_ms();
		dev_touched = 1;
		act(r);
		return;
	}
	if (sig == SIGTRAP && reached(r[REG_RIP] - 1)) {
		r[REG_RIP]--;
		return;
	}
	/* the allocator's own checks, behind a wild pointer */
	if (!inside || !hit || observing || sig == SIGABRT)
		_exit(DAMAGED);
	snprintf(text, sizeof(text), "a panic: %s", sig == SIGILL ? "BUG, or no instruction" : sig == SIGTRAP ? "int3" :
		 sig == SIGFPE ? "divide error" : "page fault");
	if (observe_verbose)
		dprintf(STDERR_FILENO, "%s at 0x%llx, address %p\n", text, r[REG_RIP], info->si_addr);
	died = text;
	siglongjmp(back, CRASHED);
}

static void open_code(const void *at, size_t bytes)
{
	const unsigned char *page = (void *)((uintptr_t)at & ~(PAGE - 1ul));

	if (mprotect((void *)page, (size_t)((const unsigned char *)at - page) + bytes, PROT_READ | PROT_WRITE | PROT_EXEC)) {
		perror("xmd-kernfaults: mprotect");
		exit(3);
	}
}

static void listen(void)
{
	static const int faults[] = { SIGSEGV, SIGBUS, SIGILL, SIGFPE, SIGTRAP, SIGABRT };
	struct sigaction sa = { .sa_sigaction = on_signal, .sa_flags = SA_SIGINFO | SA_ONSTACK | SA_NODEFER };
	struct sigaction tick = { .sa_handler = on_time, .sa_flags = SA_ONSTACK };
	struct itimerval every = { { 0, HANGS_MS * 1000 }, { 0, HANGS_MS * 1000 } };
	stack_t own = { .ss_size = 65536, .ss_sp = malloc(65536) };

	sigaltstack(&own, NULL);
	for (unsigned int i = 0; i < sizeof(faults) / sizeof(*faults); i++)
		sigaction(faults[i], &sa, NULL);
	sigaction(SIGVTALRM, &tick, NULL);
	setitimer(ITIMER_VIRTUAL, &every, NULL);
	signal(SIGALRM, on_sleep);
	alarm(SLEEPS_S);
}

/* ------------------------------------------------------------------------------- one fault */

static void header(void)
{
	row_header(&row, kern_where, kern_module);
}

static _Noreturn void not_injected(const char *result, const char *why)
{
	header();
	life_not_injected(result, why);
	fflush(stdout);
	_exit(0);
}

static void arm(void)
{
	site_pages = (unsigned char *)(row.at & ~(PAGE - 1ull));
	open_code(site_pages, sizeof(whole));
	memcpy(whole, site_pages, sizeof(whole));
	for (unsigned int i = 0; i < row.len; i++)
		if (!row.any_old[i] && ((unsigned char *)row.at)[i] != row.old[i])
			not_injected("differs", "the code is another");
	armed = true;
	*(unsigned char *)row.at = 0xcc;
}

static void inject(struct outcome *o)
{
	uint64_t end_ms = world_ms() + row.delay_ms;

	while (world_ms() < end_ms)
		life_pass();
	half_state(o->state, sizeof(o->state));
	life_mark(o);
	observe_begin();
	arm();
	for (end_ms = world_ms() + WITHIN_MS; !hit; life_pass())
		if (world_ms() > end_ms)
			not_injected("not-reached", "not reached");
	for (end_ms = world_ms() + OBSERVE_MS; world_ms() < end_ms; )
		life_pass();
}

/* "xmdctl restart": the half with the fault goes. */
static void refresh(struct outcome *o)
{
	uint64_t end_ms = world_ms() + REFRESH_MS;

	observe_end();
	if (!life_restarts())
		domain_dies("xmdctl restart");
	do {
		life_pass();
	} while (!half_user_lives() && world_ms() < end_ms);
	if (!half_user_lives())
		snprintf(o->left, sizeof(o->left), "no user half lives after another domain has begun");
}

static bool is_verdict(const char *s)
{
	static const char *const all[] = { "host", "guest", "human", "cut", "control", "nothing" };

	for (unsigned int i = 0; i < sizeof(all) / sizeof(*all); i++)
		if (!strcmp(s, all[i]))
			return true;
	return false;
}

static void one(void)
{
	const struct rlimit cpu = { CPU_S, CPU_S };
	static struct outcome o;	/* not on the stack, in which bits are flipped */

	setrlimit(RLIMIT_CPU, &cpu);
	listen();
	life_begin();
	inject(&o);
	life_come_back(&o, hit_ms);
	life_judge(&o, refresh);
	/* time and the verdict are the world's, and were written to */
	if (world_ms() - hit_ms > SANE_MS || !is_verdict(o.verdict))
		_exit(DAMAGED);
	header();
	life_report(did, &o);
	fflush(stdout);
	_exit(0);
}

static bool parse(char *line)
{
	return row_parse(&row, line);
}

static void no_word(int status)
{
	if (WIFEXITED(status) && WEXITSTATUS(status) == DAMAGED)
		life_not_injected("damaged", "what simulates was written to");
	else
		life_no_word(status);
}

/* --------------------------------------------------------------------------- what runs at all */

static int look(const char *path, unsigned int seconds)
{
	n_blocks = row_blocks(path, &blocks);
	were = malloc(n_blocks + 1);
	if (!were)
		return 3;
	listen();
	open_code(__executable_start, (size_t)(etext - __executable_start));
	life_begin();
	for (unsigned int i = 0; i < n_blocks; i++) {
		were[i] = *(unsigned char *)blocks[i];
		*(unsigned char *)blocks[i] = 0xcc;
	}
	for (uint64_t end_ms = world_ms() + seconds * 1000ull; world_ms() < end_ms; )
		life_pass();
	fflush(stdout);
	return 0;
}

/* What a fault in data meets is the same each time. */
static void same_addresses(char **argv)
{
	int now = personality(0xffffffff);

	if (now & ADDR_NO_RANDOMIZE || personality(now | ADDR_NO_RANDOMIZE) < 0)
		return;
	execv("/proc/self/exe", argv);
}

static void usage(FILE *to)
{
	fprintf(to, "usage: %s --watchers FILE [--verbose] < PLAN\n"
		"       %s --watchers FILE --cover BLOCKS [--seconds S]\n\n"
		"Faults in the kernel half as it is compiled into this program, %s: a line of JSON for each of\n"
		"PLAN, \"xmd-sites plan\"'s for this program. --cover prints which of \"xmd-sites blocks\"'s are reached in S (30)\n"
		"simulated seconds.\n", program_invocation_short_name, program_invocation_short_name, kern_over);
}

int main(int argc, char **argv)
{
	static const struct option long_options[] = {
		{ "watchers", 1, NULL, 'w' }, { "cover", 1, NULL, 'c' }, { "seconds", 1, NULL, 's' }, { "verbose", 0, NULL, 'v' },
		{ "help", 0, NULL, 'h' }, { }
	};
	const char *covers = NULL;
	unsigned int seconds = 30;
	bool watchers = false;
	int c;

	while ((c = getopt_long(argc, argv, "", long_options, NULL)) != -1) {
		switch (c) {
		case 'w': observe_load(optarg); watchers = true; break;
		case 'c': covers = optarg; break;
		case 's': seconds = atoi(optarg); break;
		case 'v': observe_verbose = true; break;
		case 'h': usage(stdout); return 0;
		default: usage(stderr); return 2;
		}
	}
	if (!watchers || optind < argc) {
		usage(stderr);
		return 2;
	}
	same_addresses(argv);
	keep_pristine();
	life_guard = guard;
	life_forget = forget_domain;
	/* without it, nothing that a reset needs would run */
	life_ops = OP_RINGS + 1;
	if (covers)
		return look(covers, seconds);
	row_each(&(struct row_of){ program_invocation_short_name, parse, one, header, no_word });
	return 0;
}
