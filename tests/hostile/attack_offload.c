// SPDX-License-Identifier: GPL-2.0
/*
 * attack_offload.c - GSO and checksum requests that do not fit their frame.
 *
 * A backend reads headers to find the checksum or to cut segments: each frame here
 * ends, or points, somewhere that a trusting reader would follow.
 */
#include "attack.h"
#include "frame.h"

static struct netif_extra_info *gso_extra(struct vif *v, unsigned int size, unsigned int type)
{
	struct netif_extra_info *e = tx_extra(v, XEN_NETIF_EXTRA_TYPE_GSO, 0);

	e->u.gso.size = size;
	e->u.gso.type = type;
	return e;
}

#define GSO_FLAGS (NETTXF_csum_blank | NETTXF_data_validated | NETTXF_extra_info)

/* @arg: type << 16 | size */
static void gso(struct vif *v, unsigned int arg)
{
	uint8_t f[PAGE];

	tx_frame(v, f, frame_tcp4(v, f, 5, 3000), GSO_FLAGS);
	gso_extra(v, arg & 0xffff, arg >> 16);
	tx_push(v);
}

/* TCP data offset of 60 bytes in a segment of 20. */
static void gso_doff(struct vif *v, unsigned int doff)
{
	uint8_t f[PAGE];

	tx_frame(v, f, frame_tcp4(v, f, doff, 0), GSO_FLAGS);
	gso_extra(v, 1448, XEN_NETIF_GSO_TYPE_TCPV4);
	tx_push(v);
}

static void gso_not_tcp(struct vif *v, unsigned int type)
{
	uint8_t f[PAGE];

	tx_frame(v, f, frame_udp4(v, f, 3000), GSO_FLAGS);
	gso_extra(v, 1448, type);
	tx_push(v);
}

static void gso_arp(struct vif *v, unsigned int type)
{
	uint8_t f[64];

	tx_frame(v, f, frame_arp(v, f), GSO_FLAGS);
	gso_extra(v, 1448, type);
	tx_push(v);
}

/* The headers lie across three slots. */
static void gso_split(struct vif *v, unsigned int first)
{
	uint8_t f[PAGE];
	unsigned int len = frame_tcp4(v, f, 5, 3000);

	tx_frame(v, f, first, GSO_FLAGS | NETTXF_more_data)->size = len;
	gso_extra(v, 1448, XEN_NETIF_GSO_TYPE_TCPV4);
	tx_frame(v, f + first, 20, NETTXF_more_data);
	tx_frame(v, f + first + 20, len - first - 20, 0);
	tx_push(v);
}

static void blank(struct vif *v, const uint8_t *f, unsigned int len)
{
	tx_frame(v, f, len, NETTXF_csum_blank | NETTXF_data_validated);
	tx_push(v);
}

static void csum_type(struct vif *v, unsigned int ethertype)
{
	uint8_t f[64] = { 0 };

	frame_eth(v, f, ethertype);
	blank(v, f, 60);
}

/* @len: where the frame ends, somewhere in its headers */
static void csum_cut4(struct vif *v, unsigned int len)
{
	uint8_t f[PAGE];

	frame_udp4(v, f, 100);
	blank(v, f, len);
}

static void csum_cut_tcp(struct vif *v, unsigned int len)
{
	uint8_t f[PAGE];

	frame_tcp4(v, f, 5, 100);
	blank(v, f, len);
}

static void csum_ihl(struct vif *v, unsigned int ihl)
{
	uint8_t f[PAGE];
	unsigned int len = frame_udp4(v, f, 0);

	f[ETH_LEN] = 0x40 | ihl;
	blank(v, f, len);
}

static void csum_total(struct vif *v, unsigned int total)
{
	uint8_t f[PAGE];
	unsigned int len = frame_udp4(v, f, 100);

	f[ETH_LEN + 2] = total >> 8;
	f[ETH_LEN + 3] = total;
	blank(v, f, len);
}

static void csum_proto(struct vif *v, unsigned int proto)
{
	uint8_t f[PAGE];

	blank(v, f, frame_ip4(v, f, proto, 100) + 100);
}

static void csum_fragment(struct vif *v, unsigned int offset)
{
	uint8_t f[PAGE];
	unsigned int len = frame_udp4(v, f, 100);

	f[ETH_LEN + 6] = offset >> 8;
	f[ETH_LEN + 7] = offset;
	blank(v, f, len);
}

static void csum_cut6(struct vif *v, unsigned int len)
{
	uint8_t f[PAGE] = { 0 };

	frame_ip6(v, f, 17, 8);
	blank(v, f, len);
}

/* Extension headers of @type, each @words * 8 + 8 bytes long, to the end of the frame. */
static void csum_ext6(struct vif *v, unsigned int arg)
{
	uint8_t f[PAGE] = { 0 };
	unsigned int type = arg >> 8, words = arg & 0xff;
	unsigned int at = frame_ip6(v, f, type, 1440);

	for (; at + 8 <= 1514; at += words * 8 + 8) {
		f[at] = type;
		f[at + 1] = words;
	}
	blank(v, f, 1494);
}

