/* pattern.c: LIST wildcards. */
#include "imap/pattern.h"

#include "base/nelem.h"
#include "tap.h"

static const struct {
	const char *pattern;
	const char *name;
	bool match;
} cases[] = {
	/* clang-format off */
	{ "", "", true },
	{ "", "a", false },
	{ "*", "", true },
	{ "*", "a.b.c", true },
	{ "%", "", true },
	{ "%", "a", true },
	{ "%", "a.b", false },
	{ "INBOX", "INBOX", true },
	{ "INBOX", "INBOX.a", false },
	{ "INBOX.%", "INBOX.a", true },
	{ "INBOX.%", "INBOX.a.b", false },
	{ "INBOX.%", "INBOX", false },
	{ "INBOX*", "INBOX", true },
	{ "%.%", "a.b", true },
	{ "%.%", "a.b.c", false },
	{ "*.%", "a.b.c", true },
	{ "%a%.b", "xay.b", true },
	{ "*a%", "x.yaz", true },
	{ "*a%", "x.yaz.q", false },
	{ "*a%c*", "abc.bac.d", true },
	{ "%*", "a.b", true },
	{ "*ab", "aab", true },
	{ "*%b", "a.a.ab", true },
	{ "a%b*c", "axb.c", true },
	{ "a%b*c", "a.b.c", false },
	/* clang-format on */
};

int
main(void)
{
	struct strbuf b = { 0 };
	char many[10001];

	for (size_t i = 0; i < NELEM(cases); i++) {
		struct span p =
		    tap_exact(cases[i].pattern, strlen(cases[i].pattern));
		struct span n = tap_exact(cases[i].name, strlen(cases[i].name));

		ok(pattern_match(p, n) == cases[i].match, "%s on %s",
		    cases[i].pattern, cases[i].name);
	}
	for (size_t i = 0; i < sizeof many - 1; i++)
		many[i] = "*%"[i % 2];
	many[sizeof many - 1] = '\0';
	ok(pattern_simplify(span_str(many), &b) &&
		span_is(strbuf_span(&b), "*"),
	    "a run of wildcards is one");
	for (size_t i = 0; i < sizeof many - 1; i++)
		many[i] = "*a"[i % 2];
	strbuf_reset(&b);
	ok(!pattern_simplify(span_str(many), &b), "5000 wildcards are refused");
	strbuf_reset(&b);
	ok(pattern_simplify(span_str("%%a%*b"), &b) &&
		span_is(strbuf_span(&b), "%a*b"),
	    "the stronger one stays");
	strbuf_clear(&b);
	return done_testing();
}
