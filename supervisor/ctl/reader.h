/* SPDX-License-Identifier: GPL-2.0 */
/*
 * reader.h - tcpdump(8) in dom0: makes instructions of a filter, and words of frames
 *
 * What it reads was written by guests, and by a driver domain.  So it is a user without rights, "tcpdump" if there is
 * one or nobody; in a network of its own, which is empty; without a way to become more, and with no descriptor of ours
 * but the pipe that it reads.
 */
#ifndef XMD_CTL_READER_H
#define XMD_CTL_READER_H

#include <sys/types.h>
#include <xmd/capture.h>

/*
 * @word: of the filter, @n of them; none: no filter
 * Return: how many instructions; negative: it, or we, have said why there are none
 */
int filter_of(char *const *word, int n, struct sock_filter f[XMD_CAPTURE_FILTER]);

/* Return: its pid; negative errno.  @to: a pcap file is to be written there */
pid_t reader_start(int *to);
/* Waits for it.  Return: an exit code of ctl.h */
int reader_end(pid_t pid);

#endif
