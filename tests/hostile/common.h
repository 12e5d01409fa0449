/* SPDX-License-Identifier: GPL-2.0 */
/* common.h - what hostile frontends and backends share: Xen's headers, verdicts, time. */
#ifndef HOSTILE_COMMON_H
#define HOSTILE_COMMON_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <xenevtchn.h>
#include <xengnttab.h>
#include <xenstore.h>

#define xen_mb() __atomic_thread_fence(__ATOMIC_SEQ_CST)
#define xen_rmb() __atomic_thread_fence(__ATOMIC_ACQUIRE)
#define xen_wmb() __atomic_thread_fence(__ATOMIC_RELEASE)
#include <xen/io/netif.h>
#include <xen/io/xenbus.h>

#define PAGE 4096u
#define SLOTS 256u	/* in one ring page, both kinds */
#define STATE(s) (1u << XenbusState##s)

enum verdict { OK = 0, FAILED = 1, BROKEN = 2,
	       CUT_OFF = 3 /* as expected, and this connection is over */ };

/* The test could not be made, which is no failure of the other side: says so and exits. */
__attribute__((noreturn, format(printf, 1, 2))) void broken(const char *fmt, ...);

uint64_t now_ms(void);
void sleep_ms(unsigned int ms);

/* Random, the same in each run; each thread has its own. */
uint32_t rnd(void);

#endif
