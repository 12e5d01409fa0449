// SPDX-License-Identifier: GPL-2.0
/* counters.c - see counters.h */
#include "counters.h"
#include "ctl.h"

#include "files.h"
#include "store.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <time.h>
#include <unistd.h>
#include <xmd/xs_names.h>

#define OWN_MAX		64
#define ANSWER_MS	3000	/* a starved host's; most answer within a few */
#define LOOK_MS		4	/* at first */
#define LOOK_MAX_MS	64
#define ALL_MS		20000	/* for all pages */
#define TURN_MS		(ALL_MS + ANSWER_MS)	/* for who asks just now; who was stopped is not waited for */

static uint64_t now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (uint64_t)t.tv_sec * 1000 + (uint64_t)t.tv_nsec / 1000000;
}

/* ------------------------------------------------------------- parsing */

/* What a driver domain says may be anything. */
static bool is_only(const char *text, const char *of)
{
	return *text && !text[strspn(text, of)];
}

/* Of whom it is, which is not for the driver domain to say: stats.c writes that beside it. */
static bool is_whose(const char *word)
{
	static const char *const whose[] = { "drv", "domid", "kind", "guest", "guest_name", "vif", "mac" };
	unsigned int i;

	for (i = 0; i < sizeof(whose) / sizeof(whose[0]); i++)
		if (!strcmp(word, whose[i]))
			return true;
	return false;
}

static void take_word(struct counters *c, char *word)
{
	char *eq = strchr(word, '='), *end;
	struct counter *to;
	uint64_t val;

	if (!eq)
		return;
	*eq++ = '\0';
	if (!strcmp(word, "mac")) {
		if (strlen(eq) == 17 && is_only(eq, "0123456789abcdefABCDEF:"))
			strcpy(c->mac, eq);
		return;
	}
	val = strtoull(eq, &end, 10);
	/* Words are added, also ones that are no numbers. */
	if (*end || end == eq || c->n == COUNTERS_MAX || strlen(word) >= sizeof(to->name) ||
	    !is_only(word, "abcdefghijklmnopqrstuvwxyz0123456789_") || is_whose(word) || counter_is_there(c, word))
		return;
	to = &c->c[c->n++];
	strcpy(to->name, word);
	to->val = val;
}

static struct counters *which(struct drv_counters *d, const char *kind)
{
	struct counters *more;
	uint32_t guest, handle;

	if (!strcmp(kind, "self"))
		return &d->self;
	if (!strcmp(kind, "nic"))
		return &d->nic;
	/* Each once. */
	if (sscanf(kind, "vif=%" SCNu32 "/%" SCNu32, &guest, &handle) != 2 || counters_of_vif(d, guest, handle))
		return NULL;
	if (d->n_vifs == COUNTERS_VIFS) {
		d->cut = true;
		return NULL;
	}
	more = realloc(d->vif, (d->n_vifs + 1) * sizeof(*more));
	if (!more)
		return NULL;
	d->vif = more;
	more += d->n_vifs++;
	*more = (struct counters){ .guest = guest, .handle = handle };
	return more;
}

/* "KIND WORD=VALUE ..." */
static void take_row(struct drv_counters *d, char *row)
{
	char *save = NULL, *word = strtok_r(row, " ", &save);
	struct counters *c = word ? which(d, word) : NULL;

	while (c && (word = strtok_r(NULL, " ", &save)))
		take_word(c, word);
}

/* "ID more=GUEST/HANDLE; ROW; ROW".  Return: whether it is the answer to @id; @more: "" that was all */
static bool take_answer(struct drv_counters *d, char *text, uint32_t id, char more[32])
{
	char *save = NULL, *row = strtok_r(text, ";", &save);
	unsigned int seen;
	char next[32] = "";

	if (!row || sscanf(row, "%u more=%31s", &seen, next) < 1 || seen != id)
		return false;
	strcpy(more, strcmp(next, "-") ? next : "");
	while ((row = strtok_r(NULL, ";", &save)))
		take_row(d, row);
	return true;
}

/* ------------------------------------------------------------- asking */

/*
 * One asks at a time.  Where there is no such directory nobody else is there to ask.
 * Return: whether it is our turn; *fd: to be closed after it, negative: nothing is
 */
