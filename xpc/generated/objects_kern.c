/* SPDX-License-Identifier: GPL-2.0 */
/* Made by xpc-gen from objects.h; changes belong there. */
#include "objects_xpc.h"

int xpc_call_xmd_configure(struct xpc *x, const struct xmd_adapter *want)
{
	const void *const xpc_in[] = { want };

	return xpc_upcall(x, XPC_UP_xmd_configure, xpc_in, NULL);
}

int xpc_call_xmd_link_event(struct xpc *x)
{
	return xpc_upcall(x, XPC_UP_xmd_link_event, NULL, NULL);
}

int xpc_call_xmd_tx_hang(struct xpc *x)
{
	return xpc_upcall(x, XPC_UP_xmd_tx_hang, NULL, NULL);
}

int xpc_call_xmd_alive(struct xpc *x)
{
	return xpc_upcall(x, XPC_UP_xmd_alive, NULL, NULL);
}

int xpc_call_xmd_nway_reset(struct xpc *x)
{
	return xpc_upcall(x, XPC_UP_xmd_nway_reset, NULL, NULL);
}

int xpc_call_xmd_identify(struct xpc *x, __u32 on)
{
	const void *const xpc_in[] = { &on };

	return xpc_upcall(x, XPC_UP_xmd_identify, xpc_in, NULL);
}

int xpc_call_xmd_read_regs(struct xpc *x, struct xmd_regdump *dump)
{
	void *const xpc_out[] = { dump };

	return xpc_upcall(x, XPC_UP_xmd_read_regs, NULL, xpc_out);
}

int xpc_call_xmd_read_eeprom(struct xpc *x, __u32 offset, __u32 n, struct xmd_bytes *out)
{
	const void *const xpc_in[] = { &offset, &n };
	void *const xpc_out[] = { out };

	return xpc_upcall(x, XPC_UP_xmd_read_eeprom, xpc_in, xpc_out);
}

int xpc_call_xmd_write_eeprom(struct xpc *x, __u32 offset, const struct xmd_bytes *in)
{
	const void *const xpc_in[] = { &offset, in };

	return xpc_upcall(x, XPC_UP_xmd_write_eeprom, xpc_in, NULL);
}

int xpc_call_xmd_self_test(struct xpc *x, __u32 offline, struct xmd_testresult *out)
{
	const void *const xpc_in[] = { &offline };
	void *const xpc_out[] = { out };

	return xpc_upcall(x, XPC_UP_xmd_self_test, xpc_in, xpc_out);
}

int xpc_call_xmd_refresh_counters(struct xpc *x)
{
	return xpc_upcall(x, XPC_UP_xmd_refresh_counters, NULL, NULL);
}

static int serve_xmd_test_irq(void *ctx, void *args)
{
	(void)args;
	return xmd_test_irq(ctx);
}

static int serve_xmd_test_loopback(void *ctx, void *args)
{
	(void)args;
	return xmd_test_loopback(ctx);
}

static int serve_xmd_found(void *ctx, void *args)
{
	struct xpc_args_xmd_found *a = args;

	return xmd_found(ctx, &a->found);
}

const xpc_serve_fn xpc_serve_objects_down[] = {
	serve_xmd_test_irq,
	serve_xmd_test_loopback,
	serve_xmd_found,
	NULL,
};
