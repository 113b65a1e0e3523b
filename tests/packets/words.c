// SPDX-License-Identifier: GPL-2.0-only
#include "words.h"

#include <string.h>

#define WORD(number, name, text, ...) [number] = text,

static const char *const hooks[TG_HOOKS] = { TG_HOOK_LIST(WORD) };
static const char *const verdicts[TG_VERDICTS] = { TG_VERDICT_LIST(WORD) };
static const char *const reasons[TG_REASONS] = { TG_REASON_LIST(WORD) };

#define BIT(place) (1 << (place))

static const struct {
	const char *word;
	unsigned int places;
} place_words[] = {
	{ "xdp", BIT(JUDGE_XDP) | BIT(JUDGE_FRAGS) },
	{ "frags", BIT(JUDGE_FRAGS) },
	{ "ingress", BIT(JUDGE_INGRESS) },
	{ "egress", BIT(JUDGE_EGRESS) },
	{ "tc", BIT(JUDGE_INGRESS) | BIT(JUDGE_EGRESS) },
	{ "all", BIT(JUDGE_PLACES) - 1 },
};

static bool number_of(const char *text, const char *const *words, int count,
		      int *number)
{
	for (*number = 0; *number < count; (*number)++) {
		if (words[*number] && !strcmp(words[*number], text))
			return true;
	}
	return false;
}

bool verdict_of(const char *text, enum tg_verdict *verdict)
{
	int number;
	bool found = number_of(text, verdicts, TG_VERDICTS, &number);

	*verdict = number;
	return found;
}

bool reason_of(const char *text, enum tg_reason *reason)
{
	int number;
	bool found = number_of(text, reasons, TG_REASONS, &number);

	*reason = number;
	return found;
}

static unsigned int places_of_word(const char *word, size_t size)
{
	for (size_t i = 0; i < sizeof(place_words) / sizeof(*place_words);
	     i++) {
		if (strlen(place_words[i].word) == size &&
		    !strncmp(place_words[i].word, word, size))
			return place_words[i].places;
	}
	return 0;
}

bool places_of(const char *text, bool places[JUDGE_PLACES])
{
	bool understood = *text;

	while (*text) {
		size_t size = strcspn(text, ",");
		unsigned int bits = places_of_word(text, size);

		for (enum judge_place i = 0; i < JUDGE_PLACES; i++)
			places[i] |= bits & BIT(i);
		understood &= bits != 0;
		text += size;
		text += strspn(text, ", ");
	}
	return understood;
}

static const char *word_of(const char *const *words, unsigned int count,
			   unsigned int number)
{
	return number < count && words[number] ? words[number] : "?";
}

const char *hook_word(unsigned int hook)
{
	return word_of(hooks, TG_HOOKS, hook);
}

const char *verdict_word(unsigned int verdict)
{
	return word_of(verdicts, TG_VERDICTS, verdict);
}

const char *reason_word(unsigned int reason)
{
	return word_of(reasons, TG_REASONS, reason);
}
