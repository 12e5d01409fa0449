// SPDX-License-Identifier: GPL-2.0
/*
 * test_kern.c - xpc/kern/ on threads: calls that wait while user halves answer, hang and die.
 *
 * The user half is xpc/user/ with the file operations as its link.
 */
#include <unistd.h>
#include "test.h"
#include "xpc_kern.h"
#include "user/xpc_user.h"

static struct xpc x;
static struct t_thing replica_thing;
static struct t_chain_store replica_chain;
static struct file blocking = { .private_data = &x };
static pthread_t user_thread, tick_thread;
static bool stop_ticks, urgent;

enum conduct { ANSWERS, HANGS, DIES, SLOW };
static enum conduct conduct;		/* at the next t_up */
static unsigned int ups, notes, phases[XPC_LOST + 1], changes;

static unsigned int read_count(unsigned int *n)
{
	return __atomic_load_n(n, __ATOMIC_RELAXED);
}

static void add(unsigned int *n)
{
	__atomic_fetch_add(n, 1, __ATOMIC_RELAXED);
}

static void sleep_ms(unsigned int ms)
{
	usleep(ms * 1000);
}

/* ---------------------------------------------------------------------- the user half */

int t_up(void *ctx, __u32 number, const struct t_thing *thing, struct t_line *line, __u64 *big)
{
	(void)ctx;
	(void)thing;
	add(&ups);
	line->n = 1;
	*big = number;
	if (__atomic_load_n(&conduct, __ATOMIC_RELAXED) == SLOW)
		sleep_ms(50);
	return 0;
}

int t_poke(void *ctx)
{
	(void)ctx;
	add(&ups);
	return 0;
}

int t_alive(void *ctx)
{
	(void)ctx;
	return 0;
}

int t_give(void *ctx, const struct t_chain *chain)
{
	(void)ctx;
	(void)chain;
	return 0;
}

int t_down(void *ctx, __s16 n, struct t_chain_store *chain)
{
	(void)ctx;
	chain->obj.before = n;
	return 0;
}

int t_note(void *ctx)
{
	(void)ctx;
	add(&notes);
	return 0;
}

static int link_read(struct xpc_link *link, void *buf)
{
	(void)link;
	return xpc_kern_read(&blocking, buf, XPC_MSG_MAX, NULL);
}

static int link_write(struct xpc_link *link, const void *buf, __u32 len)
{
	ssize_t n = xpc_kern_write(&blocking, buf, len, NULL);

	(void)link;
	return n < 0 ? (int)n : 0;
}

static struct xpc_link file_link = { link_read, link_write };

static int user_start(struct xpc_user *u)
{
	static void *const replicas[] = { &replica_thing, &replica_chain };
	const struct xpc_user_config cfg = { .proto = &xpc_decl, .link = &file_link,
					     .replica = replicas, .serve = xpc_serve_decl_up,
					     .ctx = u };
	int err = xpc_user_init(u, &cfg);

	if (!err)
		err = xpc_user_hello(u);
	return err ? err : xpc_user_ready(u);
}

/* Reads a call and is never heard of again, until it is killed; or dies at once. */
static void fail_at_call(enum conduct how)
{
	char buf[XPC_MSG_MAX];

	while (xpc_kern_read(&blocking, buf, sizeof(buf), NULL) > 0 && buf[1] != XPC_CALL)
		;
	while (how == HANGS && !read_count(&shim_process.kills))
		sleep_ms(10);
}

/* One life: until the kernel half says EIO, or it does what it was told. */
static void *user_half(void *ctx)
{
	enum conduct how = __atomic_load_n(&conduct, __ATOMIC_RELAXED);
	struct xpc_user u;
	int err;

	(void)ctx;
	if (xpc_kern_open(&x))
		return NULL;
	err = user_start(&u);
	if (!err && (how == DIES || how == HANGS))
		fail_at_call(how);
	else
		while (err >= 0)
			err = xpc_user_dispatch(&u);
	xpc_kern_close(&x);
	xpc_user_free(&u);
	return NULL;
}

static void start_user(enum conduct how)
{
	__atomic_store_n(&conduct, how, __ATOMIC_RELAXED);
	__atomic_store_n(&shim_process.kills, 0, __ATOMIC_RELAXED);
	pthread_create(&user_thread, NULL, user_half, NULL);
}

static bool is_live(void)
{
	bool live;

	spin_lock_irq(&x.lock);
	live = x.t.phase == XPC_LIVE;
	spin_unlock_irq(&x.lock);
	return live;
}

