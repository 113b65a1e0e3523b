/* SPDX-License-Identifier: GPL-2.0-only */
/* sets.bpf.c with the constants of a policy, over tables of sets. */
#ifndef TG_SET_SUBJECT_H
#define TG_SET_SUBJECT_H

#include <bpf/libbpf.h>

#include "../tables/random_packet.h"
#include "policy_table.h"
#include "set_bed.h"
#include "sets_exchange.h"
#include "tap.h"

struct set_subject {
	struct tap *tap;
	struct random random;
	const char *path;
	struct bpf_object *object;
	struct sets_exchange *exchange;
	struct tg_policy policy;
	struct tg_policy_sets sets;
	struct tg_set_change changes[TG_SET_CHANGES_MAX];
	struct set_bed beds[TG_SET_PLACES];
};

/*
 * Make the tables, of sets of this size, with the lengths that the policy
 * declares. Returns false if that fails; set_subject_end() is called anyhow.
 */
bool set_subject_begin(struct set_subject *subject, uint32_t size,
		       bool has_next);

/* Load the program, with the tables in its map. */
bool set_subject_load(struct set_subject *subject);

int set_subject_run(struct set_subject *subject,
		    const struct random_packet *packet, const char *section);

void set_subject_end(struct set_subject *subject);

#endif
