/* SPDX-License-Identifier: GPL-2.0 */
/*
 * init.h - the parts of xmd-init that decide; init.c does what they say.
 *
 * xmd-init is /init of the driver domain's image, process 1. How soon it has started the two user
 * halves is a part of how long guests wait for a driver domain that comes back, so it comes to
 * them by the shortest way; see the order in init.c and xmd-init(8).
 */
#ifndef XMD_INIT_H
#define XMD_INIT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

/* To the kernel's log, from where it comes to the domain's console; levels as in syslog(3). */
enum init_level { SAY_ERR = 3, SAY_WARN = 4, SAY_NOTICE = 5, SAY_INFO = 6 };
void init_say(enum init_level level, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
extern unsigned int init_complaints;	/* lines so far of SAY_WARN or worse */

/* ---- init_ask.c: who calls the program and is not process 1 ---- */

/* The signals of busybox and sysvinit; the last has no program. */
struct way_out {
	const char *program;
	int signal, how;	/* RB_... of reboot(2) */
};
extern const struct way_out ways_out[];
/* Return: an exit status */
int not_process_1(int argc, char **argv);

/* ---- init_words.c: the kernel's command line and the files in /etc/xmd ---- */

#define INIT_ARGS	32	/* of one program, its name included */
#define INIT_LINE	4096	/* a file, the command line; what is longer is cut, and said to be */

/* read_text - a small file.  Return: whether there is such a file; @text is empty if not */
bool read_text(const char *path, char text[INIT_LINE]);

/* argv of a program; the words are not copied. */
struct args {
	char *v[INIT_ARGS + 1];
	unsigned int n;
};

void args_init(struct args *a, const char *program);

/*
 * words_parse - the words beginning with "xmd."; others are not ours.
 * @line: is cut into words, which @w points to afterwards
 *
 * Words are parted by blanks outside of double quotes, as the kernel does it.
 */
struct words {
	struct args *backend;		/* xmd.backend=OPTION */
	struct args *userdriver;	/* xmd.userdriver=OPTION */
	bool modules_open;		/* xmd.modules=open */
	bool no_capture;		/* xmd.capture=off */
};
void words_parse(char *line, struct words *w);

/* conf_parse - options in a file: words, "#" begins a comment; @name is for messages */
void conf_parse(char *text, const char *name, struct args *a);

/*
 * One line of /etc/xmd/modules: the path of a module, and its parameters.  One that begins with "&"
 * is loaded by a process of its own, while the others go on: what it finds may take a while.  "wait" and
 * a path: the next one is loaded when that is there.
 * module_next - the next one; @at moves on in the text, which is cut up.
 * module_params - what it is loaded with: the line's, then those of the command line that say
 * "NAME.PARAM=VALUE", which the kernel only gives to what is built in.
 * Return: false if they do not all fit (those that do are there)
 */
struct module {
	char *path;
	char *params;
	bool aside, wait;
};
bool module_next(char **at, struct module *m);
bool module_params(const struct module *m, const char *line, char *out, size_t room);

/* ---- init_keep.c: a program that is always to run ---- */

/*
 * It is started again at once. Only one that hardly lived waits a little, so that it does not
 * take the processor when it cannot start; one that does not settle is said to be in a crash loop
 * with the third time, and in the end waits longer.
 */
#define KEEP_HARDLY_MS	500
#define KEEP_PAUSE_MS	100
#define KEEP_SETTLED_MS	10000
#define KEEP_LOOP	3
#define KEEP_PATIENCE	8	/* then the pause doubles with each time, up to: */
#define KEEP_PAUSE_MOST	1600
/*
 * Each was another process, and each has found the same: the kernel half refuses what it has to grant. So it is damaged, and
 * goes with its domain.  Once or twice may be want of memory.
 */
#define KEEP_REFUSED	3
#define KEEP_REFUSED_MS	120000

struct keep {
	const char *path, *name;
	const char *device;	/* it needs this file, or NULL */
	bool plain;		/* others come first, for the processor and for memory */
	struct args args;
	pid_t pid;		/* 0: does not run */
	uint64_t began, due;	/* ms; when it was, and is to be, started */
	uint64_t waits_since;	/* for the device */
	unsigned int in_a_row;	/* has ended so often without having settled */
	int refused_status;	/* the exit status that says so of the kernel half; 0: none does */
	uint64_t refused[KEEP_REFUSED];	/* when it last ended like this, the latest first; 0: never */
	bool waits, was_held, said_waiting;
};

void keep_began(struct keep *k, pid_t pid, uint64_t now);
/* keep_ended - @status is wait(2)'s; sets when it is due again, says how it ended */
void keep_ended(struct keep *k, int status, uint64_t now);
/* keep_refused - behind keep_ended.  Return: KEEP_REFUSED times within KEEP_REFUSED_MS: this domain is to end; says so */
bool keep_refused(struct keep *k, int status, uint64_t now);
/* keep_waits - the device is not there; sets when to look again, says so when it takes long */
void keep_waits(struct keep *k, uint64_t now);
/* keep_held - somebody wants it not to run for a while; sets when to look again */
void keep_held(struct keep *k, uint64_t now);
/* keep_wait_ms - until one of them is due; -1: none is */
int keep_wait_ms(const struct keep *k, unsigned int n, uint64_t now);

#endif /* XMD_INIT_H */
