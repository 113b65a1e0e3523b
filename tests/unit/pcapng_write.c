// SPDX-License-Identifier: GPL-2.0-only
/*
 * pcapng_write - what is written is what libpcap reads, and a file whose
 * writing failed ends after a whole block.
 *
 *	build/tests/pcapng_write
 *	build/tests/pcapng_write --sample >FILE	for tests/bats/pcapng.bats
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

#include "packet/capture.h"
#include "packet/pcapng_blocks.h"
#include "packet/pcapng_write.h"
#include "tap.h"

#define LARGE 300000 /* more than the writer's buffer */
#define MANY 4000    /* packets of more than its buffer */
#define START 1700000000123456789

static uint8_t frame[LARGE] = {
	0x02, 0,    0,	 0,  0,	  0x02, 0x02, 0, 0,  0,	 0, 0x01,
	0x08, 0x00,					       /* MACs */
	0x45, 0,    0,	 28, 0,	  0,	0x40, 0, 64, 17, 0, 0, /* IPv4, UDP */
	198,  51,   100, 1,  198, 51,	100,  2,	       /* addresses */
	0x30, 0x39, 0,	 53, 0,	  8,	0,    0,	       /* ports */
};

static const struct pcapng_interface interfaces[] = {
	{ .name = "eth0 xdp",
	  .description = "tailgate on eth0, hook xdp",
	  .filter = "verdict drop",
	  .snap = 64 },
	{ .name = "eth0 egress", .snap = 64 },
};

/* n tells which bytes, lengths and times it has. */
static struct pcapng_packet packet_of(unsigned int n)
{
	return (struct pcapng_packet){
		.interface = n & 1,
		.time = START + n,
		.data = frame,
		.captured = 42 + n % 11,
		.length = 42 + n % 11 + n % 3,
	};
}

static struct pcapng_writer *open_writer(int fd)
{
	struct pcapng_writer *writer;

	if (pcapng_open(&writer, fd, "tailgate", "Linux") < 0)
		abort();
	for (int i = 0; i < 2; i++)
		if (pcapng_add_interface(writer, &interfaces[i]) != i)
			abort();
	return writer;
}

static FILE *temporary(void)
{
	FILE *file = fdopen(memfd_create("capture", MFD_CLOEXEC), "w+");

	if (!file)
		abort();
	return file;
}

static size_t size_of(FILE *file)
{
	return lseek(fileno(file), 0, SEEK_END);
}

/* --- reading back */

/* Packets until the first one that is not packet_of(its number). */
static unsigned int count_packets(FILE *file, char *error)
{
	struct captured_packet packet;
	struct capture reader;
	unsigned int n = 0;
	int err;

	rewind(file);
	err = capture_start(&reader, fdopen(dup(fileno(file)), "r"), NULL);
	while (!err && (err = capture_read(&reader, &packet)) > 0) {
		struct pcapng_packet expected = packet_of(n);

		err = packet.size == expected.captured &&
				      packet.length == expected.length &&
				      !memcmp(packet.bytes, frame, packet.size)
			      ? 0
			      : -1;
		n += !err;
	}
	strcpy(error, err ? reader.error : "");
	capture_end(&reader);
	return n;
}

/* True if the file consists of whole blocks; counts those of packets. */
static bool whole_blocks(FILE *file, unsigned int *packets)
{
	size_t offset = 0, size = size_of(file);
	struct pcapng_block block;
	__u32 again;

	*packets = 0;
	while (offset < size) {
		if (pread(fileno(file), &block, sizeof(block), offset) !=
			    sizeof(block) ||
		    block.size % 4 || block.size < sizeof(block) ||
		    pread(fileno(file), &again, sizeof(again),
			  offset + block.size - sizeof(again)) !=
			    sizeof(again) ||
		    again != block.size)
			return false;
		offset += block.size;
		*packets += block.type == PCAPNG_PACKET;
	}
	return offset == size;
}

