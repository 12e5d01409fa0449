// SPDX-License-Identifier: GPL-2.0
/*
 * desk_back.c - xmd-hostile-back without Xen: its attacks on the object ring, against the guest's
 * end of it as it is in xmd_front.ko, on the developer's machine.
 *
 * One process is the driver domain, with all of xmd-hostile-back.  Another is the guest: the
 * honest part of xmd-hostile-front has the vif and asks for the peer's address all the time,
 * xpc/objguest.c has the object ring, driven by events and its own clock as frontend/obj.c
 * drives it, and calls are made one after the other.  What must hold in the guest whatever
 * comes is checked here after each look:
 *
 *   - a call comes back in time
 *   - the copies hold what was declared
 *   - looks are few, however many events there are
 */
#include <fnmatch.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "badback.h"
#include "fake_xen.h"
#include "objguest.h"
#include "vif.h"

#define SLACK_MS 600u		/* of a busy machine, and of who waits: frontend/obj.c */
#define ASK_EVERY_MS 30u
/* a second's worth, what had been saved up, and again for a window that is not the bucket's */
#define LOOKS_MAX (2 * XMD_OBJRING_LOOKS + XMD_OBJRING_BURST)

int back_main(int argc, char **argv);

/* What the guest has seen, for the one that judges. */
static struct seen {
	volatile unsigned int faults, calls, longest_ms, most_looks, lives;
	char fault[200];
} *seen;

__attribute__((format(printf, 1, 2))) static void fault(const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	if (!seen->faults)
		vsnprintf(seen->fault, sizeof(seen->fault), fmt, ap);
	va_end(ap);
	seen->faults++;
}

/* ------------------------------------------------------------------ object ring */

static struct guest {
	struct objguest g;
	xenevtchn_handle *xce;		/* its own: the vif's are waited for elsewhere */
	evtchn_port_t port;
	bool masked, stop;
	uint64_t asked, ask_at;		/* ms; asked 0: no call under way */
	uint64_t second;
	unsigned int looks;
	struct xmd_vif_counters vif;
	struct xmd_port_counters counters;
	void *out[2];
} guest;

static void check_copies(const struct objguest *g)
{
	uint8_t buf[XMD_OBJRING_SLOT];

	if (g->replica[0].known &&
	    xpc_encode_update(&xpc_struct_xmd_vif_object, ~0ull, &g->vif, buf, sizeof(buf)) < 0)
		fault("the object vif holds what is not as declared");
	if (g->replica[1].known &&
	    xpc_encode_update(&xpc_struct_xmd_port_object, ~0ull, &g->port, buf, sizeof(buf)) < 0)
		fault("the object port holds what is not as declared");
}

static void count_look(struct guest *u, uint64_t now)
{
	if (now - u->second >= 1000) {
		u->second = now;
		u->looks = 0;
	}
	if (++u->looks > seen->most_looks)
		seen->most_looks = u->looks;
	if (u->looks == LOOKS_MAX + 1)
		fault("more than %u looks in a second", LOOKS_MAX);
}

/* One call after the other: all the time somebody waits. */
static void call(struct guest *u, uint64_t now)
{
	unsigned int ms = now - u->asked;
	int result;

	if (u->asked && objguest_result(&u->g, &result)) {
		seen->calls++;
		if (ms > seen->longest_ms)
			seen->longest_ms = ms;
		u->asked = 0;
		u->ask_at = now + ASK_EVERY_MS;
	}
	if (u->asked && ms > XMD_OBJRING_ANSWER_MS + SLACK_MS) {
		fault("a call waits for %u ms", ms);
		objguest_give_up(&u->g);
		u->asked = 0;
	}
	if (!u->asked && now >= u->ask_at) {
		u->ask_at = now + ASK_EVERY_MS;
		if (!objguest_ask(&u->g, XPC_DOWN_xmd_obj_counters, NULL, u->out, now))
			u->asked = now;
	}
}

/* As frontend/obj.c does when the ring serves. */
static void wish(struct guest *u)
{
	static const struct xmd_vif_object want = { .mtu = 1500,
						    .mac = { { 0, 0x16, 0x3e, 0x77, 0, 1 } } };

	objguest_wish(&u->g, XPC_xmd_vif_object_mtu | XPC_xmd_vif_object_mac, &want);
}

static void look(struct guest *u)
{
	uint64_t now = now_ms();
	unsigned int news;

	call(u, now);
	count_look(u, now);
	news = objguest_work(&u->g, now);
	if (news & OBJGUEST_UP) {
		wish(u);
		news |= objguest_work(&u->g, now);
	}
	if (news & OBJGUEST_ANSWERED)
		call(u, now);
	check_copies(&u->g);
	if (news & OBJGUEST_NOTIFY)
		xenevtchn_notify(u->xce, u->port);
	if (u->masked && !(news & OBJGUEST_LATER)) {
		u->masked = false;
		xenevtchn_unmask(u->xce, u->port);
	}
	seen->lives = u->g.n_lives;
}

static int wait_ms(const struct guest *u)
{
	uint64_t due = objguest_due(&u->g), now = now_ms();

	if (!u->asked && u->ask_at < due)
		due = u->ask_at;
	/* a timer is never early; and @stop is to be seen */
	return due <= now ? 1 : due - now > 100 ? 100 : (int)(due - now) + 1;
}

