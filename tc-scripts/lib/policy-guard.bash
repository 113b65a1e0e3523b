# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
# The guard: a background process that rolls back an apply unless it is
# confirmed in time. Everything it needs exists before the new policy is loaded:
# the old object and the file for its outcome. It ends when the file
# 'unconfirmed' is removed or has another guard's token.

readonly GUARD_PAUSE_MAX=30 GUARD_LOCK_WAIT=30

# --- starting

# Returns when the guard is ready. With systemd the guard is a unit, so it does
# not end with the user's session, even with KillUserProcesses=yes.
policy_guard_start() {
	local hook slot serial places=() words output REPLY
	for hook in "${POLICY_HOOKS[@]}"; do
		slot=${LOOK[$hook.policy.slot]} serial=${LOOK[$hook.policy.serial]}
		places+=("$hook${LOOK[$hook.build]}:$slot:$((serial + 1))")
	done
	words=("$HERE/tailgate" policy guard "$KEY" "$APPLY_CONFIRM" "${places[@]}")
	if [[ -d /run/systemd/system ]]; then
		guard_unit
		output=$(run systemd-run --quiet --collect "--unit=$REPLY" --service-type=forking \
			"--description=tailgate: rolls $DEV back unless the policy is confirmed" \
			"--setenv=PATH=$PATH" -- "${words[@]}" 2>&1) || {
			warn "systemd-run failed ($(first_error_line "$output")): the guard is a process of its own, and not a unit"
			output=''
			run_or_die setsid --wait "${words[@]}"
		}
		[[ ! $output ]] || say "$output"
	else
		run_or_die setsid --wait "${words[@]}"
	fi
	[[ $DRY_RUN || -e $OBJECTS/unconfirmed ]] ||
		die "the process that would roll back did not start: $DEV is left as it is"
}

