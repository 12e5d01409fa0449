// SPDX-License-Identifier: GPL-2.0
/* xl_vif.c - a vif that libxl takes away and makes anew; see xl.h */
#include "xl.h"

#include <libxl.h>
#include <libxl_utils.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define SAVED	"libxl-json"	/* where libxl keeps what a domain was made of */

/* From what is in xenstore. */
static int nic_there(libxl_ctx *ctx, uint32_t guest, int handle, libxl_device_nic *nic)
{
	static const libxl_mac none;
	int rc = libxl_devid_to_device_nic(ctx, guest, handle, nic);

	/* Of one that is there only half, libxl makes vif 0, with no address. */
	if (!rc && (nic->devid != handle || !memcmp(nic->mac, none, sizeof(none))))
		rc = ERROR_NOTFOUND;
	return rc;
}

static int nic_in(libxl_ctx *ctx, const libxl_domain_config *cfg, int handle, libxl_device_nic *nic)
{
	int i;

	for (i = 0; i < cfg->num_nics; i++)
		if (cfg->nics[i].devid == handle) {
			libxl_device_nic_copy(ctx, nic, &cfg->nics[i]);
			return 0;
		}
	return ERROR_NOTFOUND;
}

/*
 * From what libxl was asked for.  An attach while the driver domain is made anew can leave no more
 * of a vif in xenstore than the paths of its two ends.
 */
static int nic_saved(libxl_ctx *ctx, uint32_t guest, int handle, libxl_device_nic *nic)
{
	libxl_domain_config cfg;
	uint8_t *data = NULL;
	char *json;
	int len, rc = libxl_userdata_retrieve(ctx, guest, SAVED, &data, &len);

	if (rc || !data)
		return rc ? rc : ERROR_NOTFOUND;
	json = strndup((char *)data, (size_t)len);
	free(data);
	if (!json)
		return ERROR_NOMEM;
	libxl_domain_config_init(&cfg);
	rc = libxl_domain_config_from_json(ctx, &cfg, json);
	if (!rc)
		rc = nic_in(ctx, &cfg, handle, nic);
	libxl_domain_config_dispose(&cfg);
	free(json);
	return rc;
}

static void backend(libxl_device_nic *nic, uint32_t drv)
{
	free(nic->backend_domname);
	nic->backend_domname = NULL;
	nic->backend_domid = drv;
}

int xl_reattach_vif(struct xl *x, uint32_t guest, uint32_t handle, uint32_t drv)
{
	libxl_ctx *ctx = xl_ctx(x);
	libxl_device_nic nic;
	int rc;

	libxl_device_nic_init(&nic);
	rc = nic_there(ctx, guest, (int)handle, &nic);
	if (rc) {
		libxl_device_nic_dispose(&nic);
		libxl_device_nic_init(&nic);
		rc = nic_saved(ctx, guest, (int)handle, &nic);
		backend(&nic, drv);
	}
	if (!rc)
		rc = libxl_device_nic_destroy(ctx, guest, &nic, NULL);
	if (!rc) {
		usleep(XL_UNSEEN_MS * 1000);
		backend(&nic, drv);
		rc = libxl_device_nic_add(ctx, guest, &nic, NULL);
	}
	libxl_device_nic_dispose(&nic);
	return xl_errno(rc);
}
