// SPDX-License-Identifier: GPL-2.0
/* A guest's two ring pages and its event channels: mapped, adopted, bound, and given back. */
#include <linux/mm.h>
#include <linux/vmalloc.h>
#include <xen/events.h>
#include <xen/interface/event_channel.h>
#include <xen/interface/grant_table.h>
#include <xen/interface/xen.h>
#include <asm/xen/hypercall.h>
#include <asm/xen/page.h>
#include "back.h"
#include "intent.h"

enum { RING_TX, RING_RX };

/* ------------------------------------------------------------------- pages */

static int grant_errno(const struct xmd_vif *v, const char *what, u32 ref, int status)
{
	pr_err_ratelimited("xmd_back: %s: cannot map %s, grant reference %u: Xen says %d%s\n",
			   v->name, what, ref, status, status == GNTST_permission_denied ?
			   " (permission denied: does Xen run with XSM in SILO mode?)" :
			   "; the guest withdrew it or never granted it to this domain");
	if (status == GNTST_bad_gntref || status == GNTST_bad_domain)
		return -ENOENT;
	return status == GNTST_permission_denied ? -EPERM : -EIO;
}

/*
 * A page is mapped where a page table entry of our own points, as xenbus does it.  Linux's pages
 * for what is foreign (gnttab_alloc_pages) would cost a memory section of 128 MB at the first of
 * them, with Debian's kernel and while guests wait.  Returns where Xen finds the entry.
 */
static phys_addr_t entry(void *at)
{
	unsigned int level;
	pte_t *pte = lookup_address((unsigned long)at, &level);

	return arbitrary_virt_to_machine(pte).maddr;
}

#define MAP_FLAGS	(GNTMAP_host_map | GNTMAP_contains_pte)

/* @n addresses that point to nothing, each for one page of a guest's. */
void *xmd_back_area(unsigned int n)
{
	struct page **until_then = kvmalloc_array(n, sizeof(*until_then), GFP_KERNEL);
	void *area = NULL;
	unsigned int i;

	if (!until_then)
		return NULL;
	for (i = 0; i < n; i++)
		until_then[i] = ZERO_PAGE(0);
	area = vmap(until_then, n, VM_MAP, PAGE_KERNEL_RO);
	kvfree(until_then);
	return area;
}

/*
 * What Xen would not unmap is the guest's still: whoever was given the address next would
 * share it with that guest.  So it is nobody's from then on.
 */
bool xmd_back_unmap(const struct xmd_vif *v, void *at, grant_handle_t handle)
{
	struct gnttab_unmap_grant_ref op;

	gnttab_set_unmap_op(&op, entry(at), MAP_FLAGS, handle);
	if (!HYPERVISOR_grant_table_op(GNTTABOP_unmap_grant_ref, &op, 1) &&
	    op.status == GNTST_okay)
		return true;
	pr_err("xmd_back: %s: cannot unmap a page (%d): its address is never used again, and the guest's stays pinned\n",
	       v->name, op.status);
	return false;
}

/* @with: GNTMAP_readonly or 0.  Return: 0 with @handle, or -errno. */
int xmd_back_map(const struct xmd_vif *v, void *at, u32 ref, u32 with, grant_handle_t *handle)
{
	struct gnttab_map_grant_ref op;

	gnttab_set_map_op(&op, entry(at), MAP_FLAGS | with, ref, v->id.domid);
	if (HYPERVISOR_grant_table_op(GNTTABOP_map_grant_ref, &op, 1))
		op.status = GNTST_general_error;
	if (op.status != GNTST_okay)
		return grant_errno(v, ref == v->queue.tx_ref ? "tx-ring-ref" :
				   ref == v->queue.rx_ref ? "rx-ring-ref" : "a page for frames",
				   ref, op.status);
	*handle = op.handle;
	return 0;
}

static void unmap_ring(struct xmd_vif *v, int ring)
{
	if (xmd_back_unmap(v, v->ring[ring], v->handle[ring]))
		vunmap(v->ring[ring]);
}

static int map_ring(struct xmd_vif *v, int ring, u32 ref)
{
	int err;

	v->ring[ring] = xmd_back_area(1);
	if (!v->ring[ring])
		return -ENOMEM;
	err = xmd_back_map(v, v->ring[ring], ref, 0, &v->handle[ring]);
	if (err)
		vunmap(v->ring[ring]);
	return err;
}

static int map_rings(struct xmd_vif *v)
{
	int err = map_ring(v, RING_TX, v->queue.tx_ref);

	if (err)
		return err;
	err = map_ring(v, RING_RX, v->queue.rx_ref);
	if (err)
		unmap_ring(v, RING_TX);
	return err;
}