static void await_live(void)
{
	while (!is_live())
		sleep_ms(5);
}

/* What another thread is about to count. */
static void await(unsigned int *n, unsigned int want)
{
	while (read_count(n) < want)
		sleep_ms(1);
	assert_int_equal(read_count(n), want);
}

/* --------------------------------------------------------------------------- the kernel */

static void on_phase(void *ctx, enum xpc_phase phase)
{
	(void)ctx;
	add(&phases[phase]);
}

static void on_changed(void *ctx, unsigned int object, u64 mask)
{
	(void)ctx;
	(void)object;
	(void)mask;
	add(&changes);
}

static void *ticks(void *ctx)
{
	(void)ctx;
	while (!READ_ONCE(stop_ticks)) {
		xpc_kern_tick(&x, READ_ONCE(urgent), 0);
		sleep_ms(50);
	}
	return NULL;
}

static int setup(void **state)
{
	static const struct xpc_kern_ops ops = { on_changed, on_phase };
	static const struct t_thing thing = { .line.n = 1 };
	static const struct t_chain chain;
	static const void *const initial[] = { &thing, &chain };
	const struct xpc_kern_config cfg = { .proto = &xpc_decl, .alive = XPC_UP_t_alive,
					     .initial = initial, .down = xpc_serve_decl_down,
					     .ops = &ops };

	(void)state;
	ups = notes = changes = shim_process.kills = 0;
	memset(phases, 0, sizeof(phases));
	stop_ticks = urgent = false;
	shim_process.task = (struct task_struct){ .__state = TASK_INTERRUPTIBLE };
	if (xpc_kern_init(&x, &cfg))
		return -1;
	return pthread_create(&tick_thread, NULL, ticks, NULL);
}

/* Every user half that still lives ends here. */
static int teardown(void **state)
{
	(void)state;
	xpc_kern_shut(&x, "the test is over");
	pthread_join(user_thread, NULL);
	__atomic_store_n(&stop_ticks, true, __ATOMIC_RELAXED);
	pthread_join(tick_thread, NULL);
	assert_int_equal(x.opened, 0);
	xpc_kern_free(&x);
	return 0;
}

static int call_up(__u32 number)
{
	static const struct t_thing thing = { .line.n = 1 };
	struct t_line line = {};
	__u64 big = 0;
	int err = xpc_call_t_up(&x, number, &thing, &line, &big);

	return err ? err : (int)big;
}

static void *call_in_thread(void *number)
{
	return (void *)(intptr_t)call_up((uintptr_t)number);
}

/* ------------------------------------------------------------------------------- tests */

static void a_call_waits_for_its_answer(void **state)
{
	(void)state;
	start_user(ANSWERS);
	await_live();
	assert_int_equal(call_up(7), 7);
	assert_int_equal(call_up(10), -ERANGE);
	await(&ups, 1);
	await(&phases[XPC_LIVE], 1);
}

static void a_call_waits_for_a_user_half(void **state)
{
	pthread_t caller;
	void *ret;

	(void)state;
	pthread_create(&caller, NULL, call_in_thread, (void *)5);
	sleep_ms(500);
	start_user(ANSWERS);
	pthread_join(caller, &ret);
	assert_int_equal((intptr_t)ret, 5);
}

static void nobody_comes(void **state)
{
	(void)state;
	assert_int_equal(call_up(5), -EHOSTDOWN);
	start_user(ANSWERS);
}

static void many_callers_one_slot(void **state)
{
	pthread_t caller[8];
	uintptr_t i;
	void *ret;

	(void)state;
	start_user(SLOW);
	await_live();
	for (i = 0; i < ARRAY_SIZE(caller); i++)
		pthread_create(&caller[i], NULL, call_in_thread, (void *)(i + 1));
	for (i = 0; i < ARRAY_SIZE(caller); i++) {
		pthread_join(caller[i], &ret);
		assert_int_equal((intptr_t)ret, i + 1);
	}
	await(&ups, ARRAY_SIZE(caller));
}

static void the_next_one_answers(void **state)
{
	pthread_t caller;
	void *ret;

	(void)state;
	start_user(DIES);
	await_live();
	pthread_create(&caller, NULL, call_in_thread, (void *)6);
	pthread_join(user_thread, NULL);
	start_user(ANSWERS);
	pthread_join(caller, &ret);
	assert_int_equal((intptr_t)ret, 6);
	assert_int_equal(x.t.epoch, 2);
}

