/* A kernel library that calls the driver back. */
#include <linux/netdevice.h>

u32 mii_check_media(struct mii_if_info *mii)
{
	return mii->mdio_read(mii->dev, 1);
}
#ifndef TWICE
EXPORT_SYMBOL(mii_check_media);
#else
EXPORT_SYMBOL(mii_check_media);
#endif
