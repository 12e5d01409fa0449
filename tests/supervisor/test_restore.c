// SPDX-License-Identifier: GPL-2.0
/*
 * test_restore.c - what a driver domain's end has taken away from xenstore comes back,
 * whatever guests do meanwhile.  In the end the real xmd-backend adopts what it finds.
 */
#include "check.h"
#include "fake_log.h"
#include "host.h"
#include "move.h"

#include <xmd/xs_names.h>

static bool oxenstored;		/* all of it once more with that one's way to forget permissions */

static int setup(void **state)
{
	struct world *w = calloc(1, sizeof(*w));

	log_forget();
	host_init(w);
	if (oxenstored)
		mem_as_oxenstored(w->mem);
	*state = w;
	return 0;
}

static int teardown(void **state)
{
	struct world *w = *state;

	assert_int_equal(mem_open_transactions(w->mem), 0);
	world_destroy(w);
	free(w);
	return 0;
}

static void crash(struct world *w)
{
	host_drv_gone(w);
	host_drv_made(w);
}

/* As the supervisor does it. */
static int restore(struct world *w, struct vif_refs *refs)
{
	int err = restore_list(w->dom0, DRV, refs);

	return err ? err : restore_vifs(w->dom0, DRV, refs);
}

static void restore_well(struct world *w)
{
	struct vif_refs refs;

	assert_int_equal(restore(w, &refs), 0);
	restore_free(&refs);
}

static const struct vif_ref *find(const struct vif_refs *refs, unsigned int guest, unsigned int handle)
{
	unsigned int i;

	for (i = 0; i < refs->n; i++)
		if (refs->vif[i].guest == guest && refs->vif[i].handle == handle)
			return &refs->vif[i];
	return NULL;
}

static void same_dump(char *want, char *got)
{
	assert_string_equal(want, got);
	free(want);
	free(got);
}

/* How many of domain DRV's directories of vifs there are. */
static unsigned int back_dirs(struct world *w)
{
	unsigned int i, n = 0;

	for (i = 0; i < WORLD_VIFS; i++)
		n += mem_peek(w->mem, w->vif[i].back) != NULL;
	return n;
}

/* ------------------------------------------------------------ the list */

static void nobody_has_any(void **state)
{
	struct world *w = *state;
	struct vif_refs refs;

	w->dom0->ops->remove(w->dom0, "/libxl");
	assert_int_equal(restore(w, &refs), 0);
	assert_int_equal(refs.n, 0);
	restore_free(&refs);
	restore_free(&refs);
}

static void only_the_toolstack_says_whose_a_vif_is(void **state)
{
	struct world *w = *state;
	struct vif_refs refs;

	host_attach(w, 0, FRONT_MUTE);
	host_attach_to(w, 1, 2);
	host_attach_to(w, 2, 0);
	host_attach(w, 3, FRONT_MUTE);
	/* Vif 1 is domain 2's, its guest says otherwise; a vif 7 there has never been. */
	world_front(w, 1, XS_FRONT_BACKEND, w->vif[1].back);
	world_front(w, 1, XS_FRONT_BACKEND_ID, "1");
	assert_int_equal(w->vif[1].guest->ops->write(w->vif[1].guest, "device/vif/7/backend", "x"),
			 -EACCES);
	store_write_text(w->dom0, "/local/domain/5/device/vif/7", "backend",
			 "/local/domain/1/backend/vif/5/7");
	store_write_text(w->dom0, "/local/domain/5/device/vif/7", "state", "4");
	/* Vif 3 is ours, its guest says otherwise. */
	world_front(w, 3, XS_FRONT_BACKEND, "/local/domain/2/backend/vif/6/1");

	assert_int_equal(restore_list(w->dom0, DRV, &refs), 0);
	assert_int_equal(refs.n, 2);
	assert_non_null(find(&refs, 5, 0));
	assert_non_null(find(&refs, 6, 1));
	restore_free(&refs);
	assert_int_equal(restore_list(w->dom0, 2, &refs), 0);
	assert_int_equal(refs.n, 1);
	assert_non_null(find(&refs, 5, 1));
	restore_free(&refs);
	assert_int_equal(restore_list(w->dom0, 3, &refs), 0);
	assert_int_equal(refs.n, 0);
	restore_free(&refs);
}

static void what_is_no_vif_is_left_out(void **state)
{
	static const struct { const char *path, *backend; } row[] = {
		{ "/libxl/x/device/vif/0", "/local/domain/1/backend/vif/x/0" },
		{ "/libxl/05/device/vif/0", "/local/domain/1/backend/vif/5/0" },
		{ "/libxl/7/device/vif/one", "/local/domain/1/backend/vif/7/one" },
		{ "/libxl/7/device/vif/01", "/local/domain/1/backend/vif/7/1" },
		{ "/libxl/7/device/vif/4294967296", "/local/domain/1/backend/vif/7/0" },
		{ "/libxl/7/device/vif/2", "/local/domain/1/backend/vif/7/3" },
		{ "/libxl/7/device/vif/3", "/local/domain/11/backend/vif/7/3" },
		{ "/libxl/7/device/vif/4", "/local/domain/1/backend/vif/7/4/" },
		{ "/libxl/7/device/vif/5", "/local/domain/1/backend/vbd/7/5" },
		{ "/libxl/7/device/vif/6", "" },
		{ "/libxl/7/device/vif/7", "/local/domain/1/backend/vif/7/7\x7f" },
		{ "/libxl/7/device/vbd/8", "/local/domain/1/backend/vif/7/8" },
		{ "/libxl/1/device/vif/0", "/local/domain/1/backend/vif/1/0" },
	};
	struct world *w = *state;
	struct vif_refs refs;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(row); i++)
		assert_int_equal(store_write_text(w->dom0, row[i].path, "backend", row[i].backend), 0);
	assert_int_equal(w->dom0->ops->write(w->dom0, "/libxl/8/device/vif/0", ""), 0);
	assert_int_equal(restore_list(w->dom0, DRV, &refs), 0);
	assert_int_equal(refs.n, 0);
	restore_free(&refs);
}

