// SPDX-License-Identifier: GPL-2.0
/*
 * mutate.c - see sites.h.  The types are those of Ng and Chen's Rio and of Nooks:
 *
 *   bitflip        one bit of an instruction
 *   source         another register is read
 *   dest           another register is written
 *   branch-delete  a conditional jump is not there
 *   branch-invert  it jumps when it should not, and only then
 *   delete         another instruction is not there
 *   loop           a loop goes once too often, or not often enough
 *   init           a local is not initialised
 *   pointer        a load or store takes another base register, or another offset
 *   interface      what a register had before is passed instead of an argument
 *   leak           a call that gives back memory or a descriptor is not made
 *   retval         an error is returned as success, success as an error
 *
 * What an instruction becomes is disassembled again: it must have the old length and, but for bitflip and
 * branches, be the same instruction with other operands.
 */
#include <string.h>

#include "sites.h"

const char *const text_types[TEXT_TYPES] = {
	"bitflip", "source", "dest", "branch-delete", "branch-invert", "delete", "loop", "init", "pointer", "interface",
	"leak", "retval",
};

#define NOP		0x90
#define CANDIDATES	64
#define PROLOGUE	32	/* instructions of a function that initialise locals */
#define REACH		8	/* instructions before a call that load arguments, or before a return its value */

struct candidates {
	uint8_t bytes[CANDIDATES][INSN_MAX];
	unsigned int n;
};

/* ---- what an instruction reads and writes ---- */

/* General registers by number, those of 8, 16 and 32 bits as the one of 64; else -1 */
static int general(csh cs, unsigned int reg)
{
	static const struct { const char *names[4]; } table[16] = {
		{ { "rax", "eax", "ax", "al" } }, { { "rcx", "ecx", "cx", "cl" } }, { { "rdx", "edx", "dx", "dl" } },
		{ { "rbx", "ebx", "bx", "bl" } }, { { "rsp", "esp", "sp", "spl" } }, { { "rbp", "ebp", "bp", "bpl" } },
		{ { "rsi", "esi", "si", "sil" } }, { { "rdi", "edi", "di", "dil" } }, { { "r8", "r8d", "r8w", "r8b" } },
		{ { "r9", "r9d", "r9w", "r9b" } }, { { "r10", "r10d", "r10w", "r10b" } },
		{ { "r11", "r11d", "r11w", "r11b" } }, { { "r12", "r12d", "r12w", "r12b" } },
		{ { "r13", "r13d", "r13w", "r13b" } }, { { "r14", "r14d", "r14w", "r14b" } },
		{ { "r15", "r15d", "r15w", "r15b" } },
	};
	static const char *const high[4] = { "ah", "ch", "dh", "bh" };
	const char *name = cs_reg_name(cs, reg);

	for (int i = 0; name && i < 16; i++)
		for (int j = 0; j < 4; j++)
			if (!strcmp(name, table[i].names[j]))
				return i;
	for (int i = 0; name && i < 4; i++)
		if (!strcmp(name, high[i]))
			return i + 16;
	return -1;
}

struct uses {
	uint32_t reads, writes;	/* a bit a general register */
};

static struct uses uses(csh cs, const cs_insn *in)
{
	cs_regs r, w;
	uint8_t nr, nw;
	struct uses u = { 0 };

	if (cs_regs_access(cs, in, r, &nr, w, &nw))
		return u;
	for (int i = 0; i < nr; i++)
		if (general(cs, r[i]) >= 0)
			u.reads |= 1u << general(cs, r[i]);
	for (int i = 0; i < nw; i++)
		if (general(cs, w[i]) >= 0)
			u.writes |= 1u << general(cs, w[i]);
	return u;
}

/* ---- candidates ---- */

static void offer(struct candidates *o, const cs_insn *in, unsigned int at, uint8_t byte)
{
	if (o->n == CANDIDATES || at >= in->size)
		return;
	memcpy(o->bytes[o->n], in->bytes, in->size);
	o->bytes[o->n++][at] = byte;
}

static bool has_modrm(const cs_insn *in)
{
	return in->detail->x86.encoding.modrm_offset;
}

