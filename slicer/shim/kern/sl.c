// SPDX-License-Identifier: GPL-2.0
/* sl.c - the kernel half's end: the device file, regions, objects, and what is around an upcall. */
#include <linux/rtnetlink.h>
#include <linux/slab.h>
#include "priv.h"

struct sl sl;
module_param_named(sl_lost_pointers, sl.lost_pointers, ullong, 0444);
MODULE_PARM_DESC(sl_lost_pointers,
		 "pointers into nothing that both halves have, which became NULL");
module_param_named(sl_refused, sl.refused, ullong, 0444);
MODULE_PARM_DESC(sl_refused,
		 "what the user half named and has not, and calls back that were refused");

struct xpc *sl_xpc(void)
{
	return &sl.xpc;
}

struct net_device *sl_netdev(void)
{
	return sl.netdev;
}

/* -------------------------------------------------------------------------------------------- pointers */

static bool inside(const void *p, const void *at, u64 len)
{
	return p >= at && (u64)((const u8 *)p - (const u8 *)at) < len;
}

u64 sl_wire(const void *p)
{
	const struct sl_symbol *s;
	unsigned int i;

	if (!p)
		return 0;
	for (i = 0; i < SL_SYMBOL; i++)
		if (sl.region[i].at && inside(p, sl.region[i].at, sl.region[i].len))
			return (u64)i << SL_SHIFT |
			       (u64)((const u8 *)p - (const u8 *)sl.region[i].at);
	for (s = sl_symbols; s->at; s++)
		if (inside(p, s->at, s->size))
			return (u64)(SL_SYMBOL + s->id) << SL_SHIFT |
			       (u64)((const u8 *)p - (const u8 *)s->at);
	sl.lost_pointers++;
	/* often one into memory that is freed already, which nobody uses: the first is told, all are counted */
	pr_info_once("%s: a pointer that the user half does not know becomes NULL: %ps\n",
		     KBUILD_MODNAME, p);
	return 0;
}

static void *symbol(u64 id, u64 off, bool function)
{
	const struct sl_symbol *s;

	for (s = sl_symbols; s->at; s++)
		if (s->id == id)
			return s->function == function && off < s->size ? (u8 *)s->at + off : NULL;
	return NULL;
}

static bool allowed(u64 id, enum sl_kind kind)
{
	switch (kind) {
	case SL_IO:
		return id >= SL_BAR && id < SL_BAR + SL_BARS;
	case SL_DATA:
		return id >= SL_DMA && id < SL_DMA + SL_DMAS;
	case SL_OBJECT:
		return id == SL_NETDEV || id == SL_PCIDEV;
	default:
		return false;
	}
}

/* Whatever number comes: NULL, or an address of that kind. */
void *sl_ptr(u64 wire, enum sl_kind kind)
{
	u64 id = wire >> SL_SHIFT, off = wire & SL_OFFSET;
	void *p = NULL;

	if (!wire)
		return NULL;
	if (id >= SL_SYMBOL)
		p = kind == SL_FN || kind == SL_OBJECT ? symbol(id - SL_SYMBOL, off, kind == SL_FN)
						       : NULL;
	else if (allowed(id, kind) && sl.region[id].at && off < sl.region[id].len)
		p = (u8 *)sl.region[id].at + off;
	if (!p) {
		sl.refused++;
		pr_warn_ratelimited("%s: the user half names %#llx, which is nothing of kind %d\n",
				    KBUILD_MODNAME, wire, kind);
	}
	return p;
}

bool sl_is(const void *p, size_t size)
{
	unsigned int i;

	for (i = 0; i < SL_SYMBOL; i++)
		if (sl.region[i].at && inside(p, sl.region[i].at, sl.region[i].len))
			return size <=
			       sl.region[i].len - ((const u8 *)p - (const u8 *)sl.region[i].at);
	return false;
}

void sl_set_address(struct net_device *dev, const u8 *addr)
{
	if (is_valid_ether_addr(addr))
		eth_hw_addr_set(dev, addr);
}

/* --------------------------------------------------------------------------------------------- objects */

/* What has changed in the driver's structs goes into the objects. */
void sl_push(void)
{
	const struct sl_sync *s;
	u64 mask;
	int err;

	mutex_lock(&sl.sync);
	for (s = sl_syncs; s->type; s++) {
		xpc_kern_get(&sl.xpc, s->object, sl.was);
		memcpy(sl.now, sl.was, s->size);
		s->fill(sl.now);
		mask = xpc_diff(s->type, sl.was, sl.now) & xpc_writable(s->type, XPC_BY_KERNEL);
		err = mask ? xpc_kern_commit(&sl.xpc, s->object, mask, sl.now) : 0;
		if (err)
			pr_warn_ratelimited("%s: members %#llx of %s do not travel: error %d\n",
					    KBUILD_MODNAME, mask, s->type->name, err);
	}
	mutex_unlock(&sl.sync);
}

/* The user half has changed some. */
static void changed(void *ctx, unsigned int object, u64 mask)
{
	const struct sl_sync *s;

	mutex_lock(&sl.sync);
	for (s = sl_syncs; s->type; s++)
		if (s->object == object) {
			xpc_kern_get(&sl.xpc, object, sl.now);
			s->apply(sl.now, mask & ~s->look);
		}
	mutex_unlock(&sl.sync);
}

/* ----------------------------------------------------------------------------------- bytes behind pointers */

struct sl_bytes *sl_bytes(const void *from, size_t n)
{
	struct sl_bytes *b = kzalloc(sizeof(*b), GFP_KERNEL | __GFP_NOFAIL);

