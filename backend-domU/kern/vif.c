// SPDX-License-Identifier: GPL-2.0
/*
 * The table of vifs: connect, disconnect, faults, and the NAPI poll of each
 *
 * Life of a vif (the struct's comment in back.h says who may touch what):
 *
 *   connect:     map ring pages -> NAPI on -> bind event channels -> table and switch
 *   disconnect:  table off -> wait for readers -> switch off -> unbind -> NAPI off
 *                -> drop frames -> unmap -> drop the table's reference
 *
 * A faulted vif stays in the table, unserved, until it is disconnected: its irqs
 * are left without EOI, so the guest cannot even raise an interrupt any more.
 *
 * NAPI is anchored on the NIC's net_device only because it must be anchored
 * somewhere; vifs have no net_device of their own.
 */
#include <linux/etherdevice.h>
#include <linux/irq.h>
#include <linux/mm.h>
#include <linux/vmalloc.h>
#include <xen/events.h>
#include <xen/interface/event_channel.h>
#include <xen/interface/grant_table.h>
#include <xen/interface/xen.h>
#include <asm/xen/hypercall.h>
#include "back.h"
#include "intent.h"

enum { RING_TX, RING_RX };

static const char * const fault_text[XMD_FAULTS] = {
	[XMD_FAULT_NONE] = "none",
	[XMD_FAULT_RING_INDEX] = "producer index further ahead than the ring is long",
	[XMD_FAULT_EXTRA_ENDLESS] = "unending extra-info chain",
	[XMD_FAULT_EXTRA_TYPE] = "unknown extra-info type",
	[XMD_FAULT_TOO_MANY_SLOTS] = "runaway slot chain",
	[XMD_FAULT_CROSS_PAGE] = "slot crosses its page",
	[XMD_FAULT_BAD_SIZE] = "slots longer than their packet",
	[XMD_FAULT_GONE] = "event channel or ring page withdrawn",
};

const char *xmd_back_fault_text(u32 fault)
{
	return fault < XMD_FAULTS ? fault_text[fault] : "unknown";
}

/* Softirq.  The first reason counts; the poll sees it next and drops what waits. */
void xmd_vif_fault(struct xmd_vif *v, enum xmd_vif_fault why)
{
	if (cmpxchg(&v->fault, XMD_FAULT_NONE, why) != XMD_FAULT_NONE)
		return;
	pr_err_ratelimited("xmd_back: %s: %s; no longer served, others are. The guest's driver is broken or hostile: look at it, then detach and attach the vif\n",
			   v->name, xmd_back_fault_text(why));
	/* fault before event, because the reader takes the event first */
	smp_wmb();
	WRITE_ONCE(v->event, true);
	wake_up_interruptible(&back.events);
	napi_schedule(&v->napi);
}

void xmd_vif_put(struct xmd_vif *v, unsigned int n)
{
	if (refcount_sub_and_test(n, &v->refs))
		vfree(v);
}

/* ----------------------------------------------------------------- the poll */

/* One round over both rings.  Return: whether there is more to do right now. */
static bool poll_rings(struct xmd_vif *v, unsigned int budget, unsigned int *work)
{
	unsigned int frames = 0;
	bool more;

	*work = 0;
	if (!xmd_vif_serves(v)) {
		xmd_tx_drop_all(v);
		xmd_rx_drop_all(v);
		return false;
	}
	v->st.polls++;
	*work = xmd_back_tx_provide(v, budget);
	more = xmd_back_rx_return(v, &frames);
	xmd_back_tx_return(v);
	v->worked |= *work || frames;
	if (v->tx_state == XMD_TX_MORE)
		more = true;
	else if (v->tx_state == XMD_TX_EMPTY)
		more |= xmd_tx_arm(v);
	return more || !xmd_vif_serves(v);
}

/*
 * An event channel stays masked from its interrupt to its EOI, so a guest that
 * sends events in a storm gets one poll for each EOI; when it sent them for
 * nothing, the EOI is delayed (SPURIOUS).
 */
