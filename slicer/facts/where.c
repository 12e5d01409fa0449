// SPDX-License-Identifier: GPL-2.0
/* Where something stands: always where a macro is used, not where it is defined. */
#include <stdlib.h>
#include <string.h>

#include "unit.h"

struct unit unit;

const char *who(void)
{
	return unit.in_function ? unit.fn : "-";
}

const char *rel(const char *path)
{
	return strncmp(path, unit.root, unit.root_len) ? path : path + unit.root_len;
}

static CXFile cxfile_of(CXCursor c)
{
	CXFile f;

	clang_getExpansionLocation(clang_getCursorLocation(c), &f, NULL, NULL, NULL);
	return f;
}

unsigned int line_of(CXCursor c)
{
	unsigned int line;

	clang_getExpansionLocation(clang_getCursorLocation(c), NULL, &line, NULL, NULL);
	return line;
}

void file_of(CXCursor c, char *to, size_t size)
{
	char name[512] = "";
	CXFile f = cxfile_of(c);

	if (f)
		take(clang_getFileName(f), name, sizeof(name));
	snprintf(to, size, "%s", rel(name));
}

/* Below the root, and no header of the kernel's. */
static bool own_name(const char *name)
{
	if (strncmp(name, unit.root, unit.root_len))
		return false;
	name += unit.root_len;
	return strncmp(name, "include/", 8) && strncmp(name, "arch/", 5) && !strstr(name, "/include/linux/");
}

/* Most questions are about few files. */
bool is_own(CXCursor c)
{
	static struct { CXFile file; bool own; } cache[512];
	char name[512];
	CXFile f = cxfile_of(c);
	size_t i = ((uintptr_t)f >> 4) % 512;

	if (!f)
		return false;
	if (cache[i].file != f) {
		take(clang_getFileName(f), name, sizeof(name));
		cache[i].file = f;
		cache[i].own = own_name(name);
	}
	return cache[i].own;
}
