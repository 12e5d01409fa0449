// SPDX-License-Identifier: GPL-2.0
/* trace.c - see trace.h */
#include "../check.h"
#include "trace.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <xmd/xs_names.h>

/* What happens, in this order; a line has what it takes to be over before the next begins. */
static const char *const session[] = {
	"attach", "wish mtu 1400", "wish mtu 9000", "wish promisc 1", "wish mac 1", "call identify",
	"call counters", "call regs", "allow promisc mac mtu identify regs eeprom", "wish mtu 8000",
	"wish promisc 1", "wish mac 1", "wish mc 3", "wish mc 48", "wish vlans 2", "wish vlans 32",
	"wish usecs 200", "link 0", "link 1", "call identify", "call regs", "call eeprom",
	"call counters", "portmtu 1500", "allow promisc", "restart", "wish mtu 1300", "link 0",
	"call counters",
};

/* ------------------------------------------------------------------------ files */

static void add(struct trace *t, enum trace_what what, const char *text, const void *msg, __u32 len)
{
	struct trace_line *l = &t->line[t->n++];

	assert_true(t->n <= TRACE_LINES && len <= sizeof(l->msg));
	memset(l, 0, sizeof(*l));
	l->what = what;
	l->len = len;
	snprintf(l->text, sizeof(l->text), "%s", text);
	if (len)
		memcpy(l->msg, msg, len);
}

static const char *const word[] = { "do", "ask", "tell" };

void trace_write(const struct trace *t, const char *path)
{
	FILE *f = fopen(path, "w");

	assert_non_null(f);
	for (unsigned int i = 0; i < t->n; i++) {
		fprintf(f, "%s %s", word[t->line[i].what], t->line[i].text);
		for (unsigned int k = 0; k < t->line[i].len; k++)
			fprintf(f, "%02x", t->line[i].msg[k]);
		fputc('\n', f);
	}
	assert_int_equal(fclose(f), 0);
}

static __u32 unhex(const char *p, __u8 *to)
{
	unsigned int n, byte;

	for (n = 0; n < XMD_OBJRING_SLOT && sscanf(p, "%2x", &byte) == 1; n++, p += 2)
		to[n] = byte;
	return n;
}

void trace_read(struct trace *t, const char *path)
{
	static char line[2 * XMD_OBJRING_SLOT + 16];
	FILE *f = fopen(path, "r");
	__u8 msg[XMD_OBJRING_SLOT];
	__u32 len;

	assert_non_null(f);
	t->n = 0;
	while (fgets(line, sizeof(line), f)) {
		line[strcspn(line, "\n")] = '\0';
		if (!strncmp(line, "do ", 3))
			add(t, TRACE_DO, line + 3, NULL, 0);
		if (!strncmp(line, "ask ", 4) && (len = unhex(line + 4, msg)))
			add(t, TRACE_ASK, "", msg, len);
		if (!strncmp(line, "tell ", 5) && (len = unhex(line + 5, msg)))
			add(t, TRACE_TELL, "", msg, len);
	}
	fclose(f);
	assert_true(t->n > 50);
}

/* ------------------------------------------------------------------ what happens */

static bool is(const char *text, const char *first, const char **rest)
{
	size_t n = strlen(first);

	if (strncmp(text, first, n))
		return false;
	*rest = text + n;
	return true;
}

static void wish(struct objguest *g, const char *what)
{
	struct xmd_vif_object want = { .filter = 1, .vlan_filter = 1 };
	const char *rest;
	unsigned int n = atoi(strchr(what, ' '));
	__u64 mask = 0;

	want.mtu = n;
	want.promisc = want.rx_usecs = want.n_mc = want.n_vlans = n;
	want.mac = (struct xmd_obj_mac){ { 2, 0, 0, 0, 0, n } };
	for (unsigned int i = 0; i < n && i < XMD_OBJ_MC_MAX; i++)
		want.mc[i] = (struct xmd_obj_mac){ { 1, 0, 0x5e, 0, 0, i } };
	for (unsigned int i = 0; i < n && i < XMD_OBJ_VLANS_MAX; i++)
		want.vlan[i] = 100 + i;
	if (is(what, "mtu", &rest))
		mask = XPC_xmd_vif_object_mtu;
	else if (is(what, "promisc", &rest))
		mask = XPC_xmd_vif_object_promisc;
	else if (is(what, "mac", &rest))
		mask = XPC_xmd_vif_object_mac;
	else if (is(what, "mc", &rest))
		mask = XPC_xmd_vif_object_mc | XPC_xmd_vif_object_filter;
	else if (is(what, "vlans", &rest))
		mask = XPC_xmd_vif_object_vlan | XPC_xmd_vif_object_vlan_filter;
	else if (is(what, "usecs", &rest))
		mask = XPC_xmd_vif_object_rx_usecs;
	assert_true(mask);
	assert_int_equal(objguest_wish(g, mask, &want), 0);
}

