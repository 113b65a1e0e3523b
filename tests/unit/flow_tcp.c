// SPDX-License-Identifier: GPL-2.0-only
/*
 * flow_tcp - the stories of tests/flows/tcp.stories: what each segment makes of
 * its flow. Every story is told from both sides and with several first
 * sequences, some of which wrap.
 */
#include <string.h>

#include "flows/tcp_flow.h"
#include "flows/tcp_story.h"
#include "tap.h"

#define STORIES "tests/flows/tcp.stories"

/* --- every segment in every state, from both ends, is in some story */

enum kind { SYN, SYN_ACK, ACK, FIN, RST, KINDS };

static const char *const kind_names[] = { "S", "S.", ".", "F.", "R" };

static bool is_told[TG_FLOW_STATES][2][KINDS];

static enum kind kind_of(uint8_t flags)
{
	if (flags & TG_FLOW_RST)
		return RST;
	if (flags & TG_FLOW_SYN)
		return flags & TG_FLOW_ACK ? SYN_ACK : SYN;
	return flags & TG_FLOW_FIN ? FIN : ACK;
}

static void note_told(uint8_t state, bool is_reply, uint8_t flags)
{
	is_told[state][is_reply][kind_of(flags)] = true;
}

static void test_told(struct tap *tap)
{
	int missing = 0;

	for (int state = TG_FLOW_SYN_SENT; state <= TG_FLOW_CLOSED; state++)
		for (int is_reply = 0; is_reply < 2; is_reply++)
			for (int kind = 0; kind < KINDS; kind++) {
				if (is_told[state][is_reply][kind])
					continue;
				missing++;
				tap_note(tap, "no story has '%c %s' in %s",
					 is_reply ? '<' : '>', kind_names[kind],
					 tcp_flow_state_name(state));
			}
	tap_ok(tap, missing == 0,
	       "stories have every kind of segment in every state");
}

/* --- stories */

static const uint32_t bases[][2] = {
	{ 0, 0 },
	{ 1000000, 3000000000 },
	{ 0xffffffff, 0x7fffffff },
	{ 0xfffffe00, 0xfffffff0 },
	{ 0x7ffffe00, 0xfffe0000 },
};

#define BASES (sizeof(bases) / sizeof(*bases))

struct telling {
	struct tcp_flow flow;
	const uint32_t *base; /* of both ends' sequences */
	bool first_is_high;
};

/* Numbers of a story count from its ends' first sequences. */
static struct tg_flow_segment absolute(const struct telling *telling,
				       const struct tcp_story_line *line)
{
	struct tg_flow_segment segment = line->segment;

	segment.seq += telling->base[line->is_second];
	if (line->has_ack)
		segment.ack += telling->base[!line->is_second];
	return segment;
}

static bool tell_line(struct tap *tap, struct telling *telling,
		      const struct tcp_story_line *line)
{
	struct tg_flow_segment segment = absolute(telling, line);
	struct tcp_flow before = telling->flow;
	bool is_high = line->is_second != telling->first_is_high;
	enum tg_flow_fact fact;
	bool is_stored;

	note_told(before.state, before.by_high != is_high, segment.flags);
	fact = tcp_flow_judge(&telling->flow, is_high, &segment);
	is_stored = memcmp(before.peers, telling->flow.peers,
			   sizeof(before.peers)) != 0;
	if (telling->flow.state == line->state && fact == line->fact &&
	    !(line->is_unstored && is_stored) &&
	    !(line->is_stored && !is_stored))
		return true;
	tap_note(tap,
		 STORIES
		 ":%d: %s, %s, %s; first sequences %#x, %#x, first end is %s",
		 line->number, tcp_flow_state_name(telling->flow.state),
		 tcp_flow_fact_name(fact), is_stored ? "stored" : "unstored",
		 telling->base[0], telling->base[1],
		 telling->first_is_high ? "high" : "low");
	return false;
}

static bool tell(struct tap *tap, const struct tcp_stories *stories,
		 const struct tcp_story *story, struct telling *telling)
{
	if (story->after && !tell(tap, stories, story->after, telling))
		return false;
	for (unsigned int i = 0; i < story->line_count; i++)
		if (!tell_line(tap, telling,
			       &stories->lines[story->first_line + i]))
			return false;
	return true;
}

static void test_story(struct tap *tap, const struct tcp_stories *stories,
		       const struct tcp_story *story)
{
	bool is_right = true;

	for (unsigned int i = 0; i < 2 * BASES && is_right; i++) {
		struct telling telling = { .base = bases[i / 2],
					   .first_is_high = i % 2 };

		is_right = tell(tap, stories, story, &telling);
	}
	tap_ok(tap, is_right, "%s", story->name);
}

/* --- flags */

/* As the kernel's nf_conntrack has it. */
static bool may_be(uint8_t flags)
{
	switch (flags & ~(TG_FLOW_PSH | 0xc0)) {
	case TG_FLOW_SYN:
	case TG_FLOW_SYN | TG_FLOW_URG:
	case TG_FLOW_SYN | TG_FLOW_ACK:
	case TG_FLOW_RST:
	case TG_FLOW_RST | TG_FLOW_ACK:
	case TG_FLOW_FIN | TG_FLOW_ACK:
	case TG_FLOW_FIN | TG_FLOW_ACK | TG_FLOW_URG:
	case TG_FLOW_ACK:
	case TG_FLOW_ACK | TG_FLOW_URG:
		return true;
	}
	return false;
}

static void test_flags(struct tap *tap)
{
	int wrong = 0;

	for (int flags = 0; flags < 256; flags++) {
		bool has_flow = may_be(flags) && !(flags & TG_FLOW_RST) &&
				!(flags & TG_FLOW_SYN && flags & TG_FLOW_ACK);
		struct tg_flow_segment segment = { .flags = flags };
		struct tcp_flow flow = { 0 };

		wrong += tg_flow_tcp_is_possible(flags) != may_be(flags);
		wrong += (tcp_flow_judge(&flow, false, &segment) ==
			  TG_FLOW_FACT_NEW) != has_flow;
	}
	tap_ok(tap, wrong == 0, "impossible combinations of flags are invalid");
}

int main(void)
{
	struct tcp_stories stories;
	struct tap tap;

	if (!tcp_stories_read(&stories, STORIES))
		return EXIT_FAILURE;
	tap = tap_plan(stdout, stories.story_count + 2);
	for (unsigned int i = 0; i < stories.story_count; i++)
		test_story(&tap, &stories, &stories.stories[i]);
	test_told(&tap);
	test_flags(&tap);
	tcp_stories_free(&stories);
	return tap_end(&tap);
}
