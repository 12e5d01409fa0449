/*
 * agent: the lab's command channel. It runs shell commands in dom0, in domains and on the wire peer, many at a
 * time over one byte stream, and passes stdin, stdout, stderr and the exit status through.
 *
 *   on WHERE COMMAND         client: connect to the hub, run COMMAND at WHERE       (agent on ..., or a link named "on")
 *   agent hub ...            one process that owns the streams and shares them among clients
 *   agent serve STREAM       the far end of a stream: starts the commands
 *
 *      on, on, on ...                                       (unix socket, one connection per command)
 *        \  |  /
 *          hub ---- stream ---- serve ---- sh -c COMMAND    (stream = virtio serial port, unix socket or vchan)
 *
 * Streams between dom0 and a domain are libxenvchan rings: no network, no QEMU in dom0, nothing that the device
 * under test could break. dom0 is always the vchan *server*: the domain maps dom0's pages, never the reverse, so a
 * destroyed domain is not kept alive by a page of it that dom0 still has mapped.
 *
 * Every message is a header and at most CHUNK bytes. A session is one command. Flow control is per session and per
 * direction: a sender may have WINDOW bytes on the way that its receiver has not consumed, so one slow reader never
 * holds up the other sessions and the hub's buffers stay bounded.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <xenctrl.h>            /* first: the others need its definitions */
#include <libxenvchan.h>
#include <xenstore.h>

#define CHUNK  16384
#define WINDOW (8 * CHUNK)
#define RING   32768            /* bytes of each vchan direction */
#define VCHAN_NODE "data/lab-agent"

#define GONE 255                /* exit status of "on" when the far side vanished, as ssh has it */

enum type {
    WHO,        /* client -> hub: name of the place */
    OPEN,       /* -> serve: the command; starts the session */
    IN,         /* -> serve: bytes for its stdin */
    IN_EOF,     /* -> serve */
    KILL,       /* -> serve: client went away; TERM, and a second later KILL, to the command's process group */
    OUT,        /* <- serve: bytes of its stdout */
    ERR,        /* <- serve: bytes of its stderr */
    EXIT,       /* <- serve: int32 status, ends the session */
    CREDIT,     /* both: uint32 bytes consumed (in -> serve direction: of OUT and ERR together) */
};

struct hdr {
    uint32_t id;
    uint16_t len;
    uint8_t type;
    uint8_t zero;
};

static _Noreturn void die(const char *fmt, ...)
{
    va_list ap;

    va_start(ap, fmt);
    fprintf(stderr, "agent: ");
    vfprintf(stderr, fmt, ap);
    fprintf(stderr, "\n");
    va_end(ap);
    exit(GONE);
}

static void *xrealloc(void *p, size_t n)
{
    p = realloc(p, n);
    if (!p)
        die("out of memory");
    return p;
}

static int64_t now_ms(void)
{
    struct timespec ts;

    clock_gettime(CLOCK_MONOTONIC, &ts);
    return ts.tv_sec * 1000LL + ts.tv_nsec / 1000000;
}

static void nonblock(int fd)
{
    fcntl(fd, F_SETFL, fcntl(fd, F_GETFL) | O_NONBLOCK);
}

/* ---- byte queue -------------------------------------------------------------------------------------------- */

struct buf {
    char *p;
    size_t head, tail, cap;     /* valid bytes: p[head..tail) */
};

static size_t buf_len(const struct buf *b)
{
    return b->tail - b->head;
}

static char *buf_room(struct buf *b, size_t n)
{
    if (b->head == b->tail)
        b->head = b->tail = 0;
    if (b->cap - b->tail < n && b->head) {
        memmove(b->p, b->p + b->head, buf_len(b));
        b->tail -= b->head;
        b->head = 0;
    }
    if (b->cap - b->tail < n) {
        b->cap = b->tail + n + CHUNK;
        b->p = xrealloc(b->p, b->cap);
    }
    return b->p + b->tail;
}

static void buf_add(struct buf *b, const void *data, size_t n)
{
    memcpy(buf_room(b, n), data, n);
    b->tail += n;
}

static void buf_free(struct buf *b)
{
    free(b->p);
    *b = (struct buf){ 0 };
}

/* ---- stream: a file descriptor or a vchan, never blocking ---------------------------------------------------- */

struct stream {
    int fd;                     /* what to poll */
    struct libxenvchan *vc;     /* NULL: plain descriptor */
    bool chardev;               /* reading 0 bytes means "other end not there yet", not the end */
    bool dead;
    struct buf in, out;
};

