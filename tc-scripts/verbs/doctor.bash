# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
# tailgate doctor: what is wrong here, or may be, and what mends it

# shellcheck source=tc-scripts/lib/notes.bash
source "$HERE/lib/notes.bash"
# shellcheck source=tc-scripts/lib/doctor-host.bash
source "$HERE/lib/doctor-host.bash"
# shellcheck source=tc-scripts/lib/doctor-device.bash
source "$HERE/lib/doctor-device.bash"

help_doctor() {
	cat <<-'EOF'
		Usage: tailgate doctor [DEV] [--json]

		Looks at all that may keep chains from working, and says what mends it: the
		kernel, iproute2, the files of tailgate, mounts, capabilities; and for each
		device with a chain, or DEV, what 'status' says, the mode of XDP, offloads
		that change what it sees, queues, policies without rules, and packets that
		were malformed or met an empty slot. It changes nothing.

		Each line is one finding:

		  ok       as it should be
		  note     good to know
		  warning  works, and should be looked at
		  fault    does not work

		Exit status: 0, or 1 if there is a fault.
	EOF
	help_rights doctor
}

# Each finding is three items: the word, what it is about, the text.
FINDINGS=()
DOCTOR_JSON='' ONLY_DEVICE=''

cmd_doctor() {
	parse_doctor_options "$@"
	[[ ! $ONLY_DEVICE ]] || check_device_name "$ONLY_DEVICE"
	doctor_host
	! doctor_can_look || doctor_devices
	if [[ $DOCTOR_JSON ]]; then
		doctor_print_json
	else
		doctor_print
	fi
	! doctor_has fault
}

parse_doctor_options() {
	while (($#)); do
		case $1 in
		-h | --help)
			help_doctor
			exit 0
			;;
		-j | --json) DOCTOR_JSON=1 ;;
		-*) unknown_option "$1" ;;
		*)
			[[ ! $ONLY_DEVICE ]] || second_operand "$ONLY_DEVICE" "$1"
			ONLY_DEVICE=$1
			;;
		esac
		shift
	done
}

finding() { # ok|note|warning|fault ABOUT TEXT
	FINDINGS+=("$@")
}

doctor_has() { # WORD
	local i
	for ((i = 0; i < ${#FINDINGS[@]}; i += 3)); do
		[[ ${FINDINGS[i]} != "$1" ]] || return 0
	done
	return 1
}

doctor_print() {
	local -A colours=([ok]=green [note]=dim [warning]=yellow [fault]=red)
	local i widest=0
	for ((i = 0; i < ${#FINDINGS[@]}; i += 3)); do
		((${#FINDINGS[i + 1]} <= widest)) || widest=${#FINDINGS[i + 1]}
	done
	for ((i = 0; i < ${#FINDINGS[@]}; i += 3)); do
		paint "${colours[${FINDINGS[i]}]}" "$(printf '%-7s' "${FINDINGS[i]}")"
		printf '  %-*s  %s\n' "$widest" "${FINDINGS[i + 1]}" "${FINDINGS[i + 2]}"
	done
}

doctor_print_json() {
	local i words=()
	for ((i = 0; i < ${#FINDINGS[@]}; i += 3)); do
		words+=(object state "=${FINDINGS[i]}" about "=${FINDINGS[i + 1]}" text "=${FINDINGS[i + 2]}" end)
	done
	"$BUILD/tg-json" object findings array "${words[@]}" end end
}
