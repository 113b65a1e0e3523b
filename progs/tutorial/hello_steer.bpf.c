// SPDX-License-Identifier: GPL-2.0-only
/*
 * hello_steer - selects the queue of a tap device by the last bit of the
 * destination IPv4 address.
 *
 *	build/tutorial/tap-steer tap0 build/tutorial/hello_steer.o steer
 *	build/tutorial/tap-steer tap0 off
 */
#include <stddef.h>

#include <linux/bpf.h>
#include <linux/if_ether.h>
#include <linux/ip.h>
#include <bpf/bpf_helpers.h>

#define LAST_BYTE (ETH_HLEN + offsetof(struct iphdr, daddr) + 3)

SEC("steer")
int hello_steer(struct __sk_buff *skb)
{
	__u8 last_byte = 0;

	bpf_skb_load_bytes(skb, LAST_BYTE, &last_byte, sizeof(last_byte));
	return last_byte & 1;
}

char _license[] SEC("license") = "GPL";
