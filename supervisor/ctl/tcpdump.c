// SPDX-License-Identifier: GPL-2.0
/* tcpdump.c - "xmdctl tcpdump": what passes at a vif, as its driver domain shows it; include/xmd/capture.h */
#include "ctl.h"
#include "pcap.h"
#include "reader.h"

#include "move.h"
#include "restore.h"
#include "store.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <libxenvchan.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>
#include <xmd/xs_names.h>

#define RING		(1 << 17)	/* bytes that wait for us, in pages of ours */
#define ASK_RING	(1 << 12)
#ifndef BEGIN_MS
#define BEGIN_MS	5000		/* for a driver domain to come; most do in a few */
#endif
#define LOOK_MS		1000		/* is it there still? */

_Static_assert(sizeof(struct xmd_capture_ask) + XMD_CAPTURE_FILTER * sizeof(struct sock_filter) <= ASK_RING,
	       "written before anybody reads");

struct look {
	struct store *store;
	struct vif_ref vif;
	char name[STORE_VALUE_MAX];	/* of its driver domain */
	char dir[64];			/* where this one is asked for */
	struct libxenvchan *from;
	struct pcap pcap;
	pid_t reader;			/* 0: none; its pipe is pcap.to */
};

static volatile sig_atomic_t stop;

static void on_signal(int sig)
{
	(void)sig;
	stop = 1;
}

/* A read or write under way ends with EINTR. */
static void take_signals(void)
{
	const struct sigaction end = { .sa_handler = on_signal }, none = { .sa_handler = SIG_IGN };

	sigaction(SIGINT, &end, NULL);
	sigaction(SIGTERM, &end, NULL);
	sigaction(SIGHUP, &end, NULL);
	sigaction(SIGPIPE, &none, NULL);
}

/* ---------------------------------------------------------- which vif */

/* Of one guest the vif that is meant; the lowest, if none is named. */
static bool choose(const struct vif_refs *refs, const struct wanted *w, struct vif_ref *vif)
{
	bool found = false;
	unsigned int i;

	for (i = 0; i < refs->n; i++) {
		const struct vif_ref *v = &refs->vif[i];

		if (move_is_meant(w, v) && (!found || v->handle < vif->handle)) {
			*vif = *v;
			found = true;
		}
	}
	return found;
}

static int find_vif(struct look *l, const char *word)
{
	struct vif_refs refs = { .n = 0 };
	char reason[MOVE_REASON];
	struct wanted w;
	bool found;

	if (move_parse(l->store, word, &w, reason))
		return fail(EXIT_FAILED, "%s", reason);
	if (restore_list(l->store, VIFS_ALL, &refs))
		return fail(EXIT_FAILED, "xenstore does not say which vifs there are");
	found = choose(&refs, &w, &l->vif);
	restore_free(&refs);
	if (!found)
		return fail(EXIT_FAILED, "%s: no such vif", word);
	if (restore_backend(l->store, &l->vif, &l->vif.from))
		return fail(EXIT_FAILED, "%s: it has just gone", word);
	return EXIT_OK;
}

/* Does xmd serve it? */
static int find_backend(struct look *l)
{
	char dir[64], state[STORE_VALUE_MAX];
	uint32_t drv = l->vif.from;

	if (!drv)
		return fail(EXIT_FAILED, "dom0 itself is the backend of vif %u of domain %u: tcpdump -i vif%u.%u",
			    l->vif.handle, l->vif.guest, l->vif.guest, l->vif.handle);
	snprintf(dir, sizeof(dir), "/local/domain/%u", drv);
	if (store_read_text(l->store, dir, XS_HOME_NAME, l->name))
		return fail(EXIT_FAILED, "domain %u, the backend of vif %u of domain %u, is not there",
			    drv, l->vif.handle, l->vif.guest);
	snprintf(dir, sizeof(dir), "/local/domain/%u/" XS_DIR_OWN, drv);
	if (store_read_text(l->store, dir, XS_OWN_STATE, state))
		return fail(EXIT_FAILED, "%s is no driver domain of xmd: no xmd-backend runs there", l->name);
	return EXIT_OK;
}

