// SPDX-License-Identifier: GPL-2.0
/*
 * test_nic.c - nic.c, client.c, watch.c, irq.c, tx.c and rx.c together, in simulated time: what
 * the wire, the partner, the user half and the interrupt line do to them (nic_sim.h).
 */
#include "nic_sim.h"
#include "../check.h"

static u64 asked(void)
{
	return sim.nic->xpc.n_raised[XPC_UP_xmd_tx_hang];
}

/* Run, and look every 100 ms.  Return: the longest time unwell */
static unsigned int run_well(unsigned int ms)
{
	unsigned int now, most = 0;

	for (; ms >= 100; ms -= 100) {
		sim_run(100);
		now = xmd_nic_unwell_ms(sim.nic);
		most = max(most, now);
	}
	return most;
}

/* ------------------------------------------------------------------ interrupts (irq.c) */

static unsigned int flood_left, flood_frames;

/* Less than a full budget: somebody else schedules the poll that runs, which is MISSED. */
static void flood_on(void)
{
	if (flood_left) {
		flood_left--;
		sim_receive(flood_frames);
		if (flood_frames < 64)
			napi_schedule(&sim.nic->napi);
	}
}

/* Frames come without a break while polls run.  Return: interrupts, for 1000 polls */
static unsigned int flood(void)
{
	unsigned int before = sim.irqs;

	flood_left = 1000;
	sim.on_rx = flood_on;
	sim_receive(64);
	while (flood_left)
		sim_polls();
	sim.on_rx = NULL;
	sim_polls();
	return sim.irqs - before;
}

static void test_flood(void **state)
{
	(void)state;
	sim_up(256);
	flood_frames = 64;
	assert_true(flood() <= 2);

	/* begun by a frame to the wire, not by an interrupt */
	assert_int_equal(sim_post(1, 60), 1);
	assert_true(flood() <= 2);

	/* run again for MISSED: a frame came after the last look */
	sim_receive(1);
	assert_true(sim.nic->napi.state);
	napi_schedule(&sim.nic->napi);
	assert_true(sim.nic->napi.missed);
	assert_true(flood() <= 2);

	flood_frames = 30;
	assert_true(flood() <= 2);

	/* all of it was received, and the mask is open again */
	assert_int_equal(sim.ims & INT_RX, INT_RX);
	assert_false(xmd_nic_rx_waits(sim.nic));
	sim_down();
}

/* Traffic without a flood: an interrupt for each burst, none lost */
static void test_bursts(void **state)
{
	unsigned int i;

	(void)state;
	sim_up(256);
	sim.irqs = 0;
	for (i = 0; i < 1000; i++) {
		sim_receive(10);
		sim_polls();
	}
	assert_int_equal(sim.received, 10000);
	assert_int_equal(sim.irqs, 1000);
	assert_int_equal(sim.nic->watch.irqs_lost, 0);
	sim_down();
}

static unsigned int late_left;

static void late(void)
{
	if (late_left) {
		late_left--;
		sim_receive(1);
	}
}

/* A frame that comes between the last look and the opening of the mask is not slept over. */
static void test_late_frame(void **state)
{
	(void)state;
	sim_up(256);
	late_left = 100;
	sim.at_open = late;
	sim_receive(1);
	sim_polls();
	assert_int_equal(sim.received, 101);
	assert_int_equal(sim.ims & INT_RX, INT_RX);
	sim_down();
}

/* STOP comes between the end of a poll and the opening of the mask. */
static void test_stopped_mask_stays_shut(void **state)
{
	(void)state;
	sim_up(256);
	mutex_lock(&sim.nic->ctl);
	xmd_nic_stop(sim.nic);
	mutex_unlock(&sim.nic->ctl);
	assert_int_equal(sim.ims, 0);
	xmd_nic_irq_open(sim.nic, INT_RX);
	assert_int_equal(sim.ims, 0);
	sim_start();
	sim_receive(3);
	sim_polls();
	assert_int_equal(sim.received, 3);
	sim_down();
}

/* What the NIC had received, and nobody had come for yet, is no loss of the STOP. */
static void test_received_before_stop(void **state)
{
	(void)state;
	sim_up(256);
	sim.lose_irqs = true;	/* it is about to, later (ITR) */
	sim_receive(200);
	mutex_lock(&sim.nic->ctl);
	xmd_nic_stop(sim.nic);
	mutex_unlock(&sim.nic->ctl);
	assert_int_equal(sim.received, 200);
	sim.lose_irqs = false;
	sim_start();
	sim_receive(3);
	sim_polls();
	assert_int_equal(sim.received, 203);
	sim_down();
}

static void test_lost_irq(void **state)
{
	(void)state;
	sim_up(256);

	/* reception: nothing is in the transmit ring */
	sim.lose_irqs = true;
	sim_receive(5);
	sim.icr = 0;
	sim_run(1300);
	assert_int_equal(sim.received, 5);
	assert_int_equal(sim.nic->watch.irqs_lost, 1);

	/* the mask is not what we believe */
	sim.lose_irqs = false;
	sim.ims = 0;
	sim_receive(5);
	sim_run(1300);
	assert_int_equal(sim.received, 10);
	assert_int_equal(sim.ims & INT_RX, INT_RX);
	sim_receive(5);
	sim_polls();
	assert_int_equal(sim.received, 15);

	/* transmission */
	sim.paused = true;
	assert_int_equal(sim_post(3, 60), 3);
	sim_polls();
	sim.lose_irqs = true;
	sim.paused = false;
	sim_run(10);
	sim.icr = 0;
	sim_run(1300);
	assert_int_equal(sim.ok, 3);
	assert_int_equal(asked(), 0);
	sim_down();
}

/* Interrupts come or not, no poll runs any more: no tick mends that. */
static void test_stuck_polls(void **state)
{
	(void)state;
	sim_up(256);
	for (int i = 0; i < 5; i++) {
		sim_receive(5);
		assert_false(xmd_nic_stuck(sim.nic));
		sim_polls();
	}
	assert_false(xmd_nic_stuck(sim.nic));
	sim.nic->napi.enabled = false;
	sim.lose_irqs = true;
	sim_receive(5);
	/* the interrupt is lost as well: the watch asks for a poll */
	sim_run(1300);
	assert_true(xmd_nic_stuck(sim.nic));
	sim_run(75);
	assert_true(xmd_nic_stuck(sim.nic));
	sim.nic->napi.enabled = true;
	sim_polls();
	assert_false(xmd_nic_stuck(sim.nic));
	assert_int_equal(sim.received, 30);
	sim_down();
}

/* Nobody hears of the lost link: frames that do not leave are reason to ask. */
static void test_lost_link_irq(void **state)
{
	(void)state;
	sim_up(256);
	sim.lose_irqs = true;
	sim_wire(false);
	sim.icr = 0;
	sim_post(10, 60);
	sim_run(1000);
	assert_false(test_bit(XMD_LINK_UP, &sim.nic->bits));
	sim_run(1500);
	assert_int_equal(sim.aborted, 10);
	sim.lose_irqs = false;
	sim_down();
}

