# lab: file tests/tools/caselib.sh
# lab: file lab/cases/bad-guest.sh
# lab: file build/bin/xmd-gaptcp
# lab: file build/bin/xmd-hostile-front
#
# As bad-guest.sh, on the object ring: whatever a guest does with its page, its event channel and
# its keys, its own vif carries frames all the time, what policy keeps from it stays as it was, and
# nobody else notices.  Why a ring was shut stands in its page and, as far as a guest may fill
# that, in xmd-backend's log.
#
# One or two of each kind; with --env XMD_FULL=1 all that "xmd-hostile-front list" calls obj-*, some
# 15 minutes. --env XMD_ATTACKS='obj-flood-*' runs a part.
# shellcheck disable=SC2034  # for bad-guest.sh
objects=1
# shellcheck disable=SC2034
short="obj-wire-99 obj-len-4g obj-stale obj-promisc obj-far-indices obj-flood-hello obj-event-storm
	obj-flip-slots obj-page-withdrawn"
. /case/bad-guest.sh
