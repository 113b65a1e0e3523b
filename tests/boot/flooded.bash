# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
# A machine with two network cards that are flooded from before it is switched
# on. Its user has tests/vm/lib/machine.bash, ROOT and WORK.

# Device, MAC, address, and the ports of the flood and of the network card.
readonly CARDS=('wan0 52:54:00:00:00:10 198.51.100.2 7400 7410' 'wan1 52:54:00:00:00:11 203.0.113.2 7401 7411')

FLOOD='' NAMESPACE=''

# The network cards are sockets in a network namespace; the flood begins before
# the machine.
start_flood() {
	local card words=() device mac address from to
	NAMESPACE=tailgate-boot-$$
	ip netns add "$NAMESPACE"
	ip -netns "$NAMESPACE" link set dev lo up
	MACHINE_ENTER=(nsenter "--net=/run/netns/$NAMESPACE" --)
	for card in "${CARDS[@]}"; do
		read -r device mac address from to <<<"$card"
		MACHINE_WORDS+=(-netdev "dgram,id=$device,local.type=inet,local.host=127.0.0.1,local.port=$to,remote.type=inet,remote.host=127.0.0.1,remote.port=$from"
			-device "virtio-net-pci,netdev=$device,mac=$mac,romfile=")
		words+=("$to" "$mac" "$address")
	done
	"${MACHINE_ENTER[@]}" "$ROOT/build/tests/flood" "${words[@]}" &
	FLOOD=$!
}

stop_flooded() {
	stop_machine
	[[ ! $FLOOD ]] || kill "$FLOOD" 2>/dev/null || true
	[[ ! $NAMESPACE ]] || ip netns del "$NAMESPACE" || true
	rm -rf --one-file-system -- "$WORK"
}

note() {
	printf '       %s\n' "$*"
}

# The last error in a file.
last_words() { # FILE
	tail -n 1 "$1"
}
