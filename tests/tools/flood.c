// SPDX-License-Identifier: GPL-2.0-only
/*
 * flood DEVICE - sends copies of a small UDP packet as fast as possible,
 * millions a second, as live frames of BPF_PROG_TEST_RUN, which a program
 * redirects to the device. The peer of a veth needs an XDP program or GRO.
 * SIGTERM and SIGINT end it early. Prints the number of frames sent. With
 * --when also four times, in microseconds of CLOCK_MONOTONIC, which bound those
 * of the first and the last frame: the first was sent between the first two,
 * and the last between the last two.
 */
#include <errno.h>
#include <getopt.h>
#include <inttypes.h>
#include <net/if.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <bpf/bpf.h>

#define FRAME_MIN 60
#define FRAME_MAX 3000
#define CHUNK 65536
#define CHUNK_MAX 16777216
#define FIRST_CHUNK 4096
#define LAST_CHUNK 16384

static const char help[] =
	"Usage: flood [OPTION...] DEVICE\n"
	"\n"
	"  -c, --count N    so many frames; without end if not given\n"
	"  -t, --time S     for so many seconds at most\n"
	"  -s, --size N     bytes of a frame (60)\n"
	"  -b, --batch N    frames that are handed over at once (64)\n"
	"  -l, --call N     frames of a system call (65536), which takes long "
	"before\n"
	"                   it sends: more are faster, and end later\n"
	"  -w, --when       print when it began and ended, too\n"
	"  -h, --help\n";

/* From 198.51.100.1 to 198.51.100.2, port 9, broadcast. */
static const unsigned char headers[] = {
	0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x02, 0x00, 0x00, 0x00, 0x00,
	0x01, 0x08, 0x00, 0x45, 0x00, 0x00, 0x2e, 0x00, 0x00, 0x40, 0x00,
	0x40, 0x11, 0xe6, 0x54, 0xc6, 0x33, 0x64, 0x01, 0xc6, 0x33, 0x64,
	0x02, 0x00, 0x09, 0x00, 0x09, 0x00, 0x1a, 0x00, 0x00,
};

/*
 * A call that is interrupted does not report its progress, so signals are
 * blocked.
 */
static void block_end(sigset_t *signals)
{
	sigemptyset(signals);
	sigaddset(signals, SIGTERM);
	sigaddset(signals, SIGINT);
	sigprocmask(SIG_BLOCK, signals, NULL);
}

static bool ended(const sigset_t *signals)
{
	const struct timespec now = { 0 };

	return sigtimedwait(signals, NULL, &now) > 0;
}

static int load_redirect(int index)
{
	struct bpf_insn insns[] = {
		{ .code = BPF_ALU64 | BPF_MOV | BPF_K,
		  .dst_reg = BPF_REG_1,
		  .imm = index },
		{ .code = BPF_ALU64 | BPF_MOV | BPF_K, .dst_reg = BPF_REG_2 },
		{ .code = BPF_JMP | BPF_CALL, .imm = BPF_FUNC_redirect },
		{ .code = BPF_JMP | BPF_EXIT },
	};

	return bpf_prog_load(BPF_PROG_TYPE_XDP, "flood", "GPL", insns,
			     sizeof(insns) / sizeof(*insns), NULL);
}

static uint64_t us_now(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * 1000000ULL + now.tv_nsec / 1000;
}

struct flood {
	int program;
	size_t size;
	unsigned int batch, call;
	uint64_t count, us;
	bool is_timed;

	uint64_t sent;
	/* the first frame is between the first two, the last behind the third
	 */
	uint64_t start, first, last;
};

