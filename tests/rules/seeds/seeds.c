// SPDX-License-Identifier: GPL-2.0
/*
 * What the rules must find, each marked with the rule's name, beside what they must let
 * pass.  Nobody compiles this file.
 */

static u32 read_plainly(struct xmd_vif *v)
{
	return v->tx.sring->req_prod;			/* finds: shared_read */
}

static bool read_twice(struct xmd_vif *v)
{
	if (READ_ONCE(v->tx.sring->req_prod) - v->tx.req_cons > 256)
		return false;
	v->tx_seen = READ_ONCE(v->tx.sring->req_prod);	/* finds: shared_read */
	return true;
}

static u16 slot_in_place(struct xmd_vif *v)
{
	return RING_GET_REQUEST(&v->tx, 0)->id;		/* finds: shared_read */
}

static u16 slot_held(struct xmd_vif *v)
{
	struct xen_netif_tx_request *r = RING_GET_REQUEST(&v->tx, 0);
	u16 id;

	id = r->id;					/* finds: shared_read */
	return id;
}

static void right_read(struct xmd_vif *v)
{
	struct xen_netif_rx_request req;

	v->tx_seen = READ_ONCE(v->tx.sring->req_prod);
	v->tx.sring->req_event = v->tx_seen + 1;
	RING_COPY_REQUEST(&v->rx, v->rx.req_cons, &req);
}

static void end_ignored(struct xmd_front *front, u32 ref)
{
	gnttab_end_foreign_access_ref(ref);		/* finds: unmap_free */
	__free_page(front->page);
}

static void unmap_mute(struct xmd_vif *v)
{
	if (gnttab_unmap_refs(&v->op, NULL, v->page, 1))
		pr_err("cannot unmap\n");
}

static void free_after_mute(struct xmd_vif *v)
{
	unmap_mute(v);
	gnttab_free_pages(1, v->page);			/* finds: unmap_free */
}

static void free_anyway(struct xmd_vif *v)
{
	if (gnttab_unmap_refs(&v->op, NULL, v->page, 1))
		pr_err("cannot unmap\n");
	gnttab_free_pages(1, v->page);			/* finds: unmap_free */
}

static void vunmap_anyway(struct xmd_vif *v)
{
	if (HYPERVISOR_grant_table_op(GNTTABOP_unmap_grant_ref, &v->op, 1))
		pr_err("cannot unmap\n");
	vunmap(v->ring);				/* finds: unmap_free */
}

static void unmap_ignored(struct xmd_vif *v)
{
	HYPERVISOR_grant_table_op(GNTTABOP_unmap_grant_ref, &v->op, 1);	/* finds: unmap_free */
}

static void right_unmap(struct xmd_vif *v)
{
	if (gnttab_unmap_refs(&v->op, NULL, v->page, 1)) {
		pr_err("cannot unmap: the page is leaked\n");
		return;
	}
	gnttab_free_pages(1, v->page);
}

static void index_unchecked(struct xmd_vif *v)
{
	u32 prod = READ_ONCE(v->tx.sring->req_prod);

	v->seen[prod] = 1;				/* finds: foreign_index */
}

static void slot_unchecked(struct xmd_vif *v)
{
	struct xen_netif_tx_request req;

	RING_COPY_REQUEST(&v->tx, v->tx.req_cons, &req);
	v->slot[req.id] = 1;				/* finds: foreign_index */
}

static void loop_unchecked(struct xmd_vif *v)
{
	u32 prod = READ_ONCE(v->tx.sring->req_prod), i = v->tx.req_cons;

	while (i != prod)				/* finds: foreign_index */
		take(v, i++);
}

static void right_index(struct xmd_vif *v)
{
	u32 prod = READ_ONCE(v->tx.sring->req_prod), i = v->tx.req_cons;
	struct xen_netif_tx_request req;

	if (xmd_ring_ready(prod, i, v->tx.rsp_prod_pvt, 256) < 0)
		return;
	while (i != prod)
		take(v, i++);
	RING_COPY_REQUEST(&v->tx, v->tx.req_cons, &req);
	if (req.id < 256)
		v->slot[req.id] = 1;
}

static void wait_for_it(struct xmd_vif *v)
{
	while (!v->gone)
		msleep(1);
}

static void sleeps_locked(struct xmd_vif *v)
{
	spin_lock(&v->rx_lock);
	msleep(1);					/* finds: sleep_atomic */
	spin_unlock(&v->rx_lock);
}

static void sleeps_far_down(struct xmd_vif *v)
{
	spin_lock_bh(&v->rx_lock);
	wait_for_it(v);					/* finds: sleep_atomic */
	spin_unlock_bh(&v->rx_lock);
}

static void allocates_locked(struct xmd_vif *v)
{
	spin_lock(&v->rx_lock);
	v->mem = kmalloc(64, GFP_KERNEL);		/* finds: sleep_atomic */
	spin_unlock(&v->rx_lock);
}

static int seed_poll(struct napi_struct *napi, int budget)
{
	wait_for_it(container_of(napi, struct xmd_vif, napi));	/* finds: sleep_atomic */
	return 0;
}

static void seed_start(struct xmd_vif *v)
{
	netif_napi_add(v->dev, &v->napi, seed_poll);
}

static irqreturn_t seed_irq(int irq, void *arg)
{
	mutex_lock(&back.ctl);				/* finds: sleep_atomic */
	mutex_unlock(&back.ctl);
	return IRQ_HANDLED;
}

static void right_sleep(struct xmd_vif *v)
{
	spin_lock(&v->rx_lock);
	v->n++;
	spin_unlock(&v->rx_lock);
	wait_for_it(v);
}

static int forgets_the_irq(struct xmd_nic *nic)
{
	int err = 0;

	err = request_irq(nic->irq, seed_irq, 0, "seed", nic);
	if (err)
		return err;
	if (!nic->regs) {
		pr_err("no registers\n");
		return -EIO;				/* finds: undo */
	}
	return 0;
}

static int forgets_the_lock(struct xmd_nic *nic)
{
	mutex_lock(&nic->ctl);
	if (!nic->regs)
		return -EIO;				/* finds: undo */
	mutex_unlock(&nic->ctl);
	return 0;
}

static int right_undo(struct xmd_nic *nic)
{
	int err;

	err = request_irq(nic->irq, seed_irq, 0, "seed", nic);
	if (err)
		return err;
	if (!nic->regs) {
		free_irq(nic->irq, nic);
		return -EIO;
	}
	mutex_lock(&nic->ctl);
	if (!nic->dev)
		err = -ENODEV;
	mutex_unlock(&nic->ctl);
	return err;
}