/* ----------------------------------------------------- what is restored */

static void by_the_state_of_the_frontend(void **state)
{
	static const struct {
		const char *front;	/* NULL: no such node */
		enum vif_fate fate;
		bool connected;
		unsigned int back;	/* 0: no directory */
		const char *hotplug;
	} row[] = {
		{ "1", VIF_WAITING, false, 1, "" },
		{ "2", VIF_WAITING, false, 1, "" },
		{ "3", VIF_WAITING, true, 4, "connected" },
		{ "4", VIF_WAITING, true, 4, "connected" },
		{ "5", VIF_WAITING, false, 6, "connected" },
		{ "6", VIF_WAITING, false, 6, "connected" },
		{ "7", VIF_WAITING, false, 1, "" },
		{ "8", VIF_WAITING, false, 1, "" },
		{ "0", VIF_WAITING, false, 1, "" },
		{ "", VIF_WAITING, false, 1, "" },
		{ "04", VIF_WAITING, false, 1, "" },
		{ "4 ", VIF_WAITING, false, 1, "" },
		{ "-1", VIF_WAITING, false, 1, "" },
		{ "4294967300", VIF_WAITING, false, 1, "" },
		{ "\n", VIF_WAITING, false, 1, "" },
		{ NULL, VIF_LEFT, false, 0, NULL },
	};
	struct world *w = *state;
	struct vif_refs refs;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(row); i++) {
		host_attach(w, 0, FRONT_MUTE);
		if (row[i].front)
			world_front(w, 0, XS_FRONT_STATE, row[i].front);
		else
			store_remove(w->dom0, w->vif[0].front, XS_FRONT_STATE);
		crash(w);
		assert_int_equal(restore(w, &refs), 0);
		assert_int_equal(refs.n, 1);
		assert_case(row[i].front, refs.vif[0].fate, row[i].fate);
		assert_case(row[i].front, refs.vif[0].connected, row[i].connected);
		assert_case(row[i].front, world_back_state(w, 0), row[i].back);
		if (row[i].hotplug)
			assert_string_equal(world_back(w, 0, XS_BACK_HOTPLUG_STATUS), row[i].hotplug);
		else
			assert_null(mem_peek(w->mem, w->vif[0].back));
		restore_free(&refs);
	}
}

static void as_before_but_for_what_the_backend_says(void **state)
{
	struct world *w = *state;
	char *before;

	host_connect(w, 0);
	host_connect(w, 2);
	host_connect(w, 3);
	before = host_dump(w, false);
	crash(w);
	restore_well(w);
	same_dump(before, host_dump(w, false));
}

/* The same vifs, and nothing in xenstore tells that there was another domain before. */
static void the_real_backend_adopts(void **state)
{
	struct world *w = *state;
	struct vif_refs refs;
	unsigned int i;
	char *before;

	for (i = 0; i < WORLD_VIFS; i++)
		host_connect(w, i);
	before = host_dump(w, true);
	crash(w);
	assert_int_equal(restore(w, &refs), 0);
	world_backend_up(w);
	world_run(w, 2000);
	same_dump(before, host_dump(w, true));
	for (i = 0; i < WORLD_VIFS; i++) {
		const struct sim_row *row = sim_find(&w->sim, w->vif[i].domid, w->vif[i].handle);

		assert_int_equal(row->c.adopt, 1);
		assert_int_equal(row->c.queue[0].tx_ref, 100 * (i + 1));
		assert_string_equal(world_back(w, i, XS_BACK_XMD_RINGS), "adopted");
	}
	for (i = 0; i < refs.n; i++) {
		assert_int_equal(restore_look(w->dom0, DRV, &refs.vif[i]), 0);
		assert_int_equal(refs.vif[i].fate, VIF_SERVED);
	}
	restore_free(&refs);
}

static void crash_after_crash(void **state)
{
	struct world *w = *state;
	char *before;
	int i;

	host_connect(w, 0);
	host_connect(w, 3);
	before = host_dump(w, true);
	for (i = 0; i < 20; i++) {
		crash(w);
		restore_well(w);
		world_backend_up(w);
		world_run(w, 2000);
	}
	same_dump(before, host_dump(w, true));
}

/* Each in its own state, and each goes on from there. */
static void vifs_in_all_states(void **state)
{
	struct world *w = *state;

	host_connect(w, 0);
	host_connect(w, 1);
	w->vif[1].mode = FRONT_MUTE;
	world_front(w, 1, XS_FRONT_STATE, "6");
	world_run(w, 1000);
	host_attach(w, 2, FRONT_MUTE);
	world_run(w, 1000);
	host_connect(w, 3);
	w->vif[3].mode = FRONT_MUTE;
	world_front(w, 3, XS_FRONT_STATE, "5");
	world_run(w, 1000);
	assert_int_equal(world_back_state(w, 1), STATE_CLOSED);
	assert_int_equal(world_back_state(w, 2), STATE_INIT_WAIT);
	assert_int_equal(world_back_state(w, 3), STATE_CLOSING);
	crash(w);
	restore_well(w);
	world_backend_up(w);
	world_run(w, 2000);
	assert_null(world_inconsistent(w));
	assert_int_equal(world_back_state(w, 0), STATE_CONNECTED);
	assert_int_equal(world_back_state(w, 1), STATE_CLOSED);
	assert_int_equal(world_back_state(w, 2), STATE_INIT_WAIT);
	assert_int_equal(world_back_state(w, 3), STATE_CLOSED);
	world_front(w, 1, XS_FRONT_STATE, "1");
	world_front(w, 3, XS_FRONT_STATE, "6");
	w->vif[1].mode = w->vif[2].mode = FRONT_HONEST;
	world_run(w, 3000);
	assert_int_equal(world_back_state(w, 1), STATE_CONNECTED);
	assert_int_equal(world_back_state(w, 2), STATE_CONNECTED);
	assert_int_equal(world_back_state(w, 3), STATE_CLOSED);
	world_front(w, 3, XS_FRONT_STATE, "1");
	w->vif[3].mode = FRONT_HONEST;
	world_run(w, 2000);
	assert_int_equal(world_back_state(w, 3), STATE_CONNECTED);
	assert_null(world_inconsistent(w));
}

