# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
# The root filesystem of a virtual machine: programs of this machine with their
# libraries, and the built tree.

# Makes an archive of a directory for the kernel's initramfs.
pack() { # DIRECTORY ARCHIVE
	(cd -- "$1" && find . -print0 | sort -z |
		cpio --null -o -H newc -R 0:0 --quiet) >"$2.new"
	mv "$2.new" "$2"
}

# The archive of programs and tree, shared by all kernels.
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

# Keeps the name by which a program is called, as many evaluate it.
copy_programs() { # ROOT
	programs_wanted | awk -F / '!seen[$NF]++' | xargs -rd '\n' cp -L -t "$1/usr/bin"
	find "$1/usr/bin" -type f -print0 | copy_libraries "$1"
	copy_extensions "$1"
}

# Prints one path for each program.
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

# Libraries of iptables' matches and targets only need what iptables needs.
copy_extensions() { # ROOT
	local folder
	for folder in /usr/lib/*-linux-gnu/xtables; do
		[[ -d $folder ]] || continue
		mkdir -p "$1$folder"
		cp -L "$folder"/lib*.so "$1$folder/"
	done
}

# Prints the libraries of programs on standard input, ignoring other files.
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

# Sources read by tests, and all build results except object files.
copy_tree() { # DIRECTORY
	local file
	mkdir -p "$1/build/tests"
	for file in Makefile README.md docs maps progs tc-scripts tests; do
		cp -R "$ROOT/$file" "$1/"
	done
	find "$BUILD" -maxdepth 1 -type f ! -name '*.d' -exec cp -t "$1/build" {} +
	for file in run verify craft sets flows tag.bpf.o small.bpf.o sets.bpf.o \
		flows.bpf.o; do
		cp "$BUILD/tests/$file" "$1/build/tests/"
	done
	cp -R "$BUILD/vm" "$1/build/"
	[[ ! -d $BUILD/tests/policies ]] || cp -R "$BUILD/tests/policies" "$1/build/tests/"
	if [[ -d $BUILD/tutorial ]]; then
		cp -R "$BUILD/tutorial" "$1/build/"
	fi
}
