// SPDX-License-Identifier: GPL-2.0
/* user_nic.c - attacks on /dev/xmd/nic0. */
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

#include <xmd/backdev.h>
#include <xmd/nicdev.h>
#include <xmd/nicregs.h>

#include "objects_xpc.h"
#include "tracker.h"
#include "user.h"

static int fd;

static unsigned char box[XPC_MSG_MAX];	/* the message that was read last */
static struct xpc_msg got;
static uint32_t epoch, version;		/* as told: of the other half, of adapter */

static long put(struct xpc_msg m, const void *body, unsigned int n)
{
	unsigned char buf[XPC_MSG_MAX];

	m.len = XPC_HEADER + n;
	xpc_put_header(&m, buf);
	if (n)
		memcpy(buf + XPC_HEADER, body, n);
	return write(fd, buf, m.len);
}

static long hello(uint32_t fingerprint)
{
	return put((struct xpc_msg){ .kind = XPC_HELLO }, &fingerprint, sizeof(fingerprint));
}

/* The next message, into box and got.  Return: its kind, or -1 */
static int get(void)
{
	long n = read(fd, box, sizeof(box));

	if (n < 0 || xpc_get_header(&got, box, n))
		return -1;
	if (got.kind == XPC_WELCOME)
		epoch = got.epoch;
	if ((got.kind == XPC_STATE || got.kind == XPC_CHANGE) && got.id == XPC_ID_xmd_adapter)
		version = got.version;
	return got.kind;
}

static void broken(const char *what)
{
	printf("BROKEN: %s: %s\n", what, strerror(errno));
	exit(2);
}

/* As an honest user half: the copies are read, then READY. */
static void say_hello(void)
{
	struct pollfd p = { .events = POLLIN };

	fd = must_open(NIC_DEV);
	p.fd = fd;
	if (hello(xpc_objects.fingerprint) < 0)
		broken("HELLO");
	while (poll(&p, 1, 200) > 0)
		if (get() < 0)
			broken("reading the copies");
	if (put((struct xpc_msg){ .kind = XPC_READY, .epoch = epoch }, NULL, 0) < 0)
		broken("READY");
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
	struct xmd_info info;

	row("HELLO of other declarations", ONE(EPROTONOSUPPORT), hello(0));
	row("REGS before HELLO", ONE(EPROTO), op(XMD_REG_READ, STATUS, 0, 0, 0));
	row("INFO before HELLO", ONE(EPROTO), ioctl(fd, XMD_NIC_INFO, &info));
	row("STOP before HELLO", ONE(EPROTO), ioctl(fd, XMD_NIC_STOP));
	row("START before HELLO", ONE(EPROTO), ioctl(fd, XMD_NIC_START, &start));
	row("read before HELLO", ONE(EPROTO), read(fd, box, sizeof(box)));
	row("READY before HELLO", ONE(EPROTO), put((struct xpc_msg){ .kind = XPC_READY }, NULL, 0));
}

static void files(void)
{
	unsigned int wrong_length = _IOC(_IOC_READ | _IOC_WRITE, 'x', 2, sizeof(struct xmd_regs) + 8);

	row("second open", ONE(EBUSY), open(NIC_DEV, O_RDWR));
	row("unknown ioctl", ONE(ENOTTY), ioctl(fd, _IO('x', 0x7f)));
	row("ioctl of another driver", ONE(ENOTTY), ioctl(fd, _IO('q', 0x02)));
	row("ioctl of the wrong length", ONE(ENOTTY), ioctl(fd, wrong_length, bad_pointer));
	row("ioctl of /dev/xmd/back", ONE(ENOTTY), ioctl(fd, XMD_VIF_LIST, bad_pointer));
	row("INFO at a bad address", ONE(EFAULT), ioctl(fd, XMD_NIC_INFO, bad_pointer));
	row("read of 1 byte", TWO(EINVAL, EMSGSIZE), read(fd, box, 1));
	row("mmap", TWO(ENODEV, EINVAL),
	    mmap(NULL, 4096, PROT_READ, MAP_SHARED, fd, 0) == MAP_FAILED ? -1 : 0);
}