/* Whatever libxl has written there, of this version and the next. */
static void all_keys_of_the_toolstack(void **state)
{
	static const char *const key[][2] = {
		{ XS_BACK_MTU, "9000" }, { XS_BACK_RATE, "1000,50000" }, { XS_BACK_IP, "10.0.0.1 10.0.0.2" },
		{ XS_BACK_VIFNAME, "vif-a" }, { XS_BACK_VLAN, "" }, { "a-key-of-the-future", "x" },
	};
	struct world *w = *state;
	size_t i;

	host_connect(w, 0);
	for (i = 0; i < ARRAY_SIZE(key); i++)
		host_set_copy(w, 0, key[i][0], key[i][1]);
	/* What is the guest's and the backend's to say is not taken from there. */
	host_set_copy(w, 0, XS_BACK_STATE, "5");
	host_set_copy(w, 0, XS_BACK_HOTPLUG_STATUS, "error");
	crash(w);
	restore_well(w);
	for (i = 0; i < ARRAY_SIZE(key); i++)
		assert_string_equal(world_back(w, 0, key[i][0]), key[i][1]);
	assert_int_equal(world_back_state(w, 0), STATE_CONNECTED);
	assert_string_equal(world_back(w, 0, XS_BACK_HOTPLUG_STATUS), "connected");
	assert_null(world_back(w, 0, "backend"));
}

/* --------------------------------------------------------- permissions */

static int read_as_drv(struct world *w, const char *path)
{
	struct store *drv = mem_connect(w->mem, DRV, NULL);
	size_t len;
	char *val;
	int err = drv->ops->read(drv, path, &val, &len);

	if (!err)
		free(val);
	store_close(drv);
	return err;
}

static void the_new_domain_can_read_again(void **state)
{
	static const char *const key[] = {
		"state", "tx-ring-ref", "queue-0/tx-ring-ref", "queue-0/a b", "odd name",
	};
	struct world *w = *state;
	char path[STORE_PATH_MAX];
	size_t i;

	host_connect(w, 0);
	for (i = 2; i < ARRAY_SIZE(key); i++)
		world_front(w, 0, key[i], "8");
	world_front(w, 0, "1/2/3/4/5/6/7/8/9", "deep");
	crash(w);
	for (i = 0; i < ARRAY_SIZE(key); i++) {
		store_path(path, w->vif[0].front, key[i]);
		assert_case(key[i], read_as_drv(w, path), -EACCES);
	}
	restore_well(w);
	for (i = 0; i < ARRAY_SIZE(key); i++) {
		store_path(path, w->vif[0].front, key[i]);
		assert_case(key[i], read_as_drv(w, path), 0);
	}
	/* No further down than any frontend has keys. */
	store_path(path, w->vif[0].front, "1");
	assert_int_equal(read_as_drv(w, path), 0);
	store_path(path, w->vif[0].front, "1/2");
	assert_int_equal(read_as_drv(w, path), -EACCES);
}

/* Nobody gets rights that the guest had not given. */
/* Requests to xenstored for one vif more; each is some hundred thousand instructions of dom0's. */
static void what_a_vif_costs(void **state)
{
	struct world *w = *state;
	struct fuse fuse = { .left = -1 };
	unsigned int i, cost[2];

	for (i = 0; i < 2; i++) {
		struct store *s;
		struct vif_refs refs;

		host_connect(w, i);
		crash(w);
		fuse.burnt = 0;
		s = mem_connect(w->mem, 0, &fuse);
		assert_int_equal(restore_list(s, DRV, &refs), 0);
		assert_int_equal(refs.n, i + 1);
		assert_int_equal(restore_vifs(s, DRV, &refs), 0);
		restore_free(&refs);
		store_close(s);
		cost[i] = (unsigned int)fuse.burnt;
	}
	print_message("%u requests for a vif\n", cost[1] - cost[0]);
	assert_in_range(cost[1] - cost[0], 30, 50);
}

static void what_a_guest_hides_stays_hidden(void **state)
{
	struct world *w = *state;
	char path[STORE_PATH_MAX];

	host_connect(w, 0);
	world_front(w, 0, "mine", "1");
	store_path(path, w->vif[0].front, "mine");
	mem_set_perms(w->mem, path, 5, -1);
	world_front(w, 0, "theirs", "1");
	store_path(path, w->vif[0].front, "theirs");
	mem_set_perms(w->mem, path, 5, 6);
	crash(w);
	restore_well(w);
	store_path(path, w->vif[0].front, "mine");
	/* there it looks as all others do */
	assert_int_equal(read_as_drv(w, path), oxenstored ? 0 : -EACCES);
	store_path(path, w->vif[0].front, "theirs");
	assert_int_equal(read_as_drv(w, path), -EACCES);
}

static void mtu_is_the_driver_domains(void **state)
{
	static const struct { const char *copy, *want; } row[] = {
		{ NULL, "1500" }, { "9000", "9000" }, { "68", "68" }, { "garbage", "1500" }, { "", "1500" },
	};
	struct world *w = *state;
	char path[STORE_PATH_MAX];
	struct store *drv;
	size_t i;

	store_path(path, w->vif[0].front, XS_FRONT_MTU);
	for (i = 0; i < ARRAY_SIZE(row); i++) {
		host_attach(w, 0, FRONT_MUTE);
		world_front_connect(w, 0);
		if (row[i].copy)
			host_set_copy(w, 0, XS_BACK_MTU, row[i].copy);
		crash(w);
		assert_null(mem_peek(w->mem, path));
		restore_well(w);
		assert_string_equal(mem_peek(w->mem, path), row[i].want);
		drv = mem_connect(w->mem, DRV, NULL);
		assert_int_equal(drv->ops->write(drv, path, "1501"), 0);
		store_close(drv);
		assert_int_equal(world_front(w, 0, XS_FRONT_MTU, "1502"), -EACCES);
	}
}

