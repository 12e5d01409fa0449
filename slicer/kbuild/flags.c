// SPDX-License-Identifier: GPL-2.0
/*
 * Flags for the kernel's headers.  They are those of the source; what the build makes of them (asm offsets, the
 * configuration) is in Debian's linux-headers package.
 */
#include <string.h>

#include "../base/base.h"
#include "kbuild.h"

#ifndef LLVM_RESOURCES
#error "LLVM_RESOURCES is set by the Makefile"
#endif

static const char **flags;
static size_t n_flags;

static void add(const char *flag)
{
	*GROW(flags, n_flags) = flag;
}

static void add_include(const char *base, const char *dir)
{
	add(internf("-I%s/%s", base, dir));
}

const char *const *kb_flags(struct slicer *s, int *n)
{
	static const char *const plain[] = { "-D__KERNEL__", "-std=gnu11", "-fshort-wchar", "-funsigned-char",
		"-fno-strict-aliasing", "-m64", "-mno-sse", "-mcmodel=kernel", "-DMODULE", "-DCC_USING_FENTRY", "-w",
		"-ferror-limit=20" };
	static const char *const first[] = { "compiler-version.h", "kconfig.h", "compiler_types.h" };
	const char *src = s->linux_tree, *made = s->headers;
	size_t i;

	if (!n_flags) {
		add("-nostdinc");
		add("-resource-dir");
		add(LLVM_RESOURCES);
		add_include(src, "arch/x86/include");
		add_include(made, "arch/x86/include/generated");
		add_include(src, "include");
		add_include(made, "include");
		add_include(src, "arch/x86/include/uapi");
		add_include(made, "arch/x86/include/generated/uapi");
		add_include(src, "include/uapi");
		add_include(made, "include/generated/uapi");
		/* #include TRACE_INCLUDE(...) */
		add("-idirafter");
		add(internf("%s/include/trace", src));
		for (i = 0; i < sizeof(first) / sizeof(first[0]); i++) {
			add("-include");
			add(internf("%s/include/linux/%s", src, first[i]));
		}
		add("-include");
		add(internf("%s/../kbuild/notes.h", s->tables));
		for (i = 0; i < sizeof(plain) / sizeof(plain[0]); i++)
			add(plain[i]);
	}
	*n = n_flags;
	return flags;
}

const char **kb_unit_flags(struct slicer *s, const struct kb_module *m, const struct kb_file *f, size_t *n)
{
	const char *slash = strrchr(f->path, '/'), **list = NULL;
	char base[200], *p;
	unsigned int i;

	snprintf(base, sizeof(base), "%.*s", (int)strlen(slash + 1) - 2, slash + 1);
	for (p = base; *p; p++)
		if (*p == '-')
			*p = '_';
	*n = 0;
	for (i = 0; i < f->n_flags; i++)
		*GROW(list, *n) = f->flags[i];
	*GROW(list, *n) = internf("-I%s/%.*s", s->linux_tree, (int)(slash - f->path), f->path);
	*GROW(list, *n) = internf("-DKBUILD_BASENAME=\"%s\"", base);
	*GROW(list, *n) = internf("-DKBUILD_MODNAME=\"%s\"", m->name);
	*GROW(list, *n) = internf("-D__KBUILD_MODNAME=kmod_%s", m->name);
	return list;
}
