#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only
# The completion of bash and zsh, and tailgate --complete, which both ask.

load helper
load helper-chain

setup() {
	FOLDER=$BATS_TEST_TMPDIR/here
	mkdir -p "$FOLDER/rules"
	touch "$FOLDER"/{edge.policy,capture.pcap,night.pcapng,list.txt,mine.o,'two words.policy'}
}

teardown() {
	remove_chains
}

# What the last of the words can become, in one line and in order.
offered() { # WORD...
	(cd "$FOLDER" && tailgate --complete "$@") | sort | paste -sd' '
}

offers() { # CANDIDATES WORD...
	diff <(printf '%s\n' "$1") <(offered "${@:2}") || fail "tailgate ${*:2}"
}

# Among others.
offers_too() { # CANDIDATE WORD...
	[[ " $(offered "${@:2}") " == *" $1 "* ]] || fail "tailgate ${*:2}: $(offered "${@:2}")"
}

offers_not() { # CANDIDATE WORD...
	[[ " $(offered "${@:2}") " != *" $1 "* ]] || fail "tailgate ${*:2}: $(offered "${@:2}")"
}

# What bash makes of a line when Tab is pressed at its end.
bash_completes() { # LINE
	(
		cd "$FOLDER" || exit
		# shellcheck source=completion/tailgate.bash
		source "$ROOT/completion/tailgate.bash"
		compopt() { printf 'compopt %s\n' "$*"; }
		COMP_LINE=$1 COMP_POINT=${#1} COMPREPLY=()
		complete -p tailgate | grep -q -- '-F _tailgate tailgate'
		_tailgate tailgate
		printf '%s\n' "${COMPREPLY[@]}"
	) | sort | paste -sd' '
}

@test "verbs are completed, and the options before them" {
	diff <(tailgate --complete '' | sort) <({
		tailgate --help | sed -nE 's/^  ([a-z]+)  .*/\1/p'
		echo help
	} | sort)
	offers 'attach' at
	offers 'attach' --dry-run at
	offers 'detach' help det
	offers '--netns' --ne
	offers_too --version -
	offers '' nosuchverb ''
}

@test "every verb has the options of its help" {
	local verb option found=0
	for verb in $(tailgate --help | sed -nE 's/^  ([a-z]+)  .*/\1/p'); do
		[[ $verb != policy && $verb != set && $verb != flows ]] || continue
		for option in $(tailgate "$verb" --help | grep -oE '(^ +|\[)--[a-z-]+' | grep -oE -- '--.*'); do
			case $verb in
			explain | attach) offers_too "$option" "$verb" lo ingress "$option" ;;
			*) offers_too "$option" "$verb" "$option" ;;
			esac
			((++found))
		done
	done
	((found >= 25)) || fail "only $found options were found"
}

@test "actions are completed, and the options of an action alone" {
	offers 'add del flush forget list load replace save show test' set ''
	offers 'client server' playground exec ''
	offers_too --except set add lo blocked --
	offers_not --skip-bad set add lo blocked --
	offers '--skip-bad' set load lo blocked list.txt --s
	offers_too --partial policy import --
	offers_not --confirm policy import --
	offers '--confirm' policy apply lo edge.policy --conf
	offers '-o' policy compile -o
	offers '' policy nosuchaction ''
}

@test "devices, hooks and plugins are completed" {
	offers_too lo attach ''
	offers 'lo' status lo
	offers '--egress --ingress --xdp' attach lo ''
	offers 'egress ingress xdp' chain lo ''
	offers 'insert remove replace set show' chain lo xdp ''
	offers 'drop_all drop_arp drop_icmp drop_port drop_tcp' attach lo --chain drop_
	offers 'count,drop_all count,drop_arp' chain lo xdp set count,drop_a
	offers '--chain=count,only_icmp --chain=count,only_tcp' attach lo --chain=count,only
	offers_not count,count attach lo --chain count,
	offers './mine.o ./rules/' attach lo --chain ./
	offers 'drop pass' attach lo --default ''
	offers '--xdp=auto --xdp=generic --xdp=native' attach lo --xdp=
	offers 'ingress' policy check --hook i
}

@test "files are completed as the action reads them" {
	offers 'edge.policy' policy check e
	offers 'rules/' policy check ru
	offers 'edge.policy' explain --policy e
	offers 'edge.policy' explain -p e
	offers 'capture.pcap' explain lo xdp --pcap c
	offers 'night.pcapng' explain lo xdp --pcap n
	offers '' explain lo xdp --pcap night.pcapng --interface ''
	offers 'list.txt' set load lo blocked l
	offers 'blocked=list.txt' explain -p edge.policy --set blocked=l
	offers 'mine.o rules/' chain lo xdp replace count ''
	offers 'rules/' stats --pins ''
}

@test "words of filters are completed" {
	offers_too from flows lo ''
	offers 'over' limits lo ov
	offers_too vlan flows lo tcp ''
	offers_too --all flows del lo ''
}