static void check_read_back(struct tap *tap)
{
	FILE *file = temporary();
	struct pcapng_writer *writer = open_writer(fileno(file));
	unsigned int read, blocks;
	bool good = true;
	char error[512];

	for (unsigned int n = 0; n < MANY; n++) {
		struct pcapng_packet packet = packet_of(n);

		packet.comment = n % 5 ? "why" : NULL;
		packet.has_queue = n & 1;
		packet.verdict_type = n % 3;
		packet.id = n % 7;
		good &= pcapng_write_packet(writer, &packet) == 0;
	}
	good &= pcapng_flush(writer) == 0;
	good &= pcapng_packets_written(writer) == MANY;
	good &= pcapng_close(writer) == 0;
	read = count_packets(file, error);
	good &= whole_blocks(file, &blocks) && blocks == MANY;
	if (!tap_ok(tap, good && read == MANY && !*error,
		    "packets are read as they were written"))
		tap_note(tap, "%u packets, then: %s", read, error);
	fclose(file);
}

static void check_limits(struct tap *tap)
{
	static char text[PCAPNG_TEXT_MAX + 2];
	FILE *file = temporary();
	struct pcapng_writer *writer = open_writer(fileno(file));
	struct pcapng_packet packet = packet_of(0);
	struct pcapng_counts counts = { 0 };
	unsigned int blocks;
	bool good;

	memset(text, 'a', PCAPNG_TEXT_MAX);
	packet.comment = text;
	good = pcapng_write_packet(writer, &packet) == 0;
	packet.captured = packet.length = LARGE;
	good &= pcapng_write_packet(writer, &packet) == 0;
	tap_ok(tap, good, "the longest comment, and more than the buffer");

	text[PCAPNG_TEXT_MAX] = 'a';
	good = pcapng_write_packet(writer, &packet) == -EMSGSIZE;
	packet.comment = NULL;
	packet.captured = UINT32_MAX;
	good &= pcapng_write_packet(writer, &packet) == -EMSGSIZE;
	packet = packet_of(0);
	packet.interface = 2;
	good &= pcapng_write_packet(writer, &packet) == -EINVAL;
	good &= pcapng_write_counts(writer, 2, &counts, NULL) == -EINVAL;
	tap_ok(tap, good, "what does not fit is refused");

	packet.interface = 1;
	good = pcapng_write_packet(writer, &packet) == 0;
	good &= pcapng_close(writer) == 0;
	good &= whole_blocks(file, &blocks) && blocks == 3;
	tap_ok(tap, good, "and leaves nothing behind");
	fclose(file);
}

/* --- failures */

static void limit_files(rlim_t size)
{
	struct rlimit limit = { .rlim_cur = size, .rlim_max = RLIM_INFINITY };

	if (setrlimit(RLIMIT_FSIZE, &limit) < 0)
		abort();
}

/* Writes packets until that fails or `packets` are written. */
static int write_packets(struct pcapng_writer *writer, unsigned int packets)
{
	int err = 0;

	for (unsigned int n = 0; n < packets && !err; n++) {
		struct pcapng_packet packet = packet_of(n);

		err = pcapng_write_packet(writer, &packet);
	}
	return err;
}

/* The file's limit stands for a full disk: a write is short, the next fails. */
static bool fails_at(size_t limit, unsigned int packets)
{
	FILE *file = temporary();
	struct pcapng_writer *writer = open_writer(fileno(file));
	struct pcapng_counts counts = { 0 };
	unsigned int blocks, read;
	bool good;
	char error[512];

	limit_files(limit);
	good = write_packets(writer, packets) == -EFBIG ||
	       pcapng_flush(writer) == -EFBIG;
	limit_files(RLIM_INFINITY);
	good &= write_packets(writer, 1) == -EFBIG;
	good &= pcapng_write_counts(writer, 0, &counts, NULL) == -EFBIG;
	good &= pcapng_flush(writer) == -EFBIG;
	read = pcapng_packets_written(writer);
	good &= pcapng_close(writer) == -EFBIG;
	good &= size_of(file) <= limit && limit - size_of(file) < 120;
	good &= whole_blocks(file, &blocks) && blocks == read;
	if (blocks)
		good &= count_packets(file, error) == blocks && !*error;
	fclose(file);
	return good;
}

