#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only
# tg-sets: tables of sets for programs that tc loads, entries one by one, lists
# and streams.

load helper
load helper-sets

setup() {
	given_set_map
}

teardown() {
	clean_up
}

# --- tables

@test "prepare makes a map that tc takes for the programs, and writes the numbers of the sets" {
	given_programs
	[[ $(stat -c %a "$PIN") == 600 ]]
	[[ $(bpftool -j map show pinned "$PIN" | jq .id) == $(bpftool -j prog show id "$RUN_INGRESS" | jq '.map_ids[]' |
		while read -r id; do bpftool -j map show id "$id" | jq 'select(.name == "tgs_sets").id'; done) ]]
	frame_from 198.51.100.7 >frame
	refute_drops frame
	sets add steady 198.51.100.0/28
	drops frame
	sets add steady 198.51.100.7 --except
	refute_drops frame
	sets del steady '!198.51.100.7'
	drops frame
}

@test "prepare twice keeps what is in the sets" {
	given_sets
	sets add few 198.51.100.7
	local before
	before=$(sha256sum "$OBJECT")
	given_sets
	[[ $(sha256sum "$OBJECT") == "$before" ]]
	shows few 198.51.100.7
}

@test "a set of another kind with the same name is refused, and nothing changes" {
	given_sets
	LC_ALL=C sed 's/doors\x00/other\x00/; s/few\x00\x00\x00/doors\x00/' "$OBJECT" >other.o
	cp other.o before.o
	run -1 sets prepare other.o
	[[ $output == "tg-sets: other.o: set 'doors' has addresses, and a policy in force has a set of ports with that name: choose another name" ]]
	cmp other.o before.o
}

# Writes a number to a member of the set `few` of the object.
declare_few() { # OFFSET BYTES
	local offset
	offset=$(grep -abo -m 1 'few' "$OBJECT" | cut -d: -f1)
	printf '%b' "$2" | dd of="$OBJECT" bs=1 seek=$((offset + $1)) conv=notrunc status=none
}

@test "a larger size or a longer time of rules makes a larger table, with all entries" {
	given_sets
	hosts 198 10 | sets load few -
	sets add steady 198.51.100.0/24
	local before
	before=$(table_in_force)
	declare_few 32 '\x14' # 20
	given_sets
	[[ $(table_in_force) != "$before" ]]
	before=$(table_in_force)
	hosts 203 10 | sets load few -
	declare_few 32 '\x14\0\x10' # a million more
	given_sets
	[[ $(table_in_force) != "$before" ]]
	before=$(table_in_force)
	declare_few 44 '\0\0\1' # 73 minutes
	given_sets
	[[ $(table_in_force) != "$before" ]]
	has_entries few 20
	shows steady 198.51.100.0/24
	# a smaller one changes nothing
	before=$(table_in_force)
	declare_few 32 '\1\0\0'
	declare_few 44 '\0\0\0'
	given_sets
	[[ $(table_in_force) == "$before" ]]
	has_entries few 20
	[[ $(sets list --json | jq '.sets[] | select(.name == "few").size') == 1048596 ]]
}

number_in() { # OBJECT NAME
	local offset
	offset=$(grep -abo -m 1 "$2" "$1" | cut -d: -f1)
	od -An -tu1 -j $((offset + 41)) -N 1 "$1"
}

@test "the number of a set that was forgotten comes to mean no other set" {
	given_sets
	cp "$OBJECT" before.o
	LC_ALL=C sed 's/few\x00/new\x00/; s/doors\x00/gates\x00/' "$OBJECT" >other.o
	# another kind
	LC_ALL=C sed 's/doors\x00/other\x00/; s/few\x00\x00\x00/doors\x00/' "$OBJECT" >third.o
	sets forget few
	sets forget doors
	sets flush steady
	sets prepare other.o third.o
	local name
	for name in few doors; do
		(($(number_in other.o new) != $(number_in "$OBJECT" "$name")))
		(($(number_in third.o doors) != $(number_in "$OBJECT" "$name")))
	done
	sets forget doors
	given_sets
	cmp "$OBJECT" before.o
}

