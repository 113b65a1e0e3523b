/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Who has judged a packet: the plugins of the chains that are watched, and the
 * rules of their policies, from the objects in force. Used by tg-capture.
 */
#ifndef TG_CAPTURE_JUDGES_H
#define TG_CAPTURE_JUDGES_H

#include "hooks.h"
#include "lib/program.h"
#include "live/rule_lines.h"
#include "watch_event.h"

struct judge {
	char plugin[PROGRAM_NAME_SIZE];
	struct rule_lines rules; /* none if it is not a policy */
	uint8_t serial;
	bool is_read;
	uint64_t tried; /* when its object was read last, in ms */
};

struct judges {
	const char *objects; /* the folder */
	struct judge list[TG_HOOKS][TG_WATCH_PROGRAMS];
};

/*
 * The judge of an event. Its object is read at the first one, and when another
 * program is in its slot.
 */
const struct judge *judge_of(struct judges *judges,
			     const struct tg_watch_event *event);

/*
 * The rule that decided, or NULL. What is over the limit of a rule counts for
 * that rule.
 */
const struct rule_line *judge_rule(const struct judge *judge,
				   const struct tg_watch_event *event);

/*
 * Sets *over to the number of the line that counts what is over the limit of
 * this rule of an object, or to TG_WATCH_NO_RULE. Returns -ENOENT if there is
 * no such rule, -EPROTO if the object is not one of a policy, after printing
 * it.
 */
int judge_find_over(const char *object, uint32_t rule, uint32_t *over);

void judges_free(struct judges *judges);

#endif
