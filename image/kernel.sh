# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0
# Part of xmd-mkimage: where the kernel comes from.  Each kernel_KIND sets
#   release       as uname -r says         vmlinux       the ELF file that Xen loads
#   kernel_dir    what modules are built against       about_kernel  lines for the manifest
# shellcheck disable=SC2034,SC2154

# The same inputs have to give the same bytes.
export KBUILD_BUILD_TIMESTAMP='1970-01-01' KBUILD_BUILD_USER=xmd KBUILD_BUILD_HOST=xmd KBUILD_BUILD_VERSION=1
unset SOURCE_DATE_EPOCH KCFLAGS KAFLAGS
# A make that runs us may be silent (the lab's is): ours has to tell of each file, to be counted.
unset MAKEFLAGS MFLAGS GNUMAKEFLAGS

# To be counted up when what is done here with the same source and options gives another kernel.
recipe=1

# How many files make compiles, for the percentage; the last build's number is better.
expected=915

need_tools() {
	local tool
	for tool in "$@"; do
		command -v "$tool" > /dev/null ||
			missing "$tool is missing: install build-essential bc flex bison cpio kmod libelf-dev"
	done
}

# Debian's source package: installed, or fetched once.  Sets tarball and source_version.
find_source() {
	local deb at=$cache/linux
	tarball=/usr/src/linux-source-6.1.tar.xz
	if [ -e $tarball ] && source_version=$(dpkg-query -W -f '${Version}' linux-source-6.1 2> /dev/null); then
		return
	fi
	tarball=$at/linux-source-6.1.tar.xz
	if [ ! -e "$tarball" ]; then
		say "fetching Debian's linux-source-6.1 (138 MB)"
		mkdir -p "$at"
		# of one that was killed here
		rm -f "$at"/linux-source-6.1_*.deb
		(cd "$at" && apt-get -qq download linux-source-6.1) || missing "linux-source-6.1 cannot be had: install it"
		deb=$(ls "$at"/linux-source-6.1_*.deb)
		dpkg --fsys-tarfile "$deb" | tar xO ./usr/src/linux-source-6.1.tar.xz > "$tarball.new"
		dpkg-deb -f "$deb" Version > "$tarball.version"
		mv "$tarball.new" "$tarball"
		rm "$deb"
	fi
	source_version=$(cat "$tarball.version")
}

# Two thirds of Linux are drivers and processors that this kernel has not: their code stays where it is, but not
# their Kconfig, which is read as a whole.
left_out=('arch/[!x]*' drivers/gpu drivers/media drivers/scsi drivers/staging drivers/infiniband drivers/iio
	drivers/usb drivers/clk drivers/net/ethernet drivers/net/wireless drivers/pinctrl drivers/mtd sound fs/xfs
	fs/btrfs fs/ocfs2 Documentation tools/testing tools/perf)

unpack_source() { # DIR
	local part args=()
	for part in "${left_out[@]}"; do
		args+=("--exclude=*/$part/*."{c,h,S,dts,dtsi,rst,json,yaml,txt,svg,sh,py})
	done
	rm -rf "$1" "$1.new"
	mkdir -p "$1.new"
	say "kernel: unpacking linux-source-6.1 $source_version"
	# the tarball is signed by Debian, not by us: nothing in it may leave the folder, as tar has it
	tar xf "$tarball" -C "$1.new" --strip-components 1 --no-same-owner "${args[@]}"
	mv "$1.new" "$1"
}

# Without the zeros between its sections: see slim.c
slim() { # KERNEL RESULT
	[ "$2" -ot "$1" ] || [ "$2" -ot "$here/slim.c" ] || return 0
	gcc -O2 -o "$work/slim" "$here/slim.c"
	"$work/slim" "$1" "$2.new"
	mv "$2.new" "$2"
}

