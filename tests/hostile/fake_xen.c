// SPDX-License-Identifier: GPL-2.0
/* fake_xen.c - see fake_xen.h. */
#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "common.h"
#include <xen/grant_table.h>	/* behind stdint.h, which it needs */

#include "fake_xen.h"

#define NODES 256u
#define PATH_BYTES 200u
#define VALUE_BYTES 2100u
#define GRANTS 4096u
#define PORTS 1024u

struct node {
	bool used;
	char path[PATH_BYTES], val[VALUE_BYTES];
	unsigned int len;
};

struct port {
	bool used, pending, masked;
	unsigned int peer;		/* 0: none yet */
	unsigned int handle;		/* whose events these are */
};

struct grant {
	bool used, writable;
	unsigned int domid;
};

static struct {
	pthread_mutex_t lock;
	struct node node[NODES];
	struct port port[PORTS];
	struct grant grant[GRANTS];
	unsigned int next_grant, next_port, next_handle;
	pid_t names;
} *xen;
static uint8_t (*page)[PAGE];		/* of each grant */
static unsigned int me;

struct xenevtchn_handle {
	unsigned int id;
	int fd;
};

static void *shared(size_t bytes)
{
	void *p = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);

	if (p == MAP_FAILED)
		broken("no memory");
	return p;
}

void fake_xen_be(unsigned int domid)
{
	me = domid;
}

static void lock(void)
{
	if (pthread_mutex_lock(&xen->lock) == EOWNERDEAD)
		pthread_mutex_consistent(&xen->lock);
}

static void unlock(void)
{
	pthread_mutex_unlock(&xen->lock);
}

/* ------------------------------------------------------------------ xenstore */

static void absolute(char out[PATH_BYTES], const char *path)
{
	if (path[0] == '/')
		snprintf(out, PATH_BYTES, "%s", path);
	else
		snprintf(out, PATH_BYTES, "/local/domain/%u/%s", me, path);
}

static struct node *find(const char *abs)
{
	for (unsigned int i = 0; i < NODES; i++)
		if (xen->node[i].used && !strcmp(xen->node[i].path, abs))
			return &xen->node[i];
	return NULL;
}

struct xs_handle *xs_open(unsigned long flags)
{
	(void)flags;
	return malloc(1);
}

void xs_close(struct xs_handle *h)
{
	free(h);
}

void *xs_read(struct xs_handle *h, xs_transaction_t t, const char *path, unsigned int *len)
{
	char abs[PATH_BYTES], *val = NULL;
	struct node *n;

	(void)h;
	(void)t;
	absolute(abs, path);
	lock();
	n = find(abs);
	if (n) {
		val = malloc(n->len + 1);
		memcpy(val, n->val, n->len);
		val[n->len] = '\0';
		*len = n->len;
	}
	unlock();
	errno = n ? 0 : ENOENT;
	return val;
}

bool xs_write(struct xs_handle *h, xs_transaction_t t, const char *path, const void *data,
	      unsigned int len)
{
	char abs[PATH_BYTES];
	struct node *n;

	(void)h;
	(void)t;
	if (len > VALUE_BYTES) {
		errno = E2BIG;
		return false;
	}
	absolute(abs, path);
	lock();
	n = find(abs);
	for (unsigned int i = 0; !n && i < NODES; i++)
		if (!xen->node[i].used)
			n = &xen->node[i];
	if (n) {
		n->used = true;
		memcpy(n->path, abs, sizeof(abs));
		memcpy(n->val, data, len);
		n->len = len;
	}
	unlock();
	errno = n ? 0 : ENOSPC;
	return n;
}

/* Is @path @abs or below it? */
static bool below(const char *path, const char *abs)
{
	size_t len = strlen(abs);

	return !strncmp(path, abs, len) && (path[len] == '/' || !path[len]);
}

bool xs_rm(struct xs_handle *h, xs_transaction_t t, const char *path)
{
	char abs[PATH_BYTES];
	bool any = false;

	(void)h;
	(void)t;
	absolute(abs, path);
	lock();
	for (unsigned int i = 0; i < NODES; i++)
		if (xen->node[i].used && below(xen->node[i].path, abs)) {
			xen->node[i].used = false;
			any = true;
		}
	unlock();
	errno = any ? 0 : ENOENT;
	return any;
}

/* One block for all, as libxenstore has it; only leaves. */
char **xs_directory(struct xs_handle *h, xs_transaction_t t, const char *path, unsigned int *num)
{
	char abs[PATH_BYTES], **list = calloc(NODES, sizeof(*list) + PATH_BYTES), *text;

	(void)h;
	(void)t;
	absolute(abs, path);
	text = (char *)(list + NODES);
	*num = 0;
	lock();
	for (unsigned int i = 0; i < NODES; i++) {
		const char *at = xen->node[i].path;

		if (!xen->node[i].used || !below(at, abs) || !strcmp(at, abs))
			continue;
		list[(*num)++] = strcpy(text, at + strlen(abs) + 1);
		text += strlen(text) + 1;
	}
	unlock();
	return list;
}

