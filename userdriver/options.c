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

#define NOBODY 65534	/* a number: a small driver domain has no list of users */

enum {
	OPT_IGNORE_SUM = 256, OPT_IRQ_RATE, OPT_TX_RING, OPT_RX_RING, OPT_USER, OPT_SPEED,
	OPT_DUPLEX, OPT_ADVERTISE, OPT_PAUSE, OPT_RX_CSUM, OPT_TX_DELAY, OPT_TX_ABS_DELAY,
	OPT_RX_DELAY, OPT_RX_ABS_DELAY, OPT_POWER_DOWN, OPT_CHECK, OPT_RECORD, OPT_REPLAY,
};

/* The delays are what a gigabit NIC wants: received frames interrupt at once, bounded by ITR;
 * transmitted ones after 33 us, 66 at the latest. */
const struct options options_default = {
	.device = "/dev/xmd/nic0", .irq_rate = 8000, .tx_ring = 256, .rx_ring = 256,
	.uid = NOBODY, .gid = NOBODY, .duplex = -1, .pause_rx = true, .pause_tx = true,
	.rx_csum = true, .tx_delay = 32, .tx_abs_delay = 64,
};

static const struct option long_options[] = {
	{ "device", required_argument, NULL, 'd' },
	{ "simulate", optional_argument, NULL, 's' },
	{ "ignore-eeprom-checksum", no_argument, NULL, OPT_IGNORE_SUM },
	{ "irq-rate", required_argument, NULL, OPT_IRQ_RATE },
	{ "tx-ring", required_argument, NULL, OPT_TX_RING },
	{ "rx-ring", required_argument, NULL, OPT_RX_RING },
	{ "speed", required_argument, NULL, OPT_SPEED },
	{ "duplex", required_argument, NULL, OPT_DUPLEX },
	{ "advertise", required_argument, NULL, OPT_ADVERTISE },
	{ "pause", required_argument, NULL, OPT_PAUSE },
	{ "rx-csum", required_argument, NULL, OPT_RX_CSUM },
	{ "tx-delay", required_argument, NULL, OPT_TX_DELAY },
	{ "tx-abs-delay", required_argument, NULL, OPT_TX_ABS_DELAY },
	{ "rx-delay", required_argument, NULL, OPT_RX_DELAY },
	{ "rx-abs-delay", required_argument, NULL, OPT_RX_ABS_DELAY },
	{ "smart-power-down", no_argument, NULL, OPT_POWER_DOWN },
	{ "user", required_argument, NULL, OPT_USER },
	{ "record", required_argument, NULL, OPT_RECORD },
	{ "replay", required_argument, NULL, OPT_REPLAY },
	{ "verbose", no_argument, NULL, 'v' },
	{ "help", no_argument, NULL, 'h' },
	{ "version", no_argument, NULL, 'V' },
	{ "check", no_argument, NULL, OPT_CHECK },
	{ NULL, 0, NULL, 0 }
};

