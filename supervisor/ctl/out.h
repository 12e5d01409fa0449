/* SPDX-License-Identifier: GPL-2.0 */
/*
 * out.h - records, as a table for people or as JSON for programs.
 *
 * What type a member has in JSON depends on its name alone (out.c), never on its value: a domain
 * may be called "7".  A number that is not known now is null.  Times are RFC 3339 with a zone.  Members are
 * only ever added.
 */
#ifndef XMD_CTL_OUT_H
#define XMD_CTL_OUT_H

#include <stdbool.h>
#include <stdint.h>
#include <time.h>

#define TIME_TEXT	32

void out_json(bool on);
bool out_is_json(void);

/* One record, of "KEY=VALUE" with tabs between; cuts @record. */
void out_record(char *record, bool first);

/* The same of single members, as JSON only. */
void out_begin(bool first);
void out_text(const char *key, const char *val);
void out_number(const char *key, uint64_t val);
void out_end(void);

/* Behind the last; @none: there was no record. */
void out_list_end(bool none);

void out_time(time_t t, char text[TIME_TEXT]);

#endif
