# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0
# What the commands behind bench/run share: their arguments.
die() { echo "bench: $*" >&2; exit 2; }

number() { # OPTION VALUE LEAST MOST
	[[ $2 =~ ^[0-9]{1,9}$ ]] && [ "$2" -ge "$3" ] && [ "$2" -le "$4" ] && return
	die "$1 takes a whole number from $3 to $4, not '$2'"
}

# words OPTION LIST KNOWN: each word of LIST must be one of KNOWN
words() {
	local word
	[ -n "${2// /}" ] || die "$1 takes a list of $3"
	for word in $2; do
		[[ " $3 " == *" $word "* ]] || die "$1 knows no '$word', only $3"
	done
}

# ---- a quiet machine ----

# What others take of this machine's processors, in percent, over three seconds
busy() {
	{ head -n 1 /proc/stat; sleep "${BUSY_SECS:-3}"; head -n 1 /proc/stat; } | awk '{
		all = 0
		for (i = 2; i <= 9; i++) all += $i
		idle = $5 + $6
		if (NR == 2) printf "%.0f\n", (all > last ? (1 - (idle - last_idle) / (all - last)) * 100 : 0)
		last = all; last_idle = idle
	}'
}

# Times on a busy machine are not those of what is measured; instructions are. A machine that is busy at the
# beginning is refused; one that becomes busy later gets some time. LOADED: not empty if
# it shall be measured all the same. Sets $percent.
quiet() { # TRIES LOADED
	local try
	for ((try = 1; ; try++)); do
		percent=$(busy)
		[ "${percent:?}" -gt 10 ] || return 0
		if [ -n "$2" ]; then
			echo "bench: this machine is $percent % busy with something else"
			return 0
		fi
		[ $try -lt "$1" ] ||
			die "this machine is $percent % busy with something else: times would be its doing (--loaded measures all the same)"
	done
}
