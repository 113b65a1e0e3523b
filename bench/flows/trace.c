// SPDX-License-Identifier: GPL-2.0-only
/*
 * flow-trace - writes a trace of packets of many flows, in random order: each
 * flow once, or once from each end. bench/run fills tables with it, and times
 * filters with it. Deterministic: equal options give equal flows.
 *
 * Clients are in 100.64.0.0/10, each has an address of its own. Servers are in
 * 198.18.0.0/15, or there is one.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <getopt.h>
#include <linux/if_ether.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "packet_frame.h"
#include "random.h"
#include "trace_file.h"

#define CLIENTS 0x64400000U
#define CLIENT_BITS 22
#define SERVERS 0xc6120000U
#define SERVER_BITS 17
#define FLOWS_MAX (1U << CLIENT_BITS)

#define TCP 6
#define UDP 17
#define TCP_OFFSET (14 + 20)
#define TCP_CHECKSUM (TCP_OFFSET + 16)

/* A TCP packet of each flow: its flags, sequence and acknowledgment. */
static const struct segment {
	const char *name;
	uint8_t flags;
	uint32_t seq, ack;
} segments[] = {
	{ "tcp", 0x10, 1, 1 },	   /* any ACK */
	{ "syn", 0x02, 1, 0 },	   /* a connection from its beginning */
	{ "syn-ack", 0x12, 1, 2 }, /* to its end */
	{ "ack", 0x10, 2, 2 },	   { "fin", 0x11, 2, 2 },
};

static const char help[] =
	"Usage: flow-trace [OPTION...] -o FILE\n"
	"\n"
	"  -o, --output FILE  the trace; bench/common/trace_file.h has its "
	"form\n"
	"  -n, --flows N      number of flows (65536)\n"
	"  -p, --protocol P   udp, tcp (segments with ACK), or both: half of "
	"the\n"
	"                     flows are udp, half tcp (both); or the segments "
	"of\n"
	"                     a connection: syn, syn-ack, ack, fin\n"
	"  -e, --end E        who sends: client, server, or both (both)\n"
	"  -t, --to ADDRESS   all servers have this address, and port 80\n"
	"  -w, --window N     frames change places with others that are up to "
	"N\n"
	"                     frames away, differently for each end\n"
	"  -s, --seed N       seed of the random numbers (1)\n"
	"  -h, --help\n";

enum ends { CLIENT = 1, SERVER = 2, BOTH = CLIENT | SERVER };

struct options {
	const char *output, *protocol;
	const struct segment *segment; /* of TCP */
	uint32_t flows, server, window;
	uint64_t seed;
	enum ends ends;
};

struct flow {
	uint32_t client, server;
	uint16_t client_port, server_port;
	uint8_t protocol;
};

static uint8_t protocol_of(const struct options *options, uint32_t number)
{
	if (!strcmp(options->protocol, "udp"))
		return UDP;
	if (!strcmp(options->protocol, "both"))
		return number & 1 ? UDP : TCP;
	return TCP;
}

/*
 * Flow N of a seed, whichever end sends. The multiplier is odd: each number has
 * another address.
 */
static struct flow flow_of(const struct options *options, uint32_t number)
{
	struct random random = { options->seed << 32 | number };
	uint64_t bits = random_bits(&random);

	return (struct flow){
		.client = CLIENTS |
			  ((number * 2654435761U + options->seed * 40503) &
			   (FLOWS_MAX - 1)),
		.server = options->server
				  ? options->server
				  : SERVERS | bits >> (64 - SERVER_BITS),
		.client_port = 1024 + (bits & 0xffff) % (65536 - 1024),
		.server_port = options->server ? 80 : 1 + (bits >> 16 & 0x3ff),
		.protocol = protocol_of(options, number),
	};
}

static void put(struct policy_packet *packet, enum policy_field field,
		uint64_t value)
{
	packet->has[field] = true;
	packet->value[field].lo = value;
}

static uint32_t sum_of(uint32_t value)
{
	return (value >> 16) + (value & 0xffff);
}

/* Replace 32 bits of the TCP header, and update its checksum (RFC 1624). */
static void replace_number(uint8_t *frame, size_t offset, uint32_t number)
{
	uint32_t was, now = htonl(number);
	uint16_t checksum;
	uint32_t sum;

	memcpy(&was, frame + offset, sizeof(was));
	memcpy(frame + offset, &now, sizeof(now));
	memcpy(&checksum, frame + TCP_CHECKSUM, sizeof(checksum));
	sum = (uint16_t)~checksum + sum_of(~was) + sum_of(now);
	checksum = ~sum_of(sum_of(sum));
	memcpy(frame + TCP_CHECKSUM, &checksum, sizeof(checksum));
}

static void make_frame(const struct options *options, struct flow flow,
		       bool by_server, struct trace_record *record)
{
	const struct segment *segment = options->segment;
	struct policy_packet packet = { 0 };

	put(&packet, POLICY_ETHERTYPE, ETH_P_IP);
	put(&packet, POLICY_PROTOCOL, flow.protocol);
	put(&packet, POLICY_SRC4, by_server ? flow.server : flow.client);
	put(&packet, POLICY_DST4, by_server ? flow.client : flow.server);
	put(&packet, POLICY_SRC_PORT,
	    by_server ? flow.server_port : flow.client_port);
	put(&packet, POLICY_DST_PORT,
	    by_server ? flow.client_port : flow.server_port);
	if (flow.protocol == TCP)
		put(&packet, POLICY_TCP_FLAGS, segment->flags);
	*record = (struct trace_record){ .verdict = TRACE_VERDICT_UNKNOWN };
	record->size = packet_frame(&packet, record->frame);
	if (flow.protocol == TCP) {
		replace_number(record->frame, TCP_OFFSET + 4, segment->seq);
		replace_number(record->frame, TCP_OFFSET + 8, segment->ack);
	}
}