static void stream_init_fd(struct stream *s, int fd)
{
    struct stat st;

    *s = (struct stream){ .fd = fd };
    s->chardev = !fstat(fd, &st) && S_ISCHR(st.st_mode);
    nonblock(fd);
}

static void stream_init_vchan(struct stream *s, struct libxenvchan *vc)
{
    *s = (struct stream){ .fd = libxenvchan_fd_for_select(vc), .vc = vc };
    vc->blocking = 0;
    fcntl(s->fd, F_SETFD, FD_CLOEXEC);
}

static void stream_close(struct stream *s)
{
    if (s->vc)
        libxenvchan_close(s->vc);
    else if (s->fd >= 0)
        close(s->fd);
    buf_free(&s->in);
    buf_free(&s->out);
    *s = (struct stream){ .fd = -1, .dead = true };
}

/* Returns bytes moved, 0 for "not now"; marks the stream dead at its end. */
static size_t stream_read(struct stream *s, void *p, size_t n)
{
    ssize_t got;

    if (s->vc) {
        got = libxenvchan_read(s->vc, p, n);
        if (got < 0)
            s->dead = true;
        return got > 0 ? got : 0;
    }
    got = read(s->fd, p, n);
    if (got > 0)
        return got;
    if (got == 0 && s->chardev)
        usleep(20000);          /* a virtio port whose host side is closed polls as ready for ever */
    else if (got == 0 || (errno != EAGAIN && errno != EINTR))
        s->dead = true;
    return 0;
}

static size_t stream_write(struct stream *s, const void *p, size_t n)
{
    ssize_t put;

    if (s->vc) {
        put = libxenvchan_write(s->vc, p, n);
        if (put < 0)
            s->dead = true;
        return put > 0 ? put : 0;
    }
    put = write(s->fd, p, n);
    if (put < 0 && errno != EAGAIN && errno != EINTR)
        s->dead = true;
    return put > 0 ? put : 0;
}

static void stream_flush(struct stream *s)
{
    size_t n;

    while (!s->dead && buf_len(&s->out)) {
        n = stream_write(s, s->out.p + s->out.head, buf_len(&s->out));
        if (!n)
            break;
        s->out.head += n;
    }
}

static void stream_fill(struct stream *s)
{
    size_t n;

    /* Bounded per round, so that one busy stream does not starve the poll loop. */
    for (int i = 0; i < 16 && !s->dead; i++) {
        n = stream_read(s, buf_room(&s->in, CHUNK), CHUNK);
        if (!n)
            break;
        s->in.tail += n;
    }
}

static struct pollfd stream_poll(const struct stream *s)
{
    /* A vchan reports room and data by the same event; a descriptor is asked for room only when needed. */
    return (struct pollfd){ .fd = s->fd, .events = POLLIN | (!s->vc && buf_len(&s->out) ? POLLOUT : 0) };
}

static void stream_event(struct stream *s, short revents)
{
    if (s->vc) {
        if (revents & POLLIN)
            libxenvchan_wait(s->vc);
        if (libxenvchan_is_open(s->vc) == 0 && libxenvchan_data_ready(s->vc) == 0)
            s->dead = true;
    }
    if (s->vc || (revents & (POLLIN | POLLHUP | POLLERR)))
        stream_fill(s);
    stream_flush(s);
}

static void put_frame(struct stream *s, uint32_t id, enum type type, const void *data, size_t len)
{
    struct hdr h = { .id = id, .len = len, .type = type };

    buf_add(&s->out, &h, sizeof(h));
    buf_add(&s->out, data, len);
}

static void put_u32(struct stream *s, uint32_t id, enum type type, uint32_t v)
{
    put_frame(s, id, type, &v, sizeof(v));
}

/* Next complete frame of s->in, or false. The data stays valid until the stream is read again. */
static bool get_frame(struct stream *s, struct hdr *h, const char **data)
{
    if (buf_len(&s->in) < sizeof(*h))
        return false;
    memcpy(h, s->in.p + s->in.head, sizeof(*h));
    if (buf_len(&s->in) < sizeof(*h) + h->len)
        return false;
    *data = s->in.p + s->in.head + sizeof(*h);
    s->in.head += sizeof(*h) + h->len;
    return true;
}

static uint32_t frame_u32(const struct hdr *h, const char *data)
{
    uint32_t v = 0;

    if (h->len == sizeof(v))
        memcpy(&v, data, sizeof(v));
    return v;
}

