/* SPDX-License-Identifier: GPL-2.0 */
/*
 * traffic.h - what xmd-gaptcp and xmd-seqtest are made of: traffic that its receiver can
 * check, and that waits when the path does.
 *
 *   content.c    bytes that follow from a seed and a position
 *   schedule.c   when to send the next, when to end
 *   endpoint.c   sockets
 *   sha256.c     a digest of what passed by
 *   bucket.c     how much arrived in each interval, as CSV
 *   stream.c     TCP, both ends
 *   window.c     sequence numbers: what was lost, came twice, or late, and in which outage
 *   datagram.c   UDP, both ends
 *
 * Times are seconds on CLOCK_MONOTONIC unless a name says otherwise.
 */
#ifndef XMD_TOOLS_TRAFFIC_H
#define XMD_TOOLS_TRAFFIC_H

#include <signal.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/socket.h>

#define CHUNK	65536u
#define LOOK	0.1	/* how long a wait may go on before it looks whether to end */

/* ---- content ---- */

/* 64-bit word @n of the content that @seed stands for. */
uint64_t content_word(uint64_t seed, uint64_t n);

/* Bytes @at to @at + @len of it. */
void content_fill(uint8_t *buf, uint64_t seed, uint64_t at, size_t len);

/* How many of the @len <= CHUNK bytes differ from it; *@first is the index of the first that does. */
size_t content_differs(const uint8_t *buf, uint64_t seed, uint64_t at, size_t len, size_t *first);

/* ---- schedule ---- */

/* Set by SIGTERM and SIGINT after stop_on_signals(). */
extern volatile sig_atomic_t stopped;
void stop_on_signals(void);

double now(void);
double wall(void);	/* seconds since 1970 */
void nap(double seconds);

/* When to end: whichever comes first; zero: never. */
struct ending {
	double at;
	const char *file;	/* as soon as it exists */
	double looked;
	bool seen;		/* the file, once */
};

bool ended(struct ending *e, double t);

/* A thing every @step seconds; zero: as fast as it goes. */
struct pace {
	double step, next;
};

/* Waits for the turn of the next one; false: the end came first. */
bool pace_wait(struct pace *p, struct ending *e);

/* ---- endpoints ---- */

_Noreturn void die(const char *what);

/* @host is a numeric IPv4 or IPv6 address; @type SOCK_STREAM or SOCK_DGRAM. */
int dial(const char *host, int port, int type);

/* Bound to @port for IPv6 and IPv4; of a SOCK_STREAM, the first connection to it. */
int answer(int port, int type);

/* SO_SNDBUF or SO_RCVBUF: beyond the system's limit if we may, else up to it. */
void buffer_size(int fd, int option, int bytes);

/* Until @fd has what @events (poll) asks for, but not longer than LOOK. */
void ready(int fd, short events);

/* ---- SHA-256 (FIPS 180-4) ---- */

#define SHA256_TEXT 65	/* 64 hexadecimal digits and the 0 */

struct sha256 {
	uint32_t h[8];
	uint64_t len;
	uint8_t block[64];
};

void sha256_start(struct sha256 *s);
void sha256_add(struct sha256 *s, const void *data, size_t len);
void sha256_text(struct sha256 *s, char text[SHA256_TEXT]);	/* ends it */

/* ---- buckets ---- */

/*
 * CSV "wall_s,at_s,count,bytes": a row for each interval since the first arrival, silent
 * ones included; at_s is its beginning.  Zero: none is written.
 */
struct bucket {
	FILE *csv;
	double width, start, start_wall;
	uint64_t index, count, bytes;
};

void bucket_open(struct bucket *b, const char *path, double ms);
void bucket_add(struct bucket *b, double t, size_t bytes);
void bucket_close(struct bucket *b);

/* ---- streams ---- */

