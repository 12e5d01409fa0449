// SPDX-License-Identifier: GPL-2.0
/* restore.c - see restore.h */
#include "restore.h"

#include "log.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <xmd/xs_names.h>

#define TRIES	20
#define ROUNDS_MIN	3	/* each vif has so many tries, however long the others take */
#define ROUNDS_MS	3000	/* after which whose nodes do not stand still is left out */
#define NODES	128	/* in a frontend directory: a guest may make a thousand */
#define QUEUE	"queue-"	/* what has keys below it, in one that is used */
#define DEFAULT_MTU	1500
#define STATE_INITIALISING	1
#define STATE_CONNECTED	4
#define STATE_CLOSING	5
#define STATE_CLOSED	6

/* Absolute paths here; the names of xs_names.h are relative to the driver domain's home. */
#define HOME		"/local/domain/%u/"
#define LIBXL_VIFS	"/libxl/%u/device/vif"

static void back_path(char path[STORE_PATH_MAX], uint32_t drv, const struct vif_ref *v)
{
	snprintf(path, STORE_PATH_MAX, HOME XS_DIR_BACK, drv, v->guest, v->handle);
}

static void front_path(char path[STORE_PATH_MAX], const struct vif_ref *v)
{
	snprintf(path, STORE_PATH_MAX, XS_DIR_FRONT, v->guest, v->handle);
}

static void copy_path(char path[STORE_PATH_MAX], const struct vif_ref *v)
{
	snprintf(path, STORE_PATH_MAX, LIBXL_VIFS "/%u", v->guest, v->handle);
}

/* ------------------------------------------------------------ the list */

static int add(struct vif_refs *refs, uint32_t guest, uint32_t handle)
{
	struct vif_ref *more = realloc(refs->vif, (refs->n + 1) * sizeof(*more));

	if (!more)
		return -ENOMEM;
	refs->vif = more;
	more[refs->n++] = (struct vif_ref){ .guest = guest, .handle = handle };
	return 0;
}

int restore_backend(struct store *s, const struct vif_ref *v, uint32_t *drv)
{
	char want[STORE_PATH_MAX], dir[STORE_PATH_MAX], back[STORE_VALUE_MAX];
	int err;

	copy_path(dir, v);
	err = store_read_text(s, dir, "backend", back);
	if (err)
		return err;
	if (sscanf(back, HOME, drv) != 1)
		return -EINVAL;
	back_path(want, *drv, v);
	return strcmp(back, want) ? -EINVAL : 0;
}

static bool is_ours(struct store *s, uint32_t drv, const struct vif_ref *v)
{
	uint32_t says;

	return !restore_backend(s, v, &says) && says == drv;
}

static bool is_wanted(struct store *s, uint32_t drv, const struct vif_ref *v)
{
	char path[STORE_PATH_MAX], name[STORE_VALUE_MAX];
	uint32_t says;

	if (restore_backend(s, v, &says))
		return false;
	if (drv != VIFS_ORPHANED)
		return drv == VIFS_ALL || drv == says;
	snprintf(path, sizeof(path), HOME "name", says);
	return store_read_text(s, "", path, name) == -ENOENT;
}

static int list_guest(struct store *s, uint32_t drv, uint32_t guest, struct vif_refs *refs)
{
	struct vif_ref v = { .guest = guest };
	char path[STORE_PATH_MAX];
	unsigned int i, n;
	char **names;
	int err;

	snprintf(path, sizeof(path), LIBXL_VIFS, guest);
	err = s->ops->list(s, path, &names, &n);
	if (err)
		return err == -ENOENT ? 0 : err;
	for (i = 0; i < n && !err; i++)
		if (!parse_u32(names[i], &v.handle) && is_wanted(s, drv, &v))
			err = add(refs, guest, v.handle);
	free(names);
	return err;
}

int restore_list(struct store *s, uint32_t drv, struct vif_refs *refs)
{
	unsigned int i, n;
	uint32_t guest;
	char **names;
	int err;

	*refs = (struct vif_refs){ .n = 0 };
	err = s->ops->list(s, "/libxl", &names, &n);
	if (err)
		return err == -ENOENT ? 0 : err;
	for (i = 0; i < n && !err; i++)
		if (!parse_u32(names[i], &guest) && guest != drv)
			err = list_guest(s, drv, guest, refs);
	free(names);
	if (err)
		restore_free(refs);
	return err;
}

