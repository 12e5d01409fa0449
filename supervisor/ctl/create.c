// SPDX-License-Identifier: GPL-2.0
/* create.c - "xmdctl create": from a NIC to a driver domain that serves */
#include "check.h"
#include "ctl.h"

#include <errno.h>
#include <fcntl.h>
#include <spawn.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>
#include "store.h"

#define IMAGE_DIR	"/var/lib/xmd/%s/"	/* where xmd-mkimage --out has put it; of the domain's name */
#define MEMORY		"96"
#define SERVE_S		60	/* from its creation until it serves, on a slow host */
#define LOOK_MS		200
#define TEXT_MAX	4096

extern char **environ;

struct plan {
	const char *name, *nic, *memory, *kernel, *ramdisk;
	char image[2][128];		/* kernel and ramdisk, if nothing was said of them */
	char path[FACT_PATH];		/* of the configuration */
	char text[TEXT_MAX];
	bool load;			/* xen-pciback is not there yet: Debian does not load it by itself */
	bool bind;			/* the NIC is not xen-pciback's yet */
};

static const char *or(const char *said, const char *otherwise)
{
	return *said && strcmp(said, "-") ? said : otherwise;
}

/* A name that is one for xl, for a file and for a line of its configuration. */
static bool is_name(const char *name)
{
	return strlen(name) < 64 && name[strspn(name, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
						"0123456789_.+-")] == '\0' && name[0] != '-' && name[0] != '.' &&
	       /* xl would take it for a domid */
	       name[strspn(name, "0123456789")];
}

static bool is_path(const char *path)
{
	return *path == '/' && strlen(path) < 300 && !strpbrk(path, "\"\\\n");
}

static void write_text(struct plan *p)
{
	snprintf(p->text, sizeof(p->text),
		 "# Driver domain \"%s\", made by xmdctl create. xl.cfg(5) and xmd-mkimage(8) say what else there is.\n"
		 "name = \"%s\"\n"
		 "type = \"pv\"\n"
		 "kernel = \"%s\"\n"
		 "ramdisk = \"%s\"\n"
		 "memory = %s\n"
		 "vcpus = 1\n"
		 "driver_domain = 1\n"
		 "pci = [\"%s\"]\n"
		 "# Debian's kernel would take 64 MB for bounce buffers, the kernel of xmd-mkimage knows by itself.\n"
		 "extra = \"console=hvc0 swiotlb=1024\"\n"
		 "# Its end is xmd-supervisor's business, not that of the xl that creates it.\n"
		 "on_crash = \"preserve\"\n"
		 "on_watchdog = \"preserve\"\n",
		 p->name, p->name, p->kernel, p->ramdisk, p->memory, p->nic);
}

static int make_plan(struct plan *p, const struct args *a)
{
	*p = (struct plan){ .name = a->word[1], .nic = a->nic, .memory = or(a->memory, MEMORY),
			    .kernel = or(a->kernel, p->image[0]),
			    .ramdisk = or(a->ramdisk, p->image[1]) };
	snprintf(p->image[0], sizeof(p->image[0]), IMAGE_DIR "vmlinux", p->name);
	snprintf(p->image[1], sizeof(p->image[1]), IMAGE_DIR "initramfs.cpio", p->name);
	if (!a->nic)
		return fail(EXIT_USAGE, "which NIC? --nic 0000:03:00.0; \"xmdctl check\" names those that there are");
	if (!is_name(p->name))
		return fail(EXIT_USAGE, "\"%s\" is no name for a domain: letters, digits, _ . + -, and not digits alone", p->name);
	if (!is_path(p->kernel) || !is_path(p->ramdisk) || (a->config && !is_path(a->config)))
		return fail(EXIT_USAGE, "paths begin with / and have no quotes in them");
	snprintf(p->path, sizeof(p->path), "%s", a->config ? a->config : "");
	if (!a->config)
		snprintf(p->path, sizeof(p->path), "/etc/xen/%s.cfg", p->name);
	write_text(p);
	return EXIT_OK;
}

/* ------------------------------------------------------------ why not */

static void check_name(struct report *r, const struct plan *p)
{
	char *ids = fact_nodes(&r->facts, "/local/domain"), *rest = ids, *id, *name;

	while ((id = next_line(&rest))) {
		name = fact_node(&r->facts, "/local/domain/%.10s/name", id);
		if (name && !strcmp(name, p->name)) {
			find(r, FAULT, "name", p->name, "a domain of that name runs: domain %s", id);
			remedy(r, "take another name; or xmdctl release %s && xl shutdown %s first", p->name, p->name);
		}
		free(name);
	}
	free(ids);
}

static void check_path(struct report *r, const struct plan *p, bool force)
{
	char *text = fact_file(&r->facts, "%s", p->path);

	if (text && !force && strcmp(text, p->text)) {
		find(r, FAULT, "config-there", p->path, "there is such a file, with something else in it");
		remedy(r, "take another name, or say --force to have it replaced");
	}
	free(text);
}