@test "an object without sets needs no map" {
	cp "$BUILD/drop_arp.o" arp.o
	sets prepare arp.o
	[[ ! -e $PIN ]]
}

@test "what is pinned and no map of sets is left alone" {
	bpftool map create "$PIN" type array key 4 value 8 entries 1 name other
	run -1 sets list
	[[ $output == "tg-sets: $PIN: is not a map of sets of this version: detach and attach again" ]]
	run -1 sets prepare "$OBJECT"
	[[ $output == "tg-sets: $PIN: is not a map of sets of this version: detach and attach again" ]]
	[[ $(bpftool -j map show pinned "$PIN" | jq -r .name) == other ]]
	rm "$PIN"
	run -1 sets list
	[[ $output == "tg-sets: $PIN: there are no sets" ]]
	run -1 "$SETS" list /nonexistent/pin
	[[ $output == 'tg-sets: /nonexistent/pin: No such file or directory' ]]
}

# --- entries

@test "entries of each kind come, are shown in order, and go" {
	given_sets
	sets add steady 2001:db8::/32 203.0.113.5-203.0.113.9 '!198.51.100.65' 198.51.100.64/26 198.51.100.7
	shows steady 198.51.100.7 198.51.100.64/26 '!198.51.100.65' 203.0.113.5 203.0.113.6/31 203.0.113.8/31 2001:db8::/32
	sets add doors 443 ssh 8000-8002
	shows doors 22 443 8000 8001 8002
	sets add nics 02:00:5e:00:53:01
	shows nics 02:00:5e:00:53:01
	sets add pairs '2001:db8::7 udp domain' '198.51.100.7 tcp 443'
	shows pairs '198.51.100.7 tcp 443' '2001:db8::7 udp 53'
	sets del steady 203.0.113.5-203.0.113.9 2001:db8::/32 203.0.113.200
	shows steady 198.51.100.7 198.51.100.64/26 '!198.51.100.65'
	sets flush steady
	shows steady
	shows doors 22 443 8000 8001 8002
	sets forget nics
	run -1 sets show nics
	[[ $output == "tg-sets: $PIN: no set is named 'nics': there are steady seen few brief doors pairs" ]]
}

@test "test says which entry makes a value a member, and which excepts it" {
	given_sets
	sets add steady 198.51.100.64/26 '!198.51.100.64/30' 198.51.100.7
	run -0 sets test steady 198.51.100.7 198.51.100.70
	[[ $output == $'198.51.100.7: in steady: 198.51.100.7\n198.51.100.70: in steady: 198.51.100.64/26' ]]
	run -1 sets test steady 198.51.100.7 198.51.100.65 203.0.113.200
	[[ $output == $'198.51.100.7: in steady: 198.51.100.7\n198.51.100.65: not in steady: !198.51.100.64/30\n203.0.113.200: not in steady' ]]
	run -1 sets test steady 198.51.100.65 --json
	[[ $output == '[{"value":"198.51.100.65","member":false,"entry":"198.51.100.64/26","exception":"198.51.100.64/30"}]' ]]
	run -1 sets test steady 198.51.100.64/26
	[[ $output == 'tg-sets: test: values are tested, not ranges or prefixes: give an address' ]]
}

# The entries of 'brief' have as many seconds left, or a little less on a busy
# machine.
have_left() { # SECONDS|null...
	sets show brief --json | jq -e --args '[.entries[].left] as $left | [$ARGS.positional[] | fromjson] as $said |
		($left | length) == ($said | length) and
		all(range($said | length); $left[.] == $said[.] or
			($said[.] != null and $left[.] > $said[.] - 25 and $left[.] < $said[.]))' "$@"
}

