// SPDX-License-Identifier: GPL-2.0
/* world.c - see world.h */
#include "world.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <xmd/xs_names.h>

static uint64_t now = 1000000;

uint64_t world_now(void)
{
	return now;
}

static void set(struct world *w, const char *dir, const char *key, const char *val)
{
	assert(!store_write_text(w->dom0, dir, key, val));
}

static unsigned int peek_u32(struct world *w, const char *dir, const char *key)
{
	char path[STORE_PATH_MAX];
	const char *val;
	uint32_t n;

	store_path(path, dir, key);
	val = mem_peek(w->mem, path);
	return val && !parse_u32(val, &n) ? n : 0;
}

unsigned int world_back_state(struct world *w, unsigned int i)
{
	return peek_u32(w, w->vif[i].back, XS_BACK_STATE);
}

unsigned int world_front_state(struct world *w, unsigned int i)
{
	return peek_u32(w, w->vif[i].front, XS_FRONT_STATE);
}

const char *world_back(struct world *w, unsigned int i, const char *key)
{
	char path[STORE_PATH_MAX];

	store_path(path, w->vif[i].back, key);
	return mem_peek(w->mem, path);
}

static bool back_there(struct world *w, unsigned int i)
{
	return mem_peek(w->mem, w->vif[i].back) != NULL;
}

/* ------------------------------------------------------- a whole host */

void world_home(struct world *w, unsigned int domid)
{
	char path[STORE_PATH_MAX], home[64], text[16];

	snprintf(home, sizeof(home), "/local/domain/%u", domid);
	snprintf(text, sizeof(text), "%u", domid);
	set(w, home, "domid", text);
	mem_set_perms(w->mem, home, 0, (int)domid);
	store_path(path, home, "domid");
	mem_set_perms(w->mem, path, 0, (int)domid);
	set(w, home, "data", "");
	store_path(path, home, "data");
	mem_set_perms(w->mem, path, domid, -1);
	set(w, home, "device", "");
	store_path(path, home, "device");
	mem_set_perms(w->mem, path, 0, (int)domid);
}

static unsigned int timeout_s;

void world_init(struct world *w)
{
	unsigned int i;

	memset(w, 0, sizeof(*w));
	timeout_s = 0;
	if (!getenv("XMD_TEST_LOG"))
		log_set_level(LOG_LEVEL_NONE);
	w->fuse.left = -1;
	assert(!pipe2(w->watchdog, O_NONBLOCK));
	w->mem = mem_new();
	w->dom0 = mem_connect(w->mem, 0, NULL);
	world_home(w, DRV);
	for (i = 0; i < WORLD_VIFS; i++) {
		w->vif[i].domid = 5 + i / 2;
		w->vif[i].handle = i % 2;
		snprintf(w->vif[i].back, sizeof(w->vif[i].back), "/local/domain/%u/" XS_DIR_BACK,
			 DRV, w->vif[i].domid, w->vif[i].handle);
		snprintf(w->vif[i].front, sizeof(w->vif[i].front), XS_DIR_FRONT,
			 w->vif[i].domid, w->vif[i].handle);
		w->vif[i].ref = 100 * (i + 1);
	}
}

static int set_timeout(int fd, unsigned int seconds)
{
	(void)fd;
	timeout_s = seconds;
	return 0;
}

unsigned int world_timeout(void)
{
	return timeout_s;
}

void world_backend_up(struct world *w)
{
	if (w->up)
		return;
	memset(&w->backend, 0, sizeof(w->backend));
	w->backend.env.kern = sim_open(&w->sim, &w->fuse);
	w->backend.env.now = world_now;
	w->backend.env.offer = w->offer;
	w->backend.env.settle_ms = VIF_SETTLE_MS;
	w->backend.env.objs = w->objs;
	w->backend.pulse.pet.watchdog = w->watchdog[1];
	w->backend.pulse.pet.set_timeout = set_timeout;
	w->backend.pulse.pet.start_ms = w->start_ms;
	pet_begin(&w->backend.pulse.pet, w->backend.env.kern, world_now);
	w->backend.env.store = pet_watch_store(&w->backend.pulse.pet,
					       mem_connect(w->mem, DRV, &w->fuse));
	w->up = true;
	if (backend_start(&w->backend) ||
	    backend_introduce(w->backend.env.store, "test", "starting") ||
	    backend_work(&w->backend))
		w->ended = true;
	else
		backend_serving(&w->backend);
}

