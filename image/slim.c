// SPDX-License-Identifier: GPL-2.0
/*
 * slim KERNEL RESULT - what Xen's loader of PV kernels needs of an ELF file, and no more.
 *
 * Linux aligns its sections to 2 MB for large pages, which a PV domain does not have: a third of
 * the file is zeros between them, that Xen would read and copy at each start. Here each run of
 * zeros becomes a gap: the segment is cut in two, and the first one's size in memory goes up to
 * where the second begins, so that the loader clears what is in between. Sections are left out,
 * notes stay as the kernel has them (they are in memory, too).
 */
#include <elf.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define PARTS_MAX	60	/* program headers */
#define GAP_LEAST	65536	/* zeros that are worth a header */
#define STEP		4096

struct part {
	Elf64_Phdr head;
	const char *from;
};

static struct part parts[PARTS_MAX];
static unsigned int n_parts;

static void die(const char *what, const char *which)
{
	fprintf(stderr, "slim: %s: %s\n", which, what);
	exit(1);
}

static char *read_file(const char *path, size_t *size)
{
	FILE *f = fopen(path, "rb");
	char *data;
	long end;

	if (!f || fseek(f, 0, SEEK_END) || (end = ftell(f)) < 0 || fseek(f, 0, SEEK_SET))
		die("cannot be read", path);
	data = malloc((size_t)end + 1);
	if (!data || fread(data, 1, (size_t)end, f) != (size_t)end)
		die("cannot be read", path);
	fclose(f);
	*size = (size_t)end;
	return data;
}

static bool zeros(const char *p, size_t n)
{
	return !n || (!*p && !memcmp(p, p + 1, n - 1));
}

/* Where the next @len bytes that are worth storing end; *@next: where those after the gap begin. */
static size_t run(const char *p, size_t len, size_t *next)
{
	size_t at, gap, n;

	for (at = 0; at < len; at = gap + (gap == at ? STEP : 0)) {
		for (gap = at; gap < len; gap += n) {
			n = len - gap < STEP ? len - gap : STEP;
			if (!zeros(p + gap, n))
				break;
		}
		if (gap >= len || gap - at >= GAP_LEAST)
			break;
	}
	if (at >= len)
		at = gap = len;
	*next = gap < len ? gap : len;
	return at;
}

static void add(const Elf64_Phdr *head, const char *from)
{
	if (n_parts == PARTS_MAX)
		die("too many parts", "the kernel");
	parts[n_parts].head = *head;
	parts[n_parts++].from = from;
}

static void cut(const Elf64_Phdr *whole, const char *from)
{
	size_t at = 0, next, end;
	Elf64_Phdr part;

	do {
		end = at + run(from + at, whole->p_filesz - at, &next);
		next += at;
		part = *whole;
		part.p_vaddr += at;
		part.p_paddr += at;
		part.p_filesz = end - at;
		part.p_memsz = (next < whole->p_filesz ? next : whole->p_memsz) - at;
		part.p_align = 0;
		add(&part, from + at);
		at = next;
	} while (at < whole->p_filesz);
}

static void write_file(const char *path, Elf64_Ehdr *eh)
{
	size_t at = sizeof(*eh) + n_parts * sizeof(Elf64_Phdr);
	FILE *f = fopen(path, "wb");
	unsigned int i;
	bool ok;

	eh->e_phoff = sizeof(*eh);
	eh->e_phnum = (Elf64_Half)n_parts;
	eh->e_shoff = eh->e_shnum = eh->e_shstrndx = 0;
	ok = f && fwrite(eh, sizeof(*eh), 1, f) == 1;
	for (i = 0; ok && i < n_parts; i++) {
		parts[i].head.p_offset = at;
		at += parts[i].head.p_filesz;
		ok = fwrite(&parts[i].head, sizeof(parts[i].head), 1, f) == 1;
	}
	for (i = 0; ok && i < n_parts; i++)
		ok = fwrite(parts[i].from, 1, parts[i].head.p_filesz, f) == parts[i].head.p_filesz;
	if (!ok || fclose(f))
		die("cannot be written", path);
}

int main(int argc, char **argv)
{
	Elf64_Ehdr eh;
	Elf64_Phdr ph;
	size_t size, at;
	unsigned int i;
	char *data;

	if (argc != 3) {
		fprintf(stderr, "usage: slim KERNEL RESULT\n");
		return 2;
	}
	data = read_file(argv[1], &size);
	if (size < sizeof(eh))
		die("is not an ELF file", argv[1]);
	memcpy(&eh, data, sizeof(eh));
	if (memcmp(eh.e_ident, ELFMAG, SELFMAG) || eh.e_ident[EI_CLASS] != ELFCLASS64 ||
	    eh.e_phentsize != sizeof(ph))
		die("is not an ELF file of 64 bits", argv[1]);
	for (i = 0; i < eh.e_phnum; i++) {
		at = eh.e_phoff + i * sizeof(ph);
		if (at > size || size - at < sizeof(ph))
			die("is cut off", argv[1]);
		memcpy(&ph, data + at, sizeof(ph));
		if (ph.p_offset > size || size - ph.p_offset < ph.p_filesz)
			die("is cut off", argv[1]);
		if (ph.p_type == PT_LOAD)
			cut(&ph, data + ph.p_offset);
		else
			add(&ph, data + ph.p_offset);	/* notes */
	}
	write_file(argv[2], &eh);
	return 0;
}
