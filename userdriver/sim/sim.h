/* SPDX-License-Identifier: GPL-2.0 */
/*
 * sim.h - a simulated NIC with a simulated kernel half around it.
 *
 *   sim_nic.c     registers and statistics
 *   sim_phy.c     PHY with autonegotiation and forced modes, the other end of the cable
 *   sim_eeprom.c  the EEPROM, pin by pin if need be
 *   sim_wire.c    the transmit ring, the wire, PAUSE
 *   sim_kernel.c  messages and settings; the home of the objects is the kernel half's own
 *   sim_ioctl.c   ioctls; so is the register guard
 *   sim_faults.c  the faults that --simulate=... and tests can ask for
 *
 * xmd-userdriver --simulate drives it under gdb, valgrind or sanitizers; the tests in
 * tests/userdriver/ look into it.  Its time is the monotonic clock, or with
 * manual_clock what sim_advance adds up.
 */
#ifndef XMD_USERDRIVER_SIM_H
#define XMD_USERDRIVER_SIM_H

#include <stdbool.h>
#include <stdint.h>

#include "../../xpc/objects.h"
#include "../port.h"
#include "../family.h"
#include "../regs.h"
#include "objects_xpc.h"
#include "xpc_sim.h"
#include "../../kerndriver/guard.h"	/* after stdbool.h */

#define SIM_BAR_LEN	0x20000u
#define SIM_ANSWERS	64u
#define SIM_AUTONEG_MS	500u

/* Faults; each has a name for the command line, see sim_faults.c. */
enum sim_fault {
	SIM_F_ALL_ONES = 1u << 0,	/* the device has left the bus */
	SIM_F_EERD_STUCK = 1u << 1,	/* EERD.DONE never comes */
	SIM_F_EEPROM_SUM = 1u << 2,	/* a word was changed, not the checksum */
	SIM_F_MAC_MULTICAST = 1u << 3,
	SIM_F_MAC_ZERO = 1u << 4,
	SIM_F_PHY_DEAD = 1u << 5,	/* MDIC.R never comes */
	SIM_F_PHY_ERROR = 1u << 6,	/* MDIC.E */
	SIM_F_PHY_OTHER = 1u << 7,	/* identifier of another PHY */
	SIM_F_RST_STUCK = 1u << 8,	/* CTRL.RST does not clear */
	SIM_F_EECD_STUCK = 1u << 9,	/* EECD.EE_GNT never comes */
	SIM_F_STOP_REFUSED = 1u << 10,
	SIM_F_START_REFUSED = 1u << 11,
	SIM_F_VERSION = 1u << 12,	/* the kernel half knows other objects */
	SIM_F_DEVICE_ID = 1u << 13,	/* a NIC of another family */
	SIM_F_LOST = 1u << 14,		/* given up right after HELLO */
	SIM_F_RUNNING = 1u << 15,	/* not a fault: adopt a running NIC */
	SIM_F_NO_LINK = 1u << 16,	/* the cable is out */
	SIM_F_QEMU = 1u << 17,		/* as QEMU does: RST resets nothing, errors do not clear */
	SIM_F_FLAP = 1u << 18,		/* the link changes every 700 ms */
	SIM_F_COME_AND_GO = 1u << 19,	/* 2 s there, 2 s all ones */
	SIM_F_TX_HANG = 1u << 20,	/* a hang every 3 s */
	SIM_F_GARBAGE = 1u << 21,	/* what comes from the kernel half is no message */
	SIM_F_ALL_ZERO = 1u << 22,	/* memory decoding off, as it looks under QEMU */
	SIM_F_EEPROM_LOCKED = 1u << 23,	/* writes of it are ignored, as under QEMU */
	SIM_F_EEPROM_BUSY = 1u << 24,	/* it never is through with a write */
	SIM_F_REG_STUCK = 1u << 25,	/* a bit of FCT is always 1 */
	SIM_F_NO_IRQ = 1u << 26,
	SIM_F_NO_LOOPBACK = 1u << 27,	/* frames do not come back */
};

struct sim;

/* Another register file than the simulated one, such as QEMU's. */
struct sim_registers {
	uint32_t (*read)(struct sim *sim, uint32_t reg);
	void (*write)(struct sim *sim, uint32_t reg, uint32_t val);
};

/* What the EEPROM has clocked in since CS rose. */
struct sim_wire {
	uint32_t bits;
	unsigned int n;
	bool enabled;			/* EWEN came, EWDS did not; or SPI's WREN */
	bool out;			/* what DO says */
	uint16_t word;			/* that is being read */
};

/*
 * A crossing, ioctl or message, that goes wrong, for tests that try each: the one with number
 * @at (from 1) fails with @err, or ends the process: it and all later ones do nothing.  A batch
 * of registers is done as far as its operation number @op before.
 */
struct sim_cut {
	unsigned long at, n;
	unsigned int op;
	int err;
	bool kill;
	bool dead;
};

/* What is in the transmit ring, and whether it moves. */
struct sim_tx {
	unsigned int waiting, bytes;	/* frames; the length of each */
	bool stuck;			/* the chip hangs, until it is reset */
	uint64_t paused_until_ms;	/* what the other end said last */
	unsigned long sent, aborted;	/* frames */
	unsigned int asked;		/* for a reset, by the watch */
	/* of the passing of time, and of the watch */
	uint64_t us, now_ms, moved_ms, started_ms;
	unsigned long seen;
};

struct sim_answer {
	unsigned int call;		/* XPC_UP_NAME */
	int result;
};