/* Where answers go; for the one guest that asks. */
static struct xmd_vif_counters vif;
static struct xmd_port_counters port;
static struct xmd_port_regs regs;
static struct xmd_port_bytes bytes;
#ifdef NEXT
static struct xmd_more_counters more;
#endif

static void call(struct objguest *g, const char *what, __u64 now)
{
	static const __u32 on = 1, offset, n = 16;
	static const void *const in_eeprom[] = { &offset, &n };
#ifdef NEXT
	static const __u32 colour = 3;
	static const void *const in_identify[] = { &on, &colour };
	static void *const out_counters[] = { &vif, &port, &more };
#else
	static const void *const in_identify[] = { &on };
	static void *const out_counters[] = { &vif, &port };
#endif
	static void *const out_regs[] = { &regs }, *const out_eeprom[] = { &bytes };
	const char *rest;
	int err = -1;

	if (is(what, "identify", &rest))
		err = objguest_ask(g, XPC_DOWN_xmd_obj_identify, in_identify, NULL, now);
	else if (is(what, "counters", &rest))
		err = objguest_ask(g, XPC_DOWN_xmd_obj_counters, NULL, out_counters, now);
	else if (is(what, "regs", &rest))
		err = objguest_ask(g, XPC_DOWN_xmd_obj_regs, NULL, out_regs, now);
	else if (is(what, "eeprom", &rest))
		err = objguest_ask(g, XPC_DOWN_xmd_obj_eeprom, in_eeprom, out_eeprom, now);
	assert_int_equal(err, 0);
}

/* Return: whether it was something of the guest's */
static bool happens_to_guest(struct objguest *g, const char *text, __u64 now)
{
	const char *rest;

	if (is(text, "wish ", &rest))
		wish(g, rest);
	else if (is(text, "call ", &rest))
		call(g, rest, now);
	else
		return false;
	return true;
}

static void allow(struct host *h, const char *words)
{
	char path[STORE_PATH_MAX];

	store_path(path, h->w.vif[0].back, XS_BACK_XMD_ALLOW);
	assert_int_equal(h->w.dom0->ops->write(h->w.dom0, path, words), 0);
	mem_set_perms(h->w.mem, path, DRV, (int)h->w.vif[0].domid);
}

static bool happens_to_far(struct host *h, const char *text)
{
	const char *rest;

	if (is(text, "allow ", &rest)) {
		allow(h, rest);
	} else if (is(text, "link ", &rest)) {
		h->w.sim.port.port.link = atoi(rest);
		h->w.sim.port.port.speed = atoi(rest) * 1000;
		h->w.sim.port_event = true;
	} else if (is(text, "portmtu ", &rest)) {
		h->w.sim.port.port.mtu = atoi(rest);
		h->w.sim.port_event = true;
	} else if (is(text, "restart", &rest)) {
		world_backend_kill(&h->w);
		world_backend_up(&h->w);
	} else {
		return false;
	}
	return true;
}

/* --------------------------------------------------------------------- recording */

static struct trace *tapped;
static __u32 tapped_ask, tapped_tell;

/* What was put into the page since the last look. */
static void tap(struct host *h)
{
	const struct xmd_objring *page = &h->party[0].page;
	const __u8 *msg;

	for (; tapped_ask != page->ask_prod; tapped_ask++) {
		msg = page->ask[tapped_ask % XMD_OBJRING_SLOTS].byte;
		add(tapped, TRACE_ASK, "", msg, msg[4] | msg[5] << 8);
	}
	for (; tapped_tell != page->tell_prod; tapped_tell++) {
		msg = page->tell[tapped_tell % XMD_OBJRING_SLOTS].byte;
		add(tapped, TRACE_TELL, "", msg, msg[4] | msg[5] << 8);
	}
}

/* Port totals are policy's, which may change: there are none. */
static struct host *quiet_host(__u32 version)
{
	struct host *h = host_new();

	h->offered = version;
	h->w.sim.port.counters.rx_frames = h->w.sim.port.counters.tx_frames = 0;
	return h;
}

void trace_record(struct trace *t, __u32 version)
{
	struct host *h = quiet_host(version);
	struct objguest *g = &h->party[0].g;
	int result;

	t->n = 0;
	tapped = t;
	tapped_ask = tapped_tell = 0;
	h->tap = tap;
	for (unsigned int i = 0; i < ARRAY_SIZE(session); i++) {
		add(t, TRACE_DO, session[i], NULL, 0);
		if (!i)
			host_attach(h, 0);
		else
			assert_true(happens_to_guest(g, session[i], world_now()) ||
				    happens_to_far(h, session[i]));
		host_run(h, 2000);
		objguest_result(g, &result);
		assert_int_equal(g->phase, OBJGUEST_LIVE);
	}
	host_free(h);
}