@test "entries stay for their time, for the set's, or for good" {
	given_sets
	sets add brief 198.51.100.1
	sets add brief 198.51.100.2 --for 1h
	sets add brief 198.51.100.3 198.51.100.0/30 --for forever
	[[ $(sets show brief --json | jq -c '[.entries[].entry]') == '["198.51.100.0/30","198.51.100.1","198.51.100.2","198.51.100.3"]' ]]
	have_left null 600 3600 null
	# the last one counts
	sets add brief 198.51.100.3 --for 5m
	sets add brief 198.51.100.0/30 --for 30s
	have_left 30 600 3600 300
	sets add brief 198.51.100.9 203.0.113.0/24 --for 1s
	sets test brief 198.51.100.9 203.0.113.9
	eventually has_entries brief 4
	run -1 sets test brief 198.51.100.9 203.0.113.9
	[[ $output == *'198.51.100.9: not in'*'203.0.113.9: not in'* ]]
}

@test "what cannot be done is one line, and changes nothing" {
	given_sets
	local usage="see 'tg-sets --help'"
	run -1 sets add few 198.51.100.7/24 80
	[[ $output == $'tg-sets: \'198.51.100.7/24\' has host bits set: write 198.51.100.0/24, or the address alone\ntg-sets: \'80\' is not an address' ]]
	run -1 sets add doors 80 --except
	[[ $output == 'tg-sets: --except: only sets of addresses have exceptions' ]]
	run -1 sets add few '!198.51.100.7' --for 1h
	[[ $output == 'tg-sets: --for: an exception has no deadline' ]]
	run -1 sets load few nothing
	[[ $output == 'tg-sets: nothing: No such file or directory' ]]
	run -2 sets add few
	[[ $output == "tg-sets: wrong number of words after 'add': $usage" ]]
	run -2 sets add few 198.51.100.7 --for 10
	[[ $output == "tg-sets: --for takes a time like 10m, 1h or forever, not '10': $usage" ]]
	run -2 sets show few --for 10s
	[[ $output == "tg-sets: an option is not one of 'show': $usage" ]]
	run -2 sets grow few
	[[ $output == "tg-sets: no such verb: 'grow': $usage" ]]
	shows few
}

