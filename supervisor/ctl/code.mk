# SPDX-License-Identifier: GPL-2.0
#
# The commands of xmdctl, for the program and for tests/xmdctl.

CTL_CODE := ask history out facts report check check_host check_units check_nic check_config check_running create \
	counters status stats top logs tcpdump pcap reader patience