static void send_eoi(struct xmd_vif *v, unsigned long eoi)
{
	unsigned int flags = v->worked ? 0 : XEN_EOI_FLAG_SPURIOUS;

	if (!eoi || !xmd_vif_serves(v))
		return;
	v->worked = false;
	if (eoi & BIT(XMD_EOI_TX))
		xen_irq_lateeoi(v->tx_irq, flags);
	if (eoi & BIT(XMD_EOI_RX))
		xen_irq_lateeoi(v->rx_irq, flags);
}

static int vif_poll(struct napi_struct *napi, int budget)
{
	struct xmd_vif *v = container_of(napi, struct xmd_vif, napi);
	unsigned long eoi;
	unsigned int work;
	bool more;

	if (!budget)
		return 0;
	rcu_read_lock();
	more = poll_rings(v, budget, &work);
	rcu_read_unlock();
	if (more)
		return budget;
	/*
	 * Taken before completing: an interrupt that comes after that is served by the
	 * poll that it schedules, and judged by it.
	 */
	eoi = xchg(&v->eoi, 0);
	napi_complete_done(napi, min_t(int, work, budget - 1));
	send_eoi(v, eoi);
	return min_t(int, work, budget - 1);
}

/* From process context as well: look at both rings once. */
void xmd_vif_kick(struct xmd_vif *v)
{
	local_bh_disable();
	napi_schedule(&v->napi);
	local_bh_enable();
}

static irqreturn_t tx_event(int irq, void *arg)
{
	struct xmd_vif *v = arg;

	v->st.events++;
	set_bit(XMD_EOI_TX, &v->eoi);
	napi_schedule(&v->napi);
	return IRQ_HANDLED;
}

static irqreturn_t rx_event(int irq, void *arg)
{
	struct xmd_vif *v = arg;

	set_bit(XMD_EOI_RX, &v->eoi);
	napi_schedule(&v->napi);
	return IRQ_HANDLED;
}

/* -------------------------------------------------------------- ring pages */

static int grant_errno(const struct xmd_vif *v, const char *what, u32 ref, int status)
{
	pr_err("xmd_back: %s: cannot map %s, grant reference %u: Xen says %d%s\n",
	       v->name, what, ref, status, status == GNTST_permission_denied ?
	       " (permission denied: does Xen run with XSM in SILO mode?)" :
	       "; the guest withdrew it or never granted it to this domain");
	if (status == GNTST_bad_gntref || status == GNTST_bad_domain)
		return -ENOENT;
	return status == GNTST_permission_denied ? -EPERM : -EIO;
}

static void unmap_ring(struct xmd_vif *v, int ring)
{
	struct gnttab_unmap_grant_ref op;

	gnttab_set_unmap_op(&op, (unsigned long)page_address(v->page[ring]),
			    GNTMAP_host_map, v->handle[ring]);
	if (gnttab_unmap_refs(&op, NULL, &v->page[ring], 1) || op.status)
		pr_err("xmd_back: %s: cannot unmap a ring page (%d); the guest's page stays pinned\n",
		       v->name, op.status);
}

static int map_ring(struct xmd_vif *v, int ring, u32 ref)
{
	struct gnttab_map_grant_ref op;
	int err;

	gnttab_set_map_op(&op, (unsigned long)page_address(v->page[ring]),
			  GNTMAP_host_map, ref, v->id.domid);
	err = gnttab_map_refs(&op, NULL, &v->page[ring], 1);
	if (op.status != GNTST_okay)
		return grant_errno(v, ring == RING_TX ? "tx-ring-ref" : "rx-ring-ref", ref,
				   op.status);
	v->handle[ring] = op.handle;
	return err;
}

