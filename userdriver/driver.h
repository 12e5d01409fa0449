/* SPDX-License-Identifier: GPL-2.0 */
/*
 * driver.h - the non-critical half of the driver, one noun a file.
 *
 *   main.c        options, descriptors, the loop that waits on them
 *   driver.c      hello, upcalls, the two-second watchdog, a NIC that is gone
 *   handlers.h    what the kernel half asks for, named after xpc/objects.h
 *   configure.c   from the settings in force to those wanted, or back
 *   settings.c    what a setting may be, and what it is if nobody says
 *   bringup.c     reset and the order of bring-up; adoption without a reset
 *   image.c       what the registers shall hold, do hold, and the way from one to the other
 *   filter.c flow.c moderation.c link.c phy.c stats.c led.c eeprom.c regdump.c selftest.c
 *                 one subject each
 *   family.h      what chips do in different ways: a file for each family
 *   batch.c       register operations collected into as few crossings as possible
 *   crossing.c    the objects of xpc/objects.h
 *   record.h      everything that crosses, in a file, and from one
 *   port.h        the kernel half: port_dev.c the real one, sim/ a simulated one
 *
 * Settings.  d->adapter is the object of xpc/objects.h: its settings are those in force,
 * its states what we see.  image_compute makes from it the contents of each register that
 * is ours, and only registers that differ from that are written.  So adoption, the undoing of
 * a failed step and the finishing of one that a predecessor died in are the same thing: read
 * the registers, write what differs from the settings.
 *
 * Errors.  Functions return 0 or a negative errno.  -ENODEV means one thing only:
 * the device does not answer (all ones, or the kernel half says so); the driver then
 * goes to DRIVER_GONE and tries again.  If an error sets d->exit_code, the line that
 * explains it has been logged by the function that found it, and the process ends once
 * the error was answered: whoever supervises it starts it afresh.
 */
#ifndef XMD_USERDRIVER_DRIVER_H
#define XMD_USERDRIVER_DRIVER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <xmd/version.h>

#include "../xpc/objects.h"
#include "batch.h"
#include "family.h"
#include "msglvl.h"
#include "objects_xpc.h"
#include "port.h"
#include "regs.h"


/* Documented in xmd-userdriver.8 and --help; scripts rely on them. */
enum exit_code {
	EXIT_OK = 0,		/* asked to end; the NIC runs on */
	EXIT_DEVICE = 1,	/* the device file cannot be opened */
	EXIT_USAGE = 2,
	EXIT_HELLO = 3,		/* the halves differ, or not a NIC that we drive */
	EXIT_EEPROM = 4,
	EXIT_PHY = 5,
	EXIT_REGISTER = 6,	/* a register step failed or was refused */
	EXIT_KERNEL = 7,	/* the kernel half refused a downcall, or has given us up */
	EXIT_SYSTEM = 8,	/* the operating system refused something */
	EXIT_REFUSED = 9,	/* the kernel half does not start or stop the NIC, and neither it nor memory is why */
};


#define WATCHDOG_MS	2000u
#define WATCHDOG_GLANCES 4u	/* of a quiet NIC, between two whole looks */
#define GONE_RETRY_MS	500u
#define GONE_RETRIES	20u	/* so often, then as rarely as the watchdog */
#define MESSAGES_AT_ONCE 16u

struct options {
	const char *device;
	bool simulate;
	const char *faults;	/* for the simulation, NULL for none */
	const char *record, *replay;	/* files: record.h */
	bool ignore_eeprom_checksum;
	bool verbose;
	unsigned int uid, gid;	/* to become; 0 stays root */

	/* settings of the first bring-up; later ones are the administrator's */
	unsigned int tx_ring, rx_ring;
	unsigned int irq_rate;	/* interrupts a second at most, 0: no limit of ours */
	bool adaptive;		/* ... and only if there would be more otherwise */
	unsigned int speed;	/* 10, 100, 1000; 0: any */
	int duplex;		/* 1 full, 0 half, -1 any */
	unsigned int advertise;	/* XMD_ADV_*; 0: as speed and duplex say */
	bool pause_rx, pause_tx;
	bool rx_csum;

	/* no setting of the adapter has these: they hold as long as the process */
	unsigned int tx_delay, tx_abs_delay, rx_delay, rx_abs_delay;	/* of 1.024 us */
	bool smart_power_down;
};

enum driver_state {
	DRIVER_NEW,
	DRIVER_RUNNING,
	DRIVER_GONE,		/* nobody answers behind the registers */
};

struct link {
	bool up;
	unsigned int speed;	/* Mb/s, 0 when down */
	bool full_duplex;
};

