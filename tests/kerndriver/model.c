// SPDX-License-Identifier: GPL-2.0
/* model.c - see model.h.  Addresses of descriptors are pointers of this program. */
#include <assert.h>
#include <endian.h>
#include <stdint.h>
#include <string.h>
#include <arpa/inet.h>
#include "model.h"

static __u32 get16(const __u8 *p)
{
	return p[0] << 8 | p[1];
}

static void put16(__u8 *p, __u32 v)
{
	p[0] = v >> 8;
	p[1] = v;
}

/* Ones' complement sum from @css to @cse (0: the end), stored at @cso */
static void put_sum(__u8 *pkt, unsigned int len, __u32 css, __u32 cso, __u32 cse)
{
	unsigned int i, end = cse ? cse + 1 : len;
	__u32 sum = 0;

	assert(css < end && end <= len && cso + 2 <= len);
	for (i = css; i < end; i++)
		sum += (i - css) & 1 ? pkt[i] : (__u32)pkt[i] << 8;
	while (sum >> 16)
		sum = (sum & 0xffff) + (sum >> 16);
	put16(pkt + cso, ~sum);
}

static void put_sums(const __u32 *ctx, __u8 *pkt, unsigned int len, __u8 popts)
{
	if (popts & TXD_POPTS_TXSM)
		put_sum(pkt, len, ctx[1] & 0xff, ctx[1] >> 8 & 0xff, ctx[1] >> 16);
	if (popts & TXD_POPTS_IXSM)
		put_sum(pkt, len, ctx[0] & 0xff, ctx[0] >> 8 & 0xff, ctx[0] >> 16);
}

static void send_segment(struct model *m, unsigned int n, unsigned int at, unsigned int bytes)
{
	unsigned int hdr = m->tso[3] >> 8 & 0xff, ip = m->tso[0] & 0xff, tcp = m->tso[1] & 0xff;
	unsigned int cso = m->tso[1] >> 8 & 0xff, len = hdr + bytes;
	__u8 seg[2048];
	__u32 seq, sum;

	assert(len <= sizeof(seg));
	memcpy(seg, m->pkt, hdr);
	memcpy(seg + hdr, m->pkt + hdr + at, bytes);
	put16(seg + ip + 2, len - ip);
	put16(seg + ip + 4, get16(seg + ip + 4) + n);
	memcpy(&seq, seg + tcp + 4, 4);
	seq = htonl(ntohl(seq) + at);
	memcpy(seg + tcp + 4, &seq, 4);
	/* the pseudo header's length is the NIC's to add, once per segment */
	sum = get16(seg + cso) + len - tcp;
	put16(seg + cso, (sum & 0xffff) + (sum >> 16));
	put_sums(m->tso, seg, len, m->popts);
	m->sent(seg, len);
}

static void end_of_packet(struct model *m, __u32 lower)
{
	unsigned int hdr = m->tso[3] >> 8 & 0xff, mss = m->tso[3] >> 16, at, n = 0;
	unsigned int payload = m->tso[2] & 0xfffff;

	if (!(lower & TXD_TSE)) {
		put_sums(m->ctx, m->pkt, m->len, m->popts);
		m->sent(m->pkt, m->len);
		return;
	}
	assert(m->len == hdr + payload && mss);
	for (at = 0; at < payload; at += mss)
		send_segment(m, n++, at, payload - at < mss ? payload - at : mss);
}

static void data(struct model *m, const struct e1000_tx_desc *d, __u32 lower)
{
	unsigned int len = lower & 0xfffff;

	assert(len && m->len + len <= sizeof(m->pkt));
	if (!m->len)
		m->popts = le32toh(d->upper) >> 8;
	memcpy(m->pkt + m->len, (const void *)(uintptr_t)le64toh(d->addr), len);
	m->len += len;
	if (lower & TXD_EOP) {
		end_of_packet(m, lower);
		m->len = 0;
	}
}

static void context(struct model *m, const struct e1000_tx_desc *d, __u32 lower)
{
	__u32 *to = lower & TXD_TSE ? m->tso : m->ctx;

	assert(!m->len);	/* 3.3.6: not between the descriptors of a frame */
	to[0] = le32toh(d->ctx[0]);
	to[1] = le32toh(d->ctx[1]);
	to[2] = lower;
	to[3] = le32toh(d->upper);
}

unsigned int model_run(struct model *m, unsigned int tail, unsigned int n)
{
	struct e1000_tx_desc *d;
	unsigned int done = 0;
	__u32 lower;

	for (; done < n && m->head != tail; done++) {
		d = &m->ring[m->head];
		lower = le32toh(d->lower);
		assert(lower & TXD_DEXT);
		assert(!(le32toh(d->upper) & TXD_DD) || !(lower & TXD_DATA));
		if (lower & TXD_DATA)
			data(m, d, lower);
		else
			context(m, d, lower);
		if (lower & TXD_RS)
			d->upper |= htole32(TXD_DD);
		m->head = (m->head + 1) % m->size;
	}
	return done;
}
