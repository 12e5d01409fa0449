// SPDX-License-Identifier: GPL-2.0
/*
 * desk.c - xmd-hostile-front without Xen: its attacks on the object ring, against the far end
 * of xmd-backend, on the developer's machine.
 *
 * One process is the guest, with all of xmd-hostile-front.  Another is the driver domain: the
 * honest part of xmd-hostile-back serves the vif, obj.c of xmd-backend its object ring, each
 * as it is; only the kernel half is made up here.
 */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <unistd.h>

#include "badback.h"
#include "fake_xen.h"
#include "../../backend-domU/user/vif.h"

int front_main(int argc, char **argv);

/* ------------------------------------------------------------ the kernel half */

static struct xmd_vif_settings force = { .mtu = 1500, .mac = { 0, 0x16, 0x3e, 0x77, 0, 1 } };

/* There is one row. */
static int desk_list(struct kern *k, struct xmd_vif_info *info)
{
	(void)k;
	if (info->id.domid == FAKE_GUEST)
		return -ENOENT;
	memset(info, 0, sizeof(*info));
	info->id.domid = FAKE_GUEST;
	info->mtu = force.mtu;
	memcpy(info->mac, force.mac, 6);
	return 0;
}

static int desk_set(struct kern *k, const struct xmd_vif_settings *s)
{
	(void)k;
	force = *s;
	return 0;
}

static int desk_port(struct kern *k, struct xmd_port_info *info)
{
	(void)k;
	*info = (struct xmd_port_info){ .port = { .link = 1, .duplex = 1, .speed = 1000, .mtu = 1500,
						  .eeprom_len = 128, .driver = "desk", .version = "1" } };
	return 0;
}

static struct xmd_port_ask asked;

static int desk_ask(struct kern *k, const struct xmd_port_ask *a)
{
	(void)k;
	asked = *a;
	return 0;
}

static int desk_answer(struct kern *k, struct xmd_port_ask *a, int *result)
{
	(void)k;
	*a = asked;
	*result = 0;
	memset(a->data, 0, sizeof(a->data));
	return 0;
}

static const struct kern_ops desk_ops = {
	.list = desk_list, .set = desk_set, .port = desk_port, .ask = desk_ask,
	.answer = desk_answer,
};

/* ----------------------------------------------------------- the driver domain */

static void object_events(struct vif *v, struct vif_env *env)
{
	uint32_t local;

	while (!env->objs->bus->ops->next(env->objs->bus, &local))
		if (obj_event(v, local))
			obj_work(v, env);
	obj_run_asks(env);
	if (obj_due(v) && obj_due(v) <= now_ms())
		obj_work(v, env);
}

static void serve_vif(struct back *b, struct vif *v, struct vif_env *env)
{
	back_offer(b, NULL);
	back_write(b, "feature-xmd-obj", "2");
	if (!back_connect(b))
		return;
	obj_follow(v, env, true);
	while (back_front_state(b) == XenbusStateConnected) {
		object_events(v, env);
		back_serve(b, 1);
	}
	obj_end(v, env);
	back_close(b);
}

static void driver_domain(void)
{
	static struct kern kern = { &desk_ops };
	static struct obj_host host;
	struct vif_env env = { .kern = &kern, .now = now_ms, .objs = &host };
	struct vif v = { .domid = FAKE_GUEST, .name = "vif 5/0", .back = "backend/vif/5/0",
			 .front = "/local/domain/5/device/vif/0" };
	struct back b = { .front_domid = FAKE_GUEST, .dir = "backend/vif/5/0" };
	const char *what;

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	fake_xen_be(FAKE_DRV);
	if (!getenv("VERBOSE"))
		log_set_level(LOG_LEVEL_ERR);
	env.store = store_xs_open();
	host.bus = bus_xen_open(&what);
	if (!env.store || !host.bus)
		broken("no %s", what);
	back_open(&b);
	for (;;)
		serve_vif(&b, &v, &env);
}

int main(int argc, char **argv)
{
	char *args[64] = { "desk", "-i", "10.77.0.11", "-p", "10.77.0.1", "-t", "1" };
	int n = 7, verdict;
	pid_t pid;

	for (int i = 1; i < argc && n < 63; i++)
		args[n++] = argv[i];
	fake_xen_begin();
	pid = fork();
	if (!pid)
		driver_domain();
	fake_xen_be(FAKE_GUEST);
	verdict = front_main(n, args);
	kill(pid, SIGKILL);
	return verdict;
}
