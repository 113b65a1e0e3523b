// SPDX-License-Identifier: GPL-2.0-only
/* Options of iptables matches that can be translated. */
#include <string.h>

#include "policy/language/field.h"
#include "iptables.h"

#define ICMP_ANY 255
#define PORT_MAX 0xffff
#define FLAG_ECE 0x40
#define FLAG_CWR 0x80
#define PROTOCOL_ICMP 1
#define PROTOCOL_TCP 6
#define PROTOCOL_UDP 17
#define PROTOCOL_ICMP6 58
#define PROTOCOL_SCTP 132

void xt_and_set(struct xt_line *line, enum policy_field field,
		const struct ranges *set)
{
	import_and(line->import, &line->rule,
		   import_condition(field, line->negated, set));
}

void xt_and_range(struct xt_line *line, enum policy_field field, uint64_t first,
		  uint64_t last)
{
	import_and_range(line->import, &line->rule, field, line->negated, first,
			 last);
}

const char *xt_next_item(const char *at, size_t *size)
{
	*size = strcspn(at, ",");
	return at[*size] ? at + *size + 1 : NULL;
}

bool xt_read_range(struct xt_line *line, enum policy_field field,
		   const char *text, size_t size, uint64_t max,
		   struct policy_range *range)
{
	const char *colon = memchr(text, ':', size);
	size_t before = colon ? (size_t)(colon - text) : size;
	size_t after = colon ? size - before - 1 : 0;

	*range = (struct policy_range){ .last.lo = max };
	if ((before || !colon) &&
	    !import_word(field, line->ip6, text, before, &range->first.lo))
		return false;
	if (!colon)
		range->last = range->first;
	else if (after && !import_word(field, line->ip6, colon + 1, after,
				       &range->last.lo))
		return false;
	return range->first.lo <= range->last.lo && range->last.lo <= max;
}

bool xt_read_masked(struct xt_line *line, const char *text, uint64_t max,
		    uint64_t *value, uint64_t *mask)
{
	const char *slash = strchr(text, '/');
	size_t size = slash ? (size_t)(slash - text) : strlen(text);

	*mask = max;
	if (import_number(text, size, max, value) &&
	    (!slash || import_number(slash + 1, strlen(slash + 1), max, mask)))
		return true;
	xt_not_understood(line, text);
	return false;
}

/* One of a list of ports or addresses. */
static bool read_item(struct xt_line *line, const char *text, size_t size,
		      struct policy_range *range)
{
	if (field_bits(line->field) > 16)
		return import_prefix(text, size, line->ip6, range);
	return xt_read_range(line, line->field, text, size, PORT_MAX, range);
}

static void read_list(struct xt_line *line, const char *text,
		      const char *problem)
{
	struct ranges set = import_set(line->import);
	struct policy_range range;
	size_t size;

	for (const char *at = text, *next; at; at = next) {
		next = xt_next_item(at, &size);
		if (!read_item(line, at, size, &range)) {
			import_problem(line->import, &line->rule, problem,
				       text);
			return;
		}
		ranges_add(&set, range);
	}
	ranges_sort(&set);
	xt_and_set(line, line->field, &set);
}

/* --- built-in options */

void xt_read_protocol(struct xt_line *line, const char *const *arguments)
{
	const char *name = arguments[0];
	uint64_t protocol;

	if (!strcmp(name, "all"))
		return;
	if (!import_word(POLICY_PROTOCOL, false, name, strlen(name),
			 &protocol)) {
		xt_not_understood(line, name);
		return;
	}
	if (!protocol)
		return;
	xt_and_range(line, POLICY_PROTOCOL, protocol, protocol);
	if (line->negated)
		return;
	line->protocol = protocol;
	if (!line->module)
		line->module = protocol == PROTOCOL_TCP	    ? "tcp"
			       : protocol == PROTOCOL_UDP   ? "udp"
			       : protocol == PROTOCOL_SCTP  ? "sctp"
			       : protocol == PROTOCOL_ICMP  ? "icmp"
			       : protocol == PROTOCOL_ICMP6 ? "icmp6"
							    : NULL;
}

