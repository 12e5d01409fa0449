// SPDX-License-Identifier: GPL-2.0
/* xl.c - see xl.h */
#include "xl.h"

#include "files.h"
#include "log.h"

#include <errno.h>
#include <fcntl.h>
#include <libxl.h>
#include <libxl_utils.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>
#include <xentoollog.h>

#define CONFIG_BYTES_MAX	(1 << 20)
#define DOMID_HISTORY		"/run/xen/domid-history"

struct xl {
	libxl_ctx *ctx;
	struct xentoollog_logger log;
};

/* Libxl tells of each failed step on its way; at our own levels. */
static void xl_vmessage(struct xentoollog_logger *l, xentoollog_level level, int errnoval,
			const char *context, const char *fmt, va_list ap)
{
	char text[400];

	(void)l;
	(void)context;
	vsnprintf(text, sizeof(text), fmt, ap);
	/* Of a device that is not to be reset, see quiet.h, or that cannot be. */
	if (strstr(text, "/reset") || strstr(text, "support reset"))
		level = XTL_INFO;
	log_line(level >= XTL_ERROR ? LOG_LEVEL_WARN : LOG_LEVEL_DEBUG, "libxl: %s%s%s", text,
		 errnoval > 0 ? ": " : "", errnoval > 0 ? strerror(errnoval) : "");
}

static void xl_progress(struct xentoollog_logger *l, const char *context, const char *what,
			int percent, unsigned long done, unsigned long total)
{
	(void)l;
	(void)context;
	(void)what;
	(void)percent;
	(void)done;
	(void)total;
}

static void xl_log_destroy(struct xentoollog_logger *l)
{
	(void)l;
}

void *xl_ctx(struct xl *x)
{
	return x->ctx;
}

struct xl *xl_open(void)
{
	struct xl *x = calloc(1, sizeof(*x));

	if (!x)
		return NULL;
	x->log = (struct xentoollog_logger){
		.vmessage = xl_vmessage, .progress = xl_progress, .destroy = xl_log_destroy,
	};
	if (!libxl_ctx_alloc(&x->ctx, LIBXL_VERSION, 0, &x->log))
		return x;
	free(x);
	errno = ENXIO;
	return NULL;
}

void xl_close(struct xl *x)
{
	if (!x)
		return;
	libxl_ctx_free(x->ctx);
	free(x);
}

/* Libxl's errors are numbers of its own. */
int xl_errno(int rc)
{
	switch (rc) {
	case 0:
		return 0;
	case ERROR_NOMEM:
		return -ENOMEM;
	case ERROR_INVAL:
		return -EINVAL;
	case ERROR_TIMEDOUT:
		return -ETIMEDOUT;
	case ERROR_NOTFOUND:
	case ERROR_DOMAIN_NOTFOUND:
		return -ENOENT;
	default:
		return -EIO;
	}
}

static enum life ended_by(libxl_shutdown_reason reason)
{
	switch (reason) {
	case LIBXL_SHUTDOWN_REASON_POWEROFF:
	case LIBXL_SHUTDOWN_REASON_SUSPEND:
		return LIFE_POWEROFF;
	case LIBXL_SHUTDOWN_REASON_REBOOT:
	case LIBXL_SHUTDOWN_REASON_SOFT_RESET:
		return LIFE_REBOOT;
	case LIBXL_SHUTDOWN_REASON_WATCHDOG:
		return LIFE_WATCHDOG;
	default:
		return LIFE_CRASHED;
	}
}

int xl_look(struct xl *x, uint32_t domid, enum life *life)
{
	libxl_dominfo info;
	int rc;

	libxl_dominfo_init(&info);
	rc = libxl_domain_info(x->ctx, &info, domid);
	*life = LIFE_GONE;
	if (!rc)
		*life = info.dying ? LIFE_DYING :
			info.shutdown ? ended_by(info.shutdown_reason) : LIFE_RUNNING;
	libxl_dominfo_dispose(&info);
	return rc == ERROR_DOMAIN_NOTFOUND ? 0 : xl_errno(rc);
}

int xl_find(struct xl *x, const char *name, uint32_t *domid)
{
	return libxl_name_to_domid(x->ctx, name, domid) ? -ENOENT : 0;
}

/* ------------------------------------------------------- configurations */

static enum on_end on_end(libxl_action_on_shutdown a)
{
	switch (a) {
	case LIBXL_ACTION_ON_SHUTDOWN_DESTROY:
	case LIBXL_ACTION_ON_SHUTDOWN_COREDUMP_DESTROY:
		return END_DESTROY;
	case LIBXL_ACTION_ON_SHUTDOWN_PRESERVE:
		return END_PRESERVE;
	case LIBXL_ACTION_ON_SHUTDOWN_RESTART:
	case LIBXL_ACTION_ON_SHUTDOWN_RESTART_RENAME:
	case LIBXL_ACTION_ON_SHUTDOWN_COREDUMP_RESTART:
		return END_RESTART;
	default:
		return END_OTHER;
	}
}

