// SPDX-License-Identifier: GPL-2.0-only
/*
 * Fuzzes packet descriptions and captures. A description is rejected with a
 * column in the line, or makes a packet. The packet is well-formed unless the
 * line has "cut" or "hex", and its printed description makes the same packet. A
 * capture is read to its end, or to the damaged place.
 *
 * The first byte selects: odd for a capture.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "packet/describe.h"
#include "packet/capture.h"

#define hold(condition)                                                     \
	do {                                                                \
		if (!(condition)) {                                         \
			fprintf(stderr, "does not hold: %s\n", #condition); \
			abort();                                            \
		}                                                           \
	} while (0)

static struct described described, again;

static void read_described(struct policy_packet *packet, struct described *from)
{
	from->metadata.has_skb = true;
	policy_packet_read(packet, from->frame, from->size, &from->metadata);
}

/*
 * False for more IPv6 headers after a later fragment, which have no
 * description.
 */
static bool has_words(const struct policy_packet *packet)
{
	uint64_t protocol = packet->value[POLICY_PROTOCOL].lo;

	if (packet->malformed)
		return false;
	return !packet->has[POLICY_SRC6] ||
	       !(protocol == 0 || protocol == 43 || protocol == 44 ||
		 protocol == 51 || protocol == 60);
}

static void check_printed(const struct policy_packet *packet)
{
	struct describe_error error;
	struct policy_packet same;
	char text[1024] = "";
	FILE *out = fmemopen(text, sizeof(text), "w");

	if (!out)
		abort();
	describe_print(out, packet, true);
	hold(fclose(out) == 0);
	hold(describe(&again, text, strlen(text), &error) == 0);
	read_described(&same, &again);
	for (int i = 0; i < POLICY_FIELDS; i++) {
		hold(packet->has[i] == same.has[i]);
		hold(!packet->has[i] ||
		     (packet->value[i].hi == same.value[i].hi &&
		      packet->value[i].lo == same.value[i].lo));
	}
}

static void check_words(const char *text, size_t size)
{
	bool raw = memmem(text, size, "hex", 3) || memmem(text, size, "cut", 3);
	struct describe_error error;
	struct policy_packet packet;

	if (describe(&described, text, size, &error)) {
		FILE *out = fopen("/dev/null", "w");

		hold(error.column >= 1 && error.column <= size + 1);
		hold(*error.message);
		if (out) {
			describe_error_print(out, "fuzz", text, size, &error);
			fclose(out);
		}
		return;
	}
	hold(described.size <= DESCRIBE_FRAME_MAX);
	read_described(&packet, &described);
	hold(!packet.cut_off);
	hold(raw || !packet.malformed);
	if (!raw && has_words(&packet))
		check_printed(&packet);
}

static void check_capture(const uint8_t *bytes, size_t size)
{
	FILE *file = size ? fmemopen((void *)bytes, size, "r") : NULL;
	struct captured_packet captured;
	struct policy_packet packet;
	struct capture capture;
	uint64_t number = 0;
	int err;

	if (!file)
		return;
	err = capture_start(&capture, file, NULL);
	while (!err && (err = capture_read(&capture, &captured)) > 0) {
		struct policy_metadata metadata = {
			.missing = captured.length - captured.size,
		};

		hold(captured.size <= captured.length);
		hold(captured.size <= size);
		hold(capture.number == ++number);
		policy_packet_read(&packet, captured.bytes, captured.size,
				   &metadata);
		hold(metadata.missing || !packet.cut_off);
		err = 0;
	}
	hold(!err || *capture.error);
	capture_end(&capture);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
	if (!size)
		return 0;
	if (*bytes & 1) {
		check_capture(bytes + 1, size - 1);
	} else {
		/*
		 * of exactly this size, so that the sanitizer detects reads
		 * past it
		 */
		char *text = malloc(size);

		if (!text)
			abort();
		memcpy(text, bytes + 1, size - 1);
		check_words(text, size - 1);
		free(text);
	}
	return 0;
}
