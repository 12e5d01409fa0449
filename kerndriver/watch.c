// SPDX-License-Identifier: GPL-2.0
/*
 * watch.c - four times a second: lost interrupts, frames that do not leave, and is all well?
 * Once a second while nothing is under way: what begins then is seen within that second, and
 * has waited for none of its deadlines in vain.
 *
 * Frames that stay in the ring are not always the NIC's fault:
 *
 *   paused      the link partner says so (STATUS.TXOFF), for as long as it likes.  They
 *               wait, and all is well.
 *   no carrier  After a second they are given back, aborted: to keep them would mean to send
 *               them when the link comes back, in an hour, perhaps.  While a link is due, that
 *               is in the seconds after a START, they wait for it.
 *   slow        at 10 Mb/s a full ring takes seconds, but its head moves.
 *   else        the NIC hangs: the user half is asked to reset it.
 *
 * A NIC that says done what it has not come to, or writes another descriptor than the one that we
 * wait for, moves frames or not, but never as it should again: it is reset, too.
 *
 * And what it has counted is laid beside what came of it here: frames of which not one arrives, or
 * not one leaves, are a fault of the NIC, of its counters as the user half reads them, or of this
 * half.  So another user half is tried first, which costs nobody a frame, and then a reset.
 *
 * Where one reset after the other is of no use, or each for moments only, this half or its domain may
 * be what is damaged: all is well no more, and who waits for that in vain restarts the domain
 * (xmd_nic_unwell_ms).
 *
 * Without a carrier nothing new goes into the ring.  So it is emptied once for each loss of the
 * link, and the reset after it, which may cost the link again, finds nothing to empty.
 */
#include <linux/interrupt.h>
#include <linux/module.h>
#include "priv.h"

#define TICK_MS		250u
#define IDLE_MS		1000u
#define HANG_MS		2000u
#define HANG_10_MS	8000u	/* 10 Mb/s, with collisions */
#define LINK_DUE_MS	5000u
#define NO_LINK_MS	1000u	/* a bounce of the link costs no reset */
#define PAUSE_TICKS	8u	/* worth a word */
#define RESETS_APART_MS	5000u	/* the next sooner, and the last one was of no use */
#define RESETS_VAIN	4u	/* in a row: what is wrong may be here */
#define RESETS_MANY_MS	60000u	/* XMD_RESETS_MANY in it are as many, whatever they help */
#define UNCOMMITTED_MAX	3
#define LOST_FRAMES	16u	/* between two reports of the counters, and none is through */
#define LOST_REPORTS	3u	/* in a row; what is under way while a report is made is in one of them */

static bool over(unsigned long since, unsigned int ms)
{
	return time_after(jiffies, since + msecs_to_jiffies(ms));
}

/*
 * DD waits, and no poll was since the last tick: its interrupt was lost.  Perhaps because the
 * mask is not what we believe: so it is shut and opened anew.
 */
static void find_lost_irq(struct xmd_nic *nic)
{
	u64 polls = READ_ONCE(nic->polls);

	if (polls == nic->watch.polls && (xmd_nic_rx_waits(nic) || xmd_txring_done(&nic->tx.ring))) {
		nic->watch.irqs_lost++;
		xmd_nic_irq_shut(nic);
		xmd_nic_poll_soon(nic);
	}
	nic->watch.polls = polls;
}

/* Return: does the link partner make frames wait? */
static bool paused(struct xmd_nic *nic, bool is)
{
	struct xmd_watch *w = &nic->watch;

	w->pause_ticks = is ? w->pause_ticks + 1 : 0;
	w->paused_ms += is ? TICK_MS : 0;
	if (w->pause_ticks == PAUSE_TICKS)
		dev_warn_ratelimited(&nic->pdev->dev,
				     "paused by the link partner for %u s, frames wait: ethtool -S counts its PAUSE frames\n",
				     PAUSE_TICKS * TICK_MS / 1000);
	return is;
}

/* Frames have gone in, by @in, and by @out has not one come out. */
static void look_through(struct xmd_passage *p, u32 in, u32 out)
{
	if (out != p->out) {
		*p = (struct xmd_passage){ .in = in, .out = out };
	} else if (in - p->in >= LOST_FRAMES) {
		p->in = in;
		p->reports += p->reports < LOST_REPORTS;
	}
}

static bool lost(const struct xmd_passage *p)
{
	return p->reports >= LOST_REPORTS;
}

