# SPDX-License-Identifier: GPL-2.0
# gen.awk - the header, from the tables of list.awk

function c_name(s) { gsub(/-/, "_", s); return toupper(s) }

function c_format(p) {
	sub(/^\/local\/domain\/\{drv\}\/?/, "", p)
	gsub(/\{[a-z]+\}/, "%u", p)
	return p
}

/^#/ || NF == 0 { next }
{ read_list_line() }

END {
	if (wrong)
		exit 1
	print "/* Made by xenstore-schema/gen from keys.list: change the list, not this file. */"
	print "#ifndef XMD_XS_NAMES_H\n#define XMD_XS_NAMES_H\n"
	for (i = 1; i <= ndirs; i++)
		printf "#define XS_DIR_%s \"%s\"\n", dirs[i], c_format(pattern[dirs[i]])
	print ""
	for (i = 1; i <= nkeys; i++) {
		split(keys[i], part, SUBSEP)
		printf "#define XS_%s_%s \"%s\"\n", part[1], c_name(part[2]), part[2]
	}
	print "\n/* All keys of a directory, for an array. */"
	for (i = 1; i <= ndirs; i++) {
		printf "#define XS_%s_ALL", dirs[i]
		for (j = 1; j <= nkeys; j++) {
			split(keys[j], part, SUBSEP)
			if (part[1] == dirs[i])
				printf " \"%s\",", part[2]
		}
		print ""
	}
	print "\n#endif"
}
