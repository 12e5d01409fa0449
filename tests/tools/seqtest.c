// SPDX-License-Identifier: GPL-2.0
/*
 * seqtest.c - xmd-seqtest: traffic over a path that fails and comes back, accounted for to the
 * last datagram and byte.
 *
 *   xmd-seqtest send ADDR PORT [--rate PPS] [--size BYTES] [--count N] [--seconds S] [--until FILE]
 *                              [--sndbuf BYTES] [--log FILE]
 *   xmd-seqtest recv PORT [--seconds S] [--idle S] [--until FILE] [--gaps MS] [--settle MS]
 *                         [--bucket MS FILE]
 *   xmd-seqtest stream-send ADDR PORT [--rate BYTES/S] [--bytes N] [--seconds S] [--until FILE]
 *                                     [--seed N] [--no-sha256]
 *   xmd-seqtest stream-recv PORT [--seed N] [--gaps MS] [--bucket MS FILE] [--no-sha256]
 *
 * send, recv: numbered UDP datagrams.  Whatever the kernel does not take is sent again, so that
 * a number that is missing at the receiver was lost on the way.  --sndbuf is how many bytes may
 * wait in the queue and the ring of the sender (the kernel counts its own overhead, and allows
 * twice the number); --log names each time that one of them had to wait for 50 ms or longer.  The
 * receiver's last line:
 *
 *   seq: received=N distinct=N lost=N duplicates=N corrupt=N reordered=N longest_gap_ms=N
 *        first=N last=N gaps=N lost_outside_gaps=N too_old=N foreign=N overflow=N seconds=S
 *
 * lost is between first and last; the sender's last line says what was before and after:
 *
 *   sent: sent=N retried=N longest_held_ms=N seconds=S
 *
 * --gaps MS prints a line for each silence longer than that, --settle (2000) ms after it:
 *
 *   gap: at_s=S ms=N ended_wall_s=T sent_apart_ms=N lost=N first_missing=N last_before=N
 *        duplicates_after=N distances=FROM..TO,...
 *
 * at_s is since the first datagram.  lost and duplicates_after are what came to light until the
 * next gap or the settling time; distances are those of the duplicates from last_before, 0 for
 * that one, 1 for the one before it.  sent_apart_ms is the time between the sending of last_before
 * and of the next that arrived: that of the outage if the sender was held up, or if what it
 * sent meanwhile is lost.
 *
 * stream-send, stream-recv: TCP with content that follows from the seed.  Both end with
 *
 *   stream: bytes=N sha256=HEX longest_pause_ms=N corrupt=N seconds=S [error=NAME]
 *
 * (corrupt= only at the receiver, which compares every byte; then first_corrupt=OFFSET as well).
 *
 * --until: ends well as soon as FILE exists; recv then takes what comes until --idle (1) seconds of
 * silence.  Without --until, --idle ends it after any such silence.  SIGTERM ends at once, with the
 * report.  --bucket writes CSV, see bucket.c.
 * Exit status 0: nothing corrupt, and of a stream, all of it went over.  2: wrong usage.
 */
#include <getopt.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "traffic.h"

#define DEFAULT_SIZE	200
#define DEFAULT_RATE	100
#define DEFAULT_SETTLE	2000
#define RECEIVE_BUFFER	(8 << 20)	/* an outage's worth of frames comes in one burst */

static struct options {
	double rate, size, count, seconds, sndbuf, idle, gaps, settle, bytes, seed, bucket;
	const char *until, *log, *csv;
	int no_sha256;
} opt = { .size = DEFAULT_SIZE, .rate = -1, .settle = DEFAULT_SETTLE, .seed = 1 };

/* ---- commands ---- */

static struct ending ending(void)
{
	return (struct ending){ .at = opt.seconds ? now() + opt.seconds : 0, .file = opt.until };
}

static FILE *open_log(void)
{
	FILE *f = opt.log ? fopen(opt.log, "w") : NULL;

	if (opt.log && !f)
		die(opt.log);
	if (f)
		setlinebuf(f);
	return f;
}

