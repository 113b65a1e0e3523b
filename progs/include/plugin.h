/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The one header that a plugin includes. A plugin is a function that takes a
 * packet and returns one of the endings of verdict.h, and one line that creates
 * its programs:
 *
 *	static __always_inline int my_plugin(struct tg_packet *pkt) { … }
 *	TG_PLUGIN(my_plugin);
 *
 * TG_PLUGIN() creates the sections xdp, ingress and egress (only xdp.frags when
 * built with -DTG_MULTI_BUFFER), the counter map tgc_my_plugin and the licence.
 */
#ifndef TG_PLUGIN_H
#define TG_PLUGIN_H

#include "verdict.h"

#define TG_PLUGIN(plugin)       \
	TG_PLUGIN_BASE(plugin); \
	TG_PLUGIN_XDP(plugin)   \
	TG_PLUGIN_TC(plugin)    \
	_Static_assert(1, "")

#define TG_PLUGIN_BASE(plugin)                                            \
	struct {                                                          \
		__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);                  \
		__uint(max_entries, TG_COUNTERS);                         \
		__type(key, __u32);                                       \
		__type(value, struct tg_counter);                         \
		__uint(pinning, LIBBPF_PIN_BY_NAME);                      \
	} tgc_##plugin SEC(".maps");                                      \
                                                                          \
	static __always_inline struct tg_counter *tg_counter(__u32 index) \
	{                                                                 \
		return bpf_map_lookup_elem(&tgc_##plugin, &index);        \
	}                                                                 \
                                                                          \
	char LICENSE[] SEC("license") = "GPL"

#ifdef TG_MULTI_BUFFER
#define TG_XDP_SECTION "xdp.frags"
#else
#define TG_XDP_SECTION "xdp"
#endif

#define TG_PLUGIN_XDP(plugin)                              \
	SEC(TG_XDP_SECTION)                                \
	int plugin##_xdp(struct xdp_md *ctx)               \
	{                                                  \
		struct tg_packet pkt = tg_packet_xdp(ctx); \
                                                           \
		return plugin(&pkt);                       \
	}

#ifdef TG_MULTI_BUFFER
#define TG_PLUGIN_TC(plugin)
#else
#define TG_PLUGIN_TC(plugin)                                                \
	SEC("ingress")                                                      \
	int plugin##_ingress(struct __sk_buff *skb)                         \
	{                                                                   \
		struct tg_packet pkt = tg_packet_skb(skb, TG_HOOK_INGRESS); \
                                                                            \
		return plugin(&pkt);                                        \
	}                                                                   \
                                                                            \
	SEC("egress")                                                       \
	int plugin##_egress(struct __sk_buff *skb)                          \
	{                                                                   \
		struct tg_packet pkt = tg_packet_skb(skb, TG_HOOK_EGRESS);  \
                                                                            \
		return plugin(&pkt);                                        \
	}
#endif

#endif