@test "namespaces are completed, and the devices in the one that was named" {
	given_device
	offers "$SERVER" --netns "${SERVER:0:-1}"
	offers 'eth0' --netns "$SERVER" attach eth0
	offers 'eth0 eth1' "--netns=$SERVER" attach eth
}

@test "sets, instances and the plugins in a chain are completed for root" {
	given_device
	given_instance_name
	cp "$ROOT/docs/examples/ban.policy" "$BATS_TEST_TMPDIR/ban.policy"
	on_server attach eth0 --ingress --chain count,policy --instance "$INSTANCE"
	on_server policy apply eth0 "$BATS_TEST_TMPDIR/ban.policy"
	offers 'blocked doors knocked scanners' --netns "$SERVER" set show eth0 ''
	offers "@$INSTANCE" set show "@$INSTANCE"
	offers 'knocked' --netns "$SERVER" set add "@$INSTANCE" k
	offers 'count policy' --netns "$SERVER" chain eth0 ingress remove ''
	offers '0 1 2' --netns "$SERVER" chain eth0 ingress insert ''
}

@test "a user who is not root gets all that needs no root, and no error" {
	as_user() {
		cd "$FOLDER" && setpriv --reuid 65534 --regid 65534 --clear-groups \
			--inh-caps=+dac_read_search --ambient-caps=+dac_read_search "$ROOT/tc-scripts/tailgate" --complete "$@" 2>&1
	}
	run -0 as_user policy check e
	[[ $output == edge.policy ]]
	run -0 as_user attach lo --chain drop_t
	[[ $output == drop_tcp ]]
	run -0 as_user set show lo ''
	[[ ! $output ]]
	run -0 as_user chain lo xdp insert ''
	[[ ! $output ]]
}

@test "bash completes a line" {
	[[ $(bash_completes 'tailgate att') == attach ]]
	[[ $(bash_completes 'tailgate attach lo --chain count,only_t') == count,only_tcp ]]
	[[ $(bash_completes 'tailgate attach lo --chain=count,only_') == 'count,only_icmp count,only_tcp' ]]
	[[ $(bash_completes 'tailgate attach lo --xdp=') == 'auto generic native' ]]
	[[ $(bash_completes 'tailgate chain lo ') == 'egress ingress xdp' ]]
	[[ $(bash_completes 'tailgate policy check ru') == 'compopt -o nospace rules/' ]]
	[[ $(bash_completes 'tailgate policy check two') == 'two\ words.policy' ]]
	[[ $(bash_completes 'tailgate policy check two\ w') == 'two\ words.policy' ]]
}

# Keys into a shell on a terminal, in FOLDER, until the line looks as expected.
types() { # SHELL KEYS EXPECTED
	PATH=$ROOT/tc-scripts:$PATH python3 - "$1" "$2" "$3" "$ROOT/completion" "$FOLDER" <<-'END'
		import os, pty, select, sys, time
		shell, keys, expected, completion, folder = sys.argv[1:]
		pid, terminal = pty.fork()
		if not pid:
		    os.environ.update(TERM='dumb', PS1='ready> ', ZDOTDIR=folder)
		    os.chdir(folder)
		    os.execvp(shell, [shell] + (['--norc'] if shell == 'bash' else ['-f']) + ['-i'])
		seen = ''
		def wait_for(text):
		    global seen
		    end = time.time() + 60
		    while text not in seen and time.time() < end:
		        if select.select([terminal], [], [], 1)[0]:
		            seen += os.read(terminal, 65536).decode(errors='replace').replace('\a', '')
		    if text not in seen:
		        sys.exit(f'{shell}: not {text!r} but {seen!r}')
		    seen = seen.split(text, 1)[1]
		setup = (f'. {completion}/tailgate.bash' if shell == 'bash' else
		         f'fpath=({completion} $fpath); autoload -Uz compinit; compinit -u -D')
		wait_for('ready> ')
		os.write(terminal, f'{setup}; echo set" "up\n'.encode())
		wait_for('set up\r\n')
		wait_for('ready> ')
		os.write(terminal, (keys + '\t').encode())
		wait_for(expected)
		os.close(terminal)
	END
}

@test "Tab completes in bash and zsh" {
	local shell
	for shell in bash zsh; do
		types "$shell" 'tailgate att' 'tailgate attach '
		types "$shell" 'tailgate attach lo --chain count,only_t' 'count,only_tcp '
		types "$shell" 'tailgate attach lo --xdp=ge' '--xdp=generic '
		types "$shell" 'tailgate policy check ed' 'check edge.policy '
	done
}

# In CPU time, as others may be busy.
@test "a completion takes less than 50 ms" {
	local words
	for words in 'policy compile --' 'attach lo --chain c' 'explain -p e' 'set '; do
		# shellcheck disable=SC2086 # words
		run bash -c 'TIMEFORMAT="%U %S"; time for ((i = 0; i < 10; i++)); do "$@" >/dev/null; done' \
			- "$ROOT/tc-scripts/tailgate" --complete $words
		awk '{ exit !($1 + $2 < 10 * 0.05) }' <<<"$output" || fail "$words: $output s for 10"
	done
}