/* Opens a device or connects a unix socket, waiting for it to appear. */
static int open_path(const char *path)
{
    struct sockaddr_un a = { .sun_family = AF_UNIX };
    struct stat st;
    int fd;

    for (;; usleep(20000)) {
        if (stat(path, &st))
            continue;
        if (!S_ISSOCK(st.st_mode)) {
            fd = open(path, O_RDWR | O_CLOEXEC);
            if (fd >= 0)
                return fd;
            continue;
        }
        fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
        snprintf(a.sun_path, sizeof(a.sun_path), "%s", path);
        if (!connect(fd, (struct sockaddr *)&a, sizeof(a)))
            return fd;
        close(fd);
    }
}

/* ---- serve: run commands ------------------------------------------------------------------------------------- */

struct job {
    struct job *next;
    uint32_t id;
    pid_t pid;
    int in, out, err;           /* our ends of its pipes, -1 when closed */
    struct buf input;
    bool input_eof;
    uint32_t credit;            /* bytes of OUT and ERR we may still send */
    bool exited;
    int status;
    int64_t kill_at;            /* 0, or when to send SIGKILL */
};

static struct job *jobs;

static void close_fd(int *fd)
{
    if (*fd >= 0)
        close(*fd);
    *fd = -1;
}

static void job_start(struct stream *s, uint32_t id, const char *cmd, size_t len)
{
    struct job *j = xrealloc(NULL, sizeof(*j));
    int in[2], out[2], err[2];
    char *line = strndup(cmd, len);

    *j = (struct job){ .next = jobs, .id = id, .credit = WINDOW };
    if (!line || pipe2(in, O_CLOEXEC) || pipe2(out, O_CLOEXEC) || pipe2(err, O_CLOEXEC))
        die("no resources for a command: %s", strerror(errno));
    j->pid = fork();
    if (j->pid < 0)
        die("fork: %s", strerror(errno));
    if (j->pid == 0) {
        setsid();
        dup2(in[0], 0);
        dup2(out[1], 1);
        dup2(err[1], 2);
        signal(SIGPIPE, SIG_DFL);
        execl("/bin/sh", "sh", "-c", line, NULL);
        _exit(127);
    }
    free(line);
    close(in[0]);
    close(out[1]);
    close(err[1]);
    j->in = in[1];
    j->out = out[0];
    j->err = err[0];
    nonblock(j->in);
    nonblock(j->out);
    nonblock(j->err);
    jobs = j;
    (void)s;
}

/* Passes on what is in one of the command's pipes. */
static void job_output(struct stream *s, struct job *j, int *fd, enum type type)
{
    char data[CHUNK];
    ssize_t n;

    while (*fd >= 0 && j->credit) {
        n = read(*fd, data, j->credit < CHUNK ? j->credit : CHUNK);
        if (n > 0) {
            put_frame(s, j->id, type, data, n);
            j->credit -= n;
        } else if (n == 0 || errno != EAGAIN) {
            close_fd(fd);
        } else {
            break;
        }
    }
}

static void job_input(struct stream *s, struct job *j)
{
    ssize_t n;

    while (j->in >= 0 && buf_len(&j->input)) {
        n = write(j->in, j->input.p + j->input.head, buf_len(&j->input));
        if (n < 0 && errno == EAGAIN)
            return;
        if (n < 0)
            n = buf_len(&j->input), close_fd(&j->in);   /* it does not want more: swallow */
        j->input.head += n;
        put_u32(s, j->id, CREDIT, n);
    }
    if (j->input_eof)
        close_fd(&j->in);
}

static void serve_frame(struct stream *s, const struct hdr *h, const char *data)
{
    struct job *j;

    if (h->type == OPEN) {
        job_start(s, h->id, data, h->len);
        return;
    }
    for (j = jobs; j && j->id != h->id; j = j->next)
        ;
    if (!j)
        return;
    switch (h->type) {
    case IN:
        buf_add(&j->input, data, h->len);
        if (j->in < 0) {        /* stdin is closed already: give the credit back */
            buf_free(&j->input);
            put_u32(s, j->id, CREDIT, h->len);
        }
        break;
    case IN_EOF:
        j->input_eof = true;
        break;
    case KILL:
        kill(-j->pid, SIGTERM);
        j->kill_at = now_ms() + 1000;
        break;
    case CREDIT:
        j->credit += frame_u32(h, data);
        break;
    }
    job_input(s, j);
}

static void reap(void)
{
    struct job *j;
    int status;
    pid_t pid;

    while ((pid = waitpid(-1, &status, WNOHANG)) > 0)
        for (j = jobs; j; j = j->next)
            if (j->pid == pid) {
                j->exited = true;
                j->status = WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
            }
}

