// SPDX-License-Identifier: GPL-2.0-only
/*
 * drop_tcp - drops TCP to one destination port, 80 unless told otherwise. The
 * port is constant data; tg-splice writes a copy with another one.
 *
 * Sections: xdp, ingress, egress. Maps: tgc_drop_tcp (counters).
 * Constants: drop_tcp_port.
 *
 *	tc qdisc add dev eth0 clsact
 *	tc filter add dev eth0 ingress bpf da obj build/drop_tcp.o sec ingress
 *
 * Then `curl http://server/` hangs, `curl http://server:8080/` works. With
 *
 *	build/tg-splice build/drop_tcp.o -o my_drop.o drop_tcp_port=8080
 *
 * and my_drop.o in place of the object, it is the other way round.
 */
#include "plugin.h"

const volatile __u16 drop_tcp_port = 80;

static __always_inline int drop_tcp(struct tg_packet *pkt)
{
	struct tg_headers headers;

	if (tg_parse(pkt, &headers, TG_DEPTH_TRANSPORT) < 0)
		return tg_next_noting(pkt, TG_REASON_MALFORMED);
	if (headers.transport == TG_L4_TCP && headers.dport == drop_tcp_port)
		return tg_drop(pkt, TG_REASON_TCP_PORT);
	return tg_next(pkt);
}

TG_PLUGIN(drop_tcp);