/* A guest that has put one there of its own cannot be told from a toolstack that did not. */
static void mtu_that_is_there_is_left_alone(void **state)
{
	struct world *w = *state;

	host_connect(w, 0);
	host_drv_gone(w);
	assert_int_equal(world_front(w, 0, XS_FRONT_MTU, "x"), 0);
	host_drv_made(w);
	restore_well(w);
	assert_int_equal(world_front(w, 0, XS_FRONT_MTU, "y"), 0);
	world_backend_up(w);
	world_run(w, 2000);
	assert_string_equal(world_back(w, 0, XS_BACK_XMD_RINGS), "adopted");
}

/*
 * Of what an attach that was cut off has left, the toolstack knows its two ends only.  Its guest has given it up: it is there, for as
 * long as a supervisor on a slow host takes to look.
 */
static void a_vif_that_is_known_half(void **state)
{
	struct world *w = *state;
	static const char record[] = "/libxl/5/device/vif/0";
	struct vif_ref v = { .guest = 5, .handle = 0 };
	char path[STORE_PATH_MAX], **names;
	unsigned int i, n;

	host_connect(w, 0);
	crash(w);
	assert_int_equal(w->dom0->ops->list(w->dom0, record, &names, &n), 0);
	for (i = 0; i < n; i++) {
		if (!strcmp(names[i], "frontend") || !strcmp(names[i], "backend"))
			continue;
		assert_int_equal(store_path(path, record, names[i]), 0);
		w->dom0->ops->remove(w->dom0, path);
	}
	free(names);
	assert_int_equal(world_front(w, 0, XS_FRONT_STATE, "5"), 0);
	restore_well(w);
	world_backend_up(w);
	world_run(w, 20000);
	assert_int_equal(restore_look(w->dom0, DRV, &v), 0);
	assert_int_equal(v.fate, VIF_SERVED);
}

/* As many nodes as xenstored lets a guest have, names as long as it takes them. */
static void a_guest_that_fills_its_directory(void **state)
{
	struct world *w = *state;
	char name[STORE_PATH_MAX];
	unsigned int n = 0;

	host_connect(w, 0);
	host_connect(w, 2);
	memset(name, 'n', 220);
	name[220] = '\0';
	assert_int_equal(world_front(w, 0, name, "1"), 0);
	do
		snprintf(name, sizeof(name), "%u/%u/%u", n % 7, n % 11, n);
	while (!world_front(w, 0, name, "x") && ++n < 2 * MEM_NODE_QUOTA);
	assert_true(n < MEM_NODE_QUOTA);
	crash(w);
	restore_well(w);
	world_backend_up(w);
	world_run(w, 2000);
	assert_string_equal(world_back(w, 0, XS_BACK_XMD_RINGS), "adopted");
	assert_string_equal(world_back(w, 2, XS_BACK_XMD_RINGS), "adopted");
}

/* ----------------------------------------------------------- meanwhile */

static void a_guest_is_gone_meanwhile(void **state)
{
	struct world *w = *state;
	struct vif_refs refs;

	host_connect(w, 0);
	host_connect(w, 1);
	host_connect(w, 2);
	crash(w);
	assert_int_equal(restore_list(w->dom0, DRV, &refs), 0);
	assert_int_equal(refs.n, 3);
	host_guest_gone(w, 0);
	assert_int_equal(restore_vifs(w->dom0, DRV, &refs), 0);
	assert_int_equal(find(&refs, 5, 0)->fate, VIF_LEFT);
	assert_int_equal(find(&refs, 5, 1)->fate, VIF_LEFT);
	assert_int_equal(find(&refs, 6, 0)->fate, VIF_WAITING);
	assert_null(mem_peek(w->mem, "/local/domain/1/backend/vif/5"));
	assert_int_equal(world_back_state(w, 2), STATE_CONNECTED);
	restore_free(&refs);
}

static void a_vif_is_detached_meanwhile(void **state)
{
	struct world *w = *state;
	struct vif_refs refs;

	host_connect(w, 0);
	host_connect(w, 1);
	crash(w);
	assert_int_equal(restore_list(w->dom0, DRV, &refs), 0);
	host_detached(w, 1);
	assert_int_equal(restore_vifs(w->dom0, DRV, &refs), 0);
	assert_int_equal(find(&refs, 5, 0)->fate, VIF_WAITING);
	assert_int_equal(find(&refs, 5, 1)->fate, VIF_LEFT);
	assert_int_equal(back_dirs(w), 1);
	restore_free(&refs);
}

/* Detached, and attached to somebody else under the same number. */
static void a_vif_has_another_backend_meanwhile(void **state)
{
	struct world *w = *state;
	struct vif_refs refs;

	host_connect(w, 0);
	crash(w);
	assert_int_equal(restore_list(w->dom0, DRV, &refs), 0);
	host_attach_to(w, 0, 2);
	assert_int_equal(restore_vifs(w->dom0, DRV, &refs), 0);
	assert_int_equal(refs.vif[0].fate, VIF_LEFT);
	assert_int_equal(back_dirs(w), 0);
	restore_free(&refs);
}

