// SPDX-License-Identifier: GPL-2.0-only
/*
 * Computes how far a packet's headers extend, from its description and not by
 * parsing: the parser is checked against it.
 */
#include "craft.h"

#include <string.h>

#define TAGS_FOLLOWED 2
#define ARP_FIXED 8

struct walk {
	struct craft_extent extent;
	const struct craft_layer *network;
	int tags;
	bool done; /* the parser stops here */
};

static uint64_t value(const struct craft *craft,
		      const struct craft_layer *layer, const char *name)
{
	return field_get(craft->bytes + layer->start,
			 layer_field(layer->kind, name));
}

static void follow(struct walk *walk, const struct craft_layer *layer)
{
	walk->extent.headers = layer->start + layer->size;
	walk->extent.at_hand = layer->start + layer->kind->read;
}

static void follow_network(const struct craft *craft, struct walk *walk,
			   const struct craft_layer *layer)
{
	size_t length = 0;

	follow(walk, layer);
	walk->network = layer;
	switch (layer->kind->role) {
	case LAYER_IPV4:
		length = value(craft, layer, "len");
		walk->extent.claimed = length ? layer->start + length : 0;
		walk->done = value(craft, layer, "offset") != 0;
		break;
	case LAYER_IPV6:
		length = value(craft, layer, "len");
		walk->extent.claimed =
			length ? layer->start + layer->size + length : 0;
		break;
	default:
		walk->done = true;
		if (value(craft, layer, "hw") == 1 &&
		    value(craft, layer, "proto") == 0x0800)
			break;
		walk->extent.headers = layer->start + ARP_FIXED;
		walk->extent.at_hand = walk->extent.headers;
	}
}

static bool is_announced(const struct craft *craft,
			 const struct craft_layer *layer)
{
	const struct craft_layer *before = layer - 1;

	if (layer == craft->layers)
		return true;
	return before->kind->next &&
	       (int)value(craft, before, before->kind->next) ==
		       (before->kind->role <= LAYER_TAG
				? layer->kind->ethertype
				: layer->kind->protocol);
}

static bool is_foreign_icmp(const struct walk *walk,
			    const struct craft_layer *layer)
{
	bool ip4 = walk->network->kind->role == LAYER_IPV4;

	return !strcmp(layer->kind->name, ip4 ? "icmp6" : "icmp");
}

static void step(const struct craft *craft, struct walk *walk,
		 const struct craft_layer *layer)
{
	walk->done = !is_announced(craft, layer);
	if (walk->done)
		return;
	switch (layer->kind->role) {
	case LAYER_LINK:
		follow(walk, layer);
		break;
	case LAYER_TAG:
		walk->done = walk->tags == TAGS_FOLLOWED;
		if (!walk->done)
			follow(walk, layer);
		walk->tags++;
		break;
	case LAYER_ARP:
	case LAYER_IPV4:
	case LAYER_IPV6:
		walk->done = walk->network != NULL;
		if (!walk->done)
			follow_network(craft, walk, layer);
		break;
	case LAYER_EXTENSION:
		walk->done = walk->network->kind->role != LAYER_IPV6;
		if (walk->done)
			break;
		follow(walk, layer);
		if (!strcmp(layer->kind->name, "frag"))
			walk->done = value(craft, layer, "offset") != 0;
		break;
	case LAYER_TRANSPORT:
		if (!is_foreign_icmp(walk, layer))
			follow(walk, layer);
		walk->done = true;
		break;
	case LAYER_PAYLOAD:
		walk->done = true;
		break;
	}
}

struct craft_extent craft_extent(const struct craft *craft)
{
	struct walk walk = { .tags = craft->has_metadata };

	for (size_t i = 0; !walk.done && i < craft->count; i++)
		step(craft, &walk, &craft->layers[i]);
	return walk.extent;
}
