// SPDX-License-Identifier: GPL-2.0
/*
 * insncount.c - a TCG plugin for QEMU: how often each block of instructions is executed, and for
 * which domain.
 *
 *   qemu-system-x86_64 -plugin insncount.so,fifo=PATH ...
 *
 * Commands come by the FIFO, a line each:
 *
 *   map FILE     whose page is whose, and where Xen idles; counting begins when the first is somebody's,
 *                so that what comes before takes no longer. FILE has lines, numbers in hexadecimal:
 *                  ram HVA_LOW HVA_HIGH     QEMU's address of guest-physical 0 and of 4 GB
 *                  mfn WHO FIRST COUNT      these pages are WHO's, 0 to MOST - 1
 *                  idle VA END              Xen's code between them runs for nobody
 *   pages FILE   the pages of the machine, by a map's ram, that code was executed in, a hexadecimal number a line
 *   zero         all counts
 *   dump FILE    one line "VA REP INSNS WHO" for each block and domain: REP is 1 for a string
 *                instruction that repeats itself, INSNS is decimal. FILE is there when it is complete.
 *
 * A block of a domain's own page is that domain's. All others are Xen's, and are executed for the
 * domain that was last seen executing: the one whose hypercall, trap or time it is, by Xen's own
 * account as well (up to an interrupt for another, which Xen charges to whom it interrupts, too).
 *
 * For one emulated CPU: there is one "last seen". Counts are read while they change.
 */
#include <pthread.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "plugin.h"

#define MOST	8u		/* domains, the idle one included */
#define IDLE	(MOST - 1)
#define NOBODYS	MOST
#define HASH	(1u << 20)
#define PAGES	(1u << 22)	/* 16 GB */
#define GB4	0x100000000ull

int qemu_plugin_version = PLUGIN_API;

struct block {
	uint64_t va, ha;
	struct block *next;
	uint64_t count[MOST];
	uint32_t n;
	uint8_t owner;		/* NOBODYS: Xen's */
	bool rep;
};

static struct block *table[HASH];
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;	/* of the table */
static uint8_t page_owner[PAGES];
static uint64_t hva_low, hva_high, idle_va, idle_end;
static uint8_t running = IDLE;
static volatile bool wanted;	/* a map is there */
static char *fifo;

/* ---- whose ---- */

/* The page of the machine that it lies in; PAGES: in none */
static uint64_t page_of(const struct block *b)
{
	uint64_t at = b->ha - hva_low, low = hva_high - hva_low;

	if (!hva_low || b->ha < hva_low)
		return PAGES;
	if (hva_high && at >= low)
		at = at - low + GB4;
	return at / 4096 < PAGES ? at / 4096 : PAGES;
}

static uint8_t owner_of(const struct block *b)
{
	uint64_t page = page_of(b);

	if (b->va >= idle_va && b->va < idle_end)
		return IDLE;
	return page < PAGES ? page_owner[page] : NOBODYS;
}

/* REP or REPNE, perhaps REX, and INS to OUTS, MOVS, CMPS, STOS, LODS or SCAS */
static bool repeats(const uint8_t *insn)
{
	if (!insn || (insn[0] != 0xf2 && insn[0] != 0xf3))
		return false;
	insn += (insn[1] & 0xf0) == 0x40 ? 2 : 1;
	return (*insn >= 0x6c && *insn <= 0x6f) || (*insn >= 0xa4 && *insn <= 0xa7) ||
	       (*insn >= 0xaa && *insn <= 0xaf);
}

static void map_line(const char *line)
{
	unsigned long long a, b, c;

	if (sscanf(line, "ram %llx %llx", &a, &b) == 2) {
		hva_low = a;
		hva_high = b;
	} else if (sscanf(line, "idle %llx %llx", &a, &b) == 2) {
		idle_va = a;
		idle_end = b;
	} else if (sscanf(line, "mfn %llx %llx %llx", &a, &b, &c) == 3) {
		for (; a < IDLE && c-- && b < PAGES; b++)
			page_owner[b] = a;
		wanted |= a < IDLE;
	}
}

/* ---- blocks ---- */

static void executed(unsigned int vcpu, void *userdata)
{
	struct block *b = userdata;

	(void)vcpu;
	if (b->owner != NOBODYS)
		running = b->owner;
	b->count[running]++;
}

static struct block *block_of(uint64_t va, uint64_t ha, uint32_t n)
{
	uint32_t h = (va ^ ((ha >> 12) * 0x9e3779b1u) ^ (n * 31)) % HASH;
	struct block *b;

	for (b = table[h]; b; b = b->next)
		if (b->va == va && b->ha == ha && b->n == n)
			return b;
	b = calloc(1, sizeof(*b));
	if (!b)
		abort();
	*b = (struct block){ .va = va, .ha = ha, .n = n, .next = table[h] };
	b->owner = owner_of(b);
	table[h] = b;
	return b;
}