void xt_read_module(struct xt_line *line, const char *const *arguments)
{
	const char *name = arguments[0];

	line->module = name;
	xt_check_after_limit(line, name);
	if (!strcmp(name, "limit") || !strcmp(name, "hashlimit"))
		xt_start_limit(line, name);
	if (!xt_is_match(name))
		import_problem(line->import, &line->rule,
			       "no equivalent of '-m %s'", name);
	line->is_loaded |= !strcmp(name, "tcp") || !strcmp(name, "udp") ||
			   !strcmp(name, "sctp") || !strcmp(name, "icmp") ||
			   !strcmp(name, "icmp6");
}

static void read_addresses(struct xt_line *line, const char *const *arguments)
{
	read_list(line, arguments[0], "neither an address nor a prefix: '%s'");
}

/* Negated -f: not fragmented, or the first fragment. */
static void read_fragment(struct xt_line *line, const char *const *arguments)
{
	struct import_case cases[2];

	(void)arguments;
	if (!line->negated) {
		xt_and_range(line, POLICY_FRAGMENT, 2, 2);
		return;
	}
	for (uint64_t i = 0; i < 2; i++) {
		cases[i] = import_case_of(line->import,
					  import_values(line->import,
							POLICY_FRAGMENT, false,
							i, i));
	}
	import_and_any(line->import, &line->rule, cases, 2);
}

static void read_jump(struct xt_line *line, const char *const *arguments)
{
	xt_read_target(line, arguments[0]);
}

static void read_goto(struct xt_line *line, const char *const *arguments)
{
	xt_read_target(line, arguments[0]);
	line->is_goto = true;
}

static void read_only_ip4(struct xt_line *line, const char *const *arguments)
{
	(void)arguments;
	if (line->ip6)
		line->rule.case_count = 0;
}

static void read_only_ip6(struct xt_line *line, const char *const *arguments)
{
	(void)arguments;
	if (!line->ip6)
		line->rule.case_count = 0;
}

/* --- ports */

static void read_ports(struct xt_line *line, const char *const *arguments)
{
	read_list(line, arguments[0], "not understood: '%s'");
}

/* --ports: either port; negated: neither of them. */
static void read_either_port(struct xt_line *line, const char *const *arguments)
{
	struct import_rule *rule = &line->rule;
	struct import_rule source;
	struct import_case cases[2];
	bool is_good;

	if (line->negated) {
		line->field = POLICY_SRC_PORT;
		read_ports(line, arguments);
		line->field = POLICY_DST_PORT;
		read_ports(line, arguments);
		return;
	}
	source = *rule;
	import_rule_init(line->import, rule);
	line->field = POLICY_SRC_PORT;
	read_ports(line, arguments);
	cases[0] = rule->cases[0];
	import_rule_init(line->import, rule);
	line->field = POLICY_DST_PORT;
	read_ports(line, arguments);
	cases[1] = rule->cases[0];
	if (!source.problem)
		source.problem = rule->problem;
	is_good = !rule->problem;
	*rule = source;
	if (is_good)
		import_and_any(line->import, rule, cases, 2);
}

static void and_flag(struct xt_line *line, uint64_t flag)
{
	struct ranges set = import_set_of(line->import, flag, flag);

	import_and_bits(line->import, &line->rule, POLICY_TCP_FLAGS, flag, &set,
			line->negated);
}

static void read_ece(struct xt_line *line, const char *const *arguments)
{
	(void)arguments;
	and_flag(line, FLAG_ECE);
}

static void read_cwr(struct xt_line *line, const char *const *arguments)
{
	(void)arguments;
	and_flag(line, FLAG_CWR);
}

