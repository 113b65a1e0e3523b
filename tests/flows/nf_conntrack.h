/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The kernel's nf_conntrack: packets are forwarded from one tun device to
 * another, and a rule writes what conntrack says of each into its DSCP.
 * tests/bats/helper-conntrack.bash prepares the devices and the rules.
 */
#ifndef TG_FLOWS_NF_CONNTRACK_H
#define TG_FLOWS_NF_CONNTRACK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "policy_flow.h"

/* The ends behind the devices. */
#define KERNEL_FIRST4 0xc6336402  /* 198.51.100.2 */
#define KERNEL_SECOND4 0xcb007102 /* 203.0.113.2 */
extern const uint8_t kernel_ends6[2][16];

struct kernel {
	int devices[2];
	int netlink;
	uint32_t sequence; /* of netlink's messages */
};

enum kernel_tcp_state {
	/* as in nf_conntrack_tcp.h */
	KERNEL_TCP_NONE,
	KERNEL_TCP_SYN_SENT,
	KERNEL_TCP_SYN_RECV,
	KERNEL_TCP_ESTABLISHED,
	KERNEL_TCP_FIN_WAIT,
	KERNEL_TCP_CLOSE_WAIT,
	KERNEL_TCP_LAST_ACK,
	KERNEL_TCP_TIME_WAIT,
	KERNEL_TCP_CLOSE,
	KERNEL_TCP_SYN_SENT2,
};

/* What the table has about a connection. */
struct kernel_entry {
	bool is_there;
	bool is_answered;
	bool by_second;	   /* that end sent the first packet */
	uint8_t tcp_state; /* enum kernel_tcp_state */
};

/* Returns when packets are forwarded. Negative errno, after a message. */
int kernel_open(struct kernel *kernel);
void kernel_close(struct kernel *kernel);

#define KERNEL_HEADER_MAX 40

/* Writes the header of a packet of `size` bytes; returns the header's size. */
size_t kernel_header(uint8_t *packet, size_t size, bool is_ip6,
		     bool from_second, uint8_t protocol);

/* The same, of a fragment over IPv4: its id, flags and offset. */
size_t kernel_fragment4(uint8_t *packet, size_t size, bool from_second,
			uint8_t protocol, uint16_t id, uint16_t offset);

/* A packet that does not come out by itself: a first fragment. */
int kernel_send(struct kernel *kernel, bool from_second, const uint8_t *packet,
		size_t size);

/* A packet passes; *is_passed: it came out, and *fact is what it was. */
int kernel_pass(struct kernel *kernel, bool from_second, const uint8_t *packet,
		size_t size, bool *is_passed, enum tg_flow_fact *fact);

/* The entry of a TCP connection between two ports. */
int kernel_look(struct kernel *kernel, bool is_ip6, uint16_t first_port,
		uint16_t second_port, struct kernel_entry *entry);

/* The table becomes empty. */
int kernel_flush(struct kernel *kernel);

#endif
