/* tool_args: commands and options, and the nearest to one that is not known. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "tool.h"
#include "tool_args.h"

#define LIST	"--list-options"
#define WORD	24	/* characters of a word that is not known */

static const char *command;	/* NULL: none, or not yet */

/* How many letters are to be added, left out, changed or swapped. */
static size_t
distance(const char *a, const char *b)
{
	size_t d[WORD + 1][WORD + 1], n = strnlen(a, WORD);
	size_t m = strnlen(b, WORD), least;

	for (size_t i = 0; i <= n; i++)
		for (size_t j = 0; j <= m; j++) {
			d[i][j] = i + j;
			if (i == 0 || j == 0)
				continue;
			least = d[i - 1][j - 1] + (a[i - 1] != b[j - 1]);
			if (d[i - 1][j] + 1 < least)
				least = d[i - 1][j] + 1;
			if (d[i][j - 1] + 1 < least)
				least = d[i][j - 1] + 1;
			if (i > 1 && j > 1 && a[i - 1] == b[j - 2] &&
			    a[i - 2] == b[j - 1] && d[i - 2][j - 2] + 1 < least)
				least = d[i - 2][j - 2] + 1;
			d[i][j] = least;
		}
	return d[n][m];
}

/* The nearest word so far; one that shares too little is none. */
struct nearest {
	const char	*word;
	const char	*more;		/* shown behind it */
	const char	*name;		/* NULL: none yet */
	size_t		 distance;
};

static void
compare(struct nearest *to, const char *name)
{
	size_t d = distance(to->word, name);

	if (3 * d > strlen(to->word) + 2 ||
	    (to->name != NULL && to->distance <= d))
		return;
	to->name = name;
	to->distance = d;
}

/* The word of TO, with DASHES before it, is no WHAT: the end. */
static void	refuse(const char *dashes, const struct nearest *to,
		    const char *what) __attribute__((noreturn));

static void
refuse(const char *dashes, const struct nearest *to, const char *what)
{
	bool some = to->name != NULL;

	tool_die(TOOL_USAGE, "%s%s%s: no such %s; %s%s%s%see '%s%s%s --help'",
	    dashes, to->word, to->more, what, some ? "did you mean " : "",
	    some ? dashes : "", some ? to->name : "", some ? "? S" : "s",
	    tool_name(), command != NULL ? " " : "",
	    command != NULL ? command : "");
}

/* The letters that WORD begins with: what follows them may be a key. */
static void
letters_of(const char *word, char out[WORD + 1], struct nearest *to)
{
	size_t n = 0;

	while (n < WORD && (word[n] == '-' ||
	    (word[n] >= 'a' && word[n] <= 'z') ||
	    (word[n] >= 'A' && word[n] <= 'Z')))
		n++;
	memcpy(out, word, n);
	out[n] = '\0';
	to->word = out;
	to->more = word[n] == '\0' || word[n] == '=' ? "" : "...";
}

static bool
list_wanted(int argc, char **argv)
{
	return argc > 1 && strcmp(argv[1], "--list-options") == 0;
}

const struct tool_command *
tool_command(const struct tool_command *commands, size_t n, int argc,
    char **argv)
{
	struct nearest to = { NULL, "", NULL, 0 };

	if (list_wanted(argc, argv))
		for (size_t i = 0; i < n; i++)
			(void)printf("%s command\n", commands[i].name);
	if (argc < 2 || argv[1][0] == '-')
		return NULL;
	to.word = argv[1];
	for (size_t i = 0; i < n; i++) {
		if (strcmp(argv[1], commands[i].name) == 0) {
			command = commands[i].name;
			return &commands[i];
		}
		compare(&to, commands[i].name);
	}
	refuse("", &to, "command");
}

void
tool_no_command(void)
{
	tool_die(TOOL_USAGE, "a command is missing, as the first word; see "
	    "'%s --help'", tool_name());
}

static void	list(const struct option *options, const char *letters)
		    __attribute__((noreturn));

static void
list(const struct option *options, const char *letters)
{
	static const char *const value[] = { "none", "value", "optional" };

	for (const struct option *o = options; o->name != NULL; o++)
		if (o->val < 256 && strchr(letters, o->val) != NULL)
			(void)printf("--%s %s -%c\n", o->name,
			    value[o->has_arg], o->val);
		else
			(void)printf("--%s %s\n", o->name, value[o->has_arg]);
	if (fflush(stdout) == EOF || ferror(stdout))
		tool_die(TOOL_SYSTEM, "standard output: %s", strerror(errno));
	exit(TOOL_YES);
}

/* What getopt_long refused: WORD, or a letter, which is in optopt. */
static void	bad_option(const char *word, const char *letters,
		    const struct option *options) __attribute__((noreturn));

static void
bad_option(const char *word, const char *letters, const struct option *options)
{
	struct nearest to = { NULL, "", NULL, 0 };
	char shown[WORD + 1], letter[2] = "?";

	if (optopt == 0) {
		letters_of(word + 2, shown, &to);
		for (const struct option *o = options; o->name != NULL; o++) {
			if (strncmp(o->name, to.word, strlen(to.word)) == 0 &&
			    to.more[0] == '\0')
				tool_die(TOOL_USAGE, "--%s: may be --%s, and "
				    "others", to.word, o->name);
			compare(&to, o->name);
		}
		refuse("--", &to, "option");
	}
	for (const struct option *o = options; o->name != NULL; o++)
		if (o->val == optopt)
			tool_die(TOOL_USAGE, "--%s: %s", o->name,
			    o->has_arg == no_argument ? "takes no value" :
			    "its value is missing");
	if (optopt > ' ' && optopt < 0x7f)
		letter[0] = (char)optopt;
	to.word = letter;
	if (strchr(letters, letter[0]) != NULL)
		tool_die(TOOL_USAGE, "-%s: its value is missing", letter);
	refuse("-", &to, "option");
}

int
tool_getopt(int argc, char **argv, const char *letters,
    const struct option *options)
{
	int c;

	if (list_wanted(argc, argv))
		list(options, letters);
	opterr = 0;		/* getopt would show the word it refuses */
	c = getopt_long(argc, argv, letters, options, NULL);
	if (c == '?')
		bad_option(argv[optind - 1], letters, options);
	return c;
}
