// SPDX-License-Identifier: GPL-2.0
/*
 * test_tcpdump.c - "xmdctl tcpdump" with a xenstored in memory, a socket in place of the ring, a driver domain that
 * says what a test wants, and a shell script for tcpdump(8)
 */
/* before cmocka's own fail */
#include "ctl.h"
#include "check.h"
#include "home.h"
#include "said.h"
#include "store_mem.h"
#include "vchan_fake.h"

#include <fcntl.h>
#include <signal.h>
#include <stdarg.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>
#include <xmd/capture.h>

static struct mem *mem;
static struct store *dom0;
static char path[200];
static pid_t peer;

struct store *open_store(void)
{
	return mem_connect(mem, 0, NULL);
}

static void put(const char *node, const char *val)
{
	assert_int_equal(dom0->ops->write(dom0, node, val), 0);
}

static void vif(const char *guest, const char *handle, const char *drv)
{
	char node[100], back[100];

	snprintf(node, sizeof(node), "/libxl/%s/device/vif/%s/backend", guest, handle);
	snprintf(back, sizeof(back), "/local/domain/%s/backend/vif/%s/%s", drv, guest, handle);
	put(node, back);
}

/* What it was called with, who it is, what it has read; the last word of a filter says what comes of it */
static const char script[] =
	"#!/bin/sh\n"
	"cd \"${0%/*}\"\n"
	"for last; do :; done\n"
	"case $1 in\n"
	"-ddd)\n"
	"	[ \"$last\" != wrong ] || { echo 'tcpdump: syntax error' >&2; exit 1; }\n"
	"	[ \"$last\" != many ] || { echo 501; yes '6 0 0 1' | head -n 501; exit; }\n"
	"	[ \"$last\" != garbage ] || { echo 2; echo '6 0 0 1'; exit; }\n"
	"	echo \"$*\" > asked; printf '2\\n40 0 0 12\\n6 0 0 262144\\n' ;;\n"
	"*)\n"
	"	echo \"$*\" > called\n"
	"	{ id -u; ls /proc/self/fd | wc -l; ip -o link | wc -l; } > who\n"
	"	[ ! -e deaf ] || exit 0\n"
	"	cat > shown ;;\n"
	"esac\n";

static int setup(void **state)
{
	char bin[400];

	(void)state;
	at_home();
	/* whoever it becomes writes here */
	chmod(".", 0777);
	spew("tcpdump", script);
	chmod("tcpdump", 0755);
	assert_non_null(getcwd(path, sizeof(path)));
	snprintf(bin, sizeof(bin), "%s:/usr/sbin:/usr/bin:/sbin:/bin", path);
	setenv("PATH", bin, 1);
	mem = mem_new();
	dom0 = mem_connect(mem, 0, NULL);
	*said = 0;
	peer = 0;
	vchan_fails = 0;
	put("/local/domain/0/name", "Domain-0");
	put("/local/domain/1/name", "drv");
	put("/local/domain/1/data/xmd-backend/state", "serving");
	put("/local/domain/2/name", "stock");
	put("/local/domain/5/name", "g1");
	put("/local/domain/6/name", "g2");
	put("/local/domain/7/name", "bare");
	vif("5", "0", "1");
	vif("5", "1", "1");
	vif("6", "0", "0");
	vif("6", "1", "2");
	vif("6", "2", "9");
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	if (peer)
		waitpid(peer, NULL, 0);
	store_close(dom0);
	mem_free(mem);
	if (chdir(path))
		return -1;
	leave_home();
	return 0;
}

static int run(struct args a, const char *const *words)
{
	char *word[20] = { (char *)"tcpdump" };

	for (a.n = 1; words[a.n - 1]; a.n++)
		word[a.n] = (char *)words[a.n - 1];
	a.word = word;
	return run_tcpdump(&a);
}

#define A(...)		((struct args){ __VA_ARGS__ })
#define RUN(args, ...)	run(args, (const char *const[]){ __VA_ARGS__, NULL })