static void check_driver(struct report *r, struct plan *p)
{
	char *driver = fact_link(&r->facts, "/sys/bus/pci/devices/%s/driver", p->nic);

	p->load = !fact_there(&r->facts, "/sys/bus/pci/drivers/pciback");
	p->bind = !driver || strcmp(driver, "pciback");
	free(driver);
}

/* Return: whether nothing is in the way. */
static bool check_plan(struct report *r, struct plan *p, bool force)
{
	if (check_host(r)) {
		check_units(r);
		check_name(r, p);
		check_path(r, p, force);
		check_config(r, p->path, p->text);
		check_driver(r, p);
	}
	return !report_count(r, FAULT);
}

/* ------------------------------------------------------------- doing it */

static int run_program(const char *program, const char *what, const char *word)
{
	char *const argv[] = { (char *)program, (char *)what, (char *)word, NULL };
	int status;
	pid_t pid;
	int err = posix_spawnp(&pid, program, NULL, NULL, argv, environ);

	if (err)
		return fail(EXIT_CANNOT, "%s: %s", program, strerror(err));
	if (waitpid(pid, &status, 0) != pid || !WIFEXITED(status) || WEXITSTATUS(status))
		return fail(EXIT_FAILED, "%s %s%s%s failed; what is above says why", program, what, word ? " " : "", word ? word : "");
	return EXIT_OK;
}

/* Whole or not at all. */
static int write_config(const struct plan *p)
{
	char fresh[FACT_PATH + 8];
	int err;
	FILE *f;

	snprintf(fresh, sizeof(fresh), "%s.new", p->path);
	f = fopen(fresh, "we");
	if (f && fputs(p->text, f) >= 0 && !fflush(f) && !fsync(fileno(f)) && !fclose(f) &&
	    !rename(fresh, p->path))
		return EXIT_OK;
	err = errno;
	if (f)
		unlink(fresh);
	return fail(EXIT_FAILED, "%s: %s", p->path, strerror(err));
}

static bool serves(struct report *r, const struct plan *p)
{
	char *ids = fact_nodes(&r->facts, "/local/domain"), *rest = ids, *id, *name, *state;
	bool yes = false;

	while (!yes && (id = next_line(&rest))) {
		name = fact_node(&r->facts, "/local/domain/%.10s/name", id);
		state = fact_node(&r->facts, "/local/domain/%.10s/data/xmd-backend/state", id);
		yes = name && state && !strcmp(name, p->name) && !strcmp(state, "serving");
		free(name);
		free(state);
	}
	free(ids);
	return yes;
}

static int wait_serving(struct report *r, const struct plan *p)
{
	const struct timespec moment = { .tv_nsec = LOOK_MS * 1000000 };
	unsigned int i;

	for (i = 0; i < SERVE_S * 1000 / LOOK_MS; i++) {
		if (serves(r, p)) {
			fprintf(stderr, "xmdctl: %s serves: vif = [\"backend=%s\"] in a guest's configuration\n", p->name, p->name);
			return EXIT_OK;
		}
		nanosleep(&moment, NULL);
	}
	return fail(EXIT_FAILED, "%s runs, and does not serve after %d s: xl console %s, and xmdctl check %s, say why",
		    p->name, SERVE_S, p->name, p->name);
}

static int carry_out(struct report *r, const struct plan *p)
{
	int ret = p->load ? run_program("modprobe", "xen-pciback", NULL) : EXIT_OK;

	if (ret == EXIT_OK && p->bind)
		ret = run_program("xl", "pci-assignable-add", p->nic);
	if (ret == EXIT_OK)
		ret = write_config(p);
	if (ret != EXIT_OK)
		return ret;
	ret = run_program("xl", "create", p->path);
	return ret == EXIT_OK ? wait_serving(r, p) : ret;
}

static void tell(const struct plan *p, bool possible)
{
	char copy[TEXT_MAX], *rest = copy, *line;

	printf("%s\n", possible ? "would be done:" : "would be done, once the errors above are gone:");
	if (p->load)
		printf("  modprobe xen-pciback\n");
	if (p->bind)
		printf("  xl pci-assignable-add %s\n", p->nic);
	printf("  write %s:\n", p->path);
	strcpy(copy, p->text);
	while ((line = next_line(&rest)))
		printf("      %s\n", line);
	printf("  xl create %s\n", p->path);
}

int run_create(const struct args *a)
{
	struct report r = { .facts = { .root = a->root }, .planned_nic = a->nic };
	struct plan p;
	bool possible;
	int ret = make_plan(&p, a);

	if (ret != EXIT_OK)
		return ret;
	if (a->root && !a->dry_run)
		return fail(EXIT_USAGE, "--root is for --dry-run");
	/* Xen needs some of its own for a domain */
	r.need_mb = (unsigned int)atoi(p.memory) + 8;
	possible = check_plan(&r, &p, a->force);
	report_print(&r, a->json, false);
	ret = possible ? EXIT_OK : EXIT_FAILED;
	if (a->dry_run && !a->json)
		tell(&p, possible);
	else if (!a->dry_run && possible)
		ret = carry_out(&r, &p);
	else if (!a->dry_run)
		fail(EXIT_FAILED, "nothing was done: see the errors above");
	report_free(&r);
	return ret;
}
