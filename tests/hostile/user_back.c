// SPDX-License-Identifier: GPL-2.0
/* user_back.c - attacks on /dev/xmd/back. */
#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <xmd/backdev.h>
#include <xmd/nicdev.h>

#include "objects_xpc.h"
#include "user.h"

#define NOBODY 31000	/* no domain has this id */

static int fd;

/* A message without fault but for the domain, which does not exist. */
static struct xmd_vif_connect fair(void)
{
	struct xmd_vif_connect c = {
		.version = XMD_XPC_VERSION, .id = { .domid = NOBODY, .handle = 7 },
		.mtu = 1500, .mac = { 0x02, 0, 0, 0, 0, 0x77 }, .n_queues = 1,
		.queue = { { .tx_ref = 8, .rx_ref = 9, .tx_evtchn = 3, .rx_evtchn = 3 } },
	};
	return c;
}

static int connect_vif(const struct xmd_vif_connect *c)
{
	return ioctl(fd, XMD_VIF_CONNECT, c);
}

/* Whatever errno is, connecting must not work; then nothing may be left behind. */
static void must_fail(const char *what, const struct xmd_vif_connect *c)
{
	int ret = connect_vif(c);

	row_text(what, "an error", ret ? strerrorname_np(errno) : "0", ret != 0);
	row("  left behind", TWO(ENOENT, EINVAL), ioctl(fd, XMD_VIF_DISCONNECT, &c->id));
}

#define WRONG(what, err, field, value) do {		\
	struct xmd_vif_connect c_ = fair();		\
	c_.field = (value);				\
	row(what, err, connect_vif(&c_));		\
} while (0)

static void fields(void)
{
	WRONG("version 0", TWO(EPROTONOSUPPORT, EINVAL), version, 0);
	WRONG("version 2", TWO(EPROTONOSUPPORT, EINVAL), version, XMD_XPC_VERSION + 1);
	WRONG("no queue", ONE(EINVAL), n_queues, 0);
	WRONG("2 queues", ONE(EINVAL), n_queues, XMD_VIF_QUEUES_MAX + 1);
	WRONG("255 queues", ONE(EINVAL), n_queues, 255);
	WRONG("MTU 0", ONE(EINVAL), mtu, 0);
	WRONG("MTU 67", ONE(EINVAL), mtu, 67);
	WRONG("MTU 65536", ONE(EINVAL), mtu, 65536);
	WRONG("MTU 2^32-1", ONE(EINVAL), mtu, ~0u);
	WRONG("group address", ONE(EINVAL), mac[0], 0x01);
	WRONG("unknown feature", ONE(EINVAL), features, 0x8000);
	WRONG("adopt = 2", ONE(EINVAL), adopt, 2);
	WRONG("reserved field", ONE(EINVAL), id.reserved, 1);
	WRONG("bytes in no interval", ONE(EINVAL), rate.bytes, 1);
	WRONG("interval of 2^32-1 us without bytes", ONE(EINVAL), rate.usecs, ~0u);
	WRONG("VLAN 4095", ONE(EINVAL), confine.vlan, 4095);
	WRONG("65535 addresses", ONE(EINVAL), confine.n_addrs, 0xffff);
	WRONG("a segment's name without an end", ONE(EINVAL), confine.segment[XMD_SEGMENT_MAX - 1], 'x');
}

static void foreign(void)
{
	struct xmd_vif_connect c = fair();

	must_fail("domain that does not exist", &c);
	c.id.domid = 0x7ff0;
	must_fail("DOMID_SELF", &c);
	c.id.domid = 0x7ff2;
	must_fail("DOMID_XEN", &c);
	c.id.domid = 0xffff;
	must_fail("domain 65535", &c);
	c.id.domid = 0;
	must_fail("dom0, references it never granted", &c);
	c.queue[0].tx_ref = ~0u;
	must_fail("grant reference 2^32-1", &c);
	c.queue[0].tx_evtchn = c.queue[0].rx_evtchn = ~0u;
	must_fail("event channel 2^32-1", &c);
	c = fair();
	c.queue[0].rx_ref = c.queue[0].tx_ref;
	must_fail("one reference for both rings", &c);
	memset(&c, 0xff, sizeof(c));
	must_fail("all ones", &c);
	memset(&c, 0, sizeof(c));
	must_fail("all zero", &c);
}

