# lab: file lab/cases/front-transfer.sh
# lab: file tests/tools/caselib.sh
# lab: file build/bin/xmd-gaptcp
# lab: file build/bin/xmd-seqtest
# lab: file build/bin/xmd-vlantap
# full only: front-stock sends less by the same ways
#
# What our own frontend carries when xen-netback, bridge and xl devd are at the other end.
export XMD_DRV=stock
. /case/front-transfer.sh
