// SPDX-License-Identifier: GPL-2.0
/* user_nic.c - attacks on /dev/xmd/nic0.  Register offsets: 82540EM manual, table 13-2. */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <xmd/xpc.h>

#include "user.h"

#define REG_CTRL 0x0000
#define STATUS	0x0008
#define ICR	0x00c0
#define ICS	0x00c8
#define IMS	0x00d0
#define IMC	0x00d8
#define RCTL	0x0100
#define TCTL	0x0400
#define CTRL_RST 0x04000000u
#define EN	0x00000002u	/* of RCTL and TCTL */

static int fd;

static int hello(unsigned int version)
{
	struct xmd_hello h = { .version = version };

	return ioctl(fd, XMD_NIC_HELLO, &h);
}

static void say_hello(void)
{
	fd = must_open(NIC_DEV);
	if (hello(XMD_XPC_VERSION)) {
		printf("BROKEN: HELLO: %s\n", strerror(errno));
		exit(2);
	}
}

static int regs(struct xmd_reg_op *ops, unsigned int n, unsigned int *failed)
{
	struct xmd_regs r = { .n = n, .failed = ~0u, .ops = (uintptr_t)ops };
	int ret = ioctl(fd, XMD_NIC_REGS, &r);

	if (failed)
		*failed = r.failed;
	return ret;
}

static int op(unsigned int code, uint32_t reg, uint32_t mask, uint32_t val, uint32_t usecs)
{
	struct xmd_reg_op o = { .op = code, .reg = reg, .mask = mask, .val = val, .usecs = usecs };

	return regs(&o, 1, NULL);
}

static void before_hello(void)
{
	struct xmd_start start = { 0 };
	struct xmd_link link = { 0 };
	struct xmd_hw_stats stats = { 0 };
	struct xmd_filter filter;
	char up[sizeof(struct xmd_upcall)];
	struct xmd_answer answer = { 0 };

	row("HELLO of version 0", ONE(EPROTONOSUPPORT), hello(0));
	row("HELLO of version 2^32-1", ONE(EPROTONOSUPPORT), hello(~0u));
	row("HELLO at a bad address", ONE(EFAULT), ioctl(fd, XMD_NIC_HELLO, bad_pointer));
	row("REGS before HELLO", ONE(EPROTO), op(XMD_REG_READ, STATUS, 0, 0, 0));
	row("STOP before HELLO", ONE(EPROTO), ioctl(fd, XMD_NIC_STOP));
	row("START before HELLO", ONE(EPROTO), ioctl(fd, XMD_NIC_START, &start));
	row("LINK before HELLO", ONE(EPROTO), ioctl(fd, XMD_NIC_LINK, &link));
	row("FILTER_GET before HELLO", ONE(EPROTO), ioctl(fd, XMD_NIC_FILTER_GET, &filter));
	row("STATS_GET before HELLO", ONE(EPROTO), ioctl(fd, XMD_NIC_STATS_GET, &stats));
	row("STATS_PUT before HELLO", ONE(EPROTO), ioctl(fd, XMD_NIC_STATS_PUT, &stats));
	row("read before HELLO", ONE(EPROTO), read(fd, up, sizeof(up)));
	row("answer before HELLO", TWO(EPROTO, EINVAL), write(fd, &answer, sizeof(answer)));
}

static void messages(void)
{
	unsigned int wrong_length = _IOC(_IOC_READ | _IOC_WRITE, 'x', 2, sizeof(struct xmd_regs) + 8);
	char up[sizeof(struct xmd_upcall)];
	struct xmd_answer answer = { .type = XMD_UP_TYPES, .seq = 1 };

	row("second HELLO", THREE(0, EBUSY, EPROTO), hello(XMD_XPC_VERSION));
	row("second open", ONE(EBUSY), open(NIC_DEV, O_RDWR));
	row("unknown ioctl", ONE(ENOTTY), ioctl(fd, _IO('x', 0x7f)));
	row("ioctl of another driver", ONE(ENOTTY), ioctl(fd, _IO('q', 0x02)));
	row("ioctl of the wrong length", ONE(ENOTTY), ioctl(fd, wrong_length, bad_pointer));
	row("ioctl of /dev/xmd/back", ONE(ENOTTY), ioctl(fd, XMD_VIF_LIST, bad_pointer));
	row("read of 1 byte", ONE(EINVAL), read(fd, up, 1));
	row("read of 31 bytes", ONE(EINVAL), read(fd, up, sizeof(up) - 1));
	row("write of 0 bytes", TWO(EINVAL, 0), write(fd, &answer, 0));
	row("write of 15 bytes", ONE(EINVAL), write(fd, &answer, sizeof(answer) - 1));
	row("write of two answers", ONE(EINVAL), write(fd, up, sizeof(answer) * 2));
	row("write from a bad address", ONE(EFAULT), write(fd, bad_pointer, sizeof(answer)));
	row("answer of an unknown type", ONE(EINVAL), write(fd, &answer, sizeof(answer)));
	row("mmap", TWO(ENODEV, EINVAL),
	    mmap(NULL, 4096, PROT_READ, MAP_SHARED, fd, 0) == MAP_FAILED ? -1 : 0);
}

