# SPDX-License-Identifier: GPL-2.0-only
# Looks up IPv4 packets in the output of `policy compile --dump`, by hand: from
# values to classes, then from row to row or through the trees.
#
#	awk -v packets=FILE -f tests/policy/follow.awk DUMP
#
# FILE has one packet per line, PROTOCOL FROM PORT TO PORT. Prints "rule N" or
# "default" for each.

/^[^ ]/ { ours = /^IPv4/; state = "" }
!ours { next }

/^  [a-z ]+, a (table|trie|search) at / {
	state = "field"
	field = $0
	sub(/^ */, "", field)
	sub(/,.*/, "", field)
	next
}
/^  begin at / { begin = substr($0, 12) }
/^  row / {
	state = "row"
	row = $2 + 0
	field_of[row] = $0
	sub(/^ *row [0-9]+, /, "", field_of[row])
	sub(/:$/, "", field_of[row])
}
/^  tree / { state = "tree"; trees[++tree_count] = line_count + 1 }
/^  of the records / { none = $0; sub(/.*: /, "", none); state = "" }
/^    / && state == "field" { add_class() }
/^    class / && state == "row" { add_step() }
/^    / && state == "tree" { lines[++line_count] = $0 }

function number(text, parts) {
	if (split(text, parts, ".") == 4)
		return ((parts[1] * 256 + parts[2]) * 256 + parts[3]) * 256 + parts[4]
	return text + 0
}

function add_class(class, list, n, i, ends) {
	class = $2 + 0
	sub(/^ *(class|rank) [0-9]+: /, "")
	n = split($0, list, ", ")
	for (i = 1; i <= n; i++) {
		spans[field]++
		class_at[field, spans[field]] = class
		if (list[i] == "absent") {
			first[field, spans[field]] = last[field, spans[field]] = "absent"
			continue
		}
		if (split(list[i], ends, "-") == 1)
			ends[2] = ends[1]
		first[field, spans[field]] = number(ends[1])
		last[field, spans[field]] = number(ends[2])
	}
}

function add_step(ends, target, i) {
	target = $0
	sub(/^[^:]*: /, "", target)
	if (split($2, ends, "-") == 1)
		ends[2] = ends[1]
	for (i = ends[1] + 0; i <= ends[2] + 0; i++)
		step[row, i] = target
}

function class_of(field, i, value) {
	value = field in packet ? packet[field] : "absent"
	for (i = 1; i <= spans[field]; i++) {
		if (value == "absent" || first[field, i] == "absent") {
			if (value "" == first[field, i] "")
				return class_at[field, i]
		} else if (first[field, i] <= value && value <= last[field, i])
			return class_at[field, i]
	}
	return 0
}

function follow_rows(at) {
	at = begin
	while (at ~ /^row /)
		at = step[substr(at, 5) + 0, class_of(field_of[substr(at, 5) + 0])]
	return at
}

function depth(text) { match(text, /^ */); return RLENGTH }

# "to rank 3, from ranks 4-7, ... then rule 9 (act 1, drop)"
function record(text, order, outcome, list, n, i, words, ends, rank) {
	order = text
	sub(/^ *record /, "", order)
	outcome = text
	sub(/.*then /, "", outcome)
	sub(/^[^:]*: /, "", text)
	sub(/,? ?then .*/, "", text)
	n = split(text, list, ", ")
	for (i = 1; i <= n; i++) {
		match(list[i], / ranks? /)
		rank = class_of(substr(list[i], 1, RSTART - 1))
		if (split(substr(list[i], RSTART + RLENGTH), ends, "-") == 1)
			ends[2] = ends[1]
		if (rank < ends[1] + 0 || rank > ends[2] + 0)
			return
	}
	if (order + 0 < best)  {
		best = order + 0
		decides = outcome
	}
}

function follow_tree(i, here, words, child, bits, ends) {
	here = depth(lines[i])
	if (lines[i] !~ /^ *by /) {
		for (; i <= line_count && depth(lines[i]) == here && lines[i] ~ /record/; i++)
			record(lines[i])
		return
	}
	words = lines[i]
	sub(/^ *by /, "", words)
	bits = words
	sub(/,.*/, "", words)
	sub(/.*, bits /, "", bits)
	split(bits, ends, "-")
	child = int(class_of(words) / 2 ^ ends[1]) % 2 ^ (ends[2] - ends[1] + 1)
	for (i++; i <= line_count && depth(lines[i]) >= here; i++) {
		if (depth(lines[i]) > here || lines[i] !~ /^ *[0-9]+(-[0-9]+)?:$/)
			continue
		words = lines[i]
		if (split(words, ends, "-") == 1)
			ends[2] = ends[1]
		if (child < ends[1] + 0 || child > ends[2] + 0)
			continue
		if (depth(lines[i + 1]) > here)
			follow_tree(i + 1)
		return
	}
}

END {
	while ((getline < packets) > 0) {
		delete packet
		packet["protocol"] = $1
		packet["from"] = number($2)
		packet["from port"] = $3
		packet["to"] = number($4)
		packet["to port"] = $5
		packet["fragment"] = 0
		best = 2 ^ 53
		decides = tree_count ? none : follow_rows()
		for (t = 1; t <= tree_count; t++)
			follow_tree(trees[t])
		sub(/ \(.*/, "", decides)
		print decides
	}
}
