/* SPDX-License-Identifier: GPL-2.0 */
/* Made by xpc-gen from objects.h; changes belong there. */
#ifndef XPC_GEN_objects_H
#define XPC_GEN_objects_H

#include "objects.h"
#include "calls.h"

_Static_assert(sizeof(struct xmd_mac) == 6, "as xpc-gen saw it");
_Static_assert(offsetof(struct xmd_mac, addr) == 0, "as xpc-gen saw it");
extern const struct xpc_struct xpc_struct_xmd_mac;

_Static_assert(sizeof(struct xmd_adapter) == 888, "as xpc-gen saw it");
_Static_assert(offsetof(struct xmd_adapter, tx_ring) == 0, "as xpc-gen saw it");
_Static_assert(offsetof(struct xmd_adapter, rx_ring) == 4, "as xpc-gen saw it");
_Static_assert(offsetof(struct xmd_adapter, mtu) == 8, "as xpc-gen saw it");
_Static_assert(offsetof(struct xmd_adapter, mac) == 12, "as xpc-gen saw it");
_Static_assert(offsetof(struct xmd_adapter, autoneg) == 18, "as xpc-gen saw it");
_Static_assert(offsetof(struct xmd_adapter, advertise) == 19, "as xpc-gen saw it");
_Static_assert(offsetof(struct xmd_adapter, forced) == 20, "as xpc-gen saw it");
_Static_assert(offsetof(struct xmd_adapter, mdix) == 21, "as xpc-gen saw it");
_Static_assert(offsetof(struct xmd_adapter, pause_autoneg) == 22, "as xpc-gen saw it");
_Static_assert(offsetof(struct xmd_adapter, pause_rx) == 23, "as xpc-gen saw it");
_Static_assert(offsetof(struct xmd_adapter, pause_tx) == 24, "as xpc-gen saw it");
_Static_assert(offsetof(struct xmd_adapter, itr_mode) == 25, "as xpc-gen saw it");
_Static_assert(offsetof(struct xmd_adapter, rx_usecs) == 28, "as xpc-gen saw it");
_Static_assert(offsetof(struct xmd_adapter, wol) == 32, "as xpc-gen saw it");
_Static_assert(offsetof(struct xmd_adapter, msg_level) == 36, "as xpc-gen saw it");
_Static_assert(offsetof(struct xmd_adapter, rx_csum) == 40, "as xpc-gen saw it");
_Static_assert(offsetof(struct xmd_adapter, restored) == 48, "as xpc-gen saw it");
_Static_assert(offsetof(struct xmd_adapter, promisc) == 56, "as xpc-gen saw it");
_Static_assert(offsetof(struct xmd_adapter, allmulti) == 57, "as xpc-gen saw it");
_Static_assert(offsetof(struct xmd_adapter, n_mc) == 58, "as xpc-gen saw it");
_Static_assert(offsetof(struct xmd_adapter, mc) == 60, "as xpc-gen saw it");
_Static_assert(offsetof(struct xmd_adapter, link) == 828, "as xpc-gen saw it");
_Static_assert(offsetof(struct xmd_adapter, duplex) == 829, "as xpc-gen saw it");
_Static_assert(offsetof(struct xmd_adapter, speed) == 830, "as xpc-gen saw it");
_Static_assert(offsetof(struct xmd_adapter, flow_rx) == 832, "as xpc-gen saw it");
_Static_assert(offsetof(struct xmd_adapter, flow_tx) == 833, "as xpc-gen saw it");
_Static_assert(offsetof(struct xmd_adapter, mdix_state) == 834, "as xpc-gen saw it");
_Static_assert(offsetof(struct xmd_adapter, partner) == 835, "as xpc-gen saw it");
_Static_assert(offsetof(struct xmd_adapter, perm_mac) == 836, "as xpc-gen saw it");
_Static_assert(offsetof(struct xmd_adapter, wol_can) == 844, "as xpc-gen saw it");
_Static_assert(offsetof(struct xmd_adapter, eeprom_len) == 848, "as xpc-gen saw it");
_Static_assert(offsetof(struct xmd_adapter, phy_addr) == 850, "as xpc-gen saw it");
_Static_assert(offsetof(struct xmd_adapter, user_version) == 851, "as xpc-gen saw it");
extern const struct xpc_struct xpc_struct_xmd_adapter;