static void print_help(void)
{
	printf("Usage: xmd-userdriver [option]...\n"
	       "The user half of the driver for Intel 8254x NICs in an xmd driver domain.\n\n"
	       "  -d, --device PATH           device file of the kernel half (/dev/xmd/nic0)\n"
	       "  -s, --simulate[=FAULT,...]  drive a simulated NIC instead; the faults:\n"
	       "                              %s\n"
	       "      --record FILE           write all that crosses to the kernel half; no frames\n"
	       "      --replay FILE           run against such a file, and tell what is done otherwise\n"
	       "      --ignore-eeprom-checksum  start the NIC although the EEPROM is damaged\n"
	       "      --user UID[:GID]        become this user once the device is open; default\n"
	       "                              65534 (nobody), 0 stays root\n"
	       "  -v, --verbose               tell more\n"
	       "  -h, --help                  this text\n"
	       "  -V, --version               versions of program and kernel interface\n"
	       "      --check                 only look at the command line: say \"ok\", or what is wrong\n\n"
	       "Settings to begin with; ethtool changes them, and its changes outlive the program:\n"
	       "      --tx-ring N, --rx-ring N  descriptors: 64, 128, 256, 512 or 1024 (256)\n"
	       "      --irq-rate N|adaptive   interrupts a second at most, 100 to 100000,\n"
	       "                              0 for no limit (8000)\n"
	       "      --speed 10|100|1000     with --duplex half|full: forced below 1000; one of\n"
	       "      --duplex half|full      them alone narrows what is advertised\n"
	       "      --advertise MODE,...    10h, 10f, 100h, 100f, 1000f (all)\n"
	       "      --pause none|rx|tx|full  offered to the other end of the link (full)\n"
	       "      --rx-csum on|off        let the NIC check received checksums (on)\n\n"
	       "As long as the program runs, in units of 1.024 us from 0 to 65535:\n"
	       "      --tx-delay N, --tx-abs-delay N  transmit interrupts (32, 64)\n"
	       "      --rx-delay N, --rx-abs-delay N  receive interrupts (0, 0)\n"
	       "      --smart-power-down      the PHY sleeps while no cable is in\n\n"
	       "SIGTERM ends the program and leaves the NIC running; the next one adopts it.\n"
	       "SIGUSR1 logs how much has crossed between it and the kernel half.\n\n"
	       "Exit status: 0 ended by SIGTERM, 1 device file cannot be opened, 2 wrong command\n"
	       "line, 3 kernel half of another version or unknown NIC, 4 EEPROM, 5 PHY,\n"
	       "6 a register did not do as it should, 7 the kernel half refused a message, 8 the\n"
	       "operating system refused, 9 the kernel half does not start or stop the NIC.\n"
	       "All but 2 are worth another start.\n",
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
		log_err("%s %s: not a number from 0 to %u", name, text, max);
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
		log_err("%s %s: give 64, 128, 256, 512 or 1024", name, text);
		return false;
	}
	return true;
}

static bool parse_irq_rate(struct options *opt, const char *text)
{
	opt->adaptive = !strcmp(text, "adaptive");
	if (opt->adaptive)
		return true;
	if (!parse_number("--irq-rate", text, 100000, &opt->irq_rate))
		return false;
	if (opt->irq_rate && opt->irq_rate < 100) {
		log_err("--irq-rate %s: below 100 a second nothing is left of the link's speed",
			text);
		return false;
	}
	return true;
}

struct word {
	const char *name;
	unsigned int val;
};

/* Of @len characters at @text.  Return: whether it is one of @words, which end without name. */
static bool find_word(const struct word *words, const char *text, size_t len, unsigned int *val)
{
	for (; words->name; words++) {
		if (strlen(words->name) == len && !memcmp(words->name, text, len)) {
			*val = words->val;
			return true;
		}
	}
	return false;
}

static bool parse_word(const char *name, const char *text, const struct word *words,
		       unsigned int *val)
{
	if (find_word(words, text, strlen(text), val))
		return true;
	log_err("%s %s: 'xmd-userdriver --help' tells what it may be", name, text);
	return false;
}

static bool parse_speed(struct options *opt, const char *text)
{
	static const struct word words[] = {
		{ "10", 10 }, { "100", 100 }, { "1000", 1000 }, { NULL, 0 }
	};

	return parse_word("--speed", text, words, &opt->speed);
}

static bool parse_duplex(struct options *opt, const char *text)
{
	static const struct word words[] = { { "half", 0 }, { "full", 1 }, { NULL, 0 } };
	unsigned int full;

	if (!parse_word("--duplex", text, words, &full))
		return false;
	opt->duplex = full;
	return true;
}

static bool parse_pause(struct options *opt, const char *text)
{
	enum { RX = 1, TX = 2 };
	static const struct word words[] = {
		{ "none", 0 }, { "rx", RX }, { "tx", TX }, { "full", RX | TX }, { NULL, 0 }
	};
	unsigned int bits;

	if (!parse_word("--pause", text, words, &bits))
		return false;
	opt->pause_rx = bits & RX;
	opt->pause_tx = bits & TX;
	return true;
}

static bool parse_rx_csum(struct options *opt, const char *text)
{
	static const struct word words[] = { { "off", 0 }, { "on", 1 }, { NULL, 0 } };
	unsigned int on;

	if (!parse_word("--rx-csum", text, words, &on))
		return false;
	opt->rx_csum = on;
	return true;
}

