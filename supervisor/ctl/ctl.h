/* SPDX-License-Identifier: GPL-2.0 */
/*
 * ctl.h - what the commands of xmdctl share
 *
 *	out.h		records as a table or as JSON
 *	facts.h		what there is to know of this host: files, xl, xenstore
 *	check.h		what is wrong with it, and the remedy
 *	counters.h	what a driver domain counts
 */
#ifndef XMD_CTL_H
#define XMD_CTL_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

enum exit_code { EXIT_OK = 0, EXIT_FAILED = 1, EXIT_USAGE = 2, EXIT_CANNOT = 3 };

struct store;

/* What was said before the command and behind it. */
struct args {
	bool json;
	bool dry_run, force, once;
	const char *kernel, *ramdisk, *memory;	/* "-": as it is; memory: "" likewise */
	const char *nic, *config, *root;	/* NULL: not said */
	unsigned int interval_ms;
	unsigned int count, snap;		/* 0: not said */
	const char *write;			/* NULL: not said */
	char **word;				/* the command, and what is behind it */
	int n;
};

/* "xmdctl: ..." to stderr.  Return: @status */
int fail(int status, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

/*
 * Ask xmd-supervisor, see control.h.  Each record of the answer goes to @take, cut by nobody yet.
 * @seconds: for each line of the answer; 0: as long as it takes
 * Return: EXIT_OK, or what fail() gave
 */
int ask_supervisor(unsigned int seconds, const char *request, void (*take)(void *arg, char *record),
		   void *arg);

bool is_word(const char *word);
/* A number of MB that a domain can have. */
bool is_memory(const char *mb);
/* "0000:03:00.0" */
bool is_bdf(const char *text);

/* NULL: said why. */
struct store *open_store(void);

int run_status(const struct args *a);
int run_vifs(const struct args *a);
int run_history(const struct args *a);
int run_stats(const struct args *a);
int run_metrics(const struct args *a);
int run_top(const struct args *a);
int run_logs(const struct args *a);
int run_tcpdump(const struct args *a);
int run_check(const struct args *a);
int run_create(const struct args *a);

#endif
