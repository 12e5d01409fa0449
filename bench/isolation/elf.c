// SPDX-License-Identifier: GPL-2.0
/* elf.c - see sites.h */
#include <elf.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "sites.h"

static const Elf64_Ehdr *head(const struct image *m) { return (const void *)m->file; }

static const void *part(const struct image *m, uint64_t at, uint64_t size)
{
	if (at > m->length || size > m->length - at)
		die("the ELF file is cut off");
	return m->file + at;
}

static const Elf64_Shdr *section(const struct image *m, unsigned int i)
{
	const Elf64_Ehdr *e = head(m);

	if (i >= e->e_shnum)
		die("the ELF file has no section %u", i);
	return (const Elf64_Shdr *)part(m, e->e_shoff, (uint64_t)e->e_shnum * sizeof(Elf64_Shdr)) + i;
}

/* A string of section @table; what is not ended within it is the file's fault. */
static const char *string(const struct image *m, unsigned int table, uint64_t at)
{
	const Elf64_Shdr *s = section(m, table);
	const char *text = part(m, s->sh_offset, s->sh_size);

	if (at >= s->sh_size || !memchr(text + at, 0, s->sh_size - at))
		die("the ELF file has a name outside its table");
	return text + at;
}

static const char *section_name(const struct image *m, unsigned int i)
{
	return string(m, head(m)->e_shstrndx, section(m, i)->sh_name);
}

static int by_address(const void *a, const void *b)
{
	uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

	return x < y ? -1 : x > y;
}

static int function_order(const void *a, const void *b)
{
	const struct function *f = a, *g = b;

	if (f->at != g->at)
		return f->at < g->at ? -1 : 1;
	return strcmp(f->name, g->name);
}

static int reloc_order(const void *a, const void *b)
{
	const struct reloc *r = a, *s = b;

	return r->at < s->at ? -1 : r->at > s->at;
}

static void add_function(struct image *m, const Elf64_Sym *y, const char *name)
{
	if (ELF64_ST_TYPE(y->st_info) != STT_FUNC || !y->st_size || y->st_shndx != m->text_index)
		return;
	if (y->st_value < m->text_at || y->st_value - m->text_at > m->text_size ||
	    y->st_size > m->text_size - (y->st_value - m->text_at))
		return;
	m->functions = grown(m->functions, m->n_functions, sizeof(*m->functions));
	m->functions[m->n_functions++] = (struct function){ name, y->st_value, y->st_size, true };
}

/* Two names of one function are one. */
static void order_functions(struct image *m)
{
	size_t n = 0;

	if (!m->n_functions)
		return;
	qsort(m->functions, m->n_functions, sizeof(*m->functions), function_order);
	for (size_t i = 0; i < m->n_functions; i++)
		if (!n || m->functions[n - 1].at != m->functions[i].at)
			m->functions[n++] = m->functions[i];
	m->n_functions = n;
}

static void read_symbols(struct image *m, unsigned int table)
{
	const Elf64_Shdr *s = section(m, table);
	const Elf64_Sym *y = part(m, s->sh_offset, s->sh_size);

	for (size_t i = 0; i < s->sh_size / sizeof(*y); i++)
		add_function(m, y + i, string(m, s->sh_link, y[i].st_name));
	order_functions(m);
}

static const char *symbol_name(const struct image *m, unsigned int table, uint32_t i)
{
	const Elf64_Shdr *s = section(m, table);
	const Elf64_Sym *y = part(m, s->sh_offset, s->sh_size);

	if (i >= s->sh_size / sizeof(*y))
		die("the ELF file has no symbol %u", i);
	return string(m, s->sh_link, y[i].st_name);
}

static void read_text_relocs(struct image *m, const Elf64_Shdr *s)
{
	const Elf64_Rela *r = part(m, s->sh_offset, s->sh_size);

	for (size_t i = 0; i < s->sh_size / sizeof(*r); i++) {
		m->relocs = grown(m->relocs, m->n_relocs, sizeof(*m->relocs));
		m->relocs[m->n_relocs++] = (struct reloc){
			r[i].r_offset, ELF64_R_TYPE(r[i].r_info) == R_X86_64_64 ? 8 : 4,
			symbol_name(m, s->sh_link, ELF64_R_SYM(r[i].r_info)),
		};
	}
	qsort(m->relocs, m->n_relocs, sizeof(*m->relocs), reloc_order);
}

/* What these sections point to is changed as the module is loaded, or later (static keys). */
static bool patches(const char *name)
{
	static const char *const names[] = {
		".rela.altinstructions", ".rela.parainstructions", ".rela.smp_locks", ".rela__jump_table",
		".rela.retpoline_sites", ".rela.return_sites", ".rela.static_call_sites", ".rela__mcount_loc",
		".rela.call_sites", ".rela.ibt_endbr_seal",
	};

	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++)
		if (!strcmp(name, names[i]))
			return true;
	return false;
}

