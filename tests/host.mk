# SPDX-License-Identifier: GPL-2.0
# What tests of code that also runs in the kernel have in common.  SAN=1 builds with ASan and
# UBSan; FUZZ_SECONDS is the time of each fuzzer, FUZZ_SEED where it begins (0: anywhere), so
# that a change is judged by itself and not by chance.

# the kernel, too, leaves the rest of a table row to be zero
CFLAGS := -std=gnu11 -g -O1 -Wall -Wextra -Werror -Wno-missing-field-initializers
ifdef SAN
CFLAGS += -fsanitize=address,undefined -fno-sanitize-recover=all
endif
FUZZ_SECONDS ?= 10
FUZZ_SEED ?= 1
FUZZ_OPTIONS := -seed=$(FUZZ_SEED) -max_total_time=$(FUZZ_SECONDS) -max_len=2600 -print_final_stats=0 -verbosity=0
# the sanitizers are the fuzzer's own
FUZZ_CC = clang-14 $(CPPFLAGS) $(filter-out -fsanitize%,$(CFLAGS)) -fsanitize=fuzzer,address,undefined
