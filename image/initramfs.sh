# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0
# Part of xmd-mkimage: modules, the initramfs, and the manifest of both.
#
#   /init                        xmd-init; poweroff, reboot and halt in /usr/sbin are links to it
#   /usr/sbin/xmd-userdriver     the two user halves
#   /usr/sbin/xmd-backend
#   /usr/sbin/xmd-capture         what dom0 is shown, when it asks
#   /usr/lib/xmd/NAME.ko         and /etc/xmd/modules: one a line, in order, with its arguments; "&": beside others; "wait PATH"
#   /bin /sbin /lib /lib64       links into /usr, so that an overlay's programs find what they want
#   /etc/xmd/...                 an administrator's, from --overlay
#   /etc/xmd-image               the head of the manifest
# shellcheck disable=SC2154

# xmd_nic and xmd_back for this kernel.  Keyed by what they are made of; sets modules.
build_modules() {
	local key build
	key=$({
		echo "$module_key, without the path of the build"
		cat "$top/Makefile"
		find "$top"/{kerndriver,backend-domU/kern,xpc,include} -type f \( -name '*.[ch]' -o -name Kbuild \) -print0 |
			sort -z | xargs -0 cat
	} | sha256sum | cut -c 1-16)
	modules=$cache/modules-$key
	[ ! -e "$modules/.done" ] || return 0
	say "modules: building xmd_nic and xmd_back for $release"
	# a kernel of another key may have the same name: its objects are not ours
	build=$cache/modules-work-$module_key
	make -s -j "$jobs" -C "$top" BUILD="$build" MODULE_DIRS="kerndriver backend-domU/kern" KVER="$release" KDIR="$kernel_dir" \
		KCFLAGS="-ffile-prefix-map=$build/=" modules > "$modules.log" 2>&1 || { tail -n 20 "$modules.log" >&2; die "the modules do not build: $modules.log"; }
	keep_newest 4 "$cache"/modules-????????????????/
	touch "$build"
	keep_newest 2 "$cache"/modules-work-*/
	mkdir -p "$modules"
	cp "$build/modules/$release"/xmd_{nic,back}.ko "$modules/"
	touch "$modules/.done"
}

add_module() { # FILE [ARGUMENT...]: into the image, and to be loaded next; with "&" in $aside, beside what follows
	local name
	name=$(basename "$1")
	name=${name%.xz}
	[ ! -e "$tree/usr/lib/xmd/$name" ] || return 0
	case $1 in
	*.xz) xz -dc "$1" > "$tree/usr/lib/xmd/$name" ;;
	*) cp "$1" "$tree/usr/lib/xmd/$name" ;;
	esac
	strip --strip-debug "$tree/usr/lib/xmd/$name"
	echo "${aside:+$aside }/usr/lib/xmd/$name${2:+ $2}" >> "$tree/etc/xmd/modules"
}