static const struct xt_option options[] = {
	{ NULL, "-p", 1, .read = xt_read_protocol },
	{ NULL, "--protocol", 1, .read = xt_read_protocol },
	{ NULL, "-m", 1, .read = xt_read_module },
	{ NULL, "--match", 1, .read = xt_read_module },
	{ NULL, "-s", 1, read_addresses, POLICY_SRC4 },
	{ NULL, "--source", 1, read_addresses, POLICY_SRC4 },
	{ NULL, "-d", 1, read_addresses, POLICY_DST4 },
	{ NULL, "--destination", 1, read_addresses, POLICY_DST4 },
	{ NULL, "-f", 0, .read = read_fragment },
	{ NULL, "--fragment", 0, .read = read_fragment },
	{ NULL, "-i", 1, .read = xt_read_device },
	{ NULL, "-o", 1, .read = xt_read_output },
	{ NULL, "-j", 1, .read = read_jump },
	{ NULL, "--jump", 1, .read = read_jump },
	{ NULL, "-g", 1, .read = read_goto },
	{ NULL, "--goto", 1, .read = read_goto },
	{ NULL, "-4", 0, .read = read_only_ip4 },
	{ NULL, "--ipv4", 0, .read = read_only_ip4 },
	{ NULL, "-6", 0, .read = read_only_ip6 },
	{ NULL, "--ipv6", 0, .read = read_only_ip6 },
	{ "tcp", "--sport", 1, read_ports, POLICY_SRC_PORT },
	{ "tcp", "--source-port", 1, read_ports, POLICY_SRC_PORT },
	{ "tcp", "--dport", 1, read_ports, POLICY_DST_PORT },
	{ "tcp", "--destination-port", 1, read_ports, POLICY_DST_PORT },
	{ "tcp", "--tcp-flags", 2, .read = xt_read_tcp_flags },
	{ "tcp", "--syn", 0, .read = xt_read_syn },
	{ "udp", "--sport", 1, read_ports, POLICY_SRC_PORT },
	{ "udp", "--source-port", 1, read_ports, POLICY_SRC_PORT },
	{ "udp", "--dport", 1, read_ports, POLICY_DST_PORT },
	{ "udp", "--destination-port", 1, read_ports, POLICY_DST_PORT },
	{ "sctp", "--sport", 1, read_ports, POLICY_SRC_PORT },
	{ "sctp", "--source-port", 1, read_ports, POLICY_SRC_PORT },
	{ "sctp", "--dport", 1, read_ports, POLICY_DST_PORT },
	{ "sctp", "--destination-port", 1, read_ports, POLICY_DST_PORT },
	{ "multiport", "--sports", 1, read_ports, POLICY_SRC_PORT },
	{ "multiport", "--source-ports", 1, read_ports, POLICY_SRC_PORT },
	{ "multiport", "--dports", 1, read_ports, POLICY_DST_PORT },
	{ "multiport", "--destination-ports", 1, read_ports, POLICY_DST_PORT },
	{ "multiport", "--ports", 1, .read = read_either_port },
	{ "icmp", "--icmp-type", 1, .read = xt_read_icmp_type },
	{ "icmp6", "--icmpv6-type", 1, .read = xt_read_icmp_type },
	{ "ttl", "--ttl-eq", 1, xt_read_field, POLICY_TTL },
	{ "ttl", "--ttl-lt", 1, .read = xt_read_ttl_less },
	{ "ttl", "--ttl-gt", 1, .read = xt_read_ttl_greater },
	{ "hl", "--hl-eq", 1, xt_read_field, POLICY_TTL },
	{ "hl", "--hl-lt", 1, .read = xt_read_ttl_less },
	{ "hl", "--hl-gt", 1, .read = xt_read_ttl_greater },
	{ "dscp", "--dscp", 1, xt_read_field, POLICY_DSCP },
	{ "dscp", "--dscp-class", 1, .read = xt_read_dscp_class },
	{ "tos", "--tos", 1, .read = xt_read_tos },
	{ "ecn", "--ecn-ip-ect", 1, xt_read_field, POLICY_ECN },
	{ "ecn", "--ecn-tcp-ece", 0, .read = read_ece },
	{ "ecn", "--ecn-tcp-cwr", 0, .read = read_cwr },
	{ "pkttype", "--pkt-type", 1, xt_read_field, POLICY_PACKET_TYPE },
	{ "length", "--length", 1, xt_read_field, POLICY_LENGTH },
	{ "mark", "--mark", 1, .read = xt_read_mark },
	{ "mac", "--mac-source", 1, .read = xt_read_mac },
	{ "iprange", "--src-range", 1, xt_read_address_range, POLICY_SRC4 },
	{ "iprange", "--dst-range", 1, xt_read_address_range, POLICY_DST4 },
	{ "conntrack", "--ctstate", 1, .read = xt_read_state },
	{ "state", "--state", 1, .read = xt_read_state },
	{ "addrtype", "--dst-type", 1, .read = xt_read_target_kind },
	{ "set", "--match-set", 2, .read = xt_read_match_set },
	{ "limit", "--limit", 1, .read = xt_read_limit },
	{ "limit", "--limit-burst", 1, .read = xt_read_burst },
	{ "hashlimit", "--hashlimit", 1, .read = xt_read_limit_upto },
	{ "hashlimit", "--hashlimit-upto", 1, .read = xt_read_limit_upto },
	{ "hashlimit", "--hashlimit-above", 1, .read = xt_read_limit_above },
	{ "hashlimit", "--hashlimit-burst", 1, .read = xt_read_burst },
	{ "hashlimit", "--hashlimit-mode", 1, .read = xt_read_limit_mode },
	{ "hashlimit", "--hashlimit-name", 1, .read = xt_read_limit_name },
	{ "hashlimit", "--hashlimit-srcmask", 1,
	  .read = xt_read_limit_source_mask },
	{ "hashlimit", "--hashlimit-dstmask", 1,
	  .read = xt_read_limit_target_mask },
	{ "hashlimit", "--hashlimit-htable-size", 1,
	  .read = xt_ignore_limit_option },
	{ "hashlimit", "--hashlimit-htable-max", 1,
	  .read = xt_ignore_limit_option },
	{ "hashlimit", "--hashlimit-htable-expire", 1,
	  .read = xt_ignore_limit_option },
	{ "hashlimit", "--hashlimit-htable-gcinterval", 1,
	  .read = xt_ignore_limit_option },
	{ "nfacct", "--nfacct-name", 1, .read = xt_read_counter },
	{ "comment", "--comment", 1, .read = xt_read_comment },
};

