/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Prints the state of devices as metrics, in the text format of Prometheus:
 * https://prometheus.io/docs/instrumenting/exposition_formats/. Used by
 * tg-look.
 *
 * All samples of a metric stand together, so they are held until the last
 * device has been added. docs/observe.md lists the metrics; their names and
 * labels stay.
 */
#ifndef TG_LOOK_METRICS_H
#define TG_LOOK_METRICS_H

#include <stdio.h>

#include "look.h"

/* METRIC(NAME, name, type, help) */
#define METRIC_LIST(METRIC)                                                    \
	METRIC(PACKETS, "packets_total", "counter",                            \
	       "Packets on which a plugin decided, or of which it noted a "    \
	       "reason.")                                                      \
	METRIC(BYTES, "bytes_total", "counter",                                \
	       "Bytes of these packets, with their Ethernet headers.")         \
	METRIC(JUDGED, "judged_packets_total", "counter",                      \
	       "Packets that a hook passed and dropped.")                      \
	METRIC(BROKEN, "hook_broken", "gauge",                                 \
	       "1 if packets do not pass the chain of the hook.")              \
	METRIC(PLUGINS, "chain_plugins", "gauge",                              \
	       "Plugins in the chain of a hook.")                              \
	METRIC(RULES, "policy_rules", "gauge", "Rules of the policy.")         \
	METRIC(POLICY, "policy_info", "gauge",                                 \
	       "1; the hash is of the rules, in their order.")                 \
	METRIC(LOADED, "policy_loaded_timestamp_seconds", "gauge",             \
	       "When the policy was loaded.")                                  \
	METRIC(CONFIRM, "policy_unconfirmed_until_timestamp_seconds", "gauge", \
	       "When the policy goes back, unless it is confirmed; 0: never.") \
	METRIC(SET_ENTRIES, "set_entries", "gauge", "Entries of a set.")       \
	METRIC(SET_SIZE, "set_size", "gauge", "Entries that a set may have.")  \
	METRIC(SET_REFUSED, "set_refused_total", "counter",                    \
	       "Entries that rules were to add and a set had no room for.")    \
	METRIC(FLOWS, "flows", "gauge", "Flows by state.")                     \
	METRIC(FLOWS_ROOM, "flows_room", "gauge",                              \
	       "Flows that the table was made for.")                           \
	METRIC(FLOWS_REFUSED, "flows_refused_total", "counter",                \
	       "Packets whose flow found no room.")                            \
	METRIC(LIMIT_KEYS, "limit_keys", "gauge",                              \
	       "Keys of limits that are in use.")                              \
	METRIC(LIMIT_ROOM, "limit_room", "gauge",                              \
	       "Keys that the table of limits was made for.")                  \
	METRIC(LIMIT_OVER, "limit_over_packets_total", "counter",              \
	       "Packets over a limit.")                                        \
	METRIC(LIMIT_FULL, "limit_full_packets_total", "counter",              \
	       "Packets that found no place in the table of limits.")          \
	METRIC(MEMORY, "memory_bytes", "gauge", "Memory of an attachment.")    \
	METRIC(STALE, "stale_attachments", "gauge",                            \
	       "Attachments whose device or namespace is gone.")

enum metric {
#define METRIC_ENUM(NAME, name, type, help) METRIC_##NAME,
	METRIC_LIST(METRIC_ENUM)
#undef METRIC_ENUM
		METRICS,
};

struct metrics {
	struct metric_samples {
		FILE *out;
		char *text;
		size_t size;
	} samples[METRICS];
};

/* Each returns 0 or a negative errno; metrics_free() is needed either way. */
int metrics_begin(struct metrics *metrics);
void metrics_add(struct metrics *metrics, const struct look *look);
void metrics_add_stale(struct metrics *metrics, int stale);
int metrics_print(struct metrics *metrics, FILE *out);
void metrics_free(struct metrics *metrics);

#endif
