// SPDX-License-Identifier: GPL-2.0-only
#include "file.h"

#include <errno.h>
#include <linux/bpf.h>
#include <linux/pkt_cls.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "lib/hook_names.h"
#include "packet/pcapng_write.h"
#include "words.h"

#define TAG_SIZE 4

/* Most packets are judged for the reasons of the ones before. */
#define COMMENTS 64

struct comment {
	struct tg_watch_event event; /* what the words depend on */
	const char *flow;
	char text[1200];
};

struct capture_file {
	struct pcapng_writer *writer;
	int interface[TG_HOOKS]; /* -1: none */
	uint32_t sample;
	uint64_t start;
	struct comment comments[COMMENTS];
};

static uint64_t now_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_REALTIME, &now);
	return now.tv_sec * 1000000000ULL + now.tv_nsec;
}

static int add_hook(struct capture_file *file, enum tg_hook hook,
		    const struct capture_about *about)
{
	char name[64], description[128];
	struct pcapng_interface interface = {
		.name = name,
		.description = description,
		.filter = about->filter,
		.snap = about->snap + TAG_SIZE,
	};

	snprintf(name, sizeof(name), "%s:%s", about->device, hook_name(hook));
	snprintf(description, sizeof(description),
		 "what the chain on %s of %s has judged", hook_name(hook),
		 about->device);
	file->interface[hook] = pcapng_add_interface(file->writer, &interface);
	return file->interface[hook] < 0 ? file->interface[hook] : 0;
}

int capture_file_open(struct capture_file **made, int fd,
		      const struct capture_about *about)
{
	struct capture_file *file = calloc(1, sizeof(*file));
	int err;

	*made = file;
	if (!file)
		return -ENOMEM;
	file->sample = about->sample;
	file->start = now_ns();
	err = pcapng_open(&file->writer, fd, "tailgate", NULL);
	for (int hook = 0; hook < TG_HOOKS; hook++) {
		file->interface[hook] = -1;
		if (!err && about->hooks[hook])
			err = add_hook(file, hook, about);
	}
	if (!err)
		err = pcapng_flush(file->writer); /* for who reads a pipe */
	return err;
}

static void set_verdict(struct pcapng_packet *packet,
			const struct tg_watch_event *event)
{
	static const int xdp[TG_VERDICTS] = {
		[TG_VERDICT_NEXT] = XDP_PASS,
		[TG_VERDICT_PASS] = XDP_PASS,
		[TG_VERDICT_ACCEPT] = XDP_PASS,
		[TG_VERDICT_DROP] = XDP_DROP,
		[TG_VERDICT_REJECT] = XDP_TX,
		[TG_VERDICT_REDIRECT] = XDP_REDIRECT,
	};
	static const int tc[TG_VERDICTS] = {
		[TG_VERDICT_NEXT] = TC_ACT_UNSPEC,
		[TG_VERDICT_PASS] = TC_ACT_UNSPEC,
		[TG_VERDICT_ACCEPT] = TC_ACT_OK,
		[TG_VERDICT_DROP] = TC_ACT_SHOT,
		[TG_VERDICT_REJECT] = TC_ACT_REDIRECT,
		[TG_VERDICT_REDIRECT] = TC_ACT_REDIRECT,
	};
	bool is_xdp = event->hook == TG_HOOK_XDP;

	packet->verdict_type = is_xdp ? PCAPNG_VERDICT_XDP : PCAPNG_VERDICT_TC;
	packet->verdict_value =
		(is_xdp ? xdp : tc)[event->verdict % TG_VERDICTS];
}

/* Whether two events have the same words, but for the flow. */
static bool is_same(const struct tg_watch_event *a,
		    const struct tg_watch_event *b)
{
	return a->rule == b->rule && a->program == b->program &&
	       a->hook == b->hook && a->verdict == b->verdict &&
	       a->reason == b->reason && a->serial == b->serial;
}

static const char *comment_of(struct capture_file *file,
			      const struct judge *judge,
			      const struct judged_packet *packet)
{
	const struct tg_watch_event *event = packet->event;
	uint32_t place = event->rule * 7 + event->program * 5 +
			 event->verdict * 3 + event->reason + event->flow * 11 +
			 event->hook;
	struct comment *comment = &file->comments[place % COMMENTS];
	const char *flow = judged_flow(packet);

	if (*comment->text && comment->flow == flow &&
	    is_same(&comment->event, event))
		return comment->text;
	comment->event = *event;
	comment->flow = flow;
	judged_print(comment->text, sizeof(comment->text), judge, packet);
	return comment->text;
}

int capture_file_write(struct capture_file *file, const struct judge *judge,
		       const struct judged_packet *judged)
{
	const struct tg_watch_event *event = judged->event;
	struct pcapng_packet packet = {
		.interface = file->interface[event->hook],
		.time = judged->time,
		.data = judged->frame,
		.captured = judged->captured,
		.length = judged->length,
		.comment = comment_of(file, judge, judged),
		.outbound = event->hook == TG_HOOK_EGRESS,
	};
	int err;

	if (file->interface[event->hook] < 0)
		return 0;
	set_verdict(&packet, event);
	do {
		err = pcapng_write_packet(file->writer, &packet);
	} while (err == -EINTR || err == -EAGAIN);
	return err;
}

int capture_file_flush(struct capture_file *file)
{
	int err = pcapng_flush(file->writer);

	return err == -EINTR || err == -EAGAIN ? 0 : err;
}

uint64_t capture_file_packets(const struct capture_file *file)
{
	return file->writer ? pcapng_packets_written(file->writer) : 0;
}

static int write_counts(struct capture_file *file, enum tg_hook hook,
			const struct event_counts *count)
{
	struct pcapng_counts counts = {
		.received = count->judged,
		.accepted = count->matched,
		.lost = count->lost,
		.delivered = count->taken,
		.start = file->start,
		.end = now_ns(),
	};
	char comment[96] = "";

	if (file->sample > 1)
		snprintf(comment, sizeof(comment),
			 "one of %u packets that fit was taken, at random",
			 file->sample);
	return pcapng_write_counts(file->writer, file->interface[hook], &counts,
				   *comment ? comment : NULL);
}

int capture_file_close(struct capture_file *file,
		       const struct event_counts counts[TG_HOOKS])
{
	int err = 0, closed;

	if (!file)
		return 0;
	for (int hook = 0; !err && counts && hook < TG_HOOKS; hook++) {
		if (file->interface[hook] >= 0)
			err = write_counts(file, hook, &counts[hook]);
	}
	closed = file->writer ? pcapng_close(file->writer) : 0;
	free(file);
	return err ? err : closed;
}
