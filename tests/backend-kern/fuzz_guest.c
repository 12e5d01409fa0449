// SPDX-License-Identifier: GPL-2.0
/*
 * A guest that does anything, over the whole module: lists of pages to be kept mapped and taken back,
 * slots and indices of both rings, pages that change while they are read.  Beside it an honest one,
 * which is served after each move; nothing is left over at the end.
 *
 * Three bytes a move.
 */
#include "sim.h"
#include "changing.h"

#define CHECK SIM_CHECK


static const u8 station[6] = { 2, 0, 0, 0, 0, 0x55 };
static struct guest *bad, *good;
static struct xmd_gref list[XMD_STAGE_PAGES];
static u32 honest;		/* frames of the other guest */

int LLVMFuzzerTestOneInput(const u8 *data, size_t size);

static u8 *changing_page(const void *p)
{
	u8 *at = sim_guests_byte(p);
	bool its = at >= bad->pages && at < bad->pages + 2 * SIM_PAGES * 4096;

	return its || at - (u8 *)bad->tx < 4096ul || at - (u8 *)bad->rx < 4096ul ? at : NULL;
}

/* References as a list of them, or a slot, may have them: its pages', its rings', of nothing. */
static u32 some_ref(u32 r)
{
	switch (r & 15) {
	case 0:
		return 1 + (r >> 4 & 1);
	case 1:
		return r >> 4;
	case 2:
		return 1000;	/* again and again the same */
	default:
		return (r & 16 ? 1000 : 2000) + (r >> 5) % SIM_PAGES;
	}
}

static void stage_move(u8 how, u8 much, bool del)
{
	static const unsigned int counts[] = { 1, 2, 7, 30, 200, XMD_STAGE_PAGES - 1, XMD_STAGE_PAGES };
	unsigned int n = counts[how % 7], all = guest_list(list), from = much * 2;
	struct xmd_gref odd;

	for (unsigned int i = 0; i < n && how & 0x10; i++) {
		odd.ref = some_ref(changing_next());
		odd.flags = how & 0x20 ? changing_next() & 3 : odd.ref < 2000;
		odd.status = changing_next();
		list[i] = odd;
	}
	for (unsigned int i = 0; i < n && !(how & 0x10); i++)
		list[i] = list[(i + from) % all];
	sim_fail_at = how & 0x40 ? 1 + much % 64 : 0;
	sim_pinned = (how & 0xc0) == 0x80 && how & 0x08;
	guest_stage(bad, list, n, del);
	sim_fail_at = 0;
	sim_pinned = 0;
}

static void slots_move(u8 how, u8 much)
{
	for (unsigned int i = 0; i <= (how & 7); i++) {
		struct netif_tx_request *q = &bad->tx->ring[bad->tx_prod++ % 256].req;
		u32 r = changing_next();

		*q = (struct netif_tx_request){
			.gref = some_ref(r), .id = r >> 3,
			.offset = how & 8 ? r >> 16 : r >> 20, .size = how & 16 ? r : (r >> 8) & 0x7ff,
			.flags = how & 32 ? much : (i < (how & 7)) * NETTXF_more_data,
		};
		if (how & 64 && !i)
			q->size = much * 64;
	}
	guest_push(bad);
}

/* Frames that are none's to refuse, so that they come far. */
static void frame_move(u8 how, u8 much)
{
	static const u8 all[6] = { 255, 255, 255, 255, 255, 255 };
	static u8 p[9000];
	u32 len = 60 + much * 35;

	make_frame(p, how & 1 ? good->mac : how & 2 ? all : station, bad->mac, len, 7);
	if (how & 4) {
		memcpy(p + 12, "\x08\x00\x45", 3);
		p[16] = (len - 14) >> 8;
		p[17] = len - 14;
		p[20] = 0;
		p[21] = 0;
		p[23] = how & 8 ? 6 : 17;
		p[46] = 0x50;
	}
	guest_send(bad, p, len, 100 + how * 8, how & 16 ? NETTXF_csum_blank : 0);
}

static void post_move(u8 how, u8 much)
{
	for (unsigned int i = 0; i <= much % 64; i++, bad->rx_prod++) {
		u32 r = changing_next();

		bad->rx->ring[bad->rx_prod % 256].req = (struct netif_rx_request){
			.id = how & 1 ? r : bad->rx_prod,
			.gref = how & 2 ? some_ref(r) : 2000 + bad->rx_prod % SIM_PAGES,
		};
	}
	bad->rx->req_prod = bad->rx_prod;
	guest_event(bad);
}

