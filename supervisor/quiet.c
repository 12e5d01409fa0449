// SPDX-License-Identifier: GPL-2.0
/* quiet.c - see quiet.h.  The chips, and the register that masks all of them: include/xmd. */
#include "quiet.h"

#include <xmd/nicchips.h>

#include "files.h"
#include "log.h"

#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#ifndef PCI_DEVICES
#define PCI_DEVICES	"/sys/bus/pci/devices"
#endif

#define PCI_ID		0x00	/* vendor and device, 32 bits */
#define PCI_COMMAND	0x04
#define COMMAND_MEMORY	0x0002
#define COMMAND_MASTER	0x0004
#define COMMAND_NO_INTX	0x0400

#define BAR_BYTES	0x20000u
#define METHODS_MAX	128	/* bytes; Linux has some six words for them */
#define EXT		".reset"

static int open_in(const char *bdf, const char *file, int how)
{
	char path[96];

	snprintf(path, sizeof(path), PCI_DEVICES "/%.16s/%s", bdf, file);
	return open(path, how | O_CLOEXEC);
}

static int reset(const char *bdf)
{
	int fd = open_in(bdf, "reset", O_WRONLY), err = 0;

	if (fd < 0)
		return -errno;
	if (write(fd, "1", 1) != 1)
		err = -errno;
	close(fd);
	return err;
}

/* ----------------------------------------------------------- by its registers */

static int mask(const char *bdf)
{
	int fd = open_in(bdf, "resource0", O_RDWR | O_SYNC);
	volatile uint32_t *regs;

	if (fd < 0)
		return -errno;
	regs = mmap(NULL, BAR_BYTES, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	close(fd);
	if (regs == MAP_FAILED)
		return -errno;
	regs[IMC / 4] = ~0u;
	/* a read pushes the write out */
	(void)regs[IMC / 4];
	munmap((void *)regs, BAR_BYTES);
	return 0;
}

/* Registers can only be written while memory decoding is on; it is left as it was. */
static int mask_8254x(const char *bdf)
{
	int fd = open_in(bdf, "config", O_RDWR), err = 0;
	uint16_t was, now;
	uint32_t id;

	if (fd < 0)
		return -errno;
	if (pread(fd, &id, sizeof(id), PCI_ID) != sizeof(id) ||
	    pread(fd, &was, sizeof(was), PCI_COMMAND) != sizeof(was))
		err = -EIO;
	else if (!xmd_chip_find((uint16_t)id, (uint16_t)(id >> 16)))
		err = -EOPNOTSUPP;
	now = (uint16_t)((was | COMMAND_MEMORY | COMMAND_NO_INTX) & ~COMMAND_MASTER);
	if (!err && pwrite(fd, &now, sizeof(now), PCI_COMMAND) != sizeof(now))
		err = -errno;
	if (!err)
		err = mask(bdf);
	was &= (uint16_t)~COMMAND_MASTER;
	if (!err && pwrite(fd, &was, sizeof(was), PCI_COMMAND) != sizeof(was))
		err = -errno;
	close(fd);
	return err;
}

/* All ones, or zero: nobody is there. */
static bool has_status(const char *bdf)
{
	int fd = open_in(bdf, "resource0", O_RDONLY | O_SYNC);
	const volatile uint32_t *regs;
	uint32_t status;

	if (fd < 0)
		return false;
	regs = mmap(NULL, BAR_BYTES, PROT_READ, MAP_SHARED, fd, 0);
	close(fd);
	if (regs == MAP_FAILED)
		return false;
	status = regs[STATUS / 4];
	munmap((void *)(uintptr_t)regs, BAR_BYTES);
	return status && status != ~0u;
}

bool quiet_answers(const char *bdf)
{
	int fd = open_in(bdf, "config", O_RDONLY);
	uint16_t command;
	uint32_t id;
	bool there;

	if (fd < 0)
		return false;
	there = pread(fd, &id, sizeof(id), PCI_ID) == sizeof(id) &&
		pread(fd, &command, sizeof(command), PCI_COMMAND) == sizeof(command) &&
		xmd_chip_find((uint16_t)id, (uint16_t)(id >> 16)) && command & COMMAND_MEMORY;
	close(fd);
	return there && has_status(bdf);
}

/* ------------------------------------------------- and by nobody else otherwise */

/* Return: bytes without the newline, 0: none is in force; negative: Linux does not say. */
static int read_methods(const char *bdf, char text[METHODS_MAX])
{
	int fd = open_in(bdf, "reset_method", O_RDONLY);
	ssize_t n;

	if (fd < 0)
		return -errno;
	n = read(fd, text, METHODS_MAX - 1);
	close(fd);
	if (n < 0)
		return -EIO;
	text[n] = '\0';
	n = (ssize_t)strcspn(text, "\n");
	text[n] = '\0';
	return (int)n;
}

/* "": none */
static int write_methods(const char *bdf, const char *text)
{
	int fd = open_in(bdf, "reset_method", O_WRONLY | O_TRUNC), err = 0;
	char line[METHODS_MAX + 1];
	int n = snprintf(line, sizeof(line), "%s\n", text);

	if (fd < 0)
		return -errno;
	if (write(fd, line, (size_t)n) != n)
		err = errno ? -errno : -EIO;
	close(fd);
	return err;
}

static void keep_link(const char *bdf)
{
	char text[METHODS_MAX];
	int err = read_methods(bdf, text);

	/* Before Linux 5.15, or it knows no way to reset this one: nothing to switch off. */
	if (err <= 0)
		return;
	/* First what it was: one that cannot be put back is not taken away. */
	err = file_exists(bdf, EXT) ? 0 : file_write(bdf, EXT, text);
	if (!err)
		err = write_methods(bdf, "");
	if (err)
		log_warn("PCI device %s: Linux cannot be told not to reset it (%s): its link may go down for seconds",
			 bdf, strerror(-err));
	else
		log_info("PCI device %s: Linux is not to reset it (%s) from now on, which would take its link down",
			 bdf, text);
}

void quiet_release(const char *bdf)
{
	char path[FILE_PATH_MAX], text[METHODS_MAX] = "";
	FILE *f;
	int err;

	file_path(path, bdf, EXT);
	f = fopen(path, "re");
	if (!f)
		return;
	if (!fgets(text, sizeof(text), f))
		strcpy(text, "default");
	fclose(f);
	err = write_methods(bdf, text);
	if (err && err != -ENOENT) {
		log_warn("PCI device %s: its ways to be reset (%s) cannot be put back: %s; write them, or \"default\", to its reset_method in sysfs",
			 bdf, text, strerror(-err));
		return;
	}
	file_remove(bdf, EXT);
	log_info("PCI device %s: Linux may reset it again (%s)", bdf, text);
}

/* ------------------------------------------------------------------------------ */

void quiet_device(const char *bdf)
{
	int err = mask_8254x(bdf), by_reset;

	if (!err) {
		log_debug("PCI device %s: silenced by its registers", bdf);
		keep_link(bdf);
		return;
	}
	by_reset = reset(bdf);
	if (!by_reset)
		log_info("PCI device %s: reset, as it cannot be silenced by its registers (%s): its link may go down for seconds",
			 bdf, strerror(-err));
	else
		log_warn("PCI device %s can be neither reset (%s) nor silenced (%s): if it asserts an interrupt, dom0 may be busy with that for a while",
			 bdf, strerror(-by_reset), strerror(-err));
}
