/* SPDX-License-Identifier: GPL-2.0 */
/* slice_user.h - before the source of a user half made by xmd-slicer; main.c and api.c are behind it. */
#ifndef SLICER_SHIM_USER_H
#define SLICER_SHIM_USER_H

#include "kernel.h"
#include "sl_wire.h"
#include "slice_objects_xpc.h"

struct net_device *sl_netdev(void);
void sl_refuse(const char *name) __attribute__((noreturn));

/* main.c */
struct xpc_user *sl_xpc(void);
u64 sl_wire(const void *p);
void *sl_ptr(u64 wire, enum sl_kind kind);
void sl_down_begin(void);
void sl_down_end(const char *name, int err);
void sl_serve_begin(const char *name);
int sl_serve_end(void);
void sl_report_all(void);

void sl_set_address(struct net_device *dev, const u8 *addr);

struct sl_bytes *sl_bytes(const void *from, size_t n);
void sl_bytes_back(void *to, const struct sl_bytes *in, const struct sl_bytes *out, int err);
void sl_bytes_free(struct sl_bytes *b);
void *sl_bytes_open(const struct sl_bytes *b);
void sl_bytes_close(void *p, const struct sl_bytes *in, struct sl_bytes *out);

#endif
