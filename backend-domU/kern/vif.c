// SPDX-License-Identifier: GPL-2.0
/*
 * The table of vifs: connect and disconnect
 *
 * Life of a vif (the struct's comment in back.h says who may touch what):
 *
 *   connect:     map ring pages -> NAPI on -> bind event channels -> table and switch
 *   disconnect:  table off -> wait for readers -> switch off -> unbind -> NAPI off
 *                -> drop frames -> unmap -> drop the table's reference
 *
 * A faulted vif stays in the table, unserved, until it is disconnected: its irqs
 * are left without EOI, so the guest cannot even raise an interrupt any more.
 */
#include <linux/etherdevice.h>
#include <linux/percpu.h>
#include <linux/tick.h>
#include <linux/vmalloc.h>
#include <xen/events.h>
#include "mirror.h"

/* Any context. */
void xmd_vif_put(struct xmd_vif *v, unsigned int n)
{
	unsigned long irqs;

	if (!refcount_sub_and_test(n, &v->refs))
		return;
	spin_lock_irqsave(&back.wait_lock, irqs);
	list_del(&v->wait);
	spin_unlock_irqrestore(&back.wait_lock, irqs);
	xmd_account_close(v);
	vfree(v);
}

/* --------------------------------------------------------------- the table */

/* Order of XMD_VIF_LIST. */
static u64 id_key(const struct xmd_vif_id *id)
{
	return (u64)id->domid << 32 | id->handle;
}

/* back.ctl held. */
struct xmd_vif *xmd_vif_find(const struct xmd_vif_id *id)
{
	struct xmd_vif *v;
	unsigned int i;

	xmd_each_vif(v, i)
		if (id_key(&v->id) == id_key(id))
			return v;
	return NULL;
}

/* Disconnected, and the NIC has frames of it still. */
static bool is_leaving(const struct xmd_vif_id *id)
{
	const struct xmd_vif *v;
	bool found = false;

	spin_lock_bh(&back.wait_lock);
	list_for_each_entry_reverse(v, &back.leaving, wait)
		found |= id_key(&v->id) == id_key(id);
	spin_unlock_bh(&back.wait_lock);
	return found;
}

static int free_port(void)
{
	unsigned int i;

	for (i = 0; i < XMD_VIFS_MAX; i++)
		if (!xmd_vif_at(i))
			return XMD_PORT_VIF0 + i;
	return -ENOSPC;
}

static int check_message(const struct xmd_vif_connect *c)
{
	if (c->version != XMD_XPC_VERSION || c->id.reserved || c->adopt > 1)
		return -EINVAL;
	if (c->id.domid >= DOMID_FIRST_RESERVED || c->features & ~XMD_VIF_FEATURES)
		return -EINVAL;
	if (c->n_queues < 1 || c->n_queues > XMD_VIF_QUEUES_MAX)
		return -EINVAL;
	if (c->mtu < ETH_MIN_MTU || c->mtu > ETH_MAX_MTU || !is_valid_ether_addr(c->mac))
		return -EINVAL;
	return xmd_rate_valid(&c->rate) && xmd_confine_valid(&c->confine) ? 0 : -EINVAL;
}

static bool is_fid_used(u16 fid)
{
	struct xmd_vif *v;
	unsigned int i;

	xmd_each_vif(v, i)
		if (v->fid == fid)
			return true;
	return false;
}

/* Its VLAN, or the number of its segment: that of others on it, or a new one. */
static u16 fid_of(const struct xmd_vif_confine *c)
{
	u16 fid = XMD_FID_SEGMENT;
	struct xmd_vif *v;
	unsigned int i;

	if (!*c->segment)
		return c->vlan;
	xmd_each_vif(v, i)
		if (!strcmp(v->confine.segment, c->segment))
			return v->fid;
	while (is_fid_used(fid))
		fid++;
	return fid;
}

static struct xmd_vif *vif_alloc(const struct xmd_vif_connect *c, int port)
{
	struct xmd_vif *v = vzalloc(sizeof(*v));

