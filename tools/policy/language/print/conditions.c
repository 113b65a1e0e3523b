// SPDX-License-Identifier: GPL-2.0-only
/*
 * Print conditions as clauses. Some clauses have several conditions: 'icmp' is
 * an EtherType and a protocol, 'from' can have an address and a port.
 */
#include <linux/if_ether.h>
#include <string.h>

#include "policy/language/field.h"
#include "print.h"
#include "value.h"

#define SYN_FLAGS 0x02
#define SYN_MASK 0x17 /* fin, syn, rst, ack */
#define IPV4_OPTIONS 0x01

static bool is_only(const struct policy_condition *condition,
		    enum policy_field field, uint64_t first, uint64_t last)
{
	return condition && condition->field == field && !condition->negated &&
	       condition->count == 1 &&
	       condition->ranges[0].first.lo == first &&
	       condition->ranges[0].last.lo == last;
}

static bool is_value(const struct policy_condition *condition,
		     enum policy_field field, uint64_t value)
{
	return is_only(condition, field, value, value);
}

static const struct policy_condition *
condition_with(const struct policy_rule *rule, enum policy_field field,
	       uint64_t value)
{
	for (size_t i = 0; i < rule->condition_count; i++) {
		if (is_value(&rule->conditions[i], field, value))
			return &rule->conditions[i];
	}
	return NULL;
}

struct rule_form {
	const struct policy_rule *rule;
	/* the pair that is printed as one word; otherwise NULL */
	const struct policy_condition *ethertype, *protocol;
	const char *icmp;
	bool is_arp; /* the operation prints the EtherType */
};

static struct rule_form form_of_rule(const struct policy_rule *rule)
{
	struct rule_form form = { .rule = rule };
	const struct policy_condition *ip, *protocol;

	ip = condition_with(rule, POLICY_ETHERTYPE, ETH_P_IP);
	protocol = condition_with(rule, POLICY_PROTOCOL, 1);
	form.icmp = "icmp";
	if (!ip || !protocol) {
		ip = condition_with(rule, POLICY_ETHERTYPE, ETH_P_IPV6);
		protocol = condition_with(rule, POLICY_PROTOCOL, 58);
		form.icmp = "icmp6";
	}
	if (ip && protocol) {
		form.ethertype = ip;
		form.protocol = protocol;
	}
	for (size_t i = 0; i < rule->condition_count; i++)
		form.is_arp |=
			rule->conditions[i].field == POLICY_ARP_OPERATION;
	return form;
}

static bool is_icmp6(const struct policy_rule *rule)
{
	return condition_with(rule, POLICY_PROTOCOL, 58);
}

/* True if the condition before this one is on that field. */
static bool follows(const struct policy_condition *condition,
		    const struct policy_rule *rule, enum policy_field field)
{
	return condition > rule->conditions && condition[-1].field == field;
}

/* Only the codes of 'unreachable' have names. */
static enum word_table code_words(const struct policy_condition *condition,
				  const struct policy_rule *rule)
{
	bool icmp6 = is_icmp6(rule);

	if (!follows(condition, rule, POLICY_ICMP_TYPE) ||
	    !is_value(condition - 1, POLICY_ICMP_TYPE, icmp6 ? 1 : 3))
		return NO_WORDS;
	return icmp6 ? WORDS_ICMP6_CODE : WORDS_ICMP_CODE;
}

/* How to write the values of a condition. */
static struct value_form
form_of_values(const struct policy_condition *condition,
	       const struct policy_rule *rule)
{
	struct value_form form = { FORM_NUMBER, NO_WORDS };

	switch (condition->field) {
	case POLICY_SRC_MAC:
	case POLICY_DST_MAC:
		form.form = FORM_MAC;
		break;
	case POLICY_ETHERTYPE:
		form = (struct value_form){ FORM_HEX, WORDS_ETHERTYPE };
		break;
	case POLICY_ARP_OPERATION:
		form.words = WORDS_ARP;
		break;
	case POLICY_ICMP_TYPE:
		form.words = is_icmp6(rule) ? WORDS_ICMP6 : WORDS_ICMP;
		break;
	case POLICY_ICMP_CODE:
		form.words = code_words(condition, rule);
		break;
	default:
		/* ports are printed as numbers */
		if (fields[condition->field].clause == FIELD_SET)
			form.words =
				value_kinds[fields[condition->field].values]
					.words;
	}
	return form;
}

static void print_ethertype(FILE *out, const struct policy_condition *condition,
			    const struct rule_form *form)
{
	if (condition == form->ethertype)
		return; /* print_protocol() prints both */
	if (is_value(condition, POLICY_ETHERTYPE, ETH_P_IP)) {
		fputs(" ip", out);
	} else if (is_value(condition, POLICY_ETHERTYPE, ETH_P_IPV6)) {
		fputs(" ip6", out);
	} else if (is_value(condition, POLICY_ETHERTYPE, ETH_P_ARP)) {
		fputs(form->is_arp ? "" : " arp", out);
	} else {
		fputs(" ether", out);
		print_set(out, condition,
			  form_of_values(condition, form->rule));
	}
}

static void print_protocol(FILE *out, const struct policy_condition *condition,
			   const struct rule_form *form)
{
	if (condition == form->protocol) {
		fprintf(out, " %s", form->icmp);
	} else if (is_value(condition, POLICY_PROTOCOL, 6)) {
		fputs(" tcp", out);
	} else if (is_value(condition, POLICY_PROTOCOL, 17)) {
		fputs(" udp", out);
	} else if (is_value(condition, POLICY_PROTOCOL, 132)) {
		fputs(" sctp", out);
	} else {
		fputs(" proto", out);
		print_set(out, condition,
			  form_of_values(condition, form->rule));
	}
}

