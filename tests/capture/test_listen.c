// SPDX-License-Identifier: GPL-2.0
/*
 * test_listen.c - a process of xmd-capture that listens: at a tap called xmdvif5.0, in a network of its own, with a
 * socket in place of dom0's ring; and what its filter of system calls leaves it
 */
#include "check.h"
#include "capture.h"
#include "filter_capture.h"
#include "sandbox.h"
#include "vchan_fake.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <linux/if_tun.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>
#include <xen/sys/evtchn.h>

#define DEV	"xmdvif5.0"
#define KIND	0x88b5		/* of frames for experiments */

static int tap = -1, alive[2];
static pid_t child;
static struct libxenvchan *dom0;
static unsigned char data[XMD_CAPTURE_BYTES];
static struct xmd_capture_record r;

static void set_up(bool up)
{
	struct ifreq i = { .ifr_flags = (short)(up ? IFF_UP : 0) };
	int fd = socket(AF_INET, SOCK_DGRAM, 0);

	strcpy(i.ifr_name, DEV);
	assert_int_equal(ioctl(fd, SIOCSIFFLAGS, &i), 0);
	close(fd);
}

static int network(void **state)
{
	struct ifreq i = { .ifr_flags = IFF_TAP | IFF_NO_PI };
	char home[] = "/tmp/xmd-test.XXXXXX";

	(void)state;
	if (unshare(CLONE_NEWNET))
		return 0;
	tap = open("/dev/net/tun", O_RDWR);
	strcpy(i.ifr_name, DEV);
	if (tap >= 0 && ioctl(tap, TUNSETIFF, &i)) {
		close(tap);
		tap = -1;
	}
	if (tap >= 0)
		set_up(true);
	return mkdtemp(home) && !chdir(home) ? 0 : -1;
}

static int no_lock(void)
{
	return 0;
}

static int failing_lock(void)
{
	return -EPERM;
}

static void ask(__u32 version, __u32 snap, const struct sock_filter *f, __u32 n)
{
	const struct xmd_capture_ask a = { version, snap, n, 0 };

	dom0 = libxenvchan_server_init(NULL, 1, "/local/domain/1/xmd-capture/7", 1, 1);
	assert_non_null(dom0);
	libxenvchan_send(dom0, &a, sizeof(a));
	if (n)
		libxenvchan_send(dom0, f, n * sizeof(*f));
}

static void start(const char *dev, int err, int (*lock)(void))
{
	assert_int_equal(pipe(alive), 0);
	child = fork();
	if (!child) {
		close(alive[1]);
		_exit(capture_listen(7, dev, err, alive[0], lock));
	}
	close(alive[0]);
}

/* Of it, within ten seconds; false: it has ended */
static bool get(void)
{
	struct pollfd p;
	int i;

	for (i = 0; i < 100 && libxenvchan_is_open(dom0) == 2; i++)
		usleep(100000);
	p = (struct pollfd){ .fd = libxenvchan_fd_for_select(dom0), .events = POLLIN };
	assert_int_equal(poll(&p, 1, 10000), 1);
	if (libxenvchan_recv(dom0, &r, sizeof(r)) != sizeof(r))
		return false;
	assert_true(r.size <= sizeof(data));
	return !r.size || libxenvchan_recv(dom0, data, r.size) == (int)r.size;
}

static bool get_frame(void)
{
	bool more;

	while ((more = get()) && r.kind == XMD_CAPTURE_BEAT)
		;
	return more && r.kind == XMD_CAPTURE_FRAME;
}

static void came(unsigned int mark, size_t size, unsigned short kind)
{
	unsigned char frame[2000] = { 2, 0, 0, 0, 0, 1, 2, 0, 0, 0, 0, 2, kind >> 8, kind & 0xff, mark & 0xff };

	assert_int_equal(write(tap, frame, size), (ssize_t)size);
}

static void over(void)
{
	int status;

	assert_int_equal(waitpid(child, &status, 0), child);
	assert_int_equal(status, 0);
	libxenvchan_close(dom0);
	close(alive[1]);
}

static void sorry(const char *text)
{
	while (get() && r.kind != XMD_CAPTURE_SORRY)
		;
	assert_int_equal(r.kind, XMD_CAPTURE_SORRY);
	data[r.size] = 0;
	if (!strstr((char *)data, text))
		fail_msg("it says: %s", data);
	over();
}

/* ethertype KIND, then byte 14 odd */
static const struct sock_filter odd[] = {
	{ BPF_LD | BPF_H | BPF_ABS, 0, 0, 12 },
	{ BPF_JMP | BPF_JEQ | BPF_K, 0, 3, KIND },
	{ BPF_LD | BPF_B | BPF_ABS, 0, 0, 14 },
	{ BPF_JMP | BPF_JSET | BPF_K, 0, 1, 1 },
	{ BPF_RET | BPF_K, 0, 0, 262144 },
	{ BPF_RET | BPF_K, 0, 0, 0 },
};

static void begin(__u32 snap, int (*lock)(void))
{
	if (tap < 0)
		skip();
	ask(XMD_CAPTURE_VERSION, snap, odd, ARRAY_SIZE(odd));
	start(DEV, 0, lock);
	/* a beat: it listens */
	assert_true(get());
	assert_int_equal(r.kind, XMD_CAPTURE_BEAT);
}

