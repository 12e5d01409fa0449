// SPDX-License-Identifier: GPL-2.0
/* leaf.c - which members are kept in step: by their path from what a device has one of. */
#include <stdlib.h>
#include <string.h>
#include "emit.h"

/* What every driver's user half may look at, though it is in inline functions of the kernel. */
static const struct leaf always[] = {
	{ "state", "state", "__u64", 0, WIRE_NUMBER, ROOT_NETDEV, true, false, false, 0 },
	{ "flags", "flags", "__u32", 0, WIRE_NUMBER, ROOT_NETDEV, true, false, false, 0 },
	{ "mtu", "mtu", "__u32", 0, WIRE_NUMBER, ROOT_NETDEV, true, true, false, 0 },
	{ "name", "name", "__u8", 16, WIRE_NUMBER, ROOT_NETDEV, true, false, false, 0 },
	{ "dev_addr", "dev_addr", "__u8", 6, WIRE_ADDRESS, ROOT_NETDEV, true, true, false, 0 },
};

static const struct {
	const char *c, *wire;
} numbers[] = {
	{ "unsigned char", "__u8" }, { "signed char", "__s8" },
	{ "char", "__s8" },	     { "unsigned short", "__u16" },
	{ "short", "__s16" },	     { "unsigned int", "__u32" },
	{ "int", "__s32" },	     { "unsigned long", "__u64" },
	{ "long", "__s64" },	     { "unsigned long long", "__u64" },
	{ "long long", "__s64" },    { "_Bool", "__u8" },
};

static const char *number_of(const struct mdl_member *m, const char *kind)
{
	char base[100];
	const char *c = m->canon;
	unsigned int i;

	if (!strncmp(m->notes, "bits", 4))
		return atoi(m->notes + 4) <= 8	  ? "__u8"
		       : atoi(m->notes + 4) <= 16 ? "__u16"
						  : "__u32";
	if (!strcmp(kind, "enum") || !strcmp(kind, "array:enum"))
		return "__u32";
	c += !strncmp(c, "const ", 6) ? 6 : 0;
	c += !strncmp(c, "volatile ", 9) ? 9 : 0;
	snprintf(base, sizeof(base), "%.*s", (int)strcspn(c, "["), c);
	while (*base && base[strlen(base) - 1] == ' ')
		base[strlen(base) - 1] = '\0';
	for (i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++)
		if (!strcmp(numbers[i].c, base))
			return numbers[i].wire;
	return NULL;
}

static void add(struct emit *e, const struct leaf *l)
{
	struct leaf *to;
	unsigned int i;
	char *p;

	for (i = 0; i < e->n_leaves; i++)
		if (e->leaf[i].root == l->root && !strcmp(e->leaf[i].path, l->path))
			return;
	e->leaf = realloc(e->leaf, (e->n_leaves + 1) * sizeof(*e->leaf));
	if (!e->leaf)
		exit(1);
	to = &e->leaf[e->n_leaves++];
	*to = *l;
	to->name[0] = '\0';
	for (p = to->path; *p; p++) {
		size_t n = strlen(to->name);

		snprintf(to->name + n, sizeof(to->name) - n, *p == '.' ? "__" : "%c", *p);
	}
}

static bool set_wire(const struct slice *sl, const struct mdl_member *m, struct leaf *l)
{
	const char *kind = member_kind(sl, m);

	if (!strncmp(kind, "array:", 6)) {
		if (m->n <= 0 || m->n > 256 ||
		    strchr(strchr(m->type, '[') ? strchr(m->type, '[') + 1 : "", '['))
			return false;
		l->n = m->n;
		kind += 6;
	}
	l->type = "__u64";
	if (!strcmp(kind, "iomem"))
		l->wire = WIRE_IO;
	else if (!strcmp(kind, "fnptr"))
		l->wire = WIRE_FN;
	else if (!strcmp(kind, "ptr") && !l->n) /* of an array each would be one of many */
		l->wire = WIRE_OBJECT;
	else if (!strcmp(kind, "dmamem") || !strcmp(kind, "numptr") || !strcmp(kind, "charptr") ||
		 !strcmp(kind, "voidptr"))
		l->wire = WIRE_DATA;
	else if (!strcmp(kind, "num") || !strcmp(kind, "bool") || !strcmp(kind, "enum") ||
		 !strcmp(kind, "dma"))
		l->type = number_of(m, m->kind);
	else
		return false;
	return l->type;
}

/* Does the other half, or the next user half, need it? */
static bool wanted(const struct slice *sl, const struct mdl_member *m)
{
	unsigned int k = sl->k[m->id], u = sl->u[m->id];

	if (note_find(sl, "local", m->key, NULL))
		return false;
	if (sl->kept[m->id] || member_crosses(sl, m))
		return true;
	if (sl->cls[m->id] == CLASS_DMA || sl->cls[m->id] == CLASS_REGISTERS)
		return u && (k | u) & M_WRITE;
	return !m->own && sl->cls[m->id] == CLASS_USER_PRIVATE && u & M_WRITE;
}

static void one_member(struct emit *e, const struct mdl_member *m, const char *prefix,
		       enum leaf_root root)
{
	struct leaf l = { .root = root, .wire = WIRE_NUMBER };
	unsigned int k = e->sl->k[m->id], u = e->sl->u[m->id];

