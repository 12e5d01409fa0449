// SPDX-License-Identifier: GPL-2.0
/*
 * test_qemu.c - the user half on the registers of QEMU's own e1000.
 *
 *   driver -> port.h -> sim_kernel.c (guard, phases) -> qtest -> QEMU's e1000
 *
 * No guest runs: QEMU is started stopped, and its qtest protocol pokes the card's BAR.
 * So this holds the driver against the device that the lab has, in a second and
 * without Xen.  Skipped where there is no qemu-system-x86_64.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "../../userdriver/record.h"
#include "bench.h"

#define BAR 0xe0000000u
#define PCI_ADDRESS(reg) (0x80000000u | 2 << 11 | (reg))	/* bus 0, device 2 */

static FILE *qtest;		/* both ways */
static pid_t qemu;

/* Return: the number behind OK, or 0. */
static uint64_t ask(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
static uint64_t ask(const char *fmt, ...)
{
	char line[256];
	va_list ap;

	va_start(ap, fmt);
	vfprintf(qtest, fmt, ap);
	va_end(ap);
	fputc('\n', qtest);
	fflush(qtest);
	do {
		if (!fgets(line, sizeof(line), qtest)) {
			print_error("QEMU does not answer\n");
			exit(1);
		}
	} while (strncmp(line, "OK", 2));
	return strtoull(line + 2, NULL, 16);
}

static uint32_t qemu_read(struct sim *sim, uint32_t reg)
{
	(void)sim;
	return ask("readl 0x%x", BAR + reg);
}

static void qemu_write(struct sim *sim, uint32_t reg, uint32_t val)
{
	(void)sim;
	ask("writel 0x%x 0x%x", BAR + reg, val);
}

static const struct sim_registers qemu_registers = { qemu_read, qemu_write };

static void set_command(unsigned int bits)
{
	ask("outl 0xcf8 0x%x", PCI_ADDRESS(4));
	ask("outw 0xcfc 0x%x", bits);
}

static const struct chip {
	const char *name, *more;
	uint16_t id;
} chips[] = {
	{ "e1000", "", 0x100e }, { "e1000-82545em", "", 0x100f }, { "e1000-82544gc", "", 0x100c },
	{ "e1000e", ",subsys_ven=0x1af4,subsys=0x1100", 0x10d3 },
}, *chip = &chips[0];

static void exec_qemu(int fd)
{
	char device[128];

	snprintf(device, sizeof(device), "%s,netdev=n,addr=2,mac=52:54:00:65:43:21%s", chip->name,
		 chip->more);
	dup2(fd, STDIN_FILENO);
	dup2(fd, STDOUT_FILENO);
	/* a test that fails does not come to stop_qemu */
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	execlp("qemu-system-x86_64", "qemu-system-x86_64", "-M", "q35", "-accel", "tcg", "-S",
	       "-nodefaults", "-display", "none", "-qtest", "stdio", "-qtest-log", "none",
	       "-netdev", "user,id=n,restrict=on", "-device",
	       device, (char *)NULL);
	_exit(127);
}

static void start_qemu(void)
{
	int pair[2];

	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair), 0);
	qemu = fork();
	if (!qemu)
		exec_qemu(pair[1]);
	close(pair[1]);
	qtest = fdopen(pair[0], "r+");
	assert_non_null(qtest);
	ask("outl 0xcf8 0x%x", PCI_ADDRESS(0x10));
	ask("outl 0xcfc 0x%x", BAR);
	set_command(6);
}

static void stop_qemu(void)
{
	fclose(qtest);
	kill(qemu, SIGTERM);
	waitpid(qemu, NULL, 0);
}

static void open_on_qemu(struct bench *b)
{
	start_qemu();
	bench_open(b, SIM_F_QEMU);
	sim_be(b->sim, chip->id);
	/* the 82574L's PHY offers 1000 half; without that its link need not be negotiated anew, for
	 * which time would have to pass */
	if (b->sim->chip->flags & XMD_HAS_PCIE)
		qemu_write(b->sim, MDIC, MDIC_OP_WRITE | PHY_GCTRL << MDIC_REG_SHIFT |
			   MDIC_INTERNAL_PHY << MDIC_PHY_SHIFT | PHY_GCTRL_1000_FD);
	b->sim->registers = &qemu_registers;
}

static void close_on_qemu(struct bench *b)
{
	bench_close(b);
	stop_qemu();
}