static struct block *note_block(struct qemu_plugin_tb *tb)
{
	const uint8_t *insn = qemu_plugin_insn_haddr(qemu_plugin_tb_get_insn(tb, 0));
	struct block *b;

	pthread_mutex_lock(&lock);
	b = block_of(qemu_plugin_tb_vaddr(tb), (uintptr_t)insn, qemu_plugin_tb_n_insns(tb));
	b->rep = b->n == 1 && repeats(insn);
	pthread_mutex_unlock(&lock);
	return b;
}

static void translated(qemu_plugin_id_t id, struct qemu_plugin_tb *tb)
{
	(void)id;
	qemu_plugin_register_vcpu_tb_exec_cb(tb, executed, QEMU_PLUGIN_CB_NO_REGS, note_block(tb));
}

static void begin(qemu_plugin_id_t id)
{
	qemu_plugin_register_vcpu_tb_trans_cb(id, translated);
}

/* Until counting begins. What is translated without a count has to be translated anew. */
static void not_yet(qemu_plugin_id_t id, struct qemu_plugin_tb *tb)
{
	static bool begun;

	if (begun)
		return;
	note_block(tb);
	begun = wanted;
	if (begun)
		qemu_plugin_reset(id, begin);
}

static void each_block(void (*f)(struct block *b, FILE *out), FILE *out)
{
	struct block *b;
	unsigned int i;

	pthread_mutex_lock(&lock);
	for (i = 0; i < HASH; i++)
		for (b = table[i]; b; b = b->next)
			f(b, out);
	pthread_mutex_unlock(&lock);
}

/* ---- commands ---- */

static void zero_block(struct block *b, FILE *out)
{
	(void)out;
	memset(b->count, 0, sizeof(b->count));
}

static void own_block(struct block *b, FILE *out)
{
	(void)out;
	b->owner = owner_of(b);
}

static void dump_block(struct block *b, FILE *out)
{
	unsigned int who;

	for (who = 0; who < MOST; who++)
		if (b->count[who])
			fprintf(out, "%016llx %d %llu %u\n", (unsigned long long)b->va, b->rep,
				(unsigned long long)b->count[who] * b->n, who);
}

static void read_map(const char *file)
{
	FILE *in = fopen(file, "r");
	char line[100];

	if (!in) {
		perror(file);
		return;
	}
	memset(page_owner, NOBODYS, sizeof(page_owner));
	while (fgets(line, sizeof(line), in))
		map_line(line);
	fclose(in);
	each_block(own_block, NULL);
}

static uint8_t has_code[PAGES];

static void page_block(struct block *b, FILE *out)
{
	uint64_t page = page_of(b);

	if (page == PAGES || has_code[page])
		return;
	has_code[page] = 1;
	fprintf(out, "%llx\n", (unsigned long long)page);
}

/* The file is there when it is complete. */
static void write_file(const char *file, void (*f)(struct block *b, FILE *out))
{
	char part[300];
	FILE *out;

	snprintf(part, sizeof(part), "%s.part", file);
	out = fopen(part, "w");
	if (!out) {
		perror(part);
		return;
	}
	each_block(f, out);
	if (fclose(out) || rename(part, file))
		perror(file);
}

static void command(const char *line)
{
	char what[20] = "", file[256] = "";

	memset(has_code, 0, sizeof(has_code));
	sscanf(line, "%19s %255s", what, file);
	if (!strcmp(what, "zero"))
		each_block(zero_block, NULL);
	else if (!strcmp(what, "map"))
		read_map(file);
	else if (!strcmp(what, "dump"))
		write_file(file, dump_block);
	else if (!strcmp(what, "pages"))
		write_file(file, page_block);
	else
		fprintf(stderr, "insncount: no command: %s", line);
}

static void *serve(void *unused)
{
	char line[300];
	FILE *in;

	/* whoever writes closes: then it is opened again */
	while ((in = fopen(fifo, "r"))) {
		while (fgets(line, sizeof(line), in))
			command(line);
		fclose(in);
	}
	perror(fifo);
	return unused;
}

int qemu_plugin_install(qemu_plugin_id_t id, const struct qemu_info *info, int argc, char **argv)
{
	pthread_t thread;

	(void)info;
	if (argc != 1 || strncmp(argv[0], "fifo=", 5)) {
		fprintf(stderr, "insncount: one argument, fifo=PATH\n");
		return -1;
	}
	fifo = strdup(argv[0] + 5);
	memset(page_owner, NOBODYS, sizeof(page_owner));
	qemu_plugin_register_vcpu_tb_trans_cb(id, not_yet);
	return !fifo || pthread_create(&thread, NULL, serve, NULL) ? -1 : 0;
}
