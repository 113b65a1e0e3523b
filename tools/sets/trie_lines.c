// SPDX-License-Identifier: GPL-2.0-only
/* Take lines for nodes and records, and find those that are free again. */
#include <linux/membarrier.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "trie.h"
#include "trie_lines.h"

static void mark_records(struct trie *trie, uint32_t line)
{
	while (line && line < trie->memory->lines && !trie->used[line]) {
		const struct tg_set_record *record = trie_record(trie, line);

		trie->used[line] = 1;
		line = record->parent;
	}
}

/* A node, which is read if it has not been marked before. */
static const struct tg_set_node *mark_node(struct trie *trie, uint32_t line)
{
	const struct tg_set_node *node = trie_node(trie, line);

	if (trie->is_damaged || trie->used[line])
		return NULL;
	memset(trie->used + line, 1, TG_SET_NODE_LINES);
	return node;
}

static void mark_word(struct trie *trie, uint64_t word, unsigned int next)
{
	const struct tg_set_node *node;
	unsigned int nibble;

	if (word & TG_SET_WORD_RECORD) {
		mark_records(trie, TG_SET_WORD_LINE(word));
		return;
	}
	if (!word || !trie_nibble(trie, word, next, &nibble))
		return;
	node = mark_node(trie, TG_SET_WORD_LINE(word));
	for (int i = 0; node && i < TG_SET_WORDS_IN_NODE; i++)
		mark_word(trie, node->words[i], nibble + 1);
}

static void mark_root(struct trie *trie, uint64_t word)
{
	if (!(word & TG_SET_WORD_WIDE) || word & TG_SET_WORD_RECORD) {
		mark_word(trie, word, 0);
		return;
	}
	for (uint32_t i = 0; i < TG_SET_WIDE_LINES; i += TG_SET_NODE_LINES) {
		const struct tg_set_node *node =
			mark_node(trie, TG_SET_WORD_LINE(word) + i);

		for (int j = 0; node && j < TG_SET_WORDS_IN_NODE; j++)
			mark_word(trie, node->words[j], 0);
	}
}

static uint32_t count_unused(const struct trie *trie)
{
	uint32_t count = 0;

	for (uint32_t i = trie->next; i < trie->end; i++)
		count += !trie->used[i];
	return count;
}

static void mark_all(struct trie *trie)
{
	const struct tg_set_head *head = set_head(trie->memory);

	trie_begin(trie);
	mark_root(trie, head->roots[0]);
	mark_root(trie, head->roots[1]);
	if (trie->pending < trie->memory->lines)
		trie->used[trie->pending] = 1;
}

/*
 * Find the lines that no word leads to. A line that was removed may be read for
 * as long as a program runs that has begun before. False: too few, or no
 * memory.
 */
static bool sweep(struct trie *trie)
{
	trie_close(trie);
	trie->used = calloc(trie->memory->lines, 1);
	trie->next = set_head(trie->memory)->arena;
	trie->end = trie->memory->lines;
	if (!trie->used)
		return false;
	mark_all(trie);
	if (!trie->is_damaged && count_unused(trie) > trie->spare_lines &&
	    syscall(SYS_membarrier, MEMBARRIER_CMD_GLOBAL, 0, 0) == 0)
		return true;
	trie_close(trie);
	return false;
}

/* The first of free lines that the sweep found, or 0. */
static uint32_t swept_record(struct trie *trie)
{
	while (trie->used && trie->next < trie->end)
		if (!trie->used[--trie->end])
			return trie->end;
	return 0;
}

static uint32_t swept_node(struct trie *trie)
{
	while (trie->used && trie->next + TG_SET_NODE_LINES <= trie->end) {
		uint32_t line = trie->next;

		trie->next += TG_SET_NODE_LINES;
		if (!trie->used[line] && !trie->used[line + 1])
			return line;
	}
	return 0;
}

_Static_assert(TG_SET_NODE_LINES == 2, "see swept_node()");

/* Of lines that were never used. */
static uint32_t new_record(struct trie *trie)
{
	struct tg_set_head *head = set_head(trie->memory);

	return head->next < head->end ? --head->end : 0;
}

static uint32_t new_node(struct trie *trie)
{
	struct tg_set_head *head = set_head(trie->memory);
	uint32_t line = head->next;

	if (line + TG_SET_NODE_LINES > head->end)
		return 0;
	head->next += TG_SET_NODE_LINES;
	return line;
}

static uint32_t take_lines(struct trie *trie, uint32_t lines,
			   uint32_t (*take_new)(struct trie *trie),
			   uint32_t (*take_swept)(struct trie *trie))
{
	uint32_t line = take_new(trie);

	if (!line)
		line = take_swept(trie);
	if (!line && sweep(trie))
		line = take_swept(trie);
	if (line)
		memset(tg_set_line(trie->memory, line), 0, lines * TG_SET_LINE);
	return line;
}

uint32_t trie_take_record(struct trie *trie)
{
	return take_lines(trie, 1, new_record, swept_record);
}

uint32_t trie_take_node(struct trie *trie)
{
	return take_lines(trie, TG_SET_NODE_LINES, new_node, swept_node);
}

void trie_close(struct trie *trie)
{
	free(trie->used);
	trie->used = NULL;
}
