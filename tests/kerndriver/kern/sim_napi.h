/* SPDX-License-Identifier: GPL-2.0 */
/* sim_napi.h - NAPI for those who have one thread; included once by who simulates the NIC of a program */

void napi_enable(struct napi_struct *n)
{
	SIM_CHECK(!n->enabled);
	*n = (struct napi_struct){ .enabled = true };
}

void napi_disable(struct napi_struct *n)
{
	SIM_CHECK(n->enabled);
	n->enabled = false;
}

void napi_schedule(struct napi_struct *n)
{
	n->missed |= n->state;
	n->state = 1;
}

bool napi_complete_done(struct napi_struct *n, int work)
{
	(void)work;
	SIM_CHECK(n->state);
	n->state = n->missed;
	n->missed = false;
	return !n->state;
}