unsigned int world_petted(struct world *w)
{
	unsigned int n = 0;
	while (read(w->watchdog[0], &w->last_petted, 1) == 1)
		n++;
	return n;
}

char world_last_petted(struct world *w)
{
	world_petted(w);
	return w->last_petted;
}

/* The main loop does not move; this is what the thread would do, as here is none. */
void world_stuck(struct world *w, unsigned int ms)
{
	uint64_t end = now + ms;

	for (; now < end; now += TICK_MS)
		if (now >= w->backend.pulse.pet.due)
			pet_look(&w->backend.pulse.pet);
}

static void stalled(void *arg)
{
	struct world *w = arg;

	world_stuck(w, w->stall_ms);
}

void world_stall(struct world *w, unsigned int ms)
{
	w->stall_ms = ms;
	mem_stall(w->mem, DRV, stalled, w);
}

/* The heartbeat says only how much time has passed. */
char *world_dump(struct world *w)
{
	char *dump = mem_dump(w->mem), *line = strstr(dump, "/" XS_OWN_HEARTBEAT " = "), *end;

	if (!line)
		return dump;
	while (line > dump && line[-1] != '\n')
		line--;
	end = strchr(line, '\n') + 1;
	memmove(line, end, strlen(end) + 1);
	return dump;
}

static void backend_down(struct world *w)
{
	backend_stop(&w->backend);
	backend_stop(&w->backend);	/* twice is allowed */
	kern_close(w->backend.env.kern);
	store_close(w->backend.env.store);
	w->up = false;
}

void world_backend_kill(struct world *w)
{
	if (!w->up)
		return;
	w->fuse.blown = true;
	backend_down(w);
	w->ended = false;
	w->fuse.blown = false;
	w->fuse.left = -1;
}

void world_destroy(struct world *w)
{
	unsigned int i;

	world_backend_kill(w);
	for (i = 0; i < WORLD_VIFS; i++)
		store_close(w->vif[i].guest);
	store_close(w->dom0);
	close(w->watchdog[0]);
	close(w->watchdog[1]);
	mem_free(w->mem);
}

/* ------------------------------------------------------- the toolstack */

void world_attach(struct world *w, unsigned int i, enum front_mode mode)
{
	struct world_vif *v = &w->vif[i];
	char text[16], mac[32];

	world_home(w, v->domid);
	if (!v->guest)
		v->guest = mem_connect(w->mem, v->domid, NULL);
	v->mode = mode;
	snprintf(text, sizeof(text), "%u", v->handle);
	snprintf(mac, sizeof(mac), "00:16:3e:00:%02x:%02x", v->domid, v->handle);

	/* In one breath: nobody else runs meanwhile, as in libxl's transaction. */
	w->dom0->ops->remove(w->dom0, v->front);
	assert(!w->dom0->ops->write(w->dom0, v->front, ""));
	mem_set_perms(w->mem, v->front, v->domid, DRV);
	set(w, v->front, XS_FRONT_BACKEND, v->back);
	set(w, v->front, XS_FRONT_BACKEND_ID, "1");
	set(w, v->front, XS_FRONT_HANDLE, text);
	set(w, v->front, XS_FRONT_MAC, mac);
	set(w, v->front, XS_FRONT_STATE, "1");

	w->dom0->ops->remove(w->dom0, v->back);
	assert(!w->dom0->ops->write(w->dom0, v->back, ""));
	mem_set_perms(w->mem, v->back, DRV, (int)v->domid);
	set(w, v->back, XS_BACK_HANDLE, text);
	set(w, v->back, XS_BACK_MAC, mac);
	set(w, v->back, XS_BACK_ONLINE, "1");
	set(w, v->back, XS_BACK_HOTPLUG_STATUS, "");
	snprintf(text, sizeof(text), "%u", v->domid);
	set(w, v->back, XS_BACK_FRONTEND_ID, text);
	set(w, v->back, XS_BACK_STATE, "1");
	set(w, v->back, XS_BACK_FRONTEND, v->front);
	v->tool = TOOL_ATTACHING;
	v->tool_look = now + TOOL_LAG_MS;
	v->tool_deadline = now + TOOL_TIMEOUT_MS;
}

