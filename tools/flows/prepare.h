/* SPDX-License-Identifier: GPL-2.0-only */
/* Make the table of flows before programs are loaded that use it. */
#ifndef TG_FLOWS_PREPARE_H
#define TG_FLOWS_PREPARE_H

#include "kernel.h"
#include "lib/elf_object.h"
#include "policy_flow.h"

struct flow_wish {
	const char *pin;    /* that programs will use */
	const char *shared; /* the pin that it becomes a link of, or NULL */
	const char *device; /* whose sockets' flows a new table gets, or NULL */
	uint32_t flows;	    /* of a new table; 0: the default */
	/* what is said about those flows, or NULL */
	const struct tg_policy_flows *policy;
};

/*
 * Opens the table, to write; makes and pins it if it is missing. The flows of
 * the device's sockets are added if the table is new or empty, or new for an
 * attachment of an instance. 0, or a negative errno after a message;
 * flow_map_close() is needed either way.
 */
int flow_open_or_make(struct flow_map *map, const struct flow_wish *wish,
		      bool *is_new);

/*
 * The same for an object that is to be loaded: if it uses flows, its map gets
 * the table's size. If it has the map and does not use it, the map becomes one
 * of its own, and no table is made.
 */
int flow_prepare_object(const struct flow_wish *wish,
			struct elf_object *object);

/* What the object says about flows. False: nothing, as it is no policy. */
bool flow_policy_read(const struct elf_object *object,
		      struct tg_policy_flows *policy);

#endif
