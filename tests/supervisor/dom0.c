// SPDX-License-Identifier: GPL-2.0
/* dom0.c - see dom0.h */
#include "dom0.h"

#include "fake_log.h"
#include "files.h"
#include "home.h"
#include "quiet.h"
#include "restore.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <setjmp.h>
#include <spawn.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>
#include <xmd/xs_names.h>

struct dom0 dom0;

static jmp_buf killed;
static struct store *conn;	/* the worker's */

/* ---------------------------------------------------------------- a host */

static void on_paused(const struct fake_domain *d)
{
	if (d->domid == DRV)
		world_backend_kill(&dom0.w);
	/* Its drain, if there was one, ends with it. */
}

/* What libxl and xen-pciback have of its NIC. */
static void on_nic_added(const struct fake_domain *d)
{
	struct store *s = dom0.w.dom0;
	char dir[64];

	store_write_u32(s, "/libxl/pci/0000-00-02-0", "domid", d->domid);
	snprintf(dir, sizeof(dir), "/libxl/%u/device/pci/0", d->domid);
	store_write_u32(s, dir, "backend-id", 0);
	snprintf(dir, sizeof(dir), "/local/domain/%u/device/pci/0", d->domid);
	store_write_u32(s, dir, "state", 1);
	snprintf(dir, sizeof(dir), "/local/domain/0/backend/pci/%u/0", d->domid);
	store_write_u32(s, dir, "num_devs", 1);
	store_write_u32(s, dir, "state", dom0.refuses ? 5 : 3);
	dom0.refuses -= dom0.refuses > 0;
}

/* libxl waits for the answer of a frontend that may be dead. */
static void ask_frontend(uint32_t domid)
{
	char path[64];

	snprintf(path, sizeof(path), "/libxl/%u/device/pci", domid);
	if (mem_peek(dom0.w.mem, path)) {
		dom0.asked++;
		dom0.w.dom0->ops->remove(dom0.w.dom0, "/libxl/pci/0000-00-02-0/domid");
	}
	dom0.w.dom0->ops->remove(dom0.w.dom0, path);
	snprintf(path, sizeof(path), "/local/domain/0/backend/pci/%u", domid);
	dom0.w.dom0->ops->remove(dom0.w.dom0, path);
}

static bool nic_owned(void)
{
	return mem_peek(dom0.w.mem, "/libxl/pci/0000-00-02-0/domid");
}

static void on_destroyed(uint32_t domid)
{
	char home[64];

	ask_frontend(domid);
	if (domid == DRV) {
		host_drv_gone(&dom0.w);
		return;
	}
	snprintf(home, sizeof(home), "/local/domain/%u", domid);
	dom0.w.dom0->ops->remove(dom0.w.dom0, home);
	mem_drop_owned(dom0.w.mem, domid);
}

static void name(const struct fake_domain *d)
{
	char home[64];

	snprintf(home, sizeof(home), "/local/domain/%u", d->domid);
	store_write_text(dom0.w.dom0, home, XS_HOME_NAME, d->name);
}

static void on_created(const struct fake_domain *d)
{
	if (d->domid == DRV)
		host_drv_made(&dom0.w);
	else
		world_home(&dom0.w, d->domid);
	name(d);
}

static void on_unpaused(struct fake_domain *d)
{
	dom0.boot_at = world_now() + (dom0.boot_ms ? dom0.boot_ms : BOOT_MS);
	dom0.boots = d->domid;
}

static int on_reattach(uint32_t guest, uint32_t handle, uint32_t drv)
{
	unsigned int i;

	for (i = 0; i < WORLD_VIFS; i++)
		if (dom0.w.vif[i].domid == guest && dom0.w.vif[i].handle == handle)
			break;
	if (i == WORLD_VIFS || !host_copy(&dom0.w, i, "backend"))
		return -ENOENT;
	host_detached(&dom0.w, i);
	if (drv == DRV)
		host_attach(&dom0.w, i, FRONT_HONEST);
	else
		host_attach_to(&dom0.w, i, drv);
	dom0_run(1000);
	return 0;
}

/* A domain that is not ours to run only says that it serves. */
static void serve(uint32_t domid)
{
	char dir[64];

	if (domid == DRV) {
		world_backend_up(&dom0.w);
		return;
	}
	snprintf(dir, sizeof(dir), "/local/domain/%u/" XS_DIR_OWN, domid);
	store_write_text(dom0.w.dom0, dir, XS_OWN_STATE, "serving");
}

