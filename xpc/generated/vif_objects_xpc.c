/* SPDX-License-Identifier: GPL-2.0 */
/* Made by xpc-gen from vif_objects.h; changes belong there. */
#include "vif_objects_xpc.h"

static const struct xpc_field fields_of_xmd_obj_mac[] = {
	{ .name = "addr", .shape = XPC_FIXED, .element = XPC_UINT, .size = 1, .max = 6,
	  .offset = offsetof(struct xmd_obj_mac, addr), .low = 0x0ull, .high = 0xffull, },
};

const struct xpc_struct xpc_struct_xmd_obj_mac = {
	.name = "xmd_obj_mac", .field = fields_of_xmd_obj_mac, .n = 1, .size = 6,
	.mask = 0x1ull, .wire_max = 6,
};

static const struct xpc_field fields_of_xmd_vif_object[] = {
	{ .name = "mtu", .shape = XPC_ONE, .element = XPC_UINT, .size = 4, .max = 1,
	  .offset = offsetof(struct xmd_vif_object, mtu), .by = 4, .low = 0x44ull, .high = 0xffffull, },
	{ .name = "mac", .shape = XPC_ONE, .element = XPC_SUB, .size = 6, .max = 1,
	  .offset = offsetof(struct xmd_vif_object, mac), .by = 6, .sub = &xpc_struct_xmd_obj_mac, },
	{ .name = "promisc", .shape = XPC_ONE, .element = XPC_UINT, .size = 1, .max = 1,
	  .offset = offsetof(struct xmd_vif_object, promisc), .by = 6, .low = 0x0ull, .high = 0x1ull, },
	{ .name = "allmulti", .shape = XPC_ONE, .element = XPC_UINT, .size = 1, .max = 1,
	  .offset = offsetof(struct xmd_vif_object, allmulti), .by = 4, .low = 0x0ull, .high = 0x1ull, },
	{ .name = "rx_usecs", .shape = XPC_ONE, .element = XPC_UINT, .size = 4, .max = 1,
	  .offset = offsetof(struct xmd_vif_object, rx_usecs), .by = 4, .low = 0x0ull, .high = 0x2710ull, },
	{ .name = "n_mc", .shape = XPC_COUNT, .element = XPC_UINT, .size = 2, .max = 1,
	  .offset = offsetof(struct xmd_vif_object, n_mc), .by = 4, .low = 0x0ull, .high = 0x30ull, },
	{ .name = "mc", .shape = XPC_COUNTED_ARRAY, .element = XPC_SUB, .size = 6, .max = 48,
	  .offset = offsetof(struct xmd_vif_object, mc), .by = 4, .sub = &xpc_struct_xmd_obj_mac, .back = 1, },
	{ .name = "n_vlans", .shape = XPC_COUNT, .element = XPC_UINT, .size = 2, .max = 1,
	  .offset = offsetof(struct xmd_vif_object, n_vlans), .by = 4, .low = 0x0ull, .high = 0x20ull, },
	{ .name = "vlan", .shape = XPC_COUNTED_ARRAY, .element = XPC_UINT, .size = 2, .max = 32,
	  .offset = offsetof(struct xmd_vif_object, vlan), .by = 4, .low = 0x0ull, .high = 0xfffull, .back = 1, },
	{ .name = "vlan_filter", .shape = XPC_ONE, .element = XPC_UINT, .size = 1, .max = 1,
	  .offset = offsetof(struct xmd_vif_object, vlan_filter), .by = 4, .low = 0x0ull, .high = 0x1ull, },
	{ .name = "filter", .shape = XPC_ONE, .element = XPC_UINT, .size = 1, .max = 1,
	  .offset = offsetof(struct xmd_vif_object, filter), .by = 4, .low = 0x0ull, .high = 0x1ull, },
	{ .name = "may", .shape = XPC_ONE, .element = XPC_UINT, .size = 4, .max = 1,
	  .offset = offsetof(struct xmd_vif_object, may), .by = 2, .low = 0x0ull, .high = 0xffffffffull, },
	{ .name = "mtu_max", .shape = XPC_ONE, .element = XPC_UINT, .size = 4, .max = 1,
	  .offset = offsetof(struct xmd_vif_object, mtu_max), .by = 2, .low = 0x44ull, .high = 0xffffull, },
	{ .name = "rx_usecs_max", .shape = XPC_ONE, .element = XPC_UINT, .size = 4, .max = 1,
	  .offset = offsetof(struct xmd_vif_object, rx_usecs_max), .by = 2, .low = 0x0ull, .high = 0x2710ull, },
};

