/* SPDX-License-Identifier: GPL-2.0 */
/*
 * world.h - what the parts of xmd-devfaults and xmd-userfaults know of each other, and xmd-kernfaults: a driver domain's NIC, both of its halves, three
 * guests and a peer on one thread, in simulated time.
 *
 *   half.c      xmd_nic.ko as it is, over a Linux of some hundred lines; interrupt line, NAPI, works
 *   crossing.c  messages between the halves
 *   user.c      xmd-userdriver as it is, who starts it again, and what it logs
 *   proc.c      or that as a process of its own (proc.h)
 *   guests.c    three vifs of a backend, which check every frame, and the peer on the wire
 *   datagram.c  what they send
 *   dev.c       the NIC: its rings, DMA and interrupts; registers, PHY and EEPROM are userdriver/sim's
 *   faults.c    what can be wrong with it, and when
 *   observe.c   who notices, and when everything is back
 *   life.c      what comes before and behind any fault, and its line
 *   main.c      one fault of the NIC after the other, each in a process of its own
 *   row.c       a line of a plan of faults in code
 *   userfaults.c  one of a user half after the other
 *   kernfaults.c  and of the kernel half
 *
 * Simulated are the NIC, the guests, the backend, dom0 and time; the halves of the driver are those that ship.
 */
#ifndef DEVICE_WORLD_H
#define DEVICE_WORLD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define VIFS 3u

/* ---- time: half.c ---- */
extern uint64_t world_us;
static inline uint64_t world_ms(void) { return world_us / 1000; }
void world_run(unsigned int ms);
void world_sleep(unsigned int us);

/* ---- half.c ---- */
extern const char kern_where[], kern_module[], kern_over[];	/* the campaign's place; what is simulated under it */
bool half_load(void);			/* insmod: probed, offered, the client attached */
void half_pass(void);
void half_gone(void);			/* the domain is */
long half_ioctl(unsigned int cmd, void *arg);
int half_open(void);
void half_close(void);
bool half_dma(const void *p, size_t n);	/* may the NIC touch it? */
void *half_memory(size_t *bytes);	/* its struct xmd_nic */
bool half_user_lives(void);
unsigned int half_unwell_ms(void);
bool half_stuck(void);
bool half_tx_idle(void);
bool half_away(void);
/* The counters of its dump that name a fault, by the names there */
struct half_counter { const char *name; uint64_t value; };
unsigned int half_counters(struct half_counter *to, unsigned int max);
void half_state(char *text, size_t room);	/* settings in force: must be as before */
unsigned int half_buffers_missing(void);	/* of the pool, when nothing is under way: must be 0 */
/* One a second, in turn; a change of the rings, which takes a reset, only when it is wanted */
enum { OP_STATISTICS, OP_MODERATION, OP_EEPROM, OP_REGISTERS, OPS, OP_RINGS = OPS };
int half_op(unsigned int op);
const char *op_name(unsigned int op);
extern unsigned int irq_disabled_by_linux;	/* "nobody cared" */

/* ---- crossing.c ---- */
struct xpc_link;
struct xpc_link *crossing_link(void);
bool crossing_pending(void);
bool crossing_lost(void);

/* ---- user.c; proc.c ---- */
void user_pass(void);
void user_end(void);			/* its domain is gone */
void user_begin(void);			/* there is another */
bool user_runs(void);
extern unsigned int user_starts;
/* What can be seen of its process; *ran_us: of the processor */
enum user_does { USER_SLEEPS, USER_RUNS, USER_STOPPED };
enum user_does user_does(uint64_t *ran_us);

/* ---- guests.c ---- */
struct flow {
	uint64_t last_ms;		/* of the last frame that arrived */
	uint64_t longest_ms;		/* silence since guests_mark */
	uint32_t next;			/* sequence number */
	unsigned int arrived, lost, twice;
};
extern struct flow flow_tx[VIFS], flow_rx[VIFS];
struct guests {
	unsigned int corrupt;		/* right checksum, wrong content: a guest or the peer took it */
	unsigned int bad_sum;		/* damaged, and seen by the checksum */
	unsigned int strange;		/* no frame of ours at all */
	unsigned int tails;		/* more bytes than were sent: of older frames, perhaps */
	char first[96];			/* the first that was corrupt */
};
extern struct guests guests;
void guests_pass(void);
void guests_mark(void);			/* begin to measure silences */
bool guests_well(unsigned int ms);	/* each flow has moved in the last @ms */
void guests_again(void);		/* a new domain has their rings: what was not answered is sent again */
unsigned int guests_attach(void);	/* to the NIC; 0 */
void guests_wire(const uint8_t *frame, unsigned int len);	/* the peer hears it */
unsigned int guests_waiting(void);
bool guests_refused(void);		/* for seconds, by a NIC that has no frame: as xmd_back looks at it */

/* ---- observe.c ---- */
enum said { SAID_INFO, SAID_WARN };
void observe_load(const char *file);	/* the table of watchers */
void observe_line(enum said how, const char *text);
void observe_begin(void);
void observe_end(void);			/* what is done now is ours */
#define OBSERVE_GIVES_UP_MS 12000u	/* of a domain without a NIC: no petting for 10 s, and the watchdog */
void observe_domain(void);		/* a new one */
void observe_pass(bool starved);	/* starved: nothing but interrupts was done */
struct observed {
	bool noticed;
	uint64_t at_ms;
	char by[24], what[160];
	char remedy[240];		/* the last line that says what to do */
};
extern struct observed observed;
extern bool observe_verbose;
extern volatile bool observing;	/* whoever jumps away now leaves locks of this program's behind */

/* ---- the domain: life.c ---- */
void domain_dies(const char *why);	/* the watchdog's time is over */
bool domain_dead(void);

#endif /* DEVICE_WORLD_H */
