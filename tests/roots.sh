# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0
#
# For tests/installed and tests/packages: a clean Debian root to work in, and words for what was seen.
# Source it with "$0" "$@" behind; it starts the script again in a mount namespace of its own, so that
# nothing which is mounted outlives it.  Sets: suite root roots clean debs site.
#
# Clean roots and downloaded packages are kept below build/roots/ for the next time.

if [ -z "${XMD_OWN_MOUNTS-}" ]; then
	[ "$(id -u)" = 0 ] || { echo "skip: needs root for a chroot"; exit 0; }
	XMD_OWN_MOUNTS=1 exec unshare --mount --propagation private "$@"
fi
suite=${2:?usage: $1 SUITE}
root=$(cd "$(dirname "$1")/.." && pwd)
roots=$root/build/roots
clean=$roots/$suite debs=$roots/$suite-debs
failed=0 passed=0

die() { echo "$(basename "$0"): $*" >&2; exit 1; }
ok() { passed=$((passed + 1)); echo "ok    $*"; }
bad() { failed=$((failed + 1)); echo "FAIL  $*"; }
check() { # WHAT COMMAND...
	local what=$1
	shift
	if "$@"; then ok "$what"; else bad "$what"; fi
}

# A filter: what is wrong is seen in the log, too (which tee(1) would begin anew).
show() {
	local text
	text=$(cat)
	[ -z "$text" ] || echo "      $text" >&2
	echo "$text"
}

command -v debootstrap > /dev/null || die "debootstrap is missing: tests/install-deps"
# shellcheck disable=SC2016  # apt's own words
site=$(apt-get indextargets --format '$(SITE) $(CODENAME)' | awk '$2 ~ /^bookworm$/ { print $1; exit }')
site=${site:-http://deb.debian.org/debian}

inside() { # ROOT COMMAND LINE
	chroot "$1" /usr/bin/env -i HOME=/root PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin \
		LC_ALL=C.UTF-8 MAKEFLAGS=-j2 DEBIAN_FRONTEND=noninteractive bash -c "cd /root && $2"
}

# A Debian as any other: systemd, udev, man.
make_clean() {
	debootstrap --variant=minbase "$suite" "$clean" "$site" || return 1
	# Who runs apt-get by hand is asked; here nobody is.
	printf 'APT::Get::Assume-Yes "true";\nAPT::Install-Recommends "false";\nDpkg::Use-Pty "false";\nquiet "2";\n' \
		> "$clean/etc/apt/apt.conf.d/90test"
	echo force-unsafe-io > "$clean/etc/dpkg/dpkg.cfg.d/90test"
	cp /etc/resolv.conf "$clean/etc/resolv.conf"
	mkdir -p "$clean/root/xmd"
	mount -t proc proc "$clean/proc"
	inside "$clean" "apt-get update && apt-get install systemd udev procps man-db groff && apt-get clean"
	local status=$?
	umount "$clean/proc"
	return $status
}

if [ ! -e "$clean/complete" ]; then
	mkdir -p "$roots"
	/usr/lib/apt/apt-helper download-file "$site/dists/$suite/InRelease" "$roots/$suite.release" > /dev/null 2>&1 ||
		{ echo "skip: $site does not offer $suite"; exit 0; }
	rm -rf "$clean"
	make_clean > "$roots/$suite.log" 2>&1 || die "no clean root of $suite: $(tail -n 3 "$roots/$suite.log")"
	touch "$clean/complete"
fi

# A copy to work in, made of the folders LOWER[:LOWER], the first on top.  What changes there goes to UPPER,
# which is made anew.  Return: 1 no overlays here (only the last of LOWER was copied)
work_in() { # DIR LOWER UPPER
	local whole=0
	rm -rf "$1" "$3" "$3.work"
	mkdir -p "$1" "$3" "$3.work" "$debs/partial"
	if ! mount -t overlay overlay -o "lowerdir=$2,upperdir=$3,workdir=$3.work" "$1" 2> /dev/null; then
		cp -a "${2##*:}/." "$1/" || die "cannot copy ${2##*:}"
		whole=1
	fi
	cp /etc/resolv.conf "$1/etc/resolv.conf"
	mount -t proc proc "$1/proc"
	mount --bind "$debs" "$1/var/cache/apt/archives"
	inside "$1" "apt-get update" || die "apt-get update does not work in the clean root"
	return $whole
}

# What work_in made goes, mounts first.
done_in() { # DIR UPPER
	umount -R "$1/proc" "$1/var/cache/apt/archives" 2> /dev/null
	umount "$1" 2> /dev/null
	mountpoint -q "$1" || rm -rf "$1"
	rm -rf "$2" "$2.work"
}

put_source() { # DIR
	(cd "$root" && tar -c --exclude=./build --exclude=./.git .) | tar -x -C "$1/root/xmd"
}

# The oldest kernel that this Debian offers runs there, so that another one would be noticed.  Sets kver.
fake_kernel() { # DIR
	kver=$(inside "$1" "apt-cache pkgnames linux-headers-" |
		sed -nE 's/^linux-headers-([0-9].*[0-9](\+deb[0-9]+)?-amd64)$/\1/p' | grep -vE 'rt-amd64|cloud-amd64' |
		sort -V | head -n 1)
	[ -n "$kver" ] || die "$suite offers no kernel headers"
	cat > "$1/usr/local/bin/uname" <<-UNAME
	#!/bin/sh
	[ "\$*" = -r ] && echo "$kver" || exec /usr/bin/uname "\$@"
	UNAME
	chmod 755 "$1/usr/local/bin/uname"
}
