// SPDX-License-Identifier: GPL-2.0-only
#include "questions.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "explain_batch.h"
#include "packet/capture.h"

static void ask(struct questions *questions, struct question *question)
{
	questions->answer(questions->command_data, question);
	if (question->error)
		questions->failed = true;
}

static void set_frame(struct question *question, const uint8_t *frame,
		      uint32_t size, const struct policy_metadata *metadata)
{
	question->frame = frame;
	question->frame_size = size;
	question->metadata = metadata;
	policy_packet_read(&question->packet, frame, size, metadata);
}

/* --- descriptions */

static int describe_on_hook(struct questions *questions, const char *text,
			    size_t size, struct describe_error *error)
{
	struct policy_metadata *metadata = &questions->described.metadata;
	int err = describe(&questions->described, text, size, error);

	if (err)
		return err;
	if (questions->on_xdp && metadata->has_skb) {
		*error = (struct describe_error){ .message = "on xdp a packet "
							     "has no metadata, "
							     "such as a mark" };
		return -EINVAL;
	}
	metadata->has_skb = !questions->on_xdp;
	return 0;
}

/* Parse a description. question->error may point to *error afterwards. */
static void parse_question(struct questions *questions,
			   struct question *question,
			   struct describe_error *error)
{
	const struct described *described = &questions->described;

	if (describe_on_hook(questions, question->text, question->size, error))
		question->error = error;
	else
		set_frame(question, described->frame, described->size,
			  &described->metadata);
	question->is_flow_said = described->flow >= 0;
	question->limit = described->limit;
}

static char *join_words(char **words, int count)
{
	size_t size = 1;
	char *text, *end;

	for (int i = 0; i < count; i++)
		size += strlen(words[i]) + 1;
	text = calloc(1, size);
	end = text;
	for (int i = 0; text && i < count; i++)
		end += sprintf(end, "%s%s", i ? " " : "", words[i]);
	return text;
}

/* A description from the command line: errors are printed with a caret. */
static int ask_words(struct questions *questions)
{
	char *text = join_words(questions->words, questions->word_count);
	struct question question = { .text = text };
	struct describe_error error;

	if (!text) {
		fprintf(stderr, "%s: out of memory\n", questions->command);
		return -ENOMEM;
	}
	question.size = strlen(text);
	parse_question(questions, &question, &error);
	if (question.error && !questions->json) {
		describe_error_print(stderr, "packet", text, question.size,
				     &error);
		questions->failed = true;
	} else {
		ask(questions, &question);
	}
	free(text);
	return 0;
}

static void ask_batch_line(struct questions *questions,
			   const struct batch_line *line)
{
	static const struct describe_error too_long = {
		.message = "the line is too long",
	};
	struct question question = { .text = line->text, .size = line->size };
	struct describe_error error;

	if (line->too_long)
		question = (struct question){ .text = "", .error = &too_long };
	else if (batch_line_is_empty(line))
		return;
	else
		parse_question(questions, &question, &error);
	ask(questions, &question);
}

static int ask_batch(struct questions *questions)
{
	struct batch_line line;
	struct batch batch;
	int err = batch_start(&batch, STDIN_FILENO, stdout);

	while (!err && (err = batch_next(&batch, &line)) > 0) {
		ask_batch_line(questions, &line);
		err = ferror(stdout) ? -EIO : 0;
	}
	batch_end(&batch);
	/* finish_output() reports errors of stdout */
	if (err && !ferror(stdout))
		fprintf(stderr, "%s: standard input: %s\n", questions->command,
			strerror(-err));
	return err;
}

/* --- captures */

static void print_captured(char *text, size_t size,
			   const struct policy_packet *packet)
{
	FILE *line = fmemopen(text, size, "w");

	if (!line)
		return;
	describe_print(line, packet, false);
	fclose(line);
}

static void ask_captured(struct questions *questions, uint64_t number,
			 const struct captured_packet *captured)
{
	static const struct describe_error cut_off = {
		.message = "the capture ends before the headers do",
	};
	const struct policy_metadata metadata = {
		.has_skb = !questions->on_xdp,
		.missing = captured->length - captured->size,
	};
	char text[512] = "";
	struct question question = {
		.text = text,
		.number = number,
		.captured = captured->size,
		.length = captured->length,
		.interface = captured->interface,
		.comment = captured->comment,
		.comment_size = captured->comment_size,
	};

	set_frame(&question, captured->bytes, captured->size, &metadata);
	print_captured(text, sizeof(text), &question.packet);
	question.size = strlen(text);
	if (question.packet.cut_off)
		question.error = &cut_off;
	ask(questions, &question);
}

static int ask_capture(struct questions *questions)
{
	bool standard = !strcmp(questions->capture, "-");
	FILE *file = standard ? stdin : fopen(questions->capture, "re");
	struct captured_packet packet;
	struct capture capture;
	int err;

	if (!file) {
		err = -errno;
		fprintf(stderr, "%s: %s: %s\n", questions->command,
			questions->capture, strerror(-err));
		return err;
	}
	err = capture_start(&capture, file, questions->interface);
	while (!err && (err = capture_read(&capture, &packet)) > 0) {
		ask_captured(questions, capture.number, &packet);
		/* it may take long until the next packet is captured */
		err = standard && fflush(stdout) ? -EIO : 0;
	}
	/* print the answers before an error message */
	fflush(stdout);
	/* finish_output() reports errors of stdout */
	if (err && !ferror(stdout))
		fprintf(stderr, "%s: %s: %s\n", questions->command,
			questions->capture, capture.error);
	capture_end(&capture);
	return err;
}

/* --- */

const char *questions_usage(const struct questions *questions)
{
	int sources = !!questions->word_count + questions->batch +
		      !!questions->capture;

	if (questions->interface && !questions->capture)
		return "--interface needs --pcap";
	if (sources == 0)
		return "a packet, --pcap or --batch is missing";
	return sources > 1 ? "use only one of a packet, --pcap and --batch"
			   : NULL;
}

int questions_ask(struct questions *questions)
{
	int err;

	if (questions->batch)
		err = ask_batch(questions);
	else if (questions->capture)
		err = ask_capture(questions);
	else
		err = ask_words(questions);
	return err || questions->failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
