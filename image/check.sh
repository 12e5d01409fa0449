# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0
# Part of xmd-mkimage: --check makes nothing, and says all that is wrong at once.
# shellcheck disable=SC2154
lacking=0

problem() { echo "xmd-mkimage: $*" >&2; problems=$((problems + 1)); }
lack() { echo "xmd-mkimage: $*" >&2; lacking=$((lacking + 1)); }

# Each line is a comment, an option, or one that is not to be; and none is said twice.
check_lines() { # FILE
	awk -v file="$1" '
		function bad(text) { print file ":" FNR ": " text }
		/^[ \t]*$/ { next }
		/^# CONFIG_[A-Za-z0-9_]+ is not set$/ { name = $2 }
		/^#/ && !/^# CONFIG_[A-Za-z0-9_]+ is not set$/ {
			if (/^#[ \t]*CONFIG_[A-Za-z0-9_]+[ \t]+is[ \t]+not[ \t]+set[ \t]*$/)
				bad("\"" $0 "\" is a comment: \"# CONFIG_NAME is not set\" is written with one blank each")
			next }
		!/^#/ && !/^CONFIG_[A-Za-z0-9_]+=([ymn]|-?[0-9]+|0x[0-9a-fA-F]+|".*")$/ { bad("\"" $0 "\" is no option"); next }
		!/^#/ { name = substr($0, 1, index($0, "=") - 1) }
		name in at { bad(name " was said before, in line " at[name]); next }
		{ at[name] = FNR }' "$1"
}

check_config_file() {
	local line
	[ -r "$config" ] || return 0	# said to be
	while read -r line; do problem "$line"; done < <(check_lines "$config")
}

# What would give rights, or be nothing; then what the programs of the image say to their files.
check_overlay() { # DIR
	local line
	while read -r line; do problem "$1$line: setuid and setgid programs are not for a driver domain"; done < \
		<(find "$1" -type f -perm /6000 -printf '/%P\n')
	while read -r line; do problem "$1$line: neither a file, a folder nor a link"; done < \
		<(find "$1" ! -type f ! -type d ! -type l -printf '/%P\n')
	asks "$1" xmd-init --check "$1"
	[ ! -e "$1/etc/xmd/policy.conf" ] || asks "$1" xmd-backend --check --policy "$1/etc/xmd/policy.conf"
}

asks() { # DIR PROGRAM ARGUMENT...
	local dir=$1 program=$programs/$2 said line
	shift 2
	[ -x "$program" ] || return 0	# said to be missing
	said=$("$program" "$@" 2>&1) || while read -r line; do problem "$dir: $line"; done <<< "$said"
}

check_programs() {
	local name
	for name in xmd-init xmd-userdriver xmd-backend xmd-capture; do
		[ -x "$programs/$name" ] || lack "no $programs/$name: run 'make image-programs' in xmd's source"
	done
}

check_tools() {
	local tool tools=(gcc make cpio modprobe xz readelf strip)
	[ $kernel != own ] || tools+=(bc flex bison patch)
	for tool in "${tools[@]}"; do
		command -v "$tool" > /dev/null ||
			lack "$tool is missing: install build-essential bc flex bison cpio kmod libelf-dev xz-utils"
	done
}

# Said, and 2: something is wrong; 3: something is missing that has to be installed.
check_all() {
	local dir
	check_config_file
	for dir in "${overlays[@]}"; do [ ! -d "$dir" ] || check_overlay "$dir"; done
	check_programs
	check_tools
	[ $problems = 0 ] || exit 2
	[ $lacking = 0 ] || exit 3
	echo ok
	exit 0
}
