# lab: file lab/cases/front-smoke.sh
# lab: file tests/tools/caselib.sh
# lab: file build/bin/xmd-gaptcp
#
# Our own frontend with a backend that knows nothing of it: xen-netback, bridge and xl devd.
export XMD_DRV=stock
. /case/front-smoke.sh
