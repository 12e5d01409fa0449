// SPDX-License-Identifier: GPL-2.0
/*
 * The NIC as guests may see it: a copy of what is known (XMD_BACK_PORT), what is to be put into
 * force again, and what only its user half can do (XMD_BACK_ASK)
 */
#include "back.h"

int xmd_port_state(struct xmd_port_state *s, bool set)
{
	int err = 0;

	mutex_lock(&back.ctl);
	if (!back.nic)
		err = -ENODEV;
	else if (set)
		err = xmd_nic_settings_set(back.nic, s);
	else
		xmd_nic_port(back.nic, s);
	mutex_unlock(&back.ctl);
	return err;
}

/* back.ctl is not held while the user half works; once it is there, the NIC stays until we go. */
int xmd_port_ask(struct xmd_port_ask *a)
{
	struct xmd_nic *nic;
	int err;

	if (a->n > XMD_ASK_MAX)
		return -EINVAL;
	memset(a->data, 0, sizeof(a->data));
	mutex_lock(&back.ctl);
	nic = back.nic;
	mutex_unlock(&back.ctl);
	err = nic ? xmd_nic_ask(nic, a) : -ENODEV;
	if (!err && a->what == XMD_ASK_IDENTIFY)
		back.blinking = a->n;
	return err;
}
