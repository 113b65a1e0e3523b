// SPDX-License-Identifier: GPL-2.0-only
/*
 * drop_port - drops TCP from or to one port, 80 unless told otherwise, so that
 * one copy stops both directions of a connection.
 *
 * Sections: xdp, ingress, egress. Maps: tgc_drop_port (counters).
 * Constants: drop_port_port.
 *
 *	ip link set dev eth0 xdp obj build/drop_port.o sec xdp
 *
 * Then `curl http://server/` hangs, on the server as on the client, and
 * `curl http://server:8080/` works.
 */
#include "plugin.h"

const volatile __u16 drop_port_port = 80;

static __always_inline int drop_port(struct tg_packet *pkt)
{
	struct tg_headers headers;

	if (tg_parse(pkt, &headers, TG_DEPTH_TRANSPORT) < 0)
		return tg_next_noting(pkt, TG_REASON_MALFORMED);
	if (headers.transport == TG_L4_TCP &&
	    (headers.sport == drop_port_port ||
	     headers.dport == drop_port_port))
		return tg_drop(pkt, TG_REASON_TCP_PORT);
	return tg_next(pkt);
}

TG_PLUGIN(drop_port);
