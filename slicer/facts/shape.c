// SPDX-License-Identifier: GPL-2.0
/*
 * The shape of a function's body, for finding similar ones: of every four nodes in a row of the tree, 24 hashes, of
 * each the smallest kept.  Two bodies that share a part p of their fours agree in about 24 p of these.
 */
#include <string.h>

#include "unit.h"

void shape_begin(void)
{
	memset(&unit.shape, 0, sizeof(unit.shape));
	memset(unit.shape.min, 0xff, sizeof(unit.shape.min));
}

void shape_node(unsigned int kind, uint64_t extra)
{
	struct shape *s = &unit.shape;
	uint64_t g = mix(kind, extra), v;
	unsigned int i;

	if (!unit.in_function)
		return;
	s->nodes++;
	s->hash = mix(s->hash, g);
	memmove(s->last, s->last + 1, 3 * sizeof(s->last[0]));
	s->last[3] = g;
	if (s->nodes < 4)
		return;
	g = mix(mix(mix(s->last[0], s->last[1]), s->last[2]), s->last[3]);
	for (i = 0; i < MINIMA; i++) {
		v = mix(g, 0x1234567ull * (i + 1));
		if (v < s->min[i])
			s->min[i] = v;
	}
}

void shape_tell(void)
{
	unsigned int i;

	fprintf(unit.out, "H\t%s\t%u\t%016llx", unit.fn, unit.shape.nodes, (unsigned long long)unit.shape.hash);
	for (i = 0; i < MINIMA; i++)
		fprintf(unit.out, "%c%08llx", i ? ',' : '\t', (unsigned long long)(unit.shape.min[i] >> 32));
	putc('\n', unit.out);
}
