/* SPDX-License-Identifier: GPL-2.0 */
/*
 * nic.h - the seam between the NIC (kerndriver/, xmd_nic.ko) and whoever
 * switches its frames (backend-domU/kern/, xmd_back.ko).
 *
 *      guests           xmd_back.ko                 xmd_nic.ko            wire
 *    +-------+   +---------------------+     +----------------------+
 *    | netif |-->| vif ---+            |     | tx_provide -> TDT    |-->
 *    | rings |<--| vif <--+-- switch --+-->--| DD -> ops->tx_return |
 *    +-------+   |        |            |     |                      |
 *                |   host port         |--<--| DD -> ops->rx_return |<--
 *                +---------------------+     | rx_provide -> RDT    |
 *                      ^    |                +----------------------+
 *       ops->host_tx --+    +--> xmd_nic_host_rx
 *       (eth0 of the driver domain itself; the net_device lives in xmd_nic.ko)
 *
 * "tx" means guest to wire and "rx" means wire to guest, here as everywhere.
 * provide = towards the device, return = towards the guest.
 *
 * Frames travel as chains of struct xmd_buf out of one pool of page-sized
 * buffers that is allocated and mapped for DMA once, when the NIC is probed.
 * Nobody maps, allocates or frees memory per frame.
 *
 * Ownership.  A chain has one owner at a time.  Who hands it to a function of
 * this file, or to an operation of struct xmd_nic_ops, owns it no longer:
 *
 *   step                          owner before        owner after
 *   xmd_buf_get                   pool                caller
 *   xmd_nic_tx_provide, taken     client              NIC, until tx_return
 *   xmd_nic_tx_provide, not taken client              client
 *   ops->tx_return                NIC                 client
 *   ops->rx_return                NIC                 client
 *   ops->host_tx                  NIC (net_device)    client
 *   xmd_nic_host_rx               client              NIC (net_device)
 *   xmd_buf_put                   caller              pool, at the last reference
 *
 * A frame that floods to several vifs is shared by reference (xmd_buf_hold on
 * its head): while more than one reference is out, nobody writes to it.  The NIC
 * never does: headers that it has to prepare for segmentation it copies.  It may
 * zero bytes behind the frame in the last page, to pad a short one.
 *
 * Context.  Every function and operation below runs in softirq context or with
 * bottom halves disabled, unless its comment says otherwise.  The client may
 * call xmd_nic_tx_provide from inside ops->rx_return and ops->host_tx.  The NIC
 * holds none of its locks while it calls an operation.
 */
#ifndef XMD_NIC_H
#define XMD_NIC_H

#include <linux/types.h>
#include <linux/build_bug.h>
#include <linux/if_ether.h>

struct net_device;
struct sk_buff;
struct xmd_nic;
struct xmd_port_state;
struct xmd_port_ask;

#define XMD_BUF_SIZE	4096u	/* bytes; one page, page aligned */
#define XMD_FRAME_MAX_BUFS 20u	/* 64 KiB of payload plus a buffer of headers */
#define XMD_BATCH	64u	/* frames in one call, at most */
#define XMD_FRAME_STD	1518u	/* bytes on the wire without FCS, one VLAN tag, MTU 1500 */
#define XMD_FRAME_JUMBO	16128u	/* likewise, at the largest MTU of an 8254x: 16110 */

/*
 * For an array on the stack of which only that is read which was written.  Kernels clear the
 * stack by default (INIT_STACK_ALL_ZERO): half a kilobyte for each batch, be it of one frame.
 */
#if __has_attribute(uninitialized)
#define XMD_UNCLEARED	__attribute__((uninitialized))
#else
#define XMD_UNCLEARED
#endif

/* struct xmd_buf.flags, meaningful in the head of a frame */
#define XMD_F_CSUM_BLANK 0x01	/* TCP/UDP checksum holds only the pseudo header:
				 * sum from csum_start, store at +csum_offset */
