/* SPDX-License-Identifier: GPL-2.0 */
/*
 * driver.h - the non-critical half of the 8254x driver, one noun a file.
 *
 *   main.c     options, descriptors, the epoll loop
 *   driver.c   hello, bring-up or adoption, upcalls, the two-second watchdog
 *   bringup.c  reset and the order of bring-up
 *   eeprom.c phy.c link.c filter.c stats.c   one subject each
 *   batch.c    register operations collected into as few crossings as possible
 *   port.h     the kernel half: port_dev.c the real one, sim/ a simulated one
 *
 * Errors.  Functions return 0 or a negative errno.  -ENODEV means one thing only:
 * the device does not answer (all ones, or the kernel half says so); the driver then
 * goes to DRIVER_GONE and tries again.  After any other error d->exit_code is set, the
 * line that explains it has been logged by the function that found it, and the
 * process ends: whoever supervises it starts it afresh.
 */
#ifndef XMD_USERDRIVER_DRIVER_H
#define XMD_USERDRIVER_DRIVER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "batch.h"
#include "log.h"
#include "port.h"
#include "regs.h"

/* Documented in xmd-userdriver.8 and --help; scripts rely on them. */
enum exit_code {
	EXIT_OK = 0,		/* asked to end; the NIC runs on */
	EXIT_USAGE = 1,
	EXIT_DEVICE = 2,	/* the device file cannot be opened */
	EXIT_HELLO = 3,		/* versions differ, or not a NIC that we drive */
	EXIT_EEPROM = 4,
	EXIT_PHY = 5,
	EXIT_REGISTER = 6,	/* a register step failed or was refused */
	EXIT_KERNEL = 7,	/* the kernel half refused a downcall, or has given us up */
	EXIT_SYSTEM = 8,	/* the operating system refused something */
};

#define WATCHDOG_MS	2000u
#define GONE_RETRY_MS	500u
#define UPCALLS_AT_ONCE	8u

struct options {
	const char *device;
	bool simulate;
	const char *faults;	/* for the simulation, NULL for none */
	bool ignore_eeprom_checksum;
	bool verbose;
	unsigned int irq_rate;	/* interrupts a second at most, 0: no limit of ours */
	unsigned int tx_ring, rx_ring;
	unsigned int uid, gid;	/* to become; 0 stays root */
};

enum driver_state {
	DRIVER_NEW,
	DRIVER_RUNNING,
	DRIVER_GONE,		/* nobody answers behind the registers */
};

#define MAC_UNKNOWN 0xffffffffu
#define COLD_FULL_DUPLEX (0x040u << TCTL_COLD_SHIFT)
#define COLD_HALF_DUPLEX (0x200u << TCTL_COLD_SHIFT)

struct link {
	bool up;
	unsigned int speed;	/* Mb/s, 0 when down */
	bool full_duplex;
};

/* What the NIC's filter registers hold; known is false until they were written once. */
struct filter_shadow {
	bool known;
	uint32_t rctl;		/* UPE and MPE */
	uint32_t ral[RAR_ENTRIES], rah[RAR_ENTRIES];
	uint32_t mta[MTA_WORDS];
};

struct driver {
	struct nic_port *port;
	const struct options *opt;
	enum driver_state state;
	enum exit_code exit_code;
	struct xmd_hello hello;
	uint8_t mac[XMD_ETH_ALEN];
	bool mac_known;
	struct link link;	/* as last reported */
	uint32_t mac_pause;	/* CTRL.RFCE and TFCE as programmed, MAC_UNKNOWN after adoption */
	uint32_t mac_cold;	/* TCTL.COLD likewise */
	struct log_limit link_log;
	struct filter_shadow filter;
	struct xmd_hw_stats totals;
	bool sticky_stats;	/* error counters do not clear on read, see stats.c */
	unsigned int hangs;	/* TX_HANG upcalls without a quiet time between */
	uint64_t last_hang_ms;
	struct log_limit upcall_log;
};

/* driver.c */
void driver_init(struct driver *d, struct nic_port *port, const struct options *opt);
int driver_start(struct driver *d);		/* HELLO, then bring-up or adoption */
int driver_upcalls(struct driver *d);		/* read and answer all that wait */
int driver_tick(struct driver *d);		/* every driver_tick_ms() */
unsigned int driver_tick_ms(const struct driver *d);
void driver_end(struct driver *d);		/* leave the NIC running */
uint64_t driver_now_ms(void);
/* Log the line, remember @code.  Return: -EIO, for the caller to return. */
int driver_fail(struct driver *d, enum exit_code code, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));
/* A downcall @what returned @err: explain it.  Return: -ENODEV or as driver_fail. */
int driver_downcall_failed(struct driver *d, const char *what, int err);

/* bringup.c */
int bringup(struct driver *d, bool reset_phy);	/* phase must be STOPPED */
int adopt(struct driver *d);			/* phase must be RUNNING */

/* eeprom.c */
void eeprom_add_read(struct reg_batch *b, uint32_t eerd[EEPROM_WORDS]);
uint16_t eeprom_sum(const uint32_t eerd[EEPROM_WORDS]);
int eeprom_read_mac(struct driver *d, struct reg_batch *b);
bool mac_valid(const uint8_t mac[XMD_ETH_ALEN]);

/* phy.c */
struct phy_state {
	uint32_t id1, id2, ctrl, status, ana, gctrl, pscr;	/* MDIC as read */
};
void phy_add_hard_reset(struct reg_batch *b);
void phy_add_read(struct reg_batch *b, unsigned int reg, uint32_t *mdic, const char *what);
void phy_add_write(struct reg_batch *b, unsigned int reg, uint16_t val, const char *what);
void phy_add_examine(struct reg_batch *b, struct phy_state *phy);
int phy_check(struct driver *d, const struct phy_state *phy);
bool phy_link_is_ours(const struct phy_state *phy);
void phy_add_negotiate(struct reg_batch *b, const struct phy_state *phy);
int phy_value(struct driver *d, uint32_t mdic, const char *what, uint16_t *val);

/* link.c */
struct link_reading {
	uint32_t status, bmsr_latched, bmsr, ana, lpa;
};
void link_add_setup(struct reg_batch *b);
void link_add_read(struct reg_batch *b, struct link_reading *r);
int link_update(struct driver *d, const struct link_reading *r, bool always_report);
int link_check(struct driver *d, bool always_report);
int link_report_down(struct driver *d);

/* filter.c */
unsigned int filter_mta_hash(const uint8_t mac[XMD_ETH_ALEN]);
void filter_compute(const uint8_t mac[XMD_ETH_ALEN], const struct xmd_filter *f,
		    struct filter_shadow *want);
int filter_fetch(struct driver *d, struct filter_shadow *want);
void filter_add_read(struct reg_batch *b, struct filter_shadow *have);
void filter_add_write(struct driver *d, struct reg_batch *b, const struct filter_shadow *want);
int filter_update(struct driver *d);

/* stats.c */
struct stats_reading {
	uint32_t reg[17];
};
int stats_fetch_totals(struct driver *d);
void stats_add_read(struct reg_batch *b, struct stats_reading *r);
void stats_accumulate(struct driver *d, const struct stats_reading *r);
int stats_store(struct driver *d);

#endif /* XMD_USERDRIVER_DRIVER_H */
