/* Byte queues, streams (a file descriptor or a vchan, never blocking), and the frames on them. */
#include "agent.h"

_Noreturn void die(const char *fmt, ...)
{
    va_list ap;

    va_start(ap, fmt);
    fprintf(stderr, "agent: ");
    vfprintf(stderr, fmt, ap);
    fprintf(stderr, "\n");
    va_end(ap);
    exit(GONE);
}

void *xrealloc(void *p, size_t n)
{
    p = realloc(p, n);
    if (!p)
        die("out of memory");
    return p;
}

int64_t now_ms(void)
{
    struct timespec ts;

    clock_gettime(CLOCK_MONOTONIC, &ts);
    return ts.tv_sec * 1000LL + ts.tv_nsec / 1000000;
}

void nonblock(int fd)
{
    fcntl(fd, F_SETFL, fcntl(fd, F_GETFL) | O_NONBLOCK);
}

/* ---- byte queue -------------------------------------------------------------------------------------------- */


size_t buf_len(const struct buf *b)
{
    return b->tail - b->head;
}

char *buf_room(struct buf *b, size_t n)
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

void buf_add(struct buf *b, const void *data, size_t n)
{
    memcpy(buf_room(b, n), data, n);
    b->tail += n;
}

void buf_free(struct buf *b)
{
    free(b->p);
    *b = (struct buf){ 0 };
}

/* ---- stream: a file descriptor or a vchan, never blocking ---------------------------------------------------- */


void stream_init_fd(struct stream *s, int fd)
{
    struct stat st;

    *s = (struct stream){ .fd = fd };
    s->chardev = !fstat(fd, &st) && S_ISCHR(st.st_mode);
    nonblock(fd);
}

void stream_init_vchan(struct stream *s, struct libxenvchan *vc)
{
    *s = (struct stream){ .fd = libxenvchan_fd_for_select(vc), .vc = vc };
    vc->blocking = 0;
    fcntl(s->fd, F_SETFD, FD_CLOEXEC);
}

void stream_close(struct stream *s)
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
size_t stream_read(struct stream *s, void *p, size_t n)
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

size_t stream_write(struct stream *s, const void *p, size_t n)
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

void stream_flush(struct stream *s)
{
    size_t n;

    while (!s->dead && buf_len(&s->out)) {
        n = stream_write(s, s->out.p + s->out.head, buf_len(&s->out));
        if (!n)
            break;
        s->out.head += n;
    }
}

void stream_fill(struct stream *s)
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

struct pollfd stream_poll(const struct stream *s)
{
    /* A vchan reports room and data by the same event; a descriptor is asked for room only when needed. */
    return (struct pollfd){ .fd = s->fd, .events = POLLIN | (!s->vc && buf_len(&s->out) ? POLLOUT : 0) };
}

void stream_event(struct stream *s, short revents)
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

void put_frame(struct stream *s, uint32_t id, enum type type, const void *data, size_t len)
{
    struct hdr h = { .id = id, .len = len, .type = type };

    buf_add(&s->out, &h, sizeof(h));
    buf_add(&s->out, data, len);
}

void put_u32(struct stream *s, uint32_t id, enum type type, uint32_t v)
{
    put_frame(s, id, type, &v, sizeof(v));
}

/* Next complete frame of s->in, or false. The data stays valid until the stream is read again. */
bool get_frame(struct stream *s, struct hdr *h, const char **data)
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

uint32_t frame_u32(const struct hdr *h, const char *data)
{
    uint32_t v = 0;

    if (h->len == sizeof(v))
        memcpy(&v, data, sizeof(v));
    return v;
}

/* Opens a device or connects a unix socket, waiting for it to appear. */
int open_path(const char *path)
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