#define XMD_F_CSUM_VALID 0x02	/* checksums were verified, or never left this host */
#define XMD_F_GSO_TCPV4	0x04	/* to be cut into segments of gso_size bytes of payload; */
#define XMD_F_GSO_TCPV6	0x08	/* implies XMD_F_CSUM_BLANK, hdr_len is valid; not for
				 * the wire unless xmd_nic_gso says so */
#define XMD_F_ABORTED	0x10	/* in tx_return only: never reached the wire */
#define XMD_F_UNSENT	0x20	/* likewise, because the NIC was taken away: not to be answered
				 * to the guest, whose ring the next domain may adopt */
#define XMD_F_TAGGED	0x40	/* the client's own: begins with an 802.1Q tag, which some receivers
				 * are not to see */

/**
 * struct xmd_buf - one page of a frame; the first of a chain describes the frame
 * @frag:	next buffer of the same frame, NULL at the last
 * @data:	kernel address of the page (lowmem: virt_to_gfn() and a grant copy work)
 * @dma:	the same page as the NIC sees it
 * @off:	first byte of the frame in the page
 * @len:	bytes of the frame in the page; 0 < len <= XMD_BUF_SIZE - off
 * @refs:	references, head only; managed by xmd_buf_get/hold/put
 * @frame_len:	head only: sum of @len over the chain
 * @nbufs:	head only: length of the chain, 1 to XMD_FRAME_MAX_BUFS
 * @flags:	head only: XMD_F_*
 * @csum_start:	head only, with XMD_F_CSUM_BLANK: offset in the frame, bytes
 * @csum_offset: head only, with XMD_F_CSUM_BLANK: offset from @csum_start, bytes
 * @gso_size:	head only, with XMD_F_GSO_*: payload bytes per segment
 * @hdr_len:	head only, with XMD_F_GSO_*: bytes of headers, all in the first buffer
 * @owner:	head only: the client's own pointer, untouched by the NIC while it owns
 *		the frame.  NULL: of the driver domain itself
 * @cookie:	head only: the client's own number, likewise
 * @next:	free for the present owner to build lists of frames
 *
 * The headers that the NIC must read to do its work (Ethernet to TCP, as far as
 * csum_start + csum_offset + 2, or hdr_len) lie in the first buffer of the chain.
 * The NIC checks them before use; a frame that it cannot send (headers that contradict
 * the flags, more than 124 bytes of them, gso_size below 48, hdr_len + gso_size or a
 * frame without GSO over xmd_nic_max_frame(), GSO that is not in xmd_nic_gso()) is taken and comes back
 * through tx_return in its turn, with XMD_F_ABORTED.
 */
struct xmd_buf {
	struct xmd_buf *frag;
	struct xmd_buf *next;
	void *data;
	dma_addr_t dma;
	void *owner;
	u32 cookie;
	u32 frame_len;
	int refs;
	u16 off;
	u16 len;
	u16 csum_start;
	u16 csum_offset;
	u16 gso_size;
	u16 hdr_len;
	u8 nbufs;
	u8 flags;
};

#define XMD_WIRE_EXTRA	24u	/* a frame's bytes that nobody hands over: preamble, FCS, gap */

/* What @frame takes of the wire's time, in bytes: the headers of all segments, and the like. */
static inline u32 xmd_wire_bytes(const struct xmd_buf *frame)
{
	u32 len = frame->frame_len, n = 0;

	if (frame->flags & (XMD_F_GSO_TCPV4 | XMD_F_GSO_TCPV6) && frame->gso_size &&
	    len > frame->hdr_len)
		n = (len - frame->hdr_len - 1) / frame->gso_size;
	return (len > ETH_ZLEN ? len : ETH_ZLEN) + XMD_WIRE_EXTRA +
	       n * (frame->hdr_len + XMD_WIRE_EXTRA);
}

