/* SPDX-License-Identifier: GPL-2.0 */
/* Made by xpc-gen from objects.h; changes belong there. */
#include "objects_xpc.h"

static const struct xpc_field fields_of_xmd_mac[] = {
	{ .name = "addr", .shape = XPC_FIXED, .element = XPC_UINT, .size = 1, .max = 6,
	  .offset = offsetof(struct xmd_mac, addr), .low = 0x0ull, .high = 0xffull, },
};

const struct xpc_struct xpc_struct_xmd_mac = {
	.name = "xmd_mac", .field = fields_of_xmd_mac, .n = 1, .size = 6,
	.mask = 0x1ull, .wire_max = 6,
};

static const struct xpc_field fields_of_xmd_adapter[] = {
	{ .name = "tx_ring", .shape = XPC_ONE, .element = XPC_UINT, .size = 4, .max = 1,
	  .offset = offsetof(struct xmd_adapter, tx_ring), .by = 1, .low = 0x40ull, .high = 0x400ull, },
	{ .name = "rx_ring", .shape = XPC_ONE, .element = XPC_UINT, .size = 4, .max = 1,
	  .offset = offsetof(struct xmd_adapter, rx_ring), .by = 1, .low = 0x40ull, .high = 0x400ull, },
	{ .name = "mtu", .shape = XPC_ONE, .element = XPC_UINT, .size = 4, .max = 1,
	  .offset = offsetof(struct xmd_adapter, mtu), .by = 1, .low = 0x44ull, .high = 0x3eeeull, },
	{ .name = "mac", .shape = XPC_ONE, .element = XPC_SUB, .size = 6, .max = 1,
	  .offset = offsetof(struct xmd_adapter, mac), .by = 1, .sub = &xpc_struct_xmd_mac, },
	{ .name = "autoneg", .shape = XPC_ONE, .element = XPC_UINT, .size = 1, .max = 1,
	  .offset = offsetof(struct xmd_adapter, autoneg), .by = 1, .low = 0x0ull, .high = 0x1ull, },
	{ .name = "advertise", .shape = XPC_ONE, .element = XPC_UINT, .size = 1, .max = 1,
	  .offset = offsetof(struct xmd_adapter, advertise), .by = 1, .low = 0x0ull, .high = 0x2full, },
	{ .name = "forced", .shape = XPC_ONE, .element = XPC_UINT, .size = 1, .max = 1,
	  .offset = offsetof(struct xmd_adapter, forced), .by = 1, .low = 0x0ull, .high = 0xfull, },
	{ .name = "mdix", .shape = XPC_ONE, .element = XPC_UINT, .size = 1, .max = 1,
	  .offset = offsetof(struct xmd_adapter, mdix), .by = 1, .low = 0x1ull, .high = 0x3ull, },
	{ .name = "pause_autoneg", .shape = XPC_ONE, .element = XPC_UINT, .size = 1, .max = 1,
	  .offset = offsetof(struct xmd_adapter, pause_autoneg), .by = 1, .low = 0x0ull, .high = 0x1ull, },
	{ .name = "pause_rx", .shape = XPC_ONE, .element = XPC_UINT, .size = 1, .max = 1,
	  .offset = offsetof(struct xmd_adapter, pause_rx), .by = 1, .low = 0x0ull, .high = 0x1ull, },
	{ .name = "pause_tx", .shape = XPC_ONE, .element = XPC_UINT, .size = 1, .max = 1,
	  .offset = offsetof(struct xmd_adapter, pause_tx), .by = 1, .low = 0x0ull, .high = 0x1ull, },
	{ .name = "itr_mode", .shape = XPC_ONE, .element = XPC_UINT, .size = 1, .max = 1,
	  .offset = offsetof(struct xmd_adapter, itr_mode), .by = 1, .low = 0x0ull, .high = 0x1ull, },
	{ .name = "rx_usecs", .shape = XPC_ONE, .element = XPC_UINT, .size = 4, .max = 1,
	  .offset = offsetof(struct xmd_adapter, rx_usecs), .by = 1, .low = 0x0ull, .high = 0x2710ull, },
	{ .name = "wol", .shape = XPC_ONE, .element = XPC_UINT, .size = 4, .max = 1,
	  .offset = offsetof(struct xmd_adapter, wol), .by = 1, .low = 0x0ull, .high = 0x2full, },
	{ .name = "msg_level", .shape = XPC_ONE, .element = XPC_UINT, .size = 4, .max = 1,
	  .offset = offsetof(struct xmd_adapter, msg_level), .by = 1, .low = 0x0ull, .high = 0xffffffffull, },
	{ .name = "rx_csum", .shape = XPC_ONE, .element = XPC_UINT, .size = 1, .max = 1,
	  .offset = offsetof(struct xmd_adapter, rx_csum), .by = 1, .low = 0x0ull, .high = 0x1ull, },
	{ .name = "restored", .shape = XPC_ONE, .element = XPC_UINT, .size = 8, .max = 1,
	  .offset = offsetof(struct xmd_adapter, restored), .by = 1, .low = 0x0ull, .high = 0xffffffffffffffffull, },
	{ .name = "promisc", .shape = XPC_ONE, .element = XPC_UINT, .size = 1, .max = 1,
	  .offset = offsetof(struct xmd_adapter, promisc), .by = 1, .low = 0x0ull, .high = 0x1ull, },
	{ .name = "allmulti", .shape = XPC_ONE, .element = XPC_UINT, .size = 1, .max = 1,
	  .offset = offsetof(struct xmd_adapter, allmulti), .by = 1, .low = 0x0ull, .high = 0x1ull, },
	{ .name = "n_mc", .shape = XPC_COUNT, .element = XPC_UINT, .size = 2, .max = 1,
	  .offset = offsetof(struct xmd_adapter, n_mc), .by = 1, .low = 0x0ull, .high = 0x80ull, },
	{ .name = "mc", .shape = XPC_COUNTED_ARRAY, .element = XPC_SUB, .size = 6, .max = 128,
	  .offset = offsetof(struct xmd_adapter, mc), .by = 1, .sub = &xpc_struct_xmd_mac, .back = 1, },
	{ .name = "link", .shape = XPC_ONE, .element = XPC_UINT, .size = 1, .max = 1,
	  .offset = offsetof(struct xmd_adapter, link), .by = 2, .low = 0x0ull, .high = 0x1ull, },
	{ .name = "duplex", .shape = XPC_ONE, .element = XPC_UINT, .size = 1, .max = 1,
	  .offset = offsetof(struct xmd_adapter, duplex), .by = 2, .low = 0x0ull, .high = 0x1ull, },
	{ .name = "speed", .shape = XPC_ONE, .element = XPC_UINT, .size = 2, .max = 1,
	  .offset = offsetof(struct xmd_adapter, speed), .by = 2, .low = 0x0ull, .high = 0x3e8ull, },
	{ .name = "flow_rx", .shape = XPC_ONE, .element = XPC_UINT, .size = 1, .max = 1,
	  .offset = offsetof(struct xmd_adapter, flow_rx), .by = 2, .low = 0x0ull, .high = 0x1ull, },
	{ .name = "flow_tx", .shape = XPC_ONE, .element = XPC_UINT, .size = 1, .max = 1,
	  .offset = offsetof(struct xmd_adapter, flow_tx), .by = 2, .low = 0x0ull, .high = 0x1ull, },
	{ .name = "mdix_state", .shape = XPC_ONE, .element = XPC_UINT, .size = 1, .max = 1,
	  .offset = offsetof(struct xmd_adapter, mdix_state), .by = 2, .low = 0x0ull, .high = 0x2ull, },
	{ .name = "partner", .shape = XPC_ONE, .element = XPC_UINT, .size = 1, .max = 1,
	  .offset = offsetof(struct xmd_adapter, partner), .by = 2, .low = 0x0ull, .high = 0x2full, },
	{ .name = "perm_mac", .shape = XPC_ONE, .element = XPC_SUB, .size = 6, .max = 1,
	  .offset = offsetof(struct xmd_adapter, perm_mac), .by = 2, .sub = &xpc_struct_xmd_mac, },
	{ .name = "wol_can", .shape = XPC_ONE, .element = XPC_UINT, .size = 4, .max = 1,
	  .offset = offsetof(struct xmd_adapter, wol_can), .by = 2, .low = 0x0ull, .high = 0x2full, },
	{ .name = "eeprom_len", .shape = XPC_ONE, .element = XPC_UINT, .size = 2, .max = 1,
	  .offset = offsetof(struct xmd_adapter, eeprom_len), .by = 2, .low = 0x0ull, .high = 0x200ull, },
	{ .name = "phy_addr", .shape = XPC_ONE, .element = XPC_UINT, .size = 1, .max = 1,
	  .offset = offsetof(struct xmd_adapter, phy_addr), .by = 2, .low = 0x0ull, .high = 0x1full, },
	{ .name = "user_version", .shape = XPC_ONE, .element = XPC_TEXT, .size = 1, .max = 32,
	  .offset = offsetof(struct xmd_adapter, user_version), .by = 2, },
};