const struct xpc_struct xpc_struct_xmd_vif_object = {
	.name = "xmd_vif_object", .field = fields_of_xmd_vif_object, .n = 14, .size = 388,
	.mask = 0x3f5full, .wire_max = 386, .grows = 1, .first = 14,
};

static const struct xpc_field fields_of_xmd_port_object[] = {
	{ .name = "link", .shape = XPC_ONE, .element = XPC_UINT, .size = 1, .max = 1,
	  .offset = offsetof(struct xmd_port_object, link), .by = 2, .low = 0x0ull, .high = 0x1ull, },
	{ .name = "duplex", .shape = XPC_ONE, .element = XPC_UINT, .size = 1, .max = 1,
	  .offset = offsetof(struct xmd_port_object, duplex), .by = 2, .low = 0x0ull, .high = 0x1ull, },
	{ .name = "speed", .shape = XPC_ONE, .element = XPC_UINT, .size = 2, .max = 1,
	  .offset = offsetof(struct xmd_port_object, speed), .by = 2, .low = 0x0ull, .high = 0xffffull, },
	{ .name = "autoneg", .shape = XPC_ONE, .element = XPC_UINT, .size = 1, .max = 1,
	  .offset = offsetof(struct xmd_port_object, autoneg), .by = 2, .low = 0x0ull, .high = 0x1ull, },
	{ .name = "advertise", .shape = XPC_ONE, .element = XPC_UINT, .size = 1, .max = 1,
	  .offset = offsetof(struct xmd_port_object, advertise), .by = 2, .low = 0x0ull, .high = 0xffull, },
	{ .name = "partner", .shape = XPC_ONE, .element = XPC_UINT, .size = 1, .max = 1,
	  .offset = offsetof(struct xmd_port_object, partner), .by = 2, .low = 0x0ull, .high = 0xffull, },
	{ .name = "pause_autoneg", .shape = XPC_ONE, .element = XPC_UINT, .size = 1, .max = 1,
	  .offset = offsetof(struct xmd_port_object, pause_autoneg), .by = 2, .low = 0x0ull, .high = 0x1ull, },
	{ .name = "pause_rx", .shape = XPC_ONE, .element = XPC_UINT, .size = 1, .max = 1,
	  .offset = offsetof(struct xmd_port_object, pause_rx), .by = 2, .low = 0x0ull, .high = 0x1ull, },
	{ .name = "pause_tx", .shape = XPC_ONE, .element = XPC_UINT, .size = 1, .max = 1,
	  .offset = offsetof(struct xmd_port_object, pause_tx), .by = 2, .low = 0x0ull, .high = 0x1ull, },
	{ .name = "mtu", .shape = XPC_ONE, .element = XPC_UINT, .size = 4, .max = 1,
	  .offset = offsetof(struct xmd_port_object, mtu), .by = 2, .low = 0x44ull, .high = 0xffffull, },
	{ .name = "eeprom_len", .shape = XPC_ONE, .element = XPC_UINT, .size = 2, .max = 1,
	  .offset = offsetof(struct xmd_port_object, eeprom_len), .by = 2, .low = 0x0ull, .high = 0xffffull, },
	{ .name = "regs_len", .shape = XPC_ONE, .element = XPC_UINT, .size = 2, .max = 1,
	  .offset = offsetof(struct xmd_port_object, regs_len), .by = 2, .low = 0x0ull, .high = 0xffffull, },
	{ .name = "chip_vendor", .shape = XPC_ONE, .element = XPC_UINT, .size = 2, .max = 1,
	  .offset = offsetof(struct xmd_port_object, chip_vendor), .by = 2, .low = 0x0ull, .high = 0xffffull, },
	{ .name = "chip_device", .shape = XPC_ONE, .element = XPC_UINT, .size = 2, .max = 1,
	  .offset = offsetof(struct xmd_port_object, chip_device), .by = 2, .low = 0x0ull, .high = 0xffffull, },
	{ .name = "chip_revision", .shape = XPC_ONE, .element = XPC_UINT, .size = 1, .max = 1,
	  .offset = offsetof(struct xmd_port_object, chip_revision), .by = 2, .low = 0x0ull, .high = 0xffull, },
	{ .name = "driver", .shape = XPC_ONE, .element = XPC_TEXT, .size = 1, .max = 16,
	  .offset = offsetof(struct xmd_port_object, driver), .by = 2, },
	{ .name = "version", .shape = XPC_ONE, .element = XPC_TEXT, .size = 1, .max = 32,
	  .offset = offsetof(struct xmd_port_object, version), .by = 2, },
};