/**
 * struct xmd_nic_ops - what the client of a NIC is told
 * @rx_return:	@n frames came from the wire, 1 <= n <= XMD_BATCH; each is a complete
 *		Ethernet frame without FCS of ETH_HLEN to xmd_nic_max_frame() bytes whose
 *		length the NIC half has checked against its buffer
 * @tx_return:	@n frames left the NIC (or carry XMD_F_ABORTED), in the order in which
 *		they were provided; the client drops a reference to each.  Also the sign that
 *		descriptors are free again: a client that was refused tries again from here.
 *		Those with owner NULL are the driver domain's own, and may be none that this
 *		client has provided: of before it attached, of a self-test
 * @host_tx:	@n frames that the driver domain itself sends; owner is NULL.  The
 *		client switches them: to xmd_nic_tx_provide, to a vif, or both
 * @state:	tx_provide will answer differently from now on: the NIC was started,
 *		stopped, or the carrier changed; or what xmd_nic_port tells of link and
 *		settings has changed.  Called with bottom halves disabled
 */
struct xmd_nic_ops {
	void (*rx_return)(void *ctx, struct xmd_buf **frames, unsigned int n);
	void (*tx_return)(void *ctx, struct xmd_buf **frames, unsigned int n);
	void (*host_tx)(void *ctx, struct xmd_buf **frames, unsigned int n);
	void (*state)(void *ctx);
};

/**
 * xmd_nic_attach - become the client of the NIC.  Process context, may sleep.
 *
 * @place: where the NIC is stored, before the first operation runs, which may be before
 *	   this returns; untouched on error
 *
 * From its return on, frames from the wire and from the driver domain go to
 * @ops and no longer straight between the NIC and its net_device, and the NIC is
 * asked to receive every unicast and multicast frame.  If the NIC is taken away under its client, tx_provide answers
 * -ENODEV, frames that it had not sent come back aborted, and memory stays until
 * xmd_nic_detach.
 *
 * Return: 0, -ENODEV no NIC probed, -EBUSY it has a client.
 */
int xmd_nic_attach(const struct xmd_nic_ops *ops, void *ctx, struct xmd_nic **place);

/**
 * xmd_nic_detach - undo xmd_nic_attach.  Process context, may sleep.
 *
 * On return no operation runs and none will be called; frames of the client that the NIC
 * still owned have been returned through ops->tx_return before.
 */
void xmd_nic_detach(struct xmd_nic *nic);

/**
 * xmd_nic_tx_provide - hand frames to the NIC; one doorbell for the batch
 * @frames: heads of frames; owner and cookie set by the caller
 * @n: 1 to XMD_BATCH
 *
 * Return: how many were taken, always a prefix of @frames.  Fewer than @n: the
 * descriptor ring is full, or holds as many bytes (xmd_wire_bytes) of frames with an owner as
 * keep the wire busy; tx_return will follow.  -EAGAIN: none taken, the NIC is
 * stopped for a while (bring-up, reset) or was started seconds ago and has no carrier
 * yet: keep them, ops->state will follow.
 * -ENODEV: none taken, the NIC is being taken away, or was: keep them for another one, or
 * for the next domain, to send.
 * -ENETDOWN: none taken, there is no carrier or no NIC that works: drop them.
 */
int xmd_nic_tx_provide(struct xmd_nic *nic, struct xmd_buf **frames, unsigned int n);

/**
 * xmd_nic_tx_space - frames of one buffer that xmd_nic_tx_provide would take now
 *
 * 0 without a carrier and while stopped.  A hint without a lock, for deciding how much to
 * read from a guest's ring.
 */
unsigned int xmd_nic_tx_space(const struct xmd_nic *nic);

/**
 * xmd_nic_tx_idle - it runs, has a link and no frame of anybody's: it would take one
 *
 * Without a lock: of this moment, if nobody provides any.
 */
bool xmd_nic_tx_idle(const struct xmd_nic *nic);

/**
 * xmd_nic_max_frame - bytes without FCS of the longest frame, or segment, for the wire
 *
 * Follows the MTU of the NIC's net_device; XMD_FRAME_STD to XMD_FRAME_JUMBO.
 */
unsigned int xmd_nic_max_frame(const struct xmd_nic *nic);

/** xmd_nic_gso - which of XMD_F_GSO_* this NIC does.  For as long as it is there. */
unsigned int xmd_nic_gso(const struct xmd_nic *nic);

