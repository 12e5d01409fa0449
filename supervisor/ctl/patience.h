/* SPDX-License-Identifier: GPL-2.0 */
/* patience.h - xenstore for a command that somebody waits for */
#ifndef XMD_PATIENCE_H
#define XMD_PATIENCE_H

struct store;

#define PATIENCE_S 15	/* for one request */

/* As store_xs_open(); a request that is not answered in PATIENCE_S ends the program, which says so, with EXIT_CANNOT. */
struct store *patience_open(void);
/* @then is done before that end, in a signal handler. */
void patience_ends(void (*then)(void));

#endif
