# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
# nftables in its fastest form: one lookup in a verdict map, which is a hash for
# addresses, and concatenated intervals for prefixes with ports.

nft_has_ports() { # FILE
	! grep -q ' -$' "$1.list"
}

nft_elements() { # FILE
	local ports=''
	! nft_has_ports "$1" || ports=1
	awk -v ports="$ports" '
		BEGIN { printf "{" }
		{
			key = ports ? $1 " . " $2 : substr($1, 1, index($1, "/") - 1)
			printf "%s %s : drop", (NR > 1 ? "," : ""), key
		}
		END { print " }" }' "$1.list"
}

# Prints the table for nft.
nft_map() { # FILE HOOK DEVICE
	local type='ipv4_addr' key='ip saddr' flags=''
	if nft_has_ports "$1"; then
		type='ipv4_addr . inet_service' key='ip saddr . tcp dport' flags='flags interval;'
	fi
	printf 'table netdev bench {\n'
	printf '\tmap verdicts {\n\t\ttype %s : verdict; %s\n' "$type" "$flags"
	printf '\t\telements = %s\n\t}\n' "$(nft_elements "$1")"
	printf '\tchain look {\n\t\ttype filter hook %s device "%s" priority 0;\n' "$2" "$3"
	printf '\t\t%s vmap @verdicts\n\t}\n}\n' "$key"
}

# Replaces the elements of the map in one transaction.
nft_map_again() { # FILE
	printf 'flush map netdev bench verdicts\n'
	printf 'add element netdev bench verdicts %s\n' "$(nft_elements "$1")"
}
