/* SPDX-License-Identifier: GPL-2.0 */
/* version.h - what every program's --version and every module's modinfo say; nowhere else is it written */
#ifndef XMD_VERSION_H
#define XMD_VERSION_H

#define XMD_VERSION "0.1"

#endif
