// SPDX-License-Identifier: GPL-2.0
/* quiet.c - see quiet.h.  Register names and chapters: Intel's 8254x manual, as in kerndriver/hw.h. */
#include "quiet.h"

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

#define ID_82540EM	0x100e8086u
#define IMC		0x00d8	/* 13.4.20: interrupts whose bit is 1 are masked */
#define BAR_BYTES	0x20000u

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
	else if (id != ID_82540EM)
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

void quiet_device(const char *bdf)
{
	int err = reset(bdf);

	if (!err)
		return;
	err = mask_8254x(bdf);
	if (err)
		log_warn("PCI device %s can be neither reset nor silenced (%s): if it asserts an interrupt, dom0 may be busy with that for a while",
			 bdf, strerror(-err));
}
