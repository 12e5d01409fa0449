/* SPDX-License-Identifier: GPL-2.0 */
/* Made by xpc-gen from objects.h; changes belong there. */
#include "objects_xpc.h"

static int serve_xmd_configure(void *ctx, void *args)
{
	struct xpc_args_xmd_configure *a = args;

	return drv_configure(ctx, &a->want);
}

static int serve_xmd_link_event(void *ctx, void *args)
{
	(void)args;
	return drv_link_event(ctx);
}

static int serve_xmd_tx_hang(void *ctx, void *args)
{
	(void)args;
	return drv_tx_hang(ctx);
}

static int serve_xmd_alive(void *ctx, void *args)
{
	(void)args;
	return drv_alive(ctx);
}

static int serve_xmd_nway_reset(void *ctx, void *args)
{
	(void)args;
	return drv_nway_reset(ctx);
}

static int serve_xmd_identify(void *ctx, void *args)
{
	struct xpc_args_xmd_identify *a = args;

	return drv_identify(ctx, a->on);
}

static int serve_xmd_read_regs(void *ctx, void *args)
{
	struct xpc_args_xmd_read_regs *a = args;

	return drv_read_regs(ctx, &a->dump);
}

static int serve_xmd_read_eeprom(void *ctx, void *args)
{
	struct xpc_args_xmd_read_eeprom *a = args;

	return drv_read_eeprom(ctx, a->offset, a->n, &a->out);
}

static int serve_xmd_write_eeprom(void *ctx, void *args)
{
	struct xpc_args_xmd_write_eeprom *a = args;

	return drv_write_eeprom(ctx, a->offset, &a->in);
}

static int serve_xmd_self_test(void *ctx, void *args)
{
	struct xpc_args_xmd_self_test *a = args;

	return drv_self_test(ctx, a->offline, &a->out);
}

static int serve_xmd_refresh_counters(void *ctx, void *args)
{
	(void)args;
	return drv_refresh_counters(ctx);
}

int xpc_call_xmd_test_irq(struct xpc_user *x)
{
	return xpc_downcall(x, XPC_DOWN_xmd_test_irq, NULL, NULL);
}

int xpc_call_xmd_test_loopback(struct xpc_user *x)
{
	return xpc_downcall(x, XPC_DOWN_xmd_test_loopback, NULL, NULL);
}

int xpc_call_xmd_found(struct xpc_user *x, const struct xmd_adapter *found)
{
	const void *const xpc_in[] = { found };

	return xpc_downcall(x, XPC_DOWN_xmd_found, xpc_in, NULL);
}

const xpc_serve_fn xpc_serve_objects_up[] = {
	serve_xmd_configure,
	serve_xmd_link_event,
	serve_xmd_tx_hang,
	serve_xmd_alive,
	serve_xmd_nway_reset,
	serve_xmd_identify,
	serve_xmd_read_regs,
	serve_xmd_read_eeprom,
	serve_xmd_write_eeprom,
	serve_xmd_self_test,
	serve_xmd_refresh_counters,
	NULL,
};
