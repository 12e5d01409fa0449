/* What the parts of the agent share; what it is stands in agent.c. */
#ifndef AGENT_H
#define AGENT_H

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

struct buf {
    char *p;
    size_t head, tail, cap;     /* valid bytes: p[head..tail) */
};

struct stream {
    int fd;                     /* what to poll */
    struct libxenvchan *vc;     /* NULL: plain descriptor */
    bool chardev;               /* reading 0 bytes means "other end not there yet", not the end */
    bool dead;
    struct buf in, out;
};

/* stream.c */
_Noreturn void die(const char *fmt, ...);
void *xrealloc(void *p, size_t n);
int64_t now_ms(void);
void nonblock(int fd);
size_t buf_len(const struct buf *b);
char *buf_room(struct buf *b, size_t n);
void buf_add(struct buf *b, const void *data, size_t n);
void buf_free(struct buf *b);
void stream_init_fd(struct stream *s, int fd);
void stream_init_vchan(struct stream *s, struct libxenvchan *vc);
void stream_close(struct stream *s);
size_t stream_read(struct stream *s, void *p, size_t n);
size_t stream_write(struct stream *s, const void *p, size_t n);
void stream_flush(struct stream *s);
void stream_fill(struct stream *s);
struct pollfd stream_poll(const struct stream *s);
void stream_event(struct stream *s, short revents);
void put_frame(struct stream *s, uint32_t id, enum type type, const void *data, size_t len);
void put_u32(struct stream *s, uint32_t id, enum type type, uint32_t v);
bool get_frame(struct stream *s, struct hdr *h, const char **data);
uint32_t frame_u32(const struct hdr *h, const char *data);
int open_path(const char *path);

/* serve.c, hub.c */
int serve_main(int argc, char **argv);
void hub_main(int argc, char **argv);

#endif
