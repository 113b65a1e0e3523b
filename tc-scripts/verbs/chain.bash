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
	if [[ $action == show ]]; then
		device_open "$1"
	else
		device_open "$1" --place
		check_mount_namespace
		attachment_lock --files
	fi
	[[ ${LOOK[$hook.gate]} ]] || die_no_gate "$hook"
	[[ $action == show ]] || check_chain_is_ours "$hook"
	"chain_$action" "$hook" "${@:4}"
	[[ $action == show ]] || attachment_unlock
}

check_chain_is_ours() { # HOOK
	[[ ! ${LOOK[$1.array]} || ${LOOK[$1.array]} == "$GLOBALS"/* ]] ||
		die "the chain of $DEV was attached under another name (${LOOK[$1.array]%%/tc/*}): 'tailgate detach $DEV', 'tailgate gc', and attach it again"
	check_chain_version "$1"
	policy_check_unconfirmed "$1"
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
	for ((i = 0; i < LOOK[$1.plugins]; i++)); do
		printf '%-4s %-5s %-20s %-8s %s\n' "$i" "${LOOK[$1.$i.slot]}" \
			"${LOOK[$1.$i.name]}" "${LOOK[$1.$i.id]}" "${LOOK[$1.$i.tag]}"
	done
	if [[ ${LOOK[$1.broken]} ]]; then
		say "broken: ${LOOK[$1.broken]}: then ${LOOK[$1.miss]}"
		return 1
	fi
	say "then ${LOOK[$1.default]}"
}

need_whole_chain() {
	[[ ! ${LOOK[$1.broken]} ]] ||
		die "the chain on $DEV $1 is broken (${LOOK[$1.broken]}): 'tailgate chain $DEV $1 set ...' makes it new"
}

# Keeps the default verdict. In a broken chain it is unknown, so the verdict for
# broken chains becomes the default.
chain_set() { # HOOK P1,P2,...
	local names objects
	IFS=, read -ra names <<<"$2"
	objects_for objects "$1" "${names[@]}"
	chain_change "$1" "${LOOK[$1.default]:-${LOOK[$1.miss]}}" "${objects[@]}"
}

chain_insert() { # HOOK POSITION P
	local objects object position=$2
	need_whole_chain "$1"
	if ! is_position "$position" || ((position > LOOK[$1.plugins])); then
		die "no such position: ${position@Q}: 0 to ${LOOK[$1.plugins]}"
	fi
	plugin_object "$3" "$1" "${LOOK[$1.build]}"
	object=$REPLY
	check_plugins "$1" "${LOOK[$1.build]}" "$object"
	chain_objects objects "$1"
	objects=("${objects[@]:0:position}" "$object" "${objects[@]:position}")
	chain_change "$1" "${LOOK[$1.default]}" "${objects[@]}"
}

chain_remove() { # HOOK P
	local objects
	need_whole_chain "$1"
	chain_objects objects "$1"
	chain_position "$1" "$2"
	unset "objects[$REPLY]"
	chain_change "$1" "${LOOK[$1.default]}" "${objects[@]}"
}

chain_replace() { # HOOK P OBJECT
	local position object
	need_whole_chain "$1"
	chain_position "$1" "$2"
	position=$REPLY
	[[ $3 != policy || ${LOOK[$1.$position.name]} != policy ]] ||
		die "that would leave $DEV $1 a policy without rules: 'tailgate policy apply $DEV FILE --hook $1' changes its rules, 'tailgate attach $DEV --$1 --reset' makes it as built"
	plugin_object "$3" "$1" "${LOOK[$1.build]}"
	object=$REPLY
	check_plugins "$1" "${LOOK[$1.build]}" "$object"
	policy_before_change "$1"
	slot_replace "$1" "${LOOK[$1.$position.slot]}" "${LOOK[$1.$position.serial]}" "$object"
	policy_reset_if_built "$1" "$object"
}

# At most two digits, without a leading 0, which bash would read as octal.
is_position() {
	[[ $1 =~ ^(0|[1-9][0-9]?)$ ]]
}

# Sets REPLY to the position of a plugin, given by its number or by a name that
# is in the chain once.
chain_position() { # HOOK P
	local i names found=()
	chain_names names "$1"
	if is_position "$2"; then
		(($2 < ${#names[@]})) ||
			die "no such position: $2: the chain has ${#names[@]} plugins"
		REPLY=$2
		return
	fi
	for i in "${!names[@]}"; do
		[[ ${names[i]} != "$2" ]] || found+=("$i")
	done
	((${#found[@]} > 0)) ||
		die "no ${2@Q} in this chain: it is ${names[*]:-without plugins}"
	((${#found[@]} == 1)) ||
		die "'$2' is in this chain ${#found[@]} times: name its position (${found[*]})"
	REPLY=${found[0]}
}
