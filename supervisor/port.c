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

#define EXT ".port"

static bool is_text(const char *text, size_t len)
{
	size_t i;

	for (i = 0; i < len; i++)
		if (text[i] < ' ' || text[i] > '~')
			return false;
	return len && len < PORT_TEXT_MAX;
}

/* "": none is kept */
static void read_kept(const char *name, char text[PORT_TEXT_MAX])
{
	char path[FILE_PATH_MAX];
	size_t n = 0;
	FILE *f;

	file_path(path, name, EXT);
	f = fopen(path, "re");
	if (f) {
		n = fread(text, 1, PORT_TEXT_MAX - 1, f);
		fclose(f);
	}
	text[n] = '\0';
}

static void settings_path(char path[STORE_PATH_MAX], uint32_t domid)
{
	snprintf(path, STORE_PATH_MAX, "/local/domain/%u/" XS_DIR_OWN "/" XS_OWN_PORT_SETTINGS,
		 domid);
}

bool port_keep(struct store *s, uint32_t domid, const char *name)
{
	char path[STORE_PATH_MAX], kept[PORT_TEXT_MAX], *text;
	bool other;
	size_t len;

	settings_path(path, domid);
	if (s->ops->read(s, path, &text, &len))
		return false;
	read_kept(name, kept);
	other = is_text(text, len) && strcmp(text, kept);
	if (other && !file_write(name, EXT, text))
		log_info("%s: its port's settings, for after a restart: %s", name, text);
	free(text);
	return other;
}

void port_give(struct store *s, uint32_t domid, const char *name)
{
	char path[STORE_PATH_MAX], kept[PORT_TEXT_MAX];
	int err;

	read_kept(name, kept);
	if (!*kept)
		return;
	settings_path(path, domid);
	err = s->ops->write(s, path, kept);
	if (err)
		log_err("the settings of its port (%s) cannot be given to it: %s", kept,
			strerror(-err));
}
