// SPDX-License-Identifier: GPL-2.0
/* frame.c - see frame.h.  Offsets are those of RFC 826, 791, 8200, 768 and 9293. */
#include <string.h>

#include "frame.h"
#include "vif.h"

static void put16(uint8_t *p, unsigned int val)
{
	p[0] = val >> 8;
	p[1] = val;
}

unsigned int frame_eth(const struct vif *v, uint8_t *f, uint16_t type)
{
	memcpy(f, v->peer_mac, 6);
	memcpy(f + 6, v->mac, 6);
	put16(f + 12, type);
	return ETH_LEN;
}

unsigned int frame_arp(const struct vif *v, uint8_t *f)
{
	static const uint8_t fixed[8] = { 0, 1, 8, 0, 6, 4, 0, 1 };

	memset(f, 0, 60);
	memset(f, 0xff, 6);
	memcpy(f + 6, v->mac, 6);
	put16(f + 12, 0x0806);
	memcpy(f + 14, fixed, sizeof(fixed));
	memcpy(f + 22, v->mac, 6);
	memcpy(f + 28, v->ip, 4);
	memcpy(f + 38, v->peer_ip, 4);
	return 60;
}

bool frame_is_arp_reply(const uint8_t *f, unsigned int len, const uint8_t *ip, uint8_t *mac)
{
	if (len < 42 || f[12] != 8 || f[13] != 6 || f[21] != 2 || memcmp(f + 28, ip, 4))
		return false;
	memcpy(mac, f + 22, 6);
	return true;
}

static uint16_t sum16(const uint8_t *p, unsigned int len)
{
	uint32_t sum = 0;

	for (unsigned int i = 0; i < len; i += 2)
		sum += (p[i] << 8) | p[i + 1];
	while (sum >> 16)
		sum = (sum & 0xffff) + (sum >> 16);
	return ~sum;
}

unsigned int frame_ip4(const struct vif *v, uint8_t *f, uint8_t proto, unsigned int payload)
{
	uint8_t *h = f + frame_eth(v, f, 0x0800);

	memset(h, 0, IP4_LEN);
	h[0] = 0x45;
	put16(h + 2, IP4_LEN + payload);
	h[8] = 64;
	h[9] = proto;
	memcpy(h + 12, v->ip, 4);
	memcpy(h + 16, v->peer_ip, 4);
	put16(h + 10, sum16(h, IP4_LEN));
	return ETH_LEN + IP4_LEN;
}

unsigned int frame_ip6(const struct vif *v, uint8_t *f, uint8_t next, unsigned int payload)
{
	static const uint8_t doc[4] = { 0x20, 0x01, 0x0d, 0xb8 };
	uint8_t *h = f + frame_eth(v, f, 0x86dd);

	memset(h, 0, IP6_LEN);
	h[0] = 0x60;
	put16(h + 4, payload);
	h[6] = next;
	h[7] = 64;
	memcpy(h + 8, doc, 4);
	memcpy(h + 24, doc, 4);
	h[23] = 1;
	h[39] = 2;
	return ETH_LEN + IP6_LEN;
}

unsigned int frame_udp4(const struct vif *v, uint8_t *f, unsigned int payload)
{
	uint8_t *u = f + frame_ip4(v, f, 17, 8 + payload);

	put16(u, 9);
	put16(u + 2, 9);
	put16(u + 4, 8 + payload);
	put16(u + 6, 0);
	memset(u + 8, 0xa5, payload);
	return ETH_LEN + IP4_LEN + 8 + payload;
}

unsigned int frame_tcp4(const struct vif *v, uint8_t *f, uint8_t doff, unsigned int payload)
{
	uint8_t *t = f + frame_ip4(v, f, 6, 20 + payload);

	memset(t, 0, 20 + payload);
	put16(t, 9);
	put16(t + 2, 9);
	t[12] = doff << 4;
	t[13] = 0x10;
	return ETH_LEN + IP4_LEN + 20 + payload;
}
