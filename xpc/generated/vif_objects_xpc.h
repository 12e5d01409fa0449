/* SPDX-License-Identifier: GPL-2.0 */
/* Made by xpc-gen from vif_objects.h; changes belong there. */
#ifndef XPC_GEN_vif_objects_H
#define XPC_GEN_vif_objects_H

#include "vif_objects.h"
#include "calls.h"

_Static_assert(sizeof(struct xmd_obj_mac) == 6, "as xpc-gen saw it");
_Static_assert(offsetof(struct xmd_obj_mac, addr) == 0, "as xpc-gen saw it");
extern const struct xpc_struct xpc_struct_xmd_obj_mac;

_Static_assert(sizeof(struct xmd_vif_object) == 388, "as xpc-gen saw it");
_Static_assert(offsetof(struct xmd_vif_object, mtu) == 0, "as xpc-gen saw it");
_Static_assert(offsetof(struct xmd_vif_object, mac) == 4, "as xpc-gen saw it");
_Static_assert(offsetof(struct xmd_vif_object, promisc) == 10, "as xpc-gen saw it");
_Static_assert(offsetof(struct xmd_vif_object, allmulti) == 11, "as xpc-gen saw it");
_Static_assert(offsetof(struct xmd_vif_object, rx_usecs) == 12, "as xpc-gen saw it");
_Static_assert(offsetof(struct xmd_vif_object, n_mc) == 16, "as xpc-gen saw it");
_Static_assert(offsetof(struct xmd_vif_object, mc) == 18, "as xpc-gen saw it");
_Static_assert(offsetof(struct xmd_vif_object, n_vlans) == 306, "as xpc-gen saw it");
_Static_assert(offsetof(struct xmd_vif_object, vlan) == 308, "as xpc-gen saw it");
_Static_assert(offsetof(struct xmd_vif_object, vlan_filter) == 372, "as xpc-gen saw it");
_Static_assert(offsetof(struct xmd_vif_object, filter) == 373, "as xpc-gen saw it");
_Static_assert(offsetof(struct xmd_vif_object, may) == 376, "as xpc-gen saw it");
_Static_assert(offsetof(struct xmd_vif_object, mtu_max) == 380, "as xpc-gen saw it");
_Static_assert(offsetof(struct xmd_vif_object, rx_usecs_max) == 384, "as xpc-gen saw it");
extern const struct xpc_struct xpc_struct_xmd_vif_object;

_Static_assert(sizeof(struct xmd_port_object) == 76, "as xpc-gen saw it");
_Static_assert(offsetof(struct xmd_port_object, link) == 0, "as xpc-gen saw it");
_Static_assert(offsetof(struct xmd_port_object, duplex) == 1, "as xpc-gen saw it");
_Static_assert(offsetof(struct xmd_port_object, speed) == 2, "as xpc-gen saw it");
_Static_assert(offsetof(struct xmd_port_object, autoneg) == 4, "as xpc-gen saw it");
_Static_assert(offsetof(struct xmd_port_object, advertise) == 5, "as xpc-gen saw it");
_Static_assert(offsetof(struct xmd_port_object, partner) == 6, "as xpc-gen saw it");
_Static_assert(offsetof(struct xmd_port_object, pause_autoneg) == 7, "as xpc-gen saw it");
_Static_assert(offsetof(struct xmd_port_object, pause_rx) == 8, "as xpc-gen saw it");
_Static_assert(offsetof(struct xmd_port_object, pause_tx) == 9, "as xpc-gen saw it");
_Static_assert(offsetof(struct xmd_port_object, mtu) == 12, "as xpc-gen saw it");
_Static_assert(offsetof(struct xmd_port_object, eeprom_len) == 16, "as xpc-gen saw it");
_Static_assert(offsetof(struct xmd_port_object, regs_len) == 18, "as xpc-gen saw it");
_Static_assert(offsetof(struct xmd_port_object, chip_vendor) == 20, "as xpc-gen saw it");
_Static_assert(offsetof(struct xmd_port_object, chip_device) == 22, "as xpc-gen saw it");
_Static_assert(offsetof(struct xmd_port_object, chip_revision) == 24, "as xpc-gen saw it");
_Static_assert(offsetof(struct xmd_port_object, driver) == 25, "as xpc-gen saw it");
_Static_assert(offsetof(struct xmd_port_object, version) == 41, "as xpc-gen saw it");
extern const struct xpc_struct xpc_struct_xmd_port_object;

