# SPDX-License-Identifier: GPL-2.0
# The header $(FILTER) with the filter for the lists in $(ALLOWED); see mkfilter.c.  May be included
# once for each of several.
$(FILTER): LISTS := $(ALLOWED)
$(FILTER): $(ROOT)/xpc/user/mkfilter.c $(ALLOWED) $(wildcard $(ROOT)/include/xmd/*.h)
	@mkdir -p $(@D) $(OBJ)
	$(CC) -Wall -Wextra -Werror -I$(ROOT)/include -DALLOWED='"$(LISTS)"' -o $(OBJ)/mkfilter-$(@F) $< -lseccomp
	$(OBJ)/mkfilter-$(@F) > $@.new
	@mv $@.new $@