xs_transaction_t xs_transaction_start(struct xs_handle *h)
{
	(void)h;
	return 1;
}

bool xs_transaction_end(struct xs_handle *h, xs_transaction_t t, bool abort)
{
	(void)h;
	(void)t;
	return !abort;
}

/* What store_xs.c has beside, and nobody here uses. */
struct xs_permissions *xs_get_permissions(struct xs_handle *h, xs_transaction_t t,
					  const char *path, unsigned int *num)
{
	(void)h, (void)t, (void)path, (void)num;
	errno = ENOSYS;
	return NULL;
}

bool xs_set_permissions(struct xs_handle *h, xs_transaction_t t, const char *path,
			struct xs_permissions *perms, unsigned int num)
{
	(void)h, (void)t, (void)path, (void)perms, (void)num;
	errno = ENOSYS;
	return false;
}

bool xs_watch(struct xs_handle *h, const char *path, const char *token)
{
	(void)h, (void)path, (void)token;
	errno = ENOSYS;
	return false;
}

bool xs_unwatch(struct xs_handle *h, const char *path, const char *token)
{
	(void)h, (void)path, (void)token;
	errno = ENOSYS;
	return false;
}

char **xs_check_watch(struct xs_handle *h)
{
	(void)h;
	errno = EAGAIN;
	return NULL;
}

int xs_fileno(struct xs_handle *h)
{
	(void)h;
	return -1;
}

/* -------------------------------------------------------------------- grants */

xengntshr_handle *xengntshr_open(struct xentoollog_logger *logger, unsigned int flags)
{
	(void)logger;
	(void)flags;
	return malloc(1);
}

void *xengntshr_share_pages(xengntshr_handle *h, uint32_t domid, int count, uint32_t *refs,
			    int writable)
{
	unsigned int ref;

	(void)h;
	(void)count;
	lock();
	/* the oldest are used again: their processes are gone */
	ref = xen->next_grant++;
	if (xen->next_grant == GRANTS)
		xen->next_grant = 8;
	xen->grant[ref] = (struct grant){ .used = true, .writable = writable, .domid = domid };
	unlock();
	memset(page[ref], 0, PAGE);
	*refs = ref;
	return page[ref];
}

int xengntshr_unshare(xengntshr_handle *h, void *addr, uint32_t count)
{
	(void)h;
	(void)count;
	lock();
	xen->grant[((uint8_t *)addr - page[0]) / PAGE].used = false;
	unlock();
	return 0;
}

xengnttab_handle *xengnttab_open(struct xentoollog_logger *logger, unsigned int flags)
{
	(void)logger;
	(void)flags;
	return malloc(1);
}

int xengnttab_close(xengnttab_handle *h)
{
	free(h);
	return 0;
}

static bool granted(uint32_t ref, bool write)
{
	return ref < GRANTS && xen->grant[ref].used && xen->grant[ref].domid == me &&
	       (!write || xen->grant[ref].writable);
}

void *xengnttab_map_grant_ref(xengnttab_handle *h, uint32_t domid, uint32_t ref, int prot)
{
	bool ok;

	(void)h;
	(void)domid;
	lock();
	ok = granted(ref, prot & PROT_WRITE);
	unlock();
	errno = EINVAL;
	return ok ? page[ref] : NULL;
}

int xengnttab_unmap(xengnttab_handle *h, void *addr, uint32_t count)
{
	(void)h;
	(void)addr;
	(void)count;
	return 0;
}

int xengnttab_grant_copy(xengnttab_handle *h, uint32_t count, xengnttab_grant_copy_segment_t *s)
{
	bool out = s->flags & GNTCOPY_dest_gref;
	uint32_t ref = out ? s->dest.foreign.ref : s->source.foreign.ref;
	unsigned int offset = out ? s->dest.foreign.offset : s->source.foreign.offset;

	(void)h;
	(void)count;
	s->status = GNTST_bad_gntref;
	if (!granted(ref, out) || offset + s->len > PAGE)
		return 0;
	if (out)
		memcpy(page[ref] + offset, s->source.virt, s->len);
	else
		memcpy(s->dest.virt, page[ref] + offset, s->len);
	s->status = GNTST_okay;
	return 0;
}

/* ------------------------------------------------------------- event channels */

static socklen_t name_of(struct sockaddr_un *a, unsigned int handle)
{
	memset(a, 0, sizeof(*a));
	a->sun_family = AF_UNIX;
	return sizeof(sa_family_t) + 1 +
	       snprintf(a->sun_path + 1, sizeof(a->sun_path) - 1, "xmd-fake-%d-%u", xen->names, handle);
}