/* A user half that sees no link where there is one is no reason to cut guests off: another is asked first. */
static void test_link_unseen(void **state)
{
	struct xpc *x;

	(void)state;
	sim_up(256);
	x = &sim.nic->xpc;
	sim_run(3000);
	sim.blind = true;
	sim_run(2100);
	assert_true(test_bit(XMD_LINK_UP, &sim.nic->bits));
	assert_true(x->n_doubts > 0);
	/* the next one says the same */
	x->believed = true;
	sim_run(2100);
	assert_false(test_bit(XMD_LINK_UP, &sim.nic->bits));
	/* and is asked about it for as long as that is so */
	x->n_doubts = 0;
	sim_run(4000);
	assert_true(x->n_doubts > 0);
	assert_false(xmd_nic_away(sim.nic));
	/* whoever is asked: then it is somebody else's fault, who cannot know */
	sim_run(8000);
	assert_true(xmd_nic_away(sim.nic));
	assert_int_equal(xmd_nic_unwell_ms(sim.nic), 0);
	sim.blind = false;
	sim_run(2100);
	assert_true(test_bit(XMD_LINK_UP, &sim.nic->bits));
	sim_run(1000);
	assert_false(xmd_nic_away(sim.nic));
	sim_down();
}

/* Whatever else works: nothing that it has is to be trusted, and nobody is told that all is well. */
static void test_unsound(void **state)
{
	(void)state;
	sim_up(256);
	sim_run(3000);
	assert_int_equal(xmd_nic_unwell_ms(sim.nic), 0);
	sim.nic->xpc.unsound = true;
	sim_run(5000);
	assert_true(xmd_nic_unwell_ms(sim.nic) > 3000);
	assert_non_null(strstr(sim_line, "settings fail whoever is asked"));
	sim.nic->xpc.unsound = false;
	sim_run(1500);
	assert_int_equal(xmd_nic_unwell_ms(sim.nic), 0);
	/* what a user half has done cannot be kept, time and again */
	sim.nic->watch.uncommitted = 3;
	sim_run(5000);
	assert_true(xmd_nic_unwell_ms(sim.nic) > 3000);
	sim.nic->watch.uncommitted = 0;
	sim_run(1500);
	sim_down();
}

/* What the chip has seen go is believed at once, be it back by now; so is what it does not have. */
static void test_link_seen_to_go(void **state)
{
	(void)state;
	sim_up(256);
	sim_run(3000);
	sim_wire(false);
	sim_run(50);
	assert_false(test_bit(XMD_LINK_UP, &sim.nic->bits));
	sim_run(4000);
	sim_wire(true);
	sim_run(50);
	assert_true(test_bit(XMD_LINK_UP, &sim.nic->bits));
	sim.blind = true;
	sim_run(1950);
	sim_wire(false);
	sim_wire(true);
	sim_run(50);
	assert_false(test_bit(XMD_LINK_UP, &sim.nic->bits));
	assert_int_equal(sim.nic->xpc.n_doubts, 0);
	sim.blind = false;
	sim_down();
}

/* ---------------------------------------------------------------------- moderation */

#define US_125	488u		/* of ITR: 8000 interrupts a second, 32 in a tick */

static struct {
	unsigned int came;
	u64 waited;		/* us, of all frames in sum */
} mod;

/* As the user half does it. */
static void mod_set(u32 itr, bool adaptive)
{
	/* the sim's, and not const */
	((struct xmd_adapter *)sim.nic->adapter)->itr_mode = adaptive ? XMD_ITR_ADAPTIVE : XMD_ITR_FIXED;
	if (!xmd_chip_lacks(sim.nic->chip, ITR))
		xmd_nic_itr_set(sim.nic, ITR, itr);
	if (!xmd_chip_lacks(sim.nic->chip, EITR0))
		xmd_nic_itr_set(sim.nic, EITR0, itr);
}

static void mod_up(bool adaptive)
{
	sim_up(256);
	sim.throttles = true;
	sim.ns = 1000000000;
	mod_set(US_125, adaptive);
	memset(&mod, 0, sizeof(mod));
	mod.came = sim.received;
}

static u32 mod_itr(void)
{
	return sim_register(sim.nic->link_irq ? EITR0 : ITR);
}

/* @us pass.  Polls take no time. */
static void mod_pass(unsigned int us)
{
	while (us--) {
		sim_ns(1000);
		sim_polls();
		mod.waited += mod.came - sim.received;
	}
}

static void mod_frames(unsigned int n)
{
	mod.came += n;
	sim_receive(n);
	sim_polls();
}

/* For @ms: a frame every @us.  Return: interrupts */
static unsigned int mod_stream(unsigned int us, unsigned int ms)
{
	unsigned int before = sim.irqs, n = ms * 1000 / us;

	while (n--) {
		mod_frames(1);
		mod_pass(us);
	}
	return sim.irqs - before;
}

/* Questions whose second half comes close behind the first.  Return: us that a frame waits */
static u64 mod_questions(void)
{
	u64 before = mod.waited;

	for (int i = 0; i < 1000; i++) {
		mod_frames(1);
		mod_pass(20);
		mod_frames(1);
		mod_pass(980);
	}
	return (mod.waited - before) / 2000;
}

static void test_lone_frames(void **state)
{
	(void)state;
	mod_up(false);
	assert_in_range(mod_questions(), 50, 55);
	assert_int_equal(mod_itr(), US_125);
	sim_down();

	mod_up(true);
	assert_int_equal(mod_questions(), 0);
	assert_int_equal(mod_itr(), 0);
	sim_down();
}

/* As few interrupts as if it were fixed, but for the tick in which it is found. */
static void test_load(void **state)
{
	static const unsigned int us[] = { 2, 12, 33, 60, 100, 120 };
	unsigned int fixed, adaptive, i;

	(void)state;
	for (i = 0; i < ARRAY_SIZE(us); i++) {
		mod_up(false);
		fixed = mod_stream(us[i], 300);
		sim_down();
		mod_up(true);
		adaptive = mod_stream(us[i], 300);
		assert_int_equal(mod_itr(), US_125);
		if (adaptive > fixed + 40)
			fail_msg("a frame every %u us: %u interrupts, %u if fixed", us[i], adaptive, fixed);
		/* and when that is over, lone ones are let through again */
		mod_stream(1000, 10);
		assert_int_equal(mod_itr(), 0);
		sim_down();
	}
	/* those that have an interrupt each, fixed or not */
	mod_up(true);
	assert_int_equal(mod_stream(200, 1000), 5000);
	assert_int_equal(mod_itr(), 0);
	sim_down();
}

/* Whatever comes when: never more than twice as many interrupts as ITR allows. */
static void test_storm_of_frames(void **state)
{
	unsigned int most = 0, before, i, ms;

	(void)state;
	srand(1);
	mod_up(true);
	for (i = 0; i < 60; i++) {
		unsigned int gap = 1 + rand() % 40, rest = rand() % 8000;

		before = sim.irqs;
		/* as many as there may be, then silence, to be taken for a quiet NIC again */
		for (ms = 0; ms < 20; ms++) {
			mod_stream(gap, 1);
			if (i % 2)
				mod_pass(rest);
		}
		most = max(most, sim.irqs - before);
		/* 20 ms have 160 of ITR's, and each rest has a tick's */
		if (!(i % 2))
			assert_in_range(sim.irqs - before, 0, 2 * 160 + 32);
		else
			assert_in_range(sim.irqs - before, 0, 2 * (20000 + 20 * rest) / 125 + 64);
	}
	/* it was tried */
	assert_true(most > 160);

	/* frames to the wire have interrupts as well */
	mod_pass(10000);
	for (i = 0; i < 20000; i++) {
		sim_post(1, 60);
		mod_pass(2);
		if (i % 100 == 0)
			sim_run(1);
	}
	assert_int_equal(mod_itr(), US_125);
	sim_run(100);
	sim_down();
}

