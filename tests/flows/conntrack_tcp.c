// SPDX-License-Identifier: GPL-2.0-only
/*
 * conntrack_tcp - random TCP conversations pass by a flow and by the kernel's
 * nf_conntrack; after each segment both say the same of it and of the state, or
 * the difference is in the tables below.
 *
 *	conntrack_tcp [SECONDS [SEED]]	in tests/flows/conntrack's namespace
 */
#include <arpa/inet.h>
#include <linux/ip.h>
#include <linux/tcp.h>
#include <netinet/in.h>
#include <string.h>
#include <time.h>

#include "flows/kernel.h"
#include "flows/tcp_flow.h"
#include "flows/tcp_talk.h"
#include "tap.h"

#define SECOND_PORT 443
#define SIZE_MAX_SENT 32000

/* --- differences */

/* Names of tcpdump's flags: S, S., ., F., R, R. */
struct seen {
	uint8_t before; /* our state, and after */
	uint8_t after;
	uint8_t kernel_before; /* enum kernel_tcp_state, and after */
	uint8_t kernel_after;
	enum tg_flow_fact fact, kernel_fact;
	const char *kind;
	bool is_reply;
};

struct difference {
	const char *reason;
	bool (*is)(const struct seen *seen);
	uint64_t count;
};

static uint8_t state_of_kernel(const struct kernel_entry *entry)
{
	static const uint8_t states[] = {
		[KERNEL_TCP_SYN_SENT] = TG_FLOW_SYN_SENT,
		[KERNEL_TCP_SYN_RECV] = TG_FLOW_SYN_RECEIVED,
		[KERNEL_TCP_ESTABLISHED] = TG_FLOW_ESTABLISHED,
		[KERNEL_TCP_FIN_WAIT] = TG_FLOW_FIN_WAIT,
		[KERNEL_TCP_CLOSE_WAIT] = TG_FLOW_CLOSE_WAIT,
		[KERNEL_TCP_LAST_ACK] = TG_FLOW_LAST_ACK,
		[KERNEL_TCP_TIME_WAIT] = TG_FLOW_TIME_WAIT,
		[KERNEL_TCP_CLOSE] = TG_FLOW_CLOSED,
		[KERNEL_TCP_SYN_SENT2] = TG_FLOW_SYN_RECEIVED,
	};

	if (!entry->is_there)
		return 0;
	if (entry->tcp_state == KERNEL_TCP_ESTABLISHED && !entry->is_answered)
		return TG_FLOW_PICKED_UP;
	return states[entry->tcp_state];
}

static struct difference differences[] = {
	{ 0 },
};

/* --- segments as packets */

struct packet {
	struct iphdr ip;
	struct tcphdr tcp;
	uint8_t rest[SIZE_MAX_SENT + 64];
};

static uint16_t header_sum(const struct iphdr *ip)
{
	const uint8_t *bytes = (const uint8_t *)ip;
	uint32_t sum = 0;

	for (unsigned int i = 0; i < sizeof(*ip); i += 2)
		sum += bytes[i] << 8 | bytes[i + 1];
	sum = (sum & 0xffff) + (sum >> 16);
	return htons(~(sum + (sum >> 16)));
}

static size_t packet_make(struct packet *packet, uint16_t first_port,
			  bool from_second,
			  const struct tg_flow_segment *segment)
{
	size_t options = segment->scale == TG_FLOW_NO_SCALE ? 0 : 4;
	size_t size = sizeof(packet->ip) + sizeof(packet->tcp) + options +
		      segment->size;
	uint16_t ports[] = { htons(first_port), htons(SECOND_PORT) };
	uint32_t ends[] = { htonl(KERNEL_FIRST4), htonl(KERNEL_SECOND4) };

	packet->ip = (struct iphdr){
		.version = 4,
		.ihl = 5,
		.tot_len = htons(size),
		.ttl = 64,
		.protocol = IPPROTO_TCP,
		.saddr = ends[from_second],
		.daddr = ends[!from_second],
	};
	packet->ip.check = header_sum(&packet->ip);
	packet->tcp = (struct tcphdr){
		.source = ports[from_second],
		.dest = ports[!from_second],
		.seq = htonl(segment->seq),
		.ack_seq = htonl(segment->ack),
		.window = htons(segment->window),
		.doff = 5 + options / 4,
	};
	((uint8_t *)&packet->tcp)[13] = segment->flags;
	if (options)
		memcpy(packet->rest, (uint8_t[]){ 3, 3, segment->scale, 1 }, 4);
	return size;
}

/* --- both */

struct bed {
	struct kernel kernel;
	struct tcp_talk talk;
	struct tcp_flow flow;
	uint16_t first_port;
	struct kernel_entry entry;
	struct packet packet;
	uint64_t segments, unlisted;
	struct tap *tap;
};

static const char *kind_of(uint8_t flags)
{
	if (flags & TG_FLOW_RST)
		return flags & TG_FLOW_ACK ? "R." : "R";
	if (flags & TG_FLOW_SYN)
		return flags & TG_FLOW_ACK ? "S." : "S";
	return flags & TG_FLOW_FIN ? "F." : ".";
}

