#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only
# The Debian packages agree with the tree. Nothing is built but the example.

load helper

# The packages of a group in docs/dependencies.md, one a line.
group() { # NAME
	awk -F'|' -v group="$1" '$2 ~ /`/ && $3 ~ "^ *" group " *$" {
		gsub(/`| /, "", $2); gsub(/or/, "|", $2); print $2 }' "$ROOT/docs/dependencies.md" | sort
}

# The packages of a field of debian/control, without versions and variables.
field() { # FIELD
	awk -v field="$1:" '/^[^ ]/ { inside = $1 == field; if (found) exit } inside { found = 1; sub(field, ""); print }' \
		"$ROOT/debian/control" | tr ',' '\n' | sed 's/([^)]*)//; s/ //g' | grep -vE '^(\$.*|debhelper-compat)?$' | sort
}

@test "the packages have the version of the tree" {
	local version
	version=$(sed -nE '1s/^tailgate \(([^)]*)\).*/\1/p' "$ROOT/debian/changelog")
	[[ "tailgate $version" == "$(tailgate --version)" ]]
}

# "or" in "dropbear" or "traceroute" would be replaced; neither is in the groups.
@test "the packages depend on what docs/dependencies.md says" {
	diff <(group use) <(field Depends)
	# libc6-dev and make are in build-essential
	diff <(group build | grep -vxE 'libc6-dev|make') <(field Build-Depends)
}

@test "the example plugin is that of the docs, and builds outside of the tree" {
	local folder=$BATS_TEST_TMPDIR/plugin
	cp -r "$ROOT/docs/examples/plugin" "$folder"
	diff <(awk '/^```/ { inside = 0 } inside; /^```c no_trace/ { inside = 1 }' "$ROOT/docs/writing-a-plugin.md") "$folder/no_trace.bpf.c"
	make -C "$folder" CLANG="$(the_clang)" TAILGATE="$ROOT/progs/include $ROOT/maps"
	[[ -s $folder/no_trace.o && -s $folder/no_trace.frags.o ]]
}

@test "the scripts of the packages are ones that sh understands" {
	local script
	for script in "$ROOT"/debian/tailgate.{postinst,prerm,postrm} "$ROOT/debian/tests/plugin"; do
		shellcheck --shell=sh "$script"
	done
}
