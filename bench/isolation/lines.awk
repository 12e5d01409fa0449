# SPDX-License-Identifier: GPL-2.0
# Of a line of the campaign's results: what bench/isolation/table and report have in common.

function text(name,   s) {	# of a flat line of JSON; texts have no quotes in them
	s = $0
	if (!sub(".*\"" name "\":", "", s)) return ""
	if (s ~ /^"/) { sub(/^"/, "", s); sub(/".*/, "", s); return s }
	sub(/[,}].*/, "", s)
	return s
}
# The guest that was cut off longest, ms
function cut(   s, a, i, most) {
	s = $0
	if (!sub(/.*"cut_ms":\{/, "", s)) return 0
	sub(/\}.*/, "", s)
	most = 0
	for (i = split(s, a, /[:,]/); i > 1; i -= 2) if (a[i] + 0 > most) most = a[i] + 0
	return most
}
function share(n, of) { return of ? sprintf("%.1f %%", n * 100 / of) : "-" }
# of the numbers in text, sorted; p of 100
function part(list, p,   a, n, i, j, t) {
	n = split(list, a, " ")
	if (!n) return "-"
	for (i = 2; i <= n; i++) { t = a[i] + 0; for (j = i - 1; j > 0 && a[j] + 0 > t; j--) a[j + 1] = a[j]; a[j + 1] = t }
	i = int((n * p + 99) / 100)
	return a[i < 1 ? 1 : i] + 0
}
