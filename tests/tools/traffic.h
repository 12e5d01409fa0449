/* SPDX-License-Identifier: GPL-2.0 */
/*
 * traffic.h - what xmd-gaptcp is made of: traffic that its receiver can
 * check, and that waits when the path does.
 *
 *   content.c    bytes that follow from a seed and a position
 *   schedule.c   when to send the next, when to end
 *   endpoint.c   sockets
 *   sha256.c     a digest of what passed by
 *   bucket.c     how much arrived in each interval, as CSV
 *   stream.c     TCP, both ends
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

#endif /* XMD_TOOLS_TRAFFIC_H */
