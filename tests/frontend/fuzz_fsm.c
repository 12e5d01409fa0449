// SPDX-License-Identifier: GPL-2.0
/*
 * Random histories of a vif: whatever happened in whatever order, as soon as there is a
 * backend that wants to serve and the toolstack wants it to, it is served, with the rings
 * that are there now.
 */
#include <stdlib.h>
#include <linux/types.h>
#include "model.h"

#define CHECK(x) do { if (!(x)) abort(); } while (0)

int LLVMFuzzerTestOneInput(const u8 *data, size_t size);
int LLVMFuzzerTestOneInput(const u8 *data, size_t size)
{
	struct model m;

	if (!size || size > 200)
		return 0;
	model_init(&m, *data % MODEL_KINDS);
	model_attach(&m);
	while (--size) {
		switch (*++data % 9) {
		case 0:
		case 1:
			model_front(&m);
			break;
		case 2:
		case 3:
			model_back(&m);
			break;
		case 4:
			model_crash(&m);
			break;
		case 5:
			if (!m.back)
				model_return(&m, false);
			break;
		case 6:
			model_move(&m);
			break;
		case 7:
			model_time(&m);
			break;
		case 8:
			/* the backend's own trouble */
			if (m.running && m.back)
				m.back = XenbusStateClosing;
			break;
		}
		CHECK(m.own == m.front);
		CHECK(!m.ring || m.own == XenbusStateConnected);
		CHECK(!m.ring == (m.phase == XMD_IDLE || m.phase == XMD_DEAD));
	}
	if (!m.back)
		model_return(&m, false);
	CHECK(model_settle(&m));
	CHECK(model_served(&m));
	model_detach(&m);
	CHECK(model_settle(&m));
	CHECK(m.front == XenbusStateClosed && !m.ring && !m.carrier);
	return 0;
}
