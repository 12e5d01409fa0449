// SPDX-License-Identifier: GPL-2.0
/*
 * fuzz_ctrl.c - anything on a control ring, for libFuzzer: messages of all types, lists, indices,
 * keys, and pages that change while they are read; Xen and the kernel half that refuse, kill -9.  The
 * vif goes on whatever is said, and who asks honestly at the end is answered.
 *
 * Four bytes a move.
 */
#include "ctrl_guest.h"
#include "changing.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define CHECK(what) do { if (!(what)) complain(__LINE__, #what); } while (0)

static struct world *w;
static unsigned int rings;	/* that were taken into use */
static uint64_t began;
static unsigned int rate;		/* changing_rate, while xmd-backend runs */

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void complain(int line, const char *what)
{
	char *dump = mem_dump(w->mem);

	fprintf(stderr, "%d: not so: %s\n%s", line, what, dump);
	abort();
}

static uint8_t *changing_page(const void *p)
{
	uint8_t *at = (uint8_t *)(uintptr_t)p;
	/* most of the time not its indices, or the ring would end at once */
	bool is_guests = (at >= x.ring + (rate & 1 ? 0 : 64) && at < x.ring + sizeof(x.ring)) ||
			 (at >= x.list && at < x.list + sizeof(x.list));

	return is_guests ? at : NULL;
}

static void put_move(const uint8_t *m)
{
	static const uint32_t refs[] = { LIST_REF, LIST_REF, LIST_REF, LIST_REF, LIST_REF, RING_REF, 0, ~0u };
	static const uint32_t counts[] = { 1, 2, 30, 511, 512, 513, 0, ~0u };
	static const uint16_t types[] = { 8, 9, 9, 9, 9, 10, 10, 10, 1, 2, 3, 4, 5, 6, 7, 0xffff };
	unsigned int i;

	for (i = 0; i < (m[1] & 7 ? 1 + (m[1] & 1) : 40); i++) {
		uint32_t r = changing_next();

		put(r >> 16, types[r & 15], r & 0x70 ? 0 : r, refs[r >> 7 & 7], counts[r >> 10 & 7]);
	}
}

static void list_move(const uint8_t *m)
{
	struct xmd_gref *g = (struct xmd_gref *)x.list;
	unsigned int i;

	for (i = 0; i < XMD_STAGE_PAGES; i++)
		g[(i + m[2]) % XMD_STAGE_PAGES] = (struct xmd_gref){
			.ref = m[1] & 1 ? changing_next() : 8 + i % (1 + m[3]),
			.flags = m[1] & 2 ? changing_next() : i & 1, .status = i * m[2],
		};
}

static void index_move(const uint8_t *m)
{
	RING_IDX *const at[] = { &ring()->req_prod, &ring()->req_event, &ring()->rsp_prod, &ring()->rsp_event };

	*at[m[1] & 3] += m[1] & 4 ? 1u << (m[2] & 31) : (uint32_t)(int8_t)m[2];
}

/* Xen gives back what the dead one had. */
static void kill_move(void)
{
	rings++;
	world_backend_kill(w);
	x.mapped = x.bound = x.masked = 0;
	world_backend_up(w);
}

static void refuse_move(const uint8_t *m)
{
	static const int errs[] = { 0, 0, 0, ENOSPC, ENOENT, EINVAL, ENXIO, ENOMEM };

	x.fail_map = m[1] & 1;
	x.fail_bind = m[1] & 2;
	w->sim.fail_stage = errs[m[2] & 7];
}

static void attach(void)
{
	world_attach(w, 0, FRONT_MUTE);
	world_run(w, 1000);
	front_keys(w);
	world_front_connect(w, 0);
	world_run(w, 1000);
}

static void detach(void)
{
	world_detach(w, 0);
	world_run(w, 3000);
	CHECK(!x.mapped && !x.bound);
}

static void again_move(const uint8_t *m)
{
	static const char *const bad[] = { "", "x", "0", "61", "4294967295" };

	rings++;
	detach();
	if (m[1] & 1)
		SHARED_RING_INIT(ring());
	world_attach(w, 0, FRONT_MUTE);
	world_run(w, 1000);
	front_keys(w);
	if (m[1] & 2)
		world_front(w, 0, m[1] & 4 ? XS_FRONT_CTRL_RING_REF : XS_FRONT_EVENT_CHANNEL_CTRL,
			    bad[m[2] % 5]);
	world_front_connect(w, 0);
	world_run(w, 1000);
}

/* Events as well, as many as there is time for. */
static void let_work(unsigned int times, unsigned int ms)
{
	unsigned int i;

	changing_rate = rate;
	for (i = 0; i < times; i++) {
		x.pending = 1;
		world_run(w, ms);
	}
	changing_rate = 0;
	CHECK(w->sim.stages <= (XMD_CTRL_BURST + 1) * rings +
	      (world_now() - began) * XMD_CTRL_RATE / 1000);
	CHECK(x.mapped <= 1 && x.bound == x.mapped);
}

static void time_move(const uint8_t *m)
{
	rate = m[2] & 1 ? 0 : m[2] >> 1;
	let_work(m[1] % 8u, 1 + 4 * m[3]);
}

static void move(const uint8_t *m)
{
	if (m[3] & 1)
		x.fail_map = x.fail_bind = w->sim.fail_stage = 0;
	/* without a ring nothing else would be looked at */
	if (!x.bound && m[3] & 6)
		again_move((uint8_t[]){ 0, 1, 0, 0 });
	switch (m[0] % 8) {
	case 0:
	case 1:
		return put_move(m);
	case 2:
		return list_move(m);
	case 3:
		return index_move(m);
	case 4:
		return refuse_move(m);
	case 5:
		return m[1] & 7 ? time_move(m) : kill_move();
	case 6:
		return m[1] & 24 ? time_move(m) : again_move(m);
	default:
		return time_move(m);
	}
}

static void ask_honestly(void)
{
	const struct xen_netif_ctrl_response *r = &slot(0)->rsp;

	x.fail_map = x.fail_bind = rate = 0;
	detach();
	SHARED_RING_INIT(ring());
	attach();
	put(4711, XMD_CTRL_GET_GREF_MAPPING_SIZE, 0, 0, 0);
	x.pending = 1;
	world_run(w, 500);
	CHECK(ring()->rsp_prod == 1 && r->id == 4711 && !r->status && r->data == XMD_STAGE_PAGES);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	size_t i;

	changing_seed = 1 + (uint32_t)size;
	rate = 0;
	rings = 1;
	began = world_now();
	w = calloc(1, sizeof(*w));
	ctrl_world(w);
	world_backend_up(w);
	attach();
	world_attach(w, 2, FRONT_HONEST);
	world_run(w, 1000);
	for (i = 0; i + 3 < size; i += 4) {
		changing_seed += (uint32_t)data[i] << 24 | data[i + 1] << 16 | data[i + 2] << 8 | data[i + 3];
		changing_seed += !changing_seed;
		move(data + i);
		let_work(1, 200);
	}
	world_run(w, 1000);
	CHECK(world_back_state(w, 0) == STATE_CONNECTED && world_back_state(w, 2) == STATE_CONNECTED);
	ask_honestly();
	detach();
	world_destroy(w);
	free(w);
	return 0;
}
