/* SPDX-License-Identifier: GPL-2.0 */
/*
 * plugin.h - what insncount.c uses of QEMU's interface for TCG plugins. QEMU's own qemu-plugin.h is
 * in no Debian package; these are declarations of its documented functions, which are exported by
 * qemu-system-x86_64 and stable within an API version.
 *
 * A plugin says by qemu_plugin_version which version it was made for, and is refused by a QEMU
 * that does not know it: QEMU 7.2 takes 0 and 1, 9.0 and later 2 and above. What is used here is the
 * same in all.
 */
#ifndef XMD_BENCH_PLUGIN_H
#define XMD_BENCH_PLUGIN_H

#include <stddef.h>
#include <stdint.h>

typedef uint64_t qemu_plugin_id_t;
struct qemu_info;		/* of the target; not looked at */
struct qemu_plugin_tb;		/* a translation block: valid only while it is translated */
struct qemu_plugin_insn;

enum qemu_plugin_cb_flags { QEMU_PLUGIN_CB_NO_REGS };

typedef void (*qemu_plugin_simple_cb_t)(qemu_plugin_id_t id);
typedef void (*qemu_plugin_vcpu_tb_trans_cb_t)(qemu_plugin_id_t id, struct qemu_plugin_tb *tb);
typedef void (*qemu_plugin_vcpu_udata_cb_t)(unsigned int vcpu, void *userdata);

/*
 * Takes all callbacks away, and has all blocks translated anew, if it is called on a CPU's thread (from
 * a callback); then @cb, which may register others.
 */
void qemu_plugin_reset(qemu_plugin_id_t id, qemu_plugin_simple_cb_t cb);

/* Called with each block that is translated. */
void qemu_plugin_register_vcpu_tb_trans_cb(qemu_plugin_id_t id, qemu_plugin_vcpu_tb_trans_cb_t cb);

/* Called each time that this block is executed, before its first instruction. */
void qemu_plugin_register_vcpu_tb_exec_cb(struct qemu_plugin_tb *tb, qemu_plugin_vcpu_udata_cb_t cb,
					  enum qemu_plugin_cb_flags flags, void *userdata);

size_t qemu_plugin_tb_n_insns(const struct qemu_plugin_tb *tb);
uint64_t qemu_plugin_tb_vaddr(const struct qemu_plugin_tb *tb);
struct qemu_plugin_insn *qemu_plugin_tb_get_insn(const struct qemu_plugin_tb *tb, size_t idx);

/* Where the instruction lies in QEMU's own memory; NULL if it is in none. */
void *qemu_plugin_insn_haddr(const struct qemu_plugin_insn *insn);

#define QEMU_PLUGIN_EXPORT __attribute__((visibility("default")))
extern QEMU_PLUGIN_EXPORT int qemu_plugin_version;
QEMU_PLUGIN_EXPORT int qemu_plugin_install(qemu_plugin_id_t id, const struct qemu_info *info,
					   int argc, char **argv);

#endif
