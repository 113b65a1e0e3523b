# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
# Prints results as tables, and draws plots.

report() { # FILE
	report_machine "$1"
	report_lookups "$1"
	report_race "$1"
	report_fill "$1"
	report_flows "$1"
	report_flood "$1"
	report_limits "$1"
	report_swap "$1"
	report_memory "$1"
	report_chain "$1"
}

report_machine() {
	jq -r '.machine | "\(.kernel), \(.processor), \(.processors) processors, load \(.load_at_the_end)",
		([.versions | to_entries[] | "\(.key) \(.value)"] | join(", ")), ""' "$1"
}

report_lookups() {
	[[ $(jq '.lookups | length' "$1") != 0 ]] || return 0
	printf 'Nanoseconds that a lookup adds; x: times a hash of 10,000 entries in the same run\n'
	jq -r '
		def round1: . * 10 | round / 10;
		(.tables | map({key: .label, value: .}) | from_entries) as $tables |
		["RULES", "LEAST", "MEDIAN", "x", "TABLES MB", "COMPILED s"],
		(.lookups[] | [.label, (.added.min | round1), (.added.median | round1),
			((.hashes // 0) * 100 | round / 100)] +
			($tables[.label] as $t | if $t then
				[($t.table_bytes / 1e5 | round / 10), ($t.compile_seconds * 100 | round / 100)]
			else ["-", "-"] end)) | @tsv' "$1" | columns
	printf '\n'
}

report_race() {
	local way kind
	while IFS=$'\t' read -r way kind; do
		report_race_rates "$1" "$way" "$kind"
		printf '\nRules: %s, %s. Million frames a second, two processors\n' "$kind" "$way"
		race_table "$1" "$way" "$kind" '.mpps2.median // 0'
		printf '\nRules: %s, %s. Seconds until they are in force\n' "$kind" "$way"
		race_table "$1" "$way" "$kind" '.up_seconds'
		printf '\n'
	done < <(jq -r "$RACE_WAY"' .race | map([way, .kind]) | unique | sort_by(.[0] != "ingress")[] | @tsv' "$1")
}

report_race_rates() { # FILE WAY KIND
	printf 'Rules: %s, %s. Million frames a second, one processor; in brackets, the part of the limit named in OF\n' "$3" "$2"
	race_table "$1" "$2" "$3" '.mpps.median' relative
}

# Ingress and egress are separate races: egress includes a redirect.
readonly RACE_WAY='def way: if .limit == "limit-egress" then "egress" else "ingress" end;'

# One line for each filter, one column for each number of rules.
race_table() { # FILE WAY KIND EXPRESSION [relative]
	jq -r --arg way "$2" --arg kind "$3" --arg relative "${5:-}" "$RACE_WAY"'
		def figure: '"$4"';
		def shown: if . >= 10 then . * 10 | round / 10 else . * 1000 | round / 1000 end;
		[.race[] | select(way == $way and .kind == $kind)] as $all |
		($all | map(.count) | unique) as $counts |
		($all | map({key: "\(.peer) \(.count)", value: figure}) | from_entries) as $figures |
		def cell: (figure | shown | tostring) + ($figures["\(.limit) \(.count)"] as $limit |
			if $relative != "" and $limit then " (\(figure / $limit * 100 | round / 100))" else "" end);
		(["FILTER"] + (if $relative != "" then ["OF"] else [] end) + ($counts | map(tostring))),
		($all | group_by(.peer)[] | . as $rows | [.[0].peer] +
			(if $relative != "" then [.[0].limit] else [] end) +
			[$counts[] | . as $count | $rows | map(select(.count == $count)) |
			if length > 0 then .[0] | cell else "-" end]) | @tsv' "$1" | columns
}

report_fill() {
	[[ $(jq '.fill | length' "$1") != 0 ]] || return 0
	printf 'Seconds to fill a set: one command that loads a file, or entry by entry from standard input\n'
	jq -r 'def shown: . * 1000 | round / 1000;
		["FILTER", "HOW", "ENTRIES", "MEDIAN", "MIN", "MAX", "THOUSANDS A SECOND"],
		(.fill[] | [.peer, .how, "\(.kind) \(.count)", (.seconds.median, .seconds.min, .seconds.max | shown),
			(.count / .seconds.median / 1000 | round)]) | @tsv' "$1" | columns
	printf '\n'
}

report_flows() {
	local kind
	while read -r kind; do
		printf 'Flows: %s. Million packets a second, one processor; in brackets, times what conntrack does\n' "$kind"
		jq -r --arg kind "$kind" 'def shown: . * 1000 | round / 1000;
			(.flows | map(select(.kind == $kind))) as $rows |
			($rows | map(select(.peer == "flows-conntrack"))[0].mpps.median) as $one |
			["FILTER", "FLOWS", "MEDIAN", "MIN", "MAX"],
			($rows[] | [.peer, .count, "\(.mpps.median | shown) (\(.mpps.median / $one * 100 | round / 100))",
				(.mpps.min, .mpps.max | shown)]) | @tsv' "$1" | columns
		printf '\n'
	done < <(jq -r '.flows // [] | map(.kind) | unique[]' "$1")
}

report_flood() {
	[[ $(jq '.flood // [] | length' "$1") != 0 ]] || return 0
	printf 'A flood of SYNs beside transfers and new connections, for as many seconds, then the same without it\n'
	jq -r 'def share: if .calls > 0 then "\(.answered / .calls * 1000 | round / 10) %" else "-" end;
		def row(flood): .[flood] as $said | [.peer, flood, ($said.syns / .seconds / 1000 | round),
			$said.transfers, $said.lost, $said.stalled, $said.longest_ms, $said.calls, ($said | share),
			"\($said.in_a_second / ([$said.calls, 1] | max) * 1000 | round / 10) %"];
		["FILTER", "", "1000 SYNS/S", "TRANSFERS", "LOST", "STALLED", "LONGEST ms", "CALLS", "ANSWERED", "IN 1 S"],
		(.flood[] | row("flood"), row("quiet")) | @tsv' "$1" | columns
	printf '\n'
}

# The time of a flood is known within bounds: the difference is that to the
# middle of them. A rate that the flood did not exceed by half is not reached.
report_limits() {
	[[ $(jq '.limits // [] | length' "$1") != 0 ]] || return 0
	printf 'Packets beyond the burst that passed limits in ten seconds, and the difference to the rate\n'
	jq -r 'def shown: ((.least_us + .most_us) / 2e6) as $time | (.passed - .burst) as $passed |
			if .sent < 1.5 * (.rate * $time + .burst) then "not reached"
			else "\($passed) (\(($passed / $time / .rate - 1) * 1e4 | round / 100) %)" end;
		(.limits | map(.peer) | unique) as $peers |
		["RATE", "PROCESSORS", "SENT"] + $peers,
		(.limits | group_by([.processors, .rate])[] |
			[.[0].rate, .[0].processors, (map(.sent) | "\(min) to \(max)")] +
			[$peers[] as $peer | .[] | select(.peer == $peer) | shown]) | @tsv' "$1" | columns
	printf '\n'
}

report_swap() {
	[[ $(jq '.swap | length' "$1") != 0 ]] || return 0
	printf 'Seconds to replace all rules under traffic, and of the frames that both the old and the new rules drop,\n'
	printf 'how many were sent in all swaps, got lost, and slipped through\n'
	jq -r 'def shown: . * 1000 | round / 1000;
		["FILTER", "RULES", "MEDIAN", "MIN", "MAX", "SENT", "LOST", "SLIPPED"],
		(.swap[] | [.peer, "\(.kind) \(.count)", (.seconds.median, .seconds.min, .seconds.max | shown),
			.sent, .lost, .passed]) | @tsv' "$1" | columns
	printf '\n'
}

report_memory() {
	[[ $(jq '.memory | length' "$1") != 0 ]] || return 0
	printf 'Megabytes that the kernel holds for the rules\n'
	jq -r 'def shown: . * 1024 / 1e4 | round / 100;
		["FILTER", "RULES", "MEDIAN", "MIN", "MAX"],
		(.memory[] | [.peer, "\(.kind) \(.count)", (.kib.median, .kib.min, .kib.max | shown)]) | @tsv' "$1" | columns
	printf '\n'
}

report_chain() {
	[[ $(jq '.chain | length' "$1") != 0 ]] || return 0
	printf 'Nanoseconds through a chain\n'
	jq -r '["PLUGINS", "MEDIAN", "MIN", "MAX"], (.chain[] | [.plugins, .median, .min, .max]) | @tsv' "$1" | columns
}

# Aligns tab-separated fields: the first to the left, others to the right.
columns() {
	awk -F '\t' '
		{
			for (i = 1; i <= NF; i++) {
				field[NR, i] = $i
				if (length($i) > width[i])
					width[i] = length($i)
			}
			if (NF > fields)
				fields = NF
		}
		END {
			for (row = 1; row <= NR; row++) {
				printf "%-" width[1] "s", field[row, 1]
				for (i = 2; i <= fields; i++)
					printf "  %" width[i] "s", field[row, i]
				print ""
			}
		}'
}

# --- the page in docs, and its plots

# Writes all results to bench/figures.txt, and the main table into the page,
# between its two marks.
write_page() { # FILE ROOT
	local page=$2/docs/performance.md
	report "$1" >"$2/bench/figures.txt"
	{
		report_machine "$1"
		report_race_rates "$1" ingress ports
	} >"$WORK/table"
	awk -v table="$WORK/table" '
		/^<!-- end of table -->/ { inside = 0 }
		!inside { print }
		/^<!-- table -->/ {
			inside = 1
			print "```"
			while ((getline line < table) > 0)
				print line
			print "```"
		}' "$page" >"$page.new"
	mv "$page.new" "$page"
	draw_plots "$1" "$2/docs/performance"
}

draw_plots() { # FILE DIRECTORY
	[[ $(type -P gnuplot) ]] || die "no gnuplot: 'make deps' installs it"
	local folder
	mkdir -p "$2"
	folder=$(realpath -- "$2")
	plot_race "$1" ports "$folder"
	plot_race "$1" hosts "$folder"
	plot_lookups "$1" "$folder"
	plot_chain "$1" "$folder"
}

# Runs in the data's directory, as gnuplot writes file names into the plot.
draw() {
	(cd -- "$WORK" && gnuplot)
}

# A block of lines for each peer, in gnuplot's format.
plot_race() { # FILE KIND DIRECTORY
	local data=$WORK/plot.data
	jq -r --arg kind "$2" "$RACE_WAY"' [.race[] | select(way == "ingress" and .kind == $kind)] | group_by(.peer)[] |
		"\"\(.[0].peer)\"", (sort_by(.count)[] | "\(.count) \(.mpps.median) \(.mpps.min) \(.mpps.max)"), "", ""' \
		"$1" >"$data"
	[[ -s $data ]] || return 0
	sed -i '$d' "$data" # or gnuplot takes what comes after the last block for one more
	draw <<-END
		set terminal svg size 760,460 background 'white' font 'sans,12' noenhanced
		set output '$3/race-$2.svg'
		$(plot_colours)
		set logscale xy
		set xlabel 'rules'
		set ylabel 'million frames a second, one processor'
		set key outside right
		set grid
		stats 'plot.data' using 1 nooutput
		plot for [i=0:STATS_blocks-1] 'plot.data' index i using 1:2 with linespoints title columnheader(1)
	END
}

# Enough colours and marks for all filters.
plot_colours() {
	local number=0 colour
	for colour in '#1f77b4' '#ff7f0e' '#2ca02c' '#d62728' '#9467bd' '#8c564b' '#e377c2' \
		'#7f7f7f' '#bcbd22' '#17becf' '#000000' '#aec7e8' '#ff9896' '#98df8a' '#c5b0d5'; do
		number=$((number + 1))
		printf "set linetype %d linecolor rgb '%s' linewidth 2; " "$number" "$colour"
	done
}

plot_lookups() { # FILE DIRECTORY
	local data=$WORK/plot.data
	jq -r 'reduce (.lookups[] | select(.group != "sets" and .group != "flows")) as $row ([]; if map(.label) | index($row.label) then . else . + [$row] end) |
		.[] | "\"\(.label)\" \(.added.min) \(.added.median)"' "$1" >"$data"
	[[ -s $data ]] || return 0
	draw <<-END
		set terminal svg size 760,460 background 'white' font 'sans,12' noenhanced
		set output '$2/lookups.svg'
		set ylabel 'nanoseconds that a lookup adds'
		set style data histograms
		set style fill solid 0.7
		set xtics rotate by -40
		set logscale y
		set yrange [1:*]
		set grid ytics
		set key left
		plot 'plot.data' using 2:xtic(1) title 'least', '' using 3 title 'median'
	END
}

plot_chain() { # FILE DIRECTORY
	local data=$WORK/plot.data
	jq -r '.chain[] | "\(.plugins) \(.median) \(.min) \(.max)"' "$1" >"$data"
	[[ -s $data ]] || return 0
	draw <<-END
		set terminal svg size 760,360 background 'white' font 'sans,12'
		set output '$2/chain.svg'
		set xlabel 'plugins'
		set ylabel 'nanoseconds'
		set yrange [0:*]
		set grid
		unset key
		plot 'plot.data' using 1:2:3:4 with yerrorlines
	END
}
