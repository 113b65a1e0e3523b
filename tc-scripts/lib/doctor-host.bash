# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
# What 'tailgate doctor' looks at that all devices share.

doctor_host() {
	doctor_rights
	doctor_files
	doctor_iproute2
	doctor_kernel
	doctor_jit
}

# Whether devices can be looked at.
doctor_can_look() {
	[[ -x $BUILD/tg-look ]] && ((EUID == 0)) && has_capability sys_admin
}

doctor_rights() {
	local name missing=()
	if ((EUID)); then
		finding fault rights "this is not root: run it with sudo, or nothing can be attached or looked at"
		return
	fi
	for name in ${RIGHTS[attach]}; do
		has_capability "$name" || missing+=("$name")
	done
	if ((${#missing[@]})); then
		finding fault rights "this process has no $(capability_names "${missing[@]}"), which 'tailgate attach' needs"
	else
		finding ok rights "root, with the capabilities that attach needs"
	fi
}

# Those that each chain needs, and a tool for each verb.
doctor_files() {
	local name missing=()
	for name in gate.o end.o policy.o policy.live.o tg-look tg-policy tg-splice tg-chain tg-rules tg-sets tg-flows tg-limits tg-explain; do
		[[ -r $BUILD/$name ]] || missing+=("$name")
	done
	if ((${#missing[@]})); then
		finding fault files "$BUILD has no ${missing[*]}: 'make' builds what is missing"
	else
		finding ok files "objects and tools in $BUILD"
	fi
}

doctor_iproute2() {
	local tool version
	for tool in ip tc; do
		[[ $(type -P "$tool") ]] || {
			finding fault iproute2 "'$tool' is not installed: 'apt install iproute2' installs it"
			return
		}
	done
	version=$(tc -V)
	if [[ $version == *libbpf* ]]; then
		finding ok iproute2 "$version"
	else
		finding fault iproute2 "$version: was built without libbpf, and cannot load objects with BTF: that of Debian can"
	fi
}

# In a network namespace of its own, which ends with the command.
doctor_kernel() {
	local said
	((EUID == 0)) && has_capability sys_admin || return 0
	said=$(unshare --net bash -c "tc qdisc add dev lo clsact &&
		tc filter add dev lo ingress bpf bytecode '1,6 0 0 0,'" 2>&1) || {
		finding fault kernel "$(uname -r) has no clsact or no cls_bpf: $(first_error_line "$said"): 'modprobe cls_bpf' or another kernel helps"
		return
	}
	finding ok kernel "$(uname -r), with clsact and cls_bpf"
}

doctor_jit() {
	local jit
	{ read -r jit </proc/sys/net/core/bpf_jit_enable; } 2>/dev/null || return 0
	if [[ $jit == 0 ]]; then
		finding warning jit "programs are interpreted, and slow: 'sysctl net.core.bpf_jit_enable=1' compiles those that are loaded from then on"
	else
		finding ok jit "programs are compiled to machine code"
	fi
}