static void print_vlans(FILE *out, const struct policy_condition *condition)
{
	if (is_value(condition, POLICY_VLANS, 0))
		fputs(" vlan none", out);
	else if (is_only(condition, POLICY_VLANS, 1, 2))
		fputs(" vlan any", out);
	else if (is_value(condition, POLICY_VLANS, 2))
		fputs(" inner-vlan any", out);
	else
		fputs(" inner-vlan none", out);
}

static void print_fragment(FILE *out, const struct policy_condition *condition)
{
	if (is_value(condition, POLICY_FRAGMENT, 0))
		fputs(" fragment none", out);
	else if (is_value(condition, POLICY_FRAGMENT, 1))
		fputs(" fragment first", out);
	else if (is_value(condition, POLICY_FRAGMENT, 2))
		fputs(" fragment later", out);
	else
		fputs(" fragment any", out);
}

static void print_flags(FILE *out, const struct policy_condition *condition)
{
	if (condition->mask == SYN_MASK &&
	    is_value(condition, POLICY_TCP_FLAGS, SYN_FLAGS)) {
		fputs(" syn", out);
		return;
	}
	fprintf(out, " flags %s", condition->negated ? "!" : "");
	print_bits(out, WORDS_TCP_FLAG, condition->ranges[0].first.lo, ",");
	fputc('/', out);
	print_bits(out, WORDS_TCP_FLAG, condition->mask & 0xff, ",");
}

static void print_extension(FILE *out, const struct policy_condition *condition)
{
	bool is_single = !(condition->mask & (condition->mask - 1));

	if (condition->mask & IPV4_OPTIONS) {
		fputs(" options", out);
		return;
	}
	if (!condition->count) {
		fputs(" extension", out);
		print_set(out, condition,
			  (struct value_form){ FORM_NUMBER, NO_WORDS });
		return;
	}
	fprintf(out, " extension %s%s", condition->negated ? "!" : "",
		is_single ? "" : "{ ");
	print_bits(out, WORDS_EXTENSION, condition->mask, ", ");
	fputs(is_single ? "" : " }", out);
}

static void print_mark(FILE *out, const struct policy_condition *condition)
{
	fprintf(out, " mark %s", condition->negated ? "!" : "");
	print_masked(out, condition->ranges[0].first.lo, condition->mask);
}

static void print_type(FILE *out, const struct policy_condition *condition,
		       const struct policy_rule *rule)
{
	fputs(" type", out);
	print_set(out, condition, form_of_values(condition, rule));
}

static void print_code(FILE *out, const struct policy_condition *condition,
		       const struct policy_rule *rule)
{
	/* a code needs a type: 'type 0-255' is any */
	if (!follows(condition, rule, POLICY_ICMP_TYPE))
		fputs(" type 0-255", out);
	fputs(" code", out);
	print_set(out, condition, form_of_values(condition, rule));
}

static bool is_address(const struct policy_condition *condition, bool is_from)
{
	enum tg_dimension side = is_from ? TG_DIM_FROM : TG_DIM_TO;

	return fields[condition->field].dimension == side;
}

static void print_side(FILE *out, const struct policy_condition *condition,
		       const struct policy_rule *rule, bool is_from)
{
	bool goes_on = condition > rule->conditions &&
		       is_address(condition - 1, is_from);

	if (is_address(condition, is_from)) {
		fputs(is_from ? " from" : " to", out);
		print_addresses(out, condition);
		return;
	}
	if (!goes_on)
		fputs(is_from ? " from" : " to", out);
	fputs(" port", out);
	print_set(out, condition, form_of_values(condition, rule));
}

static void print_plain(FILE *out, const struct policy_condition *condition,
			const struct policy_rule *rule)
{
	fprintf(out, " %s", fields[condition->field].word);
	print_set(out, condition, form_of_values(condition, rule));
}

void policy_conditions_print(FILE *out, const struct policy_rule *rule)
{
	struct rule_form form = form_of_rule(rule);

	for (size_t i = 0; i < rule->condition_count; i++) {
		const struct policy_condition *one = &rule->conditions[i];

		switch (one->field) {
		case POLICY_FLOW:
			print_flow_facts(out, one);
			break;
		case POLICY_ETHERTYPE:
			print_ethertype(out, one, &form);
			break;
		case POLICY_PROTOCOL:
			print_protocol(out, one, &form);
			break;
		case POLICY_VLANS:
			print_vlans(out, one);
			break;
		case POLICY_SRC4:
		case POLICY_SRC6:
		case POLICY_SRC_PORT:
			print_side(out, one, rule, true);
			break;
		case POLICY_DST4:
		case POLICY_DST6:
		case POLICY_DST_PORT:
			print_side(out, one, rule, false);
			break;
		case POLICY_TCP_FLAGS:
			print_flags(out, one);
			break;
		case POLICY_ICMP_TYPE:
			print_type(out, one, rule);
			break;
		case POLICY_ICMP_CODE:
			print_code(out, one, rule);
			break;
		case POLICY_FRAGMENT:
			print_fragment(out, one);
			break;
		case POLICY_EXTENSIONS:
			print_extension(out, one);
			break;
		case POLICY_MARK:
			print_mark(out, one);
			break;
		default:
			print_plain(out, one, rule);
		}
	}
}

void policy_values_print(FILE *out, const struct policy_rule *rule,
			 const struct policy_condition *condition)
{
	struct policy_condition values = *condition;

	values.negated = false;
	values.list = NULL;
	if (is_address(condition, true) || is_address(condition, false))
		print_addresses(out, &values);
	else
		print_set(out, &values, form_of_values(condition, rule));
}
