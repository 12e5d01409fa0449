/* SPDX-License-Identifier: GPL-2.0 */
/*
 * datagram.h - numbered UDP datagrams, whose every byte the receiver knows. One of a right checksum (or with somebody's word for
 * that) and other bytes is what nobody behind us would find.
 */
#ifndef DEVICE_DATAGRAM_H
#define DEVICE_DATAGRAM_H

#include <stdbool.h>
#include <stdint.h>

#define DATAGRAM_MAX	1514u	/* bytes of a frame with one */
#define DATAGRAM_SUM	34u	/* where its UDP header is, and 6 bytes behind that the checksum */

void datagram_mac(uint8_t *mac, unsigned int v);	/* a vif's; 99: the peer's */
/*
 * From vif @v to the peer, or back; @seq says what is in it. Without @whole_sum the checksum is to be made from what is there.
 * Return: the length of the frame, at most DATAGRAM_MAX
 */
unsigned int datagram_make(uint8_t *f, unsigned int v, bool back, uint32_t seq, bool whole_sum);
/* As if it went that way: counted in flow_tx and flow_rx, or in guests. @trusted: somebody has said that its sums are right */
void datagram_take(const uint8_t *f, unsigned int len, bool trusted, bool back);

#endif /* DEVICE_DATAGRAM_H */