static void guest_gone(struct world *w, struct world_vif *v)
{
	v->mode = FRONT_NONE;
	w->dom0->ops->remove(w->dom0, v->front);
}

void world_detach(struct world *w, unsigned int i)
{
	struct world_vif *v = &w->vif[i];

	if (!back_there(w, i)) {
		guest_gone(w, v);
		v->tool = TOOL_IDLE;
		return;
	}
	set(w, v->back, XS_BACK_ONLINE, "0");
	if (world_back_state(w, i) != STATE_CLOSED)
		set(w, v->back, XS_BACK_STATE, "5");
	v->tool = TOOL_CLOSING;
	v->tool_look = now + TOOL_LAG_MS;
	v->tool_deadline = now + TOOL_TIMEOUT_MS;
}

/* As libxl with force: the frontend goes first, the domain's home last. */
void world_guest_destroy(struct world *w, unsigned int i)
{
	struct world_vif *v = &w->vif[i];
	char home[64];

	guest_gone(w, v);
	world_detach(w, i);
	store_close(v->guest);
	v->guest = NULL;
	snprintf(home, sizeof(home), "/local/domain/%u", v->domid);
	if (!w->vif[i ^ 1].guest)
		w->dom0->ops->remove(w->dom0, home);
}

static void tool_done(struct world *w, struct world_vif *v, bool good)
{
	char up[STORE_PATH_MAX], **names;
	unsigned int n;

	v->tool_errors += !good;
	if (v->tool == TOOL_REMOVING) {
		guest_gone(w, v);
		/* libxl's path cleanup: the guest's directory, once it is empty. */
		snprintf(up, sizeof(up), "/local/domain/%u/" XS_DIR_GUEST, DRV, v->domid);
		if (!w->dom0->ops->list(w->dom0, up, &names, &n)) {
			if (!n)
				w->dom0->ops->remove(w->dom0, up);
			free(names);
		}
	}
	v->tool = TOOL_IDLE;
}

/* libxl is woken by a watch, and sees what is there by the time it looks. */
static void tool_look(struct world *w, unsigned int i)
{
	struct world_vif *v = &w->vif[i];

	if (v->tool == TOOL_IDLE || now < v->tool_look)
		return;
	v->tool_look = now + TOOL_LAG_MS;
	if (v->tool == TOOL_ATTACHING && world_back_state(w, i) == STATE_INIT_WAIT)
		return tool_done(w, v, true);
	if (v->tool == TOOL_CLOSING && !back_there(w, i))
		return tool_done(w, v, false);	/* "wanted state 6 but it was removed" */
	if (v->tool == TOOL_CLOSING && world_back_state(w, i) == STATE_CLOSED) {
		v->tool = TOOL_REMOVING;
		v->tool_deadline = now + TOOL_TIMEOUT_MS;
	} else if (v->tool == TOOL_REMOVING && !back_there(w, i)) {
		return tool_done(w, v, true);
	}
	if (now >= v->tool_deadline)
		tool_done(w, v, false);
}

/* ----------------------------------------------------------- the guests */

int world_front(struct world *w, unsigned int i, const char *key, const char *val)
{
	struct world_vif *v = &w->vif[i];
	char path[STORE_PATH_MAX];

	store_path(path, v->front, key);
	return v->guest ? v->guest->ops->write(v->guest, path, val) : -ENOENT;
}

static void front_u32(struct world *w, unsigned int i, const char *key, unsigned int val)
{
	char text[16];

	snprintf(text, sizeof(text), "%u", val);
	world_front(w, i, key, text);
}

