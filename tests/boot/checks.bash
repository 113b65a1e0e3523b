# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
# What a machine under test checks, as TAP: see tests/vm/lib/report.bash.

number=0 failed=0 failed_here=0

step_begins() { # NAME NUMBER-OF-CHECKS
	failed_here=0
	printf '== step %s\n1..%d\n' "$1" "$2"
}

step_ends() {
	printf '== end %d\n' "$failed_here"
}

check() { # NAME COMMAND...
	local said result=ok
	((++number))
	said=$("${@:2}" 2>&1) || result='not ok'
	[[ $result == ok ]] || failed=1 failed_here=1
	printf '%s %d - %s\n' "$result" "$number" "$1"
	[[ $result == ok ]] || printf '# %s\n' "${said//$'\n'/$'\n# '}"
}

eventually() { # COMMAND...
	local try
	for ((try = 0; try < 60; try++)); do
		"$@" && return
		sleep 1
	done
	return 1
}

# IP packets that the stack has received on any device, dropped or not.
received() {
	awk '$1 == "Ip:" && $4 ~ /^[0-9]+$/ { print $4 }' /proc/net/snmp
}

stack_received_nothing() {
	echo "received $(received)"
	(($(received) == 0))
}

stack_received_something() {
	(($(received) > 0))
}

has_address() { # DEVICE ADDRESS
	ip -o addr show dev "$1" | tee /dev/stderr | grep -q " $2/"
}

# More than 100 packets were dropped by the chain on this hook.
has_dropped() { # DEVICE HOOK
	tailgate status "$1" | tee /dev/stderr |
		awk -v hook="$2" 'index($0, hook) && $NF > 100 { found = 1 } END { exit !found }'
}

unit_is() { # STATE UNIT
	local state
	state=$(systemctl show -P ActiveState "$2")
	[[ $state == "$1" ]] || {
		echo "$2 is $state"
		systemctl status --no-pager --full "$2"
		return 1
	}
}

entered() { # UNIT
	systemctl show -P ActiveEnterTimestampMonotonic "$1"
}

before() { # UNIT UNIT
	echo "$1 $(entered "$1") $2 $(entered "$2")"
	(($(entered "$1") > 0 && $(entered "$1") <= $(entered "$2")))
}
