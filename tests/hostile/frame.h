/* SPDX-License-Identifier: GPL-2.0 */
/* frame.h - Ethernet frames for the hostile frontend; each builder returns the length. */
#ifndef HOSTILE_FRAME_H
#define HOSTILE_FRAME_H

#include <stdbool.h>
#include <stdint.h>

struct vif;

#define ETH_LEN 14u
#define IP4_LEN 20u
#define IP6_LEN 40u

/* Who has the peer's address? 60 bytes. */
unsigned int frame_arp(const struct vif *v, uint8_t *f);
bool frame_is_arp_reply(const uint8_t *f, unsigned int len, const uint8_t *ip, uint8_t *mac);

/* Ethernet header only, to the peer. */
unsigned int frame_eth(const struct vif *v, uint8_t *f, uint16_t type);
/* IPv4 header for @payload bytes of @proto behind it; returns ETH_LEN + IP4_LEN. */
unsigned int frame_ip4(const struct vif *v, uint8_t *f, uint8_t proto, unsigned int payload);
/* IPv6 header likewise, documentation addresses; returns ETH_LEN + IP6_LEN. */
unsigned int frame_ip6(const struct vif *v, uint8_t *f, uint8_t next, unsigned int payload);
/* A UDP datagram to the peer's discard port of @payload bytes, checksum blank: 0. */
unsigned int frame_udp4(const struct vif *v, uint8_t *f, unsigned int payload);
/* A TCP segment nobody asked for; @doff in 32-bit words is written as it is. */
unsigned int frame_tcp4(const struct vif *v, uint8_t *f, uint8_t doff, unsigned int payload);

#endif
