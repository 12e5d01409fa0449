// SPDX-License-Identifier: GPL-2.0
/* files.c - see files.h */
#include "files.h"

#include "log.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#define LOCK_LOOK_MS	50
#define HISTORY_WAIT_MS	1000
#define HISTORY_TRIES	5u
#define LOCK_SAY_MS	10000

static const char *const phase_name[] = { "idle", "create", "restore", "nic" };

void file_path(char path[FILE_PATH_MAX], const char *name, const char *ext)
{
	snprintf(path, FILE_PATH_MAX, RUN_DIR "/%.64s%s", name, ext);
}

int path_write(const char *path, const char *text)
{
	char fresh[512];
	int err = 0;
	FILE *f;

	snprintf(fresh, sizeof(fresh), "%s.new", path);
	f = fopen(fresh, "we");
	if (!f || fchmod(fileno(f), 0600) || fputs(text, f) < 0 || fflush(f))
		err = -errno;
	if (f)
		fclose(f);
	if (!err && rename(fresh, path))
		err = -errno;
	if (err) {
		log_err("cannot write %s: %s", path, strerror(-err));
		if (f)
			unlink(fresh);
	}
	return err;
}

int file_write(const char *name, const char *ext, const char *text)
{
	char path[FILE_PATH_MAX];

	file_path(path, name, ext);
	return path_write(path, text);
}

bool file_exists(const char *name, const char *ext)
{
	char path[FILE_PATH_MAX];

	file_path(path, name, ext);
	return !access(path, F_OK);
}

void file_touch(const char *name, const char *ext)
{
	file_write(name, ext, "");
}

int file_remove(const char *name, const char *ext)
{
	char path[FILE_PATH_MAX];

	file_path(path, name, ext);
	return unlink(path) && errno != ENOENT ? -errno : 0;
}

bool files_same(const char *a, const char *b)
{
	FILE *f = fopen(a, "re"), *g = fopen(b, "re");
	bool same = f && g;
	int c = 0, e;

	while (same && c != EOF) {
		c = getc(f);
		e = getc(g);
		same = c == e;
	}
	if (f)
		fclose(f);
	if (g)
		fclose(g);
	return same;
}

enum phase phase_read(const char *name)
{
	char path[FILE_PATH_MAX], text[16] = "";
	unsigned int i;
	FILE *f;

	file_path(path, name, ".phase");
	f = fopen(path, "re");
	if (!f)
		return PHASE_IDLE;
	if (!fgets(text, sizeof(text), f))
		text[0] = '\0';
	fclose(f);
	for (i = 0; i < sizeof(phase_name) / sizeof(phase_name[0]); i++)
		if (!strcmp(text, phase_name[i]))
			return (enum phase)i;
	/* Unreadable: believe as little as possible of the domain. */
	return PHASE_CREATE;
}

int phase_write(const char *name, enum phase phase)
{
	if (phase == PHASE_IDLE)
		return file_remove(name, ".phase");
	return file_write(name, ".phase", phase_name[phase]);
}

int kept_write(const char *name, const struct kept *k)
{
	char text[96];

	snprintf(text, sizeof(text), "%u %u %u %u\n", k->domid, k->restarts, k->unstable,
		 k->given_up);
	return file_write(name, ".state", text);
}

int kept_read(const char *name, struct kept *k)
{
	char path[FILE_PATH_MAX];
	FILE *f;
	int n;

	file_path(path, name, ".state");
	f = fopen(path, "re");
	if (!f)
		return -errno;
	n = fscanf(f, "%u %u %u %u", &k->domid, &k->restarts, &k->unstable, &k->given_up);
	fclose(f);
	return n == 4 ? 0 : -EINVAL;
}

int released_write(const char *name, uint32_t domid)
{
	char text[16];

	snprintf(text, sizeof(text), "%u\n", domid);
	return file_write(name, RELEASED, text);
}

bool is_released(const char *name, uint32_t domid)
{
	char path[FILE_PATH_MAX];
	uint32_t of;
	FILE *f;
	int n;

	file_path(path, name, RELEASED);
	f = fopen(path, "re");
	if (!f)
		return false;
	n = fscanf(f, "%u", &of);
	fclose(f);
	return n == 1 && of == domid;
}

int lock_take(const char *name)
{
	const struct timespec moment = { .tv_nsec = 1000000 * LOCK_LOOK_MS };
	char path[FILE_PATH_MAX];
	unsigned int tries;
	int fd;

	file_path(path, name, ".lock");
	fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	if (fd < 0)
		return -errno;
	for (tries = 1; flock(fd, LOCK_EX | LOCK_NB); tries++) {
		if (errno != EINTR && errno != EWOULDBLOCK) {
			close(fd);
			return -errno;
		}
		if (tries % (LOCK_SAY_MS / LOCK_LOOK_MS) == 0)
			log_warn("another process has been at work on it for %u s (%s): waiting",
				 tries / (1000 / LOCK_LOOK_MS), path);
		nanosleep(&moment, NULL);
	}
	return fd;
}

/* Each domain's worker writes to it.  Who has waited in vain writes nevertheless. */
static bool history_mine(int fd)
{
	const struct timespec moment = { .tv_nsec = 1000000 };
	unsigned int tries;

	for (tries = 0; tries < HISTORY_WAIT_MS && flock(fd, LOCK_EX | LOCK_NB); tries++)
		nanosleep(&moment, NULL);
	return tries < HISTORY_WAIT_MS;
}

/* What was there before the last HISTORY_BYTES is given up. */
static int open_history(void)
{
	struct stat st, now;
	unsigned int tries;
	int fd = -1;

	for (tries = 0; tries < HISTORY_TRIES; tries++) {
		if (fd >= 0)
			close(fd);
		fd = open(HISTORY_PATH, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0640);
		if (fd < 0 || !history_mine(fd) || fstat(fd, &st) || stat(HISTORY_PATH, &now))
			break;
		/* while this one waited, another has given it its second name */
		if (st.st_ino != now.st_ino || st.st_dev != now.st_dev)
			continue;
		if (st.st_size < HISTORY_BYTES || rename(HISTORY_PATH, HISTORY_PATH ".1"))
			break;
	}
	return fd;
}

/* A disk that is full may take a part of it: that is taken back, or the next line would go on in it. */
static bool put_line(int fd, const char *line, size_t size)
{
	ssize_t n = write(fd, line, size);
	struct stat st;

	if (n == (ssize_t)size)
		return true;
	if (n > 0 && !fstat(fd, &st) && st.st_size == lseek(fd, 0, SEEK_CUR) && ftruncate(fd, st.st_size - n))
		log_warn("%s has a part of a line: %s", HISTORY_PATH, strerror(errno));
	if (n >= 0)
		errno = ENOSPC;
	return false;
}

void history_add(const char *fmt, ...)
{
	char line[768];
	int fd, n, m;
	va_list ap;

	n = snprintf(line, sizeof(line), "%lld\t", (long long)time(NULL));
	va_start(ap, fmt);
	m = vsnprintf(line + n, sizeof(line) - (size_t)n - 1, fmt, ap);
	va_end(ap);
	if (m < 0)
		return;
	n += m < (int)sizeof(line) - n - 1 ? m : (int)sizeof(line) - n - 2;
	line[n++] = '\n';
	fd = open_history();
	if (fd < 0 || !put_line(fd, line, (size_t)n))
		log_warn("cannot write %s: %s", HISTORY_PATH, strerror(errno));
	if (fd >= 0)
		close(fd);
}
