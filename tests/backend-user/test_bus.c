// SPDX-License-Identifier: GPL-2.0
/* test_bus.c - how bus_xen.c asks Xen whether there is a domain, over libxenevtchn's answers. */
#include "bus.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <unistd.h>
#include <cmocka.h>
#include <xenevtchn.h>
#include <xengnttab.h>

static int lib;			/* only its address counts */
static int answer, err;		/* of Xen */
static uint32_t asked_for;
static int unbound;

xengnttab_handle *xengnttab_open(struct xentoollog_logger *log, unsigned int flags)
{
	(void)log;
	(void)flags;
	return (xengnttab_handle *)&lib;
}

int xengnttab_close(xengnttab_handle *h)
{
	(void)h;
	return 0;
}

void *xengnttab_map_grant_ref(xengnttab_handle *h, uint32_t domid, uint32_t ref, int prot)
{
	(void)h, (void)domid, (void)ref, (void)prot;
	return NULL;
}

int xengnttab_unmap(xengnttab_handle *h, void *page, uint32_t n)
{
	(void)h, (void)page, (void)n;
	return 0;
}

xenevtchn_handle *xenevtchn_open(struct xentoollog_logger *log, unsigned int flags)
{
	(void)log;
	(void)flags;
	return (xenevtchn_handle *)&lib;
}

int xenevtchn_close(xenevtchn_handle *h)
{
	(void)h;
	return 0;
}

int xenevtchn_fd(xenevtchn_handle *h)
{
	(void)h;
	return STDIN_FILENO;
}

xenevtchn_port_or_error_t xenevtchn_bind_interdomain(xenevtchn_handle *h, uint32_t domid,
						     evtchn_port_t port)
{
	(void)h;
	/* any other may be one that the domain offers us */
	assert_int_equal(port, 0);
	asked_for = domid;
	errno = err;
	return answer;
}

int xenevtchn_unbind(xenevtchn_handle *h, evtchn_port_t port)
{
	(void)h;
	unbound = (int)port;
	return 0;
}

int xenevtchn_notify(xenevtchn_handle *h, evtchn_port_t port)
{
	(void)h, (void)port;
	return 0;
}

xenevtchn_port_or_error_t xenevtchn_pending(xenevtchn_handle *h)
{
	(void)h;
	return -1;
}

int xenevtchn_unmask(xenevtchn_handle *h, evtchn_port_t port)
{
	(void)h, (void)port;
	return 0;
}

static void only_no_such_domain_is_gone(void **state)
{
	static const struct { int answer, err, gone, unbound; } row[] = {
		{ -1, ESRCH, 1, 0 },
		{ -1, EINVAL, 0, 0 },		/* it has no such port for us */
		{ -1, ENOSPC, -ENOSPC, 0 },	/* we have no port left */
		{ -1, EACCES, -EACCES, 0 },
		{ -1, ENOMEM, -ENOMEM, 0 },
		{ 17, 0, 0, 17 },		/* cannot be; then it is given back */
	};
	const char *what;
	struct bus *b = bus_xen_open(&what);
	size_t i;

	(void)state;
	assert_non_null(b);
	for (i = 0; i < sizeof(row) / sizeof(row[0]); i++) {
		answer = row[i].answer;
		err = row[i].err;
		unbound = 0;
		assert_int_equal(b->ops->gone(b, 5), row[i].gone);
		assert_int_equal(asked_for, 5);
		assert_int_equal(unbound, row[i].unbound);
	}
	b->ops->close(b);
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(only_no_such_domain_is_gone) };

	return cmocka_run_group_tests_name("bus", tests, NULL, NULL);
}
