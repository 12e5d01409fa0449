/* SPDX-License-Identifier: GPL-2.0 */
/*
 * more.h - what regs.c, control.c, adapter.c and pool.c need of Linux beyond tests/kerndriver/kern: memory of a
 * user half, which is this program's own; times to sleep; a net_device that nobody looks at.
 */
#ifndef DEVICE_MORE_H
#define DEVICE_MORE_H

#include "sim_kernel.h"

/* a user half's memory */
#define copy_from_user(to, from, n)	(memcpy(to, from, n), 0)
#define copy_to_user(to, from, n)	(memcpy(to, from, n), 0)
#define put_user(val, p)		(*(p) = (val), 0)
#define u64_to_user_ptr(x)		((void *)(uintptr_t)(x))
#define kmalloc_array(n, size, gfp)	calloc(n, size)
#define kfree(p)			free(p)

/* time */
typedef int64_t ktime_t;
#define NSEC_PER_USEC		1000
#define HRTIMER_MODE_REL	0
#define TASK_INTERRUPTIBLE	0
#define ns_to_ktime(ns)		((ktime_t)(ns))
#define ktime_add_us(t, us)	((t) + (ktime_t)(us) * NSEC_PER_USEC)
#define ktime_compare(a, b)	((a) < (b) ? -1 : (a) > (b))
ktime_t ktime_get(void);
#define signal_pending(t)	false
#define set_current_state(s)	do { } while (0)
#define schedule_hrtimeout(t, mode) (sim_usleep(*(t) / NSEC_PER_USEC), 0)
#define udelay(us)		sim_usleep(us)

/* numbers */
#define is_power_of_2(n)	((n) && !((n) & ((n) - 1)))
#define BUILD_BUG_ON(x)		_Static_assert(!(x), #x)
#define WARN_ON(x)		WARN_ON_ONCE(x)
#define PAGE_SIZE		4096u
#define __GFP_NOWARN		0
#define virt_addr_valid(p)	((p) != NULL)
typedef struct { int n; } atomic_t;
#define atomic_inc(a)		((void)(a)->n++)
#define atomic_dec_and_test(a)	(--(a)->n == 0)
#define spin_lock_init(l)	((l)->held = 0)
#define mutex_trylock(m)	((m)->held ? 0 : ((m)->held = 1))

/* a character device: half.c is who opens it */
struct inode { int unused; };
struct file { void *private_data; };
typedef struct { int unused; } poll_table;
struct file_operations {
	void *owner;
	int (*open)(struct inode *inode, struct file *file);
	int (*release)(struct inode *inode, struct file *file);
	ssize_t (*read)(struct file *file, char *to, size_t len, loff_t *pos);
	ssize_t (*write)(struct file *file, const char *from, size_t len, loff_t *pos);
	unsigned int (*poll)(struct file *file, poll_table *wait);
	long (*unlocked_ioctl)(struct file *file, unsigned int cmd, unsigned long arg);
	long (*compat_ioctl)(struct file *file, unsigned int cmd, unsigned long arg);
};
#define THIS_MODULE		NULL
#define compat_ptr_ioctl	NULL
#define MISC_DYNAMIC_MINOR	255
#define stream_open(i, f)	0
#define misc_register(m)	0
#define misc_deregister(m)	do { } while (0)
#define pci_resource_len(p, n)	0x20000u

/* a net_device */
struct netdev_hw_addr { u8 addr[ETH_ALEN]; };
#define IFF_PROMISC		0x100
#define IFF_ALLMULTI		0x200
#define NETIF_F_RXCSUM		0x1
#define NET_ADDR_PERM		0
#define NETDEV_CHANGEADDR	0
#define NETREG_REGISTERED	1
#define rtnl_lock()		do { } while (0)
#define rtnl_unlock()		do { } while (0)
#define netif_addr_lock_bh(d)	do { } while (0)
#define netif_addr_unlock_bh(d)	do { } while (0)
#define netdev_mc_count(d)	0u
#define netdev_for_each_mc_addr(ha, d) for ((ha) = NULL; (ha); )
#define call_netdevice_notifiers(what, d) do { } while (0)
#define netdev_update_features(d) do { } while (0)
#define eth_hw_addr_set(d, mac)	memcpy((d)->dev_addr, mac, ETH_ALEN)
static inline bool is_valid_ether_addr(const u8 *a)
{
	return !(a[0] & 1) && (a[0] | a[1] | a[2] | a[3] | a[4] | a[5]);
}

#endif /* DEVICE_MORE_H */