static int map_rings(struct xmd_vif *v)
{
	int err = gnttab_alloc_pages(2, v->page);

	if (err)
		return err;
	err = map_ring(v, RING_TX, v->queue.tx_ref);
	if (err)
		goto err_tx;
	err = map_ring(v, RING_RX, v->queue.rx_ref);
	if (err)
		goto err_rx;
	return 0;

err_rx:
	unmap_ring(v, RING_TX);
err_tx:
	gnttab_free_pages(2, v->page);
	return err;
}

static void unmap_rings(struct xmd_vif *v)
{
	unmap_ring(v, RING_RX);
	unmap_ring(v, RING_TX);
	gnttab_free_pages(2, v->page);
}

/* The push in which the driver domain before us died.  Indices have been checked. */
static void finish_pushes(struct xen_netif_tx_sring *txs, u32 *tx, u32 tx_prod,
			  struct xen_netif_rx_sring *rxs, u32 *rx, u32 rx_prod)
{
	u32 tx_end = xmd_intent_load(txs, *tx, tx_prod);
	u32 rx_end = xmd_intent_load(rxs, *rx, rx_prod);

	xmd_intent_finish_tx((void *)txs->ring, *tx, tx_end);
	for (; *rx != rx_end; (*rx)++)
		xmd_intent_finish_rx(&rxs->ring[*rx % XMD_RX_RING].rsp);
	*tx = tx_end;
	/* responses before the indices that publish them */
	virt_wmb();
	WRITE_ONCE(txs->rsp_prod, tx_end);
	WRITE_ONCE(rxs->rsp_prod, rx_end);
}

/*
 * A fresh ring starts at 0.  An adopted one goes on where its last backend had
 * answered to: what lies behind rsp_prod are requests, none of them overwritten (D4).
 */
static int start_rings(struct xmd_vif *v, bool adopt)
{
	struct xen_netif_tx_sring *txs = page_address(v->page[RING_TX]);
	struct xen_netif_rx_sring *rxs = page_address(v->page[RING_RX]);
	u32 tx = adopt ? READ_ONCE(txs->rsp_prod) : 0;
	u32 rx = adopt ? READ_ONCE(rxs->rsp_prod) : 0;
	u32 tx_prod = READ_ONCE(txs->req_prod), rx_prod = READ_ONCE(rxs->req_prod);

	BUILD_BUG_ON(XMD_TX_RING != __CONST_RING_SIZE(xen_netif_tx, XEN_PAGE_SIZE));
	BUILD_BUG_ON(XMD_RX_RING != __CONST_RING_SIZE(xen_netif_rx, XEN_PAGE_SIZE));
	BUILD_BUG_ON(sizeof(union xmd_tx_slot) != sizeof(union xen_netif_tx_sring_entry));

	if (xmd_ring_ready(tx_prod, tx, tx, XMD_TX_RING) < 0 ||
	    xmd_ring_ready(rx_prod, rx, rx, XMD_RX_RING) < 0) {
		pr_err("xmd_back: %s: ring indices cannot be: tx %u..%u rx %u..%u; not connected\n",
		       v->name, tx, tx_prod, rx, rx_prod);
		return -EPROTO;
	}
	if (adopt)
		finish_pushes(txs, &tx, tx_prod, rxs, &rx, rx_prod);
	BACK_RING_ATTACH(&v->tx, txs, tx, XEN_PAGE_SIZE);
	BACK_RING_ATTACH(&v->rx, rxs, rx, XEN_PAGE_SIZE);
	v->tx_seen = tx;
	return 0;
}

/* ---------------------------------------------------------- event channels */

static int bind_port(struct xmd_vif *v, u32 port, irq_handler_t handler, unsigned int *irq)
{
	struct evtchn_bind_interdomain bind = {
		.remote_dom = v->id.domid,
		.remote_port = port,
	};
	struct evtchn_close close;
	int err = HYPERVISOR_event_channel_op(EVTCHNOP_bind_interdomain, &bind);

	if (err) {
		pr_err("xmd_back: %s: cannot bind event channel %u: Xen says %d; is it bound to another domain, or does XSM run in SILO mode?\n",
		       v->name, port, err);
		return err == -EPERM ? -EPERM : -ENOENT;
	}
	err = bind_evtchn_to_irqhandler_lateeoi(bind.local_port, handler, 0, v->name, v);
	if (err < 0) {
		/* If it failed late, the port is closed already and Xen refuses: no harm. */
		close.port = bind.local_port;
		HYPERVISOR_event_channel_op(EVTCHNOP_close, &close);
		return err;
	}
	*irq = err;
	return 0;
}

