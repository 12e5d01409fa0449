// SPDX-License-Identifier: GPL-2.0
/*
 * Who goes on when several vifs want what one of them could have all of.  Nothing is queued for
 * this: what a vif may not send yet stays in its guest's ring, but for the frames of one turn.
 *
 * The CPU: a vif's poll reads for one turn (XMD_TURN) at most, then NAPI polls the others.  A
 * frame takes of it its bytes, and XMD_FRAME_COST, for which about so many bytes could be copied.
 * What the last frame takes over that is taken off the next turn.  While no other vif has left
 * something for its next turn, one turn is as good as four.
 *
 * The wire: the NIC's ring holds no more bytes than it needs (nic.h), so there may be no room in
 * it.  Then vifs with frames for it stand in line, and the first may hand over.  First is who
 * has had the fewest bytes on the wire (xmd_wire_bytes), counted in vif.wire: each vif that sends
 * gets as many as any other, to within what it reads for a turn.  Who comes back after a pause has
 * XMD_CREDIT bytes before the last that was first, and no more: a lone frame waits only for what is
 * in the NIC, and a pause brings no more than what was missed in it.  (Turns in a ring, as deficit
 * round robin has them, would let it wait for all others'.)
 *
 * Who does not move holds nobody up: a vif that is faulted, or goes, leaves the line in its
 * last poll, and who leaves it wakes the next.
 *
 * Answers stay in ring order: who sends to the wire and to others waits with both.
 *
 * Buffers are shared by accounts (account.h).  Who lacks them is woken as frames return, in turn,
 * and before the vifs whose frames they were; a timer wakes all.
 */
#include <linux/jiffies.h>
#include "back.h"

#define RETRY_JIFFIES	1

/* The poll begins, with so much for this turn. */
void xmd_turn_begin(struct xmd_vif *v)
{
	bool alone = atomic_read(&back.busy) == v->busy;

	v->turn = min(v->turn, 0) + (alone ? 4 : 1) * XMD_TURN;
}

/* ... and ends.  @more: it wants another turn at once. */
void xmd_turn_end(struct xmd_vif *v, bool more)
{
	if (v->busy != more)
		atomic_add(more ? 1 : -1, &back.busy);
	v->busy = more;
}

/* Behind all that have had no more.  wait_lock held. */
static void insert(struct xmd_vif *v)
{
	struct xmd_vif *before;

	list_for_each_entry_reverse(before, &back.line, wait)
		if (before->wire <= v->wire)
			break;
	/* Not found: before is the list's head in disguise, as the macro leaves it. */
	list_add(&v->wait, &before->wait);
	v->waiting = XMD_WAIT_NIC;
}

/* wait_lock held */
static struct xmd_vif *first(void)
{
	return list_first_entry_or_null(&back.line, struct xmd_vif, wait);
}

/*
 * @v, whose poll this is, has frames for the NIC.  @stand: to be woken when there is room.
 * Return: whether it may hand them over; else it stands in line now.
 */
bool xmd_line_turn(struct xmd_vif *v, bool stand)
{
	bool turn = true;

	if (!v->waiting && v->wire + XMD_CREDIT < READ_ONCE(back.wire))
		v->wire = back.wire - XMD_CREDIT;
	if (stand || !list_empty_careful(&back.line)) {
		spin_lock(&back.wait_lock);
		if (!v->waiting && (stand || first()))
			insert(v);
		turn = !v->waiting || first() == v;
		spin_unlock(&back.wait_lock);
	}
	if (turn && v->wire > READ_ONCE(back.wire))
		WRITE_ONCE(back.wire, v->wire);
	return turn;
}

/* The NIC has taken @bytes of @v's. */
void xmd_line_took(struct xmd_vif *v, u32 bytes)
{
	if (!v->waiting) {
		v->wire += bytes;
		return;
	}
	spin_lock(&back.wait_lock);
	list_del(&v->wait);
	v->wire += bytes;
	insert(v);
	spin_unlock(&back.wait_lock);
}

/* wait_lock held */
static void wake_one_for_bufs(void)
{
	struct xmd_vif *v = list_first_entry_or_null(&back.short_of_bufs, struct xmd_vif, wait);

	if (!v)
		return;
	list_del_init(&v->wait);
	v->waiting = XMD_WAIT_NOT;
	napi_schedule(&v->napi);
}

/* There may be room in the NIC, and buffers. */
void xmd_wait_wake(void)
{
	if (list_empty_careful(&back.line) && list_empty_careful(&back.short_of_bufs))
		return;
	spin_lock(&back.wait_lock);
	if (first())
		napi_schedule(&first()->napi);
	wake_one_for_bufs();
	spin_unlock(&back.wait_lock);
}

/* @v, whose poll this is or was, has no reason to wait any more. */
void xmd_wait_leave(struct xmd_vif *v)
{
	if (!READ_ONCE(v->waiting))
		return;
	spin_lock(&back.wait_lock);
	list_del_init(&v->wait);
	if (v->waiting == XMD_WAIT_NIC && first())
		napi_schedule(&first()->napi);
	v->waiting = XMD_WAIT_NOT;
	spin_unlock(&back.wait_lock);
}

/*
 * Somebody else's frames fill the ring or the pool.  tx_return tells when frames of
 * vifs come back, but nobody tells of the host's: the timer looks after those.
 */
void xmd_wait_retry(void)
{
	if (!timer_pending(&back.retry))
		mod_timer(&back.retry, jiffies + RETRY_JIFFIES);
}

/* There are no buffers for what @v would send next.  It waits for nothing else. */
void xmd_wait_for_bufs(struct xmd_vif *v)
{
	spin_lock(&back.wait_lock);
	list_add_tail(&v->wait, &back.short_of_bufs);
	v->waiting = XMD_WAIT_BUFS;
	spin_unlock(&back.wait_lock);
	xmd_wait_retry();
}

/* There are none for segments of frames to @v's guest: polls have them that end in a moment. */
void xmd_wait_for_segments(struct xmd_vif *v)
{
	WRITE_ONCE(v->rx_lacks, true);
	/* what is to be found before the timer is looked at, because one that runs has to find it */
	xchg(&back.rx_lack, 1);
	xmd_wait_retry();
}

static void wake_for_segments(void)
{
	unsigned int i;

	rcu_read_lock();
	for (i = 0; i < XMD_VIFS_MAX; i++) {
		struct xmd_vif *v = rcu_dereference(back.vif[i]);

		if (v && xchg(&v->rx_lacks, 0))
			napi_schedule(&v->napi);
	}
	rcu_read_unlock();
}

/* The timer */
void xmd_wait_over(struct timer_list *t)
{
	if (xchg(&back.rx_lack, 0))
		wake_for_segments();
	spin_lock(&back.wait_lock);
	if (first())
		napi_schedule(&first()->napi);
	while (!list_empty(&back.short_of_bufs))
		wake_one_for_bufs();
	spin_unlock(&back.wait_lock);
}
