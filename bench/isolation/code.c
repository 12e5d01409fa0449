// SPDX-License-Identifier: GPL-2.0
/* code.c - see sites.h */
#include <stdlib.h>
#include <string.h>

#include "sites.h"

bool code_is(const struct code *c, size_t i, unsigned int group)
{
	return c->in[i].id && cs_insn_group(c->cs, c->in + i, group);
}

uint64_t code_target(const struct code *c, size_t i)
{
	const cs_x86 *x = &c->in[i].detail->x86;

	if (!code_is(c, i, CS_GRP_JUMP) && !code_is(c, i, CS_GRP_CALL))
		return 0;
	/* in a module, one with a relocation goes elsewhere */
	if (image_reloc(c->m, c->in[i].address, c->in[i].address + c->in[i].size))
		return 0;
	return x->op_count == 1 && x->operands[0].type == X86_OP_IMM ? (uint64_t)x->operands[0].imm : 0;
}

const char *code_callee(const struct code *c, size_t i)
{
	const struct reloc *r = image_reloc(c->m, c->in[i].address, c->in[i].address + c->in[i].size);
	const struct function *f;

	if (!code_is(c, i, CS_GRP_CALL))
		return NULL;
	if (r && c->in[i].bytes[0] == 0xe8)
		return r->symbol;
	f = image_function(c->m, code_target(c, i));
	return f && f->at == code_target(c, i) ? f->name : NULL;
}

static size_t index_of(const struct code *c, uint64_t at)
{
	size_t low = 0, high = c->n;

	while (low < high) {
		size_t mid = (low + high) / 2;

		if (c->in[mid].address < at)
			low = mid + 1;
		else
			high = mid;
	}
	return low < c->n && c->in[low].address == at ? low : c->n;
}

static void find_leaders(struct code *c)
{
	c->leader[0] = true;
	for (size_t i = 0; i < c->n; i++) {
		bool jump = code_is(c, i, CS_GRP_JUMP);
		size_t to = jump ? index_of(c, code_target(c, i)) : c->n;

		if (to < c->n)
			c->leader[to] = true;
		if (i + 1 < c->n && (jump || code_is(c, i, CS_GRP_RET) || code_is(c, i, CS_GRP_CALL) || !c->in[i].id))
			c->leader[i + 1] = true;
	}
}

/* The kernel changes calls of these, or they are there to be changed. */
static bool special(const char *symbol)
{
	return !strncmp(symbol, "__x86_", 6) || !strcmp(symbol, "__fentry__") || !strcmp(symbol, "pv_ops") ||
	       !strncmp(symbol, "__SCT__", 7) || !strncmp(symbol, "__SCK__", 7);
}

static bool usable(const struct code *c, size_t i)
{
	uint64_t at = c->in[i].address, end = at + c->in[i].size;
	const struct reloc *r = image_reloc(c->m, at, end);

	return c->in[i].id && c->in[i].id != X86_INS_NOP && c->in[i].id != X86_INS_INT3 && c->in[i].id != X86_INS_UD2 &&
	       !image_patched(c->m, at, end) && !(r && special(r->symbol));
}

void code_close(struct code *c)
{
	cs_free(c->in, c->n);
	free(c->leader);
	free(c->usable);
}

bool code_open(struct code *c, const struct image *m, const struct function *f, csh cs)
{
	*c = (struct code){ .m = m, .f = f, .cs = cs };
	c->n = cs_disasm(cs, m->text + (f->at - m->text_at), f->size, f->at, 0, &c->in);
	if (!c->n)
		return false;
	c->leader = calloc(c->n, sizeof(bool));
	c->usable = calloc(c->n, sizeof(bool));
	if (!c->leader || !c->usable)
		die("out of memory");
	find_leaders(c);
	for (size_t i = 0; i < c->n; i++)
		c->usable[i] = usable(c, i);
	/* behind one that capstone does not know, the others may be none */
	for (size_t i = 0; i < c->n; i++) {
		if (c->in[i].id)
			continue;
		code_close(c);
		return false;
	}
	return true;
}

size_t code_leader(const struct code *c, size_t i)
{
	while (i && !c->leader[i])
		i--;
	return i;
}
