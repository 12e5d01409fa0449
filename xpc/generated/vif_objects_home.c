/* SPDX-License-Identifier: GPL-2.0 */
/* Made by xpc-gen from vif_objects.h; changes belong there. */
#include "vif_objects_xpc.h"

static int serve_xmd_obj_counters(void *ctx, void *args)
{
	struct xpc_args_xmd_obj_counters *a = args;

	return xmd_obj_counters(ctx, &a->vif, &a->port);
}

static int serve_xmd_obj_identify(void *ctx, void *args)
{
	struct xpc_args_xmd_obj_identify *a = args;

	return xmd_obj_identify(ctx, a->on);
}

static int serve_xmd_obj_regs(void *ctx, void *args)
{
	struct xpc_args_xmd_obj_regs *a = args;

	return xmd_obj_regs(ctx, &a->regs);
}

static int serve_xmd_obj_eeprom(void *ctx, void *args)
{
	struct xpc_args_xmd_obj_eeprom *a = args;

	return xmd_obj_eeprom(ctx, a->offset, a->n, &a->bytes);
}

const xpc_serve_fn xpc_serve_vif_objects_down[] = {
	serve_xmd_obj_counters,
	serve_xmd_obj_identify,
	serve_xmd_obj_regs,
	serve_xmd_obj_eeprom,
	NULL,
};