static void frames_that_pass(void **state)
{
	uint64_t now = (uint64_t)time(NULL);
	unsigned int i;

	(void)state;
	begin(64, no_lock);
	for (i = 0; i < 20; i++)
		came(i, 60 + i, KIND);
	came(21, 60, 0x88b6);
	for (i = 1; i < 20; i += 2) {
		assert_true(get_frame());
		assert_int_equal(data[14], i);
		assert_int_equal(r.len, 60 + i);
		assert_int_equal(r.size, 60 + i < 64 ? 60 + i : 64);
		assert_true(r.ns / 1000000000u - now < 60);
	}
	came(23, 60, KIND);
	assert_true(get_frame());
	assert_int_equal(data[14], 23);
	assert_int_equal(r.missed, 0);
	libxenvchan_close(dom0);
	assert_int_equal(waitpid(child, NULL, 0), child);
	close(alive[1]);
}

static void who_started_it_is_gone(void **state)
{
	(void)state;
	begin(64, no_lock);
	close(alive[1]);
	while (get())
		;
	assert_int_equal(waitpid(child, NULL, 0), child);
	libxenvchan_close(dom0);
}

/* More than the socket keeps, while nobody reads: counted, and told */
static void no_room(void **state)
{
	unsigned int i, seen = 0, missed = 0;

	(void)state;
	begin(1500, no_lock);
	kill(child, SIGSTOP);
	for (i = 0; i < 5000; i++)
		came(1, 1500, KIND);
	kill(child, SIGCONT);
	while (!missed && get()) {
		seen += r.kind == XMD_CAPTURE_FRAME;
		missed = r.missed;
	}
	while (seen + missed < 5000 && get())
		seen += r.kind == XMD_CAPTURE_FRAME;
	assert_true(missed > 1000);
	assert_int_equal(seen + missed, 5000);
	libxenvchan_close(dom0);
	assert_int_equal(waitpid(child, NULL, 0), child);
	close(alive[1]);
}

static void the_vif_goes(void **state)
{
	(void)state;
	begin(64, no_lock);
	set_up(false);
	sorry("no such vif any more");
	set_up(true);
}

static void why_not(void **state)
{
	static const struct sock_filter endless[] = { { BPF_JMP | BPF_JA, 0, 0, 5 } };

	(void)state;
	if (tap < 0)
		skip();
	ask(XMD_CAPTURE_VERSION, 64, NULL, 0);
	start(DEV, -ENODEV, no_lock);
	sorry("raising its mirror: there is no such vif");
	ask(XMD_CAPTURE_VERSION, 64, NULL, 0);
	start("xmdvif6.0", 0, no_lock);
	sorry("xmdvif6.0: finding its mirror: there is no such vif");
	ask(XMD_CAPTURE_VERSION + 1, 64, NULL, 0);
	start(DEV, 0, no_lock);
	sorry("reading what is wanted");
	ask(XMD_CAPTURE_VERSION, XMD_CAPTURE_BYTES + 1, NULL, 0);
	start(DEV, 0, no_lock);
	sorry("reading what is wanted");
	ask(XMD_CAPTURE_VERSION, 64, endless, 1);
	start(DEV, 0, no_lock);
	sorry("setting the filter: Invalid argument");
	ask(XMD_CAPTURE_VERSION, 64, NULL, 0);
	start(DEV, 0, failing_lock);
	sorry("giving up rights: Operation not permitted");
}

/* ------------------------------------------------- what it may still do */

static int enter(void)
{
	const struct sandbox box = { .uid = 65534, .gid = 65534, .filter = sandbox_filter,
				     .filter_len = ARRAY_SIZE(sandbox_filter) };
	const char *what;

	return sandbox_enter(&box, &what);
}

/* As libxenvchan and pass_on() call them; 0: all that is needed can be done */
static int all_that_is_needed(int socket, int event)
{
	struct ioctl_evtchn_notify n = { 1 };
	struct iovec to = { data, sizeof(data) };
	struct msghdr m = { .msg_iov = &to, .msg_iovlen = 1 };
	struct pollfd p = { .fd = socket, .events = POLLIN };
	struct tpacket_stats st;
	socklen_t size = sizeof(st);
	struct timespec t;
	uint32_t port = 1;

	if (poll(&p, 1, 0) < 0 || (recvmsg(socket, &m, MSG_TRUNC) < 0 && errno != EAGAIN && errno != ENETDOWN))
		return 1;
	if (getsockopt(socket, SOL_PACKET, PACKET_STATISTICS, &st, &size))
		return 2;
	if (clock_gettime(CLOCK_REALTIME, &t) || ioctl(event, IOCTL_EVTCHN_NOTIFY, &n) != -1 || errno != ENOTTY)
		return 3;
	return read(event, &port, sizeof(port)) || write(event, &port, sizeof(port)) != sizeof(port) ? 4 : 0;
}

static int in_the_sandbox(bool too_much)
{
	int status, socket_fd, event;
	pid_t pid = fork();

	if (pid) {
		assert_int_equal(waitpid(pid, &status, 0), pid);
		return status;
	}
	socket_fd = socket(AF_PACKET, SOCK_RAW | SOCK_NONBLOCK, 0);
	event = open("/dev/null", O_RDWR);
	if (enter())
		_exit(10);
	if (too_much)
		socket(AF_INET, SOCK_DGRAM, 0);
	_exit(all_that_is_needed(socket_fd, event));
}

static void sandboxed(void **state)
{
	(void)state;
	if (tap < 0)
		skip();
	assert_int_equal(in_the_sandbox(false), 0);
#ifndef __SANITIZE_ADDRESS__
	int status = in_the_sandbox(true);

	assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGSYS);
#endif
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(frames_that_pass),
		cmocka_unit_test(who_started_it_is_gone),
		cmocka_unit_test(no_room),
		cmocka_unit_test(the_vif_goes),
		cmocka_unit_test(why_not),
		cmocka_unit_test(sandboxed),
	};

	return cmocka_run_group_tests(tests, network, NULL);
}
