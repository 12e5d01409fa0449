// SPDX-License-Identifier: GPL-2.0
/*
 * init.c - xmd-init: process 1 of the driver domain's image, and all there is to starting one.
 *
 *   1. file systems of the kernel; modules: Xen's watchdog, the NIC's kernel half, and when there is a NIC,
 *      the backend's; beside them pcifront, if it is one, which waits for dom0 until it has the NIC
 *   2. xmd-backend, which takes the rings of the guests that wait; xmd-userdriver, as soon as the
 *      NIC is there. They may die at any time, and are started again.
 *   3. /etc/xmd/after-start, if the image has one: what is not as urgent
 *   4. no module is loaded any more
 *
 * Ordinary end: the kernel calls /sbin/poweroff or /sbin/reboot (links to this program) when Xen
 * asks for it; they send process 1 a signal, it has xmd-backend disarm the watchdog.
 *
 * Process 1 never ends: what fails is said, and it goes on with what is left. If it crashes, so
 * does the kernel, and xmd-supervisor brings the domain back.
 */
#define _GNU_SOURCE
#include "init.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/reboot.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

/* tests/init runs it in namespaces of the host and has other places for what is the host's */
#ifndef SYSCTL_DIR
#define SYSCTL_DIR	"/proc/sys/"
#define KMSG		"/dev/kmsg"
#define SYSRQ		"/proc/sysrq-trigger"
#define CONSOLE		"/dev/console"
#define NIC_DEVICE	"/dev/xmd/nic0"
#define CMDLINE		"/proc/cmdline"
#endif
#define ETC		"/etc/xmd/"
#define HOLD_DIR	"/run/xmd/hold/"
#define AFTER_START	ETC "after-start"
#define AFTER_START_MS	60000	/* then it goes on without us, and cannot load modules any more */
#define ASIDE		4	/* modules that are loaded beside others */
#define WAIT_MS		60000	/* for what a module needs: dom0 may be busy */
#define WAIT_LOOK_MS	2
#define CAPTURE_MS	1000	/* nobody waits for it, and others do */
#define END_MS		5000	/* that the halves have for an orderly end */

enum { BACKEND, USERDRIVER, HALVES, CAPTURE = HALVES, PROGRAMS };

static struct keep programs[PROGRAMS] = {
	[BACKEND] = { .path = "/usr/sbin/xmd-backend", .name = "xmd-backend" },
	[USERDRIVER] = { .path = "/usr/sbin/xmd-userdriver", .name = "xmd-userdriver",
			 .device = NIC_DEVICE, .refused_status = 9 /* its EXIT_REFUSED */ },
	[CAPTURE] = { .path = "/usr/sbin/xmd-capture", .name = "xmd-capture", .plain = true },
};
/* what options point to */
static char cmdline[INIT_LINE], words_text[INIT_LINE], conf_text[HALVES][INIT_LINE];
static struct words words = {
	.backend = &programs[BACKEND].args, .userdriver = &programs[USERDRIVER].args,
};
static pid_t after_start;	/* while it runs */
static pid_t aside[ASIDE];	/* each while it loads a module */
_Static_assert(ASIDE == 4, "as loads_aside() has it");
static uint64_t lock_by;	/* ms; 0: nothing to be locked */
unsigned int init_complaints;
static int kmsg = -1;
static int ending;		/* RB_POWER_OFF, RB_AUTOBOOT, RB_HALT_SYSTEM */
static uint64_t end_by;

static uint64_t now_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (uint64_t)t.tv_sec * 1000 + (uint64_t)t.tv_nsec / 1000000;
}

void init_say(enum init_level level, const char *fmt, ...)
{
	char line[512];
	int n = snprintf(line, sizeof(line), "<%d>xmd-init: ", level);
	va_list ap;

	init_complaints += level <= SAY_WARN;
	va_start(ap, fmt);
	n += vsnprintf(line + n, sizeof(line) - (size_t)n - 1, fmt, ap);
	va_end(ap);
	if (n > (int)sizeof(line) - 2)
		n = (int)sizeof(line) - 2;
	line[n++] = '\n';
	if (kmsg >= 0 && write(kmsg, line, (size_t)n) == n)
		return;
	if (write(STDERR_FILENO, line + 3, (size_t)n - 3) < 0)
		return;		/* nobody is left to tell */
}

