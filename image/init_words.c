// SPDX-License-Identifier: GPL-2.0
/* init_words.c - see init.h */
#include "init.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

static bool blank(char c)
{
	return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

/* Where the word at @s ends; blanks inside of double quotes are its own. */
static char *word_end(char *s)
{
	bool quoted = false;

	for (; *s && (quoted || !blank(*s)); s++)
		if (*s == '"')
			quoted = !quoted;
	return s;
}

static void unquote(char *s)
{
	char *to = s;

	for (; *s; s++)
		if (*s != '"')
			*to++ = *s;
	*to = 0;
}

/* The next word, cut out in place, with its quotes. */
static char *next_word(char **at)
{
	char *s = *at, *end;

	while (blank(*s))
		s++;
	if (!*s)
		return NULL;
	end = word_end(s);
	*at = end;
	if (*end) {
		*end = 0;
		*at = end + 1;
	}
	return s;
}

static char *next_line(char **at)
{
	char *s = *at, *end;

	if (!*s)
		return NULL;
	end = strchr(s, '\n');
	*at = end ? end + 1 : s + strlen(s);
	if (end)
		*end = 0;
	return s;
}

static const char *after(const char *word, const char *prefix)
{
	size_t n = strlen(prefix);

	return strncmp(word, prefix, n) ? NULL : word + n;
}

bool read_text(const char *path, char text[INIT_LINE])
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	size_t n = 0;
	ssize_t got = 0;

	while (fd >= 0 && n < INIT_LINE - 1 && (got = read(fd, text + n, INIT_LINE - 1 - n)) > 0)
		n += (size_t)got;
	text[n] = 0;
	if ((fd < 0 && errno != ENOENT) || got < 0)
		init_say(SAY_ERR, "%s: %s", path, strerror(errno));
	if (n == INIT_LINE - 1)
		init_say(SAY_ERR, "%s is too long: the rest of it does not count", path);
	if (fd >= 0)
		close(fd);
	return fd >= 0;
}

void args_init(struct args *a, const char *program)
{
	memset(a, 0, sizeof(*a));
	a->v[a->n++] = (char *)program;
}

static void args_add(struct args *a, char *word)
{
	if (a->n == INIT_ARGS)
		init_say(SAY_WARN, "%s has too many options: \"%s\" is left out", a->v[0], word);
	else
		a->v[a->n++] = word;
}

static void own_word(char *word, struct words *w)
{
	const char *value;

	if ((value = after(word, "xmd.backend=")))
		args_add(w->backend, (char *)value);
	else if ((value = after(word, "xmd.userdriver=")))
		args_add(w->userdriver, (char *)value);
	else if (!strcmp(word, "xmd.modules=open"))
		w->modules_open = true;
	else if (!strcmp(word, "xmd.capture=off"))
		w->no_capture = true;
	else
		init_say(SAY_WARN, "there is no word \"%s\": ignored; see xmd-init(8)", word);
}

void words_parse(char *line, struct words *w)
{
	char *word;

	while ((word = next_word(&line))) {
		unquote(word);
		if (after(word, "xmd."))
			own_word(word, w);
	}
}

void conf_parse(char *text, const char *name, struct args *a)
{
	char *line, *word;

	while ((line = next_line(&text)))
		while ((word = next_word(&line)) && *word != '#') {
			unquote(word);
			if (*word != '-' && a->v[a->n - 1][0] != '-')
				init_say(SAY_WARN, "%s: \"%s\" is no option", name, word);
			args_add(a, word);
		}
}

bool module_next(char **at, struct module *m)
{
	char *line;

	while ((line = next_line(at))) {
		m->path = next_word(&line);
		m->aside = m->path && !strcmp(m->path, "&");
		m->wait = m->path && !strcmp(m->path, "wait");
		if (m->aside || m->wait)
			m->path = next_word(&line);
		if (!m->path || *m->path == '#')
			continue;
		m->params = line + strspn(line, " \t");
		m->params[strcspn(m->params, "\r#")] = 0;
		return true;
	}
	return false;
}

static char plain(char c)
{
	return c == '-' ? '_' : c;
}

/* Is @word "NAME.something", where NAME is that of the module?  Both ways to write a name count. */
static const char *param_of(const char *word, const char *path)
{
	const char *name = strrchr(path, '/');

	for (name = name ? name + 1 : path; *name && strcmp(name, ".ko"); name++, word++)
		if (plain(*name) != plain(*word))
			return NULL;
	return *word == '.' ? word + 1 : NULL;
}

static bool append(char *out, size_t room, const char *text, size_t n)
{
	size_t len = strlen(out);

	if (!n)
		return true;
	if (len + n + 2 > room)
		return false;
	if (len)
		out[len++] = ' ';
	memcpy(out + len, text, n);
	out[len + n] = 0;
	return true;
}

bool module_params(const struct module *m, const char *line, char *out, size_t room)
{
	bool fits;

	*out = 0;
	fits = append(out, room, m->params, strlen(m->params));
	while (*line) {
		const char *end = word_end((char *)line);
		const char *param = param_of(line, m->path);

		if (param && param < end)
			fits &= append(out, room, param, (size_t)(end - param));
		line = *end ? end + 1 : end;
	}
	return fits;
}
