# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
# Words for the tests that look at packets on the wire, on top of helper.bash:
# frames in hexadecimal digits go out, and what arrives is compared digit by
# digit. A test file that sends says 'build_sender' in setup_file.

# shellcheck disable=SC2034 # for the tests
readonly TUTORIAL=$BUILD/tutorial
readonly TO_SERVER=020000000002020000000001

# Sends frames with the MAC addresses $TO_SERVER, followed by each argument.
client_sends() { # FRAME-AFTER-THE-MACS...
	printf "$TO_SERVER%s\n" "$@" | in_client "$SENDER" eth0
}

attach() { # NAMESPACE DEVICE HOOK OBJECT SECTION
	in_namespace "$1" tc qdisc replace dev "$2" clsact
	in_namespace "$1" tc filter replace dev "$2" "$3" protocol all pref 1 handle 1 \
		bpf da obj "$4" sec "$5"
}

# Copies a program's object with another constant.
given_constant() { # NAME COPY VARIABLE=VALUE
	"$BUILD/tg-splice" "$TUTORIAL/$1.o" -o "$BATS_TEST_TMPDIR/$2.o" "$3"
}

index_of() { # NAMESPACE DEVICE
	ip -n "$1" -o link show dev "$2" | cut -d: -f1
}

# Records frames received or sent on a device, until 'seen' is called.
watch() { # NAMESPACE DEVICE in|out [FILTER...]
	WATCHED=$BATS_TEST_TMPDIR/watched
	rm -f "$WATCHED" "$WATCHED.err"
	in_namespace "$1" timeout 60 tcpdump --immediate-mode -lnntxx -s 512 -Q "$3" -i "$2" "${@:4}" \
		>"$WATCHED" 2>"$WATCHED.err" </dev/null 3>&- 4>&- &
	WATCHER=$!
	eventually grep -q 'listening on' "$WATCHED.err"
}

# One frame a line.
frames_watched() {
	awk '
		!/^\t0x/ { if (frame) print frame; frame = ""; next }
		{ sub(/^\t0x[0-9a-f]*: */, ""); gsub(/ /, ""); frame = frame $0 }
		END { if (frame) print frame }
	' "$WATCHED"
}

at_least() { # FRAMES
	(($(frames_watched | wc -l) >= $1))
}

# Waits for this many frames, then until no more arrive. Stores them in SEEN,
# one a line.
see() { # FRAMES
	eventually at_least "$1" || true
	stands_still stat -c %s "$WATCHED"
	kill "$WATCHER" 2>/dev/null || true
	wait "$WATCHER" || true
	SEEN=$(frames_watched)
}

# Exactly these frames, without MAC addresses.
must_see() { # FRAME-AFTER-THE-MACS...
	local expected
	expected=$(printf "$TO_SERVER%s\n" "$@")
	see "$#"
	[[ $SEEN == "$expected" ]] || fail 'expected:' "$expected" 'seen:' "$SEEN"
}

# One frame, which matches.
must_see_one() { # REGEX
	see 1
	[[ $SEEN != *$'\n'* && $SEEN =~ ^$1$ ]] || fail "expected: $1" 'seen:' "$SEEN"
}