/* What ethtool -C and a user half say is in force, whatever was before. */
static void test_moderation_is_set(void **state)
{
	(void)state;
	mod_up(true);
	mod_stream(1000, 20);
	assert_int_equal(mod_itr(), 0);

	/* adaptive-rx off: with the next frame */
	((struct xmd_adapter *)sim.nic->adapter)->itr_mode = XMD_ITR_FIXED;
	mod_frames(1);
	assert_int_equal(mod_itr(), US_125);

	/* another value; a user half that begins says it again */
	mod_set(977, true);
	assert_int_equal(mod_itr(), 977);
	mod_stream(1000, 20);
	assert_int_equal(mod_itr(), 0);
	mod_stream(100, 20);
	assert_int_equal(mod_itr(), 977);
	mod_set(977, true);
	mod_stream(1000, 20);
	assert_int_equal(mod_itr(), 0);

	mod_set(977, true);
	assert_int_equal(mod_itr(), 977);
	mod_frames(1);
	assert_int_equal(mod_itr(), 0);

	/* rx-usecs 0 */
	mod_set(0, true);
	mod_stream(10, 20);
	assert_int_equal(mod_itr(), 0);
	sim_down();
}

/* MSI-X has it elsewhere, the 82544 not at all. */
static void test_moderation_of_chips(void **state)
{
	(void)state;
	sim_device = 0x10d3;
	mod_up(true);
	assert_int_not_equal(sim.nic->link_irq, 0);
	mod_stream(1000, 20);
	assert_int_equal(sim_register(EITR0), 0);
	assert_int_equal(sim_register(ITR), US_125);
	mod_stream(10, 20);
	assert_int_equal(sim_register(EITR0), US_125);
	sim_down();

	sim_device = 0x1008;
	mod_up(true);
	mod_stream(1000, 20);
	mod_stream(10, 20);
	mod_stream(1000, 20);
	assert_int_equal(sim_register(ITR), 0);
	assert_int_equal(sim_register(EITR0), 0);
	sim_down();
	sim_device = 0x100e;
}

/* ------------------------------------------------------------------- the shared line */

static void test_line(void **state)
{
	unsigned int i;

	(void)state;
	sim_up(256);
	sim.other = true;
	sim.gone = true;
	sim_run(300);

	/* another device's few are its own */
	for (i = 0; i < 90; i++)
		assert_int_equal(xmd_nic_irq(9, sim.nic), IRQ_NONE);
	assert_int_equal(sim.depth, 0);

	/* a line that is held is shut, and tried again each tick */
	sim.line_held = true;
	sim_run(100);
	assert_int_equal(sim.depth, 1);
	i = sim.irqs;
	sim_run(1000);
	assert_in_range(sim.irqs - i, 100, 1000);
	sim.line_held = false;
	sim_run(300);
	assert_int_equal(sim.depth, 0);

	/* STOP gives it back to the other */
	sim.line_held = true;
	sim_run(10);
	assert_int_equal(sim.depth, 1);
	sim.line_held = false;
	mutex_lock(&sim.nic->ctl);
	xmd_nic_stop(sim.nic);
	mutex_unlock(&sim.nic->ctl);
	assert_int_equal(sim.depth, 0);
	sim.gone = false;
	sim_start();

	/* alone on it: a new request opens it */
	sim.gone = true;
	sim.line_held = true;
	sim_run(10);
	assert_int_equal(sim.depth, 1);
	sim.other = false;
	sim.line_held = false;
	mutex_lock(&sim.nic->ctl);
	xmd_nic_stop(sim.nic);
	mutex_unlock(&sim.nic->ctl);
	assert_false(test_bit(XMD_LINE_SHUT, &sim.nic->bits));
	sim.gone = false;
	sim_start();
	sim_receive(1);
	sim_polls();
	assert_int_equal(sim.received, 1);
	sim_down();
}

/* --------------------------------------------------------- frames that stay in the ring */

static void test_pause(void **state)
{
	unsigned int filled;

	(void)state;
	sim_up(256);
	sim.paused = true;
	sim_fill(1500);
	filled = sim_in_ring();
	assert_true(filled > 200);
	assert_int_equal(run_well(60000), 0);
	assert_int_equal(sim_in_ring(), filled);
	assert_int_equal(asked(), 0);
	assert_int_equal(sim_lines, 1);
	assert_non_null(strstr(sim_line, "paused by the link partner"));
	assert_in_range(sim.nic->watch.paused_ms, 55000, 61000);
	sim.paused = false;
	assert_int_equal(run_well(1000), 0);
	assert_int_equal(sim.ok, filled);
	assert_int_equal(sim.aborted, 0);
	sim_down();
}

static void test_link_loss(void **state)
{
	unsigned int filled;

	(void)state;
	for (int costs = 0; costs < 2; costs++) {
		sim_up(256);
		sim.reset_costs_link = costs;
		sim.paused = true;	/* or they would be gone before the link is */
		sim_fill(1500);
		filled = sim_in_ring();
		sim_wire(false);
		sim.paused = false;
		sim_run(10);
		assert_int_equal(sim_post(1, 60), -ENETDOWN);
		assert_int_equal(run_well(1500), 0);
		assert_int_equal(sim.aborted, filled);
		assert_int_equal(sim_in_ring(), 0);
		assert_int_equal(asked(), 1);
		/* a minute without a cable: nothing waits, nothing is reset */
		assert_int_equal(sim_post(1, 60), -ENETDOWN);
		assert_int_equal(run_well(60000), 0);
		assert_int_equal(sim_post(1, 60), -ENETDOWN);
		assert_int_equal(asked(), 1);
		assert_int_equal(sim.resets, 1);
		sim_wire(true);
		sim_run(100);
		assert_int_equal(sim_post(20, 60), 20);
		sim_run(100);
		assert_int_equal(sim.ok, 20);
		sim_down();
	}
}

/* A bounce costs no frame and no reset. */
static void test_bounce(void **state)
{
	unsigned int filled;

	(void)state;
	sim_up(256);
	sim.paused = true;
	sim_fill(1500);
	filled = sim_in_ring();
	sim_wire(false);
	sim.paused = false;
	sim_run(500);
	sim_wire(true);
	assert_int_equal(run_well(500), 0);
	assert_int_equal(sim.ok, filled);
	assert_int_equal(asked(), 0);
	sim_down();
}

/* Three seconds each, under load, 20 times; a reset that costs the link is not repeated. */
static void test_flapping(void **state)
{
	(void)state;
	sim_up(256);
	sim.reset_costs_link = true;
	for (int i = 0; i < 20; i++) {
		sim.paused = true;
		sim_fill(1500);
		sim_wire(false);
		sim.paused = false;
		assert_int_equal(run_well(3000), 0);
		assert_int_equal(sim_in_ring(), 0);
		sim_wire(true);
		sim_fill(60);
		assert_int_equal(run_well(5000), 0);
	}
	assert_in_range(sim.resets, 1, 20);
	assert_int_equal(asked(), sim.resets);
	assert_int_equal(sim_post(20, 60), 20);
	sim_run(100);
	assert_int_equal(sim_in_ring(), 0);
	sim_down();
}

/* Faster than frames are given back, for a minute: none waits for long, none is sent twice. */
static void test_fast_flapping(void **state)
{
	unsigned int posted = 0;
	int n;

	(void)state;
	sim_up(256);
	for (int i = 0; i < 120; i++) {
		sim_wire(i & 1);
		n = sim_post(50, 1500);
		posted += max(n, 0);
		assert_int_equal(run_well(500), 0);
	}
	assert_int_equal(asked(), 0);
	assert_int_equal(sim.ok, posted);
	assert_int_equal(sim.sent, posted);
	sim_down();
}

