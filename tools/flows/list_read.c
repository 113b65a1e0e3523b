// SPDX-License-Identifier: GPL-2.0-only
#include "list_read.h"

#include <netinet/in.h>
#include <stdarg.h>
#include <string.h>

#include "lib/time_text.h"
#include "lib/vec.h"

/* A line that is read: its words, and what they say. */
struct line {
	const char *text;
	struct text_part rest;
	struct flow_addition addition;
	bool has_ports[2];
	bool has_id, has_fragment, has_vlan, has_peer[2];
	char fault[160];
	const char *at; /* of the fault */
};

/* "'WORD' WHAT", at the word. */
static bool word_fault(struct line *line, struct text_part word,
		       const char *what)
{
	line->at = word.start;
	if (word.start == word.end)
		snprintf(line->fault, sizeof(line->fault),
			 "the line ends, and %s is missing", what);
	else
		snprintf(line->fault, sizeof(line->fault), "'%.*s' is not %s",
			 text_part_shown(word), word.start, what);
	return false;
}

/* --- the ends */

static bool read_protocol(struct line *line)
{
	struct text_part word = text_part_word(&line->rest);
	uint32_t protocol;

	if (!flow_read_protocol(word, &protocol))
		return word_fault(line, word, "a protocol");
	line->addition.flow.key.protocol = protocol;
	return true;
}

static bool read_end(struct line *line, bool is_second)
{
	struct tg_flow_key *key = &line->addition.flow.key;
	struct text_part word = text_part_word(&line->rest);
	struct flow_address address;
	uint32_t port;

	if (!flow_read_end(word, &address, &port, &line->has_ports[is_second]))
		return word_fault(line, word,
				  "an end like 198.51.100.7:443 or "
				  "[2001:db8::7]:443");
	if (is_second && address.is_ip6 != (key->form == TG_FLOW_IP6))
		return word_fault(line, word, "of the first end's family");
	if (is_second && line->has_ports[0] != line->has_ports[1])
		return word_fault(line, word,
				  "like the first end: both have a port, or "
				  "neither");
	key->form = address.is_ip6 ? TG_FLOW_IP6 : TG_FLOW_IP4;
	memcpy(is_second ? key->high : key->low, address.words,
	       sizeof(address.words));
	if (is_second)
		key->high_port = port;
	else
		key->low_port = port;
	return true;
}

static bool read_arrow(struct line *line)
{
	struct text_part word = text_part_word(&line->rest);

	return text_part_is(word, ">") ||
	       word_fault(line, word, "'>', between the ends");
}

/* --- the state and its time */

/* Whether flows of this protocol have such a state. */
static bool fits_protocol(unsigned int state, unsigned int protocol)
{
	bool is_tcp = protocol == IPPROTO_TCP, is_udp = protocol == IPPROTO_UDP;
	bool is_icmp = protocol == IPPROTO_ICMP || protocol == IPPROTO_ICMPV6;

	switch (state) {
	case TG_FLOW_PENDING:
		return false;
	case TG_FLOW_UDP_SENT:
	case TG_FLOW_UDP_REPLIED:
	case TG_FLOW_UDP_STREAM:
		return is_udp;
	case TG_FLOW_ICMP_SENT:
	case TG_FLOW_ICMP_REPLIED:
		return is_icmp;
	case TG_FLOW_OTHER_SENT:
	case TG_FLOW_OTHER_REPLIED:
		return !is_tcp && !is_udp && !is_icmp;
	case TG_FLOW_FRAGMENTS:
		return true;
	default:
		return is_tcp;
	}
}

static bool read_state(struct line *line)
{
	struct text_part word = text_part_word(&line->rest);
	unsigned int state =
		flow_state_number(word.start, word.end - word.start);

	if (state == TG_FLOW_STATES ||
	    !fits_protocol(state, line->addition.flow.key.protocol))
		return word_fault(line, word, "a state of the protocol");
	line->addition.state = state;
	return true;
}

