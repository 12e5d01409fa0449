// SPDX-License-Identifier: GPL-2.0
/* status.c - "xmdctl status" and "xmdctl vifs": what the supervisor says, and what else is known of it */
#include "counters.h"
#include "ctl.h"
#include "out.h"
#include "records.h"

#include "store.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <xmd/xs_names.h>

#define ANSWER_S	15
#define NIC_NODE	"/local/domain/0/backend/pci/%lu/0"

/* -------------------------------------------------------------- records */

void records_take(void *arg, char *record)
{
	struct records *r = arg;
	char (*more)[RECORD_ROOM] = realloc(r->r, (r->n + 1) * sizeof(*more));

	if (!more)
		abort();
	r->r = more;
	record[strcspn(record, "\n")] = '\0';
	snprintf(more[r->n++], RECORD_ROOM, "%s", record);
}

void records_free(struct records *r)
{
	free(r->r);
	*r = (struct records){ .n = 0 };
}

bool record_get(const char *record, const char *key, char *val, size_t room)
{
	size_t len = strlen(key);
	const char *at = record;

	while (*at) {
		if (!strncmp(at, key, len) && at[len] == '=') {
			snprintf(val, room, "%.*s", (int)strcspn(at + len + 1, "\t"), at + len + 1);
			return true;
		}
		at += strcspn(at, "\t");
		at += *at == '\t';
	}
	return false;
}

unsigned long record_number(const char *record, const char *key)
{
	char val[24];

	return record_get(record, key, val, sizeof(val)) ? strtoul(val, NULL, 10) : 0;
}

void record_add(char record[RECORD_ROOM], const char *key, const char *fmt, ...)
{
	char val[256];
	size_t n = strlen(record);
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(val, sizeof(val), fmt, ap);
	va_end(ap);
	if (n + strlen(key) + strlen(val) + 3 < RECORD_ROOM)
		sprintf(record + n, "%s%s=%s", n ? "\t" : "", key, val);
}

/* --------------------------------------------------------------- status */

static void add_facts(struct store *s, char record[RECORD_ROOM])
{
	unsigned long domid = record_number(record, "domid");
	char dir[STORE_PATH_MAX], version[STORE_VALUE_MAX] = "-", nic[STORE_VALUE_MAX] = "-";

	snprintf(dir, sizeof(dir), "/local/domain/%lu/" XS_DIR_OWN, domid);
	if (s && store_read_text(s, dir, XS_OWN_VERSION, version))
		strcpy(version, "-");
	snprintf(dir, sizeof(dir), NIC_NODE, domid);
	if (s && store_read_text(s, dir, "dev-0", nic))
		strcpy(nic, "-");
	record_add(record, "version", "%.40s", version);
	record_add(record, "nic", "%.40s", nic);
}

static bool is_called(const char *record, const char *name)
{
	char val[64];

	return !name || (record_get(record, "name", val, sizeof(val)) && !strcmp(val, name));
}

/* While xenstored does not answer there is a part of it, and an error: nothing else is asked then. */
static int ask_status(const char *name, struct records *of)
{
	struct records all = { .n = 0 };
	int ret = ask_supervisor(ANSWER_S, "status", records_take, &all);
	struct store *s = ret == EXIT_OK ? open_store() : NULL;
	unsigned int i;

	for (i = 0; i < all.n; i++) {
		if (!is_called(all.r[i], name))
			continue;
		add_facts(s, all.r[i]);
		records_take(of, all.r[i]);
	}
	store_close(s);
	records_free(&all);
	return ret;
}

static void print_all(const struct records *r)
{
	unsigned int i;

	for (i = 0; i < r->n; i++)
		out_record(r->r[i], i == 0);
}

int run_status(const struct args *a)
{
	const char *name = a->n > 1 ? a->word[1] : NULL;
	struct records r = { .n = 0 };
	int ret = ask_status(name, &r);
	bool any = r.n;

	if (ret == EXIT_OK && name && !any) {
		records_free(&r);
		return fail(EXIT_FAILED, "%s is not in charge here; \"xmdctl check %s\" may say why", name, name);
	}
	print_all(&r);
	if (ret == EXIT_OK || any)
		out_list_end(!any);
	records_free(&r);
	if (ret != EXIT_OK || !name || a->json)
		return ret;
	putchar('\n');
	return run_vifs(a);
}

/* ----------------------------------------------------------------- vifs */

static void add_counters(char record[RECORD_ROOM], const struct counters *c)
{
	static const char *const shown[] = {
		"tx_frames", "tx_bytes", "tx_drops", "rx_frames", "rx_bytes", "rx_drops",
	};
	unsigned int i;

	for (i = 0; i < sizeof(shown) / sizeof(shown[0]); i++) {
		if (c)
			record_add(record, shown[i], "%" PRIu64, counter_of(c, shown[i]));
		else
			record_add(record, shown[i], "-");
	}
}

static void add_vif(struct store *s, const struct drv_counters *d, char record[RECORD_ROOM])
{
	uint32_t guest = (uint32_t)record_number(record, "guest");
	uint32_t handle = (uint32_t)record_number(record, "vif");
	struct vif_facts f;

	vif_facts(s, d->domid, guest, handle, &f);
	record_add(record, "guest_name", "%s", f.guest_name);
	record_add(record, "address", "%s", f.address);
	record_add(record, "bridge", "%s", f.bridge);
	record_add(record, "vlan", "%s", f.vlan);
	record_add(record, "frontend", "%s", f.frontend);
	add_counters(record, counters_of_vif(d, guest, handle));
	record_add(record, "error", "%s", f.error);
}

/* Counters of one that is just being brought back, say, are not to be had: then there are none. */
static void add_vifs(const char *name, struct records *r)
{
	char reason[COUNTERS_REASON];
	struct drv_name drv[DRVS_MAX];
	struct drv_counters d = { .n_vifs = 0 };
	struct store *s = open_store();
	unsigned int i;

	if (s && r->n && find_drvs(s, name, drv) == 1 && counters_read(s, drv[0].domid, &d, reason))
		fail(EXIT_FAILED, "no counters: %s", reason);
	for (i = 0; s && i < r->n; i++)
		add_vif(s, &d, r->r[i]);
	counters_free(&d);
	store_close(s);
}

int run_vifs(const struct args *a)
{
	struct records r = { .n = 0 };
	char request[400];
	int ret;

	snprintf(request, sizeof(request), "vifs\t%s", a->word[1]);
	ret = ask_supervisor(ANSWER_S, request, records_take, &r);
	if (ret == EXIT_OK)
		add_vifs(a->word[1], &r);
	print_all(&r);
	if (ret == EXIT_OK || r.n)
		out_list_end(!r.n);
	records_free(&r);
	return ret;
}