/* ------------------------------------------------- the driver domain's end */

static struct libxenvchan *to;

static void answer(unsigned int kind, const void *data, __u32 size, __u32 missed)
{
	const struct xmd_capture_record r = { (__u16)kind, 0, size, size, missed, 0 };

	libxenvchan_write(to, &r, sizeof(r));
	if (size)
		libxenvchan_write(to, data, size);
}

/* Its @part, when dom0 has asked: with the question, which it has read */
static void play(void (*part)(const struct xmd_capture_ask *a, const struct sock_filter *f))
{
	struct sock_filter f[XMD_CAPTURE_FILTER];
	struct xmd_capture_ask a;
	char dir[40];
	int i;

	snprintf(dir, sizeof(dir), "xmd-capture/%d", getpid());
	peer = fork();
	if (peer)
		return;
	for (i = 0; i < 1000 && !to; i++) {
		usleep(10000);
		to = libxenvchan_client_init(NULL, 0, dir);
	}
	if (!to || libxenvchan_recv(to, &a, sizeof(a)) != sizeof(a) ||
	    (a.n_filter && libxenvchan_recv(to, f, a.n_filter * sizeof(*f)) < 0))
		_exit(1);
	part(&a, f);
	_exit(0);
}

static void until_closed(void)
{
	char byte;

	libxenvchan_recv(to, &byte, 1);
}

static void three_frames(const struct xmd_capture_ask *a, const struct sock_filter *f)
{
	static const char frame[60] = "abc";
	char note[100];
	int i;

	snprintf(note, sizeof(note), "%u %u %u %x", a->version, a->snap, a->n_filter, a->n_filter ? f[0].code : 0);
	spew("question", note);
	answer(XMD_CAPTURE_BEAT, NULL, 0, 0);
	for (i = 0; i < 3; i++)
		answer(XMD_CAPTURE_FRAME, frame, sizeof(frame), i == 2 ? 4 : 0);
	until_closed();
}

static void contains(const char *file, const char *text)
{
	char *is = slurp(file);

	assert_non_null(is);
	if (strcmp(is, text))
		fail_msg("%s: \"%s\", not \"%s\"", file, is, text);
	free(is);
}

static void says(const char *text)
{
	if (!strstr(said, text))
		fail_msg("it says: \"%s\", not \"%s\"", said, text);
}

static long size_of(const char *file)
{
	struct stat st;

	return stat(file, &st) ? -1 : (long)st.st_size;
}

static void nothing_is_left(void)
{
	char *nodes = mem_dump(mem);

	assert_null(strstr(nodes, "xmd-capture/"));
	free(nodes);
}

/* --------------------------------------------------------------- the tests */

static void to_tcpdump(void **state)
{
	(void)state;
	play(three_frames);
	assert_int_equal(RUN(A(.count = 3), "g1", "icmp", "or", "port 22"), EXIT_OK);
	contains("asked", "-ddd -yEN10MB -- icmp or port 22\n");
	contains("question", "1 65568 2 28");
	contains("called", "-n -l -r -\n");
	assert_int_equal(size_of("shown"), 24 + 3 * (16 + 60));
	says("4 frames were not shown");
	nothing_is_left();
}

/* Nobody, in a network that has its own loopback at most, with no descriptor but three (and that of ls) */
static void without_rights(void **state)
{
	char *who;
	int uid, fds, links;

	(void)state;
	if (geteuid())
		skip();
	play(three_frames);
	assert_int_equal(RUN(A(.count = 3), "g1"), EXIT_OK);
	who = slurp("who");
	assert_int_equal(sscanf(who, "%d %d %d", &uid, &fds, &links), 3);
	assert_int_not_equal(uid, 0);
	assert_true(fds <= 4);
	assert_true(links <= 1);
	free(who);
}