static void batches(void)
{
	static struct xmd_reg_op many[XMD_REG_BATCH_MAX + 1];
	struct xmd_reg_op two[2] = { { .op = XMD_REG_READ, .reg = STATUS, .val = 0xdeadbeef },
				     { .op = XMD_REG_READ, .reg = 0x5ff8 } };
	struct xmd_reg_op odd = { .op = XMD_REG_READ, .reg = STATUS, .reserved = 1 };
	unsigned int failed;
	char seen[40];

	row("batch of 0", ONE(EINVAL), regs(many, 0, NULL));
	for (unsigned int i = 0; i <= XMD_REG_BATCH_MAX; i++)
		many[i] = (struct xmd_reg_op){ .op = XMD_REG_READ, .reg = STATUS };
	row("batch of 128", ONE(0), regs(many, XMD_REG_BATCH_MAX, NULL));
	row("batch of 129", TWO(EINVAL, E2BIG), regs(many, XMD_REG_BATCH_MAX + 1, NULL));
	row("batch of 2^32-1", TWO(EINVAL, E2BIG), regs(many, ~0u, NULL));
	row("batch at a bad address", ONE(EFAULT), regs(bad_pointer, 4, NULL));
	row("batch at a kernel address", ONE(EFAULT), regs((void *)0xffff888000000000ul, 4, NULL));
	row("REGS at a bad address", ONE(EFAULT), ioctl(fd, XMD_NIC_REGS, bad_pointer));
	row("reserved field set", ONE(EINVAL), regs(&odd, 1, NULL));
	row("good read, then a bad one", ONE(EPERM), regs(two, 2, &failed));
	snprintf(seen, sizeof(seen), "%u, %s", failed, two[0].val == 0xdeadbeef ? "nothing" : "read");
	row_text("  names the bad one, has done", "1, nothing", seen, !strcmp(seen, "1, nothing"));
	row("operation 0", ONE(EINVAL), op(0, STATUS, 0, 0, 0));
	row("operation 9", ONE(EINVAL), op(9, STATUS, 0, 0, 0));
	row("WAIT for too long", ONE(EINVAL), op(XMD_REG_WAIT, STATUS, 0, 1, XMD_REG_WAIT_MAX_US + 1));
	row("DELAY of 2^32-1", ONE(EINVAL), op(XMD_REG_DELAY, 0, 0, 0, ~0u));
	for (unsigned int i = 0; i < 4; i++)
		many[i] = (struct xmd_reg_op){ .op = XMD_REG_DELAY, .usecs = XMD_REG_WAIT_MAX_US };
	row("DELAYs of 80 ms together", ONE(EINVAL), regs(many, 4, NULL));
	row("WAIT for what never comes", ONE(ETIMEDOUT),
	    op(XMD_REG_WAIT, STATUS, 0xffffffff, 0x12345678, 1000));
}