_Static_assert(sizeof(struct xmd_counters) == 448, "as xpc-gen saw it");
_Static_assert(offsetof(struct xmd_counters, crcerrs) == 0, "as xpc-gen saw it");
_Static_assert(offsetof(struct xmd_counters, algnerrc) == 8, "as xpc-gen saw it");
_Static_assert(offsetof(struct xmd_counters, symerrs) == 16, "as xpc-gen saw it");
_Static_assert(offsetof(struct xmd_counters, rxerrc) == 24, "as xpc-gen saw it");
_Static_assert(offsetof(struct xmd_counters, mpc) == 32, "as xpc-gen saw it");
_Static_assert(offsetof(struct xmd_counters, scc) == 40, "as xpc-gen saw it");
_Static_assert(offsetof(struct xmd_counters, ecol) == 48, "as xpc-gen saw it");
_Static_assert(offsetof(struct xmd_counters, mcc) == 56, "as xpc-gen saw it");
_Static_assert(offsetof(struct xmd_counters, latecol) == 64, "as xpc-gen saw it");
_Static_assert(offsetof(struct xmd_counters, colc) == 72, "as xpc-gen saw it");
_Static_assert(offsetof(struct xmd_counters, dc) == 80, "as xpc-gen saw it");
_Static_assert(offsetof(struct xmd_counters, tncrs) == 88, "as xpc-gen saw it");
_Static_assert(offsetof(struct xmd_counters, sec) == 96, "as xpc-gen saw it");
_Static_assert(offsetof(struct xmd_counters, cexterr) == 104, "as xpc-gen saw it");
_Static_assert(offsetof(struct xmd_counters, rlec) == 112, "as xpc-gen saw it");
_Static_assert(offsetof(struct xmd_counters, xonrxc) == 120, "as xpc-gen saw it");
_Static_assert(offsetof(struct xmd_counters, xontxc) == 128, "as xpc-gen saw it");
_Static_assert(offsetof(struct xmd_counters, xoffrxc) == 136, "as xpc-gen saw it");
_Static_assert(offsetof(struct xmd_counters, xofftxc) == 144, "as xpc-gen saw it");
_Static_assert(offsetof(struct xmd_counters, fcruc) == 152, "as xpc-gen saw it");
_Static_assert(offsetof(struct xmd_counters, prc64) == 160, "as xpc-gen saw it");
_Static_assert(offsetof(struct xmd_counters, prc127) == 168, "as xpc-gen saw it");
_Static_assert(offsetof(struct xmd_counters, prc255) == 176, "as xpc-gen saw it");
_Static_assert(offsetof(struct xmd_counters, prc511) == 184, "as xpc-gen saw it");
_Static_assert(offsetof(struct xmd_counters, prc1023) == 192, "as xpc-gen saw it");
_Static_assert(offsetof(struct xmd_counters, prc1522) == 200, "as xpc-gen saw it");
_Static_assert(offsetof(struct xmd_counters, gprc) == 208, "as xpc-gen saw it");
_Static_assert(offsetof(struct xmd_counters, bprc) == 216, "as xpc-gen saw it");
_Static_assert(offsetof(struct xmd_counters, mprc) == 224, "as xpc-gen saw it");
_Static_assert(offsetof(struct xmd_counters, gptc) == 232, "as xpc-gen saw it");
_Static_assert(offsetof(struct xmd_counters, gorc) == 240, "as xpc-gen saw it");
_Static_assert(offsetof(struct xmd_counters, gotc) == 248, "as xpc-gen saw it");
_Static_assert(offsetof(struct xmd_counters, rnbc) == 256, "as xpc-gen saw it");
_Static_assert(offsetof(struct xmd_counters, ruc) == 264, "as xpc-gen saw it");
_Static_assert(offsetof(struct xmd_counters, rfc) == 272, "as xpc-gen saw it");
_Static_assert(offsetof(struct xmd_counters, roc) == 280, "as xpc-gen saw it");
_Static_assert(offsetof(struct xmd_counters, rjc) == 288, "as xpc-gen saw it");
_Static_assert(offsetof(struct xmd_counters, mgprc) == 296, "as xpc-gen saw it");
_Static_assert(offsetof(struct xmd_counters, mgpdc) == 304, "as xpc-gen saw it");
_Static_assert(offsetof(struct xmd_counters, mgptc) == 312, "as xpc-gen saw it");
_Static_assert(offsetof(struct xmd_counters, tor) == 320, "as xpc-gen saw it");
_Static_assert(offsetof(struct xmd_counters, tot) == 328, "as xpc-gen saw it");
_Static_assert(offsetof(struct xmd_counters, tpr) == 336, "as xpc-gen saw it");
_Static_assert(offsetof(struct xmd_counters, tpt) == 344, "as xpc-gen saw it");
_Static_assert(offsetof(struct xmd_counters, ptc64) == 352, "as xpc-gen saw it");
_Static_assert(offsetof(struct xmd_counters, ptc127) == 360, "as xpc-gen saw it");
_Static_assert(offsetof(struct xmd_counters, ptc255) == 368, "as xpc-gen saw it");
_Static_assert(offsetof(struct xmd_counters, ptc511) == 376, "as xpc-gen saw it");
_Static_assert(offsetof(struct xmd_counters, ptc1023) == 384, "as xpc-gen saw it");
_Static_assert(offsetof(struct xmd_counters, ptc1522) == 392, "as xpc-gen saw it");
_Static_assert(offsetof(struct xmd_counters, mptc) == 400, "as xpc-gen saw it");
_Static_assert(offsetof(struct xmd_counters, bptc) == 408, "as xpc-gen saw it");
_Static_assert(offsetof(struct xmd_counters, tsctc) == 416, "as xpc-gen saw it");
_Static_assert(offsetof(struct xmd_counters, tsctfc) == 424, "as xpc-gen saw it");
_Static_assert(offsetof(struct xmd_counters, link_losses) == 432, "as xpc-gen saw it");
_Static_assert(offsetof(struct xmd_counters, link_kept) == 440, "as xpc-gen saw it");
extern const struct xpc_struct xpc_struct_xmd_counters;

