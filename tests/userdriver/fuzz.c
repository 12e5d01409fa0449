// SPDX-License-Identifier: GPL-2.0
/*
 * fuzz.c - random faults, upcalls, filters, register contents, deaths of the user half.
 *
 * usage: fuzz SECONDS [SEED]
 *
 * Half of the steps are the main loop's; the others ask by the upcalls, or call the handlers
 * with what the home would not let through.  Settings that were answered with 0 are committed,
 * and a user half that comes after a death gets them.
 *
 * Held against it after each step: nothing asked for that the kernel's guard refuses, no
 * message that the home finds wrong, never more than MAX_CROSSINGS in a step,
 * never LOST for a missed deadline.  And after each story the faults end and a new user half
 * must have the NIC running with its link up.  Memory errors are for the sanitizers.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "bench.h"

#define MAX_CROSSINGS 50u
#define MAX_CROSSINGS_ASKED 120u	/* a self-test, or an EEPROM written and restored */
#define STEPS 60

static uint64_t seed, rng;

static uint32_t rnd(uint32_t n)
{
	rng ^= rng << 13;
	rng ^= rng >> 7;
	rng ^= rng << 17;
	return (rng >> 16) % n;
}

static void broken(const char *what)
{
	fprintf(stdout, "fuzz: %s; again with: fuzz 1 %llu\n", what, (unsigned long long)seed);
	fflush(stdout);
	abort();
}

static const uint32_t passing_faults[] = {
	SIM_F_ALL_ONES, SIM_F_ALL_ZERO, SIM_F_EERD_STUCK, SIM_F_PHY_DEAD, SIM_F_PHY_ERROR,
	SIM_F_RST_STUCK, SIM_F_EECD_STUCK, SIM_F_STOP_REFUSED, SIM_F_START_REFUSED,
	SIM_F_EEPROM_LOCKED, SIM_F_EEPROM_BUSY, SIM_F_REG_STUCK, SIM_F_NO_IRQ, SIM_F_NO_LOOPBACK,
};

static void random_filter(struct sim *sim)
{
	struct xmd_adapter want = *sim->adapter;

	want.promisc = rnd(2);
	want.allmulti = !rnd(4);
	want.n_mc = rnd(8) ? rnd(XMD_MC_MAX + 1) : rnd(65536);
	for (unsigned int i = 0; i < XMD_MC_MAX * XMD_MAC_LEN; i++)
		want.mc[i / XMD_MAC_LEN].addr[i % XMD_MAC_LEN] = rnd(256);
	if (sim_commit(sim, &want) && want.n_mc <= XMD_MC_MAX)
		broken("the home does not take a filter");
}

static const unsigned int raised[] = {
	XPC_UP_xmd_link_event, XPC_UP_xmd_tx_hang, XPC_UP_xmd_alive,
};

static void something_happens(struct sim *sim)
{
	switch (rnd(11)) {
	case 10:
		sim->cut = (struct sim_cut){ .at = 1 + rnd(20), .op = rnd(200), .err = -EPERM,
					     .kill = rnd(2) };
		break;
	case 0:
		sim->faults ^= passing_faults[rnd(sizeof(passing_faults) / 4)];
		break;
	case 1:
		sim->all_ones_from_access = sim->accesses + 1 + rnd(700);
		break;
	case 2:
		sim_nic_set_cable(sim, rnd(2));
		break;
	case 3:
		random_filter(sim);
		break;
	case 4:
		sim->reg[STATUS / 4] = rnd(2) ? rnd(0xffffffff) : ~0u;
		break;
	case 5:
		sim->phy[rnd(32)] = rnd(65536);
		break;
	case 6:
		sim_count(sim, 0x4000 + 4 * rnd(64), rnd(0xffffffff));
		break;
	case 7:
		sim->eeprom[rnd(EEPROM_WORDS)] = rnd(65536);
		break;
	case 8:
		sim->reg[0x5200 / 4 + rnd(256)] = rnd(0xffffffff);
		break;
	default:
		sim_raise(sim, raised[rnd(sizeof(raised) / sizeof(raised[0]))]);
	}
}