static bool read_left(struct line *line)
{
	struct text_part word = text_part_word(&line->rest);
	uint64_t seconds;

	if (!text_part_is(word, "left"))
		return word_fault(line, word, "'left' with a time");
	word = text_part_word(&line->rest);
	if (!time_text_read(word.start, word.end - word.start, &seconds))
		return word_fault(line, word, "a time like 86400s or 5d");
	line->addition.time = TG_FLOW_TIME(seconds);
	if (!line->addition.time)
		line->addition.time = 1;
	return true;
}

/* --- what is behind them */

/* The number before the next comma, which is cut off. */
static bool read_field(struct text_part *word, uint32_t max, uint32_t *number)
{
	const char *comma = memchr(word->start, ',', word->end - word->start);
	struct text_part field = { word->start, comma ? comma : word->end };

	word->start = comma ? comma + 1 : word->end;
	return text_part_number(field, max, number);
}

static bool read_peer(struct line *line, bool is_second)
{
	struct text_part word = text_part_word(&line->rest), fields = word;
	struct tg_flow_peer *peer = &line->addition.flow.peers[is_second];
	uint32_t end, max_end, window, scale, flags;

	if (line->addition.flow.key.protocol != IPPROTO_TCP ||
	    line->has_peer[is_second] || !read_field(&fields, ~0U, &end) ||
	    !read_field(&fields, ~0U, &max_end) ||
	    !read_field(&fields, 65535, &window) ||
	    !read_field(&fields, 15, &scale) ||
	    !read_field(&fields, 255, &flags) || fields.start < fields.end)
		return word_fault(line, word,
				  "what a TCP end has sent: END,MAX_END,"
				  "WINDOW,SCALE,FLAGS, given once");
	*peer = (struct tg_flow_peer){
		.end = end,
		.max_end = max_end,
		.window = window,
		.scale = scale,
		.flags = flags,
	};
	line->has_peer[is_second] = true;
	return true;
}

static bool read_value(struct line *line, uint32_t max, bool *has,
		       const char *what, uint32_t *value)
{
	struct text_part word = text_part_word(&line->rest);

	if (*has || !text_part_number(word, max, value))
		return word_fault(line, word, what);
	*has = true;
	return true;
}

static bool read_id(struct line *line, bool is_fragment)
{
	struct tg_flow_key *key = &line->addition.flow.key;
	bool has_id = line->has_id || line->has_fragment || line->has_ports[0];
	uint32_t id;

	if (!read_value(line, is_fragment ? ~0U : 65535, &has_id,
			is_fragment ? "an id of 0 to 4294967295, given once "
				      "and without ports"
				    : "an id of 0 to 65535, given once and "
				      "without ports",
			&id))
		return false;
	line->has_id = !is_fragment;
	line->has_fragment = is_fragment;
	key->low_port = id;
	key->high_port = id >> 16;
	if (is_fragment)
		key->form = key->form == TG_FLOW_IP6 ? TG_FLOW_FRAGMENT6
						     : TG_FLOW_FRAGMENT4;
	return true;
}

static bool read_vlan(struct line *line)
{
	uint32_t vlan;

	if (!read_value(line, 4095, &line->has_vlan,
			"a VLAN of 0 to 4095, given once", &vlan))
		return false;
	line->addition.flow.key.vlan = TG_FLOW_VLAN(vlan);
	return true;
}

static bool read_option(struct line *line, struct text_part word)
{
	if (text_part_is(word, "id"))
		return read_id(line, false);
	if (text_part_is(word, "fragment"))
		return read_id(line, true);
	if (text_part_is(word, "vlan"))
		return read_vlan(line);
	if (text_part_is(word, "first"))
		return read_peer(line, false);
	if (text_part_is(word, "second"))
		return read_peer(line, true);
	return word_fault(line, word,
			  "'id', 'fragment', 'vlan', 'first' or 'second'");
}