static bool is_listed(const struct seen *seen)
{
	for (unsigned int i = 0; differences[i].reason; i++)
		if (differences[i].is(seen)) {
			differences[i].count++;
			return true;
		}
	return false;
}

static void complain(struct bed *bed, const struct seen *seen,
		     const struct tcp_flow *before, bool is_second,
		     const struct tg_flow_segment *segment)
{
	const struct tg_flow_peer *from = &before->peers[is_second];
	const struct tg_flow_peer *to = &before->peers[!is_second];

	if (bed->unlisted++ >= 20)
		return;
	tap_note(bed->tap,
		 "%c %s+%u win %u: %s -> %s %s, conntrack %s -> %s %s; seq "
		 "end%+d max_end%+d %u<<%u %#x, ack end%+d %u<<%u %#x",
		 seen->is_reply ? '<' : '>', seen->kind, segment->size,
		 segment->window, tcp_flow_state_name(seen->before),
		 tcp_flow_state_name(seen->after),
		 tcp_flow_fact_name(seen->fact),
		 tcp_flow_state_name(seen->kernel_before),
		 tcp_flow_state_name(seen->kernel_after),
		 seen->kernel_fact == TG_FLOW_FACTS
			 ? "dropped"
			 : tcp_flow_fact_name(seen->kernel_fact),
		 segment->seq - from->end, segment->seq - from->max_end,
		 from->window, from->scale, from->flags, segment->ack - to->end,
		 to->window, to->scale, to->flags);
}

/* False: the kernel cannot be asked. */
static bool pass(struct bed *bed, bool is_second,
		 const struct tg_flow_segment *segment)
{
	struct tcp_flow before = bed->flow;
	size_t size =
		packet_make(&bed->packet, bed->first_port, is_second, segment);
	struct seen seen = {
		.before = before.state,
		.kernel_before = state_of_kernel(&bed->entry),
		.kernel_fact = TG_FLOW_FACTS,
		.kind = kind_of(segment->flags),
		.is_reply = before.state && before.by_high != is_second,
	};
	bool is_passed;

	bed->segments++;
	seen.fact = tcp_flow_judge(&bed->flow, is_second, segment);
	seen.after = bed->flow.state;
	if (kernel_pass(&bed->kernel, is_second, (uint8_t *)&bed->packet, size,
			&is_passed, &seen.kernel_fact) < 0 ||
	    kernel_look(&bed->kernel, bed->first_port, SECOND_PORT,
			&bed->entry) < 0)
		return false;
	seen.kernel_after = state_of_kernel(&bed->entry);
	if ((seen.fact != seen.kernel_fact ||
	     seen.after != seen.kernel_after) &&
	    !is_listed(&seen))
		complain(bed, &seen, &before, is_second, segment);
	return true;
}

static bool have_talk(struct bed *bed, uint64_t seed)
{
	static const uint32_t sizes[] = { 1, 536, 1448, SIZE_MAX_SENT };
	struct tg_flow_segment segment;
	unsigned int unseen = seed % 4 ? 0 : seed % 64;
	bool is_second;

	bed->first_port = 1024 + seed % 60000;
	bed->flow = (struct tcp_flow){ 0 };
	bed->entry = (struct kernel_entry){ 0 };
	tcp_talk_start(&bed->talk, seed, sizes[seed % 4]);
	for (int round = 0; round < 2; round++) {
		while (tcp_talk_next(&bed->talk, &is_second, &segment)) {
			if (unseen)
				unseen--;
			else if (!pass(bed, is_second, &segment))
				return false;
		}
		/* again, if both know who begins and that it is over */
		if (bed->flow.state != TG_FLOW_TIME_WAIT || bed->flow.by_high ||
		    bed->entry.tcp_state != KERNEL_TCP_TIME_WAIT ||
		    bed->entry.by_second)
			break;
		tcp_talk_restart(&bed->talk);
	}
	return kernel_forget(&bed->kernel, bed->first_port, SECOND_PORT) == 0;
}

int main(int argc, char *argv[])
{
	unsigned int seconds = argc > 1 ? atoi(argv[1]) : 5;
	uint64_t seed = argc > 2 ? strtoull(argv[2], NULL, 0) : 1;
	struct tap tap = tap_plan(stdout, 1);
	static struct bed bed;
	time_t end = time(NULL) + seconds;
	bool is_asked = true;

	bed.tap = &tap;
	if (kernel_open(&bed.kernel) < 0)
		return EXIT_FAILURE;
	for (; is_asked && time(NULL) < end && !bed.unlisted; seed++)
		is_asked = have_talk(&bed, seed);
	kernel_close(&bed.kernel);
	for (unsigned int i = 0; differences[i].reason; i++)
		tap_note(&tap, "%lu times %s",
			 (unsigned long)differences[i].count,
			 differences[i].reason);
	tap_note(&tap, "%lu segments, up to seed %lu",
		 (unsigned long)bed.segments, (unsigned long)seed);
	tap_ok(&tap, is_asked && bed.segments && !bed.unlisted,
	       "conntrack says the same of TCP, but for what is listed");
	return tap_end(&tap);
}
