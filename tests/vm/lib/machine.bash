# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
# Runs a virtual machine: the first serial port is the console, the second has
# the output of the work inside, the third its exit status. A machine that
# crashes, hangs or prints nothing is ended by timeouts, and the reason is
# reported.

readonly QEMU=${TAILGATE_VM_QEMU:-qemu-system-x86_64} # the tests have another

# Without KASLR, which slows software emulation, and without the check of the
# timer, which panics if a busy host delays its ticks; a panic ends the machine.
readonly COMMAND_LINE='console=ttyS0 panic=-1 norandmaps no_timer_check quiet loglevel=4'

MACHINE=

# In MiB, more options of qemu and of the kernel, and a command that runs it.
MACHINE_MEMORY=512 MACHINE_WORDS=() MACHINE_APPEND='' MACHINE_ENTER=()

# Ends with this process, even if that is killed.
start_machine() { # FOLDER KERNEL INITRAMFS
	mkfifo "$1/output"
	nice -n 10 setpriv --pdeathsig KILL -- \
		"${MACHINE_ENTER[@]}" "$QEMU" -M pc -accel tcg -cpu max -smp 1 -m "$MACHINE_MEMORY" \
		-nodefaults -no-reboot -display none \
		-kernel "$2" -initrd "$3" -append "$COMMAND_LINE$MACHINE_APPEND" \
		-serial "file:$1/console" -serial "file:$1/output" \
		-serial "file:$1/status" "${MACHINE_WORDS[@]}" </dev/null &>"$1/qemu" &
	MACHINE=$!
	# otherwise a machine that fails to start would block forever
	exec {OUTPUT}<>"$1/output"
}

stop_machine() {
	[[ $MACHINE ]] || return 0
	kill -KILL "$MACHINE" 2>/dev/null || true
	wait "$MACHINE" 2>/dev/null || true
	MACHINE=
}

# Passes each line of output to a function until the machine ends. Sets
# MACHINE_STATUS to the exit status of the work, or to nothing, and MACHINE_END
# to the error.
run_machine() { # FOLDER KERNEL INITRAMFS FUNCTION
	local started=$SECONDS heard=$SECONDS line rest='' read_status
	MACHINE_STATUS='' MACHINE_END=''
	start_machine "$1" "$2" "$3"
	while true; do
		read_status=0
		IFS= read -r -t 1 -u "$OUTPUT" line || read_status=$?
		rest+=$line
		if ((read_status == 0)); then
			"$4" "$rest"
			rest='' heard=$SECONDS
		elif ! kill -0 "$MACHINE" 2>/dev/null; then
			break
		fi
		if ((SECONDS - started > LIMIT)); then
			MACHINE_END="not done after $LIMIT seconds"
			break
		elif ((SECONDS - heard > SILENCE_LIMIT)); then
			MACHINE_END="nothing was heard of it for $SILENCE_LIMIT seconds"
			break
		fi
	done
	[[ ! $rest ]] || "$4" "$rest"
	exec {OUTPUT}<&-
	stop_machine
	judge_machine "$1"
}

judge_machine() { # FOLDER
	MACHINE_STATUS=$(tr -cd '0-9' <"$1/status" 2>/dev/null || true)
	[[ ! $MACHINE_END ]] || return 0
	if [[ $MACHINE_STATUS ]]; then
		return
	elif grep -q 'Kernel panic' "$1/console" 2>/dev/null; then
		MACHINE_END="the kernel panicked: $(sed -n 's/.*Kernel panic - not syncing: //p' "$1/console" | head -n 1 | tr -d '\r')"
	elif [[ -s $1/qemu && ! -s $1/console ]]; then
		MACHINE_END="$QEMU failed: $(last_words "$1/qemu")"
	else
		MACHINE_END='it ended before its work was done'
	fi
}