const struct xpc_struct xpc_struct_xmd_adapter = {
	.name = "xmd_adapter", .field = fields_of_xmd_adapter, .n = 33, .size = 888,
	.mask = 0x1fff7ffffull, .wire_max = 873,
};

static const struct xpc_field fields_of_xmd_counters[] = {
	{ .name = "crcerrs", .shape = XPC_ONE, .element = XPC_UINT, .size = 8, .max = 1,
	  .offset = offsetof(struct xmd_counters, crcerrs), .by = 2, .low = 0x0ull, .high = 0xffffffffffffffffull, },
	{ .name = "algnerrc", .shape = XPC_ONE, .element = XPC_UINT, .size = 8, .max = 1,
	  .offset = offsetof(struct xmd_counters, algnerrc), .by = 2, .low = 0x0ull, .high = 0xffffffffffffffffull, },
	{ .name = "symerrs", .shape = XPC_ONE, .element = XPC_UINT, .size = 8, .max = 1,
	  .offset = offsetof(struct xmd_counters, symerrs), .by = 2, .low = 0x0ull, .high = 0xffffffffffffffffull, },
	{ .name = "rxerrc", .shape = XPC_ONE, .element = XPC_UINT, .size = 8, .max = 1,
	  .offset = offsetof(struct xmd_counters, rxerrc), .by = 2, .low = 0x0ull, .high = 0xffffffffffffffffull, },
	{ .name = "mpc", .shape = XPC_ONE, .element = XPC_UINT, .size = 8, .max = 1,
	  .offset = offsetof(struct xmd_counters, mpc), .by = 2, .low = 0x0ull, .high = 0xffffffffffffffffull, },
	{ .name = "scc", .shape = XPC_ONE, .element = XPC_UINT, .size = 8, .max = 1,
	  .offset = offsetof(struct xmd_counters, scc), .by = 2, .low = 0x0ull, .high = 0xffffffffffffffffull, },
	{ .name = "ecol", .shape = XPC_ONE, .element = XPC_UINT, .size = 8, .max = 1,
	  .offset = offsetof(struct xmd_counters, ecol), .by = 2, .low = 0x0ull, .high = 0xffffffffffffffffull, },
	{ .name = "mcc", .shape = XPC_ONE, .element = XPC_UINT, .size = 8, .max = 1,
	  .offset = offsetof(struct xmd_counters, mcc), .by = 2, .low = 0x0ull, .high = 0xffffffffffffffffull, },
	{ .name = "latecol", .shape = XPC_ONE, .element = XPC_UINT, .size = 8, .max = 1,
	  .offset = offsetof(struct xmd_counters, latecol), .by = 2, .low = 0x0ull, .high = 0xffffffffffffffffull, },
	{ .name = "colc", .shape = XPC_ONE, .element = XPC_UINT, .size = 8, .max = 1,
	  .offset = offsetof(struct xmd_counters, colc), .by = 2, .low = 0x0ull, .high = 0xffffffffffffffffull, },
	{ .name = "dc", .shape = XPC_ONE, .element = XPC_UINT, .size = 8, .max = 1,
	  .offset = offsetof(struct xmd_counters, dc), .by = 2, .low = 0x0ull, .high = 0xffffffffffffffffull, },
	{ .name = "tncrs", .shape = XPC_ONE, .element = XPC_UINT, .size = 8, .max = 1,
	  .offset = offsetof(struct xmd_counters, tncrs), .by = 2, .low = 0x0ull, .high = 0xffffffffffffffffull, },
	{ .name = "sec", .shape = XPC_ONE, .element = XPC_UINT, .size = 8, .max = 1,
	  .offset = offsetof(struct xmd_counters, sec), .by = 2, .low = 0x0ull, .high = 0xffffffffffffffffull, },
	{ .name = "cexterr", .shape = XPC_ONE, .element = XPC_UINT, .size = 8, .max = 1,
	  .offset = offsetof(struct xmd_counters, cexterr), .by = 2, .low = 0x0ull, .high = 0xffffffffffffffffull, },
	{ .name = "rlec", .shape = XPC_ONE, .element = XPC_UINT, .size = 8, .max = 1,
	  .offset = offsetof(struct xmd_counters, rlec), .by = 2, .low = 0x0ull, .high = 0xffffffffffffffffull, },
	{ .name = "xonrxc", .shape = XPC_ONE, .element = XPC_UINT, .size = 8, .max = 1,
	  .offset = offsetof(struct xmd_counters, xonrxc), .by = 2, .low = 0x0ull, .high = 0xffffffffffffffffull, },
	{ .name = "xontxc", .shape = XPC_ONE, .element = XPC_UINT, .size = 8, .max = 1,
	  .offset = offsetof(struct xmd_counters, xontxc), .by = 2, .low = 0x0ull, .high = 0xffffffffffffffffull, },
	{ .name = "xoffrxc", .shape = XPC_ONE, .element = XPC_UINT, .size = 8, .max = 1,
	  .offset = offsetof(struct xmd_counters, xoffrxc), .by = 2, .low = 0x0ull, .high = 0xffffffffffffffffull, },
	{ .name = "xofftxc", .shape = XPC_ONE, .element = XPC_UINT, .size = 8, .max = 1,
	  .offset = offsetof(struct xmd_counters, xofftxc), .by = 2, .low = 0x0ull, .high = 0xffffffffffffffffull, },
	{ .name = "fcruc", .shape = XPC_ONE, .element = XPC_UINT, .size = 8, .max = 1,
	  .offset = offsetof(struct xmd_counters, fcruc), .by = 2, .low = 0x0ull, .high = 0xffffffffffffffffull, },
	{ .name = "prc64", .shape = XPC_ONE, .element = XPC_UINT, .size = 8, .max = 1,
	  .offset = offsetof(struct xmd_counters, prc64), .by = 2, .low = 0x0ull, .high = 0xffffffffffffffffull, },
	{ .name = "prc127", .shape = XPC_ONE, .element = XPC_UINT, .size = 8, .max = 1,
	  .offset = offsetof(struct xmd_counters, prc127), .by = 2, .low = 0x0ull, .high = 0xffffffffffffffffull, },
	{ .name = "prc255", .shape = XPC_ONE, .element = XPC_UINT, .size = 8, .max = 1,
	  .offset = offsetof(struct xmd_counters, prc255), .by = 2, .low = 0x0ull, .high = 0xffffffffffffffffull, },
	{ .name = "prc511", .shape = XPC_ONE, .element = XPC_UINT, .size = 8, .max = 1,
	  .offset = offsetof(struct xmd_counters, prc511), .by = 2, .low = 0x0ull, .high = 0xffffffffffffffffull, },
	{ .name = "prc1023", .shape = XPC_ONE, .element = XPC_UINT, .size = 8, .max = 1,
	  .offset = offsetof(struct xmd_counters, prc1023), .by = 2, .low = 0x0ull, .high = 0xffffffffffffffffull, },
	{ .name = "prc1522", .shape = XPC_ONE, .element = XPC_UINT, .size = 8, .max = 1,
	  .offset = offsetof(struct xmd_counters, prc1522), .by = 2, .low = 0x0ull, .high = 0xffffffffffffffffull, },
	{ .name = "gprc", .shape = XPC_ONE, .element = XPC_UINT, .size = 8, .max = 1,
	  .offset = offsetof(struct xmd_counters, gprc), .by = 2, .low = 0x0ull, .high = 0xffffffffffffffffull, },
	{ .name = "bprc", .shape = XPC_ONE, .element = XPC_UINT, .size = 8, .max = 1,
	  .offset = offsetof(struct xmd_counters, bprc), .by = 2, .low = 0x0ull, .high = 0xffffffffffffffffull, },
	{ .name = "mprc", .shape = XPC_ONE, .element = XPC_UINT, .size = 8, .max = 1,
	  .offset = offsetof(struct xmd_counters, mprc), .by = 2, .low = 0x0ull, .high = 0xffffffffffffffffull, },
	{ .name = "gptc", .shape = XPC_ONE, .element = XPC_UINT, .size = 8, .max = 1,
	  .offset = offsetof(struct xmd_counters, gptc), .by = 2, .low = 0x0ull, .high = 0xffffffffffffffffull, },
	{ .name = "gorc", .shape = XPC_ONE, .element = XPC_UINT, .size = 8, .max = 1,
	  .offset = offsetof(struct xmd_counters, gorc), .by = 2, .low = 0x0ull, .high = 0xffffffffffffffffull, },
	{ .name = "gotc", .shape = XPC_ONE, .element = XPC_UINT, .size = 8, .max = 1,
	  .offset = offsetof(struct xmd_counters, gotc), .by = 2, .low = 0x0ull, .high = 0xffffffffffffffffull, },
	{ .name = "rnbc", .shape = XPC_ONE, .element = XPC_UINT, .size = 8, .max = 1,
	  .offset = offsetof(struct xmd_counters, rnbc), .by = 2, .low = 0x0ull, .high = 0xffffffffffffffffull, },
	{ .name = "ruc", .shape = XPC_ONE, .element = XPC_UINT, .size = 8, .max = 1,
	  .offset = offsetof(struct xmd_counters, ruc), .by = 2, .low = 0x0ull, .high = 0xffffffffffffffffull, },
	{ .name = "rfc", .shape = XPC_ONE, .element = XPC_UINT, .size = 8, .max = 1,
	  .offset = offsetof(struct xmd_counters, rfc), .by = 2, .low = 0x0ull, .high = 0xffffffffffffffffull, },
	{ .name = "roc", .shape = XPC_ONE, .element = XPC_UINT, .size = 8, .max = 1,
	  .offset = offsetof(struct xmd_counters, roc), .by = 2, .low = 0x0ull, .high = 0xffffffffffffffffull, },
	{ .name = "rjc", .shape = XPC_ONE, .element = XPC_UINT, .size = 8, .max = 1,
	  .offset = offsetof(struct xmd_counters, rjc), .by = 2, .low = 0x0ull, .high = 0xffffffffffffffffull, },
	{ .name = "mgprc", .shape = XPC_ONE, .element = XPC_UINT, .size = 8, .max = 1,
	  .offset = offsetof(struct xmd_counters, mgprc), .by = 2, .low = 0x0ull, .high = 0xffffffffffffffffull, },
	{ .name = "mgpdc", .shape = XPC_ONE, .element = XPC_UINT, .size = 8, .max = 1,
	  .offset = offsetof(struct xmd_counters, mgpdc), .by = 2, .low = 0x0ull, .high = 0xffffffffffffffffull, },
	{ .name = "mgptc", .shape = XPC_ONE, .element = XPC_UINT, .size = 8, .max = 1,
	  .offset = offsetof(struct xmd_counters, mgptc), .by = 2, .low = 0x0ull, .high = 0xffffffffffffffffull, },
	{ .name = "tor", .shape = XPC_ONE, .element = XPC_UINT, .size = 8, .max = 1,
	  .offset = offsetof(struct xmd_counters, tor), .by = 2, .low = 0x0ull, .high = 0xffffffffffffffffull, },
	{ .name = "tot", .shape = XPC_ONE, .element = XPC_UINT, .size = 8, .max = 1,
	  .offset = offsetof(struct xmd_counters, tot), .by = 2, .low = 0x0ull, .high = 0xffffffffffffffffull, },
	{ .name = "tpr", .shape = XPC_ONE, .element = XPC_UINT, .size = 8, .max = 1,
	  .offset = offsetof(struct xmd_counters, tpr), .by = 2, .low = 0x0ull, .high = 0xffffffffffffffffull, },
	{ .name = "tpt", .shape = XPC_ONE, .element = XPC_UINT, .size = 8, .max = 1,
	  .offset = offsetof(struct xmd_counters, tpt), .by = 2, .low = 0x0ull, .high = 0xffffffffffffffffull, },
	{ .name = "ptc64", .shape = XPC_ONE, .element = XPC_UINT, .size = 8, .max = 1,
	  .offset = offsetof(struct xmd_counters, ptc64), .by = 2, .low = 0x0ull, .high = 0xffffffffffffffffull, },
	{ .name = "ptc127", .shape = XPC_ONE, .element = XPC_UINT, .size = 8, .max = 1,
	  .offset = offsetof(struct xmd_counters, ptc127), .by = 2, .low = 0x0ull, .high = 0xffffffffffffffffull, },
	{ .name = "ptc255", .shape = XPC_ONE, .element = XPC_UINT, .size = 8, .max = 1,
	  .offset = offsetof(struct xmd_counters, ptc255), .by = 2, .low = 0x0ull, .high = 0xffffffffffffffffull, },
	{ .name = "ptc511", .shape = XPC_ONE, .element = XPC_UINT, .size = 8, .max = 1,
	  .offset = offsetof(struct xmd_counters, ptc511), .by = 2, .low = 0x0ull, .high = 0xffffffffffffffffull, },
	{ .name = "ptc1023", .shape = XPC_ONE, .element = XPC_UINT, .size = 8, .max = 1,
	  .offset = offsetof(struct xmd_counters, ptc1023), .by = 2, .low = 0x0ull, .high = 0xffffffffffffffffull, },
	{ .name = "ptc1522", .shape = XPC_ONE, .element = XPC_UINT, .size = 8, .max = 1,
	  .offset = offsetof(struct xmd_counters, ptc1522), .by = 2, .low = 0x0ull, .high = 0xffffffffffffffffull, },
	{ .name = "mptc", .shape = XPC_ONE, .element = XPC_UINT, .size = 8, .max = 1,
	  .offset = offsetof(struct xmd_counters, mptc), .by = 2, .low = 0x0ull, .high = 0xffffffffffffffffull, },
	{ .name = "bptc", .shape = XPC_ONE, .element = XPC_UINT, .size = 8, .max = 1,
	  .offset = offsetof(struct xmd_counters, bptc), .by = 2, .low = 0x0ull, .high = 0xffffffffffffffffull, },
	{ .name = "tsctc", .shape = XPC_ONE, .element = XPC_UINT, .size = 8, .max = 1,
	  .offset = offsetof(struct xmd_counters, tsctc), .by = 2, .low = 0x0ull, .high = 0xffffffffffffffffull, },
	{ .name = "tsctfc", .shape = XPC_ONE, .element = XPC_UINT, .size = 8, .max = 1,
	  .offset = offsetof(struct xmd_counters, tsctfc), .by = 2, .low = 0x0ull, .high = 0xffffffffffffffffull, },
	{ .name = "link_losses", .shape = XPC_ONE, .element = XPC_UINT, .size = 8, .max = 1,
	  .offset = offsetof(struct xmd_counters, link_losses), .by = 2, .low = 0x0ull, .high = 0xffffffffffffffffull, },
	{ .name = "link_kept", .shape = XPC_ONE, .element = XPC_UINT, .size = 8, .max = 1,
	  .offset = offsetof(struct xmd_counters, link_kept), .by = 2, .low = 0x0ull, .high = 0xffffffffffffffffull, },
};

