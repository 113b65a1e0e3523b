// SPDX-License-Identifier: GPL-2.0-only
/*
 * tg-policy import - translates the rules of another filter to a policy, and
 * reports what cannot be translated.
 */
#include <errno.h>
#include <getopt.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "policy/command_line.h"
#include "import.h"
#include "output.h"
#include "policy/import/ipset/ipset.h"

static const char help[] =
	"Usage: tg-policy import --iptables FILE [--ipset FILE] [--chain "
	"CHAIN]\n"
	"       tg-policy import --ip6tables FILE [--ipset FILE] "
	"[--chain CHAIN]\n"
	"       tg-policy import --nft FILE [--table TABLE] [--chain CHAIN]\n"
	"       tg-policy import --classbench FILE\n"
	"       tg-policy import --ipset FILE\n"
	"\n"
	"Translates a chain of another filter to a policy, from the output of\n"
	"'iptables-save', 'ip6tables-save' or 'nft -j list ruleset'. FILE is "
	"-\n"
	"for the standard input. Each rule that is not translated, or not\n"
	"completely, is reported with its place and the effect: the policy\n"
	"lets in MORE, or LESS. In that case no policy is printed and the "
	"exit\n"
	"status is 1, unless --partial is given. A policy that 'check' would\n"
	"refuse is never printed.\n"
	"\n"
	"With --ipset, rules of iptables may use the sets in a file that\n"
	"'ipset save' has printed. Without rules, the entries of these sets "
	"are\n"
	"printed, for 'tailgate set load'.\n"
	"\n"
	"      --chain CHAIN  default: INPUT; the first base chain of type\n"
	"                     filter at input or ingress\n"
	"      --table TABLE  NAME, or FAMILY:NAME as in inet:filter\n"
	"      --device NAME  the device that the policy is for: rules for\n"
	"                     other devices (-i, iif, iifname) are left out\n"
	"      --partial      print the policy even if rules are lost\n"
	"  -h, --help\n";

enum source {
	SOURCE_NONE,
	SOURCE_IPTABLES,
	SOURCE_NFT,
	SOURCE_CLASSBENCH,
	SOURCE_IPSET, /* without rules */
};

struct arguments {
	enum source source;
	const char *path;
	const char *ipset; /* the file of --ipset, or NULL */
	struct import_options options;
	bool partial, help;
};

/* --- reading the file */

/* Returns the contents with a NUL appended, which size does not include. */
static char *read_stream(FILE *file, size_t *size)
{
	size_t room = (size_t)64 << 10;
	char *text = malloc(room), *more;

	*size = 0;
	while (text) {
		*size += fread(text + *size, 1, room - 1 - *size, file);
		text[*size] = '\0';
		if (ferror(file) || *size < room - 1)
			break;
		if (*size > IMPORT_SIZE_MAX)
			break;
		room *= 2;
		more = realloc(text, room);
		if (!more)
			free(text);
		text = more;
	}
	if (text && (ferror(file) || *size > IMPORT_SIZE_MAX)) {
		free(text);
		errno = ferror(file) ? EIO : EFBIG;
		return NULL;
	}
	return text;
}

static char *read_file(const char *path, size_t *size)
{
	FILE *file = strcmp(path, "-") ? fopen(path, "re") : stdin;
	char *text;
	int err;

	if (!file)
		return NULL;
	text = read_stream(file, size);
	err = errno;
	if (file != stdin)
		fclose(file);
	errno = err;
	return text;
}

/* --- the command */

static const char *shown_path(const char *path)
{
	return strcmp(path, "-") ? path : "<stdin>";
}

/* Losses are reported before anything is printed. */
static int finish(struct import *import, bool partial, FILE *out)
{
	const char *summary;
	int err;

	import_settle_logs(import);
	import_settle_limits(import);
	import_settle_losses(import);
	summary = import_loss_summary(import);
	err = !summary || partial ? import_walk(import, out) : -ENOTSUP;
	if (summary)
		import_error(import, 0, 0, "%s%s", summary,
			     partial ? ""
				     : ": no policy is printed without "
				       "--partial");
	return err;
}

/* Reports what failed with the errno value of a call. */
static int report_errno(struct import *import)
{
	int err = -errno;

	import_error(import, 0, 0, "%s", strerror(errno));
	return err;
}

/* Returns the text, which the file points to, or NULL after a message. */
static char *read_ipset(struct import *import, const char *path,
			struct ipset_file *file)
{
	const char *other = import->path;
	size_t size;
	char *text = read_file(path, &size);

	file->path = shown_path(path);
	import->path = file->path;
	if (!text)
		report_errno(import);
	import->path = other;
	if (text && import_ipset(import, text, size, file)) {
		free(text);
		return NULL;
	}
	return text;
}

static int run_import(struct import *import, const struct arguments *arguments,
		      FILE *out)
{
	size_t size;
	char *text = read_file(arguments->path, &size);
	int err;

	if (!text)
		return report_errno(import);
	switch (arguments->source) {
	case SOURCE_IPTABLES:
		err = import_iptables(import, text, size, &arguments->options);
		break;
	case SOURCE_NFT:
		err = import_nft(import, text, size, &arguments->options);
		break;
	default:
		err = import_classbench(import, text, size, out);
	}
	if (!err && arguments->source != SOURCE_CLASSBENCH)
		err = finish(import, arguments->partial, out);
	free(text);
	return err;
}