const struct xpc_struct xpc_struct_xmd_port_object = {
	.name = "xmd_port_object", .field = fields_of_xmd_port_object, .n = 17, .size = 76,
	.mask = 0x1ffffull, .wire_max = 73, .grows = 1, .first = 17,
};

static const struct xpc_field fields_of_xmd_vif_counters[] = {
	{ .name = "tx_frames", .shape = XPC_ONE, .element = XPC_UINT, .size = 8, .max = 1,
	  .offset = offsetof(struct xmd_vif_counters, tx_frames), .low = 0x0ull, .high = 0xffffffffffffffffull, },
	{ .name = "tx_bytes", .shape = XPC_ONE, .element = XPC_UINT, .size = 8, .max = 1,
	  .offset = offsetof(struct xmd_vif_counters, tx_bytes), .low = 0x0ull, .high = 0xffffffffffffffffull, },
	{ .name = "tx_errors", .shape = XPC_ONE, .element = XPC_UINT, .size = 8, .max = 1,
	  .offset = offsetof(struct xmd_vif_counters, tx_errors), .low = 0x0ull, .high = 0xffffffffffffffffull, },
	{ .name = "tx_drops", .shape = XPC_ONE, .element = XPC_UINT, .size = 8, .max = 1,
	  .offset = offsetof(struct xmd_vif_counters, tx_drops), .low = 0x0ull, .high = 0xffffffffffffffffull, },
	{ .name = "rx_frames", .shape = XPC_ONE, .element = XPC_UINT, .size = 8, .max = 1,
	  .offset = offsetof(struct xmd_vif_counters, rx_frames), .low = 0x0ull, .high = 0xffffffffffffffffull, },
	{ .name = "rx_bytes", .shape = XPC_ONE, .element = XPC_UINT, .size = 8, .max = 1,
	  .offset = offsetof(struct xmd_vif_counters, rx_bytes), .low = 0x0ull, .high = 0xffffffffffffffffull, },
	{ .name = "rx_errors", .shape = XPC_ONE, .element = XPC_UINT, .size = 8, .max = 1,
	  .offset = offsetof(struct xmd_vif_counters, rx_errors), .low = 0x0ull, .high = 0xffffffffffffffffull, },
	{ .name = "rx_drops", .shape = XPC_ONE, .element = XPC_UINT, .size = 8, .max = 1,
	  .offset = offsetof(struct xmd_vif_counters, rx_drops), .low = 0x0ull, .high = 0xffffffffffffffffull, },
	{ .name = "tx_spoofed", .shape = XPC_ONE, .element = XPC_UINT, .size = 8, .max = 1,
	  .offset = offsetof(struct xmd_vif_counters, tx_spoofed), .low = 0x0ull, .high = 0xffffffffffffffffull, },
	{ .name = "rx_filtered", .shape = XPC_ONE, .element = XPC_UINT, .size = 8, .max = 1,
	  .offset = offsetof(struct xmd_vif_counters, rx_filtered), .low = 0x0ull, .high = 0xffffffffffffffffull, },
};

const struct xpc_struct xpc_struct_xmd_vif_counters = {
	.name = "xmd_vif_counters", .field = fields_of_xmd_vif_counters, .n = 10, .size = 80,
	.mask = 0x3ffull, .wire_max = 80,
};

