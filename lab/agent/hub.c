/* hub: share the streams among clients. */
#include "agent.h"

struct place {
    struct place *next;
    char name[64];              /* fixed places; empty for a domain, whose name is read when asked for */
    int domid;                  /* -1: fixed */
    struct stream s;
};

struct client {
    struct client *next;
    struct stream s;
    uint32_t id;
    struct place *place;
    bool opened;
};

static struct place *places;
static struct client *clients;
static struct xs_handle *hub_xs;
static xc_interface *hub_xc;
static uint32_t next_id = 1;

static bool domain_alive(int domid)
{
    xc_dominfo_t info;

    return xc_domain_getinfo(hub_xc, domid, 1, &info) == 1 && info.domid == (unsigned)domid &&
           !info.dying && !info.shutdown;
}

static char *domain_read(int domid, const char *key)
{
    char path[128];

    snprintf(path, sizeof(path), "/local/domain/%d/%s", domid, key);
    return xs_read(hub_xs, XBT_NULL, path, NULL);
}

/*
 * A new server is made only for a domain that has a name and is introduced: writing below the directory of a domain
 * that is going away would bring a stump of it back.
 */
static void place_add_domain(int domid)
{
    char *name = domain_read(domid, "name"), path[64], token[16];
    struct libxenvchan *vc;
    struct place *p;

    if (!name || !xs_is_domain_introduced(hub_xs, domid) || !domain_alive(domid)) {
        free(name);
        return;
    }
    free(name);
    snprintf(path, sizeof(path), "/local/domain/%d/" VCHAN_NODE, domid);
    vc = libxenvchan_server_init(NULL, domid, path, RING, RING);
    if (!vc) {
        fprintf(stderr, "agent: no vchan to domain %d: %s\n", domid, strerror(errno));
        return;
    }
    p = xrealloc(NULL, sizeof(*p));
    *p = (struct place){ .next = places, .domid = domid };
    stream_init_vchan(&p->s, vc);
    places = p;
    snprintf(token, sizeof(token), "%d", domid);
    xs_watch(hub_xs, path, token);
}

static void client_end(struct client *c, const char *why)
{
    if (why)
        put_frame(&c->s, 0, ERR, why, strlen(why));
    put_u32(&c->s, 0, EXIT, GONE);
    stream_flush(&c->s);
    c->place = NULL;
}

static void place_drop(struct place *gone)
{
    char path[64], token[16];
    struct place **p;
    struct client *c;

    for (c = clients; c; c = c->next)
        if (c->place == gone)
            client_end(c, "on: the far side is gone\n");
    snprintf(path, sizeof(path), "/local/domain/%d/" VCHAN_NODE, gone->domid);
    snprintf(token, sizeof(token), "%d", gone->domid);
    if (gone->domid >= 0)
        xs_unwatch(hub_xs, path, token);
    for (p = &places; *p != gone; p = &(*p)->next)
        ;
    *p = gone->next;
    stream_close(&gone->s);
    free(gone);
}

/* Brings the places in line with the domains that exist. */
static void domains_scan(void)
{
    struct place *p, *next;
    unsigned int i, n = 0;
    char **dir, *ref;
    int domid;

    if (!hub_xs)
        return;
    for (p = places; p; p = next) {
        next = p->next;
        if (p->domid < 0)
            continue;
        /* our own node has vanished: another incarnation of the same number */
        ref = domain_read(p->domid, VCHAN_NODE "/ring-ref");
        if (!ref || p->s.dead || !domain_alive(p->domid))
            place_drop(p);
        free(ref);
    }
    dir = xs_directory(hub_xs, XBT_NULL, "/local/domain", &n);
    for (i = 0; dir && i < n; i++) {
        domid = atoi(dir[i]);
        for (p = places; p && p->domid != domid; p = p->next)
            ;
        if (domid > 0 && !p)
            place_add_domain(domid);
    }
    free(dir);
}

static void hub_open_xs(void);

static struct place *place_find(const char *name)
{
    struct place *p;
    char *s, *end;
    long number = strtol(name, &end, 10);

    for (p = places; p; p = p->next) {
        if (p->domid < 0) {
            if (!strcmp(p->name, name))
                return p;
            continue;
        }
        if (!*end && number == p->domid)
            return p;
        s = domain_read(p->domid, "name");
        if (s && !strcmp(s, name)) {
            free(s);
            return p;
        }
        free(s);
    }
    return NULL;
}

static void client_frame(struct client *c, const struct hdr *h, const char *data)
{
    char name[64], why[128];

    if (h->type == WHO) {
        snprintf(name, sizeof(name), "%.*s", (int)h->len, data);
        c->place = place_find(name);
        if (!c->place)
            domains_scan(), c->place = place_find(name);
        if (!c->place) {
            snprintf(why, sizeof(why), "on: no running domain or place called '%s'\n", name);
            client_end(c, why);
        }
        c->id = next_id++;
        return;
    }
    if (!c->place)
        return;
    put_frame(&c->place->s, c->id, h->type, data, h->len);
    c->opened |= h->type == OPEN;
}

static void place_frame(struct place *p, const struct hdr *h, const char *data)
{
    struct client *c;

    for (c = clients; c; c = c->next)
        if (c->place == p && c->id == h->id) {
            put_frame(&c->s, 0, h->type, data, h->len);
            if (h->type == EXIT)
                c->place = NULL;
            return;
        }
}