struct stream {
	/* wanted */
	uint64_t seed;
	uint64_t limit;		/* bytes to send; 0: until the ending */
	uint64_t rate;		/* bytes a second; 0: as fast as it goes */
	struct ending ending;
	double pause_ms;	/* longer pauses are printed as they end; 0: none */
	bool digest;		/* fill in @sha256 */
	FILE *copy;		/* what was received, or NULL */
	FILE *report;		/* for pauses */
	struct bucket bucket;
	/* found out */
	uint64_t bytes;
	double seconds;		/* from the connection to the last byte */
	double longest, longest_at;	/* pause between two reads or writes that moved bytes */
	uint64_t corrupt;	/* bytes received that are not what they should be */
	uint64_t first_corrupt;
	int error;		/* errno of what ended it early */
	char sha256[SHA256_TEXT];
};

/* Both go on over any pause that TCP survives; true: all went well. */
bool stream_send(struct stream *s, int fd);
bool stream_recv(struct stream *s, int fd);

/* ---- sequence numbers ---- */

#define WINDOW	(1u << 22)	/* numbers further behind the highest are not remembered */
#define RUNS	32u

/*
 * A gap is a silence longer than gap_ms.  What is lost and what comes twice because of it shows
 * when the path is back: the gap owns the numbers from the highest before it to the highest
 * at the end of settle_ms after it, or of the next gap if that comes first.
 */
struct gap {
	bool open;
	double at, ended, ended_wall;
	double sent_apart;		/* time at the sender between the last before and the first after */
	uint64_t before;		/* the highest number before it */
	uint64_t above;			/* distinct numbers above that, since */
	uint64_t duplicates;
	/* runs of duplicates by their distance from @before: 0 is that one, 1 the one before it */
	struct { int64_t from, to; } run[RUNS];
	unsigned int runs;
	uint64_t not_listed;		/* duplicates for which there was no run left */
};

struct window {
	/* wanted */
	double gap_ms;		/* 0: no gaps are reported */
	double settle_ms;
	FILE *report;		/* is told of gaps, and the first few corrupt */
	/* found out */
	uint64_t received;	/* all below */
	uint64_t distinct, duplicates;
	uint64_t reordered;	/* of the distinct: after one with a higher number */
	uint64_t too_old;	/* behind the window: nobody knows whether they are duplicates */
	uint64_t first, last;	/* lowest and highest */
	double start, latest;	/* arrivals */
	double last_sent;	/* when the highest was sent */
	double longest;		/* silence */
	uint64_t gaps, gap_lost;
	struct gap gap;
	uint64_t seen[WINDOW / 64];
};

/* Number @seq arrived at @at, and was sent at @sent of the sender's clock. */
void window_add(struct window *w, uint64_t seq, double at, double sent);

/* No more will come: reports the last gap. */
void window_end(struct window *w);

uint64_t window_lost(const struct window *w);

/* ---- datagrams ---- */

/*
 * A datagram: the head, then content of seed , so that every byte follows from the number;
 * the head's own follow from , which covers the length as well.
 */
struct head {
	uint32_t magic;
	uint32_t run;		/* tells the datagrams of one sender from those of another */
	uint64_t seq;		/* from 0 */
	uint64_t sent_ns;	/* CLOCK_MONOTONIC of the sender */
	uint64_t check;
};

#define DATAGRAM_MAX 65000u

struct sender {
	/* wanted */
	size_t size;		/* of the UDP payload, sizeof(struct head) to DATAGRAM_MAX */
	uint64_t limit;		/* datagrams; 0: until the ending */
	struct pace pace;
	struct ending ending;
	FILE *log;		/* a line for each time it was held up for HELD_MS or longer, or NULL */
	/* found out */
	uint32_t run;
	uint64_t sent;		/* accepted by the kernel */
	uint64_t retried;	/* times that the kernel did not take one at once */
	double held;		/* the longest that one of them had to wait */
	double seconds;
};

#define HELD_MS 50

struct receiver {
	/* wanted */
	struct ending ending;
	double idle;		/* ends so long after the last arrival; 0: never.  With a file, once that
				 * exists; 0: after a second */
	struct bucket bucket;
	struct window window;
	/* found out */
	uint64_t corrupt;	/* not what its sender sent: not in the window, so lost as well */
	uint64_t foreign;	/* of another run than the first */
	uint64_t overflow;	/* the socket dropped them: lost, but not on the way */
	uint32_t run;
};

void datagrams_send(struct sender *s, int fd);
void datagrams_recv(struct receiver *r, int fd);

#endif /* XMD_TOOLS_TRAFFIC_H */