/* Other registers in the fields of ModRM, or in the opcode itself */
static void offer_registers(struct candidates *o, const cs_insn *in)
{
	const cs_x86 *x = &in->detail->x86;
	unsigned int at = x->encoding.modrm_offset;

	for (unsigned int k = 1; k < 8; k++) {
		if (has_modrm(in)) {
			offer(o, in, at, in->bytes[at] ^ k << 3);
			if (x->modrm >> 6 == 3)
				offer(o, in, at, in->bytes[at] ^ k);
		} else {
			for (at = 0; at < in->size && in->bytes[at] != x->opcode[0]; at++)
				;
			offer(o, in, at, in->bytes[at] ^ k);
			at = 0;
		}
	}
}

static void offer_addresses(struct candidates *o, const cs_insn *in)
{
	const cs_x86 *x = &in->detail->x86;
	unsigned int at = x->encoding.modrm_offset, disp = x->encoding.disp_offset;

	if (!has_modrm(in) || x->modrm >> 6 == 3 || in->id == X86_INS_LEA)
		return;
	if ((x->modrm & 7) == 4)
		at++;		/* the base is in the SIB byte */
	for (unsigned int k = 1; k < 8; k++)
		offer(o, in, at, in->bytes[at] ^ k);
	for (unsigned int k = 2; disp && k < 7; k++)
		offer(o, in, disp, in->bytes[disp] ^ 1u << k);
}

/* ---- which of them are what is wanted ---- */

enum kind { SOURCE, DEST, POINTER };

static bool same_memory(const cs_x86 *a, const cs_x86 *b)
{
	for (int i = 0; i < a->op_count && i < b->op_count; i++)
		if (a->operands[i].type == X86_OP_MEM && b->operands[i].type == X86_OP_MEM &&
		    memcmp(&a->operands[i].mem, &b->operands[i].mem, sizeof(x86_op_mem)))
			return false;
	return true;
}

static bool fits(const struct code *c, const cs_insn *was, const uint8_t *bytes, enum kind kind)
{
	struct uses a = uses(c->cs, was), b;
	cs_insn *is;
	bool good;

	if (cs_disasm(c->cs, bytes, was->size, was->address, 1, &is) != 1)
		return false;
	b = uses(c->cs, is);
	good = is->id == was->id && is->size == was->size && is->detail->x86.op_count == was->detail->x86.op_count;
	if (kind == POINTER)
		good = good && a.writes == b.writes && !same_memory(&was->detail->x86, &is->detail->x86);
	else if (kind == DEST)
		good = good && a.writes != b.writes && b.writes && same_memory(&was->detail->x86, &is->detail->x86);
	else
		good = good && a.writes == b.writes && a.reads != b.reads &&
		       same_memory(&was->detail->x86, &is->detail->x86);
	cs_free(is, 1);
	return good;
}

/* The loader's bytes are not ours to change. */
static bool touches_any(const struct site *s, const uint8_t *bytes)
{
	for (unsigned int i = 0; i < s->len; i++)
		if (s->any[i] && bytes[i] != s->old[i])
			return true;
	return false;
}

static bool choose(const struct code *c, size_t i, enum kind kind, uint64_t seed, struct site *s)
{
	struct candidates o = { .n = 0 };
	unsigned int n = 0;

	if (kind == POINTER)
		offer_addresses(&o, c->in + i);
	else
		offer_registers(&o, c->in + i);
	for (unsigned int k = 0; k < o.n; k++)
		if (!touches_any(s, o.bytes[k]) && fits(c, c->in + i, o.bytes[k], kind))
			memmove(o.bytes[n++], o.bytes[k], INSN_MAX);
	if (!n)
		return false;
	memcpy(s->new, o.bytes[seed % n], s->len);
	return true;
}

/* ---- one function a type ---- */

static bool nothing(struct site *s)
{
	memset(s->new, NOP, s->len);
	s->all = true;
	return true;
}

static bool bitflip(const struct code *c, size_t i, uint64_t seed, struct site *s)
{
	(void)c;
	(void)i;
	for (unsigned int k = 0; k < s->len * 8; k++) {
		unsigned int bit = (seed + k) % (s->len * 8);

		if (s->any[bit / 8])
			continue;
		s->new[bit / 8] ^= 1u << bit % 8;
		return true;
	}
	return false;
}

