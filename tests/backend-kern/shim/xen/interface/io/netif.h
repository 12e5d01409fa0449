/* SPDX-License-Identifier: GPL-2.0 */
/* Xen's own header (libxen-dev) under the names that the kernel's copy uses. */
#ifndef SHIM_NETIF_H
#define SHIM_NETIF_H
#include <stdint.h>
#include <string.h>

#include <xen/io/netif.h>
#undef xen_mb
#undef xen_rmb
#undef xen_wmb
#define xen_mb()	__atomic_thread_fence(__ATOMIC_SEQ_CST)
#define xen_rmb()	__atomic_thread_fence(__ATOMIC_ACQUIRE)
#define xen_wmb()	__atomic_thread_fence(__ATOMIC_RELEASE)

#define xen_netif_tx_sring	netif_tx_sring
#define xen_netif_tx_sring_entry netif_tx_sring_entry
#define xen_netif_tx_back_ring	netif_tx_back_ring
#define xen_netif_tx_request	netif_tx_request
#define xen_netif_tx_response	netif_tx_response
#define xen_netif_rx_sring	netif_rx_sring
#define xen_netif_rx_sring_entry netif_rx_sring_entry
#define xen_netif_rx_back_ring	netif_rx_back_ring
#define xen_netif_rx_request	netif_rx_request
#define xen_netif_rx_response	netif_rx_response
#define xen_netif_extra_info	netif_extra_info
#define XEN_NETTXF_csum_blank	NETTXF_csum_blank
#define XEN_NETTXF_data_validated NETTXF_data_validated
#define XEN_NETTXF_more_data	NETTXF_more_data
#define XEN_NETTXF_extra_info	NETTXF_extra_info
#define XEN_NETRXF_csum_blank	NETRXF_csum_blank
#define XEN_NETRXF_data_validated NETRXF_data_validated
#define XEN_NETRXF_more_data	NETRXF_more_data
#define XEN_NETRXF_extra_info	NETRXF_extra_info
#define XEN_NETIF_RSP_DROPPED	NETIF_RSP_DROPPED
#define XEN_NETIF_RSP_ERROR	NETIF_RSP_ERROR
#define XEN_NETIF_RSP_OKAY	NETIF_RSP_OKAY
#define XEN_NETIF_RSP_NULL	NETIF_RSP_NULL
#endif