patch_files() { [ "$patches" = 0 ] || ls "$here"/patches/*.patch; }

apply_patches() { # DIR
	local p
	for p in $(patch_files); do
		patch -s -p1 -N -d "$1" < "$p" || die "$(basename "$p") does not fit $source_version"
	done
}

# check_config FRAGMENT RESULT: what is asked for is there, and what is unwanted is not
check_config() {
	awk -v result="$2" '
		BEGIN { while ((getline line < result) > 0) if (line ~ /^CONFIG_/) { split(line, part, "="); is[part[1]] = line } }
		/^CONFIG_/ {
			name = substr($0, 1, index($0, "=") - 1)
			if (!(name in is) || is[name] != $0) {
				print "  " $0 " was asked for, and is " (name in is ? is[name] : "not set"); bad = 1 } }
		/^# CONFIG_[A-Z0-9_]+ is not set$/ && $2 in is { print "  " $2 " is unwanted, and is " is[$2]; bad = 1 }
		END { exit bad }' "$1" || return 1
}

configure() { # SOURCE OBJECTS
	{ KCONFIG_ALLCONFIG=$config make -s -C "$1" O="$2" allnoconfig && make -s -C "$1" O="$2" olddefconfig; } \
		> "$2.log" 2>&1 || { tail -n 20 "$2.log" >&2; die "the configuration failed: $2.log"; }
	check_config "$config" "$2/.config" >&2 && return
	rm -rf "$2" "$2.log"
	die "$(basename "$config") is not what Kconfig made of it (lines above)"
}

# Reads make's output; says how far it is whenever a percent is full.
progress() {
	awk -v all="$expected" -v log_file="$1" '
		{ print > log_file }
		/^  (CC|AS) / { n++
			p = int(100 * n / all); if (p > 99) p = 99
			if (p >= last + 5) { last = p - p % 5
				printf "xmd-mkimage: kernel: %d %% (%d of about %d objects)\n", p, n, all; fflush() } }'
}

compile() { # SOURCE OBJECTS
	local begun=$SECONDS n
	[ ! -e "$cache/objects" ] || n=$(cat "$cache/objects")
	# a build that was broken off may have left none
	[ "${n:-0}" -le 0 ] || expected=$n
	say "kernel: compiling about $expected files, $jobs at a time; this is done once"
	if ! nice make -C "$1" O="$2" -j "$jobs" vmlinux modules 2>&1 | progress "$2.log"; then
		grep -vE '^  [A-Z]+ ' "$2.log" | tail -n 20 >&2
		die "the kernel does not compile: $2.log"
	fi
	n=$(grep -cE '^  (CC|AS) ' "$2.log") && echo "$n" > "$cache/objects"
	say "kernel: built in $((SECONDS - begun)) s"
}

# What the kernel is made of, in one word; not the reasons in the list of options
kernel_key() {
	{
		echo "$source_version"
		echo "recipe $recipe"
		grep -E '^(CONFIG_|# CONFIG_[A-Z0-9_]+ is not set$)' "$config"
		for p in $(patch_files); do cat "$p"; done
		gcc --version | head -n 1
		ld --version | head -n 1
		env | grep ^KBUILD_BUILD_
	} | sha256sum | cut -c 1-16
}

# Older ones make room: a kernel's objects are some 100 MB.
keep_newest() { # N FOLDER...
	local n=$1 old
	shift
	# shellcheck disable=SC2012
	{ ls -td "$@" 2> /dev/null || true; } | tail -n +$((n + 1)) |
		while read -r old; do rm -rf "${old%/}" "${old%/}.log"; done
}

kernel_own() {
	local key source objects
	need_tools gcc make bc flex bison cpio modprobe patch xz
	find_source
	key=$(kernel_key)
	objects=$cache/kernel-$key
	source=$cache/linux/$source_version-$(patch_files | xargs -r cat | sha256sum | cut -c 1-8)
	# it names its source by its path: of a folder that was moved, or of one whose source is gone, no module can be built
	if [ -e "$objects/.done" ] && { [ "$(readlink "$objects/source")" != "$source" ] || [ ! -d "$source" ]; }; then
		say "kernel: built from $(readlink "$objects/source"), which is not there or elsewhere now: once more"
		rm -rf "$objects"
	fi
	if [ ! -e "$objects/.done" ]; then
		if [ ! -d "$source" ]; then
			unpack_source "$source.fresh"
			apply_patches "$source.fresh"
			mv "$source.fresh" "$source"
		fi
		rm -rf "$objects"
		mkdir -p "$objects"
		configure "$source" "$objects"
		compile "$source" "$objects"
		touch "$objects/.done"
	fi
	touch "$objects" "$source"
	keep_newest 2 "$cache"/kernel-*/
	keep_newest 2 "$cache"/linux/*/
	release=$(cat "$objects/include/config/kernel.release")
	kernel_dir=$objects
	slim "$objects/vmlinux" "$objects/vmlinux.slim"
	vmlinux=$objects/vmlinux.slim
	module_key=$key
	about_kernel="kernel: Linux $release, from Debian's linux-source-6.1 $source_version
kernel-key: $key
configuration: $(sha256sum < "$config" | cut -c 1-64)
compiler: $(gcc --version | head -n 1)
$(for p in $(patch_files); do echo "patch: $(basename "$p") $(sha256sum < "$p" | cut -c 1-64)"; done)"
}

kernel_debian() {
	local packed
	need_tools gcc make cpio modprobe xz
	if [ -z "$version" ]; then
		version=$({ find "$root/" -maxdepth 2 -path '*/boot/vmlinuz-6.1.*-amd64' -printf '%f\n' 2> /dev/null || true; } |
			sort -V | tail -n 1)
		version=${version#vmlinuz-}
		[ -n "$version" ] || missing "no kernel 6.1 of Debian's in $root/boot: install linux-image-amd64, or give --root"
	fi
	packed=$root/boot/vmlinuz-$version
	[ -e "$packed" ] || missing "no $packed: install linux-image-$version, or give --root"
	release=$version
	kernel_dir=$root/usr/src/linux-headers-$version
	[ -d "$kernel_dir" ] || kernel_dir=/usr/src/linux-headers-$version
	[ -d "$kernel_dir" ] || missing "no headers of $version to build modules with: install linux-headers-$version"
	module_key=$(sha256sum < "$packed" | cut -c 1-16)
	vmlinux=$cache/debian-$module_key.vmlinux
	if [ ! -e "$vmlinux" ]; then
		"$here/extract-vmlinux" "$packed" > "$work/vmlinux"
		slim "$work/vmlinux" "$vmlinux"
	fi
	touch "$vmlinux"
	keep_newest 2 "$cache"/debian-*.vmlinux
	about_kernel="kernel: Linux $release, Debian's own as it is"
}
