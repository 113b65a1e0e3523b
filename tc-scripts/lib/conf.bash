# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
# A saved attachment. In the directory there are, for a device,
#
#	NAME.conf   what is attached; docs/persistence.md describes it
#	NAME.1/     or NAME.2/: its policies, sets, flows and objects
#
# where NAME is DEV, or NS:DEV in the network namespace NS. 'save' fills the
# directory that the file does not name, and then replaces the file, so that a
# killed command leaves the old state. The file is parsed here and never run.

readonly CONF_ROOT=/etc/tailgate

# Set by conf_name and conf_open.
CONF_DIR=$CONF_ROOT CONF_NAME='' CONF_FILE=''

# Set by conf_read: the values, as SECTION.KEY, those that may be given several
# times with a line for each; and the sections of hooks and sets.
declare -gA CONF=()
CONF_HOOKS=() CONF_SETS=()

# The keys of each kind of section, and what their values are.
declare -grA CONF_KEYS=(
	[device.Device]=device [device.Namespace]=namespace [device.Instance]=instance
	[device.Flows]=size [device.Limits]=size [device.FlowsFile]=file
	[device.FailClosed]=flag [device.SaveAtStop]=flag [device.SaveFlows]=flag
	[hook.Mode]=mode [hook.Chain]=chain [hook.Policy]=file [hook.PolicyName]=text
	[hook.Default]=verdict [hook.Miss]=verdict
	[set.File]=file
)

# Sets CONF_NAME and CONF_FILE for a device of the target namespace.
conf_name() { # DEV
	((${#ENTER[@]} == 0)) || [[ $TARGET_NETNS ]] ||
		die "a namespace without a name has no place to be saved in: give it one by 'ip netns attach NAME PID', and use --netns NAME"
	CONF_NAME=${TARGET_NETNS:+$TARGET_NETNS:}$1
	CONF_FILE=$CONF_DIR/$CONF_NAME.conf
}

# --- files that only root can change

# Dies unless the file exists, belongs to root and cannot be written by others.
conf_check_path() { # PATH regular|directory
	local owner='' mode='' kind=''
	[[ ! -L $1 ]] || die "$1 is a symbolic link: put the $2 itself there"
	[[ -e $1 ]] || die "no such file: $1"
	read -r owner mode kind < <(stat -c '%u %a %F' -- "$1") || die "cannot look at $1"
	[[ $kind == "$2"* ]] || die "$1 is a $kind, not a $2"
	[[ $owner == 0 ]] || die "$1 belongs to uid $owner: 'chown root $1'"
	((!(8#$mode & 8#022))) || die "$1 can be written by others (mode $mode): 'chmod go-w $1'"
}

conf_check_directory() {
	conf_check_path "$CONF_DIR" directory
}

# --- reading

conf_fail() { # LINE MESSAGE
	die "$CONF_FILE:$1: $2"
}

conf_read() {
	local line number=0 section='' kind='' key
	CONF=() CONF_HOOKS=() CONF_SETS=()
	conf_check_path "$CONF_FILE" regular
	while IFS= read -r line || [[ $line ]]; do
		((++number))
		line=${line#"${line%%[![:space:]]*}"}
		line=${line%"${line##*[![:space:]]}"}
		case $line in
		'' | '#'* | ';'*) ;;
		'['*) conf_section "$number" "$line" ;;
		*=*)
			key=${line%%=*}
			key=${key%"${key##*[![:space:]]}"}
			line=${line#*=}
			conf_value "$number" "$key" "${line#"${line%%[![:space:]]*}"}"
			;;
		*) conf_fail "$number" "not understood: ${line@Q}: write KEY=VALUE or [SECTION]" ;;
		esac
	done <"$CONF_FILE"
	conf_check_whole
}

# Sets section and kind of conf_read.
conf_section() { # LINE WORD
	local name=${2#[} words
	[[ $2 == *']' ]] || conf_fail "$1" "not understood: ${2@Q}: a section ends with ']'"
	name=${name%]}
	read -ra words <<<"$name"
	section=${words[*]}
	[[ ! ${CONF[$section.line]:-} ]] || conf_fail "$1" "[$section] is there twice: first in line ${CONF[$section.line]}"
	case $section in
	device) kind=device ;;
	xdp | ingress | egress)
		kind=hook
		CONF_HOOKS+=("$section")
		;;
	set\ *)
		kind='set'
		[[ ${section#set } =~ ^[A-Za-z][A-Za-z0-9_-]{0,30}$ ]] || conf_fail "$1" "not a name of a set: ${section#set }"
		CONF_SETS+=("${section#set }")
		;;
	*) conf_fail "$1" "no such section: [$section]: there are [device], [xdp], [ingress], [egress] and [set NAME]" ;;
	esac
	CONF[$section.line]=$1
}

# Uses section and kind of conf_read.
conf_value() { # LINE KEY VALUE
	local what known name
	[[ $section ]] || conf_fail "$1" "'$2' is in no section: write [device] before it"
	what=${CONF_KEYS[$kind.$2]:-}
	[[ $what ]] || {
		known=()
		for name in "${!CONF_KEYS[@]}"; do
			[[ $name != "$kind."* ]] || known+=("${name#*.}")
		done
		mapfile -t known < <(printf '%s\n' "${known[@]}" | sort)
		conf_fail "$1" "[$section] has no key '$2': there are ${known[*]}"
	}
	[[ $2 != Mode || $section == xdp ]] || conf_fail "$1" "only [xdp] has a mode"
	conf_check_value "$1" "$what" "$2" "$3"
	CONF[$section.$2.line]=$1
	if [[ $2 == Policy ]]; then
		CONF[$section.Policy]+=$3$'\n'
		return
	fi
	[[ ! -v "CONF[$section.$2]" ]] || conf_fail "$1" "[$section] has '$2' twice"
	CONF[$section.$2]=$3
}

conf_check_value() { # LINE KIND KEY VALUE
	local wanted pattern
	case $2 in
	device) pattern='[A-Za-z0-9_][A-Za-z0-9_.+-]{0,14}' wanted='the name of a device' ;;
	namespace) pattern='[A-Za-z0-9_][A-Za-z0-9_.-]{0,31}' wanted="a name of 'ip netns'" ;;
	instance) pattern='[A-Za-z0-9_][A-Za-z0-9_-]{0,31}' wanted='a name of letters, digits, _ and -' ;;
	size) pattern='[1-9][0-9]{1,7}' wanted='a number of 64 to 16000000' ;;
	flag) pattern='yes|no' wanted='yes or no' ;;
	mode) pattern='auto|native|generic' wanted='auto, native or generic' ;;
	verdict) pattern='pass|drop' wanted='pass or drop' ;;
	file) pattern='[^,[:cntrl:]]+' wanted='the name of a file' ;;
	text) pattern='[^[:cntrl:]]+' wanted='a name without control characters' ;;
	chain) pattern='[^[:cntrl:]]*' wanted='names of plugins with commas between them' ;;
	esac
	# shellcheck disable=SC2015 # both are conditions
	[[ $4 =~ ^($pattern)$ ]] && { [[ $2 != size ]] || (($4 >= 64 && $4 <= 16000000)); } ||
		conf_fail "$1" "$3 is $wanted, not ${4@Q}"
}