void xmd_back_rings_close(struct xmd_vif *v)
{
	unmap_ring(v, RING_RX);
	unmap_ring(v, RING_TX);
}

/* ---------------------------------------------------------------- adoption */

/* The push in which the driver domain before us died.  Indices have been checked. */
static void finish_pushes(struct xen_netif_tx_sring *txs, u32 *tx, u32 tx_prod,
			  struct xen_netif_rx_sring *rxs, u32 *rx, u32 rx_prod)
{
	u32 tx_end = xmd_intent_load(txs, *tx, tx_prod);
	u32 rx_end = xmd_intent_load(rxs, *rx, rx_prod);

	xmd_intent_finish_tx((void *)txs->ring, *tx, tx_end);
	xmd_intent_finish_rx(rxs, rxs->ring, *rx, rx_end);
	*tx = tx_end;
	*rx = rx_end;
	/* responses before the indices that publish them */
	virt_wmb();
	WRITE_ONCE(txs->rsp_prod, tx_end);
	WRITE_ONCE(rxs->rsp_prod, rx_end);
	/* and these before the intents go, because without them nobody would finish */
	virt_wmb();
}

/*
 * A fresh ring starts at 0.  An adopted one goes on where its last backend had
 * answered to: what lies behind rsp_prod are requests, none of them overwritten (D4).
 */
static int start_rings(struct xmd_vif *v, bool adopt)
{
	struct xen_netif_tx_sring *txs = v->ring[RING_TX];
	struct xen_netif_rx_sring *rxs = v->ring[RING_RX];
	u32 tx = adopt ? READ_ONCE(txs->rsp_prod) : 0;
	u32 rx = adopt ? READ_ONCE(rxs->rsp_prod) : 0;
	u32 tx_prod = READ_ONCE(txs->req_prod), rx_prod = READ_ONCE(rxs->req_prod);
	static const struct xmd_intent no_extra;

	BUILD_BUG_ON(XMD_TX_RING != __CONST_RING_SIZE(xen_netif_tx, XEN_PAGE_SIZE));
	BUILD_BUG_ON(XMD_RX_RING != __CONST_RING_SIZE(xen_netif_rx, XEN_PAGE_SIZE));
	BUILD_BUG_ON(sizeof(union xmd_tx_slot) != sizeof(union xen_netif_tx_sring_entry));
	BUILD_BUG_ON(offsetof(struct xen_netif_rx_sring, ring) != 64);

	if (xmd_ring_ready(tx_prod, tx, tx, XMD_TX_RING) < 0 ||
	    xmd_ring_ready(rx_prod, rx, rx, XMD_RX_RING) < 0) {
		pr_err_ratelimited("xmd_back: %s: ring indices cannot be: tx %u..%u rx %u..%u; not connected\n",
				   v->name, tx, tx_prod, rx, rx_prod);
		return -EPROTO;
	}
	if (adopt)
		finish_pushes(txs, &tx, tx_prod, rxs, &rx, rx_prod);
	xmd_intent_store(txs, tx);
	xmd_intent_store_rx(rxs, &no_extra, rx);
	BACK_RING_ATTACH(&v->tx, txs, tx, XEN_PAGE_SIZE);
	BACK_RING_ATTACH(&v->rx, rxs, rx, XEN_PAGE_SIZE);
	v->tx_seen = tx;
	return 0;
}

int xmd_back_rings_open(struct xmd_vif *v, bool adopt)
{
	int err = map_rings(v);

	if (err)
		return err;
	err = start_rings(v, adopt);
	if (err)
		xmd_back_rings_close(v);
	return err;
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
		pr_err_ratelimited("xmd_back: %s: cannot bind event channel %u: Xen says %d; is it bound to another domain, or does XSM run in SILO mode?\n",
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

int xmd_back_ports_bind(struct xmd_vif *v)
{
	int err = bind_port(v, v->queue.tx_evtchn, xmd_back_tx_event, &v->tx_irq);

	if (err)
		return err;
	v->rx_irq = v->tx_irq;
	if (v->queue.rx_evtchn == v->queue.tx_evtchn)
		return 0;
	err = bind_port(v, v->queue.rx_evtchn, xmd_back_rx_event, &v->rx_irq);
	if (err)
		unbind_from_irqhandler(v->tx_irq, v);
	return err;
}

/* Returns when no handler runs any more. */
void xmd_back_ports_unbind(struct xmd_vif *v)
{
	if (v->rx_irq != v->tx_irq)
		unbind_from_irqhandler(v->rx_irq, v);
	unbind_from_irqhandler(v->tx_irq, v);
}
