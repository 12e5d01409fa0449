# SPDX-License-Identifier: GPL-2.0
# The header $(FILTER) with the filter for the lists in $(ALLOWED); see mkfilter.c.
$(FILTER): $(ROOT)/xpc/user/mkfilter.c $(ALLOWED) $(wildcard $(ROOT)/include/xmd/*.h)
	@mkdir -p $(@D) $(OBJ)
	$(CC) -Wall -Wextra -Werror -I$(ROOT)/include -DALLOWED='"$(ALLOWED)"' -o $(OBJ)/mkfilter $< -lseccomp
	$(OBJ)/mkfilter > $@.new
	@mv $@.new $@
