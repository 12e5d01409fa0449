// SPDX-License-Identifier: GPL-2.0
/* msglvl.c - see msglvl.h */
#include "msglvl.h"

static uint32_t told = MSG_DRV | MSG_PROBE | MSG_LINK;

void msglvl_set(uint32_t classes)
{
	told = classes;
}

enum log_level msglvl_of(enum msg_class class)
{
	return told & class ? LOG_LEVEL_INFO : LOG_LEVEL_DEBUG;
}