/* ---- what the kernel offers ---- */

static void mount_one(const char *type, const char *where, unsigned long flags)
{
	if (mkdir(where, 0755) && errno != EEXIST)
		init_say(SAY_ERR, "%s: %s", where, strerror(errno));
	if (mount(type, where, type, flags, NULL) && errno != EBUSY)
		init_say(SAY_ERR, "%s is not mounted: %s", where, strerror(errno));
}

static void open_console(void)
{
	int fd = open(CONSOLE, O_RDWR | O_NOCTTY);

	if (fd < 0)
		fd = open("/dev/null", O_RDWR);
	for (int i = 0; fd >= 0 && i <= STDERR_FILENO; i++)
		dup2(fd, i);
	if (fd > STDERR_FILENO)
		close(fd);
}

static void mounts(void)
{
	mount_one("devtmpfs", "/dev", MS_NOSUID | MS_NOEXEC);
	kmsg = open(KMSG, O_WRONLY | O_CLOEXEC);
	open_console();
	mount_one("proc", "/proc", MS_NOSUID | MS_NOEXEC | MS_NODEV);
	mount_one("sysfs", "/sys", MS_NOSUID | MS_NOEXEC | MS_NODEV);
	mkdir("/run", 0755);
	mkdir("/run/xmd", 0755);
}

static void sysctl(const char *name, const char *value)
{
	char path[128], line[16];
	int fd, n;

	snprintf(path, sizeof(path), SYSCTL_DIR "%s", name);
	/* printk_devkmsg takes only whole lines */
	n = snprintf(line, sizeof(line), "%s\n", value);
	fd = open(path, O_WRONLY | O_CLOEXEC);
	if (fd < 0 || write(fd, line, (size_t)n) < 0)
		init_say(SAY_ERR, "%s is not set to %s: %s", name, value, strerror(errno));
	if (fd >= 0)
		close(fd);
}

/* A kernel that has gone wrong is worth less than a new one in a blink, and Xen has to see it. */
static void settings(void)
{
	sysctl("kernel/printk_devkmsg", "on");
	sysctl("kernel/panic_on_oops", "1");
	sysctl("kernel/panic", "-1");
	sysctl("vm/stat_interval", "60");	/* each second, for nobody */
}

/* ---- files ---- */

static void load_module(const struct module *m)
{
	char params[INIT_LINE];
	int fd = open(m->path, O_RDONLY | O_CLOEXEC);

	if (!module_params(m, cmdline, params, sizeof(params)))
		init_say(SAY_WARN, "%s: not all of its parameters fit", m->path);
	if (fd < 0 || syscall(SYS_finit_module, fd, params, 0)) {
		if (errno == EEXIST)
			init_say(SAY_INFO, "%s: the kernel has it already", m->path);
		else
			init_say(SAY_ERR, "%s is not loaded: %s", m->path, strerror(errno));
	}
	if (fd >= 0)
		close(fd);
}

/* What is not done in a process of its own is done here. */
static void load_aside(const struct module *m)
{
	pid_t pid = -1;
	int i;

	for (i = 0; i < ASIDE && aside[i]; i++)
		;
	if (i < ASIDE)
		pid = fork();
	if (pid > 0) {
		aside[i] = pid;
		return;
	}
	load_module(m);
	if (!pid)
		_exit(0);
}

static bool loads_aside(void)
{
	return aside[0] || aside[1] || aside[2] || aside[3];
}

static void wait_for(const char *path)
{
	uint64_t end = now_ms() + WAIT_MS;

	while (access(path, F_OK) && now_ms() < end)
		usleep(WAIT_LOOK_MS * 1000);
	if (access(path, F_OK))
		init_say(SAY_WARN, "%s is not there after %d s: going on without", path, WAIT_MS / 1000);
}

