/* SPDX-License-Identifier: GPL-2.0 */
/* Made by xpc-gen from vif_objects.h; changes belong there. */
#include "vif_objects_xpc.h"

int xpc_call_xmd_obj_counters(struct xpc_guest *x, struct xmd_vif_counters *vif, struct xmd_port_counters *port)
{
	void *const xpc_out[] = { vif, port };

	return xpc_guestcall(x, XPC_DOWN_xmd_obj_counters, NULL, xpc_out);
}

int xpc_call_xmd_obj_identify(struct xpc_guest *x, __u32 on)
{
	const void *const xpc_in[] = { &on };

	return xpc_guestcall(x, XPC_DOWN_xmd_obj_identify, xpc_in, NULL);
}

int xpc_call_xmd_obj_regs(struct xpc_guest *x, struct xmd_port_regs *regs)
{
	void *const xpc_out[] = { regs };

	return xpc_guestcall(x, XPC_DOWN_xmd_obj_regs, NULL, xpc_out);
}

int xpc_call_xmd_obj_eeprom(struct xpc_guest *x, __u32 offset, __u32 n, struct xmd_port_bytes *bytes)
{
	const void *const xpc_in[] = { &offset, &n };
	void *const xpc_out[] = { bytes };

	return xpc_guestcall(x, XPC_DOWN_xmd_obj_eeprom, xpc_in, xpc_out);
}