/* Nobody can tell of the link, nor reset: frames wait for the next user half. */
static void test_dead_user_half(void **state)
{
	unsigned int filled;

	(void)state;
	sim_up(256);
	sim.dead = true;
	sim.paused = true;
	sim_fill(1500);
	filled = sim_in_ring();
	sim_wire(false);
	sim.paused = false;
	sim_run(6000);
	assert_int_equal(sim_in_ring(), filled);
	assert_int_equal(asked(), 0);
	sim.dead = false;
	sim_run(2500);
	assert_int_equal(sim.aborted, filled);
	assert_int_equal(sim.resets, 1);

	/* it dies right after it has told: the frames are given back all the same */
	sim_wire(true);
	sim_run(500);
	sim.paused = true;
	sim_fill(1500);
	sim_wire(false);
	sim_run(2);
	sim.paused = false;
	sim.dead = true;
	sim_run(2500);
	assert_int_equal(sim_in_ring(), 0);
	sim_wire(true);
	assert_int_equal(sim_post(1, 60), -ENETDOWN);
	sim.dead = false;
	sim_run(500);
	assert_int_equal(sim.resets, 2);
	assert_int_equal(sim_post(1, 60), 1);
	sim_down();
}

/*
 * A full ring of the longest buffers takes 3.4 s, 11 s with collisions.  Laid out again by a
 * START it is one batch, which says so only at its end.
 */
static void test_slow_link(void **state)
{
	unsigned int filled;

	(void)state;
	for (int collisions = 0; collisions < 2; collisions++) {
		sim_up(1024);
		sim.mbit = 10;
		sim_fill(4096);
		filled = sim_in_ring();
		mutex_lock(&sim.nic->ctl);
		xmd_nic_stop(sim.nic);
		mutex_unlock(&sim.nic->ctl);
		sim_start();
		sim.mbit = collisions ? 3 : 10;
		assert_true(filled > 500);
		assert_int_equal(run_well(15000), 0);
		assert_int_equal(asked(), 0);
		assert_int_equal(sim.ok, filled);
		assert_int_equal(sim.sent, filled);
		sim_down();
	}
}

static void test_hang(void **state)
{
	unsigned int filled;

	(void)state;
	sim_up(256);
	sim.stuck = true;
	sim_fill(1500);
	filled = sim_in_ring();
	sim_run(1500);
	assert_int_equal(asked(), 0);
	assert_int_equal(run_well(2000), 0);
	assert_int_equal(asked(), 1);
	assert_int_equal(sim.ok, filled);
	assert_int_equal(sim.aborted, 0);

	/* nobody resets it: unwell */
	sim.stuck = true;
	sim_fill(1500);
	sim.dead = true;
	sim_lines = 0;
	sim_run(10000);
	assert_in_range(xmd_nic_unwell_ms(sim.nic), 7000, 10500);
	assert_in_range(sim_lines, 3, 5);
	sim.dead = false;
	sim_run(3000);
	assert_int_equal(xmd_nic_unwell_ms(sim.nic), 0);

	/* at 10 Mb/s it takes longer to be sure */
	sim.mbit = 10;
	sim.stuck = true;
	sim_fill(1500);
	sim_run(7000);
	assert_true(sim.stuck);
	sim_run(2000);
	assert_false(sim.stuck);
	sim_down();
}

/* It hangs again, @ms after each reset.  Return: for how long it has been unwell then */
static unsigned int hangs_again(unsigned int n, unsigned int ms)
{
	for (; n; n--) {
		sim_run(ms);
		sim.stuck = true;
		sim_fill(1500);
		sim_run(2500);
		assert_false(sim.stuck);
	}
	return xmd_nic_unwell_ms(sim.nic);
}

/* One reset after the other is of no use: it may not be the NIC that is wrong. */
static void test_resets_in_vain(void **state)
{
	(void)state;
	sim_up(256);
	sim_run(6000);
	/* each has helped for a while */
	assert_int_equal(hangs_again(12, 9600), 0);
	sim_run(40000);
	assert_int_equal(hangs_again(4, 100), 0);
	sim_lines = 0;
	assert_true(hangs_again(8, 100) > 10000);
	/* each is told, and once that they are of no use, and that they are many */
	assert_int_equal(sim_lines, 8 + 2);
	/* the last one does */
	sim_run(60000);
	assert_int_equal(xmd_nic_unwell_ms(sim.nic), 0);
	sim_down();
}

/* Each helps, for some seconds. */
static void test_resets_that_help_for_moments(void **state)
{
	(void)state;
	sim_up(256);
	sim_run(6000);
	assert_int_equal(hangs_again(6, 6000), 0);
	sim_lines = 0;
	assert_in_range(hangs_again(2, 6000), 6000, 10000);
	assert_int_equal(sim_lines, 2 + 1);
	/* and when they end */
	sim_run(60000);
	assert_int_equal(xmd_nic_unwell_ms(sim.nic), 0);
	/* a user half without a processor is asked again and again, and has done none */
	sim.stuck = true;
	sim_fill(1500);
	sim.dead = true;
	sim_run(20000);
	sim.dead = false;
	sim_run(4000);
	assert_int_equal(xmd_nic_unwell_ms(sim.nic), 0);
	sim_down();
}

/* Frames wait through a reset that costs the link, and the seconds until it is back. */
static void test_wait_for_link_after_reset(void **state)
{
	unsigned int filled;

	(void)state;
	sim_up(256);
	sim.reset_costs_link = true;
	sim.stuck = true;
	sim_fill(1500);
	filled = sim_in_ring();
	sim_run(3500);
	assert_int_equal(sim.resets, 1);
	assert_false(sim.link);
	assert_int_equal(sim_post(1, 60), -EAGAIN);
	sim_run(3000);
	assert_true(sim.link);
	assert_int_equal(sim.ok, filled);
	assert_int_equal(sim.aborted, 0);
	assert_int_equal(asked(), 1);
	sim_down();

	/* it does not come back: they are given back, with one reset more */
	sim_up(256);
	sim.reset_costs_link = true;
	sim.stuck = true;
	sim_fill(1500);
	while (!sim.resets)
		sim_run(1);
	sim.link_back_ms = 0;
	assert_int_equal(run_well(4500), 0);
	assert_int_equal(sim_in_ring(), filled);
	assert_int_equal(sim_post(1, 60), -EAGAIN);
	sim_run(2000);
	assert_int_equal(sim.aborted, filled);
	assert_int_equal(sim_post(1, 60), -ENETDOWN);
	assert_int_equal(run_well(60000), 0);
	assert_int_equal(sim.resets, 2);
	sim_down();
}

/* A user half that says there is a link where there is none. */
static void test_false_link(void **state)
{
	(void)state;
	sim_up(256);
	sim.paused = true;
	sim_fill(1500);
	sim.paused = false;
	sim.idle = true;
	sim.link = false;
	sim_run(1500);
	assert_int_equal(xmd_nic_unwell_ms(sim.nic), 0);
	assert_true(sim.nic->xpc.raised[XPC_UP_xmd_link_event]);
	sim_run(6000);
	assert_in_range(xmd_nic_unwell_ms(sim.nic), 4000, 6000);
	assert_int_equal(asked(), 0);
	sim_down();
}

/* ------------------------------------------------------------------ reset and STOP (nic.c) */

