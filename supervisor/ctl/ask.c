// SPDX-License-Identifier: GPL-2.0
/* ask.c - xmd-supervisor, over its socket: see control.h */
#include "ctl.h"

#include "files.h"
#include "patience.h"
#include "store.h"

#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#define RECORD_MAX	1024

static FILE *call(unsigned int seconds)
{
	struct sockaddr_un at = { .sun_family = AF_UNIX, .sun_path = SOCKET_PATH };
	const struct timeval limit = { .tv_sec = seconds };
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	if (fd >= 0) {
		setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof(limit));
		setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof(limit));
	}
	if (fd >= 0 && !connect(fd, (struct sockaddr *)&at, sizeof(at)))
		return fdopen(fd, "r+");
	if (fd >= 0)
		close(fd);
	return NULL;
}

static int cannot_call(void)
{
	return fail(EXIT_CANNOT, SOCKET_PATH ": %s; %s", strerror(errno),
		    errno == EACCES ? "are you root?" : errno == EAGAIN ?
		    "xmd-supervisor does not answer, its log says what it waits for" :
		    "does xmd-supervisor run?");
}

int ask_supervisor(unsigned int seconds, const char *request, void (*take)(void *arg, char *record),
		   void *arg)
{
	char line[RECORD_MAX];
	FILE *f = call(seconds);
	int ret = -1;

	if (!f)
		return cannot_call();
	fprintf(f, "%s\n", request);
	fflush(f);
	while (ret < 0 && fgets(line, sizeof(line), f)) {
		if (!strncmp(line, "error ", 6)) {
			line[strcspn(line, "\n")] = '\0';
			ret = fail(EXIT_FAILED, "%s", line + 6);
		} else if (!strcmp(line, "ok\n")) {
			ret = EXIT_OK;
		} else {
			take(arg, line);
		}
	}
	if (ret < 0 && ferror(f) && errno == EAGAIN)
		ret = fail(EXIT_CANNOT, "xmd-supervisor has not answered for %u s; its log says what it waits for",
			   seconds);
	else if (ret < 0)
		ret = fail(EXIT_FAILED, "xmd-supervisor ended before it answered; see its log");
	fclose(f);
	return ret;
}

struct store *open_store(void)
{
	struct store *s = patience_open();

	if (!s)
		fail(EXIT_CANNOT, "xenstore: %s; are you root, in dom0?", strerror(errno));
	return s;
}

bool is_word(const char *word)
{
	return *word && strlen(word) < 300 && !strpbrk(word, "\t\n");
}

bool is_memory(const char *mb)
{
	char *end;
	unsigned long n = strtoul(mb, &end, 10);

	return isdigit((unsigned char)*mb) && *mb != '0' && !*end && n >= 16 && n <= 65536;
}

bool is_bdf(const char *text)
{
	unsigned int domain, bus, dev, fn;
	int end = 0;

	return strlen(text) == 12 && sscanf(text, "%4x:%2x:%2x.%1x%n", &domain, &bus, &dev, &fn, &end) == 4 &&
	       end == 12 && fn < 8;
}
