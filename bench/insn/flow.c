// SPDX-License-Identifier: GPL-2.0
/*
 * flow.c - xmd-flow: traffic that costs its ends next to nothing, for counting what the way costs.
 *
 *   xmd-flow sink PORT                            receives a TCP stream, to its end
 *   xmd-flow send ADDR PORT BYTES                 sends one
 *   xmd-flow frames-sink PORT                     receives UDP datagrams, until their sender ends
 *   xmd-flow frames ADDR PORT COUNT RATE BYTES    sends COUNT of them that make frames of BYTES (64
 *                                                 to 1518, with headers and FCS), RATE a second; 0: as
 *                                                 fast as the sender takes them;
 *                                                 "window": as fast as the receiver answers;
 *                                                 "stdin": one for each byte that it reads
 *   xmd-flow tick COUNT RATE                      writes COUNT bytes, RATE a second
 *   xmd-flow echo PORT                            answers what "ask" asks
 *   xmd-flow ask ADDR PORT COUNT                  one byte there and one back, by TCP, COUNT times
 *
 * Nothing is checked and nothing is computed (xmd-seqtest does that). There is no second connection
 * that speaks about the first, as iperf3's does, which does not survive a clock that counts
 * instructions. Each ends with one line, "flow: bytes=N" or "flow: frames=N", N being what this end has
 * sent or received.
 *
 * A receiver that is gone (it gives up after 10 s without a datagram) stops no sender: it has its count.
 *
 * "window": at most WINDOW datagrams are on their way; the receiver answers every ANSWER-th by one
 * of its own. The peer's clock is another than the domains', so a rate of the peer's would mean
 * another load at each speed of the emulator: "tick" in dom0, piped into "stdin" at the peer, is one
 * by the domains' clock.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define CHUNK	131072u
#define AROUND	46u		/* headers and FCS of a frame, around its payload */
#define LEAST	64u
#define MOST	1518u
#define WINDOW	64u
#define ANSWER	32u
#define END	1u		/* a datagram of this length, or an answer, is the end, or no answer */
#define SILENCE	10000		/* ms without a datagram: the end was lost */

static _Noreturn void die(const char *what)
{
	fprintf(stderr, "xmd-flow: %s: %s\n", what, strerror(errno));
	exit(1);
}

/* ---- sockets: IPv4 ---- */

static int dial(const char *host, const char *port, int type)
{
	struct sockaddr_in a = { .sin_family = AF_INET, .sin_port = htons(atoi(port)) };
	int fd = socket(AF_INET, type, 0), one = 1;

	if (inet_pton(AF_INET, host, &a.sin_addr) != 1) {
		errno = EINVAL;
		die(host);
	}
	if (fd < 0 || connect(fd, (void *)&a, sizeof(a)))
		die("connect");
	if (type == SOCK_STREAM)
		setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one));
	return fd;
}

static int answer(const char *port, int type)
{
	struct sockaddr_in a = { .sin_family = AF_INET, .sin_port = htons(atoi(port)) };
	int fd = socket(AF_INET, type, 0), one = 1, room = 4 << 20, conn;

	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one));
	if (fd < 0 || bind(fd, (void *)&a, sizeof(a)))
		die("bind");
	if (type == SOCK_DGRAM) {
		setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &room, sizeof(room));
		return fd;
	}
	if (listen(fd, 1))
		die("listen");
	conn = accept(fd, NULL, NULL);
	if (conn < 0)
		die("accept");
	setsockopt(conn, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one));
	return conn;
}

static void report(const char *what, uint64_t n)
{
	printf("flow: %s=%llu\n", what, (unsigned long long)n);
}

/* ---- streams ---- */

static void sink(char **arg)
{
	static char buf[CHUNK];
	int fd = answer(arg[0], SOCK_STREAM);
	uint64_t bytes = 0;
	ssize_t n;

	while ((n = read(fd, buf, sizeof(buf))) > 0)
		bytes += n;
	if (n < 0)
		die("read");
	report("bytes", bytes);
}

static void send_stream(char **arg)
{
	static char buf[CHUNK];
	uint64_t bytes = strtoull(arg[2], NULL, 10), left = bytes;
	int fd = dial(arg[0], arg[1], SOCK_STREAM);

	while (left) {
		ssize_t n = write(fd, buf, left < CHUNK ? left : CHUNK);

		if (n < 0)
			die("write");
		left -= n;
	}
	shutdown(fd, SHUT_WR);
	if (read(fd, buf, 1) < 0)	/* until the receiver has all of it and closes */
		die("read");
	report("bytes", bytes);
}

/* ---- datagrams ---- */

