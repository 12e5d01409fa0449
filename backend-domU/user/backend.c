// SPDX-License-Identifier: GPL-2.0
/* backend.c - the list of vifs and what drives them; see backend.h */
#include "backend.h"

#include "confine.h"
#include "segments.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <xmd/xs_names.h>

#define BACK_TOKEN	"b"	/* those of frontends begin with "f/", see vif.c */
#define EVENTS_MAX	512	/* at once; then the vifs have a turn */
#define DOMID_RESERVED	0x7ff0u	/* DOMID_FIRST_RESERVED of xen.h */
#define LIST_FROM_START	0xffffu

static struct vif *find(struct backend *b, uint32_t domid, uint32_t handle)
{
	struct vif *v;

	for (v = b->vifs; v; v = v->next)
		if (v->domid == domid && v->handle == handle)
			return v;
	return NULL;
}

static struct vif *find_or_add(struct backend *b, uint32_t domid, uint32_t handle)
{
	struct vif *v = find(b, domid, handle);

	if (v)
		return v;
	v = vif_new((uint16_t)domid, handle);
	if (!v)
		return NULL;
	v->next = b->vifs;
	b->vifs = v;
	return v;
}

/* ---------------------------------------------------- from xenstore */

static int mark_vif(struct backend *b, uint32_t domid, uint32_t handle)
{
	struct vif *v = find_or_add(b, domid, handle);

	if (!v)
		return -ENOMEM;
	v->dirty = true;
	return 0;
}

static int scan_guest(struct backend *b, uint32_t domid)
{
	char path[STORE_PATH_MAX];
	uint32_t handle;
	char **names;
	unsigned int i, n;
	int err;

	snprintf(path, sizeof(path), XS_DIR_GUEST, domid);
	err = b->env.store->ops->list(b->env.store, path, &names, &n);
	if (err)
		return err == -ENOENT ? 0 : err;
	for (i = 0; i < n && !err; i++) {
		if (parse_u32(names[i], &handle))
			log_debug("%s/%s is not a vif, left alone", path, names[i]);
		else
			err = mark_vif(b, domid, handle);
	}
	free(names);
	return err;
}

static int scan(struct backend *b)
{
	uint32_t domid;
	char **names;
	unsigned int i, n;
	int err = b->env.store->ops->list(b->env.store, XS_DIR_VIFS, &names, &n);

	if (err)
		return err == -ENOENT ? 0 : err;
	for (i = 0; i < n && !err; i++) {
		if (parse_u32(names[i], &domid) || domid >= DOMID_RESERVED)
			log_debug("%s/%s is not a domain, left alone", XS_DIR_VIFS, names[i]);
		else
			err = scan_guest(b, domid);
	}
	free(names);
	return err;
}

/* "DOMID/HANDLE" and what is behind it; 0: no such thing in @text. */
static int parse_ids(const char *text, uint32_t *domid, uint32_t *handle, const char **rest)
{
	int end = 0;

	if (sscanf(text, "%5" SCNu32 "/%10" SCNu32 "%n", domid, handle, &end) != 2 ||
	    *domid >= DOMID_RESERVED || (text[end] && text[end] != '/'))
		return 0;
	*rest = text + end;
	return 1;
}

/* Of a vif's nodes only these make a difference; most events are our own writes. */
static bool matters(const char *rest)
{
	return !*rest || !strcmp(rest, "/" XS_BACK_STATE) || !strcmp(rest, "/" XS_BACK_ONLINE) ||
	       !strcmp(rest, "/" XS_BACK_FRONTEND) || !strcmp(rest, "/" XS_BACK_XMD_ALLOW) ||
	       !strcmp(rest, "/" XS_BACK_RATE) || !strcmp(rest, "/" XS_BACK_BRIDGE);
}