/* Registers of their own, with the bits of them that are ours: image.c. */
enum image_reg {
	IMG_CTRL, IMG_RCTL, IMG_TCTL,
	IMG_FCAL, IMG_FCAH, IMG_FCT, IMG_FCTTV, IMG_FCRTL, IMG_FCRTH,
	IMG_VET, IMG_TIPG, IMG_ITR, IMG_EITR, IMG_RDTR, IMG_RADV, IMG_TIDV, IMG_TADV,
	IMG_WUC, IMG_WUFC, IMG_MANC,
	IMG_REGS
};

struct image {
	bool known;		/* false: what the NIC holds may be anything */
	uint32_t reg[IMG_REGS];
	uint32_t ral[RAR_ENTRIES], rah[RAR_ENTRIES];
	uint32_t mta[MTA_WORDS];
};

/* The PHY's registers that are ours. */
struct phy_image {
	uint16_t ctrl, ana, gctrl, pscr, epscr;
};

struct driver {
	struct nic_port *port;
	const struct options *opt;
	enum driver_state state;
	enum exit_code exit_code;
	bool nonsense;			/* was told by the kernel half: this process ends, see driver_nonsense */
	struct xmd_info info;
	const struct xmd_chip *chip;	/* from HELLO on, and what follows from it: */
	const struct family *family;
	const struct phy_kind *phy_kind;	/* the one found; before, the first that it can be */
	bool second_port;		/* of two on one chip */
	struct xpc_user xpc;
	bool stopped;			/* as far as we know; of interest between STOP and START */
	struct xmd_adapter adapter;	/* settings in force, states as seen */
	struct xmd_adapter committed;	/* replica: what the kernel half knows of that */
	bool changed;			/* the replica, since drv_configure has seen it */
	bool unreported;		/* settings that are not the home's wish but ours */
	bool first;			/* nobody before us has reported this NIC */
	bool eeprom_sized;		/* adapter.eeprom_len is what we have found */
	bool doubt_eeprom;		/* to be looked at, but nothing has to wait for that */
	struct image image;		/* what its registers hold */
	struct phy_image phy;
	struct link link;		/* as last reported */
	bool link_kept;			/* it has outlived the reset of the last bring-up */
	uint32_t pause;			/* CTRL.RFCE and TFCE of the last link */
	uint32_t led_default;
	bool identify;
	struct log_budget link_log;
	struct xmd_counters counters, counters_known;	/* likewise */
	unsigned int gone_looks;	/* at a NIC that does not answer */
	unsigned int glances;		/* so many are enough, before the next whole look, if no upcall comes */
	uint32_t status_seen;		/* STATUS at the last one */
	bool sticky_stats;		/* error counters do not clear on read, see stats.c */
	uint32_t idle_errors, receive_errors;	/* the PHY's, for the register dump */
	bool missing;			/* frames were missed at the last look of the watchdog, */
	uint32_t rdh;			/* ... when its receive head was here */
	unsigned int hangs;		/* TX_HANG upcalls without a quiet time between */
	uint64_t last_hang_ms;
};

/* driver.c */
void driver_init(struct driver *d, struct nic_port *port, const struct options *opt);
int driver_hello(struct driver *d);
int driver_start(struct driver *d);		/* HELLO, then bring-up or adoption */
int driver_upcalls(struct driver *d);		/* read and answer all that wait */
int driver_tick(struct driver *d);		/* every driver_tick_ms() */
unsigned int driver_tick_ms(const struct driver *d);
void driver_end(struct driver *d);		/* leave the NIC running */
uint64_t driver_now_ms(void);
/* Log the line, remember @code.  Return: -EIO, for the caller to return. */
int driver_fail(struct driver *d, enum exit_code code, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));
/* A downcall @what returned @err: explain it.  Return: @err; exit_code set unless -ENODEV. */
int driver_downcall_failed(struct driver *d, const char *what, int err);
/* The same of INFO, STOP or START, which a kernel half that is whole grants: EXIT_REFUSED if nothing else was the reason. */
int driver_ioctl_failed(struct driver *d, const char *what, int err);
/*
 * What the kernel half says cannot be so: go back to where all was well, answer who has asked, and end with EXIT_REFUSED; the
 * next process finds out what is so.
 */
