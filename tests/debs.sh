# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0
#
# Builds the Debian packages in a clean root; source it after roots.sh, with $out set: they come into
# $out/new.  For tests/packages, and for the lab's dom0 with a Debian in it.

build=$roots/$suite-build
prepare() {
	# What building needs stays for the next time, on top of the clean root.
	tools=$roots/$suite-tools
	stamp=$(cat "$root/debian/control" "$clean/var/lib/dpkg/status" | sha256sum)
	wanted="apt-get build-dep ./xmd && apt-get install lintian"
	if [ "$(cat "$tools.stamp" 2> /dev/null)" != "$stamp" ]; then
		rm -f "$tools.stamp"
		if work_in "$roots/$suite-build" "$clean" "$tools"; then
			put_source "$roots/$suite-build"
			inside "$roots/$suite-build" "$wanted" > "$tools.log" 2>&1 || die "$(tail -n 3 "$tools.log")"
			rm -rf "$roots/$suite-build/root/xmd"
			umount -R "$roots/$suite-build/proc" "$roots/$suite-build/var/cache/apt/archives"
			umount "$roots/$suite-build"
			echo "$stamp" > "$tools.stamp"
		fi
	fi
	if [ -e "$tools.stamp" ]; then
		work_in "$build" "$tools:$clean" "$build.upper"
		mkdir -p "$build/root/xmd"
		put_source "$build"
	else
		work_in "$build" "$clean" "$build.upper"
		put_source "$build"
		inside "$build" "$wanted" > "$tools.log" 2>&1 || die "$(tail -n 3 "$tools.log")"
	fi
}
there() { inside "$build" "cd xmd && $1"; }

make_debs() { # into $out/new
	local start=$EPOCHREALTIME
	check "make deb" there "make deb > /root/build.log 2>&1"
	mkdir -p "$out/new"
	mv "$build"/root/xmd/build/deb/*.{deb,changes,buildinfo} "$out/new/" 2> /dev/null ||
		{ tail -n 30 "$build/root/build.log"; die "no packages"; }
	! grep -E 'warning:|dh_[a-z]*: warning|dpkg-[a-z]*: warning' "$build/root/build.log" || bad "make deb: warnings"
	printf -- '--    make deb: %.0f s\n' "$(bc <<< "$EPOCHREALTIME - $start")"
}

# The same files as a package of another version, which costs no compiler, into FOLDER.  Modules' sources and
# xmd-mkimage's go by that version, too; what a program says of itself stays.
repack() { # DEB VERSION FOLDER
	local dir=$3/.repack v=$2 was from
	was=$(dpkg-deb -f "$1" Version) || return 1
	rm -rf "$dir"
	mkdir -p "$3"
	dpkg-deb -R "$1" "$dir" || return 1
	sed -i -E "s/(^Version: |= |=)${was//[+.]/[&]}(\)|\$)/\1$v\2/" "$dir"/DEBIAN/{control,postinst,prerm,postrm} 2> /dev/null
	for from in "$dir"/usr/src/*-"$was"; do
		[ -e "$from" ] || continue
		sed -i "s/^PACKAGE_VERSION=.*/PACKAGE_VERSION=\"$v\"/" "$from/dkms.conf"
		mv "$from" "${from%"$was"}$v"
	done
	[ ! -e "$dir/usr/share/xmd/VERSION" ] || echo "$v" > "$dir/usr/share/xmd/VERSION"
	(cd "$dir" && find . -type f ! -path './DEBIAN/*' -printf '%P\0' | sort -z | xargs -0 md5sum) > "$3/.sums" &&
		mv "$3/.sums" "$dir/DEBIAN/md5sums" && dpkg-deb -b "$dir" "$3" > /dev/null && rm -rf "$dir" &&
		ls "$3/$(dpkg-deb -f "$1" Package)_${v}_"*.deb > /dev/null
}
