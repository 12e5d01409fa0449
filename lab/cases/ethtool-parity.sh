# lab: file tests/parity/rows.sh
# lab: file tests/parity/reasons.txt
# lab: file tests/parity/reasons-10d3.txt
# lab: optional tests/parity/stock-100e.txt
#
# Everything that ip and ethtool can do with Linux's e1000 (stock driver domain), done with it
# and with ours on the same NIC: the same output, row by row, but for what reasons.txt explains.
# With --nic e1000e the 82574L's, beside Linux's e1000e, and reasons-10d3.txt.
#
# What Linux's driver does takes two minutes, and is the same each time: in short it is what was recorded of this kernel and
# this ethtool, tests/parity/stock-DEVICE.txt. With XMD_FULL=1, or another kernel, it is done, and the record held against it.
rows() { # KIND
	drv_start "$1"
	put drv /case/rows.sh /root/rows.sh
	note "$1"
	on drv 'modprobe 8021q; sh /root/rows.sh' > "/logs/rows-$1" || fail "the rows do not run to the end"
	# the kernel that is worked with is dom0's, too
	{ echo "# Linux $(uname -r), $(on drv 'ethtool --version')"; cat "/logs/rows-$1"; } > "/logs/parity-$1.txt"
}
rows xmd
record=/case/stock-$(sed 's/^0x//' "/sys/bus/pci/devices/$NIC/device").txt
if [ -z "${XMD_FULL:-}" ] && [ "$(head -n 1 "$record" 2> /dev/null)" = "$(head -n 1 /logs/parity-xmd.txt)" ]; then
	note "stock: as recorded of $(head -n 1 "$record")"
	cp "$record" /logs/parity-stock.txt
else
	drv_stop
	rows stock
	[ "$(head -n 1 "$record" 2> /dev/null)" != "$(head -n 1 /logs/parity-stock.txt)" ] || cmp "$record" /logs/parity-stock.txt ||
		fail "tests/parity/$(basename "$record") is not what Linux does: /logs/parity-stock.txt is"
fi
reasons=/case/reasons-$(on drv 'sed s/0x// /sys/class/net/eth0/device/device').txt
[ -e "$reasons" ] || reasons=/case/reasons.txt

awk -v reasons="$reasons" '
BEGIN {
	while ((getline line < reasons) > 0)
		if (line !~ /^#/ && (i = index(line, ": ")) && (j = index(line, " | "))) {
			reason[substr(line, 1, i - 1)] = substr(line, i + 2, j - i - 2)
			says[substr(line, 1, i - 1)] = substr(line, j + 3)
		}
}
FNR == 1 { next }	# of what
/^## / { row = substr($0, 4); if (FILENAME ~ /stock/) order[++n] = row; next }
FILENAME ~ /stock/ { stock[row] = stock[row] "\n    " $0; next }
{ ours[row] = ours[row] "\n    " $0 }
END {
	for (i = 1; i <= n; i++) {
		r = order[i]
		same = stock[r] == ours[r]
		verdict = same ? "same" : r in reason ? "differs: " reason[r] : "DIFFERS"
		if (same && r in reason) verdict = "SAME, but reasons.txt says that it differs"
		if (!same && r in reason && ours[r] !~ says[r]) verdict = "DIFFERS, and ours is not " says[r]
		printf "%-32s %s\n", r, verdict
		if (!same) printf "  e1000:%s\n  xmd:%s\n", stock[r], ours[r]
		bad += verdict ~ /^(DIFFERS|SAME)/
		good += same
	}
	printf "%d rows, %d the same\n", n, good
	exit bad > 0
}' /logs/parity-stock.txt /logs/parity-xmd.txt || fail "rows differ without a reason"