_Static_assert(sizeof(struct xmd_regdump) == 260, "as xpc-gen saw it");
_Static_assert(offsetof(struct xmd_regdump, n) == 0, "as xpc-gen saw it");
_Static_assert(offsetof(struct xmd_regdump, val) == 4, "as xpc-gen saw it");
extern const struct xpc_struct xpc_struct_xmd_regdump;

_Static_assert(sizeof(struct xmd_bytes) == 516, "as xpc-gen saw it");
_Static_assert(offsetof(struct xmd_bytes, n) == 0, "as xpc-gen saw it");
_Static_assert(offsetof(struct xmd_bytes, byte) == 4, "as xpc-gen saw it");
extern const struct xpc_struct xpc_struct_xmd_bytes;

_Static_assert(sizeof(struct xmd_testresult) == 48, "as xpc-gen saw it");
_Static_assert(offsetof(struct xmd_testresult, failed) == 0, "as xpc-gen saw it");
_Static_assert(offsetof(struct xmd_testresult, result) == 8, "as xpc-gen saw it");
extern const struct xpc_struct xpc_struct_xmd_testresult;

/* objects: id on the wire, place in struct xpc_proto, members, longest message */
#define XPC_ID_xmd_adapter 1
#define XPC_OBJECT_xmd_adapter 0
#define XPC_MAX_xmd_adapter 913
#define XPC_xmd_adapter_tx_ring (1ull << 0)
#define XPC_xmd_adapter_rx_ring (1ull << 1)
#define XPC_xmd_adapter_mtu (1ull << 2)
#define XPC_xmd_adapter_mac (1ull << 3)
#define XPC_xmd_adapter_autoneg (1ull << 4)
#define XPC_xmd_adapter_advertise (1ull << 5)
#define XPC_xmd_adapter_forced (1ull << 6)
#define XPC_xmd_adapter_mdix (1ull << 7)
#define XPC_xmd_adapter_pause_autoneg (1ull << 8)
#define XPC_xmd_adapter_pause_rx (1ull << 9)
#define XPC_xmd_adapter_pause_tx (1ull << 10)
#define XPC_xmd_adapter_itr_mode (1ull << 11)
#define XPC_xmd_adapter_rx_usecs (1ull << 12)
#define XPC_xmd_adapter_wol (1ull << 13)
#define XPC_xmd_adapter_msg_level (1ull << 14)
#define XPC_xmd_adapter_rx_csum (1ull << 15)
#define XPC_xmd_adapter_restored (1ull << 16)
#define XPC_xmd_adapter_promisc (1ull << 17)
#define XPC_xmd_adapter_allmulti (1ull << 18)
#define XPC_xmd_adapter_mc (1ull << 20)
#define XPC_xmd_adapter_link (1ull << 21)
#define XPC_xmd_adapter_duplex (1ull << 22)
#define XPC_xmd_adapter_speed (1ull << 23)
#define XPC_xmd_adapter_flow_rx (1ull << 24)
#define XPC_xmd_adapter_flow_tx (1ull << 25)
#define XPC_xmd_adapter_mdix_state (1ull << 26)
#define XPC_xmd_adapter_partner (1ull << 27)
#define XPC_xmd_adapter_perm_mac (1ull << 28)
#define XPC_xmd_adapter_wol_can (1ull << 29)
#define XPC_xmd_adapter_eeprom_len (1ull << 30)
#define XPC_xmd_adapter_phy_addr (1ull << 31)
#define XPC_xmd_adapter_user_version (1ull << 32)
#define XPC_ID_xmd_counters 2
#define XPC_OBJECT_xmd_counters 1
#define XPC_MAX_xmd_counters 488
#define XPC_xmd_counters_crcerrs (1ull << 0)
#define XPC_xmd_counters_algnerrc (1ull << 1)
#define XPC_xmd_counters_symerrs (1ull << 2)
#define XPC_xmd_counters_rxerrc (1ull << 3)
#define XPC_xmd_counters_mpc (1ull << 4)
#define XPC_xmd_counters_scc (1ull << 5)
#define XPC_xmd_counters_ecol (1ull << 6)
#define XPC_xmd_counters_mcc (1ull << 7)
#define XPC_xmd_counters_latecol (1ull << 8)
#define XPC_xmd_counters_colc (1ull << 9)
#define XPC_xmd_counters_dc (1ull << 10)
#define XPC_xmd_counters_tncrs (1ull << 11)
#define XPC_xmd_counters_sec (1ull << 12)
#define XPC_xmd_counters_cexterr (1ull << 13)
#define XPC_xmd_counters_rlec (1ull << 14)
#define XPC_xmd_counters_xonrxc (1ull << 15)
#define XPC_xmd_counters_xontxc (1ull << 16)
#define XPC_xmd_counters_xoffrxc (1ull << 17)
#define XPC_xmd_counters_xofftxc (1ull << 18)
#define XPC_xmd_counters_fcruc (1ull << 19)
#define XPC_xmd_counters_prc64 (1ull << 20)
#define XPC_xmd_counters_prc127 (1ull << 21)
#define XPC_xmd_counters_prc255 (1ull << 22)
#define XPC_xmd_counters_prc511 (1ull << 23)
#define XPC_xmd_counters_prc1023 (1ull << 24)
#define XPC_xmd_counters_prc1522 (1ull << 25)
#define XPC_xmd_counters_gprc (1ull << 26)
#define XPC_xmd_counters_bprc (1ull << 27)
#define XPC_xmd_counters_mprc (1ull << 28)
#define XPC_xmd_counters_gptc (1ull << 29)
#define XPC_xmd_counters_gorc (1ull << 30)
#define XPC_xmd_counters_gotc (1ull << 31)
#define XPC_xmd_counters_rnbc (1ull << 32)
#define XPC_xmd_counters_ruc (1ull << 33)
#define XPC_xmd_counters_rfc (1ull << 34)
#define XPC_xmd_counters_roc (1ull << 35)
#define XPC_xmd_counters_rjc (1ull << 36)
#define XPC_xmd_counters_mgprc (1ull << 37)
#define XPC_xmd_counters_mgpdc (1ull << 38)
#define XPC_xmd_counters_mgptc (1ull << 39)
#define XPC_xmd_counters_tor (1ull << 40)
#define XPC_xmd_counters_tot (1ull << 41)
#define XPC_xmd_counters_tpr (1ull << 42)
#define XPC_xmd_counters_tpt (1ull << 43)
#define XPC_xmd_counters_ptc64 (1ull << 44)
#define XPC_xmd_counters_ptc127 (1ull << 45)
#define XPC_xmd_counters_ptc255 (1ull << 46)
#define XPC_xmd_counters_ptc511 (1ull << 47)
#define XPC_xmd_counters_ptc1023 (1ull << 48)
#define XPC_xmd_counters_ptc1522 (1ull << 49)
#define XPC_xmd_counters_mptc (1ull << 50)
#define XPC_xmd_counters_bptc (1ull << 51)
#define XPC_xmd_counters_tsctc (1ull << 52)
#define XPC_xmd_counters_tsctfc (1ull << 53)
#define XPC_xmd_counters_link_losses (1ull << 54)
#define XPC_xmd_counters_link_kept (1ull << 55)
#define XPC_OBJECT_N_objects 2