/**
 * xmd_nic_host_rx - give one frame to the network stack of the driver domain
 *
 * The bytes are copied into an skb; one reference to @frame is consumed.
 */
void xmd_nic_host_rx(struct xmd_nic *nic, struct xmd_buf *frame);

/**
 * xmd_nic_skb - a copy of a frame, for @dev: the caller's; data begins with the Ethernet header
 *
 * @frame stays who it was.  Return: NULL if there is no memory.
 */
struct sk_buff *xmd_nic_skb(struct net_device *dev, const struct xmd_buf *frame);

/**
 * xmd_buf_get - take single buffers out of the pool
 * @bufs: filled with buffers: frag, next and owner NULL, off, len and flags 0,
 *	  nbufs 1, one reference each
 *
 * The last buffers of the pool are reserved for the receive ring, so that no
 * client can starve it.  Return: how many, 0 to @n.  Any context.
 */
unsigned int xmd_buf_get(struct xmd_nic *nic, struct xmd_buf **bufs, unsigned int n);

/**
 * xmd_nic_bufs - how many buffers of the pool the client may hold, all together
 *
 * Counted are those of xmd_buf_get and those of frames from the wire that the client lets wait.
 * The rest is the receive ring's and the driver domain's own.  Changes when the NIC is started
 * with another receive ring (ops->state follows); may be negative then.
 */
int xmd_nic_bufs(const struct xmd_nic *nic);

/** xmd_buf_hold - one more reference to the frame whose head is @frame.  Any context. */
void xmd_buf_hold(struct xmd_buf *frame);

/**
 * xmd_buf_put - drop one reference; the last returns the whole chain to the pool.
 *
 * Any context.
 */
void xmd_buf_put(struct xmd_nic *nic, struct xmd_buf *frame);

/**
 * xmd_nic_rx_hold - take nothing more from the wire, or go on.  Process context, may sleep.
 *
 * With @hold, what the NIC had received before has gone through ops->rx_return on return.
 * A START of the NIC ends it.
 */
void xmd_nic_rx_hold(struct xmd_nic *nic, bool hold);

/**
 * xmd_nic_unwell_ms - for how long something about the NIC has not been as it should be
 *
 * That is: no user half that serves, the NIC stopped or gone, or frames in it that do not
 * leave although there is a carrier and the link partner does not pause us.  0: all is well.
 * Each of these is normal for a second or two.
 */
unsigned int xmd_nic_unwell_ms(const struct xmd_nic *nic);

/**
 * xmd_nic_away - no register answers, and a user half that serves waits for one that does; or the chip
 * has had a link for long, and one user half after the other sees none
 *
 * Without registers it is unwell, too; but nothing that is done to this domain brings such a NIC back, unless
 * it is this domain alone that does not reach it.
 */
bool xmd_nic_away(const struct xmd_nic *nic);

/** xmd_nic_stuck - a poll was due all the time since the last question, and none ran */
bool xmd_nic_stuck(struct xmd_nic *nic);

/**
 * xmd_nic_port - the NIC's committed objects, and what an administrator has chosen (backdev.h)
 *
 * Never waits for the user half.  ops->state says when something of it has changed.
 */
void xmd_nic_port(struct xmd_nic *nic, struct xmd_port_state *s);

/**
 * xmd_nic_settings_set - put saved settings into force, as soon as there is a user half
 *
 * Does not wait; the outcome is @result of xmd_nic_port, and ops->state says when it is there.
 * Return: 0, or -EINVAL: not as backdev.h says.
 */
int xmd_nic_settings_set(struct xmd_nic *nic, const struct xmd_port_state *s);

/** xmd_nic_ask - XMD_BACK_ASK (backdev.h), with @a->n in bounds and data zero.  Waits for the user half. */
int xmd_nic_ask(struct xmd_nic *nic, struct xmd_port_ask *a);

/** xmd_nic_netdev - the driver domain's own net_device: MAC, MTU, anchor for NAPI. */
struct net_device *xmd_nic_netdev(const struct xmd_nic *nic);

#endif /* XMD_NIC_H */
