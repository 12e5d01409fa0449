/* SPDX-License-Identifier: GPL-2.0 */
/*
 * policy.h - what guests may ask for through their object rings.
 *
 * Words, in the key xmd-allow of a vif's backend directory (written by the toolstack) and
 * in the policy file of the driver domain:
 *
 *   promisc   receive whatever the switch floods      identify  blink the port's LED
 *   mac       another MAC than the configured one     regs      read the port's registers
 *   mtu       more than the configured MTU            eeprom    read the port's EEPROM
 *   counters  read the port's counters, of all guests together
 *   spoof     send frames with any source address     all, none
 *
 * A vif with the key xmd-allow may do what that says and nothing else.  Otherwise the file
 * decides, by the first line that is for it; otherwise it may do none of these.  What is not
 * in the list (multicast and VLAN filters, a smaller MTU, fewer events) needs no grant.
 *
 * The file, /etc/xmd/policy.conf, has one rule a line; "#" begins a comment:
 *
 *   00:16:3e:01:02:03   promisc mac        # the vif configured with this MAC
 *   vif-web             identify           # the vif with this vifname
 *   default             none               # every vif
 *   @bridges            xenbr0 br0         # bridge= of these names means the NIC's network
 *   @private            lab-a lab-b        # each of these a segment of vifs without the wire, for good
 *   @vlans              7 20-29            # kept apart: for vifs with vlan= alone, for good
 *   @open-vlans         30                 # no more: for all again
 *
 * Further words, which no guest asks for and "all" does not include, say what of a vif's
 * configuration need not be honoured (wants.h): ignore-bridge, ignore-script, ignore-ip,
 * ignore-gatewaydev, ignore-vlan, ignore-forwarddev.
 */
#ifndef XMD_BACKEND_POLICY_H
#define XMD_BACKEND_POLICY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <vif_objects_xpc.h>

#define POLICY_FILE	"/etc/xmd/policy.conf"
#define POLICY_RULES	256
#define POLICY_NAME	32	/* bytes of a vifname, with the NUL */
#define POLICY_REASON	160

/* Beside XMD_MAY_*, in the same words; not told to the guest. */
#define POLICY_IGNORE_BRIDGE	0x00010000u
#define POLICY_IGNORE_SCRIPT	0x00020000u
#define POLICY_IGNORE_IP	0x00040000u
#define POLICY_IGNORE_GATEWAYDEV 0x00080000u
#define POLICY_IGNORE_VLAN	0x00100000u
#define POLICY_IGNORE_FORWARDDEV 0x00200000u
#define POLICY_COUNTERS		0x00400000u
#define POLICY_TOLD		0x0000ffffu

#define POLICY_BRIDGES	32	/* names of each kind */
#define POLICY_PRIVATE_MAX (2 * POLICY_BRIDGES * POLICY_NAME)
#define POLICY_VLANS	64	/* words of 64 */
#define POLICY_VLANS_MAX 2048	/* bytes of a text with all that are kept apart; what is longer cannot be carried over */
#define POLICY_DEFAULT_BRIDGES { "xenbr0", "br0" }	/* libxl's own, and everybody's */

struct policy_rule {
	enum { RULE_DEFAULT, RULE_MAC, RULE_NAME } kind;
	uint8_t mac[6];
	char name[POLICY_NAME];
	uint32_t may;		/* XMD_MAY_*, POLICY_* */
	unsigned int line;
};

struct vif_policy {
	struct policy_rule rule[POLICY_RULES];
	unsigned int n;
	/* what "bridge" may be; has_bridges false: the default */
	char bridge[POLICY_BRIDGES][POLICY_NAME];
	unsigned int n_bridges;
	bool has_bridges;
	char segment[POLICY_BRIDGES][POLICY_NAME];	/* private ones */
	unsigned int n_segments;
	/* names that were private before, of which the file says nothing: segments.h */
	char kept[POLICY_BRIDGES][POLICY_NAME];
	unsigned int n_kept;
	bool unread;		/* there is a file, and nobody knows what it says */
	uint64_t vlans[POLICY_VLANS];	/* bit N % 64 of word N / 64: VLAN N is kept apart */
	uint64_t open[POLICY_VLANS];	/* likewise: is not, if it was */
};

