// SPDX-License-Identifier: GPL-2.0
/* facts.c - see facts.h */
#include "facts.h"

#include "patience.h"
#include "store.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

void facts_close(struct facts *f)
{
	store_close(f->store);
	f->store = NULL;
	free(f->nodes);
	f->nodes = NULL;
}

/* ---------------------------------------------------------------- files */

static bool vpath(const struct facts *f, char path[FACT_PATH], const char *fmt, va_list ap)
{
	int n = snprintf(path, FACT_PATH, "%s%s", f->root ? f->root : "", f->root && *fmt != '/' ? "/" : "");

	if (n < 0 || n >= FACT_PATH)
		return false;
	return vsnprintf(path + n, (size_t)(FACT_PATH - n), fmt, ap) < FACT_PATH - n;
}

static bool fpath(const struct facts *f, char path[FACT_PATH], const char *fmt, va_list ap)
{
	bool fits = vpath(f, path, fmt, ap);

	va_end(ap);
	return fits;
}

/* All of @fd, and closes it.  Files of /proc and /sys do not say how long they are. */
static char *read_all(int fd)
{
	size_t n = 0, room = 4096;
	char *text = malloc(room), *more;
	ssize_t got = 0;

	while (text && n < FACT_BYTES && (got = read(fd, text + n, room - n - 1)) > 0) {
		n += (size_t)got;
		if (room - n > 1)
			continue;
		more = realloc(text, room * 2);
		if (!more)
			free(text);
		text = more;
		room *= 2;
	}
	close(fd);
	if (text && got < 0 && !n) {
		free(text);
		return NULL;
	}
	if (text)
		text[n] = '\0';
	return text;
}

char *fact_file(const struct facts *f, const char *fmt, ...)
{
	char path[FACT_PATH];
	va_list ap;
	int fd;

	va_start(ap, fmt);
	if (!fpath(f, path, fmt, ap))
		return NULL;
	fd = open(path, O_RDONLY | O_CLOEXEC);
	return fd < 0 ? NULL : read_all(fd);
}

bool fact_there(const struct facts *f, const char *fmt, ...)
{
	char path[FACT_PATH];
	va_list ap;

	va_start(ap, fmt);
	return fpath(f, path, fmt, ap) && !access(path, F_OK);
}

char *fact_link(const struct facts *f, const char *fmt, ...)
{
	char path[FACT_PATH], to[FACT_PATH];
	const char *slash;
	va_list ap;
	ssize_t n;

	va_start(ap, fmt);
	if (!fpath(f, path, fmt, ap))
		return NULL;
	n = readlink(path, to, sizeof(to) - 1);
	if (n < 0)
		return NULL;
	to[n] = '\0';
	slash = strrchr(to, '/');
	return strdup(slash ? slash + 1 : to);
}

static int visible(const struct dirent *e)
{
	return e->d_name[0] != '.';
}

char *fact_names(const struct facts *f, const char *fmt, ...)
{
	char path[FACT_PATH], *text = NULL;
	struct dirent **e;
	size_t len = 0;
	FILE *out;
	va_list ap;
	int i, n;

	va_start(ap, fmt);
	if (!fpath(f, path, fmt, ap))
		return NULL;
	n = scandir(path, &e, visible, alphasort);
	if (n < 0)
		return NULL;
	out = open_memstream(&text, &len);
	for (i = 0; i < n; i++) {
		if (out)
			fprintf(out, "%s\n", e[i]->d_name);
		free(e[i]);
	}
	free(e);
	if (out)
		fclose(out);
	return text;
}

/* ------------------------------------------------------------------- xl */

static char *ask_xl(const char *what)
{
	int end[2], status, none;
	char *text;
	pid_t pid;

	if (pipe2(end, O_CLOEXEC))
		return NULL;
	pid = fork();
	if (!pid) {
		none = open("/dev/null", O_RDWR | O_CLOEXEC);
		dup2(none, 0);
		dup2(end[1], 1);
		dup2(none, 2);
		/* It goes over to xl, which may wait for a xenstored that is not there. */
		alarm(XL_SECONDS);
		execlp("xl", "xl", what, (char *)NULL);
		_exit(127);
	}
	close(end[1]);
	if (pid < 0) {
		close(end[0]);
		return NULL;
	}
	text = read_all(end[0]);
	if (waitpid(pid, &status, 0) == pid && WIFEXITED(status) && !WEXITSTATUS(status))
		return text;
	free(text);
	return NULL;
}

