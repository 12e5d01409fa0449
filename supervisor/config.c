// SPDX-License-Identifier: GPL-2.0
/* config.c - see config.h */
#include "config.h"

#include <ctype.h>
#include <errno.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

void config_defaults(struct config *c)
{
	*c = (struct config){ .all = {
		.restart_destroyed = true,
		.stable_s = 10,
		.crash_limit = 8,
		.backoff_max_s = 30,
		.serve_timeout_s = 60,
		.drain_timeout_s = 5,
		.heartbeat_s = 30,
		.hang_ms = 1500,
	} };
}

/* Numbers of struct policy, their ranges with them. */
static const struct {
	const char *key;
	size_t at;
	unsigned int min, max;
} number[] = {
	{ "stable", offsetof(struct policy, stable_s), 1, 86400 },
	{ "crash_limit", offsetof(struct policy, crash_limit), 1, 1000 },
	{ "backoff_max", offsetof(struct policy, backoff_max_s), 1, 3600 },
	{ "serve_timeout", offsetof(struct policy, serve_timeout_s), 1, 3600 },
	{ "drain_timeout", offsetof(struct policy, drain_timeout_s), 1, 600 },
	{ "heartbeat", offsetof(struct policy, heartbeat_s), 0, 3600 },
	{ "hang_ms", offsetof(struct policy, hang_ms), 0, 60000 },
};

static int set_number(struct policy *p, unsigned int i, const char *val, char error[160])
{
	unsigned long n;
	char *end;

	errno = 0;
	n = strtoul(val, &end, 10);
	if (!isdigit((unsigned char)*val) || *end || errno ||
	    n < number[i].min || n > number[i].max) {
		snprintf(error, 160, "%s must be a number from %u to %u, not \"%.40s\"",
			 number[i].key, number[i].min, number[i].max, val);
		return -EINVAL;
	}
	*(unsigned int *)((char *)p + number[i].at) = (unsigned int)n;
	return 0;
}

static int set_path(char path[CONFIG_PATH_MAX], const char *key, const char *val, char error[160])
{
	if (strlen(val) < CONFIG_PATH_MAX && (*val == '/' || !*val)) {
		strcpy(path, val);
		return 0;
	}
	snprintf(error, 160, "%s must be an absolute path of less than %d bytes", key, CONFIG_PATH_MAX);
	return -EINVAL;
}

static int set_key(struct policy *p, const char *key, const char *val, char error[160])
{
	unsigned int i;

	for (i = 0; i < sizeof(number) / sizeof(number[0]); i++)
		if (!strcmp(key, number[i].key))
			return set_number(p, i, val, error);
	if (!strcmp(key, "on_destroy")) {
		p->restart_destroyed = !strcmp(val, "restart");
		if (p->restart_destroyed || !strcmp(val, "leave"))
			return 0;
		snprintf(error, 160, "on_destroy must be restart or leave, not \"%.40s\"", val);
		return -EINVAL;
	}
	if (!strcmp(key, "hook"))
		return set_path(p->hook, key, val, error);
	if (!strcmp(key, "core_dump"))
		return set_path(p->core_dump, key, val, error);
	snprintf(error, 160, "unknown key \"%.40s\"", key);
	return -EINVAL;
}

static char *trim(char *s)
{
	char *end = s + strlen(s);

	while (end > s && isspace((unsigned char)end[-1]))
		*--end = '\0';
	while (isspace((unsigned char)*s))
		s++;
	return s;
}

static int open_section(struct config *c, char *line, struct policy **p, char error[160])
{
	size_t len = strlen(line);
	char *name;

	if (len < 3 || line[len - 1] != ']') {
		snprintf(error, 160, "a section is \"[NAME]\"");
		return -EINVAL;
	}
	line[len - 1] = '\0';
	name = trim(line + 1);
	if (!*name || strlen(name) >= NAME_MAX_LEN || strchr(name, '/')) {
		snprintf(error, 160, "\"%.40s\" is not the name of a domain", name);
		return -EINVAL;
	}
	if (c->n_sections == SECTIONS_MAX || config_names(c, name)) {
		snprintf(error, 160, "section \"%.40s\" is there twice, or is one of more than %d",
			 name, SECTIONS_MAX);
		return -EINVAL;
	}
	/* What stands before the first section is the default of all of them. */
	c->section[c->n_sections].policy = c->all;
	strcpy(c->section[c->n_sections].name, name);
	*p = &c->section[c->n_sections++].policy;
	return 0;
}

/* What a file is read with. */
struct reader {
	struct config *c;
	struct policy *policy;		/* of the section that the line is in */
	struct policy lost;		/* of a section that there cannot be */
	unsigned int set[16];		/* line in which this section sets that key; 0: it does not */
};