/* Return: malloc'ed, NULL with errno set. */
static char *read_file(const char *path)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	struct stat st;
	char *text = NULL;

	if (fd < 0)
		return NULL;
	if (!fstat(fd, &st) && st.st_size <= CONFIG_BYTES_MAX)
		text = calloc(1, (size_t)st.st_size + 1);
	if (text && read(fd, text, (size_t)st.st_size) != st.st_size) {
		free(text);
		text = NULL;
		errno = EIO;
	}
	close(fd);
	return text;
}

static int save(struct xl *x, libxl_domain_config *cfg, const char *path)
{
	char *json = libxl_domain_config_to_json(x->ctx, cfg);
	int err = json ? path_write(path, json) : -ENOMEM;

	if (!json)
		log_err("cannot write %s: %s", path, strerror(ENOMEM));
	free(json);
	return err;
}

static void take_traits(const libxl_domain_config *cfg, struct xl_traits *t)
{
	unsigned int i;

	memset(t, 0, sizeof(*t));
	snprintf(t->name, sizeof(t->name), "%s", cfg->c_info.name ? cfg->c_info.name : "");
	t->driver_domain = libxl_defbool_is_default(cfg->c_info.driver_domain) ? false :
			   libxl_defbool_val(cfg->c_info.driver_domain);
	t->pv = cfg->c_info.type == LIBXL_DOMAIN_TYPE_PV;
	snprintf(t->kernel, XL_PATH_LEN, "%s", cfg->b_info.kernel ? cfg->b_info.kernel : "");
	snprintf(t->ramdisk, XL_PATH_LEN, "%s", cfg->b_info.ramdisk ? cfg->b_info.ramdisk : "");
	t->on_crash = on_end(cfg->on_crash);
	t->on_watchdog = on_end(cfg->on_watchdog);
	for (i = 0; i < XL_PCI_MAX && i < (unsigned int)cfg->num_pcidevs; i++)
		snprintf(t->pci[i], XL_BDF_LEN, "%04x:%02x:%02x.%x", cfg->pcidevs[i].domain & 0xffff,
			 cfg->pcidevs[i].bus, cfg->pcidevs[i].dev, cfg->pcidevs[i].func & 7);
	t->n_pci = i;
}

int xl_save(struct xl *x, uint32_t domid, const char *path, struct xl_traits *t)
{
	libxl_domain_config cfg;
	int err;

	libxl_domain_config_init(&cfg);
	err = xl_errno(libxl_retrieve_domain_configuration(x->ctx, domid, &cfg, NULL));
	if (!err) {
		take_traits(&cfg, t);
		if (path)
			err = save(x, &cfg, path);
	}
	libxl_domain_config_dispose(&cfg);
	return err;
}

static int load(struct xl *x, const char *path, libxl_domain_config *cfg)
{
	char *json = read_file(path);
	int err;

	if (!json) {
		err = errno ? -errno : -ENOMEM;
		log_err("cannot read %s: %s", path, strerror(-err));
		return err;
	}
	err = xl_errno(libxl_domain_config_from_json(x->ctx, cfg, json));
	free(json);
	if (err)
		log_err("%s is not a configuration that this libxl understands", path);
	return err;
}

static int replace(char **at, const char *with)
{
	char *copy;

	if (!with)
		return 0;
	copy = strdup(with);
	if (!copy)
		return -ENOMEM;
	free(*at);
	*at = copy;
	return 0;
}

static int set_image(libxl_domain_config *cfg, const char *kernel, const char *ramdisk)
{
	int err = replace(&cfg->b_info.kernel, kernel);

	return err ? err : replace(&cfg->b_info.ramdisk, ramdisk);
}

int xl_traits(struct xl *x, const char *path, struct xl_traits *t)
{
	libxl_domain_config cfg;
	int err;

	libxl_domain_config_init(&cfg);
	err = load(x, path, &cfg);
	if (!err)
		take_traits(&cfg, t);
	libxl_domain_config_dispose(&cfg);
	return err;
}

/* ----------------------------------------------------- the domid's history */

/*
 * Libxl refuses a domid that died less than a minute ago, because somebody may still hold
 * on to the dead domain under that number.  Those who do are our guests, which is the
 * purpose; so the entry of this one domid goes, under libxl's own lock.
 */
static int lock_history(void)
{
	const char *path = DOMID_HISTORY ".lock";
	struct stat there, ours;
	int fd;

	for (;;) {
		fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0666);
		if (fd < 0)
			return -errno;
		/* Whoever held it may have removed it: then it is not the file of that name. */
		if (!flock(fd, LOCK_EX) && !fstat(fd, &ours) && !stat(path, &there) &&
		    ours.st_ino == there.st_ino && ours.st_dev == there.st_dev)
			return fd;
		close(fd);
	}
}

static int copy_others(FILE *from, FILE *to, uint32_t domid)
{
	unsigned long sec;
	unsigned int id;
	int n;

	while ((n = fscanf(from, "%lu %u", &sec, &id)) == 2)
		if (id != domid)
			fprintf(to, "%lu %u\n", sec, id);
	return n == EOF ? 0 : -EINVAL;
}

