// SPDX-License-Identifier: GPL-2.0
/*
 * same A B: two kernels are the same in memory, as a loader that clears what a segment does not
 * fill leaves it, and the same pages are covered. Says how large both files are.
 */
#include <elf.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define BYTES (64 << 20)	/* no kernel has so many */
#define BASE 0x1000000

static unsigned char mem[2][BYTES], covered[2][BYTES];

static int load(const char *path, unsigned char *to, unsigned char *cover, Elf64_Ehdr *eh)
{
	FILE *f = fopen(path, "rb");
	Elf64_Phdr ph;
	int i, loads = 0;

	if (!f || fread(eh, sizeof(*eh), 1, f) != 1)
		return -1;
	for (i = 0; i < eh->e_phnum; i++) {
		if (fseek(f, (long)(eh->e_phoff + (size_t)i * sizeof(ph)), SEEK_SET) || fread(&ph, sizeof(ph), 1, f) != 1)
			return -1;
		if (ph.p_type != PT_LOAD)
			continue;
		if (ph.p_paddr < BASE || ph.p_paddr - BASE + ph.p_memsz > BYTES || ph.p_filesz > ph.p_memsz)
			return -1;
		memset(cover + ph.p_paddr - BASE, 1, ph.p_memsz);
		memset(to + ph.p_paddr - BASE, 0, ph.p_memsz);
		if (fseek(f, (long)ph.p_offset, SEEK_SET) ||
		    fread(to + ph.p_paddr - BASE, 1, ph.p_filesz, f) != ph.p_filesz)
			return -1;
		loads++;
	}
	fseek(f, 0, SEEK_END);
	printf("%s: %ld bytes, %d segments\n", path, ftell(f), loads);
	fclose(f);
	return loads;
}

int main(int argc, char **argv)
{
	Elf64_Ehdr eh[2];

	/* what was there before shows if it is not cleared */
	memset(mem, 0xa5, sizeof(mem));
	if (argc != 3 || load(argv[1], mem[0], covered[0], &eh[0]) < 1 || load(argv[2], mem[1], covered[1], &eh[1]) < 1)
		return 2;
	return eh[0].e_entry != eh[1].e_entry || memcmp(mem[0], mem[1], BYTES) || memcmp(covered[0], covered[1], BYTES);
}
