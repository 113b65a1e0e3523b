# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
# Aligned tables, in colour on a terminal:
#
#	table_start SIDE STATE
#	table_row server green:up
#	table_print ''
#
# A cell is text, or a colour of paint(), a colon, and text.

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

# Sets colour, which may be empty, and cell.
table_cell() { # CELL, into colour and cell
	case $1 in
	bold:* | red:* | green:* | yellow:* | dim:*) colour=${1%%:*} cell=${1#*:} ;;
	*) colour='' cell=$1 ;;
	esac
}

# Widths exclude colour codes, and lines have no trailing blanks.
table_print() { # INDENT
	local -a width=()
	local -i i column blanks
	local colour cell
	for ((i = 0; i < ${#TABLE_CELLS[@]}; i++)); do
		column=$((i % TABLE_COLUMNS))
		table_cell "${TABLE_CELLS[i]}"
		((${#cell} <= ${width[column]:-0})) || width[column]=${#cell}
	done
	for ((i = 0; i < ${#TABLE_CELLS[@]}; i++)); do
		column=$((i % TABLE_COLUMNS))
		((column > 0)) || printf '%s' "$1"
		table_cell "${TABLE_CELLS[i]}"
		table_paint "$colour" "$cell"
		if ((column == TABLE_COLUMNS - 1)); then
			printf '\n'
		else
			blanks=$((width[column] - ${#cell} + 2))
			printf '%*s' "$blanks" ''
		fi
	done
}

# Not in $(...): paint() checks whether the output is a terminal.
table_paint() { # COLOUR TEXT
	if [[ $1 ]]; then
		paint "$1" "$2"
	else
		printf '%s' "$2"
	fi
}