	if (!v)
		return NULL;
	v->id = c->id;
	v->queue = c->queue[0];
	v->features = c->features;
	v->mtu = c->mtu;
	ether_addr_copy(v->mac, c->mac);
	v->port = port;
	v->confine = c->confine;
	v->fid = fid_of(&c->confine);
	v->tx_guess = -1;
	refcount_set(&v->refs, 1);
	spin_lock_init(&v->ring_lock);
	spin_lock_init(&v->rx_lock);
	spin_lock_init(&v->fifo_lock);
	INIT_LIST_HEAD(&v->wait);
	xmd_settings_init(v, &c->rate);
	snprintf(v->name, sizeof(v->name), "xmd-vif%u.%u", v->id.domid, v->id.handle);
	xmd_account_open(v);
	return v;
}

/* Everything but the table. */
static int vif_start(struct xmd_vif *v, bool adopt)
{
	int err = xmd_back_rings_open(v, adopt);

	if (err)
		return err;
	netif_napi_add(xmd_nic_netdev(back.nic), &v->napi, xmd_back_poll);
	/*
	 * Xen raises a first event as soon as a port is bound, before tx_irq and rx_irq
	 * are stored; a poll then would send its EOI to no interrupt, and the channel
	 * would stay masked for ever.  No poll until they are: vif_publish kicks one.
	 */
	err = xmd_back_ports_bind(v);
	if (err)
		goto err_ports;
	napi_enable(&v->napi);
	return 0;

err_ports:
	netif_napi_del(&v->napi);
	xmd_back_rings_close(v);
	return err;
}

/*
 * Softirq readers are gone when synchronize_net returns, and polls that serve: nobody
 * learns an address at this port, or arms a timer, any more.  Handlers are gone when
 * xmd_back_ports_unbind returns, the poll when netif_napi_del does.  Frames that the NIC holds find
 * only the FIFO and a NAPI that cannot be scheduled any more.
 */
static void vif_stop(struct xmd_vif *v)
{
	WRITE_ONCE(v->gone, true);
	RCU_INIT_POINTER(back.vif[v->port - XMD_PORT_VIF0], NULL);
	back.nvif--;
	xmd_mirror_del(v);
	synchronize_net();
	xmd_switch_del(v);
	xmd_settings_stop(v);
	xmd_back_ports_unbind(v);
	napi_disable(&v->napi);
	netif_napi_del(&v->napi);
	local_bh_disable();
	xmd_tx_drop_all(v);
	xmd_rx_drop_all(v);
	local_bh_enable();
	xmd_stage_close(v);
	xmd_back_rings_close(v);
	spin_lock_bh(&back.wait_lock);
	list_add(&v->wait, &back.leaving);
	spin_unlock_bh(&back.wait_lock);
	xmd_vif_put(v, 1);
}

/* An adopting backend owes the guest one look and one event: the last ones may be lost. */
static void vif_publish(struct xmd_vif *v, bool adopt)
{
	xmd_early_publish(v);
	back.nvif++;
	xmd_mirror_add();
	xmd_vif_kick(v);
	if (adopt) {
		notify_remote_via_irq(v->tx_irq);
		if (v->rx_irq != v->tx_irq)
			notify_remote_via_irq(v->rx_irq);
	}
	/* limited, because a guest may come and go as often as it likes */
	pr_info_ratelimited("xmd_back: %s: connected, %pM, features 0x%x, mtu %u%s\n", v->name,
			    v->mac, v->features, v->mtu, adopt ? ", rings adopted" : "");
}

static int connect_locked(const struct xmd_vif_connect *c)
{
	struct xmd_vif *v;
	int err, port;

	err = back.nic ? 0 : xmd_switch_attach();
	if (err)
		return err;
	if (xmd_vif_find(&c->id))
		return -EEXIST;
	/*
	 * Its buffers are on the account of the vif that it was.  Else a guest that comes and goes while
	 * the NIC keeps frames has an account, and a minimum, for each time.  A NIC that keeps none has
	 * lost what was counted: that is no reason to have its guest wait for ever.
	 */
	if (!c->adopt && is_leaving(&c->id) && !xmd_nic_tx_idle(back.nic))
		return -EINPROGRESS;
	port = free_port();
	if (port < 0)
		return port;
	v = vif_alloc(c, port);
	if (!v)
		return -ENOMEM;
	err = vif_start(v, c->adopt);
	if (err) {
		xmd_vif_put(v, 1);
		return err;
	}
	vif_publish(v, c->adopt);
	return 0;
}

