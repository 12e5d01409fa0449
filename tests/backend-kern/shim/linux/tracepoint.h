/* SPDX-License-Identifier: GPL-2.0 */
/* Tracepoints are functions that do nothing, but for a count of the frames dropped, by sim.c. */
#ifndef SHIM_TRACEPOINT_H
#define SHIM_TRACEPOINT_H

#define TP_PROTO(...)	__VA_ARGS__
#define TP_ARGS(...)	__VA_ARGS__
#define DECLARE_EVENT_CLASS(...)
#define DEFINE_EVENT(class, name, proto, args)		\
	static inline void trace_##name(proto)		\
	{						\
		class##_traced(args, #name);		\
	}

#define xmd_back_traced(v, n, why, name)	((void)(v), sim_trace(name, n, why))
void sim_trace(const char *event, unsigned int n, const char *why);

#endif