static const struct xpc_field fields_of_xmd_port_counters[] = {
	{ .name = "rx_frames", .shape = XPC_ONE, .element = XPC_UINT, .size = 8, .max = 1,
	  .offset = offsetof(struct xmd_port_counters, rx_frames), .low = 0x0ull, .high = 0xffffffffffffffffull, },
	{ .name = "rx_bytes", .shape = XPC_ONE, .element = XPC_UINT, .size = 8, .max = 1,
	  .offset = offsetof(struct xmd_port_counters, rx_bytes), .low = 0x0ull, .high = 0xffffffffffffffffull, },
	{ .name = "rx_broadcast", .shape = XPC_ONE, .element = XPC_UINT, .size = 8, .max = 1,
	  .offset = offsetof(struct xmd_port_counters, rx_broadcast), .low = 0x0ull, .high = 0xffffffffffffffffull, },
	{ .name = "rx_multicast", .shape = XPC_ONE, .element = XPC_UINT, .size = 8, .max = 1,
	  .offset = offsetof(struct xmd_port_counters, rx_multicast), .low = 0x0ull, .high = 0xffffffffffffffffull, },
	{ .name = "tx_frames", .shape = XPC_ONE, .element = XPC_UINT, .size = 8, .max = 1,
	  .offset = offsetof(struct xmd_port_counters, tx_frames), .low = 0x0ull, .high = 0xffffffffffffffffull, },
	{ .name = "tx_bytes", .shape = XPC_ONE, .element = XPC_UINT, .size = 8, .max = 1,
	  .offset = offsetof(struct xmd_port_counters, tx_bytes), .low = 0x0ull, .high = 0xffffffffffffffffull, },
	{ .name = "tx_broadcast", .shape = XPC_ONE, .element = XPC_UINT, .size = 8, .max = 1,
	  .offset = offsetof(struct xmd_port_counters, tx_broadcast), .low = 0x0ull, .high = 0xffffffffffffffffull, },
	{ .name = "tx_multicast", .shape = XPC_ONE, .element = XPC_UINT, .size = 8, .max = 1,
	  .offset = offsetof(struct xmd_port_counters, tx_multicast), .low = 0x0ull, .high = 0xffffffffffffffffull, },
	{ .name = "rx_crc_errors", .shape = XPC_ONE, .element = XPC_UINT, .size = 8, .max = 1,
	  .offset = offsetof(struct xmd_port_counters, rx_crc_errors), .low = 0x0ull, .high = 0xffffffffffffffffull, },
	{ .name = "rx_missed", .shape = XPC_ONE, .element = XPC_UINT, .size = 8, .max = 1,
	  .offset = offsetof(struct xmd_port_counters, rx_missed), .low = 0x0ull, .high = 0xffffffffffffffffull, },
	{ .name = "rx_no_buffer", .shape = XPC_ONE, .element = XPC_UINT, .size = 8, .max = 1,
	  .offset = offsetof(struct xmd_port_counters, rx_no_buffer), .low = 0x0ull, .high = 0xffffffffffffffffull, },
	{ .name = "rx_length_errors", .shape = XPC_ONE, .element = XPC_UINT, .size = 8, .max = 1,
	  .offset = offsetof(struct xmd_port_counters, rx_length_errors), .low = 0x0ull, .high = 0xffffffffffffffffull, },
	{ .name = "tx_collisions", .shape = XPC_ONE, .element = XPC_UINT, .size = 8, .max = 1,
	  .offset = offsetof(struct xmd_port_counters, tx_collisions), .low = 0x0ull, .high = 0xffffffffffffffffull, },
	{ .name = "tx_late_collisions", .shape = XPC_ONE, .element = XPC_UINT, .size = 8, .max = 1,
	  .offset = offsetof(struct xmd_port_counters, tx_late_collisions), .low = 0x0ull, .high = 0xffffffffffffffffull, },
	{ .name = "rx_pause", .shape = XPC_ONE, .element = XPC_UINT, .size = 8, .max = 1,
	  .offset = offsetof(struct xmd_port_counters, rx_pause), .low = 0x0ull, .high = 0xffffffffffffffffull, },
	{ .name = "tx_pause", .shape = XPC_ONE, .element = XPC_UINT, .size = 8, .max = 1,
	  .offset = offsetof(struct xmd_port_counters, tx_pause), .low = 0x0ull, .high = 0xffffffffffffffffull, },
};