/* A path that starts elsewhere than "backend/vif" is an ancestor of it that was changed. */
static int back_changed(struct backend *b, const char *path)
{
	size_t root = strlen(XS_DIR_VIFS "/");
	uint32_t domid, handle;
	const char *rest;

	if (strncmp(path, XS_DIR_VIFS "/", root) ||
	    !parse_ids(path + root, &domid, &handle, &rest)) {
		b->rescan = true;
		return 0;
	}
	return matters(rest) ? mark_vif(b, domid, handle) : 0;
}

static void front_changed(struct backend *b, const char *token)
{
	uint32_t domid, handle;
	const char *rest;
	struct vif *v = NULL;

	if (parse_ids(token + strlen("f/"), &domid, &handle, &rest))
		v = find(b, domid, handle);
	if (v)
		v->dirty = true;
}

static int drain_store(struct backend *b)
{
	struct store_event ev;
	int i, err;

	b->unread = false;
	for (i = 0; i < EVENTS_MAX; i++) {
		err = b->env.store->ops->next_event(b->env.store, &ev);
		if (err)
			return err == -EAGAIN ? 0 : err;
		if (!strncmp(ev.token, "f/", 2))
			front_changed(b, ev.token);
		else if (!strcmp(ev.token, PULSE_TOKEN))
			err = pulse_control(&b->pulse, b->env.store, b->env.kern, b->env.now());
		else if (!strcmp(ev.token, STATS_TOKEN))
			stats_asked(&b->stats);
		else
			err = back_changed(b, ev.path);
		store_event_free(&ev);
		if (err)
			return err;
	}
	/* The store's descriptor need not stay readable for the rest. */
	b->unread = true;
	return 0;
}

/* --------------------------------------------------- from the kernel */

static int port_changed(struct backend *b)
{
	struct vif *v;

	obj_read_port(&b->env);
	for (v = b->vifs; v; v = v->next)
		obj_tell_port(v, &b->env);
	return saved_look(&b->saved, b->env.store, b->env.kern);
}

static int drain_kern(struct backend *b)
{
	struct xmd_vif_event ev;
	struct vif *v;
	int i, err;

	for (i = 0; i < EVENTS_MAX; i++) {
		err = b->env.kern->ops->next_event(b->env.kern, &ev);
		if (err)
			return err == -EAGAIN ? 0 : err;
		if (ev.id.domid == XMD_EVENT_PORT) {
			err = port_changed(b);
			if (err)
				return err;
			continue;
		}
		v = find(b, ev.id.domid, ev.id.handle);
		if (v && ev.fault != XMD_FAULT_NONE && v->kern != KERN_NONE)
			vif_fault(v, &b->env, ev.fault);
	}
	return 0;
}

/* ------------------------------------ from object and control rings */

static int drain_bus(struct backend *b)
{
	struct bus *bus = b->env.objs ? b->env.objs->bus : NULL;
	struct vif *v;
	uint32_t local;
	int i, err;

	for (i = 0; bus && i < EVENTS_MAX; i++) {
		err = bus->ops->next(bus, &local);
		if (err)
			return err == -EAGAIN ? 0 : err;
		for (v = b->vifs; v && !obj_event(v, local) && !ctrl_event(v, local); v = v->next)
			;
		if (v && ctrl_event(v, local))
			ctrl_work(v, &b->env);
		else
			err = v ? obj_work(v, &b->env) : 0;
		if (err)
			return err;
	}
	return 0;
}

static int run_objects(struct backend *b)
{
	uint64_t now = b->env.now();
	struct vif *v;
	int err = 0;

	obj_run_asks(&b->env);
	for (v = b->vifs; v && !err; v = v->next) {
		if (ctrl_due(v) && ctrl_due(v) <= now)
			ctrl_work(v, &b->env);
		if (obj_due(v) && obj_due(v) <= now)
			err = obj_work(v, &b->env);
	}
	return err;
}

