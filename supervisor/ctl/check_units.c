// SPDX-License-Identifier: GPL-2.0
/* check_units.c - what has to run in dom0, or must not: see check.h */
#include "check.h"
#include "config.h"
#include "files.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#ifndef CONFIG_PATH
#define CONFIG_PATH	"/etc/xen/xmd-supervisor.conf"
#endif

#define SUPERVISOR	"xmd-supervisor"
#define WANTS		"/etc/systemd/system/multi-user.target.wants/"

/* One that was killed leaves its socket there. */
static bool answers(struct report *r)
{
	struct sockaddr_un at = { .sun_family = AF_UNIX, .sun_path = SOCKET_PATH };
	int fd, err = 0;

	if (!fact_there(&r->facts, SOCKET_PATH))
		return false;
	/* of another host there is a copy */
	if (r->facts.root)
		return true;
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd >= 0 && connect(fd, (struct sockaddr *)&at, sizeof(at)))
		err = errno;
	if (fd >= 0)
		close(fd);
	/* busy, or not for us to ask, is there */
	return err != ECONNREFUSED;
}

static void check_supervisor(struct report *r)
{
	bool systemd = fact_there(&r->facts, "/run/systemd/system");
	bool unit = fact_there(&r->facts, "/usr/lib/systemd/system/xmd-supervisor.service") ||
		    fact_there(&r->facts, "/lib/systemd/system/xmd-supervisor.service") ||
		    fact_there(&r->facts, "/etc/systemd/system/xmd-supervisor.service");

	if (!answers(r)) {
		find(r, WARNING, "supervisor", SUPERVISOR, "it does not run: a driver domain that dies stays dead");
		if (systemd && unit)
			remedy(r, "systemctl enable --now xmd-supervisor");
		else if (systemd)
			remedy(r, "install it (apt install xmd-supervisor, or make install-dom0), then: systemctl enable --now xmd-supervisor");
		else
			remedy(r, "start xmd-supervisor as root, from whatever starts daemons here");
		return;
	}
	if (systemd && unit && !fact_there(&r->facts, WANTS "xmd-supervisor.service")) {
		find(r, WARNING, "supervisor", SUPERVISOR, "it runs, and will not after the next boot");
		remedy(r, "systemctl enable xmd-supervisor");
		return;
	}
	well(r, "supervisor", SUPERVISOR, "it runs");
}

static void complain(void *arg, bool fatal, const char *text)
{
	struct report *r = arg;

	find(r, fatal ? FAULT : WARNING, "supervisor-config", CONFIG_PATH, "%s", text);
	remedy(r, "correct it, see xmd-supervisor(8); then xmd-supervisor --check and systemctl reload xmd-supervisor");
}

static void check_supervisor_config(struct report *r)
{
	unsigned int before = r->n;
	struct config c;
	char path[FACT_PATH];
	int err;

	snprintf(path, sizeof(path), "%s" CONFIG_PATH, r->facts.root ? r->facts.root : "");
	config_defaults(&c);
	err = config_read_all(&c, path, complain, r);
	if (r->n == before && (!err || err == -ENOENT))
		well(r, "supervisor-config", CONFIG_PATH, err ? "not there: the defaults hold" : "nothing is wrong with it");
}

/* It would save the driver domain at dom0's shutdown, which cannot be done with a PCI device. */
static void check_xendomains(struct report *r)
{
	static const char *const where[] = { "/etc/default/xendomains", "/etc/sysconfig/xendomains" };
	char *text, *rest, *line;
	unsigned int i;
	bool saves;

	for (i = 0; i < 2; i++) {
		text = rest = fact_file(&r->facts, "%s", where[i]);
		saves = false;
		while ((line = next_line(&rest))) {
			line += strspn(line, " \t");
			if (!strncmp(line, "XENDOMAINS_SAVE=", 16))
				saves = line[16] && !strchr("\"' \t#", line[16]) ? true :
					line[16] && line[17] && line[16] != line[17] && !strchr(" \t#", line[16]);
		}
		free(text);
		if (!text)
			continue;
		if (!saves) {
			well(r, "xendomains", where[i], "domains are shut down with dom0");
			continue;
		}
		find(r, WARNING, "xendomains", where[i], "domains are saved when dom0 shuts down, and one with a PCI device cannot be");
		remedy(r, "write XENDOMAINS_SAVE=\"\" in it: then they are shut down");
	}
}

/* Guests' consoles in files. */
static bool console_is_logged(struct report *r)
{
	char *procs = fact_names(&r->facts, "/proc"), *rest = procs, *pid, *comm, *words;
	bool logged = false;
	FILE *f;

	while (!logged && (pid = next_line(&rest))) {
		char path[FACT_PATH];
		size_t n;

		if (pid[0] < '0' || pid[0] > '9')
			continue;
		comm = fact_file(&r->facts, "/proc/%.20s/comm", pid);
		if (comm && !strncmp(comm, "xenconsoled", 11)) {
			/* its words have NULs between */
			snprintf(path, sizeof(path), "%s/proc/%.20s/cmdline", r->facts.root ? r->facts.root : "", pid);
			words = calloc(1, 4096);
			f = fopen(path, "re");
			n = f && words ? fread(words, 1, 4095, f) : 0;
			while (n--)
				if (!words[n])
					words[n] = ' ';
			logged = words && (strstr(words, "--log=guest") || strstr(words, "--log=all") ||
					   strstr(words, "--log guest") || strstr(words, "--log all"));
			if (f)
				fclose(f);
			free(words);
		}
		free(comm);
	}
	free(procs);
	return logged;
}

static void check_console(struct report *r)
{
	if (console_is_logged(r)) {
		well(r, "console", "xenconsoled", "guests' consoles are kept in files");
		return;
	}
	find(r, NOTE, "console", "xenconsoled", "guests' consoles are kept nowhere: of a driver domain that dies the last 2 KB of its console will be all there is");
	remedy(r, "mkdir -p /var/log/xen/console; write XENCONSOLED_ARGS=--log=guest in /etc/default/xen (Debian), or XENCONSOLED_TRACE=guest in /etc/sysconfig/xencommons; it counts from the next boot on");
}

void check_units(struct report *r)
{
	check_supervisor(r);
	check_supervisor_config(r);
	check_xendomains(r);
	check_console(r);
}