const struct xpc_struct xpc_struct_xmd_port_counters = {
	.name = "xmd_port_counters", .field = fields_of_xmd_port_counters, .n = 16, .size = 128,
	.mask = 0xffffull, .wire_max = 128,
};

static const struct xpc_field fields_of_xmd_port_regs[] = {
	{ .name = "version", .shape = XPC_ONE, .element = XPC_UINT, .size = 4, .max = 1,
	  .offset = offsetof(struct xmd_port_regs, version), .low = 0x0ull, .high = 0xffffffffull, },
	{ .name = "n", .shape = XPC_COUNT, .element = XPC_UINT, .size = 4, .max = 1,
	  .offset = offsetof(struct xmd_port_regs, n), .low = 0x0ull, .high = 0x40ull, },
	{ .name = "val", .shape = XPC_COUNTED_ARRAY, .element = XPC_UINT, .size = 4, .max = 64,
	  .offset = offsetof(struct xmd_port_regs, val), .low = 0x0ull, .high = 0xffffffffull, .back = 1, },
};

const struct xpc_struct xpc_struct_xmd_port_regs = {
	.name = "xmd_port_regs", .field = fields_of_xmd_port_regs, .n = 3, .size = 264,
	.mask = 0x5ull, .wire_max = 262,
};

static const struct xpc_field fields_of_xmd_port_bytes[] = {
	{ .name = "magic", .shape = XPC_ONE, .element = XPC_UINT, .size = 4, .max = 1,
	  .offset = offsetof(struct xmd_port_bytes, magic), .low = 0x0ull, .high = 0xffffffffull, },
	{ .name = "n", .shape = XPC_COUNT, .element = XPC_UINT, .size = 4, .max = 1,
	  .offset = offsetof(struct xmd_port_bytes, n), .low = 0x0ull, .high = 0x100ull, },
	{ .name = "byte", .shape = XPC_COUNTED_ARRAY, .element = XPC_UINT, .size = 1, .max = 256,
	  .offset = offsetof(struct xmd_port_bytes, byte), .low = 0x0ull, .high = 0xffull, .back = 1, },
};

const struct xpc_struct xpc_struct_xmd_port_bytes = {
	.name = "xmd_port_bytes", .field = fields_of_xmd_port_bytes, .n = 3, .size = 264,
	.mask = 0x5ull, .wire_max = 262,
};

static const struct xpc_struct in_of_xmd_obj_counters = {
	.name = "xmd_obj_counters", .n = 0, .mask = 0x0ull, .wire_max = 0,
	.grows = 1, .first = 0,
};

static const struct xpc_field out_fields_of_xmd_obj_counters[] = {
	{ .name = "vif", .shape = XPC_ONE, .element = XPC_SUB, .size = 80, .max = 1,
	  .offset = offsetof(struct xpc_args_xmd_obj_counters, vif), .sub = &xpc_struct_xmd_vif_counters, },
	{ .name = "port", .shape = XPC_ONE, .element = XPC_SUB, .size = 128, .max = 1,
	  .offset = offsetof(struct xpc_args_xmd_obj_counters, port), .sub = &xpc_struct_xmd_port_counters, },
};

static const struct xpc_struct out_of_xmd_obj_counters = {
	.name = "xmd_obj_counters", .n = 2, .mask = 0x3ull, .wire_max = 208,
	.field = out_fields_of_xmd_obj_counters, .size = sizeof(struct xpc_args_xmd_obj_counters),
	.grows = 1, .first = 2,
};

static const struct xpc_field in_fields_of_xmd_obj_identify[] = {
	{ .name = "on", .shape = XPC_ONE, .element = XPC_UINT, .size = 4, .max = 1,
	  .offset = offsetof(struct xpc_args_xmd_obj_identify, on), .low = 0x0ull, .high = 0x1ull, },
};

static const struct xpc_struct in_of_xmd_obj_identify = {
	.name = "xmd_obj_identify", .n = 1, .mask = 0x1ull, .wire_max = 4,
	.field = in_fields_of_xmd_obj_identify, .size = sizeof(struct xpc_args_xmd_obj_identify),
	.grows = 1, .first = 1,
};