/* --------------------------------------------------------------------- playing */

static void note(struct trace *heard, const struct trace_line *l, const void *msg, __u32 len)
{
	if (heard)
		add(heard, l->what, l->text, msg, len);
}

static void hold_against(const struct trace *t, const struct trace_line *l, trace_same same,
			 const __u8 *msg, int len)
{
	if (len > 0 && same(l->msg, l->len, msg, len))
		return;
	print_error("line %d: %s, %u bytes, kind %u: now %d bytes, kind %u\n", (int)(l - t->line) + 1,
		    word[l->what], l->len, l->msg[1], len, len > 1 ? msg[1] : 0);
	fail();
}

void trace_play_far(const struct trace *t, __u32 version, trace_same same, struct trace *heard)
{
	struct host *h = quiet_host(version);
	struct objring r;
	__u8 msg[XMD_OBJRING_SLOT];

	host_attach_mute(h, 0);
	r = (struct objring){ .page = &h->party[0].page, .end = OBJRING_GUEST };
	for (const struct trace_line *l = t->line; l < t->line + t->n; l++) {
		int n = 0;

		if (l->what == TRACE_DO) {
			happens_to_far(h, l->text);
			note(heard, l, NULL, 0);
		} else if (l->what == TRACE_ASK) {
			note(heard, l, l->msg, l->len);
			assert_int_equal(objring_send(&r, l->msg, l->len), 0);
			hub_send(&h->hub, 0);
		} else {
			for (unsigned int i = 0; i < 50 && !(n = objring_receive(&r, msg)); i++)
				host_run(h, TICK_MS);
			hold_against(t, l, same, msg, n);
			note(heard, l, msg, n);
			hub_send(&h->hub, 0);
		}
	}
	host_run(h, 2000);
	assert_int_equal(objring_receive(&r, msg), 0);
	assert_int_equal(host_settings(h, 0)->mtu, 1300);
	assert_int_equal(host_settings(h, 0)->n_mc, 48);
	host_free(h);
}

void trace_play_guest(const struct trace *t, __u32 version, trace_same same, struct trace *heard)
{
	static struct xmd_objring page;
	static struct objguest g;
	struct objring r;
	__u8 msg[XMD_OBJRING_SLOT];
	__u64 now = 1000;
	int result;

	objguest_init(&g);
	objguest_start(&g, &page, version);
	for (const struct trace_line *l = t->line; l < t->line + t->n; l++) {
		int n = 0;

		if (l->what == TRACE_DO) {
			if (!strcmp(l->text, "attach") || !strcmp(l->text, "restart"))
				assert_int_equal(objring_attach(&r, &page), 0);
			objguest_result(&g, &result);
			happens_to_guest(&g, l->text, now);
			note(heard, l, NULL, 0);
		} else if (l->what == TRACE_TELL) {
			note(heard, l, l->msg, l->len);
			assert_int_equal(objring_send(&r, l->msg, l->len), 0);
			objguest_work(&g, now += TICK_MS);
		} else {
			for (unsigned int i = 0; i < 50 && !(n = objring_receive(&r, msg)); i++)
				objguest_work(&g, now += TICK_MS);
			hold_against(t, l, same, msg, n);
			note(heard, l, msg, n);
		}
		assert_int_not_equal(g.phase, OBJGUEST_DEAF);
		assert_int_equal(g.wrong, 0);
	}
	objguest_work(&g, now += TICK_MS);
	assert_int_equal(objring_receive(&r, msg), 0);
	assert_int_equal(g.phase, OBJGUEST_LIVE);
	assert_int_equal(g.vif.mtu, 1300);
	assert_int_equal(g.vif.n_mc, 48);
	assert_int_equal(g.port.link, 0);
	assert_int_equal(g.call_state, OBJGUEST_DONE);
	assert_int_equal(g.result, 0);
}

/* The epoch, which is not to be one that this page has had. */
static void put_epoch(__u8 *msg, __u32 epoch)
{
	for (unsigned int i = 0; i < 4; i++)
		msg[8 + i] = epoch >> 8 * i;
}

void trace_play_on(const struct trace *t, struct objguest *g, struct xmd_objring *page)
{
	struct objring r;
	__u8 msg[XMD_OBJRING_SLOT];
	__u64 now = world_now();
	unsigned int tells = 0;

	page->ask_cons = page->ask_prod;
	assert_int_equal(objring_attach(&r, page), 0);
	for (const struct trace_line *l = t->line; tells < 3; l++) {
		if (l->what != TRACE_TELL)
			continue;
		memcpy(msg, l->msg, l->len);
		put_epoch(msg, page->life << 16 | 1);
		objguest_work(g, now += TICK_MS);
		assert_int_equal(objring_send(&r, msg, l->len), 0);
		objguest_work(g, now += TICK_MS);
		tells++;
	}
}