static void two_driver_domains(void **state)
{
	static const char back[] = "/local/domain/2/backend/vif/5/1";
	struct world *w = *state;
	char *before, path[STORE_PATH_MAX];
	struct vif_refs refs;

	host_connect(w, 0);
	host_attach_to(w, 1, 2);
	store_write_text(w->dom0, back, XS_BACK_FRONTEND, w->vif[1].front);
	store_write_text(w->dom0, back, XS_BACK_STATE, "4");
	mem_set_perms(w->mem, back, 2, 5);
	world_front(w, 1, XS_FRONT_STATE, "4");
	store_path(path, w->vif[1].front, XS_FRONT_MTU);
	mem_set_perms(w->mem, path, 2, 5);
	before = host_dump(w, false);
	crash(w);
	restore_well(w);
	same_dump(before, host_dump(w, false));
	assert_int_equal(back_dirs(w), 1);

	/* The other one, of which there is no backend here. */
	before = host_dump(w, false);
	w->dom0->ops->remove(w->dom0, "/local/domain/2");
	mem_drop_owned(w->mem, 2);
	mem_replace_domain(w->mem, 2);
	assert_int_equal(restore_list(w->dom0, 2, &refs), 0);
	assert_int_equal(restore_vifs(w->dom0, 2, &refs), 0);
	assert_int_equal(refs.n, 1);
	assert_true(refs.vif[0].connected);
	assert_string_equal(mem_peek(w->mem, "/local/domain/2/backend/vif/5/1/state"), "4");
	assert_string_equal(mem_peek(w->mem, "/local/domain/2/backend/vif/5/1/mac"), "00:16:3e:00:05:01");
	assert_string_equal(mem_peek(w->mem, path), "1500");
	assert_int_equal(world_back_state(w, 0), STATE_CONNECTED);
	restore_free(&refs);
	free(before);
}

static void twice_is_once(void **state)
{
	struct world *w = *state;
	char *once, *adopted;

	host_connect(w, 0);
	host_connect(w, 3);
	host_attach(w, 1, FRONT_MUTE);
	crash(w);
	restore_well(w);
	once = host_dump(w, true);
	restore_well(w);
	same_dump(once, host_dump(w, true));

	/* Also under a backend that has gone on from there. */
	world_backend_up(w);
	world_run(w, 2000);
	adopted = host_dump(w, true);
	restore_well(w);
	world_run(w, 2000);
	same_dump(adopted, host_dump(w, true));
	assert_int_equal(w->sim.connects, 2);
	assert_int_equal(w->sim.disconnects, 0);
}

static void a_store_that_is_busy(void **state)
{
	struct world *w = *state;
	char *before;

	host_connect(w, 0);
	host_connect(w, 2);
	before = host_dump(w, false);
	crash(w);
	mem_storm(w->mem, 0, 10);
	restore_well(w);
	same_dump(before, host_dump(w, false));
}

static void a_store_that_takes_nothing(void **state)
{
	static const int errs[] = { ENOSPC, E2BIG, EIO };
	struct world *w = *state;
	struct vif_refs refs;
	char *before;
	size_t i;

	host_connect(w, 0);
	crash(w);
	before = host_dump(w, true);
	for (i = 0; i < ARRAY_SIZE(errs); i++) {
		mem_fail_writes(w->mem, 0, errs[i]);
		assert_int_equal(restore(w, &refs), -errs[i]);
		restore_free(&refs);
	}
	mem_fail_writes(w->mem, 0, 0);
	same_dump(before, host_dump(w, true));
}

/* The connection breaks at each operation; the next supervisor does the rest. */
static void a_store_that_breaks(void **state)
{
	struct world *w = *state;
	struct fuse fuse = { .left = 0 };
	struct vif_refs refs;
	struct store *s;
	char *want, *got;
	int err = -1;
	long k;

	host_connect(w, 0);
	host_connect(w, 2);
	want = host_dump(w, false);
	for (k = 0; err; k++) {
		crash(w);
		fuse = (struct fuse){ .left = k };
		s = mem_connect(w->mem, 0, &fuse);
		err = restore_list(s, DRV, &refs);
		if (!err)
			err = restore_vifs(s, DRV, &refs);
		restore_free(&refs);
		store_close(s);
		restore_well(w);
		got = host_dump(w, false);
		assert_string_equal(want, got);
		free(got);
	}
	assert_true(k > 50);
	free(want);
}

/* ------------------------------------- somebody moves right before operation K */

struct move {
	const char *name;
	void (*act)(struct world *w);
	enum vif_fate fate;
	bool connected;
	unsigned int back;	/* state; 0: no directory */
};

static void nothing(struct world *w)
{
	(void)w;
}

static void closes(struct world *w)
{
	world_front(w, 0, XS_FRONT_STATE, "6");
}

static void starts(struct world *w)
{
	world_front(w, 0, XS_FRONT_STATE, "1");
}

static void writes(struct world *w)
{
	world_front(w, 0, "a/b", "1");
	world_front(w, 0, XS_FRONT_TX_RING_REF, "99");
}

static void detaches(struct world *w)
{
	host_detached(w, 0);
}

static void dies(struct world *w)
{
	host_guest_gone(w, 0);
}

static void loses_its_front(struct world *w)
{
	w->dom0->ops->remove(w->dom0, w->vif[0].front);
}

static const struct move moves[] = {
	{ "nothing", nothing, VIF_WAITING, true, 4 },
	{ "closes", closes, VIF_WAITING, false, 6 },
	{ "starts", starts, VIF_WAITING, false, 1 },
	{ "writes", writes, VIF_WAITING, true, 4 },
	{ "detaches", detaches, VIF_LEFT, false, 0 },
	{ "dies", dies, VIF_LEFT, false, 0 },
	{ "loses its front", loses_its_front, VIF_LEFT, false, 0 },
};

struct met {
	struct world *w;
	const struct move *move;
};

static void meet(void *arg)
{
	struct met *m = arg;

	m->move->act(m->w);
}

