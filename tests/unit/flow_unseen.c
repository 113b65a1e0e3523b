// SPDX-License-Identifier: GPL-2.0-only
/*
 * flow_unseen - flows of sockets that a tool has added: the first segment that
 * passes says which numbers are right from then on.
 */
#include "flow_tcp.h"
#include "tap.h"

#define WINDOW 1000

struct bed {
	struct tap tap;
	struct tg_flow_peer peers[2]; /* the local end is the low one */
	__u8 state;
};

static void given_socket(struct bed *bed, __u8 state, __u8 local, __u8 remote)
{
	const __u8 unseen = TG_FLOW_IS_LIBERAL | TG_FLOW_IS_UNSEEN;

	bed->peers[0] = (struct tg_flow_peer){ .flags = unseen | local };
	bed->peers[1] = (struct tg_flow_peer){ .flags = unseen | remote };
	bed->state = state;
}

/* The local end began. */
static __u8 passes(struct bed *bed, int is_remote, __u32 seq, __u32 ack,
		   __u32 size, __u8 flags)
{
	const struct tg_flow_segment segment = {
		.seq = seq,
		.ack = ack,
		.size = size,
		.window = WINDOW,
		.flags = flags,
		.scale = TG_FLOW_NO_SCALE,
	};
	__u8 state = tg_flow_tcp_next(bed->peers, is_remote, is_remote,
				      bed->state, &segment);

	if (state != TG_FLOW_REFUSED)
		bed->state = state;
	return state;
}

static void test_established(struct bed *bed, int first)
{
	given_socket(bed, TG_FLOW_ESTABLISHED, 0, 0);
	tap_ok(&bed->tap,
	       passes(bed, first, 4000000000, 7000, 100, TG_FLOW_ACK) ==
		       TG_FLOW_ESTABLISHED,
	       "end %d: the first segment passes, whatever its numbers", first);
	tap_ok(&bed->tap,
	       passes(bed, !first, 7000, 4000000100, 10, TG_FLOW_ACK) ==
		       TG_FLOW_ESTABLISHED,
	       "end %d: and the answer to it", first);
	tap_ok(&bed->tap,
	       passes(bed, first, 1000, 7010, 100, TG_FLOW_ACK) ==
		       TG_FLOW_REFUSED,
	       "end %d: other numbers do not any more", first);
	tap_ok(&bed->tap,
	       passes(bed, first, 1000, 7010, 0, TG_FLOW_RST | TG_FLOW_ACK) ==
		       TG_FLOW_REFUSED,
	       "end %d: nor a RST with other numbers", first);
}

static void test_reset(struct bed *bed)
{
	given_socket(bed, TG_FLOW_ESTABLISHED, 0, 0);
	tap_ok(&bed->tap,
	       passes(bed, 1, 1, 0, 0, TG_FLOW_RST) == TG_FLOW_ESTABLISHED,
	       "a RST before any other segment ends nothing");
	tap_ok(&bed->tap,
	       passes(bed, 1, 1, 0, 0, TG_FLOW_SYN | TG_FLOW_ACK) ==
		       TG_FLOW_REFUSED,
	       "a SYN with ACK before any other segment is invalid");
	tap_ok(&bed->tap,
	       passes(bed, 1, 900, 50, 1, TG_FLOW_ACK) == TG_FLOW_ESTABLISHED,
	       "what comes after both is taken as the first");
}

static void test_closing(struct bed *bed)
{
	given_socket(bed, TG_FLOW_FIN_WAIT, TG_FLOW_SENT_FIN, 0);
	tap_ok(&bed->tap,
	       passes(bed, 1, 500, 90, 5, TG_FLOW_ACK) == TG_FLOW_CLOSE_WAIT,
	       "an ack of the local FIN is seen");
	tap_ok(&bed->tap,
	       passes(bed, 1, 505, 90, 0, TG_FLOW_ACK | TG_FLOW_FIN) ==
		       TG_FLOW_LAST_ACK,
	       "then the remote FIN");
	tap_ok(&bed->tap,
	       passes(bed, 0, 90, 506, 0, TG_FLOW_ACK) == TG_FLOW_TIME_WAIT,
	       "and the ack of that");
	given_socket(bed, TG_FLOW_ESTABLISHED, 0, 0);
	tap_ok(&bed->tap,
	       passes(bed, 0, 90, 500, 0, TG_FLOW_ACK | TG_FLOW_FIN) ==
		       TG_FLOW_FIN_WAIT,
	       "a FIN may be the first segment that passes");
}

int main(void)
{
	struct bed bed = { .tap = tap_plan(stdout, 15) };

	test_established(&bed, 0);
	test_established(&bed, 1);
	test_reset(&bed);
	test_closing(&bed);
	return tap_end(&bed.tap);
}
