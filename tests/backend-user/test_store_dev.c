// SPDX-License-Identifier: GPL-2.0
/*
 * test_store_dev.c - store_dev.c against an end of the line that says what the test wants: events
 * before, between and behind replies, messages in pieces, errors, nonsense.
 *
 * The test writes what comes back before it asks; what was asked is looked at afterwards.
 */
#include "store.h"

#include <errno.h>
#include <poll.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>
#include <cmocka.h>
#include <xen/io/xs_wire.h>

static struct store *s;
static int far_end;

static int setup(void **state)
{
	int fd[2];

	(void)state;
	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, fd), 0);
	far_end = fd[1];
	s = store_dev_adopt(fd[0]);
	assert_non_null(s);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	store_close(s);
	close(far_end);
	return 0;
}

/* @text may hold NULs: a string literal without the one at its end */
#define SAYS(type, text) says(type, text, sizeof(text) - 1)
static void says(uint32_t type, const char *text, size_t len)
{
	struct xsd_sockmsg head = { .type = type, .len = (uint32_t)len };

	assert_int_equal(write(far_end, &head, sizeof(head)), sizeof(head));
	assert_int_equal(write(far_end, text, len), len);
}

#define ASKED(type, tx, text) asked(type, tx, text, sizeof(text) - 1)
static void asked(uint32_t type, uint32_t tx, const char *text, size_t len)
{
	struct xsd_sockmsg head;
	char body[XENSTORE_PAYLOAD_MAX];

	assert_int_equal(recv(far_end, &head, sizeof(head), MSG_WAITALL | MSG_DONTWAIT), sizeof(head));
	assert_int_equal(head.type, type);
	assert_int_equal(head.tx_id, tx);
	assert_int_equal(head.len, len);
	assert_int_equal(recv(far_end, body, len, MSG_WAITALL | MSG_DONTWAIT), len);
	assert_memory_equal(body, text, len);
}

static bool readable(void)
{
	struct pollfd p = { .fd = s->ops->fd(s), .events = POLLIN };

	return poll(&p, 1, 0) == 1;
}

static void event_is(const char *path, const char *token)
{
	struct store_event ev;

	assert_int_equal(s->ops->next_event(s, &ev), 0);
	assert_string_equal(ev.path, path);
	assert_string_equal(ev.token, token);
	store_event_free(&ev);
}

static void no_event(void)
{
	struct store_event ev;

	assert_int_equal(s->ops->next_event(s, &ev), -EAGAIN);
	assert_false(readable());
}

static void questions(void **state)
{
	unsigned int n, owner;
	char **names, *val;
	size_t len;

	(void)state;
	SAYS(XS_READ, "4");
	assert_int_equal(s->ops->read(s, "device/vif/0/state", &val, &len), 0);
	ASKED(XS_READ, 0, "device/vif/0/state\0");
	assert_int_equal(len, 1);
	assert_string_equal(val, "4");
	free(val);
	SAYS(XS_READ, "");
	assert_int_equal(s->ops->read(s, "a", &val, &len), 0);
	ASKED(XS_READ, 0, "a\0");
	assert_int_equal(len, 0);
	free(val);
	SAYS(XS_WRITE, "OK\0");
	assert_int_equal(s->ops->write(s, "a/b", "text"), 0);
	ASKED(XS_WRITE, 0, "a/b\0text");
	SAYS(XS_RM, "OK\0");
	assert_int_equal(s->ops->remove(s, "a/b"), 0);
	ASKED(XS_RM, 0, "a/b\0");
	SAYS(XS_DIRECTORY, "0\0" "17\0" "x\0");
	assert_int_equal(s->ops->list(s, "vif", &names, &n), 0);
	ASKED(XS_DIRECTORY, 0, "vif\0");
	assert_int_equal(n, 3);
	assert_string_equal(names[0], "0");
	assert_string_equal(names[1], "17");
	assert_string_equal(names[2], "x");
	free(names);
	SAYS(XS_DIRECTORY, "");
	assert_int_equal(s->ops->list(s, "vif", &names, &n), 0);
	assert_int_equal(n, 0);
	free(names);
	ASKED(XS_DIRECTORY, 0, "vif\0");
	SAYS(XS_GET_PERMS, "n7\0r0\0");
	assert_int_equal(s->ops->owner(s, "/local/domain/7", &owner), 0);
	ASKED(XS_GET_PERMS, 0, "/local/domain/7\0");
	assert_int_equal(owner, 7);
}

