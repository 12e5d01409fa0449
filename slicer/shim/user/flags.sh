#!/bin/sh
# flags.sh HEADERS: the flags with which the kernel's headers (a directory /usr/src/linux-headers-VERSION-amd64) are
# compiled for user space: no assembler for the kernel's code model, no tracing, no stack protector of the kernel's.
set -eu
H=$1
C=$(sed -n 's/^include \(.*-common\)\/Makefile.*/\1/p;s/.*MAKEARGS.*//p' "$H/Makefile" | head -1)
[ -n "$C" ] || C=$(echo "$H" | sed 's/-amd64$/-common/')
echo "-nostdinc -I$C/arch/x86/include -I$H/arch/x86/include/generated -I$C/include -I$H/include -I$C/arch/x86/include/uapi \
-I$H/arch/x86/include/generated/uapi -I$C/include/uapi -I$H/include/generated/uapi -include $C/include/linux/compiler-version.h \
-include $C/include/linux/kconfig.h -include $C/include/linux/compiler_types.h -D__KERNEL__ -DMODULE -DCC_USING_FENTRY -std=gnu11 \
-fshort-wchar -fno-strict-aliasing -fno-common -fno-PIE -fno-stack-protector -fcf-protection=none -fno-jump-tables \
-falign-jumps=1 -mno-red-zone -O2 -g -w -D__DISABLE_EXPORTS"