static void guarded(void)
{
	static const struct { const char *what; uint32_t reg; } rings[] = {
		{ "TDBAL", 0x3800 }, { "TDBAH", 0x3804 }, { "TDLEN", 0x3808 }, { "TDH", 0x3810 },
		{ "TDT", 0x3818 }, { "RDBAL", 0x2800 }, { "RDBAH", 0x2804 }, { "RDLEN", 0x2808 },
		{ "RDH", 0x2810 }, { "RDT", 0x2818 }, { "IMS", IMS }, { "IMC", IMC }, { "ICS", ICS },
	};
	char what[64];

	for (unsigned int i = 0; i < sizeof(rings) / sizeof(rings[0]); i++) {
		snprintf(what, sizeof(what), "write %s", rings[i].what);
		row(what, ONE(EPERM), op(XMD_REG_SET, rings[i].reg, ~0u, 0, 0));
		snprintf(what, sizeof(what), "write one bit of %s", rings[i].what);
		row(what, ONE(EPERM), op(XMD_REG_SET, rings[i].reg, 1, 1, 0));
	}
	row("read ICR (clears it)", ONE(EPERM), op(XMD_REG_READ, ICR, 0, 0, 0));
	row("wait on ICR", ONE(EPERM), op(XMD_REG_WAIT, ICR, 1, 0, 0));
	row("RCTL.EN", ONE(EPERM), op(XMD_REG_SET, RCTL, EN, 0, 0));
	row("TCTL.EN", ONE(EPERM), op(XMD_REG_SET, TCTL, EN, 0, 0));
	row("whole RCTL", ONE(EPERM), op(XMD_REG_SET, RCTL, ~0u, 0, 0));
	row("CTRL.RST while running", THREE(EPERM, EBUSY, EACCES),
	    op(XMD_REG_SET, REG_CTRL, CTRL_RST, CTRL_RST, 0));
	row("write STATUS, read-only", ONE(EPERM), op(XMD_REG_SET, STATUS, ~0u, 0, 0));
	row("register between registers", ONE(EPERM), op(XMD_REG_READ, 0x5ff8, 0, 0, 0));
	row("odd offset", TWO(EPERM, EINVAL), op(XMD_REG_READ, STATUS + 2, 0, 0, 0));
	row("offset behind the BAR", ONE(EPERM), op(XMD_REG_READ, 0x20000, 0, 0, 0));
	row("offset 2^32-4", ONE(EPERM), op(XMD_REG_READ, 0xfffffffc, 0, 0, 0));
	row("receive addresses, one behind", ONE(EPERM), op(XMD_REG_READ, 0x5480, 0, 0, 0));
}

static void others(void)
{
	struct xmd_link link = { .up = 2, .speed = 1000 };
	struct xmd_start start = { .tx_ring = 256, .rx_ring = 256, .mac = { 2, 0, 0, 0, 0, 1 } };
	struct xmd_hw_stats stats = { .reserved = { 1 } };

	row("LINK up = 2", ONE(EINVAL), ioctl(fd, XMD_NIC_LINK, &link));
	link = (struct xmd_link){ .up = 1, .speed = 12345 };
	row("LINK at 12345 Mb/s", ONE(EINVAL), ioctl(fd, XMD_NIC_LINK, &link));
	link = (struct xmd_link){ .up = 1, .speed = 1000, .full_duplex = 7 };
	row("LINK duplex = 7", ONE(EINVAL), ioctl(fd, XMD_NIC_LINK, &link));
	row("LINK at a bad address", ONE(EFAULT), ioctl(fd, XMD_NIC_LINK, bad_pointer));
	row("FILTER_GET at a bad address", ONE(EFAULT), ioctl(fd, XMD_NIC_FILTER_GET, bad_pointer));
	row("STATS_PUT with a reserved field", ONE(EINVAL), ioctl(fd, XMD_NIC_STATS_PUT, &stats));
	row("STATS_GET at a bad address", ONE(EFAULT), ioctl(fd, XMD_NIC_STATS_GET, bad_pointer));
	row("START while running", ONE(EBUSY), ioctl(fd, XMD_NIC_START, &start));
}

void nic_calls(void)
{
	fd = must_open(NIC_DEV);
	before_hello();
	if (hello(XMD_XPC_VERSION)) {
		row("HELLO", ONE(0), -1);
		return;
	}
	messages();
	batches();
	guarded();
	others();
	close(fd);
}

static int start(unsigned int tx, unsigned int rx, uint32_t rctl, const void *mac)
{
	struct xmd_start s = { .tx_ring = tx, .rx_ring = rx, .rctl = rctl };

	memcpy(s.mac, mac, sizeof(s.mac));
	return ioctl(fd, XMD_NIC_START, &s);
}

