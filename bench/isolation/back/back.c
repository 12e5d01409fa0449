// SPDX-License-Identifier: GPL-2.0
/* back.c - the driver domain of xmd-backfaults: see back.h */
#include <stdarg.h>

#include "back.h"
#include "../device/datagram.h"

#define POLLS		400u	/* in a millisecond; more is a processor that has time for nothing else */
#define TICK_MS		1000u	/* backend-domU/kern/main.c's, while something waits */
#define STAGED		64u

const char kern_where[] = "back-kernel-sim", kern_module[] = "xmd_back";
const char kern_over[] = "over a SIMULATED Linux, Xen\nand NIC";
uint64_t world_us;
#undef jiffies
unsigned long jiffies;	/* which nobody looks at here */
unsigned int irq_disabled_by_linux, user_starts;
static bool loaded;
static uint64_t tick_at;

bool back_runs(void) { return loaded && !domain_dead(); }

/* Of the kernel's log. What only a kernel prints, %pM, is a pointer here. */
void back_log(const char *fmt, ...)
{
	char text[300];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	text[strcspn(text, "\n")] = '\0';
	observe_line(SAID_WARN, text);
}

/* ------------------------------------------------------------------------------------- time */

/* As back_init's work does it */
static void tick(void)
{
	struct xmd_vif *v;
	unsigned int i;

	if (world_ms() < tick_at)
		return;
	tick_at = world_ms() + TICK_MS;
	mutex_lock(&back.ctl);
	xmd_each_vif(v, i) {
		xmd_tx_tick(v);
		xmd_rx_tick(v);
	}
	mutex_unlock(&back.ctl);
	xmd_early_tick(false);
	spin_lock_bh(&back.fdb_lock);
	xmd_fdb_sweep(back.fdb, ktime_get_seconds());
	spin_unlock_bh(&back.fdb_lock);
}

/* Return: was there no time for more than polls? */
static bool pass(void)
{
	sim_now = 1000 + world_us / 1000000;
	sim_wait_us(1000);
	if (back.retry.pending) {
		back.retry.pending = false;
		xmd_wait_over(NULL);
	}
	tick();
	if (sim_poll(POLLS) == POLLS)
		return true;
	nic_complete(SIM_FRAMES);
	return false;
}

void world_run(unsigned int ms)
{
	for (; ms; ms--) {
		world_us += 1000;
		front_pass();
		if (back_runs())
			observe_pass(pass());
	}
}

/* -------------------------------------------------------------------------------- its life */

/* xmd_nic.ko and xmd_back.ko are loaded, and xmd-backend connects the vifs; those that served are adopted. */
bool half_load(void)
{
	bool adopt = user_starts++;

	sim_begin();
	back.early = true;
	if (xmd_switch_attach())
		return false;
	for (unsigned int g = 0; g < VIFS; g++)
		if (guest_connect(front[g], adopt))
			return false;
	loaded = true;
	return true;
}

/* dom0 keeps the NIC quiet; who waits for its answers goes on waiting. */
void half_gone(void)
{
	loaded = false;
	front_lost();
}

/* ------------------------------------------------------------------------------ to look at */

void *half_memory(size_t *bytes)
{
	*bytes = sizeof(struct xmd_vif);
	return back.vif[0];
}

bool half_user_lives(void) { return loaded; }
unsigned int half_unwell_ms(void) { return 0; }
bool half_away(void) { return false; }
bool half_tx_idle(void) { return false; }
bool guests_refused(void) { return false; }		/* which is in xmd_back's own word */
unsigned int half_buffers_missing(void) { return 0; }

bool half_stuck(void)
{
	struct xmd_back_health h;

	xmd_back_health(&h);
	return h.flags & XMD_HEALTH_STUCK;
}

unsigned int half_counters(struct half_counter *to, unsigned int max)
{
	unsigned int n = 0;

	(void)max;
	to[n++] = (struct half_counter){ "to_nobody", back.to_nobody };
	return n;
}

void half_state(char *text, size_t room)
{
	unsigned int served = 0, features = 0;
	struct xmd_vif_info info;

	for (unsigned int g = 0; g < VIFS; g++) {
		info = (struct xmd_vif_info){ .id.domid = g ? front[g - 1]->domid : 0 };
		if (xmd_vif_list(&info) || info.id.domid != front[g]->domid)
			continue;
		served += !info.fault && !memcmp(info.mac, front[g]->mac, 6);
		features += info.features == front[g]->features;
	}
	snprintf(text, room, "%u vifs served, %u with their features, NIC %s", served, features, nic.held_back ? "held" : "open");
}

/* ----------------------------------------------------------------------- control operations */

static int statistics(void)
{
	struct xmd_vif_info info = { .id.domid = 0xffff };
	unsigned int n = 0;

	while (!xmd_vif_list(&info) && n++ <= GUESTS)
		if (!info.id.domid || info.id.domid > GUESTS)
			return -EPROTO;
	return n < VIFS || n > GUESTS ? -ENOENT : 0;
}

/* What its frontend has left there is over. */
static int connect_anew(unsigned int g)
{
	front_anew(g);
	return guest_connect(front[g], false);
}

/* Some pages of the third one, kept mapped; and let go again */
static int stage(void)
{
	static struct xmd_gref list[XMD_STAGE_PAGES];
	static bool is;
	int done;

	guest_list(list);
	done = guest_stage(front[2], list, STAGED, is);
	if (done != (is ? (int)STAGED : 0))
		return done < 0 ? done : -EPROTO;
	is = !is;
	return 0;
}

/* xmd-backend tries again until the NIC has let go of the frames that it was. */
static int reconnect(unsigned int g)
{
	int err = guest_disconnect(front[g]);

	/* it may not have come the last time */
	if (err && err != -ENOENT)
		return err;
	nic_complete(SIM_FRAMES);
	return connect_anew(g);
}

int half_op(unsigned int op)
{
	switch (op) {
	case OP_STATISTICS:
		return statistics();
	case OP_MODERATION:
		return connect_anew(VIFS);
	case OP_EEPROM:
		return guest_disconnect(front[VIFS]);
	case OP_REGISTERS:
		return stage();
	default:
		return reconnect(1);
	}
}

const char *op_name(unsigned int op)
{
	static const char *const name[] = { "statistics", "attach", "detach", "staging", "reconnect" };

	return name[op];
}
