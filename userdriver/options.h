/* SPDX-License-Identifier: GPL-2.0 */
/* options.h - the command line of xmd-userdriver. */
#ifndef XMD_USERDRIVER_OPTIONS_H
#define XMD_USERDRIVER_OPTIONS_H

#include "driver.h"

enum options_verdict {
	OPTIONS_RUN,
	OPTIONS_DONE,	/* --help or --version: said, nothing else to do */
	OPTIONS_WRONG,	/* the line that explains it is on stderr */
};

extern const struct options options_default;

enum options_verdict options_parse(struct options *opt, int argc, char **argv);

#endif /* XMD_USERDRIVER_OPTIONS_H */
