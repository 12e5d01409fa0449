// SPDX-License-Identifier: GPL-2.0
/* pace.c - see pace.h */
#include "pace.h"

#include "files.h"

#include <stdio.h>
#include <stdint.h>

void pace_read(const char *name, struct pace *p)
{
	char path[FILE_PATH_MAX];
	FILE *f;
	int n = 0;

	file_path(path, name, ".pace");
	f = fopen(path, "re");
	if (f) {
		n = fscanf(f, "%u %u", &p->served_ms, &p->level);
		fclose(f);
	}
	if (n != 2 || p->level > PACE_LEVELS || p->served_ms > PACE_MAX_S * 1000)
		*p = (struct pace){ .level = 0 };
}

static void pace_write(const char *name, const struct pace *p)
{
	char text[40];

	snprintf(text, sizeof(text), "%u %u\n", p->served_ms, p->level);
	/* One that is lost (which is logged) is learned again. */
	file_write(name, ".pace", text);
}

unsigned int pace_serve_ms(const struct pace *p, unsigned int configured_s)
{
	uint64_t base = configured_s * 1000ull, want = (uint64_t)PACE_MARGIN * p->served_ms;
	uint64_t most = configured_s > PACE_MAX_S ? base : PACE_MAX_S * 1000ull;

	want = (want > base ? want : base) << p->level;
	return (unsigned int)(want < most ? want : most);
}

unsigned int pace_watchdog_s(const char *name)
{
	struct pace p;

	pace_read(name, &p);
	return p.level ? PACE_WATCHDOG_S << p.level : 0;
}

bool pace_slower(const char *name)
{
	struct pace p;

	pace_read(name, &p);
	if (p.level == PACE_LEVELS)
		return false;
	p.level++;
	pace_write(name, &p);
	return true;
}

void pace_served(const char *name, unsigned int ms, unsigned int configured_s)
{
	struct pace p;

	pace_read(name, &p);
	p.served_ms = ms < PACE_MAX_S * 1000 ? ms : PACE_MAX_S * 1000;
	/* Far from the time that it would have had anyway: back towards that, a step each time. */
	if (p.level && ms < configured_s * 1000ull / 4)
		p.level--;
	pace_write(name, &p);
}
