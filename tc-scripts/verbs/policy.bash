# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
# tailgate policy: check, format, show and import rules

help_policy() {
	cat <<-'EOF'
		Usage: tailgate policy check [--hook HOOK] [--json] FILE
		       tailgate policy fmt [-i] FILE
		       tailgate policy show --file FILE
		       tailgate policy import --iptables|--nft|--classbench FILE

		  check   parses and checks a policy, for one hook or for all
		  fmt     prints it in the canonical form; -i writes it back
		  show    prints its rules, numbered, with lists and sub-lists expanded
		  import  prints a policy that says what other rules say

		The language is in docs/policy.md. 'tailgate policy ACTION --help' tells
		more. None of this needs root, and nothing is loaded.

		Example: tailgate policy check edge.policy
	EOF
}

cmd_policy() {
	case ${1:-} in
	-h | --help)
		help_policy
		return
		;;
	show)
		# Without --file it will be the policy of a device.
		[[ ${2:-} == --file || ${2:-} == --help ]] ||
			usage_error "policy show takes --file FILE"
		[[ $2 == --help ]] || set -- show "${@:3}"
		;;
	check | fmt | import) ;;
	'') usage_error "policy: check, fmt, show or import" ;;
	*) usage_error "policy: check, fmt, show or import, not ${1@Q}" ;;
	esac
	exec "$BUILD/tg-policy" "$@"
}