/* upcalls, by their place in struct xpc_proto */
enum {
	XPC_UP_xmd_configure,
	XPC_UP_xmd_link_event,
	XPC_UP_xmd_tx_hang,
	XPC_UP_xmd_alive,
	XPC_UP_xmd_nway_reset,
	XPC_UP_xmd_identify,
	XPC_UP_xmd_read_regs,
	XPC_UP_xmd_read_eeprom,
	XPC_UP_xmd_write_eeprom,
	XPC_UP_xmd_self_test,
	XPC_UP_xmd_refresh_counters,
	XPC_UP_N_objects
};

/* downcalls, by their place in struct xpc_proto */
enum {
	XPC_DOWN_xmd_test_irq,
	XPC_DOWN_xmd_test_loopback,
	XPC_DOWN_xmd_found,
	XPC_DOWN_N_objects
};

struct xpc_args_xmd_configure {
	struct xmd_adapter want;
};

struct xpc_args_xmd_link_event {
	__u8 none;
};

struct xpc_args_xmd_tx_hang {
	__u8 none;
};

struct xpc_args_xmd_alive {
	__u8 none;
};

struct xpc_args_xmd_nway_reset {
	__u8 none;
};

struct xpc_args_xmd_identify {
	__u32 on;
};

struct xpc_args_xmd_read_regs {
	struct xmd_regdump dump;
};