_Static_assert(sizeof(struct xmd_vif_counters) == 80, "as xpc-gen saw it");
_Static_assert(offsetof(struct xmd_vif_counters, tx_frames) == 0, "as xpc-gen saw it");
_Static_assert(offsetof(struct xmd_vif_counters, tx_bytes) == 8, "as xpc-gen saw it");
_Static_assert(offsetof(struct xmd_vif_counters, tx_errors) == 16, "as xpc-gen saw it");
_Static_assert(offsetof(struct xmd_vif_counters, tx_drops) == 24, "as xpc-gen saw it");
_Static_assert(offsetof(struct xmd_vif_counters, rx_frames) == 32, "as xpc-gen saw it");
_Static_assert(offsetof(struct xmd_vif_counters, rx_bytes) == 40, "as xpc-gen saw it");
_Static_assert(offsetof(struct xmd_vif_counters, rx_errors) == 48, "as xpc-gen saw it");
_Static_assert(offsetof(struct xmd_vif_counters, rx_drops) == 56, "as xpc-gen saw it");
_Static_assert(offsetof(struct xmd_vif_counters, tx_spoofed) == 64, "as xpc-gen saw it");
_Static_assert(offsetof(struct xmd_vif_counters, rx_filtered) == 72, "as xpc-gen saw it");
extern const struct xpc_struct xpc_struct_xmd_vif_counters;

_Static_assert(sizeof(struct xmd_port_counters) == 128, "as xpc-gen saw it");
_Static_assert(offsetof(struct xmd_port_counters, rx_frames) == 0, "as xpc-gen saw it");
_Static_assert(offsetof(struct xmd_port_counters, rx_bytes) == 8, "as xpc-gen saw it");
_Static_assert(offsetof(struct xmd_port_counters, rx_broadcast) == 16, "as xpc-gen saw it");
_Static_assert(offsetof(struct xmd_port_counters, rx_multicast) == 24, "as xpc-gen saw it");
_Static_assert(offsetof(struct xmd_port_counters, tx_frames) == 32, "as xpc-gen saw it");
_Static_assert(offsetof(struct xmd_port_counters, tx_bytes) == 40, "as xpc-gen saw it");
_Static_assert(offsetof(struct xmd_port_counters, tx_broadcast) == 48, "as xpc-gen saw it");
_Static_assert(offsetof(struct xmd_port_counters, tx_multicast) == 56, "as xpc-gen saw it");
_Static_assert(offsetof(struct xmd_port_counters, rx_crc_errors) == 64, "as xpc-gen saw it");
_Static_assert(offsetof(struct xmd_port_counters, rx_missed) == 72, "as xpc-gen saw it");
_Static_assert(offsetof(struct xmd_port_counters, rx_no_buffer) == 80, "as xpc-gen saw it");
_Static_assert(offsetof(struct xmd_port_counters, rx_length_errors) == 88, "as xpc-gen saw it");
_Static_assert(offsetof(struct xmd_port_counters, tx_collisions) == 96, "as xpc-gen saw it");
_Static_assert(offsetof(struct xmd_port_counters, tx_late_collisions) == 104, "as xpc-gen saw it");
_Static_assert(offsetof(struct xmd_port_counters, rx_pause) == 112, "as xpc-gen saw it");
_Static_assert(offsetof(struct xmd_port_counters, tx_pause) == 120, "as xpc-gen saw it");
extern const struct xpc_struct xpc_struct_xmd_port_counters;

_Static_assert(sizeof(struct xmd_port_regs) == 264, "as xpc-gen saw it");
_Static_assert(offsetof(struct xmd_port_regs, version) == 0, "as xpc-gen saw it");
_Static_assert(offsetof(struct xmd_port_regs, n) == 4, "as xpc-gen saw it");
_Static_assert(offsetof(struct xmd_port_regs, val) == 8, "as xpc-gen saw it");
extern const struct xpc_struct xpc_struct_xmd_port_regs;

_Static_assert(sizeof(struct xmd_port_bytes) == 264, "as xpc-gen saw it");
_Static_assert(offsetof(struct xmd_port_bytes, magic) == 0, "as xpc-gen saw it");
_Static_assert(offsetof(struct xmd_port_bytes, n) == 4, "as xpc-gen saw it");
_Static_assert(offsetof(struct xmd_port_bytes, byte) == 8, "as xpc-gen saw it");
extern const struct xpc_struct xpc_struct_xmd_port_bytes;