/* What is wrong about a message is counted; XPC_WRONG_MAX would end us. */
static void messages(void)
{
	unsigned char huge[XPC_MSG_MAX + 1] = { 0 };

	row("write of 0 bytes", THREE(EINVAL, EBADMSG, 0), write(fd, huge, 0));
	row("write of 31 bytes", TWO(EINVAL, EBADMSG), write(fd, huge, XPC_HEADER - 1));
	row("write of 4097 bytes", THREE(EINVAL, EBADMSG, EMSGSIZE), write(fd, huge, sizeof(huge)));
	row("write from a bad address", ONE(EFAULT), write(fd, bad_pointer, XPC_HEADER));
	row("kind 0", TWO(EINVAL, EBADMSG), put((struct xpc_msg){ .epoch = epoch }, NULL, 0));
	row("a kind that goes the other way", TWO(EINVAL, EBADMSG),
	    put((struct xpc_msg){ .kind = XPC_STATE, .id = 1, .epoch = epoch }, NULL, 0));
}

/* An update of adapter with one member, that of bit @bit. */
static long propose(uint64_t mask, uint32_t base, const void *val, unsigned int n)
{
	unsigned char body[64];

	memcpy(body, &mask, sizeof(mask));
	memcpy(body + sizeof(mask), val, n);
	return put((struct xpc_msg){ .kind = XPC_PROPOSE, .id = XPC_ID_xmd_adapter,
				     .epoch = epoch, .version = base }, body, sizeof(mask) + n);
}

/* An address of our own, as if it had been found in the EEPROM. */
static long found(const uint8_t mac[ETH_ALEN])
{
	static struct xmd_adapter a = {
		.tx_ring = 256, .rx_ring = 256, .mtu = 1500, .autoneg = 1,
		.advertise = XMD_ADV_ALL, .mdix = XMD_MDIX_AUTO, .rx_csum = 1,
	};
	const struct xpc_call_type *down = &xpc_objects.down[XPC_DOWN_xmd_found];
	const void *arg[] = { &a };
	unsigned char body[XPC_MSG_MAX];
	int n;

	memcpy(a.mac.addr, mac, ETH_ALEN);
	n = xpc_encode_args(down->in, arg, body, XPC_MSG_MAX - XPC_HEADER);
	if (n < 0)
		broken("encoding");
	return put((struct xpc_msg){ .kind = XPC_CALL, .id = down->id, .epoch = epoch }, body, n);
}

