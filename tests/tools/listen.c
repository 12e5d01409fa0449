// SPDX-License-Identifier: GPL-2.0
/*
 * listen.c - xmd-listen IFACE SECONDS MAC: who speaks on an interface, as a packet socket hears it.
 *
 * Prints "frames=N bytes=N from=N to=N other=N missed=N": unicast frames from and to MAC, unicast
 * frames of others, and what the socket had no room for.  It says "listening" on stderr when it does.
 */
#include <arpa/inet.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <net/if.h>
#include <poll.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>

#define ROOM	(4 << 20)

static uint8_t frame[1 << 17];
static uint64_t frames, bytes, from, to, other;

static int open_iface(const char *name)
{
	struct sockaddr_ll a = { .sll_family = AF_PACKET, .sll_protocol = htons(ETH_P_ALL) };
	int fd = socket(AF_PACKET, SOCK_RAW, 0), room = ROOM;

	a.sll_ifindex = if_nametoindex(name);
	if (fd < 0 || !a.sll_ifindex || setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &room, sizeof(room)) ||
	    bind(fd, (void *)&a, sizeof(a))) {
		perror(name);
		exit(1);
	}
	return fd;
}

static void count(const uint8_t *f, size_t n, const uint8_t mac[6])
{
	frames++;
	bytes += n;
	if (n < ETH_HLEN || f[0] & 1)
		return;
	if (!memcmp(f + ETH_ALEN, mac, ETH_ALEN))
		from++;
	else if (!memcmp(f, mac, ETH_ALEN))
		to++;
	else
		other++;
}

int main(int argc, char **argv)
{
	struct tpacket_stats st = { 0 };
	socklen_t len = sizeof(st);
	struct pollfd p = { .events = POLLIN };
	unsigned int m[6];
	uint8_t mac[6];
	time_t end;
	ssize_t n;
	int i;

	if (argc != 4 || sscanf(argv[3], "%2x:%2x:%2x:%2x:%2x:%2x", m, m + 1, m + 2, m + 3, m + 4, m + 5) != 6) {
		fputs("usage: xmd-listen IFACE SECONDS MAC\n", stderr);
		return 2;
	}
	for (i = 0; i < 6; i++)
		mac[i] = m[i];
	p.fd = open_iface(argv[1]);
	end = time(NULL) + atoi(argv[2]);
	fputs("listening\n", stderr);
	while (time(NULL) < end) {
		if (poll(&p, 1, 200) <= 0)
			continue;
		n = recv(p.fd, frame, sizeof(frame), MSG_DONTWAIT | MSG_TRUNC);
		if (n >= 0)
			count(frame, n, mac);
	}
	getsockopt(p.fd, SOL_PACKET, PACKET_STATISTICS, &st, &len);
	printf("frames=%llu bytes=%llu from=%llu to=%llu other=%llu missed=%u\n", (unsigned long long)frames,
	       (unsigned long long)bytes, (unsigned long long)from, (unsigned long long)to,
	       (unsigned long long)other, st.tp_drops);
	return 0;
}