static void frames_sink(char **arg)
{
	int fd = answer(arg[0], SOCK_DGRAM);
	struct pollfd p = { .fd = fd, .events = POLLIN };
	struct sockaddr_in from;
	uint64_t frames = 0;
	char buf[CHUNK / 64];

	for (;;) {
		socklen_t len = sizeof(from);
		ssize_t n = recvfrom(fd, buf, sizeof(buf), MSG_DONTWAIT, (void *)&from, &len);

		if (n == END)
			break;
		if (n >= 0) {
			if (++frames % ANSWER == 0 && buf[0])
				sendto(fd, &frames, sizeof(frames), 0, (void *)&from, len);
		} else if (errno != EAGAIN) {
			die("receive");
		} else if (poll(&p, 1, frames ? SILENCE : -1) == 0) {
			break;
		}
	}
	report("frames", frames);
}

/* Until less than WINDOW are on their way. What was lost never arrives: then after a while anyway. */
static void wait_window(int fd, uint64_t sent, uint64_t *arrived)
{
	struct pollfd p = { .fd = fd, .events = POLLIN };
	uint64_t said;

	while (recv(fd, &said, sizeof(said), MSG_DONTWAIT) == sizeof(said))
		*arrived = said > *arrived ? said : *arrived;
	while (sent - *arrived >= WINDOW) {
		if (poll(&p, 1, 300) <= 0)
			*arrived = sent;
		else if (recv(fd, &said, sizeof(said), MSG_DONTWAIT) == sizeof(said) && said > *arrived)
			*arrived = said;
	}
}

static void wait_turn(struct timespec *next, long step_ns)
{
	while (clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, next, NULL) == EINTR)
		;
	next->tv_nsec += step_ns;
	next->tv_sec += next->tv_nsec / 1000000000;
	next->tv_nsec %= 1000000000;
}

static void tick(char **arg)
{
	uint64_t count = strtoull(arg[0], NULL, 10);
	long rate = atol(arg[1]);
	struct timespec next;

	clock_gettime(CLOCK_MONOTONIC, &next);
	while (rate > 0 && count--) {
		wait_turn(&next, 1000000000 / rate);
		if (write(STDOUT_FILENO, "", 1) != 1)
			die("tick");
	}
}

static void send_frames(char **arg)
{
	uint64_t count = strtoull(arg[2], NULL, 10), sent, arrived = 0;
	bool window = !strcmp(arg[3], "window"), ticked = !strcmp(arg[3], "stdin");
	long rate = atol(arg[3]);
	int fd = dial(arg[0], arg[1], SOCK_DGRAM), i;
	char buf[MOST] = { window }, c;
	size_t bytes = atoi(arg[4]);
	struct timespec next;

	if (bytes < LEAST || bytes > MOST) {
		errno = EMSGSIZE;
		die(arg[4]);
	}

	clock_gettime(CLOCK_MONOTONIC, &next);
	for (sent = 0; sent < count; sent++) {
		if (window)
			wait_window(fd, sent, &arrived);
		if (ticked && read(STDIN_FILENO, &c, 1) != 1)
			break;
		if (rate > 0)
			wait_turn(&next, 1000000000 / rate);
		while (send(fd, buf, bytes - AROUND, 0) < 0 && errno != ECONNREFUSED)
			if (errno != ENOBUFS && errno != EAGAIN)
				die("send");
	}
	for (i = 0; i < 3; i++) {
		usleep(100000);
		if (send(fd, buf, END, 0) < 0 && errno != ECONNREFUSED)
			die("send");
	}
	report("frames", sent);
}

/* ---- questions and answers ---- */

static void echo(char **arg)
{
	int fd = answer(arg[0], SOCK_STREAM);
	uint64_t n = 0;
	char c;

	for (; read(fd, &c, 1) == 1; n++)
		if (write(fd, &c, 1) != 1)
			die("write");
	report("frames", n);
}

static void ask(char **arg)
{
	uint64_t count = strtoull(arg[2], NULL, 10), n;
	int fd = dial(arg[0], arg[1], SOCK_STREAM);
	char c = 0;

	for (n = 0; n < count; n++)
		if (write(fd, &c, 1) != 1 || read(fd, &c, 1) != 1)
			die("round trip");
	report("frames", n);
}

static const struct command {
	const char *name;
	int words;
	void (*run)(char **arg);
} commands[] = {
	{ "sink", 1, sink }, { "send", 3, send_stream },
	{ "frames-sink", 1, frames_sink }, { "frames", 5, send_frames },
	{ "echo", 1, echo }, { "ask", 3, ask }, { "tick", 2, tick },
};

int main(int argc, char **argv)
{
	for (size_t i = 0; i < sizeof(commands) / sizeof(*commands); i++) {
		const struct command *c = &commands[i];

		if (argc == c->words + 2 && !strcmp(argv[1], c->name)) {
			c->run(argv + 2);
			return 0;
		}
	}
	fprintf(stderr, "usage: xmd-flow sink|frames-sink|echo PORT\n"
			"       xmd-flow send|ask ADDR PORT COUNT\n"
			"       xmd-flow frames ADDR PORT COUNT RATE|0|window|stdin BYTES\n"
			"       xmd-flow tick COUNT RATE\n");
	return 2;
}