struct sim {
	struct nic_port port;		/* first */
	uint32_t faults;
	const struct xmd_chip *chip;
	bool second_port, pcix;		/* as STATUS tells */
	unsigned int firmware;		/* PCI Express: wishes for the PHY that it does not heed */
	unsigned int firmware_us;	/* likewise: it has the PHY, for so long */
	bool by_kernel;			/* it is the kernel half that writes */
	unsigned int wrong;		/* what a chip has not, or must not be done to it so, was done */
	const struct sim_registers *registers;	/* NULL: those of sim_nic.c */

	/* the NIC */
	uint32_t reg[SIM_BAR_LEN / 4];
	uint16_t eeprom[EEPROM_WORDS];
	struct sim_wire wire;
	uint16_t phy[32];
	uint16_t partner_lpa, partner_gstatus;	/* what the other end offers */
	bool cable;
	struct sim_tx tx;
	bool link_lost;			/* since PHY_STATUS was read */
	uint64_t autoneg_done_ms;	/* 0: not under way */
	unsigned int autoneg_ms;	/* how long it takes; 0: SIM_AUTONEG_MS, as under QEMU */
	uint64_t all_ones_from_access;	/* accesses counted from 1; 0: never */
	uint64_t accesses;

	/* the kernel half */
	struct xpc xpc;
	struct xpc_link link;		/* the port's: xpc.link, where it can be cut */
	struct xmd_adapter *adapter;	/* committed copies */
	struct xmd_counters *counters;
	struct xmd_adapter want;	/* of the configure that was asked for last */
	struct xmd_guard guard;
	uint32_t pretended;		/* calls (bits) whose handler a test enters by itself */
	int (*pump)(void *ctx);		/* a step of the user half, see xpc_sim.h; NULL: none */
	void *pump_ctx;
	struct sim_cut cut;
	unsigned int start_refused;	/* so many STARTs to come, */
	int start_error;		/* with this error */
	uint32_t phase;
	struct xmd_start started;
	struct sim_answer answer[SIM_ANSWERS];
	unsigned int n_answers;

	/* what tests count */
	unsigned int resets, phy_resets, eeprom_reads, eeprom_writes, rctl_writes, reg_writes;
	unsigned int starts, stops;
	unsigned int links;		/* changes of the link that were reported */
	unsigned int crossings;		/* all ioctls and messages */
	unsigned long ops;		/* on registers, in batches */
	unsigned int refused;		/* batches, by the guard */
	unsigned int invalid;		/* STARTs, and messages that the tracker counts as wrong */

	/* time and readiness */
	bool manual_clock;
	uint64_t manual_ms;
	uint64_t next_ms[3];		/* of the faults that come by themselves */
	int epoll, event, timer;
};

struct sim *sim_new(uint32_t faults);	/* an 82540EM; NULL: no descriptors or memory */
void sim_be(struct sim *sim, uint16_t device);	/* before anybody has looked: another chip */
struct nic_port *sim_open(const char *faults);	/* NULL: a name is wrong; said on stderr */
uint64_t sim_now_ms(const struct sim *sim);
__u64 sim_now_us(void *sim);
int sim_cut(struct sim *sim);		/* each crossing: is it the one that goes wrong? */
void sim_advance(struct sim *sim, unsigned int ms);	/* manual clock only */

/* sim_faults.c */
const char *sim_fault_names(void);
bool sim_faults_parse(const char *names, uint32_t *faults);
void sim_faults_pass_time(struct sim *sim, uint64_t now);

/* sim_nic.c */
static inline uint32_t *sim_reg(struct sim *sim, uint32_t reg)
{
	return &sim->reg[reg / 4];
}

void sim_nic_power_on(struct sim *sim);
void sim_nic_pm_reset(struct sim *sim);	/* D0 to D3hot and back: of the PHY, too */
uint32_t sim_nic_read(struct sim *sim, uint32_t reg);
void sim_nic_write(struct sim *sim, uint32_t reg, uint32_t val);
void sim_count(struct sim *sim, uint32_t reg, uint32_t add);	/* a statistics register */

/* sim_phy.c */
void sim_phy_power_on(struct sim *sim);
void sim_phy_write_mdic(struct sim *sim, uint32_t val);
void sim_nic_set_cable(struct sim *sim, bool in);
void sim_nic_pass_time(struct sim *sim);

/* sim_wire.c */
void sim_tx_fill(struct sim *sim, unsigned int frames, unsigned int bytes);
void sim_tx_ring(struct sim *sim);
void sim_pause(struct sim *sim, unsigned int ms);
void sim_tx_pass_time(struct sim *sim);

/* sim_eeprom.c */
void sim_eeprom_fill(struct sim *sim, const uint8_t mac[ETH_ALEN]);
void sim_eeprom_write_eerd(struct sim *sim, uint32_t val);
void sim_eeprom_write_eecd(struct sim *sim, uint32_t val);
void sim_eeprom_write_eewr(struct sim *sim, uint32_t val);
uint32_t sim_eeprom_read_eecd(struct sim *sim);

/* sim_ioctl.c, sim_kernel.c */
extern const struct nic_port_ops sim_port_ops;
void sim_raise(struct sim *sim, unsigned int call);	/* XPC_UP_NAME */
unsigned int sim_asked(const struct sim *sim);	/* upcalls read and not answered yet */
/* What the kernel half does for ip and ethtool: for what can be refused, and for filters. */
int sim_configure(struct sim *sim, const struct xmd_adapter *want);
int sim_commit(struct sim *sim, const struct xmd_adapter *want);
void sim_make_running(struct sim *sim);	/* as an earlier user half would have left it */
void sim_end_user_half(struct sim *sim);	/* the process died, */
void sim_restart_user_half(struct sim *sim);	/* and a new one has opened the file */
int sim_new_domain(struct sim *sim);	/* its domain has died with it, and the next one has the NIC */

#endif /* XMD_USERDRIVER_SIM_H */