const struct xpc_struct xpc_struct_xmd_counters = {
	.name = "xmd_counters", .field = fields_of_xmd_counters, .n = 56, .size = 448,
	.mask = 0xffffffffffffffull, .wire_max = 448,
};

static const struct xpc_field fields_of_xmd_regdump[] = {
	{ .name = "n", .shape = XPC_COUNT, .element = XPC_UINT, .size = 4, .max = 1,
	  .offset = offsetof(struct xmd_regdump, n), .low = 0x0ull, .high = 0x40ull, },
	{ .name = "val", .shape = XPC_COUNTED_ARRAY, .element = XPC_UINT, .size = 4, .max = 64,
	  .offset = offsetof(struct xmd_regdump, val), .low = 0x0ull, .high = 0xffffffffull, .back = 1, },
};

const struct xpc_struct xpc_struct_xmd_regdump = {
	.name = "xmd_regdump", .field = fields_of_xmd_regdump, .n = 2, .size = 260,
	.mask = 0x2ull, .wire_max = 258,
};

static const struct xpc_field fields_of_xmd_bytes[] = {
	{ .name = "n", .shape = XPC_COUNT, .element = XPC_UINT, .size = 4, .max = 1,
	  .offset = offsetof(struct xmd_bytes, n), .low = 0x0ull, .high = 0x200ull, },
	{ .name = "byte", .shape = XPC_COUNTED_ARRAY, .element = XPC_UINT, .size = 1, .max = 512,
	  .offset = offsetof(struct xmd_bytes, byte), .low = 0x0ull, .high = 0xffull, .back = 1, },
};