/*
 * A command has ended when its shell has, not when its pipes are closed: a daemon that it left behind may hold them
 * for ever. What the shell and its children had written by then is in the pipes and is passed on first.
 */
static void jobs_finish(struct stream *s)
{
    struct job **p = &jobs, *j;
    bool was_exited;

    while ((j = *p)) {
        was_exited = j->exited;     /* noted before the last read: nothing can be written after */
        job_output(s, j, &j->out, OUT);
        job_output(s, j, &j->err, ERR);
        if (j->kill_at && !j->exited && now_ms() >= j->kill_at)
            kill(-j->pid, SIGKILL);
        if (!was_exited || (j->credit == 0 && !j->kill_at)) {
            p = &j->next;
            continue;
        }
        put_u32(s, j->id, EXIT, j->status);
        close_fd(&j->in);
        close_fd(&j->out);
        close_fd(&j->err);
        buf_free(&j->input);
        *p = j->next;
        free(j);
    }
}

static int sigchld_pipe[2];

static void on_sigchld(int sig)
{
    int saved = errno;

    (void)sig;
    if (write(sigchld_pipe[1], "", 1) < 0) {
        /* full: the reader will look anyway */
    }
    errno = saved;
}

static int serve_poll(struct stream *s)
{
    static struct pollfd *pf;
    int n = 2, timeout = -1, rc;
    struct job *j;
    char junk[64];

    for (j = jobs; j; j = j->next)
        n += 3;
    pf = xrealloc(pf, n * sizeof(*pf));
    pf[0] = stream_poll(s);
    pf[1] = (struct pollfd){ .fd = sigchld_pipe[0], .events = POLLIN };
    n = 2;
    for (j = jobs; j; j = j->next) {
        short want = j->credit ? POLLIN : 0;

        /* poll ignores negative descriptors; a pipe nobody has credit for must not wake us by POLLHUP */
        pf[n++] = (struct pollfd){ .fd = want ? j->out : -1, .events = want };
        pf[n++] = (struct pollfd){ .fd = want ? j->err : -1, .events = want };
        pf[n++] = (struct pollfd){ .fd = buf_len(&j->input) ? j->in : -1, .events = POLLOUT };
        if (j->kill_at)
            timeout = 100;
    }
    rc = poll(pf, n, timeout);
    if (rc < 0)
        return 0;
    while (read(sigchld_pipe[0], junk, sizeof(junk)) > 0)
        ;
    return pf[0].revents;
}

static void serve_stream(struct stream *s)
{
    const char *data;
    struct hdr h;
    struct job *j;

    while (!s->dead) {
        stream_event(s, serve_poll(s));
        while (get_frame(s, &h, &data))
            serve_frame(s, &h, data);
        reap();
        for (j = jobs; j; j = j->next)
            job_input(s, j);
        jobs_finish(s);
        stream_flush(s);
    }
}

/* The domain's end of the vchan that dom0's hub offers under our own xenstore directory. */
static struct libxenvchan *connect_vchan(void)
{
    struct libxenvchan *vc = NULL;
    struct xs_handle *xs;
    char path[64], *domid, *port;

    while (!(xs = xs_open(0)))
        usleep(20000);
    for (; !vc; usleep(20000)) {
        /* event-channel is written last */
        port = xs_read(xs, XBT_NULL, VCHAN_NODE "/event-channel", NULL);
        if (!port)
            continue;
        free(port);
        domid = xs_read(xs, XBT_NULL, "domid", NULL);
        if (!domid)
            continue;
        snprintf(path, sizeof(path), "/local/domain/%s/" VCHAN_NODE, domid);
        free(domid);
        vc = libxenvchan_client_init(NULL, 0, path);
    }
    xs_close(xs);
    return vc;
}

static int serve_main(int argc, char **argv)
{
    struct stream s;
    struct job *j;

    if (argc != 2)
        die("usage: agent serve PATH|vchan");
    if (pipe2(sigchld_pipe, O_CLOEXEC | O_NONBLOCK))
        die("pipe: %s", strerror(errno));
    signal(SIGCHLD, on_sigchld);
    for (;;) {
        if (strcmp(argv[1], "vchan"))
            stream_init_fd(&s, open_path(argv[1]));
        else
            stream_init_vchan(&s, connect_vchan());
        serve_stream(&s);
        /* Nobody is left to hear them. */
        for (j = jobs; j; j = j->next)
            kill(-j->pid, SIGKILL);
        if (!s.vc)
            return 0;
        stream_close(&s);
        execl("/proc/self/exe", "agent", "serve", argv[1], NULL);
    }
}