xenevtchn_handle *xenevtchn_open(struct xentoollog_logger *logger, unsigned int flags)
{
	xenevtchn_handle *h = malloc(sizeof(*h));
	struct sockaddr_un a;
	socklen_t len;

	(void)logger;
	(void)flags;
	lock();
	h->id = xen->next_handle++;
	unlock();
	h->fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_NONBLOCK, 0);
	len = name_of(&a, h->id);
	if (h->fd < 0 || bind(h->fd, (struct sockaddr *)&a, len))
		broken("no socket");
	return h;
}

int xenevtchn_close(xenevtchn_handle *h)
{
	close(h->fd);
	free(h);
	return 0;
}

int xenevtchn_fd(xenevtchn_handle *h)
{
	return h->fd;
}

/* With the lock. */
static void deliver(xenevtchn_handle *h, unsigned int p)
{
	struct port *port = &xen->port[p];
	struct sockaddr_un a;
	socklen_t len;

	port->pending = true;
	if (port->masked)
		return;
	len = name_of(&a, port->handle);
	if (sendto(h->fd, &p, sizeof(p), 0, (struct sockaddr *)&a, len) != sizeof(p))
		return;
	port->pending = false;
	port->masked = true;
}

static unsigned int new_port(xenevtchn_handle *h, unsigned int peer)
{
	unsigned int p = xen->next_port++;

	if (xen->next_port == PORTS)
		xen->next_port = 1;
	xen->port[p] = (struct port){ .used = true, .peer = peer, .handle = h->id };
	return p;
}

xenevtchn_port_or_error_t xenevtchn_bind_unbound_port(xenevtchn_handle *h, uint32_t domid)
{
	unsigned int p;

	(void)domid;
	lock();
	p = new_port(h, 0);
	unlock();
	return p;
}

xenevtchn_port_or_error_t xenevtchn_bind_interdomain(xenevtchn_handle *h, uint32_t domid,
						     evtchn_port_t remote)
{
	unsigned int p = 0;

	(void)domid;
	lock();
	if (remote && remote < PORTS && xen->port[remote].used && !xen->port[remote].peer) {
		p = new_port(h, remote);
		xen->port[remote].peer = p;
		deliver(h, p);	/* as Xen does */
	}
	unlock();
	errno = EINVAL;
	return p ? (xenevtchn_port_or_error_t)p : -1;
}

int xenevtchn_unbind(xenevtchn_handle *h, evtchn_port_t p)
{
	(void)h;
	lock();
	if (xen->port[p].peer)
		xen->port[xen->port[p].peer].peer = 0;
	xen->port[p].used = false;
	unlock();
	return 0;
}

int xenevtchn_notify(xenevtchn_handle *h, evtchn_port_t p)
{
	lock();
	if (xen->port[p].used && xen->port[p].peer)
		deliver(h, xen->port[p].peer);
	unlock();
	return 0;
}

xenevtchn_port_or_error_t xenevtchn_pending(xenevtchn_handle *h)
{
	unsigned int p;

	if (recv(h->fd, &p, sizeof(p), 0) != sizeof(p))
		return -1;
	return p;
}

int xenevtchn_unmask(xenevtchn_handle *h, evtchn_port_t p)
{
	lock();
	xen->port[p].masked = false;
	if (xen->port[p].pending)
		deliver(h, p);
	unlock();
	return 0;
}

/* -------------------------------------------------------------- the toolstack */

/* As a toolstack leaves it: one vif. */
static void write_nodes(void)
{
	static const char *const nodes[][2] = {
		{ "/local/domain/5/device/vif/0/backend", "/local/domain/1/backend/vif/5/0" },
		{ "/local/domain/5/device/vif/0/backend-id", "1" },
		{ "/local/domain/5/device/vif/0/handle", "0" },
		{ "/local/domain/5/device/vif/0/mac", "00:16:3e:77:00:01" },
		{ "/local/domain/5/device/vif/0/state", "1" },
		{ "/local/domain/1/backend/vif/5/0/frontend", "/local/domain/5/device/vif/0" },
		{ "/local/domain/1/backend/vif/5/0/mac", "00:16:3e:77:00:01" },
		{ "/local/domain/1/backend/vif/5/0/online", "1" },
		{ "/local/domain/1/backend/vif/5/0/state", "1" },
	};
	struct xs_handle *xs = xs_open(0);

	for (unsigned int i = 0; i < sizeof(nodes) / sizeof(nodes[0]); i++)
		xs_write(xs, XBT_NULL, nodes[i][0], nodes[i][1], strlen(nodes[i][1]));
	xs_close(xs);
}

void fake_xen_begin(void)
{
	pthread_mutexattr_t a;

	xen = shared(sizeof(*xen));
	page = shared(GRANTS * sizeof(*page));
	xen->next_grant = 8;
	xen->next_port = 1;
	xen->next_handle = 1;
	xen->names = getpid();
	pthread_mutexattr_init(&a);
	pthread_mutexattr_setpshared(&a, PTHREAD_PROCESS_SHARED);
	pthread_mutexattr_setrobust(&a, PTHREAD_MUTEX_ROBUST);
	pthread_mutex_init(&xen->lock, &a);
	write_nodes();
}
