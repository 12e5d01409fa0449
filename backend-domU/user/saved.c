// SPDX-License-Identifier: GPL-2.0
/* saved.c - see saved.h */
#include "saved.h"

#include "log.h"

#include <errno.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <xmd/xs_names.h>

#define ROW(group, member) \
	{ #member, XMD_PORT_##group, offsetof(struct xmd_port_settings, member), \
	  sizeof(((struct xmd_port_settings *)NULL)->member) }

static const struct {
	const char *word;
	uint32_t group;
	size_t at, size;	/* 1, 4, or 6: a MAC */
} rows[] = {
	ROW(MTU, mtu), ROW(MAC, mac), ROW(RINGS, tx_ring), ROW(RINGS, rx_ring),
	ROW(COALESCE, rx_usecs), ROW(COALESCE, itr_mode), ROW(PAUSE, pause_autoneg),
	ROW(PAUSE, pause_rx), ROW(PAUSE, pause_tx), ROW(LINK, autoneg), ROW(LINK, advertise),
	ROW(LINK, forced), ROW(LINK, mdix), ROW(WOL, wol), ROW(MSG_LEVEL, msg_level),
	ROW(FEATURES, features),
};

#define N_ROWS (sizeof(rows) / sizeof(rows[0]))

/* ------------------------------------------------------------------ as text */

void saved_print(const struct xmd_port_settings *p, char text[SAVED_MAX])
{
	size_t n = 0;
	unsigned int i;

	text[0] = '\0';
	for (i = 0; i < N_ROWS && n < SAVED_MAX; i++) {
		const uint8_t *from = (const uint8_t *)p + rows[i].at;
		uint32_t val = 0;

		if (!(p->mask & rows[i].group))
			continue;
		n += (size_t)snprintf(text + n, SAVED_MAX - n, "%s%s=", n ? " " : "", rows[i].word);
		if (n >= SAVED_MAX)
			break;
		if (rows[i].size == 6) {
			n += (size_t)snprintf(text + n, SAVED_MAX - n, "%02x:%02x:%02x:%02x:%02x:%02x",
					      from[0], from[1], from[2], from[3], from[4], from[5]);
			continue;
		}
		if (rows[i].size == 1)
			val = *from;
		else
			memcpy(&val, from, sizeof(val));
		n += (size_t)snprintf(text + n, SAVED_MAX - n, "%u", val);
	}
}

static int parse_value(const char *val, uint8_t *to, size_t size)
{
	uint32_t n;
	int end = 0;

	if (size == 6)
		return sscanf(val, "%2hhx:%2hhx:%2hhx:%2hhx:%2hhx:%2hhx%n", &to[0], &to[1], &to[2],
			      &to[3], &to[4], &to[5], &end) == 6 && end == 17 && !val[17] ?
		       0 : -EINVAL;
	if (parse_u32(val, &n) || (size == 1 && n > UINT8_MAX))
		return -EINVAL;
	if (size == 1)
		*to = (uint8_t)n;
	else
		memcpy(to, &n, sizeof(n));
	return 0;
}

/* Of a later build: nothing that this one could put in force. */
static void say_unknown(const char *word)
{
	log_warn("key %s of %s: \"%.30s\" is not known here: ignored", XS_OWN_PORT_SETTINGS,
		 XS_DIR_OWN, word);
}

static int parse_word(struct xmd_port_settings *p, char *word)
{
	char *val = strchr(word, '=');
	unsigned int i;

	if (!val)
		return -EINVAL;
	*val++ = '\0';
	for (i = 0; i < N_ROWS && strcmp(word, rows[i].word); i++)
		;
	if (i == N_ROWS) {
		say_unknown(word);
		return 0;
	}
	if (parse_value(val, (uint8_t *)p + rows[i].at, rows[i].size))
		return -EINVAL;
	p->mask |= rows[i].group;
	return 0;
}

