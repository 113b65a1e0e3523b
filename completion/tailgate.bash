# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
# Completion of tailgate for bash. 'tailgate --complete' knows what comes.

_tailgate() {
	local words i prefix=''
	# COMP_WORDS is split at = and : as well. A backslash before a space is read.
	# shellcheck disable=SC2162
	read -a words <<<"${COMP_LINE:0:COMP_POINT}"
	[[ ${COMP_LINE:0:COMP_POINT} != *[[:space:]] ]] || words+=('')
	mapfile -t COMPREPLY < <("$1" --complete "${words[@]:1}" 2>/dev/null)
	# readline replaces what is behind the last = or :
	[[ ${words[-1]} != *[=:]* ]] || prefix=${words[-1]%"${words[-1]##*[=:]}"}
	for i in "${!COMPREPLY[@]}"; do
		COMPREPLY[i]=${COMPREPLY[i]#"$prefix"}
		COMPREPLY[i]=${COMPREPLY[i]// /\\ }
	done
	[[ ${#COMPREPLY[@]} != 1 || ${COMPREPLY[0]} != *[/=] ]] || compopt -o nospace
}

complete -F _tailgate tailgate