/* ---------------------------------------------------------------- ask */

/* Those of an xmdctl that was killed are removed.  Return: how many others there are */
static unsigned int count_others(struct look *l)
{
	char dir[64], **names;
	unsigned int i, n, others = 0;
	uint32_t pid;

	snprintf(dir, sizeof(dir), "/local/domain/%u/" XS_DIR_CAPTURES, l->vif.from);
	if (l->store->ops->list(l->store, dir, &names, &n))
		return 0;
	for (i = 0; i < n; i++) {
		if (!parse_u32(names[i], &pid) && pid != (uint32_t)getpid() &&
		    (!kill((pid_t)pid, 0) || errno != ESRCH))
			others++;
		else
			store_remove(l->store, dir, names[i]);
	}
	free(names);
	return others;
}

static int cannot_share(void)
{
	return fail(EXIT_FAILED, "no vchan to the driver domain: %s%s", strerror(errno),
		    access("/dev/xen/gntalloc", F_OK) ? "; modprobe xen-gntalloc" : "");
}

/* The question stands in the ring before anybody is told of it. */
static int ask(struct look *l, const struct sock_filter *filter, unsigned int n)
{
	const struct xmd_capture_ask a = { XMD_CAPTURE_VERSION, l->pcap.snap, n, 0 };
	const int size = (int)(n * sizeof(*filter));
	char vif[32];

	if (count_others(l) >= XMD_CAPTURES_MAX)
		return fail(EXIT_FAILED, "%d look at vifs of %s already: more is not for it to do",
			    XMD_CAPTURES_MAX, l->name);
	snprintf(l->dir, sizeof(l->dir), "/local/domain/%u/" XS_DIR_CAPTURE, l->vif.from, (unsigned int)getpid());
	l->from = libxenvchan_server_init(NULL, (int)l->vif.from, l->dir, RING, ASK_RING);
	if (!l->from)
		return cannot_share();
	l->from->blocking = 0;
	if (libxenvchan_send(l->from, &a, sizeof(a)) != sizeof(a) ||
	    (size && libxenvchan_send(l->from, filter, (size_t)size) != size))
		return fail(EXIT_FAILED, "the vchan takes nothing");
	snprintf(vif, sizeof(vif), "%u/%u", l->vif.guest, l->vif.handle);
	if (store_write_text(l->store, l->dir, XS_CAPTURE_VIF, vif))
		return fail(EXIT_FAILED, "xenstore: cannot ask");
	return EXIT_OK;
}

/* Return: false: a signal, or nothing for that long */
static bool wait_for_it(struct look *l, int ms)
{
	struct pollfd fd[] = {
		{ .fd = libxenvchan_fd_for_select(l->from), .events = POLLIN },
		{ .fd = l->pcap.to },
	};

	if (poll(fd, 2, ms) > 0 && fd[0].revents)
		libxenvchan_wait(l->from);
	/* Who read it is gone, and poll will wait for nothing more. */
	if (fd[1].revents & (POLLERR | POLLHUP))
		stop = 1;
	return fd[0].revents;
}

static uint64_t now_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (uint64_t)t.tv_sec * 1000 + (uint64_t)t.tv_nsec / 1000000;
}

/* 2: nobody has come yet */
static int await_peer(struct look *l)
{
	uint64_t until = now_ms() + BEGIN_MS;

	while (!stop && libxenvchan_is_open(l->from) == 2 && now_ms() < until)
		wait_for_it(l, 100);
	if (stop || libxenvchan_is_open(l->from) != 2)
		return EXIT_OK;
	return fail(EXIT_FAILED, "%s does not answer: no xmd-capture runs there; an image, or packages, from before"
		    " there was one, or \"xmd.capture=off\"", l->name);
}

/* ------------------------------------------------------------- frames */

static bool is_gone(struct look *l)
{
	char vif[STORE_VALUE_MAX];

	return store_read_text(l->store, l->dir, XS_CAPTURE_VIF, vif) == -ENOENT;
}

static enum pcap_end take_some(struct look *l)
{
	size_t size;
	unsigned char *room = pcap_room(&l->pcap, &size);
	int n = libxenvchan_data_ready(l->from);

