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
#include "agent.h"

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
