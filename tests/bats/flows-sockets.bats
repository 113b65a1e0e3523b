#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only
# tg-flows adopt: the flows of sockets that exist.

load helper
load helper-flows

teardown() {
	clean_up
}

@test "connected sockets are taken over, from the end that began" {
	given_hosts
	given_flow_table
	connect() { # in the client
		exec 5<>"/dev/tcp/$SERVER4/80" 6<>"/dev/tcp/$SERVER6/8080" 7<>"/dev/udp/$SERVER4/53" 8<>/dev/tcp/127.0.0.1/9
		: >connected
		read -r _ <end
	}
	mkfifo end
	in_client busybox httpd -p 127.0.0.1:9 -h www </dev/null &>/dev/null 3>&- 4>&-
	export -f connect
	in_client bash -c connect 3>&- 4>&- &
	local client=$!
	eventually test -e connected
	run -0 in_client "$FLOWS" adopt "$PIN" eth0
	[[ $output == '3 added, 0 were there already' ]]
	flows_saved | sed -E 's/:[0-9]+ >/:PORT >/' | diff <(
		printf '%s\n' '# flows, as '\''tailgate flows load'\'' reads them' \
			"tcp $CLIENT4:PORT > $SERVER4:80 established left first 0,0,0,0,136 second 0,0,0,0,136" \
			"tcp [$CLIENT6]:PORT > [$SERVER6]:8080 established left first 0,0,0,0,136 second 0,0,0,0,136" \
			"udp $CLIENT4:PORT > $SERVER4:53 udp-stream left"
	) -
	# the server's ends of the same two
	run -0 in_server "$FLOWS" adopt "$PIN" eth0
	[[ $output == '0 added, 2 were there already' ]]
	flows del --all
	run -0 in_server "$FLOWS" adopt "$PIN" eth0
	[[ $output == '2 added, 0 were there already' ]]
	lists 1 from "$CLIENT4" to "$SERVER4" port 80
	flows del --all
	run -0 in_client "$FLOWS" adopt "$PIN" lo
	lists 1 from 127.0.0.1
	run -1 in_client "$FLOWS" adopt "$PIN" nodev
	[[ $output == 'tg-flows: nodev: No such device' ]]
	echo >end
	wait "$client"
}

@test "a table that is new for a program that uses it has the flows of sockets, and an old one only if it is empty" {
	given_hosts
	given_flow_pin
	given_flow_objects
	mkfifo end
	in_client bash -c "exec 5<>/dev/tcp/$SERVER4/80; : >connected; read -r _ <end" 3>&- 4>&- &
	local client=$!
	eventually test -e connected
	in_client "$BUILD/tg-splice" "$UNUSED" -o out.o --flows "$PIN" --adopt eth0
	[[ ! -e $PIN ]]
	in_client "$BUILD/tg-splice" "$USED" -o out.o --flows "$PIN" --adopt eth0
	has_flows 1
	# the policy's own time: 64 s
	(($(flows list --json | jq '.flows[].left') <= 64))
	flows del --all
	in_client "$BUILD/tg-splice" "$USED" -o out.o --flows "$PIN" --adopt eth0
	has_flows 1
	flows del --all
	udp_lines 10 1 >list
	flows load list
	in_client "$BUILD/tg-splice" "$USED" -o out.o --flows "$PIN" --adopt eth0
	has_flows 1
	lists 1 udp
	echo >end
	wait "$client"
}