/* objects: id on the wire, place in struct xpc_proto, members, longest message */
#define XPC_ID_xmd_vif_object 1
#define XPC_OBJECT_xmd_vif_object 0
#define XPC_MAX_xmd_vif_object 426
#define XPC_xmd_vif_object_mtu (1ull << 0)
#define XPC_xmd_vif_object_mac (1ull << 1)
#define XPC_xmd_vif_object_promisc (1ull << 2)
#define XPC_xmd_vif_object_allmulti (1ull << 3)
#define XPC_xmd_vif_object_rx_usecs (1ull << 4)
#define XPC_xmd_vif_object_mc (1ull << 6)
#define XPC_xmd_vif_object_vlan (1ull << 8)
#define XPC_xmd_vif_object_vlan_filter (1ull << 9)
#define XPC_xmd_vif_object_filter (1ull << 10)
#define XPC_xmd_vif_object_may (1ull << 11)
#define XPC_xmd_vif_object_mtu_max (1ull << 12)
#define XPC_xmd_vif_object_rx_usecs_max (1ull << 13)
#define XPC_ID_xmd_port_object 2
#define XPC_OBJECT_xmd_port_object 1
#define XPC_MAX_xmd_port_object 113
#define XPC_xmd_port_object_link (1ull << 0)
#define XPC_xmd_port_object_duplex (1ull << 1)
#define XPC_xmd_port_object_speed (1ull << 2)
#define XPC_xmd_port_object_autoneg (1ull << 3)
#define XPC_xmd_port_object_advertise (1ull << 4)
#define XPC_xmd_port_object_partner (1ull << 5)
#define XPC_xmd_port_object_pause_autoneg (1ull << 6)
#define XPC_xmd_port_object_pause_rx (1ull << 7)
#define XPC_xmd_port_object_pause_tx (1ull << 8)
#define XPC_xmd_port_object_mtu (1ull << 9)
#define XPC_xmd_port_object_eeprom_len (1ull << 10)
#define XPC_xmd_port_object_regs_len (1ull << 11)
#define XPC_xmd_port_object_chip_vendor (1ull << 12)
#define XPC_xmd_port_object_chip_device (1ull << 13)
#define XPC_xmd_port_object_chip_revision (1ull << 14)
#define XPC_xmd_port_object_driver (1ull << 15)
#define XPC_xmd_port_object_version (1ull << 16)
#define XPC_OBJECT_N_vif_objects 2

/* upcalls, by their place in struct xpc_proto */
enum {
	XPC_UP_N_vif_objects
};

/* downcalls, by their place in struct xpc_proto */
enum {
	XPC_DOWN_xmd_obj_counters,
	XPC_DOWN_xmd_obj_identify,
	XPC_DOWN_xmd_obj_regs,
	XPC_DOWN_xmd_obj_eeprom,
	XPC_DOWN_N_vif_objects
};

struct xpc_args_xmd_obj_counters {
	struct xmd_vif_counters vif;
	struct xmd_port_counters port;
};

struct xpc_args_xmd_obj_identify {
	__u32 on;
};

struct xpc_args_xmd_obj_regs {
	struct xmd_port_regs regs;
};

struct xpc_args_xmd_obj_eeprom {
	__u32 offset;
	__u32 n;
	struct xmd_port_bytes bytes;
};

union vif_objects_up_args {
	__u8 none;
};

union vif_objects_down_args {
	__u8 none;
	struct xpc_args_xmd_obj_counters xmd_obj_counters;
	struct xpc_args_xmd_obj_identify xmd_obj_identify;
	struct xpc_args_xmd_obj_regs xmd_obj_regs;
	struct xpc_args_xmd_obj_eeprom xmd_obj_eeprom;
};

/* downcalls: the guest's stubs, the home's handlers */

int xpc_call_xmd_obj_counters(struct xpc_guest *x, struct xmd_vif_counters *vif, struct xmd_port_counters *port);
int xmd_obj_counters(void *ctx, struct xmd_vif_counters *vif, struct xmd_port_counters *port);

int xpc_call_xmd_obj_identify(struct xpc_guest *x, __u32 on);
int xmd_obj_identify(void *ctx, __u32 on);

int xpc_call_xmd_obj_regs(struct xpc_guest *x, struct xmd_port_regs *regs);
int xmd_obj_regs(void *ctx, struct xmd_port_regs *regs);

int xpc_call_xmd_obj_eeprom(struct xpc_guest *x, __u32 offset, __u32 n, struct xmd_port_bytes *bytes);
int xmd_obj_eeprom(void *ctx, __u32 offset, __u32 n, struct xmd_port_bytes *bytes);

extern const struct xpc_proto xpc_vif_objects;
extern const xpc_serve_fn xpc_serve_vif_objects_down[];	/* home */

#endif