static void updates(void)
{
	static const uint8_t guests[ETH_ALEN] = { 0, 0x16, 0x3e, 0x77, 0, 1 };
	uint32_t ring = 64;
	uint16_t fast = 12345;
	uint32_t mtu = 9000;
	uint8_t two = 2, up = 1;

	row("speed 12345", ONE(ERANGE), propose(XPC_xmd_adapter_speed, version, &fast, 2));
	row("link 2", ONE(ERANGE), propose(XPC_xmd_adapter_link, version, &two, 1));
	row("the MTU, which is not ours to write", ONE(EPERM),
	    propose(XPC_xmd_adapter_mtu, version, &mtu, 4));
	row("the address of a guest", ONE(EPERM),
	    propose(XPC_xmd_adapter_mac, version, guests, ETH_ALEN));
	row("the address of a guest, found in the EEPROM", ONE(EPERM), found(guests));
	row("a ring of 64, which nobody asked for", ONE(EPERM),
	    propose(XPC_xmd_adapter_rx_ring, version, &ring, 4));
	row("link up, of an old version", ONE(ESTALE),
	    propose(XPC_xmd_adapter_link, version - 1, &up, 1));
	epoch--;
	row("link up, of an old epoch", ONE(ECONNRESET),
	    propose(XPC_xmd_adapter_link, version, &up, 1));
	epoch++;
	row("an object that is not there", TWO(ENOENT, EINVAL),
	    put((struct xpc_msg){ .kind = XPC_PROPOSE, .id = 99, .epoch = epoch }, &up, 1));
	row("an answer to nothing", TWO(EINVAL, ENOENT),
	    put((struct xpc_msg){ .kind = XPC_ANSWER, .id = 1, .epoch = epoch, .seq = 99 }, NULL, 0));
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
		{ "TDBAL", TDBAL }, { "TDBAH", TDBAH }, { "TDLEN", TDLEN }, { "TDH", TDH },
		{ "TDT", TDT }, { "RDBAL", RDBAL }, { "RDBAH", RDBAH }, { "RDLEN", RDLEN },
		{ "RDH", RDH }, { "RDT", RDT }, { "IMS", IMS }, { "IMC", IMC }, { "ICS", ICS },
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
	row("RCTL.EN", ONE(EPERM), op(XMD_REG_SET, RCTL, RCTL_EN, 0, 0));
	row("TCTL.EN", ONE(EPERM), op(XMD_REG_SET, TCTL, TCTL_EN, 0, 0));
	row("whole RCTL", ONE(EPERM), op(XMD_REG_SET, RCTL, ~0u, 0, 0));
	row("CTRL.RST while running", THREE(EPERM, EBUSY, EACCES),
	    op(XMD_REG_SET, CTRL, CTRL_RST, CTRL_RST, 0));
	row("write STATUS, read-only", ONE(EPERM), op(XMD_REG_SET, STATUS, ~0u, 0, 0));
	row("register between registers", ONE(EPERM), op(XMD_REG_READ, 0x5ff8, 0, 0, 0));
	row("odd offset", TWO(EPERM, EINVAL), op(XMD_REG_READ, STATUS + 2, 0, 0, 0));
	row("offset behind the BAR", ONE(EPERM), op(XMD_REG_READ, 0x20000, 0, 0, 0));
	row("offset 2^32-4", ONE(EPERM), op(XMD_REG_READ, 0xfffffffc, 0, 0, 0));
	row("receive addresses, one behind", ONE(EPERM), op(XMD_REG_READ, RAL(RAR_ENTRIES), 0, 0, 0));
}

/* Registers that are ours, with values that harm others. */
static void values(void)
{
	static const struct { const char *what; uint32_t reg, mask, val; } harm[] = {
		{ "TIDV 0", TIDV, 0xffff, 0 },
		{ "one bit of TIDV", TIDV, 1, 0 },
		{ "PAUSE for 33 ms", FCTTV, 0xffff, 0xffff },
		{ "PAUSE from the first byte on", FCRTH, FCRT_BYTES, 0 },
		{ "PAUSE never, behind the memory", FCRTH, FCRT_BYTES, 0xfff8 },
		{ "XON above XOFF", FCRTL, FCRTL_XONE | FCRT_BYTES, FCRTL_XONE | 0xfff8 },
		{ "one bit of FCRTH", FCRTH, 0x8000, 0 },
		{ "PAUSE frames to somebody", FCAL, ~0u, 0x773e1600 },
		{ "PAUSE frames of another type", FCT, 0xffff, 0x0800 },
		{ "no gap between frames", TIPG, 0x3fffffff, 0 },
		{ "wake at broadcasts", WUFC, WUFC_USER, WUFC_BC },
		{ "wake at a link change", WUFC, WUFC_LNKC, WUFC_LNKC },
		{ "wake as if just powered", WUC, WUC_USER, WUC_APME },
		{ "PME", WUC, WUC_PME_EN, WUC_PME_EN },
		{ "ARP answered by firmware", MANC, MANC_ARP_EN, MANC_ARP_EN },
		{ "EEPROM pins while running", EECD, EECD_WIRE, EECD_EE_REQ },
		{ "frames not padded", TCTL, TCTL_PSP, 0 },
		{ "VLAN filter", RCTL, 0x00040000, 0x00040000 },
		{ "damaged frames", RCTL, RCTL_SBP, RCTL_SBP },
		{ "memory split while running", PBA, PBA_RX_MASK, 8 },
	};

	for (unsigned int i = 0; i < sizeof(harm) / sizeof(harm[0]); i++)
		row(harm[i].what, ONE(EPERM),
		    op(XMD_REG_SET, harm[i].reg, harm[i].mask, harm[i].val, 0));
}

