// SPDX-License-Identifier: GPL-2.0
/* The source as text: which lines have code on them, and which word a macro's use begins with. */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "unit.h"

struct text {
	char name[512];
	char *all;		/* the file, and a 0 */
	unsigned int *at;	/* where line i begins, from 1 */
	unsigned char *code;	/* line i has more than blanks and comments */
	unsigned int lines;
	struct text *next;
};
static struct text *texts;

static char *read_all(const char *name, size_t *size)
{
	FILE *f = fopen(name, "r");
	char *all = NULL;
	long n;

	if (f && !fseek(f, 0, SEEK_END) && (n = ftell(f)) >= 0) {
		rewind(f);
		all = malloc(n + 1);
		*size = all ? fread(all, 1, n, f) : 0;
	}
	if (f)
		fclose(f);
	if (!all) {
		all = calloc(1, 1);
		*size = 0;
	}
	if (!all)
		abort();
	all[*size] = '\0';
	return all;
}

/* The end of a string or character that begins at p. */
static const char *past_string(const char *p)
{
	char q = *p++;

	while (*p && *p != q && *p != '\n') {
		if (*p == '\\' && p[1])
			p++;
		p++;
	}
	return *p == q ? p + 1 : p;
}

/* Marks the lines with code. */
static void mark(struct text *t)
{
	const char *p = t->all;
	unsigned int line = 1;

	while (*p) {
		if (*p == '\n') {
			line++;
			p++;
		} else if (p[0] == '/' && p[1] == '*') {
			for (p += 2; *p && (p[0] != '*' || p[1] != '/'); p++)
				line += *p == '\n';
			p += *p ? 2 : 0;
		} else if (p[0] == '/' && p[1] == '/') {
			while (*p && *p != '\n')
				p++;
		} else if (*p == '"' || *p == '\'') {
			const char *end = past_string(p);

			for (; p < end; p++) {
				t->code[line] = 1;
				line += *p == '\n';
			}
		} else {
			if (*p != ' ' && *p != '\t')
				t->code[line] = 1;
			p++;
		}
	}
}

static struct text *text_of(const char *name)
{
	struct text *t;
	size_t size = 0, i;

	for (t = texts; t; t = t->next)
		if (!strcmp(t->name, name))
			return t;
	t = calloc(1, sizeof(*t));
	if (!t)
		abort();
	snprintf(t->name, sizeof(t->name), "%s", name);
	t->all = read_all(name, &size);
	for (i = 0, t->lines = 1; i < size; i++)
		t->lines += t->all[i] == '\n';
	t->at = calloc(t->lines + 2, sizeof(*t->at));
	t->code = calloc(t->lines + 2, 1);
	if (!t->at || !t->code)
		abort();
	for (i = 0, t->lines = 1; i < size; i++)
		if (t->all[i] == '\n')
			t->at[++t->lines] = i + 1;
	mark(t);
	t->next = texts;
	texts = t;
	return t;
}

unsigned int lines_of_code(const char *file, unsigned int from, unsigned int to)
{
	struct text *t = text_of(file);
	unsigned int n = 0, i;

	for (i = from; i <= to && i <= t->lines; i++)
		n += t->code[i];
	return n;
}

static const char *in_text(CXFile file, unsigned int line, unsigned int col)
{
	char name[512];
	struct text *t;

	if (!file || !line || !col)
		return "";
	take(clang_getFileName(file), name, sizeof(name));
	t = text_of(name);
	if (line > t->lines || strnlen(t->all + t->at[line], col) < col)
		return "";
	return t->all + t->at[line] + col - 1;
}

static void word(const char *p, char *to, size_t size)
{
	size_t n = 0;

	while (n + 1 < size && (*p == '_' || isalnum((unsigned char)*p)))
		to[n++] = *p++;
	to[n] = '\0';
}

void word_at(CXCursor c, char *to, size_t size)
{
	unsigned int line, col;
	CXFile f;

	clang_getExpansionLocation(clang_getCursorLocation(c), &f, &line, &col, NULL);
	word(in_text(f, line, col), to, size);
}

/* The line of a #define on which it is spelled. */
void macro_at(CXCursor c, char *to, size_t size)
{
	unsigned int line, col;
	const char *p;
	CXFile f;

	to[0] = '\0';
	clang_getSpellingLocation(clang_getCursorLocation(c), &f, &line, &col, NULL);
	p = in_text(f, line, 1);
	if (*p++ != '#')
		return;
	p += strspn(p, " \t");
	if (strncmp(p, "define", 6))
		return;
	p += 6;
	word(p + strspn(p, " \t"), to, size);
}
