// SPDX-License-Identifier: GPL-2.0-only
/*
 * conntrack_other - random UDP packets, some in fragments, handshakes of TCP,
 * echoes, packets of another protocol, and ICMP errors that quote them, or lie,
 * pass by a table of flows and by the kernel's nf_conntrack, over IPv4 and
 * IPv6. Both say the same of each, but for what is listed below.
 *
 *	conntrack_other [SECONDS [SEED]]	in a namespace of
 *						tests/bats/helper-conntrack.bash
 */
#include <stdio.h>
#include <time.h>

#include "flows/nf_conntrack.h"
#include "flows/what_packet.h"
#include "tables/random.h"
#include "tap.h"
#include "unit/flow_bed.h"

#include "flow_begin.h"

#define PACKETS 300 /* of a conversation; older ones may be quoted */

struct bed {
	struct random random;
	struct kernel kernel;
	struct flow_bed table;
	struct tg_policy_flows flows;
	struct what packets[PACKETS];
	unsigned int count;
	bool is_broken;
	uint64_t passed, wrong;
	uint64_t seen[KINDS][TG_FLOW_FACTS];
	uint64_t followed; /* later fragments that are established */
	struct tap *tap;
};

static uint32_t below(struct bed *bed, uint32_t limit)
{
	return random_below(&bed->random, limit);
}

/* --- bytes */

static uint32_t get32(const uint8_t *bytes)
{
	return (uint32_t)bytes[0] << 24 | bytes[1] << 16 | bytes[2] << 8 |
	       bytes[3];
}

/* --- random packets */

static bool quote(struct bed *bed, struct what *what)
{
	static const uint8_t types4[] = { 3, 4, 5, 11, 12 };
	static const uint8_t types6[] = { 1, 2, 3, 4 };
	unsigned int start;

	if (!bed->count)
		return false;
	what->quoted = &bed->packets[below(bed, bed->count)];
	what->is_ip6 = what->quoted->is_ip6;
	if (what->quoted->kind == ERROR)
		return false;
	what->type = what->is_ip6 ? types6[below(bed, sizeof(types6))]
				  : types4[below(bed, sizeof(types4))];
	start = what->quoted->start;
	what->quoted_size = below(bed, 8) ? start + 8 + below(bed, 8)
					  : below(bed, start + 8);
	return true;
}

/*
 * Echo, timestamp or information, and their answers. An id is used for only one
 * of them here: unlike conntrack's tuple, a flow's key does not have the type.
 */
static uint8_t echo_type(const struct what *what)
{
	static const uint8_t types4[][2] = { { 8, 0 }, { 13, 14 }, { 15, 16 } };
	bool is_reply = what->kind == ECHO_REPLY;

	return what->is_ip6 ? 128 + is_reply
			    : types4[what->ids[0] % 3][is_reply];
}

static void choose(struct bed *bed, struct what *what)
{
	do {
		*what = (struct what){
			.kind = below(bed, KINDS),
			.is_ip6 = below(bed, 2),
			.from_second = below(bed, 2),
			.ids = { 1000 + below(bed, 3), 2000 + below(bed, 3) },
			.fragment_id = random_next(&bed->random),
		};
	} while (what->kind == ERROR && !quote(bed, what));
	if (what->kind == ECHO || what->kind == ECHO_REPLY)
		what->type = echo_type(what);
	what_make(what);
	/* a lie: the quoted packet was never sent */
	if (what->kind == ERROR && !below(bed, 4) &&
	    what->quoted_size >= what->quoted->start + 8)
		what->bytes[what->start + 8 + what->quoted->start + 5 -
			    4 * what_has_ports(what->quoted)] ^= 0x55;
}

/* --- both */

static void read_tcp(const struct what *what, struct tg_flow_seen *seen)
{
	seen->transport = TG_L4_TCP;
	seen->segment = (struct tg_flow_segment){
		.seq = TCP_START,
		.ack = what->from_second ? TCP_START + 1 : 0,
		.window = TCP_WINDOW,
		.flags = what_tcp_flags(what),
		.scale = TG_FLOW_NO_SCALE,
	};
}

/* What a program's parser says of the packet, or of its later fragment. */
static void read_packet(const struct what *what, bool is_later,
			struct tg_flow_room *room)
{
	const uint8_t *bytes = what->bytes + what->start;
	struct tg_flow_seen *seen = &room->seen;