/* The last reset was of use: it is a while ago, and frames have left since, or none waits. */
static bool helped(const struct xmd_nic *nic)
{
	return over(nic->watch.asked, RESETS_APART_MS) && !lost(&nic->watch.came) && !lost(&nic->watch.left) &&
	       (READ_ONCE(nic->tx.ring.frame_cons) != nic->watch.frames || !xmd_nic_tx_pending(nic));
}

static bool many(const struct xmd_watch *w)
{
	return w->n_reset >= XMD_RESETS_MANY && !over(w->reset_at[w->n_reset % XMD_RESETS_MANY], RESETS_MANY_MS);
}

static void count_reset(struct xmd_nic *nic)
{
	struct xmd_watch *w = &nic->watch;
	bool was = many(w);

	w->reset_at[w->n_reset++ % XMD_RESETS_MANY] = jiffies;
	if (many(w) && !was)
		dev_err(&nic->pdev->dev,
			"%u resets within %u s: the NIC is broken, or this kernel half is damaged; its domain is to be restarted\n",
			XMD_RESETS_MANY, RESETS_MANY_MS / 1000);
}

/* Not sooner than the user half can have answered the last time. */
static const char *again(struct xmd_nic *nic, const char *why)
{
	struct xmd_watch *w = &nic->watch;
	bool done = time_after(nic->started, w->asked);
	unsigned int was;

	if (!over(w->asked, HANG_MS))
		return NULL;
	/* a user half that has had no time for the last one is another matter */
	if (done)
		count_reset(nic);
	was = w->resets;
	w->resets = helped(nic) ? 0 : was + done;
	w->frames = READ_ONCE(nic->tx.ring.frame_cons);
	if (w->resets == RESETS_VAIN && was < RESETS_VAIN)
		dev_err(&nic->pdev->dev,
			"%u resets in a row were of no use: the NIC is broken, or this kernel half is damaged; if they stay so, its domain is to be restarted\n",
			RESETS_VAIN);
	w->asked = jiffies;
	return why;
}

static bool in_vain(const struct xmd_nic *nic)
{
	return (nic->watch.resets >= RESETS_VAIN && !helped(nic)) || many(&nic->watch);
}

/* 13.4.33: what is in the FIFO, or was fetched, goes with a reset only. */
static const char *drop_waiting(struct xmd_nic *nic)
{
	if (test_bit(XMD_LINK_DUE, &nic->bits) || !over(READ_ONCE(nic->link_at), NO_LINK_MS))
		return NULL;
	nic->watch.no_link++;
	xmd_nic_stop(nic);
	xmd_nic_tx_abort(nic);
	set_bit(XMD_LINK_LOST, &nic->bits);
	return "no carrier, the frames for it are dropped";
}

/* No frame was done since the last tick. */
static const char *why_stuck(struct xmd_nic *nic, unsigned int ms)
{
	u32 status = xmd_read(nic, STATUS), tdh = xmd_read(nic, TDH);
	bool waits, link = test_bit(XMD_LINK_UP, &nic->bits);
	struct xmd_watch *w = &nic->watch;

	if (xmd_nic_gone(nic))
		return NULL;
	/* behind the oldest frame, it has had its time to say so */
	waits = paused(nic, link && status & STATUS_TXOFF) || !link ||
		(tdh != w->tdh && !xmd_txring_passed(&nic->tx.ring, tdh));
	w->tdh = tdh;
	if (waits)
		WRITE_ONCE(nic->tx.progress, jiffies);
	w->hung = !waits && ms > (status & STATUS_SPEED ? HANG_MS : HANG_10_MS);
	if (!link)
		return drop_waiting(nic);
	/* its interrupt was lost, or there is no user half to hear of it: no reset helps */
	if (!(status & STATUS_LU)) {
		xpc_raise(&nic->xpc, XPC_UP_xmd_link_event);
		return NULL;
	}
	return w->hung ? again(nic, "no descriptor done for seconds") : NULL;
}

/*
 * Heads are where we are, or further: what is done was read before, what was posted is after.  DD
 * comes 67 ms behind the head at most, so twice in a row without any is no coincidence.
 */