void restore_free(struct vif_refs *refs)
{
	free(refs->vif);
	*refs = (struct vif_refs){ .n = 0 };
}

/* ----------------------------------------------------------- one vif */

/* These are not the toolstack's to say: what the state is now decides. */
static bool is_live_key(const char *key)
{
	return !strcmp(key, XS_BACK_STATE) || !strcmp(key, XS_BACK_HOTPLUG_STATUS) || !strcmp(key, "backend");
}

static int copy_key(struct store *s, const char *from, const char *to, const char *key)
{
	char src[STORE_PATH_MAX], dst[STORE_PATH_MAX];
	size_t len;
	char *val;
	int err = store_path(src, from, key);

	if (!err)
		err = store_path(dst, to, key);
	if (!err)
		err = s->ops->read(s, src, &val, &len);
	if (err)
		return err;
	err = s->ops->write(s, dst, val);
	free(val);
	return err;
}

static int copy_keys(struct store *s, const char *from, const char *to)
{
	unsigned int i, n;
	bool online = false;
	char **names;
	int err = s->ops->list(s, from, &names, &n);

	if (err)
		return err;
	for (i = 0; i < n && !err; i++) {
		online |= !strcmp(names[i], XS_BACK_ONLINE);
		if (!is_live_key(names[i]))
			err = copy_key(s, from, to, names[i]);
	}
	free(names);
	/* Of what is known only half, too: or the backend takes it for detached, and for away, before we look at it. */
	return err || online ? err : store_write_u32(s, to, XS_BACK_ONLINE, 1);
}

static int make_dir(struct store *s, uint32_t drv, const struct vif_ref *v, uint32_t front)
{
	char back[STORE_PATH_MAX], from[STORE_PATH_MAX];
	uint32_t state = v->connected ? STATE_CONNECTED : front == STATE_CLOSING || front == STATE_CLOSED ?
			 STATE_CLOSED : STATE_INITIALISING;
	int err;

	back_path(back, drv, v);
	copy_path(from, v);
	err = s->ops->write(s, back, "");
	if (!err)
		err = s->ops->give(s, back, drv, v->guest);
	if (!err)
		err = copy_keys(s, from, back);
	if (!err)
		err = store_write_text(s, back, XS_BACK_HOTPLUG_STATUS, state == STATE_INITIALISING ? "" : "connected");
	return err ? err : store_write_u32(s, back, XS_BACK_STATE, state);
}

/* A walk over the nodes of one guest. */
struct walk {
	struct store *s;
	uint32_t from, to;
	unsigned int left;	/* nodes */
	bool let_in;		/* xenstored has dropped what said @from */
	bool mtu;		/* there is that key */
};

/*
 * For @to what was for @from.  What a frontend writes comes first; of what its guest has planted
 * there besides, NODES of all are enough, and if that hides some of its own it is its own loss.
 */
static int readmit_node(struct walk *w, const char *path)
{
	int named;

	if (!w->left)
		return 0;
	w->left--;
	named = w->s->ops->readmit(w->s, path, w->from, w->to, w->let_in);
	return named < 0 ? named : 0;
}

/*
 * The directory itself was made by the toolstack, for the guest and readable for @from.  Where that is not said any
 * more the permissions went with @from, those of all nodes, and what the guest had hidden from it cannot be told from what
 * it had not.
 */
static int readmit_top(struct walk *w, const char *front)
{
	int named = w->s->ops->readmit(w->s, front, w->from, w->to, false);

	if (named)
		return named < 0 ? named : 0;
	w->let_in = true;
	return readmit_node(w, front);
}

/* Each look into a directory costs xenstored as much as a node: only where there is something. */
static int readmit_below(struct walk *w, const char *path, bool top)
{
	char below[STORE_PATH_MAX];
	unsigned int i, n;
	char **names;
	int err = w->s->ops->list(w->s, path, &names, &n);

	if (err)
		return err;
	for (i = 0; i < n && !err; i++) {
		if (store_path(below, path, names[i]))
			continue;
		w->mtu |= top && !strcmp(names[i], XS_FRONT_MTU);
		err = readmit_node(w, below);
		if (!err && top && w->left && !strncmp(names[i], QUEUE, strlen(QUEUE)))
			err = readmit_below(w, below, false);
	}
	free(names);
	return err;
}