/* Two event channels if they are offered, as any frontend of today. */
static void front_evtchns(struct world *w, unsigned int i, unsigned int port)
{
	const char *split = world_back(w, i, XS_BACK_FEATURE_SPLIT_EVENT_CHANNELS);

	if (!split || strcmp(split, "1")) {
		front_u32(w, i, XS_FRONT_EVENT_CHANNEL, port);
		return;
	}
	front_u32(w, i, XS_FRONT_EVENT_CHANNEL_TX, port);
	front_u32(w, i, XS_FRONT_EVENT_CHANNEL_RX, port + 1);
}

void world_front_connect(struct world *w, unsigned int i)
{
	struct world_vif *v = &w->vif[i];

	front_u32(w, i, XS_FRONT_TX_RING_REF, v->ref);
	front_u32(w, i, XS_FRONT_RX_RING_REF, v->ref + 1);
	front_evtchns(w, i, v->ref % 1000 + 1);
	v->ref += 2;
	front_u32(w, i, XS_FRONT_REQUEST_RX_COPY, 1);
	front_u32(w, i, XS_FRONT_FEATURE_RX_NOTIFY, 1);
	front_u32(w, i, XS_FRONT_FEATURE_SG, 1);
	front_u32(w, i, XS_FRONT_FEATURE_GSO_TCPV4, 1);
	front_u32(w, i, XS_FRONT_FEATURE_IPV6_CSUM_OFFLOAD, 1);
	front_u32(w, i, XS_FRONT_STATE, STATE_CONNECTED);
}

/* What xen-netfront does on each change of the backend's state. */
static void front_react(struct world *w, unsigned int i)
{
	unsigned int mine = world_front_state(w, i), theirs = world_back_state(w, i);

	if (w->vif[i].mode != FRONT_HONEST)
		return;
	if (mine == STATE_INITIALISING && theirs == STATE_INIT_WAIT)
		world_front_connect(w, i);
	else if (mine == STATE_CONNECTED && (theirs == STATE_CLOSING || theirs == STATE_CLOSED))
		front_u32(w, i, XS_FRONT_STATE, STATE_CLOSED);
}

/* ----------------------------------------------------------------- time */

static void tick(struct world *w)
{
	unsigned int i;

	if (w->up && (w->ended || backend_work(&w->backend) < 0)) {
		assert(w->ended || w->fuse.blown);
		world_backend_kill(w);
		world_backend_up(w);
	}
	for (i = 0; i < WORLD_VIFS; i++) {
		front_react(w, i);
		tool_look(w, i);
	}
	now += TICK_MS;
}

/* When somebody will move although nobody did just now. */
static uint64_t next_move(struct world *w, uint64_t at)
{
	unsigned int i;

	if (w->up && backend_due(&w->backend) < at)
		at = backend_due(&w->backend);
	for (i = 0; i < WORLD_VIFS; i++)
		if (w->vif[i].tool != TOOL_IDLE && w->vif[i].tool_look < at)
			at = w->vif[i].tool_look;
	return at;
}

void world_run(struct world *w, unsigned int ms)
{
	uint64_t end = now + ms, before;

	while (now < end) {
		before = mem_changes(w->mem);
		tick(w);
		if (mem_changes(w->mem) == before && next_move(w, end) > now)
			now = next_move(w, end);
	}
}

const char *world_inconsistent(struct world *w)
{
	static char text[128];
	const struct sim_row *row;
	unsigned int i;

	for (i = 0; i < WORLD_VIFS; i++) {
		row = sim_find(&w->sim, w->vif[i].domid, w->vif[i].handle);
		if ((row != NULL) == (world_back_state(w, i) == STATE_CONNECTED))
			continue;
		snprintf(text, sizeof(text), "vif %u/%u: state %u, the kernel %s it",
			 w->vif[i].domid, w->vif[i].handle, world_back_state(w, i),
			 row ? "serves" : "does not serve");
		return text;
	}
	return NULL;
}
