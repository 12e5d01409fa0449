// SPDX-License-Identifier: GPL-2.0
/*
 * front.c - xmd-hostile-front: a guest that attacks the backend of its vif.
 *
 * One line an attack: what was tried, what the backend answered, the verdict.
 * Run it in a guest whose xen-netfront has let go of the vif:
 *	echo vif-0 > /sys/bus/xen/drivers/vif/unbind
 */
#include <arpa/inet.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "attack.h"

static const struct attack *const tables[] = {
	slot_attacks, race_attacks, offload_attacks, bus_attacks, stage_attacks, obj_attacks, NULL
};

static bool reconnects = true;

static unsigned int seen(struct vif *v, bool deaf)
{
	const struct tally *t = &v->tally;
	unsigned int bits = 0;

	if (t->okay || t->null)
		bits |= E_OKAY;
	if (t->error || t->dropped || t->other)
		bits |= E_ERROR;
	if (vif_back_state(v) != XenbusStateConnected)
		bits |= E_FATAL;
	else if (tx_unanswered(v))
		bits |= deaf ? E_FATAL : E_SILENT;
	return bits;
}

/* A packet is answered slot by slot: the extra-info's NULL is no acceptance, and of a
 * refused chain every slot that was read is refused. */
static bool as_expected(unsigned int bits, const struct attack *a, const struct tally *t)
{
	if (!t->okay && (bits & (E_ERROR | E_FATAL)))
		bits &= ~E_OKAY;
	return !(bits & ~a->expect);
}

static void print_outcome(const struct attack *a, struct vif *v, bool alive, bool ok)
{
	const struct tally *t = &v->tally;

	printf("%-20s okay %u error %u dropped %u null %u other %u unanswered %u, ",
	       a->name, t->okay, t->error, t->dropped, t->null, t->other, tx_unanswered(v));
	printf("rx frames %u errors %u, backend state %u, vif %s: %s\n", v->rx_frames,
	       v->rx_errors, vif_back_state(v), alive ? "carries frames" : "is cut off",
	       ok ? "as expected" : "NOT AS EXPECTED");
	fflush(stdout);
}

/* Does the same connection still carry frames?  @tally is kept as the attack left it. */
static bool still_alive(struct vif *v)
{
	struct tally keep = v->tally;
	bool alive;

	if (vif_back_state(v) != XenbusStateConnected)
		return false;
	if (v->tx.sring->req_prod - v->tx.rsp_cons > SLOTS - 8)
		return false;
	memset(&v->tally, 0, sizeof(v->tally));
	alive = vif_probe(v);
	v->tally = keep;
	return alive;
}

/* In a child process: connect honestly, attack, look. */
static enum verdict attack(struct vif *v, const struct attack *a)
{
	bool alive, ok;

	vif_open(v);
	if (a->flags & A_OWN) {
		a->run(v, a->arg);
		return OK;
	}
	if (a->flags & A_OBJ)
		return obj_attack(v, a);
	vif_connect(v);
	if (!vif_probe(v))
		broken("%s: no answer from the peer before the attack", a->name);
	memset(&v->tally, 0, sizeof(v->tally));
	a->run(v, a->arg);
	if (!tx_collect(v, 1000) || a->expect == E_FATAL)
		vif_wait_back(v, ~(1u << XenbusStateConnected), 500);
	alive = still_alive(v);
	ok = as_expected(seen(v, !alive), a, &v->tally);
	print_outcome(a, v, alive, ok);
	if (vif_back_state(v) != XenbusStateUnknown)
		vif_close(v);
	return !ok ? FAILED : alive ? OK : CUT_OFF;
}

/* In another child: whatever stands there now, connect and reach the peer. */
static enum verdict probe(struct vif *v, const struct attack *a)
{
	bool ok;

	(void)a;
	vif_open(v);
	vif_connect(v);
	ok = vif_probe(v);
	if (!ok)
		printf("no answer by ARP: tx req_prod %u rsp_prod %u rsp_cons %u, rx req_prod %u rsp_prod %u rsp_cons %u, %u frames %u errors\n",
		       v->tx.sring->req_prod, v->tx.sring->rsp_prod, v->tx.rsp_cons,
		       v->rx.sring->req_prod, v->rx.sring->rsp_prod, v->rx.rsp_cons,
		       v->rx_frames, v->rx_errors);
	vif_close(v);
	return ok ? OK : FAILED;
}

static enum verdict in_child(struct vif *v, const struct attack *a,
			     enum verdict (*fn)(struct vif *, const struct attack *))
{
	pid_t pid = fork();
	int status;

