# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
# What status tells about the policy of a hook.
# shellcheck disable=SC2034 # NOTES and POLICY_STATUS are those of status

# The policies in the chain that was just read: of one its summary; that there
# are several is nothing for status to fail at.
policy_status() { # HOOK
	local i found=()
	for i in "${!CHAIN_NAMES[@]}"; do
		[[ ${CHAIN_NAMES[i]} != policy ]] || found+=("$i")
	done
	((${#found[@]} == 1)) || return 0
	POLICY_STATUS=$("$BUILD/tg-rules" summary "$GATE_ARRAY" "${CHAIN_SLOTS[found[0]]}" 2>/dev/null) || {
		POLICY_STATUS=''
		POLICY_ARRAY[$1]=$GATE_ARRAY POLICY_SLOT[$1]=${CHAIN_SLOTS[found[0]]}
		policy_is_readable "$1" 2>/dev/null ||
			NOTES+=("yellow:$DEV $1 has $(policy_version_in_words): 'tailgate policy apply' puts one of this version in its place")
		return 0
	}
	NOTES+=("dim:$DEV $1 has a policy: $(policy_in_words "$POLICY_STATUS")")
}

policy_status_json() {
	local -A summary
	local file=''
	if [[ ! $POLICY_STATUS ]]; then
		printf 'null'
		return
	fi
	words_into summary "$POLICY_STATUS"
	[[ $POLICY_STATUS != *' file='* ]] || file=${POLICY_STATUS#* file=}
	printf '{"rules":%s,"default":"%s","file":%s,"unconfirmed_until":%s}' \
		"${summary[rules]}" "${summary[default]}" "$(json_or_null "$file")" "$(unconfirmed_until)"
}

# Of the device, once.
policy_status_note() {
	local note
	note=$(confirm_note)
	[[ ! $note ]] || NOTES+=("yellow:$note")
}