static bool parse_advertise(struct options *opt, const char *text)
{
	static const struct word words[] = {
		{ "10h", XMD_ADV_10H }, { "10f", XMD_ADV_10F }, { "100h", XMD_ADV_100H },
		{ "100f", XMD_ADV_100F }, { "1000f", XMD_ADV_1000F }, { NULL, 0 }
	};

	opt->advertise = 0;
	for (const char *at = text; ; at++) {
		size_t len = strcspn(at, ",");
		unsigned int bit;

		if (!find_word(words, at, len, &bit)) {
			log_err("--advertise %s: '%.*s' is none of 10h, 10f, 100h, 100f, 1000f",
				text, (int)len, at);
			return false;
		}
		opt->advertise |= bit;
		at += len;
		if (!*at)
			return true;
	}
}

/* What each of them allows and both together do not. */
static bool check_link(const struct options *opt)
{
	if (opt->speed == 1000 && !opt->duplex) {
		log_err("--speed 1000 --duplex half: the NIC has no such mode");
		return false;
	}
	if (opt->advertise && (opt->speed || opt->duplex >= 0)) {
		log_err("--advertise goes with neither --speed nor --duplex");
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
		log_err("--user %s: give numbers, UID or UID:GID", text);
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

static bool parse_delay(int c, struct options *opt, const char *text)
{
	const struct { int c; const char *name; unsigned int *val; } delay[] = {
		{ OPT_TX_DELAY, "--tx-delay", &opt->tx_delay },
		{ OPT_TX_ABS_DELAY, "--tx-abs-delay", &opt->tx_abs_delay },
		{ OPT_RX_DELAY, "--rx-delay", &opt->rx_delay },
		{ OPT_RX_ABS_DELAY, "--rx-abs-delay", &opt->rx_abs_delay },
	};

	for (unsigned int i = 0; i < sizeof(delay) / sizeof(delay[0]); i++) {
		if (delay[i].c == c)
			return parse_number(delay[i].name, text, 65535, delay[i].val);
	}
	log_err("try 'xmd-userdriver --help'");
	return false;
}

static bool parse_setting(struct options *opt, int c)
{
	switch (c) {
	case OPT_IRQ_RATE:
		return parse_irq_rate(opt, optarg);
	case OPT_TX_RING:
		return parse_ring("--tx-ring", optarg, &opt->tx_ring);
	case OPT_RX_RING:
		return parse_ring("--rx-ring", optarg, &opt->rx_ring);
	case OPT_SPEED:
		return parse_speed(opt, optarg);
	case OPT_DUPLEX:
		return parse_duplex(opt, optarg);
	case OPT_ADVERTISE:
		return parse_advertise(opt, optarg);
	case OPT_PAUSE:
		return parse_pause(opt, optarg);
	case OPT_RX_CSUM:
		return parse_rx_csum(opt, optarg);
	}
	return parse_delay(c, opt, optarg);
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
	case OPT_POWER_DOWN:
		opt->smart_power_down = true;
		return true;
	case OPT_RECORD:
		opt->record = optarg;
		return true;
	case OPT_REPLAY:
		opt->replay = optarg;
		return true;
	case OPT_USER:
		return parse_user(opt, optarg);
	case 'v':
		opt->verbose = true;
		return true;
	}
	return parse_setting(opt, c);
}

enum options_verdict options_parse(struct options *opt, int argc, char **argv)
{
	bool check = false;
	int c;

	*opt = options_default;
	optind = 1;
	while ((c = getopt_long(argc, argv, "d:s::vhV", long_options, NULL)) != -1) {
		if (c == 'h') {
			print_help();
			return OPTIONS_DONE;
		}
		if (c == 'V') {
			printf("xmd-userdriver %s, objects %08x\n", XMD_VERSION, xpc_objects.fingerprint);
			return OPTIONS_DONE;
		}
		check |= c == OPT_CHECK;
		if (c != OPT_CHECK && !parse_one(opt, c))
			return OPTIONS_WRONG;
	}
	if (optind < argc) {
		log_err("'%s' is not understood; try 'xmd-userdriver --help'", argv[optind]);
		return OPTIONS_WRONG;
	}
	if (!check_link(opt))
		return OPTIONS_WRONG;
	if (check)
		puts("ok");
	return check ? OPTIONS_DONE : OPTIONS_RUN;
}
