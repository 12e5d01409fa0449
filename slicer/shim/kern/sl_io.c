// SPDX-License-Identifier: GPL-2.0
/* sl_io.c - registers, and what the device is: downcalls that take no lock and change no member. */
#include "priv.h"

int sl_io(void *ctx, __u32 op, __u64 addr, __u32 value, __u32 *ret)
{
	unsigned int width = op & 7;
	void __iomem *p = (void __iomem __force *)sl_ptr(addr, SL_IO);

	if (!p || (width != 1 && width != 2 && width != 4) || !sl_is((void __force *)p, width))
		return -EINVAL;
	*ret = 0;
	if (op & SL_IO_WRITE && width == 1)
		iowrite8(value, p);
	else if (op & SL_IO_WRITE && width == 2)
		iowrite16(value, p);
	else if (op & SL_IO_WRITE)
		iowrite32(value, p);
	else
		*ret = width == 1 ? ioread8(p) : width == 2 ? ioread16(p) : ioread32(p);
	return 0;
}

/*
 * QEMU's rtl8139 is an 8139C+, which 8139too leaves to another driver though it could drive it: it looks at the revision.
 */
static int sl_revision = -1;
module_param(sl_revision, int, 0444);
MODULE_PARM_DESC(sl_revision, "the PCI revision that the user half sees (-1: the device's own)");

int sl_pci_info(void *ctx, struct sl_pci *info)
{
	struct pci_dev *p = sl.pdev;
	unsigned int i;

	memset(info, 0, sizeof(*info));
	if (!p)
		return 0;
	info->present = 1;
	info->vendor = p->vendor;
	info->device = p->device;
	info->subsystem_vendor = p->subsystem_vendor;
	info->subsystem_device = p->subsystem_device;
	info->class = p->class;
	info->irq = p->irq;
	info->devfn = p->devfn;
	info->revision = sl_revision < 0 ? p->revision : sl_revision;
	strscpy((char *)info->name, pci_name(p), sizeof(info->name));
	for (i = 0; i < SL_BARS; i++) {
		info->start[i] = pci_resource_start(p, i);
		info->len[i] = pci_resource_len(p, i);
		info->flags[i] = pci_resource_flags(p, i);
	}
	return 0;
}
