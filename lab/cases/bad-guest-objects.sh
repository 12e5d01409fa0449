# lab: file tests/tools/caselib.sh
# lab: file lab/cases/bad-guest.sh
# lab: file build/bin/xmd-gaptcp
# lab: file build/bin/xmd-hostile-front
# full only: bad-guest has one or two of each kind of these, too
#
# As bad-guest.sh, on the object ring: whatever a guest does with its page, its event channel and
# its keys, its own vif carries frames all the time, what policy keeps from it stays as it was, and
# nobody else notices.  Why a ring was shut stands in its page and, as far as a guest may fill
# that, in xmd-backend's log.
#
# All that "xmd-hostile-front list" calls obj-*, some 15 minutes. --env XMD_ATTACKS='obj-flood-*' runs
# a part.
# shellcheck disable=SC2034  # for bad-guest.sh
objects=only
# shellcheck disable=SC2034
# alone: attackers take all the processor there is
short=obj-*
. /case/bad-guest.sh