/* Return: whether there were as many operations. */
static bool meet_at(const struct move *move, long k)
{
	struct world *w = calloc(1, sizeof(*w));
	struct met met = { w, move };
	struct fuse fuse = { .left = -1, .meet_at = k, .meet = meet, .arg = &met };
	struct vif_refs refs;
	char name[64];
	struct store *s;

	host_init(w);
	/* Only one, so that the commit is the last operation. */
	host_connect(w, 0);
	crash(w);
	assert_int_equal(restore_list(w->dom0, DRV, &refs), 0);
	s = mem_connect(w->mem, 0, &fuse);
	assert_int_equal(restore_vifs(s, DRV, &refs), 0);
	if (fuse.burnt >= k) {
		snprintf(name, sizeof(name), "%s before operation %ld", move->name, k);
		assert_case(name, refs.vif[0].fate, move->fate);
		if (move->fate == VIF_WAITING)
			assert_case(name, refs.vif[0].connected, move->connected);
		assert_case(name, world_back_state(w, 0), move->back);
		assert_case(name, mem_peek(w->mem, w->vif[0].back) != NULL, move->back != 0);
		assert_case(name, mem_open_transactions(w->mem), 0);
	}
	restore_free(&refs);
	store_close(s);
	world_destroy(w);
	free(w);
	return fuse.burnt >= k;
}

static void somebody_is_faster(void **state)
{
	long k, all = 0;
	size_t i;

	(void)state;
	for (i = 0; i < ARRAY_SIZE(moves); i++) {
		for (k = 1; meet_at(&moves[i], k); k++)
			all++;
		assert_true(k > 30);
	}
	print_message("moved before each of %ld operations\n", all);
}

/* A guest that writes before each operation, so that no commit of its vif ever succeeds. */
struct flicker {
	struct world *w;
	struct fuse fuse;
	unsigned int n;
};

static void flicker(void *arg)
{
	struct flicker *f = arg;
	char text[16];

	snprintf(text, sizeof(text), "%u", ++f->n);
	world_front(f->w, 0, XS_FRONT_TX_RING_REF, text);
	f->fuse.meet_at = f->fuse.burnt + 1;
}

static void a_guest_that_never_stands_still(void **state)
{
	struct world *w = *state;
	struct flicker f = { .w = w };
	struct vif_refs refs;
	struct store *s;

	f.fuse = (struct fuse){ .left = -1, .meet_at = 1, .meet = flicker, .arg = &f };
	host_connect(w, 0);
	host_connect(w, 1);
	host_connect(w, 2);
	crash(w);
	s = mem_connect(w->mem, 0, &f.fuse);
	assert_int_equal(restore_list(s, DRV, &refs), 0);
	assert_int_equal(refs.n, 3);
	assert_int_equal(restore_vifs(s, DRV, &refs), 0);
	assert_int_equal(find(&refs, 5, 0)->fate, VIF_REFUSED);
	assert_int_equal(find(&refs, 5, 1)->fate, VIF_WAITING);
	assert_int_equal(find(&refs, 6, 0)->fate, VIF_WAITING);
	assert_int_equal(back_dirs(w), 2);
	assert_int_equal(log_count("vif 0 of domain 5 cannot be restored"), 1);
	restore_free(&refs);
	store_close(s);
	world_backend_up(w);
	world_run(w, 2000);
	assert_string_equal(world_back(w, 1, XS_BACK_XMD_RINGS), "adopted");
	assert_string_equal(world_back(w, 2, XS_BACK_XMD_RINGS), "adopted");
}

/*
 * Within a transaction xenstored shows of what nobody has looked at yet that it has just gone, which
 * the store of these tests does not: the guest has removed it between the list and the look.
 */
static const struct store_ops *all_there;
static unsigned int vanishes;

static int readmit_what_vanishes(struct store *s, const char *path, unsigned int from, unsigned int to, bool let_in)
{
	if (vanishes && !strcmp(path, "/local/domain/5/device/vif/0/" XS_FRONT_TX_RING_REF)) {
		vanishes--;
		return -ENOENT;
	}
	return all_there->readmit(s, path, from, to, let_in);
}

static void a_key_vanishes(void **state)
{
	struct world *w = *state;
	static struct store_ops ops;
	struct vif_refs refs;

	host_connect(w, 0);
	host_connect(w, 1);
	crash(w);
	all_there = w->dom0->ops;
	ops = *all_there;
	ops.readmit = readmit_what_vanishes;
	w->dom0->ops = &ops;
	vanishes = 1;
	assert_int_equal(restore(w, &refs), 0);
	assert_int_equal(find(&refs, 5, 0)->fate, VIF_WAITING);
	assert_true(find(&refs, 5, 0)->connected);
	assert_int_equal(find(&refs, 5, 1)->fate, VIF_WAITING);
	restore_free(&refs);
	/* All the time: that one alone */
	crash(w);
	vanishes = ~0u;
	assert_int_equal(restore(w, &refs), 0);
	assert_int_equal(find(&refs, 5, 0)->fate, VIF_REFUSED);
	assert_int_equal(find(&refs, 5, 1)->fate, VIF_WAITING);
	restore_free(&refs);
	vanishes = 0;
	w->dom0->ops = all_there;
}

/* ------------------------------------------------------- another backend */

static struct {
	unsigned int calls, moved, refused;
	struct vif_ref last;
} told;

static void tell(const struct vif_ref *v, uint32_t to, int err)
{
	told.calls++;
	told.moved += !err && v->from != to;
	told.refused += err != 0;
	told.last = *v;
}

static int move(struct world *w, const char *to, const char *one, const char *two)
{
	char *which[2] = { (char *)one, (char *)two }, reason[MOVE_REASON] = "";
	int err;

	memset(&told, 0, sizeof(told));
	err = move_vifs(w->dom0, to, which, two ? 2 : one ? 1 : 0, tell, reason);
	assert_int_equal(!err, !reason[0]);
	return err;
}