#define OPTIONS (sizeof(options) / sizeof(*options))

const struct xt_option *xt_match_option(const char *module, const char *name)
{
	for (size_t i = 0; i < OPTIONS; i++) {
		if (!strcmp(options[i].name, name) &&
		    (!options[i].module ||
		     (module && !strcmp(options[i].module, module))))
			return &options[i];
	}
	return NULL;
}

bool xt_is_match(const char *module)
{
	for (size_t i = 0; i < OPTIONS; i++) {
		if (options[i].module && !strcmp(options[i].module, module))
			return true;
	}
	return false;
}

/* A match on a header requires it, so later fragments do not match. */
void xt_finish_matches(struct xt_line *line)
{
	struct import_rule *rule = &line->rule;
	bool has_ports = import_has_field(rule, POLICY_SRC_PORT) ||
			 import_has_field(rule, POLICY_DST_PORT);

	line->negated = false;
	if (has_ports && line->protocol != PROTOCOL_TCP &&
	    line->protocol != PROTOCOL_UDP && line->protocol != PROTOCOL_SCTP) {
		import_problem(line->import, rule,
			       "no equivalent of ports of this protocol");
		import_forget_field(rule, POLICY_SRC_PORT);
		import_forget_field(rule, POLICY_DST_PORT);
		return;
	}
	if (!line->is_loaded)
		return;
	if (line->protocol == PROTOCOL_ICMP ||
	    line->protocol == PROTOCOL_ICMP6) {
		if (!import_has_field(rule, POLICY_ICMP_TYPE))
			xt_and_range(line, POLICY_ICMP_TYPE, 0, ICMP_ANY);
	} else if (!has_ports && !import_has_field(rule, POLICY_TCP_FLAGS)) {
		xt_and_range(line, POLICY_DST_PORT, 0, PORT_MAX);
	}
}
