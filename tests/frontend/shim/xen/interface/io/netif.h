/* SPDX-License-Identifier: GPL-2.0 */
/* The frontend's names, beside those that the backend's tests have. */
#ifndef SHIM_FRONT_NETIF_H
#define SHIM_FRONT_NETIF_H
#include_next <xen/interface/io/netif.h>
#define xen_netif_tx_front_ring	netif_tx_front_ring
#define xen_netif_rx_front_ring	netif_rx_front_ring
#define XEN_FRONT_RING_INIT(r, s, size) do { SHARED_RING_INIT(s); FRONT_RING_INIT(r, s, size); } while (0)
#define XEN_NETIF_MAX_TX_SIZE	0xFFFF
#endif