/* What the domain before has left: pins of the EEPROM in its hands, the PHY in the middle of a reset. */
static int take_over(unsigned int rst_us, unsigned int eeprom_us)
{
	xmd_write(sim.nic, EECD, EECD_EE_REQ | EECD_CS | EECD_SK);
	*(u32 *)&sim.nic->regs[CTRL] = CTRL_PHY_RST | CTRL_SLU;
	sim.rst_us = rst_us;
	sim.eeprom_us = eeprom_us;
	sim.us = 0;
	sim.mac_resets = 0;
	sim.phy_resets = 0;
	sim_lines = 0;
	return xmd_nic_reset(sim.nic);
}

static void test_reset(void **state)
{
	static const struct { unsigned int rst, eeprom, most; } took[] = {
		{ 0, 0, 400 }, { 1, 2000, 2400 }, { 100, 6000, 6500 },
	};
	struct xmd_nic *nic;
	unsigned int i;

	(void)state;
	sim_up(256);
	nic = sim.nic;
	mutex_lock(&nic->ctl);
	xmd_nic_stop(nic);
	mutex_unlock(&nic->ctl);
	for (i = 0; i < ARRAY_SIZE(took); i++) {
		assert_int_equal(take_over(took[i].rst, took[i].eeprom), 0);
		assert_in_range(sim.us, took[i].rst + took[i].eeprom, took[i].most);
		assert_int_equal(sim.mac_resets, 1);
		assert_int_equal(sim.phy_resets, 0);
		assert_int_equal(xmd_read(nic, EECD) & EECD_WIRE, 0);
		assert_int_equal(sim_lines, 0);
	}
	/* bounded, and said */
	assert_int_equal(take_over(1000000, 0), 0);
	assert_in_range(sim.us, 20000, 21000);
	assert_int_equal(sim_lines, 1);
	assert_int_equal(take_over(0, 1000000), 0);
	assert_in_range(sim.us, 20000, 21000);
	assert_int_equal(sim_lines, 1);
	sim.us = 2000000;
	sim_start();
	sim_down();
}

/* STOP waits for a frame that has begun, as long as that can take, and no longer. */
static void test_stop_is_quick(void **state)
{
	(void)state;
	for (int slow = 0; slow < 2; slow++) {
		sim_up(256);
		sim.mbit = slow ? 10 : 1000;
		sim.us = 0;
		mutex_lock(&sim.nic->ctl);
		xmd_nic_stop(sim.nic);
		mutex_unlock(&sim.nic->ctl);
		assert_in_range(sim.us, slow ? 13200 : 132, slow ? 30000 : 1000);
		sim_start();
		sim_down();
	}
}

/* ------------------------------------------------------------ a NIC that is broken (watch.c) */

static u32 *reg_of(u32 off)
{
	return (u32 *)&sim.nic->regs[off];
}

/* Both ways, and for a while: nothing is odd about a NIC that is well. */
static void traffic(unsigned int ms)
{
	for (; ms; ms -= 10) {
		sim_post(2, 1000);
		sim_receive(3);
		sim_run(10);
	}
}

/* It leaves a descriptor out, does one twice, or was not told of new ones: nothing is received any more. */
static void test_rx_out_of_step(void **state)
{
	struct e1000_rx_desc *d;
	unsigned int before;

	(void)state;
	for (int how = 0; how < 3; how++) {
		sim_up(256);
		traffic(5000);
		assert_int_equal(asked(), 0);
		d = &sim.nic->rx.desc[sim.nic->rx.next & sim.nic->rx.mask];
		if (how == 0) {
			*reg_of(RDH) = (*reg_of(RDH) + 1) & sim.nic->rx.mask;
		} else if (how == 1) {
			d->length = __cpu_to_le16(60);
			d->status = RXD_STAT_DD | RXD_STAT_EOP;
			xmd_nic_poll_soon(sim.nic);
		} else {
			sim.fixed = RDT;
			for (int i = 0; i < 300; i++) {
				sim_receive(1);
				sim_run(1);
			}
			sim.fixed = 0;
		}
		sim_run(2600);
		assert_int_equal(asked(), 1);
		assert_int_equal(sim.resets, 1);
		sim_run(3000);
		before = sim.received;
		traffic(3000);
		assert_int_equal(sim.received - before, 900);
		assert_int_equal(asked(), 1);
		sim_down();
	}
}

/* Descriptors are done before their frames are there: nobody gets what the buffers had before. */
static void test_rx_unwritten(void **state)
{
	(void)state;
	sim_up(256);
	traffic(5000);		/* all have had one */
	sim.received = 0;
	sim.unwritten = true;
	for (int i = 0; i < 30; i++) {
		sim_receive(10);
		sim_polls();
	}
	assert_int_equal(sim.received, 0);
	assert_int_equal(sim.nic->rx.verdict[XMD_RX_UNWRITTEN], 300);
	sim.unwritten = false;
	sim_receive(5);
	sim_polls();
	assert_int_equal(sim.received, 5);
	sim_down();
}

/*
 * @received and @sent frames pass, of which the NIC counts as many as it says, and the user half reports
 * that @ms later; for @reports times.
 */
static void counted(unsigned int reports, unsigned int received, unsigned int sent, unsigned int says_sent, unsigned int ms)
{
	struct xmd_counters *c = (struct xmd_counters *)sim.nic->counters;

	for (; reports; reports--) {
		sim_receive(received);
		sim_post(sent, 60);
		sim_run(ms);
		c->gprc += received;
		c->gptc += says_sent;
		sim_run(2000 - ms);
	}
}

/* As many as have come arrive, and as many leave as are done: whenever it is counted. */
static void test_counts_agree(void **state)
{
	static const unsigned int ms[] = { 0, 1, 200, 260, 1000, 1990 };

	(void)state;
	sim_up(256);
	for (unsigned int i = 0; i < sizeof(ms) / sizeof(*ms); i++) {
		counted(10, 100, 100, 100, ms[i]);
		counted(10, 100, 0, 0, ms[i]);
		counted(10, 100, 15, 15, ms[i]);
		counted(10, 0, 100, 100, ms[i]);
		sim_run(20000);
		counted(1, 100, 100, 100, ms[i]);
		sim_run(20000);
	}
	/* nobody reports: that says nothing */
	for (unsigned int i = 0; i < 1000; i++) {
		sim_receive(20);
		sim_post(20, 60);
		sim_run(20);
	}
	assert_int_equal(asked(), 0);
	assert_int_equal(sim.nic->xpc.n_doubts, 0);
	sim_down();
}

/* None of those arrives, or none leaves, and only what the NIC has counted tells: a new user half, resets, another domain. */
static void test_counted_and_lost(void **state)
{
	struct xmd_counters *c;

	(void)state;
	for (int rx = 0; rx < 2; rx++) {
		sim_up(256);
		c = (struct xmd_counters *)sim.nic->counters;
		counted(5, 100, 100, 100, 1000);
		sim.unwritten = rx;
		counted(rx ? 3 : 4, 100, 100, rx ? 100 : 0, 1000);
		assert_int_equal(asked(), 0);
		assert_in_range(sim.nic->xpc.n_doubts, 1, 2);
		sim.nic->xpc.believed = true;
		counted(1, 100, 100, rx ? 100 : 0, 1000);
		assert_int_equal(asked(), 1);
		assert_non_null(strstr(sim_line, rx ? "from the wire of which none arrives" : "to the wire of those that are done"));
		/* it has helped */
		sim.unwritten = false;
		counted(20, 100, 100, 100, 1000);
		assert_int_equal(asked(), 1);
		assert_int_equal(xmd_nic_unwell_ms(sim.nic), 0);
		/* and now it does not */
		sim.unwritten = rx;
		counted(18, 100, 100, rx ? 100 : 0, 1000);
		assert_true(asked() > 4);
		assert_true(xmd_nic_unwell_ms(sim.nic) > 10000);
		/* some, at least, and for a minute */
		sim.unwritten = false;
		counted(62, 100, 100, 1, 1000);
		assert_int_equal(xmd_nic_unwell_ms(sim.nic), 0);
		/* frames for a link that is not there */
		sim_wire(false);
		sim_run(100);
		for (int i = 0; i < 20; i++) {
			c->mpc += 100;
			sim_run(2000);
		}
		assert_int_equal(xmd_nic_unwell_ms(sim.nic), 0);
		sim_down();
	}
}