static void check(const struct bench *b, int err, unsigned long crossings, unsigned int max)
{
	if (b->sim->refused)
		broken("the guard refused a batch");
	if (b->sim->invalid)
		broken("the kernel half found a message invalid");
	if (crossings > max)
		broken("too many crossings in a step");
	if (b->sim->xpc.t.phase == XPC_LOST)
		broken(b->sim->xpc.t.why_lost);
	if (err && !b->d.exit_code)
		broken("an error without exit code");
}

/* Return: 0, or the process would have ended. */
static int step(struct bench *b)
{
	unsigned long before = b->sim->crossings;
	int err;

	switch (rnd(3)) {
	case 0:
		sim_advance(b->sim, rnd(400));
		err = driver_upcalls(&b->d);
		break;
	case 1:
		err = driver_tick(&b->d);
		break;
	default:
		err = driver_upcalls(&b->d);
	}
	check(b, err, b->sim->crossings - before, MAX_CROSSINGS);
	return err;
}

/* Mostly possible, sometimes not. */
static void random_wish(struct xmd_adapter *a)
{
	static const uint32_t rings[] = { 64, 128, 256, 512, 1024, 100 };
	static const uint32_t mtus[] = { 1500, 68, 4000, 9000, 16110, 20000 };

	switch (rnd(14)) {
	case 0:
		a->tx_ring = rings[rnd(6)];
		break;
	case 1:
		a->rx_ring = rings[rnd(6)];
		break;
	case 2:
		a->mtu = mtus[rnd(6)];
		break;
	case 3:
		a->mac.addr[5] = rnd(256);
		a->mac.addr[0] = rnd(8) ? 2 : 3;
		break;
	case 4:
		a->autoneg = rnd(2);
		a->forced = 1u << rnd(5);
		break;
	case 5:
		a->advertise = rnd(64);
		break;
	case 6:
		a->mdix = rnd(5);
		break;
	case 7:
		a->pause_autoneg = rnd(2);
		a->pause_rx = rnd(2);
		a->pause_tx = rnd(2);
		break;
	case 8:
		a->itr_mode = rnd(2);
		a->rx_usecs = rnd(11000);
		break;
	case 9:
		a->wol = rnd(64);
		break;
	case 10:
		a->msg_level = rnd(0xffff);
		break;
	case 11:
		a->promisc = rnd(2);
		a->allmulti = rnd(2);
		break;
	default:
		a->n_mc = rnd(XMD_MC_MAX + 2);
		for (unsigned int i = 0; i < a->n_mc && i < XMD_MC_MAX; i++)
			a->mc[i].addr[rnd(6)] = rnd(256);
	}
}

static int wish(struct bench *b)
{
	struct xmd_adapter want = *b->sim->adapter;

	for (unsigned int n = 1 + rnd(3); n; n--)
		random_wish(&want);
	/* the home refuses what is out of range before the driver sees it */
	return rnd(4) || !settings_check(&b->d, &want) ? sim_configure(b->sim, &want) :
	       bench_configure(b, &want);
}

static int by_upcall(struct xpc *x)
{
	struct xmd_bytes bytes = { .n = 1 + rnd(6), .byte = { rnd(256), rnd(256), rnd(256) } };
	struct xmd_testresult res;
	struct xmd_regdump dump;

	switch (rnd(6)) {
	case 0:
		return xpc_call_xmd_nway_reset(x);
	case 1:
		return xpc_call_xmd_identify(x, rnd(3));
	case 2:
		return xpc_call_xmd_read_regs(x, &dump);
	case 3:
		return xpc_call_xmd_read_eeprom(x, rnd(140), 1 + rnd(20), &bytes);
	case 4:
		return xpc_call_xmd_write_eeprom(x, rnd(130), &bytes);
	default:
		return xpc_call_xmd_self_test(x, rnd(2), &res);
	}
}