static void csum_vlan(struct vif *v, unsigned int len)
{
	uint8_t f[64] = { 0 };

	frame_eth(v, f, 0x8100);
	f[16] = 0x08;
	blank(v, f, len);
}

#define GSO(type, size) ((unsigned int)(type) << 16 | (size))
#define EXT(type, words) ((type) << 8 | (words))

const struct attack offload_attacks[] = {
	{ "gso-size-0", "GSO with segments of 0 bytes", gso, GSO(1, 0), E_REFUSED, 0 },
	{ "gso-size-1", "GSO with segments of 1 byte", gso, GSO(1, 1), E_ANSWER, 0 },
	{ "gso-size-65535", "GSO with segments over the frame", gso, GSO(1, 65535), E_ANSWER, 0 },
	{ "gso-type-0", "GSO of type none", gso, GSO(0, 1448), E_ANSWER, 0 },
	{ "gso-type-9", "GSO of unknown type", gso, GSO(9, 1448), E_REFUSED, 0 },
	{ "gso-type-v6", "IPv6 GSO of an IPv4 frame", gso, GSO(2, 1448), E_ANSWER, 0 },
	{ "gso-doff-15", "TCP header longer than the packet", gso_doff, 15, E_ANSWER, 0 },
	{ "gso-doff-0", "TCP header of no length", gso_doff, 0, E_ANSWER, 0 },
	{ "gso-udp", "TCP segmentation of UDP", gso_not_tcp, 1, E_ANSWER, 0 },
	{ "gso-arp", "TCP segmentation of ARP", gso_arp, 1, E_ANSWER, 0 },
	{ "gso-split-14", "headers over three slots", gso_split, 14, E_ANSWER, 0 },
	{ "gso-split-40", "headers over three slots", gso_split, 40, E_ANSWER, 0 },
	{ "csum-arp", "blank checksum of ARP", csum_type, 0x0806, E_ANSWER, 0 },
	{ "csum-type-0", "blank checksum of an 802.3 frame", csum_type, 0x0020, E_ANSWER, 0 },
	{ "csum-ip4-14", "IPv4 frame that ends after Ethernet", csum_cut4, 14, E_ANSWER, 0 },
	{ "csum-ip4-15", "one byte of IPv4", csum_cut4, 15, E_ANSWER, 0 },
	{ "csum-ip4-33", "IPv4 header one byte short", csum_cut4, 33, E_ANSWER, 0 },
	{ "csum-udp-34", "no UDP header", csum_cut4, 34, E_ANSWER, 0 },
	{ "csum-udp-41", "UDP header one byte short", csum_cut4, 41, E_ANSWER, 0 },
	{ "csum-tcp-51", "TCP header that ends in its checksum", csum_cut_tcp, 51, E_ANSWER, 0 },
	{ "csum-ihl-0", "IPv4 header length 0", csum_ihl, 0, E_ANSWER, 0 },
	{ "csum-ihl-4", "IPv4 header length 4", csum_ihl, 4, E_ANSWER, 0 },
	{ "csum-ihl-15", "IPv4 header longer than the frame", csum_ihl, 15, E_ANSWER, 0 },
	{ "csum-total-max", "IPv4 total length 65535", csum_total, 65535, E_ANSWER, 0 },
	{ "csum-total-0", "IPv4 total length 0", csum_total, 0, E_ANSWER, 0 },
	{ "csum-icmp", "protocol without such a checksum", csum_proto, 1, E_ANSWER, 0 },
	{ "csum-fragment", "a later fragment", csum_fragment, 100, E_ANSWER, 0 },
	{ "csum-ip6-15", "one byte of IPv6", csum_cut6, 15, E_ANSWER, 0 },
	{ "csum-ip6-53", "IPv6 header one byte short", csum_cut6, 53, E_ANSWER, 0 },
	{ "csum-ip6-58", "UDP over IPv6 cut short", csum_cut6, 58, E_ANSWER, 0 },
	{ "csum-ext6-chain", "180 hop-by-hop headers", csum_ext6, EXT(0, 0), E_ANSWER, 0 },
	{ "csum-ext6-long", "destination options beyond the frame", csum_ext6, EXT(60, 255),
	  E_ANSWER, 0 },
	{ "csum-ext6-frag", "fragment headers for ever", csum_ext6, EXT(44, 0), E_ANSWER, 0 },
	{ "csum-ext6-auth", "authentication headers for ever", csum_ext6, EXT(51, 0), E_ANSWER, 0 },
	{ "csum-vlan-16", "VLAN tag cut short", csum_vlan, 16, E_ANSWER, 0 },
	{ "csum-vlan-18", "VLAN tag and nothing behind", csum_vlan, 18, E_ANSWER, 0 },
	{ 0 }
};
