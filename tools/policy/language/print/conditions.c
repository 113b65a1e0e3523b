// SPDX-License-Identifier: GPL-2.0-only
/*
 * Conditions as clauses. Several can be one clause: an EtherType and a
 * protocol are 'icmp', an address and a port one side.
 */
#include <linux/if_ether.h>
#include <string.h>

#include "print.h"
#include "value.h"

#define SYN_FLAGS 0x02
#define SYN_MASK 0x17 /* fin, syn, rst, ack */
#define IPV4_OPTIONS 0x01

#define NO_WORDS WORD_TABLES

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
find(const struct policy_rule *rule, enum policy_field field, uint64_t value)
{
	for (size_t i = 0; i < rule->condition_count; i++) {
		if (is_value(&rule->conditions[i], field, value))
			return &rule->conditions[i];
	}
	return NULL;
}

struct rule_form {
	const struct policy_rule *rule;
	/* the pair that is printed as one word, or NULLs */
	const struct policy_condition *ethertype, *protocol;
	const char *icmp;
	bool is_arp; /* the EtherType goes with the operation */
};

static struct rule_form form_of(const struct policy_rule *rule)
{
	struct rule_form form = { .rule = rule };
	const struct policy_condition *ip, *protocol;

	ip = find(rule, POLICY_ETHERTYPE, ETH_P_IP);
	protocol = find(rule, POLICY_PROTOCOL, 1);
	form.icmp = "icmp";
	if (!ip || !protocol) {
		ip = find(rule, POLICY_ETHERTYPE, ETH_P_IPV6);
		protocol = find(rule, POLICY_PROTOCOL, 58);
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

static void print_ethertype(FILE *out, const struct policy_condition *condition,
			    const struct rule_form *form)
{
	struct value_form values = { FORM_HEX, WORDS_ETHERTYPE };

	if (condition == form->ethertype)
		return; /* comes with the protocol */
	if (is_value(condition, POLICY_ETHERTYPE, ETH_P_IP)) {
		fputs(" ip", out);
	} else if (is_value(condition, POLICY_ETHERTYPE, ETH_P_IPV6)) {
		fputs(" ip6", out);
	} else if (is_value(condition, POLICY_ETHERTYPE, ETH_P_ARP)) {
		fputs(form->is_arp ? "" : " arp", out);
	} else {
		fputs(" ether", out);
		print_set(out, condition, values);
	}
}

static void print_protocol(FILE *out, const struct policy_condition *condition,
			   const struct rule_form *form)
{
	struct value_form values = { FORM_NUMBER, WORDS_PROTOCOL };

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
		print_set(out, condition, values);
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

static bool is_icmp6(const struct policy_rule *rule)
{
	return find(rule, POLICY_PROTOCOL, 58);
}

static void print_type(FILE *out, const struct policy_condition *condition,
		       const struct policy_rule *rule)
{
	struct value_form values = { FORM_NUMBER, is_icmp6(rule) ? WORDS_ICMP6
								 : WORDS_ICMP };

	fputs(" type", out);
	print_set(out, condition, values);
}

static void print_code(FILE *out, const struct policy_condition *condition,
		       const struct policy_rule *rule)
{
	bool icmp6 = is_icmp6(rule);
	const struct policy_condition *before = condition - 1;
	struct value_form values = { FORM_NUMBER, NO_WORDS };
	bool has_type = condition > rule->conditions &&
			before->field == POLICY_ICMP_TYPE;

	/* a code goes with a type: of any, where the rule names none */
	if (!has_type)
		fputs(" type 0-255", out);
	else if (is_value(before, POLICY_ICMP_TYPE, icmp6 ? 1 : 3))
		values.words = icmp6 ? WORDS_ICMP6_CODE : WORDS_ICMP_CODE;
	fputs(" code", out);
	print_set(out, condition, values);
}

static bool is_address(const struct policy_condition *condition, bool is_from)
{
	return is_from ? condition->field == POLICY_SOURCE4 ||
				 condition->field == POLICY_SOURCE6
		       : condition->field == POLICY_TARGET4 ||
				 condition->field == POLICY_TARGET6;
}

static void print_side(FILE *out, const struct policy_condition *condition,
		       const struct policy_rule *rule, bool is_from)
{
	struct value_form number = { FORM_NUMBER, NO_WORDS };
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
	print_set(out, condition, number);
}

static void print_plain(FILE *out, const struct policy_condition *condition)
{
	static const struct value_form number = { FORM_NUMBER, NO_WORDS };
	static const struct value_form mac = { FORM_MAC, NO_WORDS };
	static const struct value_form arp = { FORM_NUMBER, WORDS_ARP };
	static const struct value_form dscp = { FORM_NUMBER, WORDS_DSCP };
	static const char *const words[] = {
#define WORD(name, bits, word) word,
		POLICY_FIELD_LIST(WORD)
#undef WORD
	};
	bool is_mac = condition->field == POLICY_SOURCE_MAC ||
		      condition->field == POLICY_TARGET_MAC;

	fprintf(out, " %s", words[condition->field]);
	print_set(out, condition,
		  is_mac				     ? mac
		  : condition->field == POLICY_ARP_OPERATION ? arp
		  : condition->field == POLICY_DSCP	     ? dscp
							     : number);
}

void policy_conditions_print(FILE *out, const struct policy_rule *rule)
{
	struct rule_form form = form_of(rule);

	for (size_t i = 0; i < rule->condition_count; i++) {
		const struct policy_condition *one = &rule->conditions[i];

		switch (one->field) {
		case POLICY_ETHERTYPE:
			print_ethertype(out, one, &form);
			break;
		case POLICY_PROTOCOL:
			print_protocol(out, one, &form);
			break;
		case POLICY_VLANS:
			print_vlans(out, one);
			break;
		case POLICY_SOURCE4:
		case POLICY_SOURCE6:
		case POLICY_SOURCE_PORT:
			print_side(out, one, rule, true);
			break;
		case POLICY_TARGET4:
		case POLICY_TARGET6:
		case POLICY_TARGET_PORT:
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
			print_plain(out, one);
		}
	}
}
