/* SPDX-License-Identifier: GPL-2.0 */
/*
 * pcap.h - what a driver domain's xmd-capture sends, as a file that tcpdump reads
 *
 * The driver domain may send anything.  What comes out is a pcap file all the same, with frames that are no longer
 * than was asked for; what is in them is the guest's and the wire's, as on any network.
 */
#ifndef XMD_CTL_PCAP_H
#define XMD_CTL_PCAP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <xmd/capture.h>

#define PCAP_TEXT	160

struct pcap {
	int to;				/* descriptor of the file */
	uint32_t snap;
	uint64_t frames, most;		/* most: it ends with so many; 0: never */
	uint32_t missed;
	char sorry[PCAP_TEXT];		/* what it has said, if it cannot go on */
	size_t n;			/* bytes in here that are not used yet */
	unsigned char in[2 * (sizeof(struct xmd_capture_record) + XMD_CAPTURE_BYTES)];
};

enum pcap_end {
	PCAP_GOES_ON,
	PCAP_ENOUGH,			/* most frames */
	PCAP_SORRY,
	PCAP_NONSENSE,			/* this is no capture */
	PCAP_UNREAD,			/* nobody reads the file any more; or a signal */
};

/* The head of the file. */
enum pcap_end pcap_begin(struct pcap *p);
/* Where the next bytes go, and how many. */
unsigned char *pcap_room(struct pcap *p, size_t *size);
/* @n more have come. */
enum pcap_end pcap_take(struct pcap *p, size_t n);

#endif