static void client_drop(struct client *gone)
{
    struct client **c;

    if (gone->place && gone->opened)
        put_frame(&gone->place->s, gone->id, KILL, NULL, 0);
    for (c = &clients; *c != gone; c = &(*c)->next)
        ;
    *c = gone->next;
    stream_close(&gone->s);
    free(gone);
}

static void hub_accept(int lfd)
{
    int fd = accept4(lfd, NULL, NULL, SOCK_CLOEXEC);
    struct client *c;

    if (fd < 0)
        return;
    c = xrealloc(NULL, sizeof(*c));
    *c = (struct client){ .next = clients };
    stream_init_fd(&c->s, fd);
    clients = c;
}

/* One turn: poll everything, move everything. New entries go to the front of the lists, so the order of pf holds. */
static void hub_turn(int lfd)
{
    static struct pollfd *pf;
    struct client *c, *nextc;
    struct place *p, *nextp;
    const char *data;
    struct hdr h;
    int n = 2, i;
    bool rescan = false;

    for (p = places; p; p = p->next)
        n++;
    for (c = clients; c; c = c->next)
        n++;
    pf = xrealloc(pf, n * sizeof(*pf));
    pf[0] = (struct pollfd){ .fd = lfd, .events = POLLIN };
    pf[1] = (struct pollfd){ .fd = hub_xs ? xs_fileno(hub_xs) : -1, .events = POLLIN };
    n = 2;
    for (p = places; p; p = p->next)
        pf[n++] = stream_poll(&p->s);
    for (c = clients; c; c = c->next)
        pf[n++] = stream_poll(&c->s);
    if (poll(pf, n, -1) < 0)
        return;

    i = 2;
    for (p = places; p; p = p->next)
        stream_event(&p->s, pf[i++].revents);
    for (c = clients; c; c = c->next)
        stream_event(&c->s, pf[i++].revents);
    for (p = places; p; p = p->next)
        while (get_frame(&p->s, &h, &data))
            place_frame(p, &h, data);
    for (c = clients; c; c = c->next)
        while (get_frame(&c->s, &h, &data))
            client_frame(c, &h, data);
    for (c = clients; c; c = nextc) {
        nextc = c->next;
        stream_flush(&c->s);
        if (c->s.dead)
            client_drop(c);
    }
    for (p = places; p; p = nextp) {
        nextp = p->next;
        stream_flush(&p->s);
        if (!p->s.dead)
            continue;
        if (p->domid < 0)
            place_drop(p);
        else
            rescan = true;
    }
    if (pf[1].revents & POLLIN) {
        char **event;

        while ((event = xs_check_watch(hub_xs)))
            free(event);
        if (errno == EBADF) {
            fprintf(stderr, "agent: connection to xenstored lost, opening another\n");
            hub_open_xs();
        }
        rescan = true;
    }
    if (rescan)
        domains_scan();
    if (pf[0].revents & POLLIN)
        hub_accept(lfd);
}

/* Also when the connection to xenstored was lost: libxenstore then reports EBADF and its descriptor polls for ever. */
static void hub_open_xs(void)
{
    struct place *p;
    char path[64], token[16];
    unsigned int n;

    if (hub_xs)
        xs_close(hub_xs);
    while (!(hub_xs = xs_open(0)))
        usleep(20000);
    free(xs_directory(hub_xs, XBT_NULL, "/local/domain", &n));
    if (!xs_watch(hub_xs, "@introduceDomain", "intro") || !xs_watch(hub_xs, "@releaseDomain", "release"))
        fprintf(stderr, "agent: xenstore watch: %s\n", strerror(errno));
    for (p = places; p; p = p->next)
        if (p->domid >= 0) {
            snprintf(path, sizeof(path), "/local/domain/%d/" VCHAN_NODE, p->domid);
            snprintf(token, sizeof(token), "%d", p->domid);
            xs_watch(hub_xs, path, token);
        }
}

static void hub_add_path(const char *arg)
{
    const char *eq = strchr(arg, '=');
    struct place *p = xrealloc(NULL, sizeof(*p));

    if (!eq)
        die("hub: expected NAME=PATH, got '%s'", arg);
    *p = (struct place){ .next = places, .domid = -1 };
    snprintf(p->name, sizeof(p->name), "%.*s", (int)(eq - arg), arg);
    stream_init_fd(&p->s, open_path(eq + 1));
    places = p;
}

void hub_main(int argc, char **argv)
{
    struct sockaddr_un a = { .sun_family = AF_UNIX };
    int lfd, i;

    if (argc < 2)
        die("usage: agent hub SOCKET [xen] [NAME=PATH ...]");
    /* It gets its name once it takes calls: who waits for the name calls at once. */
    if (snprintf(a.sun_path, sizeof(a.sun_path), "%s.new", argv[1]) >= (int)sizeof(a.sun_path))
        die("hub: %s: name too long", argv[1]);
    unlink(a.sun_path);
    lfd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (lfd < 0 || bind(lfd, (struct sockaddr *)&a, sizeof(a)) || listen(lfd, 64) || rename(a.sun_path, argv[1]))
        die("%s: %s", argv[1], strerror(errno));
    for (i = 2; i < argc; i++) {
        if (strcmp(argv[i], "xen")) {
            hub_add_path(argv[i]);
            continue;
        }
        hub_xc = xc_interface_open(NULL, NULL, 0);
        if (!hub_xc)
            die("hub: no hypervisor: %s", strerror(errno));
        hub_open_xs();
    }
    for (;;)
        hub_turn(lfd);
}
