// SPDX-License-Identifier: GPL-2.0
/*
 * fuzz_world.c - random histories for libFuzzer: every byte is a move of the toolstack,
 * a guest, the kernel half, xenstored, or a kill -9.  After the storm all is quiet for a
 * while: kernel table and Connected states must agree; then everything is detached and
 * nothing may be left.
 */
#include "world.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void complain(struct world *w, const char *what)
{
	char *dump = mem_dump(w->mem);

	fprintf(stderr, "%s\n%s", what, dump);
	abort();
}

static void front_move(struct world *w, unsigned int i, unsigned int how)
{
	static const char *const keys[] = {
		"state", "state", "state", "tx-ring-ref", "event-channel-rx", "request-rx-copy",
		"multi-queue-num-queues", "feature-sg",
	};
	static const char *const vals[] = { "1", "2", "3", "4", "5", "6", "7", "", "x", "4294967295",
		"\xff\x01", "0" };

	world_front(w, i, keys[how % 8], vals[how / 8 % 12]);
}

static void front_rights(struct world *w, unsigned int i, unsigned int how)
{
	struct world_vif *v = &w->vif[i];
	char path[STORE_PATH_MAX];

	store_path(path, v->front, "state");
	if (how & 1 && v->guest)
		v->guest->ops->remove(v->guest, how & 2 ? v->front : path);
	else if (mem_peek(w->mem, path))
		mem_set_perms(w->mem, path, v->domid, how & 2 ? -1 : (int)DRV);
}

/* libxl holds a lock: one thing at a time for a device. */
static void tool_move(struct world *w, unsigned int i, unsigned int how)
{
	if (w->vif[i].tool != TOOL_IDLE)
		return;
	if (how % 3 == 0 && !mem_peek(w->mem, w->vif[i].back))
		world_attach(w, i, how & 4 ? FRONT_HONEST : FRONT_MUTE);
	else if (how % 3 == 1)
		world_detach(w, i);
	else if (how % 3 == 2 && w->vif[i].guest)
		world_guest_destroy(w, i);
}

static void xenstored_move(struct world *w, unsigned int how)
{
	static const int errs[] = { 0, 0, ENOSPC, E2BIG, EDQUOT, ENOMEM };

	if (how & 1)
		mem_storm(w->mem, DRV, how / 2 % 8);
	else if (how & 2)
		mem_fail_writes(w->mem, DRV, errs[how / 4 % 6]);
	else
		mem_fail_watches(w->mem, DRV, errs[how / 4 % 6]);
}

static void kernel_move(struct world *w, unsigned int i, unsigned int how)
{
	static const int errs[] = { 0, ENOENT, EPERM, ENOMEM, EPROTO, EEXIST };

	if (how & 1)
		sim_fault(&w->sim, w->vif[i].domid, w->vif[i].handle, 1 + how / 2 % 9);
	else
		w->sim.fail_connect = errs[how / 2 % 6];
}

static void backend_move(struct world *w, unsigned int how)
{
	if (!w->up)
		world_backend_up(w);
	else if (how & 1)
		world_backend_kill(w);
	else
		w->fuse.left = how / 2;
}

static void move(struct world *w, uint8_t what, uint8_t how)
{
	unsigned int i = what / 8 % WORLD_VIFS;

	switch (what % 8) {
	case 0:
		return tool_move(w, i, how);
	case 1:
		return front_move(w, i, how);
	case 2:
		return world_front_connect(w, i);
	case 3:
		return front_rights(w, i, how);
	case 4:
		return xenstored_move(w, how);
	case 5:
		return kernel_move(w, i, how);
	case 6:
		return backend_move(w, how);
	default:
		world_run(w, how * 16u);
	}
}

static void calm(struct world *w)
{
	mem_storm(w->mem, DRV, 0);
	mem_fail_writes(w->mem, DRV, 0);
	mem_fail_watches(w->mem, DRV, 0);
	w->sim.fail_connect = 0;
	world_backend_up(w);
	world_run(w, 15000);
}

static void detach_all(struct world *w)
{
	unsigned int i;

	for (i = 0; i < WORLD_VIFS; i++)
		if (mem_peek(w->mem, w->vif[i].back))
			world_detach(w, i);
	world_run(w, 12000);
}

static void expect_nothing(struct world *w)
{
	unsigned int i;

	for (i = 0; i < WORLD_VIFS; i++)
		if (mem_peek(w->mem, w->vif[i].back))
			complain(w, "stuck detach");
	if (sim_rows(&w->sim))
		complain(w, "a vif is still connected in the kernel");
	if (w->backend.vifs)
		complain(w, "a vif is still remembered");
	if (mem_watches(w->mem, DRV) != WORLD_WATCHES)
		complain(w, "watches left over");
	if (mem_open_transactions(w->mem))
		complain(w, "transaction left open");
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct world *w = calloc(1, sizeof(*w));
	const char *wrong;
	size_t i;

	world_init(w);
	world_backend_up(w);
	for (i = 0; i + 1 < size; i += 2)
		move(w, data[i], data[i + 1]);
	calm(w);
	wrong = world_inconsistent(w);
	if (wrong)
		complain(w, wrong);
	detach_all(w);
	expect_nothing(w);
	world_destroy(w);
	free(w);
	return 0;
}
