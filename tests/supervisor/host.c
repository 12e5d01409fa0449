// SPDX-License-Identifier: GPL-2.0
/* host.c - see host.h */
#include "host.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <xmd/xs_names.h>

void host_init(struct world *w)
{
	world_init(w);
	assert(!w->dom0->ops->write(w->dom0, "/libxl", ""));
	mem_set_perms(w->mem, "/libxl", 0, -1);
}

static void copy_path(struct world *w, unsigned int i, char path[STORE_PATH_MAX])
{
	snprintf(path, STORE_PATH_MAX, "/libxl/%u/device/vif/%u", w->vif[i].domid,
		 w->vif[i].handle);
}

static void set(struct world *w, const char *dir, const char *key, const char *val)
{
	assert(!store_write_text(w->dom0, dir, key, val));
}

const char *host_copy(struct world *w, unsigned int i, const char *key)
{
	char dir[STORE_PATH_MAX], path[STORE_PATH_MAX];

	copy_path(w, i, dir);
	store_path(path, dir, key);
	return mem_peek(w->mem, path);
}

void host_set_copy(struct world *w, unsigned int i, const char *key, const char *val)
{
	char dir[STORE_PATH_MAX];

	copy_path(w, i, dir);
	set(w, dir, key, val);
}

/* libxl writes the same into both. */
static void copy_back(struct world *w, unsigned int i)
{
	char path[STORE_PATH_MAX], **names;
	unsigned int k, n;

	copy_path(w, i, path);
	w->dom0->ops->remove(w->dom0, path);
	assert(!w->dom0->ops->list(w->dom0, w->vif[i].back, &names, &n));
	for (k = 0; k < n; k++)
		host_set_copy(w, i, names[k], world_back(w, i, names[k]));
	free(names);
	host_set_copy(w, i, "backend", w->vif[i].back);
}

void host_attach(struct world *w, unsigned int i, enum front_mode mode)
{
	char path[STORE_PATH_MAX];

	world_attach(w, i, mode);
	set(w, w->vif[i].back, XS_BACK_SCRIPT, "/etc/xen/scripts/vif-bridge");
	set(w, w->vif[i].back, XS_BACK_BRIDGE, "xenbr0");
	set(w, w->vif[i].back, XS_BACK_TYPE, "vif");
	copy_back(w, i);
	set(w, w->vif[i].front, XS_FRONT_TRUSTED, "1");
	set(w, w->vif[i].front, XS_FRONT_MTU, "1500");
	store_path(path, w->vif[i].front, XS_FRONT_MTU);
	mem_set_perms(w->mem, path, DRV, (int)w->vif[i].domid);
}

/* Where domain DRV's would be is nothing then. */
void host_attach_to(struct world *w, unsigned int i, unsigned int drv)
{
	char path[STORE_PATH_MAX], back[STORE_PATH_MAX], text[16], **names;
	unsigned int k, n;

	host_attach(w, i, FRONT_MUTE);
	snprintf(back, sizeof(back), "/local/domain/%u/" XS_DIR_BACK, drv, w->vif[i].domid,
		 w->vif[i].handle);
	snprintf(text, sizeof(text), "%u", drv);
	host_set_copy(w, i, "backend", back);
	set(w, w->vif[i].front, XS_FRONT_BACKEND, back);
	set(w, w->vif[i].front, XS_FRONT_BACKEND_ID, text);
	mem_set_perms(w->mem, w->vif[i].front, w->vif[i].domid, (int)drv);
	assert(!w->dom0->ops->list(w->dom0, w->vif[i].front, &names, &n));
	for (k = 0; k < n; k++) {
		if (!strcmp(names[k], XS_FRONT_MTU))
			continue;
		store_path(path, w->vif[i].front, names[k]);
		mem_set_perms(w->mem, path, w->vif[i].domid, (int)drv);
	}
	free(names);
	w->dom0->ops->remove(w->dom0, w->vif[i].back);
	w->vif[i].tool = TOOL_IDLE;
}

void host_connect(struct world *w, unsigned int i)
{
	world_backend_up(w);
	host_attach(w, i, FRONT_HONEST);
	world_run(w, 2000);
	assert(world_back_state(w, i) == STATE_CONNECTED);
	assert(world_front_state(w, i) == STATE_CONNECTED);
}

void host_detached(struct world *w, unsigned int i)
{
	char path[STORE_PATH_MAX];

	copy_path(w, i, path);
	w->dom0->ops->remove(w->dom0, path);
	w->dom0->ops->remove(w->dom0, w->vif[i].front);
	w->dom0->ops->remove(w->dom0, w->vif[i].back);
	w->vif[i].mode = FRONT_NONE;
	w->vif[i].tool = TOOL_IDLE;
}

void host_guest_gone(struct world *w, unsigned int i)
{
	char path[STORE_PATH_MAX];
	unsigned int k;

	for (k = 0; k < WORLD_VIFS; k++)
		if (w->vif[k].domid == w->vif[i].domid && host_copy(w, k, "backend"))
			host_detached(w, k);
	snprintf(path, sizeof(path), "/local/domain/%u", w->vif[i].domid);
	w->dom0->ops->remove(w->dom0, path);
	snprintf(path, sizeof(path), "/libxl/%u", w->vif[i].domid);
	w->dom0->ops->remove(w->dom0, path);
}

void host_drv_gone(struct world *w)
{
	char path[STORE_PATH_MAX];

	world_backend_kill(w);
	memset(&w->sim, 0, sizeof(w->sim));
	snprintf(path, sizeof(path), "/local/domain/%u", DRV);
	w->dom0->ops->remove(w->dom0, path);
	mem_drop_owned(w->mem, DRV);
}

void host_drv_made(struct world *w)
{
	mem_replace_domain(w->mem, DRV);
	world_home(w, DRV);
}

/* ---------------------------------------------------------------- dump */

static bool is_below_drv(const char *line, const char *dir)
{
	char path[STORE_PATH_MAX];

	snprintf(path, sizeof(path), "/local/domain/%u/%s", DRV, dir);
	return !strncmp(line, path, strlen(path));
}

static bool only_ours(const char *line)
{
	return is_below_drv(line, XS_DIR_OWN) ||
	       (is_below_drv(line, XS_DIR_VIFS) && strstr(line, "/feature-")) ||
	       strstr(line, "/" XS_BACK_XMD_RINGS " = ");
}

char *host_dump(struct world *w, bool ours)
{
	char *dump = world_dump(w), *line, *next, *value, *text;
	size_t size;
	FILE *f = open_memstream(&text, &size);

	assert(f);
	for (line = dump; *line; line = next) {
		next = strchr(line, '\n') + 1;
		next[-1] = '\0';
		if (!ours && only_ours(line))
			continue;
		value = strstr(line, "/" XS_BACK_XMD_RINGS " = ");
		if (value)
			fprintf(f, "%.*s ...%s\n", (int)(strchr(value, ' ') - line), line,
				strchr(value, '('));
		else
			fprintf(f, "%s\n", line);
	}
	fclose(f);
	free(dump);
	return text;
}
