// SPDX-License-Identifier: GPL-2.0
/*
 * Whose frames are whose when two have one address, as guests and the wire see it: the
 * driver domain's own net_device with a guest's address, two vifs, a local migration.
 */
#include <stdarg.h>
#include <setjmp.h>
#include <stddef.h>
#include <cmocka.h>
#include "sim.h"

static const u8 station[6] = { 2, 0, 0, 0, 0, 0x55 };
static struct guest *a, *b;
static struct flat in;
static u8 p[2000];

static int setup(void **state)
{
	(void)state;
	sim_start();
	a = guest_new(1, LINUX);
	b = guest_new(2, LINUX);
	memcpy(b->mac, a->mac, 6);	/* its address from here on, when it connects */
	assert_int_equal(guest_connect(a, false), 0);
	guest_post(a, 100);
	guest_post(b, 100);
	sim_run();
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	sim_stop();
	return 0;
}

static unsigned int got(struct guest *g)
{
	unsigned int n = 0;
	bool bad;

	while (guest_receive(g, &in, &bad))
		n++;
	return n;
}

/* Five frames to the address both have.  Return: 1 @a got them, 2 @b did, 4 the host. */
static unsigned int who_gets_it(void)
{
	unsigned int host = nic.n_host, ga, gb, gh;

	for (u32 i = 0; i < 5; i++) {
		make_frame(p, a->mac, station, 60, i);
		nic_receive(p, 60);
		sim_run();
	}
	ga = got(a);
	gb = got(b);
	gh = nic.n_host - host;
	assert_int_equal(ga + gb + gh, 5);
	return (ga == 5) | (gb == 5) << 1 | (gh == 5) << 2;
}

static void test_the_host_takes_a_guests_address(void **state)
{
	unsigned int notices = sim_notices;
	u8 own[6];

	(void)state;
	memcpy(own, nic.dev.dev_addr, 6);
	memcpy(nic.dev.dev_addr, a->mac, 6);
	assert_int_equal(who_gets_it(), 1);
	assert_int_equal(sim_notices, notices + 1);
	memcpy(nic.dev.dev_addr, own, 6);
	assert_int_equal(who_gets_it(), 1);
	assert_int_equal(sim_notices, notices + 1);
	make_frame(p, own, station, 60, 1);
	nic_receive(p, 60);
	sim_run();
	assert_int_equal(nic.n_host, 1);
}

/* The gateway's would get it all that guests send to the outside. */
static void test_the_host_takes_the_gateways_address(void **state)
{
	(void)state;
	make_frame(p, a->mac, station, 60, 1);
	nic_receive(p, 60);
	memcpy(nic.dev.dev_addr, station, 6);
	make_frame(p, station, a->mac, 60, 2);
	guest_send(a, p, 60, 60, 0);
	sim_run();
	assert_int_equal(nic.n_held, 1);
	assert_int_equal(nic.n_host, 0);
	nic_complete(1);
	assert_int_equal(guest_tx_status(a), 0);
	assert_int_equal(got(a), 1);
}

/* It is the host's once the guest has gone, and the guest's when that comes back. */
static void test_a_guest_comes_with_the_hosts_address(void **state)
{
	(void)state;
	memcpy(nic.dev.dev_addr, a->mac, 6);
	assert_int_equal(who_gets_it(), 1);
	assert_int_equal(guest_disconnect(a), 0);
	assert_int_equal(who_gets_it(), 4);
	assert_int_equal(guest_connect(a, true), 0);
	assert_int_equal(who_gets_it(), 1);
}

static void test_the_newer_of_two_goes(void **state)
{
	unsigned int notices = sim_notices;

	(void)state;
	assert_int_equal(guest_connect(b, false), 0);
	assert_int_equal(sim_notices, notices + 2);	/* connected, and whose address it has */
	assert_int_equal(who_gets_it(), 2);
	assert_int_equal(guest_disconnect(b), 0);
	/* a station on the wire says that it has it */
	make_frame(p, station, a->mac, 60, 1);
	nic_receive(p, 60);
	sim_run();
	assert_int_equal(who_gets_it(), 1);
}

static void test_local_migration(void **state)
{
	(void)state;
	assert_int_equal(guest_connect(b, true), 0);
	assert_int_equal(who_gets_it(), 2);
	assert_int_equal(guest_disconnect(a), 0);
	assert_int_equal(who_gets_it(), 2);
	assert_int_equal(guest_disconnect(b), 0);
	assert_int_equal(guest_connect(a, true), 0);
	assert_int_equal(who_gets_it(), 1);
}

/* The one that does not hold it may change all but its address, and take a free one. */
static void test_settings_of_the_older_of_two(void **state)
{
	struct xmd_vif_settings s = { .id.domid = 1, .mtu = 1400 };

	(void)state;
	assert_int_equal(guest_connect(b, false), 0);
	memcpy(s.mac, a->mac, 6);
	assert_int_equal(xmd_vif_set(&s), 0);
	s.id.domid = 2;
	assert_int_equal(xmd_vif_set(&s), 0);
	memcpy(s.mac, nic.dev.dev_addr, 6);
	who_gets_it();				/* the switch has seen the host's address */
	assert_int_equal(xmd_vif_set(&s), -EADDRINUSE);
	memcpy(s.mac, "\2\0\0\0\7\7", 6);
	assert_int_equal(xmd_vif_set(&s), 0);
	assert_int_equal(who_gets_it(), 1);	/* b has given it up */
	s.id.domid = 1;
	assert_int_equal(xmd_vif_set(&s), -EADDRINUSE);
}

