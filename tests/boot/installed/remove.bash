# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
# The package is removed from a machine on which its units are active.

no_filter_on() { # DEVICE
	tc filter show dev "$1" ingress
	[[ ! $(tc filter show dev "$1" ingress) ]]
}

no_unit_left() {
	systemctl list-units --all --no-legend --plain 'tailgate*'
	[[ ! $(systemctl list-units --all --no-legend --plain --state=active,failed 'tailgate*') ]]
}

# The state that apt keeps for packages, and the marker of this test, are others'.
nothing_left() {
	! find / -xdev -name '*tailgate*' ! -path '/var/lib/tailgate-booted' ! -path '/var/cache/*' ! -path '/var/log/*' |
		grep .
}

check_removal() {
	step_begins removal 9
	check 'a unit in a namespace is active' systemctl start tailgate-netns@blue:eth0.service
	check 'apt removes the package' env DEBIAN_FRONTEND=noninteractive apt-get remove -q --yes tailgate
	check 'the units are stopped' no_unit_left
	check 'nothing is attached to wan0' no_filter_on wan0
	check 'nothing is attached to the renamed device' no_filter_on late0
	check 'nothing is attached in the namespace' no_filter_in_namespace
	check 'the stack receives the flood' eventually stack_received_something
	check 'apt purges it' env DEBIAN_FRONTEND=noninteractive apt-get purge -q --yes tailgate
	check 'nothing of it is left' nothing_left
	step_ends
}

no_filter_in_namespace() {
	ip netns exec blue tc filter show dev eth0 ingress
	[[ ! $(ip netns exec blue tc filter show dev eth0 ingress) ]]
}
