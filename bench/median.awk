# SPDX-License-Identifier: GPL-2.0
# vals[KEY] is a list of numbers; their median, "-" of none
function median(key,   n, i, j, t, v) {
	n = split(vals[key], v, " ")
	if (!n)
		return "-"
	for (i = 2; i <= n; i++)
		for (j = i; j > 1 && v[j - 1] + 0 > v[j] + 0; j--) { t = v[j]; v[j] = v[j - 1]; v[j - 1] = t }
	return n % 2 ? v[(n + 1) / 2] : (v[n / 2] + v[n / 2 + 1]) / 2
}