struct xpc_args_xmd_read_eeprom {
	__u32 offset;
	__u32 n;
	struct xmd_bytes out;
};

struct xpc_args_xmd_write_eeprom {
	__u32 offset;
	struct xmd_bytes in;
};

struct xpc_args_xmd_self_test {
	__u32 offline;
	struct xmd_testresult out;
};

struct xpc_args_xmd_refresh_counters {
	__u8 none;
};

struct xpc_args_xmd_test_irq {
	__u8 none;
};

struct xpc_args_xmd_test_loopback {
	__u8 none;
};

struct xpc_args_xmd_found {
	struct xmd_adapter found;
};

union objects_up_args {
	__u8 none;
	struct xpc_args_xmd_configure xmd_configure;
	struct xpc_args_xmd_link_event xmd_link_event;
	struct xpc_args_xmd_tx_hang xmd_tx_hang;
	struct xpc_args_xmd_alive xmd_alive;
	struct xpc_args_xmd_nway_reset xmd_nway_reset;
	struct xpc_args_xmd_identify xmd_identify;
	struct xpc_args_xmd_read_regs xmd_read_regs;
	struct xpc_args_xmd_read_eeprom xmd_read_eeprom;
	struct xpc_args_xmd_write_eeprom xmd_write_eeprom;
	struct xpc_args_xmd_self_test xmd_self_test;
	struct xpc_args_xmd_refresh_counters xmd_refresh_counters;
};

