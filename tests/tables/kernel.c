// SPDX-License-Identifier: GPL-2.0-only
/*
 * kernel - loads random policies and runs a thousand random packets through
 * each one on each hook: the rule counted by the program has to be that of the
 * reference matcher. With the plugin that asks sets and flows, policy.live.o,
 * the policies have sets, filled with values of such packets, and ask for
 *flows: all packets of a policy are the same to them. Needs root.
 *
 *	build/tests/kernel PLUGIN [POLICIES [SEED]]
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <linux/if_packet.h>

#include <bpf/bpf.h>

#include "policy/compile/emit/object.h"
#include "counters.h"
#include "../packets/object.h"
#include "filled_sets.h"
#include "random_packet.h"
#include "subject.h"
#include "tap.h"

#define EXIT_USAGE 2
#define POLICIES 12
#define PACKETS 1000
#define CPUS_MAX 4096

/* Minimum size of frames: an Ethernet header; on tc also an IPv6 header. */
#define FRAME_MIN 14
#define FRAME_MIN_TC 54

static const char *const sections[] = { "xdp", "ingress", "egress" };
#define SECTIONS (sizeof(sections) / sizeof(*sections))

static const struct random_policy_shape shapes[] = {
	{ 4, 0, 0, 0, 0, 0 },	{ 6, 50, 0, 0, 0, 0 },	{ 12, 25, 30, 0, 0, 0 },
	{ 60, 20, 5, 0, 0, 0 }, { 300, 5, 3, 0, 0, 0 },
};
#define SHAPES (sizeof(shapes) / sizeof(*shapes))

/* As many. */
static const struct random_policy_shape live_shapes[SHAPES] = {
	{ 4, 0, 0, 100, 0, 0 },	   { 10, 50, 0, 80, 60, 0 },
	{ 12, 25, 30, 60, 30, 0 }, { 60, 20, 5, 30, 20, 0 },
	{ 300, 5, 3, 10, 10, 0 },
};

struct subject {
	struct tap *tap;
	struct random random;
	const char *plugin;
	char path[64]; /* of the compiled object */
	struct policy policy;
	struct filled_sets filled;
	bool is_live;  /* the plugin asks sets and flows */
	uint32_t fact; /* enum tg_flow_fact of all packets */
	uint32_t rule_count;
	struct bpf_object *object;
	int counters;
	struct tg_rule_block *blocks; /* for each CPU */
};

static uint64_t packets_of(struct subject *subject, uint32_t rule)
{
	int cpus = libbpf_num_possible_cpus();
	uint32_t number = rule / TG_RULES_IN_BLOCK;
	uint64_t sum = 0;

	if (bpf_map_lookup_elem(subject->counters, &number, subject->blocks))
		return UINT64_MAX;
	for (int i = 0; i < cpus; i++)
		sum += subject->blocks[i]
			       .rules[rule % TG_RULES_IN_BLOCK]
			       .packets;
	return sum;
}

/* The output packet is ignored, but the kernel needs room for it. */
static int run(int program, const struct random_packet *packet, bool is_xdp)
{
	uint8_t out[RANDOM_PACKET_MAX + 512];
	struct __sk_buff skb = { .mark = packet->metadata.skb.mark };
	LIBBPF_OPTS(bpf_test_run_opts, options, .data_in = packet->bytes,
		    .data_size_in = packet->size, .data_out = out,
		    .data_size_out = sizeof(out), .repeat = 1);

	if (!is_xdp) {
		options.ctx_in = &skb;
		options.ctx_size_in = sizeof(skb);
	}
	return bpf_prog_test_run_opts(program, &options);
}

/* The type that the kernel gives to a packet for the loopback device. */
static unsigned int packet_type(const uint8_t *frame)
{
	static const uint8_t loopback[6];

	if (!memcmp(frame, loopback, sizeof(loopback)))
		return PACKET_HOST;
	return frame[0] & 1 ? PACKET_MULTICAST : PACKET_OTHERHOST;
}

/* XDP packets have no mark. */
static void next_packet(struct subject *subject, struct random_packet *packet,
			bool is_xdp)
{
	do
		random_packet(&subject->random, packet);
	while (packet->size < (is_xdp ? FRAME_MIN : FRAME_MIN_TC));
	packet->metadata.has_vlan = false;
	packet->metadata.flow = subject->fact;
	packet->metadata.has_skb = !is_xdp;
	packet->metadata.skb.pkt_type = packet_type(packet->bytes);
	if (is_xdp)
		packet->metadata.skb.mark = 0;
}

