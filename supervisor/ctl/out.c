// SPDX-License-Identifier: GPL-2.0
/* out.c - see out.h */
#include "out.h"

#include <ctype.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#define FIELDS_MAX	40

static bool json;
static bool first_member;

void out_json(bool on)
{
	json = on;
}

bool out_is_json(void)
{
	return json;
}

/* What is not here is a text, as wide as its name. */
static const struct {
	const char *key;
	int width;
	bool number;
} known[] = {
	{ "name", 16, false }, { "domid", 6, true }, { "state", 12, false }, { "vifs", 5, true },
	{ "restarts", 9, true }, { "last", 26, false }, { "up_s", 8, true }, { "guest", 6, true },
	{ "vif", 4, true }, { "mac", 18, false }, { "backend_state", 14, true },
	{ "frontend_state", 15, true }, { "rings", 10, false }, { "time", 25, false },
	{ "kind", 10, false }, { "cause", 26, false }, { "result", 8, false }, { "ms", 6, true },
	{ "version", 10, false }, { "nic", 14, false }, { "guest_name", 16, false },
	{ "address", 16, false }, { "frontend", 9, false }, { "bytes", 8, true },
	{ "tx_frames", 12, true }, { "tx_bytes", 14, true }, { "tx_drops", 9, true },
	{ "tx_errors", 9, true }, { "tx_spoofed", 11, true }, { "rx_frames", 12, true },
	{ "rx_bytes", 14, true }, { "rx_drops", 9, true }, { "rx_errors", 9, true },
	{ "rx_filtered", 12, true }, { "rx_too_long", 12, true },
	{ "bridge", 10, false }, { "tx_tagged", 10, true }, { "tx_ip_spoofed", 14, true }, { "drv", 12, false },
	{ "death", 5, true },
};

#define N_KNOWN (sizeof(known) / sizeof(known[0]))

static unsigned int lookup(const char *key)
{
	unsigned int i;

	for (i = 0; i < N_KNOWN && strcmp(key, known[i].key); i++)
		;
	return i;
}

static bool is_number(const char *val)
{
	if (!*val || (val[0] == '0' && val[1]))
		return false;
	while (isdigit((unsigned char)*val))
		val++;
	return !*val;
}

static void put(const char *text)
{
	putchar('"');
	for (; *text; text++) {
		if (*text == '"' || *text == '\\')
			putchar('\\');
		if ((unsigned char)*text < ' ')
			printf("\\u%04x", *text);
		else
			putchar(*text);
	}
	putchar('"');
}

static void member(const char *key)
{
	printf(first_member ? " " : ", ");
	first_member = false;
	put(key);
	printf(": ");
}

void out_begin(bool first)
{
	printf("%s\n  {", first ? "[" : ",");
	first_member = true;
}

void out_text(const char *key, const char *val)
{
	member(key);
	put(val);
}

void out_number(const char *key, uint64_t val)
{
	member(key);
	printf("%" PRIu64, val);
}

void out_end(void)
{
	printf(" }");
}

void out_list_end(bool none)
{
	if (json)
		printf("%s\n]\n", none ? "[" : "");
}

static void print_json(char *key[], char *val[], int n, bool first)
{
	unsigned int k;
	int i;

	out_begin(first);
	for (i = 0; i < n; i++) {
		k = lookup(key[i]);
		if (k == N_KNOWN || !known[k].number) {
			out_text(key[i], val[i]);
			continue;
		}
		member(key[i]);
		fputs(is_number(val[i]) ? val[i] : "null", stdout);
	}
	out_end();
}

static int width(const char *key)
{
	unsigned int k = lookup(key);

	return k < N_KNOWN ? known[k].width : (int)strlen(key) + 1;
}

static void print_row(char *key[], char *val[], int n, bool first)
{
	int i;

	for (i = 0; first && i < n; i++)
		printf("%-*s%s", i < n - 1 ? width(key[i]) : 0, key[i], i < n - 1 ? " " : "\n");
	for (i = 0; i < n; i++)
		printf("%-*s%s", i < n - 1 ? width(key[i]) : 0, val[i], i < n - 1 ? " " : "\n");
}

void out_record(char *record, bool first)
{
	char *key[FIELDS_MAX], *val[FIELDS_MAX], *save = NULL, *field;
	int n = 0;

	for (field = strtok_r(record, "\t\n", &save); field && n < FIELDS_MAX;
	     field = strtok_r(NULL, "\t\n", &save)) {
		char *eq = strchr(field, '=');

		if (!eq)
			continue;
		*eq = '\0';
		key[n] = field;
		val[n++] = eq + 1;
	}
	if (json)
		print_json(key, val, n, first);
	else
		print_row(key, val, n, first);
}

void out_time(time_t t, char text[TIME_TEXT])
{
	struct tm tm;
	size_t n;

	localtime_r(&t, &tm);
	n = strftime(text, TIME_TEXT - 1, "%Y-%m-%dT%H:%M:%S%z", &tm);
	/* +0100 to +01:00 */
	if (n > 5) {
		memmove(text + n - 1, text + n - 2, 3);
		text[n - 2] = ':';
	}
}
