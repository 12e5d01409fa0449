/* SPDX-License-Identifier: GPL-2.0 */
/*
 * notify.h - tell whoever supervises this process how it is: sd_notify(3)'s protocol
 *
 * A datagram with lines KEY=VALUE to the socket that NOTIFY_SOCKET names.  Without the variable, as under
 * xmd-init or by hand, nothing happens.
 */
#ifndef XMD_NOTIFY_H
#define XMD_NOTIFY_H

/* Open the socket, once, before rights are given up: telling is a write(2) then. */
void notify_open(void);

/* @lines: as "READY=1\nSTATUS=serving".  Never waits, and never fails: it is a courtesy. */
void notify(const char *lines);

/* RELOADING=1 with the time that systemd wants to have with it; READY=1 ends it. */
void notify_reloading(void);

#endif
