# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
# tailgate policy: check, compile, apply, show and import rules

# shellcheck source=tc-scripts/lib/attachment.bash
source "$HERE/lib/attachment.bash"
# shellcheck source=tc-scripts/lib/gate.bash
source "$HERE/lib/gate.bash"
# shellcheck source=tc-scripts/lib/chain.bash
source "$HERE/lib/chain.bash"
# shellcheck source=tc-scripts/lib/undo.bash
source "$HERE/lib/undo.bash"
# shellcheck source=tc-scripts/lib/policy.bash
source "$HERE/lib/policy.bash"
# shellcheck source=tc-scripts/lib/policy-apply.bash
source "$HERE/lib/policy-apply.bash"
# shellcheck source=tc-scripts/lib/policy-back.bash
source "$HERE/lib/policy-back.bash"
# shellcheck source=tc-scripts/lib/policy-confirm.bash
source "$HERE/lib/policy-confirm.bash"
# shellcheck source=tc-scripts/lib/policy-guard.bash
source "$HERE/lib/policy-guard.bash"
# shellcheck source=tc-scripts/lib/policy-show.bash
source "$HERE/lib/policy-show.bash"

help_policy() {
	cat <<-'EOF'
		Usage: tailgate policy check [--hook HOOK] [--json] FILE
		       tailgate policy fmt [-i] FILE
		       tailgate policy show --file FILE [--expand]
		       tailgate policy import --iptables|--nft|--classbench|--ipset FILE
		       tailgate policy compile [--hook HOOK] [--multi-buffer] FILE -o OBJECT
		       tailgate policy compile --dump FILE
		       tailgate policy apply DEV FILE [--hook HOOK] [--confirm SECONDS]
		       tailgate policy confirm DEV
		       tailgate policy rollback DEV [--hook HOOK]
		       tailgate policy show DEV [--hook HOOK] [--expand] [--json]
		       tailgate policy diff DEV FILE [--hook HOOK] [--expand] [--json]

		On files; these need no root and load nothing:

		  check     parses and checks a policy, for one hook or for all
		  fmt       prints it in the canonical form; -i writes it back
		  show      prints its rules, numbered; --expand prints lists by value, not by
		            name
		  import    translates rules of another filter to a policy
		  compile   makes an object of the policy plugin, for tc and ip to load;
		            --dump prints its tables in words

		On devices that have the policy plugin in a chain:

		  apply     puts the rules of a file in force, atomically for each hook
		  confirm   keeps what was applied with --confirm
		  rollback  goes back to the policy before the last apply
		  show      prints the rules in force and their counters
		  diff      prints what an apply would change

		The language is in docs/policy.md. See also 'tailgate policy ACTION
		--help'.

		Example: tailgate policy check edge.policy
	EOF
	help_rights policy
}

readonly POLICY_ACTIONS="check, fmt, show, import, compile, apply, confirm, rollback or diff"

cmd_policy() {
	local action=${1:-} meant
	(($# == 0)) || shift
	case $action in
	-h | --help) help_policy ;;
	check | fmt | import | compile) policy_tool "$action" "$@" ;;
	apply) policy_apply "$@" ;;
	rollback) policy_rollback_of "$@" ;;
	confirm) policy_confirm "$@" ;;
	diff) policy_diff "$@" ;;
	guard) policy_guard "$@" ;;
	show)
		case " $*" in
		*\ --file | *\ --file[=\ ]*) policy_tool show "$@" ;;
		esac
		policy_show "$@"
		;;
	'') usage_error "policy: $POLICY_ACTIONS" ;;
	*)
		meant=$(nearest "$action" check fmt show import compile apply confirm rollback diff)
		# shellcheck disable=SC2016 # it is expanded
		usage_error "policy: $POLICY_ACTIONS, not ${action@Q}${meant:+: write 'policy $meant'}"
		;;
	esac
}

# Runs an action on files. Device names in rules are looked up in the target's
# namespace.
policy_tool() { # ACTION WORD...
	local word
	for word in "${@:2}"; do
		case $word in
		-h | --help)
			"$BUILD/tg-policy" "$1" --help | sed 's/tg-policy/tailgate policy/'
			exit
			;;
		esac
	done
	if [[ $DRY_RUN ]]; then
		run "${ENTER[@]}" "$BUILD/tg-policy" "$@"
		exit
	fi
	# shellcheck disable=SC2016 # for that bash
	exec "${ENTER[@]}" bash -c 'exec -a "tailgate policy" "$@"' bash "$BUILD/tg-policy" "$@"
}