static int send_command(const char *host, int port)
{
	double rate = opt.rate < 0 ? DEFAULT_RATE : opt.rate;
	struct sender s = {
		.size = opt.size, .limit = opt.count, .pace.step = rate ? 1 / rate : 0,
		.ending = ending(), .log = open_log(),
	};
	int fd = dial(host, port, SOCK_DGRAM);

	if (opt.sndbuf)
		buffer_size(fd, SO_SNDBUF, opt.sndbuf);
	datagrams_send(&s, fd);
	printf("sent: sent=%" PRIu64 " retried=%" PRIu64 " longest_held_ms=%.0f seconds=%.2f\n",
	       s.sent, s.retried, s.held * 1000, s.seconds);
	if (s.log)
		fclose(s.log);
	return 0;
}

static void print_window(const struct receiver *r)
{
	const struct window *w = &r->window;

	printf("seq: received=%" PRIu64 " distinct=%" PRIu64 " lost=%" PRIu64 " duplicates=%" PRIu64
	       " corrupt=%" PRIu64 " reordered=%" PRIu64 " longest_gap_ms=%.0f",
	       w->received + r->corrupt, w->distinct, window_lost(w), w->duplicates,
	       r->corrupt, w->reordered, w->longest * 1000);
	if (w->received)
		printf(" first=%" PRIu64 " last=%" PRIu64, w->first, w->last);
	else
		printf(" first=- last=-");
	/* one that came after its gap was closed was counted as lost there: then less than 0 */
	printf(" gaps=%" PRIu64 " lost_outside_gaps=%" PRId64 " too_old=%" PRIu64 " foreign=%" PRIu64
	       " overflow=%" PRIu64 " seconds=%.2f\n",
	       w->gaps, (int64_t)(window_lost(w) - w->gap_lost), w->too_old, r->foreign,
	       r->overflow, w->latest - w->start);
}

static int recv_command(const char *host, int port)
{
	static struct receiver r;
	int fd = answer(port, SOCK_DGRAM);

	(void)host;
	r.ending = ending();
	r.idle = opt.idle;
	r.window.gap_ms = opt.gaps;
	r.window.settle_ms = opt.settle;
	r.window.report = stdout;
	if (opt.csv)
		bucket_open(&r.bucket, opt.csv, opt.bucket);
	buffer_size(fd, SO_RCVBUF, RECEIVE_BUFFER);
	datagrams_recv(&r, fd);
	print_window(&r);
	return r.corrupt > 0;
}

static struct stream stream(void)
{
	struct stream s = {
		.seed = opt.seed, .limit = opt.bytes, .rate = opt.rate < 0 ? 0 : opt.rate,
		.ending = ending(), .pause_ms = opt.gaps, .digest = !opt.no_sha256,
		.report = stdout,
	};

	if (opt.csv)
		bucket_open(&s.bucket, opt.csv, opt.bucket);
	return s;
}

static void print_stream(const struct stream *s, bool received)
{
	printf("stream: bytes=%" PRIu64 " sha256=%s longest_pause_ms=%.0f", s->bytes,
	       s->digest ? s->sha256 : "-", s->longest * 1000);
	if (received)
		printf(" corrupt=%" PRIu64, s->corrupt);
	if (s->corrupt)
		printf(" first_corrupt=%" PRIu64, s->first_corrupt);
	printf(" seconds=%.2f", s->seconds);
	if (s->error)
		printf(" error=%s", strerrorname_np(s->error));
	putchar('\n');
}

static int stream_send_command(const char *host, int port)
{
	struct stream s = stream();
	bool good = stream_send(&s, dial(host, port, SOCK_STREAM));

	print_stream(&s, false);
	return !good;
}

static int stream_recv_command(const char *host, int port)
{
	struct stream s = stream();
	bool good = stream_recv(&s, answer(port, SOCK_STREAM));

	(void)host;
	print_stream(&s, true);
	return !good;
}

/* ---- command line ---- */

enum { SEND = 1, RECV = 2, STREAM_SEND = 4, STREAM_RECV = 8 };

static const struct command {
	const char *name;
	unsigned int which;
	int words;	/* with the name */
	int (*run)(const char *host, int port);
} commands[] = {
	{ "send", SEND, 3, send_command },
	{ "recv", RECV, 2, recv_command },
	{ "stream-send", STREAM_SEND, 3, stream_send_command },
	{ "stream-recv", STREAM_RECV, 2, stream_recv_command },
};

