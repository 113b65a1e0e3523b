#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only
# As ../policy-import.bats, but with random seeds, for TAILGATE_IMPORT_SECONDS
# (default: ten minutes).

load ../helper
load ../helper-import

readonly TOO_LARGE='sub-lists would be nested more than [0-9]+ deep|more than [0-9]+ rules would be needed|more than [0-9]+ rules, counting the rules of sub-lists once per jump'
readonly COUNT=4000
readonly KINDS=(input4 forward4 input6 inet forward frames)

# Rules that would be too many, or lie too deep, are not translated, and the
# importer says so, or check does. Every other refusal is a failure.
imports_or_refuses() {
	REFUSED=''
	policy import "${SAVED[@]}" >imported.policy 2>refusal || REFUSED=import
	if [[ ! $REFUSED ]]; then
		policy check imported.policy &>refusal || REFUSED=check
	elif [[ -s imported.policy ]]; then
		fail 'it refuses, and printed a policy'
	fi
	[[ ! $REFUSED ]] || grep -Eq "$TOO_LARGE" refusal || fail "$REFUSED refused: $(cat refusal)"
}

load_rules() { # KIND SEED
	given_a_filter
	case $1 in
	forward*) given_targets_behind ;;
	input? | inet) given_local_targets ;;
	esac
	case $1 in
	input?) load_iptables_rules "$1" INPUT "$2" ;;
	forward4) load_iptables_rules "$1" FORWARD "$2" ;;
	frames) load_nft_rules netdev "$2" ;;
	*) load_nft_rules "$1" "$2" ;;
	esac
}

judge_packets() { # KIND SEED FAMILY KEY HOOK
	record_passed_packets "${@:3}"
	packets "$1" "$COUNT" "$2" 1
	judge_alike "$3" imported.policy "$COUNT"
	PACKETS=$((PACKETS + COUNT))
	PASSED=$((PASSED + $(wc -l <seen)))
}

one_round() { # KIND SEED
	printf '%s, seed %d\n' "$@"
	load_rules "$@"
	imports_or_refuses
	if [[ $REFUSED ]]; then
		REFUSALS[$REFUSED]=$((REFUSALS[$REFUSED] + 1))
		return
	fi
	imports_all
	case $1 in
	input? | forward4) judge_packets "$1" "$2" "${FAMILY[@]}" ;;
	inet)
		judge_packets input4 "$2" ip 'ip id' input
		judge_packets input6 "$2" ip6 'ip6 flowlabel' input
		;;
	forward) judge_packets forward4 "$2" ip 'ip id' forward ;;
	frames) judge_packets frames "$2" netdev 'ether daddr' 'ingress device eth0' ;;
	esac
}

@test "random chains and the policies imported from them judge packets alike for minutes" {
	local end=$((SECONDS + ${TAILGATE_IMPORT_SECONDS:-600})) rounds=0
	PACKETS=0 PASSED=0
	local -A REFUSALS=([import]=0 [check]=0)
	while ((SECONDS < end)); do
		one_round "${KINDS[rounds % ${#KINDS[@]}]}" $((RANDOM << 15 | RANDOM))
		clean_up
		NAMESPACES=()
		rounds=$((rounds + 1))
	done
	printf '# %d rounds, %d packets, of which %d passed; too large or too deep: %d for import, %d for check\n' \
		"$rounds" "$PACKETS" "$PASSED" "${REFUSALS[import]}" "${REFUSALS[check]}" >&3
	((PASSED > PACKETS / 20 && PASSED < PACKETS * 19 / 20)) || fail 'nearly all, or nearly none, passed'
	((REFUSALS[import] + REFUSALS[check] < rounds / 2)) || fail 'most rules were refused'
}