static bool check_packet(struct subject *subject, int program, bool is_xdp)
{
	struct random_packet packet;
	struct policy_packet read;
	uint64_t before;
	uint32_t rule;
	int err;

	next_packet(subject, &packet, is_xdp);
	policy_packet_read(&read, packet.bytes, packet.size, &packet.metadata);
	rule = subject_decides(&subject->policy, &read, &subject->filled.sets);
	before = packets_of(subject, rule);
	err = run(program, &packet, is_xdp);
	if (!err && packets_of(subject, rule) == before + 1)
		return true;
	tap_note(subject->tap, "rule %u should have decided: %s", rule,
		 err ? strerror(-err) : "another one did");
	tap_dump(subject->tap, packet.bytes, packet.size);
	return false;
}

static bool check_section(struct subject *subject, const char *section)
{
	struct bpf_program *program = object_program(subject->object, section);
	bool same = program;

	for (int i = 0; i < PACKETS && same; i++)
		same = check_packet(subject, bpf_program__fd(program),
				    !strcmp(section, "xdp"));
	return same;
}

static bool compile(struct subject *subject, size_t number)
{
	struct compile_options options = { .only_trees = number % 3 == 2,
					   .only_search = number % 2,
					   .only_short = number % 4 / 2 };
	struct diagnostics diagnostics = { 0 };
	struct compiled compiled;
	bool ok;

	ok = !policy_compile(&subject->policy, &options, &compiled,
			     &diagnostics);
	/* rules leave the sets as they are, or the list would be another one */
	compiled.sets.is_frozen = true;
	/* likewise, and no table of flows is needed */
	subject->fact = number % TG_FLOW_FACTS;
	compiled.flows.is_frozen = 1;
	compiled.flows.pretended = subject->fact + 1;
	ok = ok && !object_write(&subject->policy, &compiled, subject->plugin,
				 subject->path);
	subject->rule_count = compiled.rule_count;
	compiled_free(&compiled);
	diagnostics_free(&diagnostics);
	return ok;
}

/* The only table: TG_SET_NOW. */
static bool put_table(struct subject *subject)
{
	int outer =
		bpf_object__find_map_fd_by_name(subject->object, "tgs_sets");
	uint32_t place = TG_SET_NOW;

	return !bpf_map_update_elem(outer, &place, &subject->filled.bed.map, 0);
}

static bool load(struct subject *subject)
{
	struct bpf_map *map;

	subject->object = object_load(subject->path);
	if (!subject->object)
		return false;
	map = bpf_object__find_map_by_name(subject->object, "tgp_rules");
	subject->counters = map ? bpf_map__fd(map) : -1;
	if (subject->is_live && !put_table(subject))
		return false;
	return map && bpf_map__max_entries(map) ==
			      TG_RULE_BLOCKS(subject->rule_count + 1);
}

static void check_policy(struct subject *subject, size_t number)
{
	char *text =
		subject_read(&subject->policy, &subject->random,
			     subject->is_live ? &live_shapes[number % SHAPES]
					      : &shapes[number % SHAPES]);
	bool same = filled_sets_make(&subject->filled, &subject->random,
				     &subject->policy) &&
		    compile(subject, number) && load(subject);

	for (size_t i = 0; i < SECTIONS && same; i++)
		same = check_section(subject, sections[i]);
	if (!tap_ok(subject->tap, same,
		    "policy %zu, %u rules: the loaded program counts the "
		    "right rule on each hook",
		    number, subject->rule_count))
		fprintf(subject->tap->out, "%s\n", text);
	bpf_object__close(subject->object);
	subject->object = NULL;
	filled_sets_free(&subject->filled);
	policy_free(&subject->policy);
	free(text);
}

int main(int argc, char **argv)
{
	size_t policies = argc > 2 ? strtoull(argv[2], NULL, 0) : POLICIES;
	struct subject subject = {
		.random.state = argc > 3 ? strtoull(argv[3], NULL, 0) : 1,
		.plugin = argv[1],
		.is_live = argc > 1 && strstr(argv[1], ".live."),
		.path = "/tmp/tailgate-kernel-test.XXXXXX",
		.blocks = calloc(CPUS_MAX, sizeof(struct tg_rule_block)),
	};
	struct tap tap;
	int fd;

	if (argc < 2) {
		fprintf(stderr, "kernel: which object is the plugin's?\n");
		return EXIT_USAGE;
	}
	fd = mkstemp(subject.path);
	if (fd < 0 || !subject.blocks) {
		perror("kernel");
		return EXIT_FAILURE;
	}
	close(fd);
	tap = tap_plan(stdout, policies);
	subject.tap = &tap;
	for (size_t i = 0; i < policies; i++)
		check_policy(&subject, i);
	unlink(subject.path);
	free(subject.blocks);
	return tap_end(&tap);
}