/* What the whole line lacks. */
static bool check_line(struct line *line)
{
	const struct tg_flow_key *key = &line->addition.flow.key;
	struct text_part end = { line->rest.end, line->rest.end };
	bool is_fragment = line->addition.state == TG_FLOW_FRAGMENTS;
	bool is_icmp = key->protocol == IPPROTO_ICMP ||
		       key->protocol == IPPROTO_ICMPV6;

	if (is_fragment != line->has_fragment)
		return word_fault(line, end,
				  "'fragment ID' with the state 'fragments', "
				  "and with no other,");
	if (is_icmp && !is_fragment && !line->has_id)
		return word_fault(line, end, "'id N'");
	if (line->has_id && !is_icmp)
		return word_fault(line, end, "like ports: only ICMP has an id");
	if ((key->protocol == IPPROTO_TCP || key->protocol == IPPROTO_UDP) &&
	    !is_fragment && !line->has_ports[0])
		return word_fault(line, end, "a port of both ends");
	if (key->protocol == IPPROTO_TCP && !is_fragment &&
	    !(line->has_peer[0] && line->has_peer[1]))
		return word_fault(line, end, "'first ...' and 'second ...'");
	return true;
}

static bool read_line(struct line *line)
{
	struct text_part word;

	if (!read_protocol(line) || !read_end(line, false) ||
	    !read_arrow(line) || !read_end(line, true) || !read_state(line) ||
	    !read_left(line))
		return false;
	while ((word = text_part_word(&line->rest)).start < word.end)
		if (!read_option(line, word))
			return false;
	return check_line(line);
}

/* --- all lines */

static bool take_line(struct flow_reading *reading, const char *text,
		      const char *end)
{
	const char *comment = memchr(text, '#', end - text);
	struct line line = { .text = text,
			     .rest = { text, comment ? comment : end } };
	struct text_part rest = line.rest, first = text_part_word(&rest);

	reading->line++;
	if (first.start == first.end)
		return true;
	if (!read_line(&line)) {
		reading->bad++;
		fprintf(stderr, "%s:%zu:%zu: %s\n", reading->file,
			reading->line, line.at - text + 1, line.fault);
		return true;
	}
	if (!vec_reserve(reading->list, reading->room, reading->count + 1))
		return false;
	reading->list[reading->count++] = line.addition;
	return true;
}

bool flow_read_text(struct flow_reading *reading, const char *text, size_t size)
{
	const char *end = text + size;

	while (text < end) {
		const char *line_end = memchr(text, '\n', end - text);

		if (!line_end)
			line_end = end;
		if (!take_line(reading, text, line_end))
			return false;
		text = line_end + 1;
	}
	return true;
}

/* --- print */

static void save_peer(FILE *out, const char *name,
		      const struct tg_flow_peer *peer)
{
	fprintf(out, " %s %u,%u,%u,%u,%u", name, peer->end, peer->max_end,
		peer->window, peer->scale, peer->flags);
}

void flow_save_line(FILE *out, const struct flow_found *found, uint32_t now)
{
	const struct tg_flow *flow = &found->flow;
	bool by_high = TG_FLOW_FLAGS(found->word) & TG_FLOW_BY_HIGH;
	char protocol[FLOW_PROTOCOL_SIZE], from[FLOW_END_SIZE];
	char to[FLOW_END_SIZE], rest[FLOW_TEXT_SIZE];

	flow_protocol_print(protocol, flow->key.protocol);
	flow_end_print(from, found, false);
	flow_end_print(to, found, true);
	flow_rest_print(rest, found, " ", " ");
	fprintf(out, "%s %s > %s %s left %llus%s", protocol, from, to,
		flow_state_name(TG_FLOW_STATE_OF(found->word)),
		(unsigned long long)flow_seconds_left(found->word, now), rest);
	if (flow->key.protocol == IPPROTO_TCP &&
	    !flow_key_is_fragment(&flow->key)) {
		save_peer(out, "first", &flow->peers[by_high]);
		save_peer(out, "second", &flow->peers[!by_high]);
	}
	fputc('\n', out);
}