union objects_down_args {
	__u8 none;
	struct xpc_args_xmd_test_irq xmd_test_irq;
	struct xpc_args_xmd_test_loopback xmd_test_loopback;
	struct xpc_args_xmd_found xmd_found;
};

/* upcalls: the kernel's stubs, the user half's handlers */
struct driver;

int xpc_call_xmd_configure(struct xpc *x, const struct xmd_adapter *want);
int drv_configure(struct driver *ctx, const struct xmd_adapter *want);

int xpc_call_xmd_link_event(struct xpc *x);
int drv_link_event(struct driver *ctx);
static inline void xpc_raise_xmd_link_event(struct xpc *x)
{
	xpc_raise(x, XPC_UP_xmd_link_event);
}

int xpc_call_xmd_tx_hang(struct xpc *x);
int drv_tx_hang(struct driver *ctx);
static inline void xpc_raise_xmd_tx_hang(struct xpc *x)
{
	xpc_raise(x, XPC_UP_xmd_tx_hang);
}

int xpc_call_xmd_alive(struct xpc *x);
int drv_alive(struct driver *ctx);
static inline void xpc_raise_xmd_alive(struct xpc *x)
{
	xpc_raise(x, XPC_UP_xmd_alive);
}

int xpc_call_xmd_nway_reset(struct xpc *x);
int drv_nway_reset(struct driver *ctx);
static inline void xpc_raise_xmd_nway_reset(struct xpc *x)
{
	xpc_raise(x, XPC_UP_xmd_nway_reset);
}

int xpc_call_xmd_identify(struct xpc *x, __u32 on);
int drv_identify(struct driver *ctx, __u32 on);

int xpc_call_xmd_read_regs(struct xpc *x, struct xmd_regdump *dump);
int drv_read_regs(struct driver *ctx, struct xmd_regdump *dump);

int xpc_call_xmd_read_eeprom(struct xpc *x, __u32 offset, __u32 n, struct xmd_bytes *out);
int drv_read_eeprom(struct driver *ctx, __u32 offset, __u32 n, struct xmd_bytes *out);

int xpc_call_xmd_write_eeprom(struct xpc *x, __u32 offset, const struct xmd_bytes *in);
int drv_write_eeprom(struct driver *ctx, __u32 offset, const struct xmd_bytes *in);

int xpc_call_xmd_self_test(struct xpc *x, __u32 offline, struct xmd_testresult *out);
int drv_self_test(struct driver *ctx, __u32 offline, struct xmd_testresult *out);

int xpc_call_xmd_refresh_counters(struct xpc *x);
int drv_refresh_counters(struct driver *ctx);
static inline void xpc_raise_xmd_refresh_counters(struct xpc *x)
{
	xpc_raise(x, XPC_UP_xmd_refresh_counters);
}

/* downcalls: the user half's stubs, the kernel's handlers */

int xpc_call_xmd_test_irq(struct xpc_user *x);
int xmd_test_irq(void *ctx);

int xpc_call_xmd_test_loopback(struct xpc_user *x);
int xmd_test_loopback(void *ctx);

int xpc_call_xmd_found(struct xpc_user *x, const struct xmd_adapter *found);
int xmd_found(void *ctx, const struct xmd_adapter *found);

extern const struct xpc_proto xpc_objects;
extern const xpc_serve_fn xpc_serve_objects_up[];	/* user half */
extern const xpc_serve_fn xpc_serve_objects_down[];	/* kernel */

#endif
