# shellcheck shell=bash disable=SC2154,SC2034  # who sources it has $root, $twin and $kver, and reads what is set
# SPDX-License-Identifier: GPL-2.0
# Where the code is that faults are put into: what bench/isolation/campaign and short have in common.

# The modules of a place; a user half has none
modules_of() { # KIND WHERE
	case $1.$2 in
	xmd.nic-kernel | xmd.nic-kernel-sim) echo xmd_nic ;;
	xmd.back-kernel | xmd.back-kernel-sim) echo xmd_back ;;
	stock.nic-kernel) echo e1000 ;;
	stock.back-kernel) echo xen-netback bridge ;;
	xmd.* | *.guest) echo - ;;
	esac
}

# From what the domain boots: exactly what runs is looked at
from_image() { # KIND PATTERN RESULT
	local image=$root/build/lab/$kver/drv-own.cpio
	[ "$1" = xmd ] || image=$root/build/lab/$kver/drv-stock.cpio
	cpio -i --quiet --to-stdout "$2" < "$image" > "$3" 2> /dev/null
	[ -s "$3" ] || die "there is no $2 in $image"
}

# Sets $elf, and $options of xmd-sites for it
take() { # KIND WHERE MODULE
	options=()
	elf=$twin/lab/$1-$2${3#-}
	case $2 in
	userdriver | backend | userdriver-sim)
		from_image xmd "usr/sbin/xmd-${2%-sim}" "$elf"
		options=(--names "$twin/image/xmd-${2%-sim}" --only "$twin/image/xmd-${2%-sim}.functions")
		;;
	nic-kernel-sim)
		elf=$root/build/bin/xmd-kernfaults
		options=(--only "$twin/device/kernel.functions")
		;;
	back-kernel-sim)
		elf=$root/build/bin/xmd-backfaults
		options=(--only "$twin/back/kernel.functions")
		;;
	*) from_image "$1" "*/$3.ko" "$elf" ;;
	esac
}

# The module that puts faults into modules, for the kernel that is booted
poke_for() { # KIND
	local kdir=/usr/src/linux-headers-$kver
	# shellcheck disable=SC2012
	[ "$1" != xmd ] || kdir=$(ls -td "$root"/build/image/kernel-*/ | head -n 1)
	make --no-print-directory -s -C "$root/bench/isolation" poke KDIR="${kdir%/}" POKE="$twin/poke-$1" > "$twin/poke.log" 2>&1 ||
		die "xmd_poke does not build: $twin/poke.log"
	cp "$twin/poke-$1/xmd_poke.ko" "$twin/lab/"
}

