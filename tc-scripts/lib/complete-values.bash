# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
# What the capital words of usage lines can be: devices, hooks, plugins, sets,
# files. What only root can read is offered to root only.

# Of the files that actions read.
declare -grA FILE_SUFFIX=(
	['policy check']=policy ['policy fmt']=policy ['policy show']=policy ['policy compile']=policy
	['policy apply']=policy ['policy diff']=policy
)

# Offers candidates for a word of a usage line, or for the value of an option.
complete_name() { # WORD [OPTION]
	case ${2:-}:$1 in
	--netns:*) offer_names /run/netns/* ;;
	--pid:*) ;;
	--container:*) offer_containers ;;
	--instance:*) offer_instances '' ;;
	--name:*) offer_names /run/tailgate-playground/* ;;
	--set:*) complete_set_file ;;
	--interface:*) ;; # of the capture
	*:DEV) offer_devices ;;
	*:@*) offer_instances @ ;;
	*:HOOK...) offer --xdp --ingress --egress ;;
	*:HOOK) offer xdp ingress egress ;;
	*:MODE) offer_modes ;;
	*:P | *:P1,P2*) offer_plugins "$1" ;;
	*:POSITION) offer_positions ;;
	*:NAME) offer_sets ;;
	*:FILTER*) offer_filters ;;
	*:VERDICT) offer "${CAPTURE_VERDICTS[@]}" ;;
	*:FLOW) offer "${CAPTURE_FLOWS[@]}" ;;
	*:COMMAND*) offer_commands ;;
	-p:FILE | --policy:FILE) offer_files policy ;;
	*:FILE) offer_files "${FILE_SUFFIX["$VERB ${OPERANDS[0]:-}"]:-}" ;;
	*:OBJECT) offer_files o ;;
	*:CAPTURE) offer_files pcap pcapng ;;
	*:DIR) offer_files / ;;
	esac
}

# The last part of each path.
offer_names() { # PATH...
	local path
	for path; do
		[[ ! -e $path ]] || offer "${path##*/}"
	done
}

# Of the target's namespace; /sys/class/net is that of the one that mounted it.
offer_devices() {
	local line
	while IFS= read -r line; do
		[[ ! $line =~ ^' '*([^ :]+): ]] || offer "${BASH_REMATCH[1]}"
	done < <(inside cat /proc/net/dev)
}

offer_instances() { # PREFIX
	local path
	for path in /run/tailgate/@*; do
		[[ ! -d $path ]] || offer "$1${path##*/@}"
	done
}

offer_containers() {
	local name
	[[ $(type -P docker) ]] || return 0
	while IFS= read -r name; do
		offer "$name"
	done < <(timeout 1 docker ps --format '{{.Names}}')
}

# "MODE is auto (native, or else generic), native, generic"
offer_modes() {
	local modes
	[[ $HELP =~ 'MODE is '([^$'\n']*) ]] || return 0
	modes=${BASH_REMATCH[1]}
	modes=${modes//'('*')'/}
	read -ra modes <<<"${modes//,/ }"
	offer "${modes[@]}"
}

# --- the chain of the device and hook that were named

complete_look() {
	((EUID == 0)) && [[ ${OPERANDS[1]:-} ]] || return
	declare -F look_try >/dev/null || return
	look_try -- "${OPERANDS[0]}" && [[ ${LOOK[index]} ]]
}

# P1,P2: after a comma, another one. To remove and replace: those in the chain.
# Objects are offered where the word is a path.
offer_plugins() { # WORD
	local before='' plugin list=()
	declare -F plugin_names >/dev/null || return 0
	if [[ $1 == P && ${OPERANDS[2]:-} == @(remove|replace) ]] && complete_look; then
		chain_names list "${OPERANDS[1]}"
		offer "${list[@]}"
		return
	fi
	[[ $1 == P || $CURRENT != *,* ]] || before=${CURRENT%,*},
	complete_prefix "$before"
	if [[ $CURRENT == */* || $CURRENT == .* || $CURRENT == '~'* ]]; then
		offer_files o
		return
	fi
	mapfile -t list < <(plugin_names)
	for plugin in "${list[@]}"; do
		[[ ,$before == *",$plugin,"* ]] || offer "$plugin"
	done
}

offer_positions() {
	local i
	complete_look || return 0
	for ((i = 0; i <= LOOK[${OPERANDS[1]}.plugins]; i++)); do
		offer "$i"
	done
}

# --- sets

offer_sets() {
	local i pin word name
	((EUID == 0)) && [[ ${OPERANDS[1]:-} ]] || return 0
	if [[ ${OPERANDS[1]} == @* ]]; then
		pin=$PINS_ROOT/${OPERANDS[1]}/${LIVE_MAPS[set]}
		while read -r name word; do
			[[ $name == SET ]] || offer "$name"
		done < <("$BUILD/tg-sets" list "$pin")
		return
	fi
	look_try --rules -- "${OPERANDS[1]}" || return 0
	for ((i = 0; i < ${LOOK[sets]:-0}; i++)); do
		offer "${LOOK[set.$i.name]}"
	done
}

# NAME=FILE
complete_set_file() {
	[[ $CURRENT == *=* ]] || return 0
	complete_prefix "${CURRENT%%=*}="
	offer_files ''
}

offer_filters() {
	case $VERB in
	flows) offer "${FLOW_FILTERS[@]}" ;;
	limits) offer "${LIMIT_FILTERS[@]}" ;;
	esac
}

offer_commands() {
	local name
	[[ $CURRENT ]] || return 0
	while read -r name; do
		[[ ! $(type -P -- "$name") ]] || offer "$name"
	done < <(compgen -c -- "$CURRENT")
}

# --- files

# Folders, which end in /, and files of this suffix; if there are none, all
# files. With the suffix /, folders only.
offer_files() { # SUFFIX...
	local path paths=() found=''
	mapfile -t paths < <(compgen -f -- "$CURRENT")
	for path in "${paths[@]}"; do
		if [[ -d ${path/#'~'/$HOME} ]]; then
			CANDIDATES["$path/"]=1 found=1
		elif [[ $1 && $path == *.* && " $* " == *" ${path##*.} "* ]]; then
			CANDIDATES["$path"]=1 found=1
		fi
	done
	[[ $1 && ($found || $1 == /) ]] && return
	for path in "${paths[@]}"; do
		[[ -d ${path/#'~'/$HOME} ]] || CANDIDATES["$path"]=1
	done
}