static void who_hangs_is_killed(void **state)
{
	(void)state;
	start_user(HANGS);
	await_live();
	assert_int_equal(call_up(6), -ETIMEDOUT);
	pthread_join(user_thread, NULL);
	await(&shim_process.kills, 1);
	await(&phases[XPC_LOST], 1);
	await(&phases[XPC_NONE], 1);
	start_user(ANSWERS);
	await_live();
	assert_int_equal(call_up(4), 4);
}

/* Long before the call's own deadline, as the device waits; and what the process does counts. */
static void who_stands_still_is_killed(void **state)
{
	(void)state;
	start_user(HANGS);
	await_live();
	__atomic_store_n(&shim_process.task.stopped, true, __ATOMIC_RELAXED);
	__atomic_store_n(&urgent, true, __ATOMIC_RELAXED);
	assert_int_equal(call_up(6), -ETIMEDOUT);
	assert_string_equal(x.t.why_lost, "stopped, while the device waits for it");
	pthread_join(user_thread, NULL);
	await(&shim_process.kills, 1);
	await(&phases[XPC_LOST], 1);
	await(&phases[XPC_NONE], 1);
	__atomic_store_n(&shim_process.task.stopped, false, __ATOMIC_RELAXED);
	start_user(ANSWERS);
	await_live();
	assert_int_equal(call_up(4), 4);
}

/* An ioctl that takes long is ours; before HELLO, and behind its end, the user half has no excuse. */
static void a_step_may_take_long(void **state)
{
	struct xpc_user u;

	(void)state;
	__atomic_store_n(&urgent, true, __ATOMIC_RELAXED);
	assert_int_equal(xpc_kern_open(&x), 0);
	assert_int_equal(xpc_kern_heard(&x), -EPROTO);
	assert_int_equal(user_start(&u), 0);
	assert_int_equal(xpc_kern_heard(&x), 0);
	sleep_ms(2 * XPC_STILL_MS);
	assert_int_equal(read_count(&shim_process.kills), 0);
	assert_int_equal(x.t.slot[XPC_UP_t_alive].state, XPC_IDLE);
	xpc_kern_done(&x);
	await(&shim_process.kills, 1);
	assert_int_equal(xpc_kern_heard(&x), -EIO);
	assert_int_equal(x.inside, 0);
	xpc_kern_close(&x);
	xpc_user_free(&u);
	start_user(ANSWERS);
}

static void what_was_raised_is_taken_back(void **state)
{
	struct xpc_user u;

	(void)state;
	assert_int_equal(xpc_kern_open(&x), 0);
	xpc_raise(&x, XPC_UP_t_poke);
	xpc_unraise(&x, XPC_UP_t_poke);
	assert_int_equal(user_start(&u), 0);
	assert_int_equal(xpc_kern_poll(&blocking, NULL) & EPOLLIN, 0);
	xpc_kern_close(&x);
	xpc_user_free(&u);
	start_user(ANSWERS);
}

static bool killed;

static void *call_and_be_killed(void *number)
{
	shim_killed = &killed;
	return call_in_thread(number);
}

static void a_killed_caller_leaves(void **state)
{
	pthread_t caller;
	void *ret;

	(void)state;
	killed = false;
	start_user(SLOW);
	await_live();
	pthread_create(&caller, NULL, call_and_be_killed, (void *)6);
	while (!read_count(&ups))
		sleep_ms(1);
	__atomic_store_n(&killed, true, __ATOMIC_RELAXED);
	wake_up(&x.callers);
	pthread_join(caller, &ret);
	/* the answer may have been faster */
	if ((intptr_t)ret != 6)
		assert_int_equal((intptr_t)ret, -EINTR);
	assert_int_equal(call_up(3), 3);
	assert_int_equal(x.t.wrong, 0);
}

static void shutting_down_ends_the_wait(void **state)
{
	pthread_t caller;
	void *ret;

	(void)state;
	pthread_create(&caller, NULL, call_in_thread, (void *)6);
	sleep_ms(300);
	xpc_kern_shut(&x, "unplugged");
	pthread_join(caller, &ret);
	assert_int_equal((intptr_t)ret, -ESHUTDOWN);
	assert_int_equal(call_up(6), -ESHUTDOWN);
	start_user(ANSWERS);
}

static void *lock_and_unlock(void *ms)
{
	int err = xpc_kern_lock(&x, 0, (uintptr_t)ms);

	if (!err)
		xpc_kern_unlock(&x, 0);
	return (void *)(intptr_t)err;
}