const struct xpc_struct xpc_struct_xmd_bytes = {
	.name = "xmd_bytes", .field = fields_of_xmd_bytes, .n = 2, .size = 516,
	.mask = 0x2ull, .wire_max = 514,
};

static const struct xpc_field fields_of_xmd_testresult[] = {
	{ .name = "failed", .shape = XPC_ONE, .element = XPC_UINT, .size = 4, .max = 1,
	  .offset = offsetof(struct xmd_testresult, failed), .low = 0x0ull, .high = 0x1ull, },
	{ .name = "result", .shape = XPC_FIXED, .element = XPC_UINT, .size = 8, .max = 5,
	  .offset = offsetof(struct xmd_testresult, result), .low = 0x0ull, .high = 0xffffffffffffffffull, },
};

const struct xpc_struct xpc_struct_xmd_testresult = {
	.name = "xmd_testresult", .field = fields_of_xmd_testresult, .n = 2, .size = 48,
	.mask = 0x3ull, .wire_max = 44,
};

static const struct xpc_field in_fields_of_xmd_configure[] = {
	{ .name = "want", .shape = XPC_ONE, .element = XPC_SUB, .size = 888, .max = 1,
	  .offset = offsetof(struct xpc_args_xmd_configure, want), .sub = &xpc_struct_xmd_adapter, },
};