static const char *why_odd(struct xmd_nic *nic)
{
	u32 cons = READ_ONCE(nic->tx.ring.cons), next = READ_ONCE(nic->rx.next);
	u32 tdh = xmd_read(nic, TDH), rdh = xmd_read(nic, RDH), rdt = xmd_read(nic, RDT);
	bool tx = ((tdh - cons) & nic->tx.ring.mask) > READ_ONCE(nic->tx.ring.prod) - cons;
	bool rx = (next ^ rdh) & nic->rx.mask || (next - 1 - rdt) & nic->rx.mask;
	struct xmd_watch *w = &nic->watch;
	const char *why = NULL;

	if (rdh == XMD_ALL_ONES && xmd_nic_gone(nic))
		return NULL;
	if (rx && w->rx_odd && next == w->next && !xmd_nic_rx_waits(nic))
		why = again(nic, "it receives elsewhere than in the next descriptor");
	else if (tx && w->tx_odd)
		why = again(nic, "descriptors are done that its head has not reached");
	w->next = next;
	w->rx_odd = rx;
	w->tx_odd = tx;
	return why;
}

/*
 * At each report of the counters by which frames have come.  Not taken are those that no healthy NIC
 * hands over, whatever the wire or a guest does: unwritten ones, and longer ones than it lets through.
 */
static const char *why_lost(struct xmd_nic *nic)
{
	const struct xmd_counters *c = nic->counters;
	const u64 *verdict = nic->rx.verdict;
	struct xmd_watch *w = &nic->watch;
	u32 came = c->gprc + c->mpc, taken = verdict[XMD_RX_OK] + verdict[XMD_RX_MORE] - nic->rx.no_buf;
	const char *why;

	if (came == w->reported || !test_bit(XMD_LINK_UP, &nic->bits))
		return NULL;
	w->reported = came;
	if (nic->max_frame > XMD_FRAME_STD)
		taken += verdict[XMD_RX_LONG];
	look_through(&w->came, came, taken);
	look_through(&w->left, READ_ONCE(nic->tx.ring.frame_cons), c->gptc + c->tpt + c->ecol + c->latecol);
	why = lost(&w->came) ? "counts frames from the wire of which none arrives" :
	      lost(&w->left) ? "counts no frame to the wire of those that are done" : NULL;
	return why && !xpc_kern_doubt(&nic->xpc, why) ? again(nic, why) : NULL;
}

/* It stands, and a user half that lives has long done whatever it was at. */
static bool forgotten(const struct xmd_nic *nic)
{
	return READ_ONCE(nic->xpc.t.phase) == XPC_LIVE && !test_bit(XMD_GONE, &nic->bits) &&
	       over(nic->watch.well, HANG_MS);
}

/* Caller holds ctl.  Return: why the NIC needs a reset, or NULL */
static const char *look(struct xmd_nic *nic)
{
	unsigned int ms = xmd_nic_tx_waits_ms(nic);
	const char *why;

	if (!test_bit(XMD_RUNNING, &nic->bits))
		return forgotten(nic) && !xpc_kern_doubt(&nic->xpc, "has left the NIC stopped") ?
			again(nic, "stopped, and not started again") : NULL;
	xmd_nic_irq_line(nic);
	/* once it answers again, it needs a reset even if the user half noticed nothing */
	if (test_bit(XMD_GONE, &nic->bits))
		return xmd_nic_gone(nic) ? NULL : again(nic, "the NIC answers again");
	xmd_nic_link_doubt(nic);
	find_lost_irq(nic);
	nic->watch.hung = false;
	why = why_odd(nic);
	if (!why)
		why = why_lost(nic);
	if (why)
		return why;
	if (ms >= TICK_MS / 2)
		return why_stuck(nic, ms);
	/* where the head was when what is posted next was: from there on it has to move */
	nic->watch.tdh = READ_ONCE(nic->tx.ring.cons) & nic->tx.ring.mask;
	paused(nic, false);
	return NULL;
}

/* No link after all: what waits for it is told so, and dropped. */
static void link_overdue(struct xmd_nic *nic)
{
	if (test_bit(XMD_LINK_DUE, &nic->bits) && over(nic->started, LINK_DUE_MS) &&
	    test_and_clear_bit(XMD_LINK_DUE, &nic->bits))
		xmd_nic_tell_state(nic);
}

static bool is_well(struct xmd_nic *nic)
{
	return test_bit(XMD_RUNNING, &nic->bits) && !test_bit(XMD_GONE, &nic->bits) &&
	       READ_ONCE(nic->xpc.t.phase) == XPC_LIVE && !nic->watch.hung && !nic->watch.unsound &&
	       !in_vain(nic);
}