# Sets REPLY to the name of the unit. The guard of an earlier apply may take a
# second to end, so the name has the number of this process. '+' is allowed in
# names of devices, and not in those of units.
guard_unit() {
	REPLY=tailgate-confirm-${DEV//+/\\x2b}
	[[ $DRY_RUN ]] || REPLY+=-$$
	REPLY+=.service
}

# Keeps the guard while the new policy is in force on any hook.
policy_guard_stop_if_idle() {
	local place section slot serial
	unconfirmed_read || return 0
	look --key "$KEY"
	for place in "${UNCONFIRMED[@]:2}"; do
		IFS=: read -r section slot serial <<<"$place"
		[[ ${LOOK[slot.$section.$slot]:-} != "$serial" ]] || return 0
	done
	run_or_die rm "$OBJECTS/unconfirmed"
}

# --- the guard itself, an internal action

# The file for the outcome is written at full size in advance, so that it can be
# overwritten even if the filesystem is full.
policy_guard() { # KEY SECONDS PLACE...
	local token=$$.$EPOCHREALTIME key=${1:-} seconds=${2:-} place lock
	[[ $# -gt 2 && $key =~ ^[0-9]+-[A-Za-z0-9_:+-]+$ && $seconds =~ ^[1-9][0-9]{0,5}$ ]] ||
		usage_error "policy guard is for 'policy apply --confirm' alone"
	for place in "${@:3}"; do
		[[ $place =~ ^[a-z]+(\.frags)?:[0-9]+:[0-9]+$ ]] || usage_error "not a place: ${place@Q}"
		check_hook "$(hook_of_place "$place")"
	done
	need_rights policy
	attachment_select "$key"
	DEV=$(device_of_key "$key")
	[[ -d $OBJECTS ]] || die "nothing is attached to $DEV"
	for place in "${@:3}"; do
		[[ -s $OBJECTS/$(hook_of_place "$place").back.o ]] || die "there is no object to roll back to for $place"
	done
	printf '%-1000s\n' '' >"$OBJECTS/confirm.outcome"
	printf '%s %s %s\n' "$token" $((EPOCHSECONDS + seconds)) "${*:3}" >"$OBJECTS/unconfirmed.new"
	exec {lock}<"$OBJECTS/unconfirmed.new"
	flock "$lock" # it tells others that there is a guard
	mv "$OBJECTS/unconfirmed.new" "$OBJECTS/unconfirmed"
	{ guard_wait "${@:3}" || true; } &
	disown
}

guard_wait() { # PLACE...
	local nap left pause=1 tries=0 output
	guard_daemonize
	exec {nap}<> <(:)
	guard_journal "waits $seconds s for 'tailgate policy confirm $DEV', then rolls back"
	guard_sleep "$seconds" || return 0
	until output=$(guard_roll_back "$@" 2>&1); do
		guard_is_wanted || return 0
		((++tries))
		guard_report "not confirmed within $seconds s, and the rollback failed ($tries times, next in $pause s): ${output//$'\n'/ }"
		guard_sleep "$pause" || return 0
		((pause = 2 * pause < GUARD_PAUSE_MAX ? 2 * pause : GUARD_PAUSE_MAX))
	done
}

# Detaches from the terminal, the lock of the apply, and inherited descriptors.
guard_daemonize() {
	local fd
	cd /
	exec </dev/null >/dev/null 2>&1
	for fd in "/proc/$BASHPID/fd"/*; do
		fd=${fd##*/}
		((fd <= 2 || fd == 255 || fd == lock)) || exec {fd}>&-
	done
}

# Sleeps without starting a process, which could fail. Returns 1 when the guard
# is no longer needed.
guard_sleep() { # SECONDS
	local left
	for ((left = $1; left > 0; left--)); do
		read -rt 1 -u "$nap" || true
		guard_is_wanted || return 1
	done
}

# If the file exists but cannot be read, the guard stays.
guard_is_wanted() {
	local found=''
	[[ -e $OBJECTS/unconfirmed ]] || return 1
	{ read -r found _ <"$OBJECTS/unconfirmed"; } 2>/dev/null || return 0
	[[ $found == "$token" ]]
}

# Without the lock, another command may still load the new policy after the
# rollback, so the guard then only ends once every place was rolled back.
guard_roll_back() { # PLACE...
	local outcome='nothing, as nothing had changed' locked=1
	((tries == 0)) || outcome='nothing more'
	guard_lock || locked=''
	guard_is_wanted || return 0
	policy_take_back "$@" || return 1
	[[ $locked ]] || ((${#TAKEN_BACK[@]} == $#)) || {
		warn "another command is at work on $DEV, and may still put its policy in force"
		return 1
	}
	((${#TAKEN_BACK[@]} == 0)) || outcome=${TAKEN_BACK[*]}
	guard_report "not confirmed within $seconds s: rolled back $outcome"
	rm "$OBJECTS/unconfirmed"
	# if this fails, the next command does it
	(policy_taken_back "$@") || true
	attachment_unlock
}

# Waits for the lock, but not forever: a command that hangs must not prevent the
# rollback. Loading a program is atomic even without the lock. Fails if the lock
# was not available in time.
guard_lock() {
	local left
	for ((left = GUARD_LOCK_WAIT; left > 0; left--)); do
		! lock_is_free "$OBJECTS_ROOT/$KEY.lock" || {
			attachment_lock_alone
			return
		}
		read -rt 1 -u "$nap" || true
	done
	guard_journal "another command has been at work for $GUARD_LOCK_WAIT s: rolls back without waiting for it"
	return 1
}

# Writes to the prepared file and to the journal.
guard_report() { # TEXT
	local line
	printf -v line '%(%F %T)T: %s' -1 "$1"
	printf '%-1000.1000s\n' "$line" 1<>"$OBJECTS/confirm.outcome" || true
	guard_journal "$1"
}

guard_journal() { # TEXT
	if [[ $(type -P logger) ]]; then
		timeout 5 logger -t tailgate -p daemon.warning -- "$DEV: the policy to be confirmed: $1"
	elif [[ $(type -P systemd-cat) ]]; then
		timeout 5 systemd-cat -t tailgate -p warning printf '%s\n' "$DEV: the policy to be confirmed: $1"
	fi </dev/null &>/dev/null || true
}