static bool source(const struct code *c, size_t i, uint64_t seed, struct site *s) { return choose(c, i, SOURCE, seed, s); }
static bool dest(const struct code *c, size_t i, uint64_t seed, struct site *s) { return choose(c, i, DEST, seed, s); }
static bool pointer(const struct code *c, size_t i, uint64_t seed, struct site *s) { return choose(c, i, POINTER, seed, s); }

/* Of a conditional jump, the byte that has the condition; else -1 */
static int condition(const cs_insn *in)
{
	if ((in->bytes[0] & 0xf0) == 0x70)
		return 0;
	if (in->size == 6 && in->bytes[0] == 0x0f && (in->bytes[1] & 0xf0) == 0x80)
		return 1;
	return -1;
}

static bool branch_delete(const struct code *c, size_t i, uint64_t seed, struct site *s)
{
	(void)seed;
	return condition(c->in + i) >= 0 && nothing(s);
}

static bool branch_invert(const struct code *c, size_t i, uint64_t seed, struct site *s)
{
	int at = condition(c->in + i);

	(void)seed;
	if (at < 0)
		return false;
	s->new[at] ^= 1;
	return true;
}

static bool delete(const struct code *c, size_t i, uint64_t seed, struct site *s)
{
	(void)seed;
	return !code_is(c, i, CS_GRP_JUMP) && !code_is(c, i, CS_GRP_RET) && c->in[i].id != X86_INS_ENDBR64 && nothing(s);
}

/* A jump back within the function is a loop's.  With "or equal" or without it, or its bound one off. */
static bool loop(const struct code *c, size_t i, uint64_t seed, struct site *s)
{
	static const uint8_t near[16] = { [2] = 6, [6] = 2, [3] = 7, [7] = 3, [12] = 14, [14] = 12, [13] = 15, [15] = 13 };
	const cs_insn *in = c->in + i, *next = in + 1;
	uint8_t imm = in->detail->x86.encoding.imm_offset;
	int at = condition(in);

	if (at >= 0) {
		if (code_target(c, i) > in->address || code_target(c, i) < c->f->at || !near[in->bytes[at] & 15])
			return false;
		s->new[at] = (in->bytes[at] & 0xf0) | near[in->bytes[at] & 15];
		return true;
	}
	if (in->id != X86_INS_CMP || !imm || i + 1 == c->n || condition(next) < 0 || s->any[imm] ||
	    code_target(c, i + 1) > next->address || code_target(c, i + 1) < c->f->at)
		return false;
	/* without a carry into the next byte */
	s->new[imm] += in->bytes[imm] == 0 || (seed & 1 && in->bytes[imm] != 0xff) ? 1 : -1;
	return true;
}

static bool is_zero(const cs_insn *in)
{
	const cs_x86 *x = &in->detail->x86;

	return in->id == X86_INS_XOR && x->op_count == 2 && x->operands[0].type == X86_OP_REG &&
	       x->operands[1].type == X86_OP_REG && x->operands[0].reg == x->operands[1].reg;
}

static bool init(const struct code *c, size_t i, uint64_t seed, struct site *s)
{
	const cs_insn *in = c->in + i;
	const cs_x86 *x = &in->detail->x86;
	bool local;

	(void)seed;
	if (i >= PROLOGUE || code_is(c, i, CS_GRP_JUMP) || x->op_count != 2)
		return false;
	local = x->operands[0].type == X86_OP_MEM &&
		(x->operands[0].mem.base == X86_REG_RSP || x->operands[0].mem.base == X86_REG_RBP);
	if (is_zero(in))
		return nothing(s);
	return in->id == X86_INS_MOV && (local || (x->operands[0].type == X86_OP_REG && x->operands[1].type == X86_OP_IMM)) &&
	       nothing(s);
}

/* The last that loads an argument before a call, with no jump in between */
static bool interface(const struct code *c, size_t i, uint64_t seed, struct site *s)
{
	/* rdi, rsi, rdx, rcx, r8, r9 */
	const uint32_t arguments = 1u << 7 | 1u << 6 | 1u << 2 | 1u << 1 | 1u << 8 | 1u << 9;
	uint32_t mine = uses(c->cs, c->in + i).writes;
	int id = c->in[i].id;

	(void)seed;
	if (!(mine & arguments) || (id != X86_INS_MOV && id != X86_INS_LEA && id != X86_INS_MOVABS && !is_zero(c->in + i)))
		return false;
	for (size_t k = i + 1; k < c->n && k <= i + REACH; k++) {
		if (code_is(c, k, CS_GRP_CALL))
			return nothing(s);
		if (!c->in[k].id || code_is(c, k, CS_GRP_JUMP) || code_is(c, k, CS_GRP_RET) || c->leader[k] ||
		    uses(c->cs, c->in + k).writes & mine)
			return false;
	}
	return false;
}