static void exchange(struct trace_record *one, struct trace_record *other)
{
	struct trace_record record = *one;

	*one = *other;
	*other = record;
}

static void shuffle(struct trace *trace, uint64_t seed)
{
	struct random random = { seed };

	for (uint32_t i = trace->header.count; i > 1; i--)
		exchange(&trace->records[i - 1],
			 &trace->records[random_below(&random, i)]);
}

static void shuffle_windows(struct trace *trace, const struct options *options)
{
	struct random random = { options->seed << 2 | options->ends };

	for (uint32_t i = 0; i + options->window < trace->header.count; i++)
		exchange(&trace->records[i],
			 &trace->records[i + random_below(&random,
							  options->window)]);
}

static int make_trace(const struct options *options)
{
	struct trace trace = {
		.header = { .count = options->flows *
				     (options->ends == BOTH ? 2 : 1),
			    .seed = options->seed },
	};
	uint32_t made = 0;
	int err;

	trace.records = calloc(trace.header.count, sizeof(*trace.records));
	if (!trace.records) {
		fprintf(stderr, "flow-trace: %s\n", strerror(ENOMEM));
		return -ENOMEM;
	}
	for (uint32_t i = 0; i < options->flows; i++) {
		struct flow flow = flow_of(options, i);

		if (options->ends & CLIENT)
			make_frame(options, flow, false,
				   &trace.records[made++]);
		if (options->ends & SERVER)
			make_frame(options, flow, true, &trace.records[made++]);
	}
	shuffle(&trace, options->seed);
	if (options->window)
		shuffle_windows(&trace, options);
	err = trace_write(options->output, &trace);
	free(trace.records);
	return err;
}

static int usage(const char *what, const char *value)
{
	fprintf(stderr, "flow-trace: %s: '%s': see flow-trace --help\n", what,
		value);
	return 2;
}

static bool number(const char *text, uint64_t max, uint64_t *value)
{
	char *end;

	errno = 0;
	*value = strtoull(text, &end, 10);
	return end != text && !*end && !errno && *value <= max;
}

static bool read_ends(const char *text, enum ends *ends)
{
	static const char *const names[] = { NULL, "client", "server", "both" };

	for (*ends = CLIENT; *ends <= BOTH; (*ends)++) {
		if (!strcmp(text, names[*ends]))
			return true;
	}
	return false;
}

static bool read_protocol(const char *text, struct options *options)
{
	options->protocol = text;
	options->segment = segments;
	if (!strcmp(text, "udp") || !strcmp(text, "both"))
		return true;
	for (size_t i = 0; i < sizeof(segments) / sizeof(*segments); i++) {
		options->segment = &segments[i];
		if (!strcmp(text, segments[i].name))
			return true;
	}
	return false;
}

static bool read_option(int option, struct options *options)
{
	struct in_addr address;
	uint64_t value;

	switch (option) {
	case 'o':
		options->output = optarg;
		return true;
	case 'n':
		if (!number(optarg, FLOWS_MAX, &value) || !value)
			return false;
		options->flows = value;
		return true;
	case 'p':
		return read_protocol(optarg, options);
	case 'e':
		return read_ends(optarg, &options->ends);
	case 't':
		if (inet_pton(AF_INET, optarg, &address) != 1)
			return false;
		options->server = ntohl(address.s_addr);
		return true;
	case 'w':
		if (!number(optarg, UINT32_MAX, &value))
			return false;
		options->window = value;
		return true;
	case 's':
		return number(optarg, UINT32_MAX, &options->seed);
	default:
		return false;
	}
}

int main(int argc, char **argv)
{
	static const struct option longs[] = {
		{ "output", required_argument, NULL, 'o' },
		{ "flows", required_argument, NULL, 'n' },
		{ "protocol", required_argument, NULL, 'p' },
		{ "end", required_argument, NULL, 'e' },
		{ "to", required_argument, NULL, 't' },
		{ "window", required_argument, NULL, 'w' },
		{ "seed", required_argument, NULL, 's' },
		{ "help", no_argument, NULL, 'h' },
		{ 0 },
	};
	struct options options = { .protocol = "both",
				   .segment = segments,
				   .flows = 65536,
				   .seed = 1,
				   .ends = BOTH };
	int option;

	while ((option = getopt_long(argc, argv, "o:n:p:e:t:w:s:h", longs,
				     NULL)) >= 0) {
		if (option == 'h') {
			fputs(help, stdout);
			return EXIT_SUCCESS;
		}
		if (option == '?')
			return 2;
		if (!read_option(option, &options))
			return usage("not understood", optarg);
	}
	if (optind != argc)
		return usage("no arguments are needed", argv[optind]);
	if (!options.output)
		return usage("the output file is missing", "-o");
	return make_trace(&options) ? EXIT_FAILURE : EXIT_SUCCESS;
}
