// SPDX-License-Identifier: GPL-2.0-only
/*
 * conntrack_tcp - random TCP conversations pass by a flow and by the kernel's
 * nf_conntrack; after each segment both say the same of it and of the state, or
 * the difference is in the tables below.
 *
 *	conntrack_tcp [SECONDS [SEED]]	in a namespace of
 *tests/bats/helper-conntrack.bash
 */
#include <arpa/inet.h>
#include <linux/ip.h>
#include <linux/ipv6.h>
#include <linux/tcp.h>
#include <netinet/in.h>
#include <string.h>
#include <time.h>

#include "flows/nf_conntrack.h"
#include "flows/tcp_flow.h"
#include "flows/tcp_talk.h"
#include "tap.h"

#define SECOND_PORT 443
#define SIZE_MAX_SENT 32000
#define COMPLAINTS_MAX 5

/* --- differences */

/* What both made of a segment. */
struct seen {
	const char
		*kind; /* as tcpdump's flags: S S. . P. F. R R., P with data */
	const char *before, *after; /* states */
	const char *kernel_before, *kernel_after;
	const char *fact, *kernel_fact;
};

/* Lists of words that apply, NULL if all do. */
struct difference {
	struct seen seen;
	bool goes_on; /* the conversation is compared on */
	const char *reason;
	uint64_t count;
};

#define CLOSING "fin-wait close-wait last-ack time-wait"

