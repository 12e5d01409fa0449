# SPDX-License-Identifier: GPL-2.0
# See bench/isolation/report. All is counted first, and told at the end.
BEGIN {
	n_v = split("host guest human cut control nothing", verdicts, " ")
	n_p = split("userdriver userdriver-sim backend nic-kernel nic-kernel-sim back-kernel back-kernel-sim device guest", places, " ")
	n_k = split("xmd stock", kinds, " ")
	says["userdriver"] = "xmd-userdriver, the NIC's user half"; says["userdriver-sim"] = "the same, over a simulated NIC"; says["backend"] = "xmd-backend, the vifs' user half"
	says["nic-kernel"] = "the NIC's kernel module"; says["nic-kernel-sim"] = "the same, over a simulated NIC"; says["back-kernel"] = "the backend's kernel modules"; says["back-kernel-sim"] = "the same, over a simulated Xen and NIC"
	says["device"] = "the NIC (simulated)"; says["guest"] = "attacks by a guest"
}
/^\{"about"/ { about[++n_about] = sprintf("%s: seed %s, commit %s", FILENAME, text("seed"), text("commit")); next }
/^\{"quiet"/ { p = text("kind") SUBSEP text("where"); boots[p]++; if (text("verdict") != "nothing") loud[p]++; next }
/^\{"n"/ {
	p = text("kind") SUBSEP text("where"); v = text("verdict"); t = text("type")
	if (v == "not-injected") { missed[p]++; next }
	if (v == "not-applicable") { if (!unfit[p, text("why")]++) reason[p, ++reasons[p]] = text("why"); next }
	if (t == "none") { idle[p]++; if (v != "nothing" || text("noticed_by") != "") idle_seen[p]++; next }
	all[p]++; got[p, v]++
	if (!((text("where"), t) in of_place)) { of_place[text("where"), t] = 1; type_at[text("where"), ++n_types[text("where")]] = t }
	of[p, t]++; by[p, t, v]++
	lost[p] += text("lost"); corrupt[p] += text("corrupt"); fixer[p, text("recovered_by")]++
	if (v != "nothing" && v != "control") cuts[p] = cuts[p] " " cut()
	if ($0 ~ /"back_ms":/ && v != "human" && v != "host") backs[p] = backs[p] " " text("back_ms")
	ms = text("noticed_ms")
	if (ms != "null" && ms != "") {
		noticed[p] = noticed[p] " " ms; noticed_of[p, t] = noticed_of[p, t] " " ms; n_noticed[p, t]++
		who[p, t, text("noticed_by")]++
		if (index(whose[p, t], "|" text("noticed_by") "|") == 0) whose[p, t] = whose[p, t] "|" text("noticed_by") "|"
	} else if (text("noticed_by") != "") {
		n_noticed[p, t]++; timeless[p]++
		who[p, t, text("noticed_by")]++
		if (index(whose[p, t], "|" text("noticed_by") "|") == 0) whose[p, t] = whose[p, t] "|" text("noticed_by") "|"
	} else if (v != "nothing") {
		silent[p, t]++; n_silent[p]++
		if (cut() > longest[p, t]) { longest[p, t] = cut(); silent_site[p, t] = text("site") }
	}
	if (text("left") != "") left_behind[++n_left] = sprintf("| %s, %s | %s | %s | `%s` | %s |", text("kind"), text("where"), text("n"), t, text("site"), text("left"))
	if (v ~ /^(host|guest|human)$/)
		bad[++n_bad] = sprintf("| %s, %s | %s | %s | %s | `%s` | %s | %s |", text("kind"), text("where"), text("n"), t, v, text("site"), text("why"), text("told") == "" ? "-" : text("told"))
}
function name(p,   w) { split(p, w, SUBSEP); return w[1] ", " w[2] }
function most(p, t,   a, i, n, best) {
	n = split(whose[p, t], a, "|")
	for (i = 1; i <= n; i++) if (a[i] != "" && who[p, t, a[i]] > who[p, t, best]) best = a[i]
	return best
}
# Of each place and kind, in the order in which they are told; sets now
function each(i, j) { now = kinds[j] SUBSEP places[i]; return now in all }
function in_short(   i, j, k, harmed) {
	print "## In short\n"
	print "| place | | faults | host harmed | guest harmed | needs a human | cut off, back by itself | control operation failed | nothing seen | back without a human | wrong data | left something behind |"
	print "|---|---|---:|---:|---:|---:|---:|---:|---:|---:|---:|---:|"
	for (i = 1; i <= n_p; i++) for (j = 1; j <= n_k; j++) {
		if (kinds[j] == "stock" && places[i] ~ /^(userdriver|userdriver-sim|backend|nic-kernel-sim|back-kernel-sim)$/) continue
		printf "| %s | %s |", says[places[i]], kinds[j]
		if (!each(i, j)) { print (kinds[j] == "stock" && places[i] == "device" ? " cannot be: stock's driver has no simulated NIC" : " not run yet") " | | | | | | | | | |"; continue }
		printf " %d |", all[now]
		for (k = 1; k <= n_v; k++) printf " %d |", got[now, verdicts[k]]
		harmed = got[now, "host"] + got[now, "human"]
		printf " %s | %d |", share(all[now] - harmed, all[now]), corrupt[now]
		for (k = harmed = 0; k++ < n_left;) harmed += index(left_behind[k], "| " name(now) " |") == 1
		printf " %d |\n", harmed
	}
	print "\nA fault that was not reached, or that nobody met, is not counted."
	for (i = 1; i <= n_p; i++) for (j = 1; j <= n_k; j++) if (each(i, j)) {
		if (missed[now]) printf "%s: %d of those.\n", name(now), missed[now]
		for (k = 1; k <= reasons[now]; k++) printf "%s: %d more do not apply: %s.\n", name(now), unfit[now, reason[now, k]], reason[now, k]
		if (idle[now]) printf "%s: %d times nothing was put in (`none`, not counted), and %d times something was seen.\n", name(now), idle[now], idle_seen[now]
		if (boots[now]) printf "%s: of %d boots, %d were not quiet before the first fault.\n", name(now), boots[now], loud[now]
	}
}
function by_type(   i, j, k, t, type) {
	print "\n## By type of fault"
	for (i = 1; i <= n_p; i++) {
		if (!n_types[places[i]]) continue
		printf "\n### %s\n\n| type |", says[places[i]]
		for (j = 1; j <= n_k; j++) if (each(i, j)) for (k = 1; k <= n_v; k++) printf " %s%s |", (k == 1 ? kinds[j] ": " : ""), verdicts[k]
		printf "\n|---|"
		for (j = 1; j <= n_k; j++) if (each(i, j)) for (k = 1; k <= n_v; k++) printf "---:|"
		print ""
		for (t = 1; t <= n_types[places[i]]; t++) {
			type = type_at[places[i], t]
			printf "| %s |", type
			for (j = 1; j <= n_k; j++) if (each(i, j)) for (k = 1; k <= n_v; k++) printf " %s |", of[now, type] ? by[now, type, verdicts[k]] + 0 : "-"
			print ""
		}
	}
}
function line_of(what, list) {
	printf "| %s | %d | %s | %s | %s | %s | %s |\n", what, split(list, dummy, " "), part(list, 10), part(list, 50), part(list, 90), part(list, 99), part(list, 100)
}
function times(   i, j) {
	print "\n## How long\n\nms; of those that cut a guest off, or did worse, the guest that was silent longest."
	if (plot != "") printf "\n![distribution](%s)\n", plot
	print "\n| | faults | 10 % | 50 % | 90 % | 99 % | worst |\n|---|---:|---:|---:|---:|---:|---:|"
	for (i = 1; i <= n_p; i++) for (j = 1; j <= n_k; j++) if (each(i, j)) {
		line_of(name(now) ": cut off" (places[i] == "device" ? ", while the NIC was broken and after" : ""), cuts[now])
		if (backs[now] != "") line_of(name(now) ": all back, from when the NIC behaved again", backs[now])
	}
	print "\nWho brought it back, where somebody had to: "
	for (i = 1; i <= n_p; i++) for (j = 1; j <= n_k; j++) if (each(i, j))
		printf "%s: xmd-init %d, xmd-supervisor %d, xl %d.\n", name(now), fixer[now, "xmd-init"], fixer[now, "xmd-supervisor"], fixer[now, "xl"]
}
function detection(   i, j, t, type) {
	print "\n## Who noticed, and when\n\nms from the fault, or of the device from when it was first met; only by what names a fault (bench/isolation/watchers).\n"
	print "| | type | faults | noticed | median | worst | most often by |\n|---|---|---:|---:|---:|---:|---|"
	for (i = 1; i <= n_p; i++) for (j = 1; j <= n_k; j++) if (each(i, j)) {
		printf "| **%s** | all | %d | %d | %s | %s | |\n", name(now), all[now], split(noticed[now], dummy, " ") + timeless[now], part(noticed[now], 50), part(noticed[now], 100)
		for (t = 1; t <= n_types[places[i]]; t++) {
			type = type_at[places[i], t]
			if (of[now, type]) printf "| | %s | %d | %d | %s | %s | %s |\n", type, of[now, type], n_noticed[now, type], part(noticed_of[now, type], 50), part(noticed_of[now, type], 100), most(now, type)
		}
	}
	print "\n### Seen by guests or by control operations, and never noticed\n"
	for (i = 1; i <= n_p; i++) for (j = 1; j <= n_k; j++) if (each(i, j)) {
		if (!n_silent[now]) { printf "%s: none.\n", name(now); continue }
		printf "%s: %d of %d.\n\n| type | faults | longest silence, ms | which |\n|---|---:|---:|---|\n", name(now), n_silent[now], all[now]
		for (t = 1; t <= n_types[places[i]]; t++) {
			type = type_at[places[i], t]
			if (silent[now, type]) printf "| %s | %d | %d | `%s` |\n", type, silent[now, type], longest[now, type], silent_site[now, type]
		}
		print ""
	}
}
function harm(   i) {
	print "\n## Each that harmed, or needed a human\n"
	if (!n_bad) print "None."
	else print "| | fault | type | verdict | where | why | what a log said to do |\n|---|---:|---|---|---|---|---|"
	for (i = 1; i <= n_bad; i++) print bad[i]
	print "\n## Left behind\n"
	if (!n_left) print "Nothing."
	else print "| | fault | type | where | what |\n|---|---:|---|---|---|"
	for (i = 1; i <= n_left; i++) print left_behind[i]
}
END {
	print "# Isolation: what is harmed when something in the driver domain goes wrong\n"
	print "Written by `bench/isolation/report` from these results, and by nobody's hand:\n"
	for (i = 1; i <= n_about; i++) print "- " about[i]
	print ""
	in_short(); by_type(); times(); detection(); harm()
}