static void name(struct world *w, unsigned int domid, const char *text)
{
	char home[STORE_PATH_MAX];

	snprintf(home, sizeof(home), "/local/domain/%u", domid);
	store_write_text(w->dom0, home, "name", text);
}

/* With driver_domain=1 */
static void made(struct world *w, unsigned int domid, const char *text)
{
	char home[STORE_PATH_MAX];

	name(w, domid, text);
	snprintf(home, sizeof(home), "/local/domain/%u", domid);
	store_write_text(w->dom0, home, XS_HOME_LIBXL, "");
}

/* Vif @i was connected to domain 2, which is no more. */
static void orphan(struct world *w, unsigned int i)
{
	host_attach_to(w, i, 2);
	world_front(w, i, XS_FRONT_STATE, "4");
	world_front(w, i, XS_FRONT_TX_RING_REF, "8");
}

static void as_if_it_had_been_the_backend_always(void **state)
{
	struct world *w = *state;
	char *want;

	made(w, DRV, "drv");
	host_attach(w, 0, FRONT_MUTE);
	world_front(w, 0, XS_FRONT_STATE, "4");
	world_front(w, 0, XS_FRONT_TX_RING_REF, "8");
	want = host_dump(w, false);
	host_detached(w, 0);
	orphan(w, 0);
	assert_int_equal(back_dirs(w), 0);
	assert_int_equal(move(w, "drv", NULL, NULL), 0);
	assert_int_equal(told.moved, 1);
	assert_int_equal(told.last.from, 2);
	same_dump(want, host_dump(w, false));
}

/* And a frontend that follows is served. */
static void a_moved_vif_is_connected(void **state)
{
	struct world *w = *state;
	char path[STORE_PATH_MAX];

	made(w, DRV, "drv");
	host_connect(w, 2);
	orphan(w, 0);
	store_path(path, w->vif[0].front, XS_FRONT_TX_RING_REF);
	assert_int_equal(read_as_drv(w, path), -EACCES);
	assert_int_equal(move(w, "drv", NULL, NULL), 0);
	assert_int_equal(read_as_drv(w, path), 0);
	world_front(w, 0, XS_FRONT_STATE, "1");
	w->vif[0].mode = FRONT_HONEST;
	world_run(w, 3000);
	assert_int_equal(world_back_state(w, 0), STATE_CONNECTED);
	assert_int_equal(world_front_state(w, 0), STATE_CONNECTED);
	assert_null(world_inconsistent(w));
	assert_int_equal(move(w, "drv", NULL, NULL), 0);
	assert_int_equal(told.calls, 0);
}

/* Its backend sees the end of the vif, and the two nodes it could write or read are the other's. */
static void from_one_that_runs(void **state)
{
	struct world *w = *state;
	char path[STORE_PATH_MAX];
	struct store *two;

	world_home(w, 2);
	made(w, DRV, "drv");
	made(w, 2, "two");
	host_connect(w, 0);
	host_connect(w, 1);
	w->vif[0].mode = FRONT_MUTE;
	assert_int_equal(move(w, "two", NULL, NULL), 0);
	assert_int_equal(told.calls, 0);
	name(w, 5, "guest");
	assert_int_equal(move(w, "two", "guest/0", NULL), 0);
	assert_int_equal(told.moved, 1);
	assert_int_equal(told.last.from, DRV);
	world_run(w, 2000);
	assert_null(mem_peek(w->mem, w->vif[0].back));
	assert_null(sim_find(&w->sim, 5, 0));
	assert_non_null(sim_find(&w->sim, 5, 1));
	assert_string_equal(host_copy(w, 0, "backend"), "/local/domain/2/backend/vif/5/0");
	assert_string_equal(mem_peek(w->mem, "/local/domain/2/backend/vif/5/0/state"), "1");
	assert_string_equal(mem_peek(w->mem, "/local/domain/2/backend/vif/5/0/hotplug-status"), "");
	two = mem_connect(w->mem, 2, NULL);
	assert_int_equal(store_write_text(two, "/local/domain/2/backend/vif/5/0", "state", "2"), 0);
	assert_int_equal(store_write_text(two, w->vif[0].front, XS_FRONT_MTU, "1501"), 0);
	store_close(two);
	store_path(path, w->vif[0].front, XS_FRONT_STATE);
	assert_int_equal(read_as_drv(w, path), -EACCES);

	/* and all of it back */
	assert_int_equal(move(w, "1", "5", NULL), 0);
	assert_int_equal(told.calls, 2);
	assert_int_equal(told.moved, 1);
	assert_int_equal(read_as_drv(w, path), 0);
	assert_null(mem_peek(w->mem, "/local/domain/2/backend/vif/5/0"));
}

static void what_cannot_be_moved(void **state)
{
	static const struct { const char *to, *one, *two; int err; } row[] = {
		{ "nobody", NULL, NULL, -ENOENT }, { "7", NULL, NULL, -ENOENT },
		{ "", NULL, NULL, -ENOENT }, { "drv/0", NULL, NULL, -EINVAL },
		{ "drv", "nobody", NULL, -ENOENT }, { "drv", "5/7", NULL, -ENOENT },
		{ "drv", "5/", NULL, -EINVAL }, { "drv", "5/00", NULL, -EINVAL },
		{ "drv", "5/0/0", NULL, -EINVAL }, { "drv", "5/0", "5/7", -ENOENT },
		{ "drv", "drv", NULL, -ENOENT }, { "drv", "6", NULL, -ENOENT },
		/* a guest, which would be the backend of all that have none */
		{ "other", NULL, NULL, -EINVAL }, { "6", "5/0", NULL, -EINVAL },
	};
	struct world *w = *state;
	char *before;
	size_t i;

	made(w, DRV, "drv");
	name(w, 5, "guest");
	name(w, 6, "other");
	orphan(w, 0);
	before = host_dump(w, true);
	for (i = 0; i < ARRAY_SIZE(row); i++) {
		assert_case(row[i].one ? row[i].one : row[i].to,
			    move(w, row[i].to, row[i].one, row[i].two), row[i].err);
		assert_int_equal(told.calls, 0);
	}
	/* libxl has just begun with it, or the guest has taken its own nodes away */
	w->dom0->ops->remove(w->dom0, w->vif[0].front);
	assert_int_equal(move(w, "drv", "5/0", NULL), 0);
	assert_int_equal(told.refused, 1);
	assert_int_equal(back_dirs(w), 0);
	free(before);
}