/* Bits clocked into the EEPROM although nobody wants it written. */
static void eeprom_pins(void)
{
	row("EEPROM clock", ONE(EPERM), op(XMD_REG_SET, EECD, EECD_SK, EECD_SK, 0));
	row("EEPROM selected", ONE(EPERM), op(XMD_REG_SET, EECD, EECD_CS, EECD_CS, 0));
	row("EEPROM data", ONE(EPERM), op(XMD_REG_SET, EECD, EECD_DI, EECD_DI, 0));
	row("all EEPROM pins", ONE(EPERM), op(XMD_REG_SET, EECD, EECD_WIRE, EECD_WIRE, 0));
	row("flash opened for writing", ONE(EPERM), op(XMD_REG_SET, EECD, 0x30, 0x20, 0));
	row("EEPROM pins let go", ONE(0), op(XMD_REG_SET, EECD, EECD_WIRE, 0, 0));
}

void nic_calls(void)
{
	struct xmd_start start = { .tx_ring = 256, .rx_ring = 256, .mac = { 2, 0, 0, 0, 0, 1 } };

	fd = must_open(NIC_DEV);
	before_hello();
	close(fd);
	say_hello();
	files();
	messages();
	close(fd);
	say_hello();	/* wrong messages are counted anew */
	updates();
	close(fd);
	say_hello();
	batches();
	guarded();
	values();
	row("START while running", ONE(EBUSY), ioctl(fd, XMD_NIC_START, &start));
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
	row("START with the kernel's RCTL bits", TWO(EPERM, EINVAL), start(256, 256, RCTL_EN, mac));
	row("START with all RCTL bits", TWO(EPERM, EINVAL), start(256, 256, ~0u, mac));
	row("START with a group address", ONE(EADDRNOTAVAIL), start(256, 256, 0, group));
	row("START with address zero", ONE(EADDRNOTAVAIL), start(256, 256, 0, zero));
	row("START with a reserved field", ONE(EINVAL), ioctl(fd, XMD_NIC_START, &s));
	row("START with the address of somebody", ONE(EPERM), start(256, 256, 0, mac));
	row("START at a bad address", ONE(EFAULT), ioctl(fd, XMD_NIC_START, bad_pointer));
	row("write TDBAL while stopped", ONE(EPERM), op(XMD_REG_SET, TDBAL, ~0u, 0, 0));
	row("write RDT while stopped", ONE(EPERM), op(XMD_REG_SET, RDT, ~0u, 0, 0));
	row("write IMS while stopped", ONE(EPERM), op(XMD_REG_SET, IMS, ~0u, ~0u, 0));
	eeprom_pins();
	row("RCTL.EN while stopped", ONE(EPERM), op(XMD_REG_SET, RCTL, RCTL_EN, RCTL_EN, 0));
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
	must_die("silence after HELLO", sleep_on, XPC_SILENCE_MS + 1000 + 1500);
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
	say_hello();
	for (unsigned int i = 0; i < XPC_WRONG_MAX + 2; i++)
		put((struct xpc_msg){ .kind = XPC_ANSWER, .id = 2, .epoch = epoch,
				      .seq = 0x7fff0000 + i }, NULL, 0);
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
