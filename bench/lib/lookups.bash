# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
# Measures the cost of lookups with the meter. The caller sets HERE, BENCH,
# BUILD, WORK and POLICY_TOOL.

# NAME is a rule set, a rule set with the suffix -ipv6, or server.
lookups_policy() { # NAME
	case $1 in
	server) cat "$HERE/rules/server.policy" ;;
	*-ipv6) lookups_policy "${1%-ipv6}" | awk -f "$HERE/rules/twin6.awk" ;;
	*) "$HERE/rules/unpack" "$1" | "$POLICY_TOOL" import --classbench - ;;
	esac
}

# Prints the rows of a rule set: objects with and without the lookup, and their
# frames. For the server, the row is the whole plugin with counters, less an
# empty program.
lookups_prepare() { # NAME
	local file=$WORK/$1 started said
	lookups_policy "$1" >"$file.policy"
	"$BENCH/trace" "$file.policy" -o "$file.trace" >/dev/null
	started=${EPOCHREALTIME/[.,]/}
	if ! said=$("$POLICY_TOOL" compile -v --plugin "$BENCH/policy_lookup.bpf.o" "$file.policy" -o "$file.o" 2>&1); then
		wrong+=("$1: ${said##*$'\n'}")
		return 0
	fi
	jq -nc --arg name "$1" --argjson us $((${EPOCHREALTIME/[.,]/} - started)) \
		--argjson rules "$(grep -cE '^(drop|pass|reject|next|accept|jump) ' "$file.policy")" \
		--argjson bytes "$(sed -n 's/.* \([0-9]*\) bytes of tables.*/\1/p' <<<"$said")" \
		'{"label": $name, $rules, table_bytes: $bytes, compile_seconds: ($us / 1e6)}' >>"$WORK/tables"
	"$POLICY_TOOL" compile --plugin "$BENCH/policy_baseline.bpf.o" "$file.policy" -o "$file.baseline.o"
	rows+=(--trace "$file.trace" "$1=$file.o,$file.baseline.o")
	if [[ $1 == server ]]; then
		"$POLICY_TOOL" compile "$file.policy" -o "$file.whole.o"
		rows+=("server-whole=$file.whole.o")
	fi
}

# Yardsticks are measured in the same rounds as each group.
lookups() { # ROUNDS NAME...
	local rounds=$1 name
	local -a rows=()
	shift
	for name; do
		progress "lookups: $name is compiled"
		lookups_prepare "$name"
	done
	progress "lookups: $* are measured"
	"$BENCH/meter" --json --rounds "$rounds" --yardstick hash:10000 \
		--yardstick lpm:10000 --yardstick lpm:100000 \
		--yardstick lines:16384 --yardstick lines:131072 "${rows[@]}" \
		>"$WORK/lookups.new" || wrong+=("lookups: $*")
	jq -c --arg group "$1" 'map(. + {$group})' "$WORK/lookups.new" >>"$WORK/lookups"
	for name; do
		rm -f "$WORK/$name".*
	done
}

# Sets, beside maps of the kernel with the same entries. Mixed prefixes are of
# both families.
lookups_sets() { # ROUNDS
	local rows=() count
	for count in 10 1000 100000 1000000; do
		rows+=(--yardstick "set-hash:$count" --yardstick "set-hosts:$count"
			--yardstick "set-hash-miss:$count" --yardstick "set-hosts-miss:$count")
	done
	for count in 1000 100000; do
		rows+=(--yardstick "set-lpm:$count" --yardstick "set-prefixes:$count"
			--yardstick "set-lpm-mixed:$count" --yardstick "set-prefixes-mixed:$count")
	done
	progress 'lookups: sets are measured'
	"$BENCH/meter" --json --rounds "$1" --yardstick hash:10000 "${rows[@]}" \
		>"$WORK/lookups.new" || wrong+=('lookups: sets')
	jq -c 'map(. + {group: "sets"})' "$WORK/lookups.new" >>"$WORK/lookups"
}

# Flows, beside hashes of the kernel with the same keys.
lookups_flows() { # ROUNDS
	local rows=() count
	for count in 1000 100000 1000000; do
		rows+=(--yardstick "flow-hit:$count" --yardstick "flow-policy:$count"
			--yardstick "flow-lru:$count" --yardstick "flow-hash:$count"
			--yardstick "flow-miss:$count" --yardstick "flow-lru-miss:$count")
	done
	progress 'lookups: flows are measured'
	"$BENCH/meter" --json --rounds "$1" --yardstick hash:10000 "${rows[@]}" \
		>"$WORK/lookups.new" || wrong+=('lookups: flows')
	jq -c 'map(. + {group: "flows"})' "$WORK/lookups.new" >>"$WORK/lookups"
}

# A rule with a limit, less the same rule without; beside the lookup of a flow.
lookups_limits() { # ROUNDS
	local rows=(--yardstick limit-none:1 --yardstick limit-live:1 --yardstick limit-all:1 --yardstick limit-all-over:1) count
	for count in 1000 100000 1000000; do
		rows+=(--yardstick "flow-hit:$count" --yardstick "limit-from:$count" --yardstick "limit-from-over:$count")
	done
	progress 'lookups: limits are measured'
	"$BENCH/meter" --json --rounds "$1" --yardstick hash:10000 "${rows[@]}" \
		>"$WORK/lookups.new" || wrong+=('lookups: limits')
	jq -c 'map(. + {group: "limits"})' "$WORK/lookups.new" >>"$WORK/lookups"
}
