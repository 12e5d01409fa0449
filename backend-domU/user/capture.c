// SPDX-License-Identifier: GPL-2.0
/* capture.c - see capture.h */
#include "capture.h"

#include "log.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <xmd/xs_names.h>

static struct capture *find(struct captures *c, uint32_t id)
{
	unsigned int i;

	for (i = 0; i < XMD_CAPTURES_MAX; i++)
		if (c->one[i].id == id)
			return &c->one[i];
	return NULL;
}

/* Whoever else listens there is now the one with whom it goes down. */
static void lower(struct captures *c, struct capture *gone)
{
	unsigned int i;

	if (!gone->raised)
		return;
	gone->raised = false;
	for (i = 0; i < XMD_CAPTURES_MAX; i++)
		if (c->one[i].pid && !strcmp(c->one[i].dev, gone->dev)) {
			c->one[i].raised = true;
			return;
		}
	c->ops->lower(gone->dev);
}

/* "5/0".  Return: -ENOENT: not written yet, or no such thing */
static int read_dev(struct store *s, uint32_t id, char dev[IFNAMSIZ])
{
	char dir[STORE_PATH_MAX], text[STORE_VALUE_MAX];
	uint32_t domid, handle;
	int err, end = 0;

	snprintf(dir, sizeof(dir), XS_DIR_CAPTURE, id);
	err = store_read_text(s, dir, XS_CAPTURE_VIF, text);
	if (err)
		return store_broken(err) ? err : -ENOENT;
	if (sscanf(text, "%5" SCNu32 "/%10" SCNu32 "%n", &domid, &handle, &end) == 2 && !text[end] &&
	    snprintf(dev, IFNAMSIZ, "xmdvif%" PRIu32 ".%" PRIu32, domid, handle) < IFNAMSIZ)
		return 0;
	log_warn("%s of %s: \"%s\" is no vif", XS_CAPTURE_VIF, dir, text);
	return -ENOENT;
}

static void begin(struct captures *c, struct capture *one, uint32_t id)
{
	int up = c->ops->raise(one->dev);
	pid_t pid;

	one->id = id;
	one->raised = !up;
	pid = c->ops->begin(id, one->dev, up < 0 ? up : 0);
	one->pid = pid > 0 ? pid : 0;
	if (pid > 0) {
		log_info("dom0 listens at %s", one->dev);
		return;
	}
	log_err("nobody can be started to listen at %s: %s", one->dev, strerror(-pid));
	lower(c, one);
}

/* Nobody is left of those who were asked before we were there: so their mirrors are for nobody. */
static void forget(struct captures *c, struct capture *one, uint32_t id)
{
	one->id = id;
	c->ops->lower(one->dev);
}

static int take(struct captures *c, struct store *s, uint32_t id)
{
	struct capture *one = find(c, id) ? NULL : find(c, 0);
	int err = one ? read_dev(s, id, one->dev) : -ENOENT;

	if (!err && c->started)
		begin(c, one, id);
	else if (!err)
		forget(c, one, id);
	return err == -ENOENT ? 0 : err;
}

static bool is_among(uint32_t id, char **names, unsigned int n)
{
	uint32_t other;
	unsigned int i;

	for (i = 0; i < n; i++)
		if (!parse_u32(names[i], &other) && other == id)
			return true;
	return false;
}

int captures_look(struct captures *c, struct store *s)
{
	unsigned int i, n = 0;
	char **names = NULL;
	int err = s->ops->list(s, XS_DIR_CAPTURES, &names, &n);
	uint32_t id;

	if (err && err != -ENOENT)
		return err;
	for (i = 0; i < XMD_CAPTURES_MAX; i++)
		if (!c->one[i].pid && !is_among(c->one[i].id, names, n))
			c->one[i].id = 0;
	err = 0;
	for (i = 0; i < n && !err; i++)
		if (!parse_u32(names[i], &id) && id)
			err = take(c, s, id);
	free(names);
	c->started |= !err;
	return err;
}

void captures_ended(struct captures *c, pid_t pid)
{
	unsigned int i;

	for (i = 0; i < XMD_CAPTURES_MAX; i++) {
		struct capture *one = &c->one[i];

		if (!one->id || one->pid != pid)
			continue;
		one->pid = 0;
		log_info("dom0 listens no more at %s", one->dev);
		lower(c, one);
	}
}

void captures_stop(struct captures *c)
{
	unsigned int i;

	for (i = 0; i < XMD_CAPTURES_MAX; i++)
		if (c->one[i].id && c->one[i].raised)
			c->ops->lower(c->one[i].dev);
	memset(c->one, 0, sizeof(c->one));
}
