# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
# Words for tests of programs that fill a terminal: tmux is the terminal, of any
# size. Each test has a server of its own.

# A shell on a terminal of this size. Its prompt is "ready>".
given_terminal() { # COLUMNS LINES
	TERMINAL=$BATS_TEST_TMPDIR/tmux
	# shellcheck disable=SC2016 # expanded in there
	LC_ALL=C.UTF-8 tmux -S "$TERMINAL" -f /dev/null new-session -d -x "$1" -y "$2" \
		env LC_ALL=C.UTF-8 PS1='ready> ' bash --norc --noprofile 3>&- 4>&-
	shows 'ready>'
}

terminal_ends() {
	[[ ! ${TERMINAL:-} ]] || tmux -S "$TERMINAL" kill-server 2>/dev/null || true
}

in_terminal() { # COMMAND of tmux...
	tmux -S "$TERMINAL" "$@"
}

# What is on it now.
screen() {
	in_terminal capture-pane -p
}

# Keys of tmux: Enter, C-c, Space; others are typed.
press() { # KEY...
	in_terminal send-keys "$@"
}

types() { # TEXT
	in_terminal send-keys -l "$1"
	in_terminal send-keys Enter
}

screen_has() { # PATTERN
	[[ $(screen) =~ $1 ]]
}

# Waits until the screen matches.
shows() { # PATTERN
	eventually screen_has "$1" || fail "the screen does not show '$1':" "$(screen)"
}

hides() { # PATTERN
	eventually screen_lacks "$1" || fail "the screen still shows '$1':" "$(screen)"
}

screen_lacks() { # PATTERN
	run ! screen_has "$1"
}

# What ncurses changes: echo, lines, the alternate screen and the cursor.
terminal_is_as_before() {
	[[ $(in_terminal display -p '#{alternate_on} #{cursor_flag}') == '0 1' ]] || return
	types 'stty -a | tr " ;" "\n\n" | grep -xE -- "icanon|echo|icrnl|onlcr" | sort | paste -sd,'
	shows $'\necho,icanon,icrnl,onlcr\n'
}