/* Frames may flow, but nobody knows what else is wrong: the domain goes, as after an oops. */
static void look_at_crossing(struct xmd_nic *nic)
{
	bool unsound = !xpc_kern_sound(&nic->xpc) || READ_ONCE(nic->watch.uncommitted) >= UNCOMMITTED_MAX;

	if (unsound && !nic->watch.unsound)
		dev_err(&nic->pdev->dev,
			"settings fail whoever is asked: this kernel half may be damaged, its domain is to be restarted\n");
	nic->watch.unsound = unsound;
}

/* A tick that does not come makes it unwell, too. */
unsigned int xmd_nic_unwell_ms(const struct xmd_nic *nic)
{
	unsigned int ms = jiffies_to_msecs(jiffies - READ_ONCE(nic->watch.well));

	return ms > IDLE_MS + 2 * TICK_MS ? ms : 0;
}
EXPORT_SYMBOL_GPL(xmd_nic_unwell_ms);

bool xmd_nic_away(const struct xmd_nic *nic)
{
	return (test_bit(XMD_GONE, &nic->bits) || READ_ONCE(nic->watch.blind)) && READ_ONCE(nic->xpc.t.phase) == XPC_LIVE;
}
EXPORT_SYMBOL_GPL(xmd_nic_away);

bool xmd_nic_stuck(struct xmd_nic *nic)
{
	u64 polls = READ_ONCE(nic->polls), seen = nic->polls_asked;

	nic->polls_asked = polls;
	return test_bit(NAPI_STATE_SCHED, &nic->napi.state) && test_bit(XMD_RUNNING, &nic->bits) &&
	       polls == seen;
}
EXPORT_SYMBOL_GPL(xmd_nic_stuck);

/* No frame flows before it has done what it is at. */
static bool waits_for_user_half(const struct xmd_nic *nic)
{
	return !test_bit(XMD_RUNNING, &nic->bits) || !test_bit(XMD_LINK_UP, &nic->bits) ||
	       nic->watch.hung || xmd_nic_asked(nic, XPC_UP_xmd_self_test);
}

static void tick(struct work_struct *work)
{
	struct xmd_nic *nic = container_of(to_delayed_work(work), struct xmd_nic, watch.tick);
	long late = jiffies - nic->watch.tick.timer.expires;
	bool busy = xpc_kern_tick(&nic->xpc, waits_for_user_half(nic),
				  late > 0 ? jiffies_to_msecs(late) : 0) ||
		    test_bit(XMD_LINK_DUE, &nic->bits) ||
		    READ_ONCE(nic->polls) != nic->watch.polls;
	/* others may share the line; else nothing of a NIC that is away is urgent */
	bool shut = test_bit(XMD_LINE_SHUT, &nic->bits), away;
	const char *why;

	link_overdue(nic);
	look_at_crossing(nic);
	mutex_lock(&nic->ctl);
	why = look(nic);
	mutex_unlock(&nic->ctl);
	away = xmd_nic_away(nic) && !shut;
	if (is_well(nic))
		WRITE_ONCE(nic->watch.well, jiffies);
	else
		busy |= !away;
	busy |= !away && (xmd_nic_tx_pending(nic) || nic->watch.rx_odd || nic->watch.tx_odd);
	schedule_delayed_work(&nic->watch.tick, msecs_to_jiffies(busy ? TICK_MS : IDLE_MS));
	if (!why)
		return;
	dev_warn_ratelimited(&nic->pdev->dev, "%s: asking the user half to reset the NIC\n", why);
	xpc_raise(&nic->xpc, XPC_UP_xmd_tx_hang);
}

/* The NIC stands: whoever is to make it run again is not looked at in a second only.  ctl is held. */
void xmd_nic_watch_soon(struct xmd_nic *nic)
{
	mod_delayed_work(system_wq, &nic->watch.tick, msecs_to_jiffies(TICK_MS));
}

void xmd_nic_watch_init(struct xmd_nic *nic)
{
	INIT_DELAYED_WORK(&nic->watch.tick, tick);
	nic->watch.asked = jiffies;
	nic->watch.well = jiffies;
	nic->watch.seen_at = nic->link_at = nic->lsc_at = jiffies;
	nic->quiet_at = jiffies - HZ;
}