static const struct xpc_struct in_of_xmd_configure = {
	.name = "xmd_configure", .n = 1, .mask = 0x1ull, .wire_max = 873,
	.field = in_fields_of_xmd_configure, .size = sizeof(struct xpc_args_xmd_configure),
};

static const struct xpc_struct out_of_xmd_configure = {
	.name = "xmd_configure", .n = 0, .mask = 0x0ull, .wire_max = 0,
};

static const struct xpc_struct in_of_xmd_link_event = {
	.name = "xmd_link_event", .n = 0, .mask = 0x0ull, .wire_max = 0,
};

static const struct xpc_struct out_of_xmd_link_event = {
	.name = "xmd_link_event", .n = 0, .mask = 0x0ull, .wire_max = 0,
};

static const struct xpc_struct in_of_xmd_tx_hang = {
	.name = "xmd_tx_hang", .n = 0, .mask = 0x0ull, .wire_max = 0,
};

static const struct xpc_struct out_of_xmd_tx_hang = {
	.name = "xmd_tx_hang", .n = 0, .mask = 0x0ull, .wire_max = 0,
};

static const struct xpc_struct in_of_xmd_alive = {
	.name = "xmd_alive", .n = 0, .mask = 0x0ull, .wire_max = 0,
};

static const struct xpc_struct out_of_xmd_alive = {
	.name = "xmd_alive", .n = 0, .mask = 0x0ull, .wire_max = 0,
};

