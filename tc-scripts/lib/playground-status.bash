# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
# Prints the state of a playground, as a table or as JSON.

# shellcheck source=tc-scripts/lib/table.bash
source "$HERE/lib/table.bash"

# Sets the words that enter the sides; fails if there is no playground.
playground_find() {
	local kind side
	kind=$(playground_kind)
	"${kind:=netns}_enter_words"
	for side in "${SIDES[@]}"; do
		! "${kind}_is_ours" "$side" || return 0
	done
	return 1
}

die_no_playground() {
	local others=()
	[[ ! -d $PLAYGROUND_ROOT ]] || mapfile -t others < <(ls -- "$PLAYGROUND_ROOT")
	((${#others[@]} == 0)) ||
		die "no playground '$PLAYGROUND' is up, but: ${others[*]}: --name chooses"
	die "no playground '$PLAYGROUND' is up: 'tailgate playground up' makes one"
}

# shellcheck disable=SC2154 # json: a local of cmd_playground
playground_status() {
	playground_find || die_no_playground
	if [[ $json ]]; then
		status_as_json
	else
		status_as_table
	fi
	playground_is_whole ||
		die "playground '$PLAYGROUND' is not whole: 'tailgate playground up' mends it"
}

playground_is_whole() {
	local kind
	kind=$(playground_kind)
	[[ $kind ]] && "${kind}_is_up"
}

status_as_table() {
	local side
	table_start SIDE WHERE IPV4 IPV6 HTTP
	for side in "${SIDES[@]}"; do
		table_row "$side" "$("$(status_kind)_where" "$side")" \
			"$(status_addresses "$side" inet)" \
			"$(status_addresses "$side" inet6)" "$(status_http "$side")"
	done
	table_print ''
}

status_kind() {
	local kind
	kind=$(playground_kind)
	printf '%s' "${kind:-netns}"
}

# Global addresses with prefix length, or a dash.
status_addresses() { # SIDE inet|inet6
	local addresses
	addresses=$(in_side "$1" ip -o addr show dev eth0 scope global 2>/dev/null |
		awk -v family="$2" '$3 == family { print $4 }')
	printf '%s' "${addresses:--}"
}

# Ports that answer over both IPv4 and IPv6.
status_http() { # SIDE
	local port address answering=
	[[ $1 == server ]] || {
		printf -- -
		return 0
	}
	for port in "${HTTP_PORTS[@]}"; do
		for address in "${SIDE_IPV4[server]}" "${SIDE_IPV6[server]}"; do
			http_answers "$address" "$port" || continue 2
		done
		answering+=" $port"
	done
	if [[ $answering ]]; then
		printf 'green:%s' "${answering# }"
	else
		printf 'red:none'
	fi
}

status_as_json() {
	local side word colour cell words=()
	for side in "${SIDES[@]}"; do
		words+=(object side "=$side")
		"$(status_kind)_where_json" "$side"
		words+=(addresses array)
		for word in $(status_addresses "$side" inet) $(status_addresses "$side" inet6); do
			[[ $word == - ]] || words+=("=$word")
		done
		words+=(end http array)
		table_cell "$(status_http "$side")"
		for word in $cell; do
			[[ $word != [0-9]* ]] || words+=("$word")
		done
		words+=(end end)
	done
	"$BUILD/tg-json" object name "=$PLAYGROUND" kind "=$(status_kind)" sides array "${words[@]}" end end
}
