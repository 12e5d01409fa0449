/* SPDX-License-Identifier: GPL-2.0 */
/* records.h - "KEY=VALUE" with tabs between, as the supervisor answers, and lists of them */
#ifndef XMD_CTL_RECORDS_H
#define XMD_CTL_RECORDS_H

#include <stdbool.h>
#include <stddef.h>

#define RECORD_ROOM	2048

struct records {
	char (*r)[RECORD_ROOM];
	unsigned int n;
};

/* For ask_supervisor(): @arg is a struct records. */
void records_take(void *arg, char *record);
void records_free(struct records *r);
/* Return: whether it has that member. */
bool record_get(const char *record, const char *key, char *val, size_t room);
unsigned long record_number(const char *record, const char *key);
/* One more member; what does not fit is left out. */
void record_add(char record[RECORD_ROOM], const char *key, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));

#endif