	*room = (struct tg_flow_room){ 0 };
	for (int side = 0; side < TG_SIDES; side++) {
		struct tg_end *end = &room->ends[side];
		bool is_second = (side == TG_SIDE_TO) != what->from_second;

		end->protocol = what_protocol(what);
		if (what_has_ports(what) && !is_later)
			end->port = what->ids[is_second];
		end->address[0] = is_second ? KERNEL_SECOND4 : KERNEL_FIRST4;
		for (int i = 0; i < 4 && what->is_ip6; i++)
			end->address[i] =
				get32(kernel_ends6[is_second] + 4 * i);
	}
	seen->network = what->is_ip6 ? TG_NET_IPV6 : TG_NET_IPV4;
	seen->protocol = what_protocol(what);
	if (what->kind == FRAGMENTED) {
		seen->fragment = is_later ? TG_FRAG_LATER : TG_FRAG_FIRST;
		seen->fragment_id = what->fragment_id;
	}
	if (is_later)
		return;
	if (what->kind == UDP || what->kind == FRAGMENTED)
		seen->transport = TG_L4_UDP;
	else if (what->kind == TCP)
		read_tcp(what, seen);
	else if (what->kind != OTHER)
		seen->transport = what->is_ip6 ? TG_L4_ICMPV6 : TG_L4_ICMP;
	seen->icmp_type = bytes[0];
	seen->icmp_id = bytes[4] << 8 | bytes[5];
	if (what->kind == ERROR) {
		seen->size = what->quoted_size;
		memcpy(room->bytes, bytes + 8, what->quoted_size);
	}
}

static enum tg_flow_fact judge(struct bed *bed, const struct what *what,
			       bool is_later)
{
	struct tg_flow_court court = {
		.table = &bed->table,
		.head = flow_bed_head(&bed->table),
		.flows = &bed->flows,
		.now = bed->table.clock,
	};
	struct tg_flow_room room;

	read_packet(what, is_later, &room);
	tg_flow_read(&room);
	tg_flow_seek(&court, &room);
	if (room.packet.is_member)
		tg_flow_join(&court, &room);
	if (room.packet.fact == TG_FLOW_FACT_NEW)
		tg_flow_begin(&court, &room, 0);
	if (room.seen.fragment == TG_FRAG_FIRST)
		tg_flow_begin(&court, &room, 1);
	return room.packet.fact;
}

static const char *const facts[] = { "new", "established", "related", "invalid",
				     "dropped" };
static const char *const kinds[] = { "UDP",	   "UDP in fragments",
				     "TCP",	   "echo",
				     "echo reply", "other protocol",
				     "ICMP error" };

/* --- differences */

/* RFC 792 and 4443: eight bytes are always quoted, whatever the protocol. */
static bool is_short_quote(const struct what *what, enum tg_flow_fact fact,
			   enum tg_flow_fact kernel_fact)
{
	return what->kind == ERROR &&
	       what->quoted_size < what->quoted->start + 8 &&
	       fact == TG_FLOW_FACT_INVALID &&
	       kernel_fact == TG_FLOW_FACT_RELATED;
}

static struct difference {
	bool (*is)(const struct what *what, enum tg_flow_fact fact,
		   enum tg_flow_fact kernel_fact);
	const char *reason;
	uint64_t count;
} differences[] = {
	{ is_short_quote,
	  "conntrack takes a quote that is cut off after the ports", 0 },
};

#define DIFFERENCES (sizeof(differences) / sizeof(*differences))

static bool is_listed(const struct what *what, enum tg_flow_fact fact,
		      enum tg_flow_fact kernel_fact)
{
	for (unsigned int i = 0; i < DIFFERENCES; i++)
		if (differences[i].is(what, fact, kernel_fact)) {
			differences[i].count++;
			return true;
		}
	return false;
}

static void complain(struct bed *bed, const struct what *what,
		     enum tg_flow_fact fact, enum tg_flow_fact kernel_fact)
{
	if (bed->wrong++ >= 5)
		return;
	tap_note(bed->tap,
		 "packet %u, IPv%d %s of the %s end, %u and %u: %s, conntrack "
		 "%s",
		 bed->count, what->is_ip6 ? 6 : 4, kinds[what->kind],
		 what->from_second ? "second" : "first", what->ids[0],
		 what->ids[1], facts[fact], facts[kernel_fact]);
	tap_dump(bed->tap, what->bytes, what->size);
}

/*
 * The later fragment. Conntrack says of it what it says of the whole packet;
 * here, it is established if the first one's flow is kept.
 */
static void follow(struct bed *bed, const struct what *what,
		   enum tg_flow_fact first)
{
	enum tg_flow_fact fact = judge(bed, what, true);

	if (fact == TG_FLOW_FACT_ESTABLISHED)
		bed->followed++;
	else
		complain(bed, what, fact, first);
}

