/* SPDX-License-Identifier: GPL-2.0 */
/*
 * model.h - the transmit half of an 8254x as chapters 3.3 to 3.5 of its manual describe
 * it, for tests: takes descriptors, gives frames as they would be on the wire.
 */
#ifndef XMD_TEST_MODEL_H
#define XMD_TEST_MODEL_H

#include "hw.h"

struct model {
	struct e1000_tx_desc *ring;
	unsigned int size;
	unsigned int head;
	__u32 ctx[4];				/* checksums */
	__u32 tso[4];				/* segmentation */
	__u8 pkt[128 * 1024];			/* what was fetched of the present frame */
	unsigned int len;
	__u8 popts;
	void (*sent)(const __u8 *frame, unsigned int len);
};

/** model_run - work on up to @n descriptors before @tail.  Return: how many it did */
unsigned int model_run(struct model *m, unsigned int tail, unsigned int n);

#endif /* XMD_TEST_MODEL_H */