/* As often as it likes, rightly and wrongly: the log of the driver domain stays short. */
static void test_a_guest_that_comes_and_goes(void **state)
{
	unsigned int lines = sim_unlimited;

	(void)state;
	for (unsigned int i = 0; i < 100; i++) {
		assert_int_equal(guest_connect(b, false), 0);
		make_frame(p, station, station, 60, i);
		guest_send(b, p, 60, 60, 0);	/* not its address */
		sim_run();
		assert_int_equal(guest_disconnect(b), 0);
		b->tx->req_prod = b->tx_prod = b->tx->rsp_prod = 0;
		b->rx->rsp_prod = 300;
		assert_int_equal(guest_connect(b, true), -EPROTO);
		b->rx->rsp_prod = 0;
		for (int step = 1; step < 10; step++) {
			sim_fail_at = step;
			assert_true(guest_connect(b, false) != 0);
			b->tx_irq = 0;
			b->rx_irq = 0;
		}
		sim_fail_at = 0;
	}
	assert_int_equal(sim_unlimited, lines);
	assert_true(sim_notices + sim_errors > 600);
}

#define T(t)	cmocka_unit_test_setup_teardown(t, setup, teardown)

/* ------------------------------------------------- before the last is adopted */

static const u8 broadcast[6] = { 255, 255, 255, 255, 255, 255 }, nobody[6] = { 2, 0, 0, 0, 0, 0x66 };

static void from_wire(const u8 *to, u32 seq)
{
	make_frame(p, to, station, 60, seq);
	nic_receive(p, 60);
	sim_run();
}

/* The domain was created again, and the NIC runs before the rings of @c are adopted. */
static void test_frames_wait_for_who_comes_late(void **state)
{
	struct guest *c = guest_new(3, LINUX), *d = guest_new(4, LINUX);
	unsigned int free = nic.pool_free;
	bool bad;

	(void)state;
	back.early = true;
	guest_post(c, 100);
	guest_post(d, 100);
	from_wire(c->mac, 1);
	from_wire(broadcast, 2);
	from_wire(nobody, 3);
	from_wire(c->mac, 4);
	assert_int_equal(got(a), 4);
	assert_int_equal(guest_connect(c, true), 0);
	sim_run();
	/* in order, and none twice */
	assert_true(guest_receive(c, &in, &bad) && seq_of(in.data) == 1);
	assert_true(guest_receive(c, &in, &bad) && seq_of(in.data) == 2);
	assert_true(guest_receive(c, &in, &bad) && seq_of(in.data) == 4);
	from_wire(c->mac, 5);
	assert_true(guest_receive(c, &in, &bad) && seq_of(in.data) == 5);
	assert_int_equal(got(c), 0);
	assert_int_equal(got(a), 0);
	assert_int_equal(guest_connect(d, true), 0);
	sim_run();
	assert_int_equal(got(d), 1);
	assert_int_equal(back.early_given, 4);

	/* not for ever: those that nobody came for are counted */
	sim_now += 3;
	xmd_early_tick(false);
	assert_int_equal(nic.pool_free, free);
	assert_int_equal(back.early_kept, 4);
	assert_int_equal(back.early_unclaimed, 1);
	from_wire(nobody, 6);
	assert_int_equal(back.early_kept, 5);
	sim_now += 10;
	xmd_early_tick(false);
	assert_false(back.early);
	from_wire(nobody, 7);
	assert_int_equal(back.early_kept, 5);
	assert_int_equal(nic.pool_free, free);
}

/* A flood before anybody is there takes no more than what is meant for it. */
static void test_few_frames_wait(void **state)
{
	struct guest *c = guest_new(3, LINUX);
	unsigned int free = nic.pool_free;
	bool bad;

	(void)state;
	back.early = true;
	assert_int_equal(guest_disconnect(a), 0);
	guest_post(c, 200);
	for (u32 i = 0; i < 1000; i++) {
		from_wire(c->mac, i);
		assert_true(nic.pool_free >= free - 128);
	}
	assert_int_equal(guest_connect(c, true), 0);
	sim_run();
	for (u32 i = 1000 - 128; i < 1000; i++)
		assert_true(guest_receive(c, &in, &bad) && seq_of(in.data) == i);
	assert_int_equal(got(c), 0);
	assert_int_equal(back.early_unclaimed, 1000 - 128);
	assert_int_equal(guest_connect(a, false), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		T(test_the_host_takes_a_guests_address),
		T(test_the_host_takes_the_gateways_address),
		T(test_a_guest_comes_with_the_hosts_address),
		T(test_the_newer_of_two_goes),
		T(test_local_migration),
		T(test_settings_of_the_older_of_two),
		T(test_a_guest_that_comes_and_goes),
		T(test_frames_wait_for_who_comes_late),
		T(test_few_frames_wait),
	};

	return cmocka_run_group_tests_name("back: addresses", tests, NULL, NULL);
}
