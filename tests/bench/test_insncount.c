// SPDX-License-Identifier: GPL-2.0
/*
 * test_insncount.c - QEMU's plugin without QEMU: blocks are handed to it, executed by the callbacks
 * that it has registered, and what it dumps is read.
 */
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <sys/stat.h>
#include <unistd.h>
#include <cmocka.h>

#include "../../bench/insn/insncount.c"

#define RAM_PAGES 16u

/* ---- QEMU ---- */

struct qemu_plugin_tb {
	uint64_t va;
	const uint8_t *at;
	size_t n;
	qemu_plugin_vcpu_udata_cb_t run;
	void *arg;
};

static uint8_t ram[RAM_PAGES * 4096];
static qemu_plugin_vcpu_tb_trans_cb_t translate_cb;
static char dir[] = "/tmp/insncount.XXXXXX", map[100], out[100], pipe_name[100];

void qemu_plugin_register_vcpu_tb_trans_cb(qemu_plugin_id_t id, qemu_plugin_vcpu_tb_trans_cb_t cb)
{
	assert_int_equal(id, 77);
	translate_cb = cb;
}

void qemu_plugin_reset(qemu_plugin_id_t id, qemu_plugin_simple_cb_t cb)
{
	translate_cb = NULL;
	cb(id);
}

void qemu_plugin_register_vcpu_tb_exec_cb(struct qemu_plugin_tb *tb, qemu_plugin_vcpu_udata_cb_t cb,
					  enum qemu_plugin_cb_flags flags, void *userdata)
{
	assert_int_equal(flags, QEMU_PLUGIN_CB_NO_REGS);
	tb->run = cb;
	tb->arg = userdata;
}

size_t qemu_plugin_tb_n_insns(const struct qemu_plugin_tb *tb) { return tb->n; }
uint64_t qemu_plugin_tb_vaddr(const struct qemu_plugin_tb *tb) { return tb->va; }

struct qemu_plugin_insn *qemu_plugin_tb_get_insn(const struct qemu_plugin_tb *tb, size_t idx)
{
	assert_int_equal(idx, 0);
	return (struct qemu_plugin_insn *)tb->at;
}

void *qemu_plugin_insn_haddr(const struct qemu_plugin_insn *insn) { return (void *)insn; }

/* ---- helpers ---- */

static struct qemu_plugin_tb translate(uint64_t va, unsigned int page, size_t n)
{
	struct qemu_plugin_tb tb = { .va = va, .at = &ram[page * 4096u + va % 4096], .n = n };

	translate_cb(77, &tb);
	return tb;
}

static void run(const struct qemu_plugin_tb *tb, unsigned int times)
{
	while (times--)
		tb->run(0, tb->arg);
}

static void command_file(const char *what, const char *file)
{
	char line[200];

	snprintf(line, sizeof(line), "%s %s\n", what, file);
	command(line);
}

static bool dumped(const char *line)
{
	char got[100];
	bool found = false;
	FILE *f;

	command_file("dump", out);
	f = fopen(out, "r");
	assert_non_null(f);
	while (fgets(got, sizeof(got), f)) {
		got[strcspn(got, "\n")] = 0;
		found |= !strcmp(got, line);
	}
	fclose(f);
	return found;
}

static bool pages_are(const char *wanted)
{
	char got[100] = "";
	FILE *f;

	command_file("pages", out);
	f = fopen(out, "r");
	assert_non_null(f);
	got[fread(got, 1, sizeof(got) - 1, f)] = 0;
	fclose(f);
	return !strcmp(got, wanted);
}

/* Low memory is pages 0 to 7; page 8 is at 4 GB: 0 and 1 Xen's, 2 and 3 dom0's, 8 the driver domain's */
static int install(void **state)
{
	char *args[] = { NULL }, fifo_arg[120];
	struct qemu_plugin_tb early;
	FILE *f;

	(void)state;
	assert_non_null(mkdtemp(dir));
	snprintf(map, sizeof(map), "%s/map", dir);
	snprintf(out, sizeof(out), "%s/out", dir);
	snprintf(pipe_name, sizeof(pipe_name), "%s/fifo", dir);
	assert_int_equal(mkfifo(pipe_name, 0600), 0);
	snprintf(fifo_arg, sizeof(fifo_arg), "fifo=%s", pipe_name);
	args[0] = fifo_arg;
	assert_int_equal(qemu_plugin_install(77, NULL, 1, args), 0);
	/* nothing is counted before there is a map, and then what is translated anew, once */
	early = translate(0xffffffff81000000, 2, 5);
	assert_null(early.run);
	f = fopen(map, "w");
	fprintf(f, "ram %lx %lx\n", (unsigned long)ram, (unsigned long)ram + 8 * 4096);
	fclose(f);
	command_file("map", map);
	early = translate(0xffffffff81000000, 8, 5);
	assert_null(early.run);
	assert_true(pages_are("2\n100000\n") || pages_are("100000\n2\n"));
	f = fopen(map, "a");
	fprintf(f, "idle ffff82d040001000 ffff82d040001100\nmfn 0 2 2\nmfn 1 100000 1\nmfn 9 4 1\nnonsense\n");
	fclose(f);
	command_file("map", map);
	early = translate(0xffffffff81000000, 2, 5);
	assert_null(early.run);
	early = translate(0xffffffff81000000, 2, 5);
	assert_non_null(early.run);
	return 0;
}