static void qemus_e1000_is_brought_up_with_its_link_at_once(void **state)
{
	static const uint8_t mac[] = { 0x52, 0x54, 0x00, 0x65, 0x43, 0x21 };
	struct bench b;

	(void)state;
	open_on_qemu(&b);
	assert_int_equal(driver_start(&b.d), 0);
	assert_int_equal(b.d.state, DRIVER_RUNNING);
	assert_memory_equal(b.sim->started.mac, mac, sizeof(mac));
	assert_int_equal(b.sim->adapter->link, 1);
	assert_int_equal(b.sim->adapter->speed, 1000);
	assert_int_equal(qemu_read(b.sim, RAH(0)), 0x80002143);
	if (!xmd_chip_lacks(b.sim->chip, ITR))
		assert_int_equal(qemu_read(b.sim, ITR), 488);
	assert_int_equal(qemu_read(b.sim, MTA(5)), 0);
	bench_tick(&b);
	assert_int_equal(b.d.state, DRIVER_RUNNING);
	close_on_qemu(&b);
}

static void a_new_user_half_adopts_qemus_e1000(void **state)
{
	struct bench b;

	(void)state;
	open_on_qemu(&b);
	assert_int_equal(driver_start(&b.d), 0);
	bench_new_user_half(&b);
	assert_int_equal(driver_start(&b.d), 0);
	assert_int_equal(b.d.state, DRIVER_RUNNING);
	assert_int_equal(b.sim->starts, 1);
	assert_int_equal(b.sim->adapter->link, 1);
	assert_in_range(b.sim->crossings, 1, 10);
	close_on_qemu(&b);
}

static void decoding_switched_off_is_noticed_and_survived(void **state)
{
	struct bench b;

	(void)state;
	open_on_qemu(&b);
	assert_int_equal(driver_start(&b.d), 0);
	set_command(0);
	bench_tick(&b);
	assert_int_equal(b.d.state, DRIVER_GONE);
	assert_int_equal(b.sim->adapter->link, 0);
	bench_tick(&b);
	assert_int_equal(b.d.state, DRIVER_GONE);
	set_command(6);
	bench_tick(&b);
	assert_int_equal(b.d.state, DRIVER_RUNNING);
	assert_int_equal(b.sim->adapter->link, 1);
	close_on_qemu(&b);
}

static void the_third_hang_resets_qemus_phy(void **state)
{
	struct bench b;

	(void)state;
	open_on_qemu(&b);
	assert_int_equal(driver_start(&b.d), 0);
	for (int i = 0; i < 2; i++) {
		sim_raise(b.sim, XPC_UP_xmd_tx_hang);
		assert_int_equal(bench_serve(&b), 0);
		assert_int_equal(b.sim->adapter->link, 1);
	}
	sim_raise(b.sim, XPC_UP_xmd_tx_hang);	/* the third resets the PHY; time stands still */
	assert_int_equal(bench_serve(&b), 0);
	assert_int_equal(b.sim->phase, XMD_NIC_RUNNING);
	assert_int_equal(b.sim->adapter->link, 0);
	close_on_qemu(&b);
}

static void settings_reach_qemus_e1000_and_a_new_user_half_finds_them(void **state)
{
	struct xmd_adapter want;
	struct bench b;

	(void)state;
	open_on_qemu(&b);
	assert_int_equal(driver_start(&b.d), 0);
	want = b.d.adapter;
	want.mac = (struct xmd_mac){ { 0x02, 0, 0, 0, 0, 0x77 } };
	want.n_mc = 1;
	want.mc[0] = (struct xmd_mac){ { 0x01, 0x00, 0x5e, 0x01, 0x02, 0x03 } };
	if (!xmd_chip_lacks(b.sim->chip, ITR))
		want.rx_usecs = 200;
	want.tx_ring = 128;
	want.wol = XMD_WOL_MAGIC;
	assert_int_equal(sim_configure(b.sim, &want), 0);
	for (int i = 0; i < 2; i++) {
		assert_int_equal(qemu_read(b.sim, RAH(0)), 0x80007700);
		assert_int_equal(qemu_read(b.sim, RAL(1)), 0x015e0001);
		if (!xmd_chip_lacks(b.sim->chip, ITR))
			assert_int_equal(qemu_read(b.sim, ITR), 781);
		assert_int_equal(qemu_read(b.sim, TDLEN), 128 * 16);
		assert_int_equal(qemu_read(b.sim, WUFC), WUFC_MAG);
		assert_int_equal(qemu_read(b.sim, RCTL) & RCTL_USER, RCTL_BAM);
		assert_int_equal(bench_restart(&b), 0);
	}
	assert_int_equal(b.sim->starts, 2);
	assert_int_equal(b.sim->adapter->link, 1);
	close_on_qemu(&b);
}