	if (n > sizeof(b->b)) {
		pr_warn_ratelimited("%s: %zu bytes behind a pointer, %zu travel\n", KBUILD_MODNAME,
				    n, sizeof(b->b));
		n = sizeof(b->b);
	}
	if (from) {
		memcpy(b->b, from, n);
		b->n = n;
	}
	return b;
}

void sl_bytes_back(void *to, const struct sl_bytes *in, const struct sl_bytes *out, int err)
{
	if (!err && to)
		memcpy(to, out->b, min(in->n, out->n));
}

void sl_bytes_free(struct sl_bytes *b)
{
	kfree(b);
}

/* --------------------------------------------------------------------------------------- around an upcall */

static int begin_probe(struct pci_dev *pdev)
{
	if (sl.pdev) {
		pci_err(pdev, "a sliced driver has one device, and has it\n");
		return -EBUSY;
	}
	sl.pdev = pdev;
	sl.region[SL_PCIDEV] = (struct sl_region){ pdev, sizeof(*pdev) };
	return 0;
}

int sl_up_begin(const char *name, int flags, const void *first)
{
	int err = 0;

	might_sleep();
	if (current == READ_ONCE(sl.serving)) {
		sl.refused++;
		pr_warn_ratelimited(
			"%s: %s, while the user half waits for a call of its own: refused\n",
			KBUILD_MODNAME, name);
		return -EDEADLK;
	}
	if (flags == SL_PROBE)
		err = begin_probe((struct pci_dev *)first);
	if (flags == SL_REMOVE && sl.netdev) {
		/* unregister_netdev() would call back */
		rtnl_lock();
		dev_close(sl.netdev);
		rtnl_unlock();
	}
	if (flags == SL_RTNL_HELD) {
		rtnl_lock();
		sl.rtnl = current;
	}
	if (!err)
		sl_push();
	return err;
}

void sl_up_end(const char *name, int flags, int err)
{
	if (flags == SL_RTNL_HELD && sl.rtnl == current) {
		sl.rtnl = NULL;
		rtnl_unlock();
	}
	if (flags == SL_REMOVE) {
		sl_regions_forget();
		sl.pdev = NULL;
		sl.region[SL_PCIDEV].at = NULL;
	}
	if (err)
		pr_warn_ratelimited("%s: %s: error %d of the crossing\n", KBUILD_MODNAME, name,
				    err);
}

/* ----------------------------------------------------------------------------------------- the device file */

static int file_open(struct inode *inode, struct file *file)
{
	file->private_data = &sl.xpc;
	return xpc_kern_open(&sl.xpc);
}

static int file_release(struct inode *inode, struct file *file)
{
	xpc_kern_close(&sl.xpc);
	return 0;
}

static ssize_t file_write(struct file *file, const char __user *from, size_t len, loff_t *pos)
{
	ssize_t n;

	WRITE_ONCE(sl.serving, current);
	n = xpc_kern_write(file, from, len, pos);
	WRITE_ONCE(sl.serving, NULL);
	return n;
}

static const struct file_operations file_ops = {
	.owner = THIS_MODULE,
	.open = file_open,
	.release = file_release,
	.read = xpc_kern_read,
	.write = file_write,
	.poll = xpc_kern_poll,
};

static void tick(struct work_struct *work)
{
	xpc_kern_tick(&sl.xpc, false, 0);
	schedule_delayed_work(&sl.tick, HZ / 4);
}

static void phase(void *ctx, enum xpc_phase phase)
{
	pr_info("%s: the user half is %s\n", KBUILD_MODNAME, xpc_phase_name(phase));
	if (phase == XPC_NONE || phase == XPC_LOST)
		sl_quiet_end();
}

static const struct xpc_kern_ops ops = { .changed = changed, .phase = phase };

static int start_xpc(void)
{
	static const u8 zero[XPC_MSG_MAX];
	const void *initial[8];
	struct xpc_kern_config cfg = {
		.proto = &xpc_slice_objects,
		.alive = XPC_UP_sl_alive,
		.initial = initial,
		.down = xpc_serve_slice_objects_down,
		.ops = &ops,
		.ctx = &sl,
	};
	unsigned int i;

	if (xpc_slice_objects.n_objects > ARRAY_SIZE(initial))
		return -E2BIG;
	for (i = 0; i < ARRAY_SIZE(initial); i++)
		initial[i] = zero;
	return xpc_kern_init(&sl.xpc, &cfg);
}

int sl_start(void)
{
	int err;

	mutex_init(&sl.sync);
	INIT_DELAYED_WORK(&sl.tick, tick);
	sl.now = kzalloc(XPC_MSG_MAX, GFP_KERNEL);
	sl.was = kzalloc(XPC_MSG_MAX, GFP_KERNEL);
	err = sl.now && sl.was ? start_xpc() : -ENOMEM;
	if (err)
		goto no_xpc;
	sl.misc = (struct miscdevice){
		.minor = MISC_DYNAMIC_MINOR, .name = KBUILD_MODNAME, .fops = &file_ops, .mode = 0600
	};
	err = misc_register(&sl.misc);
	if (err)
		goto no_file;
	sl.xpc.cfg.dev = sl.misc.this_device;
	sl_push();
	schedule_delayed_work(&sl.tick, HZ / 4);
	return 0;
no_file:
	xpc_kern_free(&sl.xpc);
no_xpc:
	kfree(sl.now);
	kfree(sl.was);
	return err;
}

void sl_stop(void)
{
	xpc_kern_shut(&sl.xpc, "the module goes");
	misc_deregister(&sl.misc);
	cancel_delayed_work_sync(&sl.tick);
	xpc_kern_free(&sl.xpc);
	kfree(sl.now);
	kfree(sl.was);
}
