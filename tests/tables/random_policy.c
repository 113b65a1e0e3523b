// SPDX-License-Identifier: GPL-2.0-only
#include "random_policy.h"

#include <arpa/inet.h>
#include <string.h>

#include "pools.h"

struct writer {
	struct random *random;
	FILE *out;
	bool is_ip6, is_ip4; /* families that the rule already requires */
	bool has_ports, has_other_protocol;
	uint32_t sets, set_count; /* percent, and how many there are */
	uint32_t limits;	  /* rules with a limit, so far */
};

static bool chance(struct writer *writer, uint32_t percent)
{
	return random_is(writer->random, percent);
}

/* --- named sets: their kinds alternate */

static const char *const set_kinds_in_turn[] = { "addresses", "ports", "macs",
						 "address-ports" };
enum { SET_ADDRESS, SET_PORT, SET_MAC, SET_PAIR, SET_KINDS };

static void declare_sets(struct writer *writer)
{
	writer->set_count = 1 + random_below(writer->random, 32);
	for (uint32_t i = 0; i < writer->set_count; i++)
		fprintf(writer->out, "set s%u { %s }\n", i,
			set_kinds_in_turn[i % SET_KINDS]);
}

/* False if the value is to be written in another way. */
static bool write_named_set(struct writer *writer, uint32_t kind)
{
	uint32_t count = (writer->set_count + SET_KINDS - 1 - kind) / SET_KINDS;

	if (!count || !chance(writer, writer->sets))
		return false;
	fprintf(writer->out, "%s@s%u", chance(writer, 30) ? "!" : "",
		kind + SET_KINDS * random_below(writer->random, count));
	return true;
}

static void write_set_change(struct writer *writer)
{
	fprintf(writer->out, " add %s to @s%u",
		chance(writer, 50) ? "from" : "to",
		random_below(writer->random, writer->set_count));
	if (chance(writer, 50))
		fprintf(writer->out, " for %u%c",
			1 + random_below(writer->random, 300),
			"smhd"[random_below(writer->random, 4)]);
}

/* --- flows */

static void write_flow_facts(struct writer *writer)
{
	static const char *const facts[] = { "new", "established", "related",
					     "invalid" };
	uint32_t first = random_below(writer->random, 4);
	uint32_t second = random_below(writer->random, 4);

	fputs(chance(writer, 25) ? " !" : " ", writer->out);
	if (chance(writer, 60))
		fputs(facts[first], writer->out);
	else
		fprintf(writer->out, "{ %s, %s }", facts[first], facts[second]);
}

static void write_keep(struct writer *writer)
{
	fputs(chance(writer, 30) ? " keep else drop" : " keep", writer->out);
}

static bool passes(const char *action)
{
	return !strcmp(action, "pass") || !strcmp(action, "next") ||
	       !strcmp(action, "accept");
}

/* --- limits */

#define LIMITS 50 /* fewer than a policy may have */

/* What is written of 'drop' without 'else', the parser refuses. */
static void write_limit(struct writer *writer)
{
	static const char *const rates[] = { "5/s", "1/m burst 3", "10mbit",
					     "100/h full over" };
	static const char *const keys[] = { "", " per from", " per to/24/48",
					    " per flow", " per to port" };
	static const char *const others[] = { "",
					      " else pass",
					      " else drop",
					      " else next",
					      " else accept",
					      " else reject",
					      " else pass set mark 7" };

	writer->limits++;
	fprintf(writer->out, " limit %s%s%s",
		rates[random_below(writer->random, 4)],
		keys[random_below(writer->random, 5)],
		others[random_below(writer->random, 7)]);
}

/* --- sets: one item or several, possibly negated */

typedef void (*item_writer)(struct writer *writer);

static void write_set(struct writer *writer, item_writer item)
{
	uint32_t count =
		chance(writer, 70) ? 1 : 2 + random_below(writer->random, 4);

	if (chance(writer, 12))
		fputc('!', writer->out);
	if (chance(writer, 2)) {
		fputs("{ }", writer->out);
		return;
	}
	if (count == 1) {
		item(writer);
		return;
	}
	fputs("{ ", writer->out);
	for (uint32_t i = 0; i < count; i++) {
		fputs(i ? ", " : "", writer->out);
		item(writer);
	}
	fputs(" }", writer->out);
}

static void write_address4(struct writer *writer)
{
	uint32_t address = pool_address4(writer->random);
	uint32_t length = random_below(writer->random, 33);
	struct in_addr in;
	char text[INET_ADDRSTRLEN];

	if (chance(writer, 50))
		length = 32 - random_below(writer->random, 9);
	address &= length ? ~0U << (32 - length) : 0;
	in.s_addr = htonl(address);
	fprintf(writer->out, "%s/%u",
		inet_ntop(AF_INET, &in, text, sizeof(text)), length);
}

