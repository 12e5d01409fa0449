// SPDX-License-Identifier: GPL-2.0
/* bench.c - see bench.h. */
#define _GNU_SOURCE
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "bench.h"

/* One message, as the main loop would take it while the kernel half waits for an answer. */
static int pump(void *ctx)
{
	struct bench *b = ctx;

	return b->d.exit_code ? 0 : crossing_serve(&b->d);
}

void bench_open(struct bench *b, uint32_t faults)
{
	memset(b, 0, sizeof(*b));
	b->opt = options_default;
	b->sim = sim_new(faults);
	assert_non_null(b->sim);
	b->sim->pump = pump;
	b->sim->pump_ctx = b;
	driver_init(&b->d, &b->sim->port, &b->opt);
}

void bench_close(struct bench *b)
{
	crossing_end(&b->d);
	b->sim->port.ops->close(&b->sim->port);
}

void bench_new_user_half(struct bench *b)
{
	crossing_end(&b->d);
	sim_restart_user_half(b->sim);
	b->sim->crossings = 0;
	b->sim->port.crossings = 0;
	b->sim->n_answers = 0;
	driver_init(&b->d, &b->sim->port, &b->opt);
}

void bench_new_domain(struct bench *b, bool pm_reset)
{
	crossing_end(&b->d);
	if (pm_reset)
		sim_nic_pm_reset(b->sim);
	assert_int_equal(sim_new_domain(b->sim), 0);
	bench_new_user_half(b);
}

int bench_restart(struct bench *b)
{
	bench_new_user_half(b);
	return driver_start(&b->d);
}

void bench_filter(struct bench *b, unsigned int n_mc, unsigned int promisc, unsigned int allmulti)
{
	struct xmd_adapter want = *b->sim->adapter;

	want.promisc = promisc;
	want.allmulti = allmulti;
	want.n_mc = n_mc;
	for (unsigned int i = 0; i < n_mc; i++)
		want.mc[i] = (struct xmd_mac){ { 1, 0, 0x5e, 1, i >> 4, i << 4 | 3 } };
	assert_int_equal(sim_commit(b->sim, &want), 0);
}

/* Commands, pins, statistics, and what the link does by itself. */
static bool volatile_reg(uint32_t reg)
{
	return reg == MDIC || reg == EERD || reg == EECD || reg == STATUS ||
	       (reg >= 0x4000 && reg < 0x4200);
}

void bench_snapshot(const struct bench *b, struct snapshot *s)
{
	memcpy(s->reg, b->sim->reg, sizeof(s->reg));
	for (uint32_t reg = 0; reg < SIM_BAR_LEN; reg += 4) {
		if (volatile_reg(reg))
			s->reg[reg / 4] = 0;
	}
	memcpy(s->phy, b->sim->phy, sizeof(s->phy));
	s->phase = b->sim->phase;
	s->started = b->sim->started;
}

const char *snapshot_diff(const struct snapshot *a, const struct snapshot *b)
{
	static char text[80];

	for (uint32_t reg = 0; reg < SIM_BAR_LEN; reg += 4) {
		if (a->reg[reg / 4] != b->reg[reg / 4]) {
			snprintf(text, sizeof(text), "register 0x%05x: 0x%08x and 0x%08x", reg,
				 a->reg[reg / 4], b->reg[reg / 4]);
			return text;
		}
	}
	for (unsigned int i = 0; i < 32; i++) {
		if (a->phy[i] != b->phy[i]) {
			snprintf(text, sizeof(text), "PHY register %u: 0x%04x and 0x%04x", i,
				 a->phy[i], b->phy[i]);
			return text;
		}
	}
	if (a->phase != b->phase)
		return "phase";
	if (a->started.tx_ring != b->started.tx_ring || a->started.rx_ring != b->started.rx_ring)
		return "rings";
	return memcmp(a->started.mac, b->started.mac, ETH_ALEN) ? "address of START" : NULL;
}

void bench_running(struct bench *b, uint32_t faults)
{
	bench_open(b, faults);
	assert_int_equal(driver_start(&b->d), 0);
	assert_int_equal(b->sim->phase, XMD_NIC_RUNNING);
	bench_pass(b, SIM_AUTONEG_MS);
	assert_true(b->d.link.up);
	b->sim->n_answers = 0;
}

int bench_configure(struct bench *b, const struct xmd_adapter *want)
{
	int err;

	b->sim->want = *want;
	b->sim->pretended = 1u << XPC_UP_xmd_configure;
	err = drv_configure(&b->d, want);
	b->sim->pretended = 0;
	return err;
}

int bench_write_eeprom(struct bench *b, uint32_t offset, const struct xmd_bytes *in)
{
	int err;

	b->sim->pretended = 1u << XPC_UP_xmd_write_eeprom;
	err = drv_write_eeprom(&b->d, offset, in);
	b->sim->pretended = 0;
	return err;
}

static bool readable(const struct bench *b)
{
	struct pollfd p = { .fd = b->sim->epoll, .events = POLLIN };

	return poll(&p, 1, 0) == 1;
}

int bench_serve(struct bench *b)
{
	int err = 0;

	for (int turns = 0; readable(b) && !err; turns++) {
		assert_in_range(turns, 0, 20);
		err = driver_upcalls(&b->d);
	}
	return err;
}

void bench_pass(struct bench *b, unsigned int ms)
{
	sim_advance(b->sim, ms);
	assert_int_equal(bench_serve(b), 0);
}

void bench_tick(struct bench *b)
{
	sim_advance(b->sim, driver_tick_ms(&b->d));
	assert_int_equal(driver_tick(&b->d), 0);
	assert_int_equal(bench_serve(b), 0);
}

uint32_t bench_reg(const struct bench *b, uint32_t reg)
{
	return b->sim->reg[reg / 4];
}

bool bench_receives(const struct bench *b, const uint8_t mac[ETH_ALEN])
{
	uint32_t low = mac[0] | mac[1] << 8 | mac[2] << 16 | (uint32_t)mac[3] << 24;
	uint32_t high = mac[4] | mac[5] << 8 | RAH_AV;
	uint32_t rctl = bench_reg(b, RCTL);
	unsigned int hash = (mac[5] << 8 | mac[4]) >> 4;

	if (mac[0] & 1 ? rctl & RCTL_MPE : rctl & RCTL_UPE)
		return true;
	for (unsigned int i = 0; i < RAR_ENTRIES; i++) {
		if (bench_reg(b, RAL(i)) == low && bench_reg(b, RAH(i)) == high)
			return true;
	}
	return mac[0] & 1 && bench_reg(b, MTA(hash >> 5)) >> (hash & 31) & 1;
}

static int saved_stderr = -1, capture = -1;

void log_capture_start(void)
{
	fflush(stderr);
	capture = memfd_create("log", MFD_CLOEXEC);
	saved_stderr = dup(STDERR_FILENO);
	assert_true(capture >= 0 && saved_stderr >= 0);
	dup2(capture, STDERR_FILENO);
}

const char *log_captured(void)
{
	static char text[65536];
	ssize_t n;

	dup2(saved_stderr, STDERR_FILENO);
	close(saved_stderr);
	n = pread(capture, text, sizeof(text) - 1, 0);
	close(capture);
	assert_true(n >= 0);
	text[n] = '\0';
	return text;
}

unsigned int count_lines_with(const char *text, const char *needle)
{
	unsigned int n = 0;

	while ((text = strstr(text, needle))) {
		n++;
		text += strlen(needle);
	}
	return n;
}
