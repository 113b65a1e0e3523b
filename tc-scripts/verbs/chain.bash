# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
# tailgate chain: show or rearrange the plugins of a hook, under traffic

# shellcheck source=tc-scripts/lib/attachment.bash
source "$HERE/lib/attachment.bash"
# shellcheck source=tc-scripts/lib/gate.bash
source "$HERE/lib/gate.bash"
# shellcheck source=tc-scripts/lib/chain.bash
source "$HERE/lib/chain.bash"
# shellcheck source=tc-scripts/lib/policy.bash
source "$HERE/lib/policy.bash"
# shellcheck source=tc-scripts/lib/policy-back.bash
source "$HERE/lib/policy-back.bash"

help_chain() {
	cat <<-'EOF'
		Usage: tailgate chain DEV HOOK [show]
		       tailgate chain DEV HOOK set P1,P2,...
		       tailgate chain DEV HOOK insert POSITION P
		       tailgate chain DEV HOOK remove P
		       tailgate chain DEV HOOK replace P OBJECT

		Shows or changes the chain on a hook (xdp, ingress, egress) of a device.
		A packet meets the whole old chain or the whole new one. Positions count
		from 0. P is a plugin's name or the path of an object; in remove and
		replace it is a name in the chain, or its position.

		A plugin that stays in the chain stays as it is: a policy keeps its rules.
		One that was removed and comes back is as built.

		'set ""' makes a chain without plugins: the default verdict for all.

		Example: tailgate chain eth0 ingress insert 0 drop_arp
	EOF
	help_rights chain
}

cmd_chain() {
	local hook action word
	for word in "${@:1:3}"; do
		case $word in
		-h | --help)
			help_chain
			return
			;;
		-*) unknown_option "$word" ;;
		esac
	done
	(($# >= 2)) || usage_error "chain needs a device and a hook"
	hook=$2
	action=${3:-show}
	is_one_of "$action" show set insert remove replace || unknown_chain_action "$action"
	check_word_order "$1" "$hook"
	check_hook "$hook"
	check_arguments "$action" $(($# - 3))
	need_rights chain "$action"
	check_device "$1"
	attachment_open "$1"
	[[ $action == show ]] || {
		check_mount_namespace
		attachment_lock
	}
	hook_read "$hook"
	[[ $GATE_ID ]] || die_of_no_gate "$hook"
	[[ $action == show || ! $GATE_ARRAY || $GATE_ARRAY == "$GLOBALS"/* ]] ||
		die "the chain of $DEV was attached under another name (${GATE_ARRAY%%/tc/*}): 'tailgate detach $DEV', 'tailgate gc', and attach it again"
	[[ $action == show ]] || {
		check_chain_version "$hook"
		policy_check_unconfirmed "$hook"
	}
	"chain_$action" "$hook" "${@:4}"
	[[ $action == show ]] || attachment_unlock
}

unknown_chain_action() { # WORD
	local meant=${CHAIN_SYNONYMS[${1:-.}]:-}
	[[ $meant ]] || meant=$(nearest "$1" show set insert remove replace)
	usage_error "chain cannot ${1@Q}: show, set, insert, remove or replace${meant:+: write $meant}"
}

check_arguments() { # ACTION COUNT
	local -A wanted=([show]=0 [set]=1 [insert]=2 [remove]=1 [replace]=2)
	(($2 == wanted[$1] || $2 < 0)) ||
		usage_error "chain ... $1 takes ${wanted[$1]} arguments, not $2"
}

chain_show() { # HOOK
	local i
	printf '%-4s %-5s %-20s %-8s %s\n' POS SLOT PLUGIN ID TAG
	for i in "${!CHAIN_NAMES[@]}"; do
		printf '%-4s %-5s %-20s %-8s %s\n' "$i" "${CHAIN_SLOTS[i]}" \
			"${CHAIN_NAMES[i]}" "${CHAIN_IDS[i]}" "${CHAIN_TAGS[i]}"
	done
	if [[ $CHAIN_BROKEN ]]; then
		say "broken: $CHAIN_BROKEN: then ${VERDICT_NAME[$GATE_MISS]}"
		return 1
	fi
	say "then $CHAIN_DEFAULT"
}

# The default verdict lives on; in a broken chain it is unknown, so what the
# chain does now when it breaks is what it does then.
kept_default() {
	printf '%s\n' "${CHAIN_DEFAULT:-${VERDICT_NAME[$GATE_MISS]}}"
}

need_whole_chain() {
	[[ ! $CHAIN_BROKEN ]] ||
		die "the chain on $DEV $1 is broken ($CHAIN_BROKEN): 'tailgate chain $DEV $1 set ...' makes it new"
}

chain_set() { # HOOK P1,P2,...
	local names objects
	IFS=, read -ra names <<<"$2"
	objects=$(objects_for "$1" "$GATE_BUILD" "${names[@]}") || exit 1
	mapfile -t objects < <(printf '%s' "${objects:+$objects$'\n'}")
	chain_change "$1" "$(kept_default)" "${objects[@]}"
}

chain_insert() { # HOOK POSITION P
	local objects object
	need_whole_chain "$1"
	local position=$2
	if ! is_position "$position" || ((position > ${#CHAIN_NAMES[@]})); then
		die "no such position: ${position@Q}: 0 to ${#CHAIN_NAMES[@]}"
	fi
	object=$(plugin_object "$3" "$1" "$GATE_BUILD") || exit 1
	objects=$(chain_objects "$1") || exit 1
	mapfile -t objects < <(printf '%s' "${objects:+$objects$'\n'}")
	objects=("${objects[@]:0:position}" "$object" "${objects[@]:position}")
	chain_change "$1" "$CHAIN_DEFAULT" "${objects[@]}"
}

chain_remove() { # HOOK P
	local objects position
	need_whole_chain "$1"
	position=$(chain_position "$2") || exit 1
	objects=$(chain_objects "$1") || exit 1
	mapfile -t objects <<<"$objects"
	unset 'objects[position]'
	chain_change "$1" "$CHAIN_DEFAULT" "${objects[@]}"
}

chain_replace() { # HOOK P OBJECT
	local position object
	need_whole_chain "$1"
	position=$(chain_position "$2") || exit 1
	[[ $3 != policy || ${CHAIN_NAMES[position]} != policy ]] ||
		die "that would leave $DEV $1 a policy without rules: 'tailgate policy apply $DEV FILE --hook $1' changes its rules, 'tailgate attach $DEV --$1 --reset' makes it as built"
	object=$(plugin_object "$3" "$1" "$GATE_BUILD") || exit 1
	policy_before_change "$1"
	slot_replace "$1" "$position" "$object"
	policy_tell_fresh "$1" "$object"
}

# Two digits at most, and none that would be read as octal.
is_position() {
	[[ $1 =~ ^(0|[1-9][0-9]?)$ ]]
}

# A name that stands once in the chain, or a position.
chain_position() { # P
	local i found=()
	if is_position "$1"; then
		(($1 < ${#CHAIN_NAMES[@]})) ||
			die "no such position: $1: the chain has ${#CHAIN_NAMES[@]} plugins"
		printf '%s\n' "$1"
		return
	fi
	for i in "${!CHAIN_NAMES[@]}"; do
		[[ ${CHAIN_NAMES[i]} != "$1" ]] || found+=("$i")
	done
	((${#found[@]} > 0)) ||
		die "no ${1@Q} in this chain: it is ${CHAIN_NAMES[*]:-without plugins}"
	((${#found[@]} == 1)) ||
		die "'$1' stands in this chain ${#found[@]} times: name its position (${found[*]})"
	printf '%s\n' "${found[0]}"
}