static bool gives_back(const char *name)
{
	static const char *const names[] = {
		"free", "close", "munmap", "kfree", "vfree", "kvfree", "kfree_skb", "kfree_skb_reason", "consume_skb",
		"__free_pages", "free_pages", "__put_page", "put_page", "__folio_put", "kmem_cache_free", "dma_free_attrs",
		"dma_unmap_page_attrs", "free_irq", "unbind_from_irqhandler", "gnttab_end_foreign_access",
		"__kfree_skb", "__dev_kfree_skb_any", "dev_kfree_skb_any_reason", "napi_consume_skb", "kfree_rcu",
		"xenvif_zerocopy_callback", "page_frag_free", "__page_frag_cache_drain", "fput",
	};

	for (size_t i = 0; name && i < sizeof(names) / sizeof(*names); i++)
		if (!strcmp(name, names[i]))
			return true;
	/* a program's own, and the C library's names for it */
	return name && (strstr(name, "_free") || strstr(name, "_put") || strstr(name, "_release") || strstr(name, "_close") ||
			!strncmp(name, "__close", 7) || !strncmp(name, "__munmap", 8) || !strncmp(name, "__libc_free", 11));
}

static bool leak(const struct code *c, size_t i, uint64_t seed, struct site *s)
{
	(void)seed;
	return gives_back(code_callee(c, i)) && nothing(s);
}

/* The value of a function: what goes into eax last, and then nothing but what restores registers. */
static bool retval(const struct code *c, size_t i, uint64_t seed, struct site *s)
{
	const cs_insn *in = c->in + i;
	bool zero = in->size == 2 && in->bytes[0] == 0x31 && in->bytes[1] == 0xc0;
	bool error = in->size == 5 && in->bytes[0] == 0xb8 && in->bytes[4] == 0xff && in->bytes[3] == 0xff;

	(void)seed;
	if (!zero && !error)
		return false;
	for (size_t k = i + 1; ; k++) {
		if (k == c->n || k > i + REACH || !c->in[k].id)
			return false;
		if (code_is(c, k, CS_GRP_RET) || (c->in[k].bytes[0] == 0xe9 && image_reloc(c->m, c->in[k].address, c->in[k].address + 5)))
			break;
		if (c->in[k].id != X86_INS_POP && c->in[k].id != X86_INS_ADD && c->in[k].id != X86_INS_LEAVE)
			return false;
	}
	if (zero) {
		s->new[0] = 0xf7;	/* not eax: whatever it had */
		s->new[1] = 0xd0;
	} else {
		memset(s->new + 1, 0, 4);
	}
	return true;
}

/* ---- all of them ---- */

void site_of(const struct code *c, size_t i, struct site *s)
{
	const cs_insn *in = c->in + i;
	const struct reloc *r = image_reloc(c->m, in->address, in->address + in->size);

	*s = (struct site){ .type = "", .f = c->f, .at = in->address, .len = in->size };
	memcpy(s->old, in->bytes, in->size);
	memcpy(s->new, in->bytes, in->size);
	for (unsigned int k = 0; r && k < r->size && r->at + k < in->address + in->size; k++)
		s->any[r->at + k - in->address] = true;
	snprintf(s->text, sizeof(s->text), "%s %s", in->mnemonic, in->op_str);
}

bool mutate(const struct code *c, size_t i, unsigned int type, uint64_t seed, struct site *s)
{
	static bool (*const of[TEXT_TYPES])(const struct code *, size_t, uint64_t, struct site *) = {
		bitflip, source, dest, branch_delete, branch_invert, delete, loop, init, pointer, interface, leak, retval,
	};

	if (!c->usable[i])
		return false;
	site_of(c, i, s);
	s->type = text_types[type];
	s->changes = true;
	return of[type](c, i, mix(mix(seed, s->at), type), s) && memcmp(s->old, s->new, s->len);
}