/* Whoever asked an xmd-backend before this one to let it blink has lost that, too. */
static int forget_led(struct backend *b)
{
	struct xmd_back_health h;
	int err = b->env.kern->ops->health(b->env.kern, &h);

	if (!err && b->env.objs) {
		b->env.objs->under_way = false;
		b->env.objs->led_off = h.flags & XMD_HEALTH_BLINKING;
	}
	return err;
}

/* After a restart of ours: the vifs that the kernel went on serving without us. */
static int take_over_table(struct backend *b)
{
	struct xmd_vif_info info;
	unsigned int rows = 0;
	struct vif *v;
	int err;

	memset(&info, 0, sizeof(info));
	info.id.domid = LIST_FROM_START;
	for (;;) {
		err = b->env.kern->ops->list(b->env.kern, &info);
		if (err)
			break;
		v = find_or_add(b, info.id.domid, info.id.handle);
		if (!v)
			return -ENOMEM;
		v->kern = KERN_SERVING;
		v->row = info.queue[0];
		v->rate = info.rate;
		v->row_unchecked = true;
		v->unspoken = true;
		if (info.fault != XMD_FAULT_NONE)
			vif_fault(v, &b->env, info.fault);
		rows++;
	}
	if (rows)
		log_info("the kernel half serves %u vifs already: taken over", rows);
	return err == -ENOENT ? 0 : err;
}

/* ------------------------------------------------------------ driving */

static int tell_vlans(struct backend *b, const struct xmd_vlans *vlans)
{
	int err;

	if (!memcmp(vlans, &b->vlans, sizeof(*vlans)))
		return 0;
	err = b->env.kern->ops->vlans(b->env.kern, vlans);
	if (!err)
		b->vlans = *vlans;
	return err;
}

static int tell_vlans_of_policy(struct backend *b)
{
	struct xmd_vlans vlans;

	memset(&vlans, 0, sizeof(vlans));
	_Static_assert(sizeof(vlans) == sizeof(b->env.objs->policy.vlans), "the same bits");
	if (b->env.objs)
		memcpy(&vlans, b->env.objs->policy.vlans, sizeof(vlans));
	return tell_vlans(b, &vlans);
}

/* Before any that were found is served: none of the others shall hear what is for it. */
static int keep_apart(struct backend *b)
{
	struct xmd_vlans vlans = b->vlans;
	struct vif *v;
	int err;

	for (v = b->vifs; v; v = v->next) {
		__u16 vlan = 0;

		if (v->vlan_known)
			continue;
		err = confine_look(b->env.store, v->back, &v->confine_keys);
		if (!err && v->confine_keys & CONFINE_VLAN)
			err = confine_read_vlan(b->env.store, v->back, &vlan);
		if (store_broken(err))
			return err;
		if (err)	/* later again; the others' VLANs are told no less for that */
			continue;
		v->vlan_known = true;
		if (vlan && !(obj_may(v, &b->env) & POLICY_IGNORE_VLAN))
			vlans.apart[vlan / 64] |= 1ull << vlan % 64;
	}
	return tell_vlans(b, &vlans);
}

int backend_start(struct backend *b)
{
	int err = b->env.store->ops->watch(b->env.store, XS_DIR_VIFS, BACK_TOKEN);

	if (err) {
		log_err("cannot watch %s: %s", XS_DIR_VIFS, strerror(-err));
		return err;
	}
	err = pulse_start(&b->pulse, b->env.store, b->env.kern, b->env.now());
	if (err) {
		log_err("cannot watch %s: %s", XS_DIR_OWN, strerror(-err));
		return err;
	}
	b->rescan = true;
	b->audit_at = pulse_next(b->env.now(), BACKEND_AUDIT_MS);
	b->rescan_at = pulse_next(b->env.now(), BACKEND_RESCAN_MS);
	err = forget_led(b);
	if (!err && b->env.objs)
		err = segments_start(&b->env.objs->policy, b->env.store);
	if (!err)
		err = saved_look(&b->saved, b->env.store, b->env.kern);
	if (!err)
		err = pet_set_timeout(&b->pulse.pet, b->env.store);
	if (!err)
		err = tell_vlans_of_policy(b);
	if (err)
		return err;
	err = take_over_table(b);
	if (err)
		log_err("cannot list the kernel half's vifs: %s", strerror(-err));
	return err;
}