static void load_modules(void)
{
	static char text[INIT_LINE];
	char *at = text;
	struct module m;

	if (!read_text(ETC "modules", text))
		init_say(SAY_WARN, "no " ETC "modules: nothing is loaded");
	while (module_next(&at, &m))
		m.wait ? wait_for(m.path) : m.aside ? load_aside(&m) : load_module(&m);
}

/* The file's options first: of two that say different things the later one counts. */
static void configure(void)
{
	static const char *const files[HALVES] = {
		[BACKEND] = ETC "backend.conf", [USERDRIVER] = ETC "userdriver.conf",
	};

	for (int i = 0; i < HALVES; i++) {
		args_init(&programs[i].args, programs[i].path);
		read_text(files[i], conf_text[i]);
		conf_parse(conf_text[i], files[i], &programs[i].args);
	}
	args_init(&programs[CAPTURE].args, programs[CAPTURE].path);
	memcpy(words_text, cmdline, sizeof(cmdline));
	words_parse(words_text, &words);
	programs[CAPTURE].due = words.no_capture ? UINT64_MAX : now_ms() + CAPTURE_MS;
}

/* ---- programs ---- */

/* In the child: what is process 1's own is not passed on. */
static void become(char *const *argv)
{
	static char *const env[] = { "PATH=/usr/sbin:/usr/bin", "HOME=/root", NULL };
	sigset_t none;

	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	execve(argv[0], argv, env);
	init_say(SAY_ERR, "%s: %s", argv[0], strerror(errno));
	_exit(127);
}

/* Works seldom and shortly, while frames may have the processor full; and lives longest. */
static void be_preferred(void)
{
	int fd = open("/proc/self/oom_score_adj", O_WRONLY | O_CLOEXEC);

	setpriority(PRIO_PROCESS, 0, -10);
	if (fd < 0 || write(fd, "-500", 4) < 0)
		init_say(SAY_WARN, "oom_score_adj: %s", strerror(errno));
	if (fd >= 0)
		close(fd);
}

static void start_half(struct keep *k)
{
	bool first = !k->began;
	pid_t pid = fork();

	if (!pid) {
		if (!k->plain)
			be_preferred();
		become(k->args.v);
	}
	if (pid < 0) {
		init_say(SAY_ERR, "%s is not started: %s", k->name, strerror(errno));
		k->due = now_ms() + KEEP_PAUSE_MS;
		return;
	}
	keep_began(k, pid, now_ms());
	if (first)
		init_say(SAY_INFO, "%s started", k->name);
}

/* "touch /run/xmd/hold/xmd-backend": it is not started again until that file is gone. */
static bool is_held(const struct keep *k)
{
	char path[64];

	snprintf(path, sizeof(path), HOLD_DIR "%s", k->name);
	return !access(path, F_OK);
}

static void start_due(struct keep *k)
{
	uint64_t now = now_ms();

	if (k->pid || k->due > now)
		return;
	if (k->device && access(k->device, F_OK))
		keep_waits(k, now);
	else if (is_held(k))
		keep_held(k, now);
	else
		start_half(k);
}

static void start_after_start(void)
{
	static char *const argv[] = { AFTER_START, NULL };

	lock_by = now_ms() + AFTER_START_MS;
	if (access(AFTER_START, X_OK))
		return;
	after_start = fork();
	if (!after_start)
		become(argv);
	if (after_start < 0)
		init_say(SAY_ERR, AFTER_START ": %s", strerror(errno));
	if (after_start < 0)
		after_start = 0;
}

static void lock_modules(void)
{
	if (!lock_by || ((after_start || loads_aside()) && now_ms() < lock_by))
		return;
	if (after_start)
		init_say(SAY_WARN, AFTER_START " has not ended after %d s", AFTER_START_MS / 1000);
	if (loads_aside())
		init_say(SAY_WARN, "a module is still being loaded after %d s", AFTER_START_MS / 1000);
	lock_by = 0;
	if (words.modules_open)
		init_say(SAY_NOTICE, "modules can still be loaded: xmd.modules=open");
	else
		sysctl("kernel/modules_disabled", "1");
	init_say(SAY_INFO, "started");
}

