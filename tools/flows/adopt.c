// SPDX-License-Identifier: GPL-2.0-only
#include "adopt.h"

#include <errno.h>
#include <net/if.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "vlans.h"

struct adopting {
	const struct flow_map *map;
	const uint32_t *times;
	struct flow_tally *tally;
	struct vlan_links links; /* none, if VLANs are not kept apart */
	bool is_loopback;	 /* the device */
};

static const uint32_t default_times[] = {
#define TIME(name, text, seconds, rank) \
	[TG_FLOW_##name] = TG_FLOW_TIME(seconds),
	TG_FLOW_STATE_LIST(TIME)
#undef TIME
};

/* --- one socket */

static uint8_t state_of(const struct socket_pair *pair)
{
	if (pair->protocol == IPPROTO_UDP)
		return TG_FLOW_UDP_STREAM;
	switch (pair->state) {
	case TCP_FIN_WAIT1:
		return TG_FLOW_FIN_WAIT;
	case TCP_FIN_WAIT2:
	case TCP_CLOSE_WAIT:
		return TG_FLOW_CLOSE_WAIT;
	case TCP_LAST_ACK:
	case TCP_CLOSING:
		return TG_FLOW_LAST_ACK;
	case TCP_TIME_WAIT:
		return TG_FLOW_TIME_WAIT;
	default:
		return TG_FLOW_ESTABLISHED;
	}
}

static bool is_loopback(const struct socket_end *end, bool is_ip6)
{
	if (!is_ip6)
		return end->words[0] >> 24 == 127;
	return !end->words[0] && !end->words[1] && !end->words[2] &&
	       end->words[3] == 1;
}

static bool passes_device(const struct adopting *adopting,
			  const struct socket_pair *pair)
{
	return is_loopback(&pair->remote, pair->is_ip6) ==
	       adopting->is_loopback;
}

/* Whether the local end, or the remote one, has closed its direction. */
static bool has_closed(const struct socket_pair *pair, bool is_remote)
{
	switch (pair->state) {
	case TCP_FIN_WAIT1:
	case TCP_FIN_WAIT2:
		return !is_remote;
	case TCP_CLOSE_WAIT:
		return is_remote;
	case TCP_LAST_ACK:
	case TCP_CLOSING:
	case TCP_TIME_WAIT:
		return true;
	default:
		return false;
	}
}

/* The first segment that passes tells the numbers. */
static struct tg_flow_peer unseen_peer(const struct socket_pair *pair,
				       bool is_remote)
{
	struct tg_flow_peer peer = { 0 };

	if (pair->protocol != IPPROTO_TCP)
		return peer;
	peer.flags = TG_FLOW_IS_LIBERAL | TG_FLOW_IS_UNSEEN;
	if (has_closed(pair, is_remote))
		peer.flags |= TG_FLOW_SENT_FIN;
	return peer;
}

static void adopt_pair(void *context, const struct socket_pair *pair)
{
	const struct adopting *adopting = context;
	uint8_t state = state_of(pair);
	struct flow_addition addition = {
		.flow.key = {
			.low_port = pair->local.port,
			.high_port = pair->remote.port,
			.protocol = pair->protocol,
			.form = pair->is_ip6 ? TG_FLOW_IP6 : TG_FLOW_IP4,
		},
		.flow.peers = { unseen_peer(pair, false),
				unseen_peer(pair, true) },
		.state = state,
		.time = adopting->times[state],
		.is_by_high = pair->was_asked,
	};
	struct tg_flow_key *key = &addition.flow.key;

	if (!passes_device(adopting, pair))
		return;
	memcpy(key->low, pair->local.words, sizeof(key->low));
	memcpy(key->high, pair->remote.words, sizeof(key->high));
	key->vlan = vlan_of_socket(&adopting->links, pair);
	flow_add_to(&adopting->map->memory, &addition, adopting->tally);
}

/* --- all sockets */

/* 1, 0 or a negative errno. */
static int device_is_loopback(const char *device)
{
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0), err = 0;
	struct ifreq request = { 0 };

	if (fd < 0)
		return -errno;
	snprintf(request.ifr_name, sizeof(request.ifr_name), "%s", device);
	if (ioctl(fd, SIOCGIFFLAGS, &request) < 0)
		err = -errno;
	close(fd);
	return err ? err : !!(request.ifr_flags & IFF_LOOPBACK);
}

static int adopt_fail(const char *what, int err)
{
	fprintf(stderr, "%s: %s: %s\n", program_invocation_short_name, what,
		strerror(-err));
	return err;
}

static int adopt_all(struct adopting *adopting)
{
	int err = sockets_visit(adopt_pair, adopting);

	return err ? adopt_fail("cannot read the sockets that exist", err) : 0;
}

int flow_adopt(const struct flow_map *map, const char *device,
	       const struct tg_policy_flows *policy, struct flow_tally *tally)
{
	struct adopting adopting = {
		.map = map,
		.times = policy ? policy->times : default_times,
		.tally = tally,
	};
	int err = device_is_loopback(device);

	*tally = (struct flow_tally){ 0 };
	if (err < 0)
		return adopt_fail(device, err);
	adopting.is_loopback = err;
	if (policy && policy->has_vlans)
		err = vlan_links_read(&adopting.links,
				      (int)if_nametoindex(device));
	else
		err = 0;
	err = err ? adopt_fail("cannot read the devices", err)
		  : adopt_all(&adopting);
	vlan_links_free(&adopting.links);
	return err;
}