@test "a command that gets no memory says so in one line, and changes nothing" {
	given_sets
	sets add steady 198.51.100.7
	hosts 10 90000 >list
	local verb kib failed=0
	for verb in load replace; do
		for ((kib = 6000; kib < 1000000; kib += kib / 6)); do
			bash -c 'ulimit -v "$1" && exec "$2" --help' limited "$kib" "$SETS" &>/dev/null || continue
			run bash -c 'ulimit -v "$1" && exec "${@:2}"' limited "$kib" "$SETS" "$verb" "$PIN" steady list
			((status)) || break
			((status == 1)) && [[ ${#lines[@]} == 1 && $output == *memory* ]] ||
				fail "$verb with $kib KiB: $status" "$output"
			shows steady 198.51.100.7
			run ! bpftool map lookup pinned "$PIN" key 1 0 0 0
			failed=$((failed + 1))
		done
		((status == 0))
		echo 198.51.100.7 | sets replace steady -
	done
	((failed > 1)) || fail "$failed commands failed"
}

@test "a full set refuses, and says how many it took" {
	given_sets
	hosts 198 10 | sets load few -
	run -1 sets add few 203.0.113.200
	[[ $output == "tg-sets: set 'few' is full: it has the 10 entries of its 'size'; 0 added, 1 not" ]]
	# those that are in take no room
	hosts 198 10 | sets load few -
	hosts 198 11 >list.11
	run -1 sets load few list.11
	[[ $output == "tg-sets: set 'few' would be too full: its 'size' is 10, it has 10 entries and the list has 1 others; none was added" ]]
	run -1 sets replace few list.11
	[[ $output == "tg-sets: set 'few' would be too full: its 'size' is 10, it has 0 entries and the list has 11 others; none was added" ]]
	has_entries few 10
	sets del few 198.0.0.0
	sets add few 203.0.113.200
	[[ $(sets list --json | jq '.sets[] | select(.name == "few").refused') == 0 ]]
}

@test "expired entries make room, however far their deadlines were" {
	given_sets
	hosts 198 10 >list
	sets load few list --for 1s
	eventually has_entries few 0
	hosts 192 10 | sets load few -
	has_entries few 10
}

# --- lists

@test "a list with bad lines names each of them, and changes nothing unless they are skipped" {
	given_sets
	sets add few 203.0.113.200
	printf '%s\r\n' '198.51.100.7 # ok' bad '' ' 198.51.100.7/24' '198.51.100.8 # until soon' 198.51.100.9 >list
	printf 198.51.100.10 >>list
	local bad=$'list:2:1: \'bad\' is not an address
list:4:2: \'198.51.100.7/24\' has host bits set: write 198.51.100.0/24, or the address alone
list:5:22: \'soon\' is not a time like 2026-12-01T10:00:00Z'
	local verb
	for verb in load replace; do
		run -1 sets "$verb" few list
		[[ $output == "$bad"$'\ntg-sets: list: 3 bad lines: nothing was changed (--skip-bad leaves them out)' ]]
		shows few 203.0.113.200
	done
	run -0 sets load few list --skip-bad
	[[ $output == "$bad" ]]
	shows few 198.51.100.7 198.51.100.9 198.51.100.10 203.0.113.200
	run -0 sets replace few list --skip-bad
	shows few 198.51.100.7 198.51.100.9 198.51.100.10
}

@test "what is saved can be loaded, one set or all" {
	given_sets
	sets add steady 198.51.100.7 '!198.51.100.8' 198.51.100.0/24 2001:db8::/32
	sets add brief 198.51.100.7
	sets add brief 198.51.100.8 --for forever
	sets add doors 80 443
	local before
	before=$(sets show steady && sets show doors && sets show brief --json | jq '[.entries[] | .entry, .left != null]')
	sets save steady >saved
	sets save >all
	sets replace steady saved
	local name
	for name in steady brief doors; do
		sets flush "$name"
		sets load "$name" all
	done
	[[ $(sets show steady && sets show doors && sets show brief --json | jq '[.entries[] | .entry, .left != null]') == "$before" ]]
}

@test "a table grows with its prefixes, and each is found" {
	given_sets
	prefixes 10 60000 | sets load steady -
	prefixes 20 20000 | sets add steady -
	has_entries steady 80000
	sets test steady 10.0.0.1 10.234.95.1 20.0.0.1 20.78.31.1
	prefixes 10 60000 | sets del steady -
	has_entries steady 20000
	run -1 sets test steady 10.0.0.1
	sets test steady 20.0.0.1
}

@test "a stream is in force line by line, and holds no lock while it waits" {
	given_sets
	mkfifo pipe
	sets add seen - <pipe 3>&- 4>&- &
	local stream=$!
	exec {to_stream}>pipe
	printf '198.51.100.7\n198.51' >&"$to_stream"
	eventually sets test seen 198.51.100.7
	# others change sets, and the table, meanwhile
	sets add few 203.0.113.200
	sets flush few
	printf '.100.8\nbad\n198.51.100.0/28' >&"$to_stream"
	eventually sets test seen 198.51.100.8
	run -1 sets test seen 198.51.100.9
	exec {to_stream}>&-
	ends_with 1 "$stream"
	sets test seen 198.51.100.9
	has_entries seen 3
}

@test "a stream follows the map that is pinned, and ends when none is" {
	given_sets
	mkfifo pipe
	sets add seen - <pipe 3>&- 4>&- &
	local stream=$!
	exec {to_stream}>pipe
	printf '198.51.100.7\n' >&"$to_stream"
	eventually sets test seen 198.51.100.7
	rm "$PIN"
	given_sets
	has_entries seen 0
	printf '198.51.100.8\n' >&"$to_stream"
	eventually sets test seen 198.51.100.8
	has_entries seen 1
	rm "$PIN"
	printf '198.51.100.9\n' >&"$to_stream"
	ends_with 1 "$stream"
	exec {to_stream}>&-
}

@test "a list that cannot be written whole is a failure" {
	given_sets
	sets add few 198.51.100.7
	save_to_nowhere() { sets save few >/dev/full; }
	run -1 save_to_nowhere
	[[ $output == 'tg-sets: standard output: No space left on device' ]]
}
