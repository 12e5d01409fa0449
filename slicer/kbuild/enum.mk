# SPDX-License-Identifier: GPL-2.0
# What Kbuild would make in folder D of the kernel's source, evaluated by make itself: nothing is built.
#   make -s -rR -C TREE -f enum.mk D=drivers/net/ethernet/intel/e1000 CONFIG=.../include/config/auto.conf
#
#   M module object...    a module and the objects it is made of
#   S folder              Kbuild goes on there
#   F flag...             flags of all units here        P flag...   of all units below, too
#   V object flag...      flags of one unit
srctree := .
src := $(D)
obj := $(D)
objtree := .
ARCH := x86
SRCARCH := x86
comma := ,
include $(CONFIG)
include $(firstword $(wildcard $(D)/Kbuild $(D)/Makefile))
parts = $(strip $($(1:.o=-objs)) $($(1:.o=-y)) $($(1:.o=-m)))
$(foreach m,$(sort $(filter %.o,$(obj-m))),$(info M $(m:.o=) $(or $(call parts,$m),$m)))
$(foreach d,$(sort $(filter %/,$(obj-m) $(obj-y)) $(addsuffix /,$(subdir-y) $(subdir-m))),$(info S $d))
$(info F $(ccflags-y) $(ccflags-m) $(EXTRA_CFLAGS))
$(info P $(subdir-ccflags-y))
$(foreach v,$(filter CFLAGS_%.o,$(.VARIABLES)),$(info V $(v:CFLAGS_%=%) $($v)))
.DEFAULT_GOAL := all
all: ;
.PHONY: all