static const struct xpc_struct out_of_xmd_obj_identify = {
	.name = "xmd_obj_identify", .n = 0, .mask = 0x0ull, .wire_max = 0,
	.grows = 1, .first = 0,
};

static const struct xpc_struct in_of_xmd_obj_regs = {
	.name = "xmd_obj_regs", .n = 0, .mask = 0x0ull, .wire_max = 0,
	.grows = 1, .first = 0,
};

static const struct xpc_field out_fields_of_xmd_obj_regs[] = {
	{ .name = "regs", .shape = XPC_ONE, .element = XPC_SUB, .size = 264, .max = 1,
	  .offset = offsetof(struct xpc_args_xmd_obj_regs, regs), .sub = &xpc_struct_xmd_port_regs, },
};

static const struct xpc_struct out_of_xmd_obj_regs = {
	.name = "xmd_obj_regs", .n = 1, .mask = 0x1ull, .wire_max = 262,
	.field = out_fields_of_xmd_obj_regs, .size = sizeof(struct xpc_args_xmd_obj_regs),
	.grows = 1, .first = 1,
};

static const struct xpc_field in_fields_of_xmd_obj_eeprom[] = {
	{ .name = "offset", .shape = XPC_ONE, .element = XPC_UINT, .size = 4, .max = 1,
	  .offset = offsetof(struct xpc_args_xmd_obj_eeprom, offset), .low = 0x0ull, .high = 0xffffull, },
	{ .name = "n", .shape = XPC_ONE, .element = XPC_UINT, .size = 4, .max = 1,
	  .offset = offsetof(struct xpc_args_xmd_obj_eeprom, n), .low = 0x1ull, .high = 0x100ull, },
};

static const struct xpc_struct in_of_xmd_obj_eeprom = {
	.name = "xmd_obj_eeprom", .n = 2, .mask = 0x3ull, .wire_max = 8,
	.field = in_fields_of_xmd_obj_eeprom, .size = sizeof(struct xpc_args_xmd_obj_eeprom),
	.grows = 1, .first = 2,
};

static const struct xpc_field out_fields_of_xmd_obj_eeprom[] = {
	{ .name = "bytes", .shape = XPC_ONE, .element = XPC_SUB, .size = 264, .max = 1,
	  .offset = offsetof(struct xpc_args_xmd_obj_eeprom, bytes), .sub = &xpc_struct_xmd_port_bytes, },
};

static const struct xpc_struct out_of_xmd_obj_eeprom = {
	.name = "xmd_obj_eeprom", .n = 1, .mask = 0x1ull, .wire_max = 262,
	.field = out_fields_of_xmd_obj_eeprom, .size = sizeof(struct xpc_args_xmd_obj_eeprom),
	.grows = 1, .first = 1,
};

static const struct xpc_object_type objects[] = {
	{ .type = &xpc_struct_xmd_vif_object, .id = 1, .store_size = sizeof(struct xmd_vif_object) },
	{ .type = &xpc_struct_xmd_port_object, .id = 2, .store_size = sizeof(struct xmd_port_object) },
	{ .type = NULL },
};

static const struct xpc_call_type upcalls[] = {
	{ .name = NULL },
};

static const struct xpc_call_type downcalls[] = {
	{ .name = "xmd_obj_counters", .id = 1, .in = &in_of_xmd_obj_counters, .out = &out_of_xmd_obj_counters },
	{ .name = "xmd_obj_identify", .id = 2, .in = &in_of_xmd_obj_identify, .out = &out_of_xmd_obj_identify },
	{ .name = "xmd_obj_regs", .id = 3, .in = &in_of_xmd_obj_regs, .out = &out_of_xmd_obj_regs },
	{ .name = "xmd_obj_eeprom", .id = 4, .in = &in_of_xmd_obj_eeprom, .out = &out_of_xmd_obj_eeprom },
	{ .name = NULL },
};

const struct xpc_proto xpc_vif_objects = {
	.name = "vif_objects", .fingerprint = 0x06543f34,
	.object = objects, .n_objects = 2, .up = upcalls, .n_up = 0,
	.down = downcalls, .n_down = 4, .up_bytes = 0,
	.up_args = sizeof(union vif_objects_up_args), .down_args = sizeof(union vif_objects_down_args),
	.home = 2, .peer = 4,
	.first_down = 4,
};
