/* SPDX-License-Identifier: GPL-2.0 */
/* said.h - what xmdctl says on stderr, for tests to look at */
#ifndef TEST_CAPTURE_SAID_H
#define TEST_CAPTURE_SAID_H

extern char said[2000];

#endif