static void others(void)
{
	unsigned int wrong_length = _IOC(_IOC_WRITE, 'x', 0x21, sizeof(struct xmd_vif_connect) + 4);
	struct xmd_vif_id nobody = { .domid = NOBODY };
	char buf[sizeof(struct xmd_vif_event)] = { 0 };

	row("second open", ONE(EBUSY), open(BACK_DEV, O_RDWR));
	row("CONNECT at a bad address", ONE(EFAULT), ioctl(fd, XMD_VIF_CONNECT, bad_pointer));
	row("DISCONNECT of a vif unknown", ONE(ENOENT), ioctl(fd, XMD_VIF_DISCONNECT, &nobody));
	row("DISCONNECT at a bad address", ONE(EFAULT), ioctl(fd, XMD_VIF_DISCONNECT, bad_pointer));
	row("LIST at a bad address", ONE(EFAULT), ioctl(fd, XMD_VIF_LIST, bad_pointer));
	row("unknown ioctl", ONE(ENOTTY), ioctl(fd, _IO('x', 0x7f)));
	row("ioctl of the wrong length", TWO(ENOTTY, EFAULT), ioctl(fd, wrong_length, bad_pointer));
	row("ioctl of /dev/xmd/nic0", ONE(ENOTTY), ioctl(fd, XMD_NIC_STOP));
	row("read of 15 bytes", ONE(EINVAL), read(fd, buf, sizeof(buf) - 1));
	row("write", TWO(EINVAL, EBADF), write(fd, buf, sizeof(buf)));
}

static void vlans(void)
{
	struct xmd_vlans v = { .apart[0] = 1 };

	row("VLANS with VLAN 0", ONE(EINVAL), ioctl(fd, XMD_BACK_VLANS, &v));
	memset(&v, 0xff, sizeof(v));
	row("VLANS of all ones", ONE(EINVAL), ioctl(fd, XMD_BACK_VLANS, &v));
	row("VLANS at a bad address", ONE(EFAULT), ioctl(fd, XMD_BACK_VLANS, bad_pointer));
}

/* What only xmd-backend asks for its guests. */
static void settings(void)
{
	struct xmd_vif_settings s = { .id = { .domid = NOBODY }, .mtu = 1500, .mac = { 2 } };
	struct xmd_port_ask a = { .what = XMD_ASK_EEPROM, .offset = ~0u, .n = 1 };

	row("SET of a vif unknown", ONE(ENOENT), ioctl(fd, XMD_VIF_SET, &s));
	s.n_mc = 0xffff;
	row("SET of 65535 groups", ONE(EINVAL), ioctl(fd, XMD_VIF_SET, &s));
	s.n_mc = 0;
	s.n_vlans = 0xffff;
	row("SET of 65535 VLANs", ONE(EINVAL), ioctl(fd, XMD_VIF_SET, &s));
	memset(&s, 0xff, sizeof(s));
	row("SET of all ones", ONE(EINVAL), ioctl(fd, XMD_VIF_SET, &s));
	row("SET at a bad address", ONE(EFAULT), ioctl(fd, XMD_VIF_SET, bad_pointer));
	row("PORT at a bad address", TWO(EFAULT, ENODEV), ioctl(fd, XMD_BACK_PORT, bad_pointer));
	row("ASK at a bad address", ONE(EFAULT), ioctl(fd, XMD_BACK_ASK, bad_pointer));
	row("ASK for EEPROM behind its end", TWO(EINVAL, ENODEV), ioctl(fd, XMD_BACK_ASK, &a));
	a.offset = 0;
	a.n = ~0u;
	row("ASK for 2^32-1 bytes", ONE(EINVAL), ioctl(fd, XMD_BACK_ASK, &a));
	a.n = 1;
	a.what = 99;
	row("ASK for nothing known", TWO(EINVAL, ENODEV), ioctl(fd, XMD_BACK_ASK, &a));
	a.what = XMD_ASK_REGS;
	row("ASK for too few registers", TWO(EINVAL, ENODEV), ioctl(fd, XMD_BACK_ASK, &a));
}