/* Words to XMD_MAY_* and POLICY_*.  Return: 0; -EINVAL with the wrong word in @bad */
int policy_words(const char *text, uint32_t *may, char bad[POLICY_NAME]);

/*
 * policy_parse - @len bytes of a policy file's text
 *
 * Return: 0; -EINVAL: no rule of it counts, @reason has "LINE: what is wrong".  What keeps guests
 * apart (@bridges, @private, @vlans) counts in lines that are right.
 */
int policy_parse(struct vif_policy *p, const char *text, size_t len, char reason[POLICY_REASON]);

/*
 * policy_load - read @path.  Return: 0, also without a file; -EINVAL as policy_parse, with
 * "PATH:LINE: ..."; -errno with a reason
 */
int policy_load(struct vif_policy *p, const char *path, char reason[POLICY_REASON]);

/*
 * The same two for all of it: what is wrong goes to @complain one by one, and (not @fatal) what
 * counts but changes nothing, as no vif comes as far as that rule.
 */
typedef void policy_complain(void *arg, bool fatal, const char *text);
int policy_parse_all(struct vif_policy *p, const char *text, size_t len,
		     policy_complain *complain, void *arg);
int policy_load_all(struct vif_policy *p, const char *path, policy_complain *complain, void *arg);

/* What a vif may; @name may be "". */
uint32_t policy_lookup(const struct vif_policy *p, const uint8_t mac[6], const char *name);

/* The word for one bit. */
const char *policy_word(uint32_t may);

/*
 * What bridge=@name means.  @p NULL: as without a file.  A name that was private stays so until
 * @bridges has it; of a file that cannot be read any name may have been.
 */
enum policy_bridge { BRIDGE_NONE, BRIDGE_WIRE, BRIDGE_PRIVATE };
enum policy_bridge policy_bridge(const struct vif_policy *p, const char *name);

/* Is @name one of these @n? */
bool policy_among(const char (*names)[POLICY_NAME], unsigned int n, const char *name);

/* @names were private: those of which the file says nothing go into kept, but for what is no name, or too many. */
void policy_keep(struct vif_policy *p, const char *names);
/* All that are, with blanks between them; but for those that nobody could write into xenstore as a text. */
void policy_private(const struct vif_policy *p, char text[POLICY_PRIVATE_MAX]);

/* "7 20-29" into vlans, or into open; a VLAN that is in both is kept apart.  Return: 0; -EINVAL with a reason */
int policy_parse_vlans(struct vif_policy *p, bool open, char *ranges, char reason[POLICY_REASON]);
/*
 * @text, which it cuts up: they were kept apart; so they are again, but for those in open.  What is no VLAN is left out.
 * Return: how many of them the file does not keep apart
 */
unsigned int policy_keep_vlans(struct vif_policy *p, char *text);
/* All that are.  Return: 0; -E2BIG: @text is not long enough, and empty */
int policy_vlans(const struct vif_policy *p, char text[POLICY_VLANS_MAX]);

/* What a vif has by configuration. */
struct policy_limits {
	uint32_t may;
	uint8_t mac[6];
	uint32_t mtu;		/* configured */
	uint32_t port_mtu;
	uint32_t rx_usecs_max;
};

uint32_t policy_mtu_max(const struct policy_limits *l);

/*
 * policy_judge - may the members @mask of the object be as in @want?
 *
 * Return: 0; -EPERM, -EINVAL (senseless), -EOPNOTSUPP, with the wish in words in @what
 */
int policy_judge(const struct policy_limits *l, uint64_t mask, const struct xmd_vif_object *want,
		 const char **what);

/*
 * policy_take_back - bring @vif to what may stay in force: promiscuous mode and MAC
 *
 * An MTU stays, as all it does is to let longer frames in.  Return: the members changed.
 */
uint64_t policy_take_back(const struct policy_limits *l, struct xmd_vif_object *vif);

#endif
