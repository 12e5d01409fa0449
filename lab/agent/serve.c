/* serve: run commands. */
#include "agent.h"

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

int serve_main(int argc, char **argv)
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