/* ---- hub: share the streams among clients -------------------------------------------------------------------- */

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

static void hub_main(int argc, char **argv)
{
    struct sockaddr_un a = { .sun_family = AF_UNIX };
    int lfd, i;

    if (argc < 2)
        die("usage: agent hub SOCKET [xen] [NAME=PATH ...]");
    snprintf(a.sun_path, sizeof(a.sun_path), "%s", argv[1]);
    unlink(argv[1]);
    lfd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (lfd < 0 || bind(lfd, (struct sockaddr *)&a, sizeof(a)) || listen(lfd, 64))
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

/* ---- on: the client ------------------------------------------------------------------------------------------ */

static void write_all(int fd, const char *p, size_t n)
{
    ssize_t put;

    while (n) {
        put = write(fd, p, n);
        if (put < 0 && errno == EINTR)
            continue;
        if (put < 0)
            exit(128 + SIGPIPE);
        p += put;
        n -= put;
    }
}

static void on_frame(struct stream *s, const struct hdr *h, const char *data, uint32_t *credit)
{
    switch (h->type) {
    case OUT:
    case ERR:
        write_all(h->type == OUT ? 1 : 2, data, h->len);
        put_u32(s, 0, CREDIT, h->len);
        break;
    case CREDIT:
        *credit += frame_u32(h, data);
        break;
    case EXIT:
        exit(frame_u32(h, data));
    }
}

static int on_main(int argc, char **argv)
{
    const char *sock = getenv("LAB_HUB"), *here = getenv("LAB_HERE"), *data;
    struct sockaddr_un a = { .sun_family = AF_UNIX };
    uint32_t credit = WINDOW;
    bool in_open = true;
    struct stream s;
    struct hdr h;
    char chunk[CHUNK];
    ssize_t n;
    int fd;

    if (argc != 3 || !strcmp(argv[1], "--help"))
        die("usage: on WHERE 'COMMAND'    (WHERE: dom0, peer, or a domain's name or number)");
    if (here && !strcmp(argv[1], here)) {
        execl("/bin/sh", "sh", "-c", argv[2], NULL);
        die("/bin/sh: %s", strerror(errno));
    }
    if (strlen(argv[2]) > CHUNK)
        die("on: command longer than %d bytes", CHUNK);
    snprintf(a.sun_path, sizeof(a.sun_path), "%s", sock ? sock : "/run/lab/hub");
    fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (connect(fd, (struct sockaddr *)&a, sizeof(a)))
        die("on: no hub at %s: %s", a.sun_path, strerror(errno));
    stream_init_fd(&s, fd);
    put_frame(&s, 0, WHO, argv[1], strlen(argv[1]));
    put_frame(&s, 0, OPEN, argv[2], strlen(argv[2]));
    stream_flush(&s);
    while (!s.dead) {
        struct pollfd pf[2] = { stream_poll(&s), { .fd = in_open && credit ? 0 : -1, .events = POLLIN } };

        if (poll(pf, 2, -1) < 0)
            continue;
        stream_event(&s, pf[0].revents);
        while (get_frame(&s, &h, &data))
            on_frame(&s, &h, data, &credit);
        if (pf[1].revents) {
            n = read(0, chunk, credit < CHUNK ? credit : CHUNK);
            if (n > 0) {
                put_frame(&s, 0, IN, chunk, n);
                credit -= n;
            } else if (n == 0 || errno != EINTR) {
                in_open = false;
                put_frame(&s, 0, IN_EOF, NULL, 0);
            }
        }
        stream_flush(&s);
    }
    die("on: connection to the hub lost");
    return GONE;
}

int main(int argc, char **argv)
{
    const char *me = strrchr(argv[0], '/');

    me = me ? me + 1 : argv[0];
    signal(SIGPIPE, SIG_IGN);
    if (!strcmp(me, "on"))
        return on_main(argc, argv);
    if (argc > 1 && !strcmp(argv[1], "on"))
        return on_main(argc - 1, argv + 1);
    if (argc > 1 && !strcmp(argv[1], "hub"))
        hub_main(argc - 1, argv + 1);      /* does not return */
    if (argc > 1 && !strcmp(argv[1], "serve"))
        return serve_main(argc - 1, argv + 1);
    die("usage: agent on WHERE COMMAND | agent hub SOCKET [xen] [NAME=PATH ...] | agent serve PATH|vchan");
}