static int bind_ports(struct xmd_vif *v)
{
	int err = bind_port(v, v->queue.tx_port, tx_event, &v->tx_irq);

	if (err)
		return err;
	v->rx_irq = v->tx_irq;
	if (v->queue.rx_port == v->queue.tx_port)
		return 0;
	err = bind_port(v, v->queue.rx_port, rx_event, &v->rx_irq);
	if (err)
		unbind_from_irqhandler(v->tx_irq, v);
	return err;
}

/* Returns when no handler runs any more. */
static void unbind_ports(struct xmd_vif *v)
{
	if (v->rx_irq != v->tx_irq)
		unbind_from_irqhandler(v->rx_irq, v);
	unbind_from_irqhandler(v->tx_irq, v);
}

/* --------------------------------------------------------------- the table */

static struct xmd_vif *vif_at(unsigned int i)
{
	return rcu_dereference_protected(back.vif[i], lockdep_is_held(&back.ctl));
}

/* Order of XMD_VIF_LIST. */
static u64 id_key(const struct xmd_vif_id *id)
{
	return (u64)id->domid << 32 | id->handle;
}

/* back.ctl held. */
struct xmd_vif *xmd_vif_find(const struct xmd_vif_id *id)
{
	unsigned int i;

	for (i = 0; i < XMD_VIFS_MAX; i++) {
		struct xmd_vif *v = vif_at(i);

		if (v && id_key(&v->id) == id_key(id))
			return v;
	}
	return NULL;
}

static int free_port(void)
{
	unsigned int i;

	for (i = 0; i < XMD_VIFS_MAX; i++)
		if (!vif_at(i))
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
	return xmd_rate_valid(&c->rate) ? 0 : -EINVAL;
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
	v->tx_guess = -1;
	refcount_set(&v->refs, 1);
	spin_lock_init(&v->rx_lock);
	INIT_LIST_HEAD(&v->wait);
	xmd_settings_init(v, &c->rate);
	snprintf(v->name, sizeof(v->name), "xmd-vif%u.%u", v->id.domid, v->id.handle);
	return v;
}

/* Everything but the table. */
static int vif_start(struct xmd_vif *v, bool adopt)
{
	int err = map_rings(v);

	if (err)
		return err;
	err = start_rings(v, adopt);
	if (err)
		goto err_rings;
	netif_napi_add(xmd_nic_netdev(back.nic), &v->napi, vif_poll);
	/*
	 * Xen raises a first event as soon as a port is bound, before tx_irq and rx_irq
	 * are stored; a poll then would send its EOI to no interrupt, and the channel
	 * would stay masked for ever.  No poll until they are: vif_publish kicks one.
	 */
	err = bind_ports(v);
	if (err)
		goto err_ports;
	napi_enable(&v->napi);
	return 0;

err_ports:
	netif_napi_del(&v->napi);
err_rings:
	unmap_rings(v);
	return err;
}

/*
 * Softirq readers are gone when synchronize_net returns, and polls that serve: nobody
 * learns an address at this port, or arms a timer, any more.  Handlers are gone when
 * unbind_ports returns, the poll when netif_napi_del does.  Frames that the NIC holds find
 * only the FIFO and a NAPI that cannot be scheduled any more.
 */
