/* SPDX-License-Identifier: GPL-2.0 */
/*
 * vchan_fake.h - libxenvchan between two processes of one machine: a socket called "vchan-ID" in the working
 * directory, where ID is the last part of the path in xenstore
 */
#ifndef TEST_VCHAN_FAKE_H
#define TEST_VCHAN_FAKE_H

#include <libxenvchan.h>

/* The next server cannot be made, with this errno. */
extern int vchan_fails;

#endif