int xmd_vif_connect(const struct xmd_vif_connect *c)
{
	int err = check_message(c);

	if (err)
		return err;
	mutex_lock(&back.ctl);
	err = connect_locked(c);
	mutex_unlock(&back.ctl);
	return err;
}

int xmd_vif_disconnect(const struct xmd_vif_id *id)
{
	struct xmd_vif *v;

	mutex_lock(&back.ctl);
	v = xmd_vif_find(id);
	if (v) {
		pr_info_ratelimited("xmd_back: %s: disconnected\n", v->name);
		vif_stop(v);
	}
	mutex_unlock(&back.ctl);
	return v ? 0 : -ENOENT;
}

void xmd_vif_disconnect_all(void)
{
	struct xmd_vif *v;
	unsigned int i;

	mutex_lock(&back.ctl);
	xmd_each_vif(v, i)
		vif_stop(v);
	mutex_unlock(&back.ctl);
}

/* Without its locks: an answer that is under way is counted at this look or at the next. */
static unsigned int pending(const struct xmd_vif *v)
{
	unsigned int n = READ_ONCE(v->tx.req_cons) - READ_ONCE(v->tx.rsp_prod_pvt);

	n += !back.draining && READ_ONCE(v->tx_state) == XMD_TX_BLOCKED;
	return READ_ONCE(v->rx_starved) ? n : n + READ_ONCE(v->bl_tail) - READ_ONCE(v->bl_head);
}

/* Somebody wants it polled, and it was not since the last look.  back.ctl held. */
static bool is_stuck(struct xmd_vif *v)
{
	u64 polls = READ_ONCE(v->st.polls), seen = v->polls_seen;

	v->polls_seen = polls;
	return test_bit(NAPI_STATE_SCHED, &v->napi.state) && polls == seen;
}

/*
 * Requests were read and are not answered, or could be read and nobody does, one look after the other; and no NIC that
 * has their frames is why, nor one that was taken away with them, nor is it the guest.  back.ctl held.
 */
static bool stands(struct xmd_vif *v)
{
	u32 cons = READ_ONCE(v->tx.req_cons), rsp = READ_ONCE(v->tx.rsp_prod_pvt), now = ktime_get_seconds();
	bool owes = cons != rsp || READ_ONCE(v->tx_state) == XMD_TX_BLOCKED;

	if (!owes || cons + rsp != v->tx_at || now - v->looked_s > XMD_TRIES_S || back.draining ||
	    !READ_ONCE(back.nic_serves) || !xmd_nic_tx_idle(back.nic)) {
		v->tx_at = cons + rsp;
		v->tx_still_s = now;
	}
	v->looked_s = now;
	return now - v->tx_still_s >= XMD_DRY_S;
}

/*
 * A NIC that has no frame takes none, at one try after the other until now: whatever keeps it from them, nobody else
 * will find it.  A ring that is full, a link that is lost, PAUSE and a NIC that stands are other things.  And buffers of
 * which none comes back, though the NIC has none and no guest may let them wait for so long, are lost.
 */
static bool in_vain(const struct xmd_vain *w, u32 seconds)
{
	u32 since = READ_ONCE(w->since_s), last = READ_ONCE(w->last_s);

	return since && (s32)(last - since) >= (s32)seconds &&
	       (u32)ktime_get_seconds() - last <= XMD_TRIES_S && xmd_nic_tx_idle(back.nic);
}

static DEFINE_PER_CPU(u64, idle_seen);