/* Xen sees a crash, and xmd-supervisor acts; with on_crash = "restart" xl does. */
static void crash(void)
{
	int fd = open(SYSRQ, O_WRONLY | O_CLOEXEC);

	if (fd < 0 || write(fd, "c", 1) != 1)
		init_say(SAY_ERR, SYSRQ ": %s; end this domain by hand: xl destroy", strerror(errno));
	if (fd >= 0)
		close(fd);
}

static void half_ended(struct keep *k, int status)
{
	uint64_t now = now_ms();

	keep_ended(k, status, now);
	if (keep_refused(k, status, now))
		crash();
}

static void reap(void)
{
	int status;
	pid_t pid;

	while ((pid = waitpid(-1, &status, WNOHANG)) > 0) {
		for (int i = 0; i < PROGRAMS; i++)
			if (programs[i].pid == pid && ending)
				programs[i].pid = 0;
			else if (programs[i].pid == pid)
				half_ended(&programs[i], status);
		if (pid == after_start && status)
			init_say(SAY_ERR, AFTER_START " failed: wait status 0x%x", status);
		if (pid == after_start)
			after_start = 0;
		for (int i = 0; i < ASIDE; i++)
			if (aside[i] == pid)
				aside[i] = 0;
	}
}

/* ---- the end ---- */

/* xmd-backend disarms the watchdog; the NIC is quiet when the kernel has shut it down. */
static void begin_end(const struct way_out *w)
{
	if (ending)
		return;
	init_say(SAY_NOTICE, "%s", w->program);
	ending = w->how;
	end_by = now_ms() + END_MS;
	for (int i = 0; i < PROGRAMS; i++)
		if (programs[i].pid)
			kill(programs[i].pid, SIGTERM);
}

static void end_when_over(void)
{
	bool late = now_ms() >= end_by;

	if (!ending || (!late && (programs[BACKEND].pid || programs[USERDRIVER].pid)))
		return;
	if (late)
		init_say(SAY_WARN, "a user half has not ended after %d s", END_MS / 1000);
	reboot(ending);
	init_say(SAY_ERR, "this kernel does not end: %s", strerror(errno));
	ending = 0;
}

static void on_signal(int signal)
{
	const struct way_out *w;

	for (w = ways_out; w->program; w++)
		if (w->signal == signal)
			begin_end(w);
}

static void block_signals(sigset_t *set)
{
	sigemptyset(set);
	sigaddset(set, SIGCHLD);
	for (const struct way_out *w = ways_out; w->program; w++)
		sigaddset(set, w->signal);
	sigprocmask(SIG_BLOCK, set, NULL);
}

/* ---- the loop ---- */

static int wait_ms(void)
{
	int ms = ending ? 50 : keep_wait_ms(programs, PROGRAMS, now_ms());

	return lock_by && (ms < 0 || ms > 1000) ? 1000 : ms;
}

static void run(const sigset_t *set)
{
	for (;;) {
		int ms = wait_ms(), signal;
		struct timespec t = { ms / 1000, (long)(ms % 1000) * 1000000 };

		signal = sigtimedwait(set, NULL, ms < 0 ? &(struct timespec){ 3600, 0 } : &t);
		if (signal > 0)
			on_signal(signal);
		reap();
		for (int i = 0; i < PROGRAMS && !ending; i++)
			start_due(&programs[i]);
		lock_modules();
		end_when_over();
	}
}

int main(int argc, char **argv)
{
	sigset_t set;

	if (getpid() != 1)
		return not_process_1(argc, argv);
	block_signals(&set);
	mounts();
	init_say(SAY_INFO, "begins");
	settings();
	read_text(CMDLINE, cmdline);
	load_modules();
	init_say(SAY_INFO, "modules loaded");
	configure();
	for (int i = 0; i < HALVES; i++)
		start_due(&programs[i]);
	start_after_start();
	run(&set);
}
