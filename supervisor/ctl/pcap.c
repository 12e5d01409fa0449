// SPDX-License-Identifier: GPL-2.0
/* pcap.c - see pcap.h */
#include "pcap.h"

#include <string.h>
#include <unistd.h>

/* pcap-savefile(5); times in nanoseconds */
#define MAGIC_NS	0xa1b23c4du
#define ETHERNET	1

struct file_head {
	uint32_t magic;
	uint16_t major, minor;
	uint32_t zone, accuracy, snap, link;
};

struct frame_head {
	uint32_t s, ns, size, len;
};

static bool put(const struct pcap *p, const void *data, size_t n)
{
	const char *at = data;
	ssize_t got;

	for (; n; at += got, n -= (size_t)got) {
		got = write(p->to, at, n);
		if (got <= 0)
			return false;
	}
	return true;
}

enum pcap_end pcap_begin(struct pcap *p)
{
	const struct file_head head = { .magic = MAGIC_NS, .major = 2, .minor = 4, .snap = p->snap,
					.link = ETHERNET };

	return put(p, &head, sizeof(head)) ? PCAP_GOES_ON : PCAP_UNREAD;
}

/* It goes to a terminal. */
static enum pcap_end take_sorry(struct pcap *p, const unsigned char *text, size_t n)
{
	size_t i;

	if (n > sizeof(p->sorry) - 1)
		n = sizeof(p->sorry) - 1;
	for (i = 0; i < n; i++)
		p->sorry[i] = text[i] >= ' ' && text[i] <= '~' ? (char)text[i] : '?';
	p->sorry[n] = '\0';
	return PCAP_SORRY;
}

static enum pcap_end take_frame(struct pcap *p, const struct xmd_capture_record *r,
				const unsigned char *data)
{
	const struct frame_head head = {
		.s = (uint32_t)(r->ns / 1000000000u), .ns = (uint32_t)(r->ns % 1000000000u),
		.size = r->size, .len = r->len,
	};

	if (r->size > p->snap || r->size > r->len || r->len > XMD_CAPTURE_BYTES)
		return PCAP_NONSENSE;
	if (!put(p, &head, sizeof(head)) || !put(p, data, r->size))
		return PCAP_UNREAD;
	p->frames++;
	return p->frames == p->most ? PCAP_ENOUGH : PCAP_GOES_ON;
}

static enum pcap_end take_one(struct pcap *p, const struct xmd_capture_record *r,
			      const unsigned char *data)
{
	p->missed = r->missed;
	switch (r->kind) {
	case XMD_CAPTURE_FRAME:
		return take_frame(p, r, data);
	case XMD_CAPTURE_SORRY:
		return take_sorry(p, data, r->size);
	default:
		return PCAP_GOES_ON;
	}
}

unsigned char *pcap_room(struct pcap *p, size_t *size)
{
	*size = sizeof(p->in) - p->n;
	return p->in + p->n;
}

enum pcap_end pcap_take(struct pcap *p, size_t n)
{
	enum pcap_end end = PCAP_GOES_ON;
	struct xmd_capture_record r;
	size_t at = 0;

	p->n += n;
	while (end == PCAP_GOES_ON && p->n - at >= sizeof(r)) {
		memcpy(&r, p->in + at, sizeof(r));
		if (r.size > XMD_CAPTURE_BYTES)
			return PCAP_NONSENSE;
		if (p->n - at - sizeof(r) < r.size)
			break;
		end = take_one(p, &r, p->in + at + sizeof(r));
		at += sizeof(r) + r.size;
	}
	p->n -= at;
	memmove(p->in, p->in + at, p->n);
	return end;
}
