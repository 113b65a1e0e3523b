// SPDX-License-Identifier: GPL-2.0-only
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "flows/tcp_story.h"

#define WORDS_MAX 16
#define DEFAULT_WINDOW 500

static bool number_read(const char *word, uint32_t *number)
{
	char *rest;
	long long value = strtoll(word, &rest, 0);

	*number = value;
	return *word && !*rest;
}

/* SEQUENCE or SEQUENCE+SIZE */
static bool place_read(char *word, struct tg_flow_segment *segment)
{
	char *plus = strchr(word, '+');

	if (plus)
		*plus = '\0';
	return number_read(word, &segment->seq) &&
	       (!plus || number_read(plus + 1, &segment->size));
}

static bool flags_read(const char *word, uint8_t *flags)
{
	static const char letters[] = "FSRP.U";

	*flags = 0;
	if (strcmp(word, "-") == 0)
		return true;
	for (; *word; word++) {
		const char *letter = strchr(letters, *word);

		if (!letter)
			return false;
		*flags |= 1 << (letter - letters);
	}
	return true;
}

static bool state_read(const char *word, uint8_t *state)
{
	for (*state = 0; *state < TG_FLOW_STATES; (*state)++)
		if (strcmp(word, tcp_flow_state_name(*state)) == 0)
			return true;
	return false;
}

static bool fact_read(const char *word, enum tg_flow_fact *fact)
{
	for (int number = 0; number < TG_FLOW_FACTS; number++) {
		*fact = number;
		if (strcmp(word, tcp_flow_fact_name(*fact)) == 0)
			return true;
	}
	return false;
}

static bool clause_read(struct tcp_story_line *line, char *name, char *value)
{
	uint32_t number;

	if (!value || !number_read(value, &number))
		return false;
	if (strcmp(name, "ack") == 0) {
		line->segment.ack = number;
		line->has_ack = true;
	} else if (strcmp(name, "win") == 0) {
		line->segment.window = number;
	} else if (strcmp(name, "scale") == 0) {
		line->segment.scale = number;
	} else {
		return false;
	}
	return true;
}

static bool outcome_read(struct tcp_story_line *line, char *words[], int count)
{
	if (count < 2 || !state_read(words[0], &line->state) ||
	    !fact_read(words[1], &line->fact))
		return false;
	line->is_stored = count == 3 && strcmp(words[2], "stored") == 0;
	line->is_unstored = count == 3 && strcmp(words[2], "unstored") == 0;
	return count == 2 || line->is_stored || line->is_unstored;
}

static bool line_read(struct tcp_story_line *line, char *words[], int count)
{
	int i;

	line->segment.scale = TG_FLOW_NO_SCALE;
	line->segment.window = DEFAULT_WINDOW;
	line->is_second = words[0][0] == '<';
	if (count < 6 || !flags_read(words[1], &line->segment.flags) ||
	    !place_read(words[2], &line->segment))
		return false;
	for (i = 3; i < count && strcmp(words[i], ":") != 0; i += 2)
		if (i + 1 == count ||
		    !clause_read(line, words[i], words[i + 1]))
			return false;
	return i < count && outcome_read(line, words + i + 1, count - i - 1);
}

static struct tcp_story *story_find(struct tcp_stories *stories,
				    const char *name)
{
	for (unsigned int i = 0; i + 1 < stories->story_count; i++)
		if (strcmp(stories->stories[i].name, name) == 0)
			return &stories->stories[i];
	return NULL;
}

static bool text_read(struct tcp_stories *stories, int number, char *text)
{
	struct tcp_story *story = &stories->stories[stories->story_count - 1];
	struct tcp_story_line *line = &stories->lines[stories->line_count];
	char *words[WORDS_MAX + 1];
	int count = 0;

	if (!stories->story_count || stories->line_count == TCP_STORY_LINES_MAX)
		return false;
	if (strncmp(text, "after ", 6) == 0) {
		story->after = story_find(stories, text + 6);
		return story->after;
	}
	if (*text != '<' && *text != '>')
		return false;
	for (char *word = strtok(text, " \t"); word && count < WORDS_MAX;
	     word = strtok(NULL, " \t"))
		words[count++] = word;
	line->number = number;
	if (!line_read(line, words, count))
		return false;
	stories->line_count++;
	story->line_count++;
	return true;
}

static bool name_read(struct tcp_stories *stories, char *text)
{
	size_t length = strlen(text);

	if (stories->story_count == TCP_STORIES_MAX || text[length - 1] != ':')
		return false;
	text[length - 1] = '\0';
	stories->stories[stories->story_count++] = (struct tcp_story){
		.name = strdup(text),
		.first_line = stories->line_count,
	};
	return true;
}

bool tcp_stories_read(struct tcp_stories *stories, const char *path)
{
	FILE *file = fopen(path, "re");
	char text[256];
	bool is_read = file;

	if (!file)
		perror(path);
	memset(stories, 0, sizeof(*stories));
	for (int number = 1; is_read && fgets(text, sizeof(text), file);
	     number++) {
		char *hash = strchr(text, '#'), *start;

		if (hash)
			*hash = '\0';
		text[strcspn(text, "\n")] = '\0';
		start = text + strspn(text, " \t");
		if (!*start)
			continue;
		if (start == text)
			is_read = name_read(stories, start);
		else
			is_read = text_read(stories, number, start);
		if (!is_read)
			fprintf(stderr, "%s:%d: what is '%s'?\n", path, number,
				start);
	}
	if (file)
		fclose(file);
	return is_read;
}

void tcp_stories_free(struct tcp_stories *stories)
{
	for (unsigned int i = 0; i < stories->story_count; i++)
		free(stories->stories[i].name);
}