static int audit(struct backend *b)
{
	uint64_t now = b->env.now();

	if (now < b->audit_at)
		return 0;
	b->audit_at = pulse_next(now, BACKEND_AUDIT_MS);
	/* a NIC may have come */
	if (now < b->rescan_at)
		return saved_look(&b->saved, b->env.store, b->env.kern);
	b->rescan_at = pulse_next(now, BACKEND_RESCAN_MS);
	for (struct vif *v = b->vifs; v; v = v->next)
		v->dirty = true;
	b->rescan = true;
	return saved_look(&b->saved, b->env.store, b->env.kern);
}

static int run_vifs(struct backend *b)
{
	uint64_t now = b->env.now();
	struct vif **at = &b->vifs;
	struct vif *v;
	int ret;

	while ((v = *at)) {
		ret = 0;
		if (v->dirty || (v->due && v->due <= now))
			ret = vif_run(v, &b->env);
		if (ret < 0)
			return ret;
		if (ret) {
			*at = v->next;
			vif_destroy(&v, &b->env);
		} else {
			at = &v->next;
		}
	}
	return 0;
}

int backend_work(struct backend *b)
{
	int err = drain_store(b);

	if (!err)
		err = drain_kern(b);
	if (!err)
		err = drain_bus(b);
	if (!err)
		err = audit(b);
	if (err)
		return err;
	if (b->rescan) {
		b->rescan = false;
		err = scan(b);
		if (err)
			return err;
	}
	err = keep_apart(b);
	if (!err)
		err = run_vifs(b);
	if (!err)
		err = run_objects(b);
	if (!err)
		err = stats_work(&b->stats, b->env.store, b->env.kern, b->env.now());
	return err ? err : pulse_work(&b->pulse, b->env.store, b->env.kern, b->env.now());
}

uint64_t backend_due(const struct backend *b)
{
	uint64_t due = b->unread ? 0 : b->audit_at;
	const struct vif *v;

	if (pulse_due(&b->pulse) < due)
		due = pulse_due(&b->pulse);
	if (stats_due(&b->stats) && stats_due(&b->stats) < due)
		due = stats_due(&b->stats);
	if (obj_asks_due(&b->env) && obj_asks_due(&b->env) < due)
		due = obj_asks_due(&b->env);
	for (v = b->vifs; v; v = v->next) {
		if (v->dirty)
			return 0;
		if (v->due && v->due < due)
			due = v->due;
		if (obj_due(v) && obj_due(v) < due)
			due = obj_due(v);
		if (ctrl_due(v) && ctrl_due(v) < due)
			due = ctrl_due(v);
	}
	return due;
}

void backend_stop(struct backend *b)
{
	struct vif *v;

	while ((v = b->vifs)) {
		b->vifs = v->next;
		vif_destroy(&v, &b->env);
	}
}

int backend_introduce(struct store *s, const char *version, const char *state)
{
	int err = backend_announce(s, state);

	if (!err)
		err = store_write_text(s, XS_DIR_OWN, XS_OWN_VERSION, version);
	if (!err)
		err = store_write_u32(s, XS_DIR_OWN, XS_OWN_PID, (uint32_t)getpid());
	return err;
}

int backend_serving(struct backend *b)
{
	int err = pulse_announce(&b->pulse, b->env.store);

	return err ? err : stats_start(b->env.store);
}

int backend_announce(struct store *s, const char *state)
{
	return store_write_text(s, XS_DIR_OWN, XS_OWN_STATE, state);
}
