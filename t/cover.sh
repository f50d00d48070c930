#!/bin/sh
# cover.sh: lines that no test has run, from a tree built with --coverage.
#   t/cover.sh build-cover
build=${1:?folder}
find "$build/lib" "$build/bin" -name '*.gcno' | sort | while read -r notes; do
	gcov -t "$notes" 2>/dev/null
done | awk '
	# "   count:  line:text"; a header may be run by one object of several
	/^ *-: *0:Source:/ { source = $0; sub(/.*:Source:/, "", source)
		ours = source ~ /^(lib|bin)\// }
	!ours { next }
	{ split($0, part, ":"); count = part[1]; line = part[2] + 0
		gsub(/ /, "", count) }
	count == "-" || line == 0 { next }
	{ key = source ":" line; seen[key] = $0 }
	count !~ /^[#=]/ { run[key] = 1 }
	END {
		for (key in seen) {
			total++
			if (key in run)
				continue
			missed++
			text = seen[key]; sub(/^[^:]*:[^:]*:/, "", text)
			printf "%s:%s\n", key, text | "sort -t: -k1,1 -k2,2n"
		}
		close("sort -t: -k1,1 -k2,2n")
		printf "%d of %d lines were never run\n", missed, total
	}'
