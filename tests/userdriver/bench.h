/* SPDX-License-Identifier: GPL-2.0 */
/*
 * bench.h - a driver on a simulated NIC, for the tests of the user half.
 *
 * Time stands still but for bench_pass; the main loop is played by bench_serve (messages)
 * and bench_tick (the two-second timer).
 */
#ifndef XMD_TEST_BENCH_H
#define XMD_TEST_BENCH_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "../../userdriver/handlers.h"
#include "../../userdriver/options.h"
#include "../../userdriver/sim/sim.h"

struct bench {
	struct sim *sim;
	struct driver d;
	struct options opt;
};

void bench_open(struct bench *b, uint32_t faults);
void bench_close(struct bench *b);

/* An earlier user half brought the NIC up, saw the link come, and is gone. */
void bench_running(struct bench *b, uint32_t faults);

/* A new process in the place of the old one. */
void bench_new_user_half(struct bench *b);

/* In a new domain: nothing is known of the one before. */
void bench_new_domain(struct bench *b, bool pm_reset);

/* A new user half, started; what driver_start returns. */
int bench_restart(struct bench *b);

/* The kernel half commits what is to be received: so many made-up multicast addresses. */
void bench_filter(struct bench *b, unsigned int n_mc, unsigned int promisc, unsigned int allmulti);

/* What the NIC holds of settings: registers, PHY, rings.  Not what changes by itself. */
struct snapshot {
	uint32_t reg[SIM_BAR_LEN / 4];
	uint16_t phy[32];
	uint32_t phase;
	struct xmd_start started;
};
void bench_snapshot(const struct bench *b, struct snapshot *s);
/* Return: NULL, or what differs. */
const char *snapshot_diff(const struct snapshot *a, const struct snapshot *b);

/* The handler alone, as if it had been asked. */
int bench_configure(struct bench *b, const struct xmd_adapter *want);
int bench_write_eeprom(struct bench *b, uint32_t offset, const struct xmd_bytes *in);

int bench_serve(struct bench *b);		/* until no message waits */
void bench_pass(struct bench *b, unsigned int ms);	/* then serve; must not fail */
void bench_tick(struct bench *b);		/* must not fail */
/* Would the NIC take a frame to @mac?  Chapter 3.2.1. */
bool bench_receives(const struct bench *b, const uint8_t mac[ETH_ALEN]);
uint32_t bench_reg(const struct bench *b, uint32_t reg);

/* What is logged goes here, and to the real stderr on failure only. */
void log_capture_start(void);
const char *log_captured(void);			/* since start; ends the capture */
unsigned int count_lines_with(const char *text, const char *needle);

#endif /* XMD_TEST_BENCH_H */