static int forget_domid(uint32_t domid)
{
	const char *path = DOMID_HISTORY, *fresh = DOMID_HISTORY ".xmd";
	FILE *from, *to;
	int lock = lock_history(), err = 0;

	if (lock < 0)
		return lock;
	from = fopen(path, "re");
	to = from ? fopen(fresh, "we") : NULL;
	if (from && to)
		err = copy_others(from, to, domid);
	else if (from || errno != ENOENT)
		err = -errno;
	if (from)
		fclose(from);
	if (to && (fclose(to) || (!err && rename(fresh, path))))
		err = -errno;
	if (to && err)
		unlink(fresh);
	unlink(DOMID_HISTORY ".lock");
	close(lock);
	return err;
}

/* ---------------------------------------------------------------- domains */

int xl_pause(struct xl *x, uint32_t domid)
{
	return xl_errno(libxl_domain_pause(x->ctx, domid, NULL));
}

int xl_core_dump(struct xl *x, uint32_t domid, const char *path)
{
	return xl_errno(libxl_domain_core_dump(x->ctx, domid, path, NULL));
}

int xl_destroy(struct xl *x, uint32_t domid)
{
	int err = xl_errno(libxl_domain_destroy(x->ctx, domid, NULL));
	enum life life;

	/* Somebody else may have been destroying it too: what counts is that it is gone. */
	if (!xl_look(x, domid, &life) && life == LIFE_GONE)
		return 0;
	return err ? err : -EBUSY;
}

/* And what libxl had derived from it. */
static void set_memory(libxl_domain_config *cfg, unsigned int mb)
{
	cfg->b_info.max_memkb = mb * 1024ull;
	cfg->b_info.target_memkb = mb * 1024ull;
	cfg->b_info.shadow_memkb = LIBXL_MEMKB_DEFAULT;
	cfg->b_info.iommu_memkb = LIBXL_MEMKB_DEFAULT;
}

static int create(struct xl *x, libxl_domain_config *cfg, bool bare, uint32_t *domid)
{
	int devices = cfg->num_pcidevs, rc;

	/* What a device needs of Xen has to be there from the beginning. */
	if (bare && cfg->c_info.passthrough == LIBXL_PASSTHROUGH_DEFAULT)
		cfg->c_info.passthrough = LIBXL_PASSTHROUGH_ENABLED;
	if (bare)
		cfg->num_pcidevs = 0;
	rc = libxl_domain_create_new(x->ctx, cfg, domid, NULL, NULL);
	cfg->num_pcidevs = devices;
	return xl_errno(rc);
}

int xl_create(struct xl *x, const char *path, const struct xl_make *how, uint32_t *domid)
{
	libxl_domain_config cfg;
	int err;

	libxl_domain_config_init(&cfg);
	err = load(x, path, &cfg);
	if (!err)
		err = set_image(&cfg, how->kernel, how->ramdisk);
	if (!err && how->memory_mb)
		set_memory(&cfg, how->memory_mb);
	if (!err && *domid) {
		err = forget_domid(*domid);
		if (err)
			log_err("cannot take domid %u out of %s: %s", *domid, DOMID_HISTORY,
				strerror(-err));
		cfg.c_info.domid = *domid;
	}
	if (!err)
		err = create(x, &cfg, how->bare, domid);
	libxl_domain_config_dispose(&cfg);
	return err;
}

int xl_add_pci(struct xl *x, const char *path, uint32_t domid)
{
	libxl_domain_config cfg;
	int err;

	libxl_domain_config_init(&cfg);
	err = load(x, path, &cfg);
	if (!err && !cfg.num_pcidevs)
		err = -ENODEV;
	if (!err)
		err = xl_errno(libxl_device_pci_add(x->ctx, domid, &cfg.pcidevs[0], NULL));
	libxl_domain_config_dispose(&cfg);
	return err;
}

int xl_usage(struct xl *x, uint32_t domid, struct xl_usage *u)
{
	libxl_dominfo info;
	int rc;

	libxl_dominfo_init(&info);
	rc = libxl_domain_info(x->ctx, &info, domid);
	if (!rc)
		*u = (struct xl_usage){ .cpu_ns = info.cpu_time, .running = info.running,
					.blocked = info.blocked, .paused = info.paused };
	libxl_dominfo_dispose(&info);
	return xl_errno(rc);
}

bool xl_is_paused(struct xl *x, uint32_t domid)
{
	struct xl_usage u;

	return !xl_usage(x, domid, &u) && u.paused;
}

int xl_unpause(struct xl *x, uint32_t domid)
{
	enum life life;
	int err = xl_look(x, domid, &life);

	if (!err && life == LIFE_GONE)
		err = -ENOENT;
	/* Libxl calls it an error when there is nothing to do. */
	if (err || !xl_is_paused(x, domid))
		return err;
	return xl_errno(libxl_domain_unpause(x->ctx, domid, NULL));
}
