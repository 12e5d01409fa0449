/* SPDX-License-Identifier: GPL-2.0 */
/*
 * kernel.h - before a driver's source when it is compiled for user space, with the kernel's own headers.
 *
 * What is a function of the kernel stays undefined, and api.c has it.  What is inline there and would
 * touch the processor, or a struct that lives in the kernel, gets another name here.
 */
#ifndef SLICER_SHIM_KERNEL_H
#define SLICER_SHIM_KERNEL_H

#include <linux/kernel.h>
#include <linux/module.h>
#include <linux/spinlock.h>
#include <linux/mutex.h>
#include <linux/interrupt.h>
#include <linux/workqueue.h>
#include <linux/timer.h>
#include <linux/pci.h>
#include <linux/netdevice.h>
#include <linux/etherdevice.h>
#include <linux/rtnetlink.h>
#include <linux/delay.h>
#include <linux/io.h>
#include <linux/ethtool.h>
#include <linux/mii.h>

/* Both halves take some of these locks: taken here, the device is made quiet. */
void sl_lock(const void *lock);
void sl_unlock(const void *lock);
#undef spin_lock_irqsave
#undef spin_lock_init
#define spin_lock(l)			sl_lock(l)
#define spin_lock_bh(l)			sl_lock(l)
#define spin_lock_irq(l)		sl_lock(l)
#define spin_lock_irqsave(l, f)		do { (f) = 0; sl_lock(l); } while (0)
#define spin_unlock(l)			sl_unlock(l)
#define spin_unlock_bh(l)		sl_unlock(l)
#define spin_unlock_irq(l)		sl_unlock(l)
#define spin_unlock_irqrestore(l, f)	do { (void)(f); sl_unlock(l); } while (0)
/* in the kernel it is there already, as zeroes */
#define spin_lock_init(l)		((void)(l))

void sl_queue(struct net_device *dev, int what);	/* 0 stop, 1 start, 2 wake */
#define netif_stop_queue(dev)		sl_queue(dev, 0)
#define netif_start_queue(dev)		sl_queue(dev, 1)
#define netif_wake_queue(dev)		sl_queue(dev, 2)
#define netif_tx_stop_all_queues(dev)	sl_queue(dev, 0)
#define netif_tx_start_all_queues(dev)	sl_queue(dev, 1)
#define netif_tx_wake_all_queues(dev)	sl_queue(dev, 2)
#define netif_tx_disable(dev)		sl_queue(dev, 0)

void sl_init_work(struct work_struct *work, work_func_t fn, bool delayed);
#undef INIT_WORK
#undef INIT_DELAYED_WORK
#define INIT_WORK(w, f)			sl_init_work(w, f, false)
#define INIT_DELAYED_WORK(w, f)		sl_init_work(&(w)->work, f, true)
bool sl_schedule(struct work_struct *work, unsigned long delay);
#define schedule_work(w)		sl_schedule(w, 0)
#define schedule_delayed_work(w, d)	sl_schedule(&(w)->work, d)

/* No interrupts and no processor of our own. */
#undef local_irq_save
#undef local_irq_restore
#define local_irq_save(f)		((f) = 0)
#define local_irq_restore(f)		((void)(f))
#undef preempt_disable
#undef preempt_enable
#define preempt_disable()		barrier()
#define preempt_enable()		barrier()

/* Registers that the driver reaches without a function of the kernel. */
u32 sl_read(const volatile void __iomem *addr, int width);
void sl_write(u32 value, volatile void __iomem *addr, int width);
#undef readb
#undef readw
#undef readl
#undef writeb
#undef writew
#undef writel
#define readb(a)	((u8)sl_read(a, 1))
#define readw(a)	((u16)sl_read(a, 2))
#define readl(a)	((u32)sl_read(a, 4))
#define writeb(v, a)	sl_write(v, a, 1)
#define writew(v, a)	sl_write(v, a, 2)
#define writel(v, a)	sl_write(v, a, 4)


#endif