/*
 * Since the last look, no processor was busy all the time: a poll that was due would have run.  Where one was, on a
 * host that gives it little, who waits for it waits in vain for no fault of his.  back.ctl held.
 */
static bool had_time(void)
{
	bool had = true;
	u64 idle, *seen;
	int cpu;

	for_each_online_cpu(cpu) {
		idle = get_cpu_idle_time_us(cpu, NULL);
		seen = &per_cpu(idle_seen, cpu);
		/* with nohz=off nobody knows */
		had &= idle != *seen || idle == ~0ull;
		*seen = idle;
	}
	return had;
}

void xmd_back_health(struct xmd_back_health *h)
{
	struct xmd_vif *v;
	unsigned int i;

	mutex_lock(&back.ctl);
	/* one that came late is taken even if no vif asks for it */
	h->unwell_ms = back.nic || !xmd_switch_attach() ? xmd_nic_unwell_ms(back.nic) : ~0u;
	h->pending = 0;
	h->flags = (back.draining ? XMD_HEALTH_DRAINING : 0) |
		   (back.blinking ? XMD_HEALTH_BLINKING : 0);
	if (back.nic && xmd_nic_stuck(back.nic))
		h->flags |= XMD_HEALTH_STUCK;
	if (back.nic && xmd_nic_away(back.nic))
		h->flags |= XMD_HEALTH_AWAY;
	xmd_each_vif(v, i) {
		if (!xmd_vif_serves(v))
			continue;
		h->pending += pending(v);
		h->flags |= is_stuck(v) || (back.nic && (xmd_tx_lost(v) || stands(v))) ? XMD_HEALTH_STUCK : 0;
	}
	if (back.nic && (in_vain(&back.refused, XMD_REFUSED_S) || in_vain(&back.dry, XMD_DRY_S)))
		h->flags |= XMD_HEALTH_STUCK;
	if (!had_time())
		h->flags &= ~XMD_HEALTH_STUCK;
	mutex_unlock(&back.ctl);
}

void xmd_back_drain(bool on)
{
	struct xmd_vif *v;
	unsigned int i;

	mutex_lock(&back.ctl);
	WRITE_ONCE(back.draining, on);
	/* No poll that saw the flag as it was runs after this. */
	synchronize_net();
	if (back.nic)
		xmd_nic_rx_hold(back.nic, on);
	xmd_each_vif(v, i)
		xmd_vif_kick(v);
	mutex_unlock(&back.ctl);
}

static void fill_info(const struct xmd_vif *v, struct xmd_vif_info *info)
{
	*info = (struct xmd_vif_info){
		.id = v->id,
		.fault = READ_ONCE(v->fault),
		.features = v->features,
		.mtu = v->mtu,
		.queue[0] = v->queue,
		.rate = v->rate.limit,
		.tx_frames = v->st.tx_frames,
		.tx_bytes = v->st.tx_bytes,
		.tx_errors = v->st.tx_errors,
		.tx_drops = v->st.tx_drops,
		.rx_frames = v->st.rx_frames,
		.rx_bytes = v->st.rx_bytes,
		.rx_errors = v->st.rx_errors,
		.rx_drops = v->st.rx_drops + v->st.rx_full,
		.tx_spoofed = v->st.tx_spoofed,
		.rx_filtered = v->st.rx_filtered,
		.rx_too_long = v->st.rx_too_long,
		.tx_tagged = v->st.tx_tagged,
		.tx_ip_spoofed = v->st.tx_ip_spoofed,
	};
	ether_addr_copy(info->mac, v->mac);
}

int xmd_vif_list(struct xmd_vif_info *info)
{
	const struct xmd_vif *v, *best = NULL;
	unsigned int i;

	mutex_lock(&back.ctl);
	xmd_each_vif(v, i)
		if ((info->id.domid == 0xffff || id_key(&v->id) > id_key(&info->id)) &&
		    (!best || id_key(&v->id) < id_key(&best->id)))
			best = v;
	if (best)
		fill_info(best, info);
	mutex_unlock(&back.ctl);
	return best ? 0 : -ENOENT;
}
