// SPDX-License-Identifier: GPL-2.0-only
#include "live_flows.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <bpf/bpf.h>
#include <bpf/libbpf.h>

#include "flow_room.h"
#include "flows/flow_text.h"
#include "lib/time_text.h"
#include "policy/explain/explain_flows.h"
#include "policy/language/words.h"

/* --- the room: of a policy, what flows need is its first part */

static int read_size(struct live_flows *flows)
{
	struct bpf_map_info info = { 0 };
	__u32 size = sizeof(info);
	int cpus = libbpf_num_possible_cpus();

	if (cpus < 0)
		return cpus;
	if (bpf_obj_get_info_by_fd(flows->room, &info, &size) < 0)
		return -errno;
	if (info.type != BPF_MAP_TYPE_PERCPU_ARRAY || info.max_entries != 1 ||
	    info.value_size < sizeof(struct tg_flow_room))
		return -EPROTO;
	flows->room_size = (info.value_size + 7) / 8 * 8;
	flows->rooms = calloc(cpus, flows->room_size);
	return flows->rooms ? 0 : -ENOMEM;
}

int live_flows_open(struct live_flows *flows, int table, int room)
{
	*flows = (struct live_flows){ .room = room };
	/* no table, or one of another version: programs find nothing */
	if (flow_map_look(&flows->map, table, FLOW_ALL))
		flow_map_close(&flows->map);
	return read_size(flows);
}

void live_flows_close(struct live_flows *flows)
{
	flow_map_close(&flows->map);
	free(flows->rooms);
	flows->rooms = NULL;
}

int live_flows_begin(struct live_flows *flows)
{
	__u32 key = 0;

	flows->has_packet = flows->has_flow = false;
	memset(flows->rooms, 0, libbpf_num_possible_cpus() * flows->room_size);
	return bpf_map_update_elem(flows->room, &key, flows->rooms, BPF_ANY) < 0
		       ? -errno
		       : 0;
}

/* --- the flow */

static void find_flow(struct live_flows *flows, const struct tg_flow_key *key)
{
	const struct flow_memory *memory = &flows->map.memory;
	const struct tg_flow_head *head;
	struct tg_flow_place place;

	if (!memory->start)
		return;
	head = flow_head(memory);
	flows->has_flow =
		tg_flow_find(memory, head, key, tg_flow_hash(head, key),
			     tg_flow_now(), &place);
	if (flows->has_flow)
		flows->flow = (struct flow_found){ .flow = *place.flow,
						   .word = place.seen };
}

/* The program has run on one processor. */
int live_flows_end(struct live_flows *flows)
{
	int cpus = libbpf_num_possible_cpus();
	__u32 key = 0;

	if (bpf_map_lookup_elem(flows->room, &key, flows->rooms) < 0)
		return -errno;
	for (int cpu = 0; cpu < cpus && !flows->has_packet; cpu++) {
		const struct tg_flow_room *room =
			(const void *)(flows->rooms + cpu * flows->room_size);

		if (room->seen.network == TG_NET_OTHER)
			continue;
		flows->has_packet = true;
		flows->fact = room->packet.fact;
		if (room->packet.key.form)
			find_flow(flows, &room->packet.key);
	}
	return 0;
}

/* --- answers */

static const char *fact_name(const struct live_flows *flows)
{
	return word_name(WORDS_FLOW, flows->fact);
}

void live_flows_print(FILE *out, const struct live_flows *flows)
{
	char protocol[FLOW_PROTOCOL_SIZE], from[FLOW_END_SIZE];
	char to[FLOW_END_SIZE], rest[FLOW_TEXT_SIZE], left[TIME_TEXT_SIZE];
	const struct flow_found *flow = &flows->flow;

	if (!flows->has_packet)
		return;
	fprintf(out, "; is %s", fact_name(flows));
	if (!flows->has_flow)
		return;
	flow_protocol_print(protocol, flow->flow.key.protocol);
	flow_end_print(from, flow, false);
	flow_end_print(to, flow, true);
	flow_rest_print(rest, flow, ", ", ", ");
	time_text_print(left, flow_seconds_left(flow->word, tg_flow_now()));
	fprintf(out, "; flow: %s %s > %s%s, %s, %s left", protocol, from, to,
		rest, flow_state_name(TG_FLOW_STATE_OF(flow->word)), left);
}

json_t *live_flows_to_json(const struct live_flows *flows,
			   const struct policy_packet *packet, bool is_said)
{
	return json_pack("{s:s?, s:b, s:o}", "flow", flow_fact_name(packet),
			 "assumed", !flows->has_packet && !is_said, "known",
			 flows->has_flow
				 ? flow_to_json(&flows->flow, tg_flow_now())
				 : json_null());
}
