# SPDX-License-Identifier: GPL-2.0
#
# make image-programs   build/image/{xmd-init,xmd-backend,xmd-userdriver,xmd-capture}: what the driver domain's
#                       image runs, static and stripped: a start has no dynamic linker in it

ROOT  := $(abspath $(dir $(lastword $(MAKEFILE_LIST)))/..)
BUILD ?= $(ROOT)/build
IMAGE := $(BUILD)/image

CC     ?= gcc
CFLAGS ?= -O2 -g
WARN   := -I$(ROOT)/include -std=gnu11 -Wall -Wextra -Werror -Wshadow -Wstrict-prototypes -Wmissing-prototypes
HARDEN := -fstack-protector-strong -D_FORTIFY_SOURCE=2
# the same bytes wherever they are built
REPRODUCE := -ffile-prefix-map=$(ROOT)=. -Wl,--build-id=none

INIT := $(addprefix $(ROOT)/image/,init.c init_ask.c init_words.c init_keep.c)

.PHONY: all halves
all: $(IMAGE)/xmd-init halves

$(IMAGE)/xmd-init: $(INIT) $(ROOT)/image/init.h $(ROOT)/include/xmd/version.h
	@mkdir -p $(@D)
	$(CC) $(WARN) $(CFLAGS) $(HARDEN) $(REPRODUCE) -static-pie -s -o $@ $(INIT)

halves:
	$(MAKE) -C $(ROOT)/userdriver $(IMAGE)/xmd-userdriver
	$(MAKE) -C $(ROOT)/backend-domU/user $(IMAGE)/xmd-backend $(IMAGE)/xmd-capture