/* Refused, or not seen, until somebody writes there. */
static bool sees_nic(const struct fake_domain *d)
{
	char path[64];
	const char *state;

	snprintf(path, sizeof(path), "/local/domain/0/backend/pci/%u/0/state", d->domid);
	state = mem_peek(dom0.w.mem, path);
	if (!state || !strcmp(state, "5"))
		return false;
	snprintf(path, sizeof(path), "/local/domain/%u/device/pci/0/state", d->domid);
	if (dom0.blind && !dom0.eye) {
		dom0.eye = mem_connect(dom0.w.mem, d->domid, NULL);
		dom0.eye->ops->watch(dom0.eye, path, "pci");
		while (!dom0.eye->ops->next_event(dom0.eye, &dom0.seen))
			store_event_free(&dom0.seen);
	}
	if (!dom0.eye)
		return true;
	if (dom0.eye->ops->next_event(dom0.eye, &dom0.seen))
		return false;
	store_event_free(&dom0.seen);
	store_close(dom0.eye);
	dom0.eye = NULL;
	dom0.blind = false;
	return true;
}

static void boot(void)
{
	struct fake_domain *d = fake_find(dom0.boots);

	if (!dom0.boot_at || world_now() < dom0.boot_at)
		return;
	/* One that has no NIC waits for it. */
	if (d && !d->paused && d->life == LIFE_RUNNING && (!d->nic || !sees_nic(d)))
		return;
	dom0.boot_at = 0;
	if (!d || d->paused || d->life != LIFE_RUNNING)
		return;
	if (dom0.panics || strstr(d->kernel, "panic")) {
		dom0.panics -= dom0.panics > 0;
		d->life = LIFE_CRASHED;
	} else if (dom0.bad_boots || strstr(d->kernel, "bad")) {
		dom0.bad_boots -= dom0.bad_boots > 0;
	} else {
		serve(d->domid);
	}
}

void dom0_run(unsigned int ms)
{
	uint64_t end = world_now() + ms;

	while (world_now() < end) {
		world_run(&dom0.w, TICK_MS);
		boot();
		if (dom0.meanwhile)
			dom0.meanwhile();
	}
}

void dom0_start(void)
{
	static const char *const image[] = { "vmlinuz", "initrd", "vmlinuz-2", "vmlinuz-none", "vmlinuz-panic", "vmlinuz-bad" };
	size_t i;

	at_home();
	log_forget();
	fake_reset();
	dom0 = (struct dom0){ .fuse = { .left = -1 } };
	host_init(&dom0.w);
	host_connect(&dom0.w, 0);
	host_connect(&dom0.w, 2);
	host_connect(&dom0.w, 3);
	on_nic_added(fake_add(DRV, "drv"));
	name(fake_find(DRV));
	fake_add(5, "g1")->driver_domain = false;
	fake_add(6, "g2")->driver_domain = false;
	fake.fuse = &dom0.fuse;
	fake.paused = on_paused;
	fake.destroyed = on_destroyed;
	fake.created = on_created;
	fake.unpaused = on_unpaused;
	fake.reattach = on_reattach;
	fake.nic_added = on_nic_added;
	fake.nic_owned = nic_owned;
	dom0.policy = (struct policy){ .serve_timeout_s = 60, .drain_timeout_s = 5, .hook = "/hook" };
	/* The supervisor has saved it when it took charge. */
	spew(RUN_DIR "/drv.json", "drv 1 1 1 vmlinuz initrd\n");
	for (i = 0; i < sizeof(image) / sizeof(image[0]); i++)
		spew(image[i], "");
}

void dom0_stop(void)
{
	world_destroy(&dom0.w);
	leave_home();
}

void dom0_crash(enum life life)
{
	world_backend_kill(&dom0.w);
	fake_find(DRV)->life = life;
}

void dom0_hang(void)
{
	world_backend_kill(&dom0.w);
}

void dom0_destroyed_by_hand(void)
{
	host_drv_gone(&dom0.w);
	fake_drop(DRV);
}

/* --------------------------------------------------------------- a worker */

static struct job *make_job(enum job_kind kind, const char *cause)
{
	dom0.job.kind = kind;
	dom0.job.cause = cause;
	dom0.job.domid = DRV;
	dom0.job.noticed = world_now();
	dom0.job.policy = &dom0.policy;
	strcpy(dom0.job.name, "drv");
	return &dom0.job;
}

enum job_result dom0_work(enum job_kind kind, const char *cause)
{
	return worker_run(make_job(kind, cause));
}

static void kill_it(void *arg)
{
	(void)arg;
	longjmp(killed, 1);
}

/* As the end of its process does. */
static void bury(int first_fd)
{
	store_close(conn);
	conn = NULL;
	close_range((unsigned int)first_fd, ~0u, 0);
}

/* What a killed process had is not lost. */
#ifdef __SANITIZE_ADDRESS__
#include <sanitizer/lsan_interface.h>
#define MAY_LEAK(on)	((on) ? __lsan_disable() : __lsan_enable())
#else
#define MAY_LEAK(on)	((void)(on))
#endif

bool dom0_work_until(enum job_kind kind, const char *cause, long k, enum job_result *result)
{
	int first_fd = open("/dev/null", O_RDONLY);

	close(first_fd);
	dom0.fuse = (struct fuse){ .left = -1, .meet_at = k, .meet = kill_it };
	MAY_LEAK(true);
	if (setjmp(killed)) {
		MAY_LEAK(false);
		bury(first_fd);
		dom0.fuse = (struct fuse){ .left = -1 };
		return true;
	}
	*result = dom0_work(kind, cause);
	MAY_LEAK(false);
	dom0.fuse = (struct fuse){ .left = -1 };
	return false;
}