/* Whatever the wire sends: frames from nobody, and longer ones than the MTU, are the sender's doing. */
static void test_wire_makes_no_doubt(void **state)
{
	static const u8 nobody[60];
	struct xmd_counters *c;

	(void)state;
	sim_up(256);
	c = (struct xmd_counters *)sim.nic->counters;
	xmd_nic_set_mtu(sim.nic, 1600);
	for (int i = 0; i < 20; i++) {
		for (int n = 0; n < 100; n++) {
			sim_receive_this(i & 1 ? nobody : NULL, i & 1 ? sizeof(nobody) : 1800);
			sim_run(10);
		}
		c->gprc += 100;
		sim_run(1000);
	}
	assert_int_equal(sim.nic->rx.verdict[XMD_RX_UNWRITTEN], 0);
	assert_int_equal(sim.nic->rx.verdict[XMD_RX_LONG], 1000);
	assert_int_equal(sim.received, 1000);
	assert_int_equal(asked(), 0);
	assert_int_equal(sim.nic->xpc.n_doubts, 0);
	sim_down();
}

/* Frames are said to be sent, and are not. */
static void test_done_unsent(void **state)
{
	(void)state;
	sim_up(256);
	sim.stuck = true;
	assert_int_equal(sim_post(3, 60), 3);
	for (u32 i = 0; i < sim.nic->tx.ring.prod; i++)
		sim.nic->tx.ring.desc[i].upper |= __cpu_to_le32(TXD_DD);
	sim_run(2600);
	assert_int_equal(sim.ok, 3);
	assert_int_equal(asked(), 1);
	assert_non_null(strstr(sim_line, "its head has not reached"));
	traffic(5000);
	assert_int_equal(asked(), 1);
	sim_down();
}

/* Frames leave, the head moves on, and of the oldest nobody is told: it is not slow, it is broken. */
static void test_done_untold(void **state)
{
	(void)state;
	sim_up(256);
	traffic(1000);
	sim.no_dd = true;
	for (int i = 0; i < 28; i++) {
		sim_post(1, 60);
		sim_run(100);
		sim.no_dd = i < 5;
	}
	assert_int_equal(asked(), 1);
	assert_int_equal(sim.resets, 1);
	sim_down();
}

/* DMA would go where nobody has said. */
static void test_start_without_rings(void **state)
{
	static const u32 lost[] = { TDBAL, TDLEN, RDBAL, RDLEN, RCTL, TCTL };
	const struct xmd_start start = { .tx_ring = 128, .rx_ring = 128, .tctl = TCTL_PSP, .mac = { 2 } };

	(void)state;
	for (unsigned int i = 0; i < ARRAY_SIZE(lost); i++) {
		sim_up(256);
		mutex_lock(&sim.nic->ctl);
		xmd_nic_stop(sim.nic);
		mutex_unlock(&sim.nic->ctl);
		*reg_of(lost[i]) = 0;
		sim.fixed = lost[i];
		sim_lines = 0;
		assert_int_equal(xmd_nic_start(sim.nic, &start), -ENODEV);
		assert_false(test_bit(XMD_RUNNING, &sim.nic->bits));
		assert_int_equal(sim_lines, 1);
		sim.fixed = 0;
		sim_start();
		traffic(100);
		sim_down();
	}
}

/* Interrupts that say nothing, or the same for ever, leave time for frames; Linux does not shut the line for good. */
static void test_storm(void **state)
{
	unsigned int claimed = 0, before;

	(void)state;
	for (int link = 0; link < 2; link++) {
		sim_up(256);
		sim.causes = link ? INT_LSC : 0;
		sim.line_held = true;
		before = sim.irqs;
		sim_run(2000);
		/* 400,000 would be, of 5,000 in a ms */
		assert_in_range(sim.irqs - before, 20000, 220000);
		sim.line_held = false;
		sim.causes = 0;
		sim_run(1100);
		assert_int_equal(sim.depth, 0);
		before = sim.received;
		traffic(1000);
		assert_int_equal(sim.received - before, 300);
		sim_down();
	}
	sim_up(256);
	for (int i = 0; i < 5120; i++)
		claimed += xmd_nic_irq(9, sim.nic) == IRQ_HANDLED;
	assert_in_range(claimed, 6, 100);
	sim_down();
}

/* ------------------------------------------------------------------------- the client */

static struct xmd_nic *second;

static void test_attach(void **state)
{
	(void)state;
	/* that an operation finds the place filled, nic_sim.c checks in each of them */
	sim_up(256);
	assert_int_equal(xmd_nic_attach(sim.nic->guest.ops, &sim, &second), -EBUSY);
	assert_null(second);
	xmd_nic_offer(NULL);
	assert_int_equal(xmd_nic_attach(sim.nic->guest.ops, &sim, &second), -ENODEV);
	assert_null(second);

	/* with frames that the NIC keeps: they come back, and a reset is asked for */
	sim.paused = true;
	sim_fill(1500);
	sim_down();
	assert_true(sim.aborted > 200);
	assert_int_equal(asked(), 1);
}

static unsigned int diverted;

static void taken(void *ctx, struct xmd_buf **frames, unsigned int n)
{
	diverted += n;
	while (n)
		xmd_buf_put(ctx, frames[--n]);
}

static int while_diverted(struct xmd_nic *nic)
{
	sim_receive(7);
	sim_polls();
	assert_int_equal(diverted, 7);
	/* guests' frames and their answers go on */
	assert_int_equal(sim_post(3, 60), 3);
	sim_run(10);
	assert_int_equal(sim.ok, 3);
	sim_receive(2);
	return -EIO;
}

/* A self-test takes what comes, whatever comes when; afterwards nothing of it is left. */
static void test_divert(void **state)
{
	const struct xmd_nic_ops ops = { .rx_return = taken, .host_tx = taken };

	(void)state;
	sim_up(256);
	const struct xmd_client taker = { &ops, sim.nic };

	assert_int_equal(xmd_nic_divert(sim.nic, &taker, while_diverted), -EIO);
	sim_polls();
	assert_int_equal(sim.received, 2);
	sim_down();
}

int xmd_test_loopback(void *ctx);

/* Passed or not, reception is the client's again. */
static void test_loopback(void **state)
{
	(void)state;
	sim_up(256);
	sim.idle = true;
	for (int works = 0; works < 2; works++) {
		sim.loop = works;
		sim.received = 0;
		sim_post(1, 60);
		assert_int_equal(xmd_test_loopback(sim.nic), works ? 0 : -EIO);
		assert_int_equal(sim.received, 0);
		sim.loop = false;
		sim_receive(5);
		sim_run(10);
		assert_int_equal(sim.received, 5);
	}
	sim_down();
}

/* -------------------------------------------------------------- bytes in the ring (tx.c) */

/* Somebody always has more.  Return: of a thousand, how much of what the wire can take it took */
static unsigned int saturate(unsigned int ms, unsigned int bytes)
{
	unsigned int sent = sim.sent;

	for (unsigned int i = 0; i < ms; i++) {
		sim_post(XMD_RING_MAX, bytes);
		sim_run(1);
	}
	return (u64)(sim.sent - sent) * bytes * 8 / sim.mbit / ms;
}

