// SPDX-License-Identifier: GPL-2.0
/* bucket.c - how much arrived in each interval, as CSV. */
#include "traffic.h"

void bucket_open(struct bucket *b, const char *path, double ms)
{
	*b = (struct bucket){ .csv = fopen(path, "w"), .width = ms / 1000 };
	if (!b->csv)
		die(path);
	setlinebuf(b->csv);	/* what there is can be looked at, and outlives the program */
	fprintf(b->csv, "wall_s,at_s,count,bytes\n");
}

static void row(struct bucket *b)
{
	double at = b->index * b->width;

	fprintf(b->csv, "%.3f,%.3f,%llu,%llu\n", b->start_wall + at, at,
		(unsigned long long)b->count, (unsigned long long)b->bytes);
	b->count = b->bytes = 0;
	b->index++;
}

void bucket_add(struct bucket *b, double t, size_t bytes)
{
	if (!b->csv)
		return;
	if (!b->start) {
		b->start = t;
		b->start_wall = wall();
	}
	while (t >= b->start + (b->index + 1) * b->width)
		row(b);
	b->count++;
	b->bytes += bytes;
}

void bucket_close(struct bucket *b)
{
	if (!b->csv)
		return;
	if (b->count)
		row(b);
	if (fclose(b->csv))
		die("CSV");
	b->csv = NULL;
}
