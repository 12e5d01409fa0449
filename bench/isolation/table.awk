# SPDX-License-Identifier: GPL-2.0
# See bench/isolation/table.
function row_of(kind, where, type) { return kind SUBSEP where SUBSEP type }
/^\{"about"/ { seed = text("seed"); commit = text("commit"); next }
/^\{"n"/ {
	kind = text("kind"); where = text("where"); type = text("type"); v = text("verdict")
	if (!((kind, where) in places)) { places[kind, where] = 1; order[++n_places] = kind SUBSEP where }
	if (v == "not-injected") { missed[kind, where]++; next }
	if (v == "not-applicable") { unfit[kind, where]++; next }
	if (!(type in types)) { types[type] = 1; type_order[++n_types] = type }
	all[kind, where]++; of[row_of(kind, where, type)]++
	got[kind, where, v]++; by[row_of(kind, where, type), v]++
	lost[kind, where] += text("lost"); corrupt[kind, where] += text("corrupt")
	if (text("recovered_by") != "-" || cut() > 200) cuts[kind, where] = cuts[kind, where] " " cut()
	if (text("noticed_ms") != "null" && text("noticed_ms") != "") noticed[kind, where] = noticed[kind, where] " " text("noticed_ms")
	else if (v != "nothing") silent[kind, where]++
	by_whom[kind, where, text("recovered_by")]++
	if (text("left") != "") left[kind, where]++
	if (v ~ /^(host|guest|human)$/ || text("left") != "")
		bad[++n_bad] = sprintf("| %s | %s | %s | %s | %s | `%s` | %s | %s |", kind, where, text("n"), type, v, text("site"), text("why"), text("left"))
}
END {
	n_v = split("host guest human cut control nothing", verdicts, " ")
	printf "Seed %s, commit %s. Faults whose site was not reached are not counted.\n\n", seed, commit
	print "| | faults | host harmed | guest harmed | needs a human | cut off, back by itself | control operation failed | nothing seen | back without a human | not reached |"
	print "|---|---:|---:|---:|---:|---:|---:|---:|---:|---:|"
	for (i = 1; i <= n_places; i++) {
		p = order[i]; split(p, w, SUBSEP)
		printf "| %s, %s | %d |", w[1], w[2], all[p]
		for (j = 1; j <= n_v; j++) printf " %d |", got[p, verdicts[j]]
		harmed = got[p, "host"] + got[p, "guest"] + got[p, "human"]
		printf " %s | %d |\n", share(all[p] - harmed, all[p]), missed[p]
	}
	for (i = 1; i <= n_places; i++) {
		p = order[i]; split(p, w, SUBSEP)
		if (unfit[p]) printf "\n%s, %s: %d more do not apply to it.\n", w[1], w[2], unfit[p]
	}
	print "\nLongest time that a guest was cut off by a fault that was recovered from or cut one off for over 200 ms, and when it was noticed, ms:\n"
	print "| | cut off: median | 90 % | worst | noticed: median | 90 % | worst | seen, never noticed | by xmd-init | by xmd-supervisor | by xl | datagrams lost | wrong data | left something behind |"
	print "|---|---:|---:|---:|---:|---:|---:|---:|---:|---:|---:|---:|---:|---:|"
	for (i = 1; i <= n_places; i++) {
		p = order[i]; split(p, w, SUBSEP)
		printf "| %s, %s | %s | %s | %s | %s | %s | %s | %d | %d | %d | %d | %d | %d | %d |\n", w[1], w[2], part(cuts[p], 50), part(cuts[p], 90), part(cuts[p], 100), \
			part(noticed[p], 50), part(noticed[p], 90), part(noticed[p], 100), silent[p], by_whom[p, "xmd-init"], by_whom[p, "xmd-supervisor"], by_whom[p, "xl"], lost[p], corrupt[p], left[p]
	}
	print "\nBy type, in the order host/guest/human/cut/control/nothing:\n"
	printf "| type |"
	for (i = 1; i <= n_places; i++) { split(order[i], w, SUBSEP); printf " %s, %s |", w[1], w[2] }
	printf "\n|---|"
	for (i = 1; i <= n_places; i++) printf "---|"
	print ""
	for (t = 1; t <= n_types; t++) {
		printf "| %s |", type_order[t]
		for (i = 1; i <= n_places; i++) {
			r = order[i] SUBSEP type_order[t]
			if (!of[r]) { printf " - |"; continue }
			for (j = 1; j <= n_v; j++) printf "%s%d", (j > 1 ? "/" : " "), by[r, verdicts[j]]
			printf " |"
		}
		print ""
	}
	if (!n_bad) exit
	print "\nEach that harmed, needed a human, or left something behind:\n"
	print "| kind | place | fault | type | verdict | site | why | left |\n|---|---|---:|---|---|---|---|---|"
	for (i = 1; i <= n_bad; i++) print bad[i]
}