static void transactions(void **state)
{
	(void)state;
	SAYS(XS_TRANSACTION_START, "4294967295\0");
	assert_int_equal(store_begin(s), 0);
	ASKED(XS_TRANSACTION_START, 0, "\0");
	SAYS(XS_WRITE, "OK\0");
	assert_int_equal(s->ops->write(s, "a", "1"), 0);
	ASKED(XS_WRITE, 4294967295u, "a\0" "1");
	SAYS(XS_ERROR, "EAGAIN\0");
	assert_int_equal(store_commit(s), -EAGAIN);
	ASKED(XS_TRANSACTION_END, 4294967295u, "T\0");
	SAYS(XS_TRANSACTION_START, "2\0");
	assert_int_equal(store_begin(s), 0);
	ASKED(XS_TRANSACTION_START, 0, "\0");
	SAYS(XS_WATCH, "OK\0");
	assert_int_equal(s->ops->watch(s, "a", "t"), 0);
	ASKED(XS_WATCH, 0, "a\0t\0");
	SAYS(XS_TRANSACTION_END, "OK\0");
	store_abort(s);
	ASKED(XS_TRANSACTION_END, 2, "F\0");
	SAYS(XS_RM, "OK\0");
	assert_int_equal(s->ops->remove(s, "a"), 0);
	ASKED(XS_RM, 0, "a\0");
}

static void errors(void **state)
{
	static const struct { const char *name; int err; } row[] = {
		{ "ENOENT", -ENOENT }, { "EACCES", -EACCES }, { "ENOSPC", -ENOSPC },
		{ "E2BIG", -E2BIG }, { "EINVAL", -EINVAL }, { "ENEWONE", -EINVAL }, { "", -EINVAL },
	};
	char *val;
	size_t len, i;

	(void)state;
	for (i = 0; i < sizeof(row) / sizeof(row[0]); i++) {
		says(XS_ERROR, row[i].name, strlen(row[i].name) + 1);
		assert_int_equal(s->ops->read(s, "a", &val, &len), row[i].err);
	}
	/* an error without its NUL */
	SAYS(XS_ERROR, "ENOENT");
	assert_int_equal(s->ops->read(s, "a", &val, &len), -ENOENT);
}

/* The reason for this file: libxenstore without a thread takes this for a reply that is missing. */
static void events_before_a_reply(void **state)
{
	(void)state;
	SAYS(XS_WATCH_EVENT, "backend/vif\0one\0");
	SAYS(XS_WATCH_EVENT, "backend/vif/7\0one\0");
	SAYS(XS_WATCH, "OK\0");
	assert_int_equal(s->ops->watch(s, "backend", "two"), 0);
	ASKED(XS_WATCH, 0, "backend\0two\0");
	/* whoever sleeps on it is woken */
	assert_true(readable());
	event_is("backend/vif", "one");
	assert_true(readable());
	event_is("backend/vif/7", "one");
	no_event();
}

static void events_behind_a_reply(void **state)
{
	(void)state;
	SAYS(XS_WRITE, "OK\0");
	SAYS(XS_WATCH_EVENT, "a\0one\0");
	SAYS(XS_WATCH_EVENT, "b\0one\0");
	assert_int_equal(s->ops->write(s, "x", "1"), 0);
	assert_true(readable());
	event_is("a", "one");
	event_is("b", "one");
	no_event();
	SAYS(XS_WATCH_EVENT, "c\0two\0");
	SAYS(XS_WATCH_EVENT, "d\0two\0");
	assert_true(readable());
	event_is("c", "two");
	event_is("d", "two");
	no_event();
	/* also when the request came to nothing */
	SAYS(XS_WATCH_EVENT, "e\0two\0");
	SAYS(XS_ERROR, "EACCES\0");
	assert_int_equal(s->ops->write(s, "x", "1"), -EACCES);
	assert_true(readable());
	event_is("e", "two");
	no_event();
}

