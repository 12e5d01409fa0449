// SPDX-License-Identifier: GPL-2.0
/* options.c - parsing and checking the command line. */
#include <errno.h>
#include <getopt.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "options.h"
#include "sim/sim.h"

#define VERSION "0.1"
#define NOBODY 65534	/* a number: a small driver domain has no list of users */

enum { OPT_IGNORE_SUM = 256, OPT_IRQ_RATE, OPT_TX_RING, OPT_RX_RING, OPT_USER };

static const struct option long_options[] = {
	{ "device", required_argument, NULL, 'd' },
	{ "simulate", optional_argument, NULL, 's' },
	{ "ignore-eeprom-checksum", no_argument, NULL, OPT_IGNORE_SUM },
	{ "irq-rate", required_argument, NULL, OPT_IRQ_RATE },
	{ "tx-ring", required_argument, NULL, OPT_TX_RING },
	{ "rx-ring", required_argument, NULL, OPT_RX_RING },
	{ "user", required_argument, NULL, OPT_USER },
	{ "verbose", no_argument, NULL, 'v' },
	{ "help", no_argument, NULL, 'h' },
	{ "version", no_argument, NULL, 'V' },
	{ NULL, 0, NULL, 0 }
};

static void print_help(void)
{
	printf("Usage: xmd-userdriver [option]...\n"
	       "The user half of the driver for Intel 8254x NICs in an xmd driver domain.\n\n"
	       "  -d, --device PATH           device file of the kernel half (/dev/xmd/nic0)\n"
	       "  -s, --simulate[=FAULT,...]  drive a simulated NIC instead; the faults:\n"
	       "                              %s\n"
	       "      --ignore-eeprom-checksum  start the NIC although the EEPROM is damaged\n"
	       "      --irq-rate N            interrupts a second at most, 60 to 100000,\n"
	       "                              0 for no limit (8000)\n"
	       "      --tx-ring N, --rx-ring N  descriptors: 64, 128, 256, 512 or 1024 (256)\n"
	       "      --user UID[:GID]        become this user once the device is open; default\n"
	       "                              65534 (nobody), 0 stays root\n"
	       "  -v, --verbose               tell more\n"
	       "  -h, --help                  this text\n"
	       "  -V, --version               versions of program and kernel interface\n\n"
	       "SIGTERM ends the program and leaves the NIC running; the next one adopts it.\n\n"
	       "Exit status: 0 ended by SIGTERM, 1 wrong command line, 2 device file cannot be\n"
	       "opened, 3 kernel half of another version or unknown NIC, 4 EEPROM, 5 PHY,\n"
	       "6 a register did not do as it should, 7 the kernel half refused, 8 the operating\n"
	       "system refused.  All but 1 are worth another start.\n",
	       sim_fault_names());
}

static bool parse_number(const char *name, const char *text, unsigned int max,
			 unsigned int *val)
{
	char *end;
	unsigned long n;

	errno = 0;
	n = strtoul(text, &end, 10);
	if (text[0] < '0' || text[0] > '9' || *end || errno || n > max) {
		log_line("%s %s: not a number from 0 to %u", name, text, max);
		return false;
	}
	*val = n;
	return true;
}

static bool parse_ring(const char *name, const char *text, unsigned int *val)
{
	if (!parse_number(name, text, 1024, val))
		return false;
	if (*val < 64 || (*val & (*val - 1))) {
		log_line("%s %s: give 64, 128, 256, 512 or 1024", name, text);
		return false;
	}
	return true;
}

static bool parse_irq_rate(const char *text, unsigned int *val)
{
	if (!parse_number("--irq-rate", text, 100000, val))
		return false;
	/* ITR has 16 bits of 256 ns. */
	if (*val && *val < 60) {
		log_line("--irq-rate %s: the NIC cannot hold back below 60 a second", text);
		return false;
	}
	return true;
}

static bool parse_user(struct options *opt, const char *text)
{
	char uid[16];
	const char *colon = strchr(text, ':');
	size_t len = colon ? (size_t)(colon - text) : strlen(text);

	if (len >= sizeof(uid)) {
		log_line("--user %s: give numbers, UID or UID:GID", text);
		return false;
	}
	memcpy(uid, text, len);
	uid[len] = '\0';
	if (!parse_number("--user", uid, INT_MAX, &opt->uid))
		return false;
	opt->gid = opt->uid;
	if (colon && !parse_number("--user, group", colon + 1, INT_MAX, &opt->gid))
		return false;
	return true;
}

static bool parse_one(struct options *opt, int c)
{
	switch (c) {
	case 'd':
		opt->device = optarg;
		return true;
	case 's':
		opt->simulate = true;
		opt->faults = optarg;
		return true;
	case OPT_IGNORE_SUM:
		opt->ignore_eeprom_checksum = true;
		return true;
	case OPT_IRQ_RATE:
		return parse_irq_rate(optarg, &opt->irq_rate);
	case OPT_TX_RING:
		return parse_ring("--tx-ring", optarg, &opt->tx_ring);
	case OPT_RX_RING:
		return parse_ring("--rx-ring", optarg, &opt->rx_ring);
	case OPT_USER:
		return parse_user(opt, optarg);
	case 'v':
		opt->verbose = true;
		return true;
	}
	log_line("try 'xmd-userdriver --help'");
	return false;
}

enum options_verdict options_parse(struct options *opt, int argc, char **argv)
{
	int c;

	*opt = (struct options){
		.device = "/dev/xmd/nic0", .irq_rate = 8000, .tx_ring = 256, .rx_ring = 256,
		.uid = NOBODY, .gid = NOBODY,
	};
	optind = 1;
	while ((c = getopt_long(argc, argv, "d:s::vhV", long_options, NULL)) != -1) {
		if (c == 'h') {
			print_help();
			return OPTIONS_DONE;
		}
		if (c == 'V') {
			printf("xmd-userdriver %s, xpc.h version %u\n", VERSION, XMD_XPC_VERSION);
			return OPTIONS_DONE;
		}
		if (!parse_one(opt, c))
			return OPTIONS_WRONG;
	}
	if (optind < argc) {
		log_line("'%s' is not understood; try 'xmd-userdriver --help'", argv[optind]);
		return OPTIONS_WRONG;
	}
	return OPTIONS_RUN;
}
