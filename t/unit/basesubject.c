/* basesubject.c: RFC 5256 section 2.1, step by step. */
#include "msg/basesubject.h"

#include "base/nelem.h"
#include "tap.h"

static const struct {
	const char *in;
	const char *out;
	bool reply;
} cases[] = {
	/* clang-format off */
	{ "", "", false },
	{ " ", "", false },
	{ "x", "x", false },
	{ "\tone \t two\r\n three  ", "one two three", false },
	{ "Re: x", "x", true },
	{ "RE:x", "x", true },
	{ "re : x", "x", true },
	{ "fw: x", "x", true },
	{ "FwD: x", "x", true },
	{ "Fwdd: x", "Fwdd: x", false },
	{ "Re[2]: x", "x", true },
	{ "Re [2] : x", "x", true },
	{ "Re[2][3]: x", "Re[2][3]: x", false },
	{ "Re[[2]: x", "Re[[2]: x", false },
	{ "Re", "Re", false },
	{ "Re:", "", true },
	{ "Re: Re: Fwd: x", "x", true },
	{ "Rex: x", "Rex: x", false },
	{ "Aw: x", "Aw: x", false },
	{ "[list] x", "x", false },
	{ "[list]x", "x", false },
	{ "[list]", "[list]", false },
	{ "[list] [two]", "[two]", false },
	{ "[list] [two] ", "[two]", false },
	{ "[list][two] x [three]", "x [three]", false },
	{ "[list] Re: x", "x", true },
	{ "[a] [b]Re: [c] Fw: [d] x", "x", true },
	{ "Re: [list]", "[list]", true },
	{ "Re: [a] [b]", "[b]", true },
	{ "[a]Re:", "", true },
	{ "[a [b] x", "[a [b] x", false },
	{ "[a", "[a", false },
	{ "a]", "a]", false },
	{ "[]", "[]", false },
	{ "[] x", "x", false },
	{ "x (fwd)", "x", true },
	{ "x(FWD)", "x", true },
	{ "x (fwd) (Fwd)  ", "x", true },
	{ "(fwd)", "", true },
	{ "x (fwd) y", "x (fwd) y", false },
	{ "[fwd: x]", "x", true },
	{ "[Fwd:x]", "x", true },
	{ "[fwd: x", "[fwd: x", false },
	{ "fwd: x]", "x]", true },
	{ "[fwd:]", "", true },
	{ "[fwd: [fwd: x]]", "x", true },
	{ "Re: [fwd: [list] Re: x (fwd)] (fwd)", "x", true },
	{ "[list] [fwd: x]", "x", true },
	{ "[fwd: x] y", "y", false },
	{ "[fwd: [a] [b]]", "[b]", true },
	{ "[fwd: Re:]", "", true },
	/* UTF-8 is no white space, and no letter of "Re" */
	{ "\xc2\xa0x", "\xc2\xa0x", false },
	{ "\xef\xbc\xb2\xef\xbd\x85: x", "\xef\xbc\xb2\xef\xbd\x85: x", false },
	{ "[\xff] \xff", "\xff", false },
	/* clang-format on */
};

static void
check(size_t i)
{
	struct strbuf out = { 0 };
	struct span in = tap_exact(cases[i].in, strlen(cases[i].in));
	bool reply;

	strbuf_puts(&out, "before ");
	reply = basesubject(in, &out);
	ok(reply == cases[i].reply && memcmp(out.p, "before ", 7) == 0 &&
		span_is(span_of(out.p + 7, out.len - 7), cases[i].out),
	    "\"%s\": \"%s\"%s", cases[i].in, out.p + 7, reply ? " reply" : "");
	strbuf_clear(&out);
}

/* Long ones: slow if it were quadratic. */
static void
check_long(const char *piece, const char *end, const char *want)
{
	struct strbuf in = { 0 }, out = { 0 };

	for (int i = 0; i < 200000; i++)
		strbuf_puts(&in, piece);
	strbuf_puts(&in, "x");
	for (int i = 0; i < 200000 && *end != '\0'; i++)
		strbuf_puts(&in, end);
	(void)basesubject(strbuf_span(&in), &out);
	ok(span_is(strbuf_span(&out), want), "long: %s", piece);
	strbuf_clear(&in);
	strbuf_clear(&out);
}

int
main(void)
{
	struct strbuf out = { 0 };

	for (size_t i = 0; i < NELEM(cases); i++)
		check(i);
	(void)basesubject(span_of("[a\0] x", 6), &out);
	ok(out.len == 6 && memcmp(out.p, "[a\0] x", 6) == 0, "NUL");
	strbuf_clear(&out);
	check_long("[a]", "", "x");
	check_long("Re: ", "", "x");
	check_long("[a] re:", " (fwd)", "x");
	check_long("[fwd:", "]", "x");
	return done_testing();
}