	if (n <= 0)
		return PCAP_GOES_ON;
	n = libxenvchan_read(l->from, room, (size_t)n < size ? (size_t)n : size);
	return n < 0 ? PCAP_GOES_ON : pcap_take(&l->pcap, (size_t)n);
}

static int say_end(struct look *l, enum pcap_end end)
{
	if (stop || end == PCAP_ENOUGH || (end == PCAP_UNREAD && l->reader))
		return EXIT_OK;
	if (end == PCAP_SORRY)
		return fail(EXIT_FAILED, "%s: %s", l->name, l->pcap.sorry);
	if (end == PCAP_NONSENSE)
		return fail(EXIT_FAILED, "what %s sends is no capture", l->name);
	if (end == PCAP_UNREAD)
		return fail(EXIT_FAILED, "the file cannot be written: %s", strerror(errno));
	return fail(EXIT_FAILED, is_gone(l) ? "%s is gone" : "%s has ended it: its log says why", l->name);
}

static int take_all(struct look *l)
{
	enum pcap_end end = pcap_begin(&l->pcap);

	while (end == PCAP_GOES_ON && !stop) {
		end = take_some(l);
		if (end != PCAP_GOES_ON || libxenvchan_data_ready(l->from))
			continue;
		if (libxenvchan_is_open(l->from) != 1)
			break;
		if (!wait_for_it(l, LOOK_MS) && is_gone(l))
			break;
	}
	return say_end(l, end);
}

/* ------------------------------------------------------------ command */

static int open_output(struct look *l, const char *path)
{
	if (!path) {
		l->reader = reader_start(&l->pcap.to);
		return l->reader > 0 ? EXIT_OK : fail(EXIT_FAILED, "%s", strerror(-(int)l->reader));
	}
	if (!strcmp(path, "-") && isatty(STDOUT_FILENO))
		return fail(EXIT_USAGE, "the file is not for a terminal: --write FILE, or a pipe behind it");
	l->pcap.to = strcmp(path, "-") ? open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600) : STDOUT_FILENO;
	return l->pcap.to >= 0 ? EXIT_OK : fail(EXIT_FAILED, "%s: %s", path, strerror(errno));
}

static int capture(struct look *l, const struct args *a)
{
	static struct sock_filter filter[XMD_CAPTURE_FILTER];
	int ret, n = filter_of(a->word + 2, a->n - 2, filter);

	if (n < 0)
		return EXIT_USAGE;
	ret = ask(l, filter, (unsigned int)n);
	if (ret == EXIT_OK)
		ret = await_peer(l);
	if (ret == EXIT_OK)
		ret = open_output(l, a->write);
	if (ret != EXIT_OK)
		return ret;
	ret = take_all(l);
	if (l->pcap.missed)
		fail(ret, "%" PRIu32 " frames were not shown, as there was no room for them: a filter, or --snap,"
		     " makes them fewer", l->pcap.missed);
	return ret;
}

static int end(struct look *l, int ret)
{
	int theirs;

	if (l->from)
		libxenvchan_close(l->from);
	if (*l->dir)
		l->store->ops->remove(l->store, l->dir);
	if (l->pcap.to > STDERR_FILENO)
		close(l->pcap.to);
	theirs = l->reader > 0 ? reader_end(l->reader) : EXIT_OK;
	return ret == EXIT_OK ? theirs : ret;
}

int run_tcpdump(const struct args *a)
{
	static struct look l;
	int ret;

	if (a->json)
		return fail(EXIT_USAGE, "frames are no JSON; see --write");
	memset(&l, 0, sizeof(l));
	stop = 0;
	l.pcap.to = -1;
	l.pcap.snap = a->snap ? a->snap : XMD_CAPTURE_BYTES;
	l.pcap.most = a->count;
	l.store = open_store();
	if (!l.store)
		return EXIT_CANNOT;
	take_signals();
	ret = find_vif(&l, a->word[1]);
	if (ret == EXIT_OK)
		ret = find_backend(&l);
	if (ret == EXIT_OK)
		ret = end(&l, capture(&l, a));
	store_close(l.store);
	return ret;
}