void nic_stopped(void)
{
	static const uint8_t mac[6] = { 2, 0, 0, 0, 0, 1 }, group[6] = { 1 }, zero[6];
	struct xmd_start s = { .tx_ring = 256, .rx_ring = 256, .mac = { 2 }, .reserved = { 1 } };

	say_hello();
	row("STOP", ONE(0), ioctl(fd, XMD_NIC_STOP));
	row("STOP again", ONE(0), ioctl(fd, XMD_NIC_STOP));
	row("START with 0 descriptors", ONE(EINVAL), start(0, 256, 0, mac));
	row("START with 32 descriptors", ONE(EINVAL), start(256, 32, 0, mac));
	row("START with 100 descriptors", ONE(EINVAL), start(100, 256, 0, mac));
	row("START with 2^31 descriptors", ONE(EINVAL), start(1u << 31, 1u << 31, 0, mac));
	row("START with the kernel's RCTL bits", TWO(EPERM, EINVAL), start(256, 256, EN, mac));
	row("START with all RCTL bits", TWO(EPERM, EINVAL), start(256, 256, ~0u, mac));
	row("START with a group address", ONE(EADDRNOTAVAIL), start(256, 256, 0, group));
	row("START with address zero", ONE(EADDRNOTAVAIL), start(256, 256, 0, zero));
	row("START with a reserved field", ONE(EINVAL), ioctl(fd, XMD_NIC_START, &s));
	row("START at a bad address", ONE(EFAULT), ioctl(fd, XMD_NIC_START, bad_pointer));
	row("write TDBAL while stopped", ONE(EPERM), op(XMD_REG_SET, 0x3800, ~0u, 0, 0));
	row("write RDT while stopped", ONE(EPERM), op(XMD_REG_SET, 0x2818, ~0u, 0, 0));
	row("write IMS while stopped", ONE(EPERM), op(XMD_REG_SET, IMS, ~0u, ~0u, 0));
	row("RCTL.EN while stopped", ONE(EPERM), op(XMD_REG_SET, RCTL, EN, EN, 0));
	close(fd);
}

/* A child that must be killed within @limit ms. */
static void must_die(const char *what, void (*fn)(void), unsigned int limit)
{
	unsigned int ms;
	int status = in_child(fn, &ms);
	int killed = WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL;
	char want[40], seen[40];

	snprintf(want, sizeof(want), "SIGKILL within %u ms", limit);
	snprintf(seen, sizeof(seen), "%s, %u ms", killed ? "SIGKILL" : "lived", ms);
	row_text(what, want, seen, killed && ms <= limit);
}

static void sleep_on(void)
{
	say_hello();
	sleep(20);
}

void nic_silence(void)
{
	must_die("silence after HELLO", sleep_on, XMD_SILENCE_MS + XMD_UPCALL_DEADLINE_MS + 1500);
}

static void call_only(void)
{
	say_hello();
	for (unsigned int i = 0; i < 200; i++) {
		op(XMD_REG_READ, STATUS, 0, 0, 0);
		usleep(100000);
	}
}

void nic_deaf(void)
{
	must_die("calls, but reads no upcall", call_only, 20000);
}

static void answer_wrongly(void)
{
	struct xmd_answer a = { .type = XMD_UP_LINK, .seq = 0x7fff0000 };

	say_hello();
	for (unsigned int i = 0; i < XMD_WRONG_ANSWERS_MAX + 2; i++) {
		a.seq++;
		(void)!write(fd, &a, sizeof(a));
	}
	sleep(3);
}

void nic_wrong_answers(void)
{
	must_die("answers to questions never asked", answer_wrongly, 2500);
}

void nic_second_open(void)
{
	row("second open beside the real user half", ONE(EBUSY), open(NIC_DEV, O_RDWR));
	row("second open, read only", ONE(EBUSY), open(NIC_DEV, O_RDONLY));
}

static void flood(void)
{
	struct xmd_reg_op ops[8];

	for (unsigned int i = 0; i < 8; i++)
		ops[i] = (struct xmd_reg_op){ .op = XMD_REG_READ, .reg = STATUS };
	for (unsigned int i = 0; i < 3000; i++) {
		regs(ops, 8, NULL);
		ioctl(fd, _IO('x', 0x7f));
		(void)!read(fd, ops, 1);
	}
}

void nic_flood(void)
{
	unsigned long start = now_ms();
	char seen[40];

	say_hello();
	for (unsigned int i = 0; i < 4; i++) {
		pid_t pid = fork();

		if (!pid) {
			flood();
			_exit(0);
		}
	}
	while (wait(NULL) > 0)
		;
	snprintf(seen, sizeof(seen), "%lu ms", now_ms() - start);
	row_text("36000 calls from four processes", "they end", seen, 1);
	row("a good call afterwards", ONE(0), op(XMD_REG_READ, STATUS, 0, 0, 0));
	close(fd);
}