/* ---- cases ---- */

static void xen_is_whose_it_runs_for(void **state)
{
	struct qemu_plugin_tb dom0 = translate(0xffffffff81000010, 2, 5);
	struct qemu_plugin_tb drv = translate(0xffffffff81000010, 8, 4);
	struct qemu_plugin_tb xen = translate(0xffff82d040000200, 0, 7);

	(void)state;
	command("zero\n");
	run(&dom0, 3);
	run(&xen, 2);
	run(&drv, 1);
	run(&xen, 10);
	assert_true(dumped("ffffffff81000010 0 15 0"));
	assert_true(dumped("ffff82d040000200 0 14 0"));
	assert_true(dumped("ffffffff81000010 0 4 1"));
	assert_true(dumped("ffff82d040000200 0 70 1"));
}

static void idle_is_nobodys(void **state)
{
	struct qemu_plugin_tb drv = translate(0xffffffff81000020, 8, 4);
	struct qemu_plugin_tb idle = translate(0xffff82d040001080, 1, 3);
	struct qemu_plugin_tb xen = translate(0xffff82d040000300, 0, 2);

	(void)state;
	command("zero\n");
	run(&drv, 1);
	run(&idle, 1);
	run(&xen, 1);
	assert_true(dumped("ffff82d040001080 0 3 7"));
	assert_true(dumped("ffff82d040000300 0 2 7"));
}

static void a_block_translated_again_is_the_same(void **state)
{
	struct qemu_plugin_tb a = translate(0xffffffff81000030, 2, 6);
	struct qemu_plugin_tb b = translate(0xffffffff81000030, 2, 6);

	(void)state;
	command("zero\n");
	run(&a, 1);
	run(&b, 1);
	assert_true(dumped("ffffffff81000030 0 12 0"));
}

static void string_instructions_are_told_apart(void **state)
{
	static const struct {
		uint8_t bytes[4];
		size_t n;
		bool rep;
	} cases[] = {
		{ { 0xf3, 0xaa }, 1, true }, { { 0xf3, 0x48, 0xa5 }, 1, true }, { { 0xf2, 0xae }, 1, true },
		{ { 0xf3, 0x0f, 0x1e, 0xfa }, 1, false }, { { 0xaa }, 1, false },
		{ { 0xf3, 0x90 }, 1, false }, { { 0xf3, 0xaa }, 2, false },
	};
	char line[60];
	unsigned int i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		uint64_t va = 0xffffffff81000100 + 16 * i;
		struct qemu_plugin_tb tb;

		memcpy(&ram[2 * 4096 + va % 4096], cases[i].bytes, 4);
		tb = translate(va, 2, cases[i].n);
		command("zero\n");
		run(&tb, 1);
		snprintf(line, sizeof(line), "%016llx %d %zu 0", (unsigned long long)va, cases[i].rep, cases[i].n);
		assert_true(dumped(line));
	}
}

static void a_new_map_counts_for_old_blocks(void **state)
{
	struct qemu_plugin_tb tb = translate(0xffffffff81000400, 5, 1);
	FILE *f = fopen(map, "a");

	(void)state;
	fprintf(f, "mfn 3 5 1\n");
	fclose(f);
	command_file("map", map);
	command("zero\n");
	run(&tb, 1);
	assert_true(dumped("ffffffff81000400 0 1 3"));
}

static void wrong_commands_do_nothing(void **state)
{
	(void)state;
	command("\n");
	command("what is this\n");
	command("map /nowhere/at/all\n");
	command("dump /nowhere/at/all\n");
	assert_int_equal(access("/nowhere/at/all", F_OK), -1);
}

static void wrong_arguments_are_refused(void **state)
{
	char *wrong[] = { "pipe=/tmp/x" };

	(void)state;
	assert_int_equal(qemu_plugin_install(77, NULL, 0, NULL), -1);
	assert_int_equal(qemu_plugin_install(77, NULL, 1, wrong), -1);
}

static void commands_come_by_the_fifo(void **state)
{
	char line[200];
	int fd = open(pipe_name, O_WRONLY), tries;

	(void)state;
	unlink(out);
	snprintf(line, sizeof(line), "zero\ndump %s\n", out);
	assert_int_equal(write(fd, line, strlen(line)), strlen(line));
	close(fd);
	for (tries = 0; access(out, F_OK) && tries < 500; tries++)
		usleep(10000);
	assert_int_equal(access(out, F_OK), 0);
}

static int remove_all(void **state)
{
	(void)state;
	unlink(map);
	unlink(out);
	unlink(pipe_name);
	return rmdir(dir);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(xen_is_whose_it_runs_for),
		cmocka_unit_test(idle_is_nobodys),
		cmocka_unit_test(a_block_translated_again_is_the_same),
		cmocka_unit_test(string_instructions_are_told_apart),
		cmocka_unit_test(a_new_map_counts_for_old_blocks),
		cmocka_unit_test(wrong_commands_do_nothing),
		cmocka_unit_test(wrong_arguments_are_refused),
		cmocka_unit_test(commands_come_by_the_fifo),
	};

	return cmocka_run_group_tests(tests, install, remove_all);
}
