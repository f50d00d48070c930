/* request.c: lines of POP3 commands. */
#include "pop3/request.h"

#include "tap.h"

static const struct {
	const char *line;
	const char *word; /* NULL: none */
	const char *args;
} lines[] = {
	/* clang-format off */
	{ "", NULL, "" },
	{ " ", NULL, "" },
	{ "   ", NULL, "" },
	{ " STAT", NULL, "" },
	{ "STAT", "STAT", "" },
	{ "STAT   ", "STAT", "" },
	{ "RETR 1", "RETR", "1" },
	{ "TOP 1 2 ", "TOP", "1 2" },
	{ "TOP  1", "TOP", " 1" },
	{ "A\tB", NULL, "" },
	{ "A\r", NULL, "" },
	{ "A\x7f", NULL, "" },
	{ "\xff \xff", "\xff", "\xff" },
	/* clang-format on */
};

static const struct {
	const char *args;
	enum request_args what;
	bool good;
	bool has_msg;
	uint32_t msg;
	uint64_t n;
} values[] = {
	/* clang-format off */
	{ "", ARGS_NONE, true, false, 0, 0 },
	{ "1", ARGS_NONE, false, false, 0, 0 },
	{ "", ARGS_MSG, false, false, 0, 0 },
	{ "1", ARGS_MSG, true, true, 1, 0 },
	{ "0", ARGS_MSG, true, true, 0, 0 },
	{ "01", ARGS_MSG, true, true, 1, 0 },
	{ "x", ARGS_MSG, true, true, 0, 0 },
	{ "1x", ARGS_MSG, true, true, 0, 0 },
	{ "-1", ARGS_MSG, true, true, 0, 0 },
	{ "4294967295", ARGS_MSG, true, true, UINT32_MAX, 0 },
	{ "4294967296", ARGS_MSG, true, true, 0, 0 },
	{ "1 2", ARGS_MSG, false, false, 0, 0 },
	{ " 1", ARGS_MSG, false, false, 0, 0 },
	{ "", ARGS_OPT_MSG, true, false, 0, 0 },
	{ "7", ARGS_OPT_MSG, true, true, 7, 0 },
	{ "7 8", ARGS_OPT_MSG, false, false, 0, 0 },
	{ "7", ARGS_MSG_LINES, false, false, 0, 0 },
	{ "7 ", ARGS_MSG_LINES, false, false, 0, 0 },
	{ "7 0", ARGS_MSG_LINES, true, true, 7, 0 },
	{ "7 18446744073709551615", ARGS_MSG_LINES, true, true, 7, UINT64_MAX },
	{ "7 18446744073709551616", ARGS_MSG_LINES, true, true, 7, UINT64_MAX },
	{ "7 18446744073709551616x", ARGS_MSG_LINES, false, false, 0, 0 },
	{ "7 -1", ARGS_MSG_LINES, false, false, 0, 0 },
	{ "7 1x", ARGS_MSG_LINES, false, false, 0, 0 },
	{ "7 1 1", ARGS_MSG_LINES, false, false, 0, 0 },
	{ "7  1", ARGS_MSG_LINES, false, false, 0, 0 },
	{ "", ARGS_OPT_WORD, true, false, 0, 0 },
	{ "de", ARGS_OPT_WORD, true, false, 0, 0 },
	{ "de at", ARGS_OPT_WORD, false, false, 0, 0 },
	/* clang-format on */
};

static void
test_lines(void)
{
	struct request r;
	struct span in;
	bool good;

	for (size_t i = 0; i < sizeof lines / sizeof *lines; i++) {
		in = tap_exact(lines[i].line, strlen(lines[i].line));
		good = request_parse(in, &r);
		ok(good == (lines[i].word != NULL) &&
			(!good || (span_is(r.word, lines[i].word) &&
				      span_is(r.args, lines[i].args))),
		    "%s", lines[i].line);
	}
	ok(!request_parse(tap_exact("NOOP\0", 5), &r), "NUL");
}

static void
test_values(void)
{
	struct request_values v;
	struct span in;
	bool good;

	for (size_t i = 0; i < sizeof values / sizeof *values; i++) {
		in = tap_exact(values[i].args, strlen(values[i].args));
		v = (struct request_values){ .msg = 99 };
		good = request_args(in, values[i].what, &v);
		ok(good == values[i].good &&
			(good ? v.has_msg == values[i].has_msg &&
				    v.msg == values[i].msg &&
				    v.lines == values[i].n
			      : v.msg == 99),
		    "args %d: \"%s\"", (int)values[i].what, values[i].args);
	}
	in = tap_exact("de", 2);
	ok(request_args(in, ARGS_OPT_WORD, &v) && span_is(v.word, "de"),
	    "a word");
	ok(request_args(span_of("", 0), ARGS_OPT_WORD, &v) && v.word.p == NULL,
	    "none");
}

int
main(void)
{
	test_lines();
	test_values();
	return done_testing();
}
