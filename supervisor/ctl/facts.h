/* SPDX-License-Identifier: GPL-2.0 */
/*
 * facts.h - what there is to know of a host: files, what xl says, nodes of xenstore.
 *
 * With a root, as "xmdctl check --root DIR" has, all of it is below that directory, and nothing of
 * the machine it runs on is looked at:
 *
 *	DIR/proc, DIR/sys, DIR/etc ...	as on the host
 *	DIR/xl/info, DIR/xl/dmesg	what "xl info" and "xl dmesg" have printed
 *	DIR/xenstore			what "xenstore-ls -f" has printed, of all or a part
 *
 * Strings that are returned are the caller's to free.  NULL: there is no such thing, or it cannot
 * be read, which is the same to those who ask.
 */
#ifndef XMD_CTL_FACTS_H
#define XMD_CTL_FACTS_H

#include <stdbool.h>
#include <stddef.h>

#define FACT_BYTES	(1 << 20)	/* of a file or an answer; what is behind is not looked at */
#define FACT_PATH	512
#define XL_SECONDS	10		/* for xl to answer */

struct store;

struct facts {
	const char *root;	/* NULL: this host */
	struct store *store;	/* of this host; opened by the first question */
	char *nodes;		/* of DIR/xenstore */
};

void facts_close(struct facts *f);

char *fact_file(const struct facts *f, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
bool fact_there(const struct facts *f, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
/* The last part of what a link points to. */
char *fact_link(const struct facts *f, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
/* Names in a directory, sorted, one a line. */
char *fact_names(const struct facts *f, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

/* @what: info, dmesg */
char *fact_xl(const struct facts *f, const char *what);
/* "NAME : VALUE" of a text as "xl info" prints it, to @value. */
bool fact_field(const char *text, const char *name, char *value, size_t room);

char *fact_node(struct facts *f, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
/* Names below a node, one a line. */
char *fact_nodes(struct facts *f, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

/* Go through lines: cuts @*text, which moves on.  NULL: no more. */
char *next_line(char **text);
/* Is @word one of those of @text, between blanks? */
bool has_word(const char *text, const char *word);

#endif
