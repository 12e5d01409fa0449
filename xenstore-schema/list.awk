# SPDX-License-Identifier: GPL-2.0
# list.awk - read keys.list into tables; shared by gen and check.  Works in busybox awk.
#
#   dirs[1..ndirs], pattern[dir], owner[dir], peer[dir], others[dir], at[dir]
#   keys[1..nkeys] = dir SUBSEP key, and by that index: type[], presence[],
#   swapped[] (owner and peer change places), line[]

function bad(text) {
	printf "%s:%d: %s\n", file, FNR, text > "/dev/stderr"
	wrong++
}

function good_party(w) { return w == "drv" || w == "dom" || w == "-" }

function good_type(t) {
	return t ~ /^(state|u32|evtchn|domid|bool|mac|mtu|rate|path|text)$/ || index(t, ",")
}

function good_parties(list,    n, i, w) {
	sub(/!$/, "", list)
	if (list == "-")
		return 1
	n = split(list, w, ",")
	for (i = 1; i <= n; i++)
		if (w[i] !~ /^(toolstack|backend|frontend)$/)
			return 0
	return 1
}

function read_dir() {
	if (NF != 6)
		return bad("a dir entry has 6 words, this one has " NF)
	if ($2 !~ /^[A-Z]+$/)
		return bad("directory name \"" $2 "\" is not of capital letters")
	if ($2 in pattern)
		return bad("directory " $2 " was declared before, in line " at[$2])
	if ($3 !~ /^\//)
		return bad("pattern \"" $3 "\" is not an absolute path")
	if (!good_party($4) || !good_party($5))
		return bad("OWNER and PEER are drv, dom or -")
	if ($6 != "allow" && $6 != "refuse")
		return bad("OTHERS is allow or refuse, not \"" $6 "\"")
	dirs[++ndirs] = $2
	pattern[$2] = $3; owner[$2] = $4; peer[$2] = $5; others[$2] = $6; at[$2] = FNR
}

function read_key(    k) {
	if (NF < 9)
		return bad("a key entry has at least 9 words, this one has " NF)
	if (!($2 in pattern))
		return bad("directory " $2 " is not declared")
	if ($3 !~ /^[a-z][a-z0-9-]*$/)
		return bad("key name \"" $3 "\" is not of small letters, digits and dashes")
	k = $2 SUBSEP $3
	if (k in line)
		return bad("key " $2 " " $3 " was listed before, in line " line[k])
	if (!good_type($4))
		return bad("unknown type \"" $4 "\"")
	if (!good_parties($5) || $5 == "-")
		return bad("unknown writer \"" $5 "\"")
	if (!good_parties($6))
		return bad("unknown reader \"" $6 "\"")
	if ($7 !~ /^(must|offered|connected|opt|never)$/ && $7 !~ /^connected\|[a-z0-9-]+$/)
		return bad("unknown presence \"" $7 "\"")
	keys[++nkeys] = k
	type[k] = $4; presence[k] = $7; swapped[k] = ($5 ~ /!$/); line[k] = FNR
}

function read_list_line() {
	if ($1 == "dir")
		read_dir()
	else if ($1 == "key")
		read_key()
	else
		bad("an entry begins with dir or key, not \"" $1 "\"")
}
