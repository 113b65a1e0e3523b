// SPDX-License-Identifier: GPL-2.0-only
/* Packets from where they come to their answers: one, a batch, a capture. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "explain_batch.h"
#include "live.h"
#include "pcap.h"

static void refuse(struct live *live, struct live_answer *answer,
		   const struct describe_error *error)
{
	live->failed = true;
	answer->error = error;
}

static void print(const struct live *live, const struct live_answer *answer)
{
	if (live->json)
		live_answer_print_json(stdout, answer);
	else if (answer->error || live->batch || live->capture)
		live_answer_print(stdout, answer);
	else
		live_answer_print_way(stdout, answer);
}

static void judge(struct live *live, struct live_answer *answer,
		  const uint8_t *frame, size_t size,
		  const struct policy_metadata *metadata)
{
	struct describe_error error = { 0 };
	struct way way;
	const char *problem =
		chain_run(&live->run, frame, size, metadata, &answer->returned);

	answer->hook = live->twins.hook;
	if (problem) {
		snprintf(error.message, sizeof(error.message), "%s", problem);
		refuse(live, answer, &error);
	} else {
		way_read(&way, &live->twins);
		answer->way = &way;
	}
	print(live, answer);
}

/* --- in words */

static int understand(struct live *live, const char *text, size_t size,
		      struct describe_error *error)
{
	int err = describe(&live->described, text, size, error);

	if (err)
		return err;
	if (live->twins.hook == TG_HOOK_XDP) {
		if (!live->described.metadata.has_mark)
			return 0;
		*error = (struct describe_error){ .message = "on xdp a packet "
							     "has no mark" };
		return -EINVAL;
	}
	live->described.metadata.has_mark = true;
	return 0;
}

static void judge_line(struct live *live, const char *text, size_t size)
{
	struct live_answer answer = { .text = text, .size = size };
	struct described *described = &live->described;
	struct describe_error error;
	struct policy_packet packet;

	if (understand(live, text, size, &error)) {
		refuse(live, &answer, &error);
		print(live, &answer);
		return;
	}
	policy_packet_read(&packet, described->frame, described->size,
			   &described->metadata);
	answer.malformed = packet.malformed;
	judge(live, &answer, described->frame, described->size,
	      &described->metadata);
}

/* A person has typed it, and can see where it is wrong. */
int live_packet(struct live *live)
{
	struct describe_error error;
	size_t size = strlen(live->packet);

	if (!live->json && understand(live, live->packet, size, &error)) {
		describe_error_print(stderr, "packet", live->packet, size,
				     &error);
		return EXIT_FAILURE;
	}
	judge_line(live, live->packet, size);
	return live->failed ? EXIT_FAILURE : EXIT_SUCCESS;
}

static void judge_batch_line(struct live *live, const struct batch_line *line)
{
	static const struct describe_error too_long = {
		.message = "the line is too long",
	};
	struct live_answer answer = { .text = "" };

	if (line->too_long) {
		refuse(live, &answer, &too_long);
		print(live, &answer);
	} else if (!batch_says_nothing(line)) {
		judge_line(live, line->text, line->size);
	}
}

int live_batch(struct live *live)
{
	struct batch_line line;
	struct batch batch;
	int err = batch_start(&batch, STDIN_FILENO, stdout);

	while (!err && (err = batch_next(&batch, &line)) > 0) {
		judge_batch_line(live, &line);
		err = ferror(stdout) ? -EIO : 0;
	}
	batch_end(&batch);
	if (err)
		fprintf(stderr, "tg-explain: standard input: %s\n",
			strerror(-err));
	return err || live->failed ? EXIT_FAILURE : EXIT_SUCCESS;
}

/* --- captured */

static void judge_captured(struct live *live, uint64_t number,
			   const struct pcap_packet *captured)
{
	static const struct describe_error cut_off = {
		.message = "the capture ends before the headers do",
	};
	struct policy_metadata metadata = {
		.has_mark = live->twins.hook != TG_HOOK_XDP,
		.missing = captured->length - captured->size,
	};
	struct live_answer answer = {
		.number = number,
		.captured = captured->size,
		.length = captured->length,
	};
	struct policy_packet packet;
	char text[512] = "";
	FILE *line = fmemopen(text, sizeof(text), "w");

	policy_packet_read(&packet, captured->bytes, captured->size, &metadata);
	if (line) {
		describe_print(line, &packet, false);
		fclose(line);
	}
	answer.text = text;
	answer.size = strlen(text);
	answer.malformed = packet.malformed;
	if (!packet.cut_off) {
		judge(live, &answer, captured->bytes, captured->size,
		      &metadata);
		return;
	}
	refuse(live, &answer, &cut_off);
	print(live, &answer);
}

int live_capture(struct live *live)
{
	bool standard = !strcmp(live->capture, "-");
	FILE *file = standard ? stdin : fopen(live->capture, "re");
	struct pcap_packet packet;
	struct pcap_reader reader;
	int err;

	if (!file) {
		fprintf(stderr, "tg-explain: %s: %s\n", live->capture,
			strerror(errno));
		return EXIT_FAILURE;
	}
	err = pcap_start(&reader, file);
	while (!err && (err = pcap_read(&reader, &packet)) > 0) {
		judge_captured(live, reader.number, &packet);
		err = 0;
	}
	/* the answers come before the reason why there are no more */
	fflush(stdout);
	if (err)
		fprintf(stderr, "tg-explain: %s: %s\n", live->capture,
			reader.error);
	pcap_end(&reader);
	if (!standard)
		fclose(file);
	return err || live->failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