static void an_event_in_pieces(void **state)
{
	struct xsd_sockmsg head = { .type = XS_WATCH_EVENT, .len = 6 };

	(void)state;
	SAYS(XS_WRITE, "OK\0");
	assert_int_equal(write(far_end, &head, 10), 10);
	assert_int_equal(s->ops->write(s, "x", "1"), 0);
	no_event();
	assert_int_equal(write(far_end, (char *)&head + 10, sizeof(head) - 10), sizeof(head) - 10);
	assert_int_equal(write(far_end, "a\0one\0", 6), 6);
	assert_true(readable());
	event_is("a", "one");
	no_event();
}

static void an_end_of_watching(void **state)
{
	(void)state;
	SAYS(XS_WATCH_EVENT, "a/b\0one\0");
	SAYS(XS_WATCH_EVENT, "a\0two\0");
	SAYS(XS_WATCH_EVENT, "a\0one\0");
	SAYS(XS_UNWATCH, "OK\0");
	SAYS(XS_WATCH_EVENT, "c\0two\0");
	assert_int_equal(s->ops->unwatch(s, "a", "one"), 0);
	event_is("a", "two");
	event_is("c", "two");
	no_event();
	/* the last of the kept went, and the next finds its place */
	SAYS(XS_WATCH_EVENT, "a\0two\0");
	SAYS(XS_UNWATCH, "OK\0");
	assert_int_equal(s->ops->unwatch(s, "a", "two"), 0);
	SAYS(XS_WATCH_EVENT, "d\0one\0");
	SAYS(XS_WRITE, "OK\0");
	assert_int_equal(s->ops->write(s, "x", "1"), 0);
	event_is("d", "one");
	no_event();
}

static void largest(void **state)
{
	static char big[XENSTORE_PAYLOAD_MAX + 1];
	char *val;
	size_t len;

	(void)state;
	memset(big, 'x', sizeof(big) - 1);
	says(XS_READ, big, XENSTORE_PAYLOAD_MAX);
	SAYS(XS_WATCH_EVENT, "a\0one\0");
	assert_int_equal(s->ops->read(s, "a", &val, &len), 0);
	assert_int_equal(len, XENSTORE_PAYLOAD_MAX);
	assert_string_equal(val, big);
	free(val);
	event_is("a", "one");
	/* more than fits into a message is not asked */
	ASKED(XS_READ, 0, "a\0");
	assert_int_equal(s->ops->write(s, "a", big), -E2BIG);
	big[XENSTORE_PAYLOAD_MAX - 2] = 0;
	SAYS(XS_WRITE, "OK\0");
	assert_int_equal(s->ops->write(s, "a", big), 0);
}

/* What ends the connection: each as store_broken has it. */
static void nonsense(void **state)
{
	struct xsd_sockmsg long_one = { .type = XS_READ, .len = XENSTORE_PAYLOAD_MAX + 1 };
	struct store_event ev;
	unsigned int owner;
	char *val;
	size_t len;

	(void)state;
	SAYS(XS_DIRECTORY, "a\0");
	assert_int_equal(s->ops->read(s, "a", &val, &len), -EIO);
	SAYS(XS_GET_PERMS, "");
	assert_int_equal(s->ops->owner(s, "a", &owner), -EIO);
	SAYS(XS_TRANSACTION_START, "none\0");
	assert_int_equal(store_begin(s), -EIO);
	SAYS(XS_WATCH_EVENT, "pathonly");
	assert_int_equal(s->ops->next_event(s, &ev), -EIO);
	SAYS(XS_READ, "a reply that nobody asked for");
	assert_int_equal(s->ops->next_event(s, &ev), -EIO);
	assert_int_equal(write(far_end, &long_one, sizeof(long_one)), sizeof(long_one));
	assert_int_equal(s->ops->next_event(s, &ev), -EIO);
	assert_int_equal(s->ops->read(s, "a", &val, &len), -EIO);
}

static void the_other_end_is_gone(void **state)
{
	struct store_event ev;
	char *val;
	size_t len;

	(void)state;
	shutdown(far_end, SHUT_WR);
	assert_int_equal(s->ops->read(s, "a", &val, &len), -EIO);
	assert_int_equal(s->ops->next_event(s, &ev), -EIO);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
		TEST(questions), TEST(transactions), TEST(errors), TEST(events_before_a_reply),
		TEST(events_behind_a_reply), TEST(an_event_in_pieces), TEST(an_end_of_watching),
		TEST(largest), TEST(nonsense), TEST(the_other_end_is_gone),
	};

	return cmocka_run_group_tests_name("store_dev", tests, NULL, NULL);
}
