# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0
#
# For lab/dom0-disk and lab/domain-disks, which make disks of Debian roots; source it with "$0" "$@" behind.
# Sets what tests/roots.sh sets, and: result security.
[ $# = 3 ] || { echo "usage: $1 bookworm OUT" >&2; exit 2; }
# shellcheck source=tests/roots.sh
. "$(dirname "$1")/../tests/roots.sh" "$1" "$2" "$3"
[ -x "${LAB_AGENT-}" ] || die "LAB_AGENT is not set: lab/lab calls this"
result=$(mkdir -p "$3" && cd "$3" && pwd)
must() { "$@" || die "failed: $*"; }
quietly() { # DIR COMMAND LINE
	inside "$1" "$2" > "$1.log" 2>&1 < /dev/null || { tail -n 20 "$1.log"; die "failed: $2"; }
}

# Updates, too: apt on this machine knows whether there are any.
# shellcheck disable=SC2016  # apt's own words
security=$(apt-get indextargets --format '$(SITE) $(RELEASE)' | awk -v r="$suite-security" '$2 == r { print $1; exit }')
[ -z "$security" ] || security="deb $security $suite-security main"

# More on top of LOWER, in LAYER; nothing is done where the same has been.
add_layer() { # LAYER LOWER WHAT COMMAND LINE
	local stamp on=$1-on
	stamp=$(cat "$clean/var/lib/dpkg/status" <(echo "$2 $4") | sha256sum)
	[ "$(cat "$1.stamp" 2> /dev/null)" != "$stamp" ] || return 0
	echo "lab: $3"
	rm -f "$1.stamp"
	work_in "$on" "$2" "$1" || die "no overlays here"
	quietly "$on" "$4"
	umount -R "$on/proc" "$on/var/cache/apt/archives"
	umount "$on"
	echo "$stamp" > "$1.stamp"
}

# The root in DIR, whose machine is called HOST, becomes OUT/NAME. Who logs in there finds an apt that asks and
# recommends as Debian's does.
make_disk() { # DIR HOST NAME SIZE
	rm -f "$1/etc/apt/apt.conf.d/90test"
	echo "$2" > "$1/etc/hostname"
	echo "127.0.1.1 $2" >> "$1/etc/hosts"
	rm -f "$result/$3" "$result/$3.new"
	must truncate -s "$4" "$result/$3.new"
	must mke2fs -q -t ext4 -d "$1" "$result/$3.new"
	mv "$result/$3.new" "$result/$3"
	echo "lab: $result/$3 has $(du -m "$result/$3" | cut -f1) MB"
}
