// SPDX-License-Identifier: GPL-2.0
/*
 * vlanecho.c - xmd-vlanecho IFACE VID IP: a host on a VLAN, without the kernel's 8021q.
 *
 * Answers ARP for IP and ICMP echo to IP in frames tagged VID on IFACE, until killed.
 * The machine at the other end of the wire may well have no VLAN support; a packet
 * socket sees the tag all the same (PACKET_AUXDATA), and frames are sent with it.
 */
#include <arpa/inet.h>
#include <linux/if_packet.h>
#include <net/if.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#define TAG 4u
#define HEAD (14u + TAG)

static uint8_t mac[6], ip[4];
static unsigned int vid;

static void die(const char *what)
{
	perror(what);
	exit(1);
}

static int open_iface(const char *name)
{
	struct sockaddr_ll a = { .sll_family = AF_PACKET, .sll_protocol = htons(0x0003) };
	struct ifreq r = { 0 };
	int fd = socket(AF_PACKET, SOCK_RAW, htons(0x0003)), one = 1;

	snprintf(r.ifr_name, sizeof(r.ifr_name), "%s", name);
	if (fd < 0 || ioctl(fd, SIOCGIFHWADDR, &r))
		die(name);
	memcpy(mac, r.ifr_hwaddr.sa_data, 6);
	a.sll_ifindex = if_nametoindex(name);
	if (bind(fd, (void *)&a, sizeof(a)) ||
	    setsockopt(fd, SOL_PACKET, PACKET_AUXDATA, &one, sizeof(one)))
		die(name);
	return fd;
}

/* One frame into @f, its tag put back where it was on the wire; 0: not of our VLAN. */
static size_t receive(int fd, uint8_t *f, size_t room)
{
	union {
		struct cmsghdr h;
		char room[CMSG_SPACE(sizeof(struct tpacket_auxdata))];
	} control;
	struct iovec iov = { f + TAG, room - TAG };
	struct msghdr m = { .msg_iov = &iov, .msg_iovlen = 1, .msg_control = &control,
			    .msg_controllen = sizeof(control) };
	ssize_t n = recvmsg(fd, &m, 0);
	struct cmsghdr *c = n >= 14 ? CMSG_FIRSTHDR(&m) : NULL;
	struct tpacket_auxdata aux;

	for (; c; c = CMSG_NXTHDR(&m, c)) {
		if (c->cmsg_type != PACKET_AUXDATA)
			continue;
		memcpy(&aux, CMSG_DATA(c), sizeof(aux));
		if (!(aux.tp_status & TP_STATUS_VLAN_VALID) || (aux.tp_vlan_tci & 0xfff) != vid)
			return 0;
		memmove(f, f + TAG, 12);
		memcpy(f + 12, "\x81\x00", 2);
		f[14] = vid >> 8;
		f[15] = vid;
		return n + TAG;
	}
	return 0;
}

static uint16_t sum16(const uint8_t *p, size_t len)
{
	uint32_t sum = 0;

	for (size_t i = 0; i < len; i++)
		sum += i % 2 ? p[i] : p[i] << 8;
	while (sum >> 16)
		sum = (sum & 0xffff) + (sum >> 16);
	return ~sum;
}

static int answer_arp(uint8_t *f, size_t len)
{
	uint8_t *a = f + HEAD;

	if (len < HEAD + 28 || a[7] != 1 || memcmp(a + 24, ip, 4))
		return 0;
	a[7] = 2;
	memcpy(a + 18, a + 8, 10);
	memcpy(a + 8, mac, 6);
	memcpy(a + 14, ip, 4);
	return 1;
}

static int answer_echo(uint8_t *f, size_t len)
{
	uint8_t *h = f + HEAD, *icmp = h + 20;
	unsigned int total = h[2] << 8 | h[3], sum;

	if (len < HEAD + 28 || h[0] != 0x45 || h[9] != 1 || icmp[0] != 8 || memcmp(h + 16, ip, 4) ||
	    total < 28 || total > len - HEAD || sum16(icmp, total - 20))
		return 0;
	memcpy(h + 16, h + 12, 4);
	memcpy(h + 12, ip, 4);
	icmp[0] = 0;
	icmp[2] = icmp[3] = 0;
	sum = sum16(icmp, total - 20);
	icmp[2] = sum >> 8;
	icmp[3] = sum;
	return 1;
}

int main(int argc, char **argv)
{
	static uint8_t f[2048];
	int fd;

	if (argc != 4 || inet_pton(AF_INET, argv[3], ip) != 1) {
		fputs("usage: xmd-vlanecho IFACE VID IP\n", stderr);
		return 2;
	}
	vid = atoi(argv[2]);
	fd = open_iface(argv[1]);
	for (;;) {
		size_t len = receive(fd, f, sizeof(f));
		unsigned int type = len ? f[16] << 8 | f[17] : 0;

		if (!(type == 0x0806 ? answer_arp(f, len) : type == 0x0800 && answer_echo(f, len)))
			continue;
		memcpy(f, f + 6, 6);
		memcpy(f + 6, mac, 6);
		if (send(fd, f, len, 0) < 0)
			perror("send");
	}
}