static void write_address6(struct writer *writer)
{
	uint32_t length = random_below(writer->random, 129);
	uint8_t address[16];
	char text[INET6_ADDRSTRLEN];

	pool_address6(writer->random, address);
	for (uint32_t bit = length; bit < 128; bit++)
		address[bit / 8] &= ~(0x80 >> bit % 8);
	fprintf(writer->out, "%s/%u",
		inet_ntop(AF_INET6, address, text, sizeof(text)), length);
}

static void write_any_address(struct writer *writer)
{
	if (writer->is_ip4 || (!writer->is_ip6 && chance(writer, 50)))
		write_address4(writer);
	else
		write_address6(writer);
}

static void write_range(struct writer *writer, uint32_t a, uint32_t b)
{
	if (a == b || chance(writer, 60))
		fprintf(writer->out, "%u", a);
	else
		fprintf(writer->out, "%u-%u", a < b ? a : b, a < b ? b : a);
}

static void write_port(struct writer *writer)
{
	uint16_t a = pool_port(writer->random);
	uint16_t b = pool_port(writer->random);

	write_range(writer, a, b);
}

static void write_protocol(struct writer *writer)
{
	fprintf(writer->out, "%u", pool_protocol(writer->random));
}

static void write_mac(struct writer *writer)
{
	uint8_t mac[6];

	pool_mac(writer->random, mac);
	fprintf(writer->out, "%02x:%02x:%02x:%02x:%02x:%02x", mac[0], mac[1],
		mac[2], mac[3], mac[4], mac[5]);
}

#define NUMBER_WRITER(name, max)                                        \
	static void write_##name(struct writer *writer)                 \
	{                                                               \
		write_range(writer, pool_number(writer->random, (max)), \
			    pool_number(writer->random, (max)));        \
	}

NUMBER_WRITER(byte, 255)
NUMBER_WRITER(vlan, 4095)
NUMBER_WRITER(priority, 7)
NUMBER_WRITER(dscp, 63)
NUMBER_WRITER(ecn, 3)
NUMBER_WRITER(packet_type, 7)
NUMBER_WRITER(length, 65535)
NUMBER_WRITER(arp, 10)

static void write_ethertype(struct writer *writer)
{
	write_range(writer, pool_ethertype(writer->random),
		    pool_ethertype(writer->random));
}

static void write_extension(struct writer *writer)
{
	static const char *const names[] = { "hop-by-hop", "routing",
					     "destination", "fragment",
					     "auth" };

	fputs(names[random_below(writer->random, 5)], writer->out);
}

/* --- matches */

static void write_with(struct writer *writer, const char *word,
		       item_writer item)
{
	fprintf(writer->out, " %s ", word);
	if ((item == write_port && write_named_set(writer, SET_PORT)) ||
	    (item == write_mac && write_named_set(writer, SET_MAC)))
		return;
	write_set(writer, item);
}

static void write_flags(struct writer *writer)
{
	static const char *const flags[] = {
		"syn",
		"flags syn/syn,ack",
		"flags !syn/syn,ack,fin,rst",
		"flags ack,psh/ack,psh",
		"flags none/fin,syn,rst,psh,ack,urg",
	};

	fprintf(writer->out, " %s", flags[random_below(writer->random, 5)]);
}

static void write_icmp(struct writer *writer)
{
	fputs(writer->is_ip6 ? " icmp6" : " icmp", writer->out);
	writer->is_ip4 = !writer->is_ip6;
	if (chance(writer, 70))
		write_with(writer, "type", write_byte);
	if (chance(writer, 20))
		write_with(writer, "type 3 code", write_byte);
	writer->has_other_protocol = true;
}

static void write_protocol_words(struct writer *writer)
{
	switch (random_below(writer->random, 10)) {
	case 0 ... 3:
		fputs(" tcp", writer->out);
		writer->has_ports = true;
		if (chance(writer, 15))
			write_flags(writer);
		return;
	case 4 ... 5:
		fputs(" udp", writer->out);
		writer->has_ports = true;
		return;
	case 6:
		write_icmp(writer);
		return;
	case 7:
		write_with(writer, "proto", write_protocol);
		writer->has_other_protocol = true;
		return;
	}
}

static void write_address(struct writer *writer)
{
	uint32_t kind = writer->has_ports && chance(writer, 40) ? SET_PAIR
								: SET_ADDRESS;

	if (write_named_set(writer, kind))
		return;
	write_set(writer, chance(writer, 10) ? write_any_address
			  : writer->is_ip6   ? write_address6
					     : write_address4);
}

static void write_side(struct writer *writer, const char *word)
{
	bool port = !writer->has_other_protocol && chance(writer, 40);
	bool address = chance(writer, 60);

	if (!port && !address)
		return;
	fprintf(writer->out, " %s", word);
	if (address) {
		fputc(' ', writer->out);
		write_address(writer);
	}
	if (port)
		write_with(writer, "port", write_port);
}

