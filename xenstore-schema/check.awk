# SPDX-License-Identifier: GPL-2.0
# check.awk - a dump (second file) against the tables of list.awk (first file)
#
# A line of "xenstore-ls -fp":   PATH = "VALUE"   (PERM,PERM...)
# The value may contain anything printable, quotes included; other bytes are escaped.

function complain(path, text) {
	print path ": " text
	faults++
}

# ------------------------------------------------------------------ types

function below(v, limit) {	# decimal without leading zeros, less than limit
	if (v !~ /^(0|[1-9][0-9]*)$/ || length(v) > 10)
		return 0
	return v + 0 < limit
}

function one_of(v, words,    n, i, w) {
	n = split(words, w, ",")
	for (i = 1; i <= n; i++)
		if (v == w[i] || (w[i] == "\"\"" && v == ""))
			return 1
	return 0
}

function is_rate(v,    w) {
	return split(v, w, ",") == 2 && w[1] ~ /^[0-9]+$/ && w[2] ~ /^[0-9]+$/
}

function has_type(v, t) {
	if (t == "state") return v ~ /^[1-8]$/
	if (t == "u32") return below(v, 4294967296)
	if (t == "evtchn") return below(v, 4294967296) && v != "0"
	if (t == "domid") return below(v, 32752)
	if (t == "bool") return v == "0" || v == "1"
	if (t == "mac") return tolower(v) ~ /^[0-9a-f][0-9a-f](:[0-9a-f][0-9a-f])*$/ && length(v) == 17
	if (t == "mtu") return below(v, 65536) && v + 0 >= 68
	if (t == "rate") return is_rate(v)
	if (t == "path") return v ~ /^\/[A-Za-z0-9\/@_-]+$/
	if (t == "text") return v !~ /\\(x[0-9a-f][0-9a-f]|[0-7][0-7][0-7])/
	return one_of(v, t)
}

# ------------------------------------------------------------- one directory

function fill(p, drv, dom, handle) {
	gsub(/\{drv\}/, drv, p); gsub(/\{dom\}/, dom, p); gsub(/\{handle\}/, handle, p)
	return p
}

function party(w, drv, dom) { return w == "drv" ? drv : w == "dom" ? dom : "" }

# nOWNER or nOWNER,rREADER; "-" in the list: not checked, or nobody else
function check_perms(path, d, swap, drv, dom,    own, other, want) {
	own = party(swap ? peer[d] : owner[d], drv, dom)
	other = party(swap ? owner[d] : peer[d], drv, dom)
	if (own == "")
		return
	want = "n" own (other == "" ? "" : ",r" other)
	if (perms[path] != want)
		complain(path, "permissions are (" perms[path] "), not (" want ")")
}

function needed(p, base, mine, theirs,    alt) {
	if (p == "must")
		return 1
	if (p == "offered")
		return mine == 2 || mine == 4
	if (p !~ /^connected/ || (theirs != 3 && theirs != 4))
		return 0
	alt = substr(p, 11)
	return alt == "" || !((base "/" alt) in value)
}

function why(p, mine, theirs) {
	if (p == "offered")
		return ", and the backend's state is " mine
	if (p ~ /^connected/)
		return ", and the frontend's state is " theirs
	return ""
}

function check_key(k, base, key, d, drv, dom, mine, theirs,    path) {
	path = base "/" key
	if (!(path in value)) {
		if (needed(presence[k], base, mine, theirs))
			complain(path, "is missing" why(presence[k], mine, theirs))
		return
	}
	if (presence[k] == "never")
		complain(path, "must not be there (" file " line " line[k] ")")
	else if (!has_type(value[path], type[k]))
		complain(path, "value \"" value[path] "\" is not of type " type[k])
	check_perms(path, d, swapped[k], drv, dom)
}

# The keys right below a directory that are not in the list.
function check_others(d, base,    path, key) {
	if (others[d] == "allow")
		return
	for (path in value) {
		if (index(path, base "/") != 1)
			continue
		key = substr(path, length(base) + 2)
		if (!((d SUBSEP key) in line))
			complain(path, "is not in the list of keys")
	}
}

function check_dir(d, drv, dom, handle, mine, theirs,    base, i, part) {
	base = fill(pattern[d], drv, dom, handle)
	if (!(base in value))
		return complain(base, "is missing")
	check_perms(base, d, 0, drv, dom)
	for (i = 1; i <= nkeys; i++) {
		split(keys[i], part, SUBSEP)
		if (part[1] == d)
			check_key(keys[i], base, part[2], d, drv, dom, mine, theirs)
	}
	check_others(d, base)
}

# ------------------------------------------------------------------ the store

function same(path, want) {
	if ((path in value) && value[path] != want)
		complain(path, "is \"" value[path] "\", not \"" want "\"")
}

function check_vif(drv, dom, handle,    back, front, mine, theirs) {
	back = fill(pattern["BACK"], drv, dom, handle)
	front = fill(pattern["FRONT"], drv, dom, handle)
	mine = value[back "/state"] + 0
	theirs = value[front "/state"] + 0
	check_dir("BACK", drv, dom, handle, mine, theirs)
	same(back "/frontend", front)
	same(back "/frontend-id", dom)
	same(back "/handle", handle)
	vifs++
	# On its way out the guest's half goes first.
	if (!(front in value) && (mine >= 5 || value[back "/online"] == "0"))
		return
	check_dir("FRONT", drv, dom, handle, mine, theirs)
	same(front "/backend", back)
	same(front "/backend-id", drv)
	same(front "/handle", handle)
	if (mine == 4 && theirs != 3 && theirs != 4)
		complain(back "/state", "is Connected (4), but the frontend's is " theirs)
}

function read_dump_line(    at, rest, stop, path) {
	at = index($0, " = \"")
	if (!at)
		return
	path = substr($0, 1, at - 1)
	rest = substr($0, at + 4)
	if (!match(rest, /"[ .]*\([nrwb][0-9]+(,[nrwb][0-9]+)*\)$/))
		return
	value[path] = substr(rest, 1, RSTART - 1)
	stop = substr(rest, RSTART)
	sub(/^[^(]*\(/, "", stop)
	sub(/\)$/, "", stop)
	perms[path] = stop
	nodes++
}

FNR == 1 { nfile++ }
nfile == 1 && (/^#/ || NF == 0) { next }
nfile == 1 { read_list_line(); next }
{ read_dump_line() }

END {
	if (wrong)
		exit 2
	if (!nodes) {
		print "check: no node in the dump: it must come from 'xenstore-ls -fp'" > "/dev/stderr"
		exit 2
	}
	for (path in value) {
		n = split(path, w, "/")
		if (w[2] != "local" || w[3] != "domain" || (only != "" && w[4] != only))
			continue
		if (w[5] == "backend" && w[6] == "vif" && n == 8)
			check_vif(w[4], w[7], w[8])
		if (w[5] == "data" && w[6] == "xmd-backend" && n == 6) {
			check_dir("HOME", w[4], "", "", 0, 0)
			check_dir("OWN", w[4], "", "", 0, 0)
			served++
		}
	}
	if (!vifs && !served) {
		print "check: no vif and no xmd-backend " (only == "" ? "in the dump" : "of domain " only) > "/dev/stderr"
		exit 2
	}
	printf "%d vifs of %d driver domains, %d deviations\n", vifs, served, faults
	exit faults > 0
}
