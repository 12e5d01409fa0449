/* SPDX-License-Identifier: GPL-2.0 */
/*
 * files.h - what the supervisor keeps outside of its memory
 *
 *   /run/xmd/NAME.json	configuration of a driver domain in charge, as libxl gave it
 *   /run/xmd/NAME.state	domid and counts, for a supervisor that was started again
 *   /run/xmd/NAME.phase	how far a worker has come, see worker.h; absent: none is at work
 *   /run/xmd/NAME.port	what was set on its NIC with ip and ethtool, see port.h
 *   /run/xmd/NAME.pace	how long it takes to serve on this host, see pace.h
 *   /run/xmd/NAME.released	the domid that is left alone, as xmdctl has asked for
 *   /run/xmd/NAME.ours	the present domain was created by us, so no xl waits for its end
 *   /run/xmd/NAME.lock		held by the worker that is at work
 *   /run/xmd/supervisor	the socket of xmdctl
 *   /var/log/xmd-history	one line for each restart; one that has grown to HISTORY_BYTES goes on
 *				as xmd-history.1, as a domain that crashes for ever decides how many
 *
 * /run does not outlive dom0, nor does any domain.
 */
#ifndef XMD_SUPERVISOR_FILES_H
#define XMD_SUPERVISOR_FILES_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

/* A build for tests names others. */
#ifndef RUN_DIR
#define RUN_DIR		"/run/xmd"
#endif
#ifndef HISTORY_PATH
#define HISTORY_PATH	"/var/log/xmd-history"
#endif
#define SOCKET_PATH	RUN_DIR "/supervisor"
#define FILE_PATH_MAX	128
#define HISTORY_BYTES	(1 << 20)

enum phase {
	PHASE_IDLE,
	PHASE_CREATE,		/* what there is of the domain may be half of one */
	PHASE_RESTORE,		/* the domain and its NIC are complete, its vifs may not be */
	PHASE_NIC,		/* the domain is complete, its NIC and vifs may not be */
};

struct kept {
	uint32_t domid;
	unsigned int restarts;
	unsigned int unstable;	/* restarts since it was last stable */
	unsigned int given_up;
};

void file_path(char path[FILE_PATH_MAX], const char *name, const char *ext);
bool file_exists(const char *name, const char *ext);
void file_touch(const char *name, const char *ext);
int file_remove(const char *name, const char *ext);
/*
 * Whole or not at all: a supervisor may be killed at any time, and a disk be full.  For root alone.
 * Return: 0 or -errno, logged.
 */
int path_write(const char *path, const char *text);
int file_write(const char *name, const char *ext, const char *text);

/* Do both have the same in them? */
bool files_same(const char *a, const char *b);

enum phase phase_read(const char *name);
int phase_write(const char *name, enum phase phase);

/* Return: 0 or -errno. */
int kept_write(const char *name, const struct kept *k);
int kept_read(const char *name, struct kept *k);

#define RELEASED	".released"

int released_write(const char *name, uint32_t domid);
bool is_released(const char *name, uint32_t domid);

/*
 * Wait for the lock of @name, for ever; a holder that has it for long is told of.
 * Return: a file, held until it is closed; or -errno.
 */
int lock_take(const char *name);

/* One line: fields separated by tabs, the time goes in front. */
void history_add(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

#endif
