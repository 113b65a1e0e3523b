// SPDX-License-Identifier: GPL-2.0-only
/*
 * bucket - a token bucket for each IPv4 source address: a burst of
 * packets, then one more per interval. Credit is measured in nanoseconds, and a
 * packet costs one interval.
 *
 *	tc qdisc add dev eth0 clsact
 *	tc filter add dev eth0 ingress bpf da \
 *		obj build/tutorial/bucket.o sec ingress
 */
#include <linux/bpf.h>
#include <linux/if_ether.h>
#include <linux/ip.h>
#include <linux/pkt_cls.h>
#include <stdbool.h>
#include <stddef.h>

#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>

#define SOURCE_AT (ETH_HLEN + offsetof(struct iphdr, saddr))

const volatile __u64 bucket_interval = 1000000000; /* ns */
const volatile __u64 bucket_burst = 5;

struct tut_bucket {
	struct bpf_spin_lock lock;
	__u64 seen; /* when the credit was last computed */
	__u64 credit;
};

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 1024);
	__type(key, __be32);
	__type(value, struct tut_bucket);
	__uint(pinning, LIBBPF_PIN_BY_NAME);
} tut_buckets SEC(".maps");

static __always_inline struct tut_bucket *bucket_of(__be32 source)
{
	struct tut_bucket *bucket = bpf_map_lookup_elem(&tut_buckets, &source);
	struct tut_bucket full = {
		.seen = bpf_ktime_get_ns(),
		.credit = bucket_burst * bucket_interval,
	};

	if (bucket)
		return bucket;
	bpf_map_update_elem(&tut_buckets, &source, &full, BPF_NOEXIST);
	return bpf_map_lookup_elem(&tut_buckets, &source);
}

static __always_inline bool take(struct tut_bucket *bucket)
{
	__u64 limit = bucket_burst * bucket_interval;
	__u64 now = bpf_ktime_get_ns();
	bool enough;

	bpf_spin_lock(&bucket->lock);
	/* Another CPU may have been here at a later time. */
	if (now > bucket->seen) {
		bucket->credit += now - bucket->seen;
		bucket->seen = now;
	}
	if (bucket->credit > limit)
		bucket->credit = limit;
	enough = bucket->credit >= bucket_interval;
	if (enough)
		bucket->credit -= bucket_interval;
	bpf_spin_unlock(&bucket->lock);
	return enough;
}

SEC("ingress")
int bucket(struct __sk_buff *skb)
{
	struct tut_bucket *bucket;
	__be32 source;

	if (skb->protocol != bpf_htons(ETH_P_IP) ||
	    bpf_skb_load_bytes(skb, SOURCE_AT, &source, sizeof(source)))
		return TC_ACT_OK;
	bucket = bucket_of(source);
	if (!bucket)
		return TC_ACT_OK; /* the map is full */
	return take(bucket) ? TC_ACT_OK : TC_ACT_SHOT;
}

char LICENSE[] SEC("license") = "GPL";