/* The wire is never idle, and no frame waits behind more than that takes, however long the ring. */
static void test_limit(void **state)
{
	static const struct { unsigned int mbit, bytes, ms; } c[] = {
		{ 1000, 1500, 4 }, { 100, 1500, 4 }, { 10, 1500, 8 }, { 100, 300, 4 },
		{ 1000, 4096, 4 },
	};

	(void)state;
	for (unsigned int i = 0; i < sizeof(c) / sizeof(c[0]); i++) {
		sim_up(1024);
		sim.mbit = c[i].mbit;
		saturate(20000, c[i].bytes);
		assert_true(saturate(2000, c[i].bytes) >= 950);
		sim_post(XMD_RING_MAX, c[i].bytes);
		/* what is in the ring, in time of the wire */
		assert_in_range(sim_in_ring() * c[i].bytes * 8 / (c[i].mbit * 1000), 1, c[i].ms);
		assert_true(sim.nic->tx.full > 0);
		/* the wire is faster now: no frame is held up by what was enough before */
		sim.mbit = 1000;
		saturate(100, 1500);
		assert_true(saturate(100, 1500) >= 950);
		sim_run(100);
		assert_int_equal(sim.nic->tx.limit.in, 0);
		sim_down();
	}
}

/* What was aborted, refused or laid out again is accounted for; what nobody owns is not limited. */
static void test_limit_and_resets(void **state)
{
	struct xmd_buf *b;
	u32 full;

	(void)state;
	sim_up(256);
	sim.stuck = true;
	full = sim_post(XMD_RING_MAX, 1500);
	assert_in_range(full, 30, 60);
	assert_int_equal(sim_post(1, 60), 0);
	assert_int_equal(xmd_nic_tx_space(sim.nic), 0);
	assert_true(xmd_nic_tx_room(sim.nic) > 100);
	for (unsigned int i = 0; i < 20; i++) {
		assert_int_equal(xmd_buf_get(sim.nic, &b, 1), 1);
		b->len = b->frame_len = 1500;
		assert_int_equal(xmd_nic_tx_provide(sim.nic, &b, 1), 1);
	}
	assert_int_equal(sim.nic->tx.limit.in, full * (1500 + XMD_WIRE_EXTRA));
	sim_run(4000);		/* a hang, and a reset */
	assert_int_equal(sim.resets, 1);
	assert_int_equal(sim.ok, full + 20);
	assert_int_equal(sim.nic->tx.limit.in, 0);
	sim.paused = true;
	assert_in_range(sim_post(XMD_RING_MAX, 5000), 10, 30);	/* over the MTU: come back refused */
	sim_polls();
	assert_int_equal(sim.nic->tx.limit.in, 0);
	sim_post(XMD_RING_MAX, 1500);
	sim_down();		/* aborted */
	assert_int_equal(sim.nic->tx.limit.in, 0);
}

/* A second apart while nothing is under way, four in a second otherwise. */
static void test_idle_ticks(void **state)
{
	unsigned long at;
	unsigned int n;

	(void)state;
	sim_up(256);
	sim_run(6000);		/* no link is due any more */
	for (int busy = 0; busy < 2; busy++) {
		sim.paused = busy;
		sim_post(1, 60);
		sim_run(2600);
		for (at = sim.nic->watch.tick.timer.expires, n = 0; n < 4; n++) {
			while (at == sim.nic->watch.tick.timer.expires)
				sim_run(1);
			assert_int_equal(jiffies_to_msecs(sim.nic->watch.tick.timer.expires - at) >= 1000, !busy);
			at = sim.nic->watch.tick.timer.expires;
		}
		assert_int_equal(xmd_nic_unwell_ms(sim.nic), 0);
	}
	/* One that hangs after it was idle is noticed no later. */
	sim.paused = false;
	sim_run(3000);
	sim.stuck = true;
	sim_post(1, 60);
	sim_run(2300);
	assert_int_equal(asked(), 1);
	sim_down();
}

/* The 82574 with two vectors: frames both ways and the link, and nobody reads ICR (nic_sim.c). */
static void test_msix(void **state)
{
	(void)state;
	sim_device = 0x10d3;
	sim_up(256);
	assert_true(sim.nic->link_irq != 0);
	sim_post(40, 1000);
	sim_run(50);
	assert_int_equal(sim.ok, 40);
	sim_receive(20);
	sim_run(50);
	assert_int_equal(sim.received, 20);
	assert_true(sim.irqs > 0);
	assert_int_equal(sim.nic->watch.irqs_lost, 0);
	sim_wire(false);
	sim_run(100);
	assert_false(test_bit(XMD_LINK_UP, &sim.nic->bits));
	sim_down();
	sim_device = 0x100e;
	sim_no_msix = false;
}

/* Each of those on PCI Express sends, and has nothing written that it has not (nic_sim.c). */
static void test_pcie_chips(void **state)
{
	static const u16 device[] = { 0x108b, 0x109a, 0x10d3, 0x10f6, 0x150c };
	unsigned int i;

	(void)state;
	for (i = 0; i < ARRAY_SIZE(device); i++) {
		sim_device = device[i];
		sim_up(256);
		assert_int_equal(sim_post(10, 1000), 10);
		sim_run(50);
		assert_int_equal(sim.ok, 10);
		sim_down();
	}
	sim_device = 0x100e;
}

/* Its other vector tells of frames that found no place, too, and of the next as soon as that was heard. */
static void test_msix_overrun(void **state)
{
	unsigned int i;
	u64 before;

	(void)state;
	sim_device = 0x10d3;
	sim_up(256);
	sim.throttles = true;
	sim.overrun = true;
	before = sim.nic->irqs;
	xmd_write(sim.nic, ICS, INT_RXO);
	for (i = 0; i < 100000; i++)
		sim_ns(1000);
	assert_in_range(sim.nic->irqs - before, 1, 10);
	sim.overrun = false;
	sim_down();
	sim_device = 0x100e;
}

/* The same chip where MSI-X is not to be had: the line, which a write lets go of. */
static void test_pcie_line(void **state)
{
	(void)state;
	sim_device = 0x10d3;
	sim_no_msix = true;
	sim_up(256);
	assert_int_equal(sim.nic->link_irq, 0);
	sim_receive(20);
	sim_run(50);
	assert_int_equal(sim.received, 20);
	assert_int_equal(sim.nic->watch.irqs_lost, 0);
	sim_down();
	sim_device = 0x100e;
	sim_no_msix = false;
}

/* While no frame flows the user half may not stand still; how late a tick is, is told. */
static void test_who_waits(void **state)
{
	struct xpc *x;
	unsigned int ticks;

	(void)state;
	sim_up(256);
	x = &sim.nic->xpc;
	sim_run(6000);
	assert_false(x->urgent);
	assert_int_equal(x->late_ms, 0);
	x->t.slot[XPC_UP_xmd_self_test].state = XPC_READ;
	sim_run(1100);
	assert_true(x->urgent);
	x->t.slot[XPC_UP_xmd_self_test].state = XPC_RAISED;
	sim_run(1100);
	assert_false(x->urgent);
	/* no carrier */
	sim_wire(false);
	sim_run(2100);
	assert_true(x->urgent);
	sim_wire(true);
	sim_run(2100);
	assert_false(x->urgent);
	/* it hangs, and nobody resets it */
	sim.idle = sim.stuck = true;
	sim_post(1, 60);
	sim_run(4000);
	assert_true(x->urgent);
	sim.idle = false;
	sim_run(2000);
	assert_false(x->urgent);
	/* stopped, in an idle time: looked at soon */
	x->believed = true;
	sim_run(6000);
	sim.idle = true;
	ticks = x->n_ticks;
	mutex_lock(&sim.nic->ctl);
	xmd_nic_stop(sim.nic);
	xmd_nic_watch_soon(sim.nic);
	mutex_unlock(&sim.nic->ctl);
	sim_run(260);
	assert_int_equal(x->n_ticks, ticks + 1);
	assert_true(x->urgent);
	sim.late_ms = 600;
	sim_run(1700);
	assert_in_range(x->late_ms, 590, 620);
	sim.late_ms = 0;
	sim.idle = false;
	sim_run(3000);
	assert_false(x->urgent);
	sim_down();
}

