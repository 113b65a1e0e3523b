// SPDX-License-Identifier: GPL-2.0-only
/* Entry points of the parser, and the functions that consume tokens. */
#include <errno.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "parser.h"
#include "policy/language/text/read.h"

void advance(struct parser *parser)
{
	parser->previous_end = parser->token.place;
	parser->previous_end.column += parser->token.length;
	if (parser->token.kind == TOKEN_STRING)
		parser->previous_end.column += 2;
	if (diagnostics_full(parser->diagnostics))
		parser->is_over = true;
	if (parser->is_over)
		parser->lexer.at = parser->lexer.end;
	lexer_next(&parser->lexer, &parser->token);
}

bool accept_word(struct parser *parser, const char *word)
{
	if (!token_is(&parser->token, word))
		return false;
	advance(parser);
	return true;
}

bool accept_sign(struct parser *parser, char sign)
{
	if (!token_is_sign(&parser->token, sign))
		return false;
	advance(parser);
	return true;
}

bool is_line_end(const struct parser *parser)
{
	return parser->token.kind == TOKEN_NEWLINE ||
	       parser->token.kind == TOKEN_END;
}

bool out_of_memory(struct parser *parser)
{
	parser->is_over = true;
	parser->error = -ENOMEM;
	return false;
}

bool fail_at(struct parser *parser, struct policy_place place,
	     const char *format, ...)
{
	va_list args;
	char *message;

	va_start(args, format);
	if (vasprintf(&message, format, args) < 0)
		message = NULL;
	va_end(args);
	report_error(parser->diagnostics, place, "%s",
		     message ? message : "out of memory");
	free(message);
	return false;
}

/* At the end of a line, point to the last token and not to a comment. */
bool fail_expected(struct parser *parser, const char *what)
{
	const struct token *token = &parser->token;

	if (token->kind == TOKEN_BAD || parser->is_over)
		return false;
	if (is_line_end(parser))
		return fail_at(parser, parser->previous_end, "expected %s here",
			       what);
	return fail_at(parser, token->place, "expected %s, not '%.*s'", what,
		       (int)(token->length < 40 ? token->length : 40),
		       token->text);
}

bool fail_limit(struct parser *parser, const char *what, size_t limit)
{
	if (!parser->is_over)
		fail_at(parser, parser->token.place, "more than %zu %s", limit,
			what);
	parser->is_over = true;
	return false;
}

static void parser_free(struct parser *parser)
{
	lists_free(parser);
	names_free(&parser->list_names);
	names_free(&parser->block_names);
	free(parser->blocks);
	rule_state_free(&parser->rule);
}

/* Parse the first source of the policy, and the files that it includes. */
static int parse_sources(struct policy *policy, struct diagnostics *diagnostics,
			 const struct read_options *options)
{
	struct parser parser = {
		.policy = policy,
		.diagnostics = diagnostics,
		.alone = options->alone,
		.no_include = options->no_include,
	};
	int err;

	if (add_main_block(&parser)) {
		lexer_start(&parser.lexer, policy->sources->list, 0,
			    diagnostics);
		advance(&parser);
		parse_lines(&parser);
		if (!parser.is_over)
			check_blocks(&parser);
	}
	err = parser.error;
	if (!err && diagnostics->counts[SEVERITY_ERROR])
		err = -EINVAL;
	parser_free(&parser);
	return err;
}

static const char *load_error(int err)
{
	switch (err) {
	case -EFBIG:
		return "larger than 64 MiB, the limit for all files of a "
		       "policy";
	case -EINVAL:
		return "not a regular file";
	default:
		return strerror(-err);
	}
}

static void report_load(struct policy *policy, const char *path, int err,
			struct diagnostics *diagnostics)
{
	struct policy_place place = { 0 };

	/* the message needs a source, for its name */
	if (source_add(policy->sources, path, "", 0) >= 0)
		report_error(diagnostics, place, "%s", load_error(err));
}

int policy_read_file(struct policy *policy, const char *path,
		     const struct read_options *options,
		     struct diagnostics *diagnostics)
{
	int err;

	*policy = (struct policy){ .sources = sources_new() };
	if (!policy->sources)
		return -ENOMEM;
	err = source_read(policy->sources, path, false);
	if (err < 0)
		report_load(policy, path, err, diagnostics);
	else
		err = parse_sources(policy, diagnostics, options);
	return err;
}

int policy_read_text(struct policy *policy, const char *name, const char *text,
		     size_t size, const struct read_options *options,
		     struct diagnostics *diagnostics)
{
	int err;

	*policy = (struct policy){ .sources = sources_new() };
	if (!policy->sources)
		return -ENOMEM;
	err = source_add(policy->sources, name, text, size);
	if (err < 0)
		report_load(policy, name, err, diagnostics);
	else
		err = parse_sources(policy, diagnostics, options);
	return err;
}

/* Without errors, warnings are not printed: cmd_check.c prints them. */
static int parse_finish(struct policy *policy, int err,
			struct diagnostics *diagnostics, FILE *errors)
{
	if (err && policy->sources && policy->sources->count) {
		diagnostics_print(diagnostics, policy->sources, errors);
		if (err == -ENOMEM)
			fprintf(errors, "%s: out of memory\n",
				policy->sources->list[0].name);
	}
	if (err)
		policy_free(policy);
	diagnostics_free(diagnostics);
	return err;
}

int policy_parse_file(struct policy *policy, const char *path, FILE *errors)
{
	struct diagnostics diagnostics = { 0 };
	struct read_options options = { 0 };
	int err = policy_read_file(policy, path, &options, &diagnostics);

	return parse_finish(policy, err, &diagnostics, errors);
}

int policy_parse_text(struct policy *policy, const char *name, const char *text,
		      size_t size, FILE *errors)
{
	struct diagnostics diagnostics = { 0 };
	struct read_options options = { .no_include = true };
	int err = policy_read_text(policy, name, text, size, &options,
				   &diagnostics);

	return parse_finish(policy, err, &diagnostics, errors);
}
