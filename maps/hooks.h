/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The hooks that a plugin can be attached to, in the order in which packets
 * pass them: first received packets, then sent ones.
 */
#ifndef TG_HOOKS_H
#define TG_HOOKS_H

/* TG_HOOK(number, NAME, text) */
#define TG_HOOK_LIST(TG_HOOK)          \
	TG_HOOK(0, XDP, "xdp")         \
	TG_HOOK(1, INGRESS, "ingress") \
	TG_HOOK(2, EGRESS, "egress")

enum tg_hook {
#define TG_HOOK_ENUM(number, name, text) TG_HOOK_##name = number,
	TG_HOOK_LIST(TG_HOOK_ENUM)
#undef TG_HOOK_ENUM
};

#define TG_HOOKS 3

#endif