static int set_port(unsigned long long members, unsigned int features)
{
	struct xmd_port_state s = { .chosen = members, .features = features };

	return ioctl(fd, XMD_BACK_SETTINGS_SET, &s);
}

/* What is given back after a restart could come from anywhere. */
static void port_settings(void)
{
	row("SETTINGS from a bad address", ONE(EFAULT),
	    ioctl(fd, XMD_BACK_SETTINGS_SET, bad_pointer));
	row("SETTINGS of a state", TWO(EINVAL, ENODEV), set_port(XPC_xmd_adapter_link, 0));
	row("SETTINGS of filters", TWO(EINVAL, ENODEV), set_port(XPC_xmd_adapter_mc, 0));
	row("SETTINGS of members unknown", TWO(EINVAL, ENODEV), set_port(1ull << 63, 0));
	row("SETTINGS of features unknown", TWO(EINVAL, ENODEV), set_port(0, ~0u));
}

static void limits(void)
{
	struct xmd_vif_limit l = { .id = { .domid = NOBODY }, .rate = { 1, XMD_RATE_USECS_MIN } };

	row("RATE of a vif unknown", ONE(ENOENT), ioctl(fd, XMD_VIF_RATE, &l));
	l.rate.usecs--;
	row("RATE of intervals too short", ONE(EINVAL), ioctl(fd, XMD_VIF_RATE, &l));
	l.rate.usecs = 0;
	row("RATE of bytes in no interval", ONE(EINVAL), ioctl(fd, XMD_VIF_RATE, &l));
	memset(&l, 0xff, sizeof(l));
	row("RATE of all ones", ONE(EINVAL), ioctl(fd, XMD_VIF_RATE, &l));
	row("RATE at a bad address", ONE(EFAULT), ioctl(fd, XMD_VIF_RATE, bad_pointer));
}

/* A vif that is served already: nobody connects it twice. */
static void again(void)
{
	struct xmd_vif_info info = { .id = { .domid = 0xffff } };
	struct xmd_vif_connect c = fair();

	if (ioctl(fd, XMD_VIF_LIST, &info)) {
		row_text("CONNECT of a vif that is served", "EEXIST", "no vif to try", 1);
		return;
	}
	c.id = info.id;
	row("CONNECT of a vif that is served", ONE(EEXIST), connect_vif(&c));
}

/* The kernel's table must be walked in an end, whatever id it is asked from. */
static void list_all(void)
{
	struct xmd_vif_info info = { .id = { .domid = 0xffff } };
	unsigned int n = 0;
	char seen[40];

	while (n < 1000 && !ioctl(fd, XMD_VIF_LIST, &info))
		n++;
	snprintf(seen, sizeof(seen), "%u vifs, %s", n, n < 1000 ? "end" : "no end");
	row_text("LIST walked from the start", "an end", seen, n < 1000);
}

void back_calls(void)
{
	fd = must_open(BACK_DEV);
	fields();
	foreign();
	others();
	settings();
	port_settings();
	limits();
	vlans();
	again();
	list_all();
	close(fd);
}

void back_flood(void)
{
	unsigned int x = 1, connected = 0;
	char seen[40];

	fd = must_open(BACK_DEV);
	for (unsigned int i = 0; i < 2000; i++) {
		struct xmd_vif_connect c = fair();

		x = x * 1103515245u + 12345u;
		c.id.domid = i % 4 ? 0 : NOBODY;
		c.queue[0].tx_ref = x % 1000 + 100;
		c.queue[0].rx_ref = x % 997 + 100;
		c.adopt = x >> 16 & 1;
		if (!connect_vif(&c)) {
			connected++;
			ioctl(fd, XMD_VIF_DISCONNECT, &c.id);
		}
	}
	snprintf(seen, sizeof(seen), "%u connected", connected);
	row_text("2000 connects to pages not granted", "none", seen, !connected);
	list_all();
	close(fd);
}

void back_second_open(void)
{
	row("second open beside the real xmd-backend", ONE(EBUSY), open(BACK_DEV, O_RDWR));
}
