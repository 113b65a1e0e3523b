# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
# JSON by hand: small documents, from strings that may hold anything.

json_string() {
	local text=$1
	text=${text//\\/\\\\}
	text=${text//\"/\\\"}
	text=${text//$'\t'/\\t}
	text=${text//$'\n'/\\n}
	printf '"%s"' "${text//[[:cntrl:]]/?}"
}

json_or_null() {
	if [[ $1 ]]; then
		json_string "$1"
	else
		printf 'null'
	fi
}

# 0 stands for none.
number_or_null() {
	((${1:-0} == 0)) && printf 'null' || printf '%s' "$1"
}

# JSON values with commas between them.
json_list() {
	local IFS=,
	printf '%s' "$*"
}

json_strings() {
	local text list=()
	for text; do
		list+=("$(json_string "$text")")
	done
	json_list "${list[@]}"
}