static const struct xpc_struct in_of_xmd_nway_reset = {
	.name = "xmd_nway_reset", .n = 0, .mask = 0x0ull, .wire_max = 0,
};

static const struct xpc_struct out_of_xmd_nway_reset = {
	.name = "xmd_nway_reset", .n = 0, .mask = 0x0ull, .wire_max = 0,
};

static const struct xpc_field in_fields_of_xmd_identify[] = {
	{ .name = "on", .shape = XPC_ONE, .element = XPC_UINT, .size = 4, .max = 1,
	  .offset = offsetof(struct xpc_args_xmd_identify, on), .low = 0x0ull, .high = 0x1ull, },
};

static const struct xpc_struct in_of_xmd_identify = {
	.name = "xmd_identify", .n = 1, .mask = 0x1ull, .wire_max = 4,
	.field = in_fields_of_xmd_identify, .size = sizeof(struct xpc_args_xmd_identify),
};

static const struct xpc_struct out_of_xmd_identify = {
	.name = "xmd_identify", .n = 0, .mask = 0x0ull, .wire_max = 0,
};

static const struct xpc_struct in_of_xmd_read_regs = {
	.name = "xmd_read_regs", .n = 0, .mask = 0x0ull, .wire_max = 0,
};

static const struct xpc_field out_fields_of_xmd_read_regs[] = {
	{ .name = "dump", .shape = XPC_ONE, .element = XPC_SUB, .size = 260, .max = 1,
	  .offset = offsetof(struct xpc_args_xmd_read_regs, dump), .sub = &xpc_struct_xmd_regdump, },
};

