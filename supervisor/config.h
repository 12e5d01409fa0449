/* SPDX-License-Identifier: GPL-2.0 */
/*
 * config.h - /etc/xen/xmd-supervisor.conf
 *
 *	# for all driver domains
 *	on_destroy = restart
 *	[net]		<- a section: only for the domain of this name, which is then in
 *	hook = ...	   charge even before its backend has been seen
 *
 * The man page xmd-supervisor(8) has the list of keys.
 */
#ifndef XMD_SUPERVISOR_CONFIG_H
#define XMD_SUPERVISOR_CONFIG_H

#include <stdbool.h>

#define NAME_MAX_LEN	64	/* of a domain, bytes with the NUL */
#define SECTIONS_MAX	32
#define CONFIG_PATH_MAX	256

struct policy {
	bool restart_destroyed;		/* on_destroy: after "xl destroy" by hand */
	unsigned int stable_s;		/* serving for so long makes the slate clean again */
	unsigned int crash_limit;	/* so many restarts without a stable time in between: give up */
	unsigned int backoff_max_s;
	unsigned int serve_timeout_s;	/* create to all vifs served */
	unsigned int drain_timeout_s;
	unsigned int heartbeat_s;	/* silent for longer is hung; 0: not looked at */
	unsigned int hang_ms;		/* the least that is made of that; 0: nothing is */
	char hook[CONFIG_PATH_MAX];	/* program, "" none */
	char core_dump[CONFIG_PATH_MAX];	/* directory, "" none */
};

struct config {
	struct policy all;
	unsigned int n_sections;
	struct {
		char name[NAME_MAX_LEN];
		struct policy policy;
	} section[SECTIONS_MAX];
};

void config_defaults(struct config *c);

/*
 * Read @path on top of what @c holds, up to the first mistake.
 * Return: 0; -ENOENT no such file, @c unchanged; other negative: @error has a sentence
 * with file and line, and nothing of @c is to be used.
 */
int config_read(struct config *c, const char *path, char error[256]);

/*
 * The same, but all of it: what is wrong goes to @complain one by one, @text with file and line.
 * @fatal: nothing of @c is to be used; else it counts, and may not be what was meant.
 */
int config_read_all(struct config *c, const char *path,
		    void (*complain)(void *arg, bool fatal, const char *text), void *arg);

const struct policy *config_policy(const struct config *c, const char *name);
bool config_names(const struct config *c, const char *name);

#endif