int driver_nonsense(struct driver *d, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
/* The last act of each handler: a NIC that is gone becomes a state.  Return: @err. */
int driver_settled(struct driver *d, int err);
int driver_stop_nic(struct driver *d);		/* XMD_NIC_STOP */

/* crossing.c */
int crossing_hello(struct driver *d);
int crossing_ready(struct driver *d);
void crossing_end(struct driver *d);
int crossing_report(struct driver *d);
int crossing_report_counters(struct driver *d);
int crossing_serve(struct driver *d);
void crossing_follow(struct driver *d);
void crossing_log(const struct driver *d);
unsigned long crossing_count(const struct driver *d);

/* settings.c */
void settings_default(const struct driver *d, struct xmd_adapter *a);
void settings_restore(struct driver *d, const struct xmd_adapter *saved);
void settings_copy(struct xmd_adapter *to, const struct xmd_adapter *from);
bool settings_equal(const struct xmd_adapter *a, const struct xmd_adapter *b);
int settings_check(const struct driver *d, const struct xmd_adapter *want);
bool settings_need_restart(const struct driver *d, const struct xmd_adapter *a,
			   const struct xmd_adapter *b);
bool mac_valid(const struct xmd_mac *mac);
bool mac_equal(const struct xmd_mac *a, const struct xmd_mac *b);
/* The address frames are received for: the one set, or the EEPROM's. */
const struct xmd_mac *settings_mac(const struct xmd_adapter *a);

/* bringup.c */
int bringup(struct driver *d, bool reset_phy);	/* phase must be STOPPED */
/* From wherever a failed step left the NIC to the settings in force.  Return: @err, or why it
 * cannot be done. */
int back_in_service(struct driver *d, int err);
/* The last act of a handler that can fail without harm: the process lives on if the NIC does
 * as the settings say.  Return: as back_in_service. */
int driver_handled(struct driver *d, int err);
int bringup_again(struct driver *d);		/* a NIC that was gone */
void bringup_log(const struct driver *d, const char *how, uint64_t began_ms);

/* image.c */
void image_compute(const struct driver *d, struct image *want);
void image_add_read(struct reg_batch *b, struct image *have);
void image_add_write(struct reg_batch *b, const struct image *have, const struct image *want,
		     bool running);
int image_apply(struct driver *d);

/* eeprom.c */
int eeprom_sum_all(struct driver *d, uint16_t *sum);
int eeprom_probe(struct driver *d, struct reg_batch *b);
int eeprom_warn_if_damaged(struct driver *d);

/* phy.c */
struct phy_state {
	uint32_t id1, id2, ctrl, latched, status, ana, gctrl, pscr, epscr;	/* MDIC as read */
};
/* PHY and EEPROM are ours from here to there, and not the firmware's; nothing where there is none */
void phy_add_own(struct reg_batch *b);
void phy_add_disown(struct reg_batch *b);
void phy_add_hard_reset(struct reg_batch *b);
void phy_add_read(struct reg_batch *b, unsigned int reg, uint32_t *mdic, const char *what);
void phy_add_write(struct reg_batch *b, unsigned int reg, uint16_t val, const char *what);
void phy_add_examine(struct reg_batch *b, struct phy_state *phy);
int phy_check(struct driver *d, const struct phy_state *phy);
void phy_compute(const struct driver *d, struct phy_image *want);
bool phy_as_wanted(const struct driver *d);
void phy_add_setup(struct driver *d, struct reg_batch *b);
void phy_add_renegotiate(struct driver *d, struct reg_batch *b);
void phy_add_loopback(struct reg_batch *b);
int phy_value(struct driver *d, uint32_t mdic, const char *what, uint16_t *val);

/* link.c */
struct link_reading {
	uint32_t status, bmsr_latched, bmsr, lpa, gstatus, pssr;
};
void link_compute(const struct driver *d, struct image *want);
void link_add_read(struct reg_batch *b, struct link_reading *r);
int link_update(struct driver *d, const struct link_reading *r);
int link_check(struct driver *d);
int link_report_down(struct driver *d);

/* flow.c */
void flow_compute(const struct driver *d, struct image *want);
uint16_t flow_advertised(const struct xmd_adapter *a);	/* bits of ANA */
uint32_t flow_resolve(const struct xmd_adapter *a, uint16_t lpa, bool full_duplex);
uint32_t flow_pba_kib(const struct driver *d, unsigned int mtu);

/* moderation.c */
void moderation_compute(const struct driver *d, struct image *want);

/* filter.c */
unsigned int filter_mta_hash(const struct xmd_mac *mac);
void filter_compute(const struct xmd_adapter *a, struct image *want);

/* led.c */
void led_add_adopt(struct driver *d, struct reg_batch *b);
int led_adopt(struct driver *d);
void led_add_after_reset(struct driver *d, struct reg_batch *b);

/* stats.c */
#define STATS_COUNTERS 54u
struct stats_reading {
	uint32_t low[STATS_COUNTERS], high[STATS_COUNTERS];
};
bool stats_sticky(const struct xmd_info *info);
void stats_add_read(struct reg_batch *b, struct stats_reading *r);
void stats_accumulate(struct driver *d, const struct stats_reading *r);
void stats_add_frames(struct driver *d, uint32_t received, uint32_t sent, uint32_t missed);

#endif /* XMD_USERDRIVER_DRIVER_H */