/* Their relocations name the section .text and an offset in it, or a symbol in it. */
static void read_patched(struct image *m, const Elf64_Shdr *s)
{
	const Elf64_Rela *r = part(m, s->sh_offset, s->sh_size);
	const Elf64_Shdr *t = section(m, s->sh_link);
	const Elf64_Sym *y = part(m, t->sh_offset, t->sh_size);

	for (size_t i = 0; i < s->sh_size / sizeof(*r); i++) {
		uint32_t n = ELF64_R_SYM(r[i].r_info);

		if (n >= t->sh_size / sizeof(*y) || y[n].st_shndx != m->text_index)
			continue;
		m->patched = grown(m->patched, m->n_patched, sizeof(*m->patched));
		m->patched[m->n_patched++] = y[n].st_value + (uint64_t)r[i].r_addend;
	}
}

static void read_module(struct image *m)
{
	for (unsigned int i = 1; i < head(m)->e_shnum; i++) {
		const Elf64_Shdr *s = section(m, i);

		if (s->sh_type != SHT_RELA)
			continue;
		if (s->sh_info == m->text_index)
			read_text_relocs(m, s);
		else if (patches(section_name(m, i)))
			read_patched(m, s);
	}
	if (m->n_patched)
		qsort(m->patched, m->n_patched, sizeof(*m->patched), by_address);
}

static void map(struct image *m, const char *path)
{
	struct stat st;
	int fd = open(path, O_RDONLY | O_CLOEXEC);

	if (fd < 0 || fstat(fd, &st) || st.st_size < (off_t)sizeof(Elf64_Ehdr))
		die("cannot read %s", path);
	m->length = st.st_size;
	m->file = mmap(NULL, m->length, PROT_READ, MAP_PRIVATE, fd, 0);
	close(fd);
	if (m->file == MAP_FAILED)
		die("cannot map %s", path);
	if (memcmp(m->file, ELFMAG, SELFMAG) || m->file[EI_CLASS] != ELFCLASS64 ||
	    head(m)->e_machine != EM_X86_64 || head(m)->e_shentsize != sizeof(Elf64_Shdr))
		die("%s is no x86-64 ELF file with sections", path);
}

void image_open(struct image *m, const char *path)
{
	*m = (struct image){ 0 };
	map(m, path);
	m->module = head(m)->e_type == ET_REL;
	for (unsigned int i = 1; i < head(m)->e_shnum; i++)
		if (!strcmp(section_name(m, i), ".text"))
			m->text_index = i;
	if (!m->text_index)
		die("%s has no .text", path);
	m->text_at = section(m, m->text_index)->sh_addr;
	m->text_size = section(m, m->text_index)->sh_size;
	m->text = part(m, section(m, m->text_index)->sh_offset, m->text_size);
	for (unsigned int i = 1; i < head(m)->e_shnum; i++)
		if (section(m, i)->sh_type == SHT_SYMTAB)
			read_symbols(m, i);
	if (m->module)
		read_module(m);
}

void image_names(struct image *m, const char *path)
{
	struct image named;

	image_open(&named, path);
	if (named.text_at != m->text_at || named.text_size != m->text_size ||
	    memcmp(named.text, m->text, m->text_size))
		die("the code in %s is not the same", path);
	m->functions = named.functions;
	m->n_functions = named.n_functions;
}

void image_only(struct image *m, const char *path)
{
	FILE *f = fopen(path, "r");
	char line[256];

	if (!f)
		die("cannot read %s", path);
	for (size_t i = 0; i < m->n_functions; i++)
		m->functions[i].only = false;
	while (fgets(line, sizeof(line), f)) {
		line[strcspn(line, "\n")] = 0;
		for (size_t i = 0; i < m->n_functions; i++)
			if (!strcmp(m->functions[i].name, line))
				m->functions[i].only = true;
	}
	fclose(f);
}

const struct function *image_function(const struct image *m, uint64_t at)
{
	size_t low = 0, high = m->n_functions;

	while (low < high) {
		size_t mid = (low + high) / 2;
		const struct function *f = m->functions + mid;

		if (at < f->at)
			high = mid;
		else if (at >= f->at + f->size)
			low = mid + 1;
		else
			return f;
	}
	return NULL;
}

const struct reloc *image_reloc(const struct image *m, uint64_t at, uint64_t end)
{
	size_t low = 0, high = m->n_relocs;

	while (low < high) {
		size_t mid = (low + high) / 2;

		if (m->relocs[mid].at < at)
			low = mid + 1;
		else
			high = mid;
	}
	return low < m->n_relocs && m->relocs[low].at < end ? m->relocs + low : NULL;
}

bool image_patched(const struct image *m, uint64_t at, uint64_t end)
{
	size_t low = 0, high = m->n_patched;

	while (low < high) {
		size_t mid = (low + high) / 2;

		if (m->patched[mid] < at)
			low = mid + 1;
		else
			high = mid;
	}
	return low < m->n_patched && m->patched[low] < end;
}