	if (pid < 0)
		return BROKEN;
	if (!pid) {
		alarm(180 + v->seconds);
		_exit(fn(v, a));
	}
	if (waitpid(pid, &status, 0) != pid || !WIFEXITED(status)) {
		printf("%-20s the process was killed by signal %d\n", a ? a->name : "probe",
		       WTERMSIG(status));
		return BROKEN;
	}
	return WEXITSTATUS(status);
}

static enum verdict run_one(struct vif *v, const struct attack *a)
{
	enum verdict did = in_child(v, a, attack), again;

	if (a->flags & A_OWN)
		printf("%-20s %s: %s\n", a->name, a->what,
		       did == OK ? "done" : did == FAILED ? "NOT AS EXPECTED" : "BROKEN");
	/* A vif that was alive to its end: the next to connect will see whether it can. */
	if (!reconnects || (a->flags & A_LAST) || (did == OK && !(a->flags & A_OWN)))
		return did == CUT_OFF ? OK : did;
	again = in_child(v, NULL, probe);
	if (again != OK) {
		printf("%-20s the vif does NOT CONNECT AGAIN afterwards\n", a->name);
		return FAILED;
	}
	return did == CUT_OFF ? OK : did;
}

static void list(void)
{
	for (unsigned int t = 0; tables[t]; t++)
		for (const struct attack *a = tables[t]; a->name; a++)
			printf("%-20s %s%s\n", a->name, a->what,
			       a->flags & A_LAST ? " (not in all)" : "");
}

static bool wanted(const struct attack *a, char **names, int n)
{
	for (int i = 0; i < n; i++) {
		size_t len = strlen(names[i]);

		if (!strcmp(names[i], "all") && !(a->flags & A_LAST))
			return strcmp(a->name, "spoof") || victim_mac[0] || victim_mac[5];
		if (names[i][len - 1] == '*' ? !strncmp(a->name, names[i], len - 1) :
		    !strcmp(a->name, names[i]))
			return true;
	}
	return false;
}

static int run_named(struct vif *v, char **names, int n)
{
	unsigned int count[3] = { 0 };

	for (unsigned int t = 0; tables[t]; t++)
		for (const struct attack *a = tables[t]; a->name; a++)
			if (wanted(a, names, n))
				count[run_one(v, a)]++;
	printf("%u as expected, %u failed, %u broken\n", count[OK], count[FAILED], count[BROKEN]);
	if (count[OK] + count[FAILED] + count[BROKEN] == 0)
		printf("no such attack: see list\n");
	return count[FAILED] ? FAILED : count[BROKEN] || !count[OK] ? BROKEN : OK;
}

static void usage(void)
{
	fputs("usage: xmd-hostile-front [-d HANDLE] [-t SECONDS] [-v VICTIM_MAC] [-n]\n"
	      "           -i OWN_IP -p PEER_IP  ATTACK... | PREFIX* | all | probe | list\n"
	      "  -t  length of attacks by repetition (default 2)\n"
	      "  -n  do not check that the vif connects again afterwards\n"
	      "  exit: 0 as expected, 1 the backend failed, 2 the test could not be made\n", stderr);
	exit(BROKEN);
}

static void options(int argc, char **argv, struct vif *v)
{
	uint8_t *m = victim_mac;
	int c;

	while ((c = getopt(argc, argv, "d:t:i:p:v:n")) != -1) {
		bool ok = true;

		switch (c) {
		case 'd':
			v->handle = atoi(optarg);
			break;
		case 't':
			v->seconds = atoi(optarg);
			break;
		case 'i':
			ok = inet_pton(AF_INET, optarg, v->ip) == 1;
			break;
		case 'p':
			ok = inet_pton(AF_INET, optarg, v->peer_ip) == 1;
			break;
		case 'v':
			ok = sscanf(optarg, "%hhx:%hhx:%hhx:%hhx:%hhx:%hhx", m, m + 1, m + 2,
				    m + 3, m + 4, m + 5) == 6;
			break;
		case 'n':
			reconnects = false;
			break;
		default:
			ok = false;
		}
		if (!ok)
			usage();
	}
}

int main(int argc, char **argv)
{
	struct vif v = { .seconds = 2 };

	options(argc, argv, &v);
	if (optind == argc)
		usage();
	setvbuf(stdout, NULL, _IOLBF, 0);
	if (!strcmp(argv[optind], "list")) {
		list();
		return OK;
	}
	if (!v.ip[0] || !v.peer_ip[0])
		usage();
	if (!strcmp(argv[optind], "probe"))
		return in_child(&v, NULL, probe);
	return run_named(&v, argv + optind, argc - optind);
}