static int readmit(struct walk *w, const char *front)
{
	int err = readmit_top(w, front);

	if (!err)
		err = readmit_below(w, front, true);
	if (!err && !w->left)
		log_warn("%s has more than %d nodes: the others stay unreadable for its backend",
			 front, NODES);
	/* Transactions of xenstored, unlike oxenstored's, see that others remove what was not looked at yet. */
	return err == -ENOENT ? -EAGAIN : err;
}

/* The toolstack gives this one node of the guest's to the driver domain, and it went with it. */
static int restore_mtu(struct store *s, uint32_t drv, const struct vif_ref *v, const char *front)
{
	char path[STORE_PATH_MAX], copy[STORE_PATH_MAX];
	uint32_t mtu;
	int err;

	copy_path(copy, v);
	if (store_read_u32_or(s, copy, XS_BACK_MTU, DEFAULT_MTU, &mtu))
		mtu = DEFAULT_MTU;
	err = store_write_u32(s, front, XS_FRONT_MTU, mtu);
	if (!err)
		err = store_path(path, front, XS_FRONT_MTU);
	return err ? err : s->ops->give(s, path, drv, v->guest);
}

static int restore_one(struct store *s, uint32_t drv, struct vif_ref *v)
{
	struct walk w = { .s = s, .from = drv, .to = drv, .left = NODES };
	char front[STORE_PATH_MAX], back[STORE_PATH_MAX], text[STORE_VALUE_MAX];
	uint32_t state = 0;
	int err;

	front_path(front, v);
	back_path(back, drv, v);
	v->fate = VIF_LEFT;
	/* Detached, or its guest destroyed, since the list was made. */
	if (!is_ours(s, drv, v))
		return 0;
	err = store_read_u32(s, front, XS_FRONT_STATE, &state);
	if (err == -ENOENT)
		return 0;
	if (err && err != -EINVAL)
		return err;
	v->fate = VIF_WAITING;
	v->connected = state == 3 || state == STATE_CONNECTED;
	err = readmit(&w, front);
	if (!err && !w.mtu)
		err = restore_mtu(s, drv, v, front);
	if (err)
		return err;
	err = store_read_text(s, back, XS_BACK_FRONTEND, text);
	return err == -ENOENT ? make_dir(s, drv, v, state) : err;
}

/* One transaction.  -EAGAIN: somebody was faster. */
static int once(int (*change)(struct store *s, uint32_t drv, struct vif_ref *v),
		struct store *s, uint32_t drv, struct vif_ref *v)
{
	int err = store_begin(s);

	if (err)
		return err;
	err = change(s, drv, v);
	if (!err)
		return store_commit(s);
	store_abort(s);
	return err;
}

static uint64_t clock_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (uint64_t)t.tv_sec * 1000 + (uint64_t)t.tv_nsec / 1000000;
}

/* Its own guest is who writes there all the time, say: the others do not pay for that. */
static void refuse(struct vif_ref *v, int err)
{
	log_warn("vif %u of domain %u cannot be restored: %s", v->handle, v->guest,
		 err == -EAGAIN ? "its nodes never stand still" : strerror(-err));
	v->fate = VIF_REFUSED;
}

/* One try for each that has not succeeded yet.  *@err: of the last that failed for good */
static unsigned int round_of(struct store *s, uint32_t drv, struct vif_refs *refs, int *err)
{
	unsigned int i, racing = 0;

	for (i = 0; i < refs->n; i++) {
		struct vif_ref *v = &refs->vif[i];
		int e;

		if (v->fate != VIF_RACING)
			continue;
		e = once(restore_one, s, drv, v);
		if (e == -EAGAIN) {
			v->fate = VIF_RACING;
			racing++;
		} else if (e) {
			*err = e;
			refuse(v, e);
		} else if (v->fate == VIF_LEFT) {
			log_info("vif %u of domain %u is not restored: it was detached, or its guest is gone", v->handle, v->guest);
		}
		if (store_broken(e))
			return 0;
	}
	return racing;
}

