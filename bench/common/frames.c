// SPDX-License-Identifier: GPL-2.0-only
#include "frames.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include <bpf/bpf.h>

struct packing {
	const struct trace *trace;
	struct frames_constants *constants;
	unsigned char (*templates)[FRAMES_WIDE];
	uint32_t template_count, template_limit;
};

static int frames_fail(const char *what, int err)
{
	fprintf(stderr, "the frames of the trace: %s: %s\n", what,
		strerror(-err));
	return err;
}

/* All frames are padded to one size. */
static void read_frame(const struct packing *packing, uint32_t i,
		       unsigned char frame[FRAMES_WIDE])
{
	memset(frame, 0, FRAMES_WIDE);
	memcpy(frame, packing->trace->records[i].frame,
	       packing->trace->records[i].size);
}

static uint64_t take_column(unsigned char *frame, uint32_t column)
{
	uint64_t word;

	memcpy(&word, frame + column, sizeof(word));
	memset(frame + column, 0, sizeof(word));
	return word;
}

/* Removes the columns of a frame; the rest is its template. */
static void split_frame(const struct packing *packing,
			unsigned char frame[FRAMES_WIDE],
			uint64_t words[FRAMES_COLUMNS_MAX])
{
	for (uint32_t i = 0; i < packing->constants->columns; i++)
		words[i] = take_column(frame, packing->constants->column[i]);
}

/* The template's number; -1 if there are too many. */
static int find_template(struct packing *packing,
			 const unsigned char frame[FRAMES_WIDE])
{
	for (uint32_t i = 0; i < packing->template_count; i++) {
		if (!memcmp(packing->templates[i], frame, FRAMES_WIDE))
			return i;
	}
	if (packing->template_count == packing->template_limit)
		return -1;
	memcpy(packing->templates[packing->template_count], frame, FRAMES_WIDE);
	return packing->template_count++;
}

static bool columns_suffice(struct packing *packing, uint32_t templates)
{
	uint64_t words[FRAMES_COLUMNS_MAX];
	unsigned char frame[FRAMES_WIDE];

	packing->template_count = 0;
	packing->template_limit = templates;
	for (uint32_t i = 0; i < packing->trace->header.count; i++) {
		read_frame(packing, i, frame);
		split_frame(packing, frame, words);
		if (find_template(packing, frame) < 0)
			return false;
	}
	return true;
}

static int compare(const void *left, const void *right)
{
	const uint64_t *a = left, *b = right;

	return *a < *b ? -1 : *a > *b;
}

/*
 * The number of distinct words in a column; `words` has room for all of them.
 */
static uint32_t count_words(const struct packing *packing, uint32_t column,
			    uint64_t *words)
{
	uint32_t count = packing->trace->header.count, different = 0;
	unsigned char frame[FRAMES_WIDE];

	for (uint32_t i = 0; i < count; i++) {
		read_frame(packing, i, frame);
		words[i] = take_column(frame, column);
	}
	qsort(words, count, sizeof(*words), compare);
	for (uint32_t i = 0; i < count; i++)
		different += !i || words[i] != words[i - 1];
	return different;
}

/* Chooses the columns with most distinct words, as many as needed. */
static int choose_columns(struct packing *packing)
{
	struct frames_constants *constants = packing->constants;
	uint64_t *words = calloc(packing->trace->header.count, sizeof(*words));
	uint32_t different[FRAMES_COLUMNS_MAX];
	uint32_t count = (constants->size - FRAMES_COLUMN(0)) / sizeof(*words);

	if (!words)
		return -ENOMEM;
	for (uint32_t i = 0; i < count; i++)
		different[i] = count_words(packing, FRAMES_COLUMN(i), words);
	free(words);
	while (!columns_suffice(packing, FRAMES_TEMPLATES_FEW)) {
		uint32_t most = 0;

		if (constants->columns == count)
			return columns_suffice(packing, FRAMES_TEMPLATES_MAX)
				       ? 0
				       : -E2BIG;
		for (uint32_t i = 1; i < count; i++) {
			if (different[i] > different[most])
				most = i;
		}
		different[most] = 0;
		constants->column[constants->columns++] = FRAMES_COLUMN(most);
	}
	return 0;
}

static int make_map(const char *name, uint32_t size, uint32_t count)
{
	LIBBPF_OPTS(bpf_map_create_opts, options, .map_flags = BPF_F_MMAPABLE);

	return bpf_map_create(BPF_MAP_TYPE_ARRAY, name, sizeof(uint32_t), size,
			      count, &options);
}

static int fill_records(struct packing *packing, int map, size_t size)
{
	uint32_t count = packing->trace->header.count;
	char *bytes = mmap(NULL, size * count, PROT_READ | PROT_WRITE,
			   MAP_SHARED, map, 0);

	if (bytes == MAP_FAILED)
		return -errno;
	for (uint32_t i = 0; i < count; i++) {
		uint64_t *record = (void *)(bytes + size * i);
		unsigned char frame[FRAMES_WIDE];

		read_frame(packing, i, frame);
		split_frame(packing, frame, record + 1);
		record[0] = find_template(packing, frame);
	}
	munmap(bytes, size * count);
	return 0;
}

static int fill_templates(const struct packing *packing, int map)
{
	int err = 0;

	for (uint32_t i = 0; i < packing->template_count && !err; i++)
		err = bpf_map_update_elem(map, &i, packing->templates[i],
					  BPF_ANY);
	return err;
}

static int make_maps(struct packing *packing, struct frames *frames)
{
	uint32_t count = packing->trace->header.count;
	size_t size = sizeof(uint64_t) * (1 + packing->constants->columns);
	int err;

	frames->records = make_map("frames_records", size, count);
	frames->templates = make_map("frames_template", FRAMES_WIDE,
				     packing->template_count);
	if (frames->records < 0 || frames->templates < 0)
		return frames_fail("no map for them", -errno);
	err = fill_records(packing, frames->records, size);
	if (!err)
		err = fill_templates(packing, frames->templates);
	return err ? frames_fail("their maps cannot be filled", err) : 0;
}

int frames_pack(const struct trace *trace, struct frames *frames)
{
	struct packing packing = { .trace = trace,
				   .constants = &frames->constants };
	int err;

	frames->constants = (struct frames_constants){
		.count = trace->header.count,
		.size = frames_size(trace),
	};
	packing.templates =
		calloc(FRAMES_TEMPLATES_MAX, sizeof(*packing.templates));
	if (!packing.templates)
		return frames_fail("they cannot be packed", -ENOMEM);
	err = choose_columns(&packing);
	err = err ? frames_fail("they cannot be packed", err)
		  : make_maps(&packing, frames);
	free(packing.templates);
	return err;
}

static int share(struct bpf_object *object, const char *name, int map)
{
	return bpf_map__reuse_fd(bpf_object__find_map_by_name(object, name),
				 map);
}

int frames_attach(struct bpf_object *object, const struct frames *frames)
{
	struct bpf_map *data = bpf_object__find_map_by_name(object, ".rodata");
	int err;

	err = bpf_map__set_initial_value(data, &frames->constants,
					 sizeof(frames->constants));
	if (!err)
		err = share(object, "frames_records", frames->records);
	if (!err)
		err = share(object, "frames_templates", frames->templates);
	return err;
}
