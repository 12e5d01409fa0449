/* SPDX-License-Identifier: GPL-2.0 */
/*
 * xpc_trace.h - the tracepoint xmd_nic_crossing: a call between the halves is over
 *
 * @us: since it was asked, in microseconds; of a downcall, since it was written.  It is in
 * every module that is linked with a tracker, under this name, and in no program.
 */
#ifndef __KERNEL__
#define trace_xmd_nic_crossing(name, result, us)	((void)(name), (void)(result), (void)(us))
#else

#undef TRACE_SYSTEM
#define TRACE_SYSTEM xmd_nic

#if !defined(XPC_TRACE_H) || defined(TRACE_HEADER_MULTI_READ)
#define XPC_TRACE_H

#include <linux/tracepoint.h>

TRACE_EVENT(xmd_nic_crossing,
	TP_PROTO(const char *name, int result, u64 us),
	TP_ARGS(name, result, us),
	TP_STRUCT__entry(
		__array(char, name, 32)
		__field(int, result)
		__field(u64, us)
	),
	TP_fast_assign(
		strscpy(__entry->name, name, sizeof(__entry->name));
		__entry->result = result;
		__entry->us = us;
	),
	TP_printk("%s result %d us %llu", __entry->name, __entry->result, __entry->us)
);

#endif /* XPC_TRACE_H */

#undef TRACE_INCLUDE_PATH
#define TRACE_INCLUDE_PATH .
#undef TRACE_INCLUDE_FILE
#define TRACE_INCLUDE_FILE xpc_trace
#include <trace/define_trace.h>

#endif /* __KERNEL__ */
