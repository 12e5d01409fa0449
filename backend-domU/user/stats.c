// SPDX-License-Identifier: GPL-2.0
/* stats.c - see stats.h */
#include "stats.h"

#include "log.h"

#include <errno.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <xmd/xs_names.h>

#define FROM_START	0xffffu

#define HEAD_MAX	40	/* "4294967295 more=65535/4294967295" */

struct page {
	char text[STATS_BYTES];
	size_t n;
};

/* Return: whether it fits, whole */
static bool add(struct page *p, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
static bool add(struct page *p, const char *fmt, ...)
{
	va_list ap;
	int n;

	va_start(ap, fmt);
	n = vsnprintf(p->text + p->n, sizeof(p->text) - p->n, fmt, ap);
	va_end(ap);
	if (n < 0 || (size_t)n >= sizeof(p->text) - p->n) {
		p->text[p->n] = '\0';
		return false;
	}
	p->n += (size_t)n;
	return true;
}

static int add_self(struct page *p, struct kern *k)
{
	struct xmd_back_health h;
	int err = k->ops->health(k, &h);

	if (err)
		return err;
	add(p, "; self unwell_ms=%u pending=%u draining=%d stuck=%d", h.unwell_ms, h.pending,
	    !!(h.flags & XMD_HEALTH_DRAINING), !!(h.flags & XMD_HEALTH_STUCK));
	return 0;
}

static int add_nic(struct page *p, struct kern *k)
{
	const struct xmd_port_counters *c;
	struct xmd_port_info info;
	int err = k->ops->port(k, &info);

	if (err == -ENODEV)
		return 0;
	if (err)
		return err;
	c = &info.counters;
	add(p, "; nic link=%u speed=%u duplex=%u", info.port.link, info.port.speed, info.port.duplex);
	add(p, " tx_frames=%llu tx_bytes=%llu rx_frames=%llu rx_bytes=%llu", c->tx_frames, c->tx_bytes,
	    c->rx_frames, c->rx_bytes);
	add(p, " rx_missed=%llu rx_no_buffer=%llu rx_crc_errors=%llu rx_length_errors=%llu",
	    c->rx_missed, c->rx_no_buffer, c->rx_crc_errors, c->rx_length_errors);
	add(p, " tx_collisions=%llu tx_late=%llu rx_pause=%llu tx_pause=%llu", c->tx_collisions,
	    c->tx_late_collisions, c->rx_pause, c->tx_pause);
	add(p, " crossings=%llu", info.crossings);
	return 0;
}

static bool add_vif(struct page *p, const struct xmd_vif_info *v)
{
	const __u8 *m = v->mac;

	return add(p, "; vif=%u/%u mac=%02x:%02x:%02x:%02x:%02x:%02x fault=%u"
		   " tx_frames=%llu tx_bytes=%llu tx_drops=%llu tx_errors=%llu tx_spoofed=%llu"
		   " rx_frames=%llu rx_bytes=%llu rx_drops=%llu rx_errors=%llu rx_filtered=%llu"
		   " rx_too_long=%llu tx_tagged=%llu tx_ip_spoofed=%llu", v->id.domid, v->id.handle, m[0], m[1], m[2], m[3], m[4], m[5],
		   v->fault, v->tx_frames, v->tx_bytes, v->tx_drops, v->tx_errors, v->tx_spoofed,
		   v->rx_frames, v->rx_bytes, v->rx_drops, v->rx_errors, v->rx_filtered,
		   v->rx_too_long, v->tx_tagged, v->tx_ip_spoofed);
}

/* Behind @last, which becomes the last that fitted; *@more: there are others. */
static int add_vifs(struct page *p, struct kern *k, struct xmd_vif_id *last, bool *more)
{
	struct xmd_vif_info info;
	int err;

	*more = false;
	memset(&info, 0, sizeof(info));
	info.id = *last;
	while (!(err = k->ops->list(k, &info))) {
		if (!add_vif(p, &info)) {
			*more = true;
			return 0;
		}
		*last = info.id;
	}
	return err == -ENOENT ? 0 : err;
}

/* "ID" or "ID GUEST/HANDLE" */
static bool parse(const char *text, uint32_t *id, struct xmd_vif_id *last)
{
	unsigned int domid;
	int end = 0, more = 0;

	*last = (struct xmd_vif_id){ .domid = FROM_START };
	if (*text < '0' || *text > '9' || sscanf(text, "%10" SCNu32 "%n", id, &end) != 1 || !*id)
		return false;
	if (!text[end])
		return true;
	if (sscanf(text + end, " %5u/%10" SCNu32 "%n", &domid, &last->handle, &more) != 2 ||
	    domid >= FROM_START || text[end + more])
		return false;
	last->domid = (__u16)domid;
	return true;
}

static int answer(struct store *s, struct kern *k, uint32_t id, struct xmd_vif_id last)
{
	static struct page p;
	static char page[HEAD_MAX + STATS_BYTES];
	bool first = last.domid == FROM_START, more;
	int err = 0;

	p.n = 0;
	p.text[0] = '\0';
	if (first)
		err = add_self(&p, k);
	if (!err && first)
		err = add_nic(&p, k);
	if (!err)
		err = add_vifs(&p, k, &last, &more);
	if (err)
		return err;
	if (more)
		snprintf(page, sizeof(page), "%u more=%u/%u%s", id, last.domid, last.handle, p.text);
	else
		snprintf(page, sizeof(page), "%u more=-%s", id, p.text);
	err = store_write_text(s, XS_DIR_OWN, XS_OWN_STATS, page);
	/* A quota is used up, say: who asks gets none, which it says. */
	return store_broken(err) ? err : 0;
}

int stats_start(struct store *s)
{
	return s->ops->watch(s, XS_DIR_OWN "/" XS_OWN_STATS_REQUEST, STATS_TOKEN);
}

void stats_asked(struct stats *st)
{
	st->asked = true;
}

int stats_work(struct stats *st, struct store *s, struct kern *k, uint64_t now)
{
	char text[STORE_VALUE_MAX];
	struct xmd_vif_id last;
	uint32_t id;
	int err;

	if (!st->asked || now < st->at)
		return 0;
	st->asked = false;
	err = store_read_text(s, XS_DIR_OWN, XS_OWN_STATS_REQUEST, text);
	if (err)
		return store_broken(err) ? err : 0;
	st->at = now + STATS_GAP_MS;
	if (!parse(text, &id, &last)) {
		log_warn("key %s of %s: \"%s\" is no question: not answered", XS_OWN_STATS_REQUEST,
			 XS_DIR_OWN, text);
		return 0;
	}
	if (id == st->id)
		return 0;
	st->id = id;
	return answer(s, k, id, last);
}

uint64_t stats_due(const struct stats *st)
{
	return st->asked ? st->at ? st->at : 1 : 0;
}