static void check_full(struct tap *tap)
{
	size_t failed = SIZE_MAX;

	for (size_t limit = 0; limit < 1000; limit++)
		if (!fails_at(limit, 20))
			failed = limit;
	for (size_t limit = 280000; limit < 280130; limit++)
		if (!fails_at(limit, MANY))
			failed = limit;
	if (!tap_ok(tap, failed == SIZE_MAX,
		    "a file that cannot grow ends after a whole block"))
		tap_note(tap, "not with room for %zu bytes", failed);
}

static void check_other_bytes(struct tap *tap)
{
	FILE *file = temporary();
	struct pcapng_writer *writer = open_writer(fileno(file));
	bool good;

	if (ftruncate(fileno(file), 5000) < 0)
		abort();
	limit_files(100);
	good = pcapng_close(writer) == -EFBIG;
	limit_files(RLIM_INFINITY);
	tap_ok(tap, good && size_of(file) == 5000,
	       "what was in the file after that is left alone");
	fclose(file);
}

struct ends {
	int read, write;
};

static struct ends open_pipe(int flags)
{
	int fds[2];

	if (pipe2(fds, O_CLOEXEC | flags) < 0)
		abort();
	return (struct ends){ fds[0], fds[1] };
}

static void check_closed_pipe(struct tap *tap)
{
	struct ends ends = open_pipe(0);
	struct pcapng_writer *writer = open_writer(ends.write);

	close(ends.read);
	tap_ok(tap,
	       write_packets(writer, MANY) == -EPIPE &&
		       pcapng_packets_written(writer) == 0 &&
		       pcapng_close(writer) == -EPIPE,
	       "a pipe that nobody reads any more");
	close(ends.write);
}

static void check_full_device(struct tap *tap)
{
	int fd = open("/dev/full", O_WRONLY | O_CLOEXEC);
	struct pcapng_writer *writer = open_writer(fd);

	tap_ok(tap,
	       write_packets(writer, MANY) == -ENOSPC &&
		       pcapng_close(writer) == -ENOSPC,
	       "a full device");
	close(fd);
}

/* --- pipes that are full for a while */

static void empty_pipe(int from, FILE *to)
{
	char bytes[65536];
	ssize_t n = read(from, bytes, sizeof(bytes));

	if (n < 0 || write(fileno(to), bytes, n) != n)
		abort();
}

static void ignore(int signal)
{
	(void)signal;
}

static bool is_pause(int err)
{
	return err == -EINTR || err == -EAGAIN;
}

/* Reads only after writing gave `pause`, and calls it again. */
static void check_pauses(struct tap *tap, int flags, int pause,
			 const char *name)
{
	struct ends ends = open_pipe(flags);
	struct pcapng_writer *writer = open_writer(ends.write);
	FILE *file = temporary();
	unsigned int pauses = 0, read;
	char error[512];
	int err = 0;

	for (unsigned int n = 0; n < MANY;) {
		struct pcapng_packet packet = packet_of(n);

		err = pcapng_write_packet(writer, &packet);
		if (err && !is_pause(err))
			break;
		n += !err;
		pauses += err == pause;
		if (err == pause)
			empty_pipe(ends.read, file);
	}
	while (is_pause(err = pcapng_flush(writer)))
		if (err == pause)
			empty_pipe(ends.read, file);
	if (!err)
		err = pcapng_close(writer);
	close(ends.write);
	empty_pipe(ends.read, file);
	read = count_packets(file, error);
	if (!tap_ok(tap, !err && pauses && read == MANY && !*error, "%s", name))
		tap_note(tap, "%u packets, %u pauses, error %d: %s", read,
			 pauses, -err, error);
	close(ends.read);
	fclose(file);
}