/* Both judge it; false: conntrack cannot be asked. */
static bool pass(struct bed *bed, const struct what *what,
		 enum tg_flow_fact *kernel_fact)
{
	const uint8_t *bytes = what->bytes;
	unsigned int size = what->size;
	bool is_passed;

	/* conntrack reassembles packets: the last fragment lets it pass */
	if (what->kind == FRAGMENTED) {
		if (kernel_send(&bed->kernel, what->from_second, bytes, size) <
		    0)
			return false;
		bytes = what->rest;
		size = what->rest_size;
	}
	return kernel_pass(&bed->kernel, what->from_second, bytes, size,
			   &is_passed, kernel_fact) == 0;
}

static void have_talk(struct bed *bed, uint64_t seed)
{
	bed->random.state = seed;
	memset(bed->table.start + TG_FLOW_LINE, 0,
	       (size_t)(bed->table.lines - 1) * TG_FLOW_LINE);
	for (bed->count = 0; bed->count < PACKETS; bed->count++) {
		struct what *what = &bed->packets[bed->count];
		enum tg_flow_fact fact, kernel_fact = TG_FLOW_FACTS;

		choose(bed, what);
		fact = judge(bed, what, false);
		bed->passed++;
		bed->seen[what->kind][fact]++;
		/* of the same packet, so conntrack says the same of it */
		if (what->kind == FRAGMENTED)
			follow(bed, what, fact);
		if (!pass(bed, what, &kernel_fact)) {
			bed->is_broken = true;
			return;
		}
		if (fact != kernel_fact &&
		    !is_listed(what, fact, kernel_fact)) {
			complain(bed, what, fact, kernel_fact);
			break;
		}
	}
	bed->is_broken |= kernel_flush(&bed->kernel) < 0;
}

static bool all_seen(const struct bed *bed)
{
	return bed->seen[UDP][TG_FLOW_FACT_NEW] &&
	       bed->seen[UDP][TG_FLOW_FACT_ESTABLISHED] &&
	       bed->seen[FRAGMENTED][TG_FLOW_FACT_NEW] &&
	       bed->seen[FRAGMENTED][TG_FLOW_FACT_ESTABLISHED] &&
	       bed->seen[TCP][TG_FLOW_FACT_NEW] &&
	       bed->seen[TCP][TG_FLOW_FACT_ESTABLISHED] &&
	       bed->seen[TCP][TG_FLOW_FACT_INVALID] &&
	       bed->seen[ECHO][TG_FLOW_FACT_ESTABLISHED] &&
	       bed->seen[ECHO_REPLY][TG_FLOW_FACT_INVALID] &&
	       bed->seen[OTHER][TG_FLOW_FACT_ESTABLISHED] &&
	       bed->seen[ERROR][TG_FLOW_FACT_RELATED] &&
	       bed->seen[ERROR][TG_FLOW_FACT_INVALID];
}

int main(int argc, char *argv[])
{
	unsigned int seconds = argc > 1 ? atoi(argv[1]) : 5;
	uint64_t seed = argc > 2 ? strtoull(argv[2], NULL, 0) : 1;
	time_t end = time(NULL) + seconds;
	struct tap tap = tap_plan(stdout, 1);
	static struct bed bed;

	bed.tap = &tap;
	bed.flows = (struct tg_policy_flows){ .is_used = 1,
#define TIME(name, text, seconds, ...) \
	.times[TG_FLOW_##name] = TG_FLOW_TIME(seconds),
					      TG_FLOW_STATE_LIST(TIME)
#undef TIME
	};
	if (kernel_open(&bed.kernel) < 0)
		return EXIT_FAILURE;
	flow_bed_make(&bed.table, 16);
	for (; time(NULL) < end && !bed.is_broken && !bed.wrong; seed++)
		have_talk(&bed, seed);
	flow_bed_free(&bed.table);
	kernel_close(&bed.kernel);
	for (unsigned int i = 0; i < DIFFERENCES; i++)
		tap_note(&tap, "%lu times %s",
			 (unsigned long)differences[i].count,
			 differences[i].reason);
	tap_note(&tap,
		 "%lu times a later fragment follows the first one, which "
		 "conntrack judges with it",
		 (unsigned long)bed.followed);
	tap_note(&tap, "%lu packets, up to seed %lu", (unsigned long)bed.passed,
		 (unsigned long)seed);
	tap_ok(&tap, !bed.is_broken && !bed.wrong && all_seen(&bed),
	       "conntrack says the same of UDP, handshakes, ICMP and its "
	       "errors");
	return tap_end(&tap);
}
