// SPDX-License-Identifier: GPL-2.0-only
/*
 * choose_socket - two programs for UDP sockets. One is a filter: its result is
 * how many bytes of a datagram the socket gets, and 0 means that it does not
 * get the datagram. The other one chooses a socket of several with one port.
 *
 *	obj=build/tutorial/choose_socket.o
 *	build/tutorial/udp-listen filter $obj keep 7000
 *	build/tutorial/udp-listen reuseport $obj pick 7000 2
 */
#include <linux/bpf.h>
#include <linux/udp.h>

#include <bpf/bpf_helpers.h>

static __always_inline __u8 first_letter(struct __sk_buff *skb, __u32 offset)
{
	__u8 letter = 0;

	bpf_skb_load_bytes(skb, offset, &letter, sizeof(letter));
	return letter;
}

/* A filter's packet begins with the UDP header. */
SEC("keep")
int choose_socket_keep(struct __sk_buff *skb)
{
	if (first_letter(skb, sizeof(struct udphdr)) == '#')
		return 0;
	return skb->len;
}

/* Here the kernel has removed the UDP header. */
SEC("pick")
int choose_socket_pick(struct __sk_buff *skb)
{
	return first_letter(skb, 0) == '!';
}

char LICENSE[] SEC("license") = "GPL";
