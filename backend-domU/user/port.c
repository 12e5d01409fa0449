// SPDX-License-Identifier: GPL-2.0
/* port.c - see port.h */
#include "port.h"

#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include "objects_xpc.h"

void port_info(const struct xmd_port_state *s, struct xmd_port_info *info)
{
	const struct xmd_adapter *a = &s->adapter;
	const struct xmd_counters *c = &s->counters;
	struct xmd_port_object *p = &info->port;

	memset(info, 0, sizeof(*info));
	p->link = a->link;
	p->duplex = a->link && a->duplex;
	p->speed = a->link ? a->speed : 0;
	p->autoneg = a->autoneg;
	p->advertise = a->autoneg ? a->advertise : a->forced;
	p->partner = a->link ? a->partner : 0;
	p->pause_autoneg = a->pause_autoneg;
	p->pause_rx = a->link && a->flow_rx;
	p->pause_tx = a->link && a->flow_tx;
	p->mtu = a->mtu;
	p->chip_vendor = s->vendor;
	p->chip_device = s->device;
	p->chip_revision = s->revision;
	p->eeprom_len = a->eeprom_len;
	p->regs_len = s->regs_len;
	snprintf(p->driver, sizeof(p->driver), "xmd_nic");
	snprintf(p->version, sizeof(p->version), "%.31s", a->user_version);
	info->crossings = s->crossings;
	info->counters = (struct xmd_port_counters){
		.rx_frames = c->tpr, .rx_bytes = c->tor, .rx_broadcast = c->bprc,
		.rx_multicast = c->mprc, .tx_frames = c->tpt, .tx_bytes = c->tot,
		.tx_broadcast = c->bptc, .tx_multicast = c->mptc, .rx_crc_errors = c->crcerrs,
		.rx_missed = c->mpc, .rx_no_buffer = c->rnbc,
		.rx_length_errors = c->ruc + c->roc + c->rlec, .tx_collisions = c->colc,
		.tx_late_collisions = c->latecol, .rx_pause = c->xoffrxc, .tx_pause = c->xofftxc,
	};
}

#define ROW(group, member) \
	{ XMD_PORT_##group, XPC_xmd_adapter_##member, offsetof(struct xmd_port_settings, member), \
	  offsetof(struct xmd_adapter, member), sizeof(((struct xmd_adapter *)0)->member) }

/* Members of the same name, and size, in both. */
static const struct {
	__u32 group;
	__u64 member;
	size_t here, there, size;
} rows[] = {
	ROW(MTU, mtu), ROW(MAC, mac), ROW(RINGS, tx_ring), ROW(RINGS, rx_ring),
	ROW(COALESCE, rx_usecs), ROW(COALESCE, itr_mode), ROW(PAUSE, pause_autoneg),
	ROW(PAUSE, pause_rx), ROW(PAUSE, pause_tx), ROW(LINK, autoneg), ROW(LINK, advertise),
	ROW(LINK, forced), ROW(LINK, mdix), ROW(WOL, wol), ROW(MSG_LEVEL, msg_level),
};

#define N_ROWS (sizeof(rows) / sizeof(rows[0]))

void port_settings(const struct xmd_port_state *s, struct xmd_port_settings *to)
{
	unsigned int i;

	memset(to, 0, sizeof(*to));
	for (i = 0; i < N_ROWS; i++) {
		memcpy((char *)to + rows[i].here, (const char *)&s->adapter + rows[i].there,
		       rows[i].size);
		if (s->chosen & rows[i].member)
			to->mask |= rows[i].group;
	}
	to->features = s->features & XMD_FEATURES;
	if (s->features & XMD_FEATURES_CHOSEN)
		to->mask |= XMD_PORT_FEATURES;
	to->result = s->result;
}

void port_to_set(const struct xmd_port_settings *from, struct xmd_port_state *s)
{
	unsigned int i;

	memset(s, 0, sizeof(*s));
	for (i = 0; i < N_ROWS; i++) {
		if (!(from->mask & rows[i].group))
			continue;
		memcpy((char *)&s->adapter + rows[i].there, (const char *)from + rows[i].here,
		       rows[i].size);
		s->chosen |= rows[i].member;
	}
	if (from->mask & XMD_PORT_FEATURES)
		s->features = from->features | XMD_FEATURES_CHOSEN;
}