static void index_move(u8 how, u8 much)
{
	u32 *const at[] = {
		&bad->tx->req_prod, &bad->tx->rsp_prod, &bad->tx->req_event, &bad->tx->rsp_event,
		&bad->rx->req_prod, &bad->rx->rsp_prod, &bad->rx->req_event, &bad->rx->rsp_event,
	};

	*at[how & 7] += how & 8 ? 1u << (much & 31) : (u32)(int8_t)much;
	guest_event(bad);
}

static void receive_move(u8 how, u8 much)
{
	static u8 p[1514];

	make_frame(p, how & 1 ? bad->mac : good->mac, station, 60 + much * 5, 8);
	for (unsigned int i = 0; i <= how % 16; i++)
		nic_receive(p, 60 + much * 5);
}

static void grants_move(u8 how, u8 much)
{
	bool *const which = how & 1 ? bad->txbad : bad->rxbad;

	for (unsigned int i = 0; i < SIM_PAGES && how & 2; i++)
		which[i] = how & 4;
	which[much] = how & 8;
}

/* What a softirq does while a list is let go. */
static void in_grace(void)
{
	frame_move(changing_next(), changing_next());
	receive_move(1, changing_next());
	sim_run();
}

static void again(u8 how)
{
	guest_disconnect(bad);
	if (!(how & 1)) {
		SHARED_RING_INIT(bad->tx);
		SHARED_RING_INIT(bad->rx);
		bad->tx_prod = bad->tx_cons = bad->rx_prod = bad->rx_cons = 0;
	}
	sim_fail_at = how & 2 ? 1 + how / 4 % 16 : 0;
	guest_connect(bad, how & 1);
	sim_fail_at = 0;
}

/* Cut off, or not even connected: nothing else it does would be looked at. */
static bool is_out(void)
{
	for (unsigned int i = 0; i < XMD_VIFS_MAX; i++)
		if (back.vif[i] && back.vif[i]->id.domid == bad->domid)
			return !xmd_vif_serves(back.vif[i]);
	return true;
}

static void move(u8 what, u8 how, u8 much)
{
	if (is_out() && much & 7)
		again(how & 2);
	switch (what % 10) {
	case 0:
		return stage_move(how, much, false);
	case 1:
		return stage_move(how, much, true);
	case 2:
		return slots_move(how, much);
	case 3:
		return frame_move(how, much);
	case 4:
		return post_move(how, much);
	case 5:
		return index_move(how, much);
	case 6:
		return receive_move(how, much);
	case 7:
		return grants_move(how, much);
	case 8:
		changing_rate = how;
		sim_grace = much & 1 ? in_grace : NULL;
		return;
	default:
		return again(how);
	}
}

/* The other one's frame goes to the wire, and one comes from there. */
static void others_are_served(void)
{
	static struct flat in;
	static u8 p[1000];
	bool hurt;
	int status;

	make_frame(p, station, good->mac, 1000, ++honest);
	guest_send(good, p, 1000, 400, 0);
	for (unsigned int i = 0; i < 50 && (sim_run(), nic.n_held); i++)
		nic_complete(SIM_FRAMES);
	do {
		status = guest_tx_status(good);
		CHECK(status == NETIF_RSP_OKAY || status == NETIF_RSP_NULL);
	} while (good->tx_cons != good->tx_prod);
	make_frame(p, good->mac, station, 1000, honest);
	nic_receive(p, 1000);
	sim_run();
	do {
		while (good->rx_prod - good->rx_cons < 200)
			guest_post(good, 1);
		sim_run();
		CHECK(guest_receive(good, &in, &hurt) && !hurt);
	} while (in.len != 1000 || memcmp(in.data, p, 1000));
}

static void accounts_are_right(void)
{
	unsigned int staged = 0;

	for (unsigned int i = 0; i < XMD_VIFS_MAX; i++)
		staged += back.vif[i] ? xmd_stage_used(back.vif[i]) : 0;
	CHECK(back.staged == staged && sim_mapped == 2 * back.nvif + staged);
}

int LLVMFuzzerTestOneInput(const u8 *data, size_t size)
{
	changing_seed = 1 + size;
	changing_rate = 0;
	sim_start_two(&bad, &good);
	sim_run();
	/* the wire knows where it is */
	honest = 0;
	others_are_served();
	for (size_t i = 0; i + 2 < size; i += 3) {
		changing_seed ^= (data[i] << 16 | data[i + 1] << 8 | data[i + 2]) + 1;
		changing_seed += !changing_seed;
		move(data[i], data[i + 1], data[i + 2]);
		sim_run();
		accounts_are_right();
		others_are_served();
	}
	changing_rate = 0;
	sim_grace = NULL;
	sim_stop();
	return 0;
}
