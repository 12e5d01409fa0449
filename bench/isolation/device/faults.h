/* SPDX-License-Identifier: GPL-2.0 */
/* faults.h - what can be wrong with a NIC, by type: after Kadav, Renzelmann and Swift's Carburizer. */
#ifndef DEVICE_FAULTS_H
#define DEVICE_FAULTS_H

#include <stdbool.h>
#include <stdint.h>

struct fault {
	unsigned int n;
	uint32_t seed;
	const char *type;
	char site[80];			/* which register, which bit, how long */
	unsigned int after_ms;		/* of traffic */
	unsigned int accesses;		/* and so many accesses of registers */
	unsigned int lasts_ms;		/* then the NIC behaves again */
	bool reset;			/* somebody changes its rings meanwhile */
};

/* The fault with that number; the same seed, the same fault.  Return: false, @types has none that is known */
bool fault_plan(struct fault *f, unsigned int n, uint32_t seed, const char *types);
void fault_begin(const struct fault *f);	/* into dev_fault */
const char *fault_types(void);

#endif /* DEVICE_FAULTS_H */