int restore_vifs(struct store *s, uint32_t drv, struct vif_refs *refs)
{
	uint64_t end = clock_ms() + ROUNDS_MS;
	unsigned int i, round, racing = 1, good = 0;
	int err = 0;

	for (i = 0; i < refs->n; i++)
		refs->vif[i].fate = VIF_RACING;
	/* Round by round, so that those who do nothing have theirs with the first. */
	for (round = 0; racing && round < TRIES; round++) {
		if (round >= ROUNDS_MIN && clock_ms() >= end)
			break;
		racing = round_of(s, drv, refs, &err);
	}
	for (i = 0; i < refs->n; i++) {
		if (refs->vif[i].fate == VIF_RACING)
			refuse(&refs->vif[i], -EAGAIN);
		good += refs->vif[i].fate != VIF_REFUSED;
	}
	return store_broken(err) || !good ? err : 0;
}

/* ------------------------------------------------------- another backend */

/* What the toolstack has written when it attached the vif, had @to been its backend then. */
static int rewrite(struct store *s, uint32_t to, const struct vif_ref *v, const char *front)
{
	char dir[STORE_PATH_MAX], back[STORE_PATH_MAX];
	int err;

	back_path(back, to, v);
	copy_path(dir, v);
	err = store_write_text(s, dir, "backend", back);
	if (!err)
		err = store_write_text(s, front, XS_FRONT_BACKEND, back);
	return err ? err : store_write_u32(s, front, XS_FRONT_BACKEND_ID, to);
}

/* A backend that still runs takes this as the end of the vif. */
static int remove_old(struct store *s, const struct vif_ref *v)
{
	char old[STORE_PATH_MAX];
	int err;

	back_path(old, v->from, v);
	err = s->ops->remove(s, old);
	return err == -ENOENT ? 0 : err;
}

static int move_one(struct store *s, uint32_t to, struct vif_ref *v)
{
	struct walk w = { .s = s, .to = to, .left = NODES };
	char front[STORE_PATH_MAX];
	uint32_t state;
	int err = restore_backend(s, v, &v->from);

	if (err || v->from == to)
		return err;
	front_path(front, v);
	err = store_read_u32(s, front, XS_FRONT_STATE, &state);
	if (err && err != -EINVAL)
		return err;
	v->connected = false;
	w.from = v->from;
	err = readmit(&w, front);
	if (!err && !w.mtu)
		err = restore_mtu(s, to, v, front);
	if (!err)
		err = remove_old(s, v);
	if (!err)
		err = make_dir(s, to, v, STATE_INITIALISING);
	return err ? err : rewrite(s, to, v, front);
}

int restore_move(struct store *s, uint32_t to, struct vif_ref *v)
{
	unsigned int try;
	int err = -EAGAIN;

	for (try = 0; err == -EAGAIN && try < TRIES; try++)
		err = once(move_one, s, to, v);
	return err;
}

/* --------------------------------------------------------------- a look */

/* Is the toolstack just taking it away? */
static bool goes_away(struct store *s, const char *back)
{
	uint32_t online;

	return !store_read_u32(s, back, XS_BACK_ONLINE, &online) && !online;
}

int restore_look(struct store *s, uint32_t drv, struct vif_ref *v)
{
	char back[STORE_PATH_MAX], text[STORE_VALUE_MAX];
	uint32_t state;
	int err;

	back_path(back, drv, v);
	err = store_read_u32(s, back, XS_BACK_STATE, &state);
	if (err && err != -ENOENT && err != -EINVAL)
		return err;
	if (err || goes_away(s, back)) {
		v->fate = VIF_LEFT;
		return 0;
	}
	if (!v->connected) {
		/* From here it goes the way of any new vif, in its guest's own time. */
		v->fate = state == 1 ? VIF_WAITING : VIF_SERVED;
		return 0;
	}
	if (state == STATE_CONNECTED) {
		err = store_read_text(s, back, XS_BACK_XMD_RINGS, text);
		v->fate = err ? VIF_WAITING : VIF_SERVED;
		return err == -ENOENT || err == -EINVAL ? 0 : err;
	}
	/* Attached after the backend had begun: that one is new, and just connecting. */
	v->fate = state < STATE_CONNECTED ? VIF_SERVED : VIF_REFUSED;
	return 0;
}