static void to_a_file(void **state)
{
	(void)state;
	play(three_frames);
	assert_int_equal(RUN(A(.count = 2, .write = "frames", .snap = 96), "g1/1"), EXIT_OK);
	contains("question", "1 96 0 0");
	assert_int_equal(size_of("frames"), 24 + 2 * (16 + 60));
	assert_int_equal(size_of("called"), -1);
	nothing_is_left();
}

static void and_ends(const struct xmd_capture_ask *a, const struct sock_filter *f)
{
	(void)a;
	(void)f;
}

static void and_is_sorry(const struct xmd_capture_ask *a, const struct sock_filter *f)
{
	(void)a;
	(void)f;
	answer(XMD_CAPTURE_SORRY, "xmdvif5.0: gone", 15, 0);
	until_closed();
}

static void and_lies(const struct xmd_capture_ask *a, const struct sock_filter *f)
{
	const struct {
		struct xmd_capture_record head;
		char data[40];
	} r = { { XMD_CAPTURE_FRAME, 0, 40, 39, 0, 0 }, "" };

	(void)a;
	(void)f;
	libxenvchan_write(to, &r, sizeof(r));
	until_closed();
}

static void how_it_ends(void **state)
{
	static const struct {
		void (*part)(const struct xmd_capture_ask *a, const struct sock_filter *f);
		const char *says;
	} t[] = {
		{ and_ends, "drv has ended it" },
		{ and_is_sorry, "drv: xmdvif5.0: gone" },
		{ and_lies, "what drv sends is no capture" },
	};
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(t); i++) {
		play(t[i].part);
		assert_int_equal(RUN(A(.snap = 100), "5/0"), EXIT_FAILED);
		says(t[i].says);
		nothing_is_left();
		teardown(state);
		setup(state);
	}
}

static void forever(const struct xmd_capture_ask *a, const struct sock_filter *f)
{
	static const char frame[60];

	(void)a;
	(void)f;
	for (;;) {
		answer(XMD_CAPTURE_FRAME, frame, sizeof(frame), 0);
		if (libxenvchan_is_open(to) != 1)
			return;
	}
}

static void the_reader_goes(void **state)
{
	(void)state;
	spew("deaf", "");
	play(forever);
	assert_int_equal(RUN(A(.json = false), "g1"), EXIT_OK);
	nothing_is_left();
}

static void on_alarm(int sig)
{
	(void)sig;
	raise(SIGINT);
}

static void and_is_silent(const struct xmd_capture_ask *a, const struct sock_filter *f)
{
	(void)a;
	(void)f;
	until_closed();
}

/* "--write - | head": it ends, also if nothing passes, and does not turn round and round until something does */
static void who_reads_the_file_goes(void **state)
{
	char head[24];
	pid_t reader;
	int fd;

	(void)state;
	assert_int_equal(mkfifo("frames", 0600), 0);
	reader = fork();
	if (!reader) {
		fd = open("frames", O_RDONLY);
		_exit(read(fd, head, sizeof(head)) != sizeof(head));
	}
	play(and_is_silent);
	signal(SIGALRM, on_alarm);
	alarm(20);
	assert_int_equal(RUN(A(.write = "frames"), "g1"), EXIT_OK);
	assert_int_not_equal(alarm(0), 0);
	waitpid(reader, NULL, 0);
	nothing_is_left();
}

static void a_signal(void **state)
{
	(void)state;
	signal(SIGALRM, on_alarm);
	play(three_frames);
	alarm(1);
	assert_int_equal(RUN(A(.write = "frames"), "g1"), EXIT_OK);
	assert_int_equal(size_of("frames"), 24 + 3 * (16 + 60));
	nothing_is_left();
}