static int key_index(const char *key)
{
	static const char *const other[] = { "on_destroy", "hook", "core_dump" };
	const size_t n = sizeof(number) / sizeof(number[0]);
	size_t i;

	for (i = 0; i < n; i++)
		if (!strcmp(key, number[i].key))
			return (int)i;
	for (i = 0; i < sizeof(other) / sizeof(other[0]); i++)
		if (!strcmp(key, other[i]))
			return (int)(n + i);
	return -1;
}

/* What would be told at the first death otherwise.  Return: 0, or 1 with @why: as things are now, it cannot be used */
static int look_at_path(const struct policy *p, const char *key, char why[160])
{
	bool is_hook = !strcmp(key, "hook"), is_dir = !strcmp(key, "core_dump");
	const char *path = is_hook ? p->hook : p->core_dump;
	struct stat st;
	int err;

	if (!(is_hook || is_dir) || !*path)
		return 0;
	err = stat(path, &st) || access(path, is_hook ? X_OK : W_OK) ? errno :
	      is_hook && !S_ISREG(st.st_mode) ? EACCES : is_dir && !S_ISDIR(st.st_mode) ? ENOTDIR : 0;
	if (!err)
		return 0;
	snprintf(why, 160, "%s: %.90s cannot be used as it is now: %s", key, path, strerror(err));
	return 1;
}

/* Return: 0; 1: it counts, and @why says what is odd about it; negative: it is wrong */
static int read_line(struct reader *r, char *line, unsigned int n, char why[160])
{
	char *eq, *key;
	int err, k;

	line = trim(line);
	if (!*line || *line == '#')
		return 0;
	if (*line == '[') {
		memset(r->set, 0, sizeof(r->set));
		r->lost = r->c->all;
		r->policy = &r->lost;
		return open_section(r->c, line, &r->policy, why);
	}
	eq = strchr(line, '=');
	if (!eq) {
		snprintf(why, 160, "expected \"key = value\", not \"%.40s\"", line);
		return -EINVAL;
	}
	*eq = '\0';
	key = trim(line);
	err = set_key(r->policy, key, trim(eq + 1), why);
	k = key_index(key);
	if (err || k < 0)
		return err;
	err = look_at_path(r->policy, key, why);
	if (r->set[k]) {
		snprintf(why, 160, "%.20s is set in line %u already: that one counts for nothing", key, r->set[k]);
		err = 1;
	}
	r->set[k] = n;
	return err;
}

int config_read_all(struct config *c, const char *path,
		    void (*complain)(void *arg, bool fatal, const char *text), void *arg)
{
	struct reader r = { .c = c, .policy = &c->all };
	char line[512], why[160], text[256];
	unsigned int n = 0;
	FILE *f = fopen(path, "re");
	int err, ret = 0;

	if (!f) {
		ret = -errno;
		snprintf(text, sizeof(text), "%.100s: %s", path, strerror(-ret));
		if (ret != -ENOENT)
			complain(arg, true, text);
		return ret;
	}
	while (fgets(line, sizeof(line), f)) {
		bool whole = strlen(line) < sizeof(line) - 1;

		n++;
		err = whole ? read_line(&r, line, n, why) : -EINVAL;
		if (!whole) {
			snprintf(why, sizeof(why), "line too long");
			while (!strchr(line, '\n') && fgets(line, sizeof(line), f))
				;
		}
		if (err) {
			snprintf(text, sizeof(text), "%.80s:%u: %s", path, n, why);
			complain(arg, err < 0, text);
		}
		ret = err < 0 ? err : ret;
	}
	/* A directory, say, which can be opened. */
	if (ferror(f)) {
		ret = errno ? -errno : -EIO;
		snprintf(text, sizeof(text), "%.80s:%u: %s", path, n, strerror(-ret));
		complain(arg, true, text);
	}
	fclose(f);
	return ret;
}

static void keep_first(void *arg, bool fatal, const char *text)
{
	char *error = arg;

	if (fatal && !*error)
		snprintf(error, 256, "%s", text);
}

int config_read(struct config *c, const char *path, char error[256])
{
	char first[256] = "";
	int err = config_read_all(c, path, keep_first, first);

	if (err == -ENOENT)
		snprintf(error, 256, "%.100s: %s", path, strerror(-err));
	else if (err)
		snprintf(error, 256, "%s", first);
	return err;
}

static int find(const struct config *c, const char *name)
{
	unsigned int i;

	for (i = 0; i < c->n_sections; i++)
		if (!strcmp(c->section[i].name, name))
			return (int)i;
	return -1;
}

const struct policy *config_policy(const struct config *c, const char *name)
{
	int i = find(c, name);

	return i < 0 ? &c->all : &c->section[i].policy;
}

bool config_names(const struct config *c, const char *name)
{
	return find(c, name) >= 0;
}
