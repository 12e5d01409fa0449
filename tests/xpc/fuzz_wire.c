// SPDX-License-Identifier: GPL-2.0
/*
 * fuzz_wire.c - any bytes: refused, and the object is as it was; or taken, and packing the
 * object again gives the same bytes.
 */
#include <stdint.h>
#include <stdlib.h>
#include "decl_xpc.h"

int LLVMFuzzerTestOneInput(const uint8_t *in, size_t size);

static void check_update(const struct xpc_struct *s, void *obj, const void *was, size_t len,
			 const uint8_t *in, size_t size)
{
	static uint8_t again[XPC_MSG_MAX];
	__u64 mask;
	int n;

	if (xpc_decode_update(s, 0, obj, in, size, &mask)) {
		if (memcmp(obj, was, len))
			abort();
		return;
	}
	n = xpc_encode_update(s, mask, obj, again, sizeof(again));
	if (n != (int)size || memcmp(again, in, size))
		abort();
}

static void check_header(const uint8_t *in, size_t size)
{
	struct xpc_msg msg;
	uint8_t again[XPC_HEADER];

	if (xpc_get_header(&msg, in, size))
		return;
	xpc_put_header(&msg, again);
	if (memcmp(again, in, XPC_HEADER))
		abort();
}

static void check_dump(const void *obj)
{
	char text[256];
	int n = xpc_dump(&xpc_struct_t_thing, obj, text, sizeof(text));

	if (n < 0 || n != (int)strlen(text))
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *in, size_t size)
{
	struct t_thing thing, thing_was;
	struct t_chain_store chain, chain_was;

	if (!size)
		return 0;
	memset(&thing, 0, sizeof(thing));
	memset(&chain, 0, sizeof(chain));
	thing_was = thing;
	chain_was = chain;
	switch (in[0] % 4) {
	case 0:
		check_update(&xpc_struct_t_thing, &thing, &thing_was, sizeof(thing), in + 1,
			     size - 1);
		check_dump(&thing);
		break;
	case 1:
		check_update(&xpc_struct_t_chain, &chain, &chain_was, sizeof(chain), in + 1,
			     size - 1);
		break;
	case 2:
		check_header(in + 1, size - 1);
		break;
	default:
		/* memory that keeps to nothing is dumped all the same */
		memcpy(&thing, in + 1, size - 1 < sizeof(thing) ? size - 1 : sizeof(thing));
		check_dump(&thing);
	}
	return 0;
}
