# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
# Tables whose columns line up, in colour where somebody looks:
#
#	table_start SIDE STATE
#	table_row server green:up
#	table_print ''
#
# A cell is text, or a colour that paint() knows, a colon, and text.

TABLE_CELLS=()
TABLE_COLUMNS=0

table_start() { # HEADING...
	local heading
	TABLE_CELLS=()
	TABLE_COLUMNS=$#
	for heading; do
		TABLE_CELLS+=("bold:$heading")
	done
}

table_row() { # CELL... as many as there are headings
	TABLE_CELLS+=("$@")
}

table_colour() { # CELL
	case $1 in
	bold:* | red:* | green:* | yellow:* | dim:*) printf '%s' "${1%%:*}" ;;
	esac
}

table_text() { # CELL
	local colour
	colour=$(table_colour "$1")
	printf '%s' "${1#"${colour:+$colour:}"}"
}

# The padding is reckoned without the colour, and no line ends in blanks.
table_print() { # INDENT
	local -a text=() width=()
	local -i i column blanks
	for ((i = 0; i < ${#TABLE_CELLS[@]}; i++)); do
		column=$((i % TABLE_COLUMNS))
		text[i]=$(table_text "${TABLE_CELLS[i]}")
		((${#text[i]} <= ${width[column]:-0})) || width[column]=${#text[i]}
	done
	for ((i = 0; i < ${#TABLE_CELLS[@]}; i++)); do
		column=$((i % TABLE_COLUMNS))
		((column > 0)) || printf '%s' "$1"
		table_paint "$(table_colour "${TABLE_CELLS[i]}")" "${text[i]}"
		if ((column == TABLE_COLUMNS - 1)); then
			printf '\n'
		else
			blanks=$((width[column] - ${#text[i]} + 2))
			printf '%*s' "$blanks" ''
		fi
	done
}

# Not within $(…): there the output is no terminal.
table_paint() { # COLOUR TEXT
	if [[ $1 ]]; then
		paint "$1" "$2"
	else
		printf '%s' "$2"
	fi
}