/* Nothing is printed before the parser has taken all of it. */
static int run_checked(struct import *import, const struct arguments *arguments)
{
	struct import_output output;
	int err;

	import_output_open(&output);
	err = output.stream ? run_import(import, arguments, output.stream)
			    : -ENOMEM;
	if (!output.stream)
		import_error(import, 0, 0, "out of memory");
	if (!err)
		err = import_output_finish(&output, import, stdout);
	import_output_free(&output);
	return err;
}

/* Lists are printed once all entries were read. */
static int print_lists(struct import *import, struct ipset_file *file,
		       bool partial)
{
	size_t lines = ipset_lines(file), lost = ipset_check(import, file);

	if (lost)
		import_error(import, 0, 0, "%zu of %zu lines lost%s", lost,
			     lines,
			     partial ? ""
				     : ": no list is printed without "
				       "--partial");
	if (lost && !partial)
		return -ENOTSUP;
	ipset_print(import, file, time(NULL), stdout);
	return 0;
}

static int run_command(struct import *import, struct arguments *arguments)
{
	struct ipset_file file = { 0 };
	char *sets = NULL;
	int err = 0;

	if (arguments->ipset) {
		sets = read_ipset(import, arguments->ipset, &file);
		err = sets ? 0 : -EINVAL;
		arguments->options.ipset = &file;
	}
	if (!err && arguments->source == SOURCE_IPSET)
		err = print_lists(import, &file, arguments->partial);
	else if (!err)
		err = run_checked(import, arguments);
	ipset_free(&file);
	free(sets);
	return err;
}

static bool set_source(struct arguments *arguments, enum source source)
{
	bool is_first = !arguments->source;

	arguments->source = source;
	arguments->path = optarg;
	return is_first;
}

/* Sets are of rules of iptables, in a file of their own. */
static bool check_ipset(const struct arguments *arguments)
{
	if (!arguments->ipset || arguments->source == SOURCE_IPSET)
		return true;
	if (arguments->source != SOURCE_IPTABLES) {
		usage_error("import",
			    "--ipset needs --iptables or --ip6tables");
		return false;
	}
	if (!strcmp(arguments->ipset, "-") && !strcmp(arguments->path, "-")) {
		usage_error("import",
			    "only one file can be the standard input");
		return false;
	}
	return true;
}

static bool parse_arguments(int argc, char **argv, struct arguments *arguments)
{
	enum {
		IPTABLES = 256,
		IP6TABLES,
		IPSET,
		NFT,
		CLASSBENCH,
		CHAIN,
		TABLE,
		DEVICE,
		PARTIAL
	};
	static const struct option options[] = {
		{ "iptables", required_argument, NULL, IPTABLES },
		{ "ip6tables", required_argument, NULL, IP6TABLES },
		{ "ipset", required_argument, NULL, IPSET },
		{ "nft", required_argument, NULL, NFT },
		{ "classbench", required_argument, NULL, CLASSBENCH },
		{ "chain", required_argument, NULL, CHAIN },
		{ "table", required_argument, NULL, TABLE },
		{ "device", required_argument, NULL, DEVICE },
		{ "partial", no_argument, NULL, PARTIAL },
		{ "help", no_argument, NULL, 'h' },
		{ 0 },
	};
	bool good = true;
	int option;

	optind = 0;
	while (good &&
	       (option = getopt_long(argc, argv, "h", options, NULL)) != -1) {
		switch (option) {
		case IP6TABLES:
			arguments->options.ip6 = true;
			/* fall through */
		case IPTABLES:
			good = set_source(arguments, SOURCE_IPTABLES);
			break;
		case IPSET:
			good = !arguments->ipset;
			arguments->ipset = optarg;
			break;
		case NFT:
			good = set_source(arguments, SOURCE_NFT);
			break;
		case CLASSBENCH:
			good = set_source(arguments, SOURCE_CLASSBENCH);
			break;
		case CHAIN:
			arguments->options.chain = optarg;
			break;
		case TABLE:
			arguments->options.table = optarg;
			break;
		case DEVICE:
			arguments->options.device = optarg;
			break;
		case PARTIAL:
			arguments->partial = true;
			break;
		case 'h':
			arguments->help = true;
			return true;
		default:
			return false; /* getopt_long() has printed the error */
		}
	}
	if (good && !arguments->source && arguments->ipset) {
		arguments->source = SOURCE_IPSET;
		arguments->path = arguments->ipset;
	}
	if (!good || !arguments->source || optind != argc) {
		usage_error("import", "one file to import");
		return false;
	}
	return check_ipset(arguments);
}

int cmd_import(int argc, char **argv)
{
	struct arguments arguments = { 0 };
	struct import import = { .errors = stderr };
	int err;

	if (!parse_arguments(argc, argv, &arguments))
		return STATUS_USAGE;
	if (arguments.help) {
		fputs(help, stdout);
		return STATUS_OK;
	}
	import.path = shown_path(arguments.path);
	err = run_command(&import, &arguments);
	if (!err && (fflush(stdout) || ferror(stdout))) {
		err = -errno;
		fprintf(stderr, "%s import: %s\n",
			program_invocation_short_name, strerror(errno));
	}
	import_free(&import);
	return err ? STATUS_FAILED : STATUS_OK;
}
