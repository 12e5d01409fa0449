/* SPDX-License-Identifier: GPL-2.0 */
/*
 * check.h - "xmdctl check": what keeps a driver domain from working here, and what to do
 *
 * Each check adds at least one finding: that it is well, or what is not.  A finding that is not
 * well has a remedy, which says what to type or to write where.
 */
#ifndef XMD_CTL_CHECK_H
#define XMD_CTL_CHECK_H

#include "facts.h"

#include <stdint.h>

#define SUBJECT_MAX	96
#define FINDING_MAX	400

enum verdict {
	WELL,
	NOTE,		/* works, and could be better */
	WARNING,	/* works until something happens */
	FAULT,		/* does not work */
};

struct finding {
	enum verdict verdict;
	const char *check;		/* which one: never changed, scripts know it */
	char subject[SUBJECT_MAX];	/* host, a device, a file, a domain */
	char text[FINDING_MAX], remedy[FINDING_MAX];
};

struct report {
	struct facts facts;
	const char *planned_nic;	/* "xmdctl create" is about to bind it; NULL: nothing is planned */
	unsigned int need_mb;		/* memory that is to be free; 0: none */
	struct finding *finding;
	unsigned int n;
};

void well(struct report *r, const char *check, const char *subject, const char *fmt, ...)
	__attribute__((format(printf, 4, 5)));
/* The text; the remedy follows with remedy(). */
void find(struct report *r, enum verdict v, const char *check, const char *subject,
	  const char *fmt, ...)
	__attribute__((format(printf, 5, 6)));
/* Of the last finding. */
void remedy(struct report *r, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

unsigned int report_count(const struct report *r, enum verdict v);
/* What is well only with @all, or as JSON. */
void report_print(const struct report *r, bool json, bool all);
void report_free(struct report *r);

/* Return: whether this is dom0 of a Xen host that answers; else nothing more can be asked. */
bool check_host(struct report *r);
/* xmd-supervisor and what else runs, or is to. */
void check_units(struct report *r);
void check_nic(struct report *r, const char *bdf);
/* NICs of this host that could be given away, "0000:03:00.0 0000:04:00.0"; "" none */
void candidate_nics(struct report *r, char *list, size_t room);

/* What xl would be given: @text, of file @path. */
void check_config(struct report *r, const char *path, const char *text);
/* Those in /etc/xen of @domain, or with NULL of all driver domains.  Return: how many there are. */
unsigned int check_configs(struct report *r, const char *domain);
/* Driver domains that run: all, or that of this @name. */
unsigned int check_running(struct report *r, const char *name);

#endif