int saved_parse(struct xmd_port_settings *p, const char *text, char bad[32])
{
	char copy[SAVED_MAX], *word, *rest;

	*p = (struct xmd_port_settings){ .mask = 0 };
	if (snprintf(copy, sizeof(copy), "%s", text) >= (int)sizeof(copy)) {
		snprintf(bad, 32, "more than %u bytes", SAVED_MAX - 1);
		return -EINVAL;
	}
	for (word = strtok_r(copy, " ", &rest); word; word = strtok_r(NULL, " ", &rest)) {
		snprintf(bad, 32, "%.31s", word);
		if (parse_word(p, word))
			return -EINVAL;
	}
	return 0;
}

/* --------------------------------------------------------------- in xenstore */

static int read_saved(struct saved *v, struct store *s)
{
	char bad[32], *text;
	size_t len;
	int err = s->ops->read(s, XS_DIR_OWN "/" XS_OWN_PORT_SETTINGS, &text, &len);

	v->port = (struct xmd_port_settings){ .mask = 0 };
	if (err)
		return err == -ENOENT ? 0 : err;
	if (saved_parse(&v->port, text, bad)) {
		log_err("key %s of %s: \"%s\": nothing of it is put in force", XS_OWN_PORT_SETTINGS,
			XS_DIR_OWN, bad);
		v->port.mask = 0;
	}
	free(text);
	return 0;
}

/* Groups that were set since the NIC was found count for more than what was saved before. */
static bool overlay(struct xmd_port_settings *old, const struct xmd_port_settings *now)
{
	struct xmd_port_settings sum = *old;
	unsigned int i;

	for (i = 0; i < N_ROWS; i++)
		if (now->mask & rows[i].group)
			memcpy((uint8_t *)&sum + rows[i].at, (const uint8_t *)now + rows[i].at,
			       rows[i].size);
	sum.mask |= now->mask;
	if (!memcmp(&sum, old, sizeof(sum)))
		return false;
	*old = sum;
	return true;
}

static int save(struct saved *v, struct store *s, const struct xmd_port_settings *now)
{
	char text[SAVED_MAX];
	int err;

	if (!overlay(&v->port, now))
		return 0;
	saved_print(&v->port, text);
	err = store_write_text(s, XS_DIR_OWN, XS_OWN_PORT_SETTINGS, text);
	if (err && !store_broken(err)) {
		log_err("the port's settings (%s) cannot be saved: %s; they are gone after a restart"
			" of this domain", text, strerror(-err));
		err = 0;
	} else if (!err) {
		log_info("port's settings saved: %s", text);
	}
	return err;
}

/* -------------------------------------------------------------- to the NIC */

static int give_back(struct saved *v, struct kern *k, uint32_t has)
{
	struct xmd_port_settings give = v->port;
	char text[SAVED_MAX];
	int err;

	give.mask &= ~has;
	v->given = true;
	if (!give.mask)
		return 0;
	saved_print(&give, text);
	err = k->ops->settings_set(k, &give);
	if (err)
		log_err("the port's settings cannot be given back (%s): %s", text, strerror(-err));
	else
		log_info("port's settings given back: %s", text);
	v->unfinished = !err;
	return store_broken(err) ? err : 0;
}

static void finish(struct saved *v, int result)
{
	if (result && v->unfinished)
		log_err("not all of the port's settings are in force again: %s; see dmesg for which",
			strerror(-result));
	v->unfinished = false;
}

int saved_look(struct saved *v, struct store *s, struct kern *k)
{
	struct xmd_port_settings now;
	int err = v->read ? 0 : read_saved(v, s);

	if (err)
		return store_broken(err) ? err : 0;
	v->read = true;
	err = k->ops->settings_get(k, &now);
	if (err) {
		/* no NIC: the one that comes has to be told */
		v->given = false;
		return err == -ENODEV ? 0 : err;
	}
	if (now.result == -EINPROGRESS) {
		v->given = v->unfinished = true;
		return 0;
	}
	if (!v->given)
		return give_back(v, k, now.mask);
	finish(v, now.result);
	return save(v, s, &now);
}