/* A user half that lives, and has stopped it and no more: another is to do it; if that has just been, it is asked to. */
static void test_forgotten(void **state)
{
	(void)state;
	sim_up(256);
	sim_run(6000);
	sim.idle = true;
	mutex_lock(&sim.nic->ctl);
	xmd_nic_stop(sim.nic);
	xmd_nic_watch_soon(sim.nic);
	mutex_unlock(&sim.nic->ctl);
	sim_run(900);
	assert_int_equal(asked(), 0);
	assert_int_equal(sim.nic->xpc.n_doubts, 0);
	sim_run(1400);
	assert_int_equal(asked(), 0);
	assert_in_range(sim.nic->xpc.n_doubts, 1, 3);
	sim.nic->xpc.believed = true;
	sim_run(300);
	assert_int_equal(asked(), 1);
	assert_non_null(strstr(sim_line, "not started again"));
	sim_post(20, 60);
	sim.idle = false;
	sim_run(300);
	assert_int_equal(sim.resets, 1);
	assert_int_equal(sim_post(20, 60), 20);
	sim_run(3000);
	assert_int_equal(asked(), 1);
	/* nobody is there to hear it, or there is no NIC */
	for (int gone = 0; gone < 2; gone++) {
		sim.dead = !gone;
		sim.gone = gone;
		sim.idle = true;
		mutex_lock(&sim.nic->ctl);
		xmd_nic_gone(sim.nic);
		xmd_nic_stop(sim.nic);
		mutex_unlock(&sim.nic->ctl);
		sim_run(10000);
		assert_int_equal(asked(), 1);
		sim.dead = sim.gone = sim.idle = false;
		sim_start();
		sim_run(3000);
	}
	sim_down();
}

/* Gone for minutes, with frames in its ring: looked at once a second, and that is known.  A user half that is not there is another thing. */
static void test_away(void **state)
{
	const struct xmd_start start = { .tx_ring = 256, .rx_ring = 256, .mac = { 2 } };
	unsigned int reads;

	(void)state;
	sim_up(256);
	assert_false(xmd_nic_away(sim.nic));
	sim.stuck = true;
	sim_fill(1500);
	sim.gone = true;
	sim_lines = 0;
	sim_run(2000);
	assert_true(xmd_nic_away(sim.nic));
	/* whoever says so then is not doubted */
	assert_true(sim.nic->xpc.away);
	reads = sim.reads;
	sim_run(120000);
	assert_true(xmd_nic_away(sim.nic));
	assert_true(xmd_nic_unwell_ms(sim.nic) > 100000);
	assert_in_range(sim.reads - reads, 100, 130);
	assert_int_equal(sim_lines, 1);
	assert_int_equal(asked(), 0);

	/* it answers, and is brought up */
	sim.gone = false;
	sim_run(1500);
	assert_int_equal(asked(), 1);
	assert_int_equal(sim.resets, 1);
	assert_false(xmd_nic_away(sim.nic));
	assert_false(sim.nic->xpc.away);
	assert_int_equal(xmd_nic_unwell_ms(sim.nic), 0);

	/* one that answers and does not start is not away: a new domain may make it start */
	sim.gone = true;
	mutex_lock(&sim.nic->ctl);
	assert_true(xmd_nic_gone(sim.nic));
	xmd_nic_stop(sim.nic);
	mutex_unlock(&sim.nic->ctl);
	sim.gone = false;
	*reg_of(RCTL) = 0;
	sim.fixed = RCTL;
	sim.idle = true;
	mutex_lock(&sim.nic->ctl);
	assert_int_equal(xmd_nic_start(sim.nic, &start), -ENODEV);
	mutex_unlock(&sim.nic->ctl);
	assert_false(xmd_nic_away(sim.nic));
	sim.fixed = 0;
	sim.idle = false;
	sim_start();

	sim.gone = true;
	mutex_lock(&sim.nic->ctl);
	xmd_nic_gone(sim.nic);
	mutex_unlock(&sim.nic->ctl);
	sim.dead = true;
	sim_run(15000);
	assert_false(xmd_nic_away(sim.nic));
	sim.dead = sim.gone = false;
	sim_down();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_flood),
		cmocka_unit_test(test_bursts),
		cmocka_unit_test(test_late_frame),
		cmocka_unit_test(test_stopped_mask_stays_shut),
		cmocka_unit_test(test_received_before_stop),
		cmocka_unit_test(test_lost_irq),
		cmocka_unit_test(test_stuck_polls),
		cmocka_unit_test(test_lost_link_irq),
		cmocka_unit_test(test_link_unseen),
		cmocka_unit_test(test_unsound),
		cmocka_unit_test(test_link_seen_to_go),
		cmocka_unit_test(test_line),
		cmocka_unit_test(test_pause),
		cmocka_unit_test(test_link_loss),
		cmocka_unit_test(test_bounce),
		cmocka_unit_test(test_flapping),
		cmocka_unit_test(test_fast_flapping),
		cmocka_unit_test(test_dead_user_half),
		cmocka_unit_test(test_slow_link),
		cmocka_unit_test(test_hang),
		cmocka_unit_test(test_resets_in_vain),
		cmocka_unit_test(test_resets_that_help_for_moments),
		cmocka_unit_test(test_away),
		cmocka_unit_test(test_wait_for_link_after_reset),
		cmocka_unit_test(test_false_link),
		cmocka_unit_test(test_reset),
		cmocka_unit_test(test_stop_is_quick),
		cmocka_unit_test(test_rx_out_of_step),
		cmocka_unit_test(test_rx_unwritten),
		cmocka_unit_test(test_counts_agree),
		cmocka_unit_test(test_counted_and_lost),
		cmocka_unit_test(test_wire_makes_no_doubt),
		cmocka_unit_test(test_done_unsent),
		cmocka_unit_test(test_done_untold),
		cmocka_unit_test(test_start_without_rings),
		cmocka_unit_test(test_storm),
		cmocka_unit_test(test_lone_frames),
		cmocka_unit_test(test_load),
		cmocka_unit_test(test_storm_of_frames),
		cmocka_unit_test(test_moderation_is_set),
		cmocka_unit_test(test_moderation_of_chips),
		cmocka_unit_test(test_attach),
		cmocka_unit_test(test_divert),
		cmocka_unit_test(test_loopback),
		cmocka_unit_test(test_idle_ticks),
		cmocka_unit_test(test_limit),
		cmocka_unit_test(test_limit_and_resets),
		cmocka_unit_test(test_msix),
		cmocka_unit_test(test_msix_overrun),
		cmocka_unit_test(test_pcie_chips),
		cmocka_unit_test(test_pcie_line),
		cmocka_unit_test(test_who_waits),
		cmocka_unit_test(test_forgotten),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