char *fact_xl(const struct facts *f, const char *what)
{
	return f->root ? fact_file(f, "/xl/%s", what) : ask_xl(what);
}

bool fact_field(const char *text, const char *name, char *value, size_t room)
{
	size_t len = strlen(name);
	const char *line, *val;

	for (line = text; line && *line; line = strchr(line, '\n'), line = line ? line + 1 : NULL) {
		if (strncmp(line, name, len))
			continue;
		val = line + len;
		val += strspn(val, " \t");
		if (*val != ':')
			continue;
		val++;
		val += strspn(val, " \t");
		snprintf(value, room, "%.*s", (int)strcspn(val, "\n"), val);
		return true;
	}
	return false;
}

/* ------------------------------------------------------------- xenstore */

static bool reach(struct facts *f)
{
	if (f->root && !f->nodes)
		f->nodes = fact_file(f, "/xenstore");
	if (!f->root && !f->store)
		f->store = patience_open();
	return f->root ? f->nodes != NULL : f->store != NULL;
}

/* PATH = "VALUE"   (n0,r1) */
static char *node_in_text(const char *text, const char *path)
{
	size_t len = strlen(path);
	const char *line = text, *end;

	while (line && *line) {
		if (!strncmp(line, path, len) && !strncmp(line + len, " = \"", 4)) {
			line += len + 4;
			for (end = line; *end && *end != '\n' && *end != '"'; end++)
				;
			return strndup(line, (size_t)(end - line));
		}
		line = strchr(line, '\n');
		line = line ? line + 1 : NULL;
	}
	return NULL;
}

static char *children_in_text(const char *text, const char *path)
{
	char *names = NULL, last[128] = "", name[128];
	size_t len = strlen(path), size = 0;
	FILE *out = open_memstream(&names, &size);
	const char *line = text;
	bool there = false;

	while (out && line && *line) {
		there |= !strncmp(line, path, len) && (line[len] == ' ' || line[len] == '/');
		if (!strncmp(line, path, len) && line[len] == '/') {
			snprintf(name, sizeof(name), "%.*s", (int)strcspn(line + len + 1, "/ \n"),
				 line + len + 1);
			if (strcmp(name, last))
				fprintf(out, "%s\n", name);
			strcpy(last, name);
		}
		line = strchr(line, '\n');
		line = line ? line + 1 : NULL;
	}
	if (out)
		fclose(out);
	if (there)
		return names;
	free(names);
	return NULL;
}

static char *children(struct store *s, const char *path)
{
	char *text = NULL, **names;
	unsigned int i, n;
	size_t size = 0;
	FILE *out;

	if (s->ops->list(s, path, &names, &n))
		return NULL;
	out = open_memstream(&text, &size);
	for (i = 0; out && i < n; i++)
		fprintf(out, "%s\n", names[i]);
	if (out)
		fclose(out);
	free(names);
	return text;
}

/* A driver domain may write anything, and it goes to a terminal. */
static char *plain(char *val)
{
	char *c;

	for (c = val; c && *c; c++)
		if (*c < ' ' || *c > '~')
			*c = '?';
	return val;
}

char *fact_node(struct facts *f, const char *fmt, ...)
{
	char path[FACT_PATH], *val;
	size_t len;
	va_list ap;
	int n;

	va_start(ap, fmt);
	n = vsnprintf(path, sizeof(path), fmt, ap);
	va_end(ap);
	if (n >= FACT_PATH || !reach(f))
		return NULL;
	if (f->root)
		return plain(node_in_text(f->nodes, path));
	return f->store->ops->read(f->store, path, &val, &len) ? NULL : plain(val);
}

char *fact_nodes(struct facts *f, const char *fmt, ...)
{
	char path[FACT_PATH];
	va_list ap;
	int n;

	va_start(ap, fmt);
	n = vsnprintf(path, sizeof(path), fmt, ap);
	va_end(ap);
	if (n >= FACT_PATH || !reach(f))
		return NULL;
	return f->root ? children_in_text(f->nodes, path) : children(f->store, path);
}

/* ---------------------------------------------------------------- words */

char *next_line(char **text)
{
	char *line = *text, *end;

	if (!line || !*line)
		return NULL;
	end = line + strcspn(line, "\n");
	*text = *end ? end + 1 : end;
	*end = '\0';
	return line;
}

bool has_word(const char *text, const char *word)
{
	size_t len = strlen(word);
	const char *at;

	for (at = text; (at = strstr(at, word)); at += len)
		if ((at == text || strchr(" \t\n", at[-1])) && strchr(" \t\n", at[len]))
			return true;
	return false;
}