/* All of a vif or nothing, wherever it ends; and the next one does it. */
static void a_move_that_breaks(void **state)
{
	struct world *w = *state;
	struct fuse fuse;
	struct vif_ref v = { .guest = 5 };
	char *before, *now;
	struct store *s;
	int err = -1;
	long k;

	made(w, DRV, "drv");
	orphan(w, 0);
	before = host_dump(w, true);
	for (k = 0; err; k++) {
		fuse = (struct fuse){ .left = k };
		s = mem_connect(w->mem, 0, &fuse);
		err = restore_move(s, DRV, &v);
		store_close(s);
		now = host_dump(w, true);
		assert_int_equal(!strcmp(before, now), err != 0);
		free(now);
	}
	assert_true(k > 30);
	free(before);
}

/* ----------------------------------------------------------- a look */

static void how_far_it_has_come(void **state)
{
	static const struct {
		const char *name;
		const char *back, *rings;	/* NULL: no such node */
		bool connected;			/* when it was restored */
		enum vif_fate fate;
		bool offline;
	} row[] = {
		{ "not looked at", "4", NULL, true, VIF_WAITING },
		{ "adopted", "4", "adopted", true, VIF_SERVED },
		{ "connected", "4", "connected", true, VIF_SERVED },
		{ "closing", "5", NULL, true, VIF_REFUSED },
		{ "closed", "6", NULL, true, VIF_REFUSED },
		{ "closed, no more than that", "6", "adopted", true, VIF_REFUSED },
		{ "detached", NULL, NULL, true, VIF_LEFT },
		{ "being detached", "5", "adopted", true, VIF_LEFT, true },
		{ "as good as detached", "6", NULL, true, VIF_LEFT, true },
		{ "attached since then", "1", NULL, true, VIF_SERVED },
		{ "attached since then, offered", "2", NULL, true, VIF_SERVED },
		{ "garbage", "x", NULL, true, VIF_LEFT },
		{ "new, not looked at", "1", NULL, false, VIF_WAITING },
		{ "new, offered", "2", NULL, false, VIF_SERVED },
		{ "new, connected", "4", "connected", false, VIF_SERVED },
		{ "closed, stays so", "6", NULL, false, VIF_SERVED },
		{ "new, detached", NULL, NULL, false, VIF_LEFT },
	};
	struct world *w = *state;
	struct vif_ref v;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(row); i++) {
		host_attach(w, 0, FRONT_MUTE);
		w->dom0->ops->remove(w->dom0, w->vif[0].back);
		if (row[i].back) {
			store_write_text(w->dom0, w->vif[0].back, XS_BACK_STATE, row[i].back);
			store_write_text(w->dom0, w->vif[0].back, XS_BACK_ONLINE,
					 row[i].offline ? "0" : "1");
		}
		if (row[i].rings)
			store_write_text(w->dom0, w->vif[0].back, XS_BACK_XMD_RINGS, row[i].rings);
		v = (struct vif_ref){ .guest = 5, .handle = 0, .connected = row[i].connected };
		assert_case(row[i].name, restore_look(w->dom0, DRV, &v), 0);
		assert_case(row[i].name, v.fate, row[i].fate);
	}
}

static void a_look_that_fails_says_nothing(void **state)
{
	struct world *w = *state;
	struct vif_ref v = { .guest = 5, .handle = 0, .connected = true };
	struct fuse fuse = { .left = 0 };
	struct store *s = mem_connect(w->mem, 0, &fuse);

	host_attach(w, 0, FRONT_MUTE);
	assert_int_equal(restore_look(s, DRV, &v), -ESHUTDOWN);
	assert_int_equal(v.fate, VIF_WAITING);
	store_close(s);
}

#define T(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		T(nobody_has_any),
		T(only_the_toolstack_says_whose_a_vif_is),
		T(what_is_no_vif_is_left_out),
		T(by_the_state_of_the_frontend),
		T(as_before_but_for_what_the_backend_says),
		T(the_real_backend_adopts),
		T(crash_after_crash),
		T(vifs_in_all_states),
		T(all_keys_of_the_toolstack),
		T(the_new_domain_can_read_again),
		T(what_a_guest_hides_stays_hidden),
		T(mtu_is_the_driver_domains),
		T(mtu_that_is_there_is_left_alone),
		T(a_vif_that_is_known_half),
		T(a_guest_that_fills_its_directory),
		T(a_guest_is_gone_meanwhile),
		T(a_vif_is_detached_meanwhile),
		T(a_vif_has_another_backend_meanwhile),
		T(two_driver_domains),
		T(twice_is_once),
		T(what_a_vif_costs),
		T(a_store_that_is_busy),
		T(a_store_that_takes_nothing),
		T(a_store_that_breaks),
		T(somebody_is_faster),
		T(a_guest_that_never_stands_still),
		T(a_key_vanishes),
		T(as_if_it_had_been_the_backend_always),
		T(a_moved_vif_is_connected),
		T(from_one_that_runs),
		T(what_cannot_be_moved),
		T(a_move_that_breaks),
		T(how_far_it_has_come),
		T(a_look_that_fails_says_nothing),
	};

	int failed = cmocka_run_group_tests_name("restore", tests, NULL, NULL);

	oxenstored = true;
	return failed + cmocka_run_group_tests_name("restore, oxenstored", tests, NULL, NULL);
}
