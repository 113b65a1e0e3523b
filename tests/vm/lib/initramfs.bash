# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
# What a virtual machine finds: this machine's programs with their libraries,
# and this tree as it is built.

# An archive of a directory, as the kernel unpacks it.
pack() { # DIRECTORY ARCHIVE
	(cd -- "$1" && find . -print0 | sort -z |
		cpio --null -o -H newc -R 0:0 --quiet) >"$2.new"
	mv "$2.new" "$2"
}

# The archive of programs and tree, the same for each kernel.
make_initramfs() { # ARCHIVE
	local root=$WORK/root
	make_folders "$root"
	copy_programs "$root"
	copy_bats "$root"
	copy_tree "$root/tailgate"
	cp -R "$HERE/inside/etc" "$root/"
	install -m 755 "$HERE/inside/init" "$root/init"
	install -m 755 "$HERE/inside/clang" "$root/usr/bin/clang"
	pack "$root" "$1"
	rm -rf -- "$root"
}

make_folders() { # ROOT
	local folder applet
	mkdir -p "$1"/usr/{bin,lib,lib64} "$1"/{dev,proc,sys,run/lock,tmp,root,var/tmp,opt,mnt}
	ln -s bin "$1/usr/sbin"
	for folder in bin sbin lib lib64; do
		ln -s "usr/$folder" "$1/$folder"
	done
	ln -s ../run/lock "$1/var/lock"
	for applet in modprobe insmod modinfo sh poweroff; do
		ln -s busybox "$1/usr/bin/$applet"
	done
}

# Under the name by which it is called, for many look at it.
copy_programs() { # ROOT
	programs_wanted | awk -F / '!seen[$NF]++' | xargs -rd '\n' cp -L -t "$1/usr/bin"
	find "$1/usr/bin" -type f -print0 | copy_libraries "$1"
	copy_extensions "$1"
}

# A path for each.
programs_wanted() {
	local line
	while IFS= read -r line; do
		case $line in
		'#'*) ;;
		@*) dpkg -L "${line#@}" | { grep -E '^(/usr)?/s?bin/[^/]+$' || true; } ;;
		*) type -P "$line" || die "no program '$line' here, and the tests need it" ;;
		esac
	done <"$HERE/programs"
}

# iptables has a library for each of its matches and targets; what they need, it
# needs itself.
copy_extensions() { # ROOT
	local folder
	for folder in /usr/lib/*-linux-gnu/xtables; do
		[[ -d $folder ]] || continue
		mkdir -p "$1$folder"
		cp -L "$folder"/lib*.so "$1$folder/"
	done
}

# Of the programs on standard input. What is no program, or has no libraries,
# is none of ldd's business.
copy_libraries() { # ROOT
	local library
	{ xargs -0 ldd 2>/dev/null || true; } |
		sed -nE 's/^[^/]*(\/[^ ]+) \(0x[0-9a-f]+\)$/\1/p' | sort -u |
		while IFS= read -r library; do
			mkdir -p "$1${library%/*}"
			cp -L "$library" "$1$library"
		done
}

copy_bats() { # ROOT
	local folder
	for folder in lib libexec; do
		mkdir -p "$1/usr/$folder"
		cp -R "/usr/$folder/bats-core" "$1/usr/$folder/"
	done
}

# Sources for the tests that read them, and what is built but for the parts.
copy_tree() { # DIRECTORY
	local file
	mkdir -p "$1/build/tests"
	for file in Makefile README.md docs maps progs tc-scripts tests; do
		cp -R "$ROOT/$file" "$1/"
	done
	find "$BUILD" -maxdepth 1 -type f ! -name '*.d' -exec cp -t "$1/build" {} +
	for file in run verify craft tag.bpf.o small.bpf.o; do
		cp "$BUILD/tests/$file" "$1/build/tests/"
	done
	cp -R "$BUILD/vm" "$1/build/"
	[[ ! -d $BUILD/tests/policies ]] || cp -R "$BUILD/tests/policies" "$1/build/tests/"
	if [[ -d $BUILD/tutorial ]]; then
		cp -R "$BUILD/tutorial" "$1/build/"
	fi
}
