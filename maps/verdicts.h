/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Verdicts and reasons, which index every counter. The numbers are ABI: the
 * lists only grow, and a number is never reused.
 */
#ifndef TG_VERDICTS_H
#define TG_VERDICTS_H

/*
 * TG_VERDICT(number, NAME, text). Every packet gets one final verdict per hook.
 * "next" is not final: the packet continues in the chain, and a plugin counts
 * it only to note a reason.
 */
#define TG_VERDICT_LIST(TG_VERDICT)     \
	TG_VERDICT(0, NEXT, "next")     \
	TG_VERDICT(1, PASS, "pass")     \
	TG_VERDICT(2, ACCEPT, "accept") \
	TG_VERDICT(3, DROP, "drop")     \
	TG_VERDICT(4, REJECT, "reject") \
	TG_VERDICT(5, REDIRECT, "redirect")

enum tg_verdict {
#define TG_VERDICT_ENUM(number, name, text) TG_VERDICT_##name = number,
	TG_VERDICT_LIST(TG_VERDICT_ENUM)
#undef TG_VERDICT_ENUM
};

#define TG_VERDICTS 8 /* room for more */

/* TG_REASON(number, NAME, text, what it means) */
#define TG_REASON_LIST(TG_REASON)                                             \
	TG_REASON(0, NO_MATCH, "no-match", "nothing in the plugin applied")   \
	TG_REASON(1, MALFORMED, "malformed", "a header is cut off or lies")   \
	TG_REASON(2, MISSED_CALL, "missed-tail-call",                         \
		  "the next slot of the chain was empty")                     \
	TG_REASON(3, DEFAULT, "default", "the end of the chain was reached")  \
	TG_REASON(4, COUNTED, "counted", "the packet was counted")            \
	TG_REASON(5, ALL, "all", "the plugin takes every packet")             \
	TG_REASON(6, ARP, "arp", "an ARP packet")                             \
	TG_REASON(7, ICMP, "icmp", "ICMP, or an ICMPv6 echo")                 \
	TG_REASON(8, TCP_PORT, "tcp-port", "a TCP port that is not wanted")   \
	TG_REASON(9, NOT_TCP, "not-tcp", "neither TCP nor what TCP needs")    \
	TG_REASON(10, NOT_ICMP, "not-icmp", "neither ICMP nor what it needs") \
	TG_REASON(11, RULE, "rule", "a rule of the policy, or its default")   \
	TG_REASON(12, UNANSWERED, "unanswered",                               \
		  "rejected, and nothing that may be answered")               \
	TG_REASON(13, REPLY_FAILED, "reply-failed",                           \
		  "rejected, and no answer could be made of it")              \
	TG_REASON(14, CHANGE_FAILED, "change-failed",                         \
		  "the packet could not be changed, and went on")             \
	TG_REASON(15, MIRROR_FAILED, "mirror-failed",                         \
		  "the copy could not be sent")                               \
	TG_REASON(16, SET_FULL, "set-full",                                   \
		  "a set had no room for what a rule adds")                   \
	TG_REASON(17, FLOW_FULL, "flow-full",                                 \
		  "the table of flows had no room for what a rule keeps")     \
	TG_REASON(18, FLOW, "flow", "the packet belongs to a known flow")     \
	TG_REASON(19, OVER_LIMIT, "over-limit",                               \
		  "more came than the limit of a rule allows")                \
	TG_REASON(20, LIMIT_FULL, "limit-full",                               \
		  "the table of limits had no place for what a rule limits")  \
	TG_REASON(21, LOGGED, "logged", "the rule of the policy logs it")     \
	TG_REASON(22, LOG_HELD, "log-held",                                   \
		  "the limit of what a rule logs held its event back")

enum tg_reason {
#define TG_REASON_ENUM(number, name, text, meaning) TG_REASON_##name = number,
	TG_REASON_LIST(TG_REASON_ENUM)
#undef TG_REASON_ENUM
};

#define TG_REASONS 32

/* The last eight numbers belong to plugins from outside this tree. */
#define TG_REASON_OWN_FIRST 24
#define TG_REASON_OWN(n) (TG_REASON_OWN_FIRST + (n))

#endif
