/* The second unit: wrappers, and what is passed to them. */
#include "traps.h"

/* a wrapper around a wrapper: the register is the caller's */
static u32 low_rd(struct traps *t, u32 reg)
{
	return readl(t->regs + reg);
}

u32 hw_rd(struct traps *t, u32 reg)
{
	return low_rd(t, reg);
}

/* out-pointer of own code: what it points to is written here, and its caller's business */
void hw_get(struct traps *t, u32 *value)
{
	*value = hw_rd(t, REG_RX);
}

int hw_reset(struct traps *t)
{
	shared_in_header(t);
	writel(0, t->regs + REG_CTRL);
	return rd(t, STATUS);
}