static void what_cannot_be(void **state)
{
	static const struct {
		const char *guest, *filter, *says;
		int status;
	} t[] = {
		{ "g9", NULL, "there is no domain g9", EXIT_FAILED },
		{ "bare", NULL, "bare: no such vif", EXIT_FAILED },
		{ "g1/2", NULL, "g1/2: no such vif", EXIT_FAILED },
		{ "g1/x", NULL, "the number of a vif", EXIT_FAILED },
		{ "g2", NULL, "dom0 itself is the backend of vif 0 of domain 6: tcpdump -i vif6.0", EXIT_FAILED },
		{ "g2/1", NULL, "stock is no driver domain of xmd", EXIT_FAILED },
		{ "g2/2", NULL, "domain 9, the backend of vif 2 of domain 6, is not there", EXIT_FAILED },
		{ "g1", "many", "more than 500 instructions", EXIT_USAGE },
		{ "g1", "garbage", "not understood", EXIT_USAGE },
		{ "g1", "wrong", "", EXIT_USAGE },
	};
	unsigned int i;

	(void)state;
	for (i = 0; i < ARRAY_SIZE(t); i++) {
		*said = 0;
		assert_case(t[i].guest, RUN(A(.json = false), t[i].guest, t[i].filter), t[i].status);
		says(t[i].says);
		nothing_is_left();
	}
	assert_int_equal(RUN(A(.json = true), "g1"), EXIT_USAGE);
}

static void nobody_answers(void **state)
{
	(void)state;
	assert_int_equal(RUN(A(.write = "frames"), "g1"), EXIT_FAILED);
	says("drv does not answer: no xmd-capture runs there");
	nothing_is_left();
}

static void no_vchan(void **state)
{
	(void)state;
	vchan_fails = ENOENT;
	assert_int_equal(RUN(A(.write = "frames"), "g1"), EXIT_FAILED);
	says("no vchan to the driver domain");
	nothing_is_left();
}

/* Those of processes that are no more are no reason, and go */
static void enough_of_them(void **state)
{
	pid_t other[XMD_CAPTURES_MAX];
	char node[80];
	int i;

	(void)state;
	for (i = 0; i < XMD_CAPTURES_MAX; i++) {
		other[i] = fork();
		if (!other[i])
			for (;;)
				pause();
		snprintf(node, sizeof(node), "/local/domain/1/xmd-capture/%d/vif", other[i]);
		put(node, "5/0");
	}
	assert_int_equal(RUN(A(.write = "frames"), "g1"), EXIT_FAILED);
	says("4 look at vifs of drv already");
	for (i = 0; i < XMD_CAPTURES_MAX; i++) {
		kill(other[i], SIGKILL);
		waitpid(other[i], NULL, 0);
	}
	play(three_frames);
	assert_int_equal(RUN(A(.count = 1, .write = "frames"), "g1"), EXIT_OK);
	nothing_is_left();
}

static void tcpdump_is_not_installed(void **state)
{
	(void)state;
	unlink("tcpdump");
	setenv("PATH", path, 1);
	assert_int_equal(RUN(A(.json = false), "g1", "icmp"), EXIT_USAGE);
	says("tcpdump is not installed here");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(to_tcpdump, setup, teardown),
		cmocka_unit_test_setup_teardown(without_rights, setup, teardown),
		cmocka_unit_test_setup_teardown(to_a_file, setup, teardown),
		cmocka_unit_test_setup_teardown(how_it_ends, setup, teardown),
		cmocka_unit_test_setup_teardown(the_reader_goes, setup, teardown),
		cmocka_unit_test_setup_teardown(who_reads_the_file_goes, setup, teardown),
		cmocka_unit_test_setup_teardown(a_signal, setup, teardown),
		cmocka_unit_test_setup_teardown(what_cannot_be, setup, teardown),
		cmocka_unit_test_setup_teardown(nobody_answers, setup, teardown),
		cmocka_unit_test_setup_teardown(no_vchan, setup, teardown),
		cmocka_unit_test_setup_teardown(enough_of_them, setup, teardown),
		cmocka_unit_test_setup_teardown(tcpdump_is_not_installed, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