static void check_signals(struct tap *tap)
{
	struct sigaction action = { .sa_handler = ignore };
	struct itimerval often = { { 0, 2000 }, { 0, 2000 } }, never = { 0 };

	sigaction(SIGALRM, &action, NULL);
	setitimer(ITIMER_REAL, &often, NULL);
	check_pauses(tap, 0, -EINTR, "a full pipe and signals");
	setitimer(ITIMER_REAL, &never, NULL);
}

/* A write that a signal ends after some bytes does not begin to wait again. */
static void check_signal(struct tap *tap)
{
	struct sigaction action = { .sa_handler = ignore };
	struct itimerval once = { { 60, 0 }, { 1, 0 } }, never = { 0 };
	struct ends ends = open_pipe(0);
	struct pcapng_writer *writer = open_writer(ends.write);
	struct timespec start, end;
	int err;

	sigaction(SIGALRM, &action, NULL);
	clock_gettime(CLOCK_MONOTONIC, &start);
	setitimer(ITIMER_REAL, &once, NULL);
	err = write_packets(writer, MANY);
	setitimer(ITIMER_REAL, &never, NULL);
	clock_gettime(CLOCK_MONOTONIC, &end);
	tap_ok(tap, err == -EINTR && end.tv_sec - start.tv_sec < 30,
	       "one signal ends the wait for a reader");
	close(ends.read);
	pcapng_close(writer);
	close(ends.write);
}

/* --- for tshark */

static int write_sample(void)
{
	struct pcapng_writer *writer = open_writer(STDOUT_FILENO);
	struct pcapng_packet packets[] = {
		{ .interface = 0,
		  .time = START,
		  .data = frame,
		  .captured = 42,
		  .length = 1500,
		  .comment = "drop rule web.policy:7: größer",
		  .verdict_type = PCAPNG_VERDICT_XDP,
		  .verdict_value = 1,
		  .id = 71,
		  .queue = 3,
		  .has_queue = true },
		{ .interface = 1,
		  .time = START + 1,
		  .data = frame,
		  .captured = 42,
		  .length = 42,
		  .comment = "two\nlines",
		  .outbound = true,
		  .verdict_type = PCAPNG_VERDICT_TC,
		  .verdict_value = -1,
		  .id = 72 },
		{ .interface = 1,
		  .time = START + 2000000000,
		  .data = frame,
		  .captured = 42,
		  .length = 42 },
	};
	struct pcapng_counts counts[] = {
		{ .received = 100,
		  .dropped = 1,
		  .accepted = 20,
		  .lost = 19,
		  .delivered = 1,
		  .start = START - 5,
		  .end = START + 3000000000 },
		{ .received = UINT64_MAX, .accepted = 2, .delivered = 2 },
	};
	int err = 0;

	for (int i = 0; i < 3 && !err; i++)
		err = pcapng_write_packet(writer, &packets[i]);
	for (int i = 0; i < 2 && !err; i++)
		err = pcapng_write_counts(writer, i, &counts[i],
					  i ? NULL : "19 lost");
	if (!err)
		err = pcapng_close(writer);
	return err ? EXIT_FAILURE : EXIT_SUCCESS;
}

int main(int argc, char **argv)
{
	struct tap tap;

	if (argc == 2 && !strcmp(argv[1], "--sample"))
		return write_sample();
	signal(SIGPIPE, SIG_IGN);
	signal(SIGXFSZ, SIG_IGN);
	tap = tap_plan(stdout, 11);
	check_read_back(&tap);
	check_limits(&tap);
	check_full(&tap);
	check_other_bytes(&tap);
	check_closed_pipe(&tap);
	check_full_device(&tap);
	check_pauses(&tap, O_NONBLOCK, -EAGAIN, "a full pipe");
	check_signals(&tap);
	check_signal(&tap);
	return tap_end(&tap);
}
