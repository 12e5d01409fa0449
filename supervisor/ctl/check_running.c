// SPDX-License-Identifier: GPL-2.0
/* check_running.c - driver domains that run, by what they say in xenstore: see check.h */
#include "check.h"
#include "files.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <xmd/version.h>

#define OWN	"/local/domain/%u/data/xmd-backend/%s"

static void check_state(struct report *r, unsigned int domid, const char *name)
{
	char *state = fact_node(&r->facts, OWN, domid, "state");

	if (!state) {
		find(r, FAULT, "backend", name, "no xmd-backend has ever run in domain %u", domid);
		remedy(r, "see its console (xl console %s): with an image of xmd-mkimage it starts by itself; in a distribution: systemctl enable --now xmd-backend", name);
	} else if (!strcmp(state, "waiting")) {
		find(r, FAULT, "backend", name, "its xmd-backend waits for /dev/xmd/back: xmd_back.ko is not loaded in domain %u", domid);
		remedy(r, "in that domain: modprobe xmd_back, and see dmesg; xen-netback must not be loaded there");
	} else if (!strcmp(state, "stopped")) {
		find(r, FAULT, "backend", name, "xmd-backend was stopped in domain %u", domid);
		remedy(r, "in that domain: systemctl start xmd-backend; or here: xmdctl restart %s", name);
	} else if (!strcmp(state, "drained") || !strcmp(state, "draining")) {
		find(r, NOTE, "backend", name, "it is %s for a restart: frames wait", state);
		remedy(r, "nothing: it goes on by itself after 15 s; or xmdctl restart %s", name);
	} else {
		well(r, "backend", name, "xmd-backend of domain %u: %s", domid, state);
	}
	free(state);
}

static void check_version(struct report *r, unsigned int domid, const char *name)
{
	char *version = fact_node(&r->facts, OWN, domid, "version");

	if (version && strcmp(version, XMD_VERSION)) {
		find(r, NOTE, "version", name, "it runs version %.40s, and this is %s", version, XMD_VERSION);
		remedy(r, "xmd-mkimage makes an image of this version; then xmdctl upgrade %s --kernel FILE --ramdisk FILE", name);
	}
	free(version);
}

static void check_vif(struct report *r, unsigned int domid, const char *guest, const char *handle)
{
	char subject[SUBJECT_MAX], *why;

	why = fact_node(&r->facts, "/local/domain/%u/backend/vif/%.10s/%.10s/hotplug-error", domid, guest, handle);
	if (why) {
		snprintf(subject, sizeof(subject), "vif %.10s/%.10s", guest, handle);
		find(r, FAULT, "vif", subject, "it is not served: %.250s", why);
		remedy(r, "change the vif's line in the configuration of domain %s, or grant ignore-... in /etc/xmd/policy.conf of the driver domain (xmd-backend(8), POLICY); then detach and attach it", guest);
	}
	free(why);
}

static void check_vifs(struct report *r, unsigned int domid)
{
	char *guests = fact_nodes(&r->facts, "/local/domain/%u/backend/vif", domid), *rest = guests, *guest;
	char *handles, *more, *handle;

	while ((guest = next_line(&rest))) {
		handles = more = fact_nodes(&r->facts, "/local/domain/%u/backend/vif/%.10s", domid, guest);
		while ((handle = next_line(&more)))
			check_vif(r, domid, guest, handle);
		free(handles);
	}
	free(guests);
}

/* What the supervisor thinks of it: "DOMID RESTARTS UNSTABLE GIVEN-UP" */
static void check_given_up(struct report *r, const char *name)
{
	char *text = fact_file(&r->facts, RUN_DIR "/%.64s.state", name);
	unsigned int domid, restarts, unstable, given_up;

	if (text && sscanf(text, "%u %u %u %u", &domid, &restarts, &unstable, &given_up) == 4 && given_up) {
		find(r, FAULT, "given-up", name, "xmd-supervisor has given it up, after %u restarts in a row", unstable);
		remedy(r, "xmdctl logs %s has its last words; then xmdctl restart %s", name, name);
	}
	free(text);
}

static void check_domain(struct report *r, unsigned int domid, const char *name)
{
	check_state(r, domid, name);
	check_version(r, domid, name);
	check_vifs(r, domid);
	check_given_up(r, name);
}

unsigned int check_running(struct report *r, const char *name)
{
	char *ids = fact_nodes(&r->facts, "/local/domain"), *rest = ids, *id, *who, *libxl;
	unsigned int n = 0, domid;

	while ((id = next_line(&rest))) {
		domid = (unsigned int)strtoul(id, NULL, 10);
		who = domid ? fact_node(&r->facts, "/local/domain/%u/name", domid) : NULL;
		/* libxl makes it for driver_domain=1 and no other */
		libxl = who ? fact_nodes(&r->facts, "/local/domain/%u/libxl", domid) : NULL;
		if (who && (name ? !strcmp(who, name) : libxl != NULL)) {
			check_domain(r, domid, who);
			n++;
		}
		free(who);
		free(libxl);
	}
	free(ids);
	return n;
}
