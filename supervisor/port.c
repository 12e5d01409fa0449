// SPDX-License-Identifier: GPL-2.0
/* port.c - see port.h */
#include "port.h"

#include "files.h"
#include "log.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <xmd/xs_names.h>

static const struct carried {
	const char *key, *ext, *what;
	size_t max;			/* bytes with the NUL */
	bool may_be_empty;		/* which says that there are none any more */
} carried[] = {
	{ XS_OWN_PORT_SETTINGS, ".port", "its port's settings", PORT_TEXT_MAX, false },
	{ XS_OWN_PRIVATE_SEGMENTS, ".segments", "its private segments", PORT_SEGMENTS_MAX, true },
	{ XS_OWN_CLOSED_VLANS, ".vlans", "its closed VLANs", PORT_VLANS_MAX, true },
};

#define CARRIED (sizeof(carried) / sizeof(carried[0]))
#define TEXT_MAX (PORT_SEGMENTS_MAX > PORT_TEXT_MAX ? PORT_SEGMENTS_MAX : PORT_TEXT_MAX)

static bool is_text(const char *text, size_t len)
{
	size_t i;

	for (i = 0; i < len; i++)
		if (text[i] < ' ' || text[i] > '~')
			return false;
	return true;
}

/* "": none is kept */
static void read_kept(const char *name, const struct carried *c, char text[TEXT_MAX])
{
	char path[FILE_PATH_MAX];
	size_t n = 0;
	FILE *f;

	file_path(path, name, c->ext);
	f = fopen(path, "re");
	if (f) {
		n = fread(text, 1, c->max - 1, f);
		fclose(f);
	}
	text[n] = '\0';
}

static void key_path(char path[STORE_PATH_MAX], uint32_t domid, const struct carried *c)
{
	snprintf(path, STORE_PATH_MAX, "/local/domain/%u/" XS_DIR_OWN "/%s", domid, c->key);
}

static bool keep(struct store *s, uint32_t domid, const char *name, const struct carried *c)
{
	char path[STORE_PATH_MAX], kept[TEXT_MAX], *text;
	bool other;
	size_t len;

	key_path(path, domid, c);
	if (s->ops->read(s, path, &text, &len))
		return false;
	read_kept(name, c, kept);
	other = (len || c->may_be_empty) && len < c->max && is_text(text, len) && strcmp(text, kept);
	if (other && !file_write(name, c->ext, text))
		log_info("%s: %s, for after a restart: %s", name, c->what, text);
	free(text);
	return other;
}

bool port_keep(struct store *s, uint32_t domid, const char *name)
{
	bool other = false;
	size_t i;

	for (i = 0; i < CARRIED; i++)
		other |= keep(s, domid, name, &carried[i]);
	return other;
}

void port_give(struct store *s, uint32_t domid, const char *name)
{
	char path[STORE_PATH_MAX], kept[TEXT_MAX];
	size_t i;
	int err;

	for (i = 0; i < CARRIED; i++) {
		read_kept(name, &carried[i], kept);
		if (!*kept)
			continue;
		key_path(path, domid, &carried[i]);
		err = s->ops->write(s, path, kept);
		if (err)
			log_err("%s (%s) cannot be given to it: %s", carried[i].what, kept, strerror(-err));
	}
}