static int send_chunk(struct flood *flood, uint64_t most)
{
	unsigned char frame[FRAME_MAX] = { 0 };
	uint64_t left = flood->count - flood->sent;
	LIBBPF_OPTS(bpf_test_run_opts, run, .data_in = frame,
		    .data_size_in = flood->size, .batch_size = flood->batch,
		    .flags = BPF_F_TEST_XDP_LIVE_FRAMES,
		    .repeat = left < most ? left : most);
	int err;

	memcpy(frame, headers, sizeof(headers));
	flood->last = us_now();
	err = bpf_prog_test_run_opts(flood->program, &run);
	if (!err)
		flood->sent += run.repeat;
	if (!flood->first)
		flood->first = us_now();
	return err;
}

static bool is_over(const struct flood *flood, const sigset_t *signals)
{
	return ended(signals) || flood->sent == flood->count ||
	       us_now() - flood->start >= flood->us;
}

/*
 * A call takes long before it sends. To bound the times, the first is short,
 * and the last one is shorter; it has more frames than a limit gives meanwhile.
 */
static int send_frames(struct flood *flood)
{
	sigset_t signals;
	int err = 0;

	block_end(&signals);
	flood->start = us_now();
	if (flood->is_timed)
		err = send_chunk(flood, FIRST_CHUNK);
	while (!err && !is_over(flood, &signals))
		err = send_chunk(flood, flood->call);
	if (!err && flood->is_timed && flood->sent < flood->count)
		err = send_chunk(flood, LAST_CHUNK);
	printf("%" PRIu64, flood->sent);
	if (flood->is_timed)
		printf(" %" PRIu64 " %" PRIu64 " %" PRIu64 " %" PRIu64,
		       flood->start, flood->first, flood->last, us_now());
	putchar('\n');
	return err;
}

static uint64_t number(const char *text, uint64_t max)
{
	char *end;
	unsigned long long value = strtoull(text, &end, 10);

	if (end == text || *end || !value || value > max) {
		fprintf(stderr,
			"flood: not a number from 1 to %" PRIu64 ": '%s'\n",
			max, text);
		exit(2);
	}
	return value;
}

int main(int argc, char **argv)
{
	static const struct option options[] = {
		{ "count", required_argument, NULL, 'c' },
		{ "time", required_argument, NULL, 't' },
		{ "size", required_argument, NULL, 's' },
		{ "batch", required_argument, NULL, 'b' },
		{ "call", required_argument, NULL, 'l' },
		{ "when", no_argument, NULL, 'w' },
		{ "help", no_argument, NULL, 'h' },
		{ 0 },
	};
	struct flood flood = {
		.size = FRAME_MIN,
		.batch = 64,
		.call = CHUNK,
		.count = UINT64_MAX,
		.us = UINT64_MAX,
	};
	unsigned int index;
	int option, err;

	while ((option = getopt_long(argc, argv, "c:t:s:b:l:wh", options,
				     NULL)) >= 0) {
		switch (option) {
		case 'c':
			flood.count = number(optarg, UINT64_MAX);
			break;
		case 't':
			flood.us = 1000000 * number(optarg, 1000000000);
			break;
		case 's':
			flood.size = number(optarg, FRAME_MAX);
			break;
		case 'b':
			flood.batch = number(optarg, 256);
			break;
		case 'l':
			flood.call = number(optarg, CHUNK_MAX);
			break;
		case 'w':
			flood.is_timed = true;
			break;
		case 'h':
			fputs(help, stdout);
			return EXIT_SUCCESS;
		default:
			return 2;
		}
	}
	if (optind + 1 != argc || flood.size < FRAME_MIN) {
		fprintf(stderr,
			"flood: a device, and frames of %d bytes or "
			"more: see flood --help\n",
			FRAME_MIN);
		return 2;
	}
	index = if_nametoindex(argv[optind]);
	if (!index) {
		fprintf(stderr, "flood: no such device: '%s'\n", argv[optind]);
		return EXIT_FAILURE;
	}
	flood.program = load_redirect(index);
	err = flood.program < 0 ? flood.program : send_frames(&flood);
	if (err < 0)
		fprintf(stderr, "flood: %s\n", strerror(-err));
	return err < 0 ? EXIT_FAILURE : EXIT_SUCCESS;
}