static const struct xpc_struct out_of_xmd_read_regs = {
	.name = "xmd_read_regs", .n = 1, .mask = 0x1ull, .wire_max = 258,
	.field = out_fields_of_xmd_read_regs, .size = sizeof(struct xpc_args_xmd_read_regs),
};

static const struct xpc_field in_fields_of_xmd_read_eeprom[] = {
	{ .name = "offset", .shape = XPC_ONE, .element = XPC_UINT, .size = 4, .max = 1,
	  .offset = offsetof(struct xpc_args_xmd_read_eeprom, offset), .low = 0x0ull, .high = 0x1ffull, },
	{ .name = "n", .shape = XPC_ONE, .element = XPC_UINT, .size = 4, .max = 1,
	  .offset = offsetof(struct xpc_args_xmd_read_eeprom, n), .low = 0x1ull, .high = 0x200ull, },
};

static const struct xpc_struct in_of_xmd_read_eeprom = {
	.name = "xmd_read_eeprom", .n = 2, .mask = 0x3ull, .wire_max = 8,
	.field = in_fields_of_xmd_read_eeprom, .size = sizeof(struct xpc_args_xmd_read_eeprom),
};

static const struct xpc_field out_fields_of_xmd_read_eeprom[] = {
	{ .name = "out", .shape = XPC_ONE, .element = XPC_SUB, .size = 516, .max = 1,
	  .offset = offsetof(struct xpc_args_xmd_read_eeprom, out), .sub = &xpc_struct_xmd_bytes, },
};

static const struct xpc_struct out_of_xmd_read_eeprom = {
	.name = "xmd_read_eeprom", .n = 1, .mask = 0x1ull, .wire_max = 514,
	.field = out_fields_of_xmd_read_eeprom, .size = sizeof(struct xpc_args_xmd_read_eeprom),
};

static const struct xpc_field in_fields_of_xmd_write_eeprom[] = {
	{ .name = "offset", .shape = XPC_ONE, .element = XPC_UINT, .size = 4, .max = 1,
	  .offset = offsetof(struct xpc_args_xmd_write_eeprom, offset), .low = 0x0ull, .high = 0x1ffull, },
	{ .name = "in", .shape = XPC_ONE, .element = XPC_SUB, .size = 516, .max = 1,
	  .offset = offsetof(struct xpc_args_xmd_write_eeprom, in), .sub = &xpc_struct_xmd_bytes, },
};

static const struct xpc_struct in_of_xmd_write_eeprom = {
	.name = "xmd_write_eeprom", .n = 2, .mask = 0x3ull, .wire_max = 518,
	.field = in_fields_of_xmd_write_eeprom, .size = sizeof(struct xpc_args_xmd_write_eeprom),
};

static const struct xpc_struct out_of_xmd_write_eeprom = {
	.name = "xmd_write_eeprom", .n = 0, .mask = 0x0ull, .wire_max = 0,
};

static const struct xpc_field in_fields_of_xmd_self_test[] = {
	{ .name = "offline", .shape = XPC_ONE, .element = XPC_UINT, .size = 4, .max = 1,
	  .offset = offsetof(struct xpc_args_xmd_self_test, offline), .low = 0x0ull, .high = 0x1ull, },
};

static const struct xpc_struct in_of_xmd_self_test = {
	.name = "xmd_self_test", .n = 1, .mask = 0x1ull, .wire_max = 4,
	.field = in_fields_of_xmd_self_test, .size = sizeof(struct xpc_args_xmd_self_test),
};

static const struct xpc_field out_fields_of_xmd_self_test[] = {
	{ .name = "out", .shape = XPC_ONE, .element = XPC_SUB, .size = 48, .max = 1,
	  .offset = offsetof(struct xpc_args_xmd_self_test, out), .sub = &xpc_struct_xmd_testresult, },
};

static const struct xpc_struct out_of_xmd_self_test = {
	.name = "xmd_self_test", .n = 1, .mask = 0x1ull, .wire_max = 44,
	.field = out_fields_of_xmd_self_test, .size = sizeof(struct xpc_args_xmd_self_test),
};

static const struct xpc_struct in_of_xmd_refresh_counters = {
	.name = "xmd_refresh_counters", .n = 0, .mask = 0x0ull, .wire_max = 0,
};

