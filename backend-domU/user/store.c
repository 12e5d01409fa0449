// SPDX-License-Identifier: GPL-2.0
/* store.c - typed reads and writes over struct store_ops; see store.h */
#include "store.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int store_begin(struct store *s)
{
	return s->ops->begin(s);
}

int store_commit(struct store *s)
{
	return s->ops->end(s, true);
}

void store_abort(struct store *s)
{
	s->ops->end(s, false);
}

void store_event_free(struct store_event *ev)
{
	free(ev->path);
	free(ev->token);
	ev->path = NULL;
	ev->token = NULL;
}

void store_close(struct store *s)
{
	if (s)
		s->ops->close(s);
}

bool store_broken(int err)
{
	return err == -ESHUTDOWN || err == -EIO || err == -EPIPE || err == -EBADF;
}

int store_path(char path[STORE_PATH_MAX], const char *dir, const char *key)
{
	int n = snprintf(path, STORE_PATH_MAX, "%s%s%s", dir, *dir ? "/" : "", key);

	return n < STORE_PATH_MAX ? 0 : -ENAMETOOLONG;
}

static bool is_text(const char *val, size_t len)
{
	size_t i;

	for (i = 0; i < len; i++)
		if (val[i] < ' ' || val[i] > '~')
			return false;
	return true;
}

int store_read_long(struct store *s, const char *dir, const char *key, char *val, size_t size)
{
	char path[STORE_PATH_MAX];
	size_t len;
	char *raw;
	int err;

	err = store_path(path, dir, key);
	if (err)
		return err;
	err = s->ops->read(s, path, &raw, &len);
	if (err)
		return err;
	if (len < size && is_text(raw, len))
		memcpy(val, raw, len + 1);
	else
		err = -EINVAL;
	free(raw);
	return err;
}

int store_read_text(struct store *s, const char *dir, const char *key, char val[STORE_VALUE_MAX])
{
	return store_read_long(s, dir, key, val, STORE_VALUE_MAX);
}

int parse_u32(const char *text, uint32_t *val)
{
	uint64_t sum = 0;
	const char *p;

	if (!*text || (text[0] == '0' && text[1]))
		return -EINVAL;
	for (p = text; *p; p++) {
		if (*p < '0' || *p > '9')
			return -EINVAL;
		sum = sum * 10 + (uint64_t)(*p - '0');
		if (sum > UINT32_MAX)
			return -EINVAL;
	}
	*val = (uint32_t)sum;
	return 0;
}

int store_read_u32(struct store *s, const char *dir, const char *key, uint32_t *val)
{
	char text[STORE_VALUE_MAX];
	int err = store_read_text(s, dir, key, text);

	return err ? err : parse_u32(text, val);
}

int store_read_u32_or(struct store *s, const char *dir, const char *key, uint32_t missing,
		      uint32_t *val)
{
	int err = store_read_u32(s, dir, key, val);

	if (err == -ENOENT) {
		*val = missing;
		err = 0;
	}
	return err;
}

int store_read_mac(struct store *s, const char *dir, const char *key, uint8_t mac[6])
{
	char text[STORE_VALUE_MAX];
	int err = store_read_text(s, dir, key, text);
	int end = 0;

	if (err)
		return err;
	if (strspn(text, "0123456789abcdefABCDEF:") != 17 ||
	    sscanf(text, "%2hhx:%2hhx:%2hhx:%2hhx:%2hhx:%2hhx%n",
		   &mac[0], &mac[1], &mac[2], &mac[3], &mac[4], &mac[5], &end) != 6 ||
	    end != 17 || text[end])
		return -EINVAL;
	return 0;
}

int store_write_text(struct store *s, const char *dir, const char *key, const char *val)
{
	char path[STORE_PATH_MAX];
	int err = store_path(path, dir, key);

	return err ? err : s->ops->write(s, path, val);
}

int store_write_u32(struct store *s, const char *dir, const char *key, uint32_t val)
{
	char text[16];

	snprintf(text, sizeof(text), "%u", val);
	return store_write_text(s, dir, key, text);
}

int store_remove(struct store *s, const char *dir, const char *key)
{
	char path[STORE_PATH_MAX];
	int err = store_path(path, dir, key);

	if (!err)
		err = s->ops->remove(s, path);
	return err == -ENOENT ? 0 : err;
}