# One of the kernel's modules with what it needs, if it is a module there at all.
kernel_module() { # NAME [ARGUMENTS]
	local name=$1 file found need
	if [ "$kernel" = own ]; then
		found=$(find "$kernel_dir/drivers" "$kernel_dir/net" -name "$name.ko")
		[ -z "$found" ] || for need in $(/sbin/modinfo -F depends "$found" | tr ',' ' '); do aside='' kernel_module "$need"; done
	else
		# what is built in says so, and is nothing to load
		found=$(/sbin/modprobe -S "$release" -d "${root:-/}" --show-depends "$name" 2> "$work/modprobe" |
			awk '$1 == "insmod" { print $2 }') || die "$(cat "$work/modprobe")"
	fi
	[ -n "$found" ] || { ! asked_for "$name" || die "there is no module $name in this kernel"; return 0; }
	for file in $found; do
		case ${file##*/} in "$name".ko*) add_module "$file" "${2-}" ;; *) aside='' add_module "$file" ;; esac
	done
}

asked_for() { [[ " ${extra_modules[*]} " == *" $1 "* ]]; }

add_modules() {
	local name
	# Xen ends this domain when nobody has petted its watchdog for so many seconds
	kernel_module xen_wdt timeout=10
	for name in xen-gntdev xen-evtchn 8021q; do [ "$kernel" = own ] || kernel_module $name; done
	for name in "${extra_modules[@]}"; do kernel_module "$name"; done
	# The NIC comes with pcifront, which xmd's own kernel has built in; whoever loads it waits, in steps of 0.1 s, until
	# dom0 has given it all that there is.  Meanwhile the others are loaded.
	[ "$kernel" = own ] || aside='&' kernel_module xen-pcifront
	add_module "$modules/xmd_nic.ko"
	# which makes this when it is ready: xmd_back takes it over before a frame can come
	echo "wait /dev/xmd/nic0" >> "$tree/etc/xmd/modules"
	add_module "$modules/xmd_back.ko"
}

add_programs() {
	local name to
	for name in xmd-init xmd-userdriver xmd-backend xmd-capture; do
		to=usr/sbin/$name
		[ $name != xmd-init ] || to=init
		[ -e "$programs/$name" ] || missing "no $programs/$name: run 'make image-programs' in xmd's source"
		! readelf -l "$programs/$name" | grep -q INTERP || die "$programs/$name is not linked statically"
		strip -s -o "$tree/$to" "$programs/$name"
	done
	# what Linux calls when Xen asks for an orderly end
	for name in poweroff reboot halt; do ln -s /init "$tree/usr/sbin/$name"; done
}

# Files of an overlay come last and replace what is there.
add_overlays() {
	local dir
	for dir in "${overlays[@]}"; do cp -a "$dir/." "$tree/"; done
}

# Owners and times are nobody's business; what would give rights is refused, not mended.
check_tree() {
	local found
	found=$(find "$tree" -type f -perm /6000 -printf '  /%P\n')
	[ -z "$found" ] || die "$(printf 'setuid or setgid programs are not for a driver domain:\n%s' "$found")"
	found=$(find "$tree" ! -type f ! -type d ! -type l -printf '  /%P\n')
	[ -z "$found" ] || die "$(printf 'neither a file, a folder nor a link:\n%s' "$found")"
}

pack_initramfs() { # RESULT
	tree=$work/tree
	local dir
	mkdir -p "$tree"/{dev,proc,sys,run,tmp,root,etc/xmd,usr/{bin,sbin,lib/xmd,lib64}}
	for dir in bin sbin lib lib64; do ln -s usr/$dir "$tree/$dir"; done
	printf 'root:x:0:0:root:/root:/bin/sh\nnobody:x:65534:65534:nobody:/:/bin/false\n' > "$tree/etc/passwd"
	printf 'root:x:0:\nnogroup:x:65534:\n' > "$tree/etc/group"
	echo "# What xmd-init loads, in this order" > "$tree/etc/xmd/modules"
	add_modules
	add_programs
	printf '%s\n' "$(about_image)" > "$tree/etc/xmd-image"
	add_overlays
	check_tree
	find "$tree" -type d -exec chmod 755 {} +
	find "$tree" -type f -exec chmod u=rwX,go=rX {} +
	find "$tree" -exec touch -h -d @0 {} +
	(cd "$tree" && find . -print0 | sort -z |
		cpio --quiet --null -o -H newc -R 0:0 --reproducible --ignore-devno --renumber-inodes) > "$1"
}

about_image() {
	local v
	v=$(git -C "$top" describe --always --dirty 2> /dev/null) || v=$(cat "$top/VERSION" 2> /dev/null) || v=unknown
	echo "xmd: $(version_of_xmd), built from $v"
	echo "$about_kernel" | sed '/^$/d'
}

digest() { sha256sum < "$1" | cut -c 1-64; }

# Everything that is in the image; a file is one line, so that "diff" tells two images apart.
write_manifest() { # RESULT
	local path size=$(($(stat -c %s "$vmlinux") + $(stat -c %s "$work/initramfs.cpio")))
	{
		echo "# What is in this image of an xmd driver domain: sizes in bytes, sha256 of each file."
		about_image
		echo "loads: $(grep -v -e '^#' -e '^wait' "$tree/etc/xmd/modules" | paste -sd ',' | sed 's/,/, /g')"
		echo "image: vmlinux $(stat -c %s "$vmlinux") $(digest "$vmlinux")"
		echo "image: initramfs.cpio $(stat -c %s "$work/initramfs.cpio") $(digest "$work/initramfs.cpio")"
		echo "together: $size bytes; setuid programs: none"
		(cd "$tree" && find . ! -type d) | sort | while read -r path; do
			path=${path#.}
			if [ -L "$tree$path" ]; then
				echo "link: $path $(readlink "$tree$path")"
			else
				echo "file: $path $(stat -c '%a %s' "$tree$path") $(digest "$tree$path")"
			fi
		done
	} > "$1"
}