static void vif_stop(struct xmd_vif *v)
{
	WRITE_ONCE(v->gone, true);
	RCU_INIT_POINTER(back.vif[v->port - XMD_PORT_VIF0], NULL);
	back.nvif--;
	synchronize_net();
	xmd_switch_del(v);
	xmd_settings_stop(v);
	unbind_ports(v);
	napi_disable(&v->napi);
	netif_napi_del(&v->napi);
	local_bh_disable();
	xmd_wait_del(v);
	xmd_tx_drop_all(v);
	xmd_rx_drop_all(v);
	local_bh_enable();
	unmap_rings(v);
	xmd_vif_put(v, 1);
}

/* An adopting backend owes the guest one look and one event: the last ones may be lost. */
static void vif_publish(struct xmd_vif *v, bool adopt)
{
	rcu_assign_pointer(back.vif[v->port - XMD_PORT_VIF0], v);
	back.nvif++;
	xmd_switch_add(v);
	xmd_vif_kick(v);
	if (adopt) {
		notify_remote_via_irq(v->tx_irq);
		if (v->rx_irq != v->tx_irq)
			notify_remote_via_irq(v->rx_irq);
	}
	pr_info("xmd_back: %s: connected, %pM, features 0x%x, mtu %u%s\n", v->name, v->mac,
		v->features, v->mtu, adopt ? ", rings adopted" : "");
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
		pr_info("xmd_back: %s: disconnected\n", v->name);
		vif_stop(v);
	}
	mutex_unlock(&back.ctl);
	return v ? 0 : -ENOENT;
}

void xmd_vif_disconnect_all(void)
{
	unsigned int i;

	mutex_lock(&back.ctl);
	for (i = 0; i < XMD_VIFS_MAX; i++)
		if (vif_at(i))
			vif_stop(vif_at(i));
	mutex_unlock(&back.ctl);
}

/* Without its locks: an answer that is under way is counted at this look or at the next. */
static unsigned int pending(const struct xmd_vif *v)
{
	unsigned int n = READ_ONCE(v->tx.req_cons) - READ_ONCE(v->tx.rsp_prod_pvt);

	return READ_ONCE(v->rx_starved) ? n : n + READ_ONCE(v->bl_tail) - READ_ONCE(v->bl_head);
}

void xmd_back_health(struct xmd_back_health *h)
{
	unsigned int i;

	mutex_lock(&back.ctl);
	h->unwell_ms = back.nic ? xmd_nic_unwell_ms(back.nic) : ~0u;
	h->pending = 0;
	h->flags = (back.draining ? XMD_HEALTH_DRAINING : 0) |
		   (back.blinking ? XMD_HEALTH_BLINKING : 0);
	for (i = 0; i < XMD_VIFS_MAX; i++)
		if (vif_at(i) && xmd_vif_serves(vif_at(i)))
			h->pending += pending(vif_at(i));
	mutex_unlock(&back.ctl);
}

void xmd_back_drain(bool on)
{
	unsigned int i;

	mutex_lock(&back.ctl);
	WRITE_ONCE(back.draining, on);
	/* No poll that saw the flag as it was runs after this. */
	synchronize_net();
	if (back.nic)
		xmd_nic_rx_hold(back.nic, on);
	for (i = 0; i < XMD_VIFS_MAX; i++)
		if (vif_at(i))
			xmd_vif_kick(vif_at(i));
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
		.rx_drops = v->st.rx_drops,
		.tx_spoofed = v->st.tx_spoofed,
		.rx_filtered = v->st.rx_filtered,
	};
	ether_addr_copy(info->mac, v->mac);
}

int xmd_vif_list(struct xmd_vif_info *info)
{
	const struct xmd_vif *v, *best = NULL;
	unsigned int i;

	mutex_lock(&back.ctl);
	for (i = 0; i < XMD_VIFS_MAX; i++) {
		v = vif_at(i);
		if (!v || (info->id.domid != 0xffff && id_key(&v->id) <= id_key(&info->id)))
			continue;
		if (!best || id_key(&v->id) < id_key(&best->id))
			best = v;
	}
	if (best)
		fill_info(best, info);
	mutex_unlock(&back.ctl);
	return best ? 0 : -ENOENT;
}
