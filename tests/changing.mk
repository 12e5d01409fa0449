# SPDX-License-Identifier: GPL-2.0
# How a fuzzer is built whose guest changes its pages while they are read: changing.h.
CHANGING_CFLAGS := -fsanitize-coverage=trace-loads -Dmemcpy=changing_memcpy -fno-builtin-memcpy \
	-I$(dir $(lastword $(MAKEFILE_LIST)))