static bool take_turn(int *fd)
{
	const struct timespec pause = { .tv_nsec = LOOK_MAX_MS * 1000000 };
	uint64_t end = now() + TURN_MS;

	*fd = open(RUN_DIR, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	while (*fd >= 0 && flock(*fd, LOCK_EX | LOCK_NB)) {
		if (now() > end) {
			close(*fd);
			return false;
		}
		nanosleep(&pause, NULL);
	}
	return true;
}

static int wait_answer(struct store *s, const char *own, uint32_t id, struct drv_counters *d,
		       char more[32])
{
	struct timespec pause = { .tv_nsec = 0 };
	uint64_t end = now() + ANSWER_MS;
	unsigned int ms = LOOK_MS;
	char path[STORE_PATH_MAX], *text;
	size_t len;
	bool ours;
	int err;

	store_path(path, own, XS_OWN_STATS);
	for (;;) {
		pause.tv_nsec = (long)ms * 1000000;
		nanosleep(&pause, NULL);
		err = s->ops->read(s, path, &text, &len);
		if (err && err != -ENOENT)
			return err;
		ours = !err && take_answer(d, text, id, more);
		if (!err)
			free(text);
		if (ours)
			return 0;
		if (now() > end)
			return -ETIMEDOUT;
		ms = ms * 2 < LOOK_MAX_MS ? ms * 2 : LOOK_MAX_MS;
	}
}

static int ask_page(struct store *s, const char *own, struct drv_counters *d, char more[32])
{
	static uint32_t id;
	char request[64];
	int err;

	if (!id)
		id = ((uint32_t)getpid() << 12) ^ (uint32_t)now();
	id = id + 1 ? id + 1 : 1;
	snprintf(request, sizeof(request), "%u%s%s", id, *more ? " " : "", more);
	err = store_write_text(s, own, XS_OWN_STATS_REQUEST, request);
	return err ? err : wait_answer(s, own, id, d, more);
}

int counters_read(struct store *s, uint32_t domid, struct drv_counters *d,
		  char reason[COUNTERS_REASON])
{
	char own[OWN_MAX], state[STORE_VALUE_MAX], more[32] = "";
	uint64_t end;
	int err, turn;

	d->domid = domid;
	snprintf(own, sizeof(own), "/local/domain/%u/" XS_DIR_OWN, domid);
	err = store_read_text(s, own, XS_OWN_STATE, state);
	if (err) {
		snprintf(reason, COUNTERS_REASON, "no xmd-backend runs in domain %u", domid);
		return EXIT_FAILED;
	}
	if (!take_turn(&turn)) {
		snprintf(reason, COUNTERS_REASON, "another xmdctl has been asking for %d s: was it stopped?", TURN_MS / 1000);
		return EXIT_FAILED;
	}
	end = now() + ALL_MS;
	do
		err = ask_page(s, own, d, more);
	while (!err && *more && now() < end && !d->cut);
	d->cut |= !err && *more;
	store_remove(s, own, XS_OWN_STATS_REQUEST);
	store_remove(s, own, XS_OWN_STATS);
	if (turn >= 0)
		close(turn);
	if (!err)
		return EXIT_OK;
	snprintf(reason, COUNTERS_REASON, "%s", err == -ETIMEDOUT ?
		 "its xmd-backend does not answer (or is of a version that has no counters to tell)" :
		 strerror(-err));
	return EXIT_FAILED;
}

void counters_free(struct drv_counters *d)
{
	free(d->vif);
	d->vif = NULL;
	d->n_vifs = 0;
}

bool counter_is_there(const struct counters *c, const char *name)
{
	unsigned int i;

	for (i = 0; i < c->n; i++)
		if (!strcmp(c->c[i].name, name))
			return true;
	return false;
}

uint64_t counter_of(const struct counters *c, const char *name)
{
	unsigned int i;

	for (i = 0; c && i < c->n; i++)
		if (!strcmp(c->c[i].name, name))
			return c->c[i].val;
	return 0;
}

const struct counters *counters_of_vif(const struct drv_counters *d, uint32_t guest, uint32_t handle)
{
	unsigned int i;

	for (i = 0; i < d->n_vifs; i++)
		if (d->vif[i].guest == guest && d->vif[i].handle == handle)
			return &d->vif[i];
	return NULL;
}

/* ------------------------------------------------------ names and states */

/* libxl made it with driver_domain=1 and its xmd-backend has said a word; or it is the one named. */
static bool is_drv(struct store *s, uint32_t domid, const char *name, struct drv_name *d)
{
	char home[OWN_MAX], val[STORE_VALUE_MAX];
	int err;

	snprintf(home, sizeof(home), "/local/domain/%u", domid);
	if (store_read_text(s, home, XS_HOME_NAME, val))
		return false;
	d->domid = domid;
	snprintf(d->name, sizeof(d->name), "%.63s", val);
	if (name)
		return !strcmp(name, d->name);
	err = store_read_text(s, home, XS_HOME_LIBXL, val);
	if (err && err != -EINVAL)
		return false;
	snprintf(home, sizeof(home), "/local/domain/%u/" XS_DIR_OWN, domid);
	return !store_read_text(s, home, XS_OWN_STATE, val);
}

int find_drvs(struct store *s, const char *name, struct drv_name drv[DRVS_MAX])
{
	unsigned int i, n;
	uint32_t domid;
	char **ids;
	int found = 0, err = s->ops->list(s, "/local/domain", &ids, &n);

	if (err)
		return err;
	for (i = 0; i < n && found < DRVS_MAX; i++)
		if (!parse_u32(ids[i], &domid) && domid && is_drv(s, domid, name, &drv[found]))
			found++;
	free(ids);
	return found;
}

/* What a guest says of itself is only shown if it cannot spoil what it is shown in. */
static void find_address(struct store *s, uint32_t drv, uint32_t guest, uint32_t handle,
			 char address[48])
{
	char dir[STORE_PATH_MAX], val[STORE_VALUE_MAX];

	strcpy(address, "-");
	snprintf(dir, sizeof(dir), "/local/domain/%u/" XS_DIR_VIFS "/%u/%u", drv, guest, handle);
	if (!store_read_text(s, dir, XS_BACK_IP, val) && *val) {
		snprintf(address, 48, "%.47s", val);
		return;
	}
	snprintf(dir, sizeof(dir), "/local/domain/%u/attr/vif/%u/ipv4", guest, handle);
	if (!store_read_text(s, dir, "0", val) && *val && !val[strspn(val, "0123456789.")])
		snprintf(address, 48, "%.47s", val);
}

void guest_name(struct store *s, uint32_t guest, char name[64])
{
	char dir[STORE_PATH_MAX], val[STORE_VALUE_MAX];

	snprintf(dir, sizeof(dir), "/local/domain/%u", guest);
	snprintf(name, 64, "%.63s", store_read_text(s, dir, XS_HOME_NAME, val) ? "-" : val);
}

void vif_facts(struct store *s, uint32_t drv, uint32_t guest, uint32_t handle, struct vif_facts *f)
{
	char dir[STORE_PATH_MAX], val[STORE_VALUE_MAX];
	uint32_t ref;

	guest_name(s, guest, f->guest_name);
	find_address(s, drv, guest, handle, f->address);
	snprintf(dir, sizeof(dir), XS_DIR_FRONT, guest, handle);
	strcpy(f->frontend, store_read_u32(s, dir, XS_FRONT_STATE, &ref) ? "-" :
	       store_read_u32(s, dir, XS_FRONT_XMD_OBJ_RING_REF, &ref) ? "stock" : "xmd");
	snprintf(dir, sizeof(dir), "/local/domain/%u/" XS_DIR_VIFS "/%u/%u", drv, guest, handle);
	snprintf(f->bridge, sizeof(f->bridge), "%.31s",
		 store_read_text(s, dir, XS_BACK_BRIDGE, val) || !*val ? "-" : val);
	snprintf(f->vlan, sizeof(f->vlan), "%.31s",
		 store_read_text(s, dir, XS_BACK_VLAN, val) || !*val ? "-" : val);
	snprintf(f->error, sizeof(f->error), "%.127s",
		 store_read_text(s, dir, XS_BACK_HOTPLUG_ERROR, val) ? "" : val);
}