static void by_handler(struct bench *b)
{
	struct xmd_bytes bytes = { .n = 1 + rnd(6), .byte = { rnd(256), rnd(256), rnd(256) } };

	switch (rnd(4)) {
	case 0:
		drv_identify(&b->d, rnd(3));
		break;
	case 1:
		drv_read_eeprom(&b->d, rnd(1000), rnd(600), &bytes);
		break;
	case 2:
		bench_write_eeprom(b, rnd(1000), &bytes);
		break;
	default:
		drv_refresh_counters(&b->d);
	}
}

/* Return: whether the process would have ended. */
static int asked_step(struct bench *b)
{
	unsigned long before = b->sim->crossings;

	switch (rnd(3)) {
	case 0:
		by_upcall(&b->sim->xpc);
		break;
	case 1:
		by_handler(b);
		break;
	default:
		wish(b);
	}
	check(b, 0, b->sim->crossings - before, MAX_CROSSINGS_ASKED);
	return b->d.exit_code || b->sim->cut.dead;
}

static int start(struct bench *b)
{
	unsigned long before = b->sim->crossings;
	int err = driver_start(&b->d);

	check(b, err, b->sim->crossings - before, MAX_CROSSINGS);
	return b->d.exit_code;
}

/* An advertisement of 1000 Mb/s alone, say, to a partner that was made to have none. */
static bool no_common_mode(const struct bench *b)
{
	return b->d.adapter.autoneg && !(b->sim->phy[PHY_STATUS] & PHY_STATUS_LINK);
}

static void all_is_well_again(struct bench *b)
{
	bench_new_user_half(b);
	b->sim->faults &= SIM_F_QEMU;
	b->sim->all_ones_from_access = 0;
	b->sim->phase = XMD_NIC_STOPPED;
	sim_nic_power_on(b->sim);
	if (start(b))
		broken("a healthy NIC is not brought up");
	sim_advance(b->sim, SIM_AUTONEG_MS);
	if (driver_upcalls(&b->d) || driver_tick(&b->d))
		broken("a healthy NIC is not watched");
	if (b->sim->phase != XMD_NIC_RUNNING || (!b->sim->adapter->link && !no_common_mode(b)))
		broken("a healthy NIC does not run");
	if (!settings_equal(&b->d.adapter, b->sim->adapter))
		broken("the settings are not the committed ones");
}

static void story(void)
{
	struct bench b;
	int dead;

	bench_open(&b, rnd(2) ? SIM_F_QEMU : 0);
	b.opt.ignore_eeprom_checksum = rnd(2);
	dead = start(&b);
	for (int i = 0; i < STEPS; i++) {
		if (rnd(2))
			something_happens(b.sim);
		if (dead || !rnd(15)) {
			bench_new_user_half(&b);
			dead = start(&b);
		} else {
			dead = rnd(2) ? asked_step(&b) : step(&b);
		}
	}
	all_is_well_again(&b);
	bench_close(&b);
}

int main(int argc, char **argv)
{
	unsigned long stories = 0;
	const char *first;
	time_t end;
	int null;

	if (argc < 2 || argc > 3) {
		fprintf(stderr, "usage: fuzz SECONDS [SEED]\n");
		return 1;
	}
	end = time(NULL) + atoi(argv[1]);
	first = argc == 3 ? argv[2] : getenv("FUZZ_SEED");
	seed = first ? strtoull(first, NULL, 10) : 0;
	if (!seed)
		seed = (uint64_t)time(NULL) * 1000;
	null = open("/dev/null", O_WRONLY);
	if (argc == 2 && null >= 0)
		dup2(null, STDERR_FILENO);	/* what the driver logs */
	do {
		rng = seed * 0x9e3779b97f4a7c15ull + 1;
		story();
		stories++;
		seed++;
	} while (time(NULL) < end && argc == 2);
	printf("%lu stories of %d steps\n", stories, STEPS);
	return 0;
}