char *dom0_steps(void)
{
	char *steps = strdup(fake.calls);

	fake.calls[0] = '\0';
	return steps;
}

/* ------------------------------------------------- what it has instead of a dom0 */

static void conn_closed(struct store *s)
{
	if (s == conn)
		conn = NULL;
}

/* A connection that knows when it is closed, so that a killed one can be told. */
static struct store_ops ops;
static void (*mem_close)(struct store *s);
static int (*mem_read)(struct store *s, const char *path, char **val, size_t *len);

/* xenstored does not answer for a while, once. */
static int read_conn(struct store *s, const char *path, char **val, size_t *len)
{
	unsigned int ms = dom0.stall_ms;

	if (ms && world_now() >= dom0.stall_at) {
		dom0.stall_ms = 0;
		dom0_run(ms);
	}
	return mem_read(s, path, val, len);
}

static void close_conn(struct store *s)
{
	conn_closed(s);
	mem_close(s);
}

struct store *store_xs_open(void)
{
	if (fake_call("store")) {
		errno = ENOENT;
		return NULL;
	}
	conn = mem_connect(dom0.w.mem, 0, &dom0.fuse);
	ops = *conn->ops;
	mem_close = ops.close;
	mem_read = ops.read;
	ops.close = close_conn;
	ops.read = read_conn;
	conn->ops = &ops;
	return conn;
}

void quiet_device(const char *bdf)
{
	const struct fake_domain *d;
	int i;

	fake_step("quiet %s", bdf);
	for (i = 0; i < FAKE_DOMAINS; i++) {
		d = &fake.domain[i];
		dom0.disturbed += d->domid && d->driver_domain && d->life == LIFE_RUNNING && !d->paused;
	}
}

/* The tests' own ends of the functions that ld(1) has wrapped. */
int __wrap_clock_gettime(clockid_t clock, struct timespec *t);
int __wrap_nanosleep(const struct timespec *t, struct timespec *left);
int __wrap_poll(struct pollfd *p, nfds_t n, int ms);
int __wrap_posix_spawn(pid_t *pid, const char *path, const posix_spawn_file_actions_t *files,
		       const posix_spawnattr_t *attr, char *const argv[], char *const env[]);
int __real_phase_write(const char *name, enum phase phase);
int __wrap_phase_write(const char *name, enum phase phase);
void __real_file_touch(const char *name, const char *ext);
void __wrap_file_touch(const char *name, const char *ext);
void __real_history_add(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
void __wrap_history_add(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
int __real_restore_vifs(struct store *s, uint32_t drv, struct vif_refs *refs);
int __wrap_restore_vifs(struct store *s, uint32_t drv, struct vif_refs *refs);

int __wrap_clock_gettime(clockid_t clock, struct timespec *t)
{
	(void)clock;
	t->tv_sec = (time_t)(world_now() / 1000);
	t->tv_nsec = (long)(world_now() % 1000) * 1000000;
	return 0;
}

int __wrap_nanosleep(const struct timespec *t, struct timespec *left)
{
	(void)left;
	dom0_run((unsigned int)(t->tv_sec * 1000 + t->tv_nsec / 1000000));
	return 0;
}

/* Something happens every now and then. */
int __wrap_poll(struct pollfd *p, nfds_t n, int ms)
{
	(void)p;
	(void)n;
	dom0_run(ms > 100 ? 100 : (unsigned int)ms);
	return 0;
}

int __wrap_posix_spawn(pid_t *pid, const char *path, const posix_spawn_file_actions_t *files,
		       const posix_spawnattr_t *attr, char *const argv[], char *const env[])
{
	(void)files;
	(void)attr;
	(void)env;
	*pid = 1;
	return -fake_call("%s %s %s %s (%s)", path, argv[1], argv[2], argv[3], argv[4]);
}

int __wrap_phase_write(const char *name, enum phase phase)
{
	static const char *const text[] = {
		[PHASE_IDLE] = "idle", [PHASE_CREATE] = "create", [PHASE_RESTORE] = "restore",
		[PHASE_NIC] = "nic",
	};
	int err = fake_call("phase %s", text[phase]);

	return err ? err : __real_phase_write(name, phase);
}

void __wrap_file_touch(const char *name, const char *ext)
{
	fake_step("ours");
	__real_file_touch(name, ext);
}

void __wrap_history_add(const char *fmt, ...)
{
	char line[768];
	va_list ap;

	fake_step("history");
	va_start(ap, fmt);
	vsnprintf(line, sizeof(line), fmt, ap);
	va_end(ap);
	__real_history_add("%s", line);
}

int __wrap_restore_vifs(struct store *s, uint32_t drv, struct vif_refs *refs)
{
	int err = fake_call("restore %u vifs", refs->n);

	return err ? err : __real_restore_vifs(s, drv, refs);
}