static struct difference differences[] = {
	{ .seen = { .before = CLOSING " established",
		    .after = CLOSING,
		    .kernel_after = CLOSING,
		    .fact = "established",
		    .kernel_fact = "established" },
	  .goes_on = true,
	  .reason =
		  "conntrack takes any ACK for the FIN's, and a FIN again for "
		  "the other end's" },
	{ .seen = { .kind = ". P. F.",
		    .before = "closed",
		    .after = "established " CLOSING,
		    .kernel_before = "closed",
		    .kernel_after = "closed",
		    .fact = "established",
		    .kernel_fact = "established" },
	  .reason = "a segment after a RST revives the flow; with conntrack, "
		    "only a challenge ACK" },
	{ .seen = { .kind = "R R.",
		    .after = "closed",
		    .kernel_after = "picked-up established " CLOSING,
		    .fact = "established",
		    .kernel_fact = "established invalid" },
	  .reason = "conntrack does not store lazily, so it knows what the "
		    "other end acknowledged, and wants that of a RST" },
	{ .seen = { .kind = "R R.",
		    .before = "established " CLOSING,
		    .after = "established " CLOSING,
		    .kernel_after = "closed " CLOSING " established",
		    .fact = "established",
		    .kernel_fact = "established invalid" },
	  .reason = "a RST in the window that is not exact passes for a "
		    "challenge ACK; conntrack wants what was acknowledged" },
	{ .seen = { .kind = "S",
		    .before = "closed time-wait",
		    .after = "syn-sent",
		    .kernel_after = "closed time-wait",
		    .fact = "new",
		    .kernel_fact = "established invalid" },
	  .reason =
		  "a SYN opens a flow that is over again; conntrack waits for "
		  "its answer, unless the same end closed before" },
	{ .seen = { .kind = "R R.",
		    .before = "syn-sent picked-up",
		    .after = "closed",
		    .kernel_after = "none",
		    .fact = "established new",
		    .kernel_fact = "established new" },
	  .reason = "conntrack removes a flow that only a RST answered" },
	{ .seen = { .kind = ". P. F.",
		    .before = "syn-received",
		    .after = "syn-received",
		    .kernel_before = "syn-received",
		    .kernel_after = "established",
		    .fact = "established",
		    .kernel_fact = "established" },
	  .reason = "after a simultaneous open, conntrack takes an ACK of "
		    "either end for the handshake's last" },
	{ .seen = { .kind = "S S.",
		    .before = "syn-received established",
		    .after = "syn-received established",
		    .kernel_after = "syn-received established",
		    .fact = "established",
		    .kernel_fact = "invalid" },
	  .reason = "both ends of a simultaneous open may repeat what they "
		    "opened it with" },
	{ .seen = { .kind = "S.",
		    .before = "established",
		    .after = "established",
		    .kernel_after = "syn-received",
		    .fact = "established",
		    .kernel_fact = "established" },
	  .reason =
		  "conntrack begins anew when SYN, SYN and ACK are repeated" },
	{ .seen = { .kind = "S.",
		    .before = "closed",
		    .after = "closed",
		    .kernel_after = "closed",
		    .fact = "established",
		    .kernel_fact = "invalid" },
	  .reason = "SYN and ACK in the window are not judged by the state" },
	{ .seen = { .kind = "R R.",
		    .before = "closed",
		    .after = "closed",
		    .kernel_after = "closed",
		    .fact = "invalid",
		    .kernel_fact = "established" },
	  .reason = "what was refused by a RST is not refused again" },
	{ .seen = { .kind = "R.",
		    .before = "syn-received",
		    .after = "syn-received closed",
		    .kernel_after = "syn-received",
		    .fact = "invalid established",
		    .kernel_fact = "established invalid" },
	  .reason = "a RST that answers the SYN again must acknowledge that; "
		    "conntrack wants the sequence 0" },
	{ .seen = { .kind = ". P. F.",
		    .before = "established " CLOSING,
		    .after = "established " CLOSING,
		    .kernel_after = "established " CLOSING,
		    .fact = "invalid",
		    .kernel_fact = "established" },
	  .reason = "conntrack lets segments before the window pass" },
	{ .seen = { .kind = ". P. F.",
		    .before = "syn-received established",
		    .after = "established fin-wait",
		    .kernel_after = "syn-received established",
		    .fact = "established",
		    .kernel_fact = "invalid" },
	  .reason = "an eighth of the window more passes, and the window of "
		    "a repeated SYN and ACK counts" },
	{ .seen = { .kind = "F.",
		    .before = "established",
		    .after = "fin-wait",
		    .kernel_after = "established",
		    .fact = "established",
		    .kernel_fact = "established" },
	  .reason =
		  "conntrack ignores a FIN that does not fit into the window" },
	{ .seen = { .kind = ". P. F.",
		    .before = "syn-received",
		    .after = "established fin-wait",
		    .kernel_before = "syn-received",
		    .kernel_after = "syn-received",
		    .fact = "established",
		    .kernel_fact = "established" },
	  .reason = "after a simultaneous open, conntrack does not know the "
		    "window of the second end's SYN and ACK, and ignores a "
		    "segment that does not fit into the one before" },
	{ .seen = { .kind = "F.",
		    .before = "none picked-up",
		    .after = "picked-up",
		    .kernel_after = "none fin-wait",
		    .fact = "new",
		    .kernel_fact = "new invalid" },
	  .reason = "a FIN may be the first segment of a flow" },
	{ .seen = { .kind = "S.",
		    .before = "picked-up",
		    .after = "picked-up",
		    .kernel_after = "established",
		    .fact = "established",
		    .kernel_fact = "established" },
	  .reason = "SYN and ACK do not say that the first end's segment "
		    "arrived" },
	{ .reason = NULL },
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

/* --- segments as packets */

#define PACKET_MAX (KERNEL_HEADER_MAX + 60 + SIZE_MAX_SENT)

static size_t packet_make(uint8_t *packet, bool is_ip6, uint16_t first_port,
			  bool from_second,
			  const struct tg_flow_segment *segment)
{
	size_t options = segment->scale == TG_FLOW_NO_SCALE ? 0 : 4;
	uint16_t ports[] = { htons(first_port), htons(SECOND_PORT) };
	struct tcphdr tcp = {
		.source = ports[from_second],
		.dest = ports[!from_second],
		.seq = htonl(segment->seq),
		.ack_seq = htonl(segment->ack),
		.window = htons(segment->window),
		.doff = 5 + options / 4,
	};
	size_t start = is_ip6 ? sizeof(struct ipv6hdr) : sizeof(struct iphdr);
	size_t size = start + sizeof(tcp) + options + segment->size;

	kernel_header(packet, size, is_ip6, from_second, IPPROTO_TCP);
	((uint8_t *)&tcp)[13] = segment->flags;
	memcpy(packet + start, &tcp, sizeof(tcp));
	if (options)
		memcpy(packet + start + sizeof(tcp),
		       (uint8_t[]){ 3, 3, segment->scale, 1 }, 4);
	return size;
}

/* --- both */

struct bed {
	struct kernel kernel;
	struct tcp_talk talk;
	struct tcp_flow flow;
	bool is_ip6;
	uint16_t first_port;
	struct kernel_entry entry;
	uint8_t packet[PACKET_MAX];
	uint64_t seed, segments, unlisted;
	bool is_broken; /* the kernel cannot be asked */
	struct tap *tap;
};

static const char *kind_of(const struct tg_flow_segment *segment)
{
	uint8_t flags = segment->flags;

	if (flags & TG_FLOW_RST)
		return flags & TG_FLOW_ACK ? "R." : "R";
	if (flags & TG_FLOW_SYN)
		return flags & TG_FLOW_ACK ? "S." : "S";
	if (flags & TG_FLOW_FIN)
		return "F.";
	return segment->size ? "P." : ".";
}

/* Is a word in the list? */
static bool is_one_of(const char *word, const char *list)
{
	size_t length = strlen(word);

	if (!list)
		return true;
	for (const char *at = strstr(list, word); at;
	     at = strstr(at + length, word))
		if ((at == list || at[-1] == ' ') &&
		    (!at[length] || at[length] == ' '))
			return true;
	return false;
}

static bool applies(const struct seen *seen, const struct seen *listed)
{
	return is_one_of(seen->kind, listed->kind) &&
	       is_one_of(seen->before, listed->before) &&
	       is_one_of(seen->after, listed->after) &&
	       is_one_of(seen->kernel_before, listed->kernel_before) &&
	       is_one_of(seen->kernel_after, listed->kernel_after) &&
	       is_one_of(seen->fact, listed->fact) &&
	       is_one_of(seen->kernel_fact, listed->kernel_fact);
}

static struct difference *find_difference(const struct seen *seen)
{
	for (struct difference *difference = differences; difference->reason;
	     difference++)
		if (applies(seen, &difference->seen))
			return difference;
	return NULL;
}

static void complain(struct bed *bed, const struct seen *seen,
		     const struct tcp_flow *before, bool is_second,
		     const struct tg_flow_segment *segment)
{
	const struct tg_flow_peer *from = &before->peers[is_second];
	const struct tg_flow_peer *to = &before->peers[!is_second];

	if (bed->unlisted++ >= COMPLAINTS_MAX)
		return;
	tap_note(bed->tap, "seed %lu: %s from the %s end: %s -> %s, %s",
		 (unsigned long)bed->seed, seen->kind,
		 is_second ? "second" : "first", seen->before, seen->after,
		 seen->fact);
	tap_note(bed->tap, "conntrack: %s -> %s, %s", seen->kernel_before,
		 seen->kernel_after, seen->kernel_fact);
	tap_note(bed->tap,
		 "sequence: end %+d, max_end %+d, flags %#x, window %u << %u",
		 segment->seq - from->end, segment->seq - from->max_end,
		 from->flags, from->window, from->scale);
	tap_note(bed->tap, "size %u, ack: end %+d, flags %#x, window %u << %u",
		 segment->size, segment->ack - to->end, to->flags, to->window,
		 to->scale);
}

static const char *kernel_state(const struct bed *bed)
{
	return tcp_flow_state_name(state_of_kernel(&bed->entry));
}

/* False: the conversation is not compared any further. */
static bool pass(struct bed *bed, bool is_second,
		 const struct tg_flow_segment *segment)
{
	struct tcp_flow before = bed->flow;
	size_t size = packet_make(bed->packet, bed->is_ip6, bed->first_port,
				  is_second, segment);
	struct seen seen = {
		.kind = kind_of(segment),
		.before = tcp_flow_state_name(before.state),
		.kernel_before = kernel_state(bed),
	};
	enum tg_flow_fact fact = TG_FLOW_FACT_INVALID;
	struct difference *difference;
	bool is_passed = false;

	bed->segments++;
	seen.fact = tcp_flow_fact_name(
		tcp_flow_judge(&bed->flow, is_second, segment));
	seen.after = tcp_flow_state_name(bed->flow.state);
	if (kernel_pass(&bed->kernel, is_second, bed->packet, size, &is_passed,
			&fact) < 0 ||
	    kernel_look(&bed->kernel, bed->is_ip6, bed->first_port, SECOND_PORT,
			&bed->entry) < 0) {
		bed->is_broken = true;
		return false;
	}
	seen.kernel_fact = is_passed ? tcp_flow_fact_name(fact) : "dropped";
	seen.kernel_after = kernel_state(bed);
	if (strcmp(seen.fact, seen.kernel_fact) == 0 &&
	    strcmp(seen.after, seen.kernel_after) == 0)
		return true;
	difference = find_difference(&seen);
	if (!difference) {
		complain(bed, &seen, &before, is_second, segment);
		return false;
	}
	difference->count++;
	return difference->goes_on;
}

static void have_talk(struct bed *bed, uint64_t seed)
{
	static const uint32_t sizes[] = { 1, 536, 1448, SIZE_MAX_SENT };
	struct tg_flow_segment segment;
	unsigned int unseen = seed % 4 ? 0 : seed % 64;
	bool is_second, goes_on = true;

	bed->seed = seed;
	bed->is_ip6 = seed / 8 % 2;
	bed->first_port = 1024 + seed % 60000;
	bed->flow = (struct tcp_flow){ 0 };
	bed->entry = (struct kernel_entry){ 0 };
	tcp_talk_start(&bed->talk, seed, sizes[seed % 4]);
	for (int round = 0; goes_on && round < 2; round++) {
		while (goes_on &&
		       tcp_talk_next(&bed->talk, &is_second, &segment)) {
			if (unseen)
				unseen--;
			else
				goes_on = pass(bed, is_second, &segment);
		}
		/* again, if both know who begins and that it is over */
		goes_on &= bed->flow.state == TG_FLOW_TIME_WAIT &&
			   !bed->flow.by_high && !bed->entry.by_second &&
			   bed->entry.tcp_state == KERNEL_TCP_TIME_WAIT;
		tcp_talk_restart(&bed->talk);
	}
	bed->is_broken |= kernel_flush(&bed->kernel) < 0;
}

int main(int argc, char *argv[])
{
	unsigned int seconds = argc > 1 ? atoi(argv[1]) : 5;
	uint64_t seed = argc > 2 ? strtoull(argv[2], NULL, 0) : 1;
	struct tap tap = tap_plan(stdout, 1);
	static struct bed bed;
	time_t end = time(NULL) + seconds;

	bed.tap = &tap;
	if (kernel_open(&bed.kernel) < 0)
		return EXIT_FAILURE;
	for (; time(NULL) < end && !bed.is_broken && !bed.unlisted; seed++)
		have_talk(&bed, seed);
	kernel_close(&bed.kernel);
	for (unsigned int i = 0; differences[i].reason; i++)
		tap_note(&tap, "%lu times %s",
			 (unsigned long)differences[i].count,
			 differences[i].reason);
	tap_note(&tap, "%lu segments, up to seed %lu",
		 (unsigned long)bed.segments, (unsigned long)seed);
	tap_ok(&tap, !bed.is_broken && bed.segments && !bed.unlisted,
	       "conntrack says the same of TCP, but for what is listed");
	return tap_end(&tap);
}