static const struct choice {
	struct option o;
	unsigned int of;	/* commands that know it */
	double *number;
	const char **text;
	double least, most;
} choices[] = {
	{ { "rate", 1, NULL, 0 }, SEND | STREAM_SEND, &opt.rate, NULL, 0, 1e12 },
	{ { "size", 1, NULL, 0 }, SEND, &opt.size, NULL, sizeof(struct head), DATAGRAM_MAX },
	{ { "count", 1, NULL, 0 }, SEND, &opt.count, NULL, 1, 1e18 },
	{ { "seconds", 1, NULL, 0 }, SEND | RECV | STREAM_SEND, &opt.seconds, NULL, 0, 1e9 },
	{ { "until", 1, NULL, 0 }, SEND | RECV | STREAM_SEND, NULL, &opt.until, 0, 0 },
	{ { "sndbuf", 1, NULL, 0 }, SEND, &opt.sndbuf, NULL, 1, 1 << 30 },
	{ { "log", 1, NULL, 0 }, SEND, NULL, &opt.log, 0, 0 },
	{ { "idle", 1, NULL, 0 }, RECV, &opt.idle, NULL, 0, 1e9 },
	{ { "gaps", 1, NULL, 0 }, RECV | STREAM_RECV, &opt.gaps, NULL, 1, 1e9 },
	{ { "settle", 1, NULL, 0 }, RECV, &opt.settle, NULL, 0, 1e9 },
	{ { "bucket", 1, NULL, 0 }, RECV | STREAM_RECV, &opt.bucket, NULL, 1, 1e9 },
	{ { "bytes", 1, NULL, 0 }, STREAM_SEND, &opt.bytes, NULL, 1, 1e18 },
	{ { "seed", 1, NULL, 0 }, STREAM_SEND | STREAM_RECV, &opt.seed, NULL, 0, 1e15 },
	{ { "no-sha256", 0, &opt.no_sha256, 1 }, STREAM_SEND | STREAM_RECV, NULL, NULL, 0, 0 },
};

#define CHOICES (sizeof(choices) / sizeof(choices[0]))

static _Noreturn void usage(void)
{
	fputs("usage: xmd-seqtest send ADDR PORT [--rate PPS] [--size BYTES] [--count N] [--seconds S]\n"
	      "                                  [--until FILE] [--sndbuf BYTES] [--log FILE]\n"
	      "       xmd-seqtest recv PORT [--seconds S] [--idle S] [--until FILE] [--gaps MS]\n"
	      "                             [--settle MS] [--bucket MS FILE]\n"
	      "       xmd-seqtest stream-send ADDR PORT [--rate BYTES/S] [--bytes N] [--seconds S]\n"
	      "                                         [--until FILE] [--seed N] [--no-sha256]\n"
	      "       xmd-seqtest stream-recv PORT [--seed N] [--gaps MS] [--bucket MS FILE]\n"
	      "                                    [--no-sha256]\n", stderr);
	exit(2);
}

static void take_choice(const struct choice *c)
{
	char *end;

	if (c->text)
		*c->text = optarg;
	if (!c->number)
		return;
	*c->number = strtod(optarg, &end);
	if (end == optarg || *end || !(*c->number >= c->least && *c->number <= c->most)) {
		fprintf(stderr, "xmd-seqtest: --%s is %g to %g\n", c->o.name, c->least, c->most);
		exit(2);
	}
}

/* The options that were given, as bits of their places in the table. */
static unsigned int take_choices(int argc, char **argv)
{
	struct option options[CHOICES + 1] = { 0 };
	unsigned int given = 0;
	int c, i;

	for (size_t n = 0; n < CHOICES; n++)
		options[n] = choices[n].o;
	while ((c = getopt_long(argc, argv, "", options, &i)) != -1) {
		if (c == '?')
			usage();
		given |= 1u << i;
		take_choice(&choices[i]);
		if (choices[i].number != &opt.bucket)
			continue;
		if (optind == argc)
			usage();
		opt.csv = argv[optind++];	/* its second word */
	}
	return given;
}

int main(int argc, char **argv)
{
	unsigned int given = take_choices(argc, argv);
	const struct command *c = commands;

	argv += optind;
	argc -= optind;
	while (c < commands + 4 && (!argc || strcmp(argv[0], c->name)))
		c++;
	if (c == commands + 4 || argc != c->words)
		usage();
	for (size_t n = 0; n < CHOICES; n++)
		if (given >> n & 1 && !(choices[n].of & c->which))
			usage();
	setlinebuf(stdout);	/* gaps can be read while it goes on */
	stop_on_signals();
	return c->run(argv[1], atoi(argv[argc - 1]));
}
