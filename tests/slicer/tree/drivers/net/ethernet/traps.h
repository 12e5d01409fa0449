#include <linux/netdevice.h>

enum { REG_RX = 0x40 };
#define REG_STATUS 0x08
#define REG_OLD    0x18
#define REG_CTRL   0x10
#define rd(t, reg) readl((t)->regs + (!(t)->old ? REG_##reg : REG_OLD))

struct traps;
struct ops {
	int (*clean)(struct traps *t);
	int (*reset)(struct traps *t);
	void (*never_set)(struct traps *t, u32 v);
};
struct traps {
	void __iomem *regs;
	struct net_device *dev;
	const struct ops *ops;
	int (*refill)(struct traps *t);
	struct mii_if_info mii;
	struct work_struct reset_work;
	spinlock_t lock;
	u32 *ring;
	u32 n, rx, errors, table[8];
	u16 wide : 3, narrow : 5;
	int old;
};

int hw_reset(struct traps *t);
void hw_get(struct traps *t, u32 *value);
u32 hw_rd(struct traps *t, u32 reg);

static inline void shared_in_header(struct traps *t)
{
	t->rx++;
}
