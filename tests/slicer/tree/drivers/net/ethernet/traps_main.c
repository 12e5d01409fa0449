#include "traps.h"

static int clean(struct traps *t)
{
	t->rx = t->table[t->n];
	return t->refill(t);
}

static int reset(struct traps *t)
{
	return hw_reset(t);
}

/* designated, not in order; one without a name follows the one before */
static const struct ops ops = {
	.reset = reset,
	.clean = clean,
};

/* only pointers lead here */
static int refill_small(struct traps *t)
{
	t->ring[0]++;
	return 0;
}

static int refill_big(struct traps *t)
{
	t->ring[1] += 2;
	dbg("big");
	return 1;
}

static int mdio_read(struct net_device *dev, int reg)
{
	struct traps *t = netdev_priv(dev);

	return hw_rd(t, REG_STATUS) + reg;
}

static irqreturn_t interrupt(int irq, void *data)
{
	struct traps *t = data;

	spin_lock(&t->lock);
	t->ops->clean(t);
	mii_check_media(&t->mii);
	schedule_work(&t->reset_work);
	spin_unlock(&t->lock);
	return irq;
}

static void reset_work(struct work_struct *work)
{
	struct traps *t = (struct traps *)work;

	t->ops->reset(t);
}

static int xmit(struct sk_buff *skb, struct net_device *dev)
{
	struct traps *t = dev->priv;

	(void)skb;
	writel(t->n, t->regs + REG_RX + 4 * t->n);
	return 0;
}

/* called before __dev_uc_sync() returns: in the half of its caller */
static int add_address(struct net_device *dev, const void *addr)
{
	struct traps *t = dev->priv;

	t->narrow++;
	return addr == NULL;
}

static void rx_mode(struct net_device *dev)
{
	struct traps *t = netdev_priv(dev);

	spin_lock(&t->lock);
	t->wide = dev->flags;
	__dev_uc_sync(dev, add_address, NULL);
	spin_unlock(&t->lock);
}

static int open(struct net_device *dev)
{
	struct traps *t = netdev_priv(dev);
	u32 v;

	/* an address that is taken is no call */
	t->refill = t->old ? refill_small : refill_big;
	if (t->refill == refill_big)
		dbg("big ones");
	hw_get(t, &v);
	read_block(t->table, &t->errors);
	t->ring = kcalloc(t->n, sizeof(*t->ring));
	t->ops->never_set(t, v);
	return request_irq(v, interrupt, t);
}

static const struct net_device_ops netdev_ops = {
	.ndo_start_xmit = xmit,
	.ndo_open = open,
	.ndo_set_rx_mode = rx_mode,
};

int traps_probe(struct net_device *dev)
{
	struct traps *t = netdev_priv(dev);

	t->dev = dev;
	t->ops = &ops;
	t->mii = (struct mii_if_info){ .mdio_read = mdio_read, .dev = dev };
	t->reset_work.func = reset_work;
	dev->netdev_ops = &netdev_ops;
	return register_netdev(dev);
}
