// SPDX-License-Identifier: GPL-2.0-only
/* Packets from where they come to their answers: one, a batch, a capture. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "commands.h"
#include "explain.h"
#include "explain_batch.h"
#include "pcap.h"

/* --- one packet */

static void print_answer(const struct explain *explain,
			 const struct answer *answer)
{
	if (explain->json)
		answer_print_json(stdout, answer);
	else
		answer_print(stdout, answer);
}

static void judge(const struct explain *explain, struct answer *answer,
		  const struct policy_packet *packet)
{
	answer->policy = &explain->policy;
	answer->malformed = packet->malformed;
	answer->verdict = policy_match(&explain->policy, packet);
}

static int understand(struct explain *explain, const char *text, size_t size,
		      struct describe_error *error)
{
	int err = describe(&explain->described, text, size, error);

	if (err)
		return err;
	if (explain->hook == TG_HOOK_XDP) {
		if (!explain->described.metadata.has_mark)
			return 0;
		*error = (struct describe_error){ .message = "on xdp a packet "
							     "has no mark" };
		return -EINVAL;
	}
	explain->described.metadata.has_mark = true;
	return 0;
}

static void explain_line(struct explain *explain, const char *text, size_t size)
{
	struct answer answer = { .text = text, .size = size };
	struct describe_error error;
	struct policy_packet packet;

	if (understand(explain, text, size, &error)) {
		answer.error = &error;
		explain->failed = true;
		print_answer(explain, &answer);
		return;
	}
	policy_packet_read(&packet, explain->described.frame,
			   explain->described.size,
			   &explain->described.metadata);
	judge(explain, &answer, &packet);
	print_answer(explain, &answer);
}

/* A person has typed it, and can see where it is wrong. */
int explain_packet(struct explain *explain)
{
	struct describe_error error;
	size_t size = strlen(explain->packet);

	if (!explain->json &&
	    understand(explain, explain->packet, size, &error)) {
		describe_error_print(stderr, "packet", explain->packet, size,
				     &error);
		return STATUS_FAILED;
	}
	explain_line(explain, explain->packet, size);
	return explain->failed ? STATUS_FAILED : STATUS_OK;
}

/* --- many packets */

static void explain_batch_line(struct explain *explain,
			       const struct batch_line *line)
{
	static const struct describe_error too_long = {
		.message = "the line is too long",
	};
	struct answer answer = { .text = "", .error = &too_long };

	if (line->too_long) {
		explain->failed = true;
		print_answer(explain, &answer);
	} else if (!batch_says_nothing(line)) {
		explain_line(explain, line->text, line->size);
	}
}

int explain_batch(struct explain *explain)
{
	struct batch_line line;
	struct batch batch;
	int err = batch_start(&batch, STDIN_FILENO, stdout);

	while (!err && (err = batch_next(&batch, &line)) > 0) {
		explain_batch_line(explain, &line);
		err = ferror(stdout) ? -EIO : 0;
	}
	batch_end(&batch);
	if (err)
		fprintf(stderr, "tg-policy explain: standard input: %s\n",
			strerror(-err));
	return err || explain->failed ? STATUS_FAILED : STATUS_OK;
}

static void explain_captured(struct explain *explain, uint64_t number,
			     const struct pcap_packet *captured)
{
	static const struct describe_error cut_off = {
		.message = "the capture ends before the headers do",
	};
	struct policy_metadata metadata = {
		.has_mark = explain->hook != TG_HOOK_XDP,
		.missing = captured->length - captured->size,
	};
	struct answer answer = {
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
	if (packet.cut_off) {
		answer.error = &cut_off;
		explain->failed = true;
	} else {
		judge(explain, &answer, &packet);
	}
	print_answer(explain, &answer);
}

int explain_capture(struct explain *explain)
{
	bool standard = !strcmp(explain->capture, "-");
	FILE *file = standard ? stdin : fopen(explain->capture, "re");
	struct pcap_packet packet;
	struct pcap_reader reader;
	int err;

	if (!file) {
		fprintf(stderr, "tg-policy explain: %s: %s\n", explain->capture,
			strerror(errno));
		return STATUS_FAILED;
	}
	err = pcap_start(&reader, file);
	while (!err && (err = pcap_read(&reader, &packet)) > 0) {
		explain_captured(explain, reader.number, &packet);
		err = 0;
	}
	/* the answers come before the reason why there are no more */
	fflush(stdout);
	if (err)
		fprintf(stderr, "tg-policy explain: %s: %s\n", explain->capture,
			reader.error);
	pcap_end(&reader);
	if (!standard)
		fclose(file);
	return err || explain->failed ? STATUS_FAILED : STATUS_OK;
}