static const struct xpc_struct out_of_xmd_refresh_counters = {
	.name = "xmd_refresh_counters", .n = 0, .mask = 0x0ull, .wire_max = 0,
};

static const struct xpc_struct in_of_xmd_test_irq = {
	.name = "xmd_test_irq", .n = 0, .mask = 0x0ull, .wire_max = 0,
};

static const struct xpc_struct out_of_xmd_test_irq = {
	.name = "xmd_test_irq", .n = 0, .mask = 0x0ull, .wire_max = 0,
};

static const struct xpc_struct in_of_xmd_test_loopback = {
	.name = "xmd_test_loopback", .n = 0, .mask = 0x0ull, .wire_max = 0,
};

static const struct xpc_struct out_of_xmd_test_loopback = {
	.name = "xmd_test_loopback", .n = 0, .mask = 0x0ull, .wire_max = 0,
};

static const struct xpc_field in_fields_of_xmd_found[] = {
	{ .name = "found", .shape = XPC_ONE, .element = XPC_SUB, .size = 888, .max = 1,
	  .offset = offsetof(struct xpc_args_xmd_found, found), .sub = &xpc_struct_xmd_adapter, },
};

static const struct xpc_struct in_of_xmd_found = {
	.name = "xmd_found", .n = 1, .mask = 0x1ull, .wire_max = 873,
	.field = in_fields_of_xmd_found, .size = sizeof(struct xpc_args_xmd_found),
};

static const struct xpc_struct out_of_xmd_found = {
	.name = "xmd_found", .n = 0, .mask = 0x0ull, .wire_max = 0,
};

static const struct xpc_object_type objects[] = {
	{ .type = &xpc_struct_xmd_adapter, .id = 1, .store_size = sizeof(struct xmd_adapter) },
	{ .type = &xpc_struct_xmd_counters, .id = 2, .store_size = sizeof(struct xmd_counters) },
	{ .type = NULL },
};

static const struct xpc_call_type upcalls[] = {
	{ .name = "xmd_configure", .id = 1, .in = &in_of_xmd_configure, .out = &out_of_xmd_configure,
	  .ms = 3000, .buf = 0 },
	{ .name = "xmd_link_event", .id = 2, .in = &in_of_xmd_link_event, .out = &out_of_xmd_link_event,
	  .ms = 1000, .buf = 873 },
	{ .name = "xmd_tx_hang", .id = 3, .in = &in_of_xmd_tx_hang, .out = &out_of_xmd_tx_hang,
	  .ms = 3000, .buf = 873 },
	{ .name = "xmd_alive", .id = 4, .in = &in_of_xmd_alive, .out = &out_of_xmd_alive,
	  .ms = 1000, .buf = 873 },
	{ .name = "xmd_nway_reset", .id = 5, .in = &in_of_xmd_nway_reset, .out = &out_of_xmd_nway_reset,
	  .ms = 1000, .buf = 873 },
	{ .name = "xmd_identify", .id = 6, .in = &in_of_xmd_identify, .out = &out_of_xmd_identify,
	  .ms = 1000, .buf = 873 },
	{ .name = "xmd_read_regs", .id = 7, .in = &in_of_xmd_read_regs, .out = &out_of_xmd_read_regs,
	  .ms = 1000, .buf = 877 },
	{ .name = "xmd_read_eeprom", .id = 8, .in = &in_of_xmd_read_eeprom, .out = &out_of_xmd_read_eeprom,
	  .ms = 1000, .buf = 877 },
	{ .name = "xmd_write_eeprom", .id = 9, .in = &in_of_xmd_write_eeprom, .out = &out_of_xmd_write_eeprom,
	  .ms = 3000, .buf = 885 },
	{ .name = "xmd_self_test", .id = 10, .in = &in_of_xmd_self_test, .out = &out_of_xmd_self_test,
	  .ms = 8000, .buf = 1403 },
	{ .name = "xmd_refresh_counters", .id = 11, .in = &in_of_xmd_refresh_counters, .out = &out_of_xmd_refresh_counters,
	  .ms = 1000, .buf = 1407 },
	{ .name = NULL },
};

static const struct xpc_call_type downcalls[] = {
	{ .name = "xmd_test_irq", .id = 1, .in = &in_of_xmd_test_irq, .out = &out_of_xmd_test_irq },
	{ .name = "xmd_test_loopback", .id = 2, .in = &in_of_xmd_test_loopback, .out = &out_of_xmd_test_loopback },
	{ .name = "xmd_found", .id = 3, .in = &in_of_xmd_found, .out = &out_of_xmd_found },
	{ .name = NULL },
};

const struct xpc_proto xpc_objects = {
	.name = "objects", .fingerprint = 0x03e89eed,
	.object = objects, .n_objects = 2, .up = upcalls, .n_up = 11,
	.down = downcalls, .n_down = 3, .up_bytes = 1407,
	.up_args = sizeof(union objects_up_args), .down_args = sizeof(union objects_down_args),
	.home = 1, .peer = 2,
};
