/* SPDX-License-Identifier: GPL-2.0 */
/*
 * trace.h - tracepoints of xmd_back.ko, for perf, bpftrace and /sys/kernel/tracing
 *
 *   xmd_back_tx_batch	@n frames were read from a guest's TX ring
 *   xmd_back_rx_batch	@n frames and segments were put into its RX ring
 *   xmd_back_drop	@n frames; @why: the name of their counter in debugfs, mostly
 *   xmd_back_fault	the vif is shut; @n: enum xmd_vif_fault; @why: in words
 *
 * In a kernel without CONFIG_TRACEPOINTS, as the image's own is, there is nothing of them.
 */
#undef TRACE_SYSTEM
#define TRACE_SYSTEM xmd_back

#if !defined(XMD_BACK_TRACE_H) || defined(TRACE_HEADER_MULTI_READ)
#define XMD_BACK_TRACE_H

#include <linux/tracepoint.h>
#include "back.h"

#define VIF_PROTO	TP_PROTO(const struct xmd_vif *v, unsigned int n, const char *why)
#define VIF_ARGS	TP_ARGS(v, n, why)

DECLARE_EVENT_CLASS(xmd_back,
	VIF_PROTO, VIF_ARGS,
	TP_STRUCT__entry(
		__field(u32, domid)
		__field(u32, handle)
		__field(u32, n)
		__array(char, why, 56)
	),
	TP_fast_assign(
		__entry->domid = v->id.domid;
		__entry->handle = v->id.handle;
		__entry->n = n;
		strscpy(__entry->why, why, sizeof(__entry->why));
	),
	TP_printk("vif %u.%u n %u %s", __entry->domid, __entry->handle, __entry->n, __entry->why)
);
DEFINE_EVENT(xmd_back, xmd_back_tx_batch, VIF_PROTO, VIF_ARGS);
DEFINE_EVENT(xmd_back, xmd_back_rx_batch, VIF_PROTO, VIF_ARGS);
DEFINE_EVENT(xmd_back, xmd_back_drop, VIF_PROTO, VIF_ARGS);
DEFINE_EVENT(xmd_back, xmd_back_fault, VIF_PROTO, VIF_ARGS);

#endif /* XMD_BACK_TRACE_H */

#undef TRACE_INCLUDE_PATH
#define TRACE_INCLUDE_PATH .
#undef TRACE_INCLUDE_FILE
#define TRACE_INCLUDE_FILE trace
#include <trace/define_trace.h>