static void the_kernel_sleeps_for_the_lock(void **state)
{
	struct t_thing want = { .line.n = 1, .u32 = 5 };
	struct xpc_user u;
	pthread_t task;
	void *ret;

	(void)state;
	assert_int_equal(xpc_kern_open(&x), 0);
	assert_int_equal(user_start(&u), 0);
	assert_int_equal(xpc_user_lock(&u, 0, 1000), 0);
	assert_int_equal(xpc_kern_commit(&x, 0, XPC_t_thing_u32, &want), -EBUSY);
	assert_int_equal(xpc_kern_lock(&x, 0, 50), -ETIMEDOUT);
	pthread_create(&task, NULL, lock_and_unlock, (void *)800);
	assert_int_equal(xpc_user_unlock(&u, 0), 0);
	pthread_join(task, &ret);
	assert_int_equal((intptr_t)ret, 0);
	/* and when the holder dies */
	assert_int_equal(xpc_user_lock(&u, 0, 1000), 0);
	pthread_create(&task, NULL, lock_and_unlock, (void *)800);
	xpc_kern_close(&x);
	pthread_join(task, &ret);
	assert_int_equal((intptr_t)ret, 0);
	assert_int_equal(x.t.broken_locks, 1);
	xpc_user_free(&u);
	start_user(ANSWERS);
}

static void the_file_has_its_rules(void **state)
{
	struct file nonblock = { .f_flags = O_NONBLOCK, .private_data = &x };
	char buf[XPC_MSG_MAX + 8] = {};

	(void)state;
	assert_int_equal(xpc_kern_open(&x), 0);
	assert_int_equal(xpc_kern_open(&x), -EBUSY);
	assert_int_equal(xpc_kern_heard(&x), -EPROTO);
	assert_int_equal(xpc_kern_read(&nonblock, buf, XPC_MSG_MAX, NULL), -EPROTO);
	assert_int_equal(xpc_kern_read(&nonblock, buf, XPC_MSG_MAX - 1, NULL), -EINVAL);
	assert_int_equal(xpc_kern_write(&blocking, buf, sizeof(buf), NULL), -EBADMSG);
	assert_int_equal(xpc_kern_write(&blocking, buf, 0, NULL), -EBADMSG);
	assert_int_equal(xpc_kern_poll(&nonblock, NULL), EPOLLOUT | EPOLLWRNORM);
	xpc_kern_close(&x);
	start_user(ANSWERS);
}

static void calls_and_proposals_of_the_user_half(void **state)
{
	struct t_thing want = { .line.n = 1, .u16 = 12, .u32 = 13 }, got;
	struct t_chain_store chain;
	char *text = NULL;
	struct xpc_user u;
	struct seq_file m;
	size_t size;

	(void)state;
	assert_int_equal(xpc_kern_open(&x), 0);
	assert_int_equal(user_start(&u), 0);
	assert_int_equal(xpc_call_t_note(&u), 0);
	assert_int_equal(xpc_call_t_down(&u, 2, &chain), 0);
	assert_int_equal(chain.obj.before, 2);
	assert_int_equal(notes, 1);
	assert_int_equal(xpc_user_propose(&u, 0, XPC_t_thing_u16, &want), 0);
	assert_int_equal(changes, 1);
	xpc_kern_get(&x, 0, &got);
	assert_int_equal(got.u16, 12);
	assert_int_equal(xpc_kern_commit(&x, 0, XPC_t_thing_u32, &want), 0);
	assert_int_equal(xpc_kern_poll(&blocking, NULL) & EPOLLIN, EPOLLIN);
	assert_int_equal(xpc_user_dispatch(&u), 1);
	assert_int_equal(replica_thing.u32, 13);
	m.f = open_memstream(&text, &size);
	xpc_kern_show(&x, &m);
	fclose(m.f);
	assert_non_null(strstr(text, "user phase=live epoch=1"));
	assert_non_null(strstr(text, "crossed PROPOSE n=1"));
	assert_non_null(strstr(text, "object t_thing version=2 sent=2 dirty=0 holder=0\n"));
	free(text);
	xpc_kern_close(&x);
	xpc_user_free(&u);
	start_user(ANSWERS);
}

#define test(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		test(a_call_waits_for_its_answer),
		test(a_call_waits_for_a_user_half),
		test(nobody_comes),
		test(many_callers_one_slot),
		test(the_next_one_answers),
		test(who_hangs_is_killed),
		test(who_stands_still_is_killed),
		test(a_step_may_take_long),
		test(what_was_raised_is_taken_back),
		test(a_killed_caller_leaves),
		test(shutting_down_ends_the_wait),
		test(the_kernel_sleeps_for_the_lock),
		test(the_file_has_its_rules),
		test(calls_and_proposals_of_the_user_half),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
