// SPDX-License-Identifier: GPL-2.0-only
#include "judged_packet.h"

#include <arpa/inet.h>
#include <linux/if_ether.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "packet/describe.h"
#include "policy/language/words.h"

#define MACS_SIZE 12

/* Puts the outer tag of tc back into the frame. */
static void put_tag(struct judged_packet *packet, uint8_t *room)
{
	const struct tg_watch_event *event = packet->event;
	uint16_t tag[2] = { event->vlan, htons(event->vlan_tci) };

	packet->length += JUDGED_TAG_SIZE;
	if (packet->captured < MACS_SIZE)
		return;
	memcpy(room, packet->frame, MACS_SIZE);
	memcpy(room + MACS_SIZE, tag, JUDGED_TAG_SIZE);
	memcpy(room + MACS_SIZE + JUDGED_TAG_SIZE, packet->frame + MACS_SIZE,
	       packet->captured - MACS_SIZE);
	packet->frame = room;
	packet->captured += JUDGED_TAG_SIZE;
}

void judged_packet_set(struct judged_packet *packet,
		       const struct tg_watch_event *event, const uint8_t *bytes,
		       int64_t to_real, uint8_t *room)
{
	*packet = (struct judged_packet){
		.event = event,
		.time = event->time + to_real,
		.frame = bytes,
		.captured = event->captured,
		.length = event->size,
	};
	if (event->vlan)
		put_tag(packet, room);
}

int64_t monotonic_to_real(void)
{
	struct timespec real, monotonic;

	clock_gettime(CLOCK_MONOTONIC, &monotonic);
	clock_gettime(CLOCK_REALTIME, &real);
	return (int64_t)(real.tv_sec - monotonic.tv_sec) * 1000000000 +
	       real.tv_nsec - monotonic.tv_nsec;
}

void judged_describe(char *text, size_t size,
		     const struct judged_packet *judged)
{
	const struct policy_metadata metadata = {
		.has_skb = judged->event->hook != TG_HOOK_XDP,
		.missing = judged->length - judged->captured,
	};
	struct policy_packet packet;
	FILE *out = fmemopen(text, size, "w");

	*text = '\0';
	if (!out)
		return;
	policy_packet_read(&packet, judged->frame, judged->captured, &metadata);
	if (packet.cut_off)
		fputs("(its headers are longer than what is captured)", out);
	else
		describe_print(out, &packet, false);
	fclose(out);
	text[size - 1] = '\0';
}

/* Behind at most two tags. */
static bool is_ip(const struct judged_packet *packet)
{
	uint32_t at = 2 * ETH_ALEN;
	uint16_t type = 0;

	for (int tags = 0; tags <= 2 && at + sizeof(type) <= packet->captured;
	     tags++, at += 4) {
		memcpy(&type, packet->frame + at, sizeof(type));
		type = ntohs(type);
		if (type != ETH_P_8021Q && type != ETH_P_8021AD)
			break;
	}
	return type == ETH_P_IP || type == ETH_P_IPV6;
}

const char *judged_flow(const struct judged_packet *packet)
{
	if (!packet->event->flow || !is_ip(packet))
		return NULL;
	return word_name(WORDS_FLOW, packet->event->flow - 1);
}
