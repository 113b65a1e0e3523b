// SPDX-License-Identifier: GPL-2.0-only
#include "sockets.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <string.h>

#include <linux/sock_diag.h>

#include "lib/netlink.h"

/* How often a dump is repeated that a change has interrupted. */
#define TRIES 10

#define STATE(state) (1U << (state))
#define CONNECTED                                                              \
	(STATE(TCP_ESTABLISHED) | STATE(TCP_FIN_WAIT1) |                       \
	 STATE(TCP_FIN_WAIT2) | STATE(TCP_TIME_WAIT) | STATE(TCP_CLOSE_WAIT) | \
	 STATE(TCP_LAST_ACK) | STATE(TCP_CLOSING))

struct dump {
	uint8_t protocol;
	uint32_t states;
	netlink_visit *visit;
	void *context;
};

/* --- ports that are listened on */

#define PORTS 65536

struct listening {
	uint8_t is_open[2][PORTS / 8]; /* TCP, UDP */
};

static uint8_t *port_byte(struct listening *listening, uint8_t protocol,
			  uint16_t port)
{
	return &listening->is_open[protocol == IPPROTO_UDP][port / 8];
}

/* TCP: listening; UDP: bound, and not connected. */
static int note_port(const struct nlmsghdr *message, void *context)
{
	const struct inet_diag_msg *found = NLMSG_DATA(message);
	const struct dump *dump = context;
	uint16_t port = ntohs(found->id.idiag_sport);

	*port_byte(dump->context, dump->protocol, port) |= 1 << port % 8;
	return 0;
}

/* --- pairs */

struct visiting {
	struct listening listening;
	socket_visit_fn *visit;
	void *context;
};

static void take_end(struct socket_end *end, const __be32 *address, __be16 port,
		     bool is_ip6)
{
	*end = (struct socket_end){ .port = ntohs(port) };
	for (int i = 0; i < (is_ip6 ? 4 : 1); i++)
		end->words[i] = ntohl(address[i]);
}

static bool is_mapped(const __be32 *address)
{
	return !address[0] && !address[1] && address[2] == htonl(0xffff);
}

static int take_pair(const struct nlmsghdr *message, void *context)
{
	const struct inet_diag_msg *found = NLMSG_DATA(message);
	const struct inet_diag_sockid *id = &found->id;
	const struct rtattr *more[INET_DIAG_MARK + 1];
	const struct dump *dump = context;
	struct visiting *visiting = dump->context;
	bool is_ip6 = found->idiag_family == AF_INET6;
	/* IPv4 over a socket of IPv6 */
	int first = is_ip6 && is_mapped(id->idiag_dst) ? 3 : 0;
	struct socket_pair pair = {
		.protocol = dump->protocol,
		.state = found->idiag_state,
		.device = (int)id->idiag_if,
		.is_ip6 = is_ip6 && !first,
	};

	if (!id->idiag_dport)
		return 0;
	take_end(&pair.local, id->idiag_src + first, id->idiag_sport,
		 pair.is_ip6);
	take_end(&pair.remote, id->idiag_dst + first, id->idiag_dport,
		 pair.is_ip6);
	netlink_attributes(message, sizeof(*found), more, INET_DIAG_MARK);
	pair.mark = netlink_u32(more[INET_DIAG_MARK]);
	pair.was_asked = *port_byte(&visiting->listening, pair.protocol,
				    pair.local.port) >>
				 pair.local.port % 8 &
			 1;
	visiting->visit(visiting->context, &pair);
	return 0;
}

/* --- dumps */

static int dump_family(struct dump *dump, uint8_t family)
{
	const struct inet_diag_req_v2 request = {
		.sdiag_family = family,
		.sdiag_protocol = dump->protocol,
		.idiag_states = dump->states,
	};
	int err = -EAGAIN;

	for (int i = 0; i < TRIES && (err == -EAGAIN || err == -EINTR); i++)
		err = netlink_ask(NETLINK_SOCK_DIAG, SOCK_DIAG_BY_FAMILY,
				  NLM_F_DUMP, &request, sizeof(request),
				  dump->visit, dump);
	/* no such protocol, or no sock_diag for it */
	return err == -ENOENT || err == -EAFNOSUPPORT ? 0 : err;
}

static int dump_both(struct dump dump)
{
	int err = dump_family(&dump, AF_INET);

	return err ? err : dump_family(&dump, AF_INET6);
}

int sockets_visit(socket_visit_fn *visit, void *context)
{
	static struct visiting visiting;
	int err;

	visiting = (struct visiting){ .visit = visit, .context = context };
	err = dump_both((struct dump){ IPPROTO_TCP, STATE(TCP_LISTEN),
				       note_port, &visiting.listening });
	if (!err)
		err = dump_both((struct dump){ IPPROTO_UDP, STATE(TCP_CLOSE),
					       note_port,
					       &visiting.listening });
	if (!err)
		err = dump_both((struct dump){ IPPROTO_TCP, CONNECTED,
					       take_pair, &visiting });
	if (!err)
		err = dump_both((struct dump){ IPPROTO_UDP,
					       STATE(TCP_ESTABLISHED),
					       take_pair, &visiting });
	return err;
}
