// SPDX-License-Identifier: GPL-2.0
/*
 * vlantap.c - xmd-vlantap IFACE VID TAP: a VLAN interface without the kernel's 8021q.
 *
 * TAP is made if it is not there, and carries until this is killed what IFACE has with the tag VID,
 * without it.  The machine at the other end of the wire may well have no VLAN support; a packet socket
 * sees the tag all the same (PACKET_AUXDATA), and frames are sent with it.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <linux/if_tun.h>
#include <net/if.h>
#include <poll.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#define TAG	4u	/* bytes, behind both addresses */
#define ROOM	65536u

static uint16_t vid;

static void die(const char *what)
{
	perror(what);
	exit(1);
}

static int open_iface(const char *name)
{
	struct sockaddr_ll a = { .sll_family = AF_PACKET, .sll_protocol = htons(ETH_P_ALL) };
	int fd = socket(AF_PACKET, SOCK_RAW, htons(ETH_P_ALL)), one = 1;

	a.sll_ifindex = if_nametoindex(name);
	if (fd < 0 || !a.sll_ifindex || bind(fd, (void *)&a, sizeof(a)) ||
	    setsockopt(fd, SOL_PACKET, PACKET_AUXDATA, &one, sizeof(one)))
		die(name);
	return fd;
}

/* With IFACE's address, as a VLAN interface has it: the station at the other end may filter. */
static int open_tap(const char *name, const char *iface)
{
	struct ifreq tap = { .ifr_flags = IFF_TAP | IFF_NO_PI }, other = { 0 };
	int fd = open("/dev/net/tun", O_RDWR), any = socket(AF_INET, SOCK_DGRAM, 0);

	snprintf(tap.ifr_name, sizeof(tap.ifr_name), "%s", name);
	snprintf(other.ifr_name, sizeof(other.ifr_name), "%s", iface);
	if (fd < 0 || any < 0 || ioctl(fd, TUNSETIFF, &tap) || ioctl(any, SIOCGIFHWADDR, &other))
		die(name);
	memcpy(&tap.ifr_hwaddr, &other.ifr_hwaddr, sizeof(tap.ifr_hwaddr));
	if (ioctl(fd, SIOCSIFHWADDR, &tap))
		die(name);
	close(any);
	return fd;
}

static int of_our_vlan(struct msghdr *m)
{
	struct tpacket_auxdata aux;
	struct cmsghdr *c;

	for (c = CMSG_FIRSTHDR(m); c; c = CMSG_NXTHDR(m, c)) {
		if (c->cmsg_level != SOL_PACKET || c->cmsg_type != PACKET_AUXDATA)
			continue;
		memcpy(&aux, CMSG_DATA(c), sizeof(aux));
		return aux.tp_status & TP_STATUS_VLAN_VALID && (aux.tp_vlan_tci & 0xfff) == vid;
	}
	return 0;
}

/* What we send ourselves is seen there, too. */
static void from_wire(int wire, int tap)
{
	static uint8_t f[ROOM];
	union {
		struct cmsghdr h;
		char room[CMSG_SPACE(sizeof(struct tpacket_auxdata))];
	} control;
	struct sockaddr_ll from = { 0 };
	struct iovec iov = { f, sizeof(f) };
	struct msghdr m = { .msg_name = &from, .msg_namelen = sizeof(from), .msg_iov = &iov,
			    .msg_iovlen = 1, .msg_control = &control, .msg_controllen = sizeof(control) };
	ssize_t n = recvmsg(wire, &m, 0);

	if (n >= ETH_HLEN && from.sll_pkttype != PACKET_OUTGOING && of_our_vlan(&m) && write(tap, f, n) < 0 &&
	    errno != EIO)	/* it is down */
		perror("write to the tap");
}

static void to_wire(int wire, int tap)
{
	static uint8_t f[ROOM];
	ssize_t n = read(tap, f + TAG, sizeof(f) - TAG);

	if (n < ETH_HLEN)
		return;
	memmove(f, f + TAG, 2 * ETH_ALEN);
	f[12] = ETH_P_8021Q >> 8;
	f[13] = ETH_P_8021Q & 0xff;
	f[14] = vid >> 8;
	f[15] = vid & 0xff;
	if (send(wire, f, n + TAG, 0) < 0)
		perror("send to the wire");
}

int main(int argc, char **argv)
{
	struct pollfd p[2];
	int id = argc == 4 ? atoi(argv[2]) : 0;

	if (id < 1 || id > 4094) {
		fputs("usage: xmd-vlantap IFACE VID TAP, with VID 1 to 4094\n", stderr);
		return 2;
	}
	vid = id;
	p[0] = (struct pollfd){ .fd = open_iface(argv[1]), .events = POLLIN };
	p[1] = (struct pollfd){ .fd = open_tap(argv[3], argv[1]), .events = POLLIN };
	for (;;) {
		if (poll(p, 2, -1) < 0)
			die("poll");
		if (p[0].revents)
			from_wire(p[0].fd, p[1].fd);
		if (p[1].revents)
			to_wire(p[0].fd, p[1].fd);
	}
}
