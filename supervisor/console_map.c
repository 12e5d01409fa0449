// SPDX-License-Identifier: GPL-2.0
/* console_map.c - a page of another domain, read through Xen; see console.h */
#include "console.h"

#include <errno.h>
#include <string.h>
#include <sys/mman.h>
#include <xenforeignmemory.h>

int console_map(uint32_t domid, uint32_t frame, char page[CONSOLE_PAGE])
{
	xenforeignmemory_handle *mem = xenforeignmemory_open(NULL, 0);
	xen_pfn_t at = frame;
	int err = 0;
	void *map;

	if (!mem)
		return -errno;
	map = xenforeignmemory_map(mem, domid, PROT_READ, 1, &at, NULL);
	if (map) {
		memcpy(page, map, CONSOLE_PAGE);
		xenforeignmemory_unmap(mem, map, 1);
	} else {
		err = errno ? -errno : -EIO;
	}
	xenforeignmemory_close(mem);
	return err;
}