/* QEMU's e1000 reads its EEPROM pin by pin and ignores what is written to it; e1000e has EEWR. */
static void qemus_eeprom_is_read_and_cannot_be_written(void **state)
{
	static const uint8_t mac[] = { 0x52, 0x54, 0x00, 0x65, 0x43, 0x21 };
	struct xmd_bytes bytes;
	const char *log;
	int err;
	struct bench b;

	(void)state;
	open_on_qemu(&b);
	assert_int_equal(driver_start(&b.d), 0);
	assert_int_equal(b.d.adapter.eeprom_len, 128);
	assert_int_equal(drv_read_eeprom(&b.d, 0, 128, &bytes), 0);
	assert_memory_equal(bytes.byte, mac, sizeof(mac));
	bytes.n = 2;
	log_capture_start();
	err = bench_write_eeprom(&b, 10, &bytes);
	log = log_captured();
	if (b.sim->chip->flags & XMD_HAS_PCIE) {
		assert_int_equal(err, 0);
	} else {
		assert_int_equal(err, -EIO);
		assert_non_null(strstr(log, "does not take writes"));
	}
	assert_int_equal(b.sim->phase, XMD_NIC_RUNNING);
	assert_int_equal(b.sim->adapter->link, 1);
	assert_int_equal(b.d.exit_code, EXIT_OK);
	close_on_qemu(&b);
}

/* As under Linux's own driver, the first register tested is one that QEMU's e1000 does not have. */
static void qemus_e1000_lacks_fcal_and_is_right_otherwise(void **state)
{
	struct xmd_testresult res;
	struct xmd_regdump dump;
	uint32_t leds;
	struct bench b;

	(void)state;
	open_on_qemu(&b);
	leds = qemu_read(b.sim, LEDCTL);
	assert_int_equal(driver_start(&b.d), 0);
	log_capture_start();
	assert_int_equal(drv_self_test(&b.d, 1, &res), 0);
	log_captured();
	if (!(b.sim->chip->flags & XMD_HAS_PCIE))
		assert_int_equal(res.result[0], FCAL);
	assert_int_equal(res.result[1], 0);
	assert_int_equal(res.result[4], 0);
	bench_tick(&b);
	assert_int_equal(b.sim->phase, XMD_NIC_RUNNING);
	assert_int_equal(drv_read_regs(&b.d, &dump), 0);
	assert_int_equal(dump.n, 32);
	assert_int_equal(drv_identify(&b.d, 1), 0);
	if (b.sim->chip->flags & XMD_LACKS_LEDCTL)
		assert_true(qemu_read(b.sim, CTRL) & CTRL_SWDPIN0);
	else
		assert_int_equal(qemu_read(b.sim, LEDCTL), 0x8e8e8e8e);
	assert_int_equal(drv_identify(&b.d, 0), 0);
	assert_int_equal(qemu_read(b.sim, LEDCTL), leds);
	close_on_qemu(&b);
}

/* XMD_RECORD=DIR test_qemu: recordings of each chip for test_program.sh, made anew. */
static void record_chips(const char *dir)
{
	for (unsigned int i = 0; i < sizeof(chips) / sizeof(chips[0]); i++) {
		char path[256];
		struct bench b;

		chip = &chips[i];
		open_on_qemu(&b);
		snprintf(path, sizeof(path), "%s/qemu-%s", dir, chip->name);
		driver_init(&b.d, record_open(&b.sim->port, path), &b.opt);
		driver_start(&b.d);
		bench_tick(&b);
		bench_tick(&b);
		record_stop(b.d.port);
		crossing_end(&b.d);
		b.d.port->ops->close(b.d.port);
		stop_qemu();
	}
}

static int each_chip(const struct CMUnitTest *tests, size_t n)
{
	int failed = 0;

	for (unsigned int i = 0; i < sizeof(chips) / sizeof(chips[0]); i++) {
		chip = &chips[i];
		failed += _cmocka_run_group_tests(chip->name, tests, n, NULL, NULL);
	}
	return failed;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(qemus_e1000_is_brought_up_with_its_link_at_once),
		cmocka_unit_test(a_new_user_half_adopts_qemus_e1000),
		cmocka_unit_test(decoding_switched_off_is_noticed_and_survived),
		cmocka_unit_test(the_third_hang_resets_qemus_phy),
		cmocka_unit_test(settings_reach_qemus_e1000_and_a_new_user_half_finds_them),
		cmocka_unit_test(qemus_eeprom_is_read_and_cannot_be_written),
		cmocka_unit_test(qemus_e1000_lacks_fcal_and_is_right_otherwise),
	};

	if (system("command -v qemu-system-x86_64 > /dev/null")) {
		printf("SKIP: no qemu-system-x86_64, the driver is not held against QEMU's e1000\n");
		return 0;
	}
	if (getenv("XMD_RECORD")) {
		record_chips(getenv("XMD_RECORD"));
		return 0;
	}
	alarm(120);	/* QEMU may have no answer */
	return each_chip(tests, sizeof(tests) / sizeof(tests[0]));
}