# What can only be checked with all lines read.
conf_check_whole() {
	local hook set policies plugins
	[[ ${CONF[device.Device]:-} ]] || conf_fail 1 "no Device: write [device] and Device=${CONF_NAME#*:}"
	[[ ${CONF[device.Namespace]:+${CONF[device.Namespace]}:}${CONF[device.Device]} == "$CONF_NAME" ]] ||
		conf_fail "${CONF[device.line]}" "it is about ${CONF[device.Device]}${CONF[device.Namespace]:+ in the namespace ${CONF[device.Namespace]}}, and the name of the file is not: name it ${CONF[device.Namespace]:+${CONF[device.Namespace]}:}${CONF[device.Device]}.conf"
	((${#CONF_HOOKS[@]})) || conf_fail 1 "no hook: write [xdp], [ingress] or [egress], and Chain= with its plugins"
	for hook in "${CONF_HOOKS[@]}"; do
		[[ -v "CONF[$hook.Chain]" ]] || conf_fail "${CONF[$hook.line]}" "[$hook] has no Chain: write the names of its plugins, with commas between them"
		conf_plugins plugins "$hook"
		conf_policies policies "$hook"
		((${#policies[@]} == $(conf_count policy "${plugins[@]}"))) ||
			conf_fail "${CONF[$hook.line]}" "[$hook] has ${#policies[@]} lines Policy= and $(conf_count policy "${plugins[@]}") plugins 'policy' in its Chain: write one for each"
	done
	for set in "${CONF_SETS[@]}"; do
		[[ ${CONF["set $set.File"]:-} ]] || conf_fail "${CONF["set $set.line"]}" "[set $set] has no File"
	done
}

conf_count() { # WORD WORD...
	local wanted=$1 count=0 word
	shift
	for word; do
		[[ $word != "$wanted" ]] || ((++count))
	done
	printf '%s' "$count"
}

conf_plugins() { # ARRAY HOOK
	local -n plugins_into=$1
	IFS=, read -ra plugins_into <<<"${CONF[$2.Chain]}"
}

conf_policies() { # ARRAY HOOK
	local -n policies_into=$1
	policies_into=()
	[[ ! ${CONF[$2.Policy]:-} ]] || mapfile -t policies_into <<<"${CONF[$2.Policy]%$'\n'}"
}

# Sets REPLY to the path of a file that the configuration names.
conf_path() { # NAME
	REPLY=$1
	[[ $1 == /* ]] || REPLY=$CONF_DIR/$1
}

# The value of a flag, also if the rest of the file is wrong; nothing if it is
# not there.
conf_flag() { # KEY
	[[ -f $CONF_FILE && ! -L $CONF_FILE ]] || return 0
	sed -nE "s/^[[:space:]]*$1[[:space:]]*=[[:space:]]*(yes|no)[[:space:]]*\$/\\1/p" -- "$CONF_FILE" | tail -n 1
}
