/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Stories of TCP connections, a segment a line:
 *
 *	a sentence that names the story:
 *		after the name of another one, which is told before
 *		> S 0 win 65535 scale 7		: syn-sent new
 *		< S. 0 ack 1 win 65160 scale 7	: syn-received established
 *
 * `>` is sent by the end that begins, `<` by the other. Flags are tcpdump's (S
 *F R P U, `.` for ACK, `-` for none). Then the sequence, counted from the end's
 * first one, +bytes, the ack, the window and the option for its scale. After
 *the colon: the flow's state, what the packet is to it, and whether something
 *of both peers changes: `stored`, `unstored`, or nothing if that does not
 *matter.
 */
#ifndef TG_TCP_STORY_H
#define TG_TCP_STORY_H

#include "flows/tcp_flow.h"

struct tcp_story_line {
	int number;
	bool is_second; /* `<` */
	bool has_ack;
	struct tg_flow_segment segment;
	uint8_t state;
	enum tg_flow_fact fact;
	bool is_stored, is_unstored;
};

struct tcp_story {
	char *name;
	const struct tcp_story *after;
	unsigned int first_line, line_count;
};

#define TCP_STORIES_MAX 200
#define TCP_STORY_LINES_MAX 2000

struct tcp_stories {
	struct tcp_story stories[TCP_STORIES_MAX];
	unsigned int story_count;
	struct tcp_story_line lines[TCP_STORY_LINES_MAX];
	unsigned int line_count;
};

/* False after a message about the line that is wrong. */
bool tcp_stories_read(struct tcp_stories *stories, const char *path);
void tcp_stories_free(struct tcp_stories *stories);

#endif