static void write_ip_extra(struct writer *writer)
{
	static const char *const fragments[] = { "first", "later", "any",
						 "none" };

	switch (random_below(writer->random, 7)) {
	case 0:
		fprintf(writer->out, " fragment %s",
			fragments[random_below(writer->random, 4)]);
		break;
	case 1:
		write_with(writer, "ttl", write_byte);
		break;
	case 2:
		write_with(writer, "dscp", write_dscp);
		break;
	case 3:
		write_with(writer, "length", write_length);
		break;
	case 4:
		if (writer->is_ip6)
			write_with(writer, "extension", write_extension);
		else
			fputs(" options", writer->out);
		break;
	case 6:
		write_with(writer, "ecn", write_ecn);
		break;
	case 5:
		fprintf(writer->out, " mark %s%u/%u",
			chance(writer, 10) ? "!" : "",
			pool_mark(writer->random) & 0xff, 0xff);
		break;
	}
}

static void write_link_extra(struct writer *writer)
{
	switch (random_below(writer->random, 8)) {
	case 0:
		write_with(writer, "vlan", write_vlan);
		break;
	case 1:
		fputs(chance(writer, 50) ? " vlan any" : " vlan none",
		      writer->out);
		break;
	case 2:
		write_with(writer, "vlan-priority", write_priority);
		break;
	case 3:
		write_with(writer, "inner-vlan", write_vlan);
		break;
	case 4:
		write_with(writer, "from mac", write_mac);
		break;
	case 5:
		write_with(writer, "to mac", write_mac);
		break;
	case 7:
		write_with(writer, "pkttype", write_packet_type);
		break;
	case 6:
		fprintf(writer->out, " mark %u", pool_mark(writer->random));
		break;
	}
}

static void write_ip_rule(struct writer *writer, uint32_t extras)
{
	writer->is_ip6 = chance(writer, 40);
	if (chance(writer, 80))
		write_protocol_words(writer);
	write_side(writer, "from");
	write_side(writer, "to");
	if (writer->set_count && chance(writer, writer->sets / 3))
		write_with(writer, "from mac", write_mac);
	while (chance(writer, extras)) {
		if (chance(writer, 60))
			write_ip_extra(writer);
		else
			write_link_extra(writer);
	}
}

static void write_other_rule(struct writer *writer, uint32_t extras)
{
	if (chance(writer, 50)) {
		fputs(" arp", writer->out);
		if (chance(writer, 70)) {
			fputc(' ', writer->out);
			write_set(writer, write_arp);
		}
	} else {
		write_with(writer, "ether", write_ethertype);
	}
	if (chance(writer, extras))
		write_link_extra(writer);
}

static void write_rule(struct writer *writer,
		       const struct random_policy_shape *shape,
		       const char *action)
{
	fputs(action, writer->out);
	writer->is_ip4 = writer->is_ip6 = false;
	writer->has_ports = writer->has_other_protocol = false;
	if (shape->flows && chance(writer, shape->flows))
		write_flow_facts(writer);
	if (chance(writer, 1 + shape->flows / 4))
		; /* all packets, or all with these facts */
	else if (chance(writer, shape->extras / 4))
		write_other_rule(writer, shape->extras);
	else
		write_ip_rule(writer, shape->extras);
	if (writer->set_count && strncmp(action, "jump", 4) != 0 &&
	    chance(writer, 10))
		write_set_change(writer);
	if (shape->flows && passes(action) && chance(writer, shape->flows / 4))
		write_keep(writer);
	if (strncmp(action, "jump", 4) != 0 && chance(writer, 5))
		fputs(chance(writer, 50) ? " log" : " log \"a rule\"",
		      writer->out);
	if (shape->limits && writer->limits < LIMITS &&
	    strncmp(action, "jump", 4) != 0 && chance(writer, shape->limits))
		write_limit(writer);
	fputc('\n', writer->out);
}

static const char *random_action(struct writer *writer)
{
	static const char *const actions[] = { "pass", "drop", "next", "accept",
					       "reject" };

	return actions[random_below(writer->random, 5)];
}

#define SUBLISTS 3

void random_policy(struct random *random,
		   const struct random_policy_shape *shape, FILE *out)
{
	static const char *const jumps[SUBLISTS] = { "jump one", "jump two",
						     "jump three" };
	static const char *const names[SUBLISTS] = { "one", "two", "three" };
	struct writer writer = { .random = random,
				 .out = out,
				 .sets = shape->sets };
	int sublists = shape->jumps ? SUBLISTS : 0;

	fprintf(out, "default %s", random_is(random, 50) ? "drop" : "pass");
	if (shape->flows && random_is(random, shape->flows))
		fputs(" keep", out); /* with drop, this line is an error */
	fputc('\n', out);
	if (shape->sets)
		declare_sets(&writer);
	for (int i = 0; i < sublists; i++) {
		fprintf(out, "sublist %s {\n", names[i]);
		for (size_t j = 0; j < 1 + shape->rules / 8; j++)
			write_rule(&writer, shape,
				   i && random_is(random, shape->jumps)
					   ? jumps[random_below(random, i)]
					   : random_action(&writer));
		fputs("}\n", out);
	}
	for (size_t i = 0; i < shape->rules; i++)
		write_rule(&writer, shape,
			   sublists && random_is(random, shape->jumps)
				   ? jumps[random_below(random, sublists)]
				   : random_action(&writer));
}
