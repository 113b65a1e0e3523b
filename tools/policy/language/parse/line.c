// SPDX-License-Identifier: GPL-2.0-only
/* Statements: one per line. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "parser.h"

/* What only rules have; true without an error if there is none. */
static bool fail_clause_of_default(struct parser *parser)
{
	if (token_is(&parser->token, "limit")) {
		fail_at(parser, parser->token.place,
			"the default has no limit");
		report_hint(parser->diagnostics,
			    "'pass limit 50/s' as the last rule limits all "
			    "other packets");
		return false;
	}
	if (token_is(&parser->token, "log")) {
		fail_at(parser, parser->token.place,
			"the default does not log");
		report_hint(parser->diagnostics,
			    "'drop log' as the last rule logs all other "
			    "packets");
		return false;
	}
	return true;
}

static bool parse_default(struct parser *parser)
{
	struct policy_place place = parser->token.place;
	struct policy *policy = parser->policy;
	enum policy_action action;

	advance(parser);
	if (parser->opened.line)
		return fail_at(parser, place,
			       "a sub-list has no default: it returns packets "
			       "that none of its rules matches");
	if (!is_action(&parser->token, &action)) {
		fail_expected(parser, "'next', 'pass', 'accept' or 'drop'");
		hint_statement(parser, &parser->token);
		return false;
	}
	if (action == POLICY_REJECT || action == POLICY_JUMP) {
		fail_at(parser, parser->token.place,
			"the default must be 'next', 'pass', 'accept' or "
			"'drop'");
		if (action == POLICY_REJECT)
			report_hint(parser->diagnostics,
				    "a last rule 'reject' also matches all "
				    "packets");
		return false;
	}
	if (policy->default_place.line)
		return fail_at(parser, place,
			       "the default is already set in %s, line %u",
			       policy_file(policy, policy->default_place.file),
			       policy->default_place.line);
	policy->default_action = action;
	policy->default_place = place;
	advance(parser);
	while (token_is(&parser->token, "keep")) {
		struct policy_place keep = parser->token.place;

		advance(parser);
		if (!parse_keep_clause(parser, action, &policy->default_keep,
				       keep))
			return false;
	}
	return fail_clause_of_default(parser);
}

/* A relative path is relative to the directory of the including file. */
static char *path_beside(const struct source *source, const struct token *name)
{
	const char *slash = strrchr(source->name, '/');
	size_t length = slash ? slash + 1 - source->name : 0;
	char *path;

	if (name->length && *name->text == '/')
		length = 0;
	if (asprintf(&path, "%.*s%.*s", (int)length, source->name,
		     (int)name->length, name->text) < 0)
		return NULL;
	return path;
}

static bool fail_include(struct parser *parser, const struct token *name,
			 int err)
{
	const char *why = strerror(-err);

	if (err == -ENOMEM)
		return out_of_memory(parser);
	if (err == -EFBIG)
		why = "the files have more than 64 MiB in total";
	else if (err == -EMFILE)
		why = "a policy can have at most 1024 files";
	else if (err == -EINVAL)
		why = "not a regular file";
	return fail_at(parser, name->place, "cannot include '%.*s': %s",
		       (int)name->length, name->text, why);
}

static bool includes_itself(struct parser *parser, int file)
{
	const struct source *list = parser->policy->sources->list;

	for (unsigned int i = 0; i <= parser->depth; i++) {
		const struct source *outer =
			&list[i < parser->depth ? parser->includes[i]
						: parser->lexer.place.file];

		if (outer->device == list[file].device &&
		    outer->inode == list[file].inode)
			return true;
	}
	return false;
}

static void parse_included(struct parser *parser, int file)
{
	struct lexer lexer = parser->lexer;
	struct token token = parser->token;

	parser->includes[parser->depth++] = lexer.place.file;
	lexer_start(&parser->lexer, &parser->policy->sources->list[file], file,
		    parser->diagnostics);
	advance(parser);
	parse_lines(parser);
	parser->depth--;
	parser->lexer = lexer;
	parser->token = token;
	if (parser->is_over)
		advance(parser); /* moves to the end of the file */
}

static bool open_include(struct parser *parser, const struct token *name)
{
	struct sources *sources = parser->policy->sources;
	char *path;
	int file;

	path = path_beside(&sources->list[name->place.file], name);
	if (!path)
		return out_of_memory(parser);
	file = source_read(sources, path, true);
	free(path);
	if (file < 0)
		return fail_include(parser, name, file);
	if (includes_itself(parser, file))
		return fail_at(parser, name->place,
			       "'%.*s' includes itself through this line",
			       (int)name->length, name->text);
	if (!source_includes(sources, name->place.file, name->place.line, file))
		return out_of_memory(parser);
	parse_included(parser, file);
	return true;
}

static bool parse_include(struct parser *parser)
{
	struct token name;

	advance(parser);
	name = parser->token;
	if (name.kind != TOKEN_STRING) {
		fail_expected(parser, "the name of a file in quotes");
		return false;
	}
	advance(parser);
	if (!is_line_end(parser))
		return fail_expected(parser, "the end of the line");
	if (!name.length || memchr(name.text, 0, name.length))
		return fail_at(parser, name.place, "not a valid file name");
	if (parser->no_include)
		return fail_at(parser, name.place,
			       "only a file can include another one");
	if (parser->alone)
		return true;
	if (parser->depth == POLICY_INCLUDES_MAX)
		return fail_at(parser, name.place,
			       "includes are nested more than %d deep",
			       POLICY_INCLUDES_MAX);
	return open_include(parser, &name);
}

static bool fail_line(struct parser *parser)
{
	const struct token *token = &parser->token;

	if (is_reserved(token))
		return fail_reserved(parser, token);
	if (token->kind == TOKEN_WORD)
		fail_at(parser, token->place, "unknown statement '%.*s'",
			(int)(token->length < 40 ? token->length : 40),
			token->text);
	else
		fail_expected(parser, "a rule or another statement");
	hint_statement(parser, token);
	return false;
}

static bool parse_line(struct parser *parser)
{
	enum policy_action action;

	if (is_action(&parser->token, &action))
		return parse_rule(parser);
	if (token_is(&parser->token, "include"))
		return parse_include(parser);
	if (token_is(&parser->token, "list"))
		return parse_list(parser);
	if (token_is(&parser->token, "set"))
		return parse_declaration(parser);
	if (token_is(&parser->token, "default"))
		return parse_default(parser);
	if (token_is(&parser->token, "flows"))
		return parse_flows(parser);
	if (token_is(&parser->token, "replies"))
		return parse_replies(parser);
	if (token_is(&parser->token, "logs"))
		return parse_logs(parser);
	if (token_is(&parser->token, "sublist"))
		return parse_sublist(parser);
	if (token_is_sign(&parser->token, '}'))
		return close_sublist(parser);
	return fail_line(parser);
}

void parse_lines(struct parser *parser)
{
	while (!parser->is_over && parser->token.kind != TOKEN_END) {
		bool parsed;

		if (parser->token.kind == TOKEN_NEWLINE) {
			advance(parser);
			continue;
		}
		parser->resume = false;
		parsed = parse_line(parser);
		if (parsed && !is_line_end(parser)) {
			fail_expected(parser, "the end of the line");
			if (parser->token.kind != TOKEN_BAD && !parser->is_over)
				hint_sign(parser, &parser->token);
		}
		if (parser->resume || is_line_end(parser))
			continue;
		lexer_skip_line(&parser->lexer);
		advance(parser);
	}
	check_sublist_closed(parser);
}
