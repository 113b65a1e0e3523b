# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
# Units of devices in a namespace, of those that appear later, and of those that
# are renamed.

chain_is_on() { # DEVICE [OPTION...]
	tailgate "${@:2}" status "$1" | tee /dev/stderr | grep -q 'ingress.*count'
}

# Saves a chain for a device, and removes the device.
save_for_later() { # DEVICE
	ip link add "$1" type dummy &&
		tailgate attach "$1" --ingress --chain count &&
		tailgate save "$1" &&
		tailgate detach "$1" &&
		ip link del "$1" &&
		systemctl enable "tailgate@$1.service"
}

given_namespace() {
	ip netns add blue &&
		ip -n blue link add eth0 type dummy &&
		tailgate --netns blue attach eth0 --ingress --chain count &&
		tailgate --netns blue save eth0 &&
		tailgate --netns blue detach eth0
}

nothing_on_eth0() {
	tailgate --netns blue status eth0
	[[ ! $(ip netns exec blue tc filter show dev eth0 ingress) ]]
}

check_units() {
	step_begins units 13
	check 'a chain in a namespace is saved' given_namespace
	check 'its unit starts' systemctl start tailgate-netns@blue:eth0.service
	check 'and attaches it there' chain_is_on eth0 --netns blue
	check 'and detaches it' systemctl stop tailgate-netns@blue:eth0.service
	check 'which leaves nothing' nothing_on_eth0
	check 'a chain of a device that is gone is saved' save_for_later late0
	check 'the device appears' ip link add late0 type dummy
	check 'its unit has attached the chain' eventually chain_is_on late0
	check 'the unit is active' eventually unit_is active tailgate@late0.service
	check 'the device goes' ip link del late0
	check 'and the unit stops' eventually unit_is inactive tailgate@late0.service
	check 'a device gets that name' rename_to late0
	check 'its unit has attached the chain' eventually chain_is_on late0
	step_ends
}

rename_to() { # DEVICE
	ip link add other0 type dummy &&
		sleep 2 && # it is known by its first name
		ip link set other0 name "$1"
}