static void *object_end(void *arg)
{
	struct guest *u = arg;
	struct pollfd p = { .fd = xenevtchn_fd(u->xce), .events = POLLIN };

	while (!__atomic_load_n(&u->stop, __ATOMIC_RELAXED)) {
		int ms = wait_ms(u);

		if (poll(&p, 1, ms) == 1 && xenevtchn_pending(u->xce) >= 0)
			u->masked = true;
		else if (ms == 100)
			continue;
		look(u);
	}
	return NULL;
}

static void begin_objects(struct vif *v, struct guest *u)
{
	uint32_t ref;
	struct xmd_objring *page = vif_share_page(v, v->back_domid, &ref, true);

	if (!u->xce)
		u->xce = xenevtchn_open(NULL, 0);
	u->port = xenevtchn_bind_unbound_port(u->xce, v->back_domid);
	u->masked = u->stop = false;
	u->out[0] = &u->vif;
	u->out[1] = &u->counters;
	objguest_start(&u->g, page, XMD_OBJRING_VERSION);
	vif_writef(v, "xmd-obj-ring-ref", ref);
	vif_writef(v, "xmd-event-channel-obj", u->port);
}

static void end_objects(struct guest *u, pthread_t t)
{
	int result;

	__atomic_store_n(&u->stop, true, __ATOMIC_RELAXED);
	pthread_join(t, NULL);
	objguest_stop(&u->g);
	if (u->asked && !objguest_result(&u->g, &result))
		fault("a call is left over when the ring is withdrawn");
	u->asked = 0;
	xenevtchn_unbind(u->xce, u->port);
}

/* -------------------------------------------------------------------------- vif */

static void one_connection(struct vif *v)
{
	pthread_t t;

	vif_state(v, XenbusStateClosed);
	while (!vif_wait_back(v, STATE(InitWait), 1000))
		;
	/* who was its other end may have died with it bound */
	xenevtchn_unbind(v->xce, v->port);
	v->port = xenevtchn_bind_unbound_port(v->xce, v->back_domid);
	XEN_FRONT_RING_INIT(&v->tx, v->tx.sring, PAGE);
	XEN_FRONT_RING_INIT(&v->rx, v->rx.sring, PAGE);
	memset(&v->tally, 0, sizeof(v->tally));
	vif_publish(v);
	begin_objects(v, &guest);
	vif_state(v, XenbusStateConnected);
	if (vif_wait_back(v, STATE(Connected), 10000))
		rx_fill(v);
	if (pthread_create(&t, NULL, object_end, &guest))
		broken("no thread");
	while (vif_back_state(v) == XenbusStateConnected) {
		vif_probe(v);
		sleep_ms(10);
	}
	end_objects(&guest, t);
}

static void guest_domain(void)
{
	struct vif v = { .ip = { 10, 78, 0, 1 }, .peer_ip = { 10, 78, 0, 2 } };

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	fake_xen_be(FAKE_GUEST);
	vif_open(&v);
	vif_share(&v);
	objguest_init(&guest.g);
	for (;;)
		one_connection(&v);
}

/* ---------------------------------------------------------------------- judging */

/* A process for each attack, as in the lab. */
static int in_child(const char *name)
{
	char *args[] = { "desk_back", "-f", "5", "-t", "2", (char *)name, NULL };
	pid_t pid = fork();
	int status;

	if (!pid)
		_exit(back_main(6, args));
	if (pid < 0 || waitpid(pid, &status, 0) != pid || !WIFEXITED(status))
		return BROKEN;
	return WEXITSTATUS(status);
}

/* Return: a verdict; what the guest has seen counts, too. */
static int run(const char *name)
{
	int verdict;

	memset((void *)seen, 0, sizeof(*seen));
	verdict = in_child(name);
	printf("                   %u calls, the longest %u ms; at most %u looks in a second\n", seen->calls,
	       seen->longest_ms, seen->most_looks);
	if (seen->faults)
		printf("%-18s NOT AS EXPECTED in the guest: %s (%u times)\n", name, seen->fault, seen->faults);
	return seen->faults && verdict == OK ? FAILED : verdict;
}

static bool wanted(const char *name, char **pattern)
{
	for (; *pattern; pattern++)
		if (!fnmatch(*pattern, name, 0))
			return true;
	return false;
}

int main(int argc, char **argv)
{
	unsigned int count[3] = { 0 };
	pid_t pid;

	(void)argc;
	setvbuf(stdout, NULL, _IOLBF, 0);
	fake_xen_begin();
	seen = mmap(NULL, sizeof(*seen), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	pid = fork();
	if (!pid)
		guest_domain();
	fake_xen_be(FAKE_DRV);
	for (const struct bad *a = object_attacks; a->name; a++)
		if (wanted(a->name, argv + 1)) {
			int verdict = run(a->name);

			count[verdict > BROKEN ? BROKEN : verdict]++;
		}
	kill(pid, SIGKILL);
	printf("%u as expected, %u failed, %u broken\n", count[OK], count[FAILED], count[BROKEN]);
	return count[FAILED] ? FAILED : count[BROKEN] || !count[OK] ? BROKEN : OK;
}
