# SPDX-License-Identifier: GPL-2.0
#
# What of xmd-backend is the same in the program and under the tests' store and kernel half.

BACKEND_VIF  := vif.c vif_look.c vif_kern.c negotiate.c wants.c confine.c fsm.c ctrl.c
# a vif's object ring; tests/hostile runs it alone
BACKEND_OBJ  := obj.c obj_home.c obj_msg.c obj_work.c obj_calls.c obj_ask.c policy.c policy_names.c policy_vlans.c
BACKEND_CODE := backend.c pulse.c saved.c segments.c stats.c pet.c pet_store.c store.c kern.c port.c $(BACKEND_VIF) $(BACKEND_OBJ)
# what dom0 is shown; capture_main.c is the program's
CAPTURE_CODE := capture.c capture_listen.c
