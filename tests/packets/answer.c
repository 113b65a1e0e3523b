// SPDX-License-Identifier: GPL-2.0-only
/*
 * answer - runs frames through a loaded object, and prints what comes out.
 * root.
 *
 *	echo 'ingress 0200...' | build/tests/answer OBJECT
 *
 * Each line of standard input is a section and a frame in hexadecimal digits.
 * The output has a line for each: the program's return value and the frame as
 * the program left it.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <bpf/bpf.h>

#include "object.h"

#define EXIT_USAGE 2
#define FRAME_MAX 4096
#define OUT_MAX (FRAME_MAX + 512) /* a reply may be longer than the frame */
#define LINE_MAX_SIZE (2 * FRAME_MAX + 16)

/* Returns the size, or -1 if the text is not a frame in hexadecimal digits. */
static int frame_read(const char *text, uint8_t *frame)
{
	int size = 0, used;

	for (; sscanf(text, "%2hhx%n", &frame[size], &used) == 1 && used == 2;
	     text += used)
		if (++size == FRAME_MAX)
			return -1;
	return *text == '\n' ? size : -1;
}

static void frame_print(uint32_t verdict, const uint8_t *frame, size_t size)
{
	printf("%u ", verdict);
	for (size_t i = 0; i < size; i++)
		printf("%02x", frame[i]);
	putchar('\n');
}

static int frame_run(struct bpf_object *object, char *line)
{
	static uint8_t frame[FRAME_MAX], out[OUT_MAX];
	char *text = strchr(line, ' ');
	struct bpf_program *program;
	int size, err;
	LIBBPF_OPTS(bpf_test_run_opts, options, .data_in = frame,
		    .data_out = out, .data_size_out = sizeof(out), .repeat = 1);

	if (!text)
		return -EINVAL;
	*text++ = '\0';
	program = object_program(object, line);
	size = frame_read(text, frame);
	if (!program || size < 0)
		return -EINVAL;
	options.data_size_in = size;
	err = bpf_prog_test_run_opts(bpf_program__fd(program), &options);
	if (!err)
		frame_print(options.retval, out, options.data_size_out);
	return err;
}

int main(int argc, char **argv)
{
	static char line[LINE_MAX_SIZE];
	struct bpf_object *object;
	int err = 0;

	if (argc != 2) {
		fprintf(stderr, "usage: answer OBJECT <FRAMES\n");
		return EXIT_USAGE;
	}
	object = object_load(argv[1]);
	if (!object)
		return EXIT_FAILURE;
	setvbuf(stdout, NULL, _IOLBF, 0);
	while (!err && fgets(line, sizeof(line), stdin)) {
		err = frame_run(object, line);
		if (err)
			fprintf(stderr, "answer: %s: %s\n", line,
				strerror(-err));
	}
	bpf_object__close(object);
	return err ? EXIT_FAILURE : EXIT_SUCCESS;
}