	if (!set_wire(e->sl, m, &l))
		return;
	snprintf(l.path, sizeof(l.path), "%s%s", prefix, m->name);
	l.user = u & M_WRITE;
	l.kernel = k & M_WRITE || !l.user;
	l.kept = e->sl->kept[m->id];
	if (root == ROOT_NETDEV)
		l.kernel = l.wire == WIRE_NUMBER || l.kernel;
	add(e, &l);
}

/* "struct T": T, or NULL */
static const char *struct_name(const char *canon)
{
	return strncmp(canon, "struct ", 7) || strpbrk(canon + 7, " (*[") ? NULL : canon + 7;
}

bool is_embedded(const struct emit *e, const char *rec)
{
	unsigned int i;

	for (i = 0; i < e->n_embedded; i++)
		if (!strcmp(e->embedded[i], rec))
			return true;
	return false;
}

static void walk(struct emit *e, const char *rec, const char *prefix, unsigned int depth)
{
	const struct mdl *m = e->sl->m;
	unsigned int i;
	char path[160];

	if (!is_embedded(e, rec)) {
		e->embedded = realloc(e->embedded, (e->n_embedded + 1) * sizeof(*e->embedded));
		if (!e->embedded)
			exit(1);
		e->embedded[e->n_embedded++] = rec;
	}
	for (i = 0; i < m->n_members; i++) {
		const struct mdl_member *mm = &m->members[i];
		const char *in;

		if (strcmp(mm->rec, rec))
			continue;
		if (wanted(e->sl, mm))
			one_member(e, mm, prefix, ROOT_PRIVATE);
		in = strcmp(mm->kind, "struct") ? NULL : struct_name(mm->canon);
		if (!in || depth >= 4 || is_lock_type(mm->canon) ||
		    (is_kernel_object(mm->canon) && strcmp(in, "mii_if_info")))
			continue;
		snprintf(path, sizeof(path), "%s%s.", prefix, mm->name);
		walk(e, in, path, depth + 1);
	}
}

static unsigned int accesses(const struct mdl *m, const char *rec)
{
	unsigned int i, k, n = 0;

	for (i = 0; i < m->n_fns; i++)
		for (k = 0; k < m->fns[i].n_access; k++)
			n += !strcmp(m->fns[i].access[k].member->rec, rec);
	return n;
}

static void find_root(struct emit *e)
{
	const struct mdl *m = e->sl->m;
	unsigned int i, n, most = 0;

	for (i = 0; i < m->n_members; i++) {
		const struct mdl_member *mm = &m->members[i];

		if (!mm->own || (strcmp(mm->canon, "struct net_device *") &&
				 strcmp(mm->canon, "struct pci_dev *") &&
				 strcmp(mm->canon, "struct snd_card *") &&
				 strcmp(mm->canon, "struct Scsi_Host *")))
			continue;
		n = accesses(m, mm->rec);
		if (n > most) {
			most = n;
			e->root = mm->rec;
		}
	}
}

static bool in_netdev(const struct slice *sl, const struct mdl_member *m)
{
	unsigned int u = sl->u[m->id];

	if (strcmp(m->rec, "net_device") || !(u & (M_READ | M_WRITE)) ||
	    !strncmp(m->notes, "bits", 4))
		return false;
	if (!strcmp(m->kind, "ptr"))
		return u & M_WRITE;
	return member_is_number(sl, m) && strncmp(m->kind, "array", 5);
}

#define LEAVES_EACH 60u /* of an object: a mask has 64 bits */
#define BYTES_EACH 3500u /* a message has 4096 */

static void share_out(struct emit *e, enum leaf_root root)
{
	unsigned int i, n = 0, bytes = 0, nr = 0;

	for (i = 0; i < e->n_leaves; i++) {
		unsigned int size = 8 * (e->leaf[i].n ? e->leaf[i].n : 1);

		if (e->leaf[i].root != root)
			continue;
		if (n == LEAVES_EACH || bytes + size > BYTES_EACH) {
			nr++;
			n = bytes = 0;
		}
		n++;
		bytes += size;
		e->leaf[i].object = nr;
	}
}

unsigned int objects_of(const struct emit *e, enum leaf_root root)
{
	unsigned int i, n = 0;

	for (i = 0; i < e->n_leaves; i++)
		if (e->leaf[i].root == root && e->leaf[i].object >= n)
			n = e->leaf[i].object + 1;
	return n;
}

void leaves_find(struct emit *e)
{
	const struct mdl *m = e->sl->m;
	unsigned int i;

	find_root(e);
	if (e->root)
		walk(e, e->root, "", 0);
	for (i = 0; i < m->n_members; i++)
		if (in_netdev(e->sl, &m->members[i]))
			one_member(e, &m->members[i], "", ROOT_NETDEV);
	for (i = 0; i < sizeof(always) / sizeof(always[0]); i++)
		add(e, &always[i]);
	for (i = 0; i < e->sl->n_notes; i++) {
		const struct note *n = &e->sl->notes[i];
		struct leaf l = {
			.root = ROOT_GLOBAL, .wire = WIRE_NUMBER, .kernel = true, .user = true
		};

		if (strcmp(n->word, "global") || !n->b)
			continue;
		note_find(e->sl, "global", n->a, NULL);
		snprintf(l.path, sizeof(l.path), "%s", n->a);
		l.type = n->b;
		l.n = strtoul(n->rest, NULL, 0);
		add(e, &l);
	}
	for (i = 0; i < ROOTS; i++)
		share_out(e, i);
}